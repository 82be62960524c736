//! §8.4.

use relying_party::{
    AndroidKeyAuthorizations, AndroidKeyDates, AndroidSecurityLevel, AttestationPolicy,
    AttestationType, TrustError,
    ceremony::CeremonyError,
    test_authenticator::{
        CertifiedParts, KeyDescription, TestAlgorithm, TestAttestation, TestAttester,
        TestAuthority, TestCertificate, TestExtension, TestKey,
    },
    x509::{PathError, TrustAnchor},
};

use super::{Registration, attester, names};

fn refusal(tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::AndroidKey(attester()), tamper)
}

fn description(tamper: impl Fn(&mut KeyDescription) + Send + Sync + 'static) -> String {
    refusal(move |it| tamper(it.key_description().unwrap()))
}

#[test]
fn android_key_is_basic() {
    let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
    // Tags of future versions are skipped.
    registration.parts.tamper_statement(|it| {
        let description = it.key_description().unwrap();
        description.tee_enforced.further.push((900, vec![5, 0]));
        description.software_enforced.further.push((701, vec![2, 1, 7]));
    });
    assert_eq!(registration.judge().unwrap().kind, Some(AttestationType::Basic));
}

#[test]
fn android_key_1_signature_is_by_the_key_of_the_certificate() {
    names(
        &refusal(|it| it.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap()),
        "signature",
    );
    names(&refusal(|it| it.message = Some(b"other".to_vec())), "signature");
}

#[test]
fn android_key_2_key_of_the_certificate_is_the_credential_key() {
    let refusal = refusal(|it| {
        it.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap();
        it.certificate.public_key = it.key.spki().unwrap();
    });
    names(&refusal, "not for the credential key");
}

#[test]
fn android_key_3_certificate_describes_the_key() {
    names(&description(|it| it.raw = Some(vec![0x30, 0])), "KeyDescription");
    let refusal = refusal(|it| {
        it.certificate.set_extension(TestExtension::KEY_DESCRIPTION, false, [0x04, 0]);
    });
    names(&refusal, "KeyDescription");
}

#[test]
fn android_key_3_challenge_is_the_hash_of_the_client_data() {
    names(&description(|it| it.challenge[0] ^= 1), "attestationChallenge");
}

#[test]
fn android_key_4_key_is_for_one_application() {
    names(&description(|it| it.software_enforced.all_applications = true), "all applications");
    names(&description(|it| it.tee_enforced.all_applications = true), "all applications");
}

#[test]
fn android_key_5_key_was_generated_and_signs() {
    for origin in [None, Some(1)] {
        names(&description(move |it| it.tee_enforced.origin = origin), "origin");
    }
    for purpose in [None, Some(vec![]), Some(vec![0, 1, 3])] {
        names(&description(move |it| it.tee_enforced.purpose.clone_from(&purpose)), "purpose");
    }
}

#[test]
fn android_key_5_policy_decides_which_lists_count() {
    for (authorizations, passes) in
        [(AndroidKeyAuthorizations::Union, true), (AndroidKeyAuthorizations::TeeEnforced, false)]
    {
        let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
        registration.policy = registration.policy.android_key(authorizations);
        registration.parts.tamper_statement(|it| {
            let description = it.key_description().unwrap();
            core::mem::swap(&mut description.software_enforced, &mut description.tee_enforced);
        });
        assert_eq!(registration.judge().is_ok(), passes, "{authorizations:?}");
    }
}

#[test]
fn android_key_tee_enforced_lists_need_a_hardware_level() {
    let judge = |authorizations, attestation_level, keymaster_level| {
        let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
        registration.policy = registration.policy.android_key(authorizations);
        registration.parts.tamper_statement(move |it| {
            let description = it.key_description().unwrap();
            description.attestation_security_level = attestation_level;
            description.keymaster_security_level = keymaster_level;
        });
        registration.judge().map(|attestation| attestation.android_security_level.unwrap())
    };
    for (level, keymaster, expected) in [
        (1, 1, Some(AndroidSecurityLevel::TrustedEnvironment)),
        (2, 2, Some(AndroidSecurityLevel::StrongBox)),
        (2, 1, Some(AndroidSecurityLevel::TrustedEnvironment)),
        (1, 2, Some(AndroidSecurityLevel::TrustedEnvironment)),
        (0, 1, None),
        (1, 0, None),
        (1, 99, None),
    ] {
        let judged = judge(AndroidKeyAuthorizations::TeeEnforced, level, keymaster);
        assert_eq!(judged.ok(), expected, "{level} {keymaster}");
    }
    let software = judge(AndroidKeyAuthorizations::Union, 0, 0);
    assert_eq!(software, Ok(AndroidSecurityLevel::Software));
    for authorizations in [
        AndroidKeyAuthorizations::TeeEnforced,
        AndroidKeyAuthorizations::Union,
        AndroidKeyAuthorizations::UnionOrAbsent,
    ] {
        let error = judge(authorizations, 99, 1).unwrap_err().to_string();
        names(&error, "unknown security level");
    }
}

/// Some key stores write `purpose` once for each purpose.
#[test]
fn accepts_purpose_that_is_repeated_if_one_is_to_sign() {
    let judge = |purposes: &'static [u8]| {
        let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
        registration.parts.tamper_statement(move |it| {
            let list = &mut it.key_description().unwrap().tee_enforced;
            list.purpose = None;
            list.further = purposes.iter().map(|it| (1, vec![0x31, 3, 2, 1, *it])).collect();
        });
        registration.judge()
    };
    assert!(judge(&[3, 2]).is_ok());
    assert!(judge(&[2, 3]).is_ok());
    names(&judge(&[3, 1]).unwrap_err().to_string(), "purpose");
}

/// A phone below a CA with these dates, and its verdicts under each of the two policies.
fn with_dates(
    leaf: impl Fn(&mut TestCertificate) + Copy + Send + Sync + 'static,
    ca: impl Fn(&mut TestCertificate) + Copy,
) -> [Result<(), PathError>; 2] {
    let root = TestAuthority::root("phones").unwrap();
    let ca = root.below("phone", ca).unwrap();
    let key = TestKey::from_seed(TestAlgorithm::Es256, "phone's key").unwrap();
    let mut attester = TestAttester::of(key, ca);
    attester.chain = vec![attester.issuer.certificate.clone()];
    let anchor = TrustAnchor::from_der(&root.certificate).unwrap();
    [AndroidKeyDates::Strict, AndroidKeyDates::Lenient].map(|dates| {
        let mut registration = Registration::new(TestAttestation::AndroidKey(attester.clone()));
        registration.policy =
            AttestationPolicy::trusted().anchors([anchor.clone()]).android_key_dates(dates);
        registration.parts.tamper_statement(move |it| leaf(&mut it.certificate));
        match registration.judge() {
            Ok(_) => Ok(()),
            Err(CeremonyError::AttestationTrust(TrustError::Path(error))) => Err(error),
            other => panic!("{other:?}"),
        }
    })
}

fn is_expired(result: Result<(), PathError>) -> bool {
    matches!(result, Err(PathError::Expired { .. }))
}

fn is_early(result: Result<(), PathError>) -> bool {
    matches!(result, Err(PathError::NotYetValid { .. }))
}

const PROVISIONING_INFO: &str = "1.3.6.1.4.1.11129.2.1.30";

#[test]
fn policy_decides_on_dates_written_by_the_phone() {
    let [strict, lenient] = with_dates(|it| it.not_after = "20240601000000Z".into(), |_| ());
    assert!(is_expired(strict) && lenient.is_ok());
    let [strict, lenient] = with_dates(|it| it.not_before = "20300101000000Z".into(), |_| ());
    assert!(is_early(strict) && lenient.is_ok());
}

#[test]
fn policy_decides_on_expiry_of_factory_cas_and_not_of_others() {
    let expire = |it: &mut TestCertificate| it.not_after = "20240601000000Z".into();
    let [strict, lenient] = with_dates(|_| (), expire);
    assert!(is_expired(strict) && lenient.is_ok());
    let remote = |it: &mut TestCertificate| it.set_extension(PROVISIONING_INFO, false, [0xa0]);
    assert_eq!(with_dates(|_| (), remote), [Ok(()), Ok(())]);
    let both = with_dates(
        |_| (),
        |it| {
            expire(it);
            remote(it);
        },
    );
    assert!(both.into_iter().all(is_expired));
    let early = with_dates(|_| (), |it| it.not_before = "20300101000000Z".into());
    assert!(early.into_iter().all(is_early));
}

#[test]
fn dates_of_other_formats_count_regardless_of_the_android_rule() {
    let mut registration = Registration::new(TestAttestation::Packed(attester()));
    registration.policy = registration.policy.android_key_dates(AndroidKeyDates::Lenient);
    registration.parts.tamper_statement(|it| it.certificate.not_after = "20240601000000Z".into());
    let judged = registration.judge();
    let Err(CeremonyError::AttestationTrust(TrustError::Path(error))) = judged else {
        panic!("{judged:?}");
    };
    assert!(is_expired(Err(error)));
}
