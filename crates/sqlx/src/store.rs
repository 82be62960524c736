//! The store on a pool.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_core::future::BoxFuture;
use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{AsyncCeremonyStore, AsyncPasskeyStore},
};
use sqlx::Pool;

use crate::{
    dialect::Dialect,
    error::SqlxError,
    inside::Inside,
    lease::Lease,
    statement::Statements,
    tables::Tables,
    verbs,
    write::{self, Atomic, Group},
};

/// How many ceremonies begin between two sweeps of expired ones. A sweep deletes more, so it catches up.
const SWEEP_EVERY: u32 = 16;

/// How long an operation may take by default: waiting for a connection, making one, and all statements.
const PATIENCE: Duration = Duration::from_secs(5);

/// Passkeys and ceremonies in your database.
///
/// A clone shares the pool. Every operation is one statement, or one transaction that locks the account first.
pub struct SqlxStore<DB: Dialect> {
    pub(crate) pool: Pool<DB>,
    pub(crate) tables: Tables,
    pub(crate) statements: Arc<Statements>,
    pub(crate) keeps_accounts: bool,
    keeps_expired: bool,
    patience: Duration,
    begun: Arc<AtomicU32>,
    group: Group<DB>,
    /// In a transaction, the way to its connection.
    pub(crate) inside: Option<Inside<DB::Connection>>,
}

/// Makes a job that owns what it needs, since a group of writes may outlive its callers.
macro_rules! job {
    ($store:ident, $verb:ident($($owned:ident),* $(; $copied:expr)*)) => {{
        let statements = Arc::clone(&$store.statements);
        $(let $owned = $owned.to_owned();)*
        move |connection| {
            Box::pin(async move {
                verbs::$verb::<DB>(connection, &statements, $(&$owned,)* $($copied,)*).await
            })
        }
    }};
}

impl<DB: Dialect> SqlxStore<DB> {
    /// Stores passkeys through a pool, in tables of the default names.
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Self {
        Self::with_tables(pool, Tables::new())
    }

    /// Stores passkeys through a pool, in tables of other names.
    #[must_use]
    pub fn with_tables(pool: Pool<DB>, tables: Tables) -> Self {
        Self {
            pool,
            statements: Arc::new(Statements::new::<DB>(&tables)),
            tables,
            keeps_accounts: false,
            keeps_expired: false,
            patience: PATIENCE,
            begun: Arc::default(),
            group: Group::default(),
            inside: None,
        }
    }

    /// Sets how long an operation may take, from waiting for a connection to the commit; five seconds by default.
    ///
    /// A connection on which an operation took longer is closed.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Keeps expired ceremonies until [`take_expired`](Self::take_expired) or [`sweep`](Self::sweep) removes them. Call
    /// one of them regularly, because nothing else does. If several machines use the database, set this on each.
    #[must_use]
    pub fn keeping_expired(mut self) -> Self {
        self.keeps_expired = true;
        self
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// Deletes a batch of expired ceremonies, and returns how many it deleted. A batch has up to 64.
    ///
    /// You do not need to call it: every sixteenth ceremony that begins does so, unless you ask for
    /// [`keeping_expired`](Self::keeping_expired). A ceremony counts as expired here a minute late, because the clocks
    /// of your machines may differ.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, SqlxError> {
        let ids = self.read(job!(self, expired(; now))).await?;
        if ids.is_empty() {
            return Ok(0);
        }
        self.write(Atomic::Statement, job!(self, sweep(ids))).await
    }

    /// Removes a batch of expired ceremonies like [`sweep`](Self::sweep), and returns them, so that you can
    /// [audit](relying_party::audit::Audit::abandoned) those that no one finished. Of several callers, one gets each
    /// ceremony. It costs one or two short statements for each, in one transaction.
    ///
    /// Needs a store that is [`keeping_expired`](Self::keeping_expired) to return all of them. Ceremonies that were
    /// erased with their account are not returned.
    ///
    /// ```
    /// # async fn example<DB: relying_party_sqlx::Dialect>(
    /// #     store: relying_party_sqlx::SqlxStore<DB>, rp: relying_party::RelyingParty
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// use relying_party::{Timestamp, audit::Audit};
    ///
    /// let store = store.keeping_expired();
    /// // In a task that runs every minute.
    /// let now = Timestamp::now();
    /// loop {
    ///     let expired = store.take_expired(now).await?;
    ///     if expired.is_empty() {
    ///         break;
    ///     }
    ///     for entry in expired.iter().filter_map(|ceremony| Audit::new(&rp, now).abandoned(ceremony)) {
    ///         println!("{}", serde_json::to_string(&entry)?);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The database fails. Then the ceremonies are still there, unless only the answer to the commit was lost.
    pub async fn take_expired(&self, now: Timestamp) -> Result<Vec<Ceremony>, SqlxError> {
        let ids = self.read(job!(self, expired(; now))).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let records = self.write(Atomic::Transaction, job!(self, take_expired(ids))).await?;
        Ok(records.iter().filter_map(|record| Ceremony::from_stored(record)).collect())
    }

    /// Runs your statements, for example a query of your sessions table, on a connection of the pool. Like the
    /// store's operations it fails if it takes [too long](Self::patience).
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # async fn example(
    /// #     store: &relying_party_sqlx::SqlxStore<sqlx::Sqlite>, session: String
    /// # ) -> Result<(), relying_party_sqlx::SqlxError> {
    /// let user: Option<(Vec<u8>,)> = store
    ///     .read_with(|connection| {
    ///         Box::pin(async move {
    ///             let query = sqlx::query_as("SELECT user_handle FROM sessions WHERE id = $1").bind(session);
    ///             Ok(query.fetch_optional(connection).await?)
    ///         })
    ///     })
    ///     .await?;
    /// # let _ = user;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The statements fail, the database fails, or it takes too long.
    pub async fn read_with<T: Send + 'static>(
        &self,
        statements: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        self.read(statements).await
    }

    /// Runs your statements that write, in one transaction. Use it for your tables in the same database: in SQLite,
    /// where writes wait for each other, these wait in the store's own line and share its commits.
    ///
    /// See [`read_with`](Self::read_with) for an example. To run a finish step and your statements in one transaction,
    /// use [`transaction`](Self::transaction).
    ///
    /// # Errors
    ///
    /// The statements fail, the database fails, or it takes too long. In the last case they may have taken effect.
    pub async fn write_with<T: Send + 'static>(
        &self,
        statements: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        self.write(Atomic::Transaction, statements).await
    }

    /// Runs one statement of yours that writes. It is atomic by itself, so it costs one round trip instead of the three
    /// of a transaction. In SQLite, it too waits in the store's line and shares its commits.
    ///
    /// If there are several statements, use [`write_with`](Self::write_with): here, those before one that fails could
    /// stay.
    ///
    /// # Errors
    ///
    /// The statement fails, the database fails, or it takes too long. In the last case it may have taken effect.
    pub async fn write_one_with<T: Send + 'static>(
        &self,
        statement: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        self.write(Atomic::Statement, statement).await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        self.in_time(async {
            if let Some(inside) = &self.inside {
                return inside.run(job).await;
            }
            let mut lease = Lease::from(&self.pool).await?;
            let value = job(lease.connection()?).await?;
            lease.give_back();
            Ok(value)
        })
        .await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        atomic: Atomic,
        job: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        self.in_time(async {
            if let Some(inside) = &self.inside {
                // A failure rolls back all of the transaction.
                inside.run(job).await
            } else if DB::SINGLE_WRITER {
                self.group.join(&self.pool, self.patience, atomic, job).await
            } else {
                write::alone(&self.pool, atomic, job).await
            }
        })
        .await
    }

    async fn in_time<T>(
        &self,
        operation: impl Future<Output = Result<T, SqlxError>>,
    ) -> Result<T, SqlxError> {
        tokio::time::timeout(self.patience, operation).await.unwrap_or(Err(SqlxError::TooSlow))
    }
}

impl<DB: Dialect> Clone for SqlxStore<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            tables: self.tables.clone(),
            statements: Arc::clone(&self.statements),
            keeps_accounts: self.keeps_accounts,
            keeps_expired: self.keeps_expired,
            patience: self.patience,
            begun: Arc::clone(&self.begun),
            group: self.group.clone(),
            inside: self.inside.clone(),
        }
    }
}

impl<DB: Dialect> fmt::Debug for SqlxStore<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlxStore")
            .field("database", &DB::NAME)
            .field("passkeys", &self.tables.to_string())
            .finish_non_exhaustive()
    }
}

impl<DB: Dialect> AsyncCeremonyStore for SqlxStore<DB> {
    type Error = SqlxError;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), SqlxError> {
        if !self.keeps_expired
            && self.begun.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY)
        {
            // Housekeeping. If the database has failed, the insert will say so.
            let _ = self.sweep(ceremony.created_at()).await;
        }
        let ceremony = ceremony.to_stored();
        self.write(Atomic::Statement, job!(self, put_ceremony(ceremony))).await
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, SqlxError> {
        if let Some(inside) = &self.inside {
            inside.takes(*id);
        }
        let record = self.write(Atomic::Statement, job!(self, take_ceremony(id))).await?;
        Ok(record.and_then(|record| Ceremony::from_stored(&record)))
    }

    async fn read_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, SqlxError> {
        let record = self.read(job!(self, read_ceremony(id))).await?;
        Ok(record.and_then(|record| Ceremony::from_stored(&record)))
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), SqlxError> {
        self.write(Atomic::Statement, job!(self, erase_ceremonies(owner))).await
    }
}

impl<DB: Dialect> AsyncPasskeyStore for SqlxStore<DB> {
    type Error = SqlxError;

    async fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, SqlxError> {
        self.read(job!(self, passkeys_of(owner))).await
    }

    async fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, SqlxError> {
        self.read(job!(self, passkey(rp_id, credential_id))).await
    }

    async fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, SqlxError> {
        if self.keeps_accounts {
            return self
                .write(
                    Atomic::Transaction,
                    job!(self, insert_passkey_of_account(passkey; max_per_user)),
                )
                .await;
        }
        self.write(Atomic::Transaction, job!(self, insert_passkey(passkey; max_per_user))).await
    }

    async fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, SqlxError> {
        self.write(Atomic::Statement, job!(self, record_use(id, expected, state; at))).await
    }

    async fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, SqlxError> {
        self.write(Atomic::Transaction, job!(self, rename_passkey(owner, id, name; at))).await
    }

    async fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, SqlxError> {
        self.write(Atomic::Transaction, job!(self, delete_passkey(owner, id; keep_last))).await
    }

    /// Needs a store [with accounts](SqlxStore::with_accounts), or a [transaction](SqlxStore::transaction) in which you
    /// insert the account: then only the passkey is inserted here.
    async fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, SqlxError> {
        if !self.keeps_accounts {
            if self.inside.is_none() {
                return Ok(SignUpOutcome::Unsupported);
            }
            return Ok(match self.insert_passkey(passkey, 1).await? {
                InsertOutcome::Inserted => SignUpOutcome::Created,
                InsertOutcome::AlreadyExists | InsertOutcome::LimitReached => {
                    SignUpOutcome::AlreadyExists
                }
            });
        }
        self.write(Atomic::Transaction, job!(self, insert_account(user, passkey))).await
    }

    async fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, SqlxError> {
        self.write(Atomic::Transaction, job!(self, erase_passkeys(owner))).await
    }
}
