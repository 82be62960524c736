//! CBOR in pieces, each with the name of the part that it belongs to.

use ciborium::Value as CborValue;

use crate::flip::Turn;

/// The part that consists of names, types and lengths.
pub const STRUCTURE: &str = "structure";

#[derive(Default)]
pub struct Pieces(Vec<(String, Vec<u8>)>);

impl Pieces {
    /// Adds bytes of the structure.
    fn structure(&mut self, bytes: &[u8]) {
        self.0.push((STRUCTURE.into(), bytes.to_vec()));
    }

    /// Adds the head of a map.
    pub fn map(&mut self, entries: usize) {
        self.head(0xa0, entries);
    }

    /// Adds the head of an array.
    pub fn array(&mut self, items: usize) {
        self.head(0x80, items);
    }

    fn head(&mut self, kind: u8, length: usize) {
        assert!(length < 24, "a length of {length} needs a longer head");
        self.structure(&[kind | length as u8]);
    }

    /// Adds the name of an entry.
    pub fn name(&mut self, name: &CborValue) {
        self.structure(&encode(name));
    }

    /// Adds a value: the head of a string is structure, its contents are of this part.
    pub fn value(&mut self, part: &str, value: &CborValue) {
        let encoded = encode(value);
        let contents = match value {
            CborValue::Bytes(bytes) => bytes.len(),
            CborValue::Text(text) => text.len(),
            _ => encoded.len(),
        };
        let (head, contents) = encoded.split_at(encoded.len() - contents);
        self.structure(head);
        self.0.push((part.into(), contents.to_vec()));
    }

    /// Flips a bit of a part, as if its pieces were one.
    pub fn flip(&mut self, part: &str, turn: &Turn) {
        let pieces = self.0.iter_mut().filter(|(name, _)| name == part);
        let mut pieces = pieces.map(|(_, bytes)| bytes).collect::<Vec<_>>();
        let mut joined = pieces.iter().flat_map(|bytes| bytes.iter().copied()).collect::<Vec<_>>();
        turn.flip(&mut joined);
        let bytes = pieces.iter_mut().flat_map(|bytes| bytes.iter_mut());
        bytes.zip(joined).for_each(|(byte, flipped)| *byte = flipped);
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect()
    }
}

fn encode(value: &CborValue) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
