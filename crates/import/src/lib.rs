#![doc = include_str!("../README.md")]
//!
//! # Rows
//!
//! A row is one JSON object: what the system stores about one passkey, with the names of its columns or members. Names
//! are compared without regard to case and underscores, because database drivers change both; a name that occurs twice
//! is refused. `null` and a missing member mean unknown, and other members are ignored.
//!
//! | Type | Accepted |
//! |---|---|
//! | bytes | base64 or base64url, padded or not, white space ignored; `\x` and hexadecimal digits, as PostgreSQL writes `bytea`; a list of integers |
//! | flags | `true`, `false`, `1`, `0` |
//! | counters | an integer or its decimal text, 0 to 4294967295 |
//! | times | Unix milliseconds; `2026-02-28T12:00:00Z` with a space for `T`, a fraction and an offset, and UTC without an offset; before 1970 is unknown |
//! | transports | a list of names, its JSON text, or names with commas between them |
//!
//! A row is read with bounds ([`LINE_MAX`]), and a row that cannot be imported has a [`Refusal`] that says why.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bytes;
mod date;
mod export;
mod importer;
mod lines;
mod record;
mod refusal;
mod row;
mod system;

pub use export::to_line;
pub use importer::{BackupFlags, Imported, Importer};
pub use lines::{LINE_MAX, Line, Lines};
pub use refusal::Refusal;
pub use system::System;
