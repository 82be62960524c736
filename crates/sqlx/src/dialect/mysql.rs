//! MySQL and MariaDB, on InnoDB.

use futures_core::future::BoxFuture;
use sqlx::{AssertSqlSafe, Database, MySql, Row as _};

use super::{Dialect, Value, driver_calls};
use crate::{error::SqlxError, statement::Statement};

impl Dialect for MySql {
    const NUMBERED: bool = false;
    // By default a transaction goes on seeing what was there at its first read, and locks gaps, on which transactions
    // of different accounts would deadlock.
    const BEGIN: &'static str = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION";
    const SAME: &'static str = "<=>";
    // `INSERT IGNORE` would hide other errors, too. A duplicate key ends the statement and not the transaction.
    const OR_NOTHING: &'static str = "";
    // MariaDB has it for some statements, MySQL for none.
    const RETURNING: bool = false;
    const FOR_UPDATE: &'static str = "FOR UPDATE";
    const SINGLE_WRITER: bool = false;
    const MIGRATIONS: &'static [&'static str] =
        &[include_str!("../../migrations/mysql/0001_passkeys.sql")];
    // The lock belongs to the session. It also outlasts statements that create tables, which commit at once.
    const MIGRATION_LOCK: &'static str = "SELECT GET_LOCK('relying-party-sqlx', 60)";
    const MIGRATION_UNLOCK: &'static str = "SELECT RELEASE_LOCK('relying-party-sqlx')";

    fn or_replace(_: &str, columns: &[&str]) -> String {
        let set = columns.iter().map(|column| format!("{column} = VALUES({column})"));
        format!(" ON DUPLICATE KEY UPDATE {}", set.collect::<Vec<_>>().join(", "))
    }

    driver_calls!(MySql);
}
