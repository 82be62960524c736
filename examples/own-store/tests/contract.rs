//! The host's store keeps the contract.

#[expect(dead_code, reason = "the routes are not needed here")]
#[path = "../src/main.rs"]
mod host;

use host::{Database, TABLES};
use relying_party::store::{Table, conformance};
use sqlx::SqlitePool;

#[test]
fn keeps_the_contract() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}?mode=rwc", folder.path().join("test.sqlite").display());
    let pool = runtime.block_on(SqlitePool::connect(&file)).unwrap();
    runtime.block_on(sqlx::raw_sql(TABLES).execute(&pool)).unwrap();
    conformance::run_async(
        || Table(Database(pool.clone())),
        |tasks| tasks.on_threads(|task| runtime.block_on(task)),
    );
}
