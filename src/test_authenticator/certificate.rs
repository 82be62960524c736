//! Certificates for tests (RFC 5280). You can tamper with every field before signing.

pub(super) mod der;
mod name;
mod signature;

use alloc::{string::String, vec, vec::Vec};

use ::der::{Decode as _, Reader as _, SliceReader, asn1::AnyRef};
use sha1::{Digest as _, Sha1};

pub use self::name::{TestAttribute, TestName};
use super::{TestAuthenticatorError, TestKey};

/// The fields of a certificate before it is signed. You can tamper with each.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestCertificate {
    /// `version`: 2 for version 3.
    pub version: u8,
    /// `serialNumber`, big-endian.
    pub serial: Vec<u8>,
    /// `issuer`.
    pub issuer: TestName,
    /// `notBefore`, as `YYYYMMDDhhmmssZ`.
    pub not_before: String,
    /// `notAfter`, as `YYYYMMDDhhmmssZ`.
    pub not_after: String,
    /// `subject`.
    pub subject: TestName,
    /// `subjectPublicKeyInfo` in DER.
    pub public_key: Vec<u8>,
    /// `extensions`, in this order.
    pub extensions: Vec<TestExtension>,
}

/// An extension of a certificate.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestExtension {
    /// `extnID`, in dotted form.
    pub oid: String,
    /// `critical`.
    pub critical: bool,
    /// The content of `extnValue`.
    pub value: Vec<u8>,
}

impl TestExtension {
    /// `basicConstraints`.
    pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    /// `keyUsage`.
    pub const KEY_USAGE: &str = "2.5.29.15";
    /// `subjectKeyIdentifier`.
    pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
    /// `authorityKeyIdentifier`.
    pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
    /// `extKeyUsage`.
    pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
    /// `subjectAltName`.
    pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
    /// `id-fido-gen-ce-aaguid` (§8.2.1).
    pub const AAGUID: &str = "1.3.6.1.4.1.45724.1.1.4";
    /// Apple's nonce (§8.8).
    pub const APPLE_NONCE: &str = "1.2.840.113635.100.8.2";
    /// Android's `KeyDescription` (§8.4.1).
    pub const KEY_DESCRIPTION: &str = "1.3.6.1.4.1.11129.2.1.17";

    /// Creates an extension from these three.
    #[must_use]
    pub fn new(oid: &str, critical: bool, value: impl Into<Vec<u8>>) -> Self {
        Self { oid: oid.into(), critical, value: value.into() }
    }

    fn to_der(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let critical = if self.critical { der::tlv(der::BOOLEAN, [0xff]) } else { Vec::new() };
        let value = der::tlv(der::OCTET_STRING, &self.value);
        Ok(der::constructed(der::SEQUENCE, &[&der::oid(&self.oid)?, &critical, &value]))
    }
}

impl TestCertificate {
    /// Creates a certificate of version 3, valid from 2024 to 3024, for these names and this key, without extensions.
    ///
    /// # Errors
    ///
    /// The same as [`TestKey::spki`].
    pub fn new(
        issuer: TestName,
        subject: TestName,
        key: &TestKey,
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self {
            version: 2,
            serial: vec![1],
            issuer,
            not_before: "20240101000000Z".into(),
            not_after: "30240101000000Z".into(),
            subject,
            public_key: key.spki()?,
            extensions: Vec::new(),
        })
    }

    /// Returns the extension of that type.
    #[must_use]
    pub fn extension(&self, oid: &str) -> Option<&TestExtension> {
        self.extensions.iter().find(|extension| extension.oid == oid)
    }

    /// Replaces the extension of that type, or adds one at the end.
    pub fn set_extension(&mut self, oid: &str, critical: bool, value: impl Into<Vec<u8>>) {
        let extension = TestExtension::new(oid, critical, value);
        match self.extensions.iter_mut().find(|found| found.oid == oid) {
            Some(found) => *found = extension,
            None => self.extensions.push(extension),
        }
    }

    /// Removes the extensions of that type.
    pub fn remove_extension(&mut self, oid: &str) {
        self.extensions.retain(|extension| extension.oid != oid);
    }

    /// Encodes the certificate and signs it with its issuer's key.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Certificate`] for an invalid object identifier or time, otherwise only cryptographic
    /// errors.
    pub fn sign(&self, issuer: &TestKey) -> Result<Vec<u8>, TestAuthenticatorError> {
        let algorithm = signature::identifier(issuer.algorithm())?;
        let body = self.body(&algorithm)?;
        let signature = der::bit_string(&issuer.sign(&body)?);
        Ok(der::constructed(der::SEQUENCE, &[&body, &algorithm, &signature]))
    }

    /// `TBSCertificate`.
    fn body(&self, algorithm: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        // DER omits a field that has its default value.
        let version = match self.version {
            0 => Vec::new(),
            version => der::tagged(0, &der::unsigned(&[version])),
        };
        let validity = [instant(&self.not_before)?, instant(&self.not_after)?].concat();
        let extensions = self.extensions.iter().map(TestExtension::to_der);
        let extensions = match extensions.collect::<Result<Vec<_>, _>>()?.concat() {
            none if none.is_empty() => none,
            some => der::tagged(3, &der::tlv(der::SEQUENCE, some)),
        };
        Ok(der::constructed(
            der::SEQUENCE,
            &[
                &version,
                &der::unsigned(&self.serial),
                algorithm,
                &self.issuer.to_der()?,
                &der::tlv(der::SEQUENCE, validity),
                &self.subject.to_der()?,
                &self.public_key,
                &extensions,
            ],
        ))
    }
}

/// `Time`: `UTCTime` until 2049, `GeneralizedTime` from then on (RFC 5280 §4.1.2.5).
fn instant(text: &str) -> Result<Vec<u8>, TestAuthenticatorError> {
    match text.get(..4).zip(text.get(2..)) {
        Some((year, short)) if ("1950".."2050").contains(&year) => {
            Ok(der::tlv(der::UTC_TIME, short))
        }
        Some(_) => Ok(der::tlv(der::GENERALIZED_TIME, text)),
        None => Err(TestAuthenticatorError::Certificate(text.into())),
    }
}

/// The key identifier of RFC 5280 §4.2.1.2, method 1: SHA-1 of the bits of the public key.
pub(super) fn key_identifier(spki: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
    let bits = || {
        let mut reader = SliceReader::new(spki)?;
        reader.sequence(|info| {
            AnyRef::decode(info)?;
            AnyRef::decode(info)
        })
    };
    let bits: Result<AnyRef<'_>, ::der::Error> = bits();
    let bits = bits.map_err(|_| TestAuthenticatorError::Key)?;
    // The first byte counts the unused bits.
    Ok(Sha1::digest(bits.value().get(1..).unwrap_or_default()).to_vec())
}
