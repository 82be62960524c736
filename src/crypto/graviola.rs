//! Verification with `graviola`.

#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
mod library;

/// The library does not compile for this architecture.
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
mod library {
    use super::{CoseKey, HashFunction, KeyParameters, SignatureError};

    pub(super) const fn is_available() -> bool {
        false
    }

    pub(super) const fn verify(_: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }

    pub(super) const fn verify_ecdsa(
        _: &KeyParameters<'_>,
        _: HashFunction,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }
}

use super::{HashFunction, RustCrypto, SignatureError, SignatureVerifier, accelerated};
use crate::cose::{Algorithm, CoseKey, InvalidKey, KeyParameters};

/// Verifies with `graviola`: the assembly of `s2n-bignum`, which is formally verified, compiled by `rustc` alone. No C
/// compiler is needed.
///
/// The library needs Rust 1.89, and runs on x86-64 and aarch64 processors with the instructions that its documentation
/// lists. Anywhere else the backend [is not available](Self::is_available) and supports no algorithm, so that
/// [`RelyingPartyBuilder::build`](crate::RelyingPartyBuilder::build) reports it as a configuration error. To fall back
/// to another backend instead, use [`fastest`](super::fastest).
///
/// RS1 in TPM attestation statements is verified by [`RustCrypto`], because the library has no SHA-1.
///
/// ```
/// use std::sync::Arc;
/// use relying_party::{RelyingParty, crypto::Graviola};
/// # if Graviola::is_available() {
/// let rp = RelyingParty::builder("example.com", "Example")
///     .origin("https://example.com")
///     .verifier(Arc::new(Graviola))
///     .build()?;
/// # }
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Graviola;

impl Graviola {
    /// The algorithms that it supports with the enabled features, where it [is available](Self::is_available).
    pub const ALGORITHMS: &[Algorithm] = accelerated::ALGORITHMS;

    /// Returns whether the library runs on this machine: its architecture is x86-64 or aarch64, and its processor has
    /// the instructions.
    #[must_use]
    pub fn is_available() -> bool {
        library::is_available()
    }
}

impl SignatureVerifier for Graviola {
    fn supports(&self, algorithm: Algorithm) -> bool {
        Self::ALGORITHMS.contains(&algorithm) && Self::is_available()
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        accelerated::check_key(self, key)
    }

    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        key.check_shape().map_err(|_| SignatureError::Invalid)?;
        // The library panics where it is not available.
        if !self.supports(key.algorithm) {
            return Err(SignatureError::UnsupportedAlgorithm);
        }
        library::verify(key, message, signature)
    }

    fn verify_ecdsa_with_hash(
        &self,
        key: &KeyParameters<'_>,
        hash: HashFunction,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match key.ecdsa_algorithm() {
            Some(algorithm) if self.supports(algorithm) => {
                library::verify_ecdsa(key, hash, message, signature)
            }
            _ => Err(SignatureError::UnsupportedAlgorithm),
        }
    }

    #[cfg(feature = "attestation")]
    fn verify_rs1(
        &self,
        key: &KeyParameters<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        RustCrypto.verify_rs1(key, message, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it cannot run, nothing reaches the library, which would panic.
    #[test]
    fn supports_its_algorithms_only_where_the_library_runs() {
        assert_eq!(Graviola::is_available(), library::is_available());
        let supported =
            Graviola::ALGORITHMS.iter().filter(|algorithm| Graviola.supports(**algorithm)).count();
        let expected = if Graviola::is_available() { Graviola::ALGORITHMS.len() } else { 0 };
        assert_eq!(supported, expected);
        assert!(!Graviola.supports(Algorithm::ES256K));
    }
}
