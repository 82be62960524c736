//! The ceremonies that are measured: a registration and a sign-in of each algorithm, as a browser sends them.
//!
//! They follow from a seed, so that every run, every backend and every peer has the very same bytes before it.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    Algorithm, AttestationPolicy, Passkey, Timestamp,
    ceremony::{
        AuthenticationExpectation, CeremonyError, CounterRule, CredentialRecord,
        RegistrationExpectation, VerifiedAuthentication, VerifiedRegistration,
        verify_authentication, verify_registration,
    },
    crypto::{RustCrypto, SignatureVerifier},
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::{
        SignCounter, SignedAssertion, SignedRegistration, TestAlgorithm, TestAttestation,
        TestAuthenticator,
    },
};
use serde_json::{Value, json};

pub const RP_ID: &str = "example.com";
pub const ORIGIN: &str = "https://example.com";
/// 16 bytes, the one length that `webauthn_rp` has.
pub const CHALLENGE: [u8; 16] = [0x5c; 16];
pub const USER: [u8; 16] = [0x75; 16];

/// What a host decides once.
struct Policy {
    rp_id: RpId,
    origins: OriginPolicy,
    attestation: AttestationPolicy,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    Policy { rp_id, origins, attestation: AttestationPolicy::ignore() }
});

pub fn origins() -> &'static OriginPolicy {
    &POLICY.origins
}

/// A registration, ready to be verified.
pub struct Registration {
    /// The response as a front end posts it.
    pub json: Vec<u8>,
    pub signed: SignedRegistration,
    authenticator: TestAuthenticator,
}

impl Registration {
    pub fn new(algorithm: TestAlgorithm, attestation: TestAttestation) -> Self {
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
        let signed = authenticator.draft_creation(&options, ORIGIN).unwrap().sign().unwrap();
        Self { json: text(&signed.to_json().unwrap()), signed, authenticator }
    }

    pub fn verify(&self) -> Result<VerifiedRegistration, CeremonyError> {
        /// All that the default backend has.
        const ALGORITHMS: [Algorithm; 4] =
            [Algorithm::EdDSA, Algorithm::Ed25519, Algorithm::ES256, Algorithm::RS256];
        let expected = RegistrationExpectation {
            rp_id: &POLICY.rp_id,
            origins: &POLICY.origins,
            bound_origin: None,
            challenge: &CHALLENGE,
            user_verification: UserVerification::Required,
            algorithms: &ALGORITHMS,
            conditional: false,
            attestation: &POLICY.attestation,
            extensions: &RequestedExtensions::default(),
            verifier: &RustCrypto,
            now: Timestamp::from_unix_millis(0),
        };
        verify_registration(&RegistrationResponse::parse(&self.json)?, &expected)
    }

    /// The record that a store keeps of it.
    pub fn passkey(&self) -> Passkey {
        let user = USER.as_slice().try_into().unwrap();
        let now = Timestamp::from_unix_millis(0);
        self.verify().unwrap().into_passkey(&POLICY.rp_id, user, "Phone".parse().unwrap(), now)
    }
}

/// A sign-in with a discoverable credential, ready to be verified.
pub struct SignIn {
    /// The response as a front end posts it.
    pub json: Vec<u8>,
    pub signed: SignedAssertion,
    pub passkey: Passkey,
}

impl SignIn {
    pub fn new(algorithm: TestAlgorithm) -> Self {
        let mut registration = Registration::new(algorithm, TestAttestation::None);
        let options = json!({"rpId": RP_ID, "challenge": encoded(&CHALLENGE)});
        let parts = registration.authenticator.draft_assertion(&options, ORIGIN).unwrap();
        let signed = parts.sign().unwrap();
        let json = text(&signed.to_json().unwrap());
        Self { json, signed, passkey: registration.passkey() }
    }

    /// From the bytes of the response to the verdict.
    pub fn verify(
        &self,
        verifier: &dyn SignatureVerifier,
    ) -> Result<VerifiedAuthentication, CeremonyError> {
        let expected = AuthenticationExpectation {
            rp_id: &POLICY.rp_id,
            origins: &POLICY.origins,
            bound_origin: None,
            challenge: &CHALLENGE,
            user_verification: UserVerification::Required,
            allow_credentials: &[],
            user: None,
            counter_rule: CounterRule::Reject,
            extensions: &RequestedExtensions::default(),
            verifier,
        };
        let response = AuthenticationResponse::parse(&self.json)?;
        verify_authentication(&response, &expected, &CredentialRecord::from(&self.passkey))
    }

    /// What is signed: authenticator data and the hash of the client data.
    pub fn message(&self) -> Vec<u8> {
        use sha2::Digest as _;
        let hash = sha2::Sha256::digest(&self.signed.client_data_json);
        [&self.signed.authenticator_data[..], &hash[..]].concat()
    }
}

pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(json: &Value) -> Vec<u8> {
    json.to_string().into_bytes()
}
