//! §8.2 with `x5c`.

use relying_party::{
    AttestationType,
    test_authenticator::{
        CertifiedParts, TestAlgorithm, TestAttestation, TestAttester, TestExtension, TestKey,
        TestName,
    },
};

use super::{Registration, attester, names};

fn refusal(tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::Packed(attester()), tamper)
}

#[test]
fn packed_leads_through_the_intermediate_to_the_root() {
    let attestation = Registration::new(TestAttestation::Packed(attester())).judge().unwrap();
    assert_eq!(attestation.kind, Some(AttestationType::Uncertain));
    assert_eq!(attestation.trust.unwrap().intermediates.len(), 1);
}

#[test]
fn packed_supports_every_algorithm_of_certificates() {
    for algorithm in TestAlgorithm::ALL {
        let attester = TestAttester::with_algorithm(*algorithm, "manufacturer").unwrap();
        let judged = Registration::new(TestAttestation::Packed(attester)).judge();
        assert!(judged.is_ok(), "{algorithm:?}: {judged:?}");
    }
}

#[test]
fn packed_1_signature_is_by_the_key_of_the_certificate() {
    names(
        &refusal(|it| it.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap()),
        "signature",
    );
    names(&refusal(|it| it.message = Some(b"other".to_vec())), "signature");
}

#[test]
fn packed_1_algorithm_matches_the_key_of_the_certificate() {
    for algorithm in [-257, -8, -35] {
        names(&refusal(move |it| it.alg = Some(algorithm)), "attestation certificate");
    }
}

#[test]
fn packed_2_certificate_is_of_version_3() {
    names(
        &refusal(|it| {
            it.certificate.version = 0;
            it.certificate.extensions.clear();
        }),
        "version 3",
    );
}

#[test]
fn packed_2_subject_has_its_four_attributes() {
    for (oid, rule) in [
        (TestName::COUNTRY, "country"),
        (TestName::ORGANIZATION, "organization"),
        (TestName::ORGANIZATIONAL_UNIT, "OU"),
        (TestName::COMMON_NAME, "common name"),
    ] {
        names(&refusal(move |it| it.certificate.subject.remove(oid)), rule);
    }
    names(&refusal(|it| it.certificate.subject.set(TestName::COUNTRY, "Utopia")), "country");
    names(
        &refusal(|it| {
            let unit = TestName::ORGANIZATIONAL_UNIT;
            it.certificate.subject.set(unit, "authenticator attestation");
        }),
        "OU",
    );
}

#[test]
fn packed_2_certificate_is_not_a_ca_certificate() {
    names(
        &refusal(|it| {
            // SEQUENCE { TRUE }
            let value = [0x30, 3, 1, 1, 0xff];
            it.certificate.set_extension(TestExtension::BASIC_CONSTRAINTS, true, value);
        }),
        "CA",
    );
}

#[test]
fn packed_statement_may_have_other_entries() {
    let mut registration = Registration::new(TestAttestation::Packed(attester()));
    registration.parts.tamper_statement(|it| it.set("unknown", 1));
    assert!(registration.judge().is_ok());
}

#[test]
fn packed_3_aaguid_of_the_certificate_matches_the_authenticator() {
    let aaguid = |critical: bool, bytes: Vec<u8>| {
        refusal(move |it| {
            it.certificate.set_extension(TestExtension::AAGUID, critical, bytes.clone());
        })
    };
    let attested = [&[4, 16][..], b"test-authenticat"].concat();
    names(&aaguid(false, [&[4, 16][..], &[7; 16]].concat()), "another AAGUID");
    names(&aaguid(true, attested), "critical");
    names(&aaguid(false, b"test-authenticat".to_vec()), "octet string");
}

#[test]
fn packed_without_the_aaguid_in_the_certificate_passes() {
    let mut attester = attester();
    attester.names_aaguid = false;
    assert!(Registration::new(TestAttestation::Packed(attester)).judge().is_ok());
}

#[test]
fn packed_of_another_root_is_valid_but_not_trusted() {
    let foreign = TestAttester::new("another attester").unwrap();
    let judged = Registration::new(TestAttestation::Packed(foreign)).judge();
    assert_eq!(judged.unwrap_err().code(), "attestation_trust");
}

#[test]
fn packed_certificate_that_is_no_longer_valid_is_not_trusted() {
    let mut registration = Registration::new(TestAttestation::Packed(attester()));
    registration.parts.tamper_statement(|it| it.certificate.not_after = "20250101000000Z".into());
    assert_eq!(registration.judge().unwrap_err().code(), "attestation_trust");
}
