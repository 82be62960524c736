//! A strict, borrowing reader of CBOR (RFC 8949) for what authenticators send.
//!
//! It enforces those rules of CTAP2's canonical form (CTAP 2.1 §8) that prevent two readings of one value: shortest
//! integers and lengths, no indefinite lengths, no tags, no duplicate keys, limited depth. It does *not* enforce the
//! order of map keys: old Edge, TPM and software keys send unsorted maps, and without duplicates the order has no
//! meaning.

use ciborium_io::Read;
use ciborium_ll::{Decoder, Error, Header, simple};

use crate::{
    limits::{CBOR_DEPTH_MAX, CBOR_MAP_ENTRIES_MAX},
    malformed::{CborError, Malformed},
};

/// An item. For arrays and maps, the number of the entries that follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item<'a> {
    Unsigned(u64),
    /// -1 minus this number.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(usize),
    Map(usize),
    Bool(bool),
    /// Null or a floating-point number, which this crate never needs.
    Other,
}

impl Item<'_> {
    /// Returns the value of an integer, if it is one and fits.
    pub(crate) fn integer(&self) -> Option<i64> {
        match *self {
            Self::Unsigned(value) => i64::try_from(value).ok(),
            Self::Negative(value) => i64::try_from(value).ok().map(|value| -1 - value),
            _ => None,
        }
    }
}

/// Reads items one after another from `input`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    input: &'a [u8],
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Creates a reader for the structure that errors call `what`.
    pub(crate) const fn new(input: &'a [u8], what: &'static str) -> Self {
        Self { input, rest: input, what }
    }

    /// Returns what has not been read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Returns an error at the current position.
    pub(crate) const fn error(&self, error: CborError) -> Malformed {
        let offset = self.input.len().saturating_sub(self.rest.len());
        Malformed::Cbor { what: self.what, error, offset }
    }

    /// Reads the next item. For arrays and maps, only the header.
    pub(crate) fn item(&mut self) -> Result<Item<'a>, Malformed> {
        let (item, rest) = split_item(self.rest).map_err(|error| self.error(error))?;
        self.rest = rest;
        Ok(item)
    }

    /// Reads the next item completely, as the bytes that encode it. Everything inside is checked.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], Malformed> {
        self.raw_item().map(|(_, raw)| raw)
    }

    /// Like [`raw`](Self::raw), and also returns the item itself.
    pub(crate) fn raw_item(&mut self) -> Result<(Item<'a>, &'a [u8]), Malformed> {
        let start = self.rest;
        let item = self.skip(CBOR_DEPTH_MAX)?;
        let length = start.len().saturating_sub(self.rest.len());
        Ok((item, start.get(..length).unwrap_or_default()))
    }

    fn skip(&mut self, depth: usize) -> Result<Item<'a>, Malformed> {
        let depth_below =
            |reader: &Self| depth.checked_sub(1).ok_or_else(|| reader.error(CborError::Depth));
        let item = self.item()?;
        match item {
            Item::Array(size) => {
                let below = depth_below(self)?;
                for _ in 0..size {
                    self.skip(below)?;
                }
            }
            Item::Map(size) => {
                let below = depth_below(self)?;
                if size == 0 {
                    return Ok(item);
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
        Ok(item)
    }

    /// Reads the next item as a map, and returns its number of entries.
    pub(crate) fn map(&mut self) -> Result<usize, Malformed> {
        let start = *self;
        match self.item()? {
            Item::Map(size) => Ok(size),
            _ => Err(start.error(CborError::Type)),
        }
    }

    /// Reads the next item as a text.
    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let start = *self;
        match self.item()? {
            Item::Text(text) => Ok(text),
            _ => Err(start.error(CborError::Type)),
        }
    }

    /// Reads the next item as a byte string.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let start = *self;
        match self.item()? {
            Item::Bytes(bytes) => Ok(bytes),
            _ => Err(start.error(CborError::Type)),
        }
    }

    /// Reads the next item as an integer.
    pub(crate) fn integer(&mut self) -> Result<i64, Malformed> {
        let start = *self;
        self.item()?.integer().ok_or_else(|| start.error(CborError::Type))
    }

    /// Checks that there are no trailing bytes.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(CborError::TrailingData)) }
    }

    /// Reads a map with text keys. Calls `entry` with each key; it must read the value. Duplicate keys are rejected,
    /// whether known or not.
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

/// The keys of one map, for finding duplicates without an allocation.
struct Keys<'a> {
    keys: [Option<&'a [u8]>; CBOR_MAP_ENTRIES_MAX],
    count: usize,
}

impl<'a> Keys<'a> {
    const fn new() -> Self {
        Self { keys: [None; CBOR_MAP_ENTRIES_MAX], count: 0 }
    }

    /// Returns whether the key is new. With shortest encodings, equal keys are equal bytes.
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

/// What the decoder reads from. Reading from a slice does the same, but calls `memcpy` for every header.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn read<const N: usize>(&mut self, data: &mut [u8]) -> Result<(), Ended> {
        let (read, rest) = self.0.split_first_chunk::<N>().ok_or(Ended)?;
        data.copy_from_slice(read);
        self.0 = rest;
        Ok(())
    }
}

struct Ended;

impl Read for Source<'_> {
    type Error = Ended;

    #[inline]
    fn read_exact(&mut self, data: &mut [u8]) -> Result<(), Ended> {
        // The lengths of a header's parts.
        match data.len() {
            0 => Ok(()),
            1 => self.read::<1>(data),
            2 => self.read::<2>(data),
            4 => self.read::<4>(data),
            8 => self.read::<8>(data),
            _ => Err(Ended),
        }
    }
}

/// Splits off an item (for arrays and maps, the header) from what follows (RFC 8949 §3).
fn split_item(input: &[u8]) -> Result<(Item<'_>, &[u8]), CborError> {
    let mut decoder = Decoder::from(Source(input));
    let header = match decoder.pull() {
        Ok(header) => header,
        Err(Error::Io(_)) => return Err(CborError::Truncated),
        Err(Error::Syntax(_)) => {
            return Err(match input {
                // A length of eight bytes, which the decoder cannot represent on a 32-bit target.
                [0x5b | 0x7b | 0x9b, ..] => CborError::Truncated,
                [0xbb, ..] => CborError::Entries,
                _ => CborError::Syntax,
            });
        }
    };
    let length = decoder.offset();
    let rest = input.get(length..).unwrap_or_default();
    let shortest = |argument| {
        if length == shortest(argument) { Ok(argument) } else { Err(CborError::NotShortest) }
    };
    let size = |size: Option<usize>| {
        let size = size.ok_or(CborError::Indefinite)?;
        shortest(u64::try_from(size).unwrap_or(u64::MAX)).map(|_| size)
    };
    let body = |length| rest.split_at_checked(size(length)?).ok_or(CborError::Truncated);
    match header {
        Header::Positive(value) => Ok((Item::Unsigned(shortest(value)?), rest)),
        Header::Negative(value) => Ok((Item::Negative(shortest(value)?), rest)),
        Header::Bytes(length) => body(length).map(|(bytes, rest)| (Item::Bytes(bytes), rest)),
        Header::Text(length) => {
            let (bytes, rest) = body(length)?;
            let text = core::str::from_utf8(bytes).map_err(|_| CborError::Utf8)?;
            Ok((Item::Text(text), rest))
        }
        // Each entry takes at least one byte, so a length beyond the input is an attack.
        Header::Array(length) => {
            body(length).map(|(entries, _)| (Item::Array(entries.len()), rest))
        }
        Header::Map(length) => match size(length)? {
            size @ 0..=CBOR_MAP_ENTRIES_MAX => Ok((Item::Map(size), rest)),
            _ => Err(CborError::Entries),
        },
        Header::Simple(value) => {
            shortest(value.into())?;
            match value {
                simple::FALSE => Ok((Item::Bool(false), rest)),
                simple::TRUE => Ok((Item::Bool(true), rest)),
                simple::NULL => Ok((Item::Other, rest)),
                // Of the other simple values only `undefined` has a meaning, and no authenticator sends it.
                _ => Err(CborError::Syntax),
            }
        }
        Header::Float(_) => Ok((Item::Other, rest)),
        Header::Tag(_) => Err(CborError::Tag),
        Header::Break => Err(CborError::Syntax),
    }
}

/// Returns how many bytes the shortest form of a header takes (RFC 8949 §4.1).
const fn shortest(argument: u64) -> usize {
    match argument {
        0..24 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
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
    fn rejects_every_form_that_canonical_cbor_forbids() {
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
    fn unneeded_numbers_are_skipped_completely() {
        for (header, size) in [(0xf9, 2), (0xfa, 4), (0xfb, 8)] {
            let float = [vec![header], vec![0; size]].concat();
            assert_eq!(whole(&float), Ok(&*float));
            assert_eq!(whole(&float[..float.len() - 1]), Err(CborError::Truncated));
        }
        assert_eq!(whole(b"\xf6"), Ok(&b"\xf6"[..]));
    }

    /// Rejected before the reader counts to a number that the input cannot contain.
    #[test]
    fn rejects_header_of_an_array_beyond_the_input() {
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
            // Only floats may have several widths.
            if !input.iter().any(|byte| matches!(byte, 0xf9..=0xfb)) {
                prop_assert_eq!(again, input);
            }
        }
    }
}
