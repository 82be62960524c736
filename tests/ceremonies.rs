//! The ceremonies of the benchmarks, created by the test authenticator.
//!
//! `UPDATE_CEREMONIES=1` rewrites `benches/ceremonies/recorded.json`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![allow(dead_code, unreachable_pub, reason = "the ceremonies serve the benchmarks too")]

use std::{env, fs};

use relying_party::{
    Algorithm, AttestationType, CoseKey, InvalidKey,
    ceremony::CeremonyError,
    crypto::{SignatureError, SignatureVerifier},
    json::{AuthenticatorAttachment, Transport},
    test_authenticator::{
        SignCounter, TestAlgorithm, TestAttestation, TestAttester, TestAuthenticator,
    },
};
use serde_json::{Value, json};

use ceremonies::{CHALLENGE, ORIGIN, RP_ID, Registration, SignIn, USER, encoded};

#[path = "../benches/ceremonies/mod.rs"]
mod ceremonies;

const ALGORITHMS: [(&str, TestAlgorithm); 4] = [
    ("ES256", TestAlgorithm::Es256),
    ("EdDSA", TestAlgorithm::EdDsa),
    ("Ed25519", TestAlgorithm::Ed25519),
    ("RS256", TestAlgorithm::Rs256),
];

/// The registration and the sign-in of one credential.
fn ceremonies(algorithm: TestAlgorithm, attestation: TestAttestation) -> (Value, Value) {
    let mut authenticator = TestAuthenticator::new("benchmark").with(|it| {
        it.algorithms = vec![algorithm];
        it.attestation = attestation;
        it.counter = SignCounter::Counting;
    });
    let options = json!({
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": encoded(&USER), "name": "alice", "displayName": "Alice"},
        "challenge": encoded(&CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm.id()}],
    });
    let created = authenticator.draft_creation(&options, ORIGIN).unwrap().sign().unwrap();
    let registration = json!({
        "json": created.to_json().unwrap().to_string(),
        "authenticatorData": encoded(&created.authenticator_data),
        "attestationObject": encoded(&created.to_attestation_object().unwrap()),
    });
    let options = json!({"rpId": RP_ID, "challenge": encoded(&CHALLENGE)});
    let asserted = authenticator.draft_assertion(&options, ORIGIN).unwrap().sign().unwrap();
    let sign_in = json!({
        "json": asserted.to_json().unwrap().to_string(),
        "clientDataJSON": encoded(&asserted.client_data_json),
        "authenticatorData": encoded(&asserted.authenticator_data),
        "signature": encoded(&asserted.signature),
    });
    (registration, sign_in)
}

/// A registration whose attestation certificate leads through an intermediate to the root, which is recorded with it.
fn attested(
    algorithm: TestAlgorithm,
    format: impl FnOnce(TestAttester) -> TestAttestation,
) -> Value {
    let attester = TestAttester::with_algorithm(algorithm, "benchmark attester").unwrap();
    let root = encoded(&attester.root);
    let (mut registration, _) = ceremonies(TestAlgorithm::Es256, format(attester));
    registration["root"] = root.into();
    registration
}

#[test]
fn recorded_ceremonies_verify() {
    let mut made: Value = ALGORITHMS
        .into_iter()
        .map(|(name, algorithm)| {
            let (none, sign_in) = ceremonies(algorithm, TestAttestation::None);
            let (packed, _) = ceremonies(algorithm, TestAttestation::PackedSelf);
            (name.to_owned(), json!({"none": none, "packed": packed, "sign-in": sign_in}))
        })
        .collect();
    made["ES256"]["packed with chain"] = attested(TestAlgorithm::Es256, TestAttestation::Packed);
    made["ES256"]["tpm with chain"] = attested(TestAlgorithm::Rs256, TestAttestation::Tpm);
    if env::var_os("UPDATE_CEREMONIES").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/ceremonies/recorded.json");
        fs::write(path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        return;
    }
    for (name, _) in ALGORITHMS {
        SignIn::new(name).verify(&relying_party::crypto::RustCrypto).unwrap();
        Registration::new(name, "none").verify().unwrap();
        Registration::new(name, "packed").verify().unwrap();
    }
    #[cfg(feature = "attestation")]
    for attestation in ["packed with chain", "tpm with chain"] {
        let verified = Registration::new("ES256", attestation).verify().unwrap();
        assert!(verified.attestation().trust.is_some(), "{attestation}");
    }
}

/// A host without flows can read from a verdict what was sent, and what to store.
#[test]
fn verdicts_say_what_was_sent() {
    let sign_in = SignIn::new("ES256");
    let verified = sign_in.verify(&relying_party::crypto::RustCrypto).unwrap();
    assert_eq!(verified.sign_count().to_be_bytes(), sign_in.authenticator_data[33..37]);
    assert_eq!((verified.sign_count(), verified.state().sign_count), (2, 2));
    assert!(verified.flags().user_verified() && verified.user_verified());
    assert!(!verified.counter_regressed() && !verified.backup_state_changed());

    let mut authenticator = TestAuthenticator::new("verdicts");
    let options = json!({
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": encoded(&USER), "name": "alice", "displayName": "Alice"},
        "challenge": encoded(&CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let mut parts = authenticator.draft_creation(&options, ORIGIN).unwrap();
    parts.authenticator_data.sign_count = 7;
    parts.transports = Some(vec!["usb".into()]);
    parts.outer.attachment = Some("cross-platform".into());
    let sent = parts.authenticator_data.clone();
    let json = parts.sign().unwrap().to_json().unwrap().to_string().into_bytes();
    let verified = Registration { json, ..Registration::new("ES256", "none") }.verify().unwrap();
    let attested = sent.attested.unwrap();
    assert_eq!(verified.credential_id().as_bytes(), attested.credential_id);
    assert_eq!(verified.aaguid(), attested.aaguid);
    assert_eq!(verified.public_key().as_bytes(), attested.public_key.to_vec().unwrap());
    assert_eq!(verified.sign_count(), 7);
    assert!(verified.flags().user_verified() && verified.flags().attested_credential_data());
    assert_eq!(verified.attestation().format, "none");
    assert_eq!(verified.attestation().kind, Some(AttestationType::None));
    assert_eq!(verified.transports(), [Transport::Usb]);
    assert_eq!(verified.attachment(), Some(AuthenticatorAttachment::CrossPlatform));
    assert_eq!(*verified.extensions(), relying_party::extensions::RegistrationOutputs::default());
}

/// The verdict contains extension outputs, unrequested ones unread.
#[test]
fn verdicts_contain_extension_outputs() {
    let mut authenticator = TestAuthenticator::new("extensions").with(|it| {
        it.counter = SignCounter::Counting;
    });
    let options = json!({
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": encoded(&USER), "name": "alice", "displayName": "Alice"},
        "challenge": encoded(&CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let outputs = json!({"example": 7});
    let mut parts = authenticator.draft_creation(&options, ORIGIN).unwrap();
    parts.outer.client_extension_results = outputs.clone();
    let json = parts.sign().unwrap().to_json().unwrap().to_string().into_bytes();
    let registration = Registration { json, ..Registration::new("ES256", "none") };
    let verified = registration.verify().unwrap();
    assert_eq!(verified.extensions().client.other.get("example").unwrap(), "7");

    let options = json!({"rpId": RP_ID, "challenge": encoded(&CHALLENGE)});
    let mut parts = authenticator.draft_assertion(&options, ORIGIN).unwrap();
    parts.outer.client_extension_results = outputs;
    let json = parts.sign().unwrap().to_json().unwrap().to_string().into_bytes();
    let sign_in = SignIn { json, passkey: registration.passkey(), ..SignIn::new("ES256") };
    let verified = sign_in.verify(&relying_party::crypto::RustCrypto).unwrap();
    assert_eq!(verified.extensions().client.other.get("example").unwrap(), "7");
}

/// A verifier without any algorithm.
struct Nothing;

impl SignatureVerifier for Nothing {
    fn supports(&self, _: Algorithm) -> bool {
        false
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Err(InvalidKey::Algorithm(key.algorithm))
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }
}

#[test]
fn unsupported_algorithm_is_not_reported_as_invalid_signature() {
    let lacking = CeremonyError::AlgorithmNotSupported(Algorithm::ES256);
    let registration = Registration::new("ES256", "none").verify_with(&Nothing);
    assert_eq!(registration.unwrap_err(), lacking);
    assert_eq!(SignIn::new("ES256").verify(&Nothing).unwrap_err(), lacking);
}
