//! Errors in extension inputs and extension outputs.

use alloc::string::String;

use super::{CredentialProtection, Extension};

/// Inputs that a client would reject, or that request the impossible: the host's mistake.
/// [`RegistrationInputs`](crate::extensions::RegistrationInputs) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidExtensions {
    /// §9.1: an identifier has 1 to 32 printable ASCII characters, neither `"` nor `\`.
    #[error("{0:?} is not an extension identifier")]
    Identifier(String),
    /// The extension has typed inputs.
    #[error("{0} has a typed input and cannot be passed through")]
    Typed(Extension),
    /// The input is not JSON, or is `null`, which clients treat as a value.
    #[error("the input of {0:?} is null or cannot be written as JSON")]
    Input(String),
    /// §10.1.1: an AppID must be an HTTPS URL.
    #[error("an AppID must be an HTTPS URL")]
    AppId,
    /// An output is required that was not requested.
    #[error("{0} is required but not requested")]
    NotRequested(Extension),
    /// §10.1.4: `evalByCredential` requires an allow list that contains each of its keys.
    #[error("prf values are given for a credential that this ceremony does not allow")]
    PrfCredential,
    /// §10.1.5: a write requires exactly one allowed credential.
    #[error("writing a large blob requires exactly one allowed credential, not {0}")]
    LargeBlobWrite(usize),
}

/// An output does not match what was requested (§7.1 step 28, §7.2 step 23). The error does not contain the output.
/// [`RegistrationInputs`](crate::extensions::RegistrationInputs) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// A required output is absent or has the wrong type.
    #[error("{0} is required, but has no readable output")]
    Missing(Extension),
    /// A required output says no.
    #[error("{0} is required, but did not take effect")]
    NotDone(Extension),
    /// The client acted for a remote one, which the ceremony does not
    /// [allow](crate::extensions::AuthenticationInputs::allow_remote_client).
    #[error("the client acted for a remote one (remoteClientDataJSON), which is not allowed")]
    RemoteClient,
    /// The credential's protection is weaker than required.
    #[error("credProtect is {found:?}, but {required:?} is required")]
    CredProtect {
        /// The weakest protection that is accepted.
        required: CredentialProtection,
        /// What the authenticator reports. If it reports nothing, the weakest.
        found: CredentialProtection,
    },
    /// The authenticator allows shorter PINs than required.
    #[error("PINs may have {found} code points, but at least {required} are required")]
    MinPinLength {
        /// The minimum length that is accepted.
        required: u32,
        /// What the authenticator reports.
        found: u64,
    },
}
