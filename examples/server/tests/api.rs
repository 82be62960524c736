//! The server's HTTP interface, with a software authenticator in the place of the browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[path = "api/account.rs"]
mod account;
#[path = "api/recovery.rs"]
mod recovery;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use clap::Parser;
use relying_party::test_authenticator::TestAuthenticator;
use serde_json::{Value, json, value::RawValue};
use server::{
    app::{self, App},
    config::Config,
    store::{Database, Limits, Store},
};
use tower::ServiceExt;

const HOST: &str = "localhost:8080";
const ORIGIN: &str = "http://localhost:8080";

/// The server's router on a new database.
struct Site {
    router: Router,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn new(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse_from(std::iter::once(&"server").chain(flags));
        let file = Database::File(folder.path().join("test.sqlite"));
        let store = Store::open(&file, None, Limits::default()).await.unwrap();
        let app = App::new(config.relying_party().unwrap(), store, &config, config.address);
        Self { router: app::router(Arc::new(app)), _folder: folder }
    }

    fn browser(&self, seed: &str) -> Browser {
        Browser {
            router: self.router.clone(),
            cookie: None,
            agent: None,
            authenticator: TestAuthenticator::new(seed),
        }
    }
}

/// What a browser keeps: a cookie and passkeys.
struct Browser {
    router: Router,
    cookie: Option<String>,
    /// What it calls itself, and the address that a proxy sees.
    agent: Option<(&'static str, &'static str)>,
    authenticator: TestAuthenticator,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or("")
    }

    fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    fn refused(self, status: StatusCode, code: &str) -> Self {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body);
        assert!(!self.body["errors"][0]["long_message"].as_str().unwrap().is_empty());
        self
    }
}

impl Browser {
    async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.cookie = Some(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        if let Some((agent, address)) = self.agent {
            request = request.header(header::USER_AGENT, agent).header("x-forwarded-for", address);
        }
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    async fn call(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let request = self
            .request(method, path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty());
        self.send(request.unwrap()).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    /// Signs up. Returns the passkey that this creates.
    async fn sign_up(&mut self, name: &str) -> Value {
        let begin = json!({ "name": name, "displayName": name });
        let start = self.post("/passkeys/sign-up/begin", begin).await.ok();
        let response = self.authenticator.create(&start["publicKey"], ORIGIN).unwrap();
        let finish = finish(&start, response);
        self.post("/passkeys/sign-up/finish", finish).await.ok()["passkey"].take()
    }

    /// Signs up, and deletes the passkey.
    async fn sign_up_without_passkey(&mut self, name: &str) {
        let passkey = self.sign_up(name).await;
        self.delete(&passkey).await.ok();
        self.authenticator = TestAuthenticator::new(format!("another of {name}"));
    }

    /// Begins and answers a creation; what is left is to send it.
    async fn prepare_creation(&mut self) -> Value {
        let start = self.post("/passkeys/create/begin", json!({})).await.ok();
        let response = self.authenticator.create(&start["publicKey"], ORIGIN).unwrap();
        finish(&start, response)
    }

    async fn create(&mut self) -> Value {
        let finish = self.prepare_creation().await;
        self.post("/passkeys/create/finish", finish).await.ok()["passkey"].take()
    }

    /// Begins and answers a sign-in; what is left is to send it.
    async fn prepare_sign_in(&mut self, how: Value) -> Value {
        let start = self.post("/passkeys/sign-in/begin", how).await.ok();
        let response = self.authenticator.get(&start["publicKey"], ORIGIN).unwrap();
        finish(&start, response)
    }

    async fn prepare_reverification(&mut self) -> Value {
        let start = self.post("/passkeys/reverify/begin", json!({})).await.ok();
        let response = self.authenticator.get(&start["publicKey"], ORIGIN).unwrap();
        finish(&start, response)
    }

    async fn sign_in(&mut self, how: Value) -> Answer {
        let finish = self.prepare_sign_in(how).await;
        self.post("/passkeys/sign-in/finish", finish).await
    }

    async fn delete(&mut self, passkey: &Value) -> Answer {
        let path = format!("/passkeys/{}", passkey["id"].as_str().unwrap());
        self.call("DELETE", &path, json!({})).await
    }

    /// Shows the passkey again.
    async fn reverify(&mut self) {
        let start = self.post("/passkeys/reverify/begin", json!({})).await.ok();
        let response = self.authenticator.get(&start["publicKey"], ORIGIN).unwrap();
        self.post("/passkeys/reverify/finish", finish(&start, response)).await.ok();
    }

    async fn passkeys(&mut self) -> Value {
        self.get("/passkeys").await.ok()["data"].take()
    }

    async fn user(&mut self) -> Value {
        self.get("/api/session").await.ok()["user"].take()
    }
}

fn finish(start: &Value, response: String) -> Value {
    json!({ "ceremony": start["ceremony"], "credential": RawValue::from_string(response).unwrap() })
}

#[tokio::test]
async fn a_passkey_is_created_used_renamed_and_deleted() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    assert_eq!(ada.user().await, Value::Null);
    let created = ada.sign_up(" Ada ").await;
    assert_eq!(ada.user().await, json!({ "name": "Ada" }));
    assert_eq!(created["object"], "passkey");
    assert_eq!(created["verification"], json!({ "status": "verified", "strategy": "passkey" }));
    assert_eq!(created["last_used_at"], Value::Null);
    assert_eq!(ada.passkeys().await, json!([created]));

    for how in [
        json!({ "flow": "discoverable" }),
        json!({ "flow": "autofill" }),
        json!({ "flow": "named", "identifier": "ADA" }),
    ] {
        ada.post("/api/sign-out", json!({})).await.ok();
        assert_eq!(ada.user().await, Value::Null);
        let signed_in = ada.sign_in(how).await.ok();
        assert_eq!(signed_in["status"], "complete");
        assert_eq!(signed_in["passkey"]["id"], created["id"]);
        assert_eq!(ada.user().await, json!({ "name": "Ada" }));
    }
    assert!(
        ada.passkeys().await[0]["last_used_at"].as_u64().unwrap()
            >= created["created_at"].as_u64().unwrap()
    );

    let path = format!("/passkeys/{}", created["id"].as_str().unwrap());
    let renamed =
        ada.call("PATCH", &path, json!({ "name": " Laptop " })).await.ok()["passkey"].take();
    assert_eq!(renamed["name"], "Laptop");
    assert_eq!(ada.passkeys().await, json!([renamed]));

    let deleted = ada.call("DELETE", &path, json!({})).await.ok();
    assert_eq!(
        (&deleted["object"], &deleted["id"], &deleted["deleted"]),
        (&json!("passkey"), &created["id"], &json!(true))
    );
    assert_eq!(deleted["signals"][0]["rpId"], "localhost");
    assert_eq!(deleted["signals"][0]["allAcceptedCredentialIds"], json!([]));
    assert_eq!(ada.passkeys().await, json!([]));

    // A deleted passkey signs no one in, and the browser is told to forget it.
    ada.post("/api/sign-out", json!({})).await.ok();
    let refused = ada
        .sign_in(json!({ "flow": "discoverable" }))
        .await
        .refused(StatusCode::BAD_REQUEST, "passkey_retrieval_failed");
    assert_eq!(refused.body["signals"][0]["rpId"], "localhost");
    assert_eq!(ada.user().await, Value::Null);
}

#[tokio::test]
async fn mediation_stands_beside_the_options() {
    let site = Site::new(&[]).await;
    let mut browser = site.browser("laptop");
    let autofill =
        browser.post("/passkeys/sign-in/begin", json!({ "flow": "autofill" })).await.ok();
    assert_eq!(autofill["mediation"], "conditional");
    assert_eq!(autofill["publicKey"].get("mediation"), None);
    let button =
        browser.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).await.ok();
    assert_eq!(button.get("mediation"), None);
}

#[tokio::test]
async fn nothing_of_an_account_is_to_be_had_without_signing_in() {
    let site = Site::new(&[]).await;
    let mut stranger = site.browser("laptop");
    let finish = json!({ "ceremony": "AAAAAAAAAAAAAAAAAAAAAA", "credential": {} });
    for (method, path, body) in [
        ("GET", "/passkeys", json!({})),
        ("POST", "/passkeys/create/begin", json!({})),
        ("POST", "/passkeys/create/finish", finish.clone()),
        ("POST", "/passkeys/reverify/begin", json!({})),
        ("POST", "/passkeys/reverify/finish", finish),
        ("DELETE", "/passkeys", json!({})),
        ("GET", "/api/account", json!({})),
        ("GET", "/api/audit", json!({})),
        ("GET", "/api/sessions", json!({})),
        ("DELETE", "/api/sessions", json!({})),
        ("POST", "/api/recovery/codes", json!({})),
        ("PATCH", "/passkeys/AAAAAAAAAAAAAAAAAAAAAA", json!({ "name": "x" })),
        ("DELETE", "/passkeys/AAAAAAAAAAAAAAAAAAAAAA", json!({})),
    ] {
        stranger
            .call(method, path, body)
            .await
            .refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    // A session without a signed-in user is no better, nor is a token that was made up.
    stranger.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).await.ok();
    stranger.get("/passkeys").await.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    stranger.cookie = Some("session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into());
    stranger.get("/passkeys").await.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn the_session_gets_a_new_token_when_somebody_signs_in_and_ends_when_they_sign_out() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let first = ada.cookie.clone();
    ada.post("/api/sign-out", json!({})).await.ok();
    assert_eq!(ada.cookie.as_deref(), Some("session="));
    ada.cookie = first;
    assert_eq!(ada.user().await, Value::Null, "the token is useless after signing out");

    ada.cookie = None;
    let finish = ada.prepare_sign_in(json!({ "flow": "discoverable" })).await;
    let planted = ada.cookie.clone();
    assert!(planted.is_some());
    ada.post("/passkeys/sign-in/finish", finish).await.ok();
    assert_ne!(ada.cookie, planted);
    assert_eq!(ada.user().await, json!({ "name": "Ada" }));
    let mut attacker = site.browser("other");
    attacker.cookie = planted;
    assert_eq!(
        attacker.user().await,
        Value::Null,
        "who planted a session is not signed in with it"
    );
}

#[tokio::test]
async fn a_response_counts_in_the_browser_session_in_which_its_ceremony_began() {
    let site = Site::new(&[]).await;
    let (mut ada, mut eve) = (site.browser("laptop"), site.browser("other"));
    ada.sign_up("Ada").await;
    ada.authenticator = TestAuthenticator::new("phone");
    let creation = ada.prepare_creation().await;
    eve.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).await.ok();
    eve.sign_up_without_passkey("Eve").await;
    eve.post("/passkeys/create/finish", creation)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    assert_eq!(eve.passkeys().await, json!([]));
    ada.create().await;

    let sign_in = ada.prepare_sign_in(json!({ "flow": "discoverable" })).await;
    eve.post("/passkeys/sign-in/finish", sign_in)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    assert_eq!(eve.user().await, json!({ "name": "Eve" }));
    let mut nobody = site.browser("none");
    let sign_in = ada.prepare_sign_in(json!({ "flow": "discoverable" })).await;
    nobody
        .post("/passkeys/sign-in/finish", sign_in)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    let sign_in = ada.prepare_sign_in(json!({ "flow": "discoverable" })).await;
    ada.post("/passkeys/sign-in/finish", sign_in).await.ok();
}

#[tokio::test]
async fn button_counts_beside_autofill_and_other_tabs_until_the_session_is_renewed() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    let autofill = ada.prepare_sign_in(json!({ "flow": "autofill" })).await;
    let [one, other] = [
        ada.prepare_sign_in(json!({ "flow": "discoverable" })).await,
        ada.prepare_sign_in(json!({ "flow": "discoverable" })).await,
    ];
    ada.post("/passkeys/sign-in/finish", one).await.ok();
    // What is left open began in a session that is over.
    for finish in [autofill, other] {
        ada.post("/passkeys/sign-in/finish", finish)
            .await
            .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    }
    // Signed in, any number can be open and finish in any order.
    let open = [ada.prepare_reverification().await, ada.prepare_reverification().await];
    for finish in open.into_iter().rev() {
        ada.post("/passkeys/reverify/finish", finish).await.ok();
    }
}

#[tokio::test]
async fn a_response_counts_once() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up_without_passkey("Ada").await;
    let creation = ada.prepare_creation().await;
    ada.post("/passkeys/create/finish", creation.clone()).await.ok();
    ada.post("/passkeys/create/finish", creation)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    assert_eq!(ada.passkeys().await.as_array().unwrap().len(), 1);
    let sign_in = ada.prepare_sign_in(json!({ "flow": "discoverable" })).await;
    ada.post("/passkeys/sign-in/finish", sign_in.clone()).await.ok();
    ada.post("/passkeys/sign-in/finish", sign_in)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
}

#[tokio::test]
async fn what_takes_too_long_is_refused() {
    let site = Site::new(&["--ceremony-seconds", "1"]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up_without_passkey("Ada").await;
    let creation = ada.prepare_creation().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    ada.post("/passkeys/create/finish", creation)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    assert_eq!(ada.passkeys().await, json!([]));
}

#[tokio::test]
async fn a_passkey_of_somebody_else_is_as_one_that_is_not_there() {
    let site = Site::new(&[]).await;
    let (mut ada, mut eve) = (site.browser("laptop"), site.browser("other"));
    let passkey = ada.sign_up("Ada").await;
    eve.sign_up("Eve").await;
    let theirs = format!("/passkeys/{}", passkey["id"].as_str().unwrap());
    for (method, body) in [("PATCH", json!({ "name": "Mine" })), ("DELETE", json!({}))] {
        let refused = eve
            .call(method, &theirs, body.clone())
            .await
            .refused(StatusCode::NOT_FOUND, "passkey_not_found");
        for none in ["/passkeys/AAAAAAAAAAAAAAAAAAAAAA", "/passkeys/x"] {
            let answer = eve.call(method, none, body.clone()).await;
            assert_eq!((answer.status, answer.body), (refused.status, refused.body.clone()));
        }
    }
    assert_eq!(ada.passkeys().await, json!([passkey]));
}

#[tokio::test]
async fn a_wrong_name_leaves_the_old_one() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    let passkey = ada.sign_up("Ada").await;
    let path = format!("/passkeys/{}", passkey["id"].as_str().unwrap());
    for name in ["", "   ", "a\u{0}b", &"x".repeat(101)] {
        let refused = ada.call("PATCH", &path, json!({ "name": name })).await;
        let refused = refused.refused(StatusCode::UNPROCESSABLE_ENTITY, "passkey_name_invalid");
        assert_eq!(refused.body["errors"][0]["meta"]["param_name"], "name");
    }
    assert_eq!(ada.passkeys().await, json!([passkey]));
}

#[tokio::test]
async fn an_account_has_a_name_that_nobody_else_has() {
    let site = Site::new(&[]).await;
    site.browser("laptop").sign_up("Ada").await;
    let mut other = site.browser("other");
    for (name, status, code) in [
        ("ada", StatusCode::CONFLICT, "user_name_taken"),
        (" ", StatusCode::UNPROCESSABLE_ENTITY, "user_name_invalid"),
        ("a\nb", StatusCode::UNPROCESSABLE_ENTITY, "user_name_invalid"),
    ] {
        let refused = other.post("/passkeys/sign-up/begin", json!({ "name": name })).await;
        refused.refused(status, code);
    }
    assert_eq!(other.user().await, Value::Null);
}

#[tokio::test]
async fn the_same_authenticator_and_too_many_are_refused() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let start = ada.post("/passkeys/create/begin", json!({})).await.ok();
    assert_eq!(start["publicKey"]["excludeCredentials"].as_array().unwrap().len(), 1);
    let error = ada.authenticator.create(&start["publicKey"], ORIGIN).unwrap_err();
    assert_eq!(error.dom_exception(), Some("InvalidStateError"));
    for number in 1..10 {
        ada.authenticator = TestAuthenticator::new(format!("authenticator {number}"));
        ada.create().await;
    }
    ada.post("/passkeys/create/begin", json!({}))
        .await
        .refused(StatusCode::FORBIDDEN, "passkey_limit_reached");
}

#[tokio::test]
async fn forged_requests_are_refused() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let json = Some("application/json");
    for (origin, content_type, status) in [
        (None, json, StatusCode::FORBIDDEN),
        (Some("http://evil.example"), json, StatusCode::FORBIDDEN),
        (Some("http://localhost:8081"), json, StatusCode::FORBIDDEN),
        (Some("null"), json, StatusCode::FORBIDDEN),
        (Some(ORIGIN), Some("text/plain"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            Some(ORIGIN),
            Some("application/x-www-form-urlencoded"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (Some(ORIGIN), None, StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        for path in [
            "/passkeys/sign-up/begin",
            "/api/sign-out",
            "/passkeys/sign-in/begin",
            "/passkeys/create/begin",
        ] {
            let mut request = ada.request("POST", path);
            if let Some(origin) = origin {
                request = request.header(header::ORIGIN, origin);
            }
            if let Some(content_type) = content_type {
                request = request.header(header::CONTENT_TYPE, content_type);
            }
            let answer = ada.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(answer.status, status, "{path} from {origin:?} with {content_type:?}");
        }
    }
    assert_eq!(ada.user().await, json!({ "name": "Ada" }));
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let site = Site::new(&["--demo-codes"]).await;
    let mut browser = site.browser("laptop");
    let big = "x".repeat(200_000);
    for path in ["/passkeys/sign-up/begin", "/api/code/begin"] {
        let refused = browser.post(path, json!({ "name": big })).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    for body in [json!([]), json!({ "name": 1 }), json!({ "name": "x", "admin": true }), json!("x")]
    {
        browser
            .post("/api/code/begin", body.clone())
            .await
            .refused(StatusCode::BAD_REQUEST, "request_body_invalid");
        browser
            .post("/passkeys/sign-up/begin", body)
            .await
            .refused(StatusCode::BAD_REQUEST, "request_malformed");
    }
    assert_eq!(browser.get("/api/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/api/sign-out").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_name_that_nobody_has_begins_as_any_other() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    for name in ["Nobody", "", "a\u{0}b"] {
        // The authenticator offers what it has; it is not that account's.
        ada.sign_in(json!({ "flow": "named", "identifier": name }))
            .await
            .refused(StatusCode::BAD_REQUEST, "passkey_retrieval_failed");
        assert_eq!(ada.user().await, Value::Null);
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_shows_passkeys_like_any_other() {
    let site = Site::new(&["--decoy-secret", "0123456789abcdef0123456789abcdef"]).await;
    let mut browser = site.browser("laptop");
    let mut listed = async |name: &str| {
        let start = browser
            .post("/passkeys/sign-in/begin", json!({ "flow": "named", "identifier": name }))
            .await
            .ok();
        start["publicKey"]["allowCredentials"].clone()
    };
    let first = listed("Nobody").await;
    assert!(!first.as_array().unwrap().is_empty());
    // Again, in the spellings that are the same name, and after someone has taken it and has no passkey.
    assert_eq!(listed("  nobody ").await, first);
    site.browser("phone").sign_up_without_passkey("NOBODY").await;
    assert_eq!(listed("Nobody").await, first);
    assert_ne!(listed("Nobody 2").await, first);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let site = Site::new(&[]).await;
    let mut browser = site.browser("laptop");
    for path in ["/", "/app.js", "/style.css", "/icon.svg", "/api/session", "/passkeys", "/nothing"]
    {
        let headers = browser.get(path).await.headers;
        let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
        let policy = text("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(text("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(
            text("cache-control"),
            if path.starts_with("/api/") || path == "/passkeys" || path == "/nothing" {
                "no-store"
            } else {
                "no-cache"
            }
        );
    }
}

#[tokio::test]
async fn related_origins_are_listed_where_clients_look() {
    let site = Site::new(&[
        "--rp-id",
        "example.com",
        "--related-origin",
        "https://example.net,https://example.org",
    ])
    .await;
    let request =
        Request::builder().uri("/.well-known/webauthn").header(header::HOST, "example.com");
    let answer = site.browser("laptop").send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers.get(header::CONTENT_TYPE).unwrap(), "application/json");
    assert_eq!(answer.ok(), json!({ "origins": ["https://example.net", "https://example.org"] }));
    let without = Site::new(&[]).await;
    assert_eq!(
        without.browser("laptop").get("/.well-known/webauthn").await.status,
        StatusCode::NOT_FOUND
    );
}

/// Deletions need a verification that is not older than five minutes.
const REVERIFY: &str = r#"{"reverification":{"max_age":300000,"before":["delete"]}}"#;

#[tokio::test]
async fn a_deletion_needs_the_passkey_again_and_the_session_remembers_it() {
    let site = Site::new(&["--settings", REVERIFY]).await;
    let mut ada = site.browser("laptop");
    let passkey = ada.sign_up("Ada").await;
    let needed = "reverification_required";
    ada.delete(&passkey).await.refused(StatusCode::FORBIDDEN, needed);
    assert_eq!(ada.passkeys().await.as_array().unwrap().len(), 1);

    // Of another session of the same account the proof is not.
    let mut phone = site.browser("laptop");
    phone.authenticator = ada.authenticator.clone();
    phone.sign_in(json!({ "flow": "discoverable" })).await.ok();
    ada.delete(&passkey).await.refused(StatusCode::FORBIDDEN, needed);
    ada.reverify().await;
    ada.delete(&passkey).await.ok();
    assert_eq!(ada.passkeys().await, json!([]));
}

#[tokio::test]
async fn a_sign_in_with_the_passkey_is_a_verification() {
    let site = Site::new(&["--settings", REVERIFY]).await;
    let mut ada = site.browser("laptop");
    let passkey = ada.sign_up("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    ada.sign_in(json!({ "flow": "discoverable" })).await.ok();
    ada.delete(&passkey).await.ok();
}

#[tokio::test]
async fn a_verification_ends_with_its_passkey() {
    let site = Site::new(&["--settings", REVERIFY]).await;
    let (mut ada, mut thief) = (site.browser("laptop"), site.browser("stolen"));
    let kept = ada.sign_up("Ada").await;
    let own = ada.authenticator.clone();
    ada.authenticator = thief.authenticator;
    let stolen = ada.create().await;
    thief.authenticator = ada.authenticator;
    ada.authenticator = own;

    thief.sign_in(json!({ "flow": "discoverable" })).await.ok();
    ada.reverify().await;
    ada.delete(&stolen).await.ok();
    thief.delete(&kept).await.refused(StatusCode::FORBIDDEN, "reverification_required");
    assert_eq!(ada.passkeys().await[0]["id"], kept["id"]);
    ada.delete(&kept).await.ok();
}

#[tokio::test]
async fn a_passkey_followed_by_a_code_is_no_verification() {
    let rules =
        r#"{"second_factor":"always","reverification":{"max_age":300000,"before":["delete"]}}"#;
    let site = Site::new(&["--demo-codes", "--settings", rules]).await;
    let mut ada = site.browser("laptop");
    let passkey = ada.sign_up("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    ada.sign_in(json!({ "flow": "discoverable" })).await.ok();
    let answer = ada.post("/api/code/begin", json!({})).await.ok();
    let code = json!({ "code": answer["demo_code"] });
    assert_eq!(ada.post("/api/code/finish", code).await.ok()["status"], "complete");
    ada.delete(&passkey).await.refused(StatusCode::FORBIDDEN, "reverification_required");
    ada.reverify().await;
    ada.delete(&passkey).await.ok();
}

#[tokio::test]
async fn a_re_verification_counts_in_the_session_and_for_the_account_it_began_in() {
    let site = Site::new(&["--settings", REVERIFY]).await;
    let (mut ada, mut eve) = (site.browser("laptop"), site.browser("other"));
    for (browser, name) in [(&mut ada, "Ada"), (&mut eve, "Eve")] {
        browser.sign_up(name).await;
    }
    let finish = ada.prepare_reverification().await;
    eve.post("/passkeys/reverify/finish", finish)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    // Nor is it a sign-in.
    let finish = ada.prepare_reverification().await;
    ada.post("/passkeys/sign-in/finish", finish)
        .await
        .refused(StatusCode::BAD_REQUEST, "ceremony_expired");
    let passkey = eve.passkeys().await[0].take();
    eve.delete(&passkey).await.refused(StatusCode::FORBIDDEN, "reverification_required");
}

#[tokio::test]
async fn the_audit_log_shows_an_account_what_happened_to_it_and_nobody_else() {
    let site = Site::new(&["--settings", REVERIFY]).await;
    let (mut ada, mut eve) = (site.browser("laptop"), site.browser("other"));
    let passkey = ada.sign_up("Ada").await;
    eve.sign_up("Eve").await;
    ada.delete(&passkey).await.refused(StatusCode::FORBIDDEN, "reverification_required");
    ada.reverify().await;
    let unknown = json!({ "id": "AAAAAAAAAAAAAAAAAAAAAA" });
    eve.reverify().await;
    eve.delete(&unknown).await.refused(StatusCode::NOT_FOUND, "passkey_not_found");
    ada.delete(&passkey).await.ok();

    let told = ada.get("/api/audit").await.ok();
    let events =
        told["data"].as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap());
    assert_eq!(
        events.collect::<Vec<_>>(),
        [
            "passkey_deleted",
            "reverified",
            "reverification_required",
            "passkey_created",
            "account_created"
        ]
    );
    assert_eq!(told["total_count"], 5);
    assert_eq!(told["data"][0]["passkey"], passkey["id"]);
    assert_eq!(told["data"][2]["error"]["code"], "reverification_required");

    let told = eve.get("/api/audit").await.ok();
    assert_eq!(told["data"][0]["error"]["code"], "passkey_not_found");
    assert_eq!(told["total_count"], 4);
}

#[tokio::test]
async fn the_browser_is_told_the_list_and_the_names_of_whoever_is_signed_in() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let list = ada.get("/passkeys").await.ok();
    let [accepted, names] = [&list["signals"][0], &list["signals"][1]];
    assert_eq!(accepted["allAcceptedCredentialIds"].as_array().unwrap().len(), 1);
    assert_eq!((&names["rpId"], &names["name"]), (&json!("localhost"), &json!("ada")));
    assert_eq!((&names["displayName"], &names["userId"]), (&json!("Ada"), &accepted["userId"]));
}

#[tokio::test]
async fn a_user_sees_their_sessions_and_ends_all_others() {
    let site = Site::new(&[]).await;
    let (mut ada, mut eve) = (site.browser("laptop"), site.browser("other"));
    ada.sign_up("Ada").await;
    eve.sign_up("Eve").await;
    let mut phone = site.browser("phone");
    phone.authenticator = ada.authenticator.clone();
    phone.sign_in(json!({ "flow": "discoverable" })).await.ok();
    let sessions = ada.get("/api/sessions").await.ok();
    assert_eq!(sessions["total_count"], 2);
    let current = sessions["data"].as_array().unwrap().iter().filter(|it| it["current"] == true);
    assert_eq!(current.count(), 1);
    assert_eq!(ada.call("DELETE", "/api/sessions", json!({})).await.ok(), json!({ "ended": 1 }));
    assert_eq!(phone.user().await, Value::Null);
    for (browser, name) in [(&mut ada, "Ada"), (&mut eve, "Eve")] {
        assert_eq!(browser.user().await, json!({ "name": name }));
    }
}

#[tokio::test]
async fn an_erased_account_is_gone_with_its_sessions_and_its_name_is_free() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let mut phone = site.browser("phone");
    phone.authenticator = ada.authenticator.clone();
    phone.sign_in(json!({ "flow": "discoverable" })).await.ok();
    let erased = ada.call("DELETE", "/passkeys", json!({})).await.ok();
    assert_eq!(erased["signals"][0]["allAcceptedCredentialIds"], json!([]));
    assert_eq!(ada.user().await, Value::Null);
    assert_eq!(phone.user().await, Value::Null);
    ada.sign_in(json!({ "flow": "discoverable" }))
        .await
        .refused(StatusCode::BAD_REQUEST, "passkey_retrieval_failed");
    site.browser("other").sign_up("Ada").await;
}

#[tokio::test]
async fn settings_are_changed_in_the_demo_only_and_count_at_once() {
    let ordinary = Site::new(&[]).await;
    let mut ada = ordinary.browser("laptop");
    for method in ["GET", "PUT"] {
        let answer = ada.call(method, "/api/settings", json!({})).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }

    let demo = Site::new(&["--demo-settings"]).await;
    let mut ada = demo.browser("laptop");
    let mut settings = ada.get("/api/settings").await.ok();
    assert_eq!(settings["max_passkeys_per_user"], 10);
    settings["max_passkeys_per_user"] = json!(1);
    settings["keep_last_passkey"] = json!(true);
    assert_eq!(ada.call("PUT", "/api/settings", settings.clone()).await.ok(), settings);
    let passkey = ada.sign_up("Ada").await;
    let refused = ada.post("/passkeys/create/begin", json!({})).await;
    refused.refused(StatusCode::FORBIDDEN, "passkey_limit_reached");
    ada.delete(&passkey).await.refused(StatusCode::FORBIDDEN, "last_passkey");

    // What is not valid changes nothing.
    for (member, value) in [("max_passkeys_per_user", json!(0)), ("no_such", json!(1))] {
        let mut wrong = settings.clone();
        wrong[member] = value;
        let refused = ada.call("PUT", "/api/settings", wrong).await;
        refused.refused(StatusCode::BAD_REQUEST, "request_body_invalid");
    }
    assert_eq!(ada.get("/api/settings").await.ok(), settings);

    // A page of another name that was made to lead here.
    let rebound = Request::builder()
        .method("PUT")
        .uri("/api/settings")
        .header(header::HOST, "evil.example:8080")
        .header(header::ORIGIN, "http://evil.example:8080")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{}"));
    let refused = ada.send(rebound.unwrap()).await;
    refused.refused(StatusCode::MISDIRECTED_REQUEST, "host_invalid");
    assert_eq!(ada.get("/api/settings").await.ok(), settings);
}

#[tokio::test]
async fn a_code_and_a_passkey_make_two_factors_in_either_order() {
    let always = r#"{"second_factor":"always"}"#;
    let site = Site::new(&["--demo-codes", "--settings", always]).await;
    let mut ada = site.browser("laptop");
    let passkey = ada.sign_up("Ada").await;
    let code = |answer: &Value| json!({ "code": answer["demo_code"] });

    // The passkey, then the code.
    ada.post("/api/sign-out", json!({})).await.ok();
    let answer = ada.sign_in(json!({ "flow": "discoverable" })).await.ok();
    assert_eq!(answer["status"], "needs_second_factor");
    assert_eq!(answer["passkey"]["id"], passkey["id"]);
    assert_eq!(ada.user().await, Value::Null);
    let answer = ada.post("/api/code/begin", json!({})).await.ok();
    let signed_in = ada.post("/api/code/finish", code(&answer)).await.ok();
    assert_eq!(signed_in["status"], "complete");
    assert_eq!(ada.user().await, json!({ "name": "Ada" }));

    // The code, then the passkey, which the page only asks for after the code.
    ada.post("/api/sign-out", json!({})).await.ok();
    let begin = "/passkeys/second-factor/begin";
    let wrong = "form_code_incorrect";
    let answer = ada.post("/api/code/begin", json!({ "name": "ada" })).await.ok();
    ada.post(begin, json!({})).await.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    let answer = ada.post("/api/code/finish", code(&answer)).await.ok();
    assert_eq!(answer, json!({ "status": "needs_second_factor" }));
    assert_eq!(ada.user().await, Value::Null);
    let start = ada.post(begin, json!({})).await.ok();
    let response = ada.authenticator.get(&start["publicKey"], ORIGIN).unwrap();
    // As a sign-in of another kind it is not taken.
    let refused = ada.post("/passkeys/sign-in/finish", finish(&start, response)).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(ada.user().await, Value::Null);
    let start = ada.post(begin, json!({})).await.ok();
    let response = ada.authenticator.get(&start["publicKey"], ORIGIN).unwrap();
    let answer = ada.post("/passkeys/second-factor/finish", finish(&start, response)).await;
    assert_eq!(answer.ok()["status"], "complete");
    assert_eq!(ada.user().await, json!({ "name": "Ada" }));

    // Who has no passkey shows the code alone, and no other. After a passkey the code is that user's.
    let mut eve = site.browser("other");
    eve.post("/api/code/begin", json!({})).await.refused(StatusCode::BAD_REQUEST, wrong);
    eve.sign_up_without_passkey("Eve").await;
    eve.post("/api/sign-out", json!({})).await.ok();
    let begin = json!({ "name": "Eve" });
    eve.post("/api/code/begin", begin.clone()).await.ok();
    let refused = eve.post("/api/code/finish", json!({ "code": "no code" })).await;
    refused.refused(StatusCode::BAD_REQUEST, wrong);
    let answer = eve.post("/api/code/begin", begin).await.ok();
    let answer = eve.post("/api/code/finish", code(&answer)).await;
    assert_eq!(answer.ok()["status"], "complete");
    let nobody = eve.post("/api/code/begin", json!({ "name": "Nobody" })).await;
    nobody.refused(StatusCode::UNPROCESSABLE_ENTITY, "form_identifier_not_found");
}

#[tokio::test]
async fn a_code_counts_once_in_its_session_and_for_a_while() {
    let site = Site::new(&["--demo-codes"]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    let begin = json!({ "name": "Ada" });
    let finish = "/api/code/finish";
    let code = |answer: &Value| json!({ "code": answer["demo_code"] });
    let refused = (StatusCode::BAD_REQUEST, "form_code_incorrect");

    // In another session, and without any.
    let answer = ada.post("/api/code/begin", begin.clone()).await.ok();
    let mut eve = site.browser("other");
    eve.post(finish, code(&answer)).await.refused(refused.0, refused.1);
    eve.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).await.ok();
    eve.post(finish, code(&answer)).await.refused(refused.0, refused.1);
    // A wrong one takes the right one with it.
    ada.post(finish, json!({ "code": "wrong" })).await.refused(refused.0, refused.1);
    ada.post(finish, code(&answer)).await.refused(refused.0, refused.1);
    // And once it was right it is gone, in the session that it began in and in the new one.
    let answer = ada.post("/api/code/begin", begin).await.ok();
    let cookie = ada.cookie.clone();
    ada.post(finish, code(&answer)).await.ok();
    ada.post(finish, code(&answer)).await.refused(refused.0, refused.1);
    ada.cookie = cookie;
    ada.post(finish, code(&answer)).await.refused(refused.0, refused.1);
}

#[tokio::test]
async fn there_are_no_codes_outside_of_the_demo() {
    let site = Site::new(&["--settings", r#"{"second_factor":"always"}"#]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    let answer = ada.post("/api/code/begin", json!({ "name": "Ada" })).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = ada.sign_in(json!({ "flow": "discoverable" })).await.ok();
    assert_eq!(answer["status"], "needs_second_factor");
    assert_eq!(ada.user().await, Value::Null);
}

impl Browser {
    /// Signs in with the demo's code alone.
    async fn sign_in_with_code(&mut self, name: &str) -> Value {
        let answer = self.post("/api/code/begin", json!({ "name": name })).await.ok();
        let code = json!({ "code": answer["demo_code"] });
        self.post("/api/code/finish", code).await.ok()
    }
}

#[tokio::test]
async fn a_passkey_may_be_created_silently_after_a_code() {
    let site = Site::new(&["--demo-codes"]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up_without_passkey("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    assert_eq!(ada.sign_in_with_code("Ada").await["status"], "complete");

    // Nobody is there, as far as the browser knows: that is for a creation that began as a silent one.
    ada.authenticator.behaviour_mut().user_present = false;
    let finish_with = "/passkeys/create/finish";
    let usual = ada.prepare_creation().await;
    let refused = ada.post(finish_with, usual).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let begin = json!({ "conditional": true });
    let start = ada.post("/passkeys/create/begin", begin).await.ok();
    assert_eq!(start["mediation"], "conditional");
    let response = ada.authenticator.create(&start["publicKey"], ORIGIN).unwrap();
    let created = ada.post(finish_with, finish(&start, response)).await.ok();
    assert_eq!(ada.passkeys().await, json!([created["passkey"]]));
}

#[tokio::test]
async fn a_first_passkey_rests_on_the_sign_up_or_the_code_and_a_second_on_the_first() {
    let rule =
        |max_age| format!(r#"{{"reverification":{{"max_age":{max_age},"before":["create"]}}}}"#);
    let rule_of_minutes = rule(300_000);
    let site = Site::new(&["--demo-codes", "--settings", &rule_of_minutes]).await;
    let begin = "/passkeys/create/begin";
    let needed = "reverification_required";
    let mut ada = site.browser("laptop");
    ada.sign_up_without_passkey("Ada").await;
    ada.post("/api/sign-out", json!({})).await.ok();
    ada.sign_in_with_code("Ada").await;
    ada.create().await;
    ada.post(begin, json!({})).await.refused(StatusCode::FORBIDDEN, needed);
    ada.post("/api/sign-out", json!({})).await.ok();
    ada.sign_in_with_code("Ada").await;
    ada.post(begin, json!({})).await.refused(StatusCode::FORBIDDEN, needed);
    ada.reverify().await;
    ada.post(begin, json!({})).await.ok();

    let mut eve = site.browser("other");
    eve.sign_up_without_passkey("Eve").await;
    eve.create().await;

    // What was too long ago does not count.
    let rule_of_a_moment = rule(1);
    let site = Site::new(&["--settings", &rule_of_a_moment]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up_without_passkey("Ada").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    ada.post(begin, json!({})).await.refused(StatusCode::FORBIDDEN, needed);
}
