//! Recovery codes: how users who have lost their passkeys come back, and no one else.

use super::*;

impl Browser {
    /// New recovery codes.
    async fn recovery_codes(&mut self) -> Vec<String> {
        let codes = self.post("/api/recovery/codes", json!({})).await.ok()["codes"].take();
        serde_json::from_value(codes).unwrap()
    }

    async fn recover(&mut self, code: &str) -> Answer {
        self.post("/api/recovery/begin", json!({ "code": code })).await
    }
}

#[tokio::test]
async fn recovery_code_lets_its_user_create_a_passkey_and_nothing_else() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    let lost = ada.sign_up("Ada").await;
    let codes = ada.recovery_codes().await;
    assert_eq!(codes.len(), 8);
    assert_eq!(ada.get("/api/account").await.ok()["recovery_codes"], 8);

    let mut new = site.browser("phone");
    let recovered = new.recover(&codes[0].to_lowercase()).await.ok();
    assert_eq!(recovered["user"], json!({ "name": "Ada" }));
    let session = new.get("/api/session").await.ok();
    assert_eq!((&session["user"], &session["recovering"]["name"]), (&Value::Null, &json!("Ada")));
    let lost = format!("/passkeys/{}", lost["id"].as_str().unwrap());
    for (method, path) in [
        ("GET", "/passkeys"),
        ("DELETE", "/passkeys"),
        ("DELETE", &lost),
        ("POST", "/passkeys/reverify/begin"),
        ("GET", "/api/account"),
        ("GET", "/api/audit"),
        ("GET", "/api/sessions"),
        ("DELETE", "/api/sessions"),
        ("POST", "/api/recovery/codes"),
    ] {
        let answer = new.call(method, path, json!({})).await;
        answer.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    new.create().await;
    assert_eq!(new.user().await, Value::Null, "the new passkey has to be used");
    new.sign_in(json!({ "flow": "discoverable" })).await.ok();
    assert_eq!(new.user().await, json!({ "name": "Ada" }));
    assert_eq!(new.passkeys().await.as_array().unwrap().len(), 2);
    assert_eq!(new.get("/api/session").await.ok()["recovering"], Value::Null);
    assert_eq!(new.get("/api/account").await.ok()["recovery_codes"], 7);
}

#[tokio::test]
async fn recovery_code_makes_room_for_the_new_passkey_and_no_more() {
    let site = Site::new(&["--settings", r#"{"max_passkeys_per_user":2}"#]).await;
    let mut ada = site.browser("laptop");
    let lost = ada.sign_up("Ada").await;
    let codes = ada.recovery_codes().await;
    ada.authenticator = TestAuthenticator::new("tablet");
    let other = ada.create().await;
    let [lost, other] = [lost, other].map(|it| format!("/passkeys/{}", it["id"].as_str().unwrap()));

    let mut new = site.browser("phone");
    new.recover(&codes[0]).await.ok();
    let begin = new.post("/passkeys/create/begin", json!({})).await;
    begin.refused(StatusCode::FORBIDDEN, "passkey_limit_reached");
    assert_eq!(new.passkeys().await.as_array().unwrap().len(), 2);
    // Neither the whole account nor a name.
    for (method, path) in [("DELETE", "/passkeys"), ("DELETE", "/passkeys/"), ("PATCH", &lost)] {
        let answer = new.call(method, path, json!({ "name": "Mine" })).await;
        assert_ne!(answer.status, StatusCode::OK, "{method} {path}");
    }
    assert_eq!(ada.passkeys().await.as_array().unwrap().len(), 2);
    new.call("DELETE", &lost, json!({})).await.ok();
    // There is room now, so the rest is as always.
    for (method, path) in [("GET", "/passkeys"), ("DELETE", &other)] {
        let answer = new.call(method, path, json!({})).await;
        answer.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    new.create().await;
    new.sign_in(json!({ "flow": "discoverable" })).await.ok();
    assert_eq!(new.passkeys().await.as_array().unwrap().len(), 2);
    // Not for anyone else.
    let mut stranger = site.browser("stranger");
    for (method, path) in [("GET", "/passkeys"), ("DELETE", &other)] {
        let answer = stranger.call(method, path, json!({})).await;
        answer.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
}

#[tokio::test]
async fn recovery_creates_a_passkey_even_where_that_needs_a_verification() {
    const CREATE: &str = r#"{"reverification":{"max_age":300000,"before":["create"]}}"#;
    let site = Site::new(&["--settings", CREATE]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let codes = ada.recovery_codes().await;
    let mut new = site.browser("phone");
    new.recover(&codes[0]).await.ok();
    new.create().await;
}

#[tokio::test]
async fn recovery_code_counts_once_even_if_sent_many_times_at_the_same_moment() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let codes = ada.recovery_codes().await;
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut browser, code) = (site.browser("phone"), codes[0].clone());
        senders.spawn(async move { browser.recover(&code).await.status == StatusCode::OK });
    }
    let counted = senders.join_all().await.into_iter().filter(|counted| *counted).count();
    assert_eq!(counted, 1);
    let wrong = site.browser("phone").recover(&codes[0]).await;
    wrong.refused(StatusCode::BAD_REQUEST, "recovery_code_incorrect");
    site.browser("phone").recover(&codes[1]).await.ok();
}

#[tokio::test]
async fn wrong_replaced_and_erased_codes_are_refused_alike() {
    let site = Site::new(&[]).await;
    let (mut ada, mut eve) = (site.browser("laptop"), site.browser("other"));
    ada.sign_up("Ada").await;
    eve.sign_up("Eve").await;
    let [old, erased] = [ada.recovery_codes().await, eve.recovery_codes().await];
    let new = ada.recovery_codes().await;
    eve.call("DELETE", "/passkeys", json!({})).await.ok();
    let mut tampered = new[0].clone();
    let last = if tampered.pop() == Some('0') { '1' } else { '0' };
    tampered.push(last);
    let refused = site.browser("phone").recover("").await;
    let refused = refused.refused(StatusCode::BAD_REQUEST, "recovery_code_incorrect");
    for code in ["00000-00000-00000-00000", "UUUUU", &tampered, &old[0], &erased[0]] {
        let mut stranger = site.browser("phone");
        let answer = stranger.recover(code).await;
        assert_eq!((answer.status, answer.body), (refused.status, refused.body.clone()), "{code}");
        assert_eq!(stranger.cookie, None);
    }
    site.browser("phone").recover(&new[0]).await.ok();
}

#[tokio::test]
async fn codes_need_a_passkey_shown_lately() {
    let site = Site::new(&["--demo-codes"]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    // Signed in with a code instead.
    let mut thief = site.browser("laptop");
    let code =
        thief.post("/api/code/begin", json!({ "name": "Ada" })).await.ok()["demo_code"].take();
    thief.post("/api/code/finish", json!({ "code": code })).await.ok();
    let refused = thief.post("/api/recovery/codes", json!({})).await;
    refused.refused(StatusCode::FORBIDDEN, "reverification_required");
    thief.authenticator = ada.authenticator.clone();
    thief.reverify().await;
    assert_eq!(thief.recovery_codes().await.len(), 8);
}

#[tokio::test]
async fn planted_session_does_not_recover_with_its_user() {
    let site = Site::new(&[]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let codes = ada.recovery_codes().await;
    let mut new = site.browser("phone");
    new.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).await.ok();
    let mut attacker = site.browser("other");
    attacker.cookie.clone_from(&new.cookie);
    new.recover(&codes[0]).await.ok();
    assert_ne!(new.cookie, attacker.cookie);
    let begin = attacker.post("/passkeys/create/begin", json!({})).await;
    begin.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn recovery_is_limited_by_address_refused_to_the_signed_in_and_can_be_given_up() {
    let site = Site::new(&["--begins-per-minute", "4"]).await;
    let mut ada = site.browser("laptop");
    ada.sign_up("Ada").await;
    let codes = ada.recovery_codes().await;
    let refused = ada.recover(&codes[0]).await;
    refused.refused(StatusCode::CONFLICT, "already_signed_in");
    let mut new = site.browser("phone");
    new.recover(&codes[0]).await.ok();
    new.call("DELETE", "/api/recovery", json!({})).await.ok();
    assert_eq!(new.get("/api/session").await.ok()["recovering"], Value::Null);
    let begin = new.post("/passkeys/create/begin", json!({})).await;
    begin.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    // The fifth beginning of this address within a minute.
    let limited = new.recover(&codes[1]).await;
    limited.refused(StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
    // A session with an account is not ended that way.
    ada.call("DELETE", "/api/recovery", json!({})).await.ok();
    assert_eq!(ada.user().await, json!({ "name": "Ada" }));
}
