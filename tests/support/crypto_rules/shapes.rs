//! Key type, algorithm and curve must match (§5.8.5), in every combination.

use relying_party::{
    Algorithm, CoseKey, KeyParameters,
    crypto::{HashFunction, SignatureError, SignatureVerifier},
};

use super::{Signer, accepts, refuses, refuses_as_mismatch, refuses_key, signers};

/// Every algorithm with rules for its keys: the kind of key, and which algorithms are equivalent.
const ALGORITHMS: [(Algorithm, &str, &str); 19] = [
    (Algorithm::ES256, "P-256", "ES256"),
    (Algorithm::ESP256, "P-256", "ES256"),
    (Algorithm::ES384, "P-384", "ES384"),
    (Algorithm::ESP384, "P-384", "ES384"),
    (Algorithm::ES512, "P-521", "ES512"),
    (Algorithm::ESP512, "P-521", "ES512"),
    (Algorithm::ES256K, "secp256k1", "ES256K"),
    (Algorithm::EdDSA, "Ed25519", "Ed25519"),
    (Algorithm::Ed25519, "Ed25519", "Ed25519"),
    (Algorithm::Ed448, "Ed448", "Ed448"),
    (Algorithm::RS256, "RSA", "RS256"),
    (Algorithm::RS384, "RSA", "RS384"),
    (Algorithm::RS512, "RSA", "RS512"),
    (Algorithm::PS256, "RSA", "PS256"),
    (Algorithm::PS384, "RSA", "PS384"),
    (Algorithm::PS512, "RSA", "PS512"),
    (Algorithm::ML_DSA_44, "ML-DSA-44", "ML-DSA-44"),
    (Algorithm::ML_DSA_65, "ML-DSA-65", "ML-DSA-65"),
    (Algorithm::ML_DSA_87, "ML-DSA-87", "ML-DSA-87"),
];

fn kind_and_scheme(algorithm: Algorithm) -> (&'static str, &'static str) {
    ALGORITHMS
        .iter()
        .find(|(known, ..)| *known == algorithm)
        .map(|(_, kind, scheme)| (*kind, *scheme))
        .unwrap()
}

pub(crate) fn key_of_another_algorithm(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let (kind, _) = kind_and_scheme(signer.algorithm());
        for (algorithm, other_kind, _) in ALGORITHMS {
            let key = CoseKey { algorithm, ..signer.key() };
            if verifier.supports(algorithm) && kind == other_kind {
                assert_eq!(verifier.check_key(&key), Ok(()), "{key:?}");
            } else if !same_shape(kind, other_kind) {
                refuses_as_mismatch(verifier, &key);
            } else {
                // Of one key type without curves: only the length distinguishes them.
                assert!(verifier.check_key(&key).is_err(), "{key:?}");
            }
        }
    }
}

fn same_shape(kind: &str, other: &str) -> bool {
    kind != other && kind.starts_with("ML-DSA") && other.starts_with("ML-DSA")
}

pub(crate) fn key_of_another_curve(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        // 0 is reserved, 4 and 5 are X25519 and X448, 9 to 12 are unassigned or Brainpool's.
        for curve in (-1..=12).chain([256, i64::MIN, i64::MAX]) {
            let (own, parameters) = match signer.key().parameters {
                KeyParameters::Ec2 { curve: own, x, y } => {
                    (own, KeyParameters::Ec2 { curve, x, y })
                }
                KeyParameters::Okp { curve: own, x } => (own, KeyParameters::Okp { curve, x }),
                _ => continue,
            };
            if curve != own {
                refuses_as_mismatch(verifier, &CoseKey { parameters, ..signer.key() });
            }
        }
        // The right curve number in a key of the other type.
        let parameters = match signer.key().parameters {
            KeyParameters::Ec2 { curve, x, .. } => KeyParameters::Okp { curve, x },
            KeyParameters::Okp { curve, x } => KeyParameters::Ec2 { curve, x, y: x },
            _ => continue,
        };
        refuses_as_mismatch(verifier, &CoseKey { parameters, ..signer.key() });
    }
}

fn lengthen(bytes: &[u8]) -> Vec<u8> {
    [&[0], bytes].concat()
}

fn append(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0]].concat()
}

fn shorten(bytes: &[u8]) -> Vec<u8> {
    bytes[1..].to_vec()
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() - 1].to_vec()
}

fn empty(_: &[u8]) -> Vec<u8> {
    Vec::new()
}

pub(crate) fn coordinate_of_another_length(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let signature = signer.sign(b"message");
        let refused = |parameters: KeyParameters<'_>| {
            let key = CoseKey { parameters, ..signer.key() };
            refuses_key(verifier, &key, b"message", &signature, "a coordinate of another length");
        };
        for change in [lengthen, append, shorten, cut, empty] {
            match signer.key().parameters {
                KeyParameters::Ec2 { curve, x, y } => {
                    refused(KeyParameters::Ec2 { curve, x: &change(x), y });
                    refused(KeyParameters::Ec2 { curve, x, y: &change(y) });
                }
                KeyParameters::Okp { curve, x } => {
                    refused(KeyParameters::Okp { curve, x: &change(x) });
                }
                KeyParameters::Akp { public } => {
                    refused(KeyParameters::Akp { public: &change(public) });
                }
                // Moduli have no fixed length; see the rules for RSA.
                _ => {}
            }
        }
    }
}

/// A credential never uses SHA-1 (§5.8.5 does not include it), regardless of the key and the signer.
pub(crate) fn rs1_is_for_nothing(verifier: &dyn SignatureVerifier) {
    assert!(!verifier.supports(Algorithm::RS1));
    for signer in signers(verifier) {
        let key = CoseKey { algorithm: Algorithm::RS1, ..signer.key() };
        refuses_as_mismatch(verifier, &key);
        assert_ne!(verifier.verify(&key, b"message", &signer.sign(b"message")), Ok(()));
    }
}

pub(crate) fn unknown_algorithm(verifier: &dyn SignatureVerifier) {
    for number in [0, 1, -1, -3, -6, -10, -4711, i32::MIN, i32::MAX] {
        let algorithm = Algorithm::new(number);
        assert!(!verifier.supports(algorithm));
        for signer in signers(verifier) {
            let key = CoseKey { algorithm, ..signer.key() };
            refuses_as_mismatch(verifier, &key);
            assert_ne!(verifier.verify(&key, b"message", &signer.sign(b"message")), Ok(()));
        }
    }
}

/// "Not supported" is different from "invalid".
pub(crate) fn unsupported_algorithm(verifier: &dyn SignatureVerifier) {
    for (algorithm, ..) in ALGORITHMS.iter().filter(|(it, ..)| !verifier.supports(*it)) {
        let bytes = [1; 2592];
        let parameters = match *algorithm {
            Algorithm::ES256 | Algorithm::ESP256 => {
                KeyParameters::Ec2 { curve: 1, x: &bytes[..32], y: &bytes[..32] }
            }
            Algorithm::ES384 | Algorithm::ESP384 => {
                KeyParameters::Ec2 { curve: 2, x: &bytes[..48], y: &bytes[..48] }
            }
            Algorithm::ES512 | Algorithm::ESP512 => {
                KeyParameters::Ec2 { curve: 3, x: &bytes[..66], y: &bytes[..66] }
            }
            Algorithm::ES256K => KeyParameters::Ec2 { curve: 8, x: &bytes[..32], y: &bytes[..32] },
            Algorithm::EdDSA | Algorithm::Ed25519 => {
                KeyParameters::Okp { curve: 6, x: &bytes[..32] }
            }
            Algorithm::Ed448 => KeyParameters::Okp { curve: 7, x: &bytes[..57] },
            Algorithm::ML_DSA_44 => KeyParameters::Akp { public: &bytes[..1312] },
            Algorithm::ML_DSA_65 => KeyParameters::Akp { public: &bytes[..1952] },
            Algorithm::ML_DSA_87 => KeyParameters::Akp { public: &bytes[..2592] },
            _ => KeyParameters::Rsa { n: &bytes[..260], e: &[1, 0, 1] },
        };
        let key = CoseKey { algorithm: *algorithm, parameters };
        assert_eq!(key.check_shape(), Ok(()), "{algorithm}");
        let verdict = verifier.verify(&key, b"message", b"signature");
        assert_eq!(verdict, Err(SignatureError::UnsupportedAlgorithm), "{algorithm}");
        refuses_as_mismatch(verifier, &key);
    }
}

pub(crate) fn signature_counts_under_its_own_algorithm_only(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let (kind, scheme) = kind_and_scheme(signer.algorithm());
        let signature = signer.sign(b"message");
        for (algorithm, _, other_scheme) in
            ALGORITHMS.iter().filter(|(it, other, _)| verifier.supports(*it) && *other == kind)
        {
            let key = CoseKey { algorithm: *algorithm, ..signer.key() };
            let judge = if scheme == *other_scheme { accepts } else { refuses };
            judge(verifier, &key, b"message", &signature, "signed under another algorithm");
        }
    }
}

pub(crate) fn hash_apart_is_for_elliptic_curves_only(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let parameters = signer.key().parameters;
        if !matches!(parameters, KeyParameters::Ec2 { .. }) {
            let verdict = verifier.verify_ecdsa_with_hash(
                &parameters,
                HashFunction::Sha256,
                b"message",
                &signer.sign(b"message"),
            );
            assert_eq!(verdict, Err(SignatureError::UnsupportedAlgorithm));
        }
    }
    let signer = Signer::new(relying_party::test_authenticator::TestAlgorithm::Es256, "rules");
    let KeyParameters::Ec2 { x, y, .. } = signer.key().parameters else { unreachable!() };
    for curve in [0, 4, 6, 9, -1] {
        let verdict = verifier.verify_ecdsa_with_hash(
            &KeyParameters::Ec2 { curve, x, y },
            HashFunction::Sha256,
            b"message",
            &signer.sign(b"message"),
        );
        assert_eq!(verdict, Err(SignatureError::UnsupportedAlgorithm));
    }
    let (long_x, long_y) = (append(x), append(y));
    for (x, y) in [(&x[1..], y), (x, &y[1..]), (&long_x, y), (x, &long_y), (&[][..], &[][..])] {
        let verdict = verifier.verify_ecdsa_with_hash(
            &KeyParameters::Ec2 { curve: 1, x, y },
            HashFunction::Sha256,
            b"message",
            &signer.sign(b"message"),
        );
        assert_eq!(verdict, Err(SignatureError::Invalid));
    }
}
