//! The endpoints as a browser meets them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use bytes::Bytes;
use http::{Method, Request, header};
use relying_party::{
    Duration, Settings, Timestamp,
    limits::POSTED_JSON_MAX,
    settings::{Reverification, SecondFactorRule, SensitiveAction},
};
use serde_json::json;
use support::{ORIGIN, World};

fn settings(settings: relying_party::settings::SettingsBuilder) -> World {
    World::with(support::rp().settings(settings.build().unwrap()), |endpoints| endpoints)
}

// ---- what users do ----

#[test]
fn create_sign_in_rename_and_delete() {
    let world = World::new();
    let (mut ada, id) = world.ada_with_passkey();
    let before = ada.cookie.take();

    // Before the sign-in the browser gets a session in which no one is signed in, and a new one with the sign-in.
    let begun = ada.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(200);
    assert!(begun.body.get("mediation").is_none());
    let pre_session = ada.cookie.clone();
    assert_ne!(pre_session, before);
    let posted = ada.authenticator.answer(&begun.text, ORIGIN).unwrap();
    let posted = serde_json::from_str(&posted).unwrap();
    let signed_in = ada.post("/passkeys/sign-in/finish", posted).expect(200);
    assert_eq!(signed_in.body["status"], "complete");
    assert_eq!(signed_in.body["task"], "accept-terms");
    assert_eq!(signed_in.body["passkey"]["id"], id.as_str());
    assert_ne!(ada.cookie, pre_session);

    let listed = ada.get("/passkeys").expect(200);
    assert_eq!(
        (listed.body["total_count"].as_u64(), &listed.body["data"][0]["id"]),
        (Some(1), &json!(id))
    );
    assert_eq!(listed.signals(), ["all_accepted_credentials", "current_user_details"]);
    assert_eq!(ada.rename(&id, "My key").expect(200).body["passkey"]["name"], "My key");
    let deleted = ada.delete(&id).expect(200);
    assert_eq!(deleted.signals(), ["all_accepted_credentials"]);
    assert_eq!(deleted.body["signals"][0]["allAcceptedCredentialIds"], json!([]));
    assert_eq!(ada.get("/passkeys").expect(200).body["total_count"], 0);

    // The browser is told to forget it.
    let refused = ada.ceremony("sign-in", json!({ "flow": "autofill" })).expect(400);
    assert_eq!(
        (refused.code(), refused.signals()),
        ("passkey_retrieval_failed", vec!["unknown_credential"])
    );
}

#[test]
fn the_headers_of_the_old_session_are_not_sent_with_the_new_one() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    let cookies =
        |got: &support::visitor::Got| got.headers.get_all(header::SET_COOKIE).iter().count();
    assert_eq!(cookies(&ada.ceremony("reverify", json!({})).expect(200)), 1);
    assert_eq!(cookies(&ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(200)), 1);
    ada.get("/passkeys").expect(200);
    assert_eq!(cookies(&ada.ceremony("sign-up", json!({ "name": "bob" })).expect(200)), 1);
    assert_eq!(cookies(&ada.call(&Method::DELETE, "/passkeys", None).expect(200)), 1);
}

#[test]
fn autofill_is_conditional_and_outlives_other_ceremonies() {
    let mut visitor = World::new().visitor();
    let autofill =
        visitor.post("/passkeys/sign-in/begin", json!({ "flow": "autofill" })).expect(200);
    let button =
        visitor.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(200);
    assert_eq!(autofill.body["mediation"], "conditional");
    assert!(autofill.body["expires_at"].as_u64() > button.body["expires_at"].as_u64());
}

#[test]
fn begins_a_creation_as_the_page_asks() {
    let world = World::new();
    let mut ada = world.ada();
    let options = json!({ "name": "Blue key", "attachment": "cross-platform" });
    let begun = ada.post("/passkeys/create/begin", options).expect(200);
    let selection = &begun.body["publicKey"]["authenticatorSelection"];
    assert_eq!(selection["authenticatorAttachment"], "cross-platform");
    let posted = ada.authenticator.answer(&begun.text, ORIGIN).unwrap();
    let created =
        ada.post("/passkeys/create/finish", serde_json::from_str(&posted).unwrap()).expect(200);
    assert_eq!(created.body["passkey"]["name"], "Blue key");
    assert_eq!(created.signals(), ["current_user_details"]);
    let silent = ada.post("/passkeys/create/begin", json!({ "conditional": true })).expect(200);
    assert_eq!(silent.body["mediation"], "conditional");
}

#[test]
fn a_passkey_of_an_unknown_authenticator_is_named_after_the_browser() {
    let world = World::new();
    let mut ada = world.ada();
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
    let begun =
        ada.post_with("/passkeys/create/begin", "{}", &[("user-agent", Some(agent))]).expect(200);
    let posted = ada.authenticator.answer(&begun.text, ORIGIN).unwrap();
    let created =
        ada.post("/passkeys/create/finish", serde_json::from_str(&posted).unwrap()).expect(200);
    assert_eq!(created.body["passkey"]["name"], "Firefox on Linux");
}

#[test]
fn a_deletion_needs_a_recent_verification_if_the_settings_ask_for_it() {
    let rule = Reverification::within(Duration::from_secs(300)).before([
        SensitiveAction::Create,
        SensitiveAction::Rename,
        SensitiveAction::Delete,
    ]);
    let world = settings(Settings::builder().reverification(rule));
    let mut ada = world.ada();
    // The first passkey: the host has verified her.
    assert_eq!(
        ada.post("/passkeys/create/begin", json!({})).expect(403).code(),
        "reverification_required"
    );
    let cookie = ada.cookie.clone().unwrap();
    world.host.verify(&cookie, Timestamp::now());
    let id = ada.ceremony("create", json!({})).expect(200).body["passkey"]["id"].clone();
    let id = id.as_str().unwrap();
    world.host.verify(&cookie, Timestamp::from_unix_millis(0));
    assert_eq!(ada.delete(id).expect(403).code(), "reverification_required");
    assert_eq!(ada.rename(id, "Key").expect(403).code(), "reverification_required");

    // A session of another kind, in which nothing was verified yet.
    ada.cookie = Some(world.host.sign_in(world.host.account("ada")));
    assert_eq!(ada.delete(id).expect(403).code(), "reverification_required");
    ada.ceremony("reverify", json!({})).expect(200);
    ada.rename(id, "Key").expect(200);
    ada.post("/passkeys/create/begin", json!({})).expect(200);
    ada.delete(id).expect(200);
}

#[test]
fn an_update_of_the_session_adds_its_headers_to_those_of_the_session() {
    let (mut ada, _) = World::new().ada_with_passkey();
    let updated = ada.ceremony("reverify", json!({})).expect(200);
    assert_eq!(updated.header("x-session"), "updated");
    assert!(updated.header("set-cookie").starts_with("session="));
}

#[test]
fn a_sign_in_counts_as_a_recent_verification() {
    let rule = Reverification::within(Duration::from_secs(300)).before([SensitiveAction::Delete]);
    let world = settings(Settings::builder().reverification(rule));
    let (mut ada, id) = world.ada_with_passkey();
    ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(200);
    ada.delete(&id).expect(200);
}

#[test]
fn a_passkey_that_is_not_enough_begins_no_session() {
    let world = settings(Settings::builder().second_factor(SecondFactorRule::Always));
    let (mut ada, _) = world.ada_with_passkey();
    ada.cookie = None;
    ada.get("/passkeys").expect(401);
    let pre_session = ada.cookie.clone();
    let answer = ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(200);
    assert_eq!(answer.body["status"], "needs_second_factor");
    assert_eq!(answer.body["task"], json!(null));
    assert_eq!(ada.cookie, pre_session);
    ada.get("/passkeys").expect(401);
    let ada_handle = world.host.account("ada").handle();
    assert_eq!(world.host.shown_first_factor(&pre_session.unwrap()), Some(ada_handle));
}

#[test]
fn a_passkey_is_the_second_factor_of_whoever_has_shown_the_first() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    ada.cookie = None;
    assert_eq!(
        ada.post("/passkeys/second-factor/begin", json!({})).expect(401).code(),
        "unauthenticated"
    );
    // Someone else's first factor: Ada's passkey does not count for them.
    ada.cookie = Some(world.host.first_factor(&world.host.account("eve")));
    assert_eq!(
        ada.post("/passkeys/second-factor/begin", json!({})).expect(400).code(),
        "no_passkeys"
    );
    ada.cookie = Some(world.host.first_factor(&world.host.account("ada")));
    ada.get("/passkeys").expect(401);
    assert_eq!(ada.ceremony("second-factor", json!({})).expect(200).body["status"], "complete");
    ada.get("/passkeys").expect(200);
}

#[test]
fn signing_up_creates_the_account_with_its_passkey_and_begins_a_session() {
    let world = World::new();
    let mut new = world.visitor();
    let begun =
        new.post("/passkeys/sign-up/begin", json!({ "name": " Bob ", "displayName": "Bob B." }));
    let pre_session = new.cookie.clone();
    assert_eq!(begun.body["publicKey"]["user"]["name"], "bob"); // the host's spelling
    new.get("/passkeys").expect(401);
    let posted = new.authenticator.answer(&begun.text, ORIGIN).unwrap();
    let signed_up =
        new.post("/passkeys/sign-up/finish", serde_json::from_str(&posted).unwrap()).expect(200);
    assert_eq!(signed_up.body["user"], json!({ "name": "bob", "displayName": "Bob B." }));
    assert_ne!(new.cookie, pre_session);
    assert_eq!(new.get("/passkeys").expect(200).body["total_count"], 1);
    new.cookie = None;
    new.ceremony("sign-in", json!({ "flow": "named", "identifier": "BOB" })).expect(200);

    let taken =
        world.visitor().post("/passkeys/sign-up/begin", json!({ "name": "Bob" })).expect(409);
    assert_eq!(taken.code(), "user_name_taken");
}

#[test]
fn a_sign_up_that_comes_second_has_its_passkey_forgotten() {
    let world = World::new();
    let (mut first, mut second) = (world.visitor(), world.visitor());
    second.authenticator =
        relying_party::test_authenticator::TestAuthenticator::new("another laptop");
    let begun = second.post("/passkeys/sign-up/begin", json!({ "name": "bob" })).expect(200);
    first.ceremony("sign-up", json!({ "name": "bob" })).expect(200);
    let posted = second.authenticator.answer(&begun.text, ORIGIN).unwrap();
    let refused = second.post("/passkeys/sign-up/finish", serde_json::from_str(&posted).unwrap());
    assert_eq!(refused.signals(), ["unknown_credential"]);
    assert_eq!(refused.expect(409).code(), "user_name_taken");
    second.get("/passkeys").expect(401);
}

#[test]
fn erasing_an_account_ends_its_sessions_and_tells_the_browser() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    let mut elsewhere = world.ada();
    let erased = ada.call(&Method::DELETE, "/passkeys", None).expect(200);
    assert_eq!(erased.signals(), ["all_accepted_credentials"]);
    assert_eq!(erased.body["signals"][0]["allAcceptedCredentialIds"], json!([]));
    for visitor in [&mut ada, &mut elsewhere] {
        visitor.get("/passkeys").expect(401);
    }
    ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(400);
}

#[test]
fn erasing_needs_a_recent_verification_if_the_settings_ask_for_it() {
    let rule = Reverification::within(Duration::from_secs(300)).before([SensitiveAction::Erase]);
    let world = settings(Settings::builder().reverification(rule));
    let (mut ada, _) = world.ada_with_passkey();
    let refused = ada.call(&Method::DELETE, "/passkeys", None).expect(403);
    assert_eq!(refused.code(), "reverification_required");
    ada.ceremony("reverify", json!({})).expect(200);
    ada.call(&Method::DELETE, "/passkeys", None).expect(200);
}

#[test]
fn signing_up_and_erasing_are_off_by_default() {
    let world = World::new();
    let host = support::TestHost::default();
    let passkeys =
        relying_party::Passkeys::new(support::rp().build().unwrap(), world.store.clone());
    let endpoints = relying_party_http::Endpoints::new(passkeys, host.clone());
    let mut visitor = support::Visitor::new(move |it| pollster::block_on(endpoints.handle(it)));
    for step in ["begin", "finish"] {
        let refused = visitor.post(&format!("/passkeys/sign-up/{step}"), json!({ "name": "bob" }));
        assert_eq!(refused.expect(403).code(), "sign_up_disabled");
    }
    assert_eq!(visitor.get("/passkeys/settings").body["sign_up"], false);
    visitor.cookie = Some(host.sign_in(host.account("ada")));
    let refused = visitor.call(&Method::DELETE, "/passkeys", None).expect(403);
    assert_eq!(refused.code(), "erase_disabled");
}

// ---- whose ceremony, whose passkey ----

#[test]
fn a_ceremony_finishes_only_in_the_session_in_which_it_began() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    ada.cookie = None;
    let begun = ada.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(200);
    let posted = ada.authenticator.answer(&begun.text, ORIGIN).unwrap();
    let mut victim = world.visitor();
    victim.get("/passkeys").expect(401);
    let refused = victim.post("/passkeys/sign-in/finish", serde_json::from_str(&posted).unwrap());
    assert_eq!(refused.expect(400).code(), "ceremony_expired");
    victim.get("/passkeys").expect(401);
    // It is used up.
    let refused = ada.post("/passkeys/sign-in/finish", serde_json::from_str(&posted).unwrap());
    assert_eq!(refused.expect(400).code(), "ceremony_expired");
}

#[test]
fn a_failure_is_reported_in_the_session_of_its_ceremony_and_leaves_it_open() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    ada.cookie = None;
    let begun = ada.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(200);
    let report = json!({ "ceremony": begun.body["ceremony"], "error": "NotAllowedError" });
    let mut stranger = world.visitor();
    stranger.get("/passkeys").expect(401);
    let refused = stranger.post("/passkeys/failure", report.clone()).expect(400);
    assert_eq!(refused.code(), "ceremony_expired");
    let taken_in = ada.post("/passkeys/failure", report).expect(200);
    assert_eq!(taken_in.body, json!({ "reported": true }));
    let posted = ada.authenticator.answer(&begun.text, ORIGIN).unwrap();
    ada.post("/passkeys/sign-in/finish", serde_json::from_str(&posted).unwrap()).expect(200);
}

#[test]
fn a_ceremony_finishes_only_as_what_it_began_as() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    for (begin, finish) in [("sign-in", "reverify"), ("reverify", "sign-in"), ("sign-in", "create")]
    {
        let options =
            if begin == "sign-in" { json!({ "flow": "discoverable" }) } else { json!({}) };
        let begun = ada.post(&format!("/passkeys/{begin}/begin"), options).expect(200);
        let posted = ada.authenticator.answer(&begun.text, ORIGIN).unwrap();
        let posted = serde_json::from_str(&posted).unwrap();
        let refused = ada.post(&format!("/passkeys/{finish}/finish"), posted).expect(400);
        assert_eq!(refused.code(), "ceremony_expired", "{begin} {finish}");
    }
}

#[test]
fn a_ceremony_finishes_only_in_a_page_of_the_origin_in_which_it_began() {
    let two = support::rp().origin("https://www.example.com");
    let world = World::with(two, |endpoints| endpoints);
    let (mut ada, _) = world.ada_with_passkey();
    ada.origin = "https://www.example.com".to_owned();
    // Begins at www, and the authenticator's client data say that the page was another.
    ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(400);
    ada.origin = ORIGIN.to_owned();
    ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(200);
}

#[test]
fn passkeys_of_others_are_not_found() {
    let world = World::new();
    let (_, id) = world.ada_with_passkey();
    let mut eve = world.visitor();
    eve.cookie = Some(world.host.sign_in(world.host.account("eve")));
    let unknown = "A".repeat(22);
    for id in [id.as_str(), &unknown, "AAAA", "no-id", &"A".repeat(128)] {
        assert_eq!(eve.rename(id, "Mine").expect(404).code(), "passkey_not_found");
        assert_eq!(eve.delete(id).expect(404).code(), "passkey_not_found");
    }
    assert_eq!(eve.get("/passkeys").expect(200).body["data"], json!([]));
}

#[test]
fn signing_in_by_name_does_not_tell_who_has_an_account() {
    let world = World::new();
    let (mut ada, _) = world.ada_with_passkey();
    world.host.account("bob"); // has no passkey
    ada.cookie = None;
    let mut begin = |name: &str| {
        let named = json!({ "flow": "named", "identifier": name });
        ada.post("/passkeys/sign-in/begin", named).expect(200).body
    };
    let members = |begun: &serde_json::Value| {
        let object = begun["publicKey"].as_object().unwrap();
        object.keys().cloned().collect::<Vec<_>>()
    };
    let real = begin("ada");
    for name in ["bob", "nobody"] {
        let listed = begin(name);
        assert!(!listed["publicKey"]["allowCredentials"].as_array().unwrap().is_empty(), "{name}");
        assert_eq!(members(&listed), members(&real));
        // The same list every time, and for every spelling of the name.
        let again = begin(&name.to_uppercase());
        assert_eq!(listed["publicKey"]["allowCredentials"], again["publicKey"]["allowCredentials"]);
    }
    let only_hers = ada.ceremony("sign-in", json!({ "flow": "named", "identifier": "ADA" }));
    only_hers.expect(200);
}

// ---- which requests ----

#[test]
fn forged_requests_change_nothing_and_are_audited() {
    let world = World::new();
    let (mut ada, id) = world.ada_with_passkey();
    let evil = ("origin", "https://evil.example");
    for (name, value, code) in [
        (evil.0, Some(evil.1), "origin_not_accepted"),
        ("origin", Some("null"), "origin_not_accepted"),
        ("origin", None, "origin_missing"),
        ("sec-fetch-site", Some("cross-site"), "another_site"),
        ("sec-fetch-site", Some("same-site"), "another_site"),
    ] {
        for (method, path, action) in [
            (Method::POST, "/passkeys/create/begin".to_owned(), "begin_create"),
            (Method::POST, "/passkeys/sign-in/finish".to_owned(), "finish_sign_in"),
            (Method::PATCH, format!("/passkeys/{id}"), "rename"),
            (Method::DELETE, format!("/passkeys/{id}"), "delete"),
        ] {
            world.observed.take();
            let request =
                ada.request(&method, &path).header(header::CONTENT_TYPE, "application/json");
            let mut request = request.body(Bytes::from_static(b"{\"name\":\"Evil\"}")).unwrap();
            request.headers_mut().remove(name);
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            assert_eq!(ada.send(request).expect(403).code(), "forbidden");
            assert_eq!(world.observed.take_refusals(), [(action.to_owned(), code.to_owned())]);
        }
    }
    let listed = ada.get("/passkeys").expect(200);
    assert_eq!(listed.body["total_count"], 1);
    assert_ne!(listed.body["data"][0]["name"], "Evil");
}

#[test]
fn apps_are_answered_if_one_is_configured() {
    let world =
        World::with(support::rp(), |it| it.apple_app("ABCDE12345.com.example.app").unwrap());
    let mut app = world.ada();
    let without = [("origin", None), ("sec-fetch-site", None)];
    app.post_with("/passkeys/create/begin", "{}", &without).expect(200);
    app.post_with("/passkeys/create/begin", "{}", &without[..1]).expect(403);
    let mut elsewhere = World::new().visitor();
    elsewhere.post_with("/passkeys/create/begin", "{}", &without).expect(403);
}

#[test]
fn every_refusal_is_an_audit_entry_about_its_account() {
    let world = World::new();
    let (mut ada, id) = world.ada_with_passkey();
    world.observed.take();
    let account = relying_party::AccountId::of("example.com", &world.host.account("ada").handle());
    ada.rename(&id, "").expect(422);
    assert_eq!(world.observed.last_entry().account, Some(account));
    ada.post_with("/passkeys/create/begin", "{", &[]).expect(400);
    assert_eq!(world.observed.last_entry().account, Some(account));
    ada.post_with("/passkeys/create/begin", "{}", &[("content-type", Some("text/plain"))])
        .expect(415);
    ada.post("/passkeys/sign-in/finish", json!({})).expect(400);
    ada.cookie = None;
    ada.get("/passkeys").expect(401);
    ada.post("/passkeys/second-factor/begin", json!({})).expect(401);
    let expected = [
        ("rename", "passkey_name_invalid"),
        ("begin_create", "request_malformed"),
        ("begin_create", "unsupported_media_type"),
        ("finish_sign_in", "request_malformed"),
        ("list", "unauthenticated"),
        ("begin_sign_in", "first_factor_missing"),
    ];
    let expected = expected.map(|(action, code)| (action.to_owned(), code.to_owned()));
    assert_eq!(world.observed.take_refusals(), expected);
}

#[test]
fn begin_steps_are_observed_on_demand() {
    for wanted in [false, true] {
        let world = World::with(support::rp(), |endpoints| {
            if wanted { endpoints.observe_begin_steps() } else { endpoints }
        });
        let mut visitor = world.visitor();
        world.observed.take();
        visitor.post("/passkeys/sign-in/begin", json!({ "flow": "autofill" })).expect(200);
        let expected = if wanted { vec!["audit: ceremony_begun"] } else { vec![] };
        assert_eq!(world.observed.take(), expected);
    }
}

#[test]
fn failures_are_logged_and_their_details_are_not_sent() {
    let world = World::new();
    let mut visitor = world.visitor();
    world.observed.take();
    let begin = json!({ "flow": "discoverable" });
    world.store.fail(true);
    let got = visitor.post("/passkeys/sign-in/begin", begin.clone()).expect(503);
    assert_eq!((got.code(), got.header("retry-after")), ("internal_error", "1"));
    assert!(!got.text.contains("secret"));
    world.store.fail(false);
    world.host.fail(true);
    let got = visitor.post("/passkeys/sign-in/begin", begin).expect(500);
    assert_eq!(got.code(), "internal_error");
    assert!(!got.text.contains("secret"));
    let logged =
        ["store: the disk is full: secret detail", "host: the sessions are gone: secret detail"];
    assert_eq!(world.observed.take(), logged);
    world.host.may_pass();
    let got = visitor.get("/passkeys").expect(503);
    assert_eq!((got.code(), got.header("retry-after")), ("internal_error", "1"));
}

#[test]
fn requests_that_cannot_be_read_are_refused() {
    let world = World::new();
    let mut ada = world.ada();
    for (path, body) in [
        ("create/begin", ""),
        ("create/begin", "[]"),
        ("sign-up/begin", r#"["bob","Bob"]"#),
        ("sign-in/begin", r#"["named","ada"]"#),
        ("create/begin", r#"{"nmae":"x"}"#),
        ("create/begin", r#"{"name":null}"#),
        ("sign-up/begin", r#"{"name":"bob","displayName":null}"#),
        ("create/begin", r#"{"attachment":"pocket"}"#),
        ("create/begin", r#"{"name":"a","name":"b"}"#),
        ("sign-in/begin", "{}"),
        ("sign-in/begin", r#"{"flow":"named"}"#),
        ("sign-in/begin", r#"{"flow":"reverify"}"#),
        ("sign-in/begin", r#"{"flow":"autofill","identifier":"ada"}"#),
        ("reverify/begin", r#"{"user":"eve"}"#),
        ("sign-in/finish", "{}"),
        ("sign-in/finish", "\u{0}"),
    ] {
        let got = ada.post_with(&format!("/passkeys/{path}"), body, &[]);
        assert_eq!(got.expect(400).code(), "request_malformed", "{path} {body}");
    }
}

#[test]
fn a_body_of_the_maximum_size_is_read() {
    let world = World::new();
    let mut visitor = world.visitor();
    let begin = r#"{"flow":"discoverable"}"#;
    let padded = |length: usize| begin.to_owned() + &" ".repeat(length - begin.len());
    visitor.post_with("/passkeys/sign-in/begin", &padded(POSTED_JSON_MAX), &[]).expect(200);
    let longer = padded(POSTED_JSON_MAX + 1);
    let refused = visitor.post_with("/passkeys/sign-in/begin", &longer, &[]).expect(413);
    assert_eq!(refused.code(), "payload_too_large");
}

#[test]
fn an_openapi_document_that_is_not_served_is_missing_for_any_page() {
    let world = World::new();
    let visitor = world.visitor();
    let request = visitor.request(&Method::GET, "/passkeys/openapi.json");
    let mut request = request.body(Bytes::new()).unwrap();
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    world.host.fail(true);
    assert_eq!(pollster::block_on(world.endpoints.handle(request)).status(), 404);
}

#[test]
fn methods_and_paths_are_exact() {
    let world = World::new();
    let mut visitor = world.ada();
    for (method, path, allow) in [
        (Method::PUT, "/passkeys", "GET, DELETE, HEAD, OPTIONS"),
        (Method::GET, "/passkeys/create/begin", "POST, OPTIONS"),
        (Method::POST, "/passkeys/AAAAAAAAAAAAAAAAAAAAAA", "PATCH, DELETE, OPTIONS"),
        (Method::POST, "/passkeys/settings", "GET, HEAD, OPTIONS"),
        (Method::TRACE, "/.well-known/webauthn", "GET, HEAD, OPTIONS"),
    ] {
        world.observed.take();
        let got = visitor.call(&method, path, None).expect(405);
        assert_eq!(world.observed.take(), [""; 0], "nothing was asked for");
        assert_eq!((got.code(), got.header("allow")), ("method_not_allowed", allow), "{path}");
        let got = visitor.call(&Method::OPTIONS, path, None).expect(204);
        assert_eq!(got.header("allow"), allow);
        assert!(!got.headers.keys().any(|name| name.as_str().starts_with("access-control")));
    }
    for path in [
        "/",
        "/passkeysx",
        "/passkeys/",
        "/passkeys/../passkeys",
        "/passkeys//",
        "/passkeys/a.b",
        "/passkeys/create/begin/",
        "/passkeys/create/undo",
        "/passkeys/browser/../client.js",
        "/passkeys/%41AAAAAAAAAAAAAAAAAAAAA",
        "/.well-known/other",
        "/PASSKEYS",
    ] {
        assert_eq!(visitor.get(path).expect(404).code(), "not_found", "{path}");
    }
    let head = visitor.call(&Method::HEAD, "/passkeys", None).expect(200);
    assert_eq!((head.text.as_str(), head.header("content-type")), ("", "application/json"));
}

#[test]
fn answers_are_private_and_files_are_not() {
    let world = World::new();
    let mut ada = world.ada();
    for path in ["/passkeys", "/passkeys/settings", "/passkeys/none.x"] {
        let got = ada.get(path);
        assert_eq!(got.header("cache-control"), "no-store", "{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("cross-origin-resource-policy"), "same-origin");
    }
    let got = ada.get("/passkeys/browser/index.js").expect(200);
    assert_eq!(got.header("cache-control"), "no-cache");
    assert!(got.text.contains("PasskeyClient"));
    assert_eq!(got.header("set-cookie"), "");
}

#[test]
fn settings_tell_the_page_what_to_offer() {
    let world = settings(Settings::builder().autofill(false).sign_in_button(false));
    let mut visitor = world.visitor();
    let got = visitor.get("/passkeys/settings").expect(200);
    let expected = json!({
        "enabled": true, "autofill": false, "show_button": false, "sign_up": true, "rp_id": "example.com",
    });
    assert_eq!(got.body, expected);
    assert_eq!((visitor.cookie.is_none(), world.host.session_count()), (true, 0));
    let refused =
        visitor.post("/passkeys/sign-in/begin", json!({ "flow": "autofill" })).expect(403);
    assert_eq!(refused.code(), "passkey_autofill_disabled");
}

#[test]
fn another_base_path_moves_all_endpoints() {
    for base in ["/auth/passkeys", "auth/passkeys/"] {
        let world = World::with(support::rp(), |endpoints| endpoints.base(base));
        let get = |path: &str| {
            let request = Request::get(path).body(Bytes::new()).unwrap();
            pollster::block_on(world.endpoints.handle(request)).status().as_u16()
        };
        assert_eq!((get("/auth/passkeys/settings"), get("/passkeys/settings")), (200, 404));
        assert!(world.endpoints.has_path("/auth/passkeys/create/begin"));
        assert!(!world.endpoints.has_path("/passkeys/create/begin"));
    }
    let world = World::with(support::rp(), |endpoints| endpoints.base("/"));
    for path in ["/", "/settings", "/create/begin", "/browser/index.js"] {
        assert!(world.endpoints.has_path(path), "{path}");
    }
}

// ---- what the host is told ----

#[test]
fn a_relying_party_without_decoys_or_with_an_unknown_app_is_warned_of() {
    let rp = relying_party::RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let fingerprint = "A4D88FE622B243C27080639A280D7318F50F2484BED07D7128241C7E0A062DC7";
    let world = World::with(rp, |it| it.android_app("com.example.app", fingerprint).unwrap());
    let told = world.observed.take();
    assert_eq!(told.len(), 2);
    assert!(told[0].contains("decoy secret") && told[1].contains("Android app"));
    assert_eq!(world.endpoints.warnings().len(), 2);

    let rp = support::rp().origins(|policy| policy.android_app(fingerprint));
    let world = World::with(rp, |it| it.android_app("com.example.app", fingerprint).unwrap());
    assert_eq!(world.endpoints.warnings(), []);
}

#[test]
fn well_known_documents_have_what_was_configured() {
    let rp = support::rp().origins(|policy| policy.related_origin("https://example.net"));
    let world = World::with(rp, |it| {
        it.account_pages("https://example.com/new", "https://example.com/keys")
    });
    let mut visitor = world.visitor();
    let pages = visitor.get("/.well-known/passkey-endpoints").expect(200);
    let expected =
        json!({ "enroll": "https://example.com/new", "manage": "https://example.com/keys" });
    assert_eq!(pages.body, expected);
    let related = visitor.get("/.well-known/webauthn").expect(200);
    assert_eq!(related.body, json!({ "origins": ["https://example.net"] }));
    assert_eq!(
        World::new().visitor().get("/.well-known/passkey-endpoints").expect(200).body,
        json!({})
    );
}
