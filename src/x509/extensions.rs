//! The extensions of RFC 5280 that are read here. All others are for the attestation formats to read.

use alloc::vec::Vec;

use der::{
    Reader as _, SliceReader,
    asn1::{BitStringRef, ObjectIdentifier},
};

use super::{certificate::Certificate, error::CertificateError, oid};

/// Whether the subject is a CA, and for how long a path (RFC 5280 §4.2.1.9).
///
/// ```text
/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
/// ```
///
/// An explicit `cA FALSE` is not DER, but occurs and is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_length: Option<u32>,
}

/// What the key is for (RFC 5280 §4.2.1.3).
///
/// ```text
/// KeyUsage ::= BIT STRING { …, keyCertSign (5), … }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage {
    pub(crate) key_cert_sign: bool,
}

impl<'a> Certificate<'a> {
    /// The basic constraints, if the extension is there.
    pub(crate) fn basic_constraints(&self) -> Result<Option<BasicConstraints>, CertificateError> {
        self.read_extension(oid::BASIC_CONSTRAINTS, "basic constraints", |reader| {
            reader.sequence(|constraints| {
                let ca = constraints.decode::<Option<bool>>()?.unwrap_or(false);
                let path_length = constraints.decode::<Option<u32>>()?;
                Ok(BasicConstraints { ca, path_length })
            })
        })
    }

    /// The key usage, if the extension is there.
    pub(crate) fn key_usage(&self) -> Result<Option<KeyUsage>, CertificateError> {
        self.read_extension(oid::KEY_USAGE, "key usage", |reader| {
            let bits = reader.decode::<BitStringRef<'a>>()?;
            Ok(KeyUsage { key_cert_sign: bits.get(5).unwrap_or(false) })
        })
    }

    /// The extended key usages (RFC 5280 §4.2.1.12), if the extension is there; it is not empty then.
    ///
    /// ```text
    /// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER
    /// ```
    #[allow(dead_code)] // for formats that ask for one
    pub(crate) fn extended_key_usage(
        &self,
    ) -> Result<Option<Vec<ObjectIdentifier>>, CertificateError> {
        self.read_extension(oid::EXTENDED_KEY_USAGE, "extended key usage", |reader| {
            reader.sequence(|usages| {
                let mut read = Vec::new();
                loop {
                    read.push(usages.decode()?);
                    if usages.is_finished() {
                        return Ok(read);
                    }
                }
            })
        })
    }

    /// The subject alternative name (RFC 5280 §4.2.1.6) in DER: a `GeneralNames`.
    pub(crate) fn subject_alt_name(&self) -> Option<&'a [u8]> {
        self.extension(oid::SUBJECT_ALT_NAME).map(|extension| extension.value)
    }

    /// Reads what stands in an extension, and nothing behind it.
    pub(crate) fn read_extension<T>(
        &self,
        oid: ObjectIdentifier,
        what: &'static str,
        read: impl FnOnce(&mut SliceReader<'a>) -> Result<T, der::Error>,
    ) -> Result<Option<T>, CertificateError> {
        let Some(extension) = self.extension(oid) else { return Ok(None) };
        let value = SliceReader::new(extension.value).and_then(|mut reader| {
            let value = read(&mut reader)?;
            reader.finish()?;
            Ok(value)
        });
        value.map(Some).map_err(CertificateError::der(what))
    }
}
