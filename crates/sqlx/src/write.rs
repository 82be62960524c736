//! Writes: one transaction each. Where only one transaction at a time can write, all waiting writes share one (group
//! commit).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_core::future::BoxFuture;
use sqlx::{AssertSqlSafe, Connection as _, Pool};
use tokio::sync::oneshot;

use crate::{dialect::Dialect, error::SqlxError, lease::Lease};

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

/// The writes that wait for the one that is being committed.
pub(crate) struct Group<DB: Dialect> {
    line: Mutex<Line<DB>>,
}

struct Line<DB: Dialect> {
    waiting: VecDeque<Waiting<DB>>,
    /// Whether a task is working on the line.
    led: bool,
}

struct Waiting<DB: Dialect> {
    atomic: Atomic,
    write: Write<DB>,
}

impl<DB: Dialect> Waiting<DB> {
    /// Runs it on the connection, which must be closed if this fails: it is still busy.
    async fn run(
        self,
        connection: &mut DB::Connection,
        done: &mut Vec<Done>,
    ) -> Result<(), SqlxError> {
        let this = (self.write)(Ok(connection)).await;
        let ended = this.outcome != Outcome::TooSlow;
        done.push(this);
        if ended { Ok(()) } else { Err(SqlxError::TooSlow) }
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
}

impl<DB: Dialect> Default for Group<DB> {
    fn default() -> Self {
        Self { line: Mutex::new(Line { waiting: VecDeque::new(), led: false }) }
    }
}

impl<DB: Dialect> Group<DB> {
    /// Runs a write in the next transaction. Returns once that is committed. A write that takes longer than `patience`
    /// fails, so that one that never ends (the host's, perhaps) does not keep the others waiting.
    ///
    /// The transaction belongs to all callers that wait for it, so it runs in its own task: a caller that is dropped
    /// does not abort the others' writes.
    pub(crate) async fn join<T: Send + 'static>(
        self: &Arc<Self>,
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
                        tokio::time::timeout(patience, ran).await
                    }
                    Err(error) => Ok(Err(SqlxError::Group(error))),
                };
                let outcome = match &ran {
                    Ok(Ok(_)) => Outcome::Succeeded,
                    Ok(Err(_)) => Outcome::Failed,
                    Err(_) => Outcome::TooSlow,
                };
                let value = ran.unwrap_or(Err(SqlxError::TooSlow));
                let tell = Box::new(move |transaction: &Committed| {
                    let value = match transaction {
                        Ok(()) => value,
                        Err(error) => value.and(Err(SqlxError::Group(Arc::clone(error)))),
                    };
                    // If the caller is gone, the answer is lost, as on any connection.
                    drop(caller.send(value));
                });
                Done { outcome, tell }
            })
        });
        if self.stand_in_line(Waiting { atomic, write }) {
            let leader = Leader { group: Arc::clone(self), finished: false };
            let pool = pool.clone();
            tokio::spawn(async move { leader.lead(&pool).await });
        }
        outcome.await.unwrap_or(Err(SqlxError::Interrupted))
    }

    /// Returns whether the caller must start a task that leads.
    fn stand_in_line(&self, waiting: Waiting<DB>) -> bool {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.waiting.push_back(waiting);
        !std::mem::replace(&mut line.led, true)
    }

    /// Returns whether any write waits. If none does, the lead has ended.
    fn goes_on(&self) -> bool {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.led = !line.waiting.is_empty();
        line.led
    }

    fn next(&self) -> Option<Waiting<DB>> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.waiting.pop_front()
    }

    /// The next write if it is alone and needs no transaction.
    fn next_alone(&self) -> Option<Waiting<DB>> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let alone = line.waiting.len() == 1
            && line.waiting.front().is_some_and(|it| it.atomic == Atomic::Statement);
        if alone { line.waiting.pop_front() } else { None }
    }
}

/// Works on the line until it is empty. If it is dropped earlier (the runtime shuts down), the waiting callers get an
/// error.
struct Leader<DB: Dialect> {
    group: Arc<Group<DB>>,
    finished: bool,
}

impl<DB: Dialect> Leader<DB> {
    async fn lead(mut self, pool: &Pool<DB>) {
        // One connection for all groups that follow each other: its cache knows what the others wrote.
        let mut lease = None;
        while self.group.goes_on() {
            let mut done = Vec::new();
            let committed = self.commit_next(pool, &mut lease, &mut done).await.map_err(Arc::new);
            if let Err(error) = &committed {
                // Closes the connection, which ends its transaction.
                lease = None;
                if done.is_empty() {
                    while done.len() < GROUP_MAX
                        && let Some(waiting) = self.group.next()
                    {
                        done.push((waiting.write)(Err(Arc::clone(error))).await);
                    }
                }
            }
            for done in done {
                (done.tell)(&committed);
            }
        }
        self.finished = true;
        if let Some(lease) = lease {
            lease.give_back();
        }
    }

    /// Runs and commits the writes in line. If it fails, the connection must not be used again.
    async fn commit_next(
        &self,
        pool: &Pool<DB>,
        kept: &mut Option<Lease<DB>>,
        done: &mut Vec<Done>,
    ) -> Result<(), SqlxError> {
        let lease = match kept {
            Some(lease) => lease,
            None => kept.insert(Lease::from(pool).await?),
        };
        if let Some(waiting) = self.group.next_alone() {
            waiting.run(lease.connection()?, done).await?;
            if done.iter().any(|done| done.outcome == Outcome::Failed) {
                // Perhaps because of the connection.
                *kept = None;
            }
            return Ok(());
        }
        let mut transaction = lease.connection()?.begin_with(AssertSqlSafe(DB::BEGIN)).await?;
        // Takes in every write that arrives before the commit.
        while done.len() < GROUP_MAX
            && let Some(waiting) = self.group.next()
        {
            waiting.run(&mut transaction, done).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl<DB: Dialect> Drop for Leader<DB> {
    fn drop(&mut self) {
        if !self.finished {
            let mut line = self.group.line.lock().unwrap_or_else(PoisonError::into_inner);
            line.led = false;
            line.waiting.clear();
        }
    }
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
