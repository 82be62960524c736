//! EdDSA on Ed448 (Ed448).

use ed448_goldilocks::{Signature, VerifyingKey, signature::Verifier as _};

use crate::{
    cose::{InvalidKey, KeyParameters},
    crypto::SignatureError,
};

/// Also rejects a key that is the sum of a valid one and a point of low order. No key is generated like that (RFC 8032
/// §5.2.5).
pub(super) fn key(x: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    let x = <&[u8; 57]>::try_from(x)
        .map_err(|_| InvalidKey::Value("the key does not have the length of its curve"))?;
    if !is_canonical(x) {
        return Err(InvalidKey::Value("the key is not canonical"));
    }
    VerifyingKey::from_bytes(x)
        .map_err(|_| InvalidKey::Value("the point is not on the curve or of low order"))
}

/// Returns whether y is below p = 2^448 - 2^224 - 1 (RFC 8032 §5.2.3), which `ed448-goldilocks` does not check when it
/// decodes, nor that seven bits are 0. Little-endian. The topmost bit is the sign of x.
fn is_canonical(point: &[u8; 57]) -> bool {
    let [y @ .., sign] = point;
    let (low, high) = y.split_at(28);
    // p is 28 bytes of 0xff, one of 0xfe and 27 of 0xff.
    let is_below_p = match high {
        [0xff, rest @ ..] if rest.iter().all(|byte| *byte == 0xff) => false,
        [0xfe, rest @ ..] if rest.iter().all(|byte| *byte == 0xff) => {
            low.iter().any(|byte| *byte != 0xff)
        }
        _ => true,
    };
    is_below_p && matches!(sign, 0 | 0x80)
}

/// Without cofactor, S < L, neither key nor R of low order or non-canonical, and without context.
pub(super) fn verify(
    parameters: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let KeyParameters::Okp { x, .. } = parameters else { return Err(SignatureError::Invalid) };
    let key = key(x).map_err(|_| SignatureError::Invalid)?;
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::Invalid)?;
    if !is_canonical(signature.r_bytes()) {
        return Err(SignatureError::Invalid);
    }
    key.verify(message, &signature).map_err(|_| SignatureError::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_points_have_a_y_below_p_and_seven_zero_bits() {
        let p = |change: &[(usize, u8)]| {
            let mut point = [0xff; 57];
            (point[28], point[56]) = (0xfe, 0);
            for (at, byte) in change {
                point[*at] = *byte;
            }
            is_canonical(&point)
        };
        // p itself, p + 2^224, and the highest number of 448 bits.
        assert!(!p(&[]));
        assert!(!p(&[(28, 0xff)]));
        assert!(!p(&[(28, 0xff), (0, 0)]));
        // Numbers that differ in one byte only, at either end of each half.
        for at in [0, 27, 28, 29, 55] {
            assert!(p(&[(at, 0xfd)]), "{at}");
        }
        for at in [29, 40, 55] {
            assert!(p(&[(28, 0xff), (at, 0xfe)]), "{at}");
        }
        assert!(is_canonical(&[0; 57]));
        let below = |sign| p(&[(0, 0xfe), (56, sign)]);
        assert!(below(0) && below(0x80));
        assert!(!below(1) && !below(0x40) && !below(0x81));
    }
}
