//! §8.9.

use relying_party::test_authenticator::{TestAttestation, TestExtension};

use super::{Registration, attester, names};

fn compound(elements: &[TestAttestation]) -> Registration {
    Registration::new(TestAttestation::Compound(elements.to_vec()))
}

fn packed() -> TestAttestation {
    TestAttestation::Packed(attester())
}

fn apple() -> TestAttestation {
    TestAttestation::Apple(attester())
}

#[test]
fn compound_of_valid_statements_passes() {
    let judged = compound(&[packed(), apple(), TestAttestation::PackedSelf]).judge().unwrap();
    assert_eq!(judged.format, "compound");
    assert!(judged.trust.is_some());
}

#[test]
fn compound_syntax_requires_two_statements_that_are_not_compound() {
    names(&compound(&[packed()]).refusal(), "fewer than two");
    let nested = TestAttestation::Compound(vec![packed(), apple()]);
    names(&compound(&[packed(), nested]).refusal(), "within compound");
}

#[test]
fn compound_1_every_statement_is_valid() {
    let mut registration = compound(&[packed(), apple()]);
    registration.parts.tamper_statement(|it| {
        // Only the packed statement has a signature.
        if it.alg.is_some() {
            it.message = Some(b"other".to_vec());
        }
    });
    names(&registration.refusal(), "signature");
    let mut registration = compound(&[packed(), apple()]);
    registration.parts.tamper_statement(|it| {
        if it.alg.is_none() {
            it.certificate.set_extension(TestExtension::APPLE_NONCE, false, [0x30, 0]);
        }
    });
    names(&registration.refusal(), "no nonce");
}
