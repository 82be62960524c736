//! Accounts: what can be a name, and how names are compared.

use relying_party::{PasskeyName, UserHandle, flow::Owner, store::AsyncPasskeyStore as _};
use relying_party_sqlx::{Account, SqlxError};

use super::{Store, on_either};

/// A name to sign up with: what can be the name of a passkey can be the name of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountName(PasskeyName);

impl AccountName {
    /// The spelling by which names are compared: upper and lower case of ASCII are the same.
    #[must_use]
    pub fn spelling(&self) -> String {
        self.0.as_str().to_ascii_lowercase()
    }
}

impl std::str::FromStr for AccountName {
    type Err = relying_party::InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Store {
    /// The account with a name.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn account_by_name(
        &self,
        rp_id: &str,
        name: &AccountName,
    ) -> Result<Option<Account>, SqlxError> {
        on_either!(self, sql => sql.account_by_name(rp_id, &name.spelling()).await)
    }

    /// The account with a user handle.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn account(
        &self,
        rp_id: &str,
        user: UserHandle,
    ) -> Result<Option<Account>, SqlxError> {
        let owner = Owner { rp_id: rp_id.to_owned(), user };
        on_either!(self, sql => sql.account(&owner).await)
    }

    /// How many passkeys an account has.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn count_passkeys(&self, rp_id: &str, user: UserHandle) -> Result<usize, SqlxError> {
        let owner = Owner { rp_id: rp_id.to_owned(), user };
        on_either!(self, sql => Ok(sql.passkeys_of(&owner).await?.len()))
    }
}
