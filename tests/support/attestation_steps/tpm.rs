//! §8.3.

use relying_party::{
    Attestation, AttestationPolicy, AttestationType, TpmKeyAttributes, TrustError,
    ceremony::CeremonyError,
    test_authenticator::{
        CertifiedParts, PubArea, TestAlgorithm, TestAttestation, TestAttester, TestExtension,
        TestKey, TestName, TpmParts,
    },
};

use super::{Registration, attester, names};

fn refusal(tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::Tpm(attester()), tamper)
}

fn tpm(tamper: impl Fn(&mut TpmParts) + Send + Sync + 'static) -> String {
    refusal(move |it| tamper(it.tpm_parts().unwrap()))
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
    registration.parts.tamper_statement(|it| it.tpm_parts().unwrap().pub_area.parameters[9] = 3);
    names(&registration.refusal(), "credential key");
}

#[test]
fn tpm_3_there_is_a_certificate() {
    names(&refusal(|it| it.remove("x5c")), "missing");
    names(&refusal(|it| it.set("x5c", Vec::<ciborium::Value>::new())), "empty");
}

#[test]
fn tpm_3_aik_certificate_obeys_its_rules() {
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
fn tpm_3_aaguid_of_the_certificate_matches_the_authenticator() {
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
fn tpm_5_extra_data_is_the_hash_of_the_attested_data() {
    names(&tpm(|it| it.cert_info.extra_data[0] ^= 1), "extraData");
    names(&tpm(|it| it.cert_info.extra_data.clear()), "extraData");
}

#[test]
fn tpm_5_name_is_the_name_of_the_public_area() {
    names(&tpm(|it| it.cert_info.name = Some(vec![0, 0x0b])), "name");
    names(&tpm(|it| it.cert_info.name = Some([&[0, 0x0b][..], &[7; 32]].concat())), "name");
}

#[test]
fn tpm_5_ignored_fields_may_have_any_value() {
    let mut registration = Registration::new(TestAttestation::Tpm(attester()));
    registration.parts.tamper_statement(|it| {
        let info = &mut it.tpm_parts().unwrap().cert_info;
        info.qualified_signer = vec![1; 34];
        info.qualified_name = vec![2; 34];
        info.clock_info = [0xff; 17];
        info.firmware_version = u64::MAX;
    });
    assert!(registration.judge().is_ok());
}

/// A key of this kind with these attributes, verified once if trust is required, and once with any attributes allowed.
fn with_attributes(
    algorithm: TestAlgorithm,
    attributes: u32,
    policy: impl Fn(AttestationPolicy) -> AttestationPolicy,
) -> Result<Attestation, CeremonyError> {
    let attestation = TestAttestation::Tpm(attester());
    let mut registration = Registration::with_algorithm(algorithm, attestation);
    registration.policy = policy(registration.policy);
    registration.parts.tamper_statement(move |it| {
        it.tpm_parts().unwrap().pub_area.object_attributes = attributes;
    });
    registration.judge()
}

#[test]
fn tpm_key_is_only_trusted_if_the_tpm_created_it_keeps_it_and_signs_with_it() {
    const DECRYPT: u32 = 1 << 17;
    let mut table = vec![
        (PubArea::SIGNING_KEY & !(1 << 1), "fixedTPM is clear"),
        (PubArea::SIGNING_KEY & !(1 << 4), "fixedParent is clear"),
        (PubArea::SIGNING_KEY & !(1 << 5), "sensitiveDataOrigin is clear"),
        (PubArea::SIGNING_KEY & !(1 << 18), "sign is clear"),
        (PubArea::SIGNING_KEY | 1 << 16, "restricted is set"),
        (PubArea::SIGNING_KEY | 1 << 19, "x509sign is set"),
        (PubArea::SIGNING_KEY | DECRYPT, "decrypt is set"),
    ];
    for bit in [0, 3].into_iter().chain(12..16).chain(20..32) {
        table.push((PubArea::SIGNING_KEY | 1 << bit, "a reserved bit is set"));
    }
    for (attributes, what) in table {
        let judge = |policy: &dyn Fn(AttestationPolicy) -> AttestationPolicy| {
            with_attributes(TestAlgorithm::Es256, attributes, policy)
        };
        let refused = Err(CeremonyError::AttestationTrust(TrustError::TpmKeyAttributes(what)));
        assert_eq!(judge(&|policy| policy), refused, "{attributes:#x}");
        assert!(judge(&|policy| policy.tpm_key(TpmKeyAttributes::Any)).is_ok());
        // With the level `Statement` it is valid but not trusted, although it leads to an anchor.
        let anchor = relying_party::x509::TrustAnchor::from_der(&attester().root).unwrap();
        let statement = AttestationPolicy::statement().anchors([anchor]);
        let judged = judge(&|_| statement.clone()).unwrap();
        assert_eq!((judged.kind, judged.trust), (Some(AttestationType::AttCa), None));
    }
    // Other attributes that a key may have: stClear, userWithAuth, adminWithPolicy, the two that bind it to the
    // firmware, noDA, encryptedDuplication.
    for bit in [2, 6, 7, 8, 9, 10, 11] {
        let attributes = PubArea::SIGNING_KEY ^ 1 << bit;
        assert!(
            with_attributes(TestAlgorithm::Es256, attributes, |policy| policy).is_ok(),
            "{bit}"
        );
    }
    // The way Windows creates RSA keys.
    assert!(with_attributes(TestAlgorithm::Rs256, 0x0006_0472, |policy| policy).is_ok());
}

#[test]
fn tpm_rsa_key_with_a_scheme_does_not_decrypt() {
    let mut registration =
        Registration::with_algorithm(TestAlgorithm::Rs256, TestAttestation::Tpm(attester()));
    registration.parts.tamper_statement(|it| {
        let area = &mut it.tpm_parts().unwrap().pub_area;
        area.object_attributes = 0x0006_0472;
        // No symmetric cipher, RSASSA with SHA-256, 2048 bits, the usual exponent.
        area.parameters = [0, 0x10, 0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0].into();
    });
    let refused = TrustError::TpmKeyAttributes("decrypt is set");
    assert_eq!(registration.judge(), Err(CeremonyError::AttestationTrust(refused)));
}

/// An object identifier of three bytes must not take forty in memory.
#[test]
fn tpm_3_long_extended_key_usage_takes_limited_memory() {
    let registration = Registration::new(TestAttestation::Tpm(attester()));
    let mut parts = registration.parts.clone();
    parts.tamper_statement(|it| {
        let usages = [6, 1, 42].repeat(10_000);
        let length = u16::try_from(usages.len()).unwrap().to_be_bytes();
        let value = [&[0x30, 0x82], &length[..], &usages].concat();
        it.certificate.set_extension(TestExtension::EXTENDED_KEY_USAGE, false, value);
    });
    let response = parts.sign().unwrap().to_json().unwrap().to_string();
    let mut judged = None;
    let counted = allocation_counter::measure(|| {
        judged = Some(registration.judge_response(&response));
    });
    names(&judged.unwrap().unwrap_err().to_string(), "too many extended key usages");
    let bound = 16 * u64::try_from(response.len()).unwrap();
    assert!(counted.bytes_max <= bound, "{} bytes for {}", counted.bytes_max, response.len());
}
