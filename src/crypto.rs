//! Signature verification, keyed by COSE algorithm.

mod rustcrypto;

pub use self::rustcrypto::RustCrypto;
use crate::cose::{Algorithm, CoseKey, InvalidKey};

/// Verifies signatures with one cryptographic library.
///
/// [`RustCrypto`] is the default. A host may bring its own: hardware, a certified module, a faster library. Its
/// verdict is final, so it has to keep the rules that the methods state.
pub trait SignatureVerifier: Send + Sync {
    /// Whether signatures of this algorithm can be verified.
    fn supports(&self, algorithm: Algorithm) -> bool;

    /// Checks what [`CoseKey::check_shape`] cannot: that a point is on its curve and of full order (§5.8.5).
    ///
    /// # Errors
    ///
    /// The key is not one of its algorithm, or the algorithm is not supported.
    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey>;

    /// Verifies a signature over `message` with the key and **its** algorithm.
    ///
    /// ECDSA signatures are in DER, strictly, of any s; RSA signatures have the length of the modulus; Ed25519
    /// signatures are judged as RFC 8032 says, without cofactor, and not with keys or points of low order.
    ///
    /// # Errors
    ///
    /// [`SignatureError::UnsupportedAlgorithm`] is about the verifier, [`SignatureError::Invalid`] about the
    /// signature, and says nothing more.
    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError>;
}

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// This verifier does not have the key's algorithm.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// The signature does not belong to the message and the key.
    #[error("the signature is invalid")]
    Invalid,
}
