//! Browser sessions, and the ceremonies that began in them.

use relying_party::{CeremonyId, Timestamp, UserHandle};
use rusqlite::{OptionalExtension, named_params};

use super::{Account, Sqlite, StoreError, accounts::account_of_row, exists, millis};

/// SHA-256 of a session's token. The token itself is only in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// A browser session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What the session is found by.
    pub token_hash: TokenHash,
    /// Who is signed in, if anybody.
    pub account: Option<Account>,
}

impl Sqlite {
    /// Begins a session in the place of another: the browser goes on with a new token, and the old one is of no
    /// use from then on, to whoever has it.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn begin_session(
        &self,
        token_hash: &TokenHash,
        user: Option<&UserHandle>,
        replaced: Option<&TokenHash>,
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
                .execute((token_hash.0, user.map(UserHandle::as_bytes), millis(expires_at)?))?;
            Ok(())
        })
    }

    /// The session of that token, unless it has expired.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn session(
        &self,
        token_hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        self.read(|database| {
            let row = database
                .prepare_cached(
                    "SELECT handle, name FROM sessions LEFT JOIN users ON handle = user_handle
                     WHERE token_hash = ?1 AND expires_at > ?2",
                )?
                .query_row((token_hash.0, millis(now)?), |row| {
                    let signed_in = row.get_ref("handle")? != rusqlite::types::ValueRef::Null;
                    Ok(signed_in.then(|| account_of_row(row)).transpose())
                })
                .optional()?
                .transpose()?;
            Ok(row.map(|account| SessionRow { token_hash: *token_hash, account }))
        })
    }

    /// Ends a session, and what began in it.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn end_session(&self, token_hash: &TokenHash) -> Result<(), StoreError> {
        self.write(|database| {
            database
                .prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?
                .execute([token_hash.0])?;
            Ok(())
        })
    }

    /// Remembers that a ceremony began in a session.
    ///
    /// # Errors
    ///
    /// The session has ended meanwhile, or the database fails.
    pub fn bind_ceremony(
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

    /// Whether a ceremony began in a session.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub fn is_bound(
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
