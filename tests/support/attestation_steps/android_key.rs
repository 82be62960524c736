//! §8.4.

use relying_party::{
    AndroidKeyAuthorizations, AttestationType,
    test_authenticator::{
        CertifiedParts, KeyDescription, TestAlgorithm, TestAttestation, TestExtension, TestKey,
    },
};

use super::{Registration, attester, names};

fn refusal(bend: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> String {
    super::refusal(TestAttestation::AndroidKey(attester()), bend)
}

fn description(bend: impl Fn(&mut KeyDescription) + Send + Sync + 'static) -> String {
    refusal(move |it| bend(it.key_description().unwrap()))
}

#[test]
fn android_key_is_basic() {
    let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
    // Tags of the future are skipped.
    registration.parts.bend_statement(|it| {
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
fn android_key_2_key_of_the_certificate_is_that_of_the_credential() {
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
    names(&description(|it| it.software_enforced.all_applications = true), "every application");
    names(&description(|it| it.tee_enforced.all_applications = true), "every application");
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
fn android_key_5_lists_count_as_the_policy_says() {
    for (authorizations, passes) in
        [(AndroidKeyAuthorizations::Union, true), (AndroidKeyAuthorizations::TeeEnforced, false)]
    {
        let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
        registration.policy = registration.policy.android_key(authorizations);
        registration.parts.bend_statement(|it| {
            let description = it.key_description().unwrap();
            core::mem::swap(&mut description.software_enforced, &mut description.tee_enforced);
        });
        assert_eq!(registration.judge().is_ok(), passes, "{authorizations:?}");
    }
}
