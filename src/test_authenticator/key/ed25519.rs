//! Ed25519 key pairs.

use alloc::vec::Vec;

use coset::{CoseKeyBuilder, iana, iana::EnumI64 as _};
use ed25519_dalek::{Signer as _, SigningKey, pkcs8::EncodePublicKey as _};

use super::{KeyPair, TestAuthenticatorError};

pub(super) struct Ed25519Pair(SigningKey);

impl Ed25519Pair {
    pub(super) fn new(secret: &[u8]) -> Result<Self, TestAuthenticatorError> {
        SigningKey::try_from(secret).map(Self).map_err(|_| TestAuthenticatorError::Key)
    }
}

impl KeyPair for Ed25519Pair {
    fn cose_key(&self) -> CoseKeyBuilder {
        okp(iana::EllipticCurve::Ed25519, self.0.verifying_key().as_bytes())
    }

    fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let document = self.0.verifying_key().to_public_key_der();
        Ok(document.map_err(|_| TestAuthenticatorError::Key)?.into_vec())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        let signature = self.0.try_sign(message).map_err(|_| TestAuthenticatorError::Signing)?;
        Ok(signature.to_vec())
    }
}

/// The public key of an octet key pair.
pub(super) fn okp(curve: iana::EllipticCurve, x: &[u8]) -> CoseKeyBuilder {
    CoseKeyBuilder::new_okp_key()
        .param(iana::OkpKeyParameter::Crv.to_i64(), curve.to_i64().into())
        .param(iana::OkpKeyParameter::X.to_i64(), x.to_vec().into())
}
