//! Why bytes are not a certificate that this crate can use.

/// A problem with a certificate itself, no matter who issued it.
/// [`Certificate`](crate::x509::Certificate) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is not the DER that the grammar requires, or has trailing bytes.
    #[error("{what} is not DER: {error}")]
    Der {
        /// The name of the structure.
        what: &'static str,
        /// The error of the DER reader.
        error: DerError,
    },
    /// RFC 5280 does not define the version.
    #[error("the version is not 1, 2 or 3")]
    Version,
    /// A certificate of another version than 3 has extensions (RFC 5280 §4.1.2.9).
    #[error("a certificate of another version than 3 has extensions")]
    ExtensionsNeedV3,
    /// A list has more items than its limit in [`limits`](crate::limits).
    #[error("too many {0}")]
    TooMany(&'static str),
    /// An extension is repeated (RFC 5280 §4.2).
    #[error("an extension is repeated")]
    DuplicateExtension,
    /// The signature algorithm is not the one that was signed (RFC 5280 §4.1.1.2).
    #[error("the two signature algorithms differ")]
    SignatureAlgorithmsDiffer,
    /// The public key has an unsupported type or encoding.
    #[error("public key: {0}")]
    PublicKey(&'static str),
    /// The text is not PEM with certificates.
    #[error("the text is not PEM with certificates")]
    Pem,
}

/// Which rule of DER was broken, for developers. Its text is not stable.
/// [`Certificate`](crate::x509::Certificate) has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DerError(der::Error);

impl CertificateError {
    /// Names the structure whose DER is broken. For `map_err`.
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
