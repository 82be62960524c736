//! Paths (RFC 5280 §6).

use core::{
    slice::from_ref,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;
use crate::{
    cose::CoseKey,
    cose::InvalidKey,
    crypto::{HashFunction, SignatureError, SignatureVerifier},
    limits::{CERTIFICATES_MAX, INTERMEDIATES_MAX, PATH_CANDIDATES_MAX, PATH_SIGNATURES_MAX},
    x509::{
        CertificateError, KeyPurpose, RevocationCheck, RevocationSubject,
        test_ca::{
            ECDSA_WITH_SHA256, ECDSA_WITH_SHA384, KEY_USAGE, ca_constraints, key_cert_sign, oid,
            tlv,
        },
    },
};

#[test]
fn a_path_to_the_anchor_is_found() {
    assert_eq!(World::new().judge(), Ok(1));
}

#[test]
fn an_anchor_may_be_root_intermediate_or_leaf() {
    let world = World::new();
    let chain = world.chain();
    assert_eq!(find(&chain, &[world.root()]), Ok(1));
    assert_eq!(find(&chain, &[chain[1].clone()]), Ok(0));
    assert_eq!(find(&chain[..1], &[chain[0].clone()]), Ok(0));
    let anchors = [chain[1].clone()].map(|der| TrustAnchor::from_der(&der).unwrap());
    let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice)).unwrap();
    let now = Timestamp::from_unix_millis(NOW);
    let path = PathSearch::new(&anchors, now, &RustCrypto).find(&chain).unwrap();
    assert_eq!(*path.anchor(), anchors[0]);
    assert_eq!(path.anchor().key_hash(), chain[1].key_hash());
}

#[test]
fn a_path_names_its_intermediates() {
    let world = World::new();
    let (der, anchors) = (world.chain(), [TrustAnchor::from_der(&world.root()).unwrap()]);
    let chain = PathSearch::read_chain(der.iter().map(Vec::as_slice)).unwrap();
    let now = Timestamp::from_unix_millis(NOW);
    let path = PathSearch::new(&anchors, now, &RustCrypto).find(&chain).unwrap();
    assert_eq!(path.intermediates(), &chain[1..]);
}

#[test]
fn the_root_may_be_included_and_order_does_not_matter() {
    let world = World::new();
    let mut chain = world.chain();
    chain.push(world.root());
    assert_eq!(find(&chain, &[world.root()]), Ok(1));
    chain.swap(1, 2);
    assert_eq!(find(&chain, &[world.root()]), Ok(1));
}

#[test]
fn an_included_root_is_not_trusted() {
    let world = World::new();
    let mut chain = world.chain();
    chain.push(world.root());
    assert_eq!(find(&chain, &[]), Err(PathError::UnknownIssuer));
    assert_eq!(find(&chain, &[Ca::new("other root").root()]), Err(PathError::UnknownIssuer));
    // Even one with the same name (GHSA-6hxq-p678-4hr2).
    let namesake = Ca { key: Key::p256("namesake"), ..Ca::new("root") };
    assert_eq!(find(&chain, &[namesake.root()]), Err(PathError::Signature));
}

#[test]
fn an_empty_chain_has_no_path() {
    assert_eq!(find(&[], &[World::new().root()]), Err(PathError::NoCertificate));
}

#[test]
fn a_self_signed_leaf_is_not_trusted() {
    let key = Key::p256("leaf");
    let leaf = Draft::new(common_name("leaf"), &key, common_name("leaf")).sign(&key);
    assert_eq!(find(from_ref(&leaf), &[World::new().root()]), Err(PathError::UnknownIssuer));
    assert_eq!(find(from_ref(&leaf), from_ref(&leaf)), Ok(0));
}

#[test]
fn the_right_anchor_is_found_among_namesakes() {
    let world = World::new();
    let namesake = Ca { key: Key::p256("namesake"), ..Ca::new("root") };
    assert_eq!(find(&world.chain(), &[namesake.root(), world.root()]), Ok(1));
}

#[test]
fn intermediates_of_the_host_complete_a_path() {
    let world = World::new();
    let chain = world.chain();
    assert_eq!(find(&chain[..1], &[world.root()]), Err(PathError::UnknownIssuer));
    let supplied = [OwnedCertificate::from_der(&chain[1]).unwrap()];
    let anchors = [TrustAnchor::from_der(&world.root()).unwrap()];
    let leaf = PathSearch::read_chain([chain[0].as_slice()]).unwrap();
    let search = PathSearch::new(&anchors, Timestamp::from_unix_millis(NOW), &RustCrypto);
    assert_eq!(search.intermediates(&supplied).find(&leaf).unwrap().intermediates().len(), 1);
    // They are not anchors.
    let search = PathSearch::new(&[], Timestamp::from_unix_millis(NOW), &RustCrypto);
    assert_eq!(search.intermediates(&supplied).find(&leaf).unwrap_err(), PathError::UnknownIssuer);
}

#[test]
fn a_dead_end_does_not_hide_a_path() {
    // Two certificates of one intermediate, one of them from a CA that no one trusts.
    let world = World::new();
    let cross = world.intermediate.certified_by(&Ca::new("other root"));
    let chain = world.chain();
    let chain = [chain[0].clone(), cross, chain[1].clone()];
    assert_eq!(find(&chain, &[world.root()]), Ok(1));
}

#[test]
fn validity_includes_both_ends() {
    const NOT_BEFORE: u64 = 1_704_067_200_000;
    const NOT_AFTER: u64 = 2_019_686_400_000;
    let world = World::new();
    let at = |now| find_at(now, &world.chain(), &[world.root()], |search| search);
    assert!(matches!(at(NOT_BEFORE - 1), Err(PathError::NotYetValid { .. })));
    assert_eq!((at(NOT_BEFORE), at(NOT_AFTER), at(NOT_AFTER + 999)), (Ok(1), Ok(1), Ok(1)));
    assert!(matches!(at(NOT_AFTER + 1000), Err(PathError::Expired { .. })));
}

#[test]
fn every_certificate_below_the_anchor_must_be_valid() {
    let expired = "20240201000000Z";
    let leaf = World::tampered(|it| it.leaf_draft.not_after = expired.into());
    assert!(matches!(leaf.judge(), Err(PathError::Expired { .. })));
    let intermediate = World::tampered(|it| it.intermediate_draft.not_after = expired.into());
    assert!(matches!(intermediate.judge(), Err(PathError::Expired { .. })));
    let later = World::tampered(|it| it.intermediate_draft.not_before = "20300101000000Z".into());
    assert!(matches!(later.judge(), Err(PathError::NotYetValid { .. })));
    // The host vouches for the anchor (RFC 5280 §6.1), unless it is the leaf.
    assert_eq!(World::tampered(|it| it.root_draft.not_after = expired.into()).judge(), Ok(1));
    let chain = leaf.chain();
    assert!(matches!(find(&chain, &chain[..1]), Err(PathError::Expired { .. })));
}

#[test]
fn rejects_issuers_with_another_name() {
    let world = World::tampered(|it| it.leaf_draft.issuer = common_name("Intermediate"));
    assert_eq!(world.judge(), Err(PathError::UnknownIssuer));
    let world = World::tampered(|it| it.intermediate_draft.issuer = common_name("Root"));
    assert_eq!(world.judge(), Err(PathError::UnknownIssuer));
}

#[test]
fn a_signature_of_another_key_is_refused() {
    let world = World::tampered(|it| it.leaf_signer = Key::p256("another signer"));
    assert_eq!(world.judge(), Err(PathError::Signature));
    let world = World::tampered(|it| it.intermediate_signer = Key::p256("another signer"));
    assert_eq!(world.judge(), Err(PathError::Signature));
}

#[test]
fn a_certificate_changed_after_signing_is_refused() {
    let world = World::new();
    let mut chain = world.chain();
    let position = chain[0].windows(4).position(|bytes| bytes == b"leaf").unwrap();
    chain[0][position] ^= 1;
    assert_eq!(find(&chain, &[world.root()]), Err(PathError::Signature));
}

#[test]
fn rejects_issuers_that_are_not_cas() {
    let table = [
        // No basic constraints.
        vec![key_cert_sign()],
        // An empty one, and an explicit FALSE.
        vec![extension(BASIC_CONSTRAINTS, true, &sequence(&[])), key_cert_sign()],
        vec![extension(BASIC_CONSTRAINTS, true, &sequence(&[tlv(1, &[0])])), key_cert_sign()],
    ];
    for extensions in table {
        let world = World::tampered(|it| it.intermediate_draft.extensions = extensions.clone());
        assert_eq!(world.judge(), Err(PathError::NotCa));
        // It cannot be an anchor either, unless it is the leaf.
        let world = World::tampered(|it| it.root_draft.extensions = extensions.clone());
        assert_eq!(world.judge(), Err(PathError::NotCa));
    }
}

#[test]
fn an_issuer_that_may_not_sign_certificates_is_refused() {
    let digital_signature = extension(KEY_USAGE, true, &tlv(3, &[7, 0b1000_0000]));
    let extensions = vec![ca_constraints(None), digital_signature];
    let world = World::tampered(|it| it.intermediate_draft.extensions = extensions.clone());
    assert_eq!(world.judge(), Err(PathError::KeyUsage));
    let world = World::tampered(|it| it.root_draft.extensions = extensions.clone());
    assert_eq!(world.judge(), Err(PathError::KeyUsage));
    let world = World::tampered(|it| it.intermediate_draft.extensions = vec![ca_constraints(None)]);
    assert_eq!(world.judge(), Ok(1), "without key usage every use is allowed");
}

const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const ANY: &str = "2.5.29.37.0";
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const AIK: &str = "2.23.133.8.3";

fn extended_key_usage(critical: bool, usages: &[&str]) -> Vec<u8> {
    let usages = usages.iter().map(|usage| oid(usage)).collect::<Vec<_>>();
    extension(EXTENDED_KEY_USAGE, critical, &sequence(&usages))
}

#[test]
fn an_extended_key_usage_must_allow_the_purpose() {
    use KeyPurpose::{Attestation, TlsServer, TpmAttestation};
    let table: [(&[&str], [bool; 3]); 5] = [
        (&[ANY], [true; 3]),
        (&[SERVER_AUTH], [false, false, true]),
        (&[AIK], [false, true, false]),
        (&["1.2.3", AIK, SERVER_AUTH], [false, true, true]),
        (&[], [false; 3]),
    ];
    for (usages, allowed) in table {
        let expected =
            allowed.map(|allowed| if allowed { Ok(1) } else { Err(PathError::ExtendedKeyUsage) });
        for critical in [false, true] {
            let world = World::tampered(|it| {
                it.leaf_draft.extensions.push(extended_key_usage(critical, usages));
            });
            let judged = [Attestation, TpmAttestation, TlsServer].map(|purpose| {
                find_with(&world.chain(), &[world.root()], |search| search.purpose(purpose))
            });
            assert_eq!(judged, expected, "{usages:?}");
            assert_eq!(world.judge(), expected[0], "the default is attestation");
        }
    }
    let broken = extension(EXTENDED_KEY_USAGE, false, &[0x30, 1]);
    let world = World::tampered(|it| it.leaf_draft.extensions.push(broken));
    assert!(matches!(world.judge(), Err(PathError::Certificate(CertificateError::Der { .. }))));
}

#[test]
fn an_anchor_that_attests_must_be_allowed_to() {
    let serves = extended_key_usage(false, &[SERVER_AUTH]);
    let chain = World::tampered(|it| it.leaf_draft.extensions.push(serves)).chain();
    assert_eq!(find(&chain, &chain[..1]), Err(PathError::ExtendedKeyUsage));
}

#[test]
fn a_critical_extended_key_usage_of_a_ca_must_allow_the_purpose() {
    let judge = |critical, usages| {
        let usage = extended_key_usage(critical, usages);
        World::tampered(|it| it.intermediate_draft.extensions.push(usage)).judge()
    };
    assert_eq!(judge(true, &[SERVER_AUTH]), Err(PathError::ExtendedKeyUsage));
    assert_eq!(judge(true, &[ANY]), Ok(1));
    assert_eq!(judge(false, &[SERVER_AUTH]), Ok(1));
}

#[test]
fn the_key_usage_of_the_leaf_must_include_digital_signature() {
    let judge = |bits: &[u8]| {
        let usage = extension(KEY_USAGE, true, &tlv(3, bits));
        World::tampered(|it| it.leaf_draft.extensions.push(usage)).judge()
    };
    assert_eq!(judge(&[7, 0b1000_0000]), Ok(1));
    assert_eq!(judge(&[4, 0b1111_0000]), Ok(1));
    // keyEncipherment, keyCertSign, and nothing at all.
    for bits in [&[5, 0b0010_0000][..], &[2, 0b0000_0100], &[0]] {
        assert_eq!(judge(bits), Err(PathError::DigitalSignature), "{bits:?}");
    }
    assert!(matches!(judge(&[]), Err(PathError::Certificate(_))));
}

#[test]
fn rejects_intermediates_but_not_anchors_of_version_1() {
    let version_1 = |draft: &mut Draft| {
        draft.version = None;
        draft.extensions = Vec::new();
    };
    let world = World::tampered(|it| version_1(&mut it.intermediate_draft));
    assert_eq!(world.judge(), Err(PathError::NotCa));
    assert_eq!(World::tampered(|it| version_1(&mut it.root_draft)).judge(), Ok(1));
}

#[test]
fn issuers_limit_the_length_of_the_path() {
    // root → a → b → leaf
    let (root, a, b) = (Ca::new("root"), Ca::new("a"), Ca::new("b"));
    let judge = |root_max, a_max, b_max| {
        let draft = |ca: &Ca, by: &Ca, max| {
            let extensions = vec![ca_constraints(max), key_cert_sign()];
            ca.draft_by(by).with(|it| it.extensions = extensions).sign(&by.key)
        };
        let leaf = leaf_by(&b).sign(&b.key);
        let chain = [leaf, draft(&b, &a, b_max), draft(&a, &root, a_max)];
        find(&chain, &[draft(&root, &root, root_max)])
    };
    assert_eq!(judge(Some(2), Some(1), Some(0)), Ok(2));
    assert_eq!(judge(Some(1), Some(1), Some(0)), Err(PathError::PathLength));
    assert_eq!(judge(None, Some(0), None), Err(PathError::PathLength));
    assert_eq!(judge(None, None, Some(0)), Ok(2), "the leaf does not count");
}

#[test]
fn a_ca_that_renews_its_own_key_does_not_count_for_the_length() {
    let (root, old) = (Ca::new("root"), Ca::new("ca"));
    let new = Ca { key: Key::p256("new key"), ..old.clone() };
    let extensions = vec![ca_constraints(Some(0)), key_cert_sign()];
    let old_by_root = old.draft_by(&root).with(|it| it.extensions = extensions).sign(&root.key);
    let leaf = leaf_by(&new).sign(&new.key);
    assert_eq!(find(&[leaf, new.certified_by(&old), old_by_root], &[root.root()]), Ok(2));
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let add = |draft: &mut Draft, critical| {
        draft.extensions.push(extension("1.2.3.4", critical, &[5, 0]));
    };
    assert_eq!(
        World::tampered(|it| add(&mut it.leaf_draft, true)).judge(),
        Err(PathError::CriticalExtension)
    );
    assert_eq!(
        World::tampered(|it| add(&mut it.intermediate_draft, true)).judge(),
        Err(PathError::CriticalExtension)
    );
    assert_eq!(World::tampered(|it| add(&mut it.leaf_draft, false)).judge(), Ok(1));
    // Those of an AIK certificate.
    let world = World::tampered(|it| {
        for id in ["2.5.29.17", "2.5.29.32"] {
            it.leaf_draft.extensions.push(extension(id, true, &sequence(&[])));
        }
    });
    assert_eq!(world.judge(), Ok(1));
}

#[test]
fn revoked_certificates_lead_nowhere() {
    struct Revoked(Vec<u8>);
    impl RevocationCheck for Revoked {
        fn is_revoked(&self, subject: &RevocationSubject<'_>) -> bool {
            subject.certificate.subject_bytes() == self.0
        }
    }
    let world = World::new();
    let judge = |subject: Vec<u8>, anchors: &[Vec<u8>]| {
        let revoked = Revoked(subject);
        let anchors = anchors.iter().map(|der| TrustAnchor::from_der(der).unwrap());
        let anchors = anchors.collect::<Vec<_>>();
        let chain = world.chain();
        let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice)).unwrap();
        let search = PathSearch::new(&anchors, Timestamp::from_unix_millis(NOW), &RustCrypto);
        search.revocation(&revoked).find(&chain).map(drop)
    };
    let root = [world.root()];
    assert_eq!(judge(common_name("leaf"), &root), Err(PathError::Revoked));
    assert_eq!(judge(common_name("intermediate"), &root), Err(PathError::Revoked));
    assert_eq!(judge(common_name("root"), &root), Ok(()), "the host need not supply it");
    assert_eq!(judge(common_name("leaf"), &world.chain()[..1]), Err(PathError::Revoked));
}

#[test]
fn ca_keys_may_sign_with_any_hash() {
    for (key, algorithm) in [
        (Key::p384("ca"), ECDSA_WITH_SHA256),
        (Key::p384("ca"), ECDSA_WITH_SHA384),
        (Key::p256("ca"), ECDSA_WITH_SHA384),
        (Key::ed25519("ca"), "1.3.101.112"),
    ] {
        let ca = Ca { key, ..Ca::new("ca") };
        let leaf = leaf_by(&ca).with(|it| it.algorithm = Some(algorithm));
        let root = ca.draft_by(&ca).with(|it| it.algorithm = Some(algorithm));
        assert_eq!(find(&[leaf.sign(&ca.key)], &[root.sign(&ca.key)]), Ok(0), "{algorithm}");
    }
}

#[test]
fn the_signature_algorithm_is_the_one_that_was_signed() {
    let other = Some(sequence(&[oid("1.3.101.112")]));
    let world = World::tampered(|it| it.leaf_draft.outer_algorithm = other);
    let differ = PathError::Certificate(CertificateError::SignatureAlgorithmsDiffer);
    assert_eq!(world.judge(), Err(differ));
    // If the signature is not verified, its algorithm does not matter.
    assert_eq!(find(&world.chain(), &world.chain()[..1]), Ok(0));
}

#[test]
fn a_signature_may_claim_unused_bits() {
    for unused_bits in [1, 7, 8, 0xff] {
        let world = World::tampered(|it| it.leaf_draft.unused_bits = unused_bits);
        assert_eq!(world.judge(), Ok(1), "{unused_bits}");
    }
}

#[test]
fn algorithms_that_are_broken_or_unknown_are_refused() {
    let table = [
        ("1.2.840.10045.4.1", PathError::UnsupportedAlgorithm), // ecdsa-with-SHA1
        ("1.2.840.113549.1.1.4", PathError::UnsupportedAlgorithm), // md5WithRSAEncryption
        ("1.2.840.113549.1.1.5", PathError::Sha1),              // sha1WithRSAEncryption
        ("1.2.840.113549.1.1.11", PathError::Signature),        // RSA by an elliptic key
        ("1.3.101.112", PathError::Signature),                  // Ed25519 by an elliptic key
    ];
    for (algorithm, error) in table {
        let world = World::tampered(|it| it.leaf_draft.algorithm = Some(algorithm));
        assert_eq!(world.judge(), Err(error), "{algorithm}");
    }
}

#[test]
fn loops_end() {
    let (a, b) = (Ca::new("a"), Ca::new("b"));
    let chain = [leaf_by(&a).sign(&a.key), a.certified_by(&b), b.certified_by(&a), a.root()];
    assert_eq!(find(&chain, &[World::new().root()]), Err(PathError::UnknownIssuer));
}

#[test]
fn number_of_intermediates_is_limited() {
    let judge = |count: usize| {
        let cas = (0..=count).map(|index| Ca::new(&alloc::format!("ca {index}")));
        let cas = cas.collect::<Vec<_>>();
        let issued = cas.windows(2).map(|pair| pair[0].certified_by(&pair[1]));
        let leaf = leaf_by(&cas[0]).sign(&cas[0].key);
        let chain = core::iter::once(leaf).chain(issued).collect::<Vec<_>>();
        find(&chain, &[cas[count].root()])
    };
    assert_eq!(judge(INTERMEDIATES_MAX), Ok(INTERMEDIATES_MAX));
    assert_eq!(judge(INTERMEDIATES_MAX + 1), Err(PathError::TooLong));
}

#[test]
fn rejects_thousands_of_certificates_without_reading_them() {
    let chain = vec![vec![0]; 5000];
    assert!(matches!(find(&chain, &[]), Err(PathError::Certificate(_))));
    let chain = vec![World::new().root(); CERTIFICATES_MAX + 1];
    assert_eq!(find(&chain, &[]), Err(PathError::TooManyCertificates));
}

/// Counts signatures, all of which are valid.
struct Counting(AtomicUsize);

impl SignatureVerifier for Counting {
    fn supports(&self, _: crate::cose::Algorithm) -> bool {
        true
    }

    fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn verify_ecdsa_with_hash(
        &self,
        _: &crate::cose::KeyParameters<'_>,
        _: HashFunction,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), SignatureError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn number_of_examined_candidates_is_limited() {
    // None of these may sign, so no signature is verified.
    let same = Ca::new("same");
    let judge = |count: usize| {
        let supplied = (0..count).map(|index| {
            let ca = Ca { key: Key::p256(&alloc::format!("{index}")), ..same.clone() };
            let draft = ca.draft_by(&same).with(|it| it.extensions = Vec::new());
            OwnedCertificate::from_der(&draft.sign_with(&sequence(&[oid("1.2.3")]), |_| vec![0]))
        });
        let supplied = supplied.collect::<Result<Vec<_>, _>>().unwrap();
        find_with(&[leaf_by(&same).sign(&same.key)], &[], |search| {
            // The test ends before the certificates do.
            search.intermediates(alloc::boxed::Box::leak(supplied.into_boxed_slice()))
        })
    };
    assert_eq!(judge(PATH_CANDIDATES_MAX), Err(PathError::NotCa));
    assert_eq!(judge(PATH_CANDIDATES_MAX + 1), Err(PathError::Budget));
}

#[test]
fn anchors_that_share_a_name_use_up_the_budget_too() {
    let ca = |index: usize| Ca { key: Key::p256(&alloc::format!("{index}")), ..Ca::new("same") };
    let anchors = |count| (0..count).map(|index| ca(index).root()).collect::<Vec<_>>();
    let chain = [leaf_by(&ca(99)).sign(&ca(99).key)];
    assert_eq!(find(&chain, &anchors(PATH_SIGNATURES_MAX)), Err(PathError::Signature));
    assert_eq!(find(&chain, &anchors(PATH_SIGNATURES_MAX + 1)), Err(PathError::Budget));
}

#[test]
fn anchors_that_may_not_sign_use_up_the_budget_too() {
    // None of these may sign, so no signature is verified.
    let same = Ca::new("same");
    let anchor = same.draft_by(&same).with(|it| it.extensions = Vec::new()).sign(&same.key);
    let chain = [leaf_by(&same).sign(&same.key)];
    let judge = |count: usize| find(&chain, &vec![anchor.clone(); count]);
    assert_eq!(judge(PATH_CANDIDATES_MAX), Err(PathError::NotCa));
    assert_eq!(judge(PATH_CANDIDATES_MAX + 1), Err(PathError::Budget));
}

/// A verifier that supports nothing.
struct Lacking;

impl SignatureVerifier for Lacking {
    fn supports(&self, _: crate::cose::Algorithm) -> bool {
        false
    }

    fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }
}

#[test]
fn unsupported_algorithm_is_not_reported_as_invalid_signature() {
    let world = World::new();
    let (der, anchors) = (world.chain(), [TrustAnchor::from_der(&world.root()).unwrap()]);
    let chain = PathSearch::read_chain(der.iter().map(Vec::as_slice)).unwrap();
    let now = Timestamp::from_unix_millis(NOW);
    let refused = PathSearch::new(&anchors, now, &Lacking).find(&chain).unwrap_err();
    assert_eq!(refused, PathError::UnsupportedAlgorithm);
}

#[test]
fn number_of_verified_signatures_is_limited() {
    // All have the same name and issued each other: the number of paths is a factorial.
    let cas = (0..CERTIFICATES_MAX)
        .map(|index| Ca { key: Key::p256(&alloc::format!("{index}")), ..Ca::new("same") });
    let mut chain = cas.map(|ca| ca.root()).collect::<Vec<_>>();
    let same = Ca::new("same");
    chain[0] = leaf_by(&same).sign(&same.key);
    let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice)).unwrap();
    let verifier = Counting(AtomicUsize::new(0));
    let found = PathSearch::new(&[], Timestamp::from_unix_millis(NOW), &verifier).find(&chain);
    assert_eq!(found.unwrap_err(), PathError::Budget);
    assert_eq!(verifier.0.into_inner(), PATH_SIGNATURES_MAX);
}
