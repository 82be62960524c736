//! §8.3.

use relying_party::{
    AttestationType,
    test_authenticator::{
        CertifiedParts, TestAlgorithm, TestAttestation, TestAttester, TestExtension, TestKey,
        TestName, TpmParts,
    },
};

use super::{Registration, attester, names};

fn refusal(bend: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::Tpm(attester()), bend)
}

fn tpm(bend: impl Fn(&mut TpmParts) + Send + Sync + 'static) -> String {
    refusal(move |it| bend(it.tpm_parts().unwrap()))
}

#[test]
fn tpm_attests_keys_of_either_kind_by_keys_of_either_kind() {
    for credential in [TestAlgorithm::Es256, TestAlgorithm::Es384, TestAlgorithm::Rs256] {
        for aik in [TestAlgorithm::Es256, TestAlgorithm::Es384, TestAlgorithm::Rs256] {
            let attester = TestAttester::with_algorithm(aik, "manufacturer").unwrap();
            let attestation = TestAttestation::Tpm(attester);
            let judged = Registration::with_algorithm(credential, attestation).judge();
            assert_eq!(
                judged.unwrap().kind,
                Some(AttestationType::AttCa),
                "{credential:?} {aik:?}"
            );
        }
    }
}

#[test]
fn tpm_1_version_is_2_0() {
    names(&tpm(|it| it.ver = "1.2".into()), "ver is not 2.0");
}

#[test]
fn tpm_2_public_area_is_the_credential_key() {
    for coordinate in [0, 1] {
        names(&tpm(move |it| it.pub_area.unique[coordinate][0] ^= 1), "credential key");
    }
    // The third number is the curve.
    names(&tpm(|it| it.pub_area.parameters[5] = 4), "credential key");
    names(&tpm(|it| it.pub_area.kind = 0x25), "pubArea");
    names(&tpm(|it| it.pub_area.name_alg = 0x10), "pubArea");
    names(&tpm(|it| it.pub_area.trailing.push(0)), "pubArea");
    let mut registration =
        Registration::with_algorithm(TestAlgorithm::Rs256, TestAttestation::Tpm(attester()));
    registration.parts.bend_statement(|it| it.tpm_parts().unwrap().pub_area.parameters[9] = 3);
    names(&registration.refusal(), "credential key");
}

#[test]
fn tpm_3_there_is_a_certificate() {
    names(&refusal(|it| it.remove("x5c")), "missing");
    names(&refusal(|it| it.set("x5c", Vec::<ciborium::Value>::new())), "empty");
}

#[test]
fn tpm_3_aik_certificate_meets_its_rules() {
    names(
        &refusal(|it| {
            it.certificate.version = 0;
            it.certificate.extensions.clear();
        }),
        "version 3",
    );
    names(&refusal(|it| it.certificate.subject.set(TestName::COMMON_NAME, "AIK")), "a subject");
    names(
        &refusal(|it| it.certificate.remove_extension(TestExtension::SUBJECT_ALT_NAME)),
        "manufacturer",
    );
    names(
        &refusal(|it| it.certificate.remove_extension(TestExtension::EXTENDED_KEY_USAGE)),
        "another use",
    );
    names(
        &refusal(|it| {
            // SEQUENCE { 2.23.133.8.1 }, a key for endorsement
            let usage = [0x30, 7, 6, 5, 0x67, 0x81, 5, 8, 1];
            it.certificate.set_extension(TestExtension::EXTENDED_KEY_USAGE, false, usage);
        }),
        "another use",
    );
    names(
        &refusal(|it| {
            let value = [0x30, 3, 1, 1, 0xff];
            it.certificate.set_extension(TestExtension::BASIC_CONSTRAINTS, true, value);
        }),
        "CA",
    );
}

#[test]
fn tpm_3_aaguid_of_the_certificate_is_that_of_the_authenticator() {
    names(
        &refusal(|it| {
            let other = [&[4, 16][..], &[7; 16]].concat();
            it.certificate.set_extension(TestExtension::AAGUID, false, other);
        }),
        "AAGUID",
    );
}

#[test]
fn tpm_4_signature_is_by_the_aik() {
    names(
        &refusal(|it| it.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap()),
        "signature",
    );
    names(&refusal(|it| it.message = Some(b"other".to_vec())), "signature");
}

#[test]
fn tpm_5_cert_info_is_a_certification_by_a_tpm() {
    names(&tpm(|it| it.cert_info.magic ^= 1), "magic");
    // An attestation of creation.
    names(&tpm(|it| it.cert_info.kind = 0x801a), "type");
    names(&tpm(|it| it.cert_info.trailing.push(0)), "certInfo");
}

#[test]
fn tpm_5_extra_data_is_the_hash_of_what_is_attested() {
    names(&tpm(|it| it.cert_info.extra_data[0] ^= 1), "extraData");
    names(&tpm(|it| it.cert_info.extra_data.clear()), "extraData");
}

#[test]
fn tpm_5_name_is_that_of_the_public_area() {
    names(&tpm(|it| it.cert_info.name = Some(vec![0, 0x0b])), "name");
    names(&tpm(|it| it.cert_info.name = Some([&[0, 0x0b][..], &[7; 32]].concat())), "name");
}

#[test]
fn tpm_5_what_is_ignored_may_be_anything() {
    let mut registration = Registration::new(TestAttestation::Tpm(attester()));
    registration.parts.bend_statement(|it| {
        let info = &mut it.tpm_parts().unwrap().cert_info;
        info.qualified_signer = vec![1; 34];
        info.qualified_name = vec![2; 34];
        info.clock_info = [0xff; 17];
        info.firmware_version = u64::MAX;
    });
    assert!(registration.judge().is_ok());
}
