//! Signature verification by COSE algorithm.

#[cfg(any(feature = "aws-lc-rs", feature = "graviola", feature = "ring"))]
mod accelerated;
#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
mod ed25519;
mod fastest;
#[cfg(feature = "graviola")]
mod graviola;
#[cfg(any(
    feature = "aws-lc-rs",
    feature = "ring",
    all(feature = "graviola", any(target_arch = "aarch64", target_arch = "x86_64"))
))]
mod point;
#[cfg(feature = "ring")]
mod ring;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod ring_api;
mod rustcrypto;

#[cfg(feature = "aws-lc-rs")]
pub use self::aws_lc_rs::AwsLcRs;
pub use self::fastest::fastest;
#[cfg(feature = "graviola")]
pub use self::graviola::Graviola;
#[cfg(feature = "ring")]
pub use self::ring::Ring;
pub use self::rustcrypto::RustCrypto;
use crate::cose::{Algorithm, CoseKey, InvalidKey, KeyParameters};

/// Verifies signatures with one cryptographic library.
///
/// [`RustCrypto`] is the default, regardless of the enabled features. The features `ring`, `aws-lc-rs` and `graviola`
/// add verifiers of those names for the host to choose, with the same verdicts. They support a subset of the algorithms
/// whose features are enabled. [`fastest`] combines them. A host can supply its own verifier, for hardware, a certified
/// module or another library. Its verdict is final, so it must follow the rules of each method.
///
/// ```
/// use relying_party::{Algorithm, CoseKey, InvalidKey};
/// use relying_party::crypto::{RustCrypto, SignatureError, SignatureVerifier};
///
/// /// Verifies ES256 and nothing else.
/// struct OnlyEs256;
///
/// impl SignatureVerifier for OnlyEs256 {
///     fn supports(&self, algorithm: Algorithm) -> bool {
///         algorithm == Algorithm::ES256
///     }
///
///     fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
///         if !self.supports(key.algorithm) {
///             return Err(InvalidKey::Algorithm(key.algorithm));
///         }
///         RustCrypto.check_key(key)
///     }
///
///     fn verify(&self, key: &CoseKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
///         if !self.supports(key.algorithm) {
///             return Err(SignatureError::UnsupportedAlgorithm);
///         }
///         RustCrypto.verify(key, message, signature)
///     }
/// }
/// ```
pub trait SignatureVerifier: Send + Sync {
    /// Returns whether signatures of this algorithm can be verified.
    fn supports(&self, algorithm: Algorithm) -> bool;

    /// Checks what [`CoseKey::check_shape`] cannot: that a point is on its curve and of full order (§5.8.5).
    ///
    /// # Errors
    ///
    /// If the key is invalid for its algorithm, or the algorithm is not supported.
    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey>;

    /// Verifies a signature over `message` with the key and **its** algorithm.
    ///
    /// ECDSA signatures are strict DER, with any s. RSA signatures have the length of the modulus. Ed25519 signatures
    /// are verified as in RFC 8032, without cofactor, and keys or points of low order are rejected.
    ///
    /// # Errors
    ///
    /// [`SignatureError::UnsupportedAlgorithm`] is about the verifier. [`SignatureError::Invalid`] is about the
    /// signature, and says nothing more.
    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError>;

    /// Verifies an ECDSA signature in DER like [`verify`](Self::verify), with a hash function that does not depend on
    /// the curve: certificates combine them freely (RFC 5758 §3.2), and Apple signs with P-384 and SHA-256.
    ///
    /// Only used for certificates: a credential uses the algorithm of its key. The default implementation supports the
    /// pairs that COSE names.
    ///
    /// # Errors
    ///
    /// Like [`verify`](Self::verify). A key that is not on an elliptic curve, or a pair that the verifier does not
    /// support, is an unsupported algorithm.
    fn verify_ecdsa_with_hash(
        &self,
        key: &KeyParameters<'_>,
        hash: HashFunction,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match key.ecdsa_algorithm() {
            Some(algorithm) if HashFunction::of_ecdsa(algorithm) == Some(hash) => {
                self.verify(&CoseKey { algorithm, parameters: *key }, message, signature)
            }
            _ => Err(SignatureError::UnsupportedAlgorithm),
        }
    }

    /// Verifies an RSASSA-PKCS1-v1_5 signature with SHA-1 (RS1), which TPM attestation statements still use.
    ///
    /// Nothing else may call it: SHA-1 is broken, and no credential has this algorithm. The limits on the key are those
    /// of RS256. The default implementation does not support RS1.
    ///
    /// # Errors
    ///
    /// The same as [`verify`](Self::verify).
    #[cfg(feature = "attestation")]
    fn verify_rs1(
        &self,
        key: &KeyParameters<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let _ = (key, message, signature);
        Err(SignatureError::UnsupportedAlgorithm)
    }
}

/// A hash function that signatures of certificates name separately from the type of key. [`SignatureVerifier`] has an
/// example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashFunction {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashFunction {
    /// Returns the hash function of an ECDSA algorithm (RFC 9053 §2.1, RFC 8812 §3.2).
    pub(crate) fn of_ecdsa(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::ES256 | Algorithm::ESP256 | Algorithm::ES256K => Some(Self::Sha256),
            Algorithm::ES384 | Algorithm::ESP384 => Some(Self::Sha384),
            Algorithm::ES512 | Algorithm::ESP512 => Some(Self::Sha512),
            _ => None,
        }
    }
}

/// Why a signature was not accepted. [`RustCrypto`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The verifier does not support the key's algorithm.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// The signature does not match the message and the key.
    #[error("the signature is invalid")]
    Invalid,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host's verifier that only supports ES384.
    struct Es384Only;

    impl SignatureVerifier for Es384Only {
        fn supports(&self, algorithm: Algorithm) -> bool {
            algorithm == Algorithm::ES384
        }

        fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
            Ok(())
        }

        fn verify(
            &self,
            key: &CoseKey<'_>,
            _: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            match (self.supports(key.algorithm), signature) {
                (true, b"good") => Ok(()),
                (true, _) => Err(SignatureError::Invalid),
                (false, _) => Err(SignatureError::UnsupportedAlgorithm),
            }
        }
    }

    #[test]
    fn default_supports_only_the_pairs_that_cose_names() {
        for (curve, hash, expected) in [
            (2, HashFunction::Sha384, Ok(())),
            (2, HashFunction::Sha256, Err(SignatureError::UnsupportedAlgorithm)),
            (2, HashFunction::Sha512, Err(SignatureError::UnsupportedAlgorithm)),
            (1, HashFunction::Sha256, Err(SignatureError::UnsupportedAlgorithm)),
            (1, HashFunction::Sha384, Err(SignatureError::UnsupportedAlgorithm)),
            (0, HashFunction::Sha384, Err(SignatureError::UnsupportedAlgorithm)),
        ] {
            let key = KeyParameters::Ec2 { curve, x: &[], y: &[] };
            let verdict = Es384Only.verify_ecdsa_with_hash(&key, hash, b"message", b"good");
            assert_eq!(verdict, expected, "curve {curve}, {hash:?}");
        }
        let key = KeyParameters::Ec2 { curve: 2, x: &[], y: &[] };
        let verdict = Es384Only.verify_ecdsa_with_hash(&key, HashFunction::Sha384, b"", b"bad");
        assert_eq!(verdict, Err(SignatureError::Invalid));
    }

    /// RFC 9053 §2.1, RFC 8812 §3.2.
    #[test]
    fn ecdsa_algorithms_have_their_hash() {
        use HashFunction::{Sha256, Sha384, Sha512};
        for (algorithm, hash) in [
            (Algorithm::ES256, Some(Sha256)),
            (Algorithm::ESP256, Some(Sha256)),
            (Algorithm::ES256K, Some(Sha256)),
            (Algorithm::ES384, Some(Sha384)),
            (Algorithm::ESP384, Some(Sha384)),
            (Algorithm::ES512, Some(Sha512)),
            (Algorithm::ESP512, Some(Sha512)),
            (Algorithm::EdDSA, None),
            (Algorithm::RS256, None),
        ] {
            assert_eq!(HashFunction::of_ecdsa(algorithm), hash, "{algorithm}");
        }
    }

    #[cfg(feature = "attestation")]
    #[test]
    fn default_does_not_support_rs1() {
        let key = KeyParameters::Rsa { n: &[0xff; 256], e: &[3] };
        let verdict = Es384Only.verify_rs1(&key, b"message", b"good");
        assert_eq!(verdict, Err(SignatureError::UnsupportedAlgorithm));
    }
}
