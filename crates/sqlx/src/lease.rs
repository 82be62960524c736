//! A connection for the time of one operation.

use sqlx::{Pool, pool::PoolConnection};

use crate::{dialect::Dialect, error::SqlxError};

/// A connection that returns to the pool only if the operation on it was completed.
///
/// An operation can be dropped halfway: it took too long, the browser went away, or a statement failed. The connection
/// may still be busy then (waiting for a lock, for example) and would delay the next operation, so it is closed. The
/// database rolls back what was not committed.
pub(crate) struct Lease<DB: Dialect> {
    connection: Option<PoolConnection<DB>>,
}

impl<DB: Dialect> Lease<DB> {
    pub(crate) async fn from(pool: &Pool<DB>) -> Result<Self, SqlxError> {
        Ok(Self { connection: Some(pool.acquire().await?) })
    }

    pub(crate) fn connection(&mut self) -> Result<&mut DB::Connection, SqlxError> {
        self.connection.as_deref_mut().ok_or(SqlxError::Interrupted)
    }

    /// Returns the connection: the operation is complete.
    pub(crate) fn give_back(mut self) {
        self.connection = None;
    }
}

impl<DB: Dialect> Drop for Lease<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}
