//! The storage contract: what you implement, and the drivers that run a flow against it.
//!
//! A store has two halves: a [`CeremonyStore`] keeps ceremonies for the minutes between their two requests, and a
//! [`PasskeyStore`] keeps passkeys. One type can be both. A pair is both as well, so ceremonies in Redis and passkeys
//! in PostgreSQL are one line: `store::run(&(redis, postgres), flow)`. [`AsyncCeremonyStore`] and [`AsyncPasskeyStore`]
//! are the same contract as futures.
//!
//! Each method is **one atomic operation**, and its `# Atomicity` section says what goes wrong if yours is not. A store
//! only has to keep what it is given, not to check it: the core makes every comparison that security depends on. The
//! checks of the feature `conformance` tell you whether your store keeps the contract.
//!
//! A store fails with its own error type. A flow whose store fails ends without success, and does not assume that the
//! failed operation had no effect.
//!
//! Keep ceremonies and passkeys in their stored forms: [`Ceremony::to_stored`](crate::ceremony::Ceremony::to_stored)
//! and [`Passkey::to_stored`](crate::Passkey::to_stored) give the columns and an opaque record.
//!
//! # Which store do you have?
//!
//! | You have | You use |
//! |---|---|
//! | one database with blocking calls | its [`CeremonyStore`] and [`PasskeyStore`], and [`run`] |
//! | one database with asynchronous calls | its [`AsyncCeremonyStore`] and [`AsyncPasskeyStore`], and [`run_async`] |
//! | a database with serializable transactions, the shortest way | a [`PasskeyTable`] or [`AsyncPasskeyTable`] in a [`Table`] |
//! | two databases | a pair: `(ceremonies, passkeys)` |
//! | blocking calls in an asynchronous service | [`Blocking`], which runs them on your pool of threads |
//! | a choice at run time | [`DynStore`] |
//! | your own loop | the [`Effect`](crate::flow::Effect)s of a flow, without any of these traits |
//!
//! A reference, an `Arc` and a `Box` of a store are stores too.

mod blocking;
mod ceremonies;
#[cfg(feature = "conformance")]
pub mod conformance;
mod drive;
mod dynamic;
#[cfg(feature = "memory-store")]
mod memory;
mod pair;
mod passkeys;
mod pointers;
mod table;
mod verbs;

#[cfg(all(feature = "std", feature = "getrandom"))]
pub(crate) use self::drive::{AsyncFailure, Failure};
#[cfg(feature = "memory-store")]
pub use self::memory::MemoryStore;
pub use self::{
    blocking::{Blocking, BlockingError, SpawnBlocking},
    ceremonies::{AsyncCeremonyStore, CeremonyStore},
    drive::{RunError, run, run_async},
    dynamic::{DynStore, DynStoreError},
    passkeys::{AsyncPasskeyStore, PasskeyStore},
    table::{AsyncPasskeyTable, Change, PasskeyTable, Rows, Table},
};
