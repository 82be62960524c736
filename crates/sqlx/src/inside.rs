//! The two ends of a transaction: the closure stays with its caller, and its operations run where the connection is.

use std::{
    future::Future,
    mem,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_core::future::BoxFuture;
use futures_util::future::{Either, select};
use relying_party::CeremonyId;
use tokio::sync::{mpsc, oneshot};

use crate::error::SqlxError;

/// An operation on the transaction's connection. Returns whether it succeeded.
type Job<C> = Box<dyn for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, bool> + Send>;

/// What a store needs inside a transaction: access to its connection, and the ceremonies that were taken.
pub(crate) struct Inside<C> {
    jobs: mpsc::Sender<Job<C>>,
    taken: Arc<Mutex<Vec<CeremonyId>>>,
}

impl<C> Clone for Inside<C> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone(), taken: Arc::clone(&self.taken) }
    }
}

impl<C: Send> Inside<C> {
    /// Runs an operation in the transaction. Fails if the transaction has ended.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, Result<T, SqlxError>> + Send + 'static,
    ) -> Result<T, SqlxError> {
        let (caller, outcome) = oneshot::channel();
        let job: Job<C> = Box::new(move |connection| {
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

/// The end of a transaction that runs where its connection is.
pub(crate) struct Server<C> {
    ready: oneshot::Sender<()>,
    line: mpsc::Receiver<Job<C>>,
    end: oneshot::Receiver<()>,
}

/// The end of a transaction that stays with its caller.
pub(crate) struct Client<C> {
    inside: Inside<C>,
    begun: oneshot::Receiver<()>,
    commit: oneshot::Sender<()>,
}

/// Makes both ends.
pub(crate) fn ends<C>() -> (Client<C>, Server<C>) {
    let (jobs, line) = mpsc::channel(1);
    let (ready, begun) = oneshot::channel();
    let (commit, end) = oneshot::channel();
    let inside = Inside { jobs, taken: Arc::default() };
    (Client { inside, begun, commit }, Server { ready, line, end })
}

/// What became of a transaction.
pub(crate) struct Ended<V> {
    pub(crate) transaction: Result<(), SqlxError>,
    /// What the closure returned, if it did.
    pub(crate) value: Option<V>,
    /// The ceremonies that the closure has taken.
    pub(crate) taken: Vec<CeremonyId>,
}

impl<C> Client<C> {
    /// Runs the closure once the transaction has begun, and asks for the commit if it succeeds.
    pub(crate) async fn run<T, E, F>(
        self,
        transaction: impl Future<Output = Result<(), SqlxError>>,
        work: impl FnOnce(Inside<C>) -> F,
    ) -> Ended<Result<T, E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        let Self { inside, begun, commit } = self;
        let taken = Arc::clone(&inside.taken);
        let work = async {
            // If no transaction begins, its error says why.
            begun.await.ok()?;
            let value = work(inside).await;
            if value.is_ok() {
                let _ = commit.send(());
            }
            Some(value)
        };
        let (transaction, value) = match select(pin!(transaction), pin!(work)).await {
            Either::Left((failed, _)) => (failed, None),
            Either::Right((value, transaction)) => (transaction.await, value),
        };
        let taken = mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
        Ended { transaction, value, taken }
    }
}

impl<C> Server<C> {
    /// Runs operations until it is told to commit. Fails, so that everything is rolled back, if one of them has failed,
    /// or if the caller will not tell any more.
    pub(crate) async fn run(mut self, connection: &mut C) -> Result<(), SqlxError> {
        // If the caller is gone, `end` says so.
        let _ = self.ready.send(());
        let mut succeeded = true;
        let told = loop {
            match select(&mut self.end, pin!(self.line.recv())).await {
                Either::Left((told, _)) => break told,
                Either::Right((Some(job), _)) => succeeded &= job(connection).await,
                // The closure has dropped its store.
                Either::Right((None, _)) => break self.end.await,
            }
        };
        if told.is_ok() && succeeded { Ok(()) } else { Err(SqlxError::RolledBack) }
    }
}
