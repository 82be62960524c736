//! `x5c`: the attestation certificate and what leads from it towards a root.

use alloc::vec::Vec;

use super::StatementError;
use crate::{
    cbor::{CborError, Item, Reader},
    limits::CERTIFICATES_MAX,
    malformed::Malformed,
    x509::Certificate,
};

/// Certificates as they stand in a statement, in DER.
///
/// ```text
/// x5c: [ attestnCert: bytes, * (caCert: bytes) ]
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct X5c<'a> {
    certificates: Vec<&'a [u8]>,
    count: usize,
}

impl<'a> X5c<'a> {
    /// Reads the list that comes next, of any length: [`leaf`](Self::leaf) refuses one that is empty or too long.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let start = *reader;
        let Item::Array(count) = reader.item()? else { return Err(start.error(CborError::Type)) };
        let mut certificates = Vec::new();
        for _ in 0..count {
            let certificate = reader.bytes()?;
            if certificates.len() < CERTIFICATES_MAX {
                certificates.push(certificate);
            }
        }
        Ok(Self { certificates, count })
    }

    /// The attestation certificate.
    pub(super) fn leaf(&self) -> Result<Certificate<'a>, StatementError> {
        if self.count > CERTIFICATES_MAX {
            return Err(StatementError::Invalid("x5c has too many certificates"));
        }
        let der = self.certificates.first().ok_or(StatementError::Invalid("x5c is empty"))?;
        Ok(Certificate::parse(der)?)
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The trust path.
    pub(super) fn into_path(self) -> Vec<&'a [u8]> {
        self.certificates
    }
}
