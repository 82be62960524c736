//! The PostgreSQL database: how it is reached, and what every access to it has in common.

mod accounts;
mod passkeys;
mod sessions;

use std::{future::Future, time::Duration};

use deadpool_postgres::{Client, GenericClient, Manager, Object, Pool};
use relying_party::Timestamp;
use scopeguard::ScopeGuard;
use tokio_postgres::{Config, NoTls, Row, config::SslMode, types::ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;

/// The layout of the tables that this program reads and writes.
const SCHEMA_VERSION: i64 = 2;

/// What servers that start at the same moment wait for: one of them makes the tables. Any number that no other
/// program has for its advisory locks.
const SCHEMA_LOCK: i64 = 0x7061_7373_6b65_7973;

/// How much of what has expired one write takes with it, so that no request pays for a whole night's.
const SWEPT_AT_ONCE: i64 = 100;

/// How far the clocks of two servers may be apart. What has expired by one of them is swept no earlier.
const CLOCK_SKEW: relying_party::Duration = relying_party::Duration::from_secs(60);

/// A PostgreSQL database of accounts, sessions, ceremonies and passkeys, shared by any number of servers.
///
/// - Every call is one statement, or one transaction that first locks the account's row: what it reads is what it
///   changes, whoever else is at it.
/// - What a call has acknowledged is as safe as the database's `synchronous_commit` makes it, which by default is on
///   its disk.
/// - Every call has an end: see [`Limits::patience`]. A connection on which something went on past that is closed.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: Pool,
    limits: Limits,
}

/// How much of the database a server takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a call may take: waiting for a connection, making one, and all statements.
    pub patience: Duration,
    /// Connections at a time; who needs one more waits.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), connections: 16 }
    }
}

impl Postgres {
    /// Connects to a database, and makes the tables if they are not there.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, its tables cannot be made or were made by a later version of this program.
    pub async fn open(config: &Config, limits: Limits) -> Result<Self, StoreError> {
        let manager = manager(config, limits)?;
        let pool = Pool::builder(manager).max_size(limits.connections.max(1)).build();
        let pool = pool.map_err(|error| StoreError::Pool(error.to_string()))?;
        let store = Self { pool, limits };
        store.create_schema().await?;
        Ok(store)
    }

    async fn create_schema(&self) -> Result<(), StoreError> {
        self.in_time(async {
            let mut lease = self.lease().await?;
            let transaction = lease.transaction().await?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&SCHEMA_LOCK]).await?;
            // Asked for rather than made if it is not there, since a server needs no right to make tables that are.
            let row =
                transaction.query_one("SELECT to_regclass('layout') IS NOT NULL", &[]).await?;
            if row.try_get(0)? {
                let row = transaction.query_one("SELECT max(version) FROM layout", &[]).await?;
                let found = row.try_get(0)?;
                if found != SCHEMA_VERSION {
                    return Err(StoreError::Layout { found, known: SCHEMA_VERSION });
                }
            } else {
                transaction.batch_execute(include_str!("postgres/schema.sql")).await?;
                transaction.execute("INSERT INTO layout VALUES ($1)", &[&SCHEMA_VERSION]).await?;
            }
            transaction.commit().await?;
            give_back(lease);
            Ok(())
        })
        .await
    }

    /// Runs one statement.
    async fn query(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.in_time(async {
            let lease = self.lease().await?;
            let rows = query(&*lease, statement, parameters).await?;
            give_back(lease);
            Ok(rows)
        })
        .await
    }

    async fn lease(&self) -> Result<Lease, StoreError> {
        Ok(scopeguard::guard(self.pool.get().await?, |client| drop(Object::take(client))))
    }

    /// Gives up what takes too long. The connections that nobody uses are likely to be as bad then, and are closed.
    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if let Ok(outcome) = tokio::time::timeout(self.limits.patience, call).await {
            return outcome;
        }
        self.pool.retain(|_, _| false);
        Err(StoreError::TooSlow)
    }
}

/// A connection that goes back to the pool only if what was done on it has come to its end.
///
/// A request may be given up in the middle: it took too long, the browser went away, or a statement failed. Whatever
/// the connection is at then (waiting for a lock, say) would be in the way of the next request, so that it is closed
/// instead. The database rolls back what was not committed.
type Lease = ScopeGuard<Client, fn(Client)>;

/// Says that all that was asked for on a connection has been answered.
fn give_back(lease: Lease) {
    drop(ScopeGuard::into_inner(lease));
}

/// Runs one statement, prepared once for each connection.
async fn query(
    client: &impl GenericClient,
    statement: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, StoreError> {
    let prepared = client.prepare_cached(statement).await?;
    Ok(client.query(&prepared, parameters).await?)
}

/// Connections with limits of their own, so that what nobody waits for any more ends on the database's side, too. What
/// the address sets (`?options=-c…`) comes later, and wins; but for the isolation, on which the contract rests: a
/// transaction that goes on seeing what was there before it waited for a lock would count wrongly.
fn manager(config: &Config, limits: Limits) -> Result<Manager, StoreError> {
    let millis = limits.patience.as_millis();
    let theirs = config.get_options().unwrap_or("");
    let options = [
        &format!("-c statement_timeout={millis} -c idle_in_transaction_session_timeout={millis}"),
        theirs,
        r"-c default_transaction_isolation=read\ committed",
    ];
    let mut config = config.clone();
    config.options(options.join(" "));
    if config.get_application_name().is_none() {
        config.application_name("passkeys");
    }
    // Anything less than TLS that is required protects from nobody: who can listen can also say that there is no TLS.
    if config.get_ssl_mode() == SslMode::Require {
        // Those roots that can be read; a server under one that cannot is refused like any other.
        let roots = MakeRustlsConnect::with_native_certs();
        let (tls, _) =
            roots.map_err(|_| StoreError::Pool("this machine has no root certificates".into()))?;
        return Ok(Manager::new(config, tls));
    }
    Ok(Manager::new(config, NoTls))
}

/// PostgreSQL's integers are signed.
fn millis(time: Timestamp) -> Result<i64, StoreError> {
    i64::try_from(time.as_unix_millis()).map_err(|_| StoreError::Time)
}

fn timestamp(millis: i64) -> Result<Timestamp, StoreError> {
    u64::try_from(millis).map(Timestamp::from_unix_millis).map_err(|_| StoreError::Value("time"))
}

/// What has expired before this instant may be swept at `now`.
fn sweep_before(now: Timestamp) -> Result<i64, StoreError> {
    Ok(millis(now)?.saturating_sub_unsigned(CLOCK_SKEW.as_millis()))
}
