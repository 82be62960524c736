//! Browser sessions on SQLite, and the ceremonies that began in them. What each call does is said at
//! [`Store`](crate::store::Store).

use relying_party::{CeremonyId, Timestamp, UserHandle, VerificationProof};
use rusqlite::{OptionalExtension, named_params};

use super::{Sqlite, accounts::account_of_row, exists, millis, timestamp};
use crate::store::{
    SessionRow, StoreError, TokenHash,
    sessions::{proof_from_column, proof_to_column},
};

impl Sqlite {
    pub(in crate::store) fn begin_session(
        &self,
        token_hash: &TokenHash,
        user: Option<UserHandle>,
        replaced: Option<TokenHash>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|database| {
            database.prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?.execute([millis(now)?])?;
            if let Some(replaced) = replaced {
                database.prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?.execute([replaced.0])?;
            }
            database
                .prepare_cached("INSERT INTO sessions (token_hash, user_handle, expires_at) VALUES (?1, ?2, ?3)")?
                .execute((token_hash.0, user.as_ref().map(UserHandle::as_bytes), millis(expires_at)?))?;
            Ok(())
        })
    }

    pub(in crate::store) fn session(
        &self,
        token_hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        self.read(|database| {
            let row = database
                .prepare_cached(
                    "SELECT handle, name, verified, expires_at FROM sessions LEFT JOIN users ON handle = user_handle
                     WHERE token_hash = ?1 AND expires_at > ?2",
                )?
                .query_row((token_hash.0, millis(now)?), |row| {
                    let signed_in = row.get_ref("handle")? != rusqlite::types::ValueRef::Null;
                    let account = signed_in.then(|| account_of_row(row)).transpose();
                    Ok((account, row.get::<_, Option<String>>("verified")?, row.get("expires_at")?))
                })
                .optional()?;
            let Some((account, verified, expires_at)) = row else { return Ok(None) };
            let verified = verified.as_deref().map(proof_from_column).transpose()?;
            Ok(Some(SessionRow { token_hash: *token_hash, account: account?, verified, expires_at: timestamp(expires_at)? }))
        })
    }

    pub(in crate::store) fn set_verified(
        &self,
        token_hash: &TokenHash,
        proof: &VerificationProof,
    ) -> Result<(), StoreError> {
        self.write(|database| {
            database
                .prepare_cached(
                    "UPDATE sessions SET verified = ?3 WHERE token_hash = ?1 AND user_handle = ?2",
                )?
                .execute((token_hash.0, proof.user().as_bytes(), proof_to_column(proof)?))?;
            Ok(())
        })
    }

    pub(in crate::store) fn end_session(&self, token_hash: &TokenHash) -> Result<(), StoreError> {
        self.write(|database| {
            database
                .prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?
                .execute([token_hash.0])?;
            Ok(())
        })
    }

    pub(in crate::store) fn bind_ceremony(
        &self,
        token_hash: &TokenHash,
        ceremony: &CeremonyId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|database| {
            database
                .prepare_cached("DELETE FROM session_ceremonies WHERE expires_at < ?1")?
                .execute([millis(now)?])?;
            database
                .prepare_cached(
                    "INSERT INTO session_ceremonies (ceremony_id, token_hash, expires_at)
                     VALUES (:ceremony, :session, :expires_at)",
                )?
                .execute(named_params! {
                    ":ceremony": ceremony.as_bytes(),
                    ":session": token_hash.0,
                    ":expires_at": millis(expires_at)?,
                })?;
            Ok(())
        })
    }

    pub(in crate::store) fn is_bound(
        &self,
        token_hash: &TokenHash,
        ceremony: &CeremonyId,
    ) -> Result<bool, StoreError> {
        self.read(|database| {
            exists(
                database,
                "SELECT 1 FROM session_ceremonies WHERE ceremony_id = ?1 AND token_hash = ?2",
                (ceremony.as_bytes(), token_hash.0),
            )
        })
    }
}
