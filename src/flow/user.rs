//! The user for whom a passkey is created.

use alloc::string::{String, ToString as _};

use crate::{bytes::UserHandle, json::CurrentUserDetails, relying_party::RelyingParty};

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

    /// The names of the user, for `PublicKeyCredential.signalCurrentUserDetails()`.
    ///
    /// ```
    /// use relying_party::{RelyingParty, SignedInUser, UserHandle};
    /// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// let user = SignedInUser::new(UserHandle::try_from(&[7; 3][..]).unwrap(), "ada@example.com", "Ada");
    /// let json = serde_json::to_value(user.signal(&rp)).unwrap();
    /// let told = r#"{"rpId":"example.com","userId":"BwcH","name":"ada@example.com","displayName":"Ada"}"#;
    /// assert_eq!(json, serde_json::from_str::<serde_json::Value>(told).unwrap());
    /// ```
    #[must_use]
    pub fn signal(&self, rp: &RelyingParty) -> CurrentUserDetails {
        CurrentUserDetails {
            rp_id: rp.rp_id().to_string(),
            user_id: self.handle,
            name: self.name.clone(),
            display_name: self.display_name.clone(),
        }
    }
}
