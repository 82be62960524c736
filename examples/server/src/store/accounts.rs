//! Demo accounts: a name and a user handle.

use relying_party::{PasskeyName, Timestamp, UserHandle};
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::{Sqlite, StoreError, millis};

/// Somebody who has signed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names the account to authenticators; random, and never shown.
    pub handle: UserHandle,
    /// The name that was signed up with.
    pub name: AccountName,
}

/// A name to sign up with: what is fit to be the name of a passkey is fit to be the name of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccountName(PasskeyName);

impl AccountName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::str::FromStr for AccountName {
    type Err = relying_party::InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Why somebody cannot sign up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignUpError {
    /// Somebody else has that name.
    #[error("the name is taken")]
    Taken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sqlite {
    /// Makes an account of that name.
    ///
    /// # Errors
    ///
    /// The name is taken, upper or lower case aside, or the database fails.
    pub fn sign_up(&self, name: AccountName, now: Timestamp) -> Result<Account, SignUpError> {
        let account = Account { handle: UserHandle::generate().map_err(StoreError::Random)?, name };
        let created = self.write(|database| {
            let created = database
                .prepare_cached(
                    "INSERT INTO users (handle, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
                )?
                .execute((account.handle.as_bytes(), account.name.as_str(), millis(now)?))?;
            Ok(created == 1)
        })?;
        if created { Ok(account) } else { Err(SignUpError::Taken) }
    }

    /// The account of that name, upper or lower case aside.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn account_by_name(&self, name: &AccountName) -> Result<Option<Account>, StoreError> {
        self.account("SELECT handle, name FROM users WHERE name = ?1", [name.as_str()])
    }

    /// The account of that user handle.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn account_by_handle(&self, handle: &UserHandle) -> Result<Option<Account>, StoreError> {
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
