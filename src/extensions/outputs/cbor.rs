//! Parses authenticator extension outputs: the CBOR map in the signed authenticator data.

use alloc::vec::Vec;

use super::Rest;
use crate::{
    cbor::{Item, Reader},
    extensions::{Blob, CredentialProtection, UvmEntry},
};

/// Passes each output to `take`, as for client outputs. The map is known to be well-formed because the authenticator
/// data have been parsed.
pub(super) fn read<'a>(
    map: &'a [u8],
    mut take: impl FnMut(&str, Value<'a>) -> Option<bool>,
) -> Rest<Vec<u8>> {
    let mut rest = Rest::default();
    // The map is well-formed, so the reader cannot fail.
    let _ = Reader::new(map, "extension data").text_map(|name, reader| {
        let value = Value(reader.raw()?);
        match take(name, value) {
            Some(true) => {}
            Some(false) => rest.unreadable.push(name, value.0.into()),
            None => rest.other.push(name, value.0.into()),
        }
        Ok(())
    });
    rest
}

/// An output, as the bytes that encode it.
#[derive(Clone, Copy)]
pub(super) struct Value<'a>(&'a [u8]);

impl<'a> Value<'a> {
    fn reader(self) -> Reader<'a> {
        Reader::new(self.0, "extension output")
    }

    fn item(self) -> Option<Item<'a>> {
        self.reader().item().ok()
    }

    pub(super) fn bool(self) -> Option<bool> {
        match self.item()? {
            Item::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn unsigned(self) -> Option<u64> {
        match self.item()? {
            Item::Unsigned(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn bytes(self) -> Option<Blob> {
        match self.item()? {
            Item::Bytes(value) => Some(Blob::from(value)),
            _ => None,
        }
    }

    pub(super) fn protection(self) -> Option<CredentialProtection> {
        CredentialProtection::from_level(self.unsigned()?)
    }

    /// `uvmAuthenticatorOutput = [ 1*3 [ uint .size 4, uint .size 2, uint .size 2 ] ]`
    pub(super) fn uvm(self) -> Option<Vec<UvmEntry>> {
        let mut reader = self.reader();
        let Item::Array(size @ 1..=3) = reader.item().ok()? else { return None };
        let mut entries = Vec::with_capacity(size);
        for _ in 0..size {
            let Item::Array(3) = reader.item().ok()? else { return None };
            let mut number = || reader.integer().ok().and_then(|number| u32::try_from(number).ok());
            entries.push(UvmEntry::from((number()?, number()?, number()?)));
        }
        Some(entries)
    }
}

/// Stores an output, and returns whether it had the right type.
pub(super) fn put<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    *slot = value;
    slot.is_some()
}
