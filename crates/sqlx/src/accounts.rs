//! Accounts, for services that have no users table.

use std::sync::Arc;

use relying_party::{SignedInUser, Timestamp, UserHandle, flow::Owner};

use crate::{SqlxStore, dialect::Dialect, error::SqlxError, verbs};

/// An account that signed up with a passkey.
///
/// ```
/// # async fn example<DB: relying_party_sqlx::Dialect>(
/// #     store: &relying_party_sqlx::SqlxStore<DB>
/// # ) -> Result<(), relying_party_sqlx::SqlxError> {
/// use relying_party::SignedInUser;
///
/// if let Some(account) = store.account_by_name("example.com", "ada@example.com").await? {
///     println!("{} since {}", account.display_name, account.created_at.as_unix_millis());
///     // To create another passkey for it:
///     let user = SignedInUser::from(&account);
/// #   let _ = user;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The user handle.
    pub handle: UserHandle,
    /// The name by which the user is known; no other account of the RP ID has it.
    pub name: String,
    /// What the user is called; may be empty.
    pub display_name: String,
    /// When the user signed up.
    pub created_at: Timestamp,
}

impl From<&Account> for SignedInUser {
    fn from(account: &Account) -> Self {
        Self::new(account.handle, &*account.name, &*account.display_name)
    }
}

impl<DB: Dialect> SqlxStore<DB> {
    /// Keeps the accounts as well, for services that have no users table.
    ///
    /// [`SignUp`](relying_party::SignUp) then creates an account with its first passkey, and
    /// [`EraseAccount`](relying_party::EraseAccount) deletes it. A passkey can only be inserted for an account that exists;
    /// for another one, the store fails with [`SqlxError::NoAccount`].
    ///
    /// Names are compared byte for byte. If `Ada` and `ada` are one name in your service, pass it in one spelling.
    ///
    /// Without this, the store does not know who has an account, and a sign-up ends with
    /// [`Error::SignUpUnsupported`](relying_party::Error::SignUpUnsupported). If you have a users table, run the
    /// sign-up in your transaction instead: [`transaction`](Self::transaction).
    ///
    /// ```no_run
    /// # #[cfg(feature = "sqlite")]
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use relying_party_sqlx::{SqlxStore, sqlite_options};
    /// let pool = sqlx::SqlitePool::connect_with(sqlite_options("passkeys.sqlite")).await?;
    /// let store = SqlxStore::new(pool).with_accounts();
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_accounts(mut self) -> Self {
        self.keeps_accounts = true;
        self
    }

    /// Looks up the account of a user handle. Finds only accounts that signed up in a store
    /// [with accounts](Self::with_accounts).
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn account(&self, owner: &Owner) -> Result<Option<Account>, SqlxError> {
        let (statements, owner) = (Arc::clone(&self.statements), owner.clone());
        self.read(move |connection| {
            Box::pin(async move { verbs::account_of::<DB>(connection, &statements, &owner).await })
        })
        .await
    }

    /// Looks up the account of a name, which is compared byte for byte.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn account_by_name(
        &self,
        rp_id: &str,
        name: &str,
    ) -> Result<Option<Account>, SqlxError> {
        let statements = Arc::clone(&self.statements);
        let (rp_id, name) = (rp_id.to_owned(), name.to_owned());
        self.read(move |connection| {
            Box::pin(async move {
                verbs::account_by_name::<DB>(connection, &statements, &rp_id, &name).await
            })
        })
        .await
    }
}
