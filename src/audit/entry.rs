//! The entries of an audit log.

use alloc::{borrow::Cow, string::String};

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{Aaguid, AccountId, PasskeyId},
    ceremony::{CeremonyError, CeremonyKind},
    error::{Error, ErrorKind},
    flow::BrowserError,
    time::Timestamp,
};

/// A fact: what happened, when, where and to whom. [The module](crate::audit) has an example.
///
/// As JSON it is one flat object. The names and meanings of its members are stable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// The time that the host passed to the [audit](super::Audit), in Unix milliseconds.
    pub at: Timestamp,
    /// The RP ID.
    pub rp_id: String,
    /// The action.
    pub action: AuditAction,
    /// The account, if known. See [what an entry proves](super#what-an-entry-proves).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The passkey, if known. In an entry about a refusal it may not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyId>,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
    /// The error of the flow, if this entry is about it. Every failed flow has exactly one such entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AuditError>,
}

/// The action, named after the flow. [The module](crate::audit) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditAction {
    /// [`CreatePasskey::begin`](crate::CreatePasskey::begin).
    BeginCreate,
    /// [`CreatePasskey::finish`](crate::CreatePasskey::finish).
    FinishCreate,
    /// [`SignUp::begin`](crate::SignUp::begin).
    BeginSignUp,
    /// [`SignUp::finish`](crate::SignUp::finish).
    FinishSignUp,
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
    /// [`EraseAccount`](crate::EraseAccount).
    Erase,
    /// [`ReportFailure`](crate::flow::ReportFailure).
    ReportFailure,
}

/// What happened. [The module](crate::audit) has an example.
///
/// This enum is exhaustive: adding a variant is a breaking change, so that no host's `match` misses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AuditEvent {
    /// A user signed up: an account was created. The entry about its passkey follows.
    AccountCreated,
    /// A passkey was created.
    PasskeyCreated {
        /// The authenticator's model, as the authenticator claims.
        aaguid: Aaguid,
        /// Whether a trusted attester vouches for that AAGUID.
        #[serde(default)]
        aaguid_attested: bool,
        /// Whether the passkey is eligible for backup (BE).
        backup_eligible: Option<bool>,
        /// Whether the passkey is backed up (BS).
        backed_up: Option<bool>,
    },
    /// A user signed in, and the sign-in is complete.
    SignedIn {
        /// Whether user verification counts.
        user_verified: bool,
    },
    /// A user showed a passkey, but the settings require another factor: the user is not signed in yet.
    SecondFactorNeeded {
        /// Whether user verification counts.
        user_verified: bool,
    },
    /// A signed-in user was verified again.
    Reverified {
        /// Whether user verification counts.
        user_verified: bool,
    },
    /// The signature counter did not increase, a sign of a cloned authenticator. If the relying party accepts that,
    /// this accompanies a sign-in. Otherwise it is the reason for the refusal.
    CounterRegressed {
        /// The counter of the record.
        stored: u32,
        /// The counter that was sent.
        found: u32,
    },
    /// The passkey's backup state (BS) differs from that of its last use.
    BackupStateChanged {
        /// The new state.
        backed_up: bool,
    },
    /// The passkey became eligible for backup (BE), which the relying party accepts once. Accompanies a sign-in.
    BecameBackupEligible,
    /// A passkey was renamed.
    PasskeyRenamed,
    /// A passkey was deleted.
    PasskeyDeleted {
        /// The number of passkeys that the account still has.
        remaining: u32,
    },
    /// An account was erased.
    AccountErased {
        /// The number of passkeys that it had.
        passkeys: u32,
    },
    /// A ceremony began: the browser was asked for a passkey. Only reported on [demand](super::Audit::begin_steps).
    CeremonyBegun {
        /// Whether it uses conditional mediation, so that the user sees no dialog.
        conditional: bool,
    },
    /// A ceremony expired, and no one had tried to finish it. Its action is that of the begin step. Only reported if
    /// the host [passes it in](super::Audit::abandoned).
    CeremonyAbandoned {
        /// Whether it uses conditional mediation. Most such ceremonies are abandoned: a form was loaded, and the user
        /// signed in otherwise or left.
        conditional: bool,
    },
    /// The browser reported that a ceremony failed there. Nothing proves that it did. The ceremony is still open.
    BrowserFailed {
        /// What the browser failed with, as the page claims.
        browser_error: BrowserError,
        /// The begin step of the ceremony.
        begun_by: AuditAction,
    },
    /// Refused: the account has the maximum number of passkeys.
    LimitReached {
        /// The maximum number.
        max: u32,
    },
    /// Refused: the ceremony was already taken (a replay, or a form that was submitted twice), never begun, or expired
    /// so long ago that the store has dropped it.
    CeremonyNotFound,
    /// Refused: the ceremony took too long, or begins in the future.
    CeremonyExpired,
    /// Refused: the action needs a recent verification of the user.
    ReverificationRequired,
    /// Refused for another reason. See the error's code.
    Refused,
    /// Failed because of a bug of the host or the store.
    Failed,
}

/// The error of a flow, without its details, some of which are text from the browser.
/// [The module](crate::audit) has an example.
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
            Self::AccountCreated => "account_created",
            Self::PasskeyCreated { .. } => "passkey_created",
            Self::SignedIn { .. } => "signed_in",
            Self::SecondFactorNeeded { .. } => "second_factor_needed",
            Self::Reverified { .. } => "reverified",
            Self::CounterRegressed { .. } => "counter_regressed",
            Self::BackupStateChanged { .. } => "backup_state_changed",
            Self::BecameBackupEligible => "became_backup_eligible",
            Self::PasskeyRenamed => "passkey_renamed",
            Self::PasskeyDeleted { .. } => "passkey_deleted",
            Self::AccountErased { .. } => "account_erased",
            Self::CeremonyBegun { .. } => "ceremony_begun",
            Self::CeremonyAbandoned { .. } => "ceremony_abandoned",
            Self::BrowserFailed { .. } => "browser_failed",
            Self::LimitReached { .. } => "limit_reached",
            Self::CeremonyNotFound => "ceremony_not_found",
            Self::CeremonyExpired => "ceremony_expired",
            Self::ReverificationRequired => "reverification_required",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Maps an error to an event. Every error is listed, so that adding one requires a decision here.
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
            | Error::MalformedRequest(_)
            | Error::UnknownCredential(_)
            | Error::AnotherSession
            | Error::CeremonyMismatch(_)
            | Error::AlreadyExists
            | Error::NameTaken(_)
            | Error::SignUpUnsupported
            | Error::PasskeyNotFound
            | Error::LastPasskey
            | Error::Name(_)
            | Error::UserName(_)
            | Error::Extensions(_)
            | Error::Disabled(_)
            | Error::NoPasskeys
            | Error::Conflict
            | Error::NoRandomness
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
            Self::BeginSignUp => "begin_sign_up",
            Self::FinishSignUp => "finish_sign_up",
            Self::BeginSignIn => "begin_sign_in",
            Self::FinishSignIn => "finish_sign_in",
            Self::List => "list",
            Self::Rename => "rename",
            Self::Delete => "delete",
            Self::Erase => "erase",
            Self::ReportFailure => "report_failure",
        }
    }

    /// The begin step of a ceremony.
    pub(super) const fn that_begins(kind: &CeremonyKind) -> Self {
        match kind {
            CeremonyKind::Create { .. } => Self::BeginCreate,
            CeremonyKind::SignUp { .. } => Self::BeginSignUp,
            CeremonyKind::SignIn { .. } => Self::BeginSignIn,
        }
    }
}
