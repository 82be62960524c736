//! The hash functions that TPM statements name.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::cose::Algorithm;

/// A hash function, by its `TPM_ALG_ID` or by the signature algorithm that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    /// For TPMs that sign with RS1 or name objects with SHA-1. This crate uses it for nothing else.
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// TCG Algorithm Registry, table 3.
    pub(super) const fn of_identifier(identifier: u16) -> Option<Self> {
        match identifier {
            0x0004 => Some(Self::Sha1),
            0x000b => Some(Self::Sha256),
            0x000c => Some(Self::Sha384),
            0x000d => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Returns the hash that the signature algorithm applies to its message. `EdDSA` and ML-DSA have no such hash.
    pub(super) const fn of_signature(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::RS1 => Some(Self::Sha1),
            Algorithm::RS256
            | Algorithm::PS256
            | Algorithm::ES256
            | Algorithm::ESP256
            | Algorithm::ES256K => Some(Self::Sha256),
            Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 | Algorithm::ESP384 => {
                Some(Self::Sha384)
            }
            Algorithm::RS512 | Algorithm::PS512 | Algorithm::ES512 | Algorithm::ESP512 => {
                Some(Self::Sha512)
            }
            _ => None,
        }
    }

    /// Returns whether `digest` is the hash of the concatenated parts.
    pub(super) fn is_of(self, parts: &[&[u8]], digest: &[u8]) -> bool {
        match self {
            Self::Sha1 => is_digest::<Sha1>(parts, digest),
            Self::Sha256 => is_digest::<Sha256>(parts, digest),
            Self::Sha384 => is_digest::<Sha384>(parts, digest),
            Self::Sha512 => is_digest::<Sha512>(parts, digest),
        }
    }
}

fn is_digest<D: Digest>(parts: &[&[u8]], digest: &[u8]) -> bool {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize() == *digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_is_the_one_that_it_is_named_after() {
        let table: [(u16, Algorithm, &[u8]); 4] = [
            (0x0004, Algorithm::RS1, &Sha1::digest(b"parts")),
            (0x000b, Algorithm::RS256, &Sha256::digest(b"parts")),
            (0x000c, Algorithm::ES384, &Sha384::digest(b"parts")),
            (0x000d, Algorithm::PS512, &Sha512::digest(b"parts")),
        ];
        for (identifier, algorithm, digest) in table {
            let hash = Hash::of_identifier(identifier).unwrap();
            assert_eq!(Hash::of_signature(algorithm), Some(hash));
            assert!(hash.is_of(&[b"par", b"ts"], digest));
            assert!(!hash.is_of(&[b"part"], digest));
            assert!(!hash.is_of(&[b"parts"], &digest[1..]));
        }
        assert_eq!(Hash::of_identifier(0x0010), None);
        assert_eq!(Hash::of_signature(Algorithm::EdDSA), None);
    }
}
