//! Checks that Ed25519 verification must make and libraries differ on (RFC 8032 §5.1.3, §5.1.7). They work on the
//! encodings, so that every backend has the same verdict, and before any arithmetic.

use crate::cose::InvalidKey;

/// Checks the encoding of a public key: canonical, and not of low order. The library checks whether it is on the curve.
pub(super) fn check_key(x: &[u8]) -> Result<&[u8; 32], InvalidKey> {
    let x = <&[u8; 32]>::try_from(x)
        .map_err(|_| InvalidKey::Value("the key does not have the length of its curve"))?;
    if !is_canonical(x) {
        return Err(InvalidKey::Value("the key is not canonical"));
    }
    if is_of_low_order(x) {
        return Err(InvalidKey::Value("the point is of low order"));
    }
    Ok(x)
}

/// Returns whether R, the first half of a signature, is allowed: not if it is of low order. No other check is needed,
/// because verification without cofactor recomputes R and compares encodings, and only a canonical encoding can be
/// equal.
pub(super) fn may_be_r(signature: &[u8]) -> bool {
    signature.first_chunk().is_some_and(|r| !is_of_low_order(r))
}

/// The topmost bit is the sign of x, the rest is y, little-endian.
const fn y(encoding: &[u8; 32]) -> [u8; 32] {
    let mut y = *encoding;
    y[31] &= 0x7f;
    y
}

/// Returns whether y is below p = 2^255 - 19.
fn is_canonical(encoding: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = y(encoding);
    lowest < 0xed || middle.iter().any(|byte| *byte != 0xff) || highest != 0x7f
}

/// Returns whether the point is one of the eight whose order divides the cofactor. They have five different y.
fn is_of_low_order(encoding: &[u8; 32]) -> bool {
    LOW_ORDER.contains(&y(encoding))
}

/// 1, -1, 0, and the two of order eight.
const LOW_ORDER: [[u8; 32]; 5] = [
    [
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
    [0; 32],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

#[cfg(test)]
mod tests {
    use ed25519_dalek::VerifyingKey;
    use proptest::prelude::*;

    use super::*;

    fn encodings() -> impl Iterator<Item = [u8; 32]> {
        LOW_ORDER.into_iter().flat_map(|y| {
            let mut negative = y;
            negative[31] |= 0x80;
            [y, negative]
        })
    }

    #[test]
    fn recognizes_every_point_of_low_order() {
        let points: alloc::vec::Vec<_> =
            encodings().filter_map(|encoding| VerifyingKey::from_bytes(&encoding).ok()).collect();
        assert!(points.iter().all(VerifyingKey::is_weak));
        // 1 and -1 have one point each, the others two. Some decoders accept 1 and -1 with either sign.
        assert!((8..=10).contains(&points.len()));
        assert!(encodings().all(|encoding| check_key(&encoding).is_err()));
        assert!(encodings().all(|encoding| !may_be_r(&encoding)));
    }

    #[test]
    fn y_must_be_below_p() {
        let mut encoding = [0xff; 32];
        for (lowest, canonical) in [(0xec, true), (0xed, false), (0xee, false), (0xff, false)] {
            encoding[0] = lowest;
            assert_eq!(is_canonical(&encoding), canonical);
        }
    }

    proptest! {
        #[test]
        fn points_are_judged_as_the_library_judges_them(bytes: [u8; 32]) {
            if let Ok(key) = VerifyingKey::from_bytes(&bytes) {
                prop_assert_eq!(is_of_low_order(&bytes), key.is_weak());
            }
        }
    }
}
