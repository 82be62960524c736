//! What flows ask of the host, and what the host replies: the storage contract as values.
//!
//! Each effect corresponds to a method of [`CeremonyStore`](crate::store::CeremonyStore) or
//! [`PasskeyStore`](crate::store::PasskeyStore), which documents its contract.

use alloc::{boxed::Box, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{CeremonyId, CredentialId, PasskeyId, UserHandle},
    ceremony::{Ceremony, NewUser},
    error::Error,
    name::PasskeyName,
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// An account at a relying party. Every passkey belongs to one, so several relying parties or tenants can share a
/// store. [`ListPasskeys`](crate::ListPasskeys) has an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// The RP ID.
    pub rp_id: String,
    /// The account's user handle.
    pub user: UserHandle,
}

impl Owner {
    /// Returns the account that a ceremony belongs to: that of its [`user`](Ceremony::user). `None` for a sign-in that
    /// names no user.
    ///
    /// ```
    /// use relying_party::{ceremony::Ceremony, flow::Owner};
    /// /// The key under which a cache lists the ceremonies of an account.
    /// fn key(ceremony: &Ceremony) -> Option<String> {
    ///     Owner::of_ceremony(ceremony).map(|owner| format!("{}:{}", owner.rp_id, owner.user))
    /// }
    /// # let _ = key;
    /// ```
    #[must_use]
    pub fn of_ceremony(ceremony: &Ceremony) -> Option<Self> {
        ceremony.user().map(|user| Self { rp_id: ceremony.rp_id().into(), user })
    }

    /// Checks that a store has returned passkeys of this account only. What belongs to another account or to another
    /// relying party must not be shown, counted or excluded.
    pub(super) fn check_owns(&self, passkeys: &[Passkey]) -> Result<(), Error> {
        let is_theirs =
            |passkey: &Passkey| passkey.user == self.user && passkey.rp_id == self.rp_id;
        if passkeys.iter().all(is_theirs) {
            return Ok(());
        }
        Err(Error::Inconsistent("a passkey of another user"))
    }

    /// Returns the account that a passkey belongs to.
    ///
    /// ```
    /// use relying_party::{Passkey, flow::Owner};
    /// fn is_owned_by(passkey: &Passkey, owner: &Owner) -> bool {
    ///     Owner::of_passkey(passkey) == *owner
    /// }
    /// # let _ = is_owned_by;
    /// ```
    #[must_use]
    pub fn of_passkey(passkey: &Passkey) -> Self {
        Self { rp_id: passkey.rp_id.clone(), user: passkey.user }
    }
}

/// A storage operation for the host to perform. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// [`put_ceremony`](crate::store::CeremonyStore::put_ceremony); answered with [`Reply::Stored`].
    PutCeremony(Box<Ceremony>),
    /// [`take_ceremony`](crate::store::CeremonyStore::take_ceremony); answered with [`Reply::Ceremony`].
    TakeCeremony(CeremonyId),
    /// [`read_ceremony`](crate::store::CeremonyStore::read_ceremony); answered with [`Reply::Ceremony`].
    ReadCeremony(CeremonyId),
    /// [`passkeys_of`](crate::store::PasskeyStore::passkeys_of); answered with [`Reply::Passkeys`].
    PasskeysOf(Owner),
    /// [`passkey`](crate::store::PasskeyStore::passkey); answered with [`Reply::Passkey`].
    Passkey {
        /// The RP ID to look in.
        rp_id: String,
        /// The credential to look for.
        credential_id: CredentialId,
    },
    /// [`insert_passkey`](crate::store::PasskeyStore::insert_passkey); answered with [`Reply::Inserted`].
    InsertPasskey {
        /// The passkey to add.
        passkey: Box<Passkey>,
        /// The maximum number of passkeys of its owner, including this one.
        max_per_user: u32,
    },
    /// [`record_use`](crate::store::PasskeyStore::record_use); answered with [`Reply::Recorded`].
    RecordUse {
        /// The passkey that was used.
        id: PasskeyId,
        /// The state that was verified.
        expected: PasskeyState,
        /// The new state.
        state: PasskeyState,
        /// When it was used.
        at: Timestamp,
    },
    /// [`rename_passkey`](crate::store::PasskeyStore::rename_passkey); answered with [`Reply::Passkey`].
    RenamePasskey {
        /// The account that must own the passkey.
        owner: Owner,
        /// The passkey to rename.
        id: PasskeyId,
        /// Its new name.
        name: PasskeyName,
        /// The time of the change.
        at: Timestamp,
    },
    /// [`delete_passkey`](crate::store::PasskeyStore::delete_passkey); answered with [`Reply::Removed`].
    DeletePasskey {
        /// The account that must own the passkey.
        owner: Owner,
        /// The passkey to delete.
        id: PasskeyId,
        /// Whether the account must keep its last passkey.
        keep_last: bool,
    },
    /// [`insert_account`](crate::store::PasskeyStore::insert_account); answered with [`Reply::SignedUp`].
    InsertAccount {
        /// The user who signs up.
        user: Box<NewUser>,
        /// The account's first passkey.
        passkey: Box<Passkey>,
    },
    /// [`erase_ceremonies`](crate::store::CeremonyStore::erase_ceremonies); answered with [`Reply::Stored`].
    EraseCeremonies(Owner),
    /// [`erase_passkeys`](crate::store::PasskeyStore::erase_passkeys); answered with [`Reply::Erased`].
    ErasePasskeys(Owner),
}

/// The host's answer to an [`Effect`]. [`Flow`](crate::Flow) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// The operation succeeded.
    Stored,
    /// The ceremony that was taken or read, if there was one.
    Ceremony(Option<Box<Ceremony>>),
    /// The account's passkeys.
    Passkeys(Vec<Passkey>),
    /// The passkey, if there is one.
    Passkey(Option<Box<Passkey>>),
    /// The outcome of an insert.
    Inserted(InsertOutcome),
    /// The outcome of recording a use.
    Recorded(RecordOutcome),
    /// The outcome of a deletion.
    Removed(RemoveOutcome),
    /// The outcome of a sign-up.
    SignedUp(SignUpOutcome),
    /// The credentials of the passkeys that were erased.
    Erased(Vec<CredentialId>),
}

impl Reply {
    /// Returns the reply for a passkey that was found, or `None`.
    pub(crate) fn found(passkey: Option<Passkey>) -> Self {
        Self::Passkey(passkey.map(Box::new))
    }
}

/// The outcome of [`insert_passkey`](crate::store::PasskeyStore::insert_passkey). [`RecordOutcome`] has an example of
/// such an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertOutcome {
    /// The passkey is stored.
    Inserted,
    /// The credential ID is already registered, to this user or another. Nothing was changed.
    AlreadyExists,
    /// The account already has the maximum number of passkeys. Nothing was changed.
    LimitReached,
}

/// The outcome of [`record_use`](crate::store::PasskeyStore::record_use).
///
/// ```
/// use relying_party::flow::RecordOutcome;
///
/// /// After `UPDATE passkeys SET … WHERE id = ? AND …`, with the expected state in the condition.
/// fn outcome(updated: u64, exists: bool) -> RecordOutcome {
///     match (updated, exists) {
///         (0, true) => RecordOutcome::Conflict,
///         (0, false) => RecordOutcome::NotFound,
///         _ => RecordOutcome::Updated,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// The new state is stored.
    Updated,
    /// The state is not the expected one. Nothing was changed.
    Conflict,
    /// The passkey no longer exists.
    NotFound,
}

/// The outcome of [`delete_passkey`](crate::store::PasskeyStore::delete_passkey). [`RecordOutcome`] has an example of
/// such an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveOutcome {
    /// The passkey is gone.
    Removed,
    /// The account has no such passkey.
    NotFound,
    /// It is the account's last passkey and must be kept. Nothing was changed.
    LastPasskey,
}

/// The outcome of [`insert_account`](crate::store::PasskeyStore::insert_account). [`RecordOutcome`] has an example of
/// such an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpOutcome {
    /// The account and its passkey are stored.
    Created,
    /// Another account has the name. Nothing was changed.
    NameTaken,
    /// The credential is already registered, or an account already has the user handle. Nothing was changed.
    AlreadyExists,
    /// The store does not create accounts.
    Unsupported,
}
