//! RSA: PKCS#1 v1.5 (RS256, RS384, RS512, and RS1 in TPM statements) and PSS (PS256, PS384, PS512).

use ::rsa::{BoxedUint, PublicKey, pkcs1v15::Pkcs1v15Sign, traits::SignatureScheme as _};
use sha2::digest::{Digest, const_oid::AssociatedOid};

use crate::{
    cose::{InvalidKey, KeyParameters},
    crypto::SignatureError,
    limits::RSA_MODULUS_MAX_BITS,
};

/// `CoseKey::check_shape` has already rejected moduli that are too short.
#[allow(
    deprecated,
    reason = "its successor is missing in rc.18 and rc.19, which others build with"
)]
pub(super) fn key(n: &[u8], e: &[u8]) -> Result<PublicKey, InvalidKey> {
    let (n, e) = (BoxedUint::from_be_slice_vartime(n), BoxedUint::from_be_slice_vartime(e));
    PublicKey::new_with_max_size(n, e, RSA_MODULUS_MAX_BITS)
        .map_err(|_| InvalidKey::Value("modulus and exponent are not an RSA key"))
}

/// A signature is as long as the modulus and less than it. The padding is compared as a whole, not parsed.
pub(super) fn verify_pkcs1<D: Digest + AssociatedOid>(
    parameters: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let KeyParameters::Rsa { n, e } = parameters else { return Err(SignatureError::Invalid) };
    let key = key(n, e).map_err(|_| SignatureError::Invalid)?;
    Pkcs1v15Sign::new::<D>()
        .verify(&key, &D::digest(message), signature)
        .map_err(|_| SignatureError::Invalid)
}

/// MGF1 with the same hash function, and a salt of its length (RFC 8230 §2).
#[cfg(feature = "rsa-all")]
pub(super) fn verify_pss<D: Digest + sha2::digest::FixedOutputReset>(
    parameters: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let KeyParameters::Rsa { n, e } = parameters else { return Err(SignatureError::Invalid) };
    let key = key(n, e).map_err(|_| SignatureError::Invalid)?;
    ::rsa::pss::Pss::<D>::new()
        .verify(&key, &<D as Digest>::digest(message), signature)
        .map_err(|_| SignatureError::Invalid)
}

#[cfg(feature = "attestation")]
#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::crypto::{RustCrypto, SignatureVerifier as _};

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.bytes().filter(u8::is_ascii_hexdigit).collect::<Vec<_>>();
        let byte = |pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    }

    /// Created with `openssl genrsa 1024` and `openssl dgst -sha1 -sign`.
    const MODULUS: &str = "
        c441e0f5258b1034e2ec6244bf1118d0a223d7616e4818bb601a6f7037aec537
        0f1245f5e3db7f9fabd088715f3521e84b9a85500d00c2411f133439efba22ff
        9523dcc73935623d159efc4cdc0e14b0d19b8e79cc52d9246c7609f2c5a4c6b0
        c73fc7f93f71559752055217bc901854803ec74e39f6c589414bf36f99193f2f";
    const SIGNATURE: &str = "
        6a9ba00c3abde158d96d48bb6c47b96d145e9d861208a00c193d9e0a33241b55
        273d897946592327e9fe0c17fa744ba6129bd5aeb22f921b1e6ba4eb58a401fa
        594573fb43b3eaa990067a4c90e005ad61872363953c332ede2778853d698a31
        915e33c26fd54f3897fe3c13c87931804cf584a470d305880cf0a99d8c3281ab";

    /// The only thing wrong with it is the size of the key.
    #[test]
    fn rsa_with_sha1_has_the_same_rules_for_the_key() {
        let (n, signature) = (bytes(MODULUS), bytes(SIGNATURE));
        let key = KeyParameters::Rsa { n: &n, e: &[1, 0, 1] };
        assert_eq!(verify_pkcs1::<sha1::Sha1>(&key, b"message", &signature), Ok(()));
        let verdict = RustCrypto.verify_rs1(&key, b"message", &signature);
        assert_eq!(verdict, Err(SignatureError::Invalid));
    }
}
