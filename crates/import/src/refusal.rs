//! Why a row is not imported.

use relying_party::ImportError;

use crate::lines::LINE_MAX;

/// Why a row cannot be imported. `Display` writes a sentence for the operator. It quotes nothing of the row but the
/// names of members, so it can go into a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The line is longer than [`LINE_MAX`].
    #[error("the line is longer than {LINE_MAX} bytes")]
    TooLong,
    /// The line is not JSON.
    #[error("the line is not a JSON object (column {column})")]
    NotJson {
        /// Where the mistake is, in bytes, counted from 1.
        column: usize,
    },
    /// A member that every passkey needs is missing, or is `null`.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A name occurs twice, if case and underscores are ignored.
    #[error("`{0}` is there more than once")]
    Twice(&'static str),
    /// A member does not have the form that the system gives it.
    #[error("`{member}` is not {expected}")]
    Invalid {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The system does not store the user handle that it sent to the browser, and the row does not have it either.
    #[error("`user_handle` is missing: {0}")]
    NoUserHandle(&'static str),
    /// The row is a credential of another kind, such as a password.
    #[error("the row is not a passkey but a credential of another type")]
    NotAPasskey,
    /// The passkey was exported for another RP ID. It cannot work with this one.
    #[error("the passkey belongs to another RP ID")]
    AnotherRpId,
    /// The export has a version that this crate does not know.
    #[error("the version of the export is unknown: update relying-party-import")]
    Version,
    /// An earlier line has the same credential ID.
    #[error("the credential ID is also that of line {line}")]
    Duplicate {
        /// The earlier line, counted from 1.
        line: u64,
    },
    /// No registration could have created the passkey.
    #[error(transparent)]
    Passkey(#[from] ImportError),
}
