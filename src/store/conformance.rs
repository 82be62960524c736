//! The storage contract as checks that hosts run against their own store.
//!
//! There is a check for every promise in the contract of [`CeremonyStore`] and [`PasskeyStore`]. Operations that must
//! be atomic are called several times at once, which exposes stores that read first and write afterwards.
//!
//! ```
//! # #[cfg(feature = "memory-store")] {
//! use relying_party::store::{MemoryStore, conformance};
//! conformance::run(MemoryStore::new);
//! # }
//! ```
//!
//! For an asynchronous store, the host says how to [run operations at the same time](Tasks):
//!
//! ```ignore
//! let runtime = tokio::runtime::Runtime::new()?;
//! conformance::run_async(|| store.clone(), |tasks| tasks.on_threads(|task| runtime.block_on(task)));
//! ```
//!
//! If your tables have a foreign key to your accounts, or you test only one half of a store, use a [`Kit`].
//!
//! Each check may get a new store, or the same database again: every check uses its own users, passkeys and ceremonies,
//! which no other check and no earlier run has used. It does not delete them.

mod accounts;
mod adapters;
mod bench;
mod ceremonies;
mod deletions;
mod erasures;
mod executor;
mod inserts;
mod lists;
mod renames;
mod report;
mod tasks;
mod uses;

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use self::{
    adapters::{Blocking, Missing, Polled},
    bench::{Bench, Found, Store},
    executor::{Conductor, Executor},
};
pub use self::{
    report::{Broken, Report},
    tasks::{Task, Tasks},
};
use super::{AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore};
use crate::flow::Owner;

/// One promise, and how it is checked.
struct Check {
    name: &'static str,
    promise: &'static str,
    remedy: &'static str,
    run: fn(&Bench<'_>) -> Result<(), Found>,
}

/// A check with the name of its function.
macro_rules! check {
    ($run:ident, $promise:literal, $remedy:literal) => {
        super::Check { name: stringify!($run), promise: $promise, remedy: $remedy, run: $run }
    };
}
use check;

/// Checks of one half of a store, or of both.
type Checks = &'static [&'static [Check]];

const OF_CEREMONIES: Checks = &[ceremonies::CHECKS, erasures::CHECKS];
const OF_PASSKEYS: Checks = &[
    inserts::CHECKS,
    lists::CHECKS,
    uses::CHECKS,
    renames::CHECKS,
    deletions::CHECKS,
    accounts::CHECKS,
];
const OF_BOTH: Checks = &[
    ceremonies::CHECKS,
    erasures::CHECKS,
    inserts::CHECKS,
    lists::CHECKS,
    uses::CHECKS,
    renames::CHECKS,
    deletions::CHECKS,
    accounts::CHECKS,
];

/// Returns the names of all checks, in the order in which they run. [The module](self) has an example.
pub fn checks() -> impl Iterator<Item = &'static str> {
    OF_BOTH.iter().copied().flatten().map(|check| check.name)
}

/// Runs all checks against a blocking store. [The module](self) has an example.
///
/// # Panics
///
/// If the store broke a promise. The message says which promises were broken, what was seen, and how to fix it.
pub fn run<S>(make_store: impl Fn() -> S)
where
    S: CeremonyStore<Error: fmt::Debug> + PasskeyStore<Error: fmt::Debug> + Sync,
{
    Kit::new().test(make_store).assert_kept();
}

/// Runs all checks against an asynchronous store. `executor` runs all the tasks that it is given to completion, at the
/// same time. See [`Tasks`], which has an example.
///
/// # Panics
///
/// The same as [`run`].
pub fn run_async<S>(make_store: impl Fn() -> S, executor: impl Fn(Tasks<'_>) + Sync)
where
    S: AsyncCeremonyStore<Error: fmt::Debug> + AsyncPasskeyStore<Error: fmt::Debug>,
{
    Kit::new().test_async(make_store, executor).assert_kept();
}

/// The checks, for stores that need more setup than [`run`].
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{flow::Owner, store::{MemoryStore, conformance::Kit}};
///
/// /// With a foreign key: `INSERT INTO users (handle) VALUES (…) ON CONFLICT DO NOTHING`.
/// fn make_account(owner: &Owner) {
///     assert_eq!(owner.user.as_bytes().len() % 32, 0);
/// }
///
/// // Only passkeys: the ceremonies are in another database.
/// let report = Kit::new().accounts(make_account).test_passkeys(MemoryStore::new);
/// report.assert_kept();
/// # }
/// ```
pub struct Kit<'k> {
    prepare: Box<dyn Fn(&Owner) + Sync + 'k>,
}

impl Default for Kit<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Kit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit").finish_non_exhaustive()
    }
}

impl<'k> Kit<'k> {
    /// Creates a kit for stores that accept passkeys of any user handle.
    #[must_use]
    pub fn new() -> Self {
        Self { prepare: Box::new(|_| {}) }
    }

    /// Calls `prepare` for each account before it gets a passkey, so that the host can insert the row that a foreign
    /// key requires.
    ///
    /// `prepare` may be called more than once for an account, and by several threads. It should panic if it fails. It
    /// is not called for accounts that the store creates itself ([`insert_account`](PasskeyStore::insert_account)).
    #[must_use]
    pub fn accounts(self, prepare: impl Fn(&Owner) + Sync + 'k) -> Self {
        Self { prepare: Box::new(prepare) }
    }

    /// Tests a blocking store.
    pub fn test<S>(&self, make_store: impl Fn() -> S) -> Report
    where
        S: CeremonyStore<Error: fmt::Debug> + PasskeyStore<Error: fmt::Debug> + Sync,
    {
        Self::report(OF_BOTH, |check| self.run(check, &Blocking(make_store()), None))
    }

    /// Tests the ceremony half of a blocking store.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::store::{MemoryStore, conformance::Kit};
    /// Kit::new().test_ceremonies(MemoryStore::new).assert_kept();
    /// # }
    /// ```
    pub fn test_ceremonies<S>(&self, make_store: impl Fn() -> S) -> Report
    where
        S: CeremonyStore<Error: fmt::Debug> + Sync,
    {
        Self::report(OF_CEREMONIES, |check| {
            self.run(check, &(Blocking(make_store()), Missing), None)
        })
    }

    /// Tests the passkey half of a blocking store.
    pub fn test_passkeys<S>(&self, make_store: impl Fn() -> S) -> Report
    where
        S: PasskeyStore<Error: fmt::Debug> + Sync,
    {
        Self::report(OF_PASSKEYS, |check| self.run(check, &(Missing, Blocking(make_store())), None))
    }

    /// Tests an asynchronous store. `executor` runs all the tasks that it is given to completion, at the same time. See
    /// [`Tasks`].
    pub fn test_async<S>(
        &self,
        make_store: impl Fn() -> S,
        executor: impl Fn(Tasks<'_>) + Sync,
    ) -> Report
    where
        S: AsyncCeremonyStore<Error: fmt::Debug> + AsyncPasskeyStore<Error: fmt::Debug>,
    {
        Self::report(OF_BOTH, |check| {
            let store = make_store();
            let executor = Executor::new(&executor);
            self.run(check, &Polled { store: &store, executor: &executor }, Some(&executor))
        })
    }

    /// Tests the ceremony half of an asynchronous store.
    pub fn test_ceremonies_async<S>(
        &self,
        make_store: impl Fn() -> S,
        executor: impl Fn(Tasks<'_>) + Sync,
    ) -> Report
    where
        S: AsyncCeremonyStore<Error: fmt::Debug>,
    {
        Self::report(OF_CEREMONIES, |check| {
            let store = make_store();
            let executor = Executor::new(&executor);
            let polled = Polled { store: &store, executor: &executor };
            self.run(check, &(polled, Missing), Some(&executor))
        })
    }

    /// Tests the passkey half of an asynchronous store.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::store::{MemoryStore, conformance::Kit};
    /// let report = Kit::new().test_passkeys_async(MemoryStore::new, |tasks| {
    ///     // With tokio: `runtime.block_on(tasks)`.
    ///     pollster::block_on(tasks);
    /// });
    /// report.assert_kept();
    /// # }
    /// ```
    pub fn test_passkeys_async<S>(
        &self,
        make_store: impl Fn() -> S,
        executor: impl Fn(Tasks<'_>) + Sync,
    ) -> Report
    where
        S: AsyncPasskeyStore<Error: fmt::Debug>,
    {
        Self::report(OF_PASSKEYS, |check| {
            let store = make_store();
            let executor = Executor::new(&executor);
            let polled = Polled { store: &store, executor: &executor };
            self.run(check, &(Missing, polled), Some(&executor))
        })
    }

    fn report(checks: Checks, run: impl Fn(&Check) -> Option<Broken>) -> Report {
        Report::new(checks.iter().copied().flatten().filter_map(run))
    }

    fn run<'a>(
        &'a self,
        check: &Check,
        store: &'a (dyn Store + Sync),
        conductor: Option<&'a dyn Conductor>,
    ) -> Option<Broken> {
        let bench = Bench::new(store, &*self.prepare, conductor);
        let Found(found) = (check.run)(&bench).err()?;
        let Check { name, promise, remedy, .. } = *check;
        Some(Broken { check: name, promise, found, remedy, also: Vec::new() })
    }
}
