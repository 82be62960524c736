//! Authenticator data as authenticators write it (§6.1).

use alloc::{vec, vec::Vec};

use sha2::{Digest, Sha256};

use super::{Cbor, TestAuthenticatorError};
use crate::Aaguid;

/// The bits of [`AuthenticatorData::flags`] (§6.1).
pub mod flags {
    /// User present.
    pub const UP: u8 = 0x01;
    /// User verified.
    pub const UV: u8 = 0x04;
    /// Backup eligible.
    pub const BE: u8 = 0x08;
    /// Backed up.
    pub const BS: u8 = 0x10;
    /// Attested credential data included.
    pub const AT: u8 = 0x40;
    /// Extension data included.
    pub const ED: u8 = 0x80;
}

/// The fields of authenticator data. You can tamper with each.
///
/// The flags are written exactly as given: they do not depend on what is included.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AuthenticatorData {
    /// `rpIdHash`, 32 bytes unless tampered with.
    pub rp_id_hash: Vec<u8>,
    /// `flags`, a sum of [`flags`].
    pub flags: u8,
    /// `signCount`.
    pub sign_count: u32,
    /// `attestedCredentialData`.
    pub attested: Option<AttestedCredentialData>,
    /// `extensions`.
    pub extensions: Option<Cbor>,
    /// Bytes after the end.
    pub trailing: Vec<u8>,
    /// Replaces all of the above.
    pub raw: Option<Vec<u8>>,
}

impl AuthenticatorData {
    /// Creates authenticator data for an RP ID, with nothing included.
    #[must_use]
    pub fn new(rp_id: &str, flags: u8, sign_count: u32) -> Self {
        Self {
            rp_id_hash: Sha256::digest(rp_id).to_vec(),
            flags,
            sign_count,
            attested: None,
            extensions: None,
            trailing: Vec::new(),
            raw: None,
        }
    }

    /// Includes attested credential data, and sets AT.
    pub fn attest(&mut self, attested: AttestedCredentialData) {
        self.flags |= flags::AT;
        self.attested = Some(attested);
    }

    /// Includes extension outputs, and sets ED.
    pub fn extend(&mut self, extensions: impl Into<Cbor>) {
        self.flags |= flags::ED;
        self.extensions = Some(extensions.into());
    }

    /// Returns the encoded bytes.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR cannot represent.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        if let Some(raw) = &self.raw {
            return Ok(raw.clone());
        }
        let mut bytes = self.rp_id_hash.clone();
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        if let Some(attested) = &self.attested {
            bytes.extend(attested.to_bytes()?);
        }
        if let Some(extensions) = &self.extensions {
            bytes.extend(extensions.to_vec()?);
        }
        bytes.extend(&self.trailing);
        Ok(bytes)
    }
}

/// The fields of attested credential data (§6.5.1). You can tamper with each. [The module](crate::test_authenticator)
/// has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttestedCredentialData {
    /// `aaguid`.
    pub aaguid: Aaguid,
    /// `credentialIdLength`, if it differs from the length of `credential_id`.
    pub credential_id_length: Option<u16>,
    /// `credentialId`.
    pub credential_id: Vec<u8>,
    /// `credentialPublicKey`, a `COSE_Key`.
    pub public_key: Cbor,
}

impl AttestedCredentialData {
    /// Creates attested credential data from these three.
    #[must_use]
    pub fn new(aaguid: Aaguid, credential_id: Vec<u8>, public_key: Cbor) -> Self {
        Self { aaguid, credential_id_length: None, credential_id, public_key }
    }

    fn to_bytes(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let length = self
            .credential_id_length
            .unwrap_or_else(|| u16::try_from(self.credential_id.len()).unwrap_or(u16::MAX));
        let mut bytes = vec![];
        bytes.extend(self.aaguid.as_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.credential_id);
        bytes.extend(self.public_key.to_vec()?);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_inclusions_it_is_37_bytes() {
        let data = AuthenticatorData::new("example.com", flags::UP | flags::UV, 0x0102_0304);
        let bytes = data.to_bytes().unwrap();
        assert_eq!(bytes.len(), 37);
        assert_eq!(bytes[..32], Sha256::digest("example.com")[..]);
        assert_eq!(bytes[32..], [5, 1, 2, 3, 4]);
    }

    #[test]
    fn inclusions_follow_in_order_and_set_their_flags() {
        let mut data = AuthenticatorData::new("example.com", 0, 0);
        data.attest(AttestedCredentialData::new(
            Aaguid::new([9; 16]),
            vec![1, 2, 3],
            Cbor::Raw(vec![0xa0]),
        ));
        data.extend(Cbor::map([("e", true.into())]));
        data.trailing = vec![0xff];
        let bytes = data.to_bytes().unwrap();
        assert_eq!(bytes[32], flags::AT | flags::ED);
        assert_eq!(bytes[37..53], [9; 16]);
        assert_eq!(bytes[53..58], [0, 3, 1, 2, 3]);
        assert_eq!(bytes[58..], [0xa0, 0xa1, 0x61, b'e', 0xf5, 0xff]);
    }

    #[test]
    fn the_declared_length_can_be_a_lie() {
        let mut attested =
            AttestedCredentialData::new(Aaguid::default(), vec![1], Cbor::empty_map());
        attested.credential_id_length = Some(0x0400);
        assert_eq!(attested.to_bytes().unwrap()[16..], [4, 0, 1, 0xa0]);
    }
}
