//! The byte strings of WebAuthn as separate types, so that they cannot be confused.

use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub(crate) use self::derived::CEREMONY_ID;
pub use self::{
    aaguid::{Aaguid, InvalidAaguid},
    derived::{AccountId, CeremonyId, KeyHash, PasskeyId},
};
use crate::{
    base64url,
    limits::{CHALLENGE_DEFAULT, CHALLENGE_MAX, CHALLENGE_MIN, CREDENTIAL_ID_MAX, USER_HANDLE_MAX},
    text::Text,
};

/// The length of a value is outside the range of its type, or its text is not base64url.
/// [`CredentialId`](crate::CredentialId) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBytes {
    /// The length is outside the type's range.
    #[error("{what} has {found} bytes; it must have {min} to {max}")]
    Length {
        /// The name of the value.
        what: &'static str,
        /// The number of bytes.
        found: usize,
        /// The minimum number.
        min: usize,
        /// The maximum number.
        max: usize,
    },
    /// The text is not base64url.
    #[error("{what} is not base64url")]
    Base64Url {
        /// The name of the value.
        what: &'static str,
    },
}

const fn check_length(
    what: &'static str,
    found: usize,
    min: usize,
    max: usize,
) -> Result<(), InvalidBytes> {
    if found < min || found > max {
        return Err(InvalidBytes::Length { what, found, min, max });
    }
    Ok(())
}

/// Text forms of all byte-string types: base64url without padding, both in `Display` and in JSON.
macro_rules! base64url_text {
    ($type:ty, $what:expr) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                base64url::fmt(self.as_bytes(), f)
            }
        }

        impl core::str::FromStr for $type {
            type Err = InvalidBytes;

            fn from_str(text: &str) -> Result<Self, InvalidBytes> {
                let bytes =
                    base64url::decode(text).map_err(|_| InvalidBytes::Base64Url { what: $what })?;
                Self::try_from(bytes.as_slice())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Text::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

mod aaguid;
mod derived;
#[cfg(feature = "uuid")]
mod uuid;

/// Up to `N` bytes without an allocation.
#[derive(Clone, Copy)]
struct Inline<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Inline<N> {
    /// The caller has checked that `bytes` fit. Anything longer is cut off.
    fn new(bytes: &[u8]) -> Self {
        let mut inline = Self { bytes: [0; N], length: bytes.len().min(N) };
        inline.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        inline
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// A credential ID: 1 to 1023 bytes chosen by an authenticator (§4 *Credential ID*).
///
/// ```
/// use relying_party::CredentialId;
/// let id = CredentialId::try_from(&[1, 2, 3][..])?;
/// assert_eq!(id.to_string(), "AQID");
/// # Ok::<(), relying_party::InvalidBytes>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Box<[u8]>);

impl CredentialId {
    /// Returns the bytes as the authenticator sent them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for CredentialId {
    type Error = InvalidBytes;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidBytes> {
        check_length("credential id", bytes.len(), 1, CREDENTIAL_ID_MAX)?;
        Ok(Self(bytes.into()))
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({self})")
    }
}

base64url_text!(CredentialId, "credential id");

/// A user handle, `user.id`: 1 to 64 bytes that identify an account to authenticators (§5.4.3).
///
/// It must not contain personal data, and must be different for every user. Use 16 to 64 random bytes generated once
/// per account, or the account's random UUID.
///
/// ```
/// use relying_party::UserHandle;
/// let handle = UserHandle::try_from(&b"u-7f3a9c"[..])?;
/// assert_eq!(handle.as_bytes(), b"u-7f3a9c");
///
/// // 16, 32 and 64 bytes always fit, and so does a UUID with the feature `uuid`.
/// let bytes = [0x5a; 32]; // random bytes, stored with the account
/// assert_eq!(UserHandle::from(bytes).as_bytes(), bytes);
/// # #[cfg(feature = "uuid")] {
/// let id = uuid::Uuid::from_u128(0x6f9c_2d3e_52a0_4f5b_9a1e_0c7d_3b8e_4a61);
/// assert_eq!(UserHandle::from(id).as_bytes(), id.as_bytes());
/// assert_eq!(uuid::Uuid::try_from(UserHandle::from(id)), Ok(id));
/// # }
/// # Ok::<(), relying_party::InvalidBytes>(())
/// ```
#[derive(Clone, Copy)]
pub struct UserHandle(Inline<USER_HANDLE_MAX>);

impl UserHandle {
    /// Returns the bytes as the host chose them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Generates a new handle of 64 random bytes, as §14.6.1 recommends.
    ///
    /// # Errors
    ///
    /// If the operating system returns no random bytes.
    #[cfg(feature = "getrandom")]
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; USER_HANDLE_MAX];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Inline::new(&bytes)))
    }
}

impl TryFrom<&[u8]> for UserHandle {
    type Error = InvalidBytes;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidBytes> {
        check_length("user handle", bytes.len(), 1, USER_HANDLE_MAX)?;
        Ok(Self(Inline::new(bytes)))
    }
}

/// Implements `From` for arrays of a valid length.
macro_rules! user_handle_from_arrays {
    ($($size:literal)*) => {$(
        impl From<[u8; $size]> for UserHandle {
            fn from(bytes: [u8; $size]) -> Self {
                Self(Inline::new(&bytes))
            }
        }
    )*};
}

user_handle_from_arrays!(16 32 64);

impl PartialEq for UserHandle {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for UserHandle {}

impl PartialOrd for UserHandle {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UserHandle {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl core::hash::Hash for UserHandle {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// Does not show the handle, because it identifies an account, and others than the account's owner read logs.
impl fmt::Debug for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserHandle({} bytes)", self.as_bytes().len())
    }
}

base64url_text!(UserHandle, "user handle");

/// A challenge: 16 to 64 bytes, generated at random on the server and used once (§13.4.3).
///
/// ```
/// use relying_party::Challenge;
/// let challenge = Challenge::from([7; 32]); // 32 bytes from a secure random source
/// assert_eq!(challenge.as_bytes().len(), 32);
/// ```
#[derive(Clone, Copy)]
pub struct Challenge(Inline<CHALLENGE_MAX>);

impl Challenge {
    /// Returns the bytes as issued.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Generates a new challenge of 32 random bytes.
    ///
    /// # Errors
    ///
    /// If the operating system returns no random bytes.
    #[cfg(feature = "getrandom")]
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; CHALLENGE_DEFAULT];
        getrandom::fill(&mut bytes)?;
        Ok(Self::from(bytes))
    }
}

impl From<[u8; CHALLENGE_DEFAULT]> for Challenge {
    fn from(bytes: [u8; CHALLENGE_DEFAULT]) -> Self {
        Self(Inline::new(&bytes))
    }
}

impl TryFrom<&[u8]> for Challenge {
    type Error = InvalidBytes;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidBytes> {
        check_length("challenge", bytes.len(), CHALLENGE_MIN, CHALLENGE_MAX)?;
        Ok(Self(Inline::new(bytes)))
    }
}

impl PartialEq for Challenge {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Challenge {}

/// Does not show the challenge: until it is used, someone who reads a log could use it.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({} bytes)", self.as_bytes().len())
    }
}

base64url_text!(Challenge, "challenge");

#[cfg(test)]
mod tests {
    use core::hash::{BuildHasher as _, BuildHasherDefault, Hasher};

    use super::*;

    /// A deterministic hasher.
    #[derive(Default)]
    struct Sum(u64);

    impl Hasher for Sum {
        fn finish(&self) -> u64 {
            self.0
        }

        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte) + 1);
            }
        }
    }

    fn handle(bytes: &[u8]) -> UserHandle {
        UserHandle::try_from(bytes).unwrap()
    }

    #[test]
    fn user_handles_are_compared_ordered_and_hashed_by_their_bytes() {
        let hash = |bytes| BuildHasherDefault::<Sum>::default().hash_one(handle(bytes));
        assert_eq!((handle(b"ada"), hash(b"ada")), (handle(b"ada"), hash(b"ada")));
        for (less, greater) in [(&b"ada"[..], &b"bob"[..]), (b"ada", b"adam"), (b"b", b"c")] {
            assert_ne!(handle(less), handle(greater));
            assert_ne!(hash(less), hash(greater));
            assert!(handle(less) < handle(greater) && handle(greater) > handle(less));
        }
    }

    #[test]
    fn challenges_are_compared_by_their_bytes() {
        assert_eq!(Challenge::from([7; 32]), Challenge::from([7; 32]));
        assert_ne!(Challenge::from([7; 32]), Challenge::from([8; 32]));
        assert_ne!(Challenge::from([7; 32]), Challenge::try_from(&[7; 31][..]).unwrap());
    }

    #[test]
    fn challenges_have_16_to_64_bytes() {
        for (length, fits) in [(0, false), (15, false), (16, true), (64, true), (65, false)] {
            let bytes = alloc::vec![7; length];
            let challenge = Challenge::try_from(&*bytes);
            assert_eq!(challenge.is_ok(), fits, "{length}");
            if let Ok(challenge) = challenge {
                assert_eq!(challenge.as_bytes(), bytes);
            }
        }
    }

    #[test]
    fn user_handles_can_be_made_from_16_32_and_64_bytes() {
        assert_eq!(UserHandle::from([1; 16]), handle(&[1; 16]));
        assert_eq!(UserHandle::from([2; 32]), handle(&[2; 32]));
        assert_eq!(UserHandle::from([3; 64]), handle(&[3; 64]));
    }

    /// Two values of 32 random bytes are equal with a probability of 2^-256.
    #[cfg(feature = "getrandom")]
    #[test]
    fn generated_values_are_never_equal() {
        let challenges = [(); 3].map(|()| Challenge::generate().unwrap());
        let handles = [(); 3].map(|()| UserHandle::generate().unwrap());
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            assert_ne!(challenges[one], challenges[other]);
            assert_ne!(handles[one], handles[other]);
        }
        assert_eq!(challenges[0].as_bytes().len(), CHALLENGE_DEFAULT);
    }
}
