//! SQLite: one file, one writer at a time.

use futures_core::future::BoxFuture;
use sqlx::{AssertSqlSafe, Database, Row as _, Sqlite};

use super::{Dialect, Value, driver_calls};
use crate::{error::SqlxError, statement::Statement};

impl Dialect for Sqlite {
    const NUMBERED: bool = true;
    // Takes the write lock at once, so that what a transaction reads is what it changes.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const SAME: &'static str = "IS";
    const OR_NOTHING: &'static str = "ON CONFLICT DO NOTHING";
    const RETURNING: bool = true;
    const FOR_UPDATE: &'static str = "";
    const SINGLE_WRITER: bool = true;
    const MIGRATIONS: &'static [&'static str] =
        &[include_str!("../../migrations/sqlite/0001_passkeys.sql")];
    const MIGRATION_LOCK: &'static str = "SELECT 1";
    const MIGRATION_UNLOCK: &'static str = "SELECT 1";

    fn or_replace(key: &str, columns: &[&str]) -> String {
        let set = columns.iter().map(|column| format!("{column} = excluded.{column}"));
        format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.collect::<Vec<_>>().join(", "))
    }

    driver_calls!(Sqlite);
}
