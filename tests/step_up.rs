//! What needs a recent verification of its user is refused without one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, purposes, user};
use relying_party::{
    CreatePasskey, DeletePasskey, Duration, Error, ErrorKind, PasskeyId, RelyingParty,
    RenamePasskey, ReverificationReason, Settings, SignInRequest, StepUp, Timestamp,
    VerificationProof,
    flow::{BeginOptions, CreationStart},
    json::UserVerification,
    settings::{Reverification, SensitiveAction},
    store,
};
use serde_json::{Value, json};

const AGE: Duration = Duration::from_secs(300);
const ACTIONS: [SensitiveAction; 3] =
    [SensitiveAction::Create, SensitiveAction::Rename, SensitiveAction::Delete];

/// A host that wants a verification before these actions, where Ada has a passkey; and Ada's own proof, made now.
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
    let proof = host.sign_in(SignInRequest::Reverify(handle("ada")), &mut device).unwrap().proof;
    (host, passkey.id, proof)
}

fn begin_create(
    host: &Host,
    step_up: Option<StepUp<'_>>,
    now: Timestamp,
) -> Result<CreationStart, Error> {
    let mut options = BeginOptions::new();
    if let Some(step_up) = step_up {
        options = options.verified(step_up);
    }
    let ada = user("ada");
    let begin = CreatePasskey::begin_with(&host.rp, &ada, host.challenge(), now, options);
    flow(store::run(&host.store, begin))
}

/// Ada does it, on this ground.
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
        other => panic!("{other:?}"),
    }
}

/// The proof, read back from a session in which one member is another.
fn bent(proof: &VerificationProof, member: &str, value: impl Into<Value>) -> VerificationProof {
    let mut stored = serde_json::to_value(proof).unwrap();
    stored[member] = value.into();
    VerificationProof::from_trusted_session(stored).unwrap()
}

fn moment(offset: i64) -> Timestamp {
    Timestamp::from_unix_millis(NOW.as_unix_millis().checked_add_signed(offset).unwrap())
}

#[test]
fn sensitive_action_needs_a_recent_verification_of_its_own_user() {
    use ReverificationReason as Why;
    let at = |offset| moment(offset).as_unix_millis();
    let cases: [(&str, Value, Result<(), Why>); 11] = [
        ("at", at(0).into(), Ok(())),
        ("at", at(-300_000).into(), Ok(())),
        ("at", at(-300_001).into(), Err(Why::TooOld)),
        ("at", 0.into(), Err(Why::TooOld)),
        // The clock of another machine is a little ahead; a minute and more is no clock.
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
            let proof = bent(&proof, member, value.clone());
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
fn action_that_needs_no_verification_does_not_look_at_one() {
    for action in ACTIONS {
        let others = ACTIONS.into_iter().filter(|other| *other != action).collect::<Vec<_>>();
        let (host, passkey, proof) = host(&others);
        let useless = bent(&proof, "user", handle("bob").to_string());
        assert_eq!(act(&host, action, passkey, Some((&useless).into()), NOW), Ok(()));
        if action != SensitiveAction::Delete {
            assert_eq!(act(&host, action, passkey, None, NOW), Ok(()));
        }
    }
}

#[test]
fn word_of_the_host_counts_as_long_as_a_verification() {
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
        let proof = host.sign_in(request, &mut device).unwrap().proof;
        assert_eq!(
            (proof.rp_id(), proof.user(), proof.passkey(), proof.verified_at()),
            ("example.com", handle("ada"), passkey.id, NOW)
        );
        let renamed = act(&host, SensitiveAction::Rename, passkey.id, Some((&proof).into()), NOW);
        assert_eq!(renamed, Ok(()), "{request:?}");
    }
}

/// A passkey whose user was never verified is one factor, also where the settings do not ask for more.
#[test]
fn re_verification_with_an_unverified_passkey_proves_too_little() {
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
    let proof = host.sign_in(SignInRequest::Reverify(handle("ada")), &mut device).unwrap().proof;
    let refused = act(&host, SensitiveAction::Delete, passkey.id, Some((&proof).into()), NOW);
    let expected = Error::ReverificationRequired(ReverificationReason::NotUserVerified);
    assert_eq!(refused, Err(expected));
}

#[test]
fn creation_that_began_with_a_verification_finishes_without_another() {
    let (host, _, proof) = host(&ACTIONS);
    // Old, but not too old when it begins.
    let begun = NOW + AGE;
    let start = begin_create(&host, Some((&proof).into()), begun).unwrap();
    let response = authenticator("second").create(&start.public_key, ORIGIN).unwrap();
    let now = begun + Duration::from_secs(240);
    let finish =
        CreatePasskey::finish(&host.rp, handle("ada"), start.ceremony_id, response.as_bytes(), now);
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
