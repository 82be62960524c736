//! Recovery codes, of which only hashes are kept.
//!
//! A code has 100 random bits, so a fast hash is enough: no one guesses a code, with or without the hash.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::UserHandle;
use relying_party_sqlx::SqlxError;

use super::{
    Store, on_either,
    sessions::{handle_from_text, handle_text},
};

/// SHA-256 of a recovery code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

impl CodeHash {
    fn to_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl Store {
    /// Gives an account new recovery codes. The old ones no longer count.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn replace_recovery_codes(
        &self,
        user: UserHandle,
        codes: &[CodeHash],
    ) -> Result<(), SqlxError> {
        const DELETE: &str = "DELETE FROM recovery_codes WHERE user_handle = $1";
        const INSERT: &str = "INSERT INTO recovery_codes (code_hash, user_handle) VALUES ($1, $2)";
        let user = handle_text(user);
        let codes = codes.iter().map(|code| code.to_text()).collect::<Vec<_>>();
        on_either!(self, sql => sql.write_with(move |connection| {
            Box::pin(async move {
                sqlx::query(DELETE).bind(&user).execute(&mut *connection).await?;
                for code in codes {
                    sqlx::query(INSERT).bind(code).bind(&user).execute(&mut *connection).await?;
                }
                Ok(())
            })
        }).await)
    }

    /// Takes a recovery code, and returns whose it was. One statement finds and deletes it, so that it counts once,
    /// even if it is sent twice at the same moment.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn take_recovery_code(
        &self,
        code: CodeHash,
    ) -> Result<Option<UserHandle>, SqlxError> {
        const TAKE: &str = "DELETE FROM recovery_codes WHERE code_hash = $1 RETURNING user_handle";
        let code = code.to_text();
        let taken: Option<String> = on_either!(self, sql => sql.write_with(move |connection| {
            Box::pin(async move {
                Ok(sqlx::query_scalar(TAKE).bind(code).fetch_optional(connection).await?)
            })
        }).await?);
        taken.map(|user| handle_from_text(&user)).transpose()
    }

    /// How many recovery codes an account has left.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn count_recovery_codes(&self, user: UserHandle) -> Result<i64, SqlxError> {
        const COUNT: &str = "SELECT COUNT(*) FROM recovery_codes WHERE user_handle = $1";
        let user = handle_text(user);
        on_either!(self, sql => sql.read_with(move |connection| {
            Box::pin(async move {
                Ok(sqlx::query_scalar(COUNT).bind(user).fetch_one(connection).await?)
            })
        }).await)
    }
}
