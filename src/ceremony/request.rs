//! For what somebody shows a passkey.

use serde::{Deserialize, Serialize};

use crate::{bytes::UserHandle, decoys::Identifier};

/// Who is to sign in, and how the browser is to ask. A ceremony that was begun for one of these is finished as that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", content = "user", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignInRequest {
    /// Somebody pressed "Sign in with a passkey": whoever has a discoverable passkey.
    Discoverable,
    /// A sign-in form was loaded: the same, offered in the autofill of its user name field.
    Autofill,
    /// A user was named first: only that account's passkeys count.
    Named(UserHandle),
    /// A user was named first by somebody who may be anybody, and who is not to learn whether there is such a user: see
    /// [`named`](Self::named). The ceremony is one for [`Named`](Self::Named).
    #[serde(skip)]
    Typed {
        /// What was typed.
        identifier: Identifier,
        /// The account of that name, if there is one.
        user: Option<UserHandle>,
    },
    /// A user has shown a first factor **other than a passkey**, which the host has just checked (a password, a code),
    /// and now proves to have a passkey: only that account's count, and the sign-in is complete.
    SecondFactor(UserHandle),
    /// A user who is signed in proves it again before something sensitive: only that account's passkeys count, and user
    /// verification is required whatever the settings say.
    Reverify(UserHandle),
}

impl SignInRequest {
    /// The account, if it is known beforehand.
    #[must_use]
    pub const fn user(&self) -> Option<UserHandle> {
        match self {
            Self::Discoverable | Self::Autofill => None,
            Self::Typed { user, .. } => *user,
            Self::Named(user) | Self::SecondFactor(user) | Self::Reverify(user) => Some(*user),
        }
    }
}
