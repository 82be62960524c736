//! Passkeys of other libraries: what is known is kept, and the first sign-in sets what is unknown.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::sync::Arc;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, session, user};
use relying_party::{
    Algorithm, CosePublicKey, Error, ImportError, Passkey, PasskeyImport, RelyingParty, SignIn,
    SignInRequest, Timestamp,
    ceremony::CeremonyError,
    crypto::RustCrypto,
    extensions::{AppId, AuthenticationInputs},
    flow::{BeginOptions, InsertOutcome},
    json::{AuthenticatorAttachment, UserVerification},
    store::{self, PasskeyStore as _},
    test_authenticator::{TestAlgorithm, TestAuthenticator, flags},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// A device whose passkey another library has registered.
fn registered_elsewhere() -> (TestAuthenticator, Passkey) {
    let mut device = authenticator("device").with(|behaviour| {
        behaviour.algorithms = vec![TestAlgorithm::Es256];
    });
    let passkey = Host::new().create(&user("ada"), &mut device).unwrap();
    (device, passkey)
}

/// What every library has stored about it.
fn import(passkey: &Passkey) -> PasskeyImport<'_> {
    let (user, id) = (passkey.user.as_bytes(), passkey.credential_id.as_bytes());
    PasskeyImport::new(user, id, passkey.public_key.as_bytes())
}

fn finish(host: &Host, import: PasskeyImport<'_>) -> Result<Passkey, ImportError> {
    import.finish(host.rp.rp_id(), &RustCrypto, NOW)
}

fn stored(host: &Host, import: PasskeyImport<'_>) -> Passkey {
    let passkey = finish(host, import).unwrap();
    assert_eq!(host.store.insert_passkey(&passkey, 10).unwrap(), InsertOutcome::Inserted);
    passkey
}

#[test]
fn unknown_values_stay_unknown() {
    let (_, registered) = registered_elsewhere();
    let passkey = finish(&Host::new(), import(&registered)).unwrap();
    assert_eq!(passkey.id, registered.id);
    assert_eq!((passkey.state.backup_eligible, passkey.state.backup_state), (None, None));
    assert_eq!((passkey.discoverable, passkey.attachment), (None, None));
    assert!(passkey.transports.is_empty() && passkey.aaguid.is_zero());
    assert!(!passkey.state.uv_initialized);
    assert_eq!((passkey.attestation.kind, &*passkey.attestation.format), (None, ""));
    assert_eq!((passkey.created_at, passkey.last_used_at), (NOW, None));
    let json = serde_json::to_value(passkey.summary()).unwrap();
    for unknown in
        ["authenticator", "attachment", "discoverable", "backup_eligible", "synced", "last_used_at"]
    {
        assert_eq!(json[unknown], json!(null), "{unknown}");
    }
}

#[test]
fn known_values_are_kept() {
    let (_, registered) = registered_elsewhere();
    let made = Timestamp::from_unix_millis(1_600_000_000_000);
    let known = import(&registered)
        .sign_count(7)
        .backup_eligible(true)
        .backup_state(false)
        .uv_initialized(true)
        .aaguid(registered.aaguid)
        .transports(["usb".into(), "x".repeat(33).as_str().into()])
        .attachment(AuthenticatorAttachment::CrossPlatform)
        .discoverable(true)
        .name("Ada's key".parse().unwrap())
        .created_at(made)
        .last_used_at(NOW);
    let passkey = finish(&Host::new(), known).unwrap();
    assert_eq!(passkey.state.sign_count, 7);
    assert_eq!((passkey.state.backup_eligible, passkey.is_synced()), (Some(true), Some(false)));
    assert!(passkey.state.uv_initialized);
    assert_eq!(passkey.aaguid, registered.aaguid);
    assert_eq!(passkey.transports, ["usb".into()]);
    assert_eq!(passkey.attachment, Some(AuthenticatorAttachment::CrossPlatform));
    assert_eq!((passkey.discoverable, passkey.name.as_str()), (Some(true), "Ada's key"));
    assert_eq!((passkey.created_at, passkey.updated_at), (made, made));
    assert_eq!(passkey.last_used_at, Some(NOW));
}

/// The first sign-in sets BE of an imported record. From then on it must not change.
#[test]
fn first_sign_in_sets_backup_eligibility_which_is_fixed_from_then_on() {
    for eligible in [true, false] {
        let (mut device, registered) = registered_elsewhere();
        let host = Host::new();
        stored(&host, import(&registered));
        let sign_in = |device: &mut TestAuthenticator, eligible: bool| {
            let start = host.begin_sign_in(SignInRequest::Discoverable);
            let tampered = device.get_tampered(&start.public_key, ORIGIN, |parts| {
                parts.authenticator_data.flags &= !(flags::BE | flags::BS);
                parts.authenticator_data.flags |= if eligible { flags::BE } else { 0 };
            });
            host.finish_sign_in(&start, tampered.unwrap())
        };
        let signed_in = sign_in(&mut device, eligible).unwrap();
        assert!(!signed_in.backup_state_changed);
        let settled = host.passkeys(&user("ada"))[0].state;
        assert_eq!((settled.backup_eligible, settled.backup_state), (Some(eligible), Some(false)));
        let flipped = sign_in(&mut device, !eligible).unwrap_err();
        let expected = CeremonyError::BackupEligibility { stored: eligible, found: !eligible };
        assert_eq!(flipped, Error::Authentication(expected));
        assert_eq!(host.passkeys(&user("ada"))[0].state, settled);
        sign_in(&mut device, eligible).unwrap();
    }
}

#[test]
fn user_verification_counts_only_if_the_record_knew_of_it() {
    for known in [true, false] {
        let (mut device, registered) = registered_elsewhere();
        let host = Host::new();
        stored(&host, import(&registered).uv_initialized(known));
        let signed_in = host.sign_in(SignInRequest::Discoverable, &mut device).unwrap();
        assert_eq!(signed_in.user_verified, known);
    }
}

#[test]
fn imported_counter_is_checked() {
    let (mut device, registered) = registered_elsewhere();
    let host = Host::new();
    stored(&host, import(&registered).sign_count(u32::MAX));
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let tampered = device.get_tampered(&start.public_key, ORIGIN, |parts| {
        parts.authenticator_data.sign_count = 8;
    });
    let refused = host.finish_sign_in(&start, tampered.unwrap()).unwrap_err();
    let expected = CeremonyError::SignCount { stored: u32::MAX, found: 8 };
    assert_eq!(refused, Error::Authentication(expected));
}

#[test]
fn rejects_records_that_no_registration_could_have_created() {
    let (_, registered) = registered_elsewhere();
    let host = Host::new();
    let key = registered.public_key.as_bytes();
    let id = registered.credential_id.as_bytes();
    let lengths: [(&[u8], &[u8]); 4] =
        [(b"", id), (&[0; 65], id), (b"ada", b""), (b"ada", &[0; 1024])];
    for (user, id) in lengths {
        let refused = finish(&host, PasskeyImport::new(user, id, key));
        assert!(matches!(refused, Err(ImportError::Length(_))), "{refused:?}");
    }
    let mut off_curve = key.to_vec();
    *off_curve.last_mut().unwrap() ^= 1;
    let mut mismatched = key.to_vec();
    mismatched[4] = 0x27; // EdDSA with a point on P-256
    let trailing = [key, &[0]].concat();
    for bad in [&off_curve[..], &mismatched, &trailing, &key[..key.len() - 1], b""] {
        let refused = finish(&host, PasskeyImport::new(b"ada", id, bad));
        assert!(matches!(refused, Err(ImportError::Key(_))), "{refused:?}");
    }
    let contradiction = import(&registered).backup_eligible(false).backup_state(true);
    assert_eq!(finish(&host, contradiction), Err(ImportError::BackupState));
    for (eligible, state) in [(false, false), (true, false), (true, true)] {
        let import = import(&registered).backup_eligible(eligible).backup_state(state);
        assert!(finish(&host, import).is_ok(), "{eligible} {state}");
    }
    assert!(finish(&host, import(&registered).backup_eligible(false)).is_ok());
    assert!(finish(&host, import(&registered).backup_state(true)).is_ok());
}

#[test]
fn rejects_keys_that_the_verifier_does_not_support() {
    use relying_party::{
        CoseKey, InvalidKey,
        crypto::{SignatureError, SignatureVerifier},
    };
    struct Nothing;
    impl SignatureVerifier for Nothing {
        fn supports(&self, _: Algorithm) -> bool {
            false
        }
        fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
            Ok(())
        }
        fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
            Err(SignatureError::UnsupportedAlgorithm)
        }
    }
    let (_, registered) = registered_elsewhere();
    let algorithm = registered.public_key.algorithm();
    let refused = import(&registered).finish(Host::new().rp.rp_id(), &Nothing, NOW);
    assert_eq!(refused, Err(ImportError::AlgorithmNotSupported(algorithm)));
}

#[test]
fn importing_twice_changes_nothing() {
    let (_, registered) = registered_elsewhere();
    let host = Host::new();
    stored(&host, import(&registered));
    let before = host.passkeys(&user("ada"));
    let again = finish(&host, import(&registered).sign_count(9)).unwrap();
    assert_eq!(host.store.insert_passkey(&again, 10).unwrap(), InsertOutcome::AlreadyExists);
    assert_eq!(host.passkeys(&user("ada")), before);
}

/// A U2F credential: its key is a bare point, its scope is the AppID, and its user is named beforehand.
#[test]
fn u2f_credential_signs_in_by_its_app_id() {
    const APP_ID: &str = "https://example.com/app-id.json";
    let (mut device, registered) = registered_elsewhere();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.user_verification(UserVerification::Discouraged).verifier(Arc::new(RustCrypto));
    let host = Host::with(rp.build().unwrap());
    let key = relying_party::CoseKey::parse(registered.public_key.as_bytes()).unwrap();
    let relying_party::KeyParameters::Ec2 { x, y, .. } = key.parameters else { panic!() };
    let point = [&[4][..], x, y].concat();
    let key = CosePublicKey::from_u2f(&point).unwrap();
    assert_eq!(key, registered.public_key);
    let id = registered.credential_id.as_bytes();
    let of_u2f = PasskeyImport::new(b"ada", id, key.as_bytes()).transports(["usb".into()]);
    stored(&host, of_u2f.discoverable(false));

    for (scope, accepted) in [(APP_ID, true), ("https://evil.net/app-id.json", false)] {
        let inputs = AuthenticationInputs::default().app_id(AppId::new(APP_ID).unwrap());
        let begin = SignIn::begin(
            &host.rp,
            SignInRequest::for_account(handle("ada")),
            BeginOptions::new(session()).extensions(inputs),
            host.challenge(),
            NOW,
        );
        let start = flow(store::run(&host.store, begin)).unwrap();
        let tampered = device.get_tampered(&start.public_key, ORIGIN, |parts| {
            parts.authenticator_data.rp_id_hash = Sha256::digest(scope).to_vec();
            parts.authenticator_data.flags = flags::UP;
            parts.user_handle = None;
            parts.outer.client_extension_results = json!({ "appid": true });
        });
        let outcome = host.finish_sign_in(&start, tampered.unwrap());
        assert_eq!(outcome.is_ok(), accepted, "{outcome:?}");
    }
    assert_eq!(host.passkeys(&user("ada"))[0].state.backup_eligible, Some(false));
    let (compressed, long) = ([&[2][..], &point[1..]].concat(), [&point[..], &[0]].concat());
    for bad in [&point[1..], &point[..64], &point[..9], &compressed, &long, b""] {
        assert!(CosePublicKey::from_u2f(bad).is_err());
    }
}
