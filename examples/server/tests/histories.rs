//! The crate's random histories, over the store in memory, SQLite and PostgreSQL at once: every call comes to the same
//! in each, and every flow ends as the model says.
//!
//! `HISTORIES=1000 cargo test -p server --test histories` runs a thousand that are new; otherwise the same few are run
//! each time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy does not see as such"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

#[path = "../../../tests/support/histories/mod.rs"]
mod histories;
#[path = "support/pair.rs"]
mod pair;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/together.rs"]
mod together;

use std::{cell::Cell, env};

use histories::{
    operation,
    world::{USERS, World},
};
use postgres::Schema;
use proptest::{
    collection::vec,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use relying_party::{Timestamp, UserHandle};
use server::store::{Account, Sqlite, Store};
use together::Together;
use tokio::runtime::Runtime;

#[test]
fn histories_end_as_the_model_says_in_every_store() {
    let cases = env::var("HISTORIES").ok().map(|cases| cases.parse().unwrap());
    let config =
        Config { cases: cases.unwrap_or(4), failure_persistence: None, ..Config::default() };
    let mut runner = match cases {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let runtime = Runtime::new().unwrap();
    let steps = Cell::new(0_u32);
    let histories = runner.run(&vec(operation::any(), 1..400), |operations| {
        let folder = tempfile::tempdir().unwrap();
        let schema = Schema::new();
        let databases = runtime.block_on(open(&folder, schema.as_ref()));
        let mut world = World::new(Together::new(&databases, &runtime));
        for operation in operations {
            if world.apply(&operation).is_some() {
                steps.set(steps.get() + 1);
                // Every time would be most of the time.
                if steps.get().is_multiple_of(5) {
                    world.compare();
                }
            }
        }
        world.compare();
        Ok(())
    });
    histories.unwrap();
    println!("{} steps", steps.get());
    assert!(steps.get() > 300);
}

/// Empty databases, but for the accounts.
async fn open(folder: &tempfile::TempDir, schema: Option<&Schema>) -> Vec<Store> {
    let mut databases = vec![Store::from(Sqlite::open(folder.path().join("test.sqlite")).unwrap())];
    if let Some(schema) = schema {
        let database = server::store::Database::Postgres(Box::new(schema.config()));
        databases.push(Store::open(&database, pair::patient()).await.unwrap());
    }
    for store in &databases {
        for name in USERS {
            let handle = UserHandle::try_from(name.as_bytes()).unwrap();
            let account = Account { handle, name: name.parse().unwrap() };
            assert!(store.sign_up(&account, Timestamp::from_unix_millis(0)).await.unwrap());
        }
    }
    databases
}
