//! ECDSA key pairs on any curve.

use alloc::vec::Vec;
use core::ops::Add;

use coset::{CoseKeyBuilder, iana};
use ecdsa::{
    EcdsaCurve, Signature, SignatureSize, SigningKey, VerifyingKey,
    der::{MaxOverhead, MaxSize},
    elliptic_curve::{
        AffinePoint, CurveArithmetic, FieldBytesSize, Scalar,
        array::ArraySize,
        ops::Invert,
        sec1::{FromSec1Point, ModulusSize, ToSec1Point},
        subtle::CtOption,
    },
    signature::Signer,
};
use p256::pkcs8::EncodePublicKey;

use super::{KeyPair, TestAuthenticatorError};

pub(super) struct EcdsaPair<C>
where
    C: EcdsaCurve + CurveArithmetic,
    Scalar<C>: Invert<Output = CtOption<Scalar<C>>>,
    SignatureSize<C>: ArraySize,
{
    curve: iana::EllipticCurve,
    key: SigningKey<C>,
}

impl<C> EcdsaPair<C>
where
    C: EcdsaCurve + CurveArithmetic,
    Scalar<C>: Invert<Output = CtOption<Scalar<C>>>,
    SignatureSize<C>: ArraySize,
{
    pub(super) fn new(
        curve: iana::EllipticCurve,
        secret: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        let key = SigningKey::from_slice(secret).map_err(|_| TestAuthenticatorError::Key)?;
        Ok(Self { curve, key })
    }
}

impl<C> KeyPair for EcdsaPair<C>
where
    C: EcdsaCurve + CurveArithmetic,
    Scalar<C>: Invert<Output = CtOption<Scalar<C>>>,
    SignatureSize<C>: ArraySize,
    SigningKey<C>: Signer<Signature<C>>,
    VerifyingKey<C>: EncodePublicKey,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
    MaxSize<C>: ArraySize,
    <FieldBytesSize<C> as Add>::Output: Add<MaxOverhead> + ArraySize,
{
    fn cose_key(&self) -> CoseKeyBuilder {
        let point = self.key.verifying_key().to_sec1_point(false);
        CoseKeyBuilder::new_ec2_pub_key(
            self.curve,
            point.x().map(|x| x.to_vec()).unwrap_or_default(),
            point.y().map(|y| y.to_vec()).unwrap_or_default(),
        )
    }

    fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let document = self.key.verifying_key().to_public_key_der();
        Ok(document.map_err(|_| TestAuthenticatorError::Key)?.into_vec())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        let signature: Signature<C> =
            self.key.try_sign(message).map_err(|_| TestAuthenticatorError::Signing)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }
}
