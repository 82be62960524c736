//! EdDSA on Ed25519 (EdDSA, Ed25519).

use ed25519_dalek::{Signature, VerifyingKey};

use crate::{
    cose::{InvalidKey, KeyParameters},
    crypto::SignatureError,
};

pub(super) fn key(x: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    let x = <&[u8; 32]>::try_from(x)
        .map_err(|_| InvalidKey::Value("the key has not the length of its curve"))?;
    if !is_canonical(x) {
        return Err(InvalidKey::Value("the key is not canonical"));
    }
    let key = VerifyingKey::from_bytes(x)
        .map_err(|_| InvalidKey::Value("the point is not on the curve"))?;
    if key.is_weak() {
        return Err(InvalidKey::Value("the point is of low order"));
    }
    Ok(key)
}

/// Whether y is below p = 2^255 - 19 (RFC 8032 §5.1.3), which the decoding in `ed25519-dalek` does not ask. Little-endian; the
/// uppermost bit is the sign of x.
fn is_canonical([lowest, middle @ .., highest]: &[u8; 32]) -> bool {
    *lowest < 0xed || middle.iter().any(|byte| *byte != 0xff) || highest & 0x7f != 0x7f
}

/// Without cofactor, S < L, neither key nor R of low order.
pub(super) fn verify(
    parameters: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let KeyParameters::Okp { x, .. } = parameters else { return Err(SignatureError::Invalid) };
    let key = key(x).map_err(|_| SignatureError::Invalid)?;
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::Invalid)?;
    key.verify_strict(message, &signature).map_err(|_| SignatureError::Invalid)
}
