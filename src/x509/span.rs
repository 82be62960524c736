//! Values parsed from DER, together with their bytes.

use der::{AnyRef, Reader as _, SliceReader, Tag, Tagged as _};

/// Reads the next value, and returns it with its bytes: names are compared by them, and hashes and signatures cover
/// them. Splitting them off first would decode each header twice.
pub(super) fn spanned<'a, T>(
    reader: &mut SliceReader<'a>,
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<(&'a [u8], T)> {
    let mut start = reader.clone();
    let value = read(reader)?;
    let length = (reader.position() - start.position())?;
    Ok((start.read_slice(length)?, value))
}

/// Returns the content of the next value, which must have this type.
pub(super) fn content<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<&'a [u8]> {
    let value = reader.decode::<AnyRef<'a>>()?;
    value.tag().assert_eq(tag)?;
    Ok(value.value())
}

/// Reads a `BOOLEAN DEFAULT FALSE`. For TRUE, DER only allows the octet `ff`. Devices also write `01`, and an explicit
/// `FALSE`. Every octet except zero is TRUE, as in BER, so there is only one reading.
pub(super) fn boolean_or_false(reader: &mut SliceReader<'_>) -> der::Result<bool> {
    if reader.is_finished() || Tag::peek(reader)? != Tag::Boolean {
        return Ok(false);
    }
    match content(reader, Tag::Boolean)? {
        [octet] => Ok(*octet != 0),
        _ => Err(Tag::Boolean.length_error().into()),
    }
}
