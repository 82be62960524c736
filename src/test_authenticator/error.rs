//! Why the test authenticator failed.

use alloc::string::String;

/// Why the test authenticator created no response. [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TestAuthenticatorError {
    /// A browser would not accept the options.
    #[error("a browser would not accept the options: {0}")]
    Options(String),
    /// A credential in `excludeCredentials` is on this authenticator.
    #[error("a credential in excludeCredentials is on this authenticator")]
    Excluded,
    /// None of the offered algorithms is one of [`Behaviour::algorithms`](super::Behaviour::algorithms).
    #[error("none of the offered algorithms is supported")]
    NoAlgorithm,
    /// No credential on this authenticator answers the request.
    #[error("no credential on this authenticator answers the request")]
    NoCredential,
    /// User verification is required, but this authenticator does not support it.
    #[error("user verification is required, but this authenticator does not support it")]
    UserVerification,
    /// A discoverable credential is required, but this authenticator does not create any.
    #[error("a discoverable credential is required, but this authenticator does not create any")]
    NotDiscoverable,
    /// A value set by tampering cannot be encoded as CBOR.
    #[error("a value cannot be encoded as CBOR: {0}")]
    Cbor(String),
    /// A patch of the surrounding JSON names a place that does not exist.
    #[error("the response has no place {0}")]
    Patch(String),
    /// A field of a certificate cannot be encoded.
    #[error("a field of a certificate cannot be encoded: {0}")]
    Certificate(String),
    /// An attestation needs attested credential data, or a key of another kind.
    #[error("this attestation is not possible for such a credential")]
    Attestation,
    /// The bytes are not a key of their algorithm.
    #[error("not a key of this algorithm")]
    Key,
    /// Signing failed.
    #[error("signing failed")]
    Signing,
}

impl TestAuthenticatorError {
    /// Returns the name of the `DOMException` with which a browser reports it (§5.1.3, §5.1.4). `None` for mistakes of
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
