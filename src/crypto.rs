//! Signature verification, keyed by COSE algorithm.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
mod ed25519;
#[cfg(feature = "ring")]
mod ring;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod ring_api;
mod rustcrypto;

#[cfg(feature = "aws-lc-rs")]
pub use self::aws_lc_rs::AwsLcRs;
#[cfg(feature = "ring")]
pub use self::ring::Ring;
pub use self::rustcrypto::RustCrypto;
use crate::cose::{Algorithm, CoseKey, InvalidKey, KeyParameters};

/// Verifies signatures with one cryptographic library.
///
/// [`RustCrypto`] is the default, whichever features are on. The features `ring` and `aws-lc-rs` add verifiers of those
/// names for the host to choose, with the same verdicts; they verify what they can of the algorithms whose features are
/// on. A host may bring its own: hardware, a certified module, another library. Its verdict is final, so it has to keep
/// the rules that the methods state.
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

    /// Verifies an ECDSA signature in DER, as [`verify`](Self::verify) does, whose hash function is named apart from the
    /// curve: certificates combine them freely (RFC 5758 §3.2), and Apple's sign by P-384 with SHA-256.
    ///
    /// It is for certificates only: the algorithm of a credential is that of its key. Unless a verifier says otherwise,
    /// it has the pairs that COSE names.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify); a key that is not on an elliptic curve, or a pair that the verifier does not have,
    /// is an unsupported algorithm.
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

    /// Verifies an RSASSA-PKCS1-v1_5 signature with SHA-1 (RS1), which TPM attestation statements still come with.
    ///
    /// Nothing else may call it: SHA-1 is broken, and no credential has this algorithm. The bounds on the key are those
    /// of RS256. Unless a verifier says otherwise, it does not have it.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
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

/// A hash function that signatures of certificates name beside the kind of key.
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
    /// The hash function that is part of an ECDSA algorithm (RFC 9053 §2.1, RFC 8812 §3.2).
    pub(crate) fn of_ecdsa(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::ES256 | Algorithm::ESP256 | Algorithm::ES256K => Some(Self::Sha256),
            Algorithm::ES384 | Algorithm::ESP384 => Some(Self::Sha384),
            Algorithm::ES512 | Algorithm::ESP512 => Some(Self::Sha512),
            _ => None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A verifier of a host that has ES384 only.
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
    fn pairs_that_cose_names_are_left_to_verify_and_the_others_are_unsupported() {
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
    fn rs1_is_unsupported_unless_a_verifier_has_it() {
        let key = KeyParameters::Rsa { n: &[0xff; 256], e: &[3] };
        let verdict = Es384Only.verify_rs1(&key, b"message", b"good");
        assert_eq!(verdict, Err(SignatureError::UnsupportedAlgorithm));
    }
}
