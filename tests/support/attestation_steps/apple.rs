//! §8.8.

use relying_party::{
    AttestationType,
    test_authenticator::{
        CertifiedParts, FormatParts, TestAlgorithm, TestAttestation, TestExtension, TestKey,
    },
};

use super::{Registration, attester, names};

fn refusal(tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::Apple(attester()), tamper)
}

#[test]
fn apple_is_anonymous() {
    let judged = Registration::new(TestAttestation::Apple(attester())).judge();
    assert_eq!(judged.unwrap().kind, Some(AttestationType::AnonCa));
}

#[test]
fn apple_2_nonce_is_the_hash_of_the_attested_data() {
    let refusal = refusal(|it| {
        let FormatParts::Apple { nonce } = &mut it.format else { panic!("no nonce") };
        nonce[0] ^= 1;
    });
    names(&refusal, "other data");
}

#[test]
fn apple_2_certificate_has_a_nonce() {
    // SEQUENCE {}
    let refusal =
        refusal(|it| it.certificate.set_extension(TestExtension::APPLE_NONCE, false, [0x30, 0]));
    names(&refusal, "no nonce");
}

#[test]
fn apple_3_key_of_the_certificate_is_the_credential_key() {
    let refusal = refusal(|it| {
        let other = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap();
        it.certificate.public_key = other.spki().unwrap();
    });
    names(&refusal, "another key");
}
