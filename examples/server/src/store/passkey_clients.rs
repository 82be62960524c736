//! In which browser each passkey was created.

use relying_party::{AccountId, PasskeyId};
use relying_party_sqlx::SqlxError;

use super::{Store, on_either};

impl Store {
    /// Keeps in which browser a passkey was created.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn set_passkey_client(
        &self,
        account: AccountId,
        passkey: PasskeyId,
        agent: &str,
    ) -> Result<(), SqlxError> {
        const INSERT: &str = "INSERT INTO passkey_clients (passkey, account, agent) \
             VALUES ($1, $2, $3) ON CONFLICT (passkey) DO NOTHING";
        let (passkey, account) = (passkey.to_string(), account.to_string());
        let agent = agent.to_owned();
        on_either!(self, sql => sql.write_with(move |connection| {
            Box::pin(async move {
                sqlx::query(INSERT).bind(passkey).bind(account).bind(agent).execute(connection).await?;
                Ok(())
            })
        }).await)
    }

    /// Forgets it, after the passkey was deleted.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn forget_passkey_client(&self, passkey: PasskeyId) -> Result<(), SqlxError> {
        const DELETE: &str = "DELETE FROM passkey_clients WHERE passkey = $1";
        let passkey = passkey.to_string();
        on_either!(self, sql => sql.write_with(move |connection| {
            Box::pin(async move {
                sqlx::query(DELETE).bind(passkey).execute(connection).await?;
                Ok(())
            })
        }).await)
    }

    /// What is known about the passkeys of an account: their IDs, and what the browsers called themselves.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn passkey_clients_of(
        &self,
        account: AccountId,
    ) -> Result<Vec<(String, String)>, SqlxError> {
        const FIND: &str = "SELECT passkey, agent FROM passkey_clients WHERE account = $1";
        let account = account.to_string();
        on_either!(self, sql => sql.read_with(move |connection| {
            Box::pin(async move {
                Ok(sqlx::query_as(FIND).bind(account).fetch_all(connection).await?)
            })
        }).await)
    }
}
