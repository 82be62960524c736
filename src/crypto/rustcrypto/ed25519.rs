//! EdDSA on Ed25519 (EdDSA, Ed25519).

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

use crate::{
    cose::{InvalidKey, KeyParameters},
    crypto::{SignatureError, ed25519},
};

pub(super) fn key(x: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    VerifyingKey::from_bytes(ed25519::check_key(x)?)
        .map_err(|_| InvalidKey::Value("the point is not on the curve"))
}

/// Without cofactor, S < L, neither key nor R of low order: this is what `verify_strict` checks. It also decodes R.
pub(super) fn verify(
    parameters: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let KeyParameters::Okp { x, .. } = parameters else { return Err(SignatureError::Invalid) };
    let key = key(x).map_err(|_| SignatureError::Invalid)?;
    if !ed25519::may_be_r(signature) {
        return Err(SignatureError::Invalid);
    }
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::Invalid)?;
    key.verify(message, &signature).map_err(|_| SignatureError::Invalid)
}
