//! What is read from DER, together with its own bytes.

use der::{AnyRef, Reader as _, SliceReader, Tag, Tagged as _};

/// Reads what comes next, and tells the bytes that it was read from: names are compared by them, and hashes and
/// signatures cover them. To cut them out first and to read them then would decode each header twice.
pub(super) fn spanned<'a, T>(
    reader: &mut SliceReader<'a>,
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<(&'a [u8], T)> {
    let mut start = reader.clone();
    let value = read(reader)?;
    let length = (reader.position() - start.position())?;
    Ok((start.read_slice(length)?, value))
}

/// The content of the value that comes next, which has to be of this type.
pub(super) fn content<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<&'a [u8]> {
    let value = reader.decode::<AnyRef<'a>>()?;
    value.tag().assert_eq(tag)?;
    Ok(value.value())
}
