//! Which bits are flipped.

use std::cell::Cell;

/// After so many seeds, a bit of every byte was flipped, and every bit of short fields.
pub const SEEDS: u64 = 16;

/// A bit by its byte, of those that a tampering flips bits of. The least significant bit of a byte is bit 0.
#[derive(Clone, Copy)]
pub struct Bit {
    pub byte: u64,
    pub bit: u64,
}

/// One of the turns that a tampering takes with a device. Only a tampering that flips bits of many bytes takes more than
/// one.
pub struct Turn {
    pub seed: u64,
    /// The number of the device.
    device: u64,
    round: u64,
    is_last: Cell<bool>,
    flipped: Cell<Option<Bit>>,
}

impl Turn {
    /// Turns without end: see [`Turn::is_last`].
    pub fn all(seed: u64, device: u64) -> impl Iterator<Item = Self> {
        (0..).map(move |round| Self {
            seed,
            device,
            round,
            is_last: Cell::new(true),
            flipped: Cell::default(),
        })
    }

    /// What was flipped, after the tampering.
    pub fn flipped(&self) -> Option<Bit> {
        self.flipped.get()
    }

    /// Whether nothing is left to flip, after the tampering.
    pub fn is_last(&self) -> bool {
        self.is_last.get()
    }

    /// Flips the bit whose turn it is. With each seed, every sixteenth bit of up to sixteen bytes has a turn. Of more
    /// bytes, every sixteenth has, with one of its bits.
    pub fn flip(&self, bytes: &mut [u8]) {
        let length = bytes.len() as u64;
        let is_short = length <= SEEDS;
        let turns = if is_short { length * 8 } else { length };
        let at = self.seed % SEEDS.min(turns).max(1) + SEEDS * self.round;
        let flipped = if is_short {
            Bit { byte: at / 8, bit: at % 8 }
        } else {
            Bit { byte: at, bit: (at + at / SEEDS + self.seed / SEEDS + self.device) % 8 }
        };
        if let Some(byte) = usize::try_from(flipped.byte).ok().and_then(|at| bytes.get_mut(at)) {
            *byte ^= 1 << flipped.bit;
            self.flipped.set(Some(flipped));
        }
        self.is_last.set(at + SEEDS >= turns);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_bit_of_every_byte_is_flipped() {
        for length in [1, 2, 4, 15, 16, 17, 71, 256, 1023] {
            let mut flipped = BTreeSet::new();
            for seed in 0..SEEDS {
                for turn in Turn::all(seed, 3) {
                    let mut bytes = vec![0_u8; length];
                    turn.flip(&mut bytes);
                    assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
                    flipped.insert(bytes.iter().position(|byte| *byte != 0).unwrap());
                    if turn.is_last() {
                        break;
                    }
                }
            }
            assert_eq!(flipped.len(), length);
        }
    }

    #[test]
    fn every_bit_of_few_bytes_is_flipped() {
        for length in [2, 3, 16] {
            let mut flipped = vec![0_u8; length];
            for seed in 0..SEEDS {
                for turn in Turn::all(seed, 5) {
                    turn.flip(&mut flipped);
                    if turn.is_last() {
                        break;
                    }
                }
            }
            assert_eq!(flipped, vec![0xff; length]);
        }
    }

    #[test]
    fn nothing_is_flipped_where_there_is_nothing() {
        let turn = Turn::all(7, 0).next().unwrap();
        turn.flip(&mut []);
        assert!(turn.is_last());
    }
}
