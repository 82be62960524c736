//! The facade: every method, with blocking and asynchronous stores, and what a browser may post.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{ORIGIN, authenticator, handle, session, user};
use relying_party::{
    Duration, Error, NewUser, Passkey, Passkeys, Posted, RelyingParty, Run, SessionBinding,
    Settings, SignInRequest, SignedInUser, StepUp, Timestamp, UserHandle,
    audit::AuditEvent,
    flow::{BeginOptions, Flow},
    limits::{POSTED_JSON_MAX, RESPONSE_JSON_MAX},
    settings::{Reverification, SensitiveAction},
    store::{
        AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, MemoryStore, PasskeyStore, RunError,
    },
    test_authenticator::TestAuthenticator,
};
use serde_json::{Value, json};

type World = Passkeys<MemoryStore>;

fn passkeys() -> World {
    with(Settings::default())
}

fn with(settings: Settings) -> World {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
    Passkeys::new(rp.build().unwrap(), MemoryStore::new())
}

fn create(passkeys: &World, user: &SignedInUser, browser: &mut TestAuthenticator) -> Passkey {
    let start = passkeys.begin_create(user, session()).blocking().unwrap().to_json();
    let body = browser.answer(&start, ORIGIN).unwrap();
    let finish = passkeys.finish_create(user.handle(), session(), body.as_bytes());
    finish.blocking().unwrap().passkey
}

/// What a browser posts to finish a sign-in that has begun.
fn answered_sign_in(passkeys: &World, browser: &mut TestAuthenticator) -> String {
    let begin = passkeys.begin_sign_in(SignInRequest::Discoverable, session());
    browser.answer(&begin.blocking().unwrap().to_json(), ORIGIN).unwrap()
}

fn sign_in_error(passkeys: &World, session: SessionBinding, body: &[u8]) -> Error {
    let RunError::Flow(error) = passkeys.finish_sign_in(session, body).blocking().unwrap_err();
    error
}

#[test]
fn blocking_store_runs_whole_life_of_a_passkey() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let mut browser = authenticator("laptop");
    let passkey = create(&passkeys, &ada, &mut browser);

    let body = answered_sign_in(&passkeys, &mut browser);
    let signed_in = passkeys.finish_sign_in(session(), body.as_bytes()).blocking().unwrap();
    assert!(signed_in.is_complete());
    assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), passkey.id));

    let renamed = passkeys.rename(ada.handle(), passkey.id, "Laptop").blocking().unwrap();
    let listed = passkeys.list(ada.handle()).blocking().unwrap();
    assert_eq!(listed.passkeys, [renamed]);
    assert_eq!(listed.passkeys[0].name.as_str(), "Laptop");
    let deleted = passkeys.delete(ada.handle(), passkey.id).blocking().unwrap();
    assert!(deleted.signal.all_accepted_credential_ids().is_empty());
}

/// Any runtime may move the future to another thread.
fn on_any_thread<T: Send>(future: impl IntoFuture<Output = T, IntoFuture: Send>) -> T {
    let future = future.into_future();
    std::thread::scope(|scope| scope.spawn(|| pollster::block_on(future)).join().unwrap())
}

#[test]
fn asynchronous_store_runs_whole_life_of_a_passkey() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let mut browser = authenticator("laptop");
    let start = on_any_thread(passkeys.begin_create(&ada, session())).unwrap().to_json();
    let body = browser.answer(&start, ORIGIN).unwrap();
    let created = passkeys.finish_create(ada.handle(), session(), body.as_bytes());
    let passkey = on_any_thread(created).unwrap().passkey;

    let begin = passkeys.begin_sign_in(SignInRequest::for_account(ada.handle()), session());
    let body = browser.answer(&on_any_thread(begin).unwrap().to_json(), ORIGIN).unwrap();
    let signed_in = on_any_thread(passkeys.finish_sign_in(session(), body.as_bytes())).unwrap();
    assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), passkey.id));

    let begin = passkeys.begin_second_factor(ada.handle(), session());
    let body = browser.answer(&on_any_thread(begin).unwrap().to_json(), ORIGIN).unwrap();
    let finish = passkeys.finish_second_factor(ada.handle(), session(), body.as_bytes());
    assert!(on_any_thread(finish).unwrap().is_complete());

    let begin = passkeys.begin_reverify(ada.handle(), session());
    let body = browser.answer(&on_any_thread(begin).unwrap().to_json(), ORIGIN).unwrap();
    let finish = passkeys.finish_reverify(ada.handle(), session(), body.as_bytes());
    let proof = on_any_thread(finish).unwrap().proof.unwrap();

    let rename = passkeys.rename_verified(ada.handle(), passkey.id, "Laptop", &proof);
    let renamed = on_any_thread(rename).unwrap();
    assert_eq!(on_any_thread(passkeys.list(ada.handle())).unwrap().passkeys, [renamed]);
    let delete = passkeys.delete_verified(ada.handle(), passkey.id, &proof);
    assert_eq!(on_any_thread(delete).unwrap().id, passkey.id);
}

#[test]
fn every_ceremony_has_its_own_challenge_and_the_present_time() {
    let passkeys = passkeys();
    let before = Timestamp::now();
    let begin = || passkeys.begin_sign_in(SignInRequest::Discoverable, session()).blocking();
    let (first, second) = (begin().unwrap(), begin().unwrap());
    assert_ne!(first.public_key.challenge, second.public_key.challenge);
    let lifetime = passkeys.relying_party().ceremony_lifetime();
    assert!(first.expires_at >= before + lifetime);
    assert!(second.expires_at <= Timestamp::now() + lifetime);
}

#[test]
fn start_says_in_json_what_the_browser_needs() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();

    let start = passkeys.begin_create(&ada, session()).blocking().unwrap();
    assert_eq!(
        json(start.to_json()),
        json!({
            "ceremony": start.ceremony_id,
            "publicKey": start.public_key,
            "expires_at": start.expires_at,
        })
    );
    let silently = BeginOptions::new(session()).conditional();
    let start = passkeys.begin_create(&ada, silently).blocking().unwrap();
    assert_eq!(json(start.to_json())["mediation"], "conditional");

    let start = passkeys.begin_sign_in(SignInRequest::Autofill, session()).blocking().unwrap();
    assert_eq!(
        json(start.to_json()),
        json!({
            "ceremony": start.ceremony_id,
            "publicKey": start.public_key,
            "mediation": "conditional",
            "expires_at": start.expires_at.as_unix_millis(),
        })
    );
    let start = passkeys.begin_sign_in(SignInRequest::Discoverable, session());
    assert!(json(start.blocking().unwrap().to_json()).get("mediation").is_none());
}

#[test]
fn malformed_body_uses_no_ceremony_up() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let mut browser = authenticator("laptop");
    create(&passkeys, &ada, &mut browser);
    let body = answered_sign_in(&passkeys, &mut browser);
    let Value::Object(members) = serde_json::from_str(&body).unwrap() else { panic!("{body}") };
    let (ceremony, credential) = (&members["ceremony"], &members["credential"]);

    let mut not_utf8 = body.clone().into_bytes();
    not_utf8.insert(1, 0xff);
    let too_long = format!("{}{body}", " ".repeat(POSTED_JSON_MAX + 1 - body.len()));
    let malformed = [
        String::new(),
        "null".into(),
        format!("[{ceremony},{credential}]"),
        format!(r#"{{"ceremony":{ceremony}}}"#),
        format!(r#"{{"credential":{credential}}}"#),
        format!(r#"{{"ceremony":{ceremony},"ceremony":{ceremony},"credential":{credential}}}"#),
        format!(r#"{{"ceremony":{ceremony},"credential":null,"credential":{credential}}}"#),
        format!(r#"{{"ceremony":{ceremony},"cr\u0065dential":1,"credential":{credential}}}"#),
        format!(r#"{{"ceremony":7,"credential":{credential}}}"#),
        format!("{body}{body}"),
        body[..body.len() - 1].into(),
        too_long,
    ];
    for malformed in malformed.iter().map(String::as_bytes).chain([&*not_utf8]) {
        let error = sign_in_error(&passkeys, session(), malformed);
        let shown = String::from_utf8_lossy(malformed);
        assert_eq!(error.code(), "request_malformed", "{shown}");
        assert_eq!((error.status(), error.public().code()), (400, "request_malformed"));
        let created = passkeys.finish_create(ada.handle(), session(), malformed);
        assert_eq!(created.blocking().unwrap_err(), RunError::Flow(error));
    }
    for unknown in ["", "?", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let body = json!({ "ceremony": unknown, "credential": credential }).to_string();
        let error = sign_in_error(&passkeys, session(), body.as_bytes());
        assert_eq!(error, Error::CeremonyNotFound, "{unknown}");
    }
    let signed_in = passkeys.finish_sign_in(session(), body.as_bytes()).blocking().unwrap();
    assert_eq!(signed_in.user, ada.handle());
}

#[test]
fn malformed_credential_uses_the_ceremony_up() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let mut browser = authenticator("laptop");
    create(&passkeys, &ada, &mut browser);
    let too_long = json!("x".repeat(RESPONSE_JSON_MAX));
    for credential in [json!(null), json!("{}"), json!([]), json!({}), too_long] {
        let body = answered_sign_in(&passkeys, &mut browser);
        let mut tampered = serde_json::from_str::<Value>(&body).unwrap();
        tampered["credential"] = credential;
        let tampered = tampered.to_string();
        assert!(tampered.len() <= POSTED_JSON_MAX);
        let error = sign_in_error(&passkeys, session(), tampered.as_bytes());
        assert_eq!(error.code(), "malformed");
        let again = sign_in_error(&passkeys, session(), body.as_bytes());
        assert_eq!(again, Error::CeremonyNotFound);
    }
}

#[test]
fn body_may_have_other_members_and_spaces() {
    let session = session();
    let body = br#" { "remember" : true , "credential" : { "id" : 7 } , "ceremony" : "AAAAAAAAAAAAAAAAAAAAAA" } "#;
    let posted = Posted::from_json(session, body).unwrap();
    assert_eq!(posted.response, br#"{ "id" : 7 }"#);
    assert_eq!((posted.ceremony.as_bytes(), posted.session), (&[0; 16], session));
}

#[test]
fn another_session_cannot_finish_anything() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let mut browser = authenticator("laptop");
    let elsewhere = SessionBinding::of("the session of another browser");
    let start = passkeys.begin_create(&ada, session()).blocking().unwrap().to_json();
    let body = browser.answer(&start, ORIGIN).unwrap();
    let finish = passkeys.finish_create(ada.handle(), elsewhere, body.as_bytes());
    assert_eq!(finish.blocking().unwrap_err(), Error::AnotherSession.into());

    create(&passkeys, &ada, &mut browser);
    for elsewhere in [elsewhere, SessionBinding::none(), SessionBinding::of("")] {
        let body = answered_sign_in(&passkeys, &mut browser);
        let error = sign_in_error(&passkeys, elsewhere, body.as_bytes());
        assert_eq!(error, Error::AnotherSession);
    }
}

#[test]
fn creation_can_only_be_finished_for_its_user() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let start = passkeys.begin_create(&ada, session()).blocking().unwrap().to_json();
    let body = authenticator("laptop").answer(&start, ORIGIN).unwrap();
    let finish = passkeys.finish_create(handle("bob"), session(), body.as_bytes());
    assert_eq!(finish.blocking().unwrap_err(), Error::CeremonyMismatch("another user").into());
}

/// What finishes a ceremony: for which purpose, and for whom.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Purpose {
    SignIn,
    SecondFactor(UserHandle),
    Reverify(UserHandle),
}

#[test]
fn ceremony_can_only_be_finished_for_its_purpose_and_user() {
    let (passkeys, ada, bob) = (passkeys(), user("ada"), user("bob"));
    let mut browser = authenticator("laptop");
    create(&passkeys, &ada, &mut browser);
    create(&passkeys, &bob, &mut browser);
    let (ada, bob) = (ada.handle(), bob.handle());
    let purposes = [
        Purpose::SignIn,
        Purpose::SecondFactor(ada),
        Purpose::SecondFactor(bob),
        Purpose::Reverify(ada),
        Purpose::Reverify(bob),
    ];
    for begun in purposes {
        for finished in purposes {
            let start = match begun {
                Purpose::SignIn => passkeys.begin_sign_in(SignInRequest::Discoverable, session()),
                Purpose::SecondFactor(user) => passkeys.begin_second_factor(user, session()),
                Purpose::Reverify(user) => passkeys.begin_reverify(user, session()),
            };
            let body = browser.answer(&start.blocking().unwrap().to_json(), ORIGIN).unwrap();
            let body = body.as_bytes();
            let finish = match finished {
                Purpose::SignIn => passkeys.finish_sign_in(session(), body),
                Purpose::SecondFactor(user) => passkeys.finish_second_factor(user, session(), body),
                Purpose::Reverify(user) => passkeys.finish_reverify(user, session(), body),
            };
            let code = finish.blocking().map_err(|error| error.code()).err();
            let expected = (begun != finished).then_some("ceremony_mismatch");
            assert_eq!(code, expected, "{begun:?} {finished:?}");
        }
    }
    let none = passkeys.begin_reverify(handle("carol"), session()).blocking().unwrap_err();
    assert_eq!(none, Error::NoPasskeys.into());
    let none = passkeys.begin_second_factor(handle("carol"), session()).blocking().unwrap_err();
    assert_eq!(none, Error::NoPasskeys.into());
}

#[test]
fn sensitive_actions_need_a_recent_verification_if_the_settings_say_so() {
    let sensitive = [
        SensitiveAction::Create,
        SensitiveAction::Rename,
        SensitiveAction::Delete,
        SensitiveAction::Erase,
    ];
    let rule = Reverification::within(Duration::from_secs(300)).before(sensitive);
    let passkeys = with(Settings::builder().reverification(rule).build().unwrap());
    let ada = user("ada");
    let by_host = StepUp::ByHost { at: Timestamp::now() };
    let code = |error: RunError<_>| error.code();

    let refused = passkeys.begin_create(&ada, session()).blocking();
    assert_eq!(refused.map_err(code).unwrap_err(), "reverification_required");
    let options = BeginOptions::new(session()).verified(by_host);
    let start = passkeys.begin_create(&ada, options).blocking().unwrap().to_json();
    let body = authenticator("laptop").answer(&start, ORIGIN).unwrap();
    let created = passkeys.finish_create(ada.handle(), session(), body.as_bytes());
    let (ada, id) = (ada.handle(), created.blocking().unwrap().passkey.id);

    let refused = passkeys.rename(ada, id, "Laptop").blocking().map_err(code);
    assert_eq!(refused.unwrap_err(), "reverification_required");
    let refused = passkeys.delete(ada, id).blocking().map_err(code);
    assert_eq!(refused.unwrap_err(), "reverification_required");
    let outdated = StepUp::ByHost { at: Timestamp::from_unix_millis(0) };
    let refused = passkeys.rename_verified(ada, id, "Laptop", outdated).blocking().map_err(code);
    assert_eq!(refused.unwrap_err(), "reverification_required");
    let refused = passkeys.delete_verified(ada, id, outdated).blocking().map_err(code);
    assert_eq!(refused.unwrap_err(), "reverification_required");

    let refused = passkeys.erase(ada).blocking().map_err(code);
    assert_eq!(refused.unwrap_err(), "reverification_required");
    let refused = passkeys.erase_verified(ada, outdated).blocking().map_err(code);
    assert_eq!(refused.unwrap_err(), "reverification_required");

    assert!(passkeys.rename_verified(ada, id, "Laptop", by_host).blocking().is_ok());
    assert!(passkeys.delete_verified(ada, id, by_host).blocking().is_ok());
    assert!(passkeys.erase_verified(ada, by_host).blocking().is_ok());
}

#[test]
fn sign_up_creates_account_and_passkey_and_erase_removes_both() {
    let passkeys = passkeys();
    let ada = NewUser::generate("ada@example.com", "Ada").unwrap();
    let mut browser = authenticator("laptop");
    let start = on_any_thread(passkeys.begin_sign_up(&ada, session())).unwrap().to_json();
    assert!(passkeys.list(ada.handle()).blocking().unwrap().passkeys.is_empty());
    let body = browser.answer(&start, ORIGIN).unwrap();
    let signed_up = on_any_thread(passkeys.finish_sign_up(session(), body.as_bytes())).unwrap();
    assert_eq!((&signed_up.user, signed_up.passkey.user), (&ada, ada.handle()));

    let body = answered_sign_in(&passkeys, &mut browser);
    let signed_in = passkeys.finish_sign_in(session(), body.as_bytes()).blocking().unwrap();
    assert_eq!(signed_in.user, ada.handle());

    let unfinished = answered_sign_in(&passkeys, &mut browser);
    let erased = on_any_thread(passkeys.erase(ada.handle())).unwrap();
    assert_eq!(erased.credential_ids, [signed_up.passkey.credential_id]);
    assert!(erased.signal.all_accepted_credential_ids().is_empty());
    let error = sign_in_error(&passkeys, session(), unfinished.as_bytes());
    assert_eq!(error.code(), "credential_unknown");
}

#[test]
fn second_sign_up_with_a_name_is_refused_and_its_passkey_forgotten() {
    let passkeys = passkeys();
    let sign_up = |seed| {
        let user = NewUser::generate("ada@example.com", "Ada").unwrap();
        let start = passkeys.begin_sign_up(&user, session()).blocking().unwrap().to_json();
        authenticator(seed).answer(&start, ORIGIN).unwrap()
    };
    let (first, second) = (sign_up("laptop"), sign_up("phone"));
    let elsewhere = SessionBinding::of("the session of another browser");
    let finish = |session, body: &str| passkeys.finish_sign_up(session, body.as_bytes()).blocking();
    assert!(finish(session(), &first).is_ok());
    let error = finish(session(), &second).unwrap_err();
    assert_eq!((error.code(), error.status()), ("user_name_taken", 409));
    assert!(error.signal().is_some());
    let third = sign_up("tablet");
    assert_eq!(finish(elsewhere, &third).unwrap_err(), Error::AnotherSession.into());
    assert_eq!(finish(session(), "{}").unwrap_err().code(), "request_malformed");
}

#[test]
fn audited_run_reports_refusals_and_the_user_of_the_session() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let passkey = create(&passkeys, &ada, &mut authenticator("laptop"));
    let ada = ada.handle();

    let audited = passkeys.rename(ada, passkey.id, "Laptop").audited().blocking().unwrap();
    assert_eq!(audited.outcome.unwrap().name.as_str(), "Laptop");
    assert_eq!(audited.entries.len(), 1);

    let audited = passkeys.finish_create(ada, session(), b"{}").audited().blocking().unwrap();
    let [entry] = &*audited.entries else { panic!("{:?}", audited.entries) };
    assert_eq!(entry.event, AuditEvent::Refused);
    assert_eq!(entry.error.as_ref().unwrap().code, "request_malformed");
    assert!(entry.account.is_some(), "it is Ada's session");
    assert_eq!(audited.outcome.unwrap_err().code(), "request_malformed");

    let audited = on_any_thread(passkeys.finish_sign_in(session(), b"{}").audited()).unwrap();
    assert_eq!(audited.entries[0].account, None);
}

/// Runs the same method against the same store, blocking and asynchronously.
fn in_both_worlds<'a, S, F, E>(
    run: impl Fn() -> Run<'a, S, F>,
) -> [Result<F::Output, RunError<E>>; 2]
where
    S: CeremonyStore<Error = E> + PasskeyStore<Error = E> + 'a,
    S: AsyncCeremonyStore<Error = E> + AsyncPasskeyStore<Error = E>,
    F: Flow<Output: Send> + Send + 'a,
    E: Send,
{
    [run().blocking(), on_any_thread(run())]
}

#[test]
fn blocking_and_asynchronous_runs_give_the_same_results() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let passkey = create(&passkeys, &ada, &mut authenticator("laptop"));
    let ada = ada.handle();
    let [blocking, asynchronous] = in_both_worlds(|| passkeys.list(ada));
    assert_eq!(blocking.unwrap(), asynchronous.unwrap());
    let [blocking, asynchronous] = in_both_worlds(|| passkeys.rename(ada, passkey.id, ""));
    assert_eq!(blocking.unwrap_err(), asynchronous.unwrap_err());
    let [blocking, asynchronous] = in_both_worlds(|| passkeys.delete(handle("bob"), passkey.id));
    assert_eq!(blocking.unwrap_err(), Error::PasskeyNotFound.into());
    assert_eq!(asynchronous.unwrap_err(), Error::PasskeyNotFound.into());
}

#[test]
fn run_does_nothing_until_it_is_run() {
    let (passkeys, ada) = (passkeys(), user("ada"));
    let passkey = create(&passkeys, &ada, &mut authenticator("laptop"));
    drop(passkeys.delete(ada.handle(), passkey.id));
    drop(passkeys.delete(ada.handle(), passkey.id).into_future());
    assert_eq!(passkeys.list(ada.handle()).blocking().unwrap().passkeys, [passkey]);
}
