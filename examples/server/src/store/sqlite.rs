//! The SQLite file: how it is opened, and what every access to it has in common.

mod accounts;
mod passkeys;
mod sessions;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use relying_party::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::StoreError;

/// The layout of the file that this program reads and writes, as its `user_version`.
const SCHEMA_VERSION: i64 = 2;

/// How long a write waits for one of another process to end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections kept open while nobody uses them.
const IDLE_CONNECTIONS: usize = 8;

/// A SQLite database of accounts, sessions, ceremonies and passkeys.
///
/// - Its calls block; a host with an async runtime runs them on threads that may.
/// - Readers see one instant and do not wait (write-ahead log). Writers come one after the other, over all
///   threads and processes: every write is one `IMMEDIATE` transaction.
/// - Threads wait for each other at a lock of this process, and processes at SQLite's, which is asked again and again:
///   thousands of threads would keep each other from it.
/// - What a call has acknowledged survives a crash and a power cut (`synchronous = FULL`).
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    writing: Mutex<()>,
}

impl Sqlite {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or written, or is another program's.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self {
            path: path.as_ref().to_owned(),
            idle: Mutex::default(),
            writing: Mutex::default(),
        };
        store.create_schema()?;
        Ok(store)
    }

    fn create_schema(&self) -> Result<(), StoreError> {
        self.write(|database| {
            let found = database.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            match found {
                SCHEMA_VERSION => Ok(()),
                0 => {
                    database.execute_batch(include_str!("sqlite/schema.sql"))?;
                    Ok(database.pragma_update(None, "user_version", SCHEMA_VERSION)?)
                }
                _ => Err(StoreError::Layout { found, known: SCHEMA_VERSION }),
            }
        })
    }

    /// Runs statements that only read.
    fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.take_connection()?;
        let result = job(&connection);
        self.put_back(connection);
        result
    }

    /// Runs statements that write, as one transaction: all of them or none, and nobody else's in between.
    ///
    /// The transaction takes the write lock at once (`IMMEDIATE`), so that what it reads is what it changes, and
    /// its commit is looked at, so that what is returned is on the disk.
    fn write<T>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Nothing of a writer that panicked is left: its transaction ended with it.
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = self.take_connection()?;
        let result = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)
            .and_then(|transaction| {
                let value = job(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        self.put_back(connection);
        result
    }

    fn take_connection(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    fn put_back(&self, connection: Connection) {
        // A transaction that could neither be committed nor rolled back ends with its connection.
        if !connection.is_autocommit() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // Answers with the mode that is in force, which is another one where the file system cannot do it; that
        // costs speed, not correctness.
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(connection)
    }
}

/// SQLite's integers are signed.
fn millis(time: Timestamp) -> Result<i64, StoreError> {
    i64::try_from(time.as_unix_millis()).map_err(|_| StoreError::Time)
}

fn timestamp(millis: i64) -> Result<Timestamp, StoreError> {
    u64::try_from(millis).map(Timestamp::from_unix_millis).map_err(|_| StoreError::Value("time"))
}

/// Whether a query finds a row.
fn exists(
    database: &Connection,
    query: &str,
    parameters: impl rusqlite::Params,
) -> Result<bool, StoreError> {
    Ok(database.prepare_cached(query)?.query_row(parameters, |_| Ok(())).optional()?.is_some())
}
