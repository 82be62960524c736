//! What goes wrong in a database.

use deadpool_postgres::PoolError;
use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// What goes wrong in the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite refused or failed.
    #[error("SQLite failed")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused, failed, or cannot be reached.
    #[error("PostgreSQL failed")]
    Postgres(#[from] tokio_postgres::Error),
    /// The pool of connections has none to give.
    #[error("there is no connection to PostgreSQL: {0}")]
    Pool(String),
    /// The database did not answer in time. What was asked for may or may not have been done.
    #[error("the database did not answer in time")]
    TooSlow,
    /// A record in the database cannot be read, or one for it cannot be written.
    #[error("a record of the database cannot be read or written")]
    Record(#[from] serde_json::Error),
    /// A value in the database cannot be what it should be.
    #[error("the database holds a value that is no {0}")]
    Value(&'static str),
    /// A time beyond what the database can hold.
    #[error("the time lies more than 292 million years ahead")]
    Time,
    /// The owner of a passkey has no account, or no longer has one.
    #[error("the account is not there")]
    NoAccount,
    /// The tables were made by a later version of this program.
    #[error("the database has layout {found}; this program knows layout {known}")]
    Layout {
        /// The layout of the database.
        found: i64,
        /// The latest layout that this program knows.
        known: i64,
    },
    /// The thread on which SQLite was called panicked.
    #[error("a call of the database did not end")]
    Thread(#[from] tokio::task::JoinError),
}

impl StoreError {
    /// Whether the reason may pass by itself, so that the same request can succeed later: the database is away, busy,
    /// full or too slow.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code().is_some_and(sqlite_may_pass),
            // Without a code it was not the database that said no: it cannot be reached, or the connection broke.
            Self::Postgres(error) => error.code().is_none_or(postgres_may_pass),
            Self::Pool(_) | Self::TooSlow => true,
            _ => false,
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            error => Self::Pool(error.to_string()),
        }
    }
}

fn sqlite_may_pass(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
    )
}

/// By the classes of PostgreSQL's appendix A: connections (08), transactions that collide (40), resources (53), locks
/// (55), the operator's doings (57) and the system (58); and a server that is not the primary (yet).
fn postgres_may_pass(code: &SqlState) -> bool {
    let passing = ["08", "40", "53", "55", "57", "58"];
    passing.iter().any(|class| code.code().starts_with(class))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        for (code, may_pass) in [
            (SqlState::QUERY_CANCELED, true),
            (SqlState::DISK_FULL, true),
            (SqlState::TOO_MANY_CONNECTIONS, true),
            (SqlState::CANNOT_CONNECT_NOW, true),
            (SqlState::T_R_DEADLOCK_DETECTED, true),
            (SqlState::READ_ONLY_SQL_TRANSACTION, true),
            (SqlState::UNDEFINED_TABLE, false),
            (SqlState::CHECK_VIOLATION, false),
            (SqlState::INSUFFICIENT_PRIVILEGE, false),
        ] {
            assert_eq!(postgres_may_pass(&code), may_pass, "{code:?}");
        }
        for (code, may_pass) in [
            (ErrorCode::DiskFull, true),
            (ErrorCode::DatabaseBusy, true),
            (ErrorCode::ConstraintViolation, false),
            (ErrorCode::DatabaseCorrupt, false),
        ] {
            assert_eq!(sqlite_may_pass(code), may_pass, "{code:?}");
        }
        assert!(StoreError::TooSlow.may_pass());
        assert!(!StoreError::NoAccount.may_pass());
    }
}
