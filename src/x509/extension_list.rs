//! The list of a certificate's extensions. The lengths of lists in them are checked when they are parsed, so that later
//! loops over them need no other limit.

use alloc::vec::Vec;

use der::{AnyRef, Reader as _, SliceReader, Tag, asn1::SequenceRef, oid::ObjectIdentifierRef};

use super::{
    error::CertificateError,
    oid,
    span::{boolean_or_false, content},
};
use crate::limits::{
    CERTIFICATE_ALT_NAMES_MAX, CERTIFICATE_EXTENDED_KEY_USAGES_MAX, CERTIFICATE_EXTENSIONS_MAX,
    CERTIFICATE_SUBTREES_MAX,
};

/// An extension, borrowed from its certificate.
///
/// ```text
/// Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a ObjectIdentifierRef,
    pub(crate) critical: bool,
    /// The content of the octet string.
    pub(crate) value: &'a [u8],
}

/// `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`
pub(super) fn read_extensions(
    sequence: &SequenceRef,
) -> Result<Vec<Extension<'_>>, CertificateError> {
    let error = CertificateError::der("extensions");
    let mut reader = SliceReader::new(sequence.as_bytes()).map_err(&error)?;
    let mut extensions = Vec::new();
    while !reader.is_finished() {
        if extensions.len() == CERTIFICATE_EXTENSIONS_MAX {
            return Err(CertificateError::TooMany("extensions"));
        }
        let extension = Extension::read(&mut reader).map_err(&error)?;
        if extensions.iter().any(|earlier: &Extension<'_>| earlier.oid == extension.oid) {
            return Err(CertificateError::DuplicateExtension);
        }
        check_list(&extension)?;
        extensions.push(extension);
    }
    Ok(extensions)
}

impl<'a> Extension<'a> {
    fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        reader.sequence(|extension| {
            let oid = oid::read(extension)?;
            let critical = boolean_or_false(extension)?;
            let value = content(extension, Tag::OctetString)?;
            Ok(Self { oid, critical, value })
        })
    }
}

/// Checks the number of items in extensions that are lists.
///
/// A list that is not well-formed is counted up to where it is broken, because a reader cannot get any further.
fn check_list(extension: &Extension<'_>) -> Result<(), CertificateError> {
    let list = || items(extension.value).take(1).flat_map(items);
    let (count, max, what) = if *extension.oid == oid::SUBJECT_ALT_NAME {
        (at_most(list(), CERTIFICATE_ALT_NAMES_MAX), CERTIFICATE_ALT_NAMES_MAX, "alternative names")
    } else if *extension.oid == oid::NAME_CONSTRAINTS {
        let subtrees = list().flat_map(items);
        (at_most(subtrees, CERTIFICATE_SUBTREES_MAX), CERTIFICATE_SUBTREES_MAX, "subtrees")
    } else if *extension.oid == oid::EXTENDED_KEY_USAGE {
        let max = CERTIFICATE_EXTENDED_KEY_USAGES_MAX;
        (at_most(list(), max), max, "extended key usages")
    } else {
        return Ok(());
    };
    if count > max { Err(CertificateError::TooMany(what)) } else { Ok(()) }
}

/// Returns the number of items, or one more than the limit.
fn at_most<'a>(items: impl Iterator<Item = &'a [u8]>, max: usize) -> usize {
    items.take(max.saturating_add(1)).count()
}

/// Returns the content of each value, up to one that is not well-formed.
fn items(der: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut reader = SliceReader::new(der).ok();
    core::iter::from_fn(move || {
        let reader = reader.as_mut().filter(|reader| !reader.is_finished())?;
        reader.decode::<AnyRef<'_>>().ok().map(AnyRef::value)
    })
}
