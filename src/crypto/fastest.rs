//! The fastest verifier that is compiled in.

use alloc::sync::Arc;

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
use super::RustCrypto;
use super::SignatureVerifier;
#[cfg(any(feature = "aws-lc-rs", feature = "graviola", feature = "ring"))]
use with_fallback::WithFallback;

/// Returns a verifier that uses the fastest backend whose feature is enabled and that runs on this machine, and
/// [`RustCrypto`](super::RustCrypto) for what that backend does not support.
///
/// It supports every algorithm that `RustCrypto` supports, and gives the same verdicts. Without the feature of another
/// backend, it is `RustCrypto`.
///
/// The backends are tried in the order `AwsLcRs`, `Graviola`, `Ring`, according to measurements on x86-64: the first
/// two take the same time with ES256, and the first takes less with RS256. The guide's chapter on operations has the
/// figures. Features of a dependency are additive, so another crate of your program may enable one. If you need a
/// certain backend, name it.
///
/// ```
/// use relying_party::{RelyingParty, crypto};
/// let rp = RelyingParty::builder("example.com", "Example")
///     .origin("https://example.com")
///     .verifier(crypto::fastest())
///     .build()?;
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
#[must_use]
pub fn fastest() -> Arc<dyn SignatureVerifier> {
    #[cfg(feature = "aws-lc-rs")]
    return Arc::new(WithFallback(super::AwsLcRs));
    #[cfg(all(feature = "graviola", not(feature = "aws-lc-rs")))]
    if super::Graviola::is_available() {
        return Arc::new(WithFallback(super::Graviola));
    }
    #[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
    return Arc::new(WithFallback(super::Ring));
    #[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
    Arc::new(RustCrypto)
}

#[cfg(any(feature = "aws-lc-rs", feature = "graviola", feature = "ring"))]
mod with_fallback {
    use super::super::{HashFunction, RustCrypto, SignatureError, SignatureVerifier};
    use crate::cose::{Algorithm, CoseKey, InvalidKey, KeyParameters};

    /// A backend, and [`RustCrypto`] for what it does not support.
    pub(super) struct WithFallback<V>(pub(super) V);

    impl<V: SignatureVerifier> WithFallback<V> {
        fn of(&self, algorithm: Algorithm) -> &dyn SignatureVerifier {
            if self.0.supports(algorithm) { &self.0 } else { &RustCrypto }
        }

        /// Only what the backend does not support is given to the other one. A verdict is final.
        fn or_fallback(
            &self,
            verify: impl Fn(&dyn SignatureVerifier) -> Result<(), SignatureError>,
        ) -> Result<(), SignatureError> {
            match verify(&self.0) {
                Err(SignatureError::UnsupportedAlgorithm) => verify(&RustCrypto),
                verdict => verdict,
            }
        }
    }

    impl<V: SignatureVerifier> SignatureVerifier for WithFallback<V> {
        fn supports(&self, algorithm: Algorithm) -> bool {
            self.of(algorithm).supports(algorithm)
        }

        fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
            self.of(key.algorithm).check_key(key)
        }

        fn verify(
            &self,
            key: &CoseKey<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            self.of(key.algorithm).verify(key, message, signature)
        }

        fn verify_ecdsa_with_hash(
            &self,
            key: &KeyParameters<'_>,
            hash: HashFunction,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            self.or_fallback(|verifier| {
                verifier.verify_ecdsa_with_hash(key, hash, message, signature)
            })
        }

        #[cfg(feature = "attestation")]
        fn verify_rs1(
            &self,
            key: &KeyParameters<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            self.or_fallback(|verifier| verifier.verify_rs1(key, message, signature))
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// A backend that supports one algorithm, and judges as it is told.
        struct Rs256(Result<(), SignatureError>);

        impl SignatureVerifier for Rs256 {
            fn supports(&self, algorithm: Algorithm) -> bool {
                algorithm == Algorithm::RS256
            }

            fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
                Ok(())
            }

            fn verify(&self, key: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
                if self.supports(key.algorithm) {
                    self.0
                } else {
                    Err(SignatureError::UnsupportedAlgorithm)
                }
            }
        }

        const RSA: KeyParameters<'_> = KeyParameters::Rsa { n: &[0xff; 256], e: &[1, 0, 1] };
        const EC2: KeyParameters<'_> = KeyParameters::Ec2 { curve: 1, x: &[1; 32], y: &[1; 32] };

        #[test]
        fn backend_judges_what_it_supports() {
            let key = CoseKey { algorithm: Algorithm::RS256, parameters: RSA };
            for verdict in [Ok(()), Err(SignatureError::Invalid)] {
                let verifier = WithFallback(Rs256(verdict));
                assert_eq!(verifier.check_key(&key), Ok(()));
                assert_eq!(verifier.verify(&key, b"message", b"signature"), verdict);
            }
        }

        #[test]
        fn fallback_judges_everything_else() {
            let verifier = WithFallback(Rs256(Ok(())));
            assert!(RustCrypto::ALGORITHMS.iter().all(|algorithm| verifier.supports(*algorithm)));
            let key = CoseKey { algorithm: Algorithm::ES256, parameters: EC2 };
            assert!(verifier.check_key(&key).is_err(), "the point is not on the curve");
            let invalid = Err(SignatureError::Invalid);
            assert_eq!(verifier.verify(&key, b"message", b"signature"), invalid);
            for hash in [HashFunction::Sha256, HashFunction::Sha512] {
                let verdict = verifier.verify_ecdsa_with_hash(&EC2, hash, b"message", b"signature");
                assert_eq!(verdict, invalid);
            }
            #[cfg(feature = "attestation")]
            assert_eq!(verifier.verify_rs1(&RSA, b"message", b"signature"), invalid);
        }
    }
}
