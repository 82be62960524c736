//! `fido-u2f` (§8.6).

use super::*;
use crate::{
    AttestationType, AuthenticatorData, StatementError,
    attestation::{Context, Signed},
};

/// A U2F statement. It is signed after tampering.
pub(super) struct U2f {
    parts: RegistrationParts,
    certificate: Draft,
    key: Key,
    /// What is signed, if it differs from §8.6.
    signed: Option<Vec<u8>>,
    others: Vec<Vec<u8>>,
}

impl U2f {
    pub(super) fn new() -> Self {
        let certificate = Draft::new(
            crate::x509::test_ca::common_name("U2F key"),
            &attestation_key(),
            vendor().name,
        );
        Self {
            parts: draft(TestAlgorithm::Es256),
            certificate,
            key: attestation_key(),
            signed: None,
            others: Vec::new(),
        }
    }

    fn tampered(tamper: impl FnOnce(&mut Self)) -> Self {
        let mut it = Self::new();
        tamper(&mut it);
        it
    }

    /// 00 | rpIdHash | clientDataHash | credentialId | publicKeyU2F
    fn verification_data(&self) -> Vec<u8> {
        let (data, hash) = data_and_hash(&self.parts);
        let id = &self.parts.authenticator_data.attested.as_ref().unwrap().credential_id;
        let spki = self.parts.key.spki().unwrap();
        let point = &spki[spki.len().saturating_sub(65)..];
        [&[0], &data[..32], &hash, id, point].concat()
    }

    pub(super) fn statement(&self) -> Cbor {
        let signed = self.signed.clone().unwrap_or_else(|| self.verification_data());
        let signature = self.key.sign(self.key.algorithm(), &signed);
        let leaf = self.certificate.sign(&vendor().key);
        let x5c = core::iter::once(leaf).chain(self.others.iter().cloned());
        Cbor::map([("x5c", array(x5c)), ("sig", bytes(signature))])
    }

    fn judge(self) -> Result<VerifiedRegistration, CeremonyError> {
        let statement = self.statement();
        judge(self.parts, "fido-u2f", statement, &trusted())
    }
}

fn refusal(tamper: impl FnOnce(&mut U2f)) -> StatementError {
    match U2f::tampered(tamper).judge() {
        Err(CeremonyError::AttestationStatement(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_u2f_key_is_trusted_regardless_of_its_aaguid() {
    let verified = U2f::new().judge().unwrap();
    assert_eq!(verified.attestation().kind, Some(AttestationType::Uncertain));
    assert!(verified.attestation().trust.is_some());
    let zero = |it: &mut U2f| {
        it.parts.authenticator_data.attested.as_mut().unwrap().aaguid = Aaguid::default();
    };
    assert!(U2f::tampered(zero).judge().is_ok());
}

#[test]
fn step_1_x5c_has_exactly_one_certificate() {
    let error = StatementError::Invalid("x5c has more than one certificate");
    assert_eq!(refusal(|it| it.others = vec![vendor().root()]), error);
    let u2f = U2f::new();
    let mut statement = u2f.statement();
    statement.set("x5c", array([]));
    let judged = judge(u2f.parts, "fido-u2f", statement, &trusted());
    assert_eq!(
        judged,
        Err(CeremonyError::AttestationStatement(StatementError::Invalid("x5c is empty")))
    );
}

#[test]
fn step_1_the_certificate_key_is_on_p256() {
    for key in [Key::p384("attestation"), Key::ed25519("attestation")] {
        let error = refusal(|it| {
            it.certificate.spki = key.spki();
            it.key = key.clone();
        });
        assert!(matches!(error, StatementError::Certificate(_)), "{error}");
    }
}

#[test]
fn step_2_the_credential_key_is_on_p256() {
    for algorithm in [TestAlgorithm::EdDsa, TestAlgorithm::Rs256] {
        let error = refusal(|it| it.parts = draft(algorithm));
        assert_eq!(error, StatementError::Invalid("the credential key is not a U2F key"));
    }
}

#[test]
fn steps_3_and_4_the_signature_covers_each_part() {
    assert_eq!(refusal(|it| it.key = Key::p256("other")), StatementError::Signature);
    let length = U2f::new().verification_data().len();
    for at in [0, 1, 33, 65, length - 65, length - 64, length - 1] {
        let error = refusal(|it| {
            let mut signed = it.verification_data();
            signed[at] ^= 1;
            it.signed = Some(signed);
        });
        assert_eq!(error, StatementError::Signature, "{at}");
    }
    let message = message(&U2f::new().parts);
    assert_eq!(refusal(|it| it.signed = Some(message)), StatementError::Signature, "as packed");
}

#[test]
fn the_syntax_requires_x5c_and_sig() {
    for member in ["x5c", "sig"] {
        let u2f = U2f::new();
        let value = u2f.statement().entry(member).unwrap().clone();
        let statement = Cbor::map([(member, value)]);
        let judged = judge(u2f.parts, "fido-u2f", statement, &trusted());
        assert_eq!(code(judged), "attestation_statement", "{member}");
    }
}

/// Otherwise the same bytes could be split differently into coordinates, and have the same signature.
#[test]
fn step_4_the_coordinates_are_32_bytes_each() {
    let judge = |cut: usize| {
        let mut u2f = U2f::new();
        let attested = u2f.parts.authenticator_data.attested.as_mut().unwrap();
        let spki = u2f.parts.key.spki().unwrap();
        let (x, y) = spki[spki.len() - 64..].split_at(cut);
        attested.public_key.set(-2, bytes(x));
        attested.public_key.set(-3, bytes(y));
        let statement = u2f.statement().to_vec().unwrap();
        let (data, hash) = data_and_hash(&u2f.parts);
        let data = AuthenticatorData::parse(&data).unwrap();
        let attested = data.attested_credential_data().unwrap();
        let signed = Signed { data: &data, attested, client_data_hash: &hash.into() };
        let policy = &trusted();
        let ctx = Context { verifier: &RustCrypto, policy, now: Timestamp::from_unix_millis(NOW) };
        crate::attestation::fido_u2f::verify(&statement, &signed, &ctx).map(drop)
    };
    assert_eq!(judge(32), Ok(()));
    for cut in [31, 33] {
        let refused = StatementError::Invalid("the credential key is not a U2F key");
        assert_eq!(judge(cut), Err(refused), "{cut}");
    }
}
