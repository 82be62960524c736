//! The default backend: the RustCrypto and dalek crates.

mod ecdsa;
mod ed25519;
mod rsa;

use super::{SignatureError, SignatureVerifier};
use crate::cose::{Algorithm, CoseKey, InvalidKey};

/// Verifies with `p256`, `ed25519-dalek` and `rsa`: pure Rust, no C, no assembly of its own.
///
/// ```
/// use relying_party::{Algorithm, crypto::{RustCrypto, SignatureVerifier}};
/// assert!(RustCrypto.supports(Algorithm::ES256));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RustCrypto;

impl SignatureVerifier for RustCrypto {
    fn supports(&self, algorithm: Algorithm) -> bool {
        matches!(
            algorithm,
            Algorithm::ES256
                | Algorithm::ESP256
                | Algorithm::EdDSA
                | Algorithm::Ed25519
                | Algorithm::RS256
        )
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        key.check_shape()?;
        match key.algorithm {
            Algorithm::ES256 | Algorithm::ESP256 => ecdsa::p256_key(key).map(drop),
            Algorithm::EdDSA | Algorithm::Ed25519 => ed25519::key(key).map(drop),
            Algorithm::RS256 => rsa::key(key).map(drop),
            unsupported => Err(InvalidKey::Algorithm(unsupported)),
        }
    }

    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        key.check_shape().map_err(|_| SignatureError::Invalid)?;
        match key.algorithm {
            Algorithm::ES256 | Algorithm::ESP256 => ecdsa::verify_p256(key, message, signature),
            Algorithm::EdDSA | Algorithm::Ed25519 => ed25519::verify(key, message, signature),
            Algorithm::RS256 => rsa::verify_pkcs1_sha256(key, message, signature),
            _ => Err(SignatureError::UnsupportedAlgorithm),
        }
    }
}
