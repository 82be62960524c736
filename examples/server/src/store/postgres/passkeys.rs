//! The contract of `relying_party::store` on PostgreSQL.

use deadpool_postgres::Transaction;
use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp, UserHandle,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::AsyncPasskeyStore,
};
use tokio_postgres::{Row, types::Json};

use super::{Postgres, SWEPT_AT_ONCE, give_back, millis, query, sweep_before, timestamp};
use crate::store::StoreError;

/// What [`passkey_of_row`] reads. Named one by one, so that a prepared statement outlives a column that is added.
macro_rules! columns {
    () => {
        "record, name, updated_at, last_used_at, sign_count, backup_eligible, backup_state, uv_initialized"
    };
}

impl AsyncPasskeyStore for Postgres {
    type Error = StoreError;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), StoreError> {
        // Rows that another server is sweeping are left to it.
        self.query(
            "WITH swept AS (
                 DELETE FROM ceremonies WHERE id = ANY (ARRAY (
                     SELECT id FROM ceremonies WHERE expires_at < $4 AND id <> $1
                     ORDER BY expires_at LIMIT $5 FOR UPDATE SKIP LOCKED))
             )
             INSERT INTO ceremonies (id, expires_at, record) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at, record = excluded.record",
            &[
                &&ceremony.id().as_bytes()[..],
                &millis(ceremony.expires_at())?,
                &Json(ceremony),
                &sweep_before(ceremony.created_at())?,
                &SWEPT_AT_ONCE,
            ],
        )
        .await?;
        Ok(())
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, StoreError> {
        let taken = self
            .query("DELETE FROM ceremonies WHERE id = $1 RETURNING record", &[&&id.as_bytes()[..]])
            .await?;
        let Some(row) = taken.first() else { return Ok(None) };
        let Json(ceremony) = row.try_get("record")?;
        Ok(Some(ceremony))
    }

    async fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, StoreError> {
        let rows = self
            .query(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM passkeys WHERE rp_id = $1 AND user_handle = $2 ORDER BY created_at, id"
                ),
                &[&owner.rp_id, &owner.user.as_bytes()],
            )
            .await?;
        rows.iter().map(passkey_of_row).collect()
    }

    async fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, StoreError> {
        let rows = self
            .query(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM passkeys WHERE rp_id = $1 AND credential_id = $2"
                ),
                &[&rp_id, &credential_id.as_bytes()],
            )
            .await?;
        rows.first().map(passkey_of_row).transpose()
    }

    async fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<Inserted, StoreError> {
        self.in_time(async {
            let mut lease = self.lease().await?;
            let transaction = lease.transaction().await?;
            lock_account(&transaction, &passkey.user).await?;
            let outcome = insert(&transaction, passkey, max_per_user).await?;
            transaction.commit().await?;
            give_back(lease);
            Ok(outcome)
        })
        .await
    }

    async fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        // IS NOT DISTINCT FROM, because NULL = NULL is not true.
        let rows = self
            .query(
                "WITH updated AS (
                     UPDATE passkeys
                     SET sign_count = $2, backup_eligible = $3, backup_state = $4, uv_initialized = $5,
                         last_used_at = $6
                     WHERE id = $1 AND sign_count = $7
                         AND backup_eligible IS NOT DISTINCT FROM $8
                         AND backup_state IS NOT DISTINCT FROM $9
                         AND uv_initialized = $10
                     RETURNING 1
                 )
                 SELECT EXISTS (SELECT FROM updated) AS updated,
                     EXISTS (SELECT FROM passkeys WHERE id = $1) AS found",
                &[
                    &&id.as_bytes()[..],
                    &i64::from(state.sign_count),
                    &state.backup_eligible,
                    &state.backup_state,
                    &state.uv_initialized,
                    &millis(at)?,
                    &i64::from(expected.sign_count),
                    &expected.backup_eligible,
                    &expected.backup_state,
                    &expected.uv_initialized,
                ],
            )
            .await?;
        let row = rows.first().ok_or(StoreError::Value("answer"))?;
        Ok(if row.try_get("updated")? {
            Recorded::Updated
        } else if row.try_get("found")? {
            Recorded::Conflict
        } else {
            Recorded::NotFound
        })
    }

    async fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, StoreError> {
        let rows = self
            .query(
                concat!(
                    "UPDATE passkeys SET name = $4, updated_at = $5
                     WHERE id = $1 AND rp_id = $2 AND user_handle = $3
                     RETURNING ",
                    columns!()
                ),
                &[
                    &&id.as_bytes()[..],
                    &owner.rp_id,
                    &owner.user.as_bytes(),
                    &name.as_str(),
                    &millis(at)?,
                ],
            )
            .await?;
        rows.first().map(passkey_of_row).transpose()
    }

    async fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<Removed, StoreError> {
        self.in_time(async {
            let mut lease = self.lease().await?;
            let transaction = lease.transaction().await?;
            // Who has no account has no passkeys either.
            let outcome = match lock_account(&transaction, &owner.user).await {
                Ok(()) => delete(&transaction, owner, id, keep_last).await?,
                Err(StoreError::NoAccount) => Removed::NotFound,
                Err(error) => return Err(error),
            };
            transaction.commit().await?;
            give_back(lease);
            Ok(outcome)
        })
        .await
    }
}

/// Waits for whoever else is changing how many passkeys the account has, and makes others wait until the end of the
/// transaction. Sign-ins to the account and sessions of it do not wait.
///
/// What follows has to be a statement of its own: only that sees what was committed while the lock was waited for.
async fn lock_account(transaction: &Transaction<'_>, user: &UserHandle) -> Result<(), StoreError> {
    let locked = query(
        transaction,
        "SELECT 1 FROM users WHERE handle = $1 FOR NO KEY UPDATE",
        &[&user.as_bytes()],
    )
    .await?;
    if locked.is_empty() { Err(StoreError::NoAccount) } else { Ok(()) }
}

/// Adds a passkey to an account that is locked.
async fn insert(
    transaction: &Transaction<'_>,
    passkey: &Passkey,
    max_per_user: u32,
) -> Result<Inserted, StoreError> {
    let inserted = query(
        transaction,
        "INSERT INTO passkeys (id, rp_id, credential_id, user_handle, created_at, record, name, updated_at,
             last_used_at, sign_count, backup_eligible, backup_state, uv_initialized)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
         WHERE (SELECT count(*) FROM passkeys WHERE rp_id = $2 AND user_handle = $4) < $14
         ON CONFLICT DO NOTHING
         RETURNING 1",
        &[
            &&passkey.id.as_bytes()[..],
            &passkey.rp_id,
            &passkey.credential_id.as_bytes(),
            &passkey.user.as_bytes(),
            &millis(passkey.created_at)?,
            &Json(passkey),
            &passkey.name.as_str(),
            &millis(passkey.updated_at)?,
            &passkey.last_used_at.map(millis).transpose()?,
            &i64::from(passkey.state.sign_count),
            &passkey.state.backup_eligible,
            &passkey.state.backup_state,
            &passkey.state.uv_initialized,
            &i64::from(max_per_user),
        ],
    )
    .await?;
    if !inserted.is_empty() {
        return Ok(Inserted::Inserted);
    }
    // Whoever else inserted this credential has committed by now: the insert waited for it.
    let known = query(
        transaction,
        "SELECT 1 FROM passkeys WHERE rp_id = $1 AND credential_id = $2",
        &[&passkey.rp_id, &passkey.credential_id.as_bytes()],
    )
    .await?;
    Ok(if known.is_empty() { Inserted::LimitReached } else { Inserted::AlreadyExists })
}

/// Deletes a passkey of an account that is locked.
async fn delete(
    transaction: &Transaction<'_>,
    owner: &Owner,
    id: &PasskeyId,
    keep_last: bool,
) -> Result<Removed, StoreError> {
    let (id, user) = (&id.as_bytes()[..], owner.user.as_bytes());
    let deleted = query(
        transaction,
        "DELETE FROM passkeys WHERE id = $1 AND rp_id = $2 AND user_handle = $3
             AND (NOT $4 OR EXISTS (
                 SELECT FROM passkeys WHERE rp_id = $2 AND user_handle = $3 AND id <> $1))
         RETURNING 1",
        &[&id, &owner.rp_id, &user, &keep_last],
    )
    .await?;
    if !deleted.is_empty() {
        return Ok(Removed::Removed);
    }
    let kept = query(
        transaction,
        "SELECT 1 FROM passkeys WHERE id = $1 AND rp_id = $2 AND user_handle = $3",
        &[&id, &owner.rp_id, &user],
    )
    .await?;
    Ok(if kept.is_empty() { Removed::NotFound } else { Removed::LastPasskey })
}

/// The record as it was made, with what has changed since laid over it.
fn passkey_of_row(row: &Row) -> Result<Passkey, StoreError> {
    let Json(mut passkey) = row.try_get::<_, Json<Passkey>>("record")?;
    let name = row.try_get::<_, &str>("name")?;
    passkey.name = name.parse().map_err(|_| StoreError::Value("passkey name"))?;
    passkey.updated_at = timestamp(row.try_get("updated_at")?)?;
    passkey.last_used_at =
        row.try_get::<_, Option<i64>>("last_used_at")?.map(timestamp).transpose()?;
    let sign_count = row.try_get::<_, i64>("sign_count")?;
    passkey.state = PasskeyState {
        sign_count: u32::try_from(sign_count).map_err(|_| StoreError::Value("counter"))?,
        backup_eligible: row.try_get("backup_eligible")?,
        backup_state: row.try_get("backup_state")?,
        uv_initialized: row.try_get("uv_initialized")?,
    };
    Ok(passkey)
}
