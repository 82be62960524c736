//! The rules of [`SignatureVerifier`], for any verifier: invalid keys, badly encoded signatures, known answers. Each
//! rule is a function, and `rules!` turns each into a test.

mod data;
pub(crate) mod ecdsa_signatures;
pub(crate) mod eddsa;
pub(crate) mod known_answers;
pub(crate) mod points;
pub(crate) mod rsa;
pub(crate) mod shapes;
pub(crate) mod tampering;

use relying_party::{
    Algorithm, CoseKey, InvalidKey, KeyParameters,
    crypto::{SignatureError, SignatureVerifier},
    test_authenticator::{TestAlgorithm, TestKey},
};

/// Creates a test of every rule, for one verifier.
macro_rules! rules {
    ($verifier:expr) => {
        crate::rules::rules! { $verifier;
            known_answers: ecdsa, ecdsa_with_every_hash, eddsa, rsa, rs1;
            shapes: key_of_another_algorithm, key_of_another_curve, coordinate_of_another_length,
                rs1_is_for_nothing, unknown_algorithm, unsupported_algorithm,
                signature_counts_under_its_own_algorithm_only, hash_apart_is_for_elliptic_curves_only;
            points: off_the_curve, not_below_the_prime, infinity, negative;
            ecdsa_signatures: high_and_low_s, zero_or_not_below_the_order, other_encodings,
                integer_without_its_leading_zero, raw;
            eddsa: low_order_keys, not_canonical_keys, keys_off_the_curve, s_not_below_the_order, low_order_r,
                unused_bits;
            rsa: moduli, exponents, signatures_of_another_length, signatures_not_below_the_modulus,
                lenient_padding, bounds_hold_for_every_algorithm;
            tampering: a_bit_of_the_signature, a_bit_of_the_message, another_key, no_signature;
        }
    };
    ($verifier:expr; $($module:ident: $($rule:ident),* ;)*) => {
        $(mod $module {
            $(#[test]
            fn $rule() {
                crate::rules::$module::$rule(&$verifier);
            })*
        })*
    };
}
pub(crate) use rules;

/// A key pair and its `COSE_Key`.
pub(crate) struct Signer {
    pub(crate) pair: TestKey,
    cose: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(algorithm: TestAlgorithm, seed: &str) -> Self {
        let pair = TestKey::from_seed(algorithm, seed).unwrap();
        let cose = pair.public_key().unwrap().to_vec().unwrap();
        Self { pair, cose }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.key().algorithm
    }

    pub(crate) fn key(&self) -> CoseKey<'_> {
        CoseKey::parse(&self.cose).unwrap()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).unwrap()
    }
}

/// A signer for every algorithm that the verifier supports.
pub(crate) fn signers(verifier: &dyn SignatureVerifier) -> Vec<Signer> {
    let all = TestAlgorithm::ALL.iter().map(|algorithm| Signer::new(*algorithm, "rules"));
    all.filter(|signer| verifier.supports(signer.algorithm())).collect()
}

/// Asserts that a key is rejected, both when it is checked and when it is used.
#[track_caller]
pub(crate) fn refuses_key(
    verifier: &dyn SignatureVerifier,
    key: &CoseKey<'_>,
    message: &[u8],
    signature: &[u8],
    what: &str,
) {
    let checked = verifier.check_key(key);
    assert!(checked.is_err(), "{what} is taken for a key of {}", key.algorithm);
    let verdict = verifier.verify(key, message, signature);
    assert_eq!(verdict, Err(SignatureError::Invalid), "{what} verifies for {}", key.algorithm);
}

/// Asserts that a key is rejected because of its algorithm.
#[track_caller]
pub(crate) fn refuses_as_mismatch(verifier: &dyn SignatureVerifier, key: &CoseKey<'_>) {
    assert_eq!(verifier.check_key(key), Err(InvalidKey::Algorithm(key.algorithm)), "{key:?}");
    assert_ne!(verifier.verify(key, b"message", b"signature"), Ok(()));
}

#[track_caller]
pub(crate) fn refuses(
    verifier: &dyn SignatureVerifier,
    key: &CoseKey<'_>,
    message: &[u8],
    signature: &[u8],
    what: &str,
) {
    let verdict = verifier.verify(key, message, signature);
    assert_eq!(verdict, Err(SignatureError::Invalid), "{what}: {}", key.algorithm);
}

#[track_caller]
pub(crate) fn accepts(
    verifier: &dyn SignatureVerifier,
    key: &CoseKey<'_>,
    message: &[u8],
    signature: &[u8],
    what: &str,
) {
    assert_eq!(verifier.check_key(key), Ok(()), "{what}: {}", key.algorithm);
    let verdict = verifier.verify(key, message, signature);
    assert_eq!(verdict, Ok(()), "{what}: {}", key.algorithm);
}

/// The curves of elliptic-curve keys by number, and the algorithms for each.
pub(crate) const EC_ALGORITHMS: [(i64, &[Algorithm]); 4] = [
    (1, &[Algorithm::ES256, Algorithm::ESP256]),
    (2, &[Algorithm::ES384, Algorithm::ESP384]),
    (3, &[Algorithm::ES512, Algorithm::ESP512]),
    (8, &[Algorithm::ES256K]),
];

pub(crate) fn ec2<'a>(curve: i64, x: &'a [u8], y: &'a [u8]) -> KeyParameters<'a> {
    KeyParameters::Ec2 { curve, x, y }
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The sum of two numbers, big-endian, one byte longer than the longer one.
pub(crate) fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let length = a.len().max(b.len()) + 1;
    let digit = |number: &[u8], place: usize| {
        number.len().checked_sub(place + 1).map_or(0, |at| u16::from(number[at]))
    };
    let mut sum = vec![0; length];
    let mut carry = 0;
    for place in 0..length {
        let digits = digit(a, place) + digit(b, place) + carry;
        sum[length - 1 - place] = digits.to_be_bytes()[1];
        carry = digits >> 8;
    }
    sum
}

/// `a - b`, big-endian, of two numbers of the same length, modulo 256 to that length.
pub(crate) fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    assert_eq!(a.len(), b.len());
    let complement: Vec<u8> = b.iter().map(|byte| !byte).collect();
    let sum = add(&add(a, &complement), &[1]);
    sum[sum.len() - a.len()..].to_vec()
}

pub(crate) fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

#[test]
fn arithmetic_of_these_tests_is_right() {
    assert_eq!(add(&[0xff, 0xff], &[1]), [1, 0, 0]);
    assert_eq!(add(&[1], &[2, 0xff]), [0, 3, 0]);
    assert_eq!(subtract(&[1, 0], &[0, 1]), [0, 0xff]);
    assert_eq!(subtract(&[0, 0], &[0, 1]), [0xff, 0xff]);
}
