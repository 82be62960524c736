//! The hash of the client data (§7.1 step 12).

use core::cell::OnceCell;

use sha2::{Digest as _, Sha256};

/// SHA-256 of the serialized client data, computed when a statement needs it: `none`, which most authenticators send,
/// signs nothing.
#[derive(Debug)]
pub(crate) struct ClientDataHash<'a> {
    client_data_json: &'a [u8],
    hash: OnceCell<[u8; 32]>,
}

impl<'a> ClientDataHash<'a> {
    pub(crate) const fn of(client_data_json: &'a [u8]) -> Self {
        Self { client_data_json, hash: OnceCell::new() }
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.hash.get_or_init(|| Sha256::digest(self.client_data_json).into())
    }
}

/// An arbitrary hash.
#[cfg(test)]
impl From<[u8; 32]> for ClientDataHash<'_> {
    fn from(hash: [u8; 32]) -> Self {
        Self { client_data_json: &[], hash: hash.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sha256_of_the_client_data_every_time() {
        let hash = ClientDataHash::of(b"abc");
        let known = b"\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23\
            \xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad";
        assert_eq!((hash.as_bytes(), hash.as_bytes()), (known, known));
    }
}
