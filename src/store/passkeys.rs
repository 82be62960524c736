//! The passkey half of the storage contract, blocking and asynchronous.

use alloc::vec::Vec;
use core::future::Future;

use crate::{
    bytes::{CredentialId, PasskeyId},
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    name::PasskeyName,
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// Keeps passkeys, with blocking calls.
///
/// `MemoryStore` is the reference implementation. See [the module](super) for the meaning of errors.
/// [`Table`](super::Table) has an example of a store.
#[allow(
    clippy::missing_errors_doc,
    reason = "see the module: a method fails only if the storage does"
)]
pub trait PasskeyStore {
    /// The error of the storage.
    type Error;

    /// Returns all passkeys of one account, oldest first.
    ///
    /// # Atomicity
    ///
    /// The list is complete at one instant. Otherwise the browser is told to forget passkeys that are missing from it.
    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, Self::Error>;

    /// Returns the passkey with this credential ID at the relying party, regardless of its owner.
    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, Self::Error>;

    /// Adds a passkey if no passkey of any user has its credential ID at its `rp_id`, and if its owner has fewer than
    /// `max_per_user`. Never overwrites. An existing credential is reported before the limit.
    ///
    /// # Atomicity
    ///
    /// Both conditions hold at the instant of the insert: use a unique constraint on (`rp_id`, `credential_id`), and
    /// lock the count together with the insert. Otherwise a credential gets two owners, one of whom can sign in to the
    /// other's account, or two inserts at once exceed the limit.
    fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, Self::Error>;

    /// Sets a passkey's state and last-used time if its state is still `expected`.
    ///
    /// # Atomicity
    ///
    /// Comparison and write are one step. Otherwise two sign-ins with the same counter both succeed, and a cloned
    /// authenticator goes unnoticed.
    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, Self::Error>;

    /// Renames a passkey of the account, sets its updated time to `at`, and returns the changed passkey. Returns `None`
    /// if the account has no such passkey.
    ///
    /// # Atomicity
    ///
    /// The owner is part of the condition (`WHERE id = … AND user = …`), not looked up first. Otherwise users can
    /// rename passkeys of others.
    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, Self::Error>;

    /// Deletes a passkey of the account. With `keep_last`, only deletes it if the account has another one.
    ///
    /// # Atomicity
    ///
    /// The owner is part of the condition. With `keep_last` the count is too, locked together with the deletion.
    /// Otherwise two deletions at once leave an account that no one can sign in to.
    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, Self::Error>;

    /// Creates the account of a user who signs up, together with its first passkey: both or neither.
    ///
    /// Only a store that keeps accounts can do this. The default implementation does nothing and returns
    /// [`Unsupported`](SignUpOutcome::Unsupported), which makes [a sign-up](crate::SignUp) fail.
    ///
    /// Your store decides which names are equal (case, Unicode, email rules). If the name is taken, return
    /// [`NameTaken`](SignUpOutcome::NameTaken). If the credential is already registered, or an account has the user
    /// handle, return [`AlreadyExists`](SignUpOutcome::AlreadyExists). If both apply, return either.
    ///
    /// # Atomicity
    ///
    /// Account and passkey are inserted in one transaction, under unique constraints on the name, on the user handle,
    /// and on (`rp_id`, `credential_id`). Otherwise two users get the same name, or an account that no one can sign in
    /// to blocks a name.
    fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, Self::Error> {
        let _ = (user, passkey);
        Ok(SignUpOutcome::Unsupported)
    }

    /// Deletes all passkeys of one account, and the account itself if it came from
    /// [`insert_account`](Self::insert_account). Returns the credential IDs of the deleted passkeys in any order.
    /// An account without passkeys is not an error. Do not read the records for this: an account must be erasable even
    /// if one of its passkeys cannot be read.
    ///
    /// # Atomicity
    ///
    /// All passkeys are deleted at one instant, locked against inserts into the account. Otherwise a passkey that is
    /// being inserted stays behind. [`EraseAccount`](crate::EraseAccount) explains what a creation that finishes later
    /// can do, and how a foreign key prevents it.
    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, Self::Error>;
}

/// Keeps passkeys, with asynchronous calls.
///
/// The methods and their contracts are those of [`PasskeyStore`]. The futures are `Send`, so any runtime can run them.
/// [`Table`](super::Table) has an example of a store.
#[allow(clippy::missing_errors_doc, reason = "see PasskeyStore")]
pub trait AsyncPasskeyStore: Sync {
    /// The error of the storage.
    type Error: Send;

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
    ) -> impl Future<Output = Result<InsertOutcome, Self::Error>> + Send;

    /// See [`PasskeyStore::record_use`].
    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> impl Future<Output = Result<RecordOutcome, Self::Error>> + Send;

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
    ) -> impl Future<Output = Result<RemoveOutcome, Self::Error>> + Send;

    /// See [`PasskeyStore::insert_account`].
    fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> impl Future<Output = Result<SignUpOutcome, Self::Error>> + Send {
        let _ = (user, passkey);
        core::future::ready(Ok(SignUpOutcome::Unsupported))
    }

    /// See [`PasskeyStore::erase_passkeys`].
    fn erase_passkeys(
        &self,
        owner: &Owner,
    ) -> impl Future<Output = Result<Vec<CredentialId>, Self::Error>> + Send;
}
