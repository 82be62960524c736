//! What is wrong with extension inputs and with extension outputs.

use alloc::string::String;

use super::{CredentialProtection, Extension};

/// Inputs that a client would refuse, or that ask for what cannot be had: the host's mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidExtensions {
    /// §9.1: an identifier has 1 to 32 printable ASCII characters, neither `"` nor `\`.
    #[error("{0:?} is no extension identifier")]
    Identifier(String),
    /// This extension has typed inputs.
    #[error("{0} has an input of its own and cannot be passed through")]
    Typed(Extension),
    /// An input that is no JSON, or `null`, which clients take for a value.
    #[error("the input of {0:?} is null or cannot be written as JSON")]
    Input(String),
    /// §10.1.1: an AppID is a https URL.
    #[error("an AppID is a https URL")]
    AppId,
    /// An output is required that nothing asks for.
    #[error("{0} is required but not requested")]
    NotRequested(Extension),
    /// §10.1.4: `evalByCredential` needs credentials to be allowed, each key being one of them.
    #[error("prf values are given for a credential that is not allowed in this ceremony")]
    PrfCredential,
    /// §10.1.5: a write needs exactly one credential to be allowed.
    #[error("a large blob is written with exactly one allowed credential, not {0}")]
    LargeBlobWrite(usize),
}

/// Outputs that are not what was requested (§7.1 step 28, §7.2 step 23). It holds no output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// The client's outputs are not an object, have a member twice, or too many members.
    #[error("clientExtensionResults is not an object whose members stand once")]
    ClientOutputs,
    /// A requested output has another type than its extension says.
    #[error("the output of {0} is not of its type")]
    Type(Extension),
    /// A required output is absent.
    #[error("{0} is required, but has no output")]
    Missing(Extension),
    /// A required output says no.
    #[error("{0} is required, but was not done")]
    NotDone(Extension),
    /// A credential that is protected less than is required.
    #[error("credProtect is {found:?}, but {required:?} is required")]
    CredProtect {
        /// The least that is accepted.
        required: CredentialProtection,
        /// What the authenticator says; nothing said is the least.
        found: CredentialProtection,
    },
    /// A shorter PIN than is required.
    #[error("PINs may have {found} code points, but at least {required} are required")]
    MinPinLength {
        /// The least that is accepted.
        required: u32,
        /// What the authenticator says.
        found: u64,
    },
}
