//! Why a list cannot be used.

use crate::{limits::CRL_MAX, x509::CertificateError};

/// Why a certificate revocation list cannot be used. [`Crl`](crate::x509::Crl) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// The list is longer than [`CRL_MAX`] bytes.
    #[error("the CRL is longer than {CRL_MAX} bytes")]
    TooLong,
    /// The list, or the certificate of its issuer, is not well-formed.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// RFC 5280 does not define the version, or a list of version 1 has extensions (RFC 5280 §5.1.2.1).
    #[error("the version of the CRL is unknown, or does not allow extensions")]
    Version,
    /// `nextUpdate` is missing (RFC 5280 §5.1.2.5), so an attacker could present the list forever.
    #[error("the CRL does not say when the next one will be issued")]
    NoNextUpdate,
    /// It is a delta CRL, which only contains changes (RFC 5280 §5.2.4).
    #[error("delta CRLs are not supported")]
    Delta,
    /// It is an indirect CRL, with certificates of other issuers (RFC 5280 §5.3.3).
    #[error("indirect CRLs are not supported")]
    Indirect,
    /// It has an issuing distribution point, so it may only cover some certificates or some reasons (RFC 5280 §5.2.5).
    #[error("CRLs with an issuing distribution point are not supported")]
    Partial,
    /// The list or an entry has an unknown critical extension (RFC 5280 §5.2, §5.3).
    #[error("the CRL has an unknown critical extension")]
    CriticalExtension,
    /// The certificate is not that of the issuer.
    #[error("the CRL is from another issuer")]
    OtherIssuer,
    /// The key usage of the issuer does not include `cRLSign` (RFC 5280 §6.3.3 f).
    #[error("the key usage of the issuer does not include cRLSign")]
    KeyUsage,
    /// The signature algorithm is not supported.
    #[error("the signature algorithm of the CRL is not supported")]
    UnsupportedAlgorithm,
    /// The signature is not the issuer's.
    #[error("the signature of the CRL is invalid")]
    Signature,
}
