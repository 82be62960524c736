//! The browser session to which a ceremony belongs.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{base64url, text::Text};

/// Binds a ceremony to the browser session in which it begins. Every begin step stores the binding in the ceremony.
/// Every finish step compares it with the binding of the session in which the response arrives, in constant time and
/// before the response is parsed.
///
/// It is a hash of your session identifier, so the ceremony record does not reveal the identifier. One session can have
/// any number of tabs, buttons and autofill requests open at once. The ceremony ID travels in the JSON next to the
/// credential and does not have to be secret: in another session it cannot finish anything.
///
/// # Which identifier
///
/// Use a value that only this browser and your server know, usually the value of the session cookie. A user who is not
/// signed in yet needs one too: give the browser a random pre-session cookie when the sign-in form loads. Issue a new
/// identifier whenever a user signs in. A user ID, an IP address or a value that several browsers share does not
/// identify a session.
///
/// ```
/// use relying_party::SessionBinding;
/// let session = SessionBinding::of("value of the session cookie");
/// assert_eq!(session, SessionBinding::of("value of the session cookie"));
/// assert_ne!(session, SessionBinding::of("value of another session cookie"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionBinding([u8; 32]);

impl SessionBinding {
    /// No input is known to have this hash.
    const NONE: Self = Self([0; 32]);
    /// The binding of an empty identifier. It matches no session, not even another empty identifier.
    const NOWHERE: Self = Self([0xff; 32]);

    /// Binds to the session with this identifier. The binding is SHA-256 of `relying-party session` and the identifier.
    ///
    /// An empty identifier, such as that of a missing cookie, matches no session: the ceremony begins but cannot be
    /// finished.
    #[must_use]
    pub fn of(identifier: impl AsRef<[u8]>) -> Self {
        let identifier = identifier.as_ref();
        if identifier.is_empty() {
            return Self::NOWHERE;
        }
        let hash = Sha256::new().chain_update(b"relying-party session\0").chain_update(identifier);
        Self(hash.finalize().into())
    }

    /// Binds to no session: any browser that knows the ceremony ID can finish the ceremony. It must be finished with
    /// `none` as well.
    ///
    /// # What this permits
    ///
    /// **Login CSRF.** An attacker begins a sign-in, answers it with their own passkey, and makes the victim's browser
    /// post the result. The victim is then signed in to the attacker's account without noticing, and the attacker can
    /// read what they enter there (an address, a card, a search). If you create passkeys without a binding, a response
    /// that was stolen from the user's browser can be finished elsewhere.
    ///
    /// Only use it where no browser session exists, such as in a command-line client that holds the ceremony ID itself,
    /// or where you prevent cross-site requests in another way.
    #[must_use]
    pub const fn none() -> Self {
        Self::NONE
    }

    /// Returns whether a response that arrives in the session `other` belongs to the session `self`.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        (self.0.ct_eq(&other.0) & !self.0.ct_eq(&Self::NOWHERE.0)).into()
    }
}

/// Does not show the hash, from which an identifier that is not random could be found.
impl fmt::Debug for SessionBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionBinding(…)")
    }
}

impl Serialize for SessionBinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Text<'a>(&'a [u8]);
        impl fmt::Display for Text<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                base64url::fmt(self.0, f)
            }
        }
        serializer.collect_str(&Text(&self.0))
    }
}

impl<'de> Deserialize<'de> for SessionBinding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let bytes = base64url::decode(&text);
        let bytes = bytes.map_err(|_| de::Error::custom("a session binding is base64url"))?;
        let hash = <[u8; 32]>::try_from(bytes.as_slice());
        hash.map(Self).map_err(|_| de::Error::custom("a session binding has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_its_own_identifier_only() {
        let one = SessionBinding::of("one");
        assert!(one.matches(&SessionBinding::of(b"one")));
        for other in [SessionBinding::of("two"), SessionBinding::none(), SessionBinding::of("")] {
            assert!(!one.matches(&other));
            assert!(!other.matches(&one));
        }
        assert!(SessionBinding::none().matches(&SessionBinding::none()));
    }

    #[test]
    fn empty_identifier_matches_nothing() {
        let empty = SessionBinding::of("");
        assert!(!empty.matches(&empty));
        assert!(!empty.matches(&SessionBinding::none()));
    }

    #[test]
    fn round_trips_through_its_stored_form_and_hides_its_hash_in_debug_output() {
        for binding in [SessionBinding::of("one"), SessionBinding::none(), SessionBinding::of("")] {
            let stored = serde_json::to_string(&binding).unwrap();
            assert_eq!(serde_json::from_str::<SessionBinding>(&stored).unwrap(), binding);
            assert_eq!(alloc::format!("{binding:?}"), "SessionBinding(…)");
        }
        for text in [r#""AAAA""#, r#""?""#, "null", "7"] {
            assert!(serde_json::from_str::<SessionBinding>(text).is_err(), "{text}");
        }
    }
}
