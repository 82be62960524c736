//! Browser sessions as they are kept.

use std::sync::atomic::Ordering;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::{AccountId, Duration, PasskeyId, Timestamp, UserHandle, VerificationProof};
use relying_party_sqlx::SqlxError;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::{Sql, Store, on_either};
use crate::client::Client;

/// How many sessions begin between two sweeps of expired ones. A sweep deletes more, so it catches up.
const SWEEP_EVERY: u32 = 16;

/// Deletes a bounded number, so that no request pays for a whole night's.
const SWEEP: &str = "DELETE FROM sessions WHERE token_hash IN \
    (SELECT token_hash FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT 64)";

/// How far the clocks of two servers may be apart. What has expired by one of them is swept this much later.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// SHA-256 of a session's token. The token itself is in the browser only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// As a session is found by it. The signed-in user may see it: the token cannot be derived from it.
    #[must_use]
    pub fn to_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// By what it will be found.
    pub token_hash: TokenHash,
    /// Who is signed in.
    pub user: UserHandle,
    /// Proof that this user was verified with a passkey, if they were.
    pub proof: Option<VerificationProof>,
    /// The passkey with which the session begins, if there is one.
    pub passkey: Option<PasskeyId>,
    /// The browser.
    pub client: Client,
    /// Now.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session as it is kept.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// By what it is found, [as text](TokenHash::to_text).
    pub id: String,
    /// Who is signed in, if anyone.
    pub user: Option<UserHandle>,
    /// Proof of the last verification with a passkey in this session.
    pub proof: Option<VerificationProof>,
    /// A sign-in that waits for another factor.
    pub pending: Option<Pending>,
    /// The passkey with which the session began, as text.
    pub passkey: Option<String>,
    /// The browser, as it was when the session began.
    pub client: Client,
    /// When it began.
    pub created_at: Timestamp,
}

/// A sign-in that waits for another factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Who is signing in.
    pub user: UserHandle,
    /// How long it waits.
    pub until: Timestamp,
    /// What it waits for.
    pub awaits: Awaits,
}

/// What a sign-in waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaits {
    /// A code was not asked for yet, and a passkey was shown.
    AnyCode,
    /// This code; after a passkey, if one was used.
    Code {
        /// The code.
        code: String,
        /// The passkey.
        passkey_shown: bool,
    },
    /// A passkey, after a code.
    Passkey,
    /// A new passkey, after a recovery code.
    NewPasskey {
        /// When the recovery code was used.
        since: Timestamp,
    },
}

/// Hash, user, proof, what is pending, agent, address, passkey, and when it began.
type Row = (
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    i64,
);

impl Store {
    /// The session of a token, unless it has expired.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn session(
        &self,
        token_hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, SqlxError> {
        const FIND: &str = "SELECT token_hash, user_handle, proof, pending, agent, address, passkey, created_at \
             FROM sessions \
             WHERE token_hash = $1 AND expires_at > $2";
        let (id, now) = (token_hash.to_text(), millis(now));
        let row: Option<Row> = on_either!(self, sql => sql.read_with(move |connection| {
            Box::pin(async move {
                Ok(sqlx::query_as(FIND).bind(id).bind(now).fetch_optional(connection).await?)
            })
        }).await?);
        row.map(SessionRow::from_row).transpose()
    }

    /// The sessions in which a user is signed in, newest first.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn sessions_of(
        &self,
        user: UserHandle,
        now: Timestamp,
    ) -> Result<Vec<SessionRow>, SqlxError> {
        const FIND: &str = "SELECT token_hash, user_handle, proof, pending, agent, address, passkey, created_at \
             FROM sessions \
             WHERE user_handle = $1 AND expires_at > $2 ORDER BY created_at DESC LIMIT 100";
        let (user, now) = (handle_text(user), millis(now));
        let rows: Vec<Row> = on_either!(self, sql => sql.read_with(move |connection| {
            Box::pin(async move {
                Ok(sqlx::query_as(FIND).bind(user).bind(now).fetch_all(connection).await?)
            })
        }).await?);
        rows.into_iter().map(SessionRow::from_row).collect()
    }

    /// Begins a session in place of another: the browser goes on with a new token, and the old one is worthless from
    /// then on.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn begin_session(
        &self,
        new: &NewSession,
        replaced: Option<TokenHash>,
    ) -> Result<(), SqlxError> {
        const DELETE_REPLACED: &str = "DELETE FROM sessions WHERE token_hash = $9";
        const INSERT: &str = "INSERT INTO sessions \
             (token_hash, user_handle, proof, agent, address, passkey, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.sweep_sometimes(new.created_at).await;
        let sql = match &self.sql {
            Sql::Sqlite(_) => format!("{DELETE_REPLACED}; {INSERT}"),
            Sql::Postgres(_) => format!("WITH replaced AS ({DELETE_REPLACED}) {INSERT}"),
        };
        let proof = new.proof.as_ref().map(to_json).transpose()?;
        let (id, user) = (new.token_hash.to_text(), handle_text(new.user));
        let (created_at, expires_at) = (millis(new.created_at), millis(new.expires_at));
        let Client { agent, address } = new.client.clone();
        let passkey = new.passkey.map(|passkey| passkey.to_string());
        let replaced = replaced.map(TokenHash::to_text);
        macro_rules! begin {
            ($store:expr, $run:ident) => {
                $store.$run(move |connection| {
                    Box::pin(async move {
                        let begin = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(user).bind(proof);
                        let begin = begin.bind(agent).bind(address).bind(passkey);
                        let begin = begin.bind(created_at).bind(expires_at);
                        begin.bind(replaced).execute(connection).await?;
                        Ok(())
                    })
                })
            };
        }
        match &self.sql {
            Sql::Sqlite(store) => begin!(store, write_with).await,
            Sql::Postgres(store) => begin!(store, write_one_with).await,
        }
    }

    /// Keeps in a session that its user was verified with a passkey. The proof of another user is not kept.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn set_proof(
        &self,
        token_hash: TokenHash,
        user: UserHandle,
        proof: &VerificationProof,
    ) -> Result<(), SqlxError> {
        const UPDATE: &str =
            "UPDATE sessions SET proof = $1 WHERE token_hash = $2 AND user_handle = $3";
        let (id, user, proof) = (token_hash.to_text(), handle_text(user), to_json(proof)?);
        on_either!(self, sql => sql.write_one_with(move |connection| {
            Box::pin(async move {
                sqlx::query(UPDATE).bind(proof).bind(id).bind(user).execute(connection).await?;
                Ok(())
            })
        }).await)
    }

    /// Keeps in a session that a sign-in waits for another factor, in place of any that waited before.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn set_pending(
        &self,
        token_hash: TokenHash,
        pending: &Pending,
        now: Timestamp,
    ) -> Result<(), SqlxError> {
        const UPSERT: &str = "INSERT INTO sessions (token_hash, pending, agent, created_at, expires_at) \
             VALUES ($1, $2, '', $3, $4) ON CONFLICT (token_hash) DO UPDATE SET pending = excluded.pending, \
             expires_at = CASE WHEN sessions.user_handle IS NULL THEN excluded.expires_at ELSE sessions.expires_at END";
        let (id, until, pending) = (token_hash.to_text(), millis(pending.until), to_json(pending)?);
        self.sweep_sometimes(now).await;
        let now = millis(now);
        on_either!(self, sql => sql.write_one_with(move |connection| {
            Box::pin(async move {
                let upsert = sqlx::query(UPSERT).bind(id).bind(pending).bind(now).bind(until);
                upsert.execute(connection).await?;
                Ok(())
            })
        }).await)
    }

    /// Takes what waits in a session. Returns whether it was still there: of two requests at once, one takes it.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn take_pending(
        &self,
        token_hash: TokenHash,
        pending: &Pending,
    ) -> Result<bool, SqlxError> {
        const TAKE: &str =
            "UPDATE sessions SET pending = NULL WHERE token_hash = $1 AND pending = $2";
        let (id, pending) = (token_hash.to_text(), to_json(pending)?);
        on_either!(self, sql => sql.write_one_with(move |connection| {
            Box::pin(async move {
                let taken = sqlx::query(TAKE).bind(id).bind(pending).execute(connection).await?;
                Ok(taken.rows_affected() == 1)
            })
        }).await)
    }

    /// Deletes some expired sessions, now and then. A failure is not reported: what comes next will fail as well.
    async fn sweep_sometimes(&self, now: Timestamp) {
        if !self.begun.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            return;
        }
        let expired = sweep_before(now);
        let swept = on_either!(self, sql => sql.write_one_with(move |connection| {
            Box::pin(async move {
                sqlx::query(SWEEP).bind(expired).execute(connection).await?;
                Ok(())
            })
        }).await);
        drop(swept);
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn end_session(&self, token_hash: TokenHash) -> Result<(), SqlxError> {
        const END: &str = "DELETE FROM sessions WHERE token_hash = $1";
        let id = token_hash.to_text();
        on_either!(self, sql => sql.write_one_with(move |connection| {
            Box::pin(async move {
                sqlx::query(END).bind(id).execute(connection).await?;
                Ok(())
            })
        }).await)
    }

    /// Ends the sessions of a user, all but `kept`. Returns how many there were.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn end_sessions_of(
        &self,
        user: UserHandle,
        kept: Option<TokenHash>,
    ) -> Result<u64, SqlxError> {
        const END: &str = "DELETE FROM sessions WHERE user_handle = $1 AND token_hash <> $2";
        let user = handle_text(user);
        // No session is found by the empty text.
        let kept = kept.map(TokenHash::to_text).unwrap_or_default();
        on_either!(self, sql => sql.write_one_with(move |connection| {
            Box::pin(async move {
                let ended = sqlx::query(END).bind(user).bind(kept).execute(connection).await?;
                Ok(ended.rows_affected())
            })
        }).await)
    }

    /// Ends the sessions of an account that was erased, and forgets what else is kept of it.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn forget_account(&self, rp_id: &str, user: UserHandle) -> Result<(), SqlxError> {
        const FORGET: [&str; 2] = [
            "DELETE FROM sessions WHERE user_handle = $1",
            "DELETE FROM recovery_codes WHERE user_handle = $1",
        ];
        const FORGET_CLIENTS: &str = "DELETE FROM passkey_clients WHERE account = $1";
        let account = AccountId::of(rp_id, &user).to_string();
        let user = handle_text(user);
        on_either!(self, sql => sql.write_with(move |connection| {
            Box::pin(async move {
                for forget in FORGET {
                    sqlx::query(forget).bind(&user).execute(&mut *connection).await?;
                }
                sqlx::query(FORGET_CLIENTS).bind(account).execute(connection).await?;
                Ok(())
            })
        }).await)
    }
}

impl SessionRow {
    fn from_row(row: Row) -> Result<Self, SqlxError> {
        let (id, user, proof, pending, agent, address, passkey, created_at) = row;
        let user = user.map(|text| handle_from_text(&text)).transpose()?;
        let proof = proof.map(|json| proof_from_json(&json)).transpose()?;
        let pending =
            pending.map(|json| serde_json::from_str(&json).map_err(decode)).transpose()?;
        let created_at = u64::try_from(created_at).map_err(decode)?;
        let created_at = Timestamp::from_unix_millis(created_at);
        let client = Client { agent, address };
        Ok(Self { id, user, proof, pending, passkey, client, created_at })
    }
}

fn to_json(value: &impl Serialize) -> Result<String, SqlxError> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()).into())
}

/// Only the server can write to the table, which is what `from_trusted_session` asks for.
fn proof_from_json(json: &str) -> Result<VerificationProof, SqlxError> {
    let mut json = serde_json::Deserializer::from_str(json);
    VerificationProof::from_trusted_session(&mut json).map_err(decode)
}

pub(super) fn handle_text(user: UserHandle) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(user.as_bytes())
}

pub(super) fn handle_from_text(text: &str) -> Result<UserHandle, SqlxError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(decode)?;
    UserHandle::try_from(&bytes[..]).map_err(decode)
}

fn decode(error: impl std::error::Error + Send + Sync + 'static) -> SqlxError {
    sqlx::Error::Decode(error.into()).into()
}

/// SQL's integers are signed. The end of time comes 292 million years early.
fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_unix_millis()).unwrap_or(i64::MAX)
}

fn sweep_before(now: Timestamp) -> i64 {
    millis(now).saturating_sub_unsigned(CLOCK_SKEW.as_millis())
}
