//! Creates the tables, and brings them up to date.

use sqlx::{AssertSqlSafe, Connection as _};

use crate::{
    SqlxStore,
    dialect::{Dialect, Value},
    error::SqlxError,
    lease::Lease,
    statement::Statement,
};

/// One row: the number of migrations that were applied.
const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS /*schema*//*prefix*/passkey_migrations \
    (one INTEGER PRIMARY KEY CHECK (one = 1), layout BIGINT NOT NULL)";

impl<DB: Dialect> SqlxStore<DB> {
    /// Creates the tables, or brings them up to date. Services that start at the same time wait for each other.
    ///
    /// Call it when your service starts. If you have a migration tool, do not call it: give your tool the files of the
    /// crate's `migrations` folder, or the SQL that [`migrations`](Self::migrations) returns if your tables have other
    /// names.
    ///
    /// A migration takes effect completely or not at all. MySQL and MariaDB cannot promise that; there, a migration
    /// that was interrupted is completed by the next call.
    ///
    /// # Errors
    ///
    /// The database fails, the tables cannot be created, or a later version of this crate created them.
    pub async fn migrate(&self) -> Result<(), SqlxError> {
        let mut lease = Lease::from(&self.pool).await?;
        let connection = lease.connection()?;
        let mut transaction = connection.begin_with(AssertSqlSafe(DB::BEGIN)).await?;
        let locked = DB::fetch(&mut transaction, &self.statement(DB::MIGRATION_LOCK), &[]).await?;
        if locked.first().map(|row| DB::integer(row, 0)).transpose()?.flatten() != Some(1) {
            return Err(SqlxError::TooSlow);
        }
        self.apply(&mut transaction).await?;
        transaction.commit().await?;
        DB::fetch(connection, &self.statement(DB::MIGRATION_UNLOCK), &[]).await?;
        lease.give_back();
        Ok(())
    }

    /// The SQL of every migration, in order, with the names of the tables filled in.
    #[must_use]
    pub fn migrations(&self) -> Vec<String> {
        DB::MIGRATIONS.iter().map(|sql| self.tables.fill(sql)).collect()
    }

    async fn apply(&self, connection: &mut DB::Connection) -> Result<(), SqlxError> {
        DB::execute(connection, &self.statement(LAYOUT), &[]).await?;
        let read = self.statement("SELECT layout FROM /*schema*//*prefix*/passkey_migrations");
        let rows = DB::fetch(connection, &read, &[]).await?;
        let found = rows.first().map(|row| DB::integer(row, 0)).transpose()?.flatten();
        let applied = usize::try_from(found.unwrap_or(0)).unwrap_or(usize::MAX);
        let migrations = self.migrations();
        let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
        let Some(missing) = migrations.get(applied..) else {
            return Err(SqlxError::Layout { found: found.unwrap_or(0), known });
        };
        for migration in missing {
            DB::script(connection, migration.clone()).await?;
        }
        let write = if found.is_some() {
            "UPDATE /*schema*//*prefix*/passkey_migrations SET layout = $1"
        } else {
            "INSERT INTO /*schema*//*prefix*/passkey_migrations (one, layout) VALUES (1, $1)"
        };
        DB::execute(connection, &self.statement(write), &[Value::Integer(known)]).await?;
        Ok(())
    }

    fn statement(&self, sql: &str) -> Statement {
        Statement::new::<DB>(sql, &self.tables)
    }
}
