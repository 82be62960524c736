//! What a certificate allows its key to be used for (RFC 5280 §4.2.1.3, §4.2.1.12).

use der::{Reader as _, SliceReader, Tag, asn1::ObjectIdentifier};

use super::{
    certificate::Certificate, error::CertificateError, oid, path::error::PathError, span::content,
};

/// What the key at the start of a path signs.
///
/// A certificate may restrict its key with an extended key usage. [`PathSearch`](super::PathSearch) rejects a
/// certificate whose extended key usage does not list the purpose, critical or not. `anyExtendedKeyUsage` allows every
/// purpose, and so does a certificate without the extension.
///
/// ```
/// use relying_party::x509::{KeyPurpose, PathSearch};
/// fn for_servers(search: PathSearch<'_>) -> PathSearch<'_> {
///     search.purpose(KeyPurpose::TlsServer)
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// Attestation statements. No extended key usage is defined for them, so a certificate with one is for something
    /// else.
    #[default]
    Attestation,
    /// `tcg-kp-AIKCertificate`: attestation statements of a TPM (§8.3.1).
    TpmAttestation,
    /// `id-kp-serverAuth`: what a server signs, such as a metadata BLOB or a `SafetyNet` response.
    TlsServer,
}

impl KeyPurpose {
    /// Returns the extended key usage for it.
    const fn extended_key_usage(self) -> Option<ObjectIdentifier> {
        match self {
            Self::Attestation => None,
            Self::TpmAttestation => Some(oid::TCG_KP_AIK_CERTIFICATE),
            Self::TlsServer => Some(oid::SERVER_AUTH),
        }
    }
}

impl Certificate<'_> {
    /// Checks that the key may sign for this purpose: an extended key usage, if present, must allow it, and a key usage
    /// must include `digitalSignature`.
    ///
    /// ```
    /// use relying_party::x509::{Certificate, KeyPurpose, PathError};
    /// fn check(certificate: &Certificate<'_>) -> Result<(), PathError> {
    ///     certificate.check_purpose(KeyPurpose::Attestation)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PathError::ExtendedKeyUsage`], [`PathError::DigitalSignature`], or an unreadable extension.
    pub fn check_purpose(&self, purpose: KeyPurpose) -> Result<(), PathError> {
        self.check_extended_key_usage(purpose)?;
        match self.key_usage()? {
            Some(usage) if !usage.digital_signature => Err(PathError::DigitalSignature),
            _ => Ok(()),
        }
    }

    /// Only checks the extended key usage.
    pub(super) fn check_extended_key_usage(&self, purpose: KeyPurpose) -> Result<(), PathError> {
        let named = purpose.extended_key_usage();
        let allows = |usage: &[u8]| {
            usage == oid::ANY_EXTENDED_KEY_USAGE.as_bytes()
                || named.is_some_and(|named| usage == named.as_bytes())
        };
        match self.any_extended_key_usage(allows)? {
            Some(false) => Err(PathError::ExtendedKeyUsage),
            Some(true) | None => Ok(()),
        }
    }

    /// Returns whether the certificate lists this extended key usage. `false` without the extension.
    pub(crate) fn has_extended_key_usage(
        &self,
        usage: ObjectIdentifier,
    ) -> Result<bool, CertificateError> {
        let found = self.any_extended_key_usage(|listed| listed == usage.as_bytes())?;
        Ok(found.unwrap_or(false))
    }

    /// Returns whether any of the extended key usages matches. `None` without the extension.
    ///
    /// ```text
    /// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER
    /// ```
    fn any_extended_key_usage(
        &self,
        matches: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<bool>, CertificateError> {
        self.read_extension(oid::EXTENDED_KEY_USAGE, "extended key usage", |reader| {
            reader.sequence(|usages: &mut SliceReader<'_>| {
                let mut found = false;
                while !usages.is_finished() {
                    found |= matches(content(usages, Tag::ObjectIdentifier)?);
                }
                Ok(found)
            })
        })
    }
}
