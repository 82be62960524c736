//! The measured ceremonies: a registration and a sign-in for each algorithm, as a browser sends them.
//!
//! They are recorded, so that every run, backend and peer gets the same bytes and needs no test authenticator.
//! `tests/ceremonies.rs` made them, and can make new ones.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    Algorithm, AttestationPolicy, Passkey, Timestamp,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CeremonyError, CounterRule,
        CredentialRecord, RegistrationExpectation, VerifiedAuthentication, VerifiedRegistration,
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
/// 16 bytes, the only length that `webauthn_rp` supports.
pub const CHALLENGE: [u8; 16] = [0x5c; 16];
pub const USER: [u8; 16] = [0x75; 16];

/// The time at which certificates are verified, in 2026.
const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);

/// The policy of a host.
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

/// A recorded ceremony of an algorithm: `sign-in`, or a registration, named by its attestation.
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
    /// The root of its attestation in DER, if it has one.
    pub root: Option<Vec<u8>>,
    pub policy: AttestationPolicy,
}

impl Registration {
    /// A registration with an algorithm such as `ES256` and the attestation `none` or `packed`. ES256 also has
    /// `packed with chain` and `tpm with chain`, whose roots are trusted.
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

    /// Verifies the bytes of the response, and returns what is stored.
    pub fn verify_with(
        &self,
        verifier: &dyn SignatureVerifier,
    ) -> Result<VerifiedRegistration, CeremonyError> {
        /// All algorithms of the default backend.
        const ALGORITHMS: [Algorithm; 4] =
            [Algorithm::EdDSA, Algorithm::Ed25519, Algorithm::ES256, Algorithm::RS256];
        let expected = RegistrationExpectation {
            rp_id: &POLICY.rp_id,
            origins: &POLICY.origins,
            bound_origin: None,
            check_token_binding: false,
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

    /// The record that a store keeps.
    pub fn passkey(&self) -> Passkey {
        let user = USER.as_slice().try_into().unwrap();
        self.verify().unwrap().into_passkey(&POLICY.rp_id, user, "Phone".parse().unwrap(), NOW)
    }
}

/// A policy that requires attestations with this root.
#[cfg(feature = "attestation")]
fn trusting(root: &[u8]) -> AttestationPolicy {
    let anchor = relying_party::x509::TrustAnchor::from_der(root).unwrap();
    AttestationPolicy::trusted().anchors([anchor])
}

/// Without the feature, no statement is verified.
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

    /// Verifies the bytes of the response.
    pub fn verify(
        &self,
        verifier: &dyn SignatureVerifier,
    ) -> Result<VerifiedAuthentication, CeremonyError> {
        let expected = AuthenticationExpectation {
            rp_id: &POLICY.rp_id,
            origins: &POLICY.origins,
            bound_origin: None,
            check_token_binding: false,
            challenge: &CHALLENGE,
            user_verification: UserVerification::Required,
            allow_credentials: &[],
            user: None,
            counter_rule: CounterRule::Reject,
            backup_eligibility_rule: BackupEligibilityRule::Fixed,
            find_by_credential_id: false,
            extensions: &RequestedExtensions::default(),
            verifier,
        };
        let response = AuthenticationResponse::parse(&self.json)?;
        verify_authentication(&response, &expected, &CredentialRecord::from(&self.passkey))
    }

    /// The signed message: authenticator data and the hash of the client data.
    pub fn message(&self) -> Vec<u8> {
        use sha2::Digest as _;
        let hash = sha2::Sha256::digest(&self.client_data_json);
        [&self.authenticator_data[..], &hash[..]].concat()
    }
}

pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
