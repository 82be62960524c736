//! Long random histories of all flows with the memory store, compared with a simple model that says how each must end.
//!
//! `HISTORIES=1000 cargo test --test histories` runs a thousand new ones. Otherwise the same ones run each time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy does not see as such"
)]

#[path = "support/histories/mod.rs"]
mod support;

use std::{cell::RefCell, collections::BTreeMap, env};

use proptest::{
    collection::vec,
    test_runner::{Config, TestRunner},
};
use relying_party::store::MemoryStore;
use support::{operation, world::World};

/// Every way in which a flow can end in these histories.
const ENDS: [&str; 36] = [
    "begin create: ok",
    "begin create: passkey_limit_reached",
    "begin sign-in: ok",
    "begin sign-up: ok",
    "create: ceremony_expired",
    "create: ceremony_mismatch",
    "create: ceremony_not_found",
    "create: ceremony_session_mismatch",
    "create: challenge",
    "create: ok",
    "create: passkey_already_exists",
    "create: passkey_limit_reached",
    "delete: last_passkey",
    "delete: ok",
    "delete: passkey_not_found",
    "erase: ok",
    "rename: ok",
    "rename: passkey_not_found",
    "sign-in: ceremony_expired",
    "sign-in: ceremony_mismatch",
    "sign-in: ceremony_not_found",
    "sign-in: ceremony_session_mismatch",
    "sign-in: challenge",
    "sign-in: credential_not_allowed",
    "sign-in: credential_unknown",
    "sign-in: ok",
    "sign-in: sign_count",
    "sign-in: user_handle",
    "sign-up: ceremony_expired",
    "sign-up: ceremony_mismatch",
    "sign-up: ceremony_not_found",
    "sign-up: ceremony_session_mismatch",
    "sign-up: challenge",
    "sign-up: ok",
    "sign-up: passkey_already_exists",
    "sign-up: user_name_taken",
];

#[test]
fn histories_end_as_the_model_says() {
    let cases = env::var("HISTORIES").ok().map(|cases| cases.parse().unwrap());
    let config =
        Config { cases: cases.unwrap_or(64), failure_persistence: None, ..Config::default() };
    let mut runner = match cases {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(
            config,
            proptest::test_runner::TestRng::deterministic_rng(
                proptest::test_runner::RngAlgorithm::ChaCha,
            ),
        ),
    };
    let ends = RefCell::new(BTreeMap::<String, usize>::new());
    let histories = runner.run(&vec(operation::any(), 1..400), |operations| {
        let mut world = World::new(MemoryStore::new());
        for operation in operations {
            let Some(end) = world.apply(&operation) else { continue };
            *ends.borrow_mut().entry(end).or_default() += 1;
            world.compare();
        }
        Ok(())
    });
    histories.unwrap();
    let ends = ends.into_inner();
    for (end, count) in &ends {
        println!("{count:>6} {end}");
    }
    let missing = ENDS.iter().filter(|end| !ends.contains_key(**end)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "never reached: {missing:?}");
}
