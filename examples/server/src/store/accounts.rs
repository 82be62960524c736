//! Demo accounts: a name and a user handle.

use relying_party::{PasskeyName, SignedInUser, UserHandle};
use serde::Serialize;

/// Somebody who has signed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names the account to authenticators; random, and never shown.
    pub handle: UserHandle,
    /// The name that was signed up with.
    pub name: AccountName,
}

impl Account {
    /// The account as the crate knows it, once its session was checked. It is called what it is named.
    pub(crate) fn as_user(&self) -> SignedInUser {
        SignedInUser::new(self.handle, self.name.as_str(), self.name.as_str())
    }
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
