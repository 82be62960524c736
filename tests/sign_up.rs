//! Signing up with a passkey: the account exists only if its passkey does.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[path = "support/without_accounts.rs"]
mod without_accounts;

use host::{
    Host, NOW, ORIGIN, authenticator, flow, handle, new_user, posted, purposes, session, user,
};
use pollster::block_on;
use relying_party::{
    CreatePasskey, Effect, Error, ErrorKind, Flow, NewUser, Passkey, RelyingParty, Reply,
    SessionBinding, Settings, SignIn, SignInRequest, SignUp, Step, StepUp,
    audit::{Audit, AuditEvent},
    ceremony::{Ceremony, CeremonyKind},
    decoys::DecoySecret,
    flow::{BeginOptions, Owner, SignUpOutcome},
    settings::{Reverification, SensitiveAction},
    store::{self, CeremonyStore as _, PasskeyStore as _, RunError},
    test_authenticator::Outer,
};
use without_accounts::WithoutAccounts;

fn ada() -> NewUser {
    new_user("ada", "ada@example.com")
}

/// Nothing is stored for this user: there is no passkey, and the name is free.
fn has_nothing(host: &Host, user: &NewUser) -> bool {
    let owner = Owner { rp_id: "example.com".into(), user: user.handle() };
    let other = new_user("who else wants the name", user.name());
    host.store.passkeys_of(&owner).unwrap().is_empty()
        && host.sign_up(&other, &mut authenticator("who else")).is_ok()
}

#[test]
fn account_and_passkey_exist_after_the_sign_up_and_the_user_can_sign_in() {
    let host = Host::new();
    let mut device = authenticator("device");
    let signed_up = host.sign_up(&ada(), &mut device).unwrap();
    assert_eq!(signed_up.user, ada());
    assert_eq!(host.passkeys(&user("ada")), std::slice::from_ref(&signed_up.passkey));
    assert_eq!(signed_up.passkey.user, handle("ada"));
    let signed_in = host.sign_in(SignInRequest::Discoverable, &mut device).unwrap();
    assert_eq!(signed_in.user, handle("ada"));
    // More passkeys can be created, as for every account.
    host.create(&user("ada"), &mut authenticator("second")).unwrap();
}

#[test]
fn begin_stores_a_ceremony_and_excludes_nothing() {
    let host = Host::new();
    let start = host.begin_sign_up(&ada()).unwrap();
    let options = serde_json::to_value(&start.public_key).unwrap();
    assert!(start.public_key.exclude_credentials.is_empty());
    let names = serde_json::json!({
        "id": "YWRh", "name": "ada@example.com", "displayName": "ada",
    });
    assert_eq!(options["user"], names);
    assert_eq!(start.mediation, None);
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    let CeremonyKind::SignUp { user, .. } = ceremony.kind() else { panic!("another kind") };
    assert_eq!((user, ceremony.user()), (&ada(), Some(handle("ada"))));
    // In columns, so that it can be erased.
    let stored = ceremony.to_stored();
    assert_eq!(stored.user.as_deref(), Some(&b"ada"[..]));
    assert_eq!(Ceremony::from_stored(&stored.record), Some(ceremony));
    assert!(has_nothing(&host, &ada()));
}

#[test]
fn stored_sign_up_of_another_version_is_treated_as_missing() {
    let host = Host::new();
    let start = host.begin_sign_up(&ada()).unwrap();
    let record = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap().to_stored().record;
    let mut json = serde_json::from_str::<serde_json::Value>(&record).unwrap();
    json["version"] = u32::MAX.into();
    assert_eq!(Ceremony::from_stored(&json.to_string()), None);
}

/// Options that only apply to signed-in users: user presence is not waived, and no verification is required.
#[test]
fn silent_creation_and_step_up_do_not_apply() {
    let rule = Reverification::default().before([SensitiveAction::Create]);
    let settings = Settings::builder().reverification(rule).build().unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
    let host = Host::with(rp.build().unwrap());
    let options = BeginOptions::new(session()).conditional().verified(StepUp::ByHost { at: NOW });
    let begin = SignUp::begin(&host.rp, &ada(), options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin)).unwrap();
    assert_eq!(start.mediation, None);
    let mut absent = authenticator("device").with(|behaviour| behaviour.user_present = false);
    let response = absent.create(&start.public_key, ORIGIN).unwrap();
    let refused = host.finish_sign_up(&start, &response).unwrap_err();
    assert_eq!(refused.code(), "user_presence");
    assert!(host.begin_sign_up(&ada()).is_ok());
}

#[test]
fn invalid_user_names_are_refused_when_the_sign_up_begins() {
    let long = "a".repeat(257);
    let cases = [
        ("", "", Some("name")),
        (" \u{200b} ", "", Some("name")),
        ("ada\u{7}", "", Some("name")),
        ("ada", "\u{202e}Ada", Some("display_name")),
        (&*long, "", Some("name")),
        ("ada", &*long, Some("display_name")),
        (&long[1..], &long[1..], None),
        ("\u{5d0}", "", None),
    ];
    for (name, display_name, param) in cases {
        let host = Host::new();
        let begun = host.begin_sign_up(&NewUser::new(handle("ada"), name, display_name));
        let Some(param) = param else {
            assert!(begun.is_ok(), "{name:?}");
            continue;
        };
        let refused = begun.unwrap_err();
        assert_eq!((refused.code(), refused.status()), ("user_name_invalid", 422), "{name:?}");
        let public = serde_json::to_value(refused.public()).unwrap();
        assert_eq!(public["errors"][0]["meta"]["param_name"], param, "{name:?}");
    }
}

#[test]
fn second_user_gets_name_taken_and_the_browser_forgets_the_passkey() {
    let host = Host::new();
    let (first, second) = (ada(), new_user("bob", "ada@example.com"));
    let starts = [&first, &second].map(|user| host.begin_sign_up(user).unwrap());
    let mut devices = ["first", "second"].map(authenticator);
    let responses = [0, 1].map(|i| devices[i].create(&starts[i].public_key, ORIGIN).unwrap());
    let signed_up = host.finish_sign_up(&starts[0], &responses[0]).unwrap();
    let refused = host.finish_sign_up(&starts[1], &responses[1]).unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("user_name_taken", 409));
    assert_eq!(refused.kind(), ErrorKind::Client);
    assert_eq!(refused.public().code(), "user_name_taken");
    let response = serde_json::from_str::<serde_json::Value>(&responses[1]).unwrap();
    let signal = serde_json::to_value(refused.signal().unwrap()).unwrap();
    let forget = serde_json::json!({"rpId": "example.com", "credentialId": response["rawId"]});
    assert_eq!(signal, forget);
    assert_eq!(host.passkeys(&user("ada")), [signed_up.passkey]);
    assert!(host.passkeys(&user("bob")).is_empty());
}

#[test]
fn nothing_is_stored_unless_everything_is_verified() {
    let host = Host::new();
    let start = host.begin_sign_up(&ada()).unwrap();
    let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
    let other = authenticator("device").create(&start.public_key, "https://example.net").unwrap();
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    let finish_in = |session: SessionBinding, response: &str, now| {
        host.store.put_ceremony(&ceremony).unwrap();
        let posted = relying_party::Posted { session, ..posted(ceremony.id(), response) };
        flow(store::run(&host.store, SignUp::finish(&host.rp, posted, now))).unwrap_err().code()
    };
    let elsewhere = SessionBinding::of("another session");
    assert_eq!(finish_in(elsewhere, &response, NOW), "ceremony_session_mismatch");
    assert_eq!(finish_in(session(), &response, ceremony.expires_at()), "ceremony_expired");
    assert_eq!(finish_in(session(), &other, NOW), "origin");
    assert_eq!(finish_in(session(), "{}", NOW), "malformed");
    // Each of them has used the ceremony up.
    let refused = host.finish_sign_up(&start, &response).unwrap_err();
    assert_eq!(refused, Error::CeremonyNotFound);
    assert!(has_nothing(&host, &ada()));
}

#[test]
fn sign_up_cannot_be_finished_as_anything_else_nor_the_reverse() {
    let host = Host::new();
    host.create(&user("ada"), &mut authenticator("ada")).unwrap();
    let mismatch = |outcome: Result<(), Error>| {
        assert!(matches!(outcome, Err(Error::CeremonyMismatch(_))), "{outcome:?}");
    };
    let bob = new_user("bob", "bob");
    let sign_up = || host.begin_sign_up(&bob).unwrap().ceremony_id;
    let create = CreatePasskey::finish;
    mismatch(
        flow(store::run(
            &host.store,
            create(&host.rp, bob.handle(), posted(sign_up(), b"{}"), NOW),
        ))
        .map(drop),
    );
    let sign_in = SignIn::finish(&host.rp, posted(sign_up(), b"{}"), NOW);
    mismatch(flow(store::run(&host.store, sign_in)).map(drop));
    let finish =
        |id| flow(store::run(&host.store, SignUp::finish(&host.rp, posted(id, b"{}"), NOW)));
    mismatch(finish(host.begin_create(&user("ada")).unwrap().ceremony_id).map(drop));
    for request in purposes("ada") {
        mismatch(finish(host.begin_sign_in(request).ceremony_id).map(drop));
    }
}

/// Otherwise registering a credential ID would reveal whether it is a decoy or a registered credential.
#[test]
fn signing_up_with_a_decoy_fails_like_with_a_registered_credential() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.decoys(DecoySecret::from([9; 32])).build().unwrap());
    let passkey = host.create(&user("ada"), &mut authenticator("ada")).unwrap();
    let start = host.begin_sign_in(SignInRequest::for_identifier("nobody", None));
    let decoy = start.public_key.allow_credentials[0].id.as_bytes().to_vec();
    let sign_up = |id: &[u8]| {
        let start = host.begin_sign_up(&new_user("mallory", "mallory")).unwrap();
        let mut device = authenticator("mallory");
        let response = device.create_tampered(&start.public_key, ORIGIN, |parts| {
            let attested = parts.authenticator_data.attested.as_mut().unwrap();
            attested.credential_id = id.to_vec();
            parts.outer = Outer::new(id);
        });
        let response = response.unwrap();
        let mut step = SignUp::finish(&host.rp, posted(start.ceremony_id, &response), NOW);
        let mut effects = Vec::new();
        loop {
            match step {
                Err(error) => return (effects, error),
                Ok(Step::Done(_)) => panic!("signed up"),
                Ok(Step::Effect(waiting, effect)) => {
                    effects.push(std::mem::discriminant(&effect));
                    step = waiting.resume(match effect {
                        Effect::TakeCeremony(id) => {
                            Reply::Ceremony(host.store.take_ceremony(&id).unwrap().map(Box::new))
                        }
                        Effect::Passkey { rp_id, credential_id } => {
                            let found = host.store.passkey(&rp_id, &credential_id).unwrap();
                            Reply::Passkey(found.map(Box::new))
                        }
                        other => panic!("{other:?}"),
                    });
                }
            }
        }
    };
    let (effects, refused) = sign_up(passkey.credential_id.as_bytes());
    assert_eq!(refused, Error::AlreadyExists);
    assert!(refused.signal().is_none(), "the credential has an owner");
    assert_eq!(sign_up(&decoy), (effects, Error::AlreadyExists));
}

/// Replies of the wrong kind, at every state; and every outcome of the insert.
#[test]
fn store_decides_how_a_sign_up_ends() {
    let host = Host::new();
    let start = host.begin_sign_up(&ada()).unwrap();
    let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().map(Box::new);
    let inserting = |replies: &[Reply]| {
        let id = start.ceremony_id;
        let mut step = SignUp::finish(&host.rp, posted(id, &response), NOW).unwrap();
        for reply in replies {
            let Step::Effect(waiting, _) = step else { panic!("done") };
            step = waiting.resume(reply.clone())?;
        }
        let Step::Effect(waiting, effect) = step else { panic!("done") };
        Ok::<_, Error>((waiting, effect))
    };
    let steps = [Reply::Ceremony(ceremony), Reply::Passkey(None)];
    let wrong = Reply::Removed(relying_party::flow::RemoveOutcome::Removed);
    for (state, verb) in ["TakeCeremony", "Passkey", "InsertAccount"].into_iter().enumerate() {
        let (waiting, _) = inserting(&steps[..state]).unwrap();
        assert_eq!(waiting.resume(wrong.clone()).err(), Some(Error::UnexpectedReply(verb)));
    }
    let (_, effect) = inserting(&steps).unwrap();
    let Effect::InsertAccount { user, passkey } = effect else { panic!("{effect:?}") };
    assert_eq!((*user, passkey.user), (ada(), handle("ada")));
    let ends = |outcome| {
        let (waiting, _) = inserting(&steps).unwrap();
        match waiting.resume(Reply::SignedUp(outcome)) {
            Ok(Step::Done(signed_up)) => Ok(signed_up.passkey),
            Ok(Step::Effect(..)) => panic!("another effect"),
            Err(error) => Err(error.code()),
        }
    };
    assert_eq!(ends(SignUpOutcome::Created), Ok(Passkey::clone(&passkey)));
    assert_eq!(ends(SignUpOutcome::NameTaken), Err("user_name_taken"));
    assert_eq!(ends(SignUpOutcome::AlreadyExists), Err("passkey_already_exists"));
    assert_eq!(ends(SignUpOutcome::Unsupported), Err("sign_up_unsupported"));
}

#[test]
fn store_that_does_not_create_accounts_fails_with_a_clear_error_and_keeps_nothing() {
    fn check(host: &Host, store: &WithoutAccounts, is_async: bool) {
        let begin = SignUp::begin(&host.rp, &ada(), session(), host.challenge(), NOW);
        let start = flow(store::run(store, begin)).unwrap();
        let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
        let finish = SignUp::finish(&host.rp, posted(start.ceremony_id, &response), NOW);
        let outcome = if is_async {
            block_on(store::run_async(store, finish))
        } else {
            store::run(store, finish)
        };
        let Err(RunError::Flow(refused)) = outcome else { panic!("{outcome:?}") };
        assert_eq!((refused.code(), refused.status()), ("sign_up_unsupported", 500));
        assert!(refused.to_string().contains("insert_account"), "{refused}");
        assert_eq!(refused.public().code(), "internal_error");
        let owner = Owner { rp_id: "example.com".into(), user: handle("ada") };
        assert_eq!(store::PasskeyStore::passkeys_of(store, &owner).unwrap(), []);
    }
    for is_async in [false, true] {
        check(&Host::new(), &WithoutAccounts::default(), is_async);
    }
}

#[test]
fn no_one_signs_up_if_passkeys_are_disabled() {
    let host = Host::new();
    let start = host.begin_sign_up(&ada()).unwrap();
    let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
    let off = Settings::builder().enabled(false).build().unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(off);
    let host = host.under(rp.build().unwrap());
    assert_eq!(host.begin_sign_up(&ada()).unwrap_err().code(), "passkeys_disabled");
    let refused = host.finish_sign_up(&start, &response).unwrap_err();
    assert_eq!(refused.code(), "passkeys_disabled");
}

#[test]
fn passkey_is_named_by_the_host_or_after_its_authenticator() {
    let host = Host::new();
    let named = |options: BeginOptions<'_, _>, seed: &str| {
        let user = new_user(seed, seed);
        let begin = SignUp::begin(&host.rp, &user, options, host.challenge(), NOW);
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = authenticator(seed).create(&start.public_key, ORIGIN).unwrap();
        host.finish_sign_up(&start, &response).unwrap().passkey.name.to_string()
    };
    let options = || BeginOptions::new(session());
    let both = options().name("Laptop".parse().unwrap()).fallback_name("Chrome on macOS");
    assert_eq!(named(both, "one"), "Laptop");
    let fallback = options().fallback_name("Chrome on macOS");
    assert_eq!(named(fallback, "two"), "Chrome on macOS");
    assert_eq!(named(options(), "three"), "Passkey");
}

#[test]
fn log_has_an_entry_for_the_account_and_one_for_its_passkey() {
    let host = Host::new();
    let start = host.begin_sign_up(&ada()).unwrap();
    let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
    let finish = SignUp::finish(&host.rp, posted(start.ceremony_id, &response), NOW);
    let audited = flow(store::run(&host.store, Audit::new(&host.rp, NOW).flow(finish))).unwrap();
    let passkey = audited.outcome.unwrap().passkey;
    let account = Some(relying_party::AccountId::of("example.com", &handle("ada")));
    let [created, of_passkey] = &audited.entries[..] else { panic!("{:?}", audited.entries) };
    assert_eq!(created.event, AuditEvent::AccountCreated);
    assert!(matches!(of_passkey.event, AuditEvent::PasskeyCreated { .. }));
    for entry in &audited.entries {
        assert_eq!((entry.account, entry.passkey), (account, Some(passkey.id)));
        assert_eq!(entry.action.name(), "finish_sign_up");
    }
}
