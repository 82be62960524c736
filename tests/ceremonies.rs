//! The ceremonies of the benchmarks, made by the test authenticator.
//!
//! `UPDATE_CEREMONIES=1` rewrites `benches/ceremonies/recorded.json`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![allow(dead_code, unreachable_pub, reason = "the ceremonies serve the benchmarks too")]

use std::{env, fs};

use relying_party::test_authenticator::{
    SignCounter, TestAlgorithm, TestAttestation, TestAttester, TestAuthenticator,
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

/// A registration whose attestation certificate leads over an intermediate to the root, which is recorded with it.
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
