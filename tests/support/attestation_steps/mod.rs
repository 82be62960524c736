//! Registrations with statements of the test authenticator, verified with its root as the anchor.

pub(crate) mod aaguids;
pub(crate) mod android_key;
pub(crate) mod apple;
pub(crate) mod compound;
pub(crate) mod fido_u2f;
pub(crate) mod packed;
pub(crate) mod tpm;

use relying_party::{
    Algorithm, Attestation, AttestationPolicy, Timestamp,
    ceremony::{CeremonyError, RegistrationExpectation, verify_registration},
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::{
        CertifiedParts, RegistrationParts, TestAlgorithm, TestAttestation, TestAttester,
        TestAuthenticator,
    },
    x509::TrustAnchor,
};
use serde_json::json;

const ORIGIN: &str = "https://example.com";

/// A registration to be attested, of a credential with this algorithm.
pub(crate) struct Registration {
    pub algorithm: TestAlgorithm,
    pub policy: AttestationPolicy,
    pub parts: RegistrationParts,
}

/// The attester of all these tests.
pub(crate) fn attester() -> TestAttester {
    TestAttester::new("manufacturer").unwrap()
}

impl Registration {
    pub(crate) fn new(attestation: TestAttestation) -> Self {
        Self::with_algorithm(TestAlgorithm::Es256, attestation)
    }

    pub(crate) fn with_algorithm(algorithm: TestAlgorithm, attestation: TestAttestation) -> Self {
        let options = json!({
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": "dXNlcg", "name": "alice", "displayName": "Alice"},
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "pubKeyCredParams": [{"type": "public-key", "alg": algorithm.id()}],
        });
        let mut parts = TestAuthenticator::new("device").draft_creation(&options, ORIGIN).unwrap();
        parts.attestation = attestation;
        let attester = attester();
        let [root, issuer] = [attester.root, attester.issuer.certificate]
            .map(|der| TrustAnchor::from_der(&der).unwrap());
        // U2F keys send no intermediate.
        let policy =
            AttestationPolicy::trusted().anchors([root]).anchors_for_format("fido-u2f", [issuer]);
        Self { algorithm, policy, parts }
    }

    pub(crate) fn judge(self) -> Result<Attestation, CeremonyError> {
        let response = self.parts.clone().sign().unwrap().to_json().unwrap().to_string();
        self.judge_response(&response)
    }

    pub(crate) fn judge_response(&self, response: &str) -> Result<Attestation, CeremonyError> {
        let response = RegistrationResponse::parse(response.as_bytes()).unwrap();
        let rp_id = RpId::new("example.com").unwrap();
        let verified = verify_registration(
            &response,
            &RegistrationExpectation {
                rp_id: &rp_id,
                origins: &OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap(),
                bound_origin: None,
                check_token_binding: false,
                challenge: &[0; 16],
                user_verification: UserVerification::Required,
                algorithms: &[Algorithm::new(self.algorithm.id().try_into().unwrap())],
                conditional: false,
                attestation: &self.policy,
                extensions: &RequestedExtensions::default(),
                verifier: &RustCrypto,
                // A day in 2025.
                now: Timestamp::from_unix_millis(1_750_000_000_000),
            },
        )?;
        Ok(verified.attestation().clone())
    }

    /// Returns why the statement is rejected.
    pub(crate) fn refusal(self) -> String {
        match self.judge() {
            Err(error @ CeremonyError::AttestationStatement(_)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }
}

/// Returns why a statement with a certificate is rejected that is tampered with in one thing and then signed.
pub(crate) fn refusal(
    attestation: TestAttestation,
    tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static,
) -> String {
    let mut registration = Registration::new(attestation);
    registration.parts.tamper_statement(tamper);
    registration.refusal()
}

/// Asserts that an error is about this rule.
#[track_caller]
pub(crate) fn names(refusal: &str, rule: &str) {
    assert!(refusal.contains(rule), "{refusal:?} is not about {rule:?}");
}
