//! Packed statements, with certificates and without.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use relying_party::test_authenticator::{
    CborValue, CertifiedParts, RegistrationParts, SignedRegistration, TestAlgorithm,
    TestAttestation, TestAttester, TestAuthority, TestKey,
};
use serde_json::json;

use super::NOT_ASKED;
use crate::fido::{
    case::{Case, intact, registration},
    model::{Model, attester, attester_below_root, packed, self_attesting},
};

/// Flips a bit of the statement's signature.
pub(super) fn break_signature(signed: &mut SignedRegistration) {
    let Some(CborValue::Bytes(signature)) = signed.statement.entry("sig") else {
        panic!("the statement has no signature");
    };
    let mut signature = signature.clone();
    *signature.last_mut().unwrap() ^= 1;
    signed.statement.set("sig", CborValue::Bytes(signature));
}

/// Changes the order of the certificates.
pub(super) fn reorder(signed: &mut SignedRegistration, order: impl Fn(&mut [CborValue])) {
    let Some(CborValue::Array(x5c)) = signed.statement.entry("x5c") else {
        panic!("the statement has no certificates");
    };
    let mut x5c = x5c.clone();
    order(&mut x5c);
    signed.statement.set("x5c", CborValue::Array(x5c));
}

fn stranger() -> TestKey {
    TestKey::from_seed(TestAlgorithm::Es256, "a stranger").unwrap()
}

/// A tampering with the statement before it is signed.
fn statement(
    tamper: impl Fn(&mut CertifiedParts) + Clone + Send + Sync + 'static,
) -> impl Fn(&mut RegistrationParts) {
    move |parts| parts.tamper_statement(tamper.clone())
}

/// The attester whose `x5c` carries its root too, behind the intermediate.
fn with_root() -> TestAttester {
    let mut attester = attester();
    attester.chain.push(attester.root.clone());
    attester
}

/// The attester whose intermediate has expired.
fn below_expired() -> TestAttester {
    let root = TestAuthority::root("a manufacturer's root").unwrap();
    let issuer = root
        .below("an old intermediate", |certificate| {
            certificate.not_after = "20250101000000Z".into();
        })
        .unwrap();
    let mut attester = TestAttester::of(attester().key, issuer);
    attester.chain = vec![attester.issuer.certificate.clone()];
    attester.root = root.certificate;
    attester
}

/// A model whose metadata have the attestation certificate itself for an anchor, which then stands alone.
fn anchored_leaf() -> Model {
    let mut attester = attester_below_root();
    attester.names_aaguid = false;
    let model = packed(attester);
    let options = json!({
        "rp": { "id": "example.com", "name": "Example" },
        "user": { "id": "YWRh", "name": "ada", "displayName": "Ada" },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    });
    let mut device = relying_party::test_authenticator::TestAuthenticator::new("the same");
    *device.behaviour_mut() = model.behaviour.clone();
    let signed = device.draft_creation(&options, "https://example.com").unwrap().sign().unwrap();
    let Some(CborValue::Array(x5c)) = signed.statement.entry("x5c") else { unreachable!() };
    let leaf = STANDARD.encode(x5c[0].as_bytes().unwrap());
    model.entry(|entry| {
        entry["metadataStatement"]["attestationRootCertificates"] = json!([leaf]);
    })
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn with_certificates() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-5";
    let valid =
        |number, what, model| registration(SUITE, number, what, intact, intact).model(model);
    let refused = |case: Case, code| case.rejected(code).by_default(NOT_ASKED);
    let tampered = |number, what, tamper: Box<dyn Fn(&mut RegistrationParts)>, code| {
        let case = registration(SUITE, number, what, tamper, intact);
        refused(case.model(packed(attester())), code)
    };
    let corrupted = |number, what, corrupt: fn(&mut SignedRegistration), code| {
        refused(registration(SUITE, number, what, intact, corrupt).model(packed(attester())), code)
    };
    vec![
        valid("P-1", "the root issued the leaf, which comes alone", packed(attester_below_root())),
        valid("P-2", "an intermediate leads to the root in the metadata", packed(attester())),
        valid("P-3", "the metadata have the leaf itself for an anchor", anchored_leaf()),
        // All roots of the test authenticator have them.
        valid("P-4", "the root's basic constraints are critical", packed(attester())),
        valid(
            "P-5",
            "the metadata have vendor commands of 64 bits",
            packed(attester()).entry(|entry| {
                entry["metadataStatement"]["authenticatorGetInfo"] = json!({
                    "versions": ["FIDO_2_1"],
                    "vendorPrototypeConfigCommands": [u64::MAX, 1_u64 << 63],
                });
            }),
        ),
        tampered(
            "F-1",
            "`fmt` is one that does not exist",
            Box::new(|parts| parts.fmt = Some("unheard-of".into())),
            "attestation_format",
        ),
        corrupted("F-2", "a bit of `sig` is flipped", break_signature, "attestation_statement"),
        refused(
            registration(
                SUITE,
                "F-3",
                "self attestation by a model that has certificates",
                intact,
                intact,
            )
            .model(packed(attester()).with(|it| it.attestation = TestAttestation::PackedSelf)),
            "attestation_trust",
        ),
        registration(SUITE, "F-4", "`x5c` is a byte string", intact, |signed| {
            signed.statement.set("x5c", CborValue::Bytes(vec![7]));
        })
        .model(packed(attester()))
        .rejected("attestation_statement"),
        corrupted(
            "F-5",
            "`x5c` has no certificates",
            |signed| signed.statement.set("x5c", CborValue::Array(Vec::new())),
            "attestation_statement",
        ),
        tampered(
            "F-6",
            "the leaf has expired",
            Box::new(statement(|it| it.certificate.not_after = "20250101000000Z".into())),
            "attestation_trust",
        ),
        tampered(
            "F-7",
            "the leaf is not valid yet",
            Box::new(statement(|it| it.certificate.not_before = "20260101000000Z".into())),
            "attestation_trust",
        ),
        tampered(
            "F-8",
            "the leaf has a key of Ed25519, while statement and metadata name ES256",
            Box::new(statement(|it| {
                it.key = TestKey::from_seed(TestAlgorithm::EdDsa, "another kind of key").unwrap();
                it.certificate.public_key = it.key.spki().unwrap();
            })),
            "attestation_statement",
        ),
        tampered(
            "F-9",
            "a stranger signed the leaf in the name of its issuer",
            Box::new(statement(|it| it.issuer = stranger())),
            "attestation_trust",
        ),
        refused(
            valid("F-10", "`x5c` carries the root at its end", packed(with_root())),
            "attestation_trust",
        ),
        refused(
            registration(
                SUITE,
                "F-11",
                "`x5c` carries the root before the intermediate",
                intact,
                |signed| {
                    reorder(signed, |x5c| x5c.swap(1, 2));
                },
            )
            .model(packed(with_root())),
            "attestation_trust",
        ),
        refused(
            valid("F-12", "the intermediate has expired", packed(below_expired())),
            "attestation_trust",
        ),
        tampered(
            "F-13",
            "a stranger's key made `sig`",
            Box::new(statement(|it| it.key = stranger())),
            "attestation_statement",
        ),
        tampered(
            "F-14",
            "the credential's key made `sig`",
            Box::new(|parts| {
                let key = parts.key.clone();
                parts.tamper_statement(move |it| it.key = key.clone());
            }),
            "attestation_statement",
        ),
    ]
}

pub(super) fn of_the_credential() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-6";
    let model = || self_attesting(TestAlgorithm::Es256);
    vec![
        registration(SUITE, "P-1", "the credential's key signs for itself", intact, intact),
        registration(SUITE, "F-1", "a bit of `sig` is flipped", intact, break_signature)
            .rejected("attestation_statement"),
        registration(
            SUITE,
            "F-2",
            "certificates from a model that attests for itself",
            intact,
            intact,
        )
        .model(model().with(|it| it.attestation = TestAttestation::Packed(attester())))
        .rejected("attestation_trust")
        .by_default(NOT_ASKED),
        registration(
            SUITE,
            "F-3",
            "`fmt` is one that does not exist",
            |parts| parts.fmt = Some("unheard-of".into()),
            intact,
        )
        .rejected("attestation_format")
        .by_default(NOT_ASKED),
    ]
}
