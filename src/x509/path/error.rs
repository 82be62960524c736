//! Why there is no path.

use crate::{
    limits::{CERTIFICATES_MAX, INTERMEDIATES_MAX, PATH_SIGNATURES_MAX},
    time::Timestamp,
    x509::CertificateError,
};

/// Why no path leads to an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// There is no certificate to begin with.
    #[error("no certificate")]
    NoCertificate,
    /// More certificates came than are looked at.
    #[error("more than {CERTIFICATES_MAX} certificates")]
    TooManyCertificates,
    /// A certificate is not well-formed, or an extension of it.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Neither an anchor nor another certificate has the name of the issuer.
    #[error("no certificate leads to an anchor")]
    UnknownIssuer,
    /// A certificate that is not valid yet.
    #[error("a certificate is valid from {} on, and judged at {}", not_before.as_unix_millis(), now.as_unix_millis())]
    NotYetValid {
        /// The instant of judging.
        now: Timestamp,
        /// The first instant of its validity.
        not_before: Timestamp,
    },
    /// A certificate that has expired.
    #[error("a certificate is valid until {}, and judged at {}", not_after.as_unix_millis(), now.as_unix_millis())]
    Expired {
        /// The instant of judging.
        now: Timestamp,
        /// The last second of its validity.
        not_after: Timestamp,
    },
    /// A critical extension that is not understood.
    #[error("a critical extension that is not understood")]
    CriticalExtension,
    /// An issuer that is no CA, or not of version 3 (RFC 5280 §6.1.4 k).
    #[error("an issuer that is no CA")]
    NotCa,
    /// An issuer whose key may not sign certificates (RFC 5280 §6.1.4 n).
    #[error("an issuer that may not sign certificates")]
    KeyUsage,
    /// More CAs below an issuer than it allows (RFC 5280 §6.1.4 l, m).
    #[error("a path longer than an issuer allows")]
    PathLength,
    /// A name that an issuer does not allow (RFC 5280 §6.1.3 b, c).
    #[error("a name that an issuer does not allow")]
    NameConstraints,
    /// A signature algorithm that is not supported, or not acceptable.
    #[error("a signature algorithm that is not supported")]
    UnsupportedAlgorithm,
    /// SHA-1, where policy does not accept it.
    #[error("a certificate signed with SHA-1")]
    Sha1,
    /// A signature that is not the issuer's.
    #[error("a signature that is not the issuer's")]
    Signature,
    /// A certificate that is revoked, as the host says.
    #[error("a certificate is revoked")]
    Revoked,
    /// More certificates between than [`INTERMEDIATES_MAX`].
    #[error("more than {INTERMEDIATES_MAX} certificates between")]
    TooLong,
    /// No path was found before [`PATH_SIGNATURES_MAX`] signatures were verified.
    #[error("no path found with {PATH_SIGNATURES_MAX} signatures verified")]
    Budget,
}

impl PathError {
    /// Keeps the first reason that says more than that there is no issuer.
    pub(super) fn keep(&mut self, error: Self) {
        if *self == Self::UnknownIssuer {
            *self = error;
        }
    }
}
