//! Why bytes are no certificate that this crate can use.

/// What is wrong with a certificate by itself, whoever issued it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not the DER that the grammar wants, or something follows it.
    #[error("{what} is not DER: {error}")]
    Der {
        /// Which structure.
        what: &'static str,
        /// What the DER reader says.
        error: DerError,
    },
    /// A version that RFC 5280 does not define.
    #[error("not version 1, 2 or 3")]
    Version,
    /// Extensions in a certificate that is not of version 3 (RFC 5280 §4.1.2.9).
    #[error("extensions in a certificate that is not of version 3")]
    ExtensionsNeedV3,
    /// More extensions than [`CERTIFICATE_EXTENSIONS_MAX`](crate::limits::CERTIFICATE_EXTENSIONS_MAX).
    #[error("too many extensions")]
    TooManyExtensions,
    /// An extension that stands twice (RFC 5280 §4.2).
    #[error("an extension that stands twice")]
    DuplicateExtension,
    /// The signature algorithm is not the one that was signed (RFC 5280 §4.1.1.2).
    #[error("the two signature algorithms differ")]
    SignatureAlgorithmsDiffer,
    /// A public key of a kind, or in an encoding, that is not supported.
    #[error("public key: {0}")]
    PublicKey(&'static str),
    /// Text that is not PEM with certificates in it.
    #[error("not PEM of certificates")]
    Pem,
}

/// Which rule of DER was broken, for developers. Its text is not stable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DerError(der::Error);

impl CertificateError {
    /// Names the structure in which DER was broken; for `map_err`.
    pub(crate) const fn der(what: &'static str) -> impl Fn(der::Error) -> Self {
        move |error| Self::Der { what, error: DerError(error) }
    }
}

impl core::fmt::Debug for DerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DerError({self})")
    }
}

impl core::fmt::Display for DerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
