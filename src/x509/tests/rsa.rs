//! RSA and the parameters of signature algorithms (RFC 4055, RFC 5758).

use super::*;
use crate::{
    cose::{Algorithm, CoseKey, InvalidKey, KeyParameters},
    crypto::{SignatureError, SignatureVerifier},
    test_authenticator::{TestAlgorithm, TestKey},
    x509::{
        Certificate, CertificateError,
        test_ca::{ECDSA_WITH_SHA256, bit_string, oid, tlv},
    },
};

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const SHA384: &str = "2.16.840.1.101.3.4.2.2";
const SHA512: &str = "2.16.840.1.101.3.4.2.3";
const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";

fn null() -> Vec<u8> {
    vec![5, 0]
}

const MGF1: &str = "1.2.840.113549.1.1.8";

/// RSASSA-PSS with these hashes, this salt and this trailer.
fn pss(hash: &str, mask: &str, salt: u8, trailer: Option<u8>) -> Vec<u8> {
    pss_masked_by(MGF1, hash, mask, salt, trailer)
}

fn pss_masked_by(function: &str, hash: &str, mask: &str, salt: u8, trailer: Option<u8>) -> Vec<u8> {
    let mask = sequence(&[oid(function), sequence(&[oid(mask), null()])]);
    let trailer = trailer.map(|trailer| tlv(0xa3, &tlv(2, &[trailer]))).unwrap_or_default();
    let parameters = sequence(&[
        tlv(0xa0, &sequence(&[oid(hash), null()])),
        tlv(0xa1, &mask),
        tlv(0xa2, &tlv(2, &[salt])),
        trailer,
    ]);
    sequence(&[oid("1.2.840.113549.1.1.10"), parameters])
}

/// Verifies a leaf signed under `identifier` by an RSA key with `algorithm`, with the issuer as the anchor.
fn judge(identifier: &[u8], algorithm: TestAlgorithm) -> Result<usize, PathError> {
    let key = TestKey::from_seed(algorithm, "ca").unwrap();
    let ca = Ca::new("ca");
    let leaf = leaf_by(&ca).sign_with(identifier, |tbs| key.sign(tbs).unwrap());
    let root = ca.draft_by(&ca).with(|it| it.spki = key.spki().unwrap()).sign(&ca.key);
    find(&[leaf], &[root])
}

#[test]
fn rsa_signs_with_every_hash_and_parameters_that_are_null_or_absent() {
    let table = [
        ("1.2.840.113549.1.1.11", TestAlgorithm::Rs256),
        ("1.2.840.113549.1.1.12", TestAlgorithm::Rs384),
        ("1.2.840.113549.1.1.13", TestAlgorithm::Rs512),
    ];
    for (id, algorithm) in table {
        assert_eq!(judge(&sequence(&[oid(id), null()]), algorithm), Ok(0), "{id}");
        assert_eq!(judge(&sequence(&[oid(id)]), algorithm), Ok(0), "{id}");
        let other = judge(&sequence(&[oid(id), sequence(&[])]), algorithm);
        assert_eq!(other, Err(PathError::UnsupportedAlgorithm), "{id}");
    }
    let other = judge(&sequence(&[oid("1.2.840.113549.1.1.11"), null()]), TestAlgorithm::Rs384);
    assert_eq!(other, Err(PathError::Signature));
    let elliptic = judge(&sequence(&[oid(ECDSA_WITH_SHA256)]), TestAlgorithm::Rs256);
    assert_eq!(elliptic, Err(PathError::Signature), "signed with ECDSA by a key of RSA");
}

#[test]
fn pss_has_one_hash_and_a_salt_of_its_length() {
    assert_eq!(judge(&pss(SHA256, SHA256, 32, None), TestAlgorithm::Ps256), Ok(0));
    assert_eq!(judge(&pss(SHA384, SHA384, 48, None), TestAlgorithm::Ps384), Ok(0));
    assert_eq!(judge(&pss(SHA512, SHA512, 64, Some(1)), TestAlgorithm::Ps512), Ok(0));
    let without = sequence(&[oid("1.2.840.113549.1.1.10")]);
    for identifier in [
        pss(SHA256, SHA384, 32, None),
        pss(SHA256, SHA256, 20, None),
        pss(SHA256, SHA256, 32, Some(2)),
        pss_masked_by(SHA256, SHA256, SHA256, 32, None),
        pss("1.3.14.3.2.26", "1.3.14.3.2.26", 20, None),
        sequence(&[oid("1.2.840.113549.1.1.10"), sequence(&[])]),
        without,
    ] {
        let judged = judge(&identifier, TestAlgorithm::Ps256);
        assert_eq!(judged, Err(PathError::UnsupportedAlgorithm));
    }
}

/// RFC 5758 §3.2 requires ECDSA to have no parameters. Phones and an Intel root have NULL, which has no other meaning.
#[test]
fn parameters_of_ecdsa_may_be_null() {
    let world = World::new();
    let key = &world.intermediate.key;
    let sign = |tbs: &[u8]| key.sign(ECDSA_WITH_SHA256, tbs);
    let judge = |inside: &[u8], outside: Option<Vec<u8>>| {
        let leaf = world.leaf_draft.clone().with(|it| it.outer_algorithm = outside);
        find(&[leaf.sign_with(inside, sign), world.chain()[1].clone()], &[world.root()])
    };
    let with = |parameters: &[u8]| sequence(&[oid(ECDSA_WITH_SHA256), parameters.to_vec()]);
    assert_eq!(judge(&with(&null()), None), Ok(1));
    assert_eq!(judge(&with(&null()), Some(with(&[]))), Ok(1), "absent outside");
    assert_eq!(judge(&with(&[]), Some(with(&null()))), Ok(1), "absent inside");
    for other in [sequence(&[]), vec![5, 1, 0], tlv(1, &[0xff]), [null(), null()].concat()] {
        assert_eq!(judge(&with(&other), None), Err(PathError::UnsupportedAlgorithm), "{other:?}");
    }
}

/// RFC 8410 §3, RFC 9881 §2: no device is known to get these wrong.
#[test]
fn algorithms_of_one_parameter_set_have_no_parameters() {
    for id in ["1.3.101.112", "1.3.101.113", "2.16.840.1.101.3.4.3.17"] {
        let judged = judge_credulously(&sequence(&[oid(id), null()]), Key::p256("ca").spki());
        assert_eq!(judged, Err(PathError::UnsupportedAlgorithm), "{id}");
    }
}

/// A verifier that accepts every RSA signature with SHA-1.
struct Sha1Only;

impl SignatureVerifier for Sha1Only {
    fn supports(&self, _: Algorithm) -> bool {
        false
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Err(InvalidKey::Algorithm(key.algorithm))
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }

    fn verify_rs1(&self, _: &KeyParameters<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Ok(())
    }
}

#[test]
fn sha1_is_refused_unless_policy_accepts_it() {
    let key = TestKey::from_seed(TestAlgorithm::Rs256, "ca").unwrap();
    let ca = Ca::new("ca");
    let identifier = sequence(&[oid(SHA1_WITH_RSA), null()]);
    let leaf = leaf_by(&ca).sign_with(&identifier, |tbs| key.sign(tbs).unwrap());
    let root = ca.draft_by(&ca).with(|it| it.spki = key.spki().unwrap()).sign(&ca.key);
    let anchors = [TrustAnchor::from_der(&root).unwrap()];
    let chain = PathSearch::read_chain([leaf.as_slice()]).unwrap();
    let now = Timestamp::from_unix_millis(NOW);
    let judge = |verifier: &dyn SignatureVerifier, accept| {
        PathSearch::new(&anchors, now, verifier).danger_sha1(accept).find(&chain).map(drop)
    };
    assert_eq!(judge(&Sha1Only, false), Err(PathError::Sha1));
    assert_eq!(judge(&Sha1Only, true), Ok(()));
    assert_eq!(judge(&RustCrypto, true), Err(PathError::Signature), "it is one with SHA-256");
}

#[test]
fn rsa_keys_are_two_numbers_and_nothing_else() {
    let rsa = |key: &[u8]| {
        let algorithm = sequence(&[oid("1.2.840.113549.1.1.1"), null()]);
        let ca = Ca::new("ca");
        let spki = sequence(&[algorithm, bit_string(key)]);
        let der = leaf_by(&ca).with(|it| it.spki = spki).sign(&ca.key);
        Certificate::parse(&der).unwrap().key_parameters().map(drop)
    };
    let numbers = sequence(&[tlv(2, &[0, 0xff, 1]), tlv(2, &[3])]);
    assert_eq!(rsa(&numbers), Ok(()));
    for broken in [
        [&numbers[..], &[5, 0]].concat(),
        sequence(&[tlv(2, &[1])]),
        sequence(&[tlv(2, &[1]), tlv(2, &[3]), tlv(2, &[5])]),
        sequence(&[tlv(2, &[0xff]), tlv(2, &[3])]),
        Vec::new(),
    ] {
        assert!(matches!(rsa(&broken), Err(CertificateError::Der { .. })), "{broken:?}");
    }
}

/// A verifier that accepts everything, so that only earlier checks can fail.
struct Credulous;

impl SignatureVerifier for Credulous {
    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Ok(())
    }

    fn verify_rs1(&self, _: &KeyParameters<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Ok(())
    }
}

/// An RSA key with a modulus of this many bits, with two redundant leading zeros.
fn rsa_key(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let modulus = [&[0, 0, 0xff], &vec![1; bits / 8 - 1][..]].concat();
    let key = sequence(&[tlv(2, &modulus), tlv(2, exponent)]);
    sequence(&[sequence(&[oid("1.2.840.113549.1.1.1"), null()]), bit_string(&key)])
}

/// A verifier takes 60 ms for a chain of RSA-8192 with an exponent of 32 bits.
#[test]
fn rsa_keys_that_cost_too_much_are_rejected() {
    let rs256 = sequence(&[oid("1.2.840.113549.1.1.11"), null()]);
    let judge = |bits, exponent: &[u8]| judge_credulously(&rs256, rsa_key(bits, exponent));
    assert_eq!(judge(4096, &[1, 0, 1]), Ok(()));
    assert_eq!(judge(4096, &[1, 0xff, 0xff]), Ok(()));
    assert_eq!(judge(4104, &[1, 0, 1]), Err(PathError::UnsupportedAlgorithm));
    assert_eq!(judge(2048, &[2, 0, 1]), Err(PathError::Signature));
    assert_eq!(judge(2048, &[0, 0xff, 0xff, 0xff, 0xff]), Err(PathError::Signature));
}

/// Verifies a leaf under that identifier, whose issuer has this key, with a verifier that accepts every signature.
fn judge_credulously(identifier: &[u8], spki: Vec<u8>) -> Result<(), PathError> {
    let ca = Ca::new("ca");
    let leaf = leaf_by(&ca).sign_with(identifier, |_| vec![0]);
    let root = ca.draft_by(&ca).with(|it| it.spki = spki).sign(&ca.key);
    let anchors = [TrustAnchor::from_der(&root).unwrap()];
    let chain = PathSearch::read_chain([leaf.as_slice()]).unwrap();
    let now = Timestamp::from_unix_millis(NOW);
    PathSearch::new(&anchors, now, &Credulous).danger_sha1(true).find(&chain).map(drop)
}

/// Certificates follow the rules for keys of credentials, regardless of the verifier.
#[test]
fn the_key_that_signed_has_the_shape_of_its_algorithm() {
    let rsa = |bits: usize| rsa_key(bits, &[1, 0, 1]);
    let octets = |id, length| sequence(&[sequence(&[oid(id)]), bit_string(&vec![1; length])]);
    let rs256 = sequence(&[oid("1.2.840.113549.1.1.11"), null()]);
    let rs1 = sequence(&[oid(SHA1_WITH_RSA), null()]);
    let (ed25519, ed448) = ("1.3.101.112", "1.3.101.113");
    for (identifier, good, bad) in [
        (&rs256, rsa(2048), rsa(1024)),
        (&rs1, rsa(2048), rsa(1024)),
        (&sequence(&[oid(ed25519)]), octets(ed25519, 32), octets(ed25519, 31)),
        (&sequence(&[oid(ed448)]), octets(ed448, 57), octets(ed448, 56)),
        (&sequence(&[oid(ed25519)]), octets(ed25519, 32), octets(ed448, 57)),
    ] {
        assert_eq!(judge_credulously(identifier, good), Ok(()), "{identifier:02x?}");
        let judged = judge_credulously(identifier, bad);
        assert_eq!(judged, Err(PathError::Signature), "{identifier:02x?}");
    }
}

/// FIPS 204: a key is of one parameter set, and so are its signatures.
#[test]
fn ml_dsa_keys_and_signatures_name_the_same_algorithm() {
    let ids = ["2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19"];
    // As long as a key of the signature's algorithm, so that the length does not give it away.
    let lengths = [1312, 1952, 2592];
    for (key, named) in ids.into_iter().enumerate() {
        for (signature, (id, length)) in ids.into_iter().zip(lengths).enumerate() {
            let spki = sequence(&[sequence(&[oid(named)]), bit_string(&vec![1; length])]);
            let judged = judge_credulously(&sequence(&[oid(id)]), spki);
            let expected = if key == signature { Ok(()) } else { Err(PathError::Signature) };
            assert_eq!(judged, expected, "{named} {id}");
        }
    }
}
