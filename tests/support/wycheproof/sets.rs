//! Which of Wycheproof's sets cover our algorithms, and how their keys are parsed.

use relying_party::{Algorithm, KeyParameters, crypto::HashFunction};
use wycheproof::{TestResult, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

use super::{Judge, Meaning, Runner, Test};

/// The `crv` of COSE.
mod curve {
    pub(crate) const P256: i64 = 1;
    pub(crate) const P384: i64 = 2;
    pub(crate) const P521: i64 = 3;
    pub(crate) const ED25519: i64 = 6;
    pub(crate) const ED448: i64 = 7;
    pub(crate) const SECP256K1: i64 = 8;
}

pub(crate) fn ecdsa(runner: &mut Runner<'_>) {
    use Meaning::{Foreign, Ours};
    let (sha256, sha384, sha512) =
        (HashFunction::Sha256, HashFunction::Sha384, HashFunction::Sha512);
    for (curve, algorithms, sets) in [
        (
            curve::P256,
            &[Algorithm::ES256, Algorithm::ESP256][..],
            &[
                ("ecdsa_secp256r1_sha256", None, Ours),
                ("ecdsa_secp256r1_sha256_p1363", None, Foreign),
                ("ecdsa_secp256r1_sha256", Some(sha256), Ours),
                ("ecdsa_secp256r1_sha512", Some(sha512), Ours),
                ("ecdsa_secp256r1_sha512", None, Foreign),
            ][..],
        ),
        (
            curve::P384,
            &[Algorithm::ES384, Algorithm::ESP384],
            &[
                ("ecdsa_secp384r1_sha384", None, Ours),
                ("ecdsa_secp384r1_sha384_p1363", None, Foreign),
                ("ecdsa_secp384r1_sha256", Some(sha256), Ours),
                ("ecdsa_secp384r1_sha256", None, Foreign),
                ("ecdsa_secp384r1_sha384", Some(sha384), Ours),
                ("ecdsa_secp384r1_sha512", Some(sha512), Ours),
                ("ecdsa_secp384r1_sha512", None, Foreign),
            ],
        ),
        (
            curve::P521,
            &[Algorithm::ES512, Algorithm::ESP512],
            &[
                ("ecdsa_secp521r1_sha512", None, Ours),
                ("ecdsa_secp521r1_sha512_p1363", None, Foreign),
                ("ecdsa_secp521r1_sha512", Some(sha512), Ours),
            ],
        ),
        (
            curve::SECP256K1,
            &[Algorithm::ES256K],
            &[
                ("ecdsa_secp256k1_sha256", None, Ours),
                ("ecdsa_secp256k1_sha256_bitcoin", None, Ours),
                ("ecdsa_secp256k1_sha256_p1363", None, Foreign),
                ("ecdsa_secp256k1_sha256", Some(sha256), Ours),
                ("ecdsa_secp256k1_sha512", Some(sha512), Ours),
                ("ecdsa_secp256k1_sha512", None, Foreign),
            ],
        ),
    ] {
        for (index, algorithm) in algorithms.iter().enumerate() {
            // The second name of an algorithm only has its own set to pass. The others are about the hash function.
            let sets = if index == 0 { sets } else { &sets[..1] };
            for (set, hash, meaning) in sets {
                let judge = match hash {
                    None => Judge::Algorithm(*algorithm),
                    Some(hash) => Judge::EcdsaWithHash(*algorithm, *hash),
                };
                ecdsa_set(runner, set, curve, judge, *meaning);
            }
        }
    }
}

fn ecdsa_set(
    runner: &mut Runner<'_>,
    set: &'static str,
    curve: i64,
    judge: Judge,
    meaning: Meaning,
) {
    let data = ecdsa::TestSet::load(set.parse().unwrap()).unwrap();
    runner.run(set, judge, meaning, |judge| {
        for group in &data.test_groups {
            let (format, point) = group.key.key.split_first().unwrap();
            assert_eq!(*format, 4);
            let (x, y) = point.split_at(point.len() / 2);
            let key = KeyParameters::Ec2 { curve, x, y };
            for test in &group.tests {
                let (message, signature) = (&*test.msg, &*test.sig);
                judge(&Test { id: test.tc_id, key, message, signature, result: test.result });
            }
        }
    });
}

pub(crate) fn eddsa(runner: &mut Runner<'_>) {
    for (set, curve, algorithms) in [
        ("ed25519", curve::ED25519, &[Algorithm::EdDSA, Algorithm::Ed25519][..]),
        ("ed448", curve::ED448, &[Algorithm::Ed448]),
    ] {
        let data = eddsa::TestSet::load(set.parse().unwrap()).unwrap();
        for algorithm in algorithms {
            runner.run(set, Judge::Algorithm(*algorithm), Meaning::Ours, |judge| {
                for group in &data.test_groups {
                    let key = KeyParameters::Okp { curve, x: &group.key.pk };
                    for test in &group.tests {
                        let (message, signature) = (&*test.msg, &*test.sig);
                        let (id, result) = (test.tc_id, test.result);
                        judge(&Test { id, key, message, signature, result });
                    }
                }
            });
        }
    }
}

pub(crate) fn rsa_pkcs1(runner: &mut Runner<'_>) {
    use Meaning::{Foreign, Ours};
    for (algorithm, sets) in [
        (
            Algorithm::RS256,
            &[
                ("rsa_signature_2048_sha256", Ours),
                ("rsa_signature_3072_sha256", Ours),
                ("rsa_signature_4096_sha256", Ours),
                ("rsa_signature_8192_sha256", Ours),
                ("rsa_signature_2048_sha224", Foreign),
                ("rsa_signature_2048_sha512_256", Foreign),
                ("rsa_signature_2048_sha3_256", Foreign),
            ][..],
        ),
        (
            Algorithm::RS384,
            &[
                ("rsa_signature_2048_sha384", Ours),
                ("rsa_signature_3072_sha384", Ours),
                ("rsa_signature_4096_sha384", Ours),
                ("rsa_signature_8192_sha384", Ours),
            ],
        ),
        (
            Algorithm::RS512,
            &[
                ("rsa_signature_2048_sha512", Ours),
                ("rsa_signature_3072_sha512", Ours),
                ("rsa_signature_4096_sha512", Ours),
                ("rsa_signature_8192_sha512", Ours),
                ("rsa_signature_2048_sha512_224", Foreign),
            ],
        ),
    ] {
        for (set, meaning) in sets {
            let data = rsa_pkcs1_verify::TestSet::load(set.parse().unwrap()).unwrap();
            runner.run(set, Judge::Algorithm(algorithm), *meaning, |judge| {
                for group in &data.test_groups {
                    let key = rsa_key(&group.key.n, &group.key.e);
                    for test in &group.tests {
                        let (message, signature) = (&*test.msg, &*test.sig);
                        let (id, result) = (test.tc_id, test.result);
                        judge(&Test { id, key, message, signature, result });
                    }
                }
            });
        }
    }
}

/// COSE's PSS uses the same hash function for everything, and a salt as long as its output (RFC 8230 §2).
pub(crate) fn rsa_pss(runner: &mut Runner<'_>) {
    use wycheproof::HashFunction as Hash;
    for (algorithm, hash, salt, sets) in [
        (
            Algorithm::PS256,
            Hash::Sha2_256,
            32,
            &[
                "rsa_pss_2048_sha256_mgf1_32",
                "rsa_pss_3072_sha256_mgf1_32",
                "rsa_pss_4096_sha256_mgf1_32",
                "rsa_pss_2048_sha256_mgf1_0",
                "rsa_pss_2048_sha256_mgf1sha1_20",
                "rsa_pss_2048_sha512_256_mgf1_32",
                "rsa_pss_misc",
            ][..],
        ),
        (
            Algorithm::PS384,
            Hash::Sha2_384,
            48,
            &["rsa_pss_2048_sha384_mgf1_48", "rsa_pss_4096_sha384_mgf1_48", "rsa_pss_misc"],
        ),
        (
            Algorithm::PS512,
            Hash::Sha2_512,
            64,
            &["rsa_pss_4096_sha512_mgf1_64", "rsa_pss_4096_sha512_mgf1_32", "rsa_pss_misc"],
        ),
    ] {
        for set in sets {
            let data = rsa_pss_verify::TestSet::load(set.parse().unwrap()).unwrap();
            runner.run(set, Judge::Algorithm(algorithm), Meaning::Ours, |judge| {
                for group in &data.test_groups {
                    let key = rsa_key(&group.key.n, &group.key.e);
                    let is_ours =
                        (group.hash, group.mgf_hash, group.salt_size) == (hash, Some(hash), salt);
                    for test in &group.tests {
                        let (message, signature) = (&*test.msg, &*test.sig);
                        // A test that is valid with other parameters is invalid with ours.
                        let result = if is_ours { test.result } else { TestResult::Invalid };
                        judge(&Test { id: test.tc_id, key, message, signature, result });
                    }
                }
            });
        }
    }
}

/// Wycheproof writes numbers like ASN.1, with a zero before a set topmost bit. COSE does not.
fn rsa_key<'a>(n: &'a [u8], e: &'a [u8]) -> KeyParameters<'a> {
    let unsigned = |number: &'a [u8]| match number {
        [0, rest @ ..] => rest,
        all => all,
    };
    KeyParameters::Rsa { n: unsigned(n), e: unsigned(e) }
}

pub(crate) fn ml_dsa(runner: &mut Runner<'_>) {
    for (set, algorithm) in [
        ("mldsa_44_verify", Algorithm::ML_DSA_44),
        ("mldsa_65_verify", Algorithm::ML_DSA_65),
        ("mldsa_87_verify", Algorithm::ML_DSA_87),
    ] {
        let data = mldsa_verify::TestSet::load(set.parse().unwrap()).unwrap();
        runner.run(set, Judge::Algorithm(algorithm), Meaning::Ours, |judge| {
            for group in &data.test_groups {
                let key = KeyParameters::Akp { public: &group.pubkey };
                for test in &group.tests {
                    let (message, signature) = (&*test.msg, &*test.sig);
                    // COSE's context is empty, so a signature that is valid in another context is invalid here.
                    let has_context = test.ctx.as_ref().is_some_and(|ctx| !ctx.is_empty());
                    let result = if has_context { TestResult::Invalid } else { test.result };
                    judge(&Test { id: test.tc_id, key, message, signature, result });
                }
            }
        });
    }
}
