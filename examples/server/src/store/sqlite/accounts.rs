//! Demo accounts on SQLite. What each call does is said at [`Store`](crate::store::Store).

use relying_party::{Timestamp, UserHandle};
use rusqlite::{OptionalExtension, Row};

use super::{Sqlite, millis};
use crate::store::{Account, AccountName, StoreError};

impl Sqlite {
    pub(in crate::store) fn sign_up(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|database| {
            let created = database
                .prepare_cached(
                    "INSERT INTO users (handle, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )?
                .execute((account.handle.as_bytes(), account.name.as_str(), millis(now)?))?;
            Ok(created == 1)
        })
    }

    pub(in crate::store) fn account_by_name(
        &self,
        name: &AccountName,
    ) -> Result<Option<Account>, StoreError> {
        self.account("SELECT handle, name FROM users WHERE name = ?1", [name.as_str()])
    }

    pub(in crate::store) fn account_by_handle(
        &self,
        handle: &UserHandle,
    ) -> Result<Option<Account>, StoreError> {
        self.account("SELECT handle, name FROM users WHERE handle = ?1", [handle.as_bytes()])
    }

    fn account(
        &self,
        query: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Option<Account>, StoreError> {
        self.read(|database| {
            let row = database
                .prepare_cached(query)?
                .query_row(parameters, |row| Ok(account_of_row(row)))
                .optional()?;
            row.transpose()
        })
    }
}

/// Reads the columns `handle` and `name`.
pub(super) fn account_of_row(row: &Row<'_>) -> Result<Account, StoreError> {
    let handle = row.get_ref("handle")?.as_blob().map_err(rusqlite::Error::from)?;
    Ok(Account {
        handle: UserHandle::try_from(handle).map_err(|_| StoreError::Value("user handle"))?,
        name: row
            .get::<_, String>("name")?
            .parse()
            .map_err(|_| StoreError::Value("account name"))?,
    })
}
