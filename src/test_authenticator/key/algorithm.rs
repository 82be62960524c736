//! The algorithms of the test authenticator, and how to create a key for each.

use alloc::sync::Arc;

use coset::iana;
use sha2::Sha256;
#[cfg(feature = "rsa-all")]
use sha2::{Sha384, Sha512};

use super::{KeyPair, ecdsa::EcdsaPair, ed25519::Ed25519Pair, rsa};
use crate::test_authenticator::TestAuthenticatorError;

/// One line per algorithm: its variant, its number, its name in the IANA registry.
macro_rules! algorithms {
    ($($(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $name:ident = $id:literal $iana:ident;)*) => {
        /// A signature algorithm of the test authenticator, named as in the IANA COSE registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum TestAlgorithm {
            $($(#[doc = $doc])* $(#[cfg($cfg)])? $name,)*
        }

        impl TestAlgorithm {
            /// All algorithms that the test authenticator supports with the enabled features.
            pub const ALL: &[Self] = &[$($(#[cfg($cfg)])? Self::$name,)*];

            /// The COSE algorithm identifier.
            #[must_use]
            pub const fn id(self) -> i64 {
                match self {
                    $($(#[cfg($cfg)])? Self::$name => $id,)*
                }
            }

            pub(crate) const fn iana(self) -> iana::Algorithm {
                match self {
                    $($(#[cfg($cfg)])? Self::$name => iana::Algorithm::$iana,)*
                }
            }
        }
    };
}

algorithms! {
    /// ECDSA on P-256 with SHA-256 (-7); nonces by RFC 6979, signatures in DER.
    Es256 = -7 ES256;
    /// The same under its fully specified name (-9).
    Esp256 = -9 ESP256;
    /// Ed25519 under the polymorphic name (-8).
    EdDsa = -8 EdDSA;
    /// Ed25519 under its own name (-19).
    Ed25519 = -19 Ed25519;
    /// RSASSA-PKCS1-v1_5 with SHA-256 (-257), 2048 bits. The key is one of two that are public.
    Rs256 = -257 RS256;
    /// ECDSA on P-384 with SHA-384 (-35).
    #[cfg(feature = "es384")]
    Es384 = -35 ES384;
    /// The same under its fully specified name (-51).
    #[cfg(feature = "es384")]
    Esp384 = -51 ESP384;
    /// ECDSA on P-521 with SHA-512 (-36).
    #[cfg(feature = "es512")]
    Es512 = -36 ES512;
    /// The same under its fully specified name (-52).
    #[cfg(feature = "es512")]
    Esp512 = -52 ESP512;
    /// ECDSA on secp256k1 with SHA-256 (-47); s is always low.
    #[cfg(feature = "es256k")]
    Es256K = -47 ES256K;
    /// Ed448 (-53).
    #[cfg(feature = "ed448")]
    Ed448 = -53 Ed448;
    /// RSASSA-PKCS1-v1_5 with SHA-384 (-258), with the keys of RS256.
    #[cfg(feature = "rsa-all")]
    Rs384 = -258 RS384;
    /// RSASSA-PKCS1-v1_5 with SHA-512 (-259), with the keys of RS256.
    #[cfg(feature = "rsa-all")]
    Rs512 = -259 RS512;
    /// RSASSA-PSS with SHA-256 (-37), with the keys of RS256. The salt is derived from the message.
    #[cfg(feature = "rsa-all")]
    Ps256 = -37 PS256;
    /// RSASSA-PSS with SHA-384 (-38), like PS256.
    #[cfg(feature = "rsa-all")]
    Ps384 = -38 PS384;
    /// RSASSA-PSS with SHA-512 (-39), like PS256.
    #[cfg(feature = "rsa-all")]
    Ps512 = -39 PS512;
    /// ML-DSA-44 (-48), in its deterministic variant.
    #[cfg(feature = "ml-dsa")]
    MlDsa44 = -48 ML_DSA_44;
    /// ML-DSA-65 (-49), in its deterministic variant.
    #[cfg(feature = "ml-dsa")]
    MlDsa65 = -49 ML_DSA_65;
    /// ML-DSA-87 (-50), in its deterministic variant.
    #[cfg(feature = "ml-dsa")]
    MlDsa87 = -50 ML_DSA_87;
}

impl TestAlgorithm {
    pub(super) const fn is_rsa(self) -> bool {
        match self {
            Self::Rs256 => true,
            #[cfg(feature = "rsa-all")]
            Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => true,
            _ => false,
        }
    }

    /// The purpose for which a secret is derived, and its length.
    pub(super) const fn secret(self) -> (&'static str, usize) {
        match self {
            Self::Es256 | Self::Esp256 => ("P-256 key", 32),
            Self::EdDsa | Self::Ed25519 => ("Ed25519 key", 32),
            #[cfg(feature = "es384")]
            Self::Es384 | Self::Esp384 => ("P-384 key", 48),
            #[cfg(feature = "es512")]
            Self::Es512 | Self::Esp512 => ("P-521 key", 66),
            #[cfg(feature = "es256k")]
            Self::Es256K => ("secp256k1 key", 32),
            #[cfg(feature = "ed448")]
            Self::Ed448 => ("Ed448 key", 57),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => ("ML-DSA key", 32),
            _ => ("RSA key", 1),
        }
    }

    /// Clears the bits of a random secret beyond the 521 bits of P-521.
    pub(super) fn clear_unused_bits(self, secret: &mut [u8]) {
        if let (66, Some(highest)) = (self.secret().1, secret.first_mut()) {
            *highest &= 1;
        }
    }

    pub(super) fn key_pair(
        self,
        secret: &[u8],
    ) -> Result<Arc<dyn KeyPair>, TestAuthenticatorError> {
        use iana::EllipticCurve;
        Ok(match self {
            Self::Es256 | Self::Esp256 => {
                Arc::new(EcdsaPair::<p256::NistP256>::new(EllipticCurve::P_256, secret)?)
            }
            Self::EdDsa | Self::Ed25519 => Arc::new(Ed25519Pair::new(secret)?),
            #[cfg(feature = "es384")]
            Self::Es384 | Self::Esp384 => {
                Arc::new(EcdsaPair::<p384::NistP384>::new(EllipticCurve::P_384, secret)?)
            }
            #[cfg(feature = "es512")]
            Self::Es512 | Self::Esp512 => {
                Arc::new(EcdsaPair::<p521::NistP521>::new(EllipticCurve::P_521, secret)?)
            }
            #[cfg(feature = "es256k")]
            Self::Es256K => {
                Arc::new(EcdsaPair::<k256::Secp256k1>::new(EllipticCurve::Secp256k1, secret)?)
            }
            #[cfg(feature = "ed448")]
            Self::Ed448 => Arc::new(super::ed448::Ed448Pair::new(secret)?),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa44 => Arc::new(super::ml_dsa::MlDsaPair::<ml_dsa::MlDsa44>::new(secret)?),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa65 => Arc::new(super::ml_dsa::MlDsaPair::<ml_dsa::MlDsa65>::new(secret)?),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsa87 => Arc::new(super::ml_dsa::MlDsaPair::<ml_dsa::MlDsa87>::new(secret)?),
            // Only the RSA algorithms remain.
            _ => return Err(TestAuthenticatorError::Key),
        })
    }

    pub(super) fn rsa_key_pair(
        self,
        p: &[u8],
        q: &[u8],
    ) -> Result<Arc<dyn KeyPair>, TestAuthenticatorError> {
        Ok(match self {
            Self::Rs256 => Arc::new(rsa::Pkcs1Pair::<Sha256>::new(p, q)?),
            #[cfg(feature = "rsa-all")]
            Self::Rs384 => Arc::new(rsa::Pkcs1Pair::<Sha384>::new(p, q)?),
            #[cfg(feature = "rsa-all")]
            Self::Rs512 => Arc::new(rsa::Pkcs1Pair::<Sha512>::new(p, q)?),
            #[cfg(feature = "rsa-all")]
            Self::Ps256 => Arc::new(rsa::PssPair::<Sha256>::new(p, q)?),
            #[cfg(feature = "rsa-all")]
            Self::Ps384 => Arc::new(rsa::PssPair::<Sha384>::new(p, q)?),
            #[cfg(feature = "rsa-all")]
            Self::Ps512 => Arc::new(rsa::PssPair::<Sha512>::new(p, q)?),
            _ => return Err(TestAuthenticatorError::Key),
        })
    }
}
