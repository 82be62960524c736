//! What Prometheus sees, and whether the dashboard asks for nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use relying_party::{
    Passkeys, RelyingParty, SessionBinding, SignInRequest, SignedInUser, UserHandle,
    store::MemoryStore, test_authenticator::TestAuthenticator,
};
use serde_json::{Value, json};
use server::metrics::Metrics;
use tower::ServiceExt as _;

const ORIGIN: &str = "https://example.com";

async fn get(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// A creation, a failure in the browser, a sign-in and a refusal.
async fn use_passkeys() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap();
    let passkeys = Passkeys::new(rp, MemoryStore::new());
    let session = SessionBinding::of("session");
    let ada = SignedInUser::new(UserHandle::from([7; 32]), "ada", "Ada");
    let mut browser = TestAuthenticator::new("device");
    let start = passkeys.begin_create(&ada, session).audited().await.unwrap().outcome.unwrap();
    let body = browser.answer(&start.to_json(), ORIGIN).unwrap();
    let finish = passkeys.finish_create(ada.handle(), session, body.as_bytes());
    assert!(finish.audited().await.unwrap().outcome.is_ok());
    let start = passkeys.begin_sign_in(SignInRequest::Discoverable, session);
    let start = start.audited().await.unwrap().outcome.unwrap();
    let report = json!({ "ceremony": start.ceremony_id, "error": "NotAllowedError" }).to_string();
    let report = passkeys.report_failure(session, report.as_bytes());
    assert!(report.audited().await.unwrap().outcome.is_ok());
    let body = browser.answer(&start.to_json(), ORIGIN).unwrap();
    for succeeds in [true, false] {
        let finish = passkeys.finish_sign_in(session, body.as_bytes());
        assert_eq!(finish.audited().await.unwrap().outcome.is_ok(), succeeds);
    }
}

/// The names of metrics in a text.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.split(|character| !is_part(character))
        .filter(|word| word.starts_with("relying_party_"))
        .collect()
}

#[tokio::test]
async fn metrics_are_exported_and_the_dashboard_asks_for_nothing_else() {
    let router = Metrics::install().unwrap().router();
    use_passkeys().await;
    let (status, text) = get(&router, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "relying_party_ceremonies_finished_total{ceremony=\"sign_in\"} 1",
        "relying_party_browser_failures_total{ceremony=\"sign_in\",error=\"NotAllowedError\"} 1",
        "relying_party_ceremony_seconds_count{ceremony=\"create\"} 1",
        "relying_party_verification_seconds_count{ceremony=\"sign_in\",outcome=\"refused\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }

    let dashboard = include_str!("../dashboard.json");
    let parsed: Value = serde_json::from_str(dashboard).unwrap();
    let panels = parsed["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let exported = names(&text);
    let mut asked = 0;
    for target in targets {
        let query = target["expr"].as_str().unwrap();
        let wanted = names(query);
        assert!(!wanted.is_empty() && wanted.is_subset(&exported), "{query}");
        asked += wanted.len();
    }
    assert!(asked >= panels.len(), "{asked}");

    let (elsewhere, _) = get(&router, "/").await;
    assert_eq!(elsewhere, StatusCode::NOT_FOUND);
}
