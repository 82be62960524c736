//! Browser sessions on PostgreSQL, and the ceremonies that began in them. What each call does is said at
//! [`Store`](crate::store::Store).

use relying_party::{CeremonyId, Timestamp, UserHandle, VerificationProof};

use super::{Postgres, SWEPT_AT_ONCE, accounts::account_of_row, millis, sweep_before, timestamp};
use crate::store::{
    SessionRow, StoreError, TokenHash,
    sessions::{proof_from_column, proof_to_column},
};

impl Postgres {
    pub(in crate::store) async fn begin_session(
        &self,
        token_hash: &TokenHash,
        user: Option<UserHandle>,
        replaced: Option<TokenHash>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.query(
            "WITH replaced AS (
                 DELETE FROM sessions WHERE token_hash = $3
             ), swept AS (
                 DELETE FROM sessions WHERE token_hash = ANY (ARRAY (
                     SELECT token_hash FROM sessions WHERE expires_at < $5 AND token_hash IS DISTINCT FROM $3
                     ORDER BY expires_at LIMIT $6 FOR UPDATE SKIP LOCKED))
             )
             INSERT INTO sessions (token_hash, user_handle, expires_at) VALUES ($1, $2, $4)",
            &[
                &&token_hash.0[..],
                &user.as_ref().map(UserHandle::as_bytes),
                &replaced.as_ref().map(|hash| &hash.0[..]),
                &millis(expires_at)?,
                &sweep_before(now)?,
                &SWEPT_AT_ONCE,
            ],
        )
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn session(
        &self,
        token_hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        let rows = self
            .query(
                "SELECT handle, name, verified::text, expires_at FROM sessions LEFT JOIN users ON handle = user_handle
                 WHERE token_hash = $1 AND expires_at > $2",
                &[&&token_hash.0[..], &millis(now)?],
            )
            .await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let signed_in = row.try_get::<_, Option<&[u8]>>("handle")?.is_some();
        let account = signed_in.then(|| account_of_row(row)).transpose()?;
        let verified = row.try_get::<_, Option<&str>>("verified")?;
        let verified = verified.map(proof_from_column).transpose()?;
        Ok(Some(SessionRow {
            token_hash: *token_hash,
            account,
            verified,
            expires_at: timestamp(row.try_get("expires_at")?)?,
        }))
    }

    pub(in crate::store) async fn set_verified(
        &self,
        token_hash: &TokenHash,
        proof: &VerificationProof,
    ) -> Result<(), StoreError> {
        self.query(
            "UPDATE sessions SET verified = $3::text::json WHERE token_hash = $1 AND user_handle = $2",
            &[&&token_hash.0[..], &proof.user().as_bytes(), &proof_to_column(proof)?],
        )
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn end_session(
        &self,
        token_hash: &TokenHash,
    ) -> Result<(), StoreError> {
        self.query("DELETE FROM sessions WHERE token_hash = $1", &[&&token_hash.0[..]]).await?;
        Ok(())
    }

    pub(in crate::store) async fn bind_ceremony(
        &self,
        token_hash: &TokenHash,
        ceremony: &CeremonyId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.query(
            "WITH swept AS (
                 DELETE FROM session_ceremonies WHERE ceremony_id = ANY (ARRAY (
                     SELECT ceremony_id FROM session_ceremonies WHERE expires_at < $4
                     ORDER BY expires_at LIMIT $5 FOR UPDATE SKIP LOCKED))
             )
             INSERT INTO session_ceremonies (ceremony_id, token_hash, expires_at) VALUES ($1, $2, $3)",
            &[
                &&ceremony.as_bytes()[..],
                &&token_hash.0[..],
                &millis(expires_at)?,
                &sweep_before(now)?,
                &SWEPT_AT_ONCE,
            ],
        )
        .await?;
        Ok(())
    }

    pub(in crate::store) async fn is_bound(
        &self,
        token_hash: &TokenHash,
        ceremony: &CeremonyId,
    ) -> Result<bool, StoreError> {
        let rows = self
            .query(
                "SELECT 1 FROM session_ceremonies WHERE ceremony_id = $1 AND token_hash = $2",
                &[&&ceremony.as_bytes()[..], &&token_hash.0[..]],
            )
            .await?;
        Ok(!rows.is_empty())
    }
}
