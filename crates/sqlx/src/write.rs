//! Writes: one transaction each. Where only one transaction at a time can write, all waiting writes share one (group
//! commit).

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::Arc,
    time::Duration,
};

use futures_core::future::BoxFuture;
use futures_util::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Pool};
use tokio::sync::oneshot;

use crate::{
    dialect::Dialect,
    error::SqlxError,
    lease::Lease,
    line::{Leader, Line},
};

/// The maximum number of writes in one transaction, so that none waits for an endless number of others.
const GROUP_MAX: usize = 256;

/// Whether a write has one statement or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atomic {
    /// One, which is atomic by itself.
    Statement,
    /// Several, which take effect together or not at all.
    Transaction,
}

/// Runs a write on one connection.
pub(crate) async fn alone<DB: Dialect, T>(
    pool: &Pool<DB>,
    atomic: Atomic,
    job: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>,
) -> Result<T, SqlxError> {
    let mut lease = Lease::from(pool).await?;
    let value = match atomic {
        Atomic::Statement => job(lease.connection()?).await?,
        Atomic::Transaction => {
            let mut transaction = lease.connection()?.begin_with(AssertSqlSafe(DB::BEGIN)).await?;
            match job(&mut transaction).await {
                Ok(value) => {
                    transaction.commit().await?;
                    value
                }
                Err(error) => {
                    // What has been undone leaves a connection that can be used again.
                    if transaction.rollback().await.is_ok() {
                        lease.give_back();
                    }
                    return Err(error);
                }
            }
        }
    };
    lease.give_back();
    Ok(value)
}

/// The writes that wait for the one that is being committed. A clone is the same group.
pub(crate) struct Group<DB: Dialect>(Line<Waiting<DB>>);

struct Waiting<DB: Dialect> {
    atomic: Atomic,
    write: Write<DB>,
}

impl<DB: Dialect> Waiting<DB> {
    /// Runs it on the connection, which must be closed if this fails: it may still be busy.
    async fn run(
        self,
        connection: &mut DB::Connection,
        done: &mut Vec<Done>,
    ) -> Result<(), SqlxError> {
        let this = (self.write)(Ok(connection)).await;
        let outcome = this.outcome;
        done.push(this);
        match outcome {
            Outcome::Succeeded | Outcome::Failed => Ok(()),
            Outcome::TooSlow => Err(SqlxError::TooSlow),
            Outcome::Panicked => Err(SqlxError::Interrupted),
        }
    }
}

/// A write on the connection of the group, or what kept the group from having one.
type Write<DB> = Box<
    dyn for<'c> FnOnce(
            Result<&'c mut <DB as sqlx::Database>::Connection, Arc<SqlxError>>,
        ) -> BoxFuture<'c, Done>
        + Send,
>;

/// What became of a transaction.
type Committed = Result<(), Arc<SqlxError>>;

/// A write that was run.
struct Done {
    outcome: Outcome,
    /// Tells the caller the outcome, given that of the transaction.
    tell: Box<dyn FnOnce(&Committed) + Send>,
}

/// How far a write came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Succeeded,
    Failed,
    /// It was given up, and may still occupy the connection.
    TooSlow,
    /// It panicked, and may have left the connection in any state.
    Panicked,
}

impl<DB: Dialect> Default for Group<DB> {
    fn default() -> Self {
        Self(Line::new(GROUP_MAX))
    }
}

impl<DB: Dialect> Clone for Group<DB> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<DB: Dialect> Group<DB> {
    /// Runs a write in the next transaction. Returns once that is committed. A write that takes longer than `patience`
    /// fails, so that one that never ends (the host's, perhaps) does not keep the others waiting.
    ///
    /// The transaction belongs to all callers that wait for it, so it runs in its own task: a caller that is dropped
    /// does not abort the others' writes. If the write panics, so does this, and the transaction is rolled back.
    pub(crate) async fn join<T: Send + 'static>(
        &self,
        pool: &Pool<DB>,
        patience: Duration,
        atomic: Atomic,
        job: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>
        + Send
        + 'static,
    ) -> Result<T, SqlxError> {
        let (caller, outcome) = oneshot::channel();
        let write: Write<DB> = Box::new(move |connection| {
            Box::pin(async move {
                let ran = match connection {
                    Ok(connection) => {
                        let ran = in_savepoint::<DB, T>(connection, atomic, job);
                        // After a panic, the connection is closed.
                        tokio::time::timeout(patience, AssertUnwindSafe(ran).catch_unwind()).await
                    }
                    Err(error) => Ok(Ok(Err(SqlxError::Group(error)))),
                };
                let outcome = match &ran {
                    Ok(Ok(Ok(_))) => Outcome::Succeeded,
                    Ok(Ok(Err(_))) => Outcome::Failed,
                    Ok(Err(_)) => Outcome::Panicked,
                    Err(_) => Outcome::TooSlow,
                };
                let value = ran.unwrap_or(Ok(Err(SqlxError::TooSlow)));
                let tell = Box::new(move |transaction: &Committed| {
                    let value = value.map(|value| match transaction {
                        Ok(()) => value,
                        Err(error) => value.and(Err(SqlxError::Group(Arc::clone(error)))),
                    });
                    // If the caller is gone, the answer is lost, as on any connection.
                    drop(caller.send(value));
                });
                Done { outcome, tell }
            })
        });
        if let Some(leader) = self.0.join(Waiting { atomic, write }) {
            let pool = pool.clone();
            tokio::spawn(async move { lead(leader, &pool).await });
        }
        match outcome.await {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(SqlxError::Interrupted),
        }
    }
}

/// Works on the line until it is empty. If this is dropped earlier, the waiting callers get an error.
async fn lead<DB: Dialect>(mut leader: Leader<Waiting<DB>>, pool: &Pool<DB>) {
    // One connection for all groups that follow each other: its cache knows what the others wrote.
    let mut lease = None;
    while leader.begin_group() {
        let mut done = Vec::new();
        let committed =
            commit_next(&mut leader, pool, &mut lease, &mut done).await.map_err(Arc::new);
        if let Err(error) = &committed {
            // Closes the connection, which ends its transaction.
            lease = None;
            if done.is_empty() {
                while let Some(waiting) = leader.next() {
                    done.push((waiting.write)(Err(Arc::clone(error))).await);
                }
            }
        }
        for done in done {
            (done.tell)(&committed);
        }
    }
    if let Some(lease) = lease {
        lease.give_back();
    }
}

/// Runs and commits the writes in line. If it fails, the connection must not be used again.
async fn commit_next<DB: Dialect>(
    leader: &mut Leader<Waiting<DB>>,
    pool: &Pool<DB>,
    kept: &mut Option<Lease<DB>>,
    done: &mut Vec<Done>,
) -> Result<(), SqlxError> {
    let lease = match kept {
        Some(lease) => lease,
        None => kept.insert(Lease::from(pool).await?),
    };
    if let Some(waiting) = leader.next_alone(|it| it.atomic == Atomic::Statement) {
        waiting.run(lease.connection()?, done).await?;
        if done.iter().any(|done| done.outcome == Outcome::Failed) {
            // Perhaps because of the connection.
            *kept = None;
        }
        return Ok(());
    }
    let mut transaction = lease.connection()?.begin_with(AssertSqlSafe(DB::BEGIN)).await?;
    // Takes in every write that arrives before the commit.
    while let Some(waiting) = leader.next() {
        waiting.run(&mut transaction, done).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Undoes what a write did before it failed, and nothing that the others in its transaction did.
async fn in_savepoint<DB: Dialect, T>(
    connection: &mut DB::Connection,
    atomic: Atomic,
    job: impl for<'c> FnOnce(&'c mut DB::Connection) -> BoxFuture<'c, Result<T, SqlxError>>,
) -> Result<T, SqlxError> {
    if atomic == Atomic::Statement {
        return job(connection).await;
    }
    let mut savepoint = connection.begin().await?;
    let value = job(&mut savepoint).await?;
    savepoint.commit().await?;
    Ok(value)
}
