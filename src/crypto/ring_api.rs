//! Verification with `ring` and with `aws-lc-rs`, which has the same interface.

/// A backend with a library that has this interface.
macro_rules! ring_api {
    ($(#[$doc:meta])* $backend:ident, $library:ident) => {
        use $library::signature::{
            self, EcdsaVerificationAlgorithm, RsaParameters, RsaPublicKeyComponents,
            UnparsedPublicKey,
        };

        use super::{
            HashFunction, SignatureError, SignatureVerifier, accelerated, ed25519,
            point::{POINT_MAX, uncompressed},
        };
        use crate::cose::{Algorithm, CoseKey, InvalidKey, KeyParameters};

        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $backend;

        impl $backend {
            /// The algorithms that it supports with the enabled features.
            pub const ALGORITHMS: &[Algorithm] = accelerated::ALGORITHMS;
        }

        impl SignatureVerifier for $backend {
            fn supports(&self, algorithm: Algorithm) -> bool {
                Self::ALGORITHMS.contains(&algorithm)
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
                let ecdsa = |with| ecdsa(with, &key.parameters, message, signature);
                let rsa = |with| rsa(with, &key.parameters, message, signature);
                match key.algorithm {
                    Algorithm::ES256 | Algorithm::ESP256 => ecdsa(&signature::ECDSA_P256_SHA256_ASN1),
                    Algorithm::EdDSA | Algorithm::Ed25519 => eddsa(&key.parameters, message, signature),
                    Algorithm::RS256 => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
                    #[cfg(feature = "es384")]
                    Algorithm::ES384 | Algorithm::ESP384 => ecdsa(&signature::ECDSA_P384_SHA384_ASN1),
                    #[cfg(feature = "rsa-all")]
                    Algorithm::RS384 => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
                    #[cfg(feature = "rsa-all")]
                    Algorithm::RS512 => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
                    #[cfg(feature = "rsa-all")]
                    Algorithm::PS256 => rsa(&signature::RSA_PSS_2048_8192_SHA256),
                    #[cfg(feature = "rsa-all")]
                    Algorithm::PS384 => rsa(&signature::RSA_PSS_2048_8192_SHA384),
                    #[cfg(feature = "rsa-all")]
                    Algorithm::PS512 => rsa(&signature::RSA_PSS_2048_8192_SHA512),
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
                let ecdsa = |with| ecdsa(with, key, message, signature);
                match (key.ecdsa_algorithm(), hash) {
                    (Some(Algorithm::ES256), HashFunction::Sha256) => {
                        ecdsa(&signature::ECDSA_P256_SHA256_ASN1)
                    }
                    (Some(Algorithm::ES256), HashFunction::Sha384) => {
                        ecdsa(&signature::ECDSA_P256_SHA384_ASN1)
                    }
                    #[cfg(feature = "es384")]
                    (Some(Algorithm::ES384), HashFunction::Sha256) => {
                        ecdsa(&signature::ECDSA_P384_SHA256_ASN1)
                    }
                    #[cfg(feature = "es384")]
                    (Some(Algorithm::ES384), HashFunction::Sha384) => {
                        ecdsa(&signature::ECDSA_P384_SHA384_ASN1)
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
                // The rules for the key are those of RS256.
                CoseKey { algorithm: Algorithm::RS256, parameters: *key }
                    .check_shape()
                    .map_err(|_| SignatureError::Invalid)?;
                rsa(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key, message, signature)
            }
        }

        /// Strict DER, r and s in 1..n. The library rejects points off the curve.
        fn ecdsa(
            with: &'static EcdsaVerificationAlgorithm,
            key: &KeyParameters<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            let mut point = [0; POINT_MAX];
            let point = uncompressed(key, &mut point).ok_or(SignatureError::Invalid)?;
            let key = UnparsedPublicKey::new(with, point);
            key.verify(message, signature).map_err(|_| SignatureError::Invalid)
        }

        /// Without cofactor, S < L. Neither key nor R is of low order, which the library does not check.
        fn eddsa(
            key: &KeyParameters<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            let KeyParameters::Okp { x, .. } = key else { return Err(SignatureError::Invalid) };
            let x = ed25519::check_key(x).map_err(|_| SignatureError::Invalid)?;
            if !ed25519::may_be_r(signature) {
                return Err(SignatureError::Invalid);
            }
            let key = UnparsedPublicKey::new(&signature::ED25519, x);
            key.verify(message, signature).map_err(|_| SignatureError::Invalid)
        }

        /// A signature is as long as the modulus and less than it. A salt is as long as the hash.
        fn rsa(
            with: &'static RsaParameters,
            key: &KeyParameters<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            let KeyParameters::Rsa { n, e } = *key else { return Err(SignatureError::Invalid) };
            let key = RsaPublicKeyComponents { n, e };
            key.verify(with, message, signature).map_err(|_| SignatureError::Invalid)
        }
    };
}

pub(super) use ring_api;
