//! The policy (§7.1 steps 23 and 24).

use alloc::sync::Arc;

use super::*;
use crate::{
    AnchorSource, AttestationLevel, AttestationSubject, AttestationType, TrustError,
    x509::{Certificate, OwnedCertificate, PathError, RevocationCheck, test_ca::common_name},
};

fn packed(policy: &AttestationPolicy) -> &'static str {
    code(Packed::new().judge(policy))
}

fn none(policy: &AttestationPolicy) -> &'static str {
    code(judge(draft(TestAlgorithm::Es256), "none", Cbor::empty_map(), policy))
}

fn itself(policy: &AttestationPolicy) -> &'static str {
    let parts = draft(TestAlgorithm::Es256);
    let signature = parts.key.sign(&message(&parts)).unwrap();
    let statement = Cbor::map([("alg", (-7).into()), ("sig", bytes(signature))]);
    code(judge(parts, "packed", statement, policy))
}

#[test]
fn each_level_accepts_what_it_says() {
    let table = [
        (AttestationPolicy::ignore(), ["ok", "ok", "ok"]),
        (AttestationPolicy::statement(), ["ok", "ok", "ok"]),
        (AttestationPolicy::trusted(), ["attestation_trust"; 3]),
        (trusted(), ["ok", "attestation_trust", "attestation_trust"]),
    ];
    for (policy, expected) in table {
        assert_eq!([packed(&policy), itself(&policy), none(&policy)], expected, "{policy:?}");
    }
}

#[test]
fn ignored_statements_turn_nobody_away() {
    let broken = Packed::bent(|it| it.key = Key::p256("other"));
    let verified = broken.judge(&AttestationPolicy::ignore()).unwrap();
    assert_eq!(verified.attestation().kind, None);
    assert_eq!(verified.attestation().level(), AttestationLevel::Ignored);
    for format in ["tpm", "apple", "fido-u2f", "compound", "never heard of"] {
        let ignored = judge(
            draft(TestAlgorithm::Es256),
            format,
            Cbor::empty_map(),
            &AttestationPolicy::default(),
        );
        assert_eq!(code(ignored), "ok", "{format}");
    }
}

#[test]
fn unknown_formats_are_refused_where_statements_are_judged() {
    for format in ["never heard of", "Packed", "packed ", ""] {
        let judged = judge(
            draft(TestAlgorithm::Es256),
            format,
            Cbor::empty_map(),
            &AttestationPolicy::statement(),
        );
        assert_eq!(code(judged), "attestation_format", "{format}");
    }
}

#[test]
fn where_only_the_statement_counts_trust_is_kept_if_there_is_any() {
    let policy = AttestationPolicy::statement();
    let verified = Packed::new().judge(&policy).unwrap();
    assert_eq!(verified.attestation().level(), AttestationLevel::Statement);
    assert_eq!(verified.attestation().kind, Some(AttestationType::Uncertain));
    let policy = policy.anchors(anchors([vendor().root()]));
    let verified = Packed::new().judge(&policy).unwrap();
    assert_eq!(verified.attestation().level(), AttestationLevel::Trusted);
}

#[test]
fn a_demand_for_a_format_overrides_the_general_one_and_one_for_a_model_both() {
    let policy = trusted().for_format("none", AttestationLevel::Statement);
    assert_eq!([none(&policy), itself(&policy)], ["ok", "attestation_trust"]);
    let policy = AttestationPolicy::ignore().for_format("packed", AttestationLevel::Trusted);
    assert_eq!(
        [none(&policy), itself(&policy), packed(&policy)],
        ["ok", "attestation_trust", "attestation_trust"]
    );
    let policy = policy.for_aaguid(TEST_AAGUID, AttestationLevel::Statement);
    assert_eq!([none(&policy), itself(&policy), packed(&policy)], ["ok"; 3]);
}

#[test]
fn self_attestation_is_accepted_or_not_as_the_policy_says() {
    let table = [
        (AttestationPolicy::statement().self_attestation(false), "attestation_trust"),
        (AttestationPolicy::statement().self_attestation(true), "ok"),
        (trusted().self_attestation(true), "ok"),
        (AttestationPolicy::ignore().self_attestation(false), "ok"),
    ];
    for (policy, expected) in table {
        assert_eq!(itself(&policy), expected, "{policy:?}");
    }
    assert_eq!(none(&trusted().self_attestation(true)), "attestation_trust");
}

#[test]
fn models_are_allowed_and_denied() {
    let other = Aaguid::new([9; 16]);
    let refused = Err(CeremonyError::AttestationTrust(TrustError::Aaguid(TEST_AAGUID)));
    for policy in [
        trusted().allow_aaguids([other]),
        trusted().deny_aaguids([TEST_AAGUID]),
        trusted().allow_aaguids([TEST_AAGUID]).deny_aaguids([TEST_AAGUID]),
        trusted().allow_aaguids([]),
    ] {
        assert_eq!(Packed::new().judge(&policy), refused, "{policy:?}");
    }
    assert_eq!(packed(&trusted().allow_aaguids([other, TEST_AAGUID]).deny_aaguids([other])), "ok");
    assert_eq!(none(&AttestationPolicy::ignore().deny_aaguids([TEST_AAGUID])), "attestation_trust");
}

/// The AAGUID stands beside what a U2F key signs: anybody on the way can change it.
#[test]
fn the_aaguid_of_a_u2f_key_counts_as_zero() {
    let policy = trusted().allow_aaguids([TEST_AAGUID]);
    let check = |policy: &AttestationPolicy, format| policy.check_aaguid(format, TEST_AAGUID);
    assert_eq!(check(&policy, "packed"), Ok(()));
    assert_eq!(check(&policy, "fido-u2f"), Err(TrustError::Aaguid(TEST_AAGUID)));
    assert_eq!(check(&policy.allow_aaguids([Aaguid::default()]), "fido-u2f"), Ok(()));
    let policy = trusted().for_aaguid(TEST_AAGUID, AttestationLevel::Ignored);
    assert_eq!(policy.level_for("packed", TEST_AAGUID), AttestationLevel::Ignored);
    assert_eq!(policy.level_for("fido-u2f", TEST_AAGUID), AttestationLevel::Trusted);
    let denied = trusted().deny_aaguids([TEST_AAGUID]);
    assert_eq!(check(&denied, "fido-u2f"), Err(TrustError::Aaguid(TEST_AAGUID)));
}

#[test]
fn anchors_vouch_for_what_they_are_set_for() {
    let root = || anchors([vendor().root()]);
    let (other, policy) = (Aaguid::new([9; 16]), AttestationPolicy::trusted());
    assert_eq!(packed(&policy.clone().anchors_for_format("packed", root())), "ok");
    assert_eq!(packed(&policy.clone().anchors_for_format("apple", root())), "attestation_trust");
    assert_eq!(packed(&policy.clone().anchors_for_aaguid(TEST_AAGUID, root())), "ok");
    assert_eq!(packed(&policy.anchors_for_aaguid(other, root())), "attestation_trust");
}

#[test]
fn a_source_supplies_anchors_for_one_attestation() {
    struct Metadata;
    impl AnchorSource for Metadata {
        fn anchors(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            assert_eq!((subject.format, subject.aaguid), ("packed", TEST_AAGUID));
            assert_eq!(subject.certificate.public_key_bytes(), attestation_key().spki());
            anchors([vendor().root()])
        }
    }
    let policy = AttestationPolicy::trusted().anchor_source(Arc::new(Metadata));
    assert_eq!(packed(&policy), "ok");
}

#[test]
fn intermediates_of_the_host_complete_the_path() {
    let intermediate = Ca::new("intermediate");
    let supplied = OwnedCertificate::from_der(&intermediate.certified_by(&vendor())).unwrap();
    let judge = |policy: &AttestationPolicy| {
        let packed = Packed::bent(|it| {
            it.certificate.issuer = intermediate.name.clone();
            it.issuer = intermediate.key.clone();
        });
        code(packed.judge(policy))
    };
    assert_eq!(judge(&trusted()), "attestation_trust");
    assert_eq!(judge(&trusted().intermediates([supplied])), "ok");
}

#[test]
fn revoked_certificates_are_not_trusted() {
    struct Revoked;
    impl RevocationCheck for Revoked {
        fn is_revoked(&self, certificate: &Certificate<'_>) -> bool {
            certificate.issuer_bytes() == common_name("vendor")
        }
    }
    let policy = trusted().revocation(Arc::new(Revoked));
    assert_eq!(packed(&policy), "attestation_trust");
}

/// Records of before there was trust, and without any, are read and written as ever.
#[test]
fn what_was_proved_is_stored_and_old_records_are_read() {
    let verified = Packed::new().judge(&trusted()).unwrap();
    let attestation = verified.attestation();
    let json = serde_json::to_string(attestation).unwrap();
    assert_eq!(&serde_json::from_str::<crate::Attestation>(&json).unwrap(), attestation);
    let old = r#"{"format":"packed","kind":"self"}"#;
    let read = serde_json::from_str::<crate::Attestation>(old).unwrap();
    assert_eq!(read.level(), AttestationLevel::Statement);
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
}

/// No setting takes back what another one said.
#[test]
fn each_setting_leaves_the_others_as_they_are() {
    struct Nothing;
    impl AnchorSource for Nothing {
        fn anchors(&self, _: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            Vec::new()
        }
    }
    impl RevocationCheck for Nothing {
        fn is_revoked(&self, _: &Certificate<'_>) -> bool {
            false
        }
    }
    let policy = AttestationPolicy::trusted();
    for policy in [
        policy.clone().allow_aaguids([TEST_AAGUID]),
        policy.clone().deny_aaguids([]),
        policy.clone().self_attestation(true),
        policy.clone().for_format("tpm", AttestationLevel::Ignored),
        policy.clone().for_aaguid(Aaguid::new([9; 16]), AttestationLevel::Ignored),
        policy.clone().anchors(anchors([vendor().root()])),
        policy.clone().anchors_for_format("tpm", []),
        policy.clone().anchors_for_aaguid(TEST_AAGUID, []),
        policy.clone().anchor_source(Arc::new(Nothing)),
        policy.clone().intermediates([]),
        policy.clone().revocation(Arc::new(Nothing)),
        policy.clone().danger_sha1_certificates(true),
        policy.clone().android_key(crate::AndroidKeyAuthorizations::UnionOrAbsent),
        policy.clone().android_safety_net(true),
    ] {
        assert_eq!(policy.level(), AttestationLevel::Trusted, "{policy:?}");
        // The anchors stay too, whichever comes first.
        assert_eq!(packed(&policy.anchors(anchors([vendor().root()]))), "ok");
    }
}

#[test]
fn certificates_signed_with_sha1_are_trusted_only_if_the_policy_says_so() {
    let key = crate::test_authenticator::TestKey::from_seed(TestAlgorithm::Rs256, "ca").unwrap();
    let root = vendor().draft_by(&vendor()).with(|it| it.spki = key.spki().unwrap());
    let root = anchors([root.sign(&vendor().key)]);
    let judge = |accept| {
        let packed = Packed::new();
        let identifier = sequence(&[crate::x509::test_ca::oid("1.2.840.113549.1.1.5"), vec![5, 0]]);
        let certificate = packed.certificate.sign_with(&identifier, |tbs| key.sign(tbs).unwrap());
        let signature = packed.key.sign(packed.key.algorithm(), &message(&packed.parts));
        let statement = Cbor::map([
            ("alg", packed.alg.into()),
            ("sig", bytes(signature)),
            ("x5c", array([certificate])),
        ]);
        let policy = AttestationPolicy::trusted().anchors(root.clone());
        judge(packed.parts, "packed", statement, &policy.danger_sha1_certificates(accept))
    };
    let refused = |judged| match judged {
        Err(CeremonyError::AttestationTrust(TrustError::Path(error))) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(judge(false)), PathError::Sha1);
    // The signature is looked at then; it is one with SHA-256.
    assert_eq!(refused(judge(true)), PathError::Signature);
}

#[test]
fn a_refusal_says_what_there_was_in_place_of_trust() {
    let none = judge(draft(TestAlgorithm::Es256), "none", Cbor::empty_map(), &trusted());
    assert_eq!(none, Err(CeremonyError::AttestationTrust(TrustError::NoAttestation)));
    let parts = draft(TestAlgorithm::Es256);
    let signature = parts.key.sign(&message(&parts)).unwrap();
    let statement = Cbor::map([("alg", (-7).into()), ("sig", bytes(signature))]);
    let itself = judge(parts, "packed", statement, &trusted());
    assert_eq!(itself, Err(CeremonyError::AttestationTrust(TrustError::SelfAttestation)));
}
