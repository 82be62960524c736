//! How to open a SQLite file.

use std::{path::Path, time::Duration};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

/// The options for a SQLite file in which an acknowledged write survives a crash and a power failure: a write-ahead
/// log, `synchronous = FULL`, foreign keys, and ten seconds of waiting for other processes that write. The file is
/// created if it is missing.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use relying_party_sqlx::{SqlxStore, sqlite_options};
/// let pool = sqlx::SqlitePool::connect_with(sqlite_options("passkeys.sqlite")).await?;
/// let store = SqlxStore::new(pool);
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn sqlite_options(file: impl AsRef<Path>) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
}
