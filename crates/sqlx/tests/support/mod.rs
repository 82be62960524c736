//! An empty database for each test, of each kind that can be reached.
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy does not see that this is a test"
)]

pub mod blocking;
pub mod proxy;
pub mod server;

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

use relying_party::{
    CeremonyId, Challenge, CreatePasskey, Passkey, Posted, RelyingParty, SessionBinding,
    SignedInUser, Timestamp, UserHandle,
    flow::Owner,
    store::{self, MemoryStore},
    test_authenticator::TestAuthenticator,
};
use relying_party_sqlx::{Dialect, SqlxStore, Tables};
use sqlx::{AssertSqlSafe, Connection as _, MySql, MySqlConnection, Pool, Postgres, Sqlite};

pub const ORIGIN: &str = "https://example.com";
pub const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

/// A database for one test, removed when dropped.
pub struct Fresh<DB: Dialect> {
    pub store: SqlxStore<DB>,
    pub tables: Tables,
    /// The schema, or the folder of the file.
    pub name: String,
    remove: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl<DB: Dialect> Fresh<DB> {
    /// The name of a table beside ours, or of one of ours.
    pub fn beside(&self, table: &str) -> String {
        if DB::NAME == "SQLite" { table.into() } else { format!("{}.{table}", self.name) }
    }
}

impl<DB: Dialect> Drop for Fresh<DB> {
    fn drop(&mut self) {
        if let Some(remove) = self.remove.take() {
            // Another runtime, because this may be dropped within one.
            std::thread::spawn(remove).join().unwrap();
        }
    }
}

fn unique() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("rpsqlx_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn url(variable: &str, default: &str) -> String {
    env::var(variable).unwrap_or_else(|_| default.into())
}

/// Tests of a database that cannot be reached are skipped, unless the variable `required` is set.
fn there<T>(name: &str, required: &str, url: &str, result: Result<T, sqlx::Error>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            assert!(env::var_os(required).is_none(), "{name} at {url}: {error}");
            eprintln!("skipped: no {name} at {url}: {error}");
            None
        }
    }
}

pub async fn sqlite() -> Fresh<Sqlite> {
    sqlite_with(|tables| tables).await
}

pub async fn sqlite_with(tables: impl FnOnce(Tables) -> Tables) -> Fresh<Sqlite> {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap().to_owned();
    let options = relying_party_sqlx::sqlite_options(folder.path().join("test.sqlite"));
    let pool = Pool::connect_with(options).await.unwrap();
    let tables = tables(Tables::new());
    let store = SqlxStore::with_tables(pool, tables.clone());
    Fresh { store, tables, name, remove: Some(Box::new(move || drop(folder))) }
}

pub fn postgres_url() -> String {
    url("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/test")
}

pub async fn postgres() -> Option<Fresh<Postgres>> {
    postgres_with(|tables| tables).await
}

pub async fn postgres_with(tables: impl FnOnce(Tables) -> Tables) -> Option<Fresh<Postgres>> {
    let url = postgres_url();
    let pool =
        there("PostgreSQL", "REQUIRE_POSTGRES", &url, Pool::<Postgres>::connect(&url).await)?;
    let name = unique();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&pool).await.unwrap();
    let tables = tables(Tables::new().schema(&name).unwrap());
    let store = SqlxStore::with_tables(pool, tables.clone());
    let drop_it = format!("DROP SCHEMA {name} CASCADE");
    let remove = move || {
        runtime().block_on(async {
            let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
            sqlx::query(AssertSqlSafe(drop_it)).execute(&mut connection).await.unwrap();
        });
    };
    Some(Fresh { store, tables, name, remove: Some(Box::new(remove)) })
}

pub fn mysql_url() -> String {
    url("MYSQL_URL", "mysql://root@127.0.0.1:3306/test")
}

pub async fn mysql() -> Option<Fresh<MySql>> {
    mysql_with(|tables| tables).await
}

pub async fn mysql_with(tables: impl FnOnce(Tables) -> Tables) -> Option<Fresh<MySql>> {
    let url = mysql_url();
    let pool =
        there("MySQL or MariaDB", "REQUIRE_MYSQL", &url, Pool::<MySql>::connect(&url).await)?;
    let name = unique();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    let tables = tables(Tables::new().schema(&name).unwrap());
    let store = SqlxStore::with_tables(pool, tables.clone());
    let drop_it = format!("DROP DATABASE {name}");
    let remove = move || {
        runtime().block_on(async {
            let mut connection = MySqlConnection::connect(&url).await.unwrap();
            sqlx::query(AssertSqlSafe(drop_it)).execute(&mut connection).await.unwrap();
        });
    };
    Some(Fresh { store, tables, name, remove: Some(Box::new(remove)) })
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

/// Makes one test for each database out of a function that is generic over it.
#[macro_export]
macro_rules! on_each_database {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                $crate::support::runtime().block_on(async {
                    let fresh = $crate::support::sqlite().await;
                    fresh.store.migrate().await.unwrap();
                    super::$test(&fresh).await;
                });
            })*
        }
        mod postgres {
            $(#[test]
            fn $test() {
                $crate::support::runtime().block_on(async {
                    let Some(fresh) = $crate::support::postgres().await else { return };
                    fresh.store.migrate().await.unwrap();
                    super::$test(&fresh).await;
                });
            })*
        }
        mod mysql {
            $(#[test]
            fn $test() {
                $crate::support::runtime().block_on(async {
                    let Some(fresh) = $crate::support::mysql().await else { return };
                    fresh.store.migrate().await.unwrap();
                    super::$test(&fresh).await;
                });
            })*
        }
    };
}

pub fn rp() -> RelyingParty {
    RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap()
}

pub fn session() -> SessionBinding {
    SessionBinding::of("value of the session cookie")
}

pub fn posted(ceremony: CeremonyId, response: &str) -> Posted<'_> {
    Posted { session: session(), ceremony, response: response.as_bytes() }
}

pub fn account() -> Owner {
    Owner { rp_id: "example.com".into(), user: UserHandle::generate().unwrap() }
}

/// A passkey of an account, as the create flow makes it. Each seed gives one credential, for whichever account.
pub fn passkey(owner: &Owner, seed: &str) -> Passkey {
    let (rp, memory) = (rp(), MemoryStore::new());
    let user = SignedInUser::new(owner.user, "user", "User");
    let challenge = Challenge::generate().unwrap();
    let start = CreatePasskey::begin(&rp, &user, session(), challenge, NOW);
    let start = store::run(&memory, start).unwrap();
    let response = TestAuthenticator::new(seed).create(&start.public_key, ORIGIN).unwrap();
    let finish = CreatePasskey::finish(&rp, owner.user, posted(start.ceremony_id, &response), NOW);
    store::run(&memory, finish).unwrap().passkey
}

pub fn later(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(NOW.as_unix_millis() + millis)
}
