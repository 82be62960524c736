#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "mysql", feature = "postgres", feature = "sqlite")),
    allow(dead_code, unused_imports, unused_macros, reason = "databases use it")
)]

mod accounts;
mod dialect;
mod error;
mod inside;
mod lease;
mod line;
mod migrate;
mod operator;
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod store;
mod sync;
mod tables;
mod transaction;
mod verbs;
mod write;

#[cfg(feature = "sqlite")]
pub use self::sqlite::sqlite_options;
#[cfg(all(test, feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod explain;
#[cfg(all(test, feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[path = "../tests/support/mod.rs"]
mod support;

#[cfg(test)]
extern crate self as relying_party_sqlx;

pub use self::{
    accounts::Account,
    dialect::Dialect,
    error::SqlxError,
    operator::{Operator, Revocation},
    store::SqlxStore,
    tables::{InvalidName, Tables},
};
