//! A finish step inside the host's transaction.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use relying_party::{
    Challenge, CreatePasskey, Error, SignedInUser, UserHandle,
    flow::Owner,
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, RunError, run_async},
    test_authenticator::TestAuthenticator,
};
use relying_party_sqlx::{Dialect, SqlxError};
use sqlx::{AssertSqlSafe, Executor, IntoArguments};
use support::{Fresh, NOW, ORIGIN, account, later, posted, rp, session};

/// Begins a creation and answers it.
async fn answered<DB: Dialect>(
    fresh: &Fresh<DB>,
    owner: &Owner,
) -> (relying_party::CeremonyId, String) {
    let user = SignedInUser::new(owner.user, "user", "User");
    let challenge = Challenge::generate().unwrap();
    let rp = rp();
    let begin = CreatePasskey::begin(&rp, &user, session(), challenge, NOW);
    let start = run_async(&fresh.store, begin).await.unwrap();
    let response = TestAuthenticator::new("laptop").create(&start.public_key, ORIGIN).unwrap();
    (start.ceremony_id, response)
}

/// The host's users table. Its rows are numbers, which every database writes alike.
struct Users(String);

impl Users {
    async fn create<DB: Dialect>(fresh: &Fresh<DB>) -> Self
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::Arguments: IntoArguments<DB>,
    {
        let users = Self(fresh.beside("users"));
        let mut connection = fresh.store.pool().acquire().await.unwrap();
        let create = format!("CREATE TABLE {} (id BIGINT PRIMARY KEY)", users.0);
        sqlx::query(AssertSqlSafe(create)).execute(&mut *connection).await.unwrap();
        users
    }

    fn insert(&self) -> String {
        format!("INSERT INTO {} (id) VALUES (1)", self.0)
    }

    async fn count<DB: Dialect>(&self, fresh: &Fresh<DB>) -> usize
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::Arguments: IntoArguments<DB>,
    {
        let mut connection = fresh.store.pool().acquire().await.unwrap();
        let all = format!("SELECT id FROM {}", self.0);
        sqlx::query(AssertSqlSafe(all)).fetch_all(&mut *connection).await.unwrap().len()
    }
}

async fn account_and_passkey_are_inserted_together<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let (rp, owner, users) = (rp(), account(), Users::create(fresh).await);
    for commits in [false, true] {
        let (id, response) = answered(fresh, &owner).await;
        let ceremony = fresh.store.take_ceremony(&id).await.unwrap();
        let mut transaction = fresh.store.begin().await.unwrap();
        sqlx::query(AssertSqlSafe(users.insert())).execute(&mut *transaction).await.unwrap();
        let within = fresh.store.within(&mut transaction, ceremony);
        let finish = CreatePasskey::finish(&rp, owner.user, posted(id, &response), NOW);
        run_async(&within, finish).await.unwrap();
        drop(within);
        if commits {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        let there = fresh.store.passkeys_of(&owner).await.unwrap().len();
        assert_eq!((users.count(fresh).await, there), if commits { (1, 1) } else { (0, 0) });
        // It stays used up, regardless of the outcome.
        assert_eq!(fresh.store.take_ceremony(&id).await.unwrap(), None);
    }
}

async fn a_flow_that_fails_within_leaves_nothing<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let (rp, owner, users) = (rp(), account(), Users::create(fresh).await);
    let (id, response) = answered(fresh, &owner).await;
    let stranger = UserHandle::generate().unwrap();
    let ceremony = fresh.store.take_ceremony(&id).await.unwrap();
    let mut transaction = fresh.store.begin().await.unwrap();
    sqlx::query(AssertSqlSafe(users.insert())).execute(&mut *transaction).await.unwrap();
    let within = fresh.store.within(&mut transaction, ceremony.clone());
    let finish = CreatePasskey::finish(&rp, stranger, posted(id, &response), NOW);
    let error: RunError<SqlxError> = run_async(&within, finish).await.unwrap_err();
    assert!(matches!(error, RunError::Flow(Error::CeremonyMismatch(_))), "{error:?}");
    drop(within);
    drop(transaction);
    assert_eq!(users.count(fresh).await, 0);

    // The ceremony that the host took is for the response with its ID, and counts once.
    let (other, _) = answered(fresh, &owner).await;
    let mut transaction = fresh.store.begin().await.unwrap();
    let within = fresh.store.within(&mut transaction, ceremony.clone());
    assert_eq!(within.take_ceremony(&other).await.unwrap(), None);
    assert_eq!(within.take_ceremony(&id).await.unwrap(), ceremony);
    assert_eq!(within.take_ceremony(&id).await.unwrap(), None);
}

async fn every_passkey_operation_works_within<DB: Dialect>(fresh: &Fresh<DB>) {
    use relying_party::flow::{InsertOutcome, RecordOutcome, RemoveOutcome};
    let owner = account();
    let (one, other) = (support::passkey(&owner, "laptop"), support::passkey(&owner, "phone"));
    let mut transaction = fresh.store.begin().await.unwrap();
    let within = fresh.store.within(&mut transaction, None);
    assert_eq!(within.insert_passkey(&one, 2).await.unwrap(), InsertOutcome::Inserted);
    assert_eq!(within.insert_passkey(&one, 2).await.unwrap(), InsertOutcome::AlreadyExists);
    assert_eq!(within.insert_passkey(&other, 1).await.unwrap(), InsertOutcome::LimitReached);
    assert_eq!(within.insert_passkey(&other, 2).await.unwrap(), InsertOutcome::Inserted);
    let found = within.passkey(&one.rp_id, &one.credential_id).await.unwrap();
    assert_eq!(found, Some(one.clone()));
    let used = within.record_use(&one.id, &one.state, &one.state, later(1)).await.unwrap();
    assert_eq!(used, RecordOutcome::Updated);
    let name = "New name".parse().unwrap();
    let renamed = within.rename_passkey(&owner, &one.id, &name, later(2)).await.unwrap().unwrap();
    assert_eq!((renamed.name, renamed.updated_at), (name, later(2)));
    let deleted = within.delete_passkey(&owner, &other.id, true).await.unwrap();
    assert_eq!(deleted, RemoveOutcome::Removed);
    let deleted = within.delete_passkey(&owner, &one.id, true).await.unwrap();
    assert_eq!(deleted, RemoveOutcome::LastPasskey);
    assert_eq!(within.passkeys_of(&owner).await.unwrap().len(), 1);
    drop(within);
    transaction.commit().await.unwrap();
    assert_eq!(fresh.store.passkeys_of(&owner).await.unwrap().len(), 1);
}

on_each_database!(
    account_and_passkey_are_inserted_together,
    a_flow_that_fails_within_leaves_nothing,
    every_passkey_operation_works_within,
);
