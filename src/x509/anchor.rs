//! Certificates from the host: anchors, and intermediates that complete paths.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use super::{
    certificate::Certificate,
    error::CertificateError,
    issuer::{Issuer, IssuerRules},
    public_key::SubjectPublicKeyInfo,
};
use crate::bytes::KeyHash;

/// An owned certificate that is known to be well-formed. Cheap to clone.
///
/// ```
/// use relying_party::{AttestationPolicy, x509::{CertificateError, OwnedCertificate}};
///
/// /// Completes paths with the intermediates in a file.
/// fn complete(policy: AttestationPolicy, pem: &str) -> Result<AttestationPolicy, CertificateError> {
///     Ok(policy.intermediates(OwnedCertificate::from_pem(pem)?))
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedCertificate {
    der: Arc<[u8]>,
    subject: Arc<[u8]>,
}

/// A certificate that the host trusts: a root, an intermediate, or an attestation certificate itself, which then
/// vouches for no other. [`AttestationPolicy`](crate::AttestationPolicy) has an example.
///
/// It is trusted for as long as the host supplies it: its validity period is not checked, as in RFC 5280 §6.1, but its
/// constraints on path length and names below it are.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustAnchor(Arc<Kept>);

/// The parts of an anchor that paths need, parsed once instead of for each path.
#[derive(PartialEq, Eq)]
struct Kept {
    certificate: OwnedCertificate,
    key_hash: KeyHash,
    /// The `SubjectPublicKeyInfo` in DER.
    key: Vec<u8>,
    rules: IssuerRules,
    name_constraints: Option<Vec<u8>>,
}

impl OwnedCertificate {
    /// Copies a certificate in DER.
    ///
    /// # Errors
    ///
    /// The same as [`Certificate::parse`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let subject = Certificate::parse(der)?.subject().as_bytes().into();
        Ok(Self { der: der.into(), subject })
    }

    /// Copies the certificates of a PEM text (RFC 7468 §5), which must contain at least one.
    ///
    /// # Errors
    ///
    /// If part of it is not a PEM block or not a certificate.
    pub fn from_pem(pem: &str) -> Result<Vec<Self>, CertificateError> {
        let certificates =
            pem_blocks(pem).map(Self::from_pem_block).collect::<Result<Vec<_>, _>>()?;
        if certificates.is_empty() { Err(CertificateError::Pem) } else { Ok(certificates) }
    }

    fn from_pem_block(block: &str) -> Result<Self, CertificateError> {
        match pem_rfc7468::decode_vec(block.as_bytes()) {
            Ok(("CERTIFICATE", der)) => Self::from_der(&der),
            _ => Err(CertificateError::Pem),
        }
    }

    /// Returns the certificate in DER.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.der
    }

    /// Returns the subject's name in DER.
    pub(super) fn subject_bytes(&self) -> &[u8] {
        &self.subject
    }

    pub(super) fn parse(&self) -> Result<Certificate<'_>, CertificateError> {
        Certificate::parse(&self.der)
    }
}

impl TrustAnchor {
    /// Creates an anchor from a certificate in DER.
    ///
    /// # Errors
    ///
    /// The same as [`Certificate::parse`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        OwnedCertificate::from_der(der)?.try_into()
    }

    /// Creates anchors from a PEM text with one or more certificates.
    ///
    /// # Errors
    ///
    /// The same as [`OwnedCertificate::from_pem`].
    pub fn from_pem(pem: &str) -> Result<Vec<Self>, CertificateError> {
        OwnedCertificate::from_pem(pem)?.into_iter().map(Self::try_from).collect()
    }

    /// Returns the certificate.
    #[must_use]
    pub fn certificate(&self) -> &OwnedCertificate {
        &self.0.certificate
    }

    /// Returns whether the certificate is this one.
    pub(super) fn is(&self, certificate: &Certificate<'_>) -> bool {
        self.certificate().as_bytes() == certificate.as_bytes()
    }

    /// Returns whether the certificate names this one as its issuer.
    pub(super) fn issued_by_name(&self, certificate: &Certificate<'_>) -> bool {
        self.certificate().subject_bytes() == certificate.issuer_bytes()
    }

    /// Returns its properties as an issuer.
    pub(super) fn issuer(&self) -> Result<Issuer<'_>, CertificateError> {
        let Kept { key, rules, name_constraints, .. } = &*self.0;
        Ok(Issuer {
            key: SubjectPublicKeyInfo::parse(key)?,
            rules: *rules,
            name_constraints: name_constraints.as_deref(),
        })
    }

    /// Returns what identifies the anchor in records: the hash of its key, which does not change when the certificate
    /// is renewed.
    #[must_use]
    pub fn key_hash(&self) -> KeyHash {
        self.0.key_hash
    }
}

impl TryFrom<OwnedCertificate> for TrustAnchor {
    type Error = CertificateError;

    fn try_from(certificate: OwnedCertificate) -> Result<Self, CertificateError> {
        let read = certificate.parse()?;
        let Issuer { key, rules, name_constraints } = Issuer::of(&read);
        Ok(Self(Arc::new(Kept {
            key_hash: read.key_hash(),
            key: key.as_bytes().to_vec(),
            rules,
            name_constraints: name_constraints.map(<[u8]>::to_vec),
            certificate,
        })))
    }
}

impl fmt::Debug for OwnedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedCertificate({} bytes)", self.der.len())
    }
}

impl fmt::Debug for TrustAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustAnchor({})", self.key_hash())
    }
}

const END: &str = "-----END CERTIFICATE-----";

/// Splits the text after the end of each certificate. Each part must contain exactly one block.
///
/// White space is trimmed at the start of each part only. Trimming the end of each would take quadratic time.
fn pem_blocks(pem: &str) -> impl Iterator<Item = &str> {
    let mut rest = pem.trim();
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(END).map_or(rest.len(), |at| at.saturating_add(END.len()));
        let (block, behind) = rest.split_at_checked(end)?;
        rest = behind.trim_start();
        Some(block)
    })
}
