//! ECDSA on every curve (ES256, ES384, ES512, ES256K and the fully specified ESP256, ESP384, ESP512).

use ::ecdsa::{
    EcdsaCurve, Signature, SignatureSize, VerifyingKey,
    der::{MaxOverhead, MaxSize},
    elliptic_curve::{
        AffinePoint, CurveArithmetic, FieldBytes, FieldBytesSize,
        array::ArraySize,
        sec1::{FromSec1Point, ModulusSize, Sec1Point, ToSec1Point},
    },
    signature::hazmat::PrehashVerifier as _,
};
use core::ops::Add;
use p256::NistP256;

use crate::{
    cose::{Algorithm, InvalidKey, KeyParameters},
    crypto::SignatureError,
};

fn key<C>(key: &KeyParameters<'_>) -> Result<VerifyingKey<C>, InvalidKey>
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let KeyParameters::Ec2 { x, y, .. } = *key else {
        return Err(InvalidKey::Value("the key is not on an elliptic curve"));
    };
    let length = InvalidKey::Value("a coordinate does not have the length of its curve");
    let x = <&FieldBytes<C>>::try_from(x).map_err(|_| length)?;
    let y = <&FieldBytes<C>>::try_from(y).map_err(|_| length)?;
    let point = Sec1Point::<C>::from_affine_coordinates(x, y, false);
    // Rejects x or y ≥ p and points off the curve. The uncompressed form cannot encode infinity. All these curves have
    // prime order, so no point on them has a lower one.
    VerifyingKey::from_sec1_point(&point)
        .map_err(|_| InvalidKey::Value("the point is not on the curve"))
}

/// Strict DER, r and s in 1..n; any s, because half of all signatures by authenticators have a high one.
pub(super) fn verify<C>(
    parameters: &KeyParameters<'_>,
    hash: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError>
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
    SignatureSize<C>: ArraySize,
    MaxSize<C>: ArraySize,
    <FieldBytesSize<C> as Add>::Output: Add<MaxOverhead> + ArraySize,
{
    let key = key::<C>(parameters).map_err(|_| SignatureError::Invalid)?;
    let mut signature = Signature::<C>::from_der(signature).map_err(|_| SignatureError::Invalid)?;
    // `k256` rejects a high s, as Bitcoin requires, but WebAuthn does not.
    if C::NORMALIZE_S {
        signature = signature.normalize_s();
    }
    key.verify_prehash(hash, &signature).map_err(|_| SignatureError::Invalid)
}

pub(super) fn check_key(parameters: &KeyParameters<'_>) -> Result<(), InvalidKey> {
    match parameters.ecdsa_algorithm() {
        Some(Algorithm::ES256) => key::<NistP256>(parameters).map(drop),
        #[cfg(feature = "es384")]
        Some(Algorithm::ES384) => key::<p384::NistP384>(parameters).map(drop),
        #[cfg(feature = "es512")]
        Some(Algorithm::ES512) => key::<p521::NistP521>(parameters).map(drop),
        #[cfg(feature = "es256k")]
        Some(Algorithm::ES256K) => key::<k256::Secp256k1>(parameters).map(drop),
        _ => Err(InvalidKey::Value("the curve is not supported")),
    }
}

/// Verifies a signature over a hash of any length, truncated to the curve's order (FIPS 186-5 §6.4).
pub(super) fn verify_on_its_curve(
    parameters: &KeyParameters<'_>,
    hash: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    match parameters.ecdsa_algorithm() {
        Some(Algorithm::ES256) => verify::<NistP256>(parameters, hash, signature),
        #[cfg(feature = "es384")]
        Some(Algorithm::ES384) => verify::<p384::NistP384>(parameters, hash, signature),
        #[cfg(feature = "es512")]
        Some(Algorithm::ES512) => verify::<p521::NistP521>(parameters, hash, signature),
        #[cfg(feature = "es256k")]
        Some(Algorithm::ES256K) => verify::<k256::Secp256k1>(parameters, hash, signature),
        _ => Err(SignatureError::UnsupportedAlgorithm),
    }
}
