//! The storage contract, by the core's own checks, and 2 000 requests at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::{collections::BTreeSet, sync::Arc};

use relying_party::{
    CeremonyId, Challenge, CreatePasskey, Error, SignIn, SignInRequest, SignedInUser, Timestamp,
    audit::Audit,
    ceremony::Ceremony,
    flow::Owner,
    store::{
        AsyncCeremonyStore as _, AsyncPasskeyStore as _, RunError,
        conformance::{self, Kit},
        run_async,
    },
    test_authenticator::TestAuthenticator,
};
use relying_party_sqlx::{Dialect, SqlxStore};
use sqlx::{AssertSqlSafe, Executor, IntoArguments};
use support::{Fresh, NOW, ORIGIN, account, later, passkey, posted, rp, runtime, session};
use tokio::runtime::Runtime;

fn keeps_the_contract<DB: Dialect>(fresh: &Fresh<DB>, runtime: &Runtime) {
    runtime.block_on(fresh.store.migrate()).unwrap();
    conformance::run_async(
        || fresh.store.clone(),
        |tasks| tasks.on_threads(|task| runtime.block_on(task)),
    );
}

#[test]
fn sqlite_keeps_the_contract() {
    let runtime = runtime();
    keeps_the_contract(&runtime.block_on(support::sqlite()), &runtime);
}

#[test]
fn postgres_keeps_the_contract() {
    let runtime = runtime();
    let Some(fresh) = runtime.block_on(support::postgres()) else { return };
    keeps_the_contract(&fresh, &runtime);
}

#[test]
fn mysql_keeps_the_contract() {
    let runtime = runtime();
    let Some(fresh) = runtime.block_on(support::mysql()) else { return };
    keeps_the_contract(&fresh, &runtime);
}

/// Inserts rows that may be there already. `{handle}` stands for the user handle of an account, `{name}` for a name
/// that no other has.
fn insert<DB: Dialect>(fresh: &Fresh<DB>, runtime: &Runtime, table: &str, owner: &Owner, row: &str)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let hex =
        owner.user.as_bytes().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let handle = if DB::NAME == "PostgreSQL" { format!("'\\x{hex}'") } else { format!("x'{hex}'") };
    let row =
        row.replace("{rp_id}", &owner.rp_id).replace("{handle}", &handle).replace("{name}", &hex);
    let sql = if DB::NAME == "MySQL" {
        format!("INSERT IGNORE INTO {table} VALUES {row}")
    } else {
        format!("INSERT INTO {table} VALUES {row} ON CONFLICT DO NOTHING")
    };
    runtime.block_on(async {
        let mut connection = fresh.store.pool().acquire().await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
    });
}

fn keeps_the_contract_with_accounts<DB: Dialect>(fresh: &Fresh<DB>, runtime: &Runtime)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    runtime.block_on(fresh.store.migrate()).unwrap();
    let accounts = fresh.beside("passkey_accounts");
    let sign_up = |owner: &Owner| {
        insert(fresh, runtime, &accounts, owner, "('{rp_id}', {handle}, '{name}', 'Ada', 0)");
    };
    let report = Kit::new().accounts(sign_up).test_async(
        || fresh.store.clone().with_accounts(),
        |tasks| tasks.on_threads(|task| runtime.block_on(task)),
    );
    report.assert_kept();
}

#[test]
fn sqlite_keeps_the_contract_with_accounts() {
    let runtime = runtime();
    keeps_the_contract_with_accounts(&runtime.block_on(support::sqlite()), &runtime);
}

#[test]
fn postgres_keeps_the_contract_with_accounts() {
    let runtime = runtime();
    let Some(fresh) = runtime.block_on(support::postgres()) else { return };
    keeps_the_contract_with_accounts(&fresh, &runtime);
}

#[test]
fn mysql_keeps_the_contract_with_accounts() {
    let runtime = runtime();
    let Some(fresh) = runtime.block_on(support::mysql()) else { return };
    keeps_the_contract_with_accounts(&fresh, &runtime);
}

/// With a users table of the host's, to which the accounts refer.
fn keeps_the_contract_with_a_foreign_key<DB: Dialect>(
    fresh: &Fresh<DB>,
    runtime: &Runtime,
    binary: &str,
) where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let users = fresh.beside("users");
    let tables = fresh.tables.clone().foreign_key(&users, "handle").unwrap();
    let store = SqlxStore::with_tables(fresh.store.pool().clone(), tables);
    runtime.block_on(async {
        let mut connection = fresh.store.pool().acquire().await.unwrap();
        let create = format!("CREATE TABLE {users} (handle {binary} PRIMARY KEY)");
        sqlx::query(AssertSqlSafe(create)).execute(&mut *connection).await.unwrap();
        drop(connection);
        store.migrate().await.unwrap();
    });
    let make_user = |owner: &Owner| insert(fresh, runtime, &users, owner, "({handle})");
    let report = Kit::new()
        .accounts(make_user)
        .test_async(|| store.clone(), |tasks| tasks.on_threads(|task| runtime.block_on(task)));
    report.assert_kept();
}

#[test]
fn sqlite_keeps_the_contract_with_a_foreign_key() {
    let runtime = runtime();
    let fresh = runtime.block_on(support::sqlite());
    keeps_the_contract_with_a_foreign_key(&fresh, &runtime, "BLOB");
}

#[test]
fn postgres_keeps_the_contract_with_a_foreign_key() {
    let runtime = runtime();
    let Some(fresh) = runtime.block_on(support::postgres()) else { return };
    keeps_the_contract_with_a_foreign_key(&fresh, &runtime, "bytea");
}

#[test]
fn mysql_keeps_the_contract_with_a_foreign_key() {
    let runtime = runtime();
    let Some(fresh) = runtime.block_on(support::mysql()) else { return };
    keeps_the_contract_with_a_foreign_key(&fresh, &runtime, "VARBINARY(64)");
}

async fn of_2000_finishes_of_one_creation_one_succeeds<DB: Dialect>(fresh: &Fresh<DB>) {
    let (rp, owner) = (Arc::new(rp()), account());
    let user = SignedInUser::new(owner.user, "user", "User");
    let begin = CreatePasskey::begin(&rp, &user, session(), Challenge::generate().unwrap(), NOW);
    let start = run_async(&fresh.store, begin).await.unwrap();
    let response = TestAuthenticator::new("laptop").create(&start.public_key, ORIGIN).unwrap();
    let response = Arc::new(response);
    let finishes = (0..2000).map(|_| {
        let (store, rp, response) = (fresh.store.clone(), Arc::clone(&rp), Arc::clone(&response));
        let store = store.patience(std::time::Duration::from_mins(1));
        tokio::spawn(async move {
            let posted = posted(start.ceremony_id, &response);
            match run_async(&store, CreatePasskey::finish(&rp, owner.user, posted, NOW)).await {
                Ok(_) => true,
                Err(RunError::Flow(Error::CeremonyNotFound)) => false,
                Err(error) => panic!("{error:?}"),
            }
        })
    });
    let mut successes = 0;
    for finish in finishes.collect::<Vec<_>>() {
        successes += usize::from(finish.await.unwrap());
    }
    assert_eq!(successes, 1);
}

async fn a_credential_gets_one_owner_of_many_that_claim_it<DB: Dialect>(fresh: &Fresh<DB>) {
    let made = passkey(&account(), "laptop");
    let claims = (0..32).map(|_| {
        let (store, mut claimed) = (fresh.store.clone(), made.clone());
        claimed.user = account().user;
        tokio::spawn(async move { store.insert_passkey(&claimed, 10).await.unwrap() })
    });
    let mut inserted = 0;
    for claim in claims.collect::<Vec<_>>() {
        inserted +=
            usize::from(claim.await.unwrap() == relying_party::flow::InsertOutcome::Inserted);
    }
    assert_eq!(inserted, 1);
}

/// Begins that many sign-ins at a time.
async fn begin<DB: Dialect>(store: &SqlxStore<DB>, count: u32, at: Timestamp) -> Vec<CeremonyId> {
    let rp = rp();
    let mut ids = Vec::new();
    for _ in 0..count {
        let challenge = Challenge::generate().unwrap();
        let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session(), challenge, at);
        ids.push(run_async(store, begin).await.unwrap().ceremony_id);
    }
    ids
}

async fn a_sweep_deletes_a_batch_of_expired_ceremonies_and_no_others<DB: Dialect>(
    fresh: &Fresh<DB>,
) {
    const LIFETIME: u64 = 5 * 60_000;
    const SKEW: u64 = 60_000;
    let old = begin(&fresh.store, 100, NOW).await;
    let new = begin(&fresh.store, 3, later(1)).await;
    // The clocks of other machines may be a minute behind.
    assert_eq!(fresh.store.sweep(later(LIFETIME + SKEW)).await.unwrap(), 0);
    let now = later(LIFETIME + SKEW + 1);
    assert_eq!(fresh.store.sweep(now).await.unwrap(), 64);
    assert_eq!(fresh.store.sweep(now).await.unwrap(), 36);
    assert_eq!(fresh.store.sweep(now).await.unwrap(), 0);
    for id in old {
        assert_eq!(fresh.store.take_ceremony(&id).await.unwrap(), None);
    }
    for id in new {
        assert!(fresh.store.take_ceremony(&id).await.unwrap().is_some());
    }
}

async fn expired_ceremonies_go_when_others_begin<DB: Dialect>(fresh: &Fresh<DB>) {
    let old = begin(&fresh.store, 40, NOW).await;
    begin(&fresh.store, 16, later(24 * 3_600_000)).await;
    for id in old {
        assert_eq!(fresh.store.take_ceremony(&id).await.unwrap(), None);
    }
}

async fn each_expired_ceremony_is_returned_to_one_caller<DB: Dialect>(fresh: &Fresh<DB>) {
    const LATE: u64 = 6 * 60_000 + 1;
    let kept = fresh.store.clone().keeping_expired();
    let old = begin(&kept, 100, NOW).await;
    let new = begin(&kept, 33, later(LATE)).await;
    // Nothing was swept when the later ones began. One of the old ones is finished late.
    for id in &old {
        assert!(kept.read_ceremony(id).await.unwrap().is_some());
    }
    assert!(kept.take_ceremony(&old[0]).await.unwrap().is_some());
    assert_eq!(kept.take_expired(later(LATE - 1)).await.unwrap(), []);

    let (rp, now) = (rp(), later(LATE));
    let mut returned = Vec::new();
    loop {
        let (store, other) = (kept.clone(), kept.clone());
        let (one, two) = tokio::join!(
            tokio::spawn(async move { store.take_expired(now).await.unwrap() }),
            tokio::spawn(async move { other.take_expired(now).await.unwrap() }),
        );
        let both = [one.unwrap(), two.unwrap()].concat();
        if both.is_empty() {
            break;
        }
        assert!(both.len() <= 2 * 64);
        returned.extend(both);
    }
    assert!(returned.iter().all(|it| Audit::new(&rp, now).abandoned(it).is_some()));
    let ids = returned.iter().map(Ceremony::id).collect::<BTreeSet<_>>();
    assert_eq!((returned.len(), ids), (99, old[1..].iter().copied().collect()));
    for id in &new {
        assert!(kept.take_ceremony(id).await.unwrap().is_some());
    }
}

on_each_database!(
    each_expired_ceremony_is_returned_to_one_caller,
    a_sweep_deletes_a_batch_of_expired_ceremonies_and_no_others,
    expired_ceremonies_go_when_others_begin,
    of_2000_finishes_of_one_creation_one_succeeds,
    a_credential_gets_one_owner_of_many_that_claim_it,
);
