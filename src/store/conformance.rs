//! The storage contract as checks that hosts run against their own store.
//!
//! One check for each sentence of [`PasskeyStore`]'s contract. The atomic verbs are called by several threads at once,
//! so that a store which looks first and writes afterwards is found out.
//!
//! ```
//! # #[cfg(feature = "memory-store")] {
//! use relying_party::store::{MemoryStore, conformance};
//! conformance::run(MemoryStore::new);
//! # }
//! ```
//!
//! A store of futures is run by an executor of the host's choice:
//!
//! ```ignore
//! let runtime = tokio::runtime::Runtime::new()?;
//! conformance::run_async(|| MyStore::connect(&runtime), |future| runtime.block_on(future));
//! ```
//!
//! The store that is made for a check may be a new one, or the same database again: every check has users, passkeys
//! and ceremonies of its own, which no check and no earlier run has used. It leaves them behind.

mod bench;
mod ceremonies;
mod deletions;
mod inserts;
mod lists;
mod renames;
mod uses;

use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};
use core::{fmt, future::Future, pin::Pin};

use self::bench::{Bench, Blocking, Found, Polled};
use super::{AsyncPasskeyStore, PasskeyStore};

/// One promise that a store broke. `Display` says which one, what was seen and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The name of the check.
    pub check: &'static str,
    /// The promise, as the contract has it.
    pub promise: &'static str,
    /// What was seen instead.
    pub found: String,
    /// How stores usually keep it.
    pub remedy: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.check)?;
        writeln!(f, "  promised: {}", self.promise)?;
        writeln!(f, "  found:    {}", self.found)?;
        write!(f, "  remedy:   {}", self.remedy)
    }
}

/// One promise, and how it is checked.
struct Check {
    name: &'static str,
    promise: &'static str,
    remedy: &'static str,
    run: fn(&Bench<'_>) -> Result<(), Found>,
}

/// A check that is named as its function.
macro_rules! check {
    ($run:ident, $promise:literal, $remedy:literal) => {
        super::Check { name: stringify!($run), promise: $promise, remedy: $remedy, run: $run }
    };
}
use check;

const CHECKS: [&[Check]; 6] = [
    ceremonies::CHECKS,
    inserts::CHECKS,
    lists::CHECKS,
    uses::CHECKS,
    renames::CHECKS,
    deletions::CHECKS,
];

/// The names of all checks, in the order in which they run.
pub fn checks() -> impl Iterator<Item = &'static str> {
    CHECKS.into_iter().flatten().map(|check| check.name)
}

/// Runs all checks against a blocking store.
///
/// # Panics
///
/// The store broke a promise. The message says which ones, what was seen, and how to mend it.
pub fn run<S: PasskeyStore<Error: fmt::Debug> + Sync>(make_store: impl Fn() -> S) {
    insist(&report(make_store));
}

/// Runs all checks against a store of futures.
///
/// `block_on` runs a future to its end on the executor that the store needs; it is called by several threads at once.
///
/// # Panics
///
/// As [`run`].
pub fn run_async<S: AsyncPasskeyStore<Error: fmt::Debug>>(
    make_store: impl Fn() -> S,
    block_on: impl Fn(Pin<Box<dyn Future<Output = ()> + Send + '_>>) + Sync,
) {
    insist(&report_async(make_store, block_on));
}

/// Runs all checks against a blocking store, and returns the promises that it broke.
pub fn report<S: PasskeyStore<Error: fmt::Debug> + Sync>(
    make_store: impl Fn() -> S,
) -> Vec<Broken> {
    let run = |check: &Check| {
        let store = Blocking(make_store());
        check.run_on(&store)
    };
    CHECKS.into_iter().flatten().filter_map(run).collect()
}

/// Runs all checks against a store of futures, and returns the promises that it broke.
pub fn report_async<S: AsyncPasskeyStore<Error: fmt::Debug>>(
    make_store: impl Fn() -> S,
    block_on: impl Fn(Pin<Box<dyn Future<Output = ()> + Send + '_>>) + Sync,
) -> Vec<Broken> {
    let run = |check: &Check| {
        let store = Polled { store: make_store(), block_on: &block_on };
        check.run_on(&store)
    };
    CHECKS.into_iter().flatten().filter_map(run).collect()
}

impl Check {
    fn run_on(&self, store: &(dyn PasskeyStore<Error = Found> + Sync)) -> Option<Broken> {
        let Found(found) = (self.run)(&Bench::new(store)).err()?;
        let Self { name, promise, remedy, .. } = self;
        Some(Broken { check: name, promise, found, remedy })
    }
}

fn insist(broken: &[Broken]) {
    let report = broken.iter().fold(String::new(), |mut report, broken| {
        report.push_str("\n\n");
        report.push_str(&broken.to_string());
        report
    });
    let count = broken.len();
    assert!(broken.is_empty(), "the store breaks {count} promises of its contract:{report}");
}
