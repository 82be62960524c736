//! The encoding of points for libraries that take SEC 1.

use crate::cose::KeyParameters;

/// The largest encoded point: of P-384.
pub(super) const POINT_MAX: usize = 1 + 2 * 48;

/// The uncompressed point of SEC 1 §2.3.3: `0x04 | x | y`.
pub(super) fn uncompressed<'p>(
    key: &KeyParameters<'_>,
    point: &'p mut [u8; POINT_MAX],
) -> Option<&'p [u8]> {
    let KeyParameters::Ec2 { x, y, .. } = *key else { return None };
    if x.len() != y.len() {
        return None;
    }
    let (tag, coordinates) = point.split_first_mut()?;
    *tag = 4;
    coordinates.get_mut(..x.len())?.copy_from_slice(x);
    coordinates.get_mut(x.len()..)?.get_mut(..y.len())?.copy_from_slice(y);
    point.get(..x.len().checked_mul(2)?.checked_add(1)?)
}
