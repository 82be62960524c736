//! Why there is no path.

use crate::{
    limits::{CERTIFICATES_MAX, INTERMEDIATES_MAX},
    time::Timestamp,
    x509::CertificateError,
};

/// Why no path leads to an anchor. [`PathSearch`](super::PathSearch) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// There is no certificate to start with.
    #[error("there is no certificate")]
    NoCertificate,
    /// There are more certificates than the maximum.
    #[error("there are more than {CERTIFICATES_MAX} certificates")]
    TooManyCertificates,
    /// A certificate, or one of its extensions, is not well-formed.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Neither an anchor nor another certificate has the name of the issuer.
    #[error("no certificate leads to an anchor")]
    UnknownIssuer,
    /// A certificate is not valid yet.
    #[error("a certificate is valid from {}, but the time is {}", not_before.as_unix_millis(), now.as_unix_millis())]
    NotYetValid {
        /// The time of verification.
        now: Timestamp,
        /// The first time of its validity.
        not_before: Timestamp,
    },
    /// A certificate has expired.
    #[error("a certificate was valid until {}, but the time is {}", not_after.as_unix_millis(), now.as_unix_millis())]
    Expired {
        /// The time of verification.
        now: Timestamp,
        /// The last second of its validity.
        not_after: Timestamp,
    },
    /// A critical extension is unknown.
    #[error("a certificate has an unknown critical extension")]
    CriticalExtension,
    /// An issuer is not a CA, or does not have version 3 (RFC 5280 §6.1.4 k).
    #[error("an issuer is not a CA")]
    NotCa,
    /// An issuer's key may not sign certificates (RFC 5280 §6.1.4 n).
    #[error("an issuer may not sign certificates")]
    KeyUsage,
    /// The extended key usage of a certificate does not allow its use (RFC 5280 §4.2.1.12).
    #[error("the extended key usage of a certificate does not allow this use")]
    ExtendedKeyUsage,
    /// The key usage of the first certificate does not include `digitalSignature` (RFC 5280 §4.2.1.3).
    #[error("the key usage of the first certificate does not include digitalSignature")]
    DigitalSignature,
    /// There are more CAs below an issuer than it allows (RFC 5280 §6.1.4 l, m).
    #[error("the path is longer than an issuer allows")]
    PathLength,
    /// An issuer does not allow a name (RFC 5280 §6.1.3 b, c).
    #[error("an issuer does not allow a name")]
    NameConstraints,
    /// The signature algorithm is not supported or not acceptable.
    #[error("a signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// A signature uses SHA-1, which the policy does not accept.
    #[error("a certificate is signed with SHA-1")]
    Sha1,
    /// A signature is not the issuer's.
    #[error("a signature is not the issuer's")]
    Signature,
    /// The host says that a certificate is revoked.
    #[error("a certificate is revoked")]
    Revoked,
    /// There are more than [`INTERMEDIATES_MAX`] certificates in between.
    #[error("there are more than {INTERMEDIATES_MAX} certificates in between")]
    TooLong,
    /// No path was found within the limits of one search: [`PATH_CANDIDATES_MAX`], [`PATH_SIGNATURES_MAX`] and
    /// [`NAME_COMPARISONS_MAX`].
    ///
    /// [`PATH_CANDIDATES_MAX`]: crate::limits::PATH_CANDIDATES_MAX
    /// [`PATH_SIGNATURES_MAX`]: crate::limits::PATH_SIGNATURES_MAX
    /// [`NAME_COMPARISONS_MAX`]: crate::limits::NAME_COMPARISONS_MAX
    #[error("no path was found within the limits of one search")]
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
