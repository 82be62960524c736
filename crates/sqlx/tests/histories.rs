//! Random histories of all flows on each database, against the model of the core's own test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[path = "../../../tests/support/histories/mod.rs"]
mod histories;
mod support;

use std::collections::BTreeSet;

use histories::{operation, world::World};
use proptest::{
    collection::vec,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use relying_party_sqlx::Dialect;
use support::{Fresh, blocking::Blocked, runtime};
use tokio::runtime::Runtime;

/// Each history finds a database with nothing in it.
fn histories_end_as_the_model_says<DB: Dialect>(
    runtime: &Runtime,
    cases: u32,
    fresh: impl Fn() -> Option<Fresh<DB>>,
) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let ends = std::cell::RefCell::new(BTreeSet::new());
    let outcome = runner.run(&vec(operation::any(), 100..200), |operations| {
        let Some(fresh) = fresh() else { return Ok(()) };
        runtime.block_on(fresh.store.migrate()).unwrap();
        let mut world = World::new(Blocked { store: fresh.store.clone(), runtime });
        for operation in operations {
            let Some(end) = world.apply(&operation) else { continue };
            ends.borrow_mut().insert(end);
            world.compare();
        }
        Ok(())
    });
    outcome.unwrap();
    println!("{}: {:?}", DB::NAME, ends.borrow());
}

#[test]
fn sqlite_histories_end_as_the_model_says() {
    let runtime = runtime();
    histories_end_as_the_model_says(&runtime, 12, || Some(runtime.block_on(support::sqlite())));
}

#[test]
fn postgres_histories_end_as_the_model_says() {
    let runtime = runtime();
    histories_end_as_the_model_says(&runtime, 12, || runtime.block_on(support::postgres()));
}

#[test]
fn mysql_histories_end_as_the_model_says() {
    let runtime = runtime();
    histories_end_as_the_model_says(&runtime, 12, || runtime.block_on(support::mysql()));
}
