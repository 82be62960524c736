//! ECDSA on P-256 with SHA-256 (ES256, ESP256).

use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
    elliptic_curve::sec1::Sec1Point,
};

use crate::{
    cose::{CoseKey, InvalidKey, KeyParameters},
    crypto::SignatureError,
};

pub(super) fn p256_key(key: &CoseKey<'_>) -> Result<VerifyingKey, InvalidKey> {
    let KeyParameters::Ec2 { x, y, .. } = key.parameters else {
        return Err(InvalidKey::Algorithm(key.algorithm));
    };
    let length = InvalidKey::Value("a coordinate has not the length of its curve");
    let x = <&[u8; 32]>::try_from(x).map_err(|_| length)?;
    let y = <&[u8; 32]>::try_from(y).map_err(|_| length)?;
    let point = Sec1Point::<p256::NistP256>::from_affine_coordinates(x.into(), y.into(), false);
    // Rejects x or y ≥ p and points off the curve; uncompressed, infinity cannot be written.
    VerifyingKey::from_sec1_point(&point)
        .map_err(|_| InvalidKey::Value("the point is not on the curve"))
}

/// Strict DER, r and s in 1..n; any s, since half of all authenticators' signatures have a high one.
pub(super) fn verify_p256(
    key: &CoseKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let key = p256_key(key).map_err(|_| SignatureError::Invalid)?;
    let signature = Signature::from_der(signature).map_err(|_| SignatureError::Invalid)?;
    key.verify(message, &signature).map_err(|_| SignatureError::Invalid)
}
