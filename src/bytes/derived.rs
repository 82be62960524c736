//! Identifiers that are hashes of what they identify.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::{Challenge, CredentialId, InvalidBytes, UserHandle};
use crate::{base64url, text::Text};

/// SHA-256 over the parts, each preceded by its length, so that different lists of parts never collide.
fn derive(domain: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(domain.as_bytes());
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    id.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    id
}

/// An identifier that is derived, not random: the same value always has the same ID.
macro_rules! derived_id {
    ($(#[$doc:meta])* $type:ident, $size:literal, $what:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type([u8; $size]);

        impl $type {
            /// Returns the bytes of the ID.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $type {
            type Error = InvalidBytes;

            fn try_from(bytes: &[u8]) -> Result<Self, InvalidBytes> {
                <[u8; $size]>::try_from(bytes).map(Self).map_err(|_| InvalidBytes::Length {
                    what: $what,
                    found: bytes.len(),
                    min: $size,
                    max: $size,
                })
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        base64url_text!($type, $what);
    };
}

derived_id! {
    /// The ID of a passkey for users and hosts: short, stable, and safe in URLs (22 characters). It is not the
    /// credential ID, but is derived by SHA-256 from the RP ID and the credential ID.
    ///
    /// ```
    /// use relying_party::{CredentialId, PasskeyId};
    /// let credential = CredentialId::try_from(&[1, 2, 3][..])?;
    /// let id = PasskeyId::of("example.com", &credential);
    /// assert_eq!(id.to_string().len(), 22);
    /// assert_ne!(id, PasskeyId::of("example.org", &credential));
    /// # Ok::<(), relying_party::InvalidBytes>(())
    /// ```
    PasskeyId, 16, "passkey id"
}

impl PasskeyId {
    /// Returns the ID of the passkey with this credential at a relying party.
    #[must_use]
    pub fn of(rp_id: &str, credential_id: &CredentialId) -> Self {
        Self(derive("relying-party passkey id", &[rp_id.as_bytes(), credential_id.as_bytes()]))
    }
}

derived_id! {
    /// The ID of an account in a log. It distinguishes accounts without identifying them. It is derived by SHA-256 from
    /// the RP ID and the user handle, which it does not reveal as long as handles are random, as they should be
    /// (§14.6.1). If handles are consecutive numbers, they can be found by trying.
    ///
    /// ```
    /// use relying_party::{AccountId, UserHandle};
    /// let ada = UserHandle::try_from(&[7; 32][..])?;
    /// // Search a log for this to see what happened to an account:
    /// assert_eq!(AccountId::of("example.com", &ada).to_string().len(), 22);
    /// # Ok::<(), relying_party::InvalidBytes>(())
    /// ```
    AccountId, 16, "account id"
}

impl AccountId {
    /// Returns the ID of an account at a relying party.
    #[must_use]
    pub fn of(rp_id: &str, user: &UserHandle) -> Self {
        Self(derive("relying-party account id", &[rp_id.as_bytes(), user.as_bytes()]))
    }
}

derived_id! {
    /// The ID of a ceremony. It travels in the JSON with the options, and back with the credential, and does not have
    /// to be secret: the [`SessionBinding`](crate::SessionBinding) decides in which session the ceremony can be
    /// finished. At worst, someone who knows the ID can use the ceremony up, and the user starts over. It is derived by
    /// SHA-256 from the challenge, which it does not reveal.
    ///
    /// ```
    /// use relying_party::{CeremonyId, Challenge};
    /// let id = CeremonyId::of(&Challenge::from([7; 32]));
    /// assert_eq!(id, id.to_string().parse()?);
    /// # Ok::<(), relying_party::InvalidBytes>(())
    /// ```
    CeremonyId, 16, CEREMONY_ID
}

/// The value name of an [`InvalidBytes`] about a ceremony ID.
pub(crate) const CEREMONY_ID: &str = "ceremony ID";

impl CeremonyId {
    /// Returns the ID of the ceremony with this challenge.
    #[must_use]
    pub fn of(challenge: &Challenge) -> Self {
        Self(derive("relying-party ceremony id", &[challenge.as_bytes()]))
    }
}

derived_id! {
    /// Identifies a public key in a certificate: SHA-256 of its `SubjectPublicKeyInfo` in DER. It does not change when
    /// a CA renews its certificate. [`AttestationTrust`](crate::AttestationTrust) has an example.
    KeyHash, 32, "key hash"
}

#[cfg(feature = "attestation")]
impl KeyHash {
    /// Returns the hash of a `SubjectPublicKeyInfo`.
    pub(crate) fn of(spki: &[u8]) -> Self {
        Self(Sha256::digest(spki).into())
    }
}
