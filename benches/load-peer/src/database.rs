//! The statements, in SQLite or PostgreSQL.

use std::time::Duration;

use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

const TABLES: &str = include_str!("tables.sql");

/// The pools have as many connections as those of the example server, and test them as rarely.
pub(crate) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Does the same with either pool.
macro_rules! on_either {
    ($database:expr, $pool:ident => $call:expr) => {
        match $database {
            Database::Sqlite($pool) => $call,
            Database::Postgres($pool) => $call,
        }
    };
}

impl Database {
    pub(crate) async fn open(database: &str) -> Result<Self, sqlx::Error> {
        let database = if database.starts_with("postgres://") {
            let pool = PgPoolOptions::new().max_connections(16).test_before_acquire(false);
            Self::Postgres(pool.connect(database).await?)
        } else {
            // As `relying_party_sqlx::sqlite_options`.
            let options = SqliteConnectOptions::new()
                .filename(database)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10));
            let pool = SqlitePoolOptions::new().max_connections(8).test_before_acquire(false);
            Self::Sqlite(pool.connect_with(options).await?)
        };
        on_either!(&database, pool => sqlx::raw_sql(TABLES).execute(pool).await.map(drop))?;
        Ok(database)
    }

    pub(crate) async fn insert_ceremony(
        &self,
        token: &str,
        state: &str,
        expires_at: i64,
    ) -> Result<(), sqlx::Error> {
        let sql = "INSERT INTO ceremonies (token, state, expires_at) VALUES ($1, $2, $3)";
        on_either!(self, pool => {
            let query = sqlx::query(sql).bind(token).bind(state).bind(expires_at);
            query.execute(pool).await.map(drop)
        })
    }

    /// The state of a ceremony, which no one can take again.
    pub(crate) async fn take_ceremony(
        &self,
        token: &str,
        now: i64,
    ) -> Result<Option<String>, sqlx::Error> {
        let sql = "DELETE FROM ceremonies WHERE token = $1 AND expires_at > $2 RETURNING state";
        on_either!(self, pool => {
            sqlx::query_scalar(sql).bind(token).bind(now).fetch_optional(pool).await
        })
    }

    pub(crate) async fn insert_user(&self, id: &str, name: &str) -> Result<(), sqlx::Error> {
        let sql = "INSERT INTO users (id, name) VALUES ($1, $2)";
        on_either!(self, pool => {
            sqlx::query(sql).bind(id).bind(name).execute(pool).await.map(drop)
        })
    }

    pub(crate) async fn insert_passkey(
        &self,
        credential_id: &str,
        user_id: &str,
        passkey: &str,
    ) -> Result<(), sqlx::Error> {
        let sql = "INSERT INTO passkeys (credential_id, user_id, passkey) VALUES ($1, $2, $3)";
        on_either!(self, pool => {
            let query = sqlx::query(sql).bind(credential_id).bind(user_id).bind(passkey);
            query.execute(pool).await.map(drop)
        })
    }

    pub(crate) async fn passkey(
        &self,
        credential_id: &str,
        user_id: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        let sql = "SELECT passkey FROM passkeys WHERE credential_id = $1 AND user_id = $2";
        on_either!(self, pool => {
            let query = sqlx::query_scalar(sql).bind(credential_id).bind(user_id);
            query.fetch_optional(pool).await
        })
    }

    pub(crate) async fn update_passkey(
        &self,
        credential_id: &str,
        passkey: &str,
        last_used_at: i64,
    ) -> Result<(), sqlx::Error> {
        let sql = "UPDATE passkeys SET passkey = $2, last_used_at = $3 WHERE credential_id = $1";
        on_either!(self, pool => {
            let query = sqlx::query(sql).bind(credential_id).bind(passkey).bind(last_used_at);
            query.execute(pool).await.map(drop)
        })
    }

    pub(crate) async fn insert_session(
        &self,
        token: &str,
        user_id: &str,
        expires_at: i64,
    ) -> Result<(), sqlx::Error> {
        let sql = "INSERT INTO sessions (token, user_id, expires_at) VALUES ($1, $2, $3)";
        on_either!(self, pool => {
            let query = sqlx::query(sql).bind(token).bind(user_id).bind(expires_at);
            query.execute(pool).await.map(drop)
        })
    }
}
