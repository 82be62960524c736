//! Certificates that the host supplies: anchors, and intermediates that complete paths.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use super::{
    certificate::Certificate,
    error::CertificateError,
    issuer::{Issuer, IssuerRules},
    public_key::SubjectPublicKeyInfo,
};
use crate::bytes::KeyHash;

/// A certificate that is kept, known to be well-formed. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedCertificate {
    der: Arc<[u8]>,
    subject: Arc<[u8]>,
}

/// A certificate that is trusted because the host says so: a root, an intermediate, or an attestation certificate
/// itself, which then vouches for nobody else.
///
/// It counts as long as the host supplies it: its own validity is not judged, as RFC 5280 §6.1 has it, but the length
/// and the names that it allows below itself are.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustAnchor(Arc<Kept>);

/// What is kept of an anchor: what paths ask of it is read once, and not for each.
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
    /// Keeps a certificate in DER.
    ///
    /// # Errors
    ///
    /// As [`Certificate::parse`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let subject = Certificate::parse(der)?.subject().as_bytes().into();
        Ok(Self { der: der.into(), subject })
    }

    /// Keeps the certificates of a PEM text (RFC 7468 §5), of which there must be one at least.
    ///
    /// # Errors
    ///
    /// Something in it is no PEM block, or no certificate.
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

    /// The certificate in DER.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.der
    }

    /// The subject's name in DER.
    pub(super) fn subject_bytes(&self) -> &[u8] {
        &self.subject
    }

    pub(super) fn parse(&self) -> Result<Certificate<'_>, CertificateError> {
        Certificate::parse(&self.der)
    }
}

impl TrustAnchor {
    /// An anchor from a certificate in DER.
    ///
    /// # Errors
    ///
    /// As [`Certificate::parse`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        OwnedCertificate::from_der(der)?.try_into()
    }

    /// Anchors from a PEM text with one certificate or more.
    ///
    /// # Errors
    ///
    /// As [`OwnedCertificate::from_pem`].
    pub fn from_pem(pem: &str) -> Result<Vec<Self>, CertificateError> {
        OwnedCertificate::from_pem(pem)?.into_iter().map(Self::try_from).collect()
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &OwnedCertificate {
        &self.0.certificate
    }

    /// Whether the certificate is this one.
    pub(super) fn is(&self, certificate: &Certificate<'_>) -> bool {
        self.certificate().as_bytes() == certificate.as_bytes()
    }

    /// Whether the certificate names this as its issuer.
    pub(super) fn issued_by_name(&self, certificate: &Certificate<'_>) -> bool {
        self.certificate().subject_bytes() == certificate.issuer_bytes()
    }

    /// What it says as an issuer.
    pub(super) fn issuer(&self) -> Result<Issuer<'_>, CertificateError> {
        let Kept { key, rules, name_constraints, .. } = &*self.0;
        Ok(Issuer {
            key: SubjectPublicKeyInfo::parse(key)?,
            rules: *rules,
            name_constraints: name_constraints.as_deref(),
        })
    }

    /// What names the anchor where it is recorded: the hash of its key, which stays if the certificate is renewed.
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

/// The parts of the text that end with the end of a certificate. Each has one block, or else it is none.
fn pem_blocks(pem: &str) -> impl Iterator<Item = &str> {
    let mut rest = pem;
    core::iter::from_fn(move || {
        if rest.trim().is_empty() {
            return None;
        }
        let end = rest.find(END).map_or(rest.len(), |at| at.saturating_add(END.len()));
        let (block, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(block.trim())
    })
}
