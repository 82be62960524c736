//! Registrations with a statement of each format, verified under a policy that trusts its anchors only.

use relying_party::{
    Algorithm, AttestationPolicy,
    ceremony::{RegistrationExpectation, explain_registration, verify_registration},
    extensions::RequestedExtensions,
    json::{RegistrationResponse, UserVerification},
    limits::{CERTIFICATE_ALT_NAMES_MAX, CERTIFICATE_SUBTREES_MAX, RESPONSE_JSON_MAX},
    policy::{OriginPolicy, RpId},
    test_authenticator::{
        CertifiedParts, RegistrationParts, TestAlgorithm, TestAttestation, TestAttester,
        TestAuthenticator, TestExtension, TestName,
    },
    x509::{OwnedCertificate, TrustAnchor},
};
use serde_json::json;

use super::{
    Case, Prepared,
    certificates::{
        Credulous, NOW, alternative_names, constraining, directory_names, name,
        repeated_authorities, tlv,
    },
    repeated,
};

pub(super) const ORIGIN: &str = "https://example.com";

/// What relying parties demand, all of it in one.
pub(super) struct World {
    rp_id: RpId,
    origins: OriginPolicy,
    policy: AttestationPolicy,
}

impl World {
    pub(super) fn new(policy: AttestationPolicy) -> Self {
        let rp_id = RpId::new("example.com").unwrap();
        let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
        Self { rp_id, origins, policy }
    }

    pub(super) fn expectation(&self) -> RegistrationExpectation<'_> {
        RegistrationExpectation {
            rp_id: &self.rp_id,
            origins: &self.origins,
            bound_origin: None,
            check_token_binding: false,
            challenge: &[0; 16],
            user_verification: UserVerification::Required,
            algorithms: &[Algorithm::ES256, Algorithm::RS256],
            conditional: false,
            attestation: &self.policy,
            now: NOW,
            extensions: &NOTHING_REQUESTED,
            verifier: &Credulous,
        }
    }

    pub(super) fn accepts(&self, json: &[u8]) -> bool {
        let response = RegistrationResponse::parse(json);
        response.is_ok_and(|response| verify_registration(&response, &self.expectation()).is_ok())
    }
}

static NOTHING_REQUESTED: std::sync::LazyLock<RequestedExtensions> =
    std::sync::LazyLock::new(RequestedExtensions::default);

pub(super) fn trusting(attester: &TestAttester) -> AttestationPolicy {
    let anchor = |der: &[u8]| TrustAnchor::from_der(der).unwrap();
    AttestationPolicy::trusted()
        .anchors([anchor(&attester.root)])
        .anchors_for_format("fido-u2f", [anchor(&attester.issuer.certificate)])
}

/// What a browser posts.
pub(super) fn registration(
    attestation: TestAttestation,
    change: impl FnOnce(&mut RegistrationParts),
) -> Vec<u8> {
    let options = json!({
        "rp": {"id": "example.com", "name": "x"},
        "user": {"id": "YWRh", "name": "ada", "displayName": "ada"},
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let mut browser = TestAuthenticator::new("hostile").with(|it| {
        it.attestation = attestation;
        it.algorithms = vec![TestAlgorithm::Es256];
    });
    browser.create_tampered(&options, ORIGIN, change).unwrap().into_bytes()
}

/// The certificates of which the search makes most, below a leaf that is right for its format.
pub(super) fn repeat_authorities(parts: &mut CertifiedParts, size: usize) {
    parts.certificate.issuer = name("repeated");
    parts.chain = repeated_authorities(size, |_, _| ()).split_off(1);
    *parts.chain.last_mut().unwrap() = constraining(size);
    parts.certificate.extensions.push(TestExtension::new(
        TestExtension::SUBJECT_ALT_NAME,
        parts.certificate.subject.0.is_empty(),
        alternative_names(b"\x82\x00", size),
    ));
}

/// The same within the bounds on each list: the names are long instead, and each is compared.
fn repeat_authorities_within_bounds(parts: &mut CertifiedParts, size: usize) {
    repeat_authorities(parts, 0);
    *parts.chain.last_mut().unwrap() = constraining(SUBTREES);
    let names = directory_names(CERTIFICATE_ALT_NAMES_MAX, size);
    let names = tlv(0x30, &names.concat());
    parts.certificate.extensions.pop();
    parts.certificate.set_extension(TestExtension::SUBJECT_ALT_NAME, false, names);
}

/// The bytes of as many subtrees as are read.
const SUBTREES: usize = CERTIFICATE_SUBTREES_MAX * 4;

/// Names of a TPM, with more behind them.
fn tpm_names(parts: &mut CertifiedParts, size: usize) {
    let extension = parts.certificate.extension(TestExtension::SUBJECT_ALT_NAME).unwrap();
    let (critical, value) = (extension.critical, extension.value.clone());
    // The header of the sequence has two bytes as long as it has less than 128.
    let more = repeated(&value[2..], b"\x82\x00", size);
    parts.certificate.set_extension(TestExtension::SUBJECT_ALT_NAME, critical, tlv(0x30, &more));
}

/// What a response has room for beside what is small in it.
const PARTS_MAX: usize = RESPONSE_JSON_MAX - 12_000;

type Change = fn(&mut CertifiedParts, usize);

const CHANGES: [(&str, &str, Change); 14] = [
    ("packed", "alternative names by subtrees", repeat_authorities),
    ("packed", "as many names and subtrees as are read", repeat_authorities_within_bounds),
    ("packed", "units of the subject", |parts, size| {
        let unit = TestName::of(&[(TestName::ORGANIZATIONAL_UNIT, "Authenticator Attestation")]);
        let units = std::iter::repeat_n(unit.0[0].clone(), size / 40);
        parts.certificate.subject.0.extend(units);
    }),
    ("packed", "many certificates", |parts, size| {
        let small = parts.chain[0].clone();
        parts.chain = vec![small.clone(); size / small.len()];
    }),
    ("tpm", "alternative names by subtrees", |parts, size| {
        let names = parts.certificate.extension(TestExtension::SUBJECT_ALT_NAME).cloned();
        repeat_authorities(parts, size);
        parts.certificate.extensions.pop();
        parts.certificate.extensions.retain(|it| it.oid != TestExtension::SUBJECT_ALT_NAME);
        parts.certificate.extensions.extend(names);
        tpm_names(parts, size);
    }),
    ("tpm", "purposes", |parts, size| {
        let mut purposes = b"\x06\x05\x67\x81\x05\x08\x03".to_vec();
        purposes.splice(0..0, repeated(b"", b"\x06\x01\x2a", size));
        parts.certificate.set_extension(
            TestExtension::EXTENDED_KEY_USAGE,
            true,
            tlv(0x30, &purposes),
        );
    }),
    ("tpm", "a long qualified signer", |parts, size| {
        parts.tpm_parts().unwrap().cert_info.qualified_signer = vec![0; size];
    }),
    ("android-key", "alternative names by subtrees", repeat_authorities),
    ("android-key", "purposes", |parts, size| {
        parts.key_description().unwrap().tee_enforced.purpose = Some(vec![2; size / 3]);
    }),
    ("android-key", "authorizations", |parts, size| {
        let further = (800..).map(|tag| (tag, vec![5, 0])).take(size / 6);
        parts.key_description().unwrap().tee_enforced.further = further.collect();
    }),
    ("apple", "alternative names by subtrees", repeat_authorities),
    ("fido-u2f", "alternative names by subtrees", |parts, size| {
        repeat_authorities(parts, size);
        parts.chain.clear();
    }),
    ("compound", "as many names and subtrees as are read", |parts, size| {
        repeat_authorities_within_bounds(parts, size / 5);
    }),
    ("compound", "alternative names by subtrees", |parts, size| {
        repeat_authorities(parts, size / 5);
    }),
];

fn attestation(format: &str, attester: &TestAttester) -> TestAttestation {
    let attester = attester.clone();
    match format {
        "packed" => TestAttestation::Packed(attester),
        "tpm" => TestAttestation::Tpm(attester),
        "android-key" => TestAttestation::AndroidKey(attester),
        "apple" => TestAttestation::Apple(attester),
        "fido-u2f" => TestAttestation::FidoU2f(attester),
        _ => TestAttestation::Compound(vec![TestAttestation::Packed(attester); 4]),
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, input, change) in CHANGES {
        let make = move |size: usize| {
            let attester = TestAttester::new("hostile").unwrap();
            // Two parts, of which base64url leaves three quarters.
            let part = size / 4 * 3 / 2;
            let json = registration(attestation(format, &attester), |parts| {
                parts.tamper_statement(move |statement| change(statement, part));
            });
            let mut policy = trusting(&attester);
            if format == "fido-u2f" {
                // Its certificate comes alone, so that what the host has is what completes the path.
                let mut known = repeated_authorities(part, |_, _| ()).split_off(1);
                *known.last_mut().unwrap() = constraining(SUBTREES);
                let known = known.iter().map(|der| OwnedCertificate::from_der(der).unwrap());
                policy = policy.intermediates(known);
            }
            (json, World::new(policy))
        };
        let verified = move |size| {
            let (json, world) = make(size);
            Prepared::new(json.len(), move || world.accepts(&json))
        };
        let mut case = Case::prepared("verify_registration", label(format, input), verified);
        case = case.max(PARTS_MAX).memory(16);
        case.accepted = ACCEPTED.contains(&(format, input));
        case.fixed = FIXED == (format, input);
        cases.push(case);
        let explained = move |size| {
            let (json, world) = make(size);
            Prepared::new(json.len(), move || {
                let Ok(response) = RegistrationResponse::parse(&json) else { return false };
                explain_registration(&response, &world.expectation()).failure().is_none()
            })
        };
        let mut case = Case::prepared("explain_registration", label(format, input), explained);
        case = case.max(PARTS_MAX).memory(16);
        case.accepted = ACCEPTED.contains(&(format, input));
        case.fixed = FIXED == (format, input);
        cases.push(case);
    }
    cases
}

/// A response has no room for longer names in four statements.
const FIXED: (&str, &str) = ("compound", "as many names and subtrees as are read");

/// Unusual, but valid.
const ACCEPTED: [(&str, &str); 4] = [
    ("packed", "many certificates"),
    ("tpm", "a long qualified signer"),
    ("android-key", "purposes"),
    ("android-key", "authorizations"),
];

fn label(format: &str, input: &str) -> &'static str {
    format!("{format}: {input}").leak()
}
