//! A strict, borrowing reader of CBOR (RFC 8949) for what authenticators send.
//!
//! The rules are those of CTAP2's canonical form (CTAP 2.1 §8) that keep one value from having two readings: shortest
//! integers and lengths, no indefinite lengths, no tags, no duplicate keys, bounded depth. The order of map keys is
//! *not* enforced: old Edge, TPM and software keys send their maps unsorted, and with duplicates refused the order
//! carries no meaning.

use crate::{
    limits::{CBOR_DEPTH_MAX, CBOR_MAP_ENTRIES_MAX},
    malformed::Malformed,
};

/// What is wrong with a CBOR item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// The input ends within an item, or a length reaches beyond the input.
    #[error("the input ends within an item")]
    Truncated,
    /// No CBOR item begins so.
    #[error("not a CBOR item")]
    Syntax,
    /// An integer, length or simple value in more bytes than it needs.
    #[error("a number in more bytes than it needs")]
    NotShortest,
    /// An indefinite length.
    #[error("an indefinite length")]
    Indefinite,
    /// A tag.
    #[error("a tag")]
    Tag,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    Utf8,
    /// Items nested deeper than [`CBOR_DEPTH_MAX`].
    #[error("items nested deeper than {CBOR_DEPTH_MAX}")]
    Depth,
    /// A map with more entries than [`CBOR_MAP_ENTRIES_MAX`].
    #[error("a map of more than {CBOR_MAP_ENTRIES_MAX} entries")]
    Entries,
    /// A map key that stands twice.
    #[error("a map key that stands twice")]
    DuplicateKey,
    /// An item of another type than the grammar wants.
    #[error("not the type that is wanted here")]
    Type,
    /// A required map entry is not there.
    #[error("no entry \"{0}\"")]
    Missing(&'static str),
    /// Bytes after the item.
    #[error("bytes follow the item")]
    TrailingData,
}

/// One item; arrays and maps are given by their number of entries, which follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item<'a> {
    Unsigned(u64),
    /// -1 minus this.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(usize),
    Map(usize),
    Bool(bool),
    /// Null or a floating-point number: nothing in this crate wants one.
    Other,
}

impl Item<'_> {
    /// The value of an integer, if it is one and fits.
    pub(crate) fn integer(&self) -> Option<i64> {
        match *self {
            Self::Unsigned(value) => i64::try_from(value).ok(),
            Self::Negative(value) => i64::try_from(value).ok().map(|value| -1 - value),
            _ => None,
        }
    }
}

/// Reads items one after the other from `input`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    input: &'a [u8],
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// A reader for the structure that errors call `what`.
    pub(crate) const fn new(input: &'a [u8], what: &'static str) -> Self {
        Self { input, rest: input, what }
    }

    /// What has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// An error at the present position.
    pub(crate) const fn error(&self, error: CborError) -> Malformed {
        let offset = self.input.len().saturating_sub(self.rest.len());
        Malformed::Cbor { what: self.what, error, offset }
    }

    /// The next item; of arrays and maps, the header only.
    pub(crate) fn item(&mut self) -> Result<Item<'a>, Malformed> {
        let (item, rest) = split_item(self.rest).map_err(|error| self.error(error))?;
        self.rest = rest;
        Ok(item)
    }

    /// The next item whole, as the bytes that encode it. Everything within is checked.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], Malformed> {
        let start = self.rest;
        self.skip(CBOR_DEPTH_MAX)?;
        let length = start.len().saturating_sub(self.rest.len());
        Ok(start.get(..length).unwrap_or_default())
    }

    fn skip(&mut self, depth: usize) -> Result<(), Malformed> {
        let depth_below =
            |reader: &Self| depth.checked_sub(1).ok_or_else(|| reader.error(CborError::Depth));
        match self.item()? {
            Item::Array(size) => {
                let below = depth_below(self)?;
                for _ in 0..size {
                    self.skip(below)?;
                }
            }
            Item::Map(size) => {
                let below = depth_below(self)?;
                if size == 0 {
                    return Ok(());
                }
                let mut keys = Keys::new();
                for _ in 0..size {
                    let start = *self;
                    self.skip(below)?;
                    let length = start.rest.len().saturating_sub(self.rest.len());
                    let key = start.rest.get(..length).unwrap_or_default();
                    if !keys.add(key) {
                        return Err(start.error(CborError::DuplicateKey));
                    }
                    self.skip(below)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The number of entries of the map that must come next.
    pub(crate) fn map(&mut self) -> Result<usize, Malformed> {
        let start = *self;
        match self.item()? {
            Item::Map(size) => Ok(size),
            _ => Err(start.error(CborError::Type)),
        }
    }

    /// The text that must come next.
    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let start = *self;
        match self.item()? {
            Item::Text(text) => Ok(text),
            _ => Err(start.error(CborError::Type)),
        }
    }

    /// The byte string that must come next.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let start = *self;
        match self.item()? {
            Item::Bytes(bytes) => Ok(bytes),
            _ => Err(start.error(CborError::Type)),
        }
    }

    /// The integer that must come next.
    pub(crate) fn integer(&mut self) -> Result<i64, Malformed> {
        let start = *self;
        self.item()?.integer().ok_or_else(|| start.error(CborError::Type))
    }

    /// Checks that nothing is left.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(CborError::TrailingData)) }
    }

    /// Reads a map with text keys: `entry` is called with each key and must read its value. Duplicate keys are
    /// refused, known or not.
    pub(crate) fn text_map(
        &mut self,
        mut entry: impl FnMut(&'a str, &mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let size = self.map()?;
        let mut keys = Keys::new();
        for _ in 0..size {
            let start = *self;
            let key = self.text()?;
            if !keys.add(key.as_bytes()) {
                return Err(start.error(CborError::DuplicateKey));
            }
            entry(key, self)?;
        }
        Ok(())
    }
}

/// The keys of one map, for finding one that stands twice, without an allocation.
struct Keys<'a> {
    keys: [Option<&'a [u8]>; CBOR_MAP_ENTRIES_MAX],
    count: usize,
}

impl<'a> Keys<'a> {
    const fn new() -> Self {
        Self { keys: [None; CBOR_MAP_ENTRIES_MAX], count: 0 }
    }

    /// Whether the key is new. Shortest encodings make equal keys equal bytes.
    fn add(&mut self, key: &'a [u8]) -> bool {
        let known = self.keys.get(..self.count).unwrap_or_default();
        if known.contains(&Some(key)) {
            return false;
        }
        if let Some(free) = self.keys.get_mut(self.count) {
            *free = Some(key);
        }
        self.count = self.count.saturating_add(1);
        true
    }
}

/// An item, of arrays and maps the header, and what follows (RFC 8949 §3).
fn split_item(input: &[u8]) -> Result<(Item<'_>, &[u8]), CborError> {
    let (initial, rest) = input.split_first().ok_or(CborError::Truncated)?;
    let (major_type, information) = (initial >> 5, initial & 0x1f);
    if major_type == 7 {
        return split_simple(information, rest);
    }
    let (argument, rest) = split_argument(major_type, information, rest)?;
    match major_type {
        0 => Ok((Item::Unsigned(argument), rest)),
        1 => Ok((Item::Negative(argument), rest)),
        2 => split_body(argument, rest).map(|(bytes, rest)| (Item::Bytes(bytes), rest)),
        3 => {
            let (bytes, rest) = split_body(argument, rest)?;
            let text = core::str::from_utf8(bytes).map_err(|_| CborError::Utf8)?;
            Ok((Item::Text(text), rest))
        }
        4 => {
            // Each entry takes a byte at least: a length beyond the input is a bomb.
            let (entries, _) = split_body(argument, rest)?;
            Ok((Item::Array(entries.len()), rest))
        }
        5 => match usize::try_from(argument) {
            Ok(size) if size <= CBOR_MAP_ENTRIES_MAX => Ok((Item::Map(size), rest)),
            _ => Err(CborError::Entries),
        },
        _ => Err(CborError::Tag),
    }
}

/// The argument of a header: the additional information itself, or a number in the bytes that follow, if it needs them.
fn split_argument(major_type: u8, information: u8, rest: &[u8]) -> Result<(u64, &[u8]), CborError> {
    let (argument, rest, least) = match information {
        0..24 => return Ok((u64::from(information), rest)),
        24 => number(rest, |[byte]: [u8; 1]| u64::from(byte), 24),
        25 => number(rest, |bytes| u64::from(u16::from_be_bytes(bytes)), 0x100),
        26 => number(rest, |bytes| u64::from(u32::from_be_bytes(bytes)), 0x1_0000),
        27 => number(rest, u64::from_be_bytes, 0x1_0000_0000),
        31 if (2..=5).contains(&major_type) => return Err(CborError::Indefinite),
        _ => return Err(CborError::Syntax),
    }
    .ok_or(CborError::Truncated)?;
    if argument < least { Err(CborError::NotShortest) } else { Ok((argument, rest)) }
}

/// A number of so many bytes, what follows, and the least number that needs so many.
fn number<const N: usize>(
    bytes: &[u8],
    read: impl FnOnce([u8; N]) -> u64,
    least: u64,
) -> Option<(u64, &[u8], u64)> {
    let (number, rest) = bytes.split_first_chunk::<N>()?;
    Some((read(*number), rest, least))
}

/// As many bytes as a header says, and what follows.
fn split_body(size: u64, rest: &[u8]) -> Result<(&[u8], &[u8]), CborError> {
    let size = usize::try_from(size).map_err(|_| CborError::Truncated)?;
    rest.split_at_checked(size).ok_or(CborError::Truncated)
}

/// A simple value or a floating-point number, of any width.
fn split_simple(information: u8, rest: &[u8]) -> Result<(Item<'_>, &[u8]), CborError> {
    let float = |size| split_body(size, rest).map(|(_, rest)| (Item::Other, rest));
    match information {
        20 => Ok((Item::Bool(false), rest)),
        21 => Ok((Item::Bool(true), rest)),
        22 => Ok((Item::Other, rest)),
        24 => match rest.first() {
            None => Err(CborError::Truncated),
            Some(0..32) => Err(CborError::NotShortest),
            Some(_) => Err(CborError::Syntax),
        },
        25 => float(2),
        26 => float(4),
        27 => float(8),
        // Of the other simple values only `undefined` has a meaning; no authenticator sends one.
        _ => Err(CborError::Syntax),
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use ciborium::Value;
    use proptest::prelude::*;

    use super::*;

    fn whole(input: &[u8]) -> Result<&[u8], CborError> {
        let mut reader = Reader::new(input, "test");
        let read = reader.raw().and_then(|raw| reader.finish().map(|()| raw));
        read.map_err(|error| match error {
            Malformed::Cbor { error, .. } => error,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn every_form_that_canonical_cbor_forbids_is_refused() {
        let table: &[(&[u8], CborError)] = &[
            (b"", CborError::Truncated),
            (b"\x18", CborError::Truncated),
            (b"\x42a", CborError::Truncated),
            (b"\x82\x01", CborError::Truncated),
            (b"\x1c", CborError::Syntax),
            (b"\x1f", CborError::Syntax),
            (b"\x3f", CborError::Syntax),
            (b"\xdf", CborError::Syntax),
            (b"\xff", CborError::Syntax),
            (b"\xf7", CborError::Syntax),
            (b"\xe0", CborError::Syntax),
            (b"\xf8", CborError::Truncated),
            (b"\xf8\x20", CborError::Syntax),
            (b"\xf8\x14", CborError::NotShortest),
            (b"\x18\x17", CborError::NotShortest),
            (b"\x19\x00\xff", CborError::NotShortest),
            (b"\x1a\x00\x00\xff\xff", CborError::NotShortest),
            (b"\x1b\x00\x00\x00\x00\xff\xff\xff\xff", CborError::NotShortest),
            (b"\x38\x00", CborError::NotShortest),
            (b"\x58\x01a", CborError::NotShortest),
            (b"\x78\x01a", CborError::NotShortest),
            (b"\x98\x00", CborError::NotShortest),
            (b"\xb8\x00", CborError::NotShortest),
            (b"\x5f\x41a\xff", CborError::Indefinite),
            (b"\x7f\x61a\xff", CborError::Indefinite),
            (b"\x9f\xff", CborError::Indefinite),
            (b"\xbf\xff", CborError::Indefinite),
            (b"\xc0\x61a", CborError::Tag),
            (b"\x61\xff", CborError::Utf8),
            (b"\xa2\x01\x02\x01\x03", CborError::DuplicateKey),
            (b"\x81\xa2\x61a\x02\x61a\x03", CborError::DuplicateKey),
            (b"\x01\x01", CborError::TrailingData),
            (b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", CborError::Truncated),
            (b"\x7b\x7f\xff\xff\xff\xff\xff\xff\xff", CborError::Truncated),
            (b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", CborError::Truncated),
            (b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff", CborError::Entries),
        ];
        for (input, error) in table {
            assert_eq!(whole(input), Err(*error), "{input:02x?}");
        }
    }

    #[test]
    fn numbers_that_nobody_wants_are_passed_over_whole() {
        for (header, size) in [(0xf9, 2), (0xfa, 4), (0xfb, 8)] {
            let float = [vec![header], vec![0; size]].concat();
            assert_eq!(whole(&float), Ok(&*float));
            assert_eq!(whole(&float[..float.len() - 1]), Err(CborError::Truncated));
        }
        assert_eq!(whole(b"\xf6"), Ok(&b"\xf6"[..]));
    }

    /// Before anybody counts to a number that the input cannot hold.
    #[test]
    fn header_of_an_array_beyond_the_input_is_refused_itself() {
        let item = |input| Reader::new(input, "test").item().is_ok();
        assert!(item(b"\x82\x01\x01"));
        assert!(!item(b"\x82\x01"));
        assert!(!item(b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"));
    }

    #[test]
    fn unsorted_maps_are_read() {
        assert!(whole(b"\xa2\x61b\x01\x61a\x02").is_ok());
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth| [vec![0x81; depth], vec![0x01]].concat();
        assert!(whole(&nested(CBOR_DEPTH_MAX)).is_ok());
        assert_eq!(whole(&nested(CBOR_DEPTH_MAX + 1)), Err(CborError::Depth));
        assert_eq!(whole(&nested(100_000)), Err(CborError::Depth));
    }

    #[test]
    fn map_entries_are_bounded() {
        let map = |size: u8| {
            let entries = (0..size).flat_map(|key| [0x18, key + 24, 0x00]);
            [vec![0xb8, size], entries.collect::<Vec<_>>()].concat()
        };
        assert!(whole(&map(64)).is_ok());
        assert_eq!(whole(&map(65)), Err(CborError::Entries));
    }

    #[test]
    fn integers_at_the_limits_keep_their_value() {
        let integer = |input: &[u8]| Reader::new(input, "test").integer().ok();
        assert_eq!(integer(b"\x26"), Some(-7));
        assert_eq!(integer(b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"), Some(i64::MIN));
        assert_eq!(integer(b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(integer(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,30}".prop_map(Value::from),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map("[a-z]{0,6}", inner, 0..6).prop_map(|map| {
                    Value::Map(map.into_iter().map(|(key, value)| (key.into(), value)).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_a_general_writer_writes_is_read_whole(value in value()) {
            let mut encoded = Vec::new();
            ciborium::into_writer(&value, &mut encoded).unwrap();
            prop_assert_eq!(whole(&encoded).unwrap(), &encoded[..]);
        }

        #[test]
        fn what_is_accepted_a_general_reader_accepts_and_writes_back_the_same(
            input in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let Ok(accepted) = whole(&input) else { return Ok(()) };
            let value: Value = ciborium::from_reader(accepted).unwrap();
            let mut again = Vec::new();
            ciborium::into_writer(&value, &mut again).unwrap();
            // Floats are the one thing that may come in several widths.
            if !input.iter().any(|byte| matches!(byte, 0xf9..=0xfb)) {
                prop_assert_eq!(again, input);
            }
        }
    }
}
