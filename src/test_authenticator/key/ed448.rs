//! Ed448 key pairs.

use alloc::vec::Vec;

use coset::{CoseKeyBuilder, iana};
use ed448_goldilocks::{
    SigningKey, elliptic_curve::pkcs8::EncodePublicKey as _, signature::Signer as _,
};

use super::{KeyPair, TestAuthenticatorError, ed25519::okp};

pub(super) struct Ed448Pair(SigningKey);

impl Ed448Pair {
    pub(super) fn new(secret: &[u8]) -> Result<Self, TestAuthenticatorError> {
        SigningKey::try_from(secret).map(Self).map_err(|_| TestAuthenticatorError::Key)
    }
}

impl KeyPair for Ed448Pair {
    fn cose_key(&self) -> CoseKeyBuilder {
        okp(iana::EllipticCurve::Ed448, self.0.verifying_key().as_bytes())
    }

    fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let document = self.0.verifying_key().to_public_key_der();
        Ok(document.map_err(|_| TestAuthenticatorError::Key)?.into_vec())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        let signature = self.0.try_sign(message).map_err(|_| TestAuthenticatorError::Signing)?;
        Ok(signature.to_bytes().to_vec())
    }
}
