//! The ceremonies that are measured: a registration and a sign-in of each algorithm, as a browser sends them.
//!
//! They are recorded, so that every run, every backend and every peer has the very same bytes before it, and needs no
//! test authenticator. `tests/ceremonies.rs` made them, and makes them anew.

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
};
use serde_json::Value;

pub const RP_ID: &str = "example.com";
pub const ORIGIN: &str = "https://example.com";
/// 16 bytes, the one length that `webauthn_rp` has.
pub const CHALLENGE: [u8; 16] = [0x5c; 16];
pub const USER: [u8; 16] = [0x75; 16];

/// When certificates are judged: in 2026.
const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);

/// What a host decides once.
struct Policy {
    rp_id: RpId,
    origins: OriginPolicy,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    Policy { rp_id, origins }
});

pub fn origins() -> &'static OriginPolicy {
    &POLICY.origins
}

static RECORDED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("recorded.json")).unwrap());

/// One ceremony of an algorithm: `sign-in`, or a registration by its attestation.
struct Recorded(&'static Value);

impl Recorded {
    fn new(algorithm: &str, ceremony: &str) -> Self {
        Self(&RECORDED[algorithm][ceremony])
    }

    fn text(&self, member: &str) -> Vec<u8> {
        self.0[member].as_str().unwrap().as_bytes().to_vec()
    }

    fn bytes(&self, member: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(self.0[member].as_str().unwrap()).unwrap()
    }
}

/// A registration, ready to be verified.
pub struct Registration {
    /// The response as a front end posts it.
    pub json: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub attestation_object: Vec<u8>,
    /// The root to which its attestation leads, in DER, if it leads to one.
    pub root: Option<Vec<u8>>,
    pub policy: AttestationPolicy,
}

impl Registration {
    /// Of an algorithm, `ES256`, with an attestation, `none` or `packed`; of ES256 also `packed with chain` and
    /// `tpm with chain`, whose roots are trusted.
    pub fn new(algorithm: &str, attestation: &str) -> Self {
        let recorded = Recorded::new(algorithm, attestation);
        let root = recorded.0.get("root").map(|_| recorded.bytes("root"));
        Self {
            policy: root.as_deref().map_or_else(AttestationPolicy::ignore, trusting),
            root,
            json: recorded.text("json"),
            authenticator_data: recorded.bytes("authenticatorData"),
            attestation_object: recorded.bytes("attestationObject"),
        }
    }

    pub fn verify(&self) -> Result<VerifiedRegistration, CeremonyError> {
        self.verify_with(&RustCrypto)
    }

    /// From the bytes of the response to what is stored.
    pub fn verify_with(
        &self,
        verifier: &dyn SignatureVerifier,
    ) -> Result<VerifiedRegistration, CeremonyError> {
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
            attestation: &self.policy,
            extensions: &RequestedExtensions::default(),
            verifier,
            now: NOW,
        };
        verify_registration(&RegistrationResponse::parse(&self.json)?, &expected)
    }

    /// The record that a store keeps of it.
    pub fn passkey(&self) -> Passkey {
        let user = USER.as_slice().try_into().unwrap();
        self.verify().unwrap().into_passkey(&POLICY.rp_id, user, "Phone".parse().unwrap(), NOW)
    }
}

/// Attestations have to lead to this root.
#[cfg(feature = "attestation")]
fn trusting(root: &[u8]) -> AttestationPolicy {
    let anchor = relying_party::x509::TrustAnchor::from_der(root).unwrap();
    AttestationPolicy::trusted().anchors([anchor])
}

/// Without the feature, nobody verifies them.
#[cfg(not(feature = "attestation"))]
fn trusting(_: &[u8]) -> AttestationPolicy {
    AttestationPolicy::ignore()
}

/// A sign-in with a discoverable credential, ready to be verified.
pub struct SignIn {
    /// The response as a front end posts it.
    pub json: Vec<u8>,
    pub client_data_json: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
    pub passkey: Passkey,
}

impl SignIn {
    pub fn new(algorithm: &str) -> Self {
        let recorded = Recorded::new(algorithm, "sign-in");
        Self {
            json: recorded.text("json"),
            client_data_json: recorded.bytes("clientDataJSON"),
            authenticator_data: recorded.bytes("authenticatorData"),
            signature: recorded.bytes("signature"),
            passkey: Registration::new(algorithm, "none").passkey(),
        }
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
        let hash = sha2::Sha256::digest(&self.client_data_json);
        [&self.authenticator_data[..], &hash[..]].concat()
    }
}

pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
