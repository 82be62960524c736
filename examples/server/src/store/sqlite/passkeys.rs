//! The contract of `relying_party::store` on SQLite.

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::PasskeyStore,
};
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Sqlite, exists, millis, timestamp};
use crate::store::StoreError;

impl PasskeyStore for Sqlite {
    type Error = StoreError;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), StoreError> {
        let record = serde_json::to_string(ceremony)?;
        self.write(|database| {
            database
                .prepare_cached("DELETE FROM ceremonies WHERE expires_at < ?1")?
                .execute([millis(ceremony.created_at())?])?;
            database
                .prepare_cached(
                    "INSERT INTO ceremonies (id, expires_at, record) VALUES (:id, :expires_at, :record)
                     ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at, record = excluded.record",
                )?
                .execute(named_params! {
                    ":id": ceremony.id().as_bytes(),
                    ":expires_at": millis(ceremony.expires_at())?,
                    ":record": record,
                })?;
            Ok(())
        })
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, StoreError> {
        let record: Option<String> = self.write(|database| {
            Ok(database
                .prepare_cached("DELETE FROM ceremonies WHERE id = ?1 RETURNING record")?
                .query_row([id.as_bytes()], |row| row.get(0))
                .optional()?)
        })?;
        Ok(record.map(|record| serde_json::from_str(&record)).transpose()?)
    }

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, StoreError> {
        self.read(|database| {
            database
                .prepare_cached(
                    "SELECT * FROM passkeys WHERE rp_id = :rp_id AND user_handle = :user ORDER BY created_at, id",
                )?
                .query_and_then(
                    named_params! { ":rp_id": owner.rp_id, ":user": owner.user.as_bytes() },
                    passkey_of_row,
                )?
                .collect()
        })
    }

    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, StoreError> {
        self.read(|database| {
            database
                .prepare_cached("SELECT * FROM passkeys WHERE rp_id = :rp_id AND credential_id = :credential_id")?
                .query_and_then(
                    named_params! { ":rp_id": rp_id, ":credential_id": credential_id.as_bytes() },
                    passkey_of_row,
                )?
                .next()
                .transpose()
        })
    }

    fn insert_passkey(&self, passkey: &Passkey, max_per_user: u32) -> Result<Inserted, StoreError> {
        let record = serde_json::to_string(passkey)?;
        self.write(|database| {
            let known = exists(
                database,
                "SELECT 1 FROM passkeys WHERE rp_id = ?1 AND credential_id = ?2",
                (&passkey.rp_id, passkey.credential_id.as_bytes()),
            )?;
            if known {
                return Ok(Inserted::AlreadyExists);
            }
            let count: u32 = database
                .prepare_cached("SELECT count(*) FROM passkeys WHERE rp_id = ?1 AND user_handle = ?2")?
                .query_row((&passkey.rp_id, passkey.user.as_bytes()), |row| row.get(0))?;
            if count >= max_per_user {
                return Ok(Inserted::LimitReached);
            }
            database
                .prepare_cached(
                    "INSERT INTO passkeys (id, rp_id, credential_id, user_handle, created_at, record, name, updated_at,
                         last_used_at, sign_count, backup_eligible, backup_state, uv_initialized)
                     VALUES (:id, :rp_id, :credential_id, :user, :created_at, :record, :name, :updated_at,
                         :last_used_at, :sign_count, :backup_eligible, :backup_state, :uv_initialized)",
                )?
                .execute(named_params! {
                    ":id": passkey.id.as_bytes(),
                    ":rp_id": passkey.rp_id,
                    ":credential_id": passkey.credential_id.as_bytes(),
                    ":user": passkey.user.as_bytes(),
                    ":created_at": millis(passkey.created_at)?,
                    ":record": record,
                    ":name": passkey.name.as_str(),
                    ":updated_at": millis(passkey.updated_at)?,
                    ":last_used_at": passkey.last_used_at.map(millis).transpose()?,
                    ":sign_count": passkey.state.sign_count,
                    ":backup_eligible": passkey.state.backup_eligible,
                    ":backup_state": passkey.state.backup_state,
                    ":uv_initialized": passkey.state.uv_initialized,
                })?;
            Ok(Inserted::Inserted)
        })
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        self.write(|database| {
            // IS, because NULL = NULL is not true.
            let updated = database
                .prepare_cached(
                    "UPDATE passkeys
                     SET sign_count = :sign_count, backup_eligible = :backup_eligible, backup_state = :backup_state,
                         uv_initialized = :uv_initialized, last_used_at = :at
                     WHERE id = :id AND sign_count = :expected_sign_count
                         AND backup_eligible IS :expected_backup_eligible
                         AND backup_state IS :expected_backup_state
                         AND uv_initialized = :expected_uv_initialized",
                )?
                .execute(named_params! {
                    ":id": id.as_bytes(),
                    ":at": millis(at)?,
                    ":sign_count": state.sign_count,
                    ":backup_eligible": state.backup_eligible,
                    ":backup_state": state.backup_state,
                    ":uv_initialized": state.uv_initialized,
                    ":expected_sign_count": expected.sign_count,
                    ":expected_backup_eligible": expected.backup_eligible,
                    ":expected_backup_state": expected.backup_state,
                    ":expected_uv_initialized": expected.uv_initialized,
                })?;
            Ok(if updated == 1 {
                Recorded::Updated
            } else if exists(database, "SELECT 1 FROM passkeys WHERE id = ?1", [id.as_bytes()])? {
                Recorded::Conflict
            } else {
                Recorded::NotFound
            })
        })
    }

    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, StoreError> {
        self.write(|database| {
            database
                .prepare_cached(
                    "UPDATE passkeys SET name = :name, updated_at = :at
                     WHERE id = :id AND rp_id = :rp_id AND user_handle = :user
                     RETURNING *",
                )?
                .query_and_then(
                    named_params! {
                        ":name": name.as_str(),
                        ":at": millis(at)?,
                        ":id": id.as_bytes(),
                        ":rp_id": owner.rp_id,
                        ":user": owner.user.as_bytes(),
                    },
                    passkey_of_row,
                )?
                .next()
                .transpose()
        })
    }

    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<Removed, StoreError> {
        self.write(|database| {
            let condition = named_params! {
                ":id": id.as_bytes(),
                ":rp_id": owner.rp_id,
                ":user": owner.user.as_bytes(),
            };
            if !exists(
                database,
                "SELECT 1 FROM passkeys WHERE id = :id AND rp_id = :rp_id AND user_handle = :user",
                condition,
            )? {
                return Ok(Removed::NotFound);
            }
            let keeps_another = exists(
                database,
                "SELECT 1 FROM passkeys WHERE id <> :id AND rp_id = :rp_id AND user_handle = :user",
                condition,
            )?;
            if keep_last && !keeps_another {
                return Ok(Removed::LastPasskey);
            }
            database
                .prepare_cached("DELETE FROM passkeys WHERE id = :id AND rp_id = :rp_id AND user_handle = :user")?
                .execute(condition)?;
            Ok(Removed::Removed)
        })
    }
}

/// The record as it was made, with what has changed since laid over it.
fn passkey_of_row(row: &Row<'_>) -> Result<Passkey, StoreError> {
    let mut passkey: Passkey =
        serde_json::from_str(row.get_ref("record")?.as_str().map_err(rusqlite::Error::from)?)?;
    passkey.name =
        row.get::<_, String>("name")?.parse().map_err(|_| StoreError::Value("passkey name"))?;
    passkey.updated_at = timestamp(row.get("updated_at")?)?;
    passkey.last_used_at = row.get::<_, Option<i64>>("last_used_at")?.map(timestamp).transpose()?;
    passkey.state = PasskeyState {
        sign_count: row.get("sign_count")?,
        backup_eligible: row.get("backup_eligible")?,
        backup_state: row.get("backup_state")?,
        uv_initialized: row.get("uv_initialized")?,
    };
    Ok(passkey)
}
