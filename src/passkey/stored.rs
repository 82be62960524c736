//! The stored form of a passkey.

use alloc::{
    borrow::{Cow, ToOwned as _},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::{Attestation, Passkey, PasskeyState};
use crate::{
    bytes::{Aaguid, CredentialId, PasskeyId, UserHandle},
    cose::CosePublicKey,
    json::{AuthenticatorAttachment, Transport},
    record::{self, InvalidRecord},
    time::Timestamp,
};

/// A passkey in its stored form: columns of plain types, and one record for the rest.
///
/// Created by [`Passkey::to_stored`] and read by [`Passkey::from_stored`]. No column is repeated in the record, so
/// changing a column is enough. The record never changes after the passkey was inserted.
///
/// | Column | SQLite | PostgreSQL | `MySQL` | Purpose |
/// |---|---|---|---|---|
/// | `id` | `BLOB` | `bytea` | `BINARY(16)` | primary key |
/// | `rp_id` | `TEXT` | `text` | `VARBINARY(255)` | key, compared byte for byte |
/// | `user` | `BLOB` | `bytea` | `VARBINARY(64)` | index on (`rp_id`, `user`) |
/// | `credential_id` | `BLOB` | `bytea` | `VARBINARY(1023)` | unique on (`rp_id`, `credential_id`) |
/// | times | `INTEGER` | `bigint` | `BIGINT` | Unix milliseconds |
/// | times | `INTEGER` | `bigint` | `BIGINT` | Unix milliseconds |
/// | `sign_count` | `INTEGER` | `bigint` | `BIGINT` | changes with each use, as do the three flags |
/// | `record` | `TEXT` or `BLOB` | `text` or `bytea` | `TEXT` or `BLOB` | opaque; printable ASCII, a few hundred bytes, with ML-DSA up to 4 KiB |
///
/// A store without columns (a file, a key-value store) can keep the whole value as one text: it implements `Serialize`
/// and `Deserialize`.
///
/// ```
/// use relying_party::{Passkey, StoredPasskey};
///
/// fn to_text(passkey: &Passkey) -> String {
///     serde_json::to_string(&passkey.to_stored()).unwrap()
/// }
///
/// fn from_text(text: &str) -> Result<Passkey, Box<dyn std::error::Error>> {
///     let stored: StoredPasskey = serde_json::from_str(text)?;
///     Ok(Passkey::from_stored(stored)?)
/// }
/// # use relying_party::{PasskeyImport, Timestamp, crypto::RustCrypto, policy::RpId};
/// # use relying_party::{CoseKey, CosePublicKey, Algorithm, KeyParameters};
/// # let x = [0x11; 32];
/// # let x = &[
/// #     0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72,
/// #     0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
/// # ];
/// # let parameters = KeyParameters::Okp { curve: 6, x };
/// # let key = CosePublicKey::from_key(&CoseKey { algorithm: Algorithm::EdDSA, parameters }).unwrap();
/// # let passkey = PasskeyImport::new(&[7; 16], &[8; 32], key.as_bytes())
/// #     .finish(&RpId::new("example.com").unwrap(), &RustCrypto, Timestamp::from_unix_millis(1)).unwrap();
/// assert_eq!(from_text(&to_text(&passkey)).unwrap(), passkey);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPasskey {
    /// [`Passkey::id`], 16 bytes.
    #[serde(with = "base64url")]
    pub id: Vec<u8>,
    /// [`Passkey::rp_id`], up to 253 bytes of ASCII.
    pub rp_id: String,
    /// [`Passkey::user`], 1 to 64 bytes.
    #[serde(with = "base64url")]
    pub user: Vec<u8>,
    /// [`Passkey::credential_id`], 1 to 1023 bytes.
    #[serde(with = "base64url")]
    pub credential_id: Vec<u8>,
    /// [`Passkey::name`], up to 100 Unicode scalar values.
    pub name: String,
    /// [`Passkey::created_at`], Unix milliseconds.
    pub created_at: i64,
    /// [`Passkey::updated_at`], Unix milliseconds.
    pub updated_at: i64,
    /// [`Passkey::last_used_at`], Unix milliseconds.
    pub last_used_at: Option<i64>,
    /// [`PasskeyState::sign_count`], 0 to 4294967295.
    pub sign_count: i64,
    /// [`PasskeyState::backup_eligible`].
    pub backup_eligible: Option<bool>,
    /// [`PasskeyState::backup_state`].
    pub backup_state: Option<bool>,
    /// [`PasskeyState::uv_initialized`].
    pub uv_initialized: bool,
    /// Everything else. Opaque: any version of this crate may change its form, and still reads older forms.
    pub record: String,
}

/// Why a stored passkey cannot be read.
///
/// [`Passkey::from_stored`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredPasskeyError {
    /// A later version of this crate wrote the record.
    #[error(
        "the passkey record has version {found}, but this version of relying-party reads records up to version {known}: \
         update relying-party"
    )]
    Version {
        /// The version of the record.
        found: u32,
        /// The latest version that this crate can read.
        known: u32,
    },
    /// The record is damaged or not a record.
    #[error("the passkey record cannot be read: {0}")]
    Record(String),
    /// A column contains an invalid value.
    #[error("the column `{0}` of a passkey contains an invalid value")]
    Column(&'static str),
}

/// The latest version of the record. Version 1 also contained what is now only in columns. Those copies are ignored.
const VERSION: u32 = 2;

/// The content of the record.
#[derive(Serialize, Deserialize)]
struct Record<'a> {
    public_key: Cow<'a, CosePublicKey>,
    aaguid: Aaguid,
    transports: Cow<'a, [Transport]>,
    attachment: Option<AuthenticatorAttachment>,
    discoverable: Option<bool>,
    attestation: Cow<'a, Attestation>,
}

impl Passkey {
    /// Returns the stored form of the passkey.
    ///
    /// ```
    /// use relying_party::Passkey;
    /// /// The database as a function that executes a statement.
    /// fn insert(passkey: &Passkey, mut execute: impl FnMut(&str, &[&dyn std::fmt::Debug])) {
    ///     let stored = passkey.to_stored();
    ///     execute(
    ///         "INSERT INTO passkeys (id, rp_id, user, credential_id, name, record /* … */) VALUES (?, ?, ?, ?, ?, ?)",
    ///         &[&stored.id, &stored.rp_id, &stored.user, &stored.credential_id, &stored.name, &stored.record],
    ///     );
    /// }
    /// ```
    #[must_use]
    pub fn to_stored(&self) -> StoredPasskey {
        let record = Record {
            public_key: Cow::Borrowed(&self.public_key),
            aaguid: self.aaguid,
            transports: Cow::Borrowed(&self.transports),
            attachment: self.attachment,
            discoverable: self.discoverable,
            attestation: Cow::Borrowed(&self.attestation),
        };
        StoredPasskey {
            id: self.id.as_bytes().to_vec(),
            rp_id: self.rp_id.clone(),
            user: self.user.as_bytes().to_vec(),
            credential_id: self.credential_id.as_bytes().to_vec(),
            name: self.name.as_str().to_owned(),
            created_at: self.created_at.to_stored(),
            updated_at: self.updated_at.to_stored(),
            last_used_at: self.last_used_at.map(Timestamp::to_stored),
            sign_count: self.state.sign_count.into(),
            backup_eligible: self.state.backup_eligible,
            backup_state: self.state.backup_state,
            uv_initialized: self.state.uv_initialized,
            record: record::write(VERSION, &record),
        }
    }

    /// Reads a passkey from its stored form, as written by this or any earlier version of this crate.
    ///
    /// ```
    /// use relying_party::{Passkey, StoredPasskey, StoredPasskeyError};
    /// fn read(row: StoredPasskey) -> Result<Passkey, StoredPasskeyError> {
    ///     Passkey::from_stored(row)
    /// }
    /// # let row = StoredPasskey {
    /// #     id: vec![1; 16], rp_id: "example.com".into(), user: vec![2; 16], credential_id: vec![3; 16],
    /// #     name: "Laptop".into(), created_at: 0, updated_at: 0, last_used_at: None, sign_count: 0,
    /// #     backup_eligible: None, backup_state: None, uv_initialized: false, record: r#"{"version":9}"#.into(),
    /// # };
    /// // A record that a later version of this crate wrote:
    /// assert_eq!(read(row), Err(StoredPasskeyError::Version { found: 9, known: 2 }));
    /// ```
    ///
    /// # Errors
    ///
    /// If a later version wrote the record, if the record is unreadable, or if a column contains an invalid value.
    /// Report it as an error of your store: the user cannot do anything about it, and browsers remove a passkey that is
    /// missing from a list.
    pub fn from_stored(stored: StoredPasskey) -> Result<Self, StoredPasskeyError> {
        use StoredPasskeyError as E;
        let record = record::read::<Record<'static>>(&stored.record, 1..=VERSION);
        let record = record.map_err(|error| match error {
            InvalidRecord::Version(found) => E::Version { found, known: VERSION },
            InvalidRecord::Unreadable(reason) => E::Record(reason),
        })?;
        let time = |column, stored| Timestamp::from_stored(stored).ok_or(E::Column(column));
        let state = stored.state().ok_or(E::Column("sign_count"))?;
        Ok(Self {
            id: PasskeyId::try_from(&*stored.id).map_err(|_| E::Column("id"))?,
            rp_id: stored.rp_id,
            user: UserHandle::try_from(&*stored.user).map_err(|_| E::Column("user"))?,
            credential_id: CredentialId::try_from(&*stored.credential_id)
                .map_err(|_| E::Column("credential_id"))?,
            public_key: record.public_key.into_owned(),
            aaguid: record.aaguid,
            transports: record.transports.into_owned(),
            attachment: record.attachment,
            discoverable: record.discoverable,
            attestation: record.attestation.into_owned(),
            name: stored.name.parse().map_err(|_| E::Column("name"))?,
            created_at: time("created_at", stored.created_at)?,
            updated_at: time("updated_at", stored.updated_at)?,
            last_used_at: stored.last_used_at.map(|at| time("last_used_at", at)).transpose()?,
            state,
        })
    }
}

impl StoredPasskey {
    /// Returns the state from its columns. `None` if the values are invalid.
    pub(crate) fn state(&self) -> Option<PasskeyState> {
        Some(PasskeyState {
            sign_count: self.sign_count.try_into().ok()?,
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state,
            uv_initialized: self.uv_initialized,
        })
    }

    pub(crate) fn set_state(&mut self, state: PasskeyState) {
        self.sign_count = state.sign_count.into();
        self.backup_eligible = state.backup_eligible;
        self.backup_state = state.backup_state;
        self.uv_initialized = state.uv_initialized;
    }
}

/// Bytes as base64url text.
mod base64url {
    use alloc::{string::String, vec::Vec};
    use core::fmt;

    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::base64url;

    struct Text<'a>(&'a [u8]);

    impl fmt::Display for Text<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            base64url::fmt(self.0, f)
        }
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Text(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        base64url::decode(&text).map_err(|_| de::Error::custom("not base64url"))
    }
}
