//! Passkeys with ML-DSA-87, the largest keys and signatures, through the endpoints.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::{
    AttestationLevel, Settings,
    json::AttestationConveyance,
    limits::{CREDENTIAL_ID_MAX, SIGNATURE_MAX},
    test_authenticator::{TestAlgorithm, TestAttestation, TestAuthenticator},
};
use serde_json::{Value, json};
use support::{ORIGIN, World};

/// The sizes of ML-DSA-87 (FIPS 204 table 2).
const KEY: usize = 2592;
const SIGNATURE: usize = 4627;

fn size(member: &Value) -> usize {
    BASE64_URL_SAFE_NO_PAD.decode(member.as_str().unwrap()).unwrap().len()
}

#[test]
fn largest_post_quantum_passkey_is_created_and_signs_in() {
    // The statement is verified, so the attestation object holds a signature beside the key.
    let settings = Settings::post_quantum()
        .attestation(AttestationConveyance::Direct, AttestationLevel::Statement);
    let world =
        World::with(support::rp().settings(settings.build().unwrap()), |endpoints| endpoints);
    let mut ada = world.ada();
    ada.authenticator = TestAuthenticator::new("a large key").with(|it| {
        it.algorithms = vec![TestAlgorithm::MlDsa87];
        it.attestation = TestAttestation::PackedSelf;
        it.credential_id_length = CREDENTIAL_ID_MAX;
    });

    let begun = ada.post("/passkeys/create/begin", json!({})).expect(200);
    assert_eq!(begun.body["publicKey"]["pubKeyCredParams"][0]["alg"], -50);
    let posted: Value =
        serde_json::from_str(&ada.authenticator.answer(&begun.text, ORIGIN).unwrap()).unwrap();
    assert!(size(&posted["credential"]["response"]["attestationObject"]) > KEY + SIGNATURE);
    let created = ada.post("/passkeys/create/finish", posted).expect(200);

    // The allow list of a named sign-in holds the credential ID.
    for options in
        [json!({ "flow": "discoverable" }), json!({ "flow": "named", "identifier": "ada" })]
    {
        ada.cookie = None;
        let begun = ada.post("/passkeys/sign-in/begin", options).expect(200);
        let posted: Value =
            serde_json::from_str(&ada.authenticator.answer(&begun.text, ORIGIN).unwrap()).unwrap();
        assert_eq!(size(&posted["credential"]["response"]["signature"]), SIGNATURE);
        assert_eq!(SIGNATURE, SIGNATURE_MAX);
        let signed_in = ada.post("/passkeys/sign-in/finish", posted).expect(200);
        assert_eq!(signed_in.body["status"], "complete");
        assert_eq!(signed_in.body["passkey"]["id"], created.body["passkey"]["id"]);
    }
    assert_eq!(ada.get("/passkeys").expect(200).body["total_count"], 1);
}
