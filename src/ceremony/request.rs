//! What a passkey is requested for.

use core::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bytes::UserHandle;

/// What a visitor typed to say who they are: an email address, a user name, a phone number. Only its SHA-256 is kept.
///
/// Bring what you take for equal into one spelling first (trimmed, lower case), as you do to look the account up.
/// Otherwise a user without passkeys has another list of [decoys](crate::decoys) for every spelling, and a user with
/// passkeys has the same list for all of them.
///
/// ```
/// use relying_party::ceremony::Identifier;
/// let typed = " Ada@Example.com ";
/// assert_eq!(Identifier::new(&typed.trim().to_lowercase()), Identifier::new("ada@example.com"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier([u8; 32]);

impl Identifier {
    /// The identifier of this text, byte for byte.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let hash = Sha256::new().chain_update("relying-party identifier").chain_update(text);
        Self(hash.finalize().into())
    }

    pub(crate) const fn hash(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Does not show the hash: names can be guessed.
impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identifier(…)")
    }
}

/// Who signs in, and how the browser asks for the passkey. A ceremony can only be finished for the purpose it was begun
/// for.
///
/// ```
/// use relying_party::{SignInRequest, UserHandle};
/// let ada = UserHandle::from([7; 32]);
/// assert_eq!(SignInRequest::for_account(ada).user(), Some(ada));
/// assert_eq!(SignInRequest::Discoverable.user(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", content = "user", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignInRequest {
    /// The user pressed "Sign in with a passkey" without saying who they are. Any discoverable passkey is accepted.
    Discoverable,
    /// A sign-in form was loaded. The browser offers passkeys in the autofill of its user name field. Any discoverable
    /// passkey is accepted.
    ///
    /// Browsers ignore `timeout` here, and pages stay open, so the ceremony has [another
    /// lifetime](crate::settings::SettingsBuilder::autofill_lifetime), an hour by default. Its challenge still works
    /// only once.
    Autofill,
    /// The user was named first. Only passkeys of that account are accepted. Created by
    /// [`for_account`](Self::for_account).
    #[non_exhaustive]
    #[serde(rename = "named")]
    Account(UserHandle),
    /// A visitor typed an identifier, and must not find out whether an account has it. The ceremony is then for an
    /// [account](Self::Account). Created by [`for_identifier`](Self::for_identifier).
    #[non_exhaustive]
    #[serde(skip)]
    Identifier {
        /// The identifier that the visitor typed.
        identifier: Identifier,
        /// The account that has the identifier, if any.
        user: Option<UserHandle>,
    },
    /// The user has shown a first factor **other than a passkey** (a password, a code), which the host has just
    /// checked, and now adds a passkey. Only passkeys of that account are accepted, and the sign-in is complete.
    SecondFactor(UserHandle),
    /// A signed-in user is verified again before a sensitive action. Only passkeys of that account are accepted, and
    /// user verification is required regardless of the settings.
    Reverify(UserHandle),
}

impl SignInRequest {
    /// Requests a passkey of this account.
    ///
    /// The account's credential IDs go to the browser. If a visitor who is not signed in chooses the account, use
    /// [`for_identifier`](Self::for_identifier).
    #[must_use]
    pub const fn for_account(user: UserHandle) -> Self {
        Self::Account(user)
    }

    /// Requests a passkey of the account with this identifier: what a visitor typed, such as a user name or an email
    /// address. `user` is the account that you found, or `None` if no account has the identifier, in which case every
    /// response is rejected.
    ///
    /// Pass `identifier` in the spelling in which you compare identifiers. It is hashed and not stored. With
    /// [decoys](crate::decoys), both cases begin in the same way, fail in the same way, and request the same effects.
    ///
    /// ```
    /// use relying_party::{SignInRequest, UserHandle};
    /// # fn account_of(_: &str) -> Option<UserHandle> { None }
    /// let typed = " Ada@Example.com ".trim().to_lowercase();
    /// let request = SignInRequest::for_identifier(&typed, account_of(&typed));
    /// assert_eq!(request.user(), None);
    /// ```
    #[must_use]
    pub fn for_identifier(identifier: &str, user: Option<UserHandle>) -> Self {
        Self::Identifier { identifier: Identifier::new(identifier), user }
    }

    /// Returns the account, if it is known when the ceremony begins.
    #[must_use]
    pub const fn user(&self) -> Option<UserHandle> {
        match self {
            Self::Discoverable | Self::Autofill => None,
            Self::Identifier { user, .. } => *user,
            Self::Account(user) | Self::SecondFactor(user) | Self::Reverify(user) => Some(*user),
        }
    }
}
