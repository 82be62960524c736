//! RSASSA-PKCS1-v1_5 with SHA-256 (RS256).

use rsa::{BoxedUint, RsaPublicKey, pkcs1v15::Pkcs1v15Sign, traits::SignatureScheme as _};
use sha2::{Digest as _, Sha256};

use crate::{
    cose::{CoseKey, InvalidKey, KeyParameters},
    crypto::SignatureError,
    limits::RSA_MODULUS_MAX_BITS,
};

/// A modulus that is too short is refused by [`CoseKey::check_shape`] already.
#[allow(deprecated, reason = "its successor is not in rc.18 and rc.19, with which others build")]
pub(super) fn key(key: &CoseKey<'_>) -> Result<RsaPublicKey, InvalidKey> {
    let KeyParameters::Rsa { n, e } = key.parameters else {
        return Err(InvalidKey::Algorithm(key.algorithm));
    };
    let (n, e) = (BoxedUint::from_be_slice_vartime(n), BoxedUint::from_be_slice_vartime(e));
    RsaPublicKey::new_with_max_size(n, e, RSA_MODULUS_MAX_BITS)
        .map_err(|_| InvalidKey::Value("modulus and exponent are no RSA key"))
}

/// A signature is as long as the modulus; the padding is compared whole, not parsed.
pub(super) fn verify_pkcs1_sha256(
    cose_key: &CoseKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let key = key(cose_key).map_err(|_| SignatureError::Invalid)?;
    let hash = Sha256::digest(message);
    let scheme = Pkcs1v15Sign::new::<Sha256>();
    scheme.verify(&key, &hash, signature).map_err(|_| SignatureError::Invalid)
}
