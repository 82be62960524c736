//! Finish steps and the host's own statements in one transaction.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::time::Duration;

use relying_party::{
    CeremonyId, Challenge, CreatePasskey, Error, Passkey, SignedInUser, UserHandle,
    flow::Owner,
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, RunError, run_async},
    test_authenticator::TestAuthenticator,
};
use relying_party_sqlx::{Dialect, SqlxError, SqlxStore};
use sqlx::{AssertSqlSafe, Executor, IntoArguments};
use support::{Fresh, NOW, ORIGIN, account, later, posted, rp, session};

/// Begins a creation and answers it.
async fn answered<DB: Dialect>(fresh: &Fresh<DB>, owner: &Owner) -> (CeremonyId, String) {
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

impl Users {
    /// Inserts a row on the store's connection.
    async fn insert_in<DB: Dialect>(&self, store: &SqlxStore<DB>) -> Result<(), SqlxError>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::Arguments: IntoArguments<DB>,
    {
        let insert = self.insert();
        store
            .write_one_with(|connection| {
                Box::pin(async move {
                    sqlx::query(AssertSqlSafe(insert)).execute(connection).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// What goes wrong in these transactions.
#[derive(Debug)]
enum Wrong {
    #[allow(dead_code, reason = "shown when a test fails")]
    Store(SqlxError),
    Flow(RunError<SqlxError>),
    /// The host changes its mind.
    Regretted,
}

impl From<SqlxError> for Wrong {
    fn from(error: SqlxError) -> Self {
        Self::Store(error)
    }
}

impl From<RunError<SqlxError>> for Wrong {
    fn from(error: RunError<SqlxError>) -> Self {
        Self::Flow(error)
    }
}

/// Inserts a user, and finishes their ceremony, in one transaction.
async fn sign_up<DB: Dialect>(
    fresh: &Fresh<DB>,
    users: &Users,
    user: UserHandle,
    (id, response): (CeremonyId, &str),
    regretted: bool,
) -> Result<Passkey, Wrong>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let rp = rp();
    fresh
        .store
        .transaction(async |store| {
            users.insert_in(&store).await?;
            let finish = CreatePasskey::finish(&rp, user, posted(id, response), NOW);
            let created = run_async(&store, finish).await?;
            if regretted { Err(Wrong::Regretted) } else { Ok(created.passkey) }
        })
        .await
}

async fn account_and_passkey_are_inserted_together<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let (owner, users) = (account(), Users::create(fresh).await);
    for regretted in [true, false] {
        let (id, response) = answered(fresh, &owner).await;
        let outcome = sign_up(fresh, &users, owner.user, (id, &response), regretted).await;
        match outcome {
            Err(Wrong::Regretted) => assert!(regretted),
            outcome => assert_eq!(outcome.unwrap().user, owner.user),
        }
        let there = fresh.store.passkeys_of(&owner).await.unwrap().len();
        let expected = if regretted { (0, 0) } else { (1, 1) };
        assert_eq!((users.count(fresh).await, there), expected);
        // It stays used up, regardless of the outcome.
        assert_eq!(fresh.store.take_ceremony(&id).await.unwrap(), None);
    }
}

async fn a_flow_that_fails_inside_leaves_nothing<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let (owner, users) = (account(), Users::create(fresh).await);
    let (id, response) = answered(fresh, &owner).await;
    let stranger = UserHandle::generate().unwrap();
    let refused = sign_up(fresh, &users, stranger, (id, &response), false).await.unwrap_err();
    assert!(
        matches!(refused, Wrong::Flow(RunError::Flow(Error::CeremonyMismatch(_)))),
        "{refused:?}"
    );
    assert_eq!(users.count(fresh).await, 0);
    // The right user is too late: the response was sent once.
    let late = sign_up(fresh, &users, owner.user, (id, &response), false).await.unwrap_err();
    assert!(matches!(late, Wrong::Flow(RunError::Flow(Error::CeremonyNotFound))), "{late:?}");
    assert!(fresh.store.passkeys_of(&owner).await.unwrap().is_empty());
}

/// PostgreSQL would roll back and report a commit.
async fn an_operation_that_failed_is_not_committed<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let users = Users::create(fresh).await;
    let owner = account();
    let passkey = support::passkey(&owner, "laptop");
    let ignoring = fresh.store.transaction(async |store| {
        store.insert_passkey(&passkey, 10).await?;
        users.insert_in(&store).await?;
        // The same row again.
        drop(users.insert_in(&store).await.unwrap_err());
        Ok::<(), SqlxError>(())
    });
    let error = ignoring.await.unwrap_err();
    assert!(matches!(error, SqlxError::RolledBack), "{error:?}");
    assert_eq!(users.count(fresh).await, 0);
    assert!(fresh.store.passkeys_of(&owner).await.unwrap().is_empty());
}

async fn a_store_that_outlives_its_transaction_does_nothing<DB: Dialect>(fresh: &Fresh<DB>) {
    let (owner, passkey) = (account(), support::passkey(&account(), "laptop"));
    let kept = fresh.store.transaction(async |store| Ok::<_, SqlxError>(store)).await.unwrap();
    let error = kept.insert_passkey(&passkey, 10).await.unwrap_err();
    assert!(matches!(error, SqlxError::Interrupted), "{error:?}");
    drop(kept.passkeys_of(&owner).await.unwrap_err());
    assert_eq!(fresh.store.passkey(&passkey.rp_id, &passkey.credential_id).await.unwrap(), None);
    // One that drops its store goes on.
    let dropped = fresh.store.transaction(async |store| {
        drop(store);
        tokio::task::yield_now().await;
        Ok::<_, SqlxError>(7)
    });
    assert_eq!(dropped.await.unwrap(), 7);
}

async fn a_transaction_that_takes_too_long_leaves_nothing<DB: Dialect>(fresh: &Fresh<DB>) {
    let passkey = support::passkey(&account(), "laptop");
    let hasty = fresh.store.clone().patience(Duration::from_millis(300));
    let inserted = passkey.clone();
    let slow = hasty.transaction(async move |store| {
        store.insert_passkey(&inserted, 10).await?;
        std::future::pending::<Result<(), SqlxError>>().await
    });
    let error = slow.await.unwrap_err();
    assert!(matches!(error, SqlxError::TooSlow), "{error:?}");
    assert_eq!(fresh.store.passkey(&passkey.rp_id, &passkey.credential_id).await.unwrap(), None);
}

async fn a_caller_that_goes_away_leaves_nothing_and_disturbs_no_one<DB: Dialect>(
    fresh: &Fresh<DB>,
) {
    let (owner, passkey) = (account(), support::passkey(&account(), "laptop"));
    let (id, _) = answered(fresh, &owner).await;
    let leaving = fresh.store.transaction(async |store| {
        store.take_ceremony(&id).await?;
        store.insert_passkey(&passkey, 10).await?;
        std::future::pending::<Result<(), SqlxError>>().await
    });
    let patience = Duration::from_millis(200);
    assert!(tokio::time::timeout(patience, leaving).await.is_err());
    // At once, and not when the transaction would have taken too long.
    let hasty = fresh.store.clone().patience(Duration::from_secs(2));
    let other = support::passkey(&account(), "phone");
    let inserted = hasty.insert_passkey(&other, 10).await.unwrap();
    assert_eq!(inserted, relying_party::flow::InsertOutcome::Inserted);
    assert_eq!(hasty.passkey(&passkey.rp_id, &passkey.credential_id).await.unwrap(), None);
    // No one has received an answer, so the ceremony is open again.
    assert!(hasty.take_ceremony(&id).await.unwrap().is_some());
}

async fn a_rollback_keeps_its_connection<DB: Dialect>(fresh: &Fresh<DB>) {
    let connections = fresh.store.pool().size();
    let regretted = async |_| Err::<(), _>(Wrong::Regretted);
    let error = fresh.store.transaction(regretted).await.unwrap_err();
    assert!(matches!(error, Wrong::Regretted), "{error:?}");
    assert!(fresh.store.pool().size() >= connections);
}

async fn a_panic_reaches_its_caller_and_no_one_else<DB: Dialect>(fresh: &Fresh<DB>) {
    let [panicked, other] = ["laptop", "phone"].map(|name| support::passkey(&account(), name));
    let (inserted, store) = (panicked.clone(), fresh.store.clone());
    let panicking = tokio::spawn(async move {
        let panics = async move |store: SqlxStore<DB>| {
            store.insert_passkey(&inserted, 10).await?;
            assert!(inserted.created_at > NOW, "as it should");
            Ok::<(), SqlxError>(())
        };
        store.transaction(panics).await
    });
    let others = futures_util::future::join(fresh.store.insert_passkey(&other, 10), panicking);
    let (inserted, panicking) = others.await;
    assert_eq!(inserted.unwrap(), relying_party::flow::InsertOutcome::Inserted);
    assert!(panicking.unwrap_err().is_panic());
    let there = fresh.store.passkey(&panicked.rp_id, &panicked.credential_id).await.unwrap();
    assert_eq!(there, None);
}

async fn every_passkey_operation_works_inside<DB: Dialect>(fresh: &Fresh<DB>) {
    use relying_party::flow::{InsertOutcome, RecordOutcome, RemoveOutcome};
    let owner = account();
    let (one, other) = (support::passkey(&owner, "laptop"), support::passkey(&owner, "phone"));
    let outside = fresh.store.clone();
    let inside = async move |store: SqlxStore<DB>| {
        assert_eq!(store.insert_passkey(&one, 2).await?, InsertOutcome::Inserted);
        assert_eq!(store.insert_passkey(&one, 2).await?, InsertOutcome::AlreadyExists);
        assert_eq!(store.insert_passkey(&other, 1).await?, InsertOutcome::LimitReached);
        assert_eq!(store.insert_passkey(&other, 2).await?, InsertOutcome::Inserted);
        let found = store.passkey(&one.rp_id, &one.credential_id).await?;
        assert_eq!(found, Some(one.clone()));
        // No one else sees it before the commit.
        assert_eq!(outside.passkey(&one.rp_id, &one.credential_id).await?, None);
        let used = store.record_use(&one.id, &one.state, &one.state, later(1)).await?;
        assert_eq!(used, RecordOutcome::Updated);
        let name = "New name".parse().unwrap();
        let renamed = store.rename_passkey(&owner, &one.id, &name, later(2)).await?.unwrap();
        assert_eq!((renamed.name, renamed.updated_at), (name, later(2)));
        let deleted = store.delete_passkey(&owner, &other.id, true).await?;
        assert_eq!(deleted, RemoveOutcome::Removed);
        let deleted = store.delete_passkey(&owner, &one.id, true).await?;
        assert_eq!(deleted, RemoveOutcome::LastPasskey);
        assert_eq!(store.passkeys_of(&owner).await?.len(), 1);
        Ok::<_, SqlxError>(owner)
    };
    let owner = fresh.store.transaction(inside).await.unwrap();
    assert_eq!(fresh.store.passkeys_of(&owner).await.unwrap().len(), 1);
}

on_each_database!(
    account_and_passkey_are_inserted_together,
    a_flow_that_fails_inside_leaves_nothing,
    an_operation_that_failed_is_not_committed,
    a_store_that_outlives_its_transaction_does_nothing,
    a_transaction_that_takes_too_long_leaves_nothing,
    a_caller_that_goes_away_leaves_nothing_and_disturbs_no_one,
    a_rollback_keeps_its_connection,
    a_panic_reaches_its_caller_and_no_one_else,
    every_passkey_operation_works_inside,
);
