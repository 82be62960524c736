//! Why the test authenticator made nothing.

use alloc::string::String;

/// Why the test authenticator made no response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TestAuthenticatorError {
    /// The options are not what a browser would take.
    #[error("the options are not ones that a browser takes: {0}")]
    Options(String),
    /// A credential in `excludeCredentials` is on this authenticator.
    #[error("a credential in excludeCredentials is on this authenticator")]
    Excluded,
    /// None of the offered algorithms is one of [`Behaviour::algorithms`](super::Behaviour::algorithms).
    #[error("none of the offered algorithms is supported")]
    NoAlgorithm,
    /// Nothing on this authenticator answers the request.
    #[error("no credential on this authenticator answers the request")]
    NoCredential,
    /// User verification is required, and this authenticator does not do it.
    #[error("user verification is required, and this authenticator does not do it")]
    UserVerification,
    /// A discoverable credential is required, and this authenticator makes none.
    #[error("a discoverable credential is required, and this authenticator makes none")]
    NotDiscoverable,
    /// A value that a bend put in place cannot be written as CBOR.
    #[error("a value cannot be written as CBOR: {0}")]
    Cbor(String),
    /// A bend of the outer JSON names a place that is not there.
    #[error("the response has no place {0}")]
    Patch(String),
    /// A field of a certificate cannot be written.
    #[error("a field of a certificate cannot be written: {0}")]
    Certificate(String),
    /// An attestation that needs attested credential data, or a key of another kind.
    #[error("this attestation cannot be made of such a credential")]
    Attestation,
    /// Bytes that are no key of their algorithm.
    #[error("not a key of this algorithm")]
    Key,
    /// The cryptography failed to sign.
    #[error("signing failed")]
    Signing,
}

impl TestAuthenticatorError {
    /// The name of the `DOMException` with which a browser reports it (§5.1.3, §5.1.4); `None` for mistakes of
    /// the test itself.
    #[must_use]
    pub const fn dom_exception(&self) -> Option<&'static str> {
        match self {
            Self::Options(_) => Some("EncodingError"),
            Self::Excluded => Some("InvalidStateError"),
            Self::NoAlgorithm => Some("NotSupportedError"),
            Self::NotDiscoverable => Some("ConstraintError"),
            Self::NoCredential | Self::UserVerification => Some("NotAllowedError"),
            Self::Cbor(_)
            | Self::Patch(_)
            | Self::Certificate(_)
            | Self::Attestation
            | Self::Key
            | Self::Signing => None,
        }
    }
}
