//! What is wrong with bytes that do not parse: the error of the wire layer.

use alloc::string::{String, ToString as _};

use crate::{cbor::CborError, json::base64url::InvalidBase64Url};

/// A message that is not what its grammar says. Its code is `malformed`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// More bytes than the limit of [`limits`](crate::limits) for such a thing.
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Most bytes allowed.
        max: usize,
    },
    /// JSON that does not parse, lacks a member, has one twice, or has one of another type.
    #[error("{what}: {reason}")]
    Json {
        /// Which JSON text.
        what: &'static str,
        /// What the JSON parser says, with line and column.
        reason: String,
    },
    /// A member that is not base64url.
    #[error("{what} is not base64url")]
    Base64Url {
        /// Which member.
        what: &'static str,
    },
    /// CBOR that does not parse or breaks a rule of the CTAP2 canonical form that is enforced.
    #[error("{what}: {error} at byte {offset}")]
    Cbor {
        /// Which structure.
        what: &'static str,
        /// What is wrong.
        error: CborError,
        /// Where, counted from the start of the structure.
        offset: usize,
    },
    /// The credential's `type` is not `public-key`.
    #[error("credential type is not public-key")]
    CredentialType,
    /// Authenticator data whose length does not fit its flags.
    #[error("authenticator data: {0}")]
    AuthenticatorData(&'static str),
    /// A COSE key without a required parameter, with one of the wrong type, length or value, or with one too many.
    #[error("COSE key: {0}")]
    CoseKey(&'static str),
}

impl Malformed {
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        Self::Json { what, reason: error.to_string() }
    }

    pub(crate) fn base64url(what: &'static str, error: InvalidBase64Url, max: usize) -> Self {
        match error {
            InvalidBase64Url::Syntax => Self::Base64Url { what },
            InvalidBase64Url::TooLong => Self::TooLong { what, max },
        }
    }
}
