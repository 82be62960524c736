//! The secret that decoys are made from.

use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::limits::DECOY_SECRET_MIN;

/// The host's secret for decoys: at least 32 random bytes, generated once, and the same on every machine and after
/// every restart.
///
/// It is an HMAC-SHA-256 key. Only the state of the hash after the key is kept, and it is overwritten when dropped.
///
/// ```
/// use relying_party::decoys::DecoySecret;
/// assert!(DecoySecret::try_from(&b"too short"[..]).is_err());
/// let secret = DecoySecret::from([9; 32]);
/// assert_eq!(format!("{secret:?}"), "DecoySecret(…)");
/// ```
#[derive(Clone)]
pub struct DecoySecret(Hmac<Sha256>);

/// The secret is too short. [`DecoySecret`](crate::decoys::DecoySecret) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a decoy secret of {found} bytes; it must have at least {DECOY_SECRET_MIN} random bytes")]
pub struct ShortSecret {
    /// The number of bytes.
    pub found: usize,
}

impl DecoySecret {
    /// HMAC-SHA-256 over the parts, each preceded by its length, so that different lists of parts never collide.
    pub(super) fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(b"relying-party decoy ");
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl TryFrom<&[u8]> for DecoySecret {
    type Error = ShortSecret;

    fn try_from(bytes: &[u8]) -> Result<Self, ShortSecret> {
        let short = ShortSecret { found: bytes.len() };
        if bytes.len() < DECOY_SECRET_MIN {
            return Err(short);
        }
        // HMAC accepts keys of any length.
        Hmac::new_from_slice(bytes).map(Self).map_err(|_| short)
    }
}

impl From<[u8; DECOY_SECRET_MIN]> for DecoySecret {
    fn from(bytes: [u8; DECOY_SECRET_MIN]) -> Self {
        let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
        key.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Self(Hmac::new(&key))
    }
}

/// Does not show the secret.
impl fmt::Debug for DecoySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecoySecret(…)")
    }
}
