//! Where the values of the specification's vectors come from.

use hkdf::Hkdf;
use sha2::Sha256;

/// The stream of values of one vector: each is HKDF-SHA-256 of the same input key material, with the number of
/// the value as the salt (one byte) and the name of the vector as the info.
pub(crate) struct Recipe {
    name: &'static str,
    number: u8,
}

impl Recipe {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, number: 0 }
    }

    /// The next value of the stream.
    pub(crate) fn next(&mut self, length: usize) -> Vec<u8> {
        let mut value = vec![0; length];
        Hkdf::<Sha256>::new(Some(&[self.number]), b"WebAuthn test vectors")
            .expand(self.name.as_bytes(), &mut value)
            .unwrap();
        self.number += 1;
        value
    }

    /// The next value of the stream, of one byte.
    pub(crate) fn next_byte(&mut self) -> u8 {
        self.next(1)[0]
    }
}
