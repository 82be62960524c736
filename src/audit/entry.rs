//! The entries of an audit log.

use alloc::{borrow::Cow, string::String};

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{Aaguid, AccountId, PasskeyId},
    ceremony::CeremonyError,
    error::{Error, ErrorKind},
    time::Timestamp,
};

/// One fact, with when, where and whom it is about.
///
/// As JSON it is one flat object; names and meanings of its members are stable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// When: the time that the host told the [audit](super::Audit), in Unix milliseconds.
    pub at: Timestamp,
    /// The RP ID.
    pub rp_id: String,
    /// What was being done.
    pub action: AuditAction,
    /// The account, if it is known: see [what an entry proves](super#what-an-entry-proves).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The passkey, if it is known; on a refusal it need not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyId>,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
    /// The error in which the flow ended, if this is the entry about it: exactly one is, of every flow that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AuditError>,
}

/// What was being done: the flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditAction {
    /// [`CreatePasskey::begin`](crate::CreatePasskey::begin).
    BeginCreate,
    /// [`CreatePasskey::finish`](crate::CreatePasskey::finish).
    FinishCreate,
    /// [`SignIn::begin`](crate::SignIn::begin).
    BeginSignIn,
    /// [`SignIn::finish`](crate::SignIn::finish).
    FinishSignIn,
    /// [`ListPasskeys`](crate::ListPasskeys).
    List,
    /// [`RenamePasskey`](crate::RenamePasskey).
    Rename,
    /// [`DeletePasskey`](crate::DeletePasskey).
    Delete,
}

/// What happened.
///
/// The list is closed: one more is a breaking change, so that no host's `match` misses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AuditEvent {
    /// A passkey was created.
    PasskeyCreated {
        /// The model of its authenticator, as far as the attestation is worth it.
        aaguid: Aaguid,
        /// Whether it may be backed up (BE).
        backup_eligible: Option<bool>,
        /// Whether it is backed up (BS).
        backed_up: Option<bool>,
    },
    /// Somebody signed in: the sign-in is complete.
    SignedIn {
        /// Whether user verification counts.
        user_verified: bool,
    },
    /// Somebody showed a passkey, which by the settings is not enough: nobody is signed in yet.
    SecondFactorNeeded {
        /// Whether user verification counts.
        user_verified: bool,
    },
    /// Somebody who is signed in was verified again.
    Reverified {
        /// Whether user verification counts.
        user_verified: bool,
    },
    /// The signature counter did not grow, as it does when an authenticator was cloned: beside the sign-in if the
    /// relying party accepts that, else the reason for which it was refused.
    CounterRegressed {
        /// The counter of the record.
        stored: u32,
        /// The counter that was sent.
        found: u32,
    },
    /// The passkey's backup state (BS) is another than at its last use.
    BackupStateChanged {
        /// What it is now.
        backed_up: bool,
    },
    /// A passkey got another name.
    PasskeyRenamed,
    /// A passkey was deleted.
    PasskeyDeleted {
        /// How many the account still has.
        remaining: u32,
    },
    /// Refused: the account has as many passkeys as it may.
    LimitReached {
        /// The most that is allowed.
        max: u32,
    },
    /// Refused: the ceremony was taken already (a replay, or a form that was sent twice), or never begun, or it expired
    /// so long ago that the store has dropped it.
    CeremonyNotFound,
    /// Refused: the ceremony took longer than it may, or is from the future.
    CeremonyExpired,
    /// Refused: the action needs a recent verification of its user.
    ReverificationRequired,
    /// Refused for any other reason, which the error's code tells.
    Refused,
    /// Not carried through, by a fault of the host's or of the store's.
    Failed,
}

/// The error of a flow, without its details: some of them are words of the browser's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditError {
    /// [`Error::code`].
    pub code: Cow<'static, str>,
    /// [`Error::kind`].
    pub kind: ErrorKind,
}

impl From<&Error> for AuditError {
    fn from(error: &Error) -> Self {
        Self { code: Cow::Borrowed(error.code()), kind: error.kind() }
    }
}

impl AuditEvent {
    /// The stable name, as in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PasskeyCreated { .. } => "passkey_created",
            Self::SignedIn { .. } => "signed_in",
            Self::SecondFactorNeeded { .. } => "second_factor_needed",
            Self::Reverified { .. } => "reverified",
            Self::CounterRegressed { .. } => "counter_regressed",
            Self::BackupStateChanged { .. } => "backup_state_changed",
            Self::PasskeyRenamed => "passkey_renamed",
            Self::PasskeyDeleted { .. } => "passkey_deleted",
            Self::LimitReached { .. } => "limit_reached",
            Self::CeremonyNotFound => "ceremony_not_found",
            Self::CeremonyExpired => "ceremony_expired",
            Self::ReverificationRequired => "reverification_required",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// What an error is in the log. Every error is named: whoever adds one decides here.
    pub(super) fn of_error(error: &Error) -> Self {
        match error {
            Error::Authentication(CeremonyError::SignCount { stored, found }) => {
                Self::CounterRegressed { stored: *stored, found: *found }
            }
            Error::LimitReached { max } => Self::LimitReached { max: *max },
            Error::CeremonyNotFound => Self::CeremonyNotFound,
            Error::CeremonyExpired => Self::CeremonyExpired,
            Error::ReverificationRequired(_) => Self::ReverificationRequired,
            Error::Registration(_)
            | Error::Authentication(_)
            | Error::UnknownCredential(_)
            | Error::CeremonyMismatch(_)
            | Error::AlreadyExists
            | Error::PasskeyNotFound
            | Error::LastPasskey
            | Error::Name(_)
            | Error::Extensions(_)
            | Error::Disabled(_)
            | Error::NoPasskeys
            | Error::Conflict
            | Error::UnexpectedReply(_)
            | Error::Inconsistent(_) => match error.kind() {
                ErrorKind::Client | ErrorKind::Policy => Self::Refused,
                ErrorKind::Host | ErrorKind::Store => Self::Failed,
            },
        }
    }
}

impl AuditAction {
    /// The stable name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeginCreate => "begin_create",
            Self::FinishCreate => "finish_create",
            Self::BeginSignIn => "begin_sign_in",
            Self::FinishSignIn => "finish_sign_in",
            Self::List => "list",
            Self::Rename => "rename",
            Self::Delete => "delete",
        }
    }
}
