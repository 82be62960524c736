//! Writes to SQLite that share a commit do not share failures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::time::Duration;

use relying_party::{
    Passkey, PasskeyId,
    flow::{InsertOutcome, Owner},
    store::AsyncPasskeyStore as _,
};
use sqlx::{Executor as _, Sqlite};
use support::{Fresh, account, passkey, runtime};
use tokio::sync::oneshot;

/// A passkey of a new account, with a name.
fn named(made: &Passkey, name: &str) -> (Owner, Passkey) {
    let (owner, mut made) = (account(), made.clone());
    made.user = owner.user;
    made.credential_id = owner.user.as_bytes().try_into().unwrap();
    made.id = PasskeyId::of(&made.rp_id, &made.credential_id);
    made.name = name.parse().unwrap();
    (owner, made)
}

async fn count(fresh: &Fresh<Sqlite>, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(fresh.store.pool()).await.unwrap()
}

#[test]
fn a_write_that_fails_undoes_itself_and_none_of_its_group() {
    runtime().block_on(async {
        let fresh = support::sqlite().await;
        fresh.store.migrate().await.unwrap();
        // Fails after the account's row was inserted, and leaves that to be undone.
        let trigger = "CREATE TRIGGER refuses BEFORE INSERT ON passkeys WHEN new.name = 'refused' \
            BEGIN SELECT RAISE(FAIL, 'refused'); END";
        fresh.store.pool().execute(trigger).await.unwrap();
        let made = passkey(&account(), "laptop");
        let writes = (0..60).map(|number| {
            let refused = number % 3 == 0;
            let (_, made) = named(&made, if refused { "refused" } else { "accepted" });
            let store = fresh.store.clone();
            tokio::spawn(async move { (refused, store.insert_passkey(&made, 10).await) })
        });
        for write in writes.collect::<Vec<_>>() {
            match write.await.unwrap() {
                (true, outcome) => drop(outcome.unwrap_err()),
                (false, outcome) => assert_eq!(outcome.unwrap(), InsertOutcome::Inserted),
            }
        }
        assert_eq!(count(&fresh, "passkeys").await, 40);
        assert_eq!(count(&fresh, "passkey_accounts").await, 40);
    });
}

#[test]
fn a_caller_that_goes_away_takes_no_other_write_along() {
    runtime().block_on(async {
        let fresh = support::sqlite().await;
        fresh.store.migrate().await.unwrap();
        let made = passkey(&account(), "laptop");
        let mut writes = Vec::new();
        for number in 0..120_u64 {
            let (_, made) = named(&made, "name");
            let store = fresh.store.clone();
            let write = tokio::spawn(async move { store.insert_passkey(&made, 10).await });
            if number % 2 == 0 {
                tokio::time::sleep(Duration::from_micros(100 * (number % 10))).await;
                write.abort();
            } else {
                writes.push(write);
            }
        }
        for write in writes {
            assert_eq!(write.await.unwrap().unwrap(), InsertOutcome::Inserted);
        }
        let there = count(&fresh, "passkeys").await;
        assert!(there >= 60, "{there}");
    });
}

#[test]
fn a_write_that_panics_reaches_its_caller_and_no_later_transaction() {
    runtime().block_on(async {
        let fresh = support::sqlite().await;
        fresh.store.migrate().await.unwrap();
        let (begins, begun) = oneshot::channel();
        let (proceed, proceeds) = oneshot::channel::<()>();
        let store = fresh.store.clone();
        let panics = tokio::spawn(async move {
            let write = store.write_with::<()>(|_| {
                Box::pin(async move {
                    begins.send(()).unwrap();
                    proceeds.await.unwrap();
                    panic!("as it should");
                })
            });
            write.await
        });
        begun.await.unwrap();
        let made = passkey(&account(), "laptop");
        let mut later = std::pin::pin!(fresh.store.insert_passkey(&made, 10));
        // Stands in line.
        assert!(tokio::time::timeout(Duration::from_millis(100), &mut later).await.is_err());
        proceed.send(()).unwrap();
        assert_eq!(later.await.unwrap(), InsertOutcome::Inserted);
        assert!(panics.await.unwrap_err().is_panic());
        assert_eq!(count(&fresh, "passkeys").await, 1);
    });
}

#[test]
fn a_lock_that_another_program_holds_fails_in_time() {
    runtime().block_on(async {
        let fresh = support::sqlite().await;
        fresh.store.migrate().await.unwrap();
        let made = passkey(&account(), "laptop");
        let transaction = fresh.store.pool().begin_with("BEGIN IMMEDIATE").await.unwrap();
        let store = fresh.store.clone().patience(Duration::from_millis(300));
        let ended = store.insert_passkey(&made, 10).await;
        assert!(matches!(ended, Err(relying_party_sqlx::SqlxError::TooSlow)), "{ended:?}");
        drop(transaction);
        // The write was not taken back. Whether it happened is not known, and it must not happen twice.
        let again = fresh.store.insert_passkey(&made, 10).await.unwrap();
        assert_eq!(again, InsertOutcome::AlreadyExists);
    });
}
