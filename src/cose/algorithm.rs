//! COSE algorithm identifiers.

use core::fmt;

use coset::iana::{self, EnumI64 as _};
use serde::{Deserialize, Serialize};

/// A COSE algorithm identifier, the `alg` of `pubKeyCredParams` (§5.8.5).
///
/// Any number is allowed, because a message may contain any. The [backend](crate::crypto::SignatureVerifier) decides
/// which ones can be verified, and the policy which ones are accepted.
///
/// ```
/// use relying_party::Algorithm;
/// assert_eq!(Algorithm::ES256.identifier(), -7);
/// assert_eq!(Algorithm::ES256.to_string(), "ES256");
/// assert_eq!(Algorithm::new(-4711).to_string(), "-4711");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Algorithm(i32);

/// One line per algorithm: its constant, its number, its name.
macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $identifier:literal;)*) => {
        // The constants are spelled as the IANA registry spells the names.
        #[allow(non_upper_case_globals)]
        impl Algorithm {
            $($(#[$doc])* pub const $name: Self = Self($identifier);)*

            /// Every algorithm that this crate knows.
            pub const KNOWN: &[Self] = &[$(Self::$name,)*];

            /// Returns the algorithm's name in the IANA registry, if this crate knows it.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($identifier => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

algorithms! {
    /// ECDSA on P-256 with SHA-256.
    ES256 = -7;
    /// `EdDSA`. In WebAuthn only on Ed25519.
    EdDSA = -8;
    /// ECDSA on P-256 with SHA-256, fully specified. The same as ES256.
    ESP256 = -9;
    /// `EdDSA` on Ed25519, fully specified. The same as [`EdDSA`](Self::EdDSA).
    Ed25519 = -19;
    /// ECDSA on P-384 with SHA-384.
    ES384 = -35;
    /// ECDSA on P-521 with SHA-512.
    ES512 = -36;
    /// RSASSA-PSS with SHA-256.
    PS256 = -37;
    /// RSASSA-PSS with SHA-384.
    PS384 = -38;
    /// RSASSA-PSS with SHA-512.
    PS512 = -39;
    /// ECDSA on secp256k1 with SHA-256.
    ES256K = -47;
    /// ML-DSA-44 (FIPS 204).
    ML_DSA_44 = -48;
    /// ML-DSA-65 (FIPS 204).
    ML_DSA_65 = -49;
    /// ML-DSA-87 (FIPS 204).
    ML_DSA_87 = -50;
    /// ECDSA on P-384 with SHA-384, fully specified. The same as ES384.
    ESP384 = -51;
    /// ECDSA on P-521 with SHA-512, fully specified. The same as ES512.
    ESP512 = -52;
    /// `EdDSA` on Ed448.
    Ed448 = -53;
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256 = -257;
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384 = -258;
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512 = -259;
    /// RSASSA-PKCS1-v1_5 with SHA-1. Only used in TPM attestation statements, and never offered.
    RS1 = -65535;
}

impl Algorithm {
    /// Creates the algorithm with that number.
    #[must_use]
    pub const fn new(identifier: i32) -> Self {
        Self(identifier)
    }

    /// Returns the algorithm's number.
    #[must_use]
    pub const fn identifier(self) -> i32 {
        self.0
    }

    /// Returns whether a credential may use this algorithm and `pubKeyCredParams` may offer it: it is known here, has
    /// rules for its keys, and is not broken. [`RS1`](Self::RS1) is never allowed, regardless of the verifier.
    ///
    /// ```
    /// use relying_party::Algorithm;
    /// assert!(Algorithm::ES384.is_for_credentials());
    /// assert!(!Algorithm::RS1.is_for_credentials());
    /// assert!(!Algorithm::new(-4711).is_for_credentials());
    /// ```
    #[must_use]
    pub fn is_for_credentials(self) -> bool {
        self.key_shape().is_some()
    }

    /// Returns the kind of key that the algorithm uses (§5.8.5, RFC 9053, RFC 9864). `None` if credentials cannot use
    /// the algorithm.
    pub(super) fn key_shape(self) -> Option<KeyShape> {
        let ec = |curve, size| Some(KeyShape::Ec2 { curve, size });
        let okp = |curve, size| Some(KeyShape::Okp { curve, size });
        match self {
            Self::ES256 | Self::ESP256 => ec(iana::EllipticCurve::P_256, 32),
            Self::ES384 | Self::ESP384 => ec(iana::EllipticCurve::P_384, 48),
            Self::ES512 | Self::ESP512 => ec(iana::EllipticCurve::P_521, 66),
            Self::ES256K => ec(iana::EllipticCurve::Secp256k1, 32),
            Self::EdDSA | Self::Ed25519 => okp(iana::EllipticCurve::Ed25519, 32),
            Self::Ed448 => okp(iana::EllipticCurve::Ed448, 57),
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => {
                Some(KeyShape::Rsa)
            }
            Self::ML_DSA_44 => Some(KeyShape::Akp { size: 1312 }),
            Self::ML_DSA_65 => Some(KeyShape::Akp { size: 1952 }),
            Self::ML_DSA_87 => Some(KeyShape::Akp { size: 2592 }),
            _ => None,
        }
    }
}

/// The key type, curve and length in bytes that an algorithm requires.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyShape {
    Ec2 { curve: iana::EllipticCurve, size: usize },
    Okp { curve: iana::EllipticCurve, size: usize },
    Rsa,
    Akp { size: usize },
}

impl KeyShape {
    pub(super) fn curve_is(curve: iana::EllipticCurve, found: i64) -> bool {
        curve.to_i64() == found
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Algorithm({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_iana_registry() {
        let registered = [
            (Algorithm::ES256, iana::Algorithm::ES256),
            (Algorithm::EdDSA, iana::Algorithm::EdDSA),
            (Algorithm::ESP256, iana::Algorithm::ESP256),
            (Algorithm::Ed25519, iana::Algorithm::Ed25519),
            (Algorithm::ES384, iana::Algorithm::ES384),
            (Algorithm::ES512, iana::Algorithm::ES512),
            (Algorithm::PS256, iana::Algorithm::PS256),
            (Algorithm::PS384, iana::Algorithm::PS384),
            (Algorithm::PS512, iana::Algorithm::PS512),
            (Algorithm::ES256K, iana::Algorithm::ES256K),
            (Algorithm::ML_DSA_44, iana::Algorithm::ML_DSA_44),
            (Algorithm::ML_DSA_65, iana::Algorithm::ML_DSA_65),
            (Algorithm::ML_DSA_87, iana::Algorithm::ML_DSA_87),
            (Algorithm::ESP384, iana::Algorithm::ESP384),
            (Algorithm::ESP512, iana::Algorithm::ESP512),
            (Algorithm::Ed448, iana::Algorithm::Ed448),
            (Algorithm::RS256, iana::Algorithm::RS256),
            (Algorithm::RS384, iana::Algorithm::RS384),
            (Algorithm::RS512, iana::Algorithm::RS512),
            (Algorithm::RS1, iana::Algorithm::RS1),
        ];
        for (ours, registry) in registered {
            assert_eq!(i64::from(ours.identifier()), registry.to_i64(), "{ours}");
            assert_eq!(ours.is_for_credentials(), ours != Algorithm::RS1, "{ours}");
        }
    }
}
