//! A host's own verifier.

use crate::{
    cose::{Algorithm, CoseKey, InvalidKey},
    crypto::{SignatureError, SignatureVerifier},
};

/// A verifier that supports no algorithm at all, not even RS1.
pub(crate) struct Nothing;

impl SignatureVerifier for Nothing {
    fn supports(&self, _: Algorithm) -> bool {
        false
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Err(InvalidKey::Algorithm(key.algorithm))
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }
}
