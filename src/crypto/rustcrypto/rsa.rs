//! RSA: PKCS#1 v1.5 (RS256, RS384, RS512, and RS1 in TPM statements) and PSS (PS256, PS384, PS512).

use ::rsa::{BoxedUint, RsaPublicKey, pkcs1v15::Pkcs1v15Sign, traits::SignatureScheme as _};
use sha2::digest::{Digest, const_oid::AssociatedOid};

use crate::{
    cose::{InvalidKey, KeyParameters},
    crypto::SignatureError,
    limits::RSA_MODULUS_MAX_BITS,
};

/// A modulus that is too short is refused by `CoseKey::check_shape` already.
#[allow(deprecated, reason = "its successor is not in rc.18 and rc.19, with which others build")]
pub(super) fn key(n: &[u8], e: &[u8]) -> Result<RsaPublicKey, InvalidKey> {
    let (n, e) = (BoxedUint::from_be_slice_vartime(n), BoxedUint::from_be_slice_vartime(e));
    RsaPublicKey::new_with_max_size(n, e, RSA_MODULUS_MAX_BITS)
        .map_err(|_| InvalidKey::Value("modulus and exponent are no RSA key"))
}

/// A signature is as long as the modulus and below it; the padding is compared whole, not parsed.
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
