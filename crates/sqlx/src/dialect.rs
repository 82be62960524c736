//! What differs between databases. A further database is one more file here, and a migration.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use futures_core::future::BoxFuture;
use sqlx::Database;

use crate::{error::SqlxError, statement::Statement};

/// A database in which passkeys can be stored: [`sqlx::Sqlite`], [`sqlx::Postgres`] or [`sqlx::MySql`] (also MariaDB),
/// each with the feature of its name.
pub trait Dialect: Database + Sized + sealed::Sealed {
    /// Whether places for values are numbered; if not, they are `?` in the order of the values.
    #[doc(hidden)]
    const NUMBERED: bool;
    /// Starts a transaction in which every statement sees what was committed before it began, and, in SQLite, which
    /// writes.
    #[doc(hidden)]
    const BEGIN: &'static str;
    /// Compares two values of which both may be `NULL`.
    #[doc(hidden)]
    const SAME: &'static str;
    /// Ends an insert that does nothing if a unique key exists; empty where the error is harmless in a transaction.
    #[doc(hidden)]
    const OR_NOTHING: &'static str;
    /// Whether `INSERT`, `UPDATE` and `DELETE` can return rows.
    #[doc(hidden)]
    const RETURNING: bool;
    /// Ends a query that locks what it returns; empty where a transaction locks everything.
    #[doc(hidden)]
    const FOR_UPDATE: &'static str;
    /// Whether one transaction at a time writes, so that commits that wait are grouped.
    #[doc(hidden)]
    const SINGLE_WRITER: bool;
    /// The migrations, in order. Their number is the layout.
    #[doc(hidden)]
    const MIGRATIONS: &'static [&'static str];
    /// Keeps two processes from migrating at the same time, in the migration's transaction: a query that returns 1.
    #[doc(hidden)]
    const MIGRATION_LOCK: &'static str;
    /// Ends that, unless the end of the transaction does.
    #[doc(hidden)]
    const MIGRATION_UNLOCK: &'static str;

    /// Ends an insert that replaces `columns` if `key` exists.
    #[doc(hidden)]
    fn or_replace(key: &str, columns: &[&str]) -> String;

    /// Runs a statement and says how many rows it matched.
    #[doc(hidden)]
    fn execute<'a>(
        connection: &'a mut Self::Connection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> BoxFuture<'a, Result<u64, SqlxError>>;

    /// Runs a statement and returns its rows.
    #[doc(hidden)]
    fn fetch<'a>(
        connection: &'a mut Self::Connection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> BoxFuture<'a, Result<Vec<Self::Row>, SqlxError>>;

    /// Runs several statements that are separated by semicolons, without values.
    #[doc(hidden)]
    fn script(
        connection: &mut Self::Connection,
        script: String,
    ) -> BoxFuture<'_, Result<(), SqlxError>>;

    #[doc(hidden)]
    fn bytes(row: &Self::Row, column: usize) -> Result<Vec<u8>, SqlxError>;
    #[doc(hidden)]
    fn text(row: &Self::Row, column: usize) -> Result<String, SqlxError>;
    /// A text that is compared byte for byte, as [`Value::Name`] writes it.
    #[doc(hidden)]
    fn name(row: &Self::Row, column: usize) -> Result<String, SqlxError>;
    #[doc(hidden)]
    fn integer(row: &Self::Row, column: usize) -> Result<Option<i64>, SqlxError>;
    #[doc(hidden)]
    fn boolean(row: &Self::Row, column: usize) -> Result<Option<bool>, SqlxError>;
}

/// A value of a statement. `None` is `NULL`, which PostgreSQL wants to have a type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Bytes(&'a [u8]),
    MaybeBytes(Option<&'a [u8]>),
    Text(&'a str),
    /// A text that is compared byte for byte.
    Name(&'a str),
    Integer(i64),
    MaybeInteger(Option<i64>),
    Boolean(bool),
    MaybeBoolean(Option<bool>),
}

mod sealed {
    pub trait Sealed {}
    #[cfg(feature = "mysql")]
    impl Sealed for sqlx::MySql {}
    #[cfg(feature = "postgres")]
    impl Sealed for sqlx::Postgres {}
    #[cfg(feature = "sqlite")]
    impl Sealed for sqlx::Sqlite {}
}

/// The calls to the driver, which read the same for every database and have other types in each.
macro_rules! driver_calls {
    ($database:ty) => {
        fn execute<'a>(
            connection: &'a mut Self::Connection,
            statement: &Statement,
            values: &[Value<'_>],
        ) -> BoxFuture<'a, Result<u64, SqlxError>> {
            let query = driver_calls!(query $database, statement, values);
            Box::pin(async move { Ok(query?.execute(connection).await?.rows_affected()) })
        }

        fn fetch<'a>(
            connection: &'a mut Self::Connection,
            statement: &Statement,
            values: &[Value<'_>],
        ) -> BoxFuture<'a, Result<Vec<Self::Row>, SqlxError>> {
            let query = driver_calls!(query $database, statement, values);
            Box::pin(async move { Ok(query?.fetch_all(connection).await?) })
        }

        fn script(
            connection: &mut Self::Connection,
            script: String,
        ) -> BoxFuture<'_, Result<(), SqlxError>> {
            use sqlx::Executor as _;
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(AssertSqlSafe(script))).await?;
                Ok(())
            })
        }

        fn bytes(row: &Self::Row, column: usize) -> Result<Vec<u8>, SqlxError> {
            Ok(row.try_get(column)?)
        }

        fn text(row: &Self::Row, column: usize) -> Result<String, SqlxError> {
            Ok(row.try_get(column)?)
        }

        fn name(row: &Self::Row, column: usize) -> Result<String, SqlxError> {
            // In MySQL the column is binary. Elsewhere it is a text.
            Ok(row.try_get_unchecked(column)?)
        }

        fn integer(row: &Self::Row, column: usize) -> Result<Option<i64>, SqlxError> {
            Ok(row.try_get(column)?)
        }

        fn boolean(row: &Self::Row, column: usize) -> Result<Option<bool>, SqlxError> {
            Ok(row.try_get(column)?)
        }
    };
    (query $database:ty, $statement:ident, $values:ident) => {{
        use sqlx::Arguments as _;
        let mut arguments = <$database as Database>::Arguments::default();
        $statement
            .in_order($values)
            .try_for_each(|value| match value {
                Value::Bytes(value) => arguments.add(value.to_vec()),
                Value::MaybeBytes(value) => arguments.add(value.map(<[u8]>::to_vec)),
                Value::Text(value) | Value::Name(value) => arguments.add(value.to_owned()),
                Value::Integer(value) => arguments.add(value),
                Value::MaybeInteger(value) => arguments.add(value),
                Value::Boolean(value) => arguments.add(value),
                Value::MaybeBoolean(value) => arguments.add(value),
            })
            .map_err(|error| SqlxError::Database(sqlx::Error::Encode(error)))
            .map(|()| sqlx::query_with::<$database, _>(AssertSqlSafe($statement.sql()), arguments))
    }};
}
use driver_calls;
