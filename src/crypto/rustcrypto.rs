//! The default backend: the RustCrypto and dalek crates.

mod ecdsa;
mod ed25519;
#[cfg(feature = "ed448")]
mod ed448;
#[cfg(feature = "ml-dsa")]
mod ml_dsa;
mod rsa;

use p256::NistP256;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{HashFunction, SignatureError, SignatureVerifier};
use crate::cose::{Algorithm, CoseKey, InvalidKey, KeyParameters};

/// Verifies with `p256`, `ed25519-dalek`, `rsa` and, depending on features, similar crates: pure Rust, without C and
/// without its own assembly.
///
/// It always supports ES256, EdDSA, their fully specified names and RS256. [`ALGORITHMS`](Self::ALGORITHMS) includes
/// those of the enabled features.
///
/// ```
/// use relying_party::{Algorithm, crypto::{RustCrypto, SignatureVerifier}};
/// assert!(RustCrypto.supports(Algorithm::ES256));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RustCrypto;

impl RustCrypto {
    /// The algorithms that it supports with the enabled features.
    pub const ALGORITHMS: &[Algorithm] = &[
        Algorithm::ES256,
        Algorithm::ESP256,
        Algorithm::EdDSA,
        Algorithm::Ed25519,
        Algorithm::RS256,
        #[cfg(feature = "es384")]
        Algorithm::ES384,
        #[cfg(feature = "es384")]
        Algorithm::ESP384,
        #[cfg(feature = "es512")]
        Algorithm::ES512,
        #[cfg(feature = "es512")]
        Algorithm::ESP512,
        #[cfg(feature = "es256k")]
        Algorithm::ES256K,
        #[cfg(feature = "ed448")]
        Algorithm::Ed448,
        #[cfg(feature = "rsa-all")]
        Algorithm::RS384,
        #[cfg(feature = "rsa-all")]
        Algorithm::RS512,
        #[cfg(feature = "rsa-all")]
        Algorithm::PS256,
        #[cfg(feature = "rsa-all")]
        Algorithm::PS384,
        #[cfg(feature = "rsa-all")]
        Algorithm::PS512,
        #[cfg(feature = "ml-dsa")]
        Algorithm::ML_DSA_44,
        #[cfg(feature = "ml-dsa")]
        Algorithm::ML_DSA_65,
        #[cfg(feature = "ml-dsa")]
        Algorithm::ML_DSA_87,
    ];
}

impl SignatureVerifier for RustCrypto {
    fn supports(&self, algorithm: Algorithm) -> bool {
        Self::ALGORITHMS.contains(&algorithm)
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        key.check_shape()?;
        if !self.supports(key.algorithm) {
            return Err(InvalidKey::Algorithm(key.algorithm));
        }
        match &key.parameters {
            parameters @ KeyParameters::Ec2 { .. } => ecdsa::check_key(parameters),
            #[cfg(feature = "ed448")]
            KeyParameters::Okp { x, .. } if key.algorithm == Algorithm::Ed448 => {
                ed448::key(x).map(drop)
            }
            KeyParameters::Okp { x, .. } => ed25519::key(x).map(drop),
            KeyParameters::Rsa { n, e } => rsa::key(n, e).map(drop),
            // Any bytes of the right length are an ML-DSA key (FIPS 204 algorithm 23).
            KeyParameters::Akp { .. } => Ok(()),
        }
    }

    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        key.check_shape().map_err(|_| SignatureError::Invalid)?;
        let parameters = &key.parameters;
        match key.algorithm {
            Algorithm::ES256 | Algorithm::ESP256 => {
                ecdsa::verify::<NistP256>(parameters, &Sha256::digest(message), signature)
            }
            Algorithm::EdDSA | Algorithm::Ed25519 => {
                ed25519::verify(parameters, message, signature)
            }
            Algorithm::RS256 => rsa::verify_pkcs1::<Sha256>(parameters, message, signature),
            #[cfg(feature = "es384")]
            Algorithm::ES384 | Algorithm::ESP384 => {
                ecdsa::verify::<p384::NistP384>(parameters, &Sha384::digest(message), signature)
            }
            #[cfg(feature = "es512")]
            Algorithm::ES512 | Algorithm::ESP512 => {
                ecdsa::verify::<p521::NistP521>(parameters, &Sha512::digest(message), signature)
            }
            #[cfg(feature = "es256k")]
            Algorithm::ES256K => {
                ecdsa::verify::<k256::Secp256k1>(parameters, &Sha256::digest(message), signature)
            }
            #[cfg(feature = "ed448")]
            Algorithm::Ed448 => ed448::verify(parameters, message, signature),
            #[cfg(feature = "rsa-all")]
            Algorithm::RS384 => rsa::verify_pkcs1::<Sha384>(parameters, message, signature),
            #[cfg(feature = "rsa-all")]
            Algorithm::RS512 => rsa::verify_pkcs1::<Sha512>(parameters, message, signature),
            #[cfg(feature = "rsa-all")]
            Algorithm::PS256 => rsa::verify_pss::<Sha256>(parameters, message, signature),
            #[cfg(feature = "rsa-all")]
            Algorithm::PS384 => rsa::verify_pss::<Sha384>(parameters, message, signature),
            #[cfg(feature = "rsa-all")]
            Algorithm::PS512 => rsa::verify_pss::<Sha512>(parameters, message, signature),
            #[cfg(feature = "ml-dsa")]
            Algorithm::ML_DSA_44 => {
                ml_dsa::verify::<::ml_dsa::MlDsa44>(parameters, message, signature)
            }
            #[cfg(feature = "ml-dsa")]
            Algorithm::ML_DSA_65 => {
                ml_dsa::verify::<::ml_dsa::MlDsa65>(parameters, message, signature)
            }
            #[cfg(feature = "ml-dsa")]
            Algorithm::ML_DSA_87 => {
                ml_dsa::verify::<::ml_dsa::MlDsa87>(parameters, message, signature)
            }
            _ => Err(SignatureError::UnsupportedAlgorithm),
        }
    }

    fn verify_ecdsa_with_hash(
        &self,
        key: &KeyParameters<'_>,
        hash: HashFunction,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match hash {
            HashFunction::Sha256 => {
                ecdsa::verify_on_its_curve(key, &Sha256::digest(message), signature)
            }
            HashFunction::Sha384 => {
                ecdsa::verify_on_its_curve(key, &Sha384::digest(message), signature)
            }
            HashFunction::Sha512 => {
                ecdsa::verify_on_its_curve(key, &Sha512::digest(message), signature)
            }
        }
    }

    #[cfg(feature = "attestation")]
    fn verify_rs1(
        &self,
        key: &KeyParameters<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        // The rules for the key are those of RS256.
        CoseKey { algorithm: Algorithm::RS256, parameters: *key }
            .check_shape()
            .map_err(|_| SignatureError::Invalid)?;
        rsa::verify_pkcs1::<sha1::Sha1>(key, message, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some keys are parsed like those of a supported algorithm.
    #[test]
    fn keys_of_algorithms_whose_feature_is_off_are_refused() {
        let public = KeyParameters::Akp { public: &[1; 1312] };
        let modulus = KeyParameters::Rsa { n: &[0xff; 256], e: &[1, 0, 1] };
        for (algorithm, parameters) in [
            (Algorithm::RS256, modulus),
            (Algorithm::RS384, modulus),
            (Algorithm::PS256, modulus),
            (Algorithm::ML_DSA_44, public),
        ] {
            let key = CoseKey { algorithm, parameters };
            assert_eq!(key.check_shape(), Ok(()));
            let refused = Err(InvalidKey::Algorithm(algorithm));
            let expected = if RustCrypto.supports(algorithm) { Ok(()) } else { refused };
            assert_eq!(RustCrypto.check_key(&key), expected, "{algorithm}");
        }
    }
}
