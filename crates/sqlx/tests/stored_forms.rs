//! Passkeys and ceremonies of every kind survive the SQL databases: in the store's own tables, whose records are text,
//! and as blobs and JSON in a host's table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[path = "../../../tests/support/stored.rs"]
mod stored;
mod support;

use proptest::{
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use relying_party::{
    Passkey,
    ceremony::Ceremony,
    flow::InsertOutcome,
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _},
};
use relying_party_sqlx::Dialect;
use sqlx::{AssertSqlSafe, Row as _};
use support::Fresh;

const CASES: usize = 64;

/// As many values as there are cases.
fn values<S: Strategy>(strategy: impl Fn() -> S) -> impl Iterator<Item = S::Value> {
    let mut runner = TestRunner::default();
    std::iter::repeat_with(move || strategy().new_tree(&mut runner).unwrap().current()).take(CASES)
}

async fn store_returns_passkeys_and_ceremonies_as_they_were<DB: Dialect>(fresh: &Fresh<DB>) {
    for passkey in values(stored::passkeys) {
        let inserted = fresh.store.insert_passkey(&passkey, u32::MAX).await.unwrap();
        assert_eq!(inserted, InsertOutcome::Inserted);
        let found = fresh.store.passkey(&passkey.rp_id, &passkey.credential_id).await.unwrap();
        assert_eq!(found, Some(passkey));
    }
    for ceremony in values(stored::ceremonies) {
        fresh.store.put_ceremony(&ceremony).await.unwrap();
        // The first one may be old enough to be swept by the one that follows, and the same challenge may come again.
        assert_eq!(fresh.store.take_ceremony(&ceremony.id()).await.unwrap(), Some(ceremony));
    }
}

on_each_database!(store_returns_passkeys_and_ceremonies_as_they_were);

/// Writes records into a host's table and reads them back: `$write` is the value to insert, and `$read` gives its
/// bytes.
macro_rules! survives {
    ($fresh:expr, $kind:literal, $write:literal, $read:literal) => {{
        let table = $fresh.beside("kept");
        let pool = $fresh.store.pool();
        for sql in [
            format!("DROP TABLE IF EXISTS {table}"),
            format!("CREATE TABLE {table} (record {})", $kind),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap();
        }
        let insert = format!("INSERT INTO {table} VALUES ({})", $write);
        let select = format!("SELECT {} FROM {table}", $read);
        let records = values(stored::passkeys).map(|passkey| passkey.to_stored().record);
        let records = records.chain(values(stored::ceremonies).map(|it| it.to_stored().record));
        for record in records {
            sqlx::query(AssertSqlSafe(insert.clone()))
                .bind(record.clone())
                .execute(pool)
                .await
                .unwrap();
            let row = sqlx::query(AssertSqlSafe(select.clone())).fetch_one(pool).await.unwrap();
            let kept: Vec<u8> = row.get(0);
            let kept = String::from_utf8(kept).unwrap();
            same_value(&kept, &record);
            sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(pool).await.unwrap();
        }
    }};
}

/// A database that knows JSON may write it in another way.
fn same_value(kept: &str, record: &str) {
    if let Some(ceremony) = Ceremony::from_stored(record) {
        assert_eq!(Ceremony::from_stored(kept), Some(ceremony));
    } else {
        let value = serde_json::from_str::<serde_json::Value>;
        assert_eq!(value(kept).unwrap(), value(record).unwrap());
        assert!(Passkey::from_stored(with_columns(kept)).is_ok());
    }
}

/// Some passkey's columns, beside this record.
fn with_columns(record: &str) -> relying_party::StoredPasskey {
    let passkey = values(stored::passkeys).next().unwrap();
    relying_party::StoredPasskey { record: record.to_owned(), ..passkey.to_stored() }
}

#[test]
fn sqlite_keeps_records_as_blobs_and_as_text() {
    support::runtime().block_on(async {
        let fresh = support::sqlite().await;
        survives!(fresh, "BLOB", "CAST($1 AS BLOB)", "record");
        survives!(fresh, "TEXT", "$1", "CAST(record AS BLOB)");
    });
}

#[test]
fn postgres_keeps_records_as_bytes_text_and_json() {
    support::runtime().block_on(async {
        let Some(fresh) = support::postgres().await else { return };
        survives!(fresh, "bytea", "convert_to($1, 'UTF8')", "record");
        survives!(fresh, "text", "$1", "convert_to(record, 'UTF8')");
        survives!(fresh, "jsonb", "$1::text::jsonb", "convert_to(record::text, 'UTF8')");
    });
}

#[test]
fn mysql_keeps_records_as_blobs_and_as_text() {
    support::runtime().block_on(async {
        let Some(fresh) = support::mysql().await else { return };
        survives!(fresh, "LONGBLOB", "?", "record");
        survives!(fresh, "LONGTEXT CHARACTER SET utf8mb4", "?", "CAST(record AS BINARY)");
    });
}
