//! What flows ask of the host, and what the host answers: the storage contract as values.
//!
//! Each effect is a verb of [`PasskeyStore`](crate::store::PasskeyStore), where its contract is written out.

use alloc::{boxed::Box, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{CeremonyId, CredentialId, PasskeyId, UserHandle},
    ceremony::Ceremony,
    name::PasskeyName,
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// An account at a relying party: passkeys belong to one, so that several relying parties or tenants can share
/// a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// The RP ID.
    pub rp_id: String,
    /// The account's user handle.
    pub user: UserHandle,
}

/// One thing for the host to do with its storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// [`put_ceremony`](crate::store::PasskeyStore::put_ceremony); answered with [`Reply::Stored`].
    PutCeremony(Box<Ceremony>),
    /// [`take_ceremony`](crate::store::PasskeyStore::take_ceremony); answered with [`Reply::Ceremony`].
    TakeCeremony(CeremonyId),
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
        /// The most that its owner may have afterwards.
        max_per_user: u32,
    },
    /// [`record_use`](crate::store::PasskeyStore::record_use); answered with [`Reply::Recorded`].
    RecordUse {
        /// The passkey that was used.
        id: PasskeyId,
        /// The state that was judged.
        expected: PasskeyState,
        /// The state it is to have.
        state: PasskeyState,
        /// The time of use.
        at: Timestamp,
    },
    /// [`rename_passkey`](crate::store::PasskeyStore::rename_passkey); answered with [`Reply::Passkey`].
    RenamePasskey {
        /// The account whose passkey it must be.
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
        /// The account whose passkey it must be.
        owner: Owner,
        /// The passkey to delete.
        id: PasskeyId,
        /// Whether the account's last passkey has to stay.
        keep_last: bool,
    },
    /// [`pending_tasks`](crate::store::PasskeyStore::pending_tasks); answered with [`Reply::Tasks`].
    PendingTasks(Owner),
}

/// The host's answer to an [`Effect`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// It is stored.
    Stored,
    /// The ceremony that was taken, if there was one.
    Ceremony(Option<Box<Ceremony>>),
    /// The account's passkeys.
    Passkeys(Vec<Passkey>),
    /// The passkey, if there is one.
    Passkey(Option<Box<Passkey>>),
    /// How an insert came out.
    Inserted(Inserted),
    /// How a recorded use came out.
    Recorded(Recorded),
    /// How a deletion came out.
    Removed(Removed),
    /// The account's pending tasks.
    Tasks(Vec<Task>),
}

/// How [`insert_passkey`](crate::store::PasskeyStore::insert_passkey) came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The passkey is stored.
    Inserted,
    /// The credential id is registered already, to this user or another; nothing was changed.
    AlreadyExists,
    /// The account has as many passkeys as it may; nothing was changed.
    LimitReached,
}

/// How [`record_use`](crate::store::PasskeyStore::record_use) came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The new state is stored.
    Updated,
    /// The state is another than expected; nothing was changed.
    Conflict,
    /// There is no such passkey any more.
    NotFound,
}

/// How [`delete_passkey`](crate::store::PasskeyStore::delete_passkey) came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// The passkey is gone.
    Removed,
    /// The account has no such passkey.
    NotFound,
    /// It is the account's last one and has to stay; nothing was changed.
    LastPasskey,
}

/// Something that an account has to do before its session is of use, by a name of the host's own: `set-up-mfa`,
/// `accept-terms`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Task(pub String);
