//! The numbers of the COSE registries that credential keys need. Those of algorithms are with [`Algorithm`].
//!
//! [`Algorithm`]: super::Algorithm

/// Elliptic curves (RFC 9053 §7.1, RFC 8812 §3.1).
pub(crate) mod curve {
    pub(crate) const P_256: i64 = 1;
    pub(crate) const P_384: i64 = 2;
    pub(crate) const P_521: i64 = 3;
    pub(crate) const ED25519: i64 = 6;
    pub(crate) const ED448: i64 = 7;
    pub(crate) const SECP256K1: i64 = 8;
}

/// Key types (RFC 9053 §7, RFC 8230 §4), and that of ML-DSA.
pub(super) mod key_type {
    pub(crate) const OKP: i64 = 1;
    pub(crate) const EC2: i64 = 2;
    pub(crate) const RSA: i64 = 3;
    pub(crate) const AKP: i64 = 7;
}

/// Labels that every key has (RFC 9052 §7.1).
pub(super) mod label {
    pub(crate) const KTY: i64 = 1;
    pub(crate) const ALG: i64 = 3;
}

#[cfg(test)]
mod tests {
    use coset::iana::{EllipticCurve, EnumI64 as _, KeyParameter, KeyType};

    use super::*;

    #[test]
    fn curves_and_key_types_are_those_of_the_iana_registry() {
        let curves = [
            (curve::P_256, EllipticCurve::P_256),
            (curve::P_384, EllipticCurve::P_384),
            (curve::P_521, EllipticCurve::P_521),
            (curve::ED25519, EllipticCurve::Ed25519),
            (curve::ED448, EllipticCurve::Ed448),
            (curve::SECP256K1, EllipticCurve::Secp256k1),
        ];
        for (ours, registry) in curves {
            assert_eq!(ours, registry.to_i64(), "{registry:?}");
        }
        let key_types = [
            (key_type::OKP, KeyType::OKP),
            (key_type::EC2, KeyType::EC2),
            (key_type::RSA, KeyType::RSA),
            (key_type::AKP, KeyType::AKP),
        ];
        for (ours, registry) in key_types {
            assert_eq!(ours, registry.to_i64(), "{registry:?}");
        }
        assert_eq!(label::KTY, KeyParameter::Kty.to_i64());
        assert_eq!(label::ALG, KeyParameter::Alg.to_i64());
    }
}
