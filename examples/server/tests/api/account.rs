//! What the account page shows beside the list of passkeys.

use super::*;

const CHROME: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) \
     Chrome/156.0.0.0 Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";

fn client(browser: &str, system: &str) -> Value {
    json!({ "browser": browser, "system": system, "address": "192.0.2.7" })
}

#[tokio::test]
async fn sessions_passkeys_and_activity_say_from_which_browser_they_come() {
    let site = Site::new(&["--behind-proxy"]).await;
    let mut ada = site.browser("laptop");
    ada.agent = Some((CHROME, "192.0.2.7"));
    let first = ada.sign_up("Ada").await;
    let mut phone = site.browser("phone");
    phone.agent = Some((FIREFOX, "192.0.2.7"));
    phone.authenticator = ada.authenticator.clone();
    phone.sign_in(json!({ "flow": "discoverable" })).await.ok();
    phone.authenticator = TestAuthenticator::new("security key");
    let second = phone.create().await;
    let [first, second] = [&first, &second].map(|passkey| passkey["id"].as_str().unwrap());

    let account = phone.get("/api/account").await.ok();
    assert_eq!(account["session_passkey"], first);
    assert_eq!(
        account["passkey_browsers"],
        json!({
            first: { "browser": "Chrome", "system": "macOS" },
            second: { "browser": "Firefox", "system": "Linux" },
        })
    );
    let sessions = phone.get("/api/sessions").await.ok();
    let [here, there] = [&sessions["data"][0], &sessions["data"][1]];
    assert_eq!((&here["client"], &here["current"]), (&client("Firefox", "Linux"), &json!(true)));
    assert_eq!((&there["client"], &there["current"]), (&client("Chrome", "macOS"), &json!(false)));
    let entries = phone.get("/api/audit").await.ok()["data"].take();
    let told = |index: usize| {
        let entry = &entries[index];
        (entry["event"].clone(), entry["passkey"].clone(), entry["client"].clone())
    };
    let firefox = client("Firefox", "Linux");
    assert_eq!(told(0), (json!("passkey_created"), json!(second), firefox.clone()));
    assert_eq!(told(1), (json!("signed_in"), json!(first), firefox));
    assert_eq!(told(2), (json!("passkey_created"), json!(first), client("Chrome", "macOS")));

    // What is deleted is forgotten, and what happens beside passkeys is told too.
    phone.delete(&json!({ "id": first })).await.ok();
    phone.call("DELETE", "/api/sessions", json!({})).await.ok();
    phone.post("/api/recovery/codes", json!({})).await.ok();
    let browsers = phone.get("/api/account").await.ok()["passkey_browsers"].take();
    assert_eq!(browsers.as_object().unwrap().keys().collect::<Vec<_>>(), [second]);
    let entries = phone.get("/api/audit").await.ok()["data"].take();
    assert_eq!(entries[0]["event"], "recovery_codes_created");
    assert_eq!(entries[1]["event"], "others_signed_out");
    assert_eq!(entries[1]["client"], client("Firefox", "Linux"));
}

#[tokio::test]
async fn sessions_of_an_earlier_version_stay() {
    const OLD: &str = "CREATE TABLE sessions (token_hash TEXT PRIMARY KEY, user_handle TEXT, proof TEXT, \
         pending TEXT, agent TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL); \
         INSERT INTO sessions VALUES ('old', NULL, NULL, NULL, '', 0, 9000000000000)";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    let options = relying_party_sqlx::sqlite_options(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql(OLD).execute(&pool).await.unwrap();
    let count = "SELECT COUNT(*) FROM sessions WHERE address IS NULL AND passkey IS NULL";
    for _ in 0..2 {
        let file = Database::File(path.clone());
        Store::open(&file, None, Limits::default()).await.unwrap();
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&pool).await.unwrap(), 1);
    }
}
