//! The host's statements on the store's pool.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::{future::pending, time::Duration};

use futures_util::future::{join_all, join4};
use relying_party::{flow::InsertOutcome, store::AsyncPasskeyStore as _};
use relying_party_sqlx::{Dialect, SqlxError, SqlxStore};
use sqlx::{AssertSqlSafe, Executor, IntoArguments, Row as _};
use support::{Fresh, account, passkey};

/// A table of the host's with unique numbers, which every database writes alike.
struct Numbers<'f, DB: Dialect> {
    store: &'f SqlxStore<DB>,
    table: String,
}

impl<'f, DB: Dialect> Numbers<'f, DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    usize: sqlx::ColumnIndex<DB::Row>,
    i64: for<'r> sqlx::Decode<'r, DB> + sqlx::Type<DB>,
{
    async fn create(fresh: &'f Fresh<DB>) -> Self {
        let (store, table) = (&fresh.store, fresh.beside("numbers"));
        let create = format!("CREATE TABLE {table} (number BIGINT PRIMARY KEY)");
        let mut connection = store.pool().acquire().await.unwrap();
        sqlx::query(AssertSqlSafe(create)).execute(&mut *connection).await.unwrap();
        Self { store, table }
    }

    fn insert(&self, number: i64) -> String {
        format!("INSERT INTO {} (number) VALUES ({number})", self.table)
    }

    /// Inserts numbers, all or none.
    async fn insert_all<const N: usize>(&self, numbers: [i64; N]) -> Result<(), SqlxError> {
        let inserts = numbers.map(|number| self.insert(number));
        self.store
            .write_with(move |connection| {
                Box::pin(async move {
                    for insert in inserts {
                        sqlx::query(AssertSqlSafe(insert)).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn insert_one(&self, number: i64) -> Result<(), SqlxError> {
        let insert = self.insert(number);
        self.store
            .write_one_with(move |connection| {
                Box::pin(async move {
                    sqlx::query(AssertSqlSafe(insert)).execute(connection).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn all(&self) -> Vec<i64> {
        let select = format!("SELECT number FROM {} ORDER BY number", self.table);
        self.store
            .read_with(|connection| {
                Box::pin(async move {
                    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(connection).await?;
                    Ok(rows.iter().map(|row| row.get(0)).collect())
                })
            })
            .await
            .unwrap()
    }
}

/// The bounds are those of [`Numbers`].
macro_rules! with_numbers {
    ($(async fn $test:ident<DB>($fresh:ident) $body:block)*) => {
        $(async fn $test<DB: Dialect>($fresh: &Fresh<DB>)
        where
            for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
            DB::Arguments: IntoArguments<DB>,
            usize: sqlx::ColumnIndex<DB::Row>,
            i64: for<'r> sqlx::Decode<'r, DB> + sqlx::Type<DB>,
        $body)*
    };
}

with_numbers! {
    async fn writes_take_effect_together_or_not_at_all<DB>(fresh) {
        let numbers = Numbers::create(fresh).await;
        numbers.insert_all([1, 2]).await.unwrap();
        // The second is there already.
        let error = numbers.insert_all([3, 2, 4]).await.unwrap_err();
        assert!(matches!(error, SqlxError::Database(_)), "{error:?}");
        assert_eq!(numbers.all().await, [1, 2]);
    }

    async fn a_single_write_takes_effect_or_fails<DB>(fresh) {
        let numbers = Numbers::create(fresh).await;
        numbers.insert_one(1).await.unwrap();
        numbers.insert_one(1).await.unwrap_err();
        numbers.insert_one(2).await.unwrap();
        assert_eq!(numbers.all().await, [1, 2]);
    }

    async fn writes_of_host_and_store_do_not_disturb_each_other<DB>(fresh) {
        let numbers = Numbers::create(fresh).await;
        numbers.insert_one(0).await.unwrap();
        let made = passkey(&account(), "laptop");
        let insert_passkey = async { fresh.store.insert_passkey(&made, 10).await };
        let (inserted, single, pairs, refused) = join4(
            insert_passkey,
            join_all((1..40).map(|number| numbers.insert_one(number))),
            join_all((0..20).map(|number| numbers.insert_all([100 + number, 200 + number]))),
            // These fail at their last statement.
            join_all((0..20).map(|number| numbers.insert_all([300 + number, 0]))),
        )
        .await;
        assert_eq!(inserted.unwrap(), InsertOutcome::Inserted);
        assert!(single.iter().all(Result::is_ok), "{single:?}");
        assert!(pairs.iter().all(Result::is_ok), "{pairs:?}");
        assert!(refused.iter().all(Result::is_err), "{refused:?}");
        let expected = (0..40).chain(100..120).chain(200..220).collect::<Vec<_>>();
        assert_eq!(numbers.all().await, expected);
    }

    async fn statements_that_take_too_long_fail_and_leave_nothing<DB>(fresh) {
        let numbers = Numbers::create(fresh).await;
        let hasty = fresh.store.clone().patience(Duration::from_millis(300));
        let read = hasty.read_with::<()>(|_| Box::pin(pending())).await.unwrap_err();
        assert!(matches!(read, SqlxError::TooSlow), "{read:?}");
        let insert = numbers.insert(1);
        let write = hasty.write_with::<()>(move |connection| {
            Box::pin(async move {
                sqlx::query(AssertSqlSafe(insert)).execute(connection).await?;
                pending().await
            })
        });
        let write = write.await.unwrap_err();
        assert!(matches!(write, SqlxError::TooSlow), "{write:?}");
        assert!(numbers.all().await.is_empty());
        numbers.insert_all([1, 2]).await.unwrap();
        assert_eq!(numbers.all().await, [1, 2]);
    }
}

on_each_database!(
    writes_take_effect_together_or_not_at_all,
    a_single_write_takes_effect_or_fails,
    writes_of_host_and_store_do_not_disturb_each_other,
    statements_that_take_too_long_fail_and_leave_nothing,
);
