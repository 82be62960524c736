//! One transaction for everything that a request writes: the store's operations and the host's.

use std::{
    future::Future,
    mem,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_core::future::BoxFuture;
use futures_util::future::{Either, select};
use relying_party::{CeremonyId, store::AsyncCeremonyStore as _};
use tokio::sync::{mpsc, oneshot};

use crate::{SqlxStore, dialect::Dialect, error::SqlxError, write::Atomic};

/// An operation on the transaction's connection. Returns whether it succeeded.
type Job<DB> = Box<
    dyn for<'c> FnOnce(&'c mut <DB as sqlx::Database>::Connection) -> BoxFuture<'c, bool> + Send,
>;

/// What a store needs inside a transaction: access to its connection, and the ceremonies that were taken.
pub(crate) struct Inside<DB: Dialect> {
    jobs: mpsc::Sender<Job<DB>>,
    taken: Arc<Mutex<Vec<CeremonyId>>>,
}

impl<DB: Dialect> Clone for Inside<DB> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone(), taken: Arc::clone(&self.taken) }
    }
}

impl<DB: Dialect> Inside<DB> {
    /// Runs an operation in the transaction. Fails if the transaction has ended.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        let (caller, outcome) = oneshot::channel();
        let job: Job<DB> = Box::new(move |connection| {
            Box::pin(async move {
                let value = job(connection).await;
                let succeeded = value.is_ok();
                // If the caller is gone, it has given up waiting.
                drop(caller.send(value));
                succeeded
            })
        });
        self.jobs.send(job).await.map_err(|_| SqlxError::Interrupted)?;
        outcome.await.unwrap_or(Err(SqlxError::Interrupted))
    }

    /// Remembers a taken ceremony, so that it stays used up even if the transaction is rolled back.
    pub(crate) fn takes(&self, ceremony: CeremonyId) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(ceremony);
    }
}

impl<DB: Dialect> SqlxStore<DB> {
    /// Runs flows and your own statements in one transaction: either all of their writes take effect, or none do. Your
    /// closure receives a store that works inside the transaction. The transaction is committed if the closure
    /// succeeds, and rolled back if the closure returns an error or any operation inside it fails.
    ///
    /// Run your statements with [`write_one_with`](Self::write_one_with) on that store. Connections from
    /// [`pool`](Self::pool) are outside the transaction.
    ///
    /// A request that finishes a ceremony and writes your session then costs one commit instead of three. Do nothing
    /// slow in the closure, such as calling another server or sending an email. In SQLite, all other writes wait for
    /// it; in the other databases, it occupies a connection. Signatures are verified inside it too.
    ///
    /// A ceremony that a flow has taken stays used up, even if the transaction is rolled back. The user can send the
    /// same response again only if the database or the process fails before the commit, or if you drop the future
    /// before it: then nothing was written, and no one has received an answer.
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # use relying_party::{Passkeys, RelyingParty, SessionBinding, UserHandle, store::RunError};
    /// # use relying_party_sqlx::{SqlxError, SqlxStore};
    /// # use sqlx::Postgres;
    /// /// Creates an account and its first passkey: both or neither.
    /// async fn sign_up(
    ///     store: &SqlxStore<Postgres>,
    ///     rp: &RelyingParty,
    ///     (handle, email): (UserHandle, String),
    ///     (session, body): (SessionBinding, &[u8]),
    /// ) -> Result<(), RunError<SqlxError>> {
    ///     let work = async move |store: SqlxStore<Postgres>| {
    ///         let insert = sqlx::query("INSERT INTO users (handle, email) VALUES ($1, $2)");
    ///         let insert = insert.bind(handle.as_bytes().to_vec()).bind(email);
    ///         store
    ///             .write_one_with(|connection| {
    ///                 Box::pin(async move {
    ///                     insert.execute(connection).await?;
    ///                     Ok(())
    ///                 })
    ///             })
    ///             .await?;
    ///         Passkeys::new(rp.clone(), store).finish_create(handle, session, body).await?;
    ///         Ok(())
    ///     };
    ///     store.transaction(work).await
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the closure's error, or [`SqlxError::RolledBack`] if the closure succeeded although an operation inside
    /// it had failed. Also fails if the database fails, or if the transaction takes [too long](Self::patience).
    pub async fn transaction<T, E, F>(&self, work: impl FnOnce(Self) -> F) -> Result<T, E>
    where
        E: From<SqlxError>,
        F: Future<Output = Result<T, E>>,
    {
        let (jobs, line) = mpsc::channel(1);
        let (ready, begun) = oneshot::channel();
        let (commit, end) = oneshot::channel();
        let taken = Arc::default();
        let mut store = self.clone();
        store.inside = Some(Inside { jobs, taken: Arc::clone(&taken) });
        // Runs where the connection is: in SQLite, that is the task that works on the store's line.
        let transaction = self.write(Atomic::Transaction, move |connection| {
            Box::pin(serve::<DB>(connection, ready, line, end))
        });
        // The closure stays with its caller.
        let work = async {
            // If no transaction begins, its error says why.
            begun.await.ok()?;
            let value = work(store).await;
            if value.is_ok() {
                let _ = commit.send(());
            }
            Some(value)
        };
        let (transaction, value) = match select(pin!(transaction), pin!(work)).await {
            Either::Left((failed, _)) => (failed, None),
            Either::Right((value, transaction)) => (transaction.await, value),
        };
        if transaction.is_err() {
            let taken = mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
            for ceremony in taken {
                // If the database has failed, the caller learns it anyway.
                let _ = self.take_ceremony(&ceremony).await;
            }
        }
        match (transaction, value) {
            (Ok(()), Some(value)) | (Err(_), Some(value @ Err(_))) => value,
            (Ok(()), None) => Err(SqlxError::Interrupted.into()),
            (Err(error), _) => Err(error.into()),
        }
    }
}

/// Runs operations until it is told to commit. Fails, so that everything is rolled back, if one of them has failed, or
/// if the caller will not tell any more.
async fn serve<DB: Dialect>(
    connection: &mut DB::Connection,
    ready: oneshot::Sender<()>,
    mut line: mpsc::Receiver<Job<DB>>,
    mut end: oneshot::Receiver<()>,
) -> Result<(), SqlxError> {
    // If the caller is gone, `end` says so.
    let _ = ready.send(());
    let mut succeeded = true;
    let told = loop {
        match select(&mut end, pin!(line.recv())).await {
            Either::Left((told, _)) => break told,
            Either::Right((Some(job), _)) => succeeded &= job(connection).await,
            // The closure has dropped its store.
            Either::Right((None, _)) => break end.await,
        }
    };
    if told.is_ok() && succeeded { Ok(()) } else { Err(SqlxError::RolledBack) }
}
