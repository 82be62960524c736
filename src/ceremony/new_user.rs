//! The user who signs up with a passkey.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::{
    bytes::UserHandle,
    limits::USER_NAME_MAX,
    name::{control_character, is_visible},
};

/// A user who has no account yet and signs up with a passkey. See [`SignUp`](crate::SignUp).
///
/// ```
/// use relying_party::{NewUser, UserHandle};
/// // In a service: `NewUser::generate("ada@example.com", "Ada")`.
/// let handle = UserHandle::try_from(&[7; 32][..])?;
/// let user = NewUser::new(handle, "ada@example.com", "Ada");
/// assert_eq!((user.name(), user.display_name()), ("ada@example.com", "Ada"));
/// # Ok::<(), relying_party::InvalidBytes>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    handle: UserHandle,
    name: String,
    display_name: String,
}

/// Why a name is not valid for a new account. `param` is `name` or `display_name`.
/// [`NewUser`](crate::NewUser) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUserName {
    /// The account name is empty, or none of its characters is visible.
    #[error("the `{param}` of the new user has no visible character")]
    Empty {
        /// Which name.
        param: &'static str,
    },
    /// The name is longer than 256 bytes.
    #[error("the `{param}` of the new user has {found} bytes; the maximum is {USER_NAME_MAX}")]
    TooLong {
        /// Which name.
        param: &'static str,
        /// Its length in UTF-8.
        found: usize,
    },
    /// The name contains a control character, a line separator, or a character that changes the text direction.
    #[error("the `{param}` of the new user contains the control character U+{:04X}", u32::from(*.found))]
    ControlCharacter {
        /// Which name.
        param: &'static str,
        /// The first such character.
        found: char,
    },
}

impl NewUser {
    /// Creates a user who asks for the account name `name`, such as an email address or a user name.
    ///
    /// `handle` becomes the account's user handle. It must be random and unused. `name` must be unique among the
    /// accounts of the service. Pass it in the spelling that you compare. `display_name` is what the user is called,
    /// and may be empty. Authenticators display both names.
    #[must_use]
    pub fn new(
        handle: UserHandle,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self { handle, name: name.into(), display_name: display_name.into() }
    }

    /// Creates a user with a new handle of 32 random bytes.
    ///
    /// # Errors
    ///
    /// If the operating system returns no random bytes.
    #[cfg(feature = "getrandom")]
    pub fn generate(
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Result<Self, getrandom::Error> {
        let mut handle = [0; 32];
        getrandom::fill(&mut handle)?;
        Ok(Self::new(handle.into(), name, display_name))
    }

    /// Returns the user handle of the account.
    #[must_use]
    pub fn handle(&self) -> UserHandle {
        self.handle
    }

    /// Returns the name of the account.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the user is called; may be empty.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// Checks the names. Anyone can sign up, so the names that are stored have a maximum length.
    pub(crate) fn check(&self) -> Result<(), InvalidUserName> {
        check(&self.name, "name")?;
        check(&self.display_name, "display_name")?;
        if is_visible(&self.name) { Ok(()) } else { Err(InvalidUserName::Empty { param: "name" }) }
    }
}

impl InvalidUserName {
    /// Returns the name of the parameter: `name` or `display_name`.
    #[must_use]
    pub const fn param(&self) -> &'static str {
        match self {
            Self::Empty { param }
            | Self::TooLong { param, .. }
            | Self::ControlCharacter { param, .. } => param,
        }
    }
}

fn check(text: &str, param: &'static str) -> Result<(), InvalidUserName> {
    let found = text.len();
    if found > USER_NAME_MAX {
        return Err(InvalidUserName::TooLong { param, found });
    }
    let found = control_character(text);
    found.map_or(Ok(()), |found| Err(InvalidUserName::ControlCharacter { param, found }))
}
