//! Whole registrations with statements of every format. Each rule is tested with a statement that breaks only that
//! rule.

mod apple;
mod compound;
mod cost;
mod fido_u2f;
mod packed;
mod policy;

use alloc::{vec, vec::Vec};

use sha2::{Digest as _, Sha256};

use crate::{
    Aaguid, Algorithm, AttestationPolicy,
    ceremony::{CeremonyError, RegistrationExpectation, VerifiedRegistration, verify_registration},
    crypto::RustCrypto,
    json::{RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::{
        Cbor, CborValue, RegistrationParts, TEST_AAGUID, TestAlgorithm, TestAuthenticator,
    },
    time::Timestamp,
    x509::{
        TrustAnchor,
        test_ca::{
            BASIC_CONSTRAINTS, COMMON_NAME, COUNTRY, Ca, Draft, Key, NOW, ORGANIZATION, UNIT,
            extension, name, sequence, tlv,
        },
    },
};

const ORIGIN: &str = "https://example.com";
const CHALLENGE: [u8; 32] = [7; 32];

/// A registration that still needs its statement.
fn draft(algorithm: TestAlgorithm) -> RegistrationParts {
    let mut authenticator =
        TestAuthenticator::new("attestation").with(|it| it.algorithms = vec![algorithm]);
    let options = serde_json::json!({
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": "dXNlcg", "name": "alice", "displayName": "Alice"},
        "challenge": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm.id()}],
    });
    authenticator.draft_creation(&options, ORIGIN).unwrap()
}

/// What a statement covers: authenticator data and the hash of the client data.
fn data_and_hash(parts: &RegistrationParts) -> (Vec<u8>, [u8; 32]) {
    let hash = Sha256::digest(parts.client_data.to_bytes()).into();
    (parts.authenticator_data.to_bytes().unwrap(), hash)
}

/// The two, concatenated.
fn message(parts: &RegistrationParts) -> Vec<u8> {
    let (data, hash) = data_and_hash(parts);
    [&data[..], &hash].concat()
}

fn judge(
    mut parts: RegistrationParts,
    format: &str,
    statement: Cbor,
    policy: &AttestationPolicy,
) -> Result<VerifiedRegistration, CeremonyError> {
    parts.fmt = Some(format.into());
    parts.statement = Some(statement);
    let json = serde_json::to_vec(&parts.sign().unwrap().to_json().unwrap()).unwrap();
    let rp_id = RpId::new("example.com").unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    let expected = RegistrationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &CHALLENGE,
        user_verification: UserVerification::Preferred,
        algorithms: &[Algorithm::ES256, Algorithm::EdDSA, Algorithm::Ed25519, Algorithm::RS256],
        conditional: false,
        attestation: policy,
        extensions: &crate::extensions::RequestedExtensions::default(),
        verifier: &RustCrypto,
        now: Timestamp::from_unix_millis(NOW),
    };
    verify_registration(&RegistrationResponse::parse(&json).unwrap(), &expected)
}

/// Returns the code of the error, or `ok`.
fn code(judged: Result<VerifiedRegistration, CeremonyError>) -> &'static str {
    judged.map_or_else(|error| error.code(), |_| "ok")
}

fn bytes(value: impl Into<Vec<u8>>) -> CborValue {
    CborValue::Bytes(value.into())
}

fn array(values: impl IntoIterator<Item = Vec<u8>>) -> CborValue {
    CborValue::Array(values.into_iter().map(CborValue::Bytes).collect())
}

fn anchors(roots: impl IntoIterator<Item = Vec<u8>>) -> Vec<TrustAnchor> {
    roots.into_iter().map(|der| TrustAnchor::from_der(&der).unwrap()).collect()
}

/// The CA of the tests' vendor.
fn vendor() -> Ca {
    Ca::new("vendor")
}

/// The key of the tests' attestation certificates.
fn attestation_key() -> Key {
    Key::p256("attestation")
}

/// An attestation certificate that satisfies §8.2.1.
fn certificate() -> Draft {
    let subject = name(&[
        (COUNTRY, "AA"),
        (ORGANIZATION, "Vendor"),
        (UNIT, "Authenticator Attestation"),
        (COMMON_NAME, "Model"),
    ]);
    let mut draft = Draft::new(subject, &attestation_key(), vendor().name);
    draft.extensions =
        vec![extension(BASIC_CONSTRAINTS, true, &sequence(&[])), aaguid_extension(TEST_AAGUID)];
    draft
}

const AAGUID_EXTENSION: &str = "1.3.6.1.4.1.45724.1.1.4";

fn aaguid_extension(aaguid: Aaguid) -> Vec<u8> {
    extension(AAGUID_EXTENSION, false, &tlv(4, aaguid.as_bytes()))
}

/// A packed statement with certificates. It is signed after tampering.
struct Packed {
    parts: RegistrationParts,
    certificate: Draft,
    issuer: Key,
    key: Key,
    alg: i64,
    /// The rest of `x5c`, after the attestation certificate.
    others: Vec<Vec<u8>>,
}

impl Packed {
    fn new() -> Self {
        Self {
            parts: draft(TestAlgorithm::Es256),
            certificate: certificate(),
            issuer: vendor().key,
            key: attestation_key(),
            alg: -7,
            others: Vec::new(),
        }
    }

    fn tampered(tamper: impl FnOnce(&mut Self)) -> Self {
        let mut packed = Self::new();
        tamper(&mut packed);
        packed
    }

    fn certificate(&self) -> Vec<u8> {
        self.certificate.sign(&self.issuer)
    }

    fn statement(&self) -> Cbor {
        let signature = self.key.sign(self.key.algorithm(), &message(&self.parts));
        let x5c = core::iter::once(self.certificate()).chain(self.others.iter().cloned());
        Cbor::map([("alg", self.alg.into()), ("sig", bytes(signature)), ("x5c", array(x5c))])
    }

    fn judge(self, policy: &AttestationPolicy) -> Result<VerifiedRegistration, CeremonyError> {
        let statement = self.statement();
        judge(self.parts, "packed", statement, policy)
    }
}

/// A policy that requires trust in the tests' vendor.
fn trusted() -> AttestationPolicy {
    AttestationPolicy::trusted().anchors(anchors([vendor().root()]))
}
