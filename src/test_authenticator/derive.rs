//! Derives everything that is random in an authenticator from its seed.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

/// Returns `length` bytes derived from a seed, a purpose and a number: SHA-256 in counter mode.
pub(super) fn derive(seed: &[u8; 32], purpose: &str, number: u64, length: usize) -> Vec<u8> {
    let blocks = (0_u64..).flat_map(|block| {
        Sha256::new()
            .chain_update(seed)
            .chain_update(number.to_be_bytes())
            .chain_update(block.to_be_bytes())
            .chain_update(purpose)
            .finalize()
    });
    blocks.take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_counts_and_nothing_else() {
        let bytes = derive(&[1; 32], "a", 0, 100);
        assert_eq!(bytes.len(), 100);
        assert_eq!(bytes, derive(&[1; 32], "a", 0, 100));
        assert_eq!(bytes[..40], derive(&[1; 32], "a", 0, 40));
        assert_ne!(bytes, derive(&[2; 32], "a", 0, 100));
        assert_ne!(bytes, derive(&[1; 32], "b", 0, 100));
        assert_ne!(bytes, derive(&[1; 32], "a", 1, 100));
    }
}
