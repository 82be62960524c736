//! Statements are prepared once for each connection.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use relying_party::{
    Challenge, SignIn, SignInRequest,
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, run_async},
};
use relying_party_sqlx::{Dialect, SqlxStore};
use sqlx::{Row as _, mysql::MySqlPoolOptions, postgres::PgPoolOptions};
use support::{NOW, account, passkey, rp, runtime, session};

/// Most operations, once.
async fn round<DB: Dialect>(store: &SqlxStore<DB>) {
    let (rp, owner) = (rp(), account());
    let made = passkey(&owner, &owner.user.to_string());
    store.insert_passkey(&made, 10).await.unwrap();
    let request = SignInRequest::for_account(owner.user);
    let begin = SignIn::begin(&rp, request, session(), Challenge::generate().unwrap(), NOW);
    let start = run_async(store, begin).await.unwrap();
    store.take_ceremony(&start.ceremony_id).await.unwrap().unwrap();
    store.passkey(&made.rp_id, &made.credential_id).await.unwrap().unwrap();
    store.record_use(&made.id, &made.state, &made.state, NOW).await.unwrap();
    store.rename_passkey(&owner, &made.id, &"New".parse().unwrap(), NOW).await.unwrap().unwrap();
    store.delete_passkey(&owner, &made.id, false).await.unwrap();
    store.erase_ceremonies(&owner).await.unwrap();
    store.erase_passkeys(&owner).await.unwrap();
    // Some rounds sweep, and others do not.
    store.sweep(NOW).await.unwrap();
}

#[test]
fn postgres_prepares_each_statement_once() {
    runtime().block_on(async {
        let Some(fresh) = support::postgres().await else { return };
        fresh.store.migrate().await.unwrap();
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect(&support::postgres_url()).await.unwrap();
        let store = SqlxStore::with_tables(pool.clone(), fresh.tables.clone());
        let count = async || {
            let count = "SELECT count(*), count(DISTINCT statement) FROM pg_prepared_statements";
            let row = sqlx::query(count).fetch_one(&pool).await.unwrap();
            (row.get::<i64, _>(0), row.get::<i64, _>(1))
        };
        count().await;
        Box::pin(round(&store)).await;
        let (first, _) = count().await;
        for _ in 0..20 {
            Box::pin(round(&store)).await;
        }
        assert_eq!(count().await, (first, first));
        assert!(first > 10, "{first}");
    });
}

#[test]
fn mysql_prepares_each_statement_once() {
    runtime().block_on(async {
        let Some(fresh) = support::mysql().await else { return };
        fresh.store.migrate().await.unwrap();
        let pool = MySqlPoolOptions::new().max_connections(1);
        let pool = pool.connect(&support::mysql_url()).await.unwrap();
        let store = SqlxStore::with_tables(pool.clone(), fresh.tables.clone());
        let count = async || {
            let count = "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'";
            let row = sqlx::query(count).fetch_one(&pool).await.unwrap();
            row.get::<String, _>(1).parse::<i64>().unwrap()
        };
        count().await;
        Box::pin(round(&store)).await;
        let first = count().await;
        for _ in 0..20 {
            Box::pin(round(&store)).await;
        }
        assert_eq!(count().await, first);
        assert!(first > 10, "{first}");
    });
}
