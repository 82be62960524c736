//! The storage contract: what the host implements, and the drivers that run a flow against it.
//!
//! Each verb is **one atomic step**; its `# Atomicity` section says what breaks otherwise. The verbs are the same
//! in [`PasskeyStore`] and [`AsyncPasskeyStore`]; a host that wants neither answers [`Effect`]s itself.
//!
//! A store is trusted to keep what it is given, not to judge it: every comparison that security rests on is
//! made by the core. Whether yours keeps what is promised here, the checks of the feature `conformance` tell.
//!
//! [`Effect`]: crate::flow::Effect

#[cfg(feature = "conformance")]
pub mod conformance;
mod drive;
#[cfg(feature = "memory-store")]
mod memory;

use alloc::vec::Vec;
use core::future::Future;

pub use self::drive::{RunError, run, run_async};
#[cfg(feature = "memory-store")]
pub use self::memory::MemoryStore;
use crate::{
    bytes::{CeremonyId, CredentialId, PasskeyId},
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed, Task},
    name::PasskeyName,
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// Storage for a host whose database calls block, or return at once.
///
/// `MemoryStore` is the reference. Errors of the storage itself are the host's own type; after one, the flow
/// ends without success, and nothing is assumed about whether the failed verb took effect.
#[allow(
    clippy::missing_errors_doc,
    reason = "said once above: every verb fails only as the storage does"
)]
pub trait PasskeyStore {
    /// What goes wrong in the host's storage.
    type Error;

    /// Keeps a ceremony until it is taken or has expired.
    ///
    /// # Atomicity
    ///
    /// When this returns, [`take_ceremony`](Self::take_ceremony) finds the ceremony, on every machine that may
    /// serve the response. Otherwise users see "expired" at random.
    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Self::Error>;

    /// Removes and returns a ceremony. One that has expired may be returned or be gone: the core looks at the
    /// clock itself.
    ///
    /// # Atomicity
    ///
    /// Of any number of concurrent takers exactly one gets the ceremony, and once it has been returned, no crash
    /// brings it back. Otherwise one response signs in twice: a replay.
    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Self::Error>;

    /// All passkeys of one account, oldest first.
    ///
    /// # Atomicity
    ///
    /// All, at one instant: what is missing here the browser is told to forget.
    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, Self::Error>;

    /// The passkey of that credential id at the relying party, whoever owns it.
    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, Self::Error>;

    /// Adds a passkey if no passkey of its `rp_id` has its credential id, over all users, and if its owner has
    /// fewer than `max_per_user`. Never overwrites. The existing credential is reported before the limit.
    ///
    /// # Atomicity
    ///
    /// Both conditions hold at the instant of the insert: a unique constraint on (`rp_id`, `credential_id`), and
    /// the count locked with the insert. Otherwise a credential gets two owners, and one of them the other's
    /// account; or two insertions at once exceed the limit.
    fn insert_passkey(&self, passkey: &Passkey, max_per_user: u32)
    -> Result<Inserted, Self::Error>;

    /// Sets a passkey's state and last-used time if its state still is `expected`.
    ///
    /// # Atomicity
    ///
    /// Comparison and write are one step. Otherwise two sign-ins that show the same counter both pass, and a
    /// cloned authenticator stays unnoticed.
    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, Self::Error>;

    /// Renames a passkey of that account, sets its updated time to `at`, and returns it as it is now; `None` if
    /// the account has no such passkey.
    ///
    /// # Atomicity
    ///
    /// The owner is part of the condition (`WHERE id = … AND user = …`), not looked up before. Otherwise users
    /// rename passkeys of others.
    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, Self::Error>;

    /// Deletes a passkey of that account; with `keep_last`, only if the account keeps another one.
    ///
    /// # Atomicity
    ///
    /// The owner is part of the condition, and with `keep_last` so is the count, locked with the deletion.
    /// Otherwise two deletions at once leave an account that nobody can sign in to.
    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<Removed, Self::Error>;

    /// What the account still has to do before its session is of use, most urgent first. None by default.
    fn pending_tasks(&self, owner: &Owner) -> Result<Vec<Task>, Self::Error> {
        let _ = owner;
        Ok(Vec::new())
    }
}

/// Storage for a host whose database calls are futures. No runtime is named; the futures are `Send`, so that
/// any can run them.
///
/// The verbs and their contracts are those of [`PasskeyStore`], where they are written out.
#[allow(clippy::missing_errors_doc, reason = "said on PasskeyStore")]
pub trait AsyncPasskeyStore: Sync {
    /// What goes wrong in the host's storage.
    type Error: Send;

    /// See [`PasskeyStore::put_ceremony`].
    fn put_ceremony(
        &self,
        ceremony: &Ceremony,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// See [`PasskeyStore::take_ceremony`].
    fn take_ceremony(
        &self,
        id: &CeremonyId,
    ) -> impl Future<Output = Result<Option<Ceremony>, Self::Error>> + Send;

    /// See [`PasskeyStore::passkeys_of`].
    fn passkeys_of(
        &self,
        owner: &Owner,
    ) -> impl Future<Output = Result<Vec<Passkey>, Self::Error>> + Send;

    /// See [`PasskeyStore::passkey`].
    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> impl Future<Output = Result<Option<Passkey>, Self::Error>> + Send;

    /// See [`PasskeyStore::insert_passkey`].
    fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> impl Future<Output = Result<Inserted, Self::Error>> + Send;

    /// See [`PasskeyStore::record_use`].
    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> impl Future<Output = Result<Recorded, Self::Error>> + Send;

    /// See [`PasskeyStore::rename_passkey`].
    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> impl Future<Output = Result<Option<Passkey>, Self::Error>> + Send;

    /// See [`PasskeyStore::delete_passkey`].
    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> impl Future<Output = Result<Removed, Self::Error>> + Send;

    /// See [`PasskeyStore::pending_tasks`].
    fn pending_tasks(
        &self,
        owner: &Owner,
    ) -> impl Future<Output = Result<Vec<Task>, Self::Error>> + Send {
        let _ = owner;
        core::future::ready(Ok(Vec::new()))
    }
}
