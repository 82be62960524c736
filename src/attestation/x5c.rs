//! `x5c`: the attestation certificate and the certificates that lead from it towards a root.

use alloc::vec::Vec;

use super::StatementError;
use crate::{
    cbor::{Item, Reader},
    limits::CERTIFICATES_MAX,
    malformed::{CborError, Malformed},
    x509::Certificate,
};

/// Certificates as a statement contains them, in DER.
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
    /// Reads the next item as a list of any length. [`leaf`](Self::leaf) rejects an empty list and one that is too
    /// long.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of one byte would otherwise take sixteen bytes of memory.
    #[test]
    fn keeps_no_more_certificates_than_a_path_may_have() {
        let count = u8::try_from(CERTIFICATES_MAX).unwrap() + 40;
        // An array of that many empty byte strings.
        let mut input = alloc::vec![0x98, count];
        input.resize(input.len() + usize::from(count), 0x40);
        let list = X5c::read(&mut Reader::new(&input, "x5c")).unwrap();
        assert_eq!(list.len(), usize::from(count));
        assert_eq!(list.leaf(), Err(StatementError::Invalid("x5c has too many certificates")));
        assert_eq!(list.into_path().len(), CERTIFICATES_MAX);
    }
}
