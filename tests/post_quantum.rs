//! Passkeys with ML-DSA: offered first, with ES256 as fallback, and within every limit from the response to the store.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use host::{Host, ORIGIN, authenticator, user};
use relying_party::{
    Algorithm, AttestationLevel, AttestationType, Error, KeyParameters, Malformed, Passkey,
    RelyingParty, Settings, SignInRequest, StoredPasskey,
    ceremony::CeremonyError,
    flow::InsertOutcome,
    json::AttestationConveyance,
    limits::{CREDENTIAL_ID_MAX, RESPONSE_JSON_MAX, SIGNATURE_MAX},
    settings::SettingsBuilder,
    store::PasskeyStore as _,
    test_authenticator::{SignCounter, TestAlgorithm, TestAttestation, TestAuthenticator},
};
use serde_json::{Value, json};

/// The sizes of ML-DSA-87, the largest parameter set (FIPS 204 table 2).
const KEY: usize = 2592;
const SIGNATURE: usize = 4627;

fn relying_party(settings: SettingsBuilder) -> RelyingParty {
    RelyingParty::builder("example.com", "Example")
        .settings(settings.build().unwrap())
        .origin(ORIGIN)
        .build()
        .unwrap()
}

fn post_quantum() -> Host {
    Host::with(relying_party(Settings::post_quantum()))
}

/// A security key with the largest key, signature and credential ID, which attests with the credential's key.
fn largest() -> TestAuthenticator {
    authenticator("a large key").with(|it| {
        it.algorithms = vec![TestAlgorithm::MlDsa87];
        it.attestation = TestAttestation::PackedSelf;
        it.credential_id_length = CREDENTIAL_ID_MAX;
        it.counter = SignCounter::Counting;
    })
}

/// An authenticator with every algorithm but these.
fn without(algorithms: &[TestAlgorithm]) -> TestAuthenticator {
    authenticator("an authenticator").with(|it| it.algorithms.retain(|it| !algorithms.contains(it)))
}

fn signature(assertion: &str) -> Vec<u8> {
    let assertion: Value = serde_json::from_str(assertion).unwrap();
    BASE64_URL_SAFE_NO_PAD.decode(assertion["response"]["signature"].as_str().unwrap()).unwrap()
}

#[test]
fn ml_dsa_is_offered_first_and_es256_next() {
    let start = post_quantum().begin_create(&user("ada")).unwrap();
    let options = serde_json::to_value(&start.public_key).unwrap();
    let offered = options["pubKeyCredParams"].as_array().unwrap();
    assert_eq!(
        offered.iter().map(|it| &it["alg"]).collect::<Vec<_>>(),
        [&json!(-50), &json!(-49), &json!(-48), &json!(-7), &json!(-8), &json!(-257)]
    );
    // Only the algorithms differ from the defaults.
    let settings = Settings::post_quantum().build().unwrap();
    let defaults = Settings::default();
    let with_defaults = settings.to_builder().algorithms(defaults.algorithms().iter().copied());
    assert_eq!(with_defaults.build().unwrap(), defaults);
    let stored = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&stored).unwrap(), settings);
}

#[test]
fn authenticators_use_the_strongest_algorithm_that_they_have() {
    use TestAlgorithm::{Es256, MlDsa44, MlDsa65, MlDsa87};
    for (missing, expected) in [
        (&[][..], Algorithm::ML_DSA_87),
        (&[MlDsa87], Algorithm::ML_DSA_65),
        (&[MlDsa87, MlDsa65], Algorithm::ML_DSA_44),
        (&[MlDsa87, MlDsa65, MlDsa44], Algorithm::ES256),
        (&[MlDsa87, MlDsa65, MlDsa44, Es256], Algorithm::EdDSA),
    ] {
        let (host, mut authenticator) = (post_quantum(), without(missing));
        let passkey = host.create(&user("ada"), &mut authenticator).unwrap();
        assert_eq!(passkey.public_key.algorithm(), expected);
        let signed_in = host.sign_in(SignInRequest::Discoverable, &mut authenticator).unwrap();
        assert_eq!(signed_in.user, user("ada").handle(), "{expected}");
    }
}

/// Changing the settings locks no one out, in either direction.
#[test]
fn passkeys_keep_working_when_the_preset_comes_and_goes() {
    use TestAlgorithm::{EdDsa, MlDsa87};
    for (algorithm, before, after) in [
        (EdDsa, Settings::builder(), Settings::post_quantum()),
        (MlDsa87, Settings::post_quantum(), Settings::builder()),
    ] {
        let host = Host::with(relying_party(before));
        let mut authenticator = authenticator("phone").with(|it| it.algorithms = vec![algorithm]);
        host.create(&user("ada"), &mut authenticator).unwrap();
        let host = host.under(relying_party(after));
        let signed_in = host.sign_in(SignInRequest::Discoverable, &mut authenticator).unwrap();
        assert_eq!(signed_in.user, user("ada").handle(), "{algorithm:?}");
    }
}

#[test]
fn largest_key_and_signature_fit_from_creation_to_sign_in() {
    // The statement is verified, so that the attestation object holds a signature beside the key.
    let attestation = (AttestationConveyance::Direct, AttestationLevel::Statement);
    let settings = Settings::post_quantum().attestation(attestation.0, attestation.1);
    let host = Host::with(relying_party(settings));
    let (ada, mut authenticator) = (user("ada"), largest());

    let start = host.begin_create(&ada).unwrap();
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    assert!(response.len() > KEY + SIGNATURE);
    assert!(response.len() < RESPONSE_JSON_MAX, "{}", response.len());
    let passkey = host.finish_create(&ada, &start, &response).unwrap();
    let key = passkey.public_key.key();
    assert_eq!(key.algorithm, Algorithm::ML_DSA_87);
    let KeyParameters::Akp { public } = key.parameters else { panic!("{key:?}") };
    assert_eq!(public.len(), KEY);
    assert_eq!(passkey.attestation.kind, Some(AttestationType::SelfAttestation));

    // The allow list holds the longest credential ID.
    let request = SignInRequest::for_account(ada.handle());
    let start = host.begin_sign_in(request);
    let assertion = authenticator.get(&start.public_key, ORIGIN).unwrap();
    assert_eq!(signature(&assertion).len(), SIGNATURE);
    assert_eq!(SIGNATURE, SIGNATURE_MAX);
    let signed_in = host.finish_sign_in(&start, &assertion).unwrap();
    assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), passkey.id));
}

#[test]
fn largest_passkey_is_stored_and_signs_in_from_another_store() {
    let (ada, mut authenticator) = (user("ada"), largest());
    let first = post_quantum();
    first.create(&ada, &mut authenticator).unwrap();
    first.sign_in(SignInRequest::Discoverable, &mut authenticator).unwrap();
    let [passkey] = &first.passkeys(&ada)[..] else { panic!("one passkey") };

    let stored = passkey.to_stored();
    // The documented size of the column. MySQL's TEXT holds 64 KiB.
    assert!(stored.record.is_ascii());
    assert!((KEY..4096).contains(&stored.record.len()), "{}", stored.record.len());
    assert_eq!(stored.credential_id.len(), CREDENTIAL_ID_MAX);
    let text = serde_json::to_string(&stored).unwrap();
    let read: StoredPasskey = serde_json::from_str(&text).unwrap();
    let read = Passkey::from_stored(read).unwrap();
    assert_eq!(&read, passkey);

    let second = post_quantum();
    let inserted = second.store.insert_passkey(&read, u32::MAX).unwrap();
    assert_eq!(inserted, InsertOutcome::Inserted);
    let signed_in = second.sign_in(SignInRequest::Discoverable, &mut authenticator).unwrap();
    assert_eq!(signed_in.passkey.public_key, passkey.public_key);
    assert_eq!(signed_in.passkey.state.sign_count, passkey.state.sign_count + 1);
}

#[test]
fn rejects_ml_dsa_signature_with_one_changed_bit_or_another_length() {
    type Change = fn(&mut Vec<u8>);
    let too_long = Malformed::TooLong { what: "signature", max: SIGNATURE_MAX };
    let changes: [(&str, Change, Option<CeremonyError>); 6] = [
        ("nothing", |_| (), None),
        ("first bit", |it| it[0] ^= 0x80, Some(CeremonyError::Signature)),
        ("a bit in the middle", |it| it[SIGNATURE / 2] ^= 1, Some(CeremonyError::Signature)),
        ("last bit", |it| *it.last_mut().unwrap() ^= 1, Some(CeremonyError::Signature)),
        ("one byte less", |it| it.truncate(SIGNATURE - 1), Some(CeremonyError::Signature)),
        ("one byte more", |it| it.push(0), Some(too_long.into())),
    ];
    for (name, change, refused) in changes {
        let (host, mut authenticator) = (post_quantum(), largest());
        host.create(&user("ada"), &mut authenticator).unwrap();
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let assertion = authenticator
            .get_corrupted(&start.public_key, ORIGIN, |signed| change(&mut signed.signature))
            .unwrap();
        let result = host.finish_sign_in(&start, &assertion).map(drop);
        assert_eq!(result.err(), refused.map(Error::Authentication), "{name}");
    }
}
