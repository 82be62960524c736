//! Numbers and bytes that look random and are always the same for the same seed: HMAC-SHA-256 in counter mode (NIST SP
//! 800-108r1 §4.1).

use super::DecoySecret;

/// The rest of the output of a seed.
pub(super) struct Draw<'a> {
    secret: &'a DecoySecret,
    seed: &'a [u8; 32],
    block: u64,
}

impl<'a> Draw<'a> {
    pub(super) fn new(secret: &'a DecoySecret, seed: &'a [u8; 32]) -> Self {
        Self { secret, seed, block: 0 }
    }

    fn next(&mut self) -> [u8; 32] {
        let block = self.secret.mac("draw", &[self.seed, &self.block.to_be_bytes()]);
        self.block = self.block.wrapping_add(1);
        block
    }

    /// Fills `bytes`.
    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            chunk.iter_mut().zip(self.next()).for_each(|(to, from)| *to = from);
        }
    }

    /// Returns an index, chosen in proportion to the weights. `None` if all weights are 0.
    pub(super) fn weighted(&mut self, weights: &[u16]) -> Option<usize> {
        let total = weights.iter().map(|weight| u64::from(*weight)).sum::<u64>();
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        // The upper half of the product is below `total`. The bias is that of mapping 2^64 values to at most 2^32
        // places.
        let product = u128::from(u64::from_be_bytes(bytes)) * u128::from(total);
        let mut at = u64::try_from(product >> 64).ok()?;
        weights.iter().position(|weight| match at.checked_sub(u64::from(*weight)) {
            Some(rest) => {
                at = rest;
                false
            }
            None => true,
        })
    }
}
