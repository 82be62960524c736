//! The policy (§7.1 steps 23 and 24).

use alloc::sync::Arc;

use super::*;
use crate::{
    AaguidAssurance, AnchorSource, AttestationLevel, AttestationSubject, AttestationType,
    Timestamp, TrustError,
    x509::{
        Certificate, Crl, CrlRevocation, OwnedCertificate, PathError, RevocationCheck,
        RevocationSubject,
        test_ca::{CrlDraft, NOT_BEFORE, common_name},
    },
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
fn each_level_accepts_what_it_documents() {
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
fn ignored_statements_reject_no_one() {
    let broken = Packed::tampered(|it| it.key = Key::p256("other"));
    let verified = broken.judge(&AttestationPolicy::ignore()).unwrap();
    assert_eq!(verified.attestation().kind, None);
    assert_eq!(verified.attestation().level(), AttestationLevel::Ignored);
    for format in ["tpm", "apple", "fido-u2f", "compound", "never-heard-of"] {
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
fn rejects_unknown_formats_if_statements_are_verified() {
    for format in ["never-heard-of", "Packed", "packed_"] {
        let judged = judge(
            draft(TestAlgorithm::Es256),
            format,
            Cbor::empty_map(),
            &AttestationPolicy::statement(),
        );
        assert_eq!(code(judged), "attestation_format", "{format}");
    }
}

/// The format is stored, displayed and logged, so it must not be more than a name.
#[test]
fn rejects_formats_that_are_no_identifiers_even_if_attestation_is_ignored() {
    let long = "x".repeat(40_000);
    for format in ["", "packed ", "<script>alert(1)</script> ", "a\0", "\u{202e}enon", &long] {
        let (parts, statement) = (draft(TestAlgorithm::Es256), Cbor::empty_map());
        match judge(parts, format, statement, &AttestationPolicy::ignore()) {
            Err(CeremonyError::AttestationFormat(shown)) => {
                assert!(shown.len() <= 96, "{shown:?}");
                assert!(!shown.contains(['\0', '\u{202e}']), "{shown:?}");
            }
            other => panic!("{format:.30}: {other:?}"),
        }
    }
    let long = "x".repeat(33);
    for format in ["a\"b", "a\\b", "f\u{fc}r", &long] {
        let (parts, statement) = (draft(TestAlgorithm::Es256), Cbor::empty_map());
        let judged = judge(parts, format, statement, &AttestationPolicy::ignore());
        assert_eq!(code(judged), "attestation_format", "{format}");
    }
    let longest = "x".repeat(32);
    let (parts, statement) = (draft(TestAlgorithm::Es256), Cbor::empty_map());
    assert_eq!(code(judge(parts, &longest, statement, &AttestationPolicy::ignore())), "ok");
}

#[test]
fn statement_level_records_trust_if_there_is_any() {
    let policy = AttestationPolicy::statement();
    let verified = Packed::new().judge(&policy).unwrap();
    assert_eq!(verified.attestation().level(), AttestationLevel::Statement);
    assert_eq!(verified.attestation().kind, Some(AttestationType::Uncertain));
    let policy = policy.anchors(anchors([vendor().root()]));
    let verified = Packed::new().judge(&policy).unwrap();
    assert_eq!(verified.attestation().level(), AttestationLevel::Trusted);
}

#[test]
fn a_demand_for_a_format_overrides_the_general_one_and_one_for_a_model_lowers_neither() {
    let policy = trusted().for_format("none", AttestationLevel::Statement);
    assert_eq!([none(&policy), itself(&policy)], ["ok", "attestation_trust"]);
    let policy = AttestationPolicy::ignore().for_format("packed", AttestationLevel::Trusted);
    assert_eq!(
        [none(&policy), itself(&policy), packed(&policy)],
        ["ok", "attestation_trust", "attestation_trust"]
    );
    let policy = policy.for_aaguid(TEST_AAGUID, AttestationLevel::Statement);
    assert_eq!(
        [none(&policy), itself(&policy), packed(&policy)],
        ["ok", "attestation_trust", "attestation_trust"]
    );
    let policy = AttestationPolicy::ignore().for_aaguid(TEST_AAGUID, AttestationLevel::Trusted);
    assert_eq!([none(&policy), itself(&policy)], ["attestation_trust"; 2]);
    assert_eq!(packed(&policy.anchors(anchors([vendor().root()]))), "ok");
}

#[test]
fn policy_decides_on_self_attestation() {
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
    // Without an anchor, not even packed attestation makes an AAGUID more than a claim.
    let claimed = Err(CeremonyError::AttestationTrust(TrustError::ClaimedAaguid(TEST_AAGUID)));
    let policy = AttestationPolicy::statement().allow_aaguids([TEST_AAGUID]);
    assert_eq!(Packed::new().judge(&policy), claimed);
}

/// A U2F key does not sign the AAGUID, so anyone on the way can change it.
#[test]
fn claimed_models_count_as_no_model_where_they_are_allowed_and_as_what_they_claim_where_denied() {
    use AaguidAssurance::{Attested, Claimed};
    let check = |policy: &AttestationPolicy, format, assurance| {
        policy.check_aaguid(format, TEST_AAGUID, assurance)
    };
    let claimed = Err(TrustError::ClaimedAaguid(TEST_AAGUID));
    let refused = Err(TrustError::Aaguid(TEST_AAGUID));
    let policy = trusted().allow_aaguids([TEST_AAGUID]);
    assert_eq!(check(&policy, "tpm", Attested), Ok(()));
    assert_eq!(check(&policy, "tpm", Claimed), claimed);
    let policy = policy.allow_aaguids([Aaguid::default()]);
    assert_eq!(check(&policy, "tpm", Claimed), Ok(()));
    let policy = trusted().allow_aaguids([Aaguid::default()]);
    assert_eq!(check(&policy, "tpm", Claimed), Ok(()));
    assert_eq!(check(&policy, "tpm", Attested), refused);
    for assurance in [Attested, Claimed] {
        assert_eq!(check(&trusted().deny_aaguids([TEST_AAGUID]), "tpm", assurance), refused);
        let denied = trusted().deny_aaguids([Aaguid::default()]);
        assert_eq!(check(&denied, "tpm", assurance), Ok(()));
        // These formats know no model, regardless of the AAGUID.
        assert_eq!(check(&denied, "fido-u2f", assurance), refused);
        assert_eq!(check(&denied, "android-safetynet", assurance), refused);
    }
}

#[test]
fn demand_for_a_model_raises_the_others_and_requires_proof_of_the_model() {
    use AttestationLevel::{Ignored, Statement, Trusted};
    let policy = AttestationPolicy::statement().for_format("tpm", Ignored);
    for (demand, [tpm, packed]) in [
        (Ignored, [Ignored, Statement]),
        (Statement, [Statement, Statement]),
        (Trusted, [Trusted, Trusted]),
    ] {
        let policy = policy.clone().for_aaguid(TEST_AAGUID, demand);
        assert_eq!(policy.level_for("tpm", TEST_AAGUID), tpm);
        assert_eq!(policy.level_for("packed", TEST_AAGUID), packed);
        assert_eq!(policy.level_for("tpm", Aaguid::new([9; 16])), Ignored);
        let claimed = policy.check_aaguid("tpm", TEST_AAGUID, AaguidAssurance::Claimed);
        assert_eq!(claimed.is_err(), demand == Trusted);
        assert_eq!(policy.check_aaguid("tpm", TEST_AAGUID, AaguidAssurance::Attested), Ok(()));
    }
    // The zero AAGUID is not a model that can be proved.
    let (zero, policy) = (Aaguid::default(), policy.for_aaguid(Aaguid::default(), Trusted));
    assert_eq!(policy.check_aaguid("fido-u2f", zero, AaguidAssurance::Claimed), Ok(()));
}

#[test]
fn anchors_only_vouch_for_what_they_are_configured_for() {
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
fn source_vouches_for_self_attestation_only_if_the_policy_asks_it() {
    struct Metadata(Aaguid);
    impl AnchorSource for Metadata {
        fn anchors(&self, _: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            Vec::new()
        }

        fn attests_for_itself(&self, aaguid: Aaguid, now: Timestamp) -> bool {
            aaguid == self.0 && now == Timestamp::from_unix_millis(NOW)
        }
    }
    let policy = |model| AttestationPolicy::trusted().anchor_source(Arc::new(Metadata(model)));
    assert_eq!(itself(&policy(TEST_AAGUID).self_attestation_by_source(true)), "ok");
    let other = policy(Aaguid::new([9; 16])).self_attestation_by_source(true);
    assert_eq!(itself(&other), "attestation_trust");
    assert_eq!(itself(&policy(TEST_AAGUID)), "attestation_trust");
}

#[test]
fn intermediates_of_the_host_complete_the_path() {
    let intermediate = Ca::new("intermediate");
    let supplied = OwnedCertificate::from_der(&intermediate.certified_by(&vendor())).unwrap();
    let judge = |policy: &AttestationPolicy| {
        let packed = Packed::tampered(|it| {
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
        fn is_revoked(&self, subject: &RevocationSubject<'_>) -> bool {
            subject.certificate.issuer_bytes() == common_name("vendor")
        }
    }
    let policy = trusted().revocation(Arc::new(Revoked));
    assert_eq!(packed(&policy), "attestation_trust");
}

#[test]
fn rejects_attestation_certificates_that_a_crl_revokes() {
    let root = vendor().root();
    let serial = certificate().serial;
    for (revoked, expected) in [(&serial[..], "attestation_trust"), (&[0x7f], "ok")] {
        let list = CrlDraft::new(&vendor(), &[revoked])
            .with(|it| it.this_update = NOT_BEFORE.into())
            .sign(&vendor().key);
        let signed = vendor_that_signs_lists();
        let issuer = Certificate::parse(&signed).unwrap();
        let list = Crl::parse(&list).unwrap().verify(&issuer, &RustCrypto).unwrap();
        let check = Arc::new(CrlRevocation::new([list]));
        let policy = AttestationPolicy::trusted().anchors(anchors([root.clone()]));
        assert_eq!(packed(&policy.revocation(check)), expected);
    }
}

/// The vendor's certificate without a key usage extension, which would have to allow signing CRLs.
fn vendor_that_signs_lists() -> Vec<u8> {
    let draft = vendor().draft_by(&vendor());
    draft.with(|it| it.extensions.truncate(1)).sign(&vendor().key)
}

/// Records without trust, from before it was stored, are read and written unchanged.
#[test]
fn proof_is_stored_and_old_records_are_read() {
    let verified = Packed::new().judge(&trusted()).unwrap();
    let attestation = verified.attestation();
    let json = serde_json::to_string(attestation).unwrap();
    assert_eq!(&serde_json::from_str::<crate::Attestation>(&json).unwrap(), attestation);
    assert_eq!(attestation.aaguid, AaguidAssurance::Attested);
    assert!(json.contains(r#""aaguid":"attested""#), "{json}");
    let old = r#"{"format":"packed","kind":"self"}"#;
    let read = serde_json::from_str::<crate::Attestation>(old).unwrap();
    assert_eq!((read.aaguid, read.android_security_level), (AaguidAssurance::Claimed, None));
    assert_eq!(read.level(), AttestationLevel::Statement);
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
}

/// No setting undoes another.
#[test]
fn each_setting_leaves_the_others_unchanged() {
    struct Nothing;
    impl AnchorSource for Nothing {
        fn anchors(&self, _: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            Vec::new()
        }
    }
    impl RevocationCheck for Nothing {
        fn is_revoked(&self, _: &RevocationSubject<'_>) -> bool {
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
        policy.clone().android_key_dates(crate::AndroidKeyDates::Lenient),
        policy.clone().android_safety_net(true),
        policy.clone().tpm_key(crate::TpmKeyAttributes::Any),
    ] {
        assert_eq!(policy.level(), AttestationLevel::Trusted, "{policy:?}");
        // The anchors stay too, regardless of the order.
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
    // The signature is checked then, and it is one with SHA-256.
    assert_eq!(refused(judge(true)), PathError::Signature);
}

#[test]
fn error_says_what_was_found_instead_of_trust() {
    let none = judge(draft(TestAlgorithm::Es256), "none", Cbor::empty_map(), &trusted());
    assert_eq!(none, Err(CeremonyError::AttestationTrust(TrustError::NoAttestation)));
    let parts = draft(TestAlgorithm::Es256);
    let signature = parts.key.sign(&message(&parts)).unwrap();
    let statement = Cbor::map([("alg", (-7).into()), ("sig", bytes(signature))]);
    let itself = judge(parts, "packed", statement, &trusted());
    assert_eq!(itself, Err(CeremonyError::AttestationTrust(TrustError::SelfAttestation)));
}
