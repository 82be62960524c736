//! Demo accounts on PostgreSQL. What each call does is said at [`Store`](crate::store::Store).

use relying_party::{Timestamp, UserHandle};
use tokio_postgres::Row;

use super::{Postgres, millis};
use crate::store::{Account, AccountName, StoreError};

impl Postgres {
    pub(in crate::store) async fn sign_up(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let created = self
            .query(
                "INSERT INTO users (handle, name, created_at) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING
                 RETURNING handle",
                &[&account.handle.as_bytes(), &account.name.as_str(), &millis(now)?],
            )
            .await?;
        Ok(!created.is_empty())
    }

    pub(in crate::store) async fn account_by_name(
        &self,
        name: &AccountName,
    ) -> Result<Option<Account>, StoreError> {
        let rows = self
            .query(
                r#"SELECT handle, name FROM users WHERE lower(name COLLATE "C") = lower($1::text COLLATE "C")"#,
                &[&name.as_str()],
            )
            .await?;
        rows.first().map(account_of_row).transpose()
    }

    pub(in crate::store) async fn account_by_handle(
        &self,
        handle: &UserHandle,
    ) -> Result<Option<Account>, StoreError> {
        let rows = self
            .query("SELECT handle, name FROM users WHERE handle = $1", &[&handle.as_bytes()])
            .await?;
        rows.first().map(account_of_row).transpose()
    }
}

/// Reads the columns `handle` and `name`.
pub(super) fn account_of_row(row: &Row) -> Result<Account, StoreError> {
    let handle = row.try_get::<_, &[u8]>("handle")?;
    let name = row.try_get::<_, &str>("name")?;
    Ok(Account {
        handle: UserHandle::try_from(handle).map_err(|_| StoreError::Value("user handle"))?,
        name: name.parse().map_err(|_| StoreError::Value("account name"))?,
    })
}
