//! ML-DSA key pairs.

use alloc::vec::Vec;

use coset::{CoseKeyBuilder, iana, iana::EnumI64 as _};
use ml_dsa::{
    MlDsaParams, Signature, SigningKey, VerifyingKey,
    pkcs8::EncodePublicKey,
    signature::{Keypair as _, SignatureEncoding as _, Signer as _},
};

use super::{KeyPair, TestAuthenticatorError};

pub(super) struct MlDsaPair<P: MlDsaParams>(SigningKey<P>);

impl<P: MlDsaParams> MlDsaPair<P> {
    pub(super) fn new(seed: &[u8]) -> Result<Self, TestAuthenticatorError> {
        let seed = seed.try_into().map_err(|_| TestAuthenticatorError::Key)?;
        Ok(Self(SigningKey::from_seed(&seed)))
    }
}

impl<P> KeyPair for MlDsaPair<P>
where
    P: MlDsaParams + Send + Sync,
    VerifyingKey<P>: EncodePublicKey,
{
    fn cose_key(&self) -> CoseKeyBuilder {
        CoseKeyBuilder::new().key_type(iana::KeyType::AKP).param(
            iana::AkpKeyParameter::Pub.to_i64(),
            self.0.verifying_key().encode().to_vec().into(),
        )
    }

    fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let document = self.0.verifying_key().to_public_key_der();
        Ok(document.map_err(|_| TestAuthenticatorError::Key)?.into_vec())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        let signature: Signature<P> =
            self.0.try_sign(message).map_err(|_| TestAuthenticatorError::Signing)?;
        Ok(signature.to_vec())
    }
}
