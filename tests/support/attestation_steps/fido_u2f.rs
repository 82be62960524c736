//! §8.6.

use relying_party::{
    AttestationType,
    test_authenticator::{
        CertifiedParts, FormatParts, TestAlgorithm, TestAttestation, TestAttester, TestKey,
    },
};

use super::{Registration, attester, names};

fn refusal(tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::FidoU2f(attester()), tamper)
}

#[test]
fn fido_u2f_of_any_aaguid_passes() {
    let judged = Registration::new(TestAttestation::FidoU2f(attester())).judge();
    assert_eq!(judged.unwrap().kind, Some(AttestationType::Uncertain));
}

#[test]
fn fido_u2f_1_there_is_exactly_one_certificate() {
    names(&refusal(|it| it.chain = attester().chain), "more than one");
    names(&refusal(|it| it.set("x5c", Vec::<ciborium::Value>::new())), "empty");
}

#[test]
fn fido_u2f_1_key_of_the_certificate_is_on_p256() {
    let attester = TestAttester::with_algorithm(TestAlgorithm::Es384, "manufacturer").unwrap();
    let refusal = Registration::new(TestAttestation::FidoU2f(attester)).refusal();
    names(&refusal, "attestation certificate");
}

#[test]
fn fido_u2f_2_credential_uses_es256() {
    let attestation = TestAttestation::FidoU2f(attester());
    let registration = Registration::with_algorithm(TestAlgorithm::Es384, attestation);
    names(&registration.refusal(), "U2F");
}

#[test]
fn fido_u2f_3_each_part_is_signed() {
    // 00, rpIdHash, clientDataHash, credentialId, 04, x, y
    for at in [0, 1, 33, 65, 97, 98, 130] {
        let refusal = refusal(move |it| {
            let FormatParts::Message(message) = &mut it.format else { panic!("no message") };
            message[at] ^= 1;
        });
        names(&refusal, "signature");
    }
}

#[test]
fn fido_u2f_4_signature_is_by_the_key_of_the_certificate() {
    names(
        &refusal(|it| it.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap()),
        "signature",
    );
}
