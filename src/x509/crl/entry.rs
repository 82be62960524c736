//! The entries of a list.

use der::{
    Reader as _, SliceReader, Tag,
    asn1::{ObjectIdentifier, SequenceRef},
};

use super::CrlError;
use crate::{
    time::Timestamp,
    x509::{
        error::CertificateError,
        extension_list::{Extension, read_extensions},
        oid,
        span::content,
        validity::read_time,
    },
};

/// The revocation of a certificate. [`Crl`](crate::x509::Crl) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// When it was revoked.
    pub at: Timestamp,
    /// Why it was revoked; `None` if the issuer does not say.
    pub reason: Option<RevocationReason>,
}

/// Why a certificate is revoked (RFC 5280 §5.3.1). [`Crl`](crate::x509::Crl) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// No reason given.
    Unspecified,
    /// The key of the certificate may have leaked.
    KeyCompromise,
    /// The key of a CA may have leaked.
    CaCompromise,
    /// The subject's name or another fact has changed.
    AffiliationChanged,
    /// Another certificate has replaced it.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// It is suspended, and may become valid again.
    CertificateHold,
    /// The subject lost a privilege.
    PrivilegeWithdrawn,
    /// The key of an attribute authority may have leaked.
    AaCompromise,
    /// A number that RFC 5280 does not define.
    Other(u8),
}

/// An entry.
pub(super) struct Entry<'a> {
    /// The number in its shortest form.
    pub(super) serial: &'a [u8],
    pub(super) revocation: Revocation,
}

impl<'a> Entry<'a> {
    /// Parses the concatenated entries.
    pub(super) fn read_all(entries: &'a [u8]) -> impl Iterator<Item = Result<Self, CrlError>> {
        let mut reader = SliceReader::new(entries).ok();
        core::iter::from_fn(move || {
            let at = reader.as_mut().filter(|reader| !reader.is_finished())?;
            let entry = Self::read(at);
            if entry.is_err() {
                reader = None;
            }
            Some(entry)
        })
    }

    fn read(reader: &mut SliceReader<'a>) -> Result<Self, CrlError> {
        let read = reader.sequence(|entry| {
            let serial = content(entry, Tag::Integer)?;
            let at = read_time(entry)?;
            let extensions =
                if entry.is_finished() { None } else { Some(entry.decode::<&'a SequenceRef>()?) };
            Ok::<_, der::Error>((serial, at, extensions))
        });
        let (serial, at, extensions) = read.map_err(CertificateError::der("CRL entry"))?;
        let mut reason = None;
        for extension in extensions.map(read_extensions).transpose()?.unwrap_or_default() {
            if *extension.oid == REASON_CODE {
                reason = Some(RevocationReason::read(&extension)?);
            } else if *extension.oid == CERTIFICATE_ISSUER {
                return Err(CrlError::Indirect);
            } else if extension.critical {
                return Err(CrlError::CriticalExtension);
            }
        }
        Ok(Self { serial: shortest(serial), revocation: Revocation { at, reason } })
    }
}

impl RevocationReason {
    /// ```text
    /// CRLReason ::= ENUMERATED { unspecified (0), …, removeFromCRL (8), … }
    /// ```
    fn read(extension: &Extension<'_>) -> Result<Self, CrlError> {
        let code = SliceReader::new(extension.value).and_then(|mut reader| {
            let [code] = content(&mut reader, Tag::Enumerated)? else {
                return Err(Tag::Enumerated.length_error().into());
            };
            reader.finish()?;
            Ok(*code)
        });
        Ok(match code.map_err(CertificateError::der("CRL reason"))? {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            // A certificate that is no longer revoked, which only a delta CRL can say.
            8 => return Err(CrlError::Delta),
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            other => Self::Other(other),
        })
    }
}

// RFC 5280 §5.3.1, §5.3.3.
const REASON_CODE: ObjectIdentifier = oid::oid("2.5.29.21");
const CERTIFICATE_ISSUER: ObjectIdentifier = oid::oid("2.5.29.29");

/// Removes redundant sign octets from a number in two's complement, because neither certificates nor lists must use
/// DER's shortest form.
pub(super) fn shortest(mut number: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = number
        && let Some(second) = rest.first()
        && matches!((first, second), (0, 0..=0x7f) | (0xff, 0x80..=0xff))
    {
        number = rest;
    }
    number
}
