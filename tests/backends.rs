//! All verifiers give the same verdict on any keys and signatures.
#![cfg(any(feature = "ring", feature = "aws-lc-rs", feature = "graviola"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use curve25519_dalek::{EdwardsPoint, Scalar, constants::EIGHT_TORSION, traits::Identity as _};
use proptest::{prelude::*, sample::Index};
use relying_party::{
    Algorithm, CoseKey, InvalidKey, KeyParameters,
    crypto::{RustCrypto, SignatureError, SignatureVerifier},
    test_authenticator::{TestAlgorithm, TestKey},
};
use sha2::{Digest as _, Sha512};

const OTHERS: &[&dyn SignatureVerifier] = &[
    #[cfg(feature = "ring")]
    &relying_party::crypto::Ring,
    #[cfg(feature = "aws-lc-rs")]
    &relying_party::crypto::AwsLcRs,
    #[cfg(feature = "graviola")]
    &relying_party::crypto::Graviola,
];

type Verdict = (Result<(), InvalidKey>, Result<(), SignatureError>);

/// Returns the verdict of all verifiers that support the algorithm.
fn verdict(key: &CoseKey<'_>, message: &[u8], signature: &[u8]) -> Result<Verdict, TestCaseError> {
    let of = |verifier: &dyn SignatureVerifier| {
        (verifier.check_key(key), verifier.verify(key, message, signature))
    };
    let verdict = of(&RustCrypto);
    for other in OTHERS.iter().filter(|other| other.supports(key.algorithm)) {
        prop_assert_eq!(of(*other), verdict, "{:?} {:02x?}", key, signature);
    }
    Ok(verdict)
}

/// A change to bytes that leaves most encodings well-formed.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Bit {
        at: Index,
        bit: u8,
    },
    Byte {
        at: Index,
        to: u8,
    },
    Insert {
        at: Index,
        byte: u8,
    },
    Remove {
        at: Index,
    },
    Cut {
        at: Index,
    },
    /// These bytes from here on, as far as they reach: limits of numbers.
    Fill {
        at: Index,
        with: Vec<u8>,
    },
    Random(Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>();
    let edge = prop_oneof![
        Just(vec![0; 32]),
        Just(vec![0xff; 32]),
        proptest::collection::vec(any::<u8>(), 0..33)
    ];
    prop_oneof![
        3 => Just(Change::Nothing),
        4 => (at.clone(), 0_u8..8).prop_map(|(at, bit)| Change::Bit { at, bit }),
        4 => (at.clone(), any::<u8>()).prop_map(|(at, to)| Change::Byte { at, to }),
        2 => (at.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Insert { at, byte }),
        2 => at.clone().prop_map(|at| Change::Remove { at }),
        1 => at.clone().prop_map(|at| Change::Cut { at }),
        2 => (at, edge).prop_map(|(at, with)| Change::Fill { at, with }),
        1 => proptest::collection::vec(any::<u8>(), 0..80).prop_map(Change::Random),
    ]
}

fn changed(mut bytes: Vec<u8>, change: &Change) -> Vec<u8> {
    let place = |at: &Index, bytes: &[u8]| at.index(bytes.len().max(1));
    match change {
        Change::Nothing => {}
        Change::Bit { at, bit } => {
            let at = place(at, &bytes);
            bytes[at] ^= 1 << bit;
        }
        Change::Byte { at, to } => {
            let at = place(at, &bytes);
            bytes[at] = *to;
        }
        Change::Insert { at, byte } => bytes.insert(place(at, &bytes), *byte),
        Change::Remove { at } => drop(bytes.remove(place(at, &bytes))),
        Change::Cut { at } => bytes.truncate(place(at, &bytes)),
        Change::Fill { at, with } => {
            let at = place(at, &bytes);
            bytes[at..].iter_mut().zip(with).for_each(|(byte, with)| *byte = *with);
        }
        Change::Random(random) => bytes.clone_from(random),
    }
    bytes
}

/// The two byte strings of a key: x and y, n and e, or only x.
fn changed_parts(key: &KeyParameters<'_>, which: bool, change: &Change) -> (Vec<u8>, Vec<u8>) {
    let (first, second) = match *key {
        KeyParameters::Ec2 { x, y, .. } => (x, y),
        KeyParameters::Rsa { n, e } => (n, e),
        KeyParameters::Okp { x, .. } => (x, &[][..]),
        _ => unreachable!("the other backends have no other keys"),
    };
    if which || second.is_empty() {
        (changed(first.to_vec(), change), second.to_vec())
    } else {
        (first.to_vec(), changed(second.to_vec(), change))
    }
}

fn with_parts<'a>(key: &KeyParameters<'_>, first: &'a [u8], second: &'a [u8]) -> KeyParameters<'a> {
    match *key {
        KeyParameters::Ec2 { curve, .. } => KeyParameters::Ec2 { curve, x: first, y: second },
        KeyParameters::Rsa { .. } => KeyParameters::Rsa { n: first, e: second },
        KeyParameters::Okp { curve, .. } => KeyParameters::Okp { curve, x: first },
        _ => unreachable!("the other backends have no other keys"),
    }
}

/// The algorithms that any of the other verifiers supports.
fn algorithms() -> Vec<TestAlgorithm> {
    let supported = |algorithm: &TestAlgorithm| {
        let number = Algorithm::new(i32::try_from(algorithm.id()).unwrap());
        OTHERS.iter().any(|other| other.supports(number))
    };
    TestAlgorithm::ALL.iter().copied().filter(supported).collect()
}

/// Every other verifier takes part on the machines that it is made for.
#[test]
fn others_are_available() {
    assert!(OTHERS.iter().all(|other| other.supports(Algorithm::ES256)));
}

#[test]
fn fastest_supports_what_rustcrypto_supports() {
    let fastest = relying_party::crypto::fastest();
    assert!(RustCrypto::ALGORITHMS.iter().all(|algorithm| fastest.supports(*algorithm)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn verdicts_agree_on_changed_keys_and_signatures(
        algorithm in proptest::sample::select(algorithms()),
        seed in 0_u8..4,
        message in proptest::collection::vec(any::<u8>(), 0..100),
        to_signature in change(),
        to_key in prop_oneof![3 => Just(Change::Nothing), 1 => change()],
        which: bool,
    ) {
        let pair = TestKey::from_seed(algorithm, [seed]).unwrap();
        let cose = pair.public_key().unwrap().to_vec().unwrap();
        let whole = CoseKey::parse(&cose).unwrap();
        let (first, second) = changed_parts(&whole.parameters, which, &to_key);
        let key = CoseKey {
            algorithm: whole.algorithm,
            parameters: with_parts(&whole.parameters, &first, &second),
        };
        let signature = changed(pair.sign(&message).unwrap(), &to_signature);
        let verdict = verdict(&key, &message, &signature)?;
        if matches!((&to_key, &to_signature), (Change::Nothing, Change::Nothing)) {
            prop_assert_eq!(verdict, (Ok(()), Ok(())));
        }
    }

    /// Where Ed25519 verifiers are known to differ: points with a component of low order, which verification with the
    /// cofactor ignores, and S that is not reduced.
    #[test]
    fn verdicts_agree_on_points_with_a_part_of_low_order(
        secret: [u8; 32],
        nonce: [u8; 32],
        in_key in proptest::sample::select(EIGHT_TORSION.to_vec()),
        in_r in proptest::sample::select(EIGHT_TORSION.to_vec()),
        (without_key, without_nonce) in (prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
        message in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let scalar = |bytes, is_zero| {
            if is_zero { Scalar::ZERO } else { Scalar::from_bytes_mod_order(bytes) }
        };
        let (secret, nonce) = (scalar(secret, without_key), scalar(nonce, without_nonce));
        let public = (EdwardsPoint::mul_base(&secret) + in_key).compress().to_bytes();
        let r = (EdwardsPoint::mul_base(&nonce) + in_r).compress().to_bytes();
        let hash = Sha512::digest([&r[..], &public, &message].concat());
        let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
        let signature = [r, s.to_bytes()].concat();

        let parameters = KeyParameters::Okp { curve: 6, x: &public };
        let key = CoseKey { algorithm: Algorithm::EdDSA, parameters };
        let verdict = verdict(&key, &message, &signature)?;
        let whole = in_key == EdwardsPoint::identity() && in_r == EdwardsPoint::identity();
        if whole && !without_key && !without_nonce {
            prop_assert_eq!(verdict, (Ok(()), Ok(())));
        }
        if without_key || without_nonce {
            prop_assert_eq!(verdict.1, Err(SignatureError::Invalid));
        }
    }
}
