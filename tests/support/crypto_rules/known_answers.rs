//! Signatures created by others.

use relying_party::{
    Algorithm, CoseKey, KeyParameters,
    crypto::{HashFunction, SignatureError, SignatureVerifier},
};

use super::{
    EC_ALGORITHMS, accepts,
    data::{ECDSA_ANSWERS, EDDSA, RSA_ANSWERS, RSA_MODULUS},
    ec2,
    ecdsa_signatures::der,
    hex, refuses,
};

pub(crate) fn ecdsa(verifier: &dyn SignatureVerifier) {
    for (answers, (curve, algorithms)) in ECDSA_ANSWERS.iter().zip(EC_ALGORITHMS) {
        assert_eq!(answers.curve, curve);
        let (x, y) = (hex(answers.x), hex(answers.y));
        for algorithm in algorithms.iter().filter(|algorithm| verifier.supports(**algorithm)) {
            let key = CoseKey { algorithm: *algorithm, parameters: ec2(curve, &x, &y) };
            for (hash, (r, s)) in [
                (HashFunction::Sha256, answers.sha256),
                (HashFunction::Sha384, answers.sha384),
                (HashFunction::Sha512, answers.sha512),
            ] {
                let signature = der(&hex(r), &hex(s));
                if hash == hash_of(*algorithm) {
                    accepts(verifier, &key, b"sample", &signature, "known answer");
                } else {
                    refuses(verifier, &key, b"sample", &signature, "another hash function");
                }
                refuses(verifier, &key, b"simple", &signature, "another message");
            }
        }
    }
}

fn hash_of(algorithm: Algorithm) -> HashFunction {
    match algorithm {
        Algorithm::ES384 | Algorithm::ESP384 => HashFunction::Sha384,
        Algorithm::ES512 | Algorithm::ESP512 => HashFunction::Sha512,
        _ => HashFunction::Sha256,
    }
}

/// A verifier may support a curve with its usual hash function only, and then says so.
pub(crate) fn ecdsa_with_every_hash(verifier: &dyn SignatureVerifier) {
    for (answers, (curve, algorithms)) in ECDSA_ANSWERS.iter().zip(EC_ALGORITHMS) {
        let (x, y) = (hex(answers.x), hex(answers.y));
        let key = ec2(curve, &x, &y);
        let has_curve = verifier.supports(algorithms[0]);
        for (made_with, (r, s)) in [
            (HashFunction::Sha256, answers.sha256),
            (HashFunction::Sha384, answers.sha384),
            (HashFunction::Sha512, answers.sha512),
        ] {
            let signature = der(&hex(r), &hex(s));
            for hash in [HashFunction::Sha256, HashFunction::Sha384, HashFunction::Sha512] {
                let verdict = verifier.verify_ecdsa_with_hash(&key, hash, b"sample", &signature);
                let unsupported = verdict == Err(SignatureError::UnsupportedAlgorithm);
                if hash == hash_of(algorithms[0]) {
                    assert_eq!(unsupported, !has_curve, "curve {curve}, {hash:?}");
                }
                if !unsupported {
                    assert!(has_curve);
                    assert_eq!(verdict.is_ok(), hash == made_with, "curve {curve}, {hash:?}");
                }
            }
        }
    }
}

pub(crate) fn eddsa(verifier: &dyn SignatureVerifier) {
    for (case, algorithms) in
        EDDSA.iter().zip([&[Algorithm::EdDSA, Algorithm::Ed25519][..], &[Algorithm::Ed448]])
    {
        let [known_key, known_message, known_signature] = case.known.map(hex);
        let (key, [r, s]) = (hex(case.key), case.signature.map(hex));
        for algorithm in algorithms.iter().filter(|algorithm| verifier.supports(**algorithm)) {
            let of = |x| CoseKey {
                algorithm: *algorithm,
                parameters: KeyParameters::Okp { curve: case.curve, x },
            };
            accepts(verifier, &of(&known_key), &known_message, &known_signature, "RFC 8032");
            accepts(verifier, &of(&key), b"message", &[r.clone(), s.clone()].concat(), "computed");
        }
    }
}

pub(crate) fn rsa(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    for (made_with, signature) in RSA_ANSWERS {
        for (algorithm, _) in RSA_ANSWERS {
            if !verifier.supports(algorithm) {
                continue;
            }
            let key =
                CoseKey { algorithm, parameters: KeyParameters::Rsa { n: &n, e: &[1, 0, 1] } };
            let judge = if algorithm == made_with { accepts } else { refuses };
            judge(verifier, &key, b"sample", &hex(signature), "known answer");
        }
    }
}

#[cfg(not(feature = "attestation"))]
pub(crate) fn rs1(_: &dyn SignatureVerifier) {}

/// Only with its own method, and nothing else with that method.
#[cfg(feature = "attestation")]
pub(crate) fn rs1(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    let good = hex(super::data::RS1_ANSWER);
    let parameters = KeyParameters::Rsa { n: &n, e: &[1, 0, 1] };
    let verdict = verifier.verify_rs1(&parameters, b"sample", &good);
    if verdict == Err(SignatureError::UnsupportedAlgorithm) {
        return;
    }
    assert_eq!(verdict, Ok(()));
    let invalid = Err(SignatureError::Invalid);
    assert_eq!(verifier.verify_rs1(&parameters, b"simple", &good), invalid);
    for (_, signature) in RSA_ANSWERS {
        assert_eq!(verifier.verify_rs1(&parameters, b"sample", &hex(signature)), invalid);
    }
    for algorithm in RSA_ANSWERS.map(|(algorithm, _)| algorithm).into_iter().chain([Algorithm::RS1])
    {
        assert_ne!(verifier.verify(&CoseKey { algorithm, parameters }, b"sample", &good), Ok(()));
    }
    for parameters in [
        KeyParameters::Rsa { n: &n[..128], e: &[1, 0, 1] },
        KeyParameters::Rsa { n: &n, e: &[1] },
        ec2(1, &[1; 32], &[2; 32]),
    ] {
        assert_eq!(verifier.verify_rs1(&parameters, b"sample", &good), invalid);
    }
}
