//! Actions that need a recent verification of the user are refused without one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, posted, purposes, session, user};
use relying_party::{
    CreatePasskey, DeletePasskey, Duration, EraseAccount, Error, ErrorKind, PasskeyId,
    RelyingParty, RenamePasskey, ReverificationReason, Settings, SignInRequest, StepUp, Timestamp,
    VerificationProof,
    ceremony::Ceremony,
    flow::{BeginOptions, CreationStart},
    json::UserVerification,
    settings::{Reverification, SecondFactorRule, SensitiveAction},
    store::{self, CeremonyStore as _},
};
use serde_json::{Value, json};

const AGE: Duration = Duration::from_secs(300);
const ACTIONS: [SensitiveAction; 4] = [
    SensitiveAction::Create,
    SensitiveAction::Rename,
    SensitiveAction::Delete,
    SensitiveAction::Erase,
];

/// A host that requires a verification before these actions, where Ada has a passkey; and her proof, made now.
fn host(before: &[SensitiveAction]) -> (Host, PasskeyId, VerificationProof) {
    let rule = Reverification::within(AGE).before(before.iter().copied());
    let settings = Settings::builder().reverification(rule).build().unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
    let host = Host::with(rp.build().unwrap());
    let mut device = authenticator("device");
    // Her first passkey, after the host has asked for her password.
    let start = begin_create(&host, Some(StepUp::ByHost { at: NOW }), NOW).unwrap();
    let response = device.create(&start.public_key, ORIGIN).unwrap();
    let passkey = host.finish_create(&user("ada"), &start, &response).unwrap();
    let proof =
        host.sign_in(SignInRequest::Reverify(handle("ada")), &mut device).unwrap().proof.unwrap();
    (host, passkey.id, proof)
}

fn begin_create(
    host: &Host,
    step_up: Option<StepUp<'_>>,
    now: Timestamp,
) -> Result<CreationStart, Error> {
    let mut options = BeginOptions::new(session());
    if let Some(step_up) = step_up {
        options = options.verified(step_up);
    }
    let ada = user("ada");
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), now);
    flow(store::run(&host.store, begin))
}

/// Ada acts with this verification.
fn act(
    host: &Host,
    action: SensitiveAction,
    passkey: PasskeyId,
    step_up: Option<StepUp<'_>>,
    now: Timestamp,
) -> Result<(), Error> {
    let (rp, ada) = (&host.rp, handle("ada"));
    match action {
        SensitiveAction::Create => begin_create(host, step_up, now).map(drop),
        SensitiveAction::Rename => {
            let rename = match step_up {
                Some(step_up) => {
                    RenamePasskey::begin_verified(rp, ada, passkey, "Name", step_up, now)
                }
                None => RenamePasskey::begin(rp, ada, passkey, "Name", now),
            };
            flow(store::run(&host.store, rename)).map(drop)
        }
        SensitiveAction::Delete => {
            let delete = match step_up {
                Some(step_up) => DeletePasskey::begin_verified(rp, ada, passkey, step_up, now),
                None => DeletePasskey::begin(rp, ada, passkey),
            };
            flow(store::run(&host.store, delete)).map(drop)
        }
        SensitiveAction::Erase => {
            let erase = match step_up {
                Some(step_up) => EraseAccount::begin_verified(rp, ada, step_up, now),
                None => EraseAccount::begin(rp, ada),
            };
            flow(store::run(&host.store, erase)).map(drop)
        }
        other => panic!("{other:?}"),
    }
}

/// The proof, read back from a session in which one member was replaced.
fn tampered(proof: &VerificationProof, member: &str, value: impl Into<Value>) -> VerificationProof {
    let mut stored = serde_json::to_value(proof).unwrap();
    stored[member] = value.into();
    VerificationProof::from_trusted_session(stored).unwrap()
}

fn moment(offset: i64) -> Timestamp {
    Timestamp::from_unix_millis(NOW.as_unix_millis().checked_add_signed(offset).unwrap())
}

#[test]
fn sensitive_action_needs_a_recent_verification_of_the_same_user() {
    use ReverificationReason as Why;
    let at = |offset| moment(offset).as_unix_millis();
    let cases: [(&str, Value, Result<(), Why>); 11] = [
        ("at", at(0).into(), Ok(())),
        ("at", at(-300_000).into(), Ok(())),
        ("at", at(-300_001).into(), Err(Why::TooOld)),
        ("at", 0.into(), Err(Why::TooOld)),
        // The clock of another machine may be a little ahead, but not by a minute or more.
        ("at", at(60_000).into(), Ok(())),
        ("at", at(60_001).into(), Err(Why::FromTheFuture)),
        ("at", u64::MAX.into(), Err(Why::FromTheFuture)),
        ("user", handle("bob").to_string().into(), Err(Why::AnotherUser)),
        ("rp_id", "example.org".into(), Err(Why::AnotherRelyingParty)),
        ("user_verified", false.into(), Err(Why::NotUserVerified)),
        ("user_verified", true.into(), Ok(())),
    ];
    for action in ACTIONS {
        for (member, value, expected) in &cases {
            let (host, passkey, proof) = host(&[action]);
            let before = host.passkeys(&user("ada"));
            let proof = tampered(&proof, member, value.clone());
            let outcome = act(&host, action, passkey, Some((&proof).into()), NOW);
            let expected = expected.map_err(Error::ReverificationRequired);
            assert_eq!(outcome, expected, "{action:?}: {member} {value}");
            if outcome.is_err() {
                assert_eq!(host.passkeys(&user("ada")), before);
            }
        }
        let (host, passkey, _) = host(&[action]);
        let refused = act(&host, action, passkey, None, NOW).unwrap_err();
        assert_eq!(refused, Error::ReverificationRequired(Why::Missing), "{action:?}");
        assert_eq!(refused.code(), "reverification_required");
        assert_eq!(refused.public().code(), "reverification_required");
        assert_eq!(refused.kind(), ErrorKind::Policy);
    }
}

#[test]
fn action_that_needs_no_verification_ignores_one() {
    for action in ACTIONS {
        let others = ACTIONS.into_iter().filter(|other| *other != action).collect::<Vec<_>>();
        let (host, passkey, proof) = host(&others);
        let useless = tampered(&proof, "user", handle("bob").to_string());
        assert_eq!(act(&host, action, passkey, Some((&useless).into()), NOW), Ok(()));
        if action != SensitiveAction::Delete {
            assert_eq!(act(&host, action, passkey, None, NOW), Ok(()));
        }
    }
}

#[test]
fn verification_by_the_host_is_valid_as_long_as_any_other() {
    for action in ACTIONS {
        let cases = [(-300_000, true), (-300_001, false), (60_000, true), (60_001, false)];
        for (offset, counts) in cases {
            let (host, passkey, _) = host(&[action]);
            let word = StepUp::ByHost { at: moment(offset) };
            let outcome = act(&host, action, passkey, Some(word), NOW);
            assert_eq!(outcome.is_ok(), counts, "{action:?} {offset}");
        }
    }
}

#[test]
fn every_way_to_show_a_passkey_proves_its_user() {
    let (host, _, _) = host(&ACTIONS);
    let mut device = authenticator("other");
    let start = begin_create(&host, Some(StepUp::ByHost { at: NOW }), NOW).unwrap();
    let response = device.create(&start.public_key, ORIGIN).unwrap();
    let passkey = host.finish_create(&user("ada"), &start, &response).unwrap();
    for request in purposes("ada") {
        let proof = host.sign_in(request, &mut device).unwrap().proof.unwrap();
        assert_eq!(
            (proof.rp_id(), proof.user(), proof.passkey(), proof.verified_at()),
            ("example.com", handle("ada"), passkey.id, NOW)
        );
        let renamed = act(&host, SensitiveAction::Rename, passkey.id, Some((&proof).into()), NOW);
        assert_eq!(renamed, Ok(()), "{request:?}");
    }
}

/// A passkey whose user was never verified is one factor, even if the settings do not require more.
#[test]
fn re_verification_with_an_unverified_passkey_is_not_sufficient() {
    let rule = Reverification::within(AGE).before([SensitiveAction::Delete]);
    let settings = Settings::builder()
        .user_verification(UserVerification::Preferred)
        .reverification(rule)
        .build()
        .unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
    let host = Host::with(rp.build().unwrap());
    let mut device = authenticator("key").with(|behaviour| behaviour.user_verified = false);
    let passkey = host.create(&user("ada"), &mut device).unwrap();
    device.behaviour_mut().user_verified = true;
    let proof =
        host.sign_in(SignInRequest::Reverify(handle("ada")), &mut device).unwrap().proof.unwrap();
    let refused = act(&host, SensitiveAction::Delete, passkey.id, Some((&proof).into()), NOW);
    let expected = Error::ReverificationRequired(ReverificationReason::NotUserVerified);
    assert_eq!(refused, Err(expected));
}

/// Ada has a second passkey, which verified her now.
fn second(host: &Host) -> (PasskeyId, VerificationProof) {
    let mut device = authenticator("stolen");
    let start = begin_create(host, Some(StepUp::ByHost { at: NOW }), NOW).unwrap();
    let response = device.create(&start.public_key, ORIGIN).unwrap();
    let passkey = host.finish_create(&user("ada"), &start, &response).unwrap();
    let reverified = host.sign_in(SignInRequest::Reverify(handle("ada")), &mut device).unwrap();
    (passkey.id, reverified.proof.unwrap())
}

fn delete(host: &Host, passkey: PasskeyId) {
    let word = StepUp::ByHost { at: NOW };
    act(host, SensitiveAction::Delete, passkey, Some(word), NOW).unwrap();
}

/// Deleting a stolen passkey stops the thief.
#[test]
fn proof_does_not_outlive_its_passkey() {
    let deleted = Error::ReverificationRequired(ReverificationReason::PasskeyDeleted);
    assert_eq!(deleted.code(), "reverification_required");
    for action in ACTIONS {
        let (host, passkey, own) = host(&[action]);
        let (stolen, proof) = second(&host);
        delete(&host, stolen);
        let before = host.passkeys(&user("ada"));
        let refused = act(&host, action, passkey, Some((&proof).into()), NOW);
        assert_eq!(refused, Err(deleted.clone()), "{action:?}");
        assert_eq!(host.passkeys(&user("ada")), before, "{action:?}");
        // The proof of the passkey that Ada still has is valid.
        assert_eq!(act(&host, action, passkey, Some((&own).into()), NOW), Ok(()), "{action:?}");
    }
    // If no verification is required, none is checked.
    let (host, passkey, _) = host(&[]);
    let (stolen, proof) = second(&host);
    delete(&host, stolen);
    for action in ACTIONS {
        assert_eq!(act(&host, action, passkey, Some((&proof).into()), NOW), Ok(()), "{action:?}");
    }
}

/// The account only has a passkey of that ID if it is this account's, at this relying party.
#[test]
fn passkey_of_a_proof_must_belong_to_the_account() {
    for action in ACTIONS {
        let (host, passkey, proof) = host(&[action]);
        let bobs = user("bob");
        let mut other = authenticator("bobs");
        let options = BeginOptions::new(session()).verified(StepUp::ByHost { at: NOW });
        let begin = CreatePasskey::begin(&host.rp, &bobs, options, host.challenge(), NOW);
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = other.create(&start.public_key, ORIGIN).unwrap();
        let theirs = host.finish_create(&bobs, &start, &response).unwrap();
        let proof = tampered(&proof, "passkey", theirs.id.to_string());
        let refused = act(&host, action, passkey, Some((&proof).into()), NOW);
        let expected = Error::ReverificationRequired(ReverificationReason::PasskeyDeleted);
        assert_eq!(refused, Err(expected), "{action:?}");
    }
}

/// A passkey may be deleted with its own proof.
#[test]
fn passkey_can_be_deleted_with_its_own_proof() {
    let (host, passkey, proof) = host(&ACTIONS);
    assert_eq!(act(&host, SensitiveAction::Delete, passkey, Some((&proof).into()), NOW), Ok(()));
    assert!(host.passkeys(&user("ada")).is_empty());
}

/// A thief who began in time cannot finish.
#[test]
fn creation_that_began_with_a_deleted_passkey_cannot_finish() {
    let (host, _, _) = host(&ACTIONS);
    let (stolen, proof) = second(&host);
    let start = begin_create(&host, Some((&proof).into()), NOW).unwrap();
    let response = authenticator("thief's").create(&start.public_key, ORIGIN).unwrap();
    // The stored ceremony remembers the passkey.
    let begun = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    let read = Ceremony::from_stored(&begun.to_stored().record).unwrap();
    assert_eq!(read, begun);
    host.store.put_ceremony(&read).unwrap();
    delete(&host, stolen);
    let before = host.passkeys(&user("ada"));
    let refused = host.finish_create(&user("ada"), &start, &response).unwrap_err();
    let expected = Error::ReverificationRequired(ReverificationReason::PasskeyDeleted);
    assert_eq!(refused, expected);
    assert_eq!(host.passkeys(&user("ada")), before);
}

/// A user who still has to show another factor has not proved enough.
#[test]
fn incomplete_sign_in_proves_nothing() {
    for rule in [SecondFactorRule::Always, SecondFactorRule::WithoutUserVerification] {
        let settings = Settings::builder()
            .user_verification(UserVerification::Preferred)
            .second_factor(rule)
            .build()
            .unwrap();
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
        let host = Host::with(rp.build().unwrap());
        let mut device = authenticator("key").with(|behaviour| {
            behaviour.user_verified = rule == SecondFactorRule::Always;
        });
        host.create(&user("ada"), &mut device).unwrap();
        for request in purposes("ada") {
            device.behaviour_mut().user_verified = true;
            if rule == SecondFactorRule::WithoutUserVerification
                && !matches!(request, SignInRequest::Reverify(_))
            {
                device.behaviour_mut().user_verified = false;
            }
            let signed_in = host.sign_in(request, &mut device).unwrap();
            assert_eq!(signed_in.proof.is_some(), signed_in.is_complete(), "{request:?}");
            let is_beside_another_factor =
                matches!(request, SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_));
            assert_eq!(signed_in.proof.is_some(), is_beside_another_factor, "{request:?}");
        }
    }
}

#[test]
fn creation_that_began_with_a_verification_finishes_without_another() {
    let (host, _, proof) = host(&ACTIONS);
    // Old, but not too old when it begins.
    let begun = NOW + AGE;
    let start = begin_create(&host, Some((&proof).into()), begun).unwrap();
    let response = authenticator("second").create(&start.public_key, ORIGIN).unwrap();
    let now = begun + Duration::from_secs(240);
    let finish = CreatePasskey::finish(
        &host.rp,
        handle("ada"),
        posted(start.ceremony_id, response.as_bytes()),
        now,
    );
    assert!(flow(store::run(&host.store, finish)).is_ok());
}

#[test]
fn proof_is_read_back_from_a_session_exactly() {
    let (_, passkey, proof) = host(&[]);
    let stored = serde_json::to_value(&proof).unwrap();
    assert_eq!(
        stored,
        json!({
            "rp_id": "example.com",
            "user": handle("ada").to_string(),
            "passkey": passkey.to_string(),
            "user_verified": true,
            "at": NOW.as_unix_millis(),
        })
    );
    assert_eq!(VerificationProof::from_trusted_session(stored.clone()).unwrap(), proof);
    for member in stored.as_object().unwrap().keys() {
        let mut truncated = stored.clone();
        truncated.as_object_mut().unwrap().remove(member);
        assert!(VerificationProof::from_trusted_session(truncated).is_err(), "{member}");
    }
    let mut more = stored;
    more["admin"] = true.into();
    assert!(VerificationProof::from_trusted_session(more).is_err());
}
