//! `x5c`: the attestation certificate and what leads from it towards a root.

use alloc::vec::Vec;

use super::StatementError;
use crate::{
    cbor::{CborError, Item, Reader},
    limits::CERTIFICATES_MAX,
    malformed::Malformed,
    x509::Certificate,
};

/// Certificates as they stand in a statement, in DER; at least one.
///
/// ```text
/// x5c: [ attestnCert: bytes, * (caCert: bytes) ]
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct X5c<'a>(Vec<&'a [u8]>);

impl<'a> X5c<'a> {
    /// Reads the list that comes next. One that is empty is read too, and refused by [`leaf`](Self::leaf).
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let start = *reader;
        let Item::Array(count) = reader.item()? else { return Err(start.error(CborError::Type)) };
        if count > CERTIFICATES_MAX {
            return Err(start.error(CborError::Entries));
        }
        (0..count).map(|_| reader.bytes()).collect::<Result<_, _>>().map(Self)
    }

    /// The attestation certificate.
    pub(super) fn leaf(&self) -> Result<Certificate<'a>, StatementError> {
        let der = self.0.first().ok_or(StatementError::Invalid("x5c is empty"))?;
        Ok(Certificate::parse(der)?)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The trust path.
    pub(super) fn into_path(self) -> Vec<&'a [u8]> {
        self.0
    }
}
