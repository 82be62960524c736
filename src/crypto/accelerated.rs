//! What the libraries in assembly have in common.
//!
//! [`RustCrypto`] checks keys when they are registered, so that every backend accepts the same ones. Before every
//! signature it also checks what the libraries treat differently.

use super::{RustCrypto, SignatureVerifier};
use crate::cose::{Algorithm, CoseKey, InvalidKey};

/// The algorithms that they support with the enabled features.
pub(super) const ALGORITHMS: &[Algorithm] = &[
    Algorithm::ES256,
    Algorithm::ESP256,
    Algorithm::EdDSA,
    Algorithm::Ed25519,
    Algorithm::RS256,
    #[cfg(feature = "es384")]
    Algorithm::ES384,
    #[cfg(feature = "es384")]
    Algorithm::ESP384,
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
];

/// [`SignatureVerifier::check_key`] of these backends.
pub(super) fn check_key(
    backend: &impl SignatureVerifier,
    key: &CoseKey<'_>,
) -> Result<(), InvalidKey> {
    key.check_shape()?;
    if !backend.supports(key.algorithm) {
        return Err(InvalidKey::Algorithm(key.algorithm));
    }
    RustCrypto.check_key(key)
}
