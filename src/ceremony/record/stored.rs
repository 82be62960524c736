//! The form in which a store keeps a ceremony.

use alloc::{string::String, vec::Vec};

use super::{Ceremony, Record};
use crate::record;

/// A ceremony in its stored form: the record, and columns for finding and sweeping it.
///
/// Created by [`Ceremony::to_stored`]. A ceremony never changes, so its record alone is enough to [read
/// it](Ceremony::from_stored). `rp_id` and `user` identify the owner, by which
/// [`erase_ceremonies`](crate::store::CeremonyStore::erase_ceremonies) finds the ceremonies of an account. Do not make
/// `user` a foreign key to a table of accounts: the account of a sign-up does not exist yet, and with decoys a ceremony
/// may name an account that will never exist.
///
/// ```
/// use relying_party::ceremony::{Ceremony, StoredCeremony};
///
/// /// In Redis: `SET ceremony:{id} {record} NX PXAT {expires_at}`.
/// fn put(ceremony: &Ceremony, mut set: impl FnMut(String, StoredCeremony)) {
///     set(format!("ceremony:{}", ceremony.id()), ceremony.to_stored());
/// }
///
/// /// And `GETDEL ceremony:{id}`.
/// fn take(record: Option<String>) -> Option<Ceremony> {
///     record.and_then(|record| Ceremony::from_stored(&record))
/// }
/// assert_eq!(take(None), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredCeremony {
    /// [`Ceremony::id`], 16 bytes. The key.
    pub id: Vec<u8>,
    /// [`Ceremony::rp_id`], up to 253 bytes of ASCII.
    pub rp_id: String,
    /// [`Ceremony::user`], 1 to 64 bytes.
    pub user: Option<Vec<u8>>,
    /// [`Ceremony::created_at`], Unix milliseconds.
    pub created_at: i64,
    /// [`Ceremony::expires_at`], Unix milliseconds. The ceremony can be swept from this time on.
    pub expires_at: i64,
    /// The ceremony. Opaque, printable ASCII, up to a few kilobytes.
    pub record: String,
}

/// The version of the record. A record of another version makes the user start over, so changes of the form need no
/// migration.
pub(super) const VERSION: u32 = 2;

impl Ceremony {
    /// Returns the form in which a store keeps the ceremony. [`StoredCeremony`] has an example.
    #[must_use]
    pub fn to_stored(&self) -> StoredCeremony {
        StoredCeremony {
            id: self.id().as_bytes().to_vec(),
            rp_id: self.rp_id().into(),
            user: self.user().map(|user| user.as_bytes().to_vec()),
            created_at: self.created_at().to_stored(),
            expires_at: self.expires_at().to_stored(),
            record: record::write(self.version, &self.record),
        }
    }

    /// Reads a ceremony from its record.
    ///
    /// Returns `None` for a record of another version or one that cannot be read, which means that the ceremony does
    /// not exist. The user starts over, as with an expired ceremony. This happens while two versions of a service run
    /// side by side.
    ///
    /// ```
    /// use relying_party::ceremony::Ceremony;
    /// assert_eq!(Ceremony::from_stored(r#"{"version":4294967295}"#), None);
    /// ```
    #[must_use]
    pub fn from_stored(record: &str) -> Option<Self> {
        let record = record::read::<Record>(record, VERSION..=VERSION).ok()?;
        Some(Self { version: VERSION, record })
    }
}
