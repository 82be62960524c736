//! PostgreSQL, and databases that speak its protocol and keep its guarantees.

use futures_core::future::BoxFuture;
use sqlx::{AssertSqlSafe, Database, Postgres, Row as _};

use super::{Dialect, Value, driver_calls};
use crate::{error::SqlxError, statement::Statement};

impl Dialect for Postgres {
    const NUMBERED: bool = true;
    // Whatever the database's default is: under repeatable read, a statement after a lock would not see what was
    // committed while the lock was waited for, and the limit would let too many passkeys in.
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED";
    const SAME: &'static str = "IS NOT DISTINCT FROM";
    // An error would end the transaction.
    const OR_NOTHING: &'static str = "ON CONFLICT DO NOTHING";
    const RETURNING: bool = true;
    const FOR_UPDATE: &'static str = "FOR UPDATE";
    const SINGLE_WRITER: bool = false;
    const MIGRATIONS: &'static [&'static str] =
        &[include_str!("../../migrations/postgres/0001_passkeys.sql")];
    // Any number that no other program uses for its advisory locks.
    const MIGRATION_LOCK: &'static str =
        "SELECT 1::bigint FROM (SELECT pg_advisory_xact_lock(7021238661012285811)) AS locked";
    const MIGRATION_UNLOCK: &'static str = "SELECT 1::bigint";

    fn or_replace(key: &str, columns: &[&str]) -> String {
        let set = columns.iter().map(|column| format!("{column} = excluded.{column}"));
        format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.collect::<Vec<_>>().join(", "))
    }

    driver_calls!(Postgres);
}
