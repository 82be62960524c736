//! Authenticator data (§6.1) and attested credential data (§6.5.1).

use crate::{
    bytes::Aaguid,
    cbor::Reader,
    cose::{CoseKey, CosePublicKey, InvalidKey},
    malformed::Malformed,
};

/// The flags of authenticator data, as sent. Reserved bits have no meaning and are not checked.
/// [`AuthenticatorData`](crate::AuthenticatorData) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    const UP: u8 = 0x01;
    const UV: u8 = 0x04;
    const BE: u8 = 0x08;
    const BS: u8 = 0x10;
    const AT: u8 = 0x40;
    const ED: u8 = 0x80;

    /// Creates flags from this byte.
    #[must_use]
    pub const fn new(byte: u8) -> Self {
        Self(byte)
    }

    /// UP: a user was present.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & Self::UP != 0
    }

    /// UV: the authenticator verified its user.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & Self::UV != 0
    }

    /// BE: the credential is eligible for backup.
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & Self::BE != 0
    }

    /// BS: the credential is backed up.
    #[must_use]
    pub const fn backup_state(self) -> bool {
        self.0 & Self::BS != 0
    }

    /// AT: attested credential data follow.
    #[must_use]
    pub const fn attested_credential_data(self) -> bool {
        self.0 & Self::AT != 0
    }

    /// ED: extension data follow.
    #[must_use]
    pub const fn extension_data(self) -> bool {
        self.0 & Self::ED != 0
    }
}

/// Authenticator data, borrowed from its bytes.
///
/// ```text
/// rpIdHash 32 | flags 1 | signCount 4 | attestedCredentialData if AT | extensions, a CBOR map, if ED
/// ```
///
/// ```
/// use relying_party::AuthenticatorData;
/// let mut bytes = [0; 37];
/// bytes[32] = 0b101;
/// bytes[36] = 7;
/// let data = AuthenticatorData::parse(&bytes)?;
/// assert!(data.flags().user_present() && data.flags().user_verified());
/// assert_eq!(data.sign_count(), 7);
/// # Ok::<(), relying_party::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    raw: &'a [u8],
    rp_id_hash: &'a [u8; 32],
    flags: Flags,
    sign_count: u32,
    attested: Option<AttestedCredentialData<'a>>,
    extensions: Option<&'a [u8]>,
}

/// Attested credential data, borrowed from authenticator data.
///
/// ```text
/// aaguid 16 | credentialIdLength 2 | credentialId | credentialPublicKey, a COSE_Key
/// ```
///
/// [`AuthenticatorData`](crate::AuthenticatorData) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestedCredentialData<'a> {
    /// The authenticator's model.
    pub aaguid: Aaguid,
    /// The credential ID, of any length that 16 bits can express. §7.1 step 25 limits it.
    pub credential_id: &'a [u8],
    /// The credential public key as sent.
    pub public_key_bytes: &'a [u8],
    /// The credential public key, parsed.
    pub public_key: CoseKey<'a>,
}

impl<'a> AuthenticatorData<'a> {
    /// Parses authenticator data. Their length must match their flags.
    ///
    /// # Errors
    ///
    /// If they are shorter than 37 bytes, contain data without a flag or a flag without its data, or if the credential
    /// key or the extension map is not well-formed.
    pub fn parse(raw: &'a [u8]) -> Result<Self, Malformed> {
        let too_short = Malformed::AuthenticatorData("shorter than 37 bytes");
        let (rp_id_hash, rest) = raw.split_first_chunk::<32>().ok_or(too_short.clone())?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(too_short.clone())?;
        let (sign_count, rest) = rest.split_first_chunk::<4>().ok_or(too_short)?;
        let flags = Flags::new(*flags);

        let (attested, rest) = if flags.attested_credential_data() {
            let (attested, rest) = AttestedCredentialData::parse(rest)?;
            (Some(attested), rest)
        } else {
            (None, rest)
        };
        let (extensions, rest) = if flags.extension_data() {
            let (extensions, rest) = extension_map(rest)?;
            (Some(extensions), rest)
        } else {
            (None, rest)
        };
        if !rest.is_empty() {
            return Err(Malformed::AuthenticatorData("there are bytes that no flag announces"));
        }
        let sign_count = u32::from_be_bytes(*sign_count);
        Ok(Self { raw, rp_id_hash, flags, sign_count, attested, extensions })
    }

    /// Returns the bytes, as signed.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// Returns SHA-256 of the RP ID that the credential is scoped to.
    #[must_use]
    pub fn rp_id_hash(&self) -> &'a [u8; 32] {
        self.rp_id_hash
    }

    /// The flags.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// Returns the signature counter. 0 if the authenticator has none.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// Returns the attested credential data, if AT is set.
    #[must_use]
    pub fn attested_credential_data(&self) -> Option<&AttestedCredentialData<'a>> {
        self.attested.as_ref()
    }

    /// Returns the authenticator extension outputs as the CBOR map that was sent, if ED is set.
    #[must_use]
    pub fn extensions(&self) -> Option<&'a [u8]> {
        self.extensions
    }
}

impl<'a> AttestedCredentialData<'a> {
    fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let too_short = Malformed::AuthenticatorData("ends within attested credential data");
        let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(too_short.clone())?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(too_short.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (credential_id, rest) = rest.split_at_checked(length).ok_or(too_short)?;
        let mut reader = Reader::new(rest, "credential public key");
        let public_key = CoseKey::read(&mut reader)?;
        let key_length = rest.len().saturating_sub(reader.rest().len());
        let public_key_bytes = rest.get(..key_length).unwrap_or_default();
        let attested =
            Self { aaguid: Aaguid::new(*aaguid), credential_id, public_key_bytes, public_key };
        Ok((attested, reader.rest()))
    }

    /// Returns the credential public key in its stored form.
    pub(crate) fn stored_key(&self) -> Result<CosePublicKey, InvalidKey> {
        CosePublicKey::of(self.public_key_bytes, &self.public_key)
    }
}

/// A CBOR map with text keys and arbitrary values (§6.1).
fn extension_map(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let mut reader = Reader::new(bytes, "extension data");
    reader.text_map(|_, reader| reader.raw().map(drop))?;
    let length = bytes.len().saturating_sub(reader.rest().len());
    Ok((bytes.get(..length).unwrap_or_default(), reader.rest()))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn head(flags: u8) -> Vec<u8> {
        [&[0xaa; 32][..], &[flags], &[0, 0, 1, 2]].concat()
    }

    fn attested(id: &[u8]) -> Vec<u8> {
        let length = u16::try_from(id.len()).unwrap().to_be_bytes();
        let key =
            [&b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..], &[1; 32], b"\x22\x58\x20", &[2; 32]];
        [&[0xbb; 16][..], &length, id, &key.concat()].concat()
    }

    #[test]
    fn length_is_37_without_at_and_ed() {
        assert!(AuthenticatorData::parse(&head(0x01)[..36]).is_err());
        let data = head(0x01);
        let data = AuthenticatorData::parse(&data).unwrap();
        assert_eq!((data.sign_count(), data.rp_id_hash()), (0x102, &[0xaa; 32]));
        assert!(AuthenticatorData::parse(&[head(0x01), [0].to_vec()].concat()).is_err());
    }

    #[test]
    fn flags_must_match_the_data() {
        let extensions = b"\xa1\x61a\x01".to_vec();
        let table = [
            (0x41, [head(0x41), attested(&[1])].concat(), true),
            (0x81, [head(0x81), extensions.clone()].concat(), true),
            (0xc1, [head(0xc1), attested(&[1]), extensions.clone()].concat(), true),
            (0x01, [head(0x01), attested(&[1])].concat(), false),
            (0x01, [head(0x01), extensions.clone()].concat(), false),
            (0x41, head(0x41), false),
            (0x81, head(0x81), false),
            (0xc1, [head(0xc1), attested(&[1])].concat(), false),
            (0x41, [head(0x41), attested(&[1]), extensions.clone()].concat(), false),
            (0x81, [head(0x81), b"\x80".to_vec()].concat(), false),
            (0x81, [head(0x81), b"\xa1\x01\x01".to_vec()].concat(), false),
            (0x81, [head(0x81), extensions, b"\x00".to_vec()].concat(), false),
        ];
        for (flags, bytes, accepted) in table {
            assert_eq!(
                AuthenticatorData::parse(&bytes).is_ok(),
                accepted,
                "{flags:02x} {bytes:02x?}"
            );
        }
    }

    #[test]
    fn credential_id_of_any_length_is_read() {
        for length in [0, 1, 1023, 1024, 65535] {
            let bytes = [head(0x41), attested(&alloc::vec![7; length])].concat();
            let data = AuthenticatorData::parse(&bytes).unwrap();
            assert_eq!(data.attested_credential_data().unwrap().credential_id.len(), length);
        }
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = [head(0xc1), attested(&[1, 2, 3]), b"\xa1\x61a\x01".to_vec()].concat();
        for length in 0..bytes.len() {
            assert!(AuthenticatorData::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(flags: u8, tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = AuthenticatorData::parse(&[head(flags), tail].concat());
        }
    }
}
