//! Everything that the server keeps, in a SQLite file or in a PostgreSQL database that many servers share.
//!
//! Passkeys, ceremonies and accounts are kept by `relying-party-sqlx`; with `--redis`, ceremonies by
//! `relying-party-redis`. The server's own table, for sessions, is on the same pool.

mod accounts;
mod database;
mod passkey_clients;
mod recovery;
mod sessions;

use std::{
    sync::{Arc, atomic::AtomicU32},
    time::Duration,
};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use relying_party::store::DynStore;
use relying_party_redis::RedisCeremonies;
use relying_party_sqlx::{SqlxError, SqlxStore, sqlite_options};
use sqlx::{
    Connection as _,
    postgres::{PgPoolOptions, PgSslMode},
    sqlite::SqlitePoolOptions,
};
use tokio::sync::Semaphore;

pub use self::{
    accounts::AccountName,
    database::Database,
    recovery::CodeHash,
    sessions::{Awaits, NewSession, Pending, SessionRow, TokenHash},
};

/// Connections to a SQLite file. One of them writes at a time.
const SQLITE_CONNECTIONS: u32 = 8;

/// How long a connection to PostgreSQL may have been idle if it is used without a test.
const TRUSTED: Duration = Duration::from_millis(20);

/// Servers that start together wait for each other: any number that no other program uses for its advisory locks.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(8097880529372046707)";

const MIGRATIONS: [&str; 2] =
    [include_str!("../migrations/sessions.sql"), include_str!("../migrations/account.sql")];

/// Columns that a table of sessions from an earlier version lacks.
const NEW_COLUMNS: [(&str, &str); 2] = [
    (
        "SELECT COUNT(*) FROM pragma_table_info('sessions') WHERE name = 'address'",
        "ALTER TABLE sessions ADD COLUMN address TEXT",
    ),
    (
        "SELECT COUNT(*) FROM pragma_table_info('sessions') WHERE name = 'passkey'",
        "ALTER TABLE sessions ADD COLUMN passkey TEXT",
    ),
];

const NEW_COLUMNS_POSTGRES: &str = "ALTER TABLE sessions ADD COLUMN IF NOT EXISTS address TEXT, \
     ADD COLUMN IF NOT EXISTS passkey TEXT";

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    sql: Sql,
    redis: Option<RedisCeremonies<ConnectionManager>>,
    passkeys: DynStore,
    /// Leaves connections to those who need one for a moment only.
    transactions: Arc<Semaphore>,
    /// How many sessions have begun.
    begun: Arc<AtomicU32>,
}

#[derive(Clone, Debug)]
enum Sql {
    Sqlite(SqlxStore<sqlx::Sqlite>),
    Postgres(SqlxStore<sqlx::Postgres>),
}

/// How much of the database the server takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long an operation may take, from waiting for a connection to the commit.
    pub patience: Duration,
    /// The maximum number of connections to PostgreSQL. An operation that needs one more waits.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), connections: 16 }
    }
}

/// Why the server cannot use its database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database cannot be reached, or its tables cannot be created.
    #[error("the database cannot be opened")]
    Database(#[from] SqlxError),
    /// Redis cannot be reached.
    #[error("Redis cannot be reached")]
    Redis(#[from] redis::RedisError),
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Does the same with either database.
macro_rules! on_either {
    ($store:expr, $sql:ident => $call:expr) => {
        match &$store.sql {
            $crate::store::Sql::Sqlite($sql) => $call,
            $crate::store::Sql::Postgres($sql) => $call,
        }
    };
}
use on_either;

impl Store {
    /// Opens a database, and creates its tables if they are missing. `redis` is the address of a Redis that keeps the
    /// ceremonies instead.
    ///
    /// # Errors
    ///
    /// The database or Redis cannot be reached, or the tables were created by a later version.
    pub async fn open(
        database: &Database,
        redis: Option<&str>,
        limits: Limits,
    ) -> Result<Self, OpenError> {
        let sql = match database {
            Database::File(file) => {
                let pool = SqlitePoolOptions::new()
                    .max_connections(SQLITE_CONNECTIONS)
                    // A file does not hang up.
                    .test_before_acquire(false)
                    .connect_with(sqlite_options(file))
                    .await?;
                let store = SqlxStore::new(pool).with_accounts().patience(limits.patience);
                store.migrate().await?;
                Sql::Sqlite(store)
            }
            Database::Postgres(options) => {
                let millis = limits.patience.as_millis();
                let mut options = (**options).clone();
                // What no one waits for any more ends in the database, too.
                options = options.options([
                    ("statement_timeout", millis),
                    ("idle_in_transaction_session_timeout", millis),
                ]);
                // A connection to a server that cannot prove its name is not protected.
                if matches!(options.get_ssl_mode(), PgSslMode::Require) {
                    options = options.ssl_mode(PgSslMode::VerifyFull);
                }
                let pool = PgPoolOptions::new()
                    .max_connections(limits.connections.max(1))
                    .acquire_timeout(limits.patience)
                    // A connection that was just used is asked nothing: one round trip less for each operation.
                    .test_before_acquire(false)
                    .before_acquire(|connection, meta| {
                        Box::pin(async move {
                            if meta.idle_for > TRUSTED {
                                connection.ping().await?;
                            }
                            Ok(true)
                        })
                    })
                    .connect_with(options)
                    .await?;
                let store = SqlxStore::new(pool).with_accounts().patience(limits.patience);
                store.migrate().await?;
                Sql::Postgres(store)
            }
        };
        let redis = match redis {
            Some(url) => Some(ceremonies(url, limits).await?),
            None => None,
        };
        // Half of the connections. In SQLite, transactions wait in the store's line instead.
        let transactions = match &sql {
            Sql::Sqlite(_) => Semaphore::MAX_PERMITS,
            Sql::Postgres(_) => usize::try_from(limits.connections / 2).unwrap_or(1).max(1),
        };
        let store = Self::of(sql, redis, Arc::new(Semaphore::new(transactions)), Arc::default());
        store.migrate().await?;
        Ok(store)
    }

    fn of(
        sql: Sql,
        redis: Option<RedisCeremonies<ConnectionManager>>,
        transactions: Arc<Semaphore>,
        begun: Arc<AtomicU32>,
    ) -> Self {
        let passkeys = match (sql.clone(), redis.clone()) {
            (Sql::Sqlite(store), None) => DynStore::new(store),
            (Sql::Postgres(store), None) => DynStore::new(store),
            (Sql::Sqlite(store), Some(ceremonies)) => DynStore::new((ceremonies, store)),
            (Sql::Postgres(store), Some(ceremonies)) => DynStore::new((ceremonies, store)),
        };
        Self { sql, redis, passkeys, transactions, begun }
    }

    /// Whether ceremonies, passkeys and sessions are in one database. Otherwise a transaction would wait for another
    /// server.
    pub(crate) fn is_one_database(&self) -> bool {
        self.redis.is_none()
    }

    /// Does something on the store inside one transaction. Commits if that succeeds.
    pub(crate) async fn transaction<T, E, F>(&self, work: impl FnOnce(Self) -> F) -> Result<T, E>
    where
        E: From<SqlxError>,
        F: Future<Output = Result<T, E>>,
    {
        // It is never closed.
        let _permit = self.transactions.acquire().await;
        let Self { redis, transactions, begun, .. } = self.clone();
        let inside = move |sql| work(Self::of(sql, redis, transactions, begun));
        match &self.sql {
            Sql::Sqlite(sql) => sql.transaction(|sql| inside(Sql::Sqlite(sql))).await,
            Sql::Postgres(sql) => sql.transaction(|sql| inside(Sql::Postgres(sql))).await,
        }
    }

    /// The part that keeps passkeys and ceremonies.
    #[must_use]
    pub fn passkeys(&self) -> &DynStore {
        &self.passkeys
    }

    async fn migrate(&self) -> Result<(), SqlxError> {
        match &self.sql {
            Sql::Sqlite(sql) => {
                sql.write_with(|connection| {
                    Box::pin(async move {
                        for migration in MIGRATIONS {
                            sqlx::raw_sql(migration).execute(&mut *connection).await?;
                        }
                        for (count, add) in NEW_COLUMNS {
                            let count: i64 =
                                sqlx::query_scalar(count).fetch_one(&mut *connection).await?;
                            if count == 0 {
                                sqlx::query(add).execute(&mut *connection).await?;
                            }
                        }
                        Ok(())
                    })
                })
                .await
            }
            Sql::Postgres(sql) => {
                sql.write_with(|connection| {
                    Box::pin(async move {
                        sqlx::query(MIGRATION_LOCK).execute(&mut *connection).await?;
                        for migration in MIGRATIONS {
                            sqlx::raw_sql(migration).execute(&mut *connection).await?;
                        }
                        sqlx::query(NEW_COLUMNS_POSTGRES).execute(connection).await?;
                        Ok(())
                    })
                })
                .await
            }
        }
    }
}

async fn ceremonies(
    url: &str,
    limits: Limits,
) -> Result<RedisCeremonies<ConnectionManager>, redis::RedisError> {
    let config = ConnectionManagerConfig::new().set_response_timeout(Some(limits.patience));
    let client = redis::Client::open(url)?;
    Ok(RedisCeremonies::new(ConnectionManager::new_with_config(client, config).await?))
}
