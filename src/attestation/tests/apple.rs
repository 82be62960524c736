//! `apple` (§8.8).

use super::*;
use crate::{AttestationType, StatementError};

const NONCE: &str = "1.2.840.113635.100.8.2";

/// An Apple statement. The certificate is signed after tampering.
struct Apple {
    parts: RegistrationParts,
    certificate: Draft,
}

fn nonce(nonce: &[u8]) -> Vec<u8> {
    extension(NONCE, false, &sequence(&[tlv(0xa1, &tlv(4, nonce))]))
}

impl Apple {
    fn new() -> Self {
        let parts = draft(TestAlgorithm::Es256);
        let mut certificate = certificate();
        certificate.spki = parts.key.spki().unwrap();
        certificate.extensions = vec![nonce(&Sha256::digest(message(&parts)))];
        Self { parts, certificate }
    }

    fn tampered(tamper: impl FnOnce(&mut Self)) -> Self {
        let mut it = Self::new();
        tamper(&mut it);
        it
    }

    fn statement(&self) -> Cbor {
        Cbor::map([("x5c", array([self.certificate.sign(&vendor().key)]))])
    }

    fn judge(self) -> Result<VerifiedRegistration, CeremonyError> {
        let statement = self.statement();
        judge(self.parts, "apple", statement, &trusted())
    }
}

fn refusal(tamper: impl FnOnce(&mut Apple)) -> StatementError {
    match Apple::tampered(tamper).judge() {
        Err(CeremonyError::AttestationStatement(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_issued_for_the_credential_is_trusted() {
    let verified = Apple::new().judge().unwrap();
    assert_eq!(verified.attestation().kind, Some(AttestationType::AnonCa));
    assert!(verified.attestation().trust.is_some());
}

#[test]
fn statements_of_2020_also_have_an_alg() {
    let apple = Apple::new();
    let mut statement = apple.statement();
    statement.set("alg", -7);
    assert_eq!(code(judge(apple.parts, "apple", statement, &trusted())), "ok");
}

#[test]
fn steps_1_and_2_the_nonce_is_the_hash_of_what_is_attested() {
    let other = StatementError::Invalid("the certificate was issued for other data");
    assert_eq!(refusal(|it| it.certificate.extensions[0] = nonce(&[0; 32])), other);
    assert_eq!(refusal(|it| it.certificate.extensions[0] = nonce(&[])), other);
    assert_eq!(refusal(|it| it.parts.authenticator_data.sign_count ^= 1), other);
    assert_eq!(refusal(|it| it.parts.client_data.extra.push(("more".into(), 1.into()))), other);
    let none = StatementError::Invalid("the certificate has no nonce");
    assert_eq!(refusal(|it| it.certificate.extensions.clear()), none);
    let hash = Sha256::digest(message(&Apple::new().parts));
    let tag = extension(NONCE, false, &sequence(&[tlv(0xa2, &tlv(4, &hash))]));
    assert!(matches!(
        refusal(|it| it.certificate.extensions[0] = tag),
        StatementError::Certificate(_) | StatementError::Invalid(_)
    ));
    let trailing = [sequence(&[tlv(0xa1, &tlv(4, &hash))]), vec![5, 0]].concat();
    let trailing = extension(NONCE, false, &trailing);
    assert!(matches!(
        refusal(|it| it.certificate.extensions[0] = trailing),
        StatementError::Certificate(_)
    ));
}

#[test]
fn step_3_the_certificate_key_is_the_credential_key() {
    let error = StatementError::Invalid("the certificate is for another key");
    assert_eq!(refusal(|it| it.certificate.spki = Key::p256("other").spki()), error);
    assert_eq!(refusal(|it| it.certificate.spki = Key::ed25519("other").spki()), error);
}

#[test]
fn the_syntax_requires_certificates() {
    for statement in [Cbor::empty_map(), Cbor::map([("x5c", array([]))])] {
        let judged = judge(Apple::new().parts, "apple", statement, &trusted());
        assert_eq!(code(judged), "attestation_statement");
    }
}

#[test]
fn without_the_anchor_it_proves_nothing() {
    let apple = Apple::new();
    let statement = apple.statement();
    let other = AttestationPolicy::trusted().anchors(anchors([Ca::new("other").root()]));
    assert_eq!(code(judge(apple.parts, "apple", statement, &other)), "attestation_trust");
}
