//! A passkey store from a single database operation: read rows, and write some of them in the same transaction.

use alloc::{borrow::ToOwned as _, vec, vec::Vec};
use core::future::Future;

use super::{AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore};
use crate::{
    bytes::{CredentialId, PasskeyId},
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    name::PasskeyName,
    passkey::{Passkey, PasskeyState, StoredPasskey, StoredPasskeyError},
    store::verbs::{ceremony_verbs, forward, forward_async},
    time::Timestamp,
};

/// Makes a [`PasskeyStore`] from a [`PasskeyTable`], and an [`AsyncPasskeyStore`] from an [`AsyncPasskeyTable`]. This
/// is the shortest way to write a store.
///
/// You implement one method, which reads rows and writes them in one transaction. This crate decides everything else:
/// who owns a passkey, whether the limit is reached, whether the state is unchanged. If the table also keeps
/// ceremonies, so does the store.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use std::{collections::HashMap, sync::Mutex};
/// use relying_party::{StoredPasskey, StoredPasskeyError};
/// use relying_party::store::{Change, PasskeyTable, Rows, Table};
///
/// /// The lock is the transaction.
/// #[derive(Default)]
/// struct Memory(Mutex<HashMap<Vec<u8>, StoredPasskey>>);
///
/// impl PasskeyTable for Memory {
///     type Error = StoredPasskeyError;
///
///     fn change<O>(
///         &self,
///         rows: Rows<'_>,
///         decide: impl Fn(Vec<StoredPasskey>) -> Change<O>,
///     ) -> Result<O, Self::Error> {
///         let mut table = self.0.lock().unwrap();
///         let found = table.values().filter(|row| rows.contain(row)).cloned();
///         let change = decide(found.collect());
///         table.extend(change.put.map(|row| (row.id.clone(), row)));
///         change.delete.iter().for_each(|id| drop(table.remove(id)));
///         Ok(change.outcome)
///     }
/// }
/// # #[cfg(feature = "conformance")]
/// relying_party::store::conformance::Kit::new()
///     .test_passkeys(|| Table(Memory::default()))
///     .assert_kept();
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table<T>(pub T);

/// The rows that an operation needs: the row of one passkey, the rows of an account, or both. [`Table`] has an example.
///
/// The members are columns of [`StoredPasskey`]. In SQL, with `NULL` for `None`:
///
/// ```sql
/// WHERE id = ? OR (rp_id = ? AND user = ?)
/// ```
///
/// Reading additional rows does no harm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rows<'a> {
    /// The passkey.
    pub id: Option<&'a [u8]>,
    /// The RP ID of the account.
    pub rp_id: Option<&'a str>,
    /// The user handle of the account.
    pub user: Option<&'a [u8]>,
}

/// What a transaction writes before it commits, and what it returns. [`Table`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<O> {
    /// The row to insert. It replaces a row with the same `id`.
    pub put: Option<StoredPasskey>,
    /// The `id`s of the rows to delete.
    pub delete: Vec<Vec<u8>>,
    /// The value to return.
    pub outcome: O,
}

/// Reads and writes passkey rows with blocking calls. [`Table`] turns it into a store, and has an example.
#[allow(
    clippy::missing_errors_doc,
    reason = "a method fails if the storage does, or if a row cannot be read"
)]
pub trait PasskeyTable {
    /// The error of the storage.
    type Error: From<StoredPasskeyError>;

    /// Reads the rows in any order, passes them to `decide`, writes the returned change, and commits. If the
    /// transaction has to be repeated, call `decide` again.
    ///
    /// # Atomicity
    ///
    /// The transaction is serializable: no other transaction inserts, changes or deletes such rows between the read and
    /// the commit. Use `BEGIN IMMEDIATE` in SQLite, and `SERIALIZABLE` with retries in other databases. Otherwise
    /// everything goes wrong that the methods of [`PasskeyStore`] warn about.
    fn change<O>(
        &self,
        rows: Rows<'_>,
        decide: impl Fn(Vec<StoredPasskey>) -> Change<O>,
    ) -> Result<O, Self::Error>;

    /// Returns the rows, in any order, as they are at one instant.
    ///
    /// By default this is a [`change`](Self::change) that writes nothing. Override it if your database can read without
    /// a lock, or with a weaker one.
    fn read(&self, rows: Rows<'_>) -> Result<Vec<StoredPasskey>, Self::Error> {
        self.change(rows, Change::nothing)
    }

    /// [`PasskeyStore::insert_account`]. If you implement it, [`erase_passkeys`](Self::erase_passkeys) must delete the
    /// account too.
    fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, Self::Error> {
        let _ = (user, passkey);
        Ok(SignUpOutcome::Unsupported)
    }

    /// [`PasskeyStore::erase_passkeys`], implemented with [`change`](Self::change).
    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, Self::Error> {
        Ok(self.change(Rows::of(owner), |rows| erase(rows, owner))??)
    }
}

/// Reads and writes passkey rows with asynchronous calls.
///
/// The methods and their contracts are those of [`PasskeyTable`]. [`Table`] has an example.
#[allow(clippy::missing_errors_doc, reason = "see PasskeyTable")]
pub trait AsyncPasskeyTable: Sync {
    /// The error of the storage.
    type Error: From<StoredPasskeyError> + Send;

    /// See [`PasskeyTable::change`].
    fn change<O: Send>(
        &self,
        rows: Rows<'_>,
        decide: impl Fn(Vec<StoredPasskey>) -> Change<O> + Send + Sync,
    ) -> impl Future<Output = Result<O, Self::Error>> + Send;

    /// See [`PasskeyTable::read`].
    fn read(
        &self,
        rows: Rows<'_>,
    ) -> impl Future<Output = Result<Vec<StoredPasskey>, Self::Error>> + Send {
        self.change(rows, Change::nothing)
    }

    /// See [`PasskeyTable::insert_account`].
    fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> impl Future<Output = Result<SignUpOutcome, Self::Error>> + Send {
        let _ = (user, passkey);
        core::future::ready(Ok(SignUpOutcome::Unsupported))
    }

    /// See [`PasskeyTable::erase_passkeys`].
    fn erase_passkeys(
        &self,
        owner: &Owner,
    ) -> impl Future<Output = Result<Vec<CredentialId>, Self::Error>> + Send {
        async { Ok(self.change(Rows::of(owner), |rows| erase(rows, owner)).await??) }
    }
}

impl<'a> Rows<'a> {
    fn one(id: &'a PasskeyId) -> Self {
        Self { id: Some(id.as_bytes()), ..Self::default() }
    }

    fn of(owner: &'a Owner) -> Self {
        Self { id: None, rp_id: Some(&owner.rp_id), user: Some(owner.user.as_bytes()) }
    }

    /// Returns whether this is one of the rows. For databases without queries.
    #[must_use]
    pub fn contain(&self, row: &StoredPasskey) -> bool {
        self.id == Some(&row.id) || self.rp_id == Some(&row.rp_id) && self.user == Some(&row.user)
    }
}

impl<O> Change<O> {
    const fn nothing(outcome: O) -> Self {
        Self { put: None, delete: Vec::new(), outcome }
    }

    const fn put(row: StoredPasskey, outcome: O) -> Self {
        Self { put: Some(row), delete: Vec::new(), outcome }
    }
}

fn has_id(row: &StoredPasskey, id: &PasskeyId) -> bool {
    row.id == id.as_bytes()
}

fn is_of(row: &StoredPasskey, owner: &Owner) -> bool {
    row.rp_id == owner.rp_id && row.user == owner.user.as_bytes()
}

fn list(mut rows: Vec<StoredPasskey>, owner: &Owner) -> Result<Vec<Passkey>, StoredPasskeyError> {
    rows.retain(|row| is_of(row, owner));
    rows.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    rows.into_iter().map(Passkey::from_stored).collect()
}

fn find(rows: Vec<StoredPasskey>, id: &PasskeyId) -> Result<Option<Passkey>, StoredPasskeyError> {
    rows.into_iter().find(|row| has_id(row, id)).map(Passkey::from_stored).transpose()
}

fn insert(
    rows: &[StoredPasskey],
    passkey: &Passkey,
    owner: &Owner,
    max_per_user: u32,
) -> Change<InsertOutcome> {
    if rows.iter().any(|row| has_id(row, &passkey.id)) {
        return Change::nothing(InsertOutcome::AlreadyExists);
    }
    let count = rows.iter().filter(|row| is_of(row, owner)).count();
    if u32::try_from(count).is_ok_and(|count| count < max_per_user) {
        return Change::put(passkey.to_stored(), InsertOutcome::Inserted);
    }
    Change::nothing(InsertOutcome::LimitReached)
}

fn record_use(
    rows: Vec<StoredPasskey>,
    id: &PasskeyId,
    expected: PasskeyState,
    state: PasskeyState,
    at: Timestamp,
) -> Change<RecordOutcome> {
    let Some(mut row) = rows.into_iter().find(|row| has_id(row, id)) else {
        return Change::nothing(RecordOutcome::NotFound);
    };
    if row.state() != Some(expected) {
        return Change::nothing(RecordOutcome::Conflict);
    }
    row.set_state(state);
    row.last_used_at = Some(at.to_stored());
    Change::put(row, RecordOutcome::Updated)
}

fn rename(
    rows: Vec<StoredPasskey>,
    owner: &Owner,
    id: &PasskeyId,
    name: &PasskeyName,
    at: Timestamp,
) -> Change<Option<StoredPasskey>> {
    match rows.into_iter().find(|row| has_id(row, id) && is_of(row, owner)) {
        None => Change::nothing(None),
        Some(row) => {
            let name = name.as_str().to_owned();
            let row = StoredPasskey { name, updated_at: at.to_stored(), ..row };
            Change::put(row.clone(), Some(row))
        }
    }
}

fn delete(
    rows: &[StoredPasskey],
    owner: &Owner,
    id: &PasskeyId,
    keep_last: bool,
) -> Change<RemoveOutcome> {
    let mut of_owner = rows.iter().filter(|row| is_of(row, owner));
    if !of_owner.clone().any(|row| has_id(row, id)) {
        return Change::nothing(RemoveOutcome::NotFound);
    }
    if keep_last && of_owner.all(|row| has_id(row, id)) {
        return Change::nothing(RemoveOutcome::LastPasskey);
    }
    let delete = vec![id.as_bytes().to_vec()];
    Change { put: None, delete, outcome: RemoveOutcome::Removed }
}

fn erase(
    mut rows: Vec<StoredPasskey>,
    owner: &Owner,
) -> Change<Result<Vec<CredentialId>, StoredPasskeyError>> {
    rows.retain(|row| is_of(row, owner));
    let credential = |row: &StoredPasskey| {
        let id = CredentialId::try_from(&*row.credential_id);
        id.map_err(|_| StoredPasskeyError::Column("credential_id"))
    };
    let outcome = rows.iter().map(credential).collect();
    Change { put: None, delete: rows.into_iter().map(|row| row.id).collect(), outcome }
}

/// The methods for both kinds of store, which differ only in `async` and `.await`.
macro_rules! passkeys_by_rows {
    ($store:ident by $table:ident, [$($asynchronous:tt)?] [$($wait:tt)*]) => {
        impl<T: $table> $store for Table<T> {
            type Error = T::Error;

            $($asynchronous)? fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, T::Error> {
                Ok(list(self.0.read(Rows::of(owner))$($wait)*?, owner)?)
            }

            $($asynchronous)? fn passkey(
                &self, rp_id: &str, credential_id: &CredentialId,
            ) -> Result<Option<Passkey>, T::Error> {
                let id = PasskeyId::of(rp_id, credential_id);
                Ok(find(self.0.read(Rows::one(&id))$($wait)*?, &id)?)
            }

            $($asynchronous)? fn insert_passkey(
                &self, passkey: &Passkey, max_per_user: u32,
            ) -> Result<InsertOutcome, T::Error> {
                let owner = &Owner::of_passkey(passkey);
                let rows = Rows { id: Some(passkey.id.as_bytes()), ..Rows::of(owner) };
                let decide = |rows: Vec<_>| insert(&rows, passkey, owner, max_per_user);
                self.0.change(rows, decide)$($wait)*
            }

            $($asynchronous)? fn record_use(
                &self, id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp,
            ) -> Result<RecordOutcome, T::Error> {
                self.0.change(Rows::one(id), |rows| record_use(rows, id, *expected, *state, at))$($wait)*
            }

            $($asynchronous)? fn rename_passkey(
                &self, owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp,
            ) -> Result<Option<Passkey>, T::Error> {
                let decide = |rows| rename(rows, owner, id, name, at);
                let renamed = self.0.change(Rows::one(id), decide)$($wait)*?;
                Ok(renamed.map(Passkey::from_stored).transpose()?)
            }

            $($asynchronous)? fn delete_passkey(
                &self, owner: &Owner, id: &PasskeyId, keep_last: bool,
            ) -> Result<RemoveOutcome, T::Error> {
                let decide = |rows: Vec<_>| delete(&rows, owner, id, keep_last);
                self.0.change(Rows::of(owner), decide)$($wait)*
            }

            $($asynchronous)? fn insert_account(
                &self, user: &NewUser, passkey: &Passkey,
            ) -> Result<SignUpOutcome, T::Error> {
                self.0.insert_account(user, passkey)$($wait)*
            }

            $($asynchronous)? fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, T::Error> {
                self.0.erase_passkeys(owner)$($wait)*
            }
        }
    };
}

passkeys_by_rows!(PasskeyStore by PasskeyTable, [] []);
passkeys_by_rows!(AsyncPasskeyStore by AsyncPasskeyTable, [async] [.await]);

impl<T: CeremonyStore> CeremonyStore for Table<T> {
    type Error = T::Error;
    ceremony_verbs!(forward!(CeremonyStore, self => &self.0;));
}

impl<T: AsyncCeremonyStore> AsyncCeremonyStore for Table<T> {
    type Error = T::Error;
    ceremony_verbs!(forward_async!(AsyncCeremonyStore, self => &self.0;));
}
