//! The two ends of a transaction, in every order in which their tasks can run: `inside.rs` is compiled once more here,
//! and `shuttle` polls the tasks. The connection of these tests is a list of the operations that ran on it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[path = "../src/inside.rs"]
mod inside;

mod error {
    pub(crate) use relying_party_sqlx::SqlxError;
}

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use error::SqlxError;
use inside::{Ended, Inside};
use shuttle::future::{self, JoinHandle};
use tokio::sync::oneshot;

/// Runs a test once for every order of polls, and prints how many there are.
fn in_every_order(rule: &str, test: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&executions);
    shuttle::check_dfs(
        move || {
            counted.fetch_add(1, Ordering::Relaxed);
            test();
        },
        None,
    );
    println!("{rule}: {} executions", executions.load(Ordering::Relaxed));
}

const CEREMONY: &[u8] = &[1; 16];

/// The operations that ran.
type Log = Vec<u32>;

/// How a transaction ended: what ran in it, and whether it was committed.
type End = Option<(Log, bool)>;

/// A transaction, and the two tasks that take part in it.
struct Transaction<T> {
    caller: JoinHandle<Ended<Result<T, SqlxError>>>,
    line: JoinHandle<()>,
    end: Arc<Mutex<End>>,
}

fn begin<T: Send + 'static, F: Future<Output = Result<T, SqlxError>> + Send>(
    work: impl FnOnce(Inside<Log>) -> F + Send + 'static,
) -> Transaction<T> {
    let (client, server) = inside::ends();
    let (tell, told) = oneshot::channel();
    let end = Arc::<Mutex<End>>::default();
    let ends = Arc::clone(&end);
    let line = future::spawn(async move {
        let mut log = Log::new();
        let outcome = server.run(&mut log).await;
        *ends.lock().unwrap() = Some((log, outcome.is_ok()));
        drop(tell.send(outcome));
    });
    let transaction = async { told.await.unwrap_or(Err(SqlxError::Interrupted)) };
    let caller = future::spawn(async move { client.run(transaction, work).await });
    Transaction { caller, line, end }
}

impl<T> Transaction<T> {
    fn end(&self) -> End {
        self.end.lock().unwrap().clone()
    }
}

/// An operation that takes a while.
async fn operation(inside: &Inside<Log>, number: u32, succeeds: bool) -> Result<u32, SqlxError> {
    inside
        .run(move |log| {
            Box::pin(async move {
                future::yield_now().await;
                log.push(number);
                if succeeds { Ok(number) } else { Err(SqlxError::TooSlow) }
            })
        })
        .await
}

#[test]
fn a_closure_that_succeeds_is_committed_with_all_of_its_operations() {
    in_every_order("a_closure_that_succeeds_is_committed_with_all_of_its_operations", || {
        future::block_on(async {
            let mut transaction = begin(async |inside| {
                let one = operation(&inside, 1, true).await?;
                Ok(one + operation(&inside, 2, true).await?)
            });
            let ended = (&mut transaction.caller).await.unwrap();
            assert_eq!(ended.value.unwrap().unwrap(), 3);
            ended.transaction.unwrap();
            assert_eq!(transaction.end(), Some((vec![1, 2], true)));
        });
    });
}

#[test]
fn an_operation_that_failed_is_never_committed() {
    in_every_order("an_operation_that_failed_is_never_committed", || {
        future::block_on(async {
            let mut transaction = begin(async |inside| {
                inside.takes(CEREMONY.try_into().unwrap());
                operation(&inside, 1, true).await?;
                // The closure does not care.
                drop(operation(&inside, 2, false).await);
                Ok(())
            });
            let ended = (&mut transaction.caller).await.unwrap();
            assert_eq!(ended.taken, [CEREMONY.try_into().unwrap()]);
            assert!(matches!(ended.transaction, Err(SqlxError::RolledBack)));
            assert_eq!(transaction.end(), Some((vec![1, 2], false)));
        });
    });
}

#[test]
fn a_closure_that_fails_is_never_committed() {
    in_every_order("a_closure_that_fails_is_never_committed", || {
        future::block_on(async {
            let mut transaction = begin(async |inside| {
                operation(&inside, 1, true).await?;
                // It may drop its store before it fails.
                drop(inside);
                future::yield_now().await;
                Err::<(), _>(SqlxError::TooSlow)
            });
            let ended = (&mut transaction.caller).await.unwrap();
            assert!(matches!(ended.value, Some(Err(SqlxError::TooSlow))));
            assert!(matches!(ended.transaction, Err(SqlxError::RolledBack)));
            assert_eq!(transaction.end(), Some((vec![1], false)));
        });
    });
}

#[test]
fn a_caller_that_goes_away_ends_its_transaction() {
    in_every_order("a_caller_that_goes_away_ends_its_transaction", || {
        future::block_on(async {
            let Transaction { caller, line, end } = begin(async |inside| {
                operation(&inside, 1, true).await?;
                operation(&inside, 2, true).await
            });
            caller.abort();
            // The line goes on, however far the caller came.
            line.await.unwrap();
            let (log, committed) = end.lock().unwrap().take().unwrap();
            assert!(!committed || log == [1, 2], "{log:?}");
        });
    });
}

#[test]
fn a_closure_does_not_run_before_its_transaction_has_begun() {
    in_every_order("a_closure_does_not_run_before_its_transaction_has_begun", || {
        future::block_on(async {
            let (client, server) = inside::ends();
            let begun = Arc::new(AtomicBool::new(false));
            let begins = Arc::clone(&begun);
            let line = future::spawn(async move {
                future::yield_now().await;
                begins.store(true, Ordering::Relaxed);
                server.run(&mut Log::new()).await
            });
            let transaction = async { line.await.unwrap() };
            let work = async move |_| Ok::<_, SqlxError>(begun.load(Ordering::Relaxed));
            let ended = client.run(transaction, work).await;
            assert!(ended.value.unwrap().unwrap());
        });
    });
}

#[test]
fn a_caller_whose_transaction_is_interrupted_gets_an_error() {
    in_every_order("a_caller_whose_transaction_is_interrupted_gets_an_error", || {
        future::block_on(async {
            let Transaction { caller, line, end } = begin(async |inside| {
                operation(&inside, 1, true).await?;
                operation(&inside, 2, true).await
            });
            line.abort();
            let ended = caller.await.unwrap();
            let committed = end.lock().unwrap().take().is_some_and(|(_, committed)| committed);
            assert!(committed || ended.transaction.is_err());
        });
    });
}

#[test]
fn a_store_that_outlives_its_transaction_does_nothing() {
    in_every_order("a_store_that_outlives_its_transaction_does_nothing", || {
        future::block_on(async {
            let (lend, borrowed) = oneshot::channel();
            let beside = future::spawn(async move {
                let inside: Inside<Log> = borrowed.await.unwrap();
                operation(&inside, 2, true).await
            });
            let mut transaction = begin(async move |inside: Inside<Log>| {
                drop(lend.send(inside.clone()));
                operation(&inside, 1, true).await?;
                Ok(inside)
            });
            let ended = (&mut transaction.caller).await.unwrap();
            ended.transaction.unwrap();
            let (log, committed) = transaction.end().unwrap();
            assert!(committed);
            let beside = beside.await.unwrap();
            // It was told the truth.
            assert_eq!(log.contains(&2), beside.is_ok());
            let kept = ended.value.unwrap().unwrap();
            assert!(matches!(operation(&kept, 3, true).await, Err(SqlxError::Interrupted)));
        });
    });
}
