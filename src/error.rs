//! The errors of flows: what went wrong, whose fault it is, and what may be made public.

#[cfg(test)]
mod table;

use alloc::{string::String, vec, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{CEREMONY_ID, InvalidBytes},
    ceremony::{CeremonyError, InvalidUserName},
    extensions::InvalidExtensions,
    json::UnknownCredential,
    malformed::Malformed,
    name::InvalidName,
};

/// Why a flow failed. [`Error::status`](crate::Error::status) has an example.
///
#[doc = include_str!("../ERRORS.md")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The registration broke a rule of §7.1.
    #[error("the registration was rejected: {0}")]
    Registration(#[source] CeremonyError),
    /// The assertion broke a rule of §7.2.
    #[error("the sign-in was rejected: {0}")]
    Authentication(#[source] CeremonyError),
    /// The request body cannot be parsed. No ceremony was used up, because it is unknown which one the request was for.
    #[error("the request cannot be parsed: {0}")]
    MalformedRequest(#[source] Malformed),
    /// The credential is not, or no longer, registered at this relying party. Pass the payload to the browser, so that
    /// it forgets the credential.
    #[error("the credential is not registered")]
    UnknownCredential(UnknownCredential),
    /// The ceremony does not exist: it was already used, or never begun.
    #[error("the ceremony does not exist or was already used")]
    CeremonyNotFound,
    /// The ceremony took too long, or begins in the future according to this machine's clock.
    #[error("the ceremony has expired")]
    CeremonyExpired,
    /// The ceremony began in another browser session. See [`SessionBinding`](crate::SessionBinding).
    #[error("the ceremony began in another browser session")]
    AnotherSession,
    /// The ceremony was begun for another purpose, user or relying party.
    #[error("the ceremony was begun for {0}")]
    CeremonyMismatch(&'static str),
    /// The credential is already registered, to this account or to another one.
    #[error("the credential is already registered")]
    AlreadyExists,
    /// Another account has the name with which the user signs up. Pass the payload to the browser, so that it forgets
    /// the passkey, which belongs to no account.
    #[error("the account name is taken")]
    NameTaken(UnknownCredential),
    /// The store does not create accounts.
    #[error(
        "the store does not create accounts: it has to implement `PasskeyStore::insert_account`"
    )]
    SignUpUnsupported,
    /// The account already has the maximum number of passkeys.
    #[error("the account already has {max} passkeys, the maximum number")]
    LimitReached {
        /// The maximum number.
        max: u32,
    },
    /// The account has no such passkey.
    #[error("the account has no such passkey")]
    PasskeyNotFound,
    /// The account's last passkey cannot be deleted.
    #[error("the account's last passkey cannot be deleted")]
    LastPasskey,
    /// The new name is invalid.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The name with which the user signs up is invalid.
    #[error(transparent)]
    UserName(#[from] InvalidUserName),
    /// A client would reject the extension inputs.
    #[error(transparent)]
    Extensions(#[from] InvalidExtensions),
    /// The relying party's settings disable passkeys, or this use of them.
    #[error("{0} are disabled")]
    Disabled(Feature),
    /// The action needs a recent verification of the user.
    #[error("the action needs a recent verification of the user: {0}")]
    ReverificationRequired(ReverificationReason),
    /// The account has no passkey that could verify its user.
    #[error("the account has no passkey")]
    NoPasskeys,
    /// Other sign-ins with the same passkey kept changing it at the same time.
    #[error("the passkey was changed by other sign-ins at the same time")]
    Conflict,
    /// The operating system returned no random bytes, so no ceremony can begin.
    #[error("the operating system returned no random bytes")]
    NoRandomness,
    /// The host answered an effect with a reply of another kind.
    #[error("the reply does not answer the effect {0}")]
    UnexpectedReply(&'static str),
    /// The store returned something that was not asked for.
    #[error("the store returned {0}")]
    Inconsistent(&'static str),
}

/// A feature that [`Settings`](crate::Settings) can disable.
///
/// ```
/// use relying_party::{Error, Feature};
/// assert_eq!(Error::Disabled(Feature::Autofill).code(), "passkey_autofill_disabled");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// All use of passkeys.
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

/// Why a verification is missing or not sufficient. [`Reverification`](crate::settings::Reverification) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReverificationReason {
    /// No verification was passed in.
    #[error("it is missing")]
    Missing,
    /// It is older than the settings allow.
    #[error("it is too old")]
    TooOld,
    /// It comes from a clock that is further ahead than clocks may differ.
    #[error("it comes from the future")]
    FromTheFuture,
    /// It verified another user.
    #[error("another user was verified")]
    AnotherUser,
    /// It was made at another relying party.
    #[error("it was made at another relying party")]
    AnotherRelyingParty,
    /// The passkey was used without user verification, or with user verification that does not count.
    #[error("the authenticator did not verify the user")]
    NotUserVerified,
    /// The passkey that verified the user has since been deleted.
    #[error("the passkey that verified the user has been deleted")]
    PasskeyDeleted,
}

/// Whose fault an error is. [`Error::status`](crate::Error::status) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's: what it sent cannot be accepted. HTTP 400, 404, 409 or 422: see [`Error::status`].
    Client,
    /// No one's: a setting forbids the action. HTTP 403.
    Policy,
    /// The host's: its use of this crate is wrong, or its machine has no random bytes. HTTP 500, and something to fix.
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
    /// Returns a stable word for machines, for logs and metrics. Do not make it public: it can tell an attacker which
    /// guess was right. See [`public`](Self::public).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Registration(error) | Self::Authentication(error) => error.code(),
            Self::MalformedRequest(_) => "request_malformed",
            Self::UnknownCredential(_) => "credential_unknown",
            Self::CeremonyNotFound => "ceremony_not_found",
            Self::CeremonyExpired => "ceremony_expired",
            Self::AnotherSession => "ceremony_session_mismatch",
            Self::CeremonyMismatch(_) => "ceremony_mismatch",
            Self::AlreadyExists => "passkey_already_exists",
            Self::NameTaken(_) => "user_name_taken",
            Self::SignUpUnsupported => "sign_up_unsupported",
            Self::LimitReached { .. } => "passkey_limit_reached",
            Self::PasskeyNotFound => "passkey_not_found",
            Self::LastPasskey => "last_passkey",
            Self::Name(_) => "passkey_name_invalid",
            Self::UserName(_) => "user_name_invalid",
            Self::Extensions(_) => "extension_inputs_invalid",
            Self::Disabled(Feature::Passkeys) => "passkeys_disabled",
            Self::Disabled(Feature::Autofill) => "passkey_autofill_disabled",
            Self::ReverificationRequired(_) => "reverification_required",
            Self::NoPasskeys => "no_passkeys",
            Self::Conflict => "conflict",
            Self::NoRandomness => "no_randomness",
            Self::UnexpectedReply(_) => "unexpected_reply",
            Self::Inconsistent(_) => "store_inconsistent",
        }
    }

    /// Returns whose fault it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Registration(CeremonyError::AlgorithmNotSupported(_))
            | Self::Authentication(CeremonyError::AlgorithmNotSupported(_))
            | Self::Extensions(_)
            | Self::NoRandomness
            | Self::SignUpUnsupported
            | Self::UnexpectedReply(_) => ErrorKind::Host,
            Self::Inconsistent(_) => ErrorKind::Store,
            Self::LimitReached { .. }
            | Self::LastPasskey
            | Self::Disabled(_)
            | Self::ReverificationRequired(_) => ErrorKind::Policy,
            _ => ErrorKind::Client,
        }
    }

    /// Returns the HTTP status for the error. It depends only on what may be made public.
    ///
    /// A rejected passkey is 400, not 401: a 401 response has to name a scheme in `WWW-Authenticate`, and front ends
    /// treat it as the end of the session.
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
            (ErrorKind::Client, Self::AlreadyExists | Self::NameTaken(_) | Self::Conflict) => 409,
            (ErrorKind::Client, Self::Name(_) | Self::UserName(_)) => 422,
            (ErrorKind::Client, _) => 400,
        }
    }

    /// Returns what the browser may be told, with a sentence for the user. It does not reveal whether the user, the
    /// credential or the signature was wrong.
    #[must_use]
    pub fn public(&self) -> PublicError {
        let meta = match self {
            Self::LimitReached { max } => Meta { max: Some(*max), ..Meta::default() },
            Self::Name(_) | Self::NameTaken(_) => {
                Meta { param_name: Some("name"), ..Meta::default() }
            }
            Self::UserName(error) => Meta { param_name: Some(error.param()), ..Meta::default() },
            _ => Meta::default(),
        };
        PublicError::new(self.public_parts(), meta)
    }

    const fn public_parts(&self) -> PublicParts {
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
            Self::MalformedRequest(_) => (
                "request_malformed",
                "The request could not be read.",
                "The request could not be read. Reload the page and try again.",
            ),
            Self::CeremonyNotFound
            | Self::CeremonyExpired
            | Self::AnotherSession
            | Self::CeremonyMismatch(_) => (
                "ceremony_expired",
                "This request expired or was already completed.",
                "This request expired or was already completed. Try again.",
            ),
            Self::AlreadyExists => (
                "passkey_already_exists",
                "This passkey is already registered.",
                "This passkey is already registered. You can sign in with it.",
            ),
            Self::NameTaken(_) => (
                "user_name_taken",
                "This name is taken.",
                "This name is taken. Choose another one, or sign in if the account is yours.",
            ),
            Self::LimitReached { .. } => (
                "passkey_limit_reached",
                "You have reached the maximum number of passkeys.",
                "You have reached the maximum number of passkeys. Delete one to create another.",
            ),
            Self::PasskeyNotFound => (
                "passkey_not_found",
                "This passkey was not found.",
                "This passkey was not found. It may have been deleted.",
            ),
            Self::LastPasskey => (
                "last_passkey",
                "Your last passkey cannot be deleted.",
                "Your last passkey cannot be deleted. Create another one first.",
            ),
            Self::Name(_) => (
                "passkey_name_invalid",
                "This name cannot be used.",
                "A name must have 1 to 100 visible characters and no control characters.",
            ),
            Self::UserName(_) => (
                "user_name_invalid",
                "This name cannot be used.",
                "This name cannot be used. It is empty, too long, or contains control characters.",
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
                "Please confirm with a passkey that it is you, then try again.",
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
            Self::Extensions(_)
            | Self::SignUpUnsupported
            | Self::NoRandomness
            | Self::UnexpectedReply(_)
            | Self::Inconsistent(_) => INTERNAL_ERROR,
        }
    }

    /// Returns the payload that tells the browser to forget a credential, if the error is about one.
    #[must_use]
    pub const fn signal(&self) -> Option<&UnknownCredential> {
        match self {
            Self::UnknownCredential(signal) | Self::NameTaken(signal) => Some(signal),
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

/// The IDs of ceremonies and passkeys come from browsers. An invalid ID is treated as one that was not found:
/// [`Error::CeremonyNotFound`] for a ceremony, otherwise [`Error::PasskeyNotFound`].
///
/// ```
/// use relying_party::{Error, PasskeyId};
/// fn id_in_path(segment: &str) -> Result<PasskeyId, Error> {
///     Ok(segment.parse()?)
/// }
/// assert_eq!(id_in_path("no ID"), Err(Error::PasskeyNotFound));
/// ```
impl From<InvalidBytes> for Error {
    fn from(error: InvalidBytes) -> Self {
        let (InvalidBytes::Length { what, .. } | InvalidBytes::Base64Url { what }) = error;
        if what == CEREMONY_ID { Self::CeremonyNotFound } else { Self::PasskeyNotFound }
    }
}

/// A code, a short message and a sentence for the user.
type PublicParts = (&'static str, &'static str, &'static str);

const INTERNAL_ERROR: PublicParts = (
    "internal_error",
    "Something went wrong.",
    "Something went wrong on our side. Please try again later.",
);

/// An error in its public form: `{"errors":[{"code":…,"message":…,"long_message":…,"meta":{…}}]}`.
/// [`RunError`](crate::store::RunError) has an example.
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
    /// The maximum number of passkeys.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
    /// The request parameter that is not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    param_name: Option<&'static str>,
}

impl PublicError {
    fn new((code, message, long_message): PublicParts, meta: Meta) -> Self {
        Self { errors: vec![PublicErrorItem { code, message, long_message, meta }] }
    }

    /// Returns the public form of a failure that is not the browser's fault.
    pub(crate) fn internal() -> Self {
        Self::new(INTERNAL_ERROR, Meta::default())
    }

    /// Returns the code, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.errors.first().map_or("internal_error", |error| error.code)
    }

    /// Returns the sentence for the user.
    #[must_use]
    pub fn message(&self) -> String {
        self.errors.iter().map(|error| error.long_message).collect()
    }
}
