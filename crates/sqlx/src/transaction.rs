//! The store within the host's transaction.

use std::{fmt, sync::Arc};

use futures_util::lock::Mutex;
use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{AsyncCeremonyStore, AsyncPasskeyStore},
};

use sqlx::{AssertSqlSafe, Transaction};

use crate::{SqlxStore, dialect::Dialect, error::SqlxError, statement::Statements, verbs};

/// The store on a connection on which you have begun a transaction, so that what a flow writes and what you write are
/// committed together. Made by [`SqlxStore::within`].
///
/// If the flow fails, roll back. The ceremony stays used up, because you took it before the transaction began.
pub struct Within<'c, DB: Dialect> {
    connection: Mutex<&'c mut DB::Connection>,
    statements: Arc<Statements>,
    ceremony: Mutex<Option<Ceremony>>,
    keeps_accounts: bool,
}

impl<DB: Dialect> SqlxStore<DB> {
    /// Begins a transaction of yours, in which you write your tables and run a flow [within](Self::within) it.
    ///
    /// Begin it after you have taken the ceremony. If you begin a transaction in another way, use the isolation level
    /// *read committed* in PostgreSQL and MySQL, and `BEGIN IMMEDIATE` in SQLite.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn begin(&self) -> Result<Transaction<'static, DB>, SqlxError> {
        Ok(self.pool.begin_with(AssertSqlSafe(DB::BEGIN)).await?)
    }

    /// Returns the store on a connection on which you have begun a transaction.
    ///
    /// `ceremony` is the one that the flow is to finish. Take it from the store before the transaction begins: a
    /// ceremony must stay used up when you roll back.
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # use relying_party::{CreatePasskey, Posted, RelyingParty, Timestamp, UserHandle};
    /// # use relying_party::store::{AsyncCeremonyStore as _, run_async};
    /// # use relying_party_sqlx::SqlxStore;
    /// # use sqlx::Postgres;
    /// /// Creates an account and its first passkey: both or neither.
    /// async fn sign_up(
    ///     store: &SqlxStore<Postgres>,
    ///     rp: &RelyingParty,
    ///     (handle, email): (UserHandle, &str),
    ///     posted: Posted<'_>,
    /// ) -> Result<(), Box<dyn std::error::Error>> {
    ///     let ceremony = store.take_ceremony(&posted.ceremony).await?;
    ///     let mut transaction = store.begin().await?;
    ///     sqlx::query("INSERT INTO users (handle, email) VALUES ($1, $2)")
    ///         .bind(handle.as_bytes())
    ///         .bind(email)
    ///         .execute(&mut *transaction)
    ///         .await?;
    ///     let within = store.within(&mut transaction, ceremony);
    ///     run_async(&within, CreatePasskey::finish(rp, handle, posted, Timestamp::now())).await?;
    ///     transaction.commit().await?;
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub fn within<'c>(
        &self,
        connection: &'c mut DB::Connection,
        ceremony: Option<Ceremony>,
    ) -> Within<'c, DB> {
        Within {
            connection: Mutex::new(connection),
            statements: Arc::clone(&self.statements),
            ceremony: Mutex::new(ceremony),
            keeps_accounts: self.keeps_accounts,
        }
    }
}

impl<DB: Dialect> fmt::Debug for Within<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within").field("database", &DB::NAME).finish_non_exhaustive()
    }
}

/// Runs an operation on the one connection.
macro_rules! on {
    ($store:ident, $verb:ident($($argument:expr),*)) => {{
        let mut connection = $store.connection.lock().await;
        verbs::$verb::<DB>(&mut connection, &$store.statements, $($argument),*).await
    }};
}

impl<DB: Dialect> AsyncCeremonyStore for Within<'_, DB> {
    type Error = SqlxError;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), SqlxError> {
        on!(self, put_ceremony(&ceremony.to_stored()))
    }

    /// Returns the ceremony that you took, once.
    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, SqlxError> {
        let mut ceremony = self.ceremony.lock().await;
        Ok(ceremony.take_if(|ceremony| ceremony.id() == *id))
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), SqlxError> {
        on!(self, erase_ceremonies(owner))
    }
}

impl<DB: Dialect> AsyncPasskeyStore for Within<'_, DB> {
    type Error = SqlxError;

    async fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, SqlxError> {
        on!(self, passkeys_of(owner))
    }

    async fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, SqlxError> {
        on!(self, passkey(rp_id, credential_id))
    }

    async fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, SqlxError> {
        if self.keeps_accounts {
            return on!(self, insert_passkey_of_account(passkey, max_per_user));
        }
        on!(self, insert_passkey(passkey, max_per_user))
    }

    async fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, SqlxError> {
        on!(self, record_use(id, expected, state, at))
    }

    async fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, SqlxError> {
        on!(self, rename_passkey(owner, id, name, at))
    }

    async fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, SqlxError> {
        on!(self, delete_passkey(owner, id, keep_last))
    }

    /// Inserts the passkey of an account that you insert in the same transaction. If the store keeps accounts, inserts
    /// the account as well.
    async fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, SqlxError> {
        if self.keeps_accounts {
            return on!(self, insert_account(user, passkey));
        }
        Ok(match on!(self, insert_passkey(passkey, 1))? {
            InsertOutcome::Inserted => SignUpOutcome::Created,
            InsertOutcome::AlreadyExists | InsertOutcome::LimitReached => {
                SignUpOutcome::AlreadyExists
            }
        })
    }

    async fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, SqlxError> {
        on!(self, erase_passkeys(owner))
    }
}
