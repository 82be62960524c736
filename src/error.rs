//! The error of the flows: what went wrong, for whom, and what of it the public may know.

#[cfg(test)]
mod table;

use alloc::{string::String, vec, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    ceremony::CeremonyError, extensions::InvalidExtensions, json::UnknownCredential,
    malformed::Malformed, name::InvalidName,
};

/// Why a flow ended without success.
///
#[doc = include_str!("../ERRORS.md")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The registration broke a rule of §7.1.
    #[error("the registration was refused: {0}")]
    Registration(#[source] CeremonyError),
    /// The assertion broke a rule of §7.2.
    #[error("the sign-in was refused: {0}")]
    Authentication(#[source] CeremonyError),
    /// The credential is not registered at this relying party, or not any more. The payload tells the browser so.
    #[error("the credential is not registered")]
    UnknownCredential(UnknownCredential),
    /// There is no such ceremony: it was used already, never begun, or began in another place.
    #[error("there is no such ceremony, or it was used already")]
    CeremonyNotFound,
    /// The ceremony took longer than it may, or has not begun yet by this machine's clock.
    #[error("the ceremony has expired")]
    CeremonyExpired,
    /// The ceremony was begun for something else.
    #[error("the ceremony was begun for {0}")]
    CeremonyMismatch(&'static str),
    /// The credential is registered already, to this account or to another.
    #[error("the credential is registered already")]
    AlreadyExists,
    /// The account has as many passkeys as it may.
    #[error("the account has {max} passkeys already, the most that is allowed")]
    LimitReached {
        /// The most that is allowed.
        max: u32,
    },
    /// The account has no such passkey.
    #[error("the account has no such passkey")]
    PasskeyNotFound,
    /// The account's last passkey has to stay.
    #[error("the account's last passkey cannot be deleted")]
    LastPasskey,
    /// The new name is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The extension inputs are ones that a client would refuse.
    #[error(transparent)]
    Extensions(#[from] InvalidExtensions),
    /// The relying party's settings do not allow passkeys, or this use of them.
    #[error("{0} are disabled")]
    Disabled(Feature),
    /// The action needs a recent verification of its user.
    #[error("the action needs a recent verification of its user: {0}")]
    ReverificationRequired(ReverificationReason),
    /// The account has no passkey with which its user could be verified.
    #[error("the account has no passkey")]
    NoPasskeys,
    /// Other sign-ins with the same passkey kept changing it meanwhile.
    #[error("the passkey was changed by other sign-ins meanwhile")]
    Conflict,
    /// The host answered an effect with a reply of another kind.
    #[error("the reply does not answer the effect {0}")]
    UnexpectedReply(&'static str),
    /// The store returned something other than what was asked for.
    #[error("the store returned {0}")]
    Inconsistent(&'static str),
}

/// What [`Settings`](crate::Settings) can switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// Passkeys altogether.
    Passkeys,
    /// Sign-in by the autofill of a form.
    Autofill,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passkeys => "passkeys",
            Self::Autofill => "passkeys in autofill",
        })
    }
}

/// Why a verification does not do, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReverificationReason {
    /// There is none.
    #[error("there is none")]
    Missing,
    /// It is older than the settings allow.
    #[error("it is too old")]
    TooOld,
    /// It was made by a clock that is ahead of this one by more than clocks differ.
    #[error("it comes from the future")]
    FromTheFuture,
    /// Another user was verified.
    #[error("another user was verified")]
    AnotherUser,
    /// The user was verified at another relying party.
    #[error("it was made at another relying party")]
    AnotherRelyingParty,
    /// The passkey was used without user verification that counts.
    #[error("the authenticator did not verify the user")]
    NotUserVerified,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's: what it sent cannot be accepted. HTTP 400, 404, 409 or 422: see [`Error::status`].
    Client,
    /// Nobody's: a setting says no. HTTP 403.
    Policy,
    /// The host's use of this crate is wrong. HTTP 500, and a bug to fix.
    Host,
    /// The store broke its contract. HTTP 500, and a bug to fix.
    Store,
}

impl ErrorKind {
    /// The stable name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Policy => "policy",
            Self::Host => "host",
            Self::Store => "store",
        }
    }
}

impl Error {
    /// A stable word for machines, for logs and metrics. Not for the public: it can tell an attacker which guess was
    /// right. See [`public`](Self::public).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Registration(error) | Self::Authentication(error) => error.code(),
            Self::UnknownCredential(_) => "credential_unknown",
            Self::CeremonyNotFound => "ceremony_not_found",
            Self::CeremonyExpired => "ceremony_expired",
            Self::CeremonyMismatch(_) => "ceremony_mismatch",
            Self::AlreadyExists => "passkey_already_exists",
            Self::LimitReached { .. } => "passkey_limit_reached",
            Self::PasskeyNotFound => "passkey_not_found",
            Self::LastPasskey => "last_passkey",
            Self::Name(_) => "passkey_name_invalid",
            Self::Extensions(_) => "extension_inputs_invalid",
            Self::Disabled(Feature::Passkeys) => "passkeys_disabled",
            Self::Disabled(Feature::Autofill) => "passkey_autofill_disabled",
            Self::ReverificationRequired(_) => "reverification_required",
            Self::NoPasskeys => "no_passkeys",
            Self::Conflict => "conflict",
            Self::UnexpectedReply(_) => "unexpected_reply",
            Self::Inconsistent(_) => "store_inconsistent",
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Registration(CeremonyError::AlgorithmNotSupported(_))
            | Self::Authentication(CeremonyError::AlgorithmNotSupported(_))
            | Self::Extensions(_)
            | Self::UnexpectedReply(_) => ErrorKind::Host,
            Self::Inconsistent(_) => ErrorKind::Store,
            Self::LimitReached { .. }
            | Self::LastPasskey
            | Self::Disabled(_)
            | Self::ReverificationRequired(_) => ErrorKind::Policy,
            _ => ErrorKind::Client,
        }
    }

    /// The HTTP status that suits the error. It depends on what the public may know, and on nothing else.
    ///
    /// A passkey that was not accepted is 400 and not 401, which has to name a scheme of `WWW-Authenticate` and which
    /// front ends take for the end of a session.
    ///
    /// ```
    /// use relying_party::Error;
    /// assert_eq!(Error::PasskeyNotFound.status(), 404);
    /// ```
    #[must_use]
    pub const fn status(&self) -> u16 {
        match (self.kind(), self) {
            (ErrorKind::Host | ErrorKind::Store, _) => 500,
            (ErrorKind::Policy, _) => 403,
            (ErrorKind::Client, Self::PasskeyNotFound) => 404,
            (ErrorKind::Client, Self::AlreadyExists | Self::Conflict) => 409,
            (ErrorKind::Client, Self::Name(_)) => 422,
            (ErrorKind::Client, _) => 400,
        }
    }

    /// What the browser may be told, with a sentence for the user. It does not say which of user, credential or
    /// signature was wrong.
    #[must_use]
    pub fn public(&self) -> PublicError {
        let (code, message, long_message) = self.public_parts();
        let meta = match self {
            Self::LimitReached { max } => Meta { max: Some(*max), ..Meta::default() },
            Self::Name(_) => Meta { param_name: Some("name"), ..Meta::default() },
            _ => Meta::default(),
        };
        PublicError { errors: vec![PublicErrorItem { code, message, long_message, meta }] }
    }

    const fn public_parts(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Registration(_) => (
                "passkey_registration_failed",
                "The passkey could not be created.",
                "The passkey could not be created. Please try again, perhaps with another device.",
            ),
            Self::Authentication(_) | Self::UnknownCredential(_) => (
                "passkey_retrieval_failed",
                "The passkey was not accepted.",
                "The passkey was not accepted. Please try another passkey or another way to sign in.",
            ),
            Self::CeremonyNotFound | Self::CeremonyExpired | Self::CeremonyMismatch(_) => (
                "ceremony_expired",
                "This took too long, or was done already.",
                "This took too long, or was done already. Please try again.",
            ),
            Self::AlreadyExists => (
                "passkey_already_exists",
                "This passkey is registered already.",
                "This passkey is registered already. You can sign in with it.",
            ),
            Self::LimitReached { .. } => (
                "passkey_limit_reached",
                "You have as many passkeys as you may.",
                "You have as many passkeys as you may. Delete one to create another.",
            ),
            Self::PasskeyNotFound => (
                "passkey_not_found",
                "There is no such passkey.",
                "There is no such passkey. It may have been deleted.",
            ),
            Self::LastPasskey => (
                "last_passkey",
                "Your last passkey cannot be deleted.",
                "Your last passkey cannot be deleted. Create another one first.",
            ),
            Self::Name(_) => (
                "passkey_name_invalid",
                "This name cannot be used.",
                "A name has 1 to 100 characters that can be seen, and no control characters.",
            ),
            Self::Disabled(Feature::Passkeys) => (
                "passkeys_disabled",
                "Passkeys are not available.",
                "Passkeys are not available here. Please use another way to sign in.",
            ),
            Self::Disabled(Feature::Autofill) => (
                "passkey_autofill_disabled",
                "Passkeys are not offered in this field.",
                "Passkeys are not offered in this field. Please use the button, or another way to sign in.",
            ),
            Self::ReverificationRequired(_) => (
                "reverification_required",
                "Please confirm that it is you.",
                "Please confirm with a passkey that it is you, and try again.",
            ),
            Self::NoPasskeys => (
                "no_passkeys",
                "You have no passkey.",
                "You have no passkey. Please use another way to confirm that it is you.",
            ),
            Self::Conflict => (
                "conflict",
                "The passkey is being used elsewhere.",
                "The passkey is being used elsewhere at the same time. Please try again.",
            ),
            Self::Extensions(_) | Self::UnexpectedReply(_) | Self::Inconsistent(_) => (
                "internal_error",
                "Something went wrong.",
                "Something went wrong on our side. Please try again later.",
            ),
        }
    }

    /// The payload that tells the browser to forget a credential, if that is what the error is about.
    #[must_use]
    pub const fn signal(&self) -> Option<&UnknownCredential> {
        match self {
            Self::UnknownCredential(signal) => Some(signal),
            _ => None,
        }
    }

    pub(crate) fn malformed_registration(error: Malformed) -> Self {
        Self::Registration(error.into())
    }

    pub(crate) fn malformed_authentication(error: Malformed) -> Self {
        Self::Authentication(error.into())
    }
}

/// An error as the public may see it: `{"errors":[{"code":…,"message":…,"long_message":…,"meta":{…}}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicError {
    errors: Vec<PublicErrorItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct PublicErrorItem {
    code: &'static str,
    message: &'static str,
    long_message: &'static str,
    meta: Meta,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Meta {
    /// The most passkeys that are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
    /// The parameter of the request that cannot be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    param_name: Option<&'static str>,
}

impl PublicError {
    /// The code, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.errors.first().map_or("internal_error", |error| error.code)
    }

    /// The sentence for the user.
    #[must_use]
    pub fn message(&self) -> String {
        self.errors.iter().map(|error| error.long_message).collect()
    }
}
