//! The tables: created once when several services start; under other names; with a foreign key; by another migration
//! tool.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use relying_party::{flow::InsertOutcome, store::AsyncPasskeyStore as _};
use relying_party_sqlx::{Dialect, SqlxError, SqlxStore, Tables};
use sqlx::{AssertSqlSafe, Executor as _};
use support::{Fresh, account, passkey, runtime};

async fn migrating_again_changes_nothing<DB: Dialect>(fresh: &Fresh<DB>) {
    let owner = account();
    let made = passkey(&owner, "laptop");
    fresh.store.insert_passkey(&made, 10).await.unwrap();
    fresh.store.migrate().await.unwrap();
    assert_eq!(fresh.store.passkeys_of(&owner).await.unwrap(), [made]);
}

on_each_database!(migrating_again_changes_nothing);

async fn migrates_while_others_do<DB: Dialect>(fresh: &Fresh<DB>) {
    let tasks = (0..8).map(|_| {
        let store = fresh.store.clone();
        tokio::spawn(async move { store.migrate().await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert!(fresh.store.passkeys_of(&account()).await.unwrap().is_empty());
}

#[test]
fn services_that_start_together_create_the_tables_once() {
    runtime().block_on(async {
        migrates_while_others_do(&support::sqlite().await).await;
        if let Some(fresh) = support::postgres().await {
            migrates_while_others_do(&fresh).await;
        }
        if let Some(fresh) = support::mysql().await {
            migrates_while_others_do(&fresh).await;
        }
    });
}

async fn keeps_passkeys<DB: Dialect>(store: &SqlxStore<DB>) {
    let owner = account();
    let made = passkey(&owner, "laptop");
    assert_eq!(store.insert_passkey(&made, 10).await.unwrap(), InsertOutcome::Inserted);
    assert_eq!(store.passkeys_of(&owner).await.unwrap(), [made]);
}

#[test]
fn a_prefix_is_part_of_every_name() {
    let prefixed = |tables: Tables| tables.prefix("app_").unwrap();
    runtime().block_on(async {
        let fresh = support::sqlite_with(prefixed).await;
        fresh.store.migrate().await.unwrap();
        keeps_passkeys(&fresh.store).await;
        let names = "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'app_%' AND name NOT LIKE 'sqlite_%'";
        let others: i64 = sqlx::query_scalar(names).fetch_one(fresh.store.pool()).await.unwrap();
        assert_eq!(others, 0);
        if let Some(fresh) = support::postgres_with(prefixed).await {
            fresh.store.migrate().await.unwrap();
            keeps_passkeys(&fresh.store).await;
        }
        if let Some(fresh) = support::mysql_with(prefixed).await {
            fresh.store.migrate().await.unwrap();
            keeps_passkeys(&fresh.store).await;
        }
    });
}

/// With a users table of the host's that has one user.
async fn follows_the_users_table<DB: Dialect>(store: &SqlxStore<DB>, users: &str, binary: &str)
where
    for<'c> &'c sqlx::Pool<DB>: sqlx::Executor<'c, Database = DB>,
{
    let owner = account();
    let hex =
        |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let literal = if DB::NAME == "PostgreSQL" {
        format!("'\\x{}'", hex(owner.user.as_bytes()))
    } else {
        format!("x'{}'", hex(owner.user.as_bytes()))
    };
    let pool = store.pool();
    let create = format!("CREATE TABLE {users} (handle {binary} PRIMARY KEY)");
    pool.execute(AssertSqlSafe(create)).await.unwrap();
    let insert = format!("INSERT INTO {users} (handle) VALUES ({literal})");
    pool.execute(AssertSqlSafe(insert)).await.unwrap();
    store.migrate().await.unwrap();

    store.insert_passkey(&passkey(&owner, "laptop"), 10).await.unwrap();
    let stranger = store.insert_passkey(&passkey(&account(), "phone"), 10).await;
    assert!(matches!(stranger, Err(SqlxError::NoAccount)), "{stranger:?}");

    pool.execute(AssertSqlSafe(format!("DELETE FROM {users}"))).await.unwrap();
    assert!(store.passkeys_of(&owner).await.unwrap().is_empty());
}

#[test]
fn with_a_foreign_key_passkeys_belong_to_users_that_exist() {
    runtime().block_on(async {
        let tables = |tables: Tables| tables.foreign_key("users", "handle").unwrap();
        let fresh = support::sqlite_with(tables).await;
        follows_the_users_table(&fresh.store, "users", "BLOB").await;

        let mut users = String::new();
        let mut named = |tables: Tables| {
            users = tables.to_string().replace("passkeys", "users");
            tables.foreign_key(&users, "handle").unwrap()
        };
        if let Some(fresh) = support::postgres_with(&mut named).await {
            follows_the_users_table(&fresh.store, &users, "bytea").await;
        }
        let mut users = String::new();
        let named = |tables: Tables| {
            users = tables.to_string().replace("passkeys", "users");
            tables.foreign_key(&users, "handle").unwrap()
        };
        if let Some(fresh) = support::mysql_with(named).await {
            follows_the_users_table(&fresh.store, &users, "VARBINARY(64)").await;
        }
    });
}

#[test]
fn the_files_alone_create_what_migrate_creates() {
    runtime().block_on(async {
        let fresh = support::sqlite().await;
        let file = include_str!("../migrations/sqlite/0001_passkeys.sql");
        fresh.store.pool().execute(sqlx::raw_sql(file)).await.unwrap();
        keeps_passkeys(&fresh.store).await;
    });
}

/// A table of yours has one of our names.
async fn a_migration_that_fails_leaves_nothing<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c sqlx::Pool<DB>: sqlx::Executor<'c, Database = DB>,
{
    let in_the_way = fresh.beside("passkeys");
    let pool = fresh.store.pool();
    pool.execute(AssertSqlSafe(format!("CREATE TABLE {in_the_way} (id BIGINT)"))).await.unwrap();
    let error = fresh.store.migrate().await.unwrap_err();
    assert!(matches!(error, SqlxError::Database(_)), "{error:?}");
    let accounts = in_the_way.replace("passkeys", "passkey_accounts");
    let read = format!("SELECT rp_id FROM {accounts}");
    assert!(pool.execute(AssertSqlSafe(read)).await.is_err(), "the table was created");
    pool.execute(AssertSqlSafe(format!("DROP TABLE {in_the_way}"))).await.unwrap();
    fresh.store.migrate().await.unwrap();
    keeps_passkeys(&fresh.store).await;
}

#[test]
fn a_migration_takes_effect_completely_or_not_at_all() {
    runtime().block_on(async {
        a_migration_that_fails_leaves_nothing(&support::sqlite().await).await;
        if let Some(fresh) = support::postgres().await {
            a_migration_that_fails_leaves_nothing(&fresh).await;
        }
    });
}

#[test]
fn in_mysql_a_migration_that_was_interrupted_is_completed() {
    runtime().block_on(async {
        // After how many statements.
        for count in 1..=2 {
            let Some(fresh) = support::mysql().await else { return };
            let [migration] = &fresh.store.migrations()[..] else { panic!("add the others here") };
            for statement in migration.split_inclusive(';').take(count) {
                fresh.store.pool().execute(AssertSqlSafe(statement)).await.unwrap();
            }
            fresh.store.migrate().await.unwrap();
            keeps_passkeys(&fresh.store).await;
        }
    });
}

#[test]
fn rejects_tables_of_a_later_version() {
    runtime().block_on(async {
        let fresh = support::sqlite().await;
        fresh.store.migrate().await.unwrap();
        let later = "UPDATE passkey_migrations SET layout = 4711";
        fresh.store.pool().execute(later).await.unwrap();
        let error = fresh.store.migrate().await.unwrap_err();
        assert!(matches!(error, SqlxError::Layout { found: 4711, known: 1 }), "{error:?}");
    });
}

#[test]
fn rejects_names_that_are_not_identifiers() {
    for name in ["", "1st", "a b", "a;DROP TABLE x", "ä", "a\"b", &"a".repeat(41)] {
        assert!(Tables::new().prefix(name).is_err(), "{name}");
        assert!(Tables::new().schema(name).is_err(), "{name}");
        assert!(Tables::new().foreign_key(name, "handle").is_err(), "{name}");
        assert!(Tables::new().foreign_key("users", name).is_err(), "{name}");
    }
}
