//! The extensions of RFC 5280 that are parsed here. Attestation formats parse all others.

use der::{
    Reader as _, SliceReader,
    asn1::{BitStringRef, ObjectIdentifier},
};

use super::{certificate::Certificate, error::CertificateError, oid, span::boolean_or_false};

/// Whether the subject is a CA, and how long a path may be (RFC 5280 §4.2.1.9).
///
/// ```text
/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_length: Option<u32>,
}

/// What the key is for (RFC 5280 §4.2.1.3).
///
/// ```text
/// KeyUsage ::= BIT STRING { digitalSignature (0), …, keyCertSign (5), cRLSign (6), … }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage {
    pub(crate) digital_signature: bool,
    pub(crate) key_cert_sign: bool,
    pub(crate) crl_sign: bool,
}

impl<'a> Certificate<'a> {
    /// Returns the basic constraints, if present.
    pub(crate) fn basic_constraints(&self) -> Result<Option<BasicConstraints>, CertificateError> {
        self.read_extension(oid::BASIC_CONSTRAINTS, "basic constraints", |reader| {
            reader.sequence(|constraints| {
                let ca = boolean_or_false(constraints)?;
                let path_length = constraints.decode::<Option<u32>>()?;
                Ok(BasicConstraints { ca, path_length })
            })
        })
    }

    /// Returns the key usage, if present.
    pub(crate) fn key_usage(&self) -> Result<Option<KeyUsage>, CertificateError> {
        self.read_extension(oid::KEY_USAGE, "key usage", |reader| {
            let bits = reader.decode::<BitStringRef<'a>>()?;
            let has = |bit| bits.get(bit).unwrap_or(false);
            Ok(KeyUsage { digital_signature: has(0), key_cert_sign: has(5), crl_sign: has(6) })
        })
    }

    /// Returns the name constraints (RFC 5280 §4.2.1.10) in DER, if present.
    pub(super) fn name_constraints(&self) -> Option<&'a [u8]> {
        self.extension(oid::NAME_CONSTRAINTS).map(|extension| extension.value)
    }

    /// Parses the value of an extension, without trailing bytes.
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
