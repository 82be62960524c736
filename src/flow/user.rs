//! The user for whom a passkey is created.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use crate::{
    bytes::UserHandle, json::CurrentUserDetails, limits::USER_NAME_KEPT,
    relying_party::RelyingParty,
};

/// A signed-in user. A passkey can only be created for a signed-in user: if you create this value without checking a
/// session, you let anyone into the account. [`SignedInUser::lint`](crate::SignedInUser::lint) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInUser {
    pub(crate) handle: UserHandle,
    pub(crate) name: String,
    pub(crate) display_name: String,
}

/// Something about a user's names that may not be displayed as expected. `Display` writes a sentence for developers.
/// [`SignedInUser::lint`](crate::SignedInUser::lint) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserFinding {
    /// `user.name` is longer than 64 bytes.
    #[error(
        "the user's name has {bytes} bytes, and authenticators may cut it to {USER_NAME_KEPT}: users may not tell \
         their accounts apart"
    )]
    LongName {
        /// Its length in UTF-8.
        bytes: usize,
    },
    /// `user.displayName` is longer than 64 bytes.
    #[error(
        "the user's display name has {bytes} bytes, and authenticators may cut it to {USER_NAME_KEPT}"
    )]
    LongDisplayName {
        /// Its length in UTF-8.
        bytes: usize,
    },
}

impl SignedInUser {
    /// Creates the value for the user whose session you have just checked.
    ///
    /// `name` distinguishes the account from others (an email address, a user name). `display_name` is what its owner
    /// is called, and may be empty. Only authenticators display the two.
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

    /// Returns which names authenticators may not display in full: names longer than 64 bytes, which they may truncate
    /// (§6.4.1). No step fails because of it. Check it when a creation begins, and shorten the name or log the finding.
    ///
    /// ```
    /// use relying_party::{SignedInUser, UserHandle, flow::UserFinding};
    /// let handle = UserHandle::try_from(&[7; 32][..]).unwrap();
    /// assert!(SignedInUser::new(handle, "ada@example.com", "Ada").lint().is_empty());
    /// let name = format!("{}@example.com", "a".repeat(60));
    /// assert_eq!(SignedInUser::new(handle, name, "Ada").lint(), [UserFinding::LongName { bytes: 72 }]);
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<UserFinding> {
        let (name, display_name) = (self.name.len(), self.display_name.len());
        let findings = [
            (name, UserFinding::LongName { bytes: name }),
            (display_name, UserFinding::LongDisplayName { bytes: display_name }),
        ];
        let long = findings.into_iter().filter(|(bytes, _)| *bytes > USER_NAME_KEPT);
        long.map(|(_, finding)| finding).collect()
    }

    /// Returns the user's names, for `PublicKeyCredential.signalCurrentUserDetails()`.
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
