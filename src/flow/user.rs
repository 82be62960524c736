//! The user for whom a passkey is created.

use alloc::string::String;

use crate::bytes::UserHandle;

/// A user who is signed in. Only for such a one can a passkey be created: to make this value without having
/// checked a session is to let anybody into the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInUser {
    pub(crate) handle: UserHandle,
    pub(crate) name: String,
    pub(crate) display_name: String,
}

impl SignedInUser {
    /// The user whose session the host has just checked.
    ///
    /// `name` tells the account from others (an e-mail address, a user name), `display_name` is what its owner is
    /// called and may be empty. Both are shown by authenticators only.
    #[must_use]
    pub fn new(
        handle: UserHandle,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self { handle, name: name.into(), display_name: display_name.into() }
    }

    /// The account's user handle.
    #[must_use]
    pub fn handle(&self) -> UserHandle {
        self.handle
    }
}
