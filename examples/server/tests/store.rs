//! What the databases have to keep: the contract of `relying_party::store`, sentence by sentence, and what is the
//! server's own. Each test is run on SQLite, and on PostgreSQL where there is one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

#[path = "support/pair.rs"]
mod pair;
#[path = "support/postgres.rs"]
mod postgres;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use pair::{Pair, patient};
use postgres::Schema;
use relying_party::{
    Challenge, CreatePasskey, Passkey, PasskeyState, RelyingParty, SignIn, SignInRequest,
    SignedInUser, Timestamp, UserHandle, VerificationProof,
    ceremony::Ceremony,
    flow::{Effect, Inserted, Owner, Step},
    store::{self, AsyncPasskeyStore, MemoryStore, RunError, conformance},
    test_authenticator::TestAuthenticator,
};
use serde_json::json;
use server::store::{Account, Database, Sqlite, Store, StoreError, TokenHash};
use tokio::runtime::Runtime;

const ORIGIN: &str = "https://example.com";
const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

/// A database of its own, gone when dropped.
enum Kept {
    File(tempfile::TempDir),
    Schema(Schema),
}

impl Kept {
    fn database(&self) -> Database {
        match self {
            Self::File(folder) => Database::File(folder.path().join("test.sqlite")),
            Self::Schema(schema) => Database::Postgres(Box::new(schema.config())),
        }
    }

    /// Another handle of it, as another process would have.
    async fn open(&self) -> Store {
        Store::open(&self.database(), patient()).await.unwrap()
    }
}

/// Runs a test on each database that there is.
#[allow(clippy::needless_pass_by_value, reason = "a reference would stand at every call")]
fn on_each(test: impl AsyncFn(&Kept)) {
    let file = Kept::File(tempfile::tempdir().unwrap());
    let databases = [Some(file), Schema::new().map(Kept::Schema)];
    let runtime = Runtime::new().unwrap();
    for kept in databases.iter().flatten() {
        runtime.block_on(test(kept));
    }
}

fn rp() -> RelyingParty {
    RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap()
}

async fn account(store: &Store, name: &str) -> Owner {
    let account = Account { handle: UserHandle::generate().unwrap(), name: name.parse().unwrap() };
    assert!(store.sign_up(&account, NOW).await.unwrap());
    Owner { rp_id: "example.com".into(), user: account.handle }
}

/// A passkey of that account, as the create flow makes it; another one for every `seed`.
fn passkey(owner: &Owner, seed: &str) -> Passkey {
    let (rp, memory) = (rp(), MemoryStore::new());
    let user = SignedInUser::new(owner.user, "user", "User");
    let challenge = Challenge::generate().unwrap();
    let start = store::run(&memory, CreatePasskey::begin(&rp, &user, challenge, NOW)).unwrap();
    let response = TestAuthenticator::new(seed).create(&start.public_key, ORIGIN).unwrap();
    let finish =
        CreatePasskey::finish(&rp, owner.user, start.ceremony_id, response.as_bytes(), NOW);
    store::run(&memory, finish).unwrap().passkey
}

fn ceremony(at: Timestamp) -> Ceremony {
    match SignIn::begin(&rp(), SignInRequest::Discoverable, Challenge::generate().unwrap(), at)
        .unwrap()
    {
        Step::Effect(_, Effect::PutCeremony(ceremony)) => *ceremony,
        step => panic!("a sign-in begins by putting its ceremony, not by {step:?}"),
    }
}

fn later(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(NOW.as_unix_millis() + millis)
}

#[test]
fn the_contract_is_kept_by_two_handles_of_one_file() {
    let kept = Kept::File(tempfile::tempdir().unwrap());
    contract_is_kept(&kept);
}

#[test]
fn the_contract_is_kept_by_two_pools_on_one_postgres_database() {
    let Some(schema) = Schema::new() else { return };
    contract_is_kept(&Kept::Schema(schema));
}

fn contract_is_kept(kept: &Kept) {
    let runtime = Runtime::new().unwrap();
    let pair = runtime.block_on(async { Pair::new(kept.open().await, kept.open().await) });
    conformance::run_async(|| pair.clone(), |future| runtime.block_on(future));
}

#[test]
fn of_2000_finishes_of_one_creation_at_once_one_succeeds() {
    on_each(async |kept| {
        let handles = [kept.open().await, kept.open().await];
        let ada = account(&handles[0], "Ada").await;
        let rp = Arc::new(rp());
        let user = SignedInUser::new(ada.user, "user", "User");
        let begin = CreatePasskey::begin(&rp, &user, Challenge::generate().unwrap(), NOW);
        let start = store::run_async(&handles[0], begin).await.unwrap();
        let response = TestAuthenticator::new("laptop").create(&start.public_key, ORIGIN).unwrap();
        let response = Arc::new(response);

        let finishes = (0..2000).map(|number| {
            let (store, rp, response) =
                (handles[number % 2].clone(), Arc::clone(&rp), Arc::clone(&response));
            let (user, id) = (ada.user, start.ceremony_id);
            tokio::spawn(async move {
                let finish = CreatePasskey::finish(&rp, user, id, response.as_bytes(), NOW);
                match store::run_async(&store, finish).await {
                    Ok(_) => true,
                    Err(RunError::Flow(relying_party::Error::CeremonyNotFound)) => false,
                    Err(error) => panic!("{error:?}"),
                }
            })
        });
        let mut successes = 0;
        for finish in finishes.collect::<Vec<_>>() {
            successes += u32::from(finish.await.unwrap());
        }
        assert_eq!(successes, 1);
        assert_eq!(handles[1].passkeys_of(&ada).await.unwrap().len(), 1);
    });
}

#[test]
fn of_2000_finishes_of_one_sign_in_at_once_one_succeeds() {
    on_each(async |kept| {
        let handles = [kept.open().await, kept.open().await];
        let ada = account(&handles[0], "Ada").await;
        let rp = Arc::new(rp());
        let mut device = TestAuthenticator::new("laptop");
        let user = SignedInUser::new(ada.user, "user", "User");
        let begin = CreatePasskey::begin(&rp, &user, Challenge::generate().unwrap(), NOW);
        let start = store::run_async(&handles[0], begin).await.unwrap();
        let response = device.create(&start.public_key, ORIGIN).unwrap();
        let id = start.ceremony_id;
        let finish = CreatePasskey::finish(&rp, ada.user, id, response.as_bytes(), NOW);
        store::run_async(&handles[0], finish).await.unwrap();
        let request = SignInRequest::Discoverable;
        let begin = SignIn::begin(&rp, request, Challenge::generate().unwrap(), NOW);
        let start = store::run_async(&handles[0], begin).await.unwrap();
        let response = Arc::new(device.get(&start.public_key, ORIGIN).unwrap());

        let finishes = (0..2000).map(|number| {
            let (store, rp, response) =
                (handles[number % 2].clone(), Arc::clone(&rp), Arc::clone(&response));
            tokio::spawn(async move {
                let finish = SignIn::finish(&rp, start.ceremony_id, response.as_bytes(), NOW);
                match store::run_async(&store, finish).await {
                    Ok(_) => true,
                    Err(RunError::Flow(relying_party::Error::CeremonyNotFound)) => false,
                    Err(error) => panic!("{error:?}"),
                }
            })
        });
        let mut successes = 0;
        for finish in finishes.collect::<Vec<_>>() {
            successes += u32::from(finish.await.unwrap());
        }
        assert_eq!(successes, 1);
    });
}

#[test]
fn what_has_expired_does_not_pile_up() {
    on_each(async |kept| {
        let store = kept.open().await;
        for hour in 0..3 {
            let now = later(hour * 3_600_000);
            let expires_at = later(hour * 3_600_000 + 300_000);
            let ceremony = ceremony(now);
            store.put_ceremony(&ceremony).await.unwrap();
            let token = TokenHash([u8::try_from(hour).unwrap(); 32]);
            store.begin_session(&token, None, None, now, expires_at).await.unwrap();
            store.bind_ceremony(&token, &ceremony.id(), now, expires_at).await.unwrap();
            assert!(store.is_bound(&token, &ceremony.id()).await.unwrap());
        }
        for table in ["ceremonies", "sessions", "session_ceremonies"] {
            assert_eq!(count(kept, table), 1, "{table}");
        }
    });
}

fn count(kept: &Kept, table: &str) -> i64 {
    let statement = format!("SELECT count(*) FROM {table}");
    match (kept, kept.database()) {
        (Kept::Schema(schema), _) => schema.number(&statement),
        (_, Database::File(path)) => {
            let database = rusqlite::Connection::open(path).unwrap();
            database.query_row(&statement, [], |row| row.get(0)).unwrap()
        }
        _ => unreachable!(),
    }
}

#[test]
fn a_night_s_expired_ceremonies_are_swept_a_few_with_each_write() {
    let Some(schema) = Schema::new() else { return };
    let kept = Kept::Schema(schema);
    Runtime::new().unwrap().block_on(async {
        let store = kept.open().await;
        let Kept::Schema(schema) = &kept else { unreachable!() };
        schema.sql(
            "INSERT INTO ceremonies
             SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), n, '{}' FROM generate_series(1, 250) n",
        );
        for left in [151, 52, 3] {
            store.put_ceremony(&ceremony(NOW)).await.unwrap();
            assert_eq!(count(&kept, "ceremonies"), left);
        }
    });
}

#[test]
fn an_account_is_found_by_its_name_upper_or_lower_case_aside() {
    on_each(async |kept| {
        let store = kept.open().await;
        let ada = account(&store, "Ada").await;
        for name in ["Ada", "ADA", "ada"] {
            let found = store.account_by_name(&name.parse().unwrap()).await.unwrap().unwrap();
            assert_eq!((found.handle, found.name.as_str()), (ada.user, "Ada"));
            let handle = UserHandle::generate().unwrap();
            let other = Account { handle, name: name.parse().unwrap() };
            assert!(!store.sign_up(&other, NOW).await.unwrap());
            assert_eq!(store.account_by_handle(&handle).await.unwrap(), None);
        }
        // Letters beyond ASCII are taken as they are, whatever the database's locale.
        account(&store, "Ärger").await;
        account(&store, "ärger").await;
    });
}

#[test]
fn a_session_is_replaced_and_ends_and_expires() {
    on_each(async |kept| {
        let store = kept.open().await;
        let ada = account(&store, "Ada").await;
        let [first, second] = [TokenHash([1; 32]), TokenHash([2; 32])];
        store.begin_session(&first, None, None, NOW, later(1000)).await.unwrap();
        let found = store.session(&first, NOW).await.unwrap().unwrap();
        assert_eq!((found.token_hash, found.account), (first, None));
        assert_eq!(found.expires_at, later(1000));
        let ceremony = ceremony(NOW).id();
        store.bind_ceremony(&first, &ceremony, NOW, later(1000)).await.unwrap();

        store.begin_session(&second, Some(ada.user), Some(first), NOW, later(1000)).await.unwrap();
        assert_eq!(store.session(&first, NOW).await.unwrap(), None);
        assert!(!store.is_bound(&first, &ceremony).await.unwrap());
        let found = store.session(&second, later(999)).await.unwrap().unwrap();
        assert_eq!(found.account.unwrap().handle, ada.user);
        assert_eq!(store.session(&second, later(1000)).await.unwrap(), None);

        // The proof of its own user is kept, and of nobody else.
        assert_eq!(found.verified, None);
        let proof = |user: UserHandle| {
            let json = json!({ "rp_id": "example.com", "user": user, "passkey": "AAAAAAAAAAAAAAAAAAAAAA",
                "user_verified": true, "at": 1000 });
            VerificationProof::from_trusted_session(json).unwrap()
        };
        for (user, kept) in
            [(UserHandle::generate().unwrap(), None), (ada.user, Some(proof(ada.user)))]
        {
            store.set_verified(&second, &proof(user)).await.unwrap();
            assert_eq!(store.session(&second, NOW).await.unwrap().unwrap().verified, kept);
        }

        store.end_session(&second).await.unwrap();
        assert_eq!(store.session(&second, NOW).await.unwrap(), None);
        // Nothing begins in a session that has ended.
        assert!(store.bind_ceremony(&second, &ceremony, NOW, later(1000)).await.is_err());
    });
}

/// A stricter isolation sounds better, and would let a transaction count what was there before it waited its turn.
#[test]
fn the_limit_is_kept_whatever_isolation_a_database_has_by_default() {
    let Some(schema) = Schema::new() else { return };
    let isolation = "%20-cdefault_transaction_isolation%3Drepeatable%5C%20read";
    let database = format!("{}{isolation}", schema.url()).parse().unwrap();
    Runtime::new().unwrap().block_on(async {
        let store = Store::open(&database, patient()).await.unwrap();
        for round in 0..5 {
            let ada = account(&store, &format!("Ada {round}")).await;
            let inserts = (0..8).map(|number| {
                let (store, passkey) = (store.clone(), passkey(&ada, &format!("{round} {number}")));
                tokio::spawn(async move { store.insert_passkey(&passkey, 3).await.unwrap() })
            });
            for insert in inserts.collect::<Vec<_>>() {
                insert.await.unwrap();
            }
            assert_eq!(store.passkeys_of(&ada).await.unwrap().len(), 3);
        }
    });
}

#[test]
fn a_passkey_needs_an_account() {
    on_each(async |kept| {
        let store = kept.open().await;
        let nobody = Owner { rp_id: "example.com".into(), user: UserHandle::generate().unwrap() };
        let refused = store.insert_passkey(&passkey(&nobody, "1"), 10).await;
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(store.passkeys_of(&nobody).await.unwrap(), []);
    });
}

#[test]
fn everything_is_there_after_the_database_is_opened_again() {
    on_each(async |kept| {
        let store = kept.open().await;
        let ada = account(&store, "Ada").await;
        let mut passkey = passkey(&ada, "1");
        // What an imported record may not say comes back unsaid.
        passkey.state.backup_state = None;
        assert_eq!(store.insert_passkey(&passkey, 10).await.unwrap(), Inserted::Inserted);
        passkey.name = "Ada's \u{1f511} “key”".parse().unwrap();
        passkey.updated_at = later(1);
        store.rename_passkey(&ada, &passkey.id, &passkey.name, passkey.updated_at).await.unwrap();
        let state = PasskeyState { sign_count: u32::MAX, ..passkey.state };
        store.record_use(&passkey.id, &passkey.state, &state, later(2)).await.unwrap();
        (passkey.state, passkey.last_used_at) = (state, Some(later(2)));
        let ceremony = ceremony(NOW);
        store.put_ceremony(&ceremony).await.unwrap();
        drop(store);

        let store = kept.open().await;
        assert_eq!(store.passkeys_of(&ada).await.unwrap(), [passkey]);
        assert_eq!(store.take_ceremony(&ceremony.id()).await.unwrap(), Some(ceremony));
        assert_eq!(store.account_by_handle(&ada.user).await.unwrap().unwrap().name.as_str(), "Ada");
    });
}

#[test]
fn the_file_has_a_write_ahead_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.sqlite");
    drop(Sqlite::open(&file).unwrap());
    let connection = rusqlite::Connection::open(&file).unwrap();
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn tables_of_a_later_layout_are_refused() {
    on_each(async |kept| {
        drop(kept.open().await);
        match (kept, kept.database()) {
            (Kept::Schema(schema), _) => schema.sql("INSERT INTO layout VALUES (3)"),
            (_, Database::File(path)) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.pragma_update(None, "user_version", 3).unwrap();
            }
            _ => unreachable!(),
        }
        let refused = Store::open(&kept.database(), patient()).await;
        assert!(matches!(refused, Err(StoreError::Layout { found: 3, known: 2 })), "{refused:?}");
    });
}

#[test]
fn servers_that_start_at_once_make_the_tables_once() {
    on_each(async |kept| {
        let database = kept.database();
        let starts = (0..8).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { Store::open(&database, patient()).await.map(drop) })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap().unwrap();
        }
        account(&kept.open().await, "Ada").await;
    });
}

#[test]
fn a_database_that_is_not_there_is_an_error_in_time() {
    // Nobody listens at a port that was just given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://nobody@{}/none", listener.local_addr().unwrap());
    drop(listener);
    let started = Instant::now();
    let runtime = Runtime::new().unwrap();
    let refused = runtime.block_on(Store::open(&address.parse().unwrap(), patient()));
    assert!(refused.as_ref().is_err_and(StoreError::may_pass), "{refused:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// The PostgreSQL of the tests has no certificate of that name, whoever vouches for what it has; or no TLS at all.
#[test]
fn a_database_that_cannot_prove_its_name_is_refused_where_tls_is_required() {
    let Some(schema) = Schema::new() else { return };
    let host = schema.host();
    let mut config = tokio_postgres::Config::new();
    config.host("database.invalid").hostaddr(host.ip()).port(host.port());
    config.ssl_mode(tokio_postgres::config::SslMode::Require).user("postgres");
    let database = Database::Postgres(Box::new(config));
    let refused = Runtime::new().unwrap().block_on(Store::open(&database, patient()));
    let error = server::error::chain(&refused.unwrap_err());
    assert!(error.contains("TLS"), "{error}");
}

/// PostgreSQL itself counts how often it reads a table from one end to the other: for statements, and for what follows
/// from a deletion.
#[test]
fn no_call_reads_a_whole_table() {
    let Some(schema) = Schema::new() else { return };
    let kept = Kept::Schema(schema);
    let Kept::Schema(schema) = &kept else { unreachable!() };
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let store = kept.open().await;
        let ada = account(&store, "Ada").await;
        fill(schema, &passkey(&ada, "0"));
        drop(store);
        let scans = || {
            schema.number(
                "SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables
             WHERE schemaname = current_schema() AND relname <> 'layout'",
            )
        };
        settled(schema);
        let before = scans();
        call_everything(&kept.open().await, &ada).await;
        settled(schema);
        assert_eq!(scans(), before);
        // And it does count.
        schema.query("SELECT count(*) FROM passkeys WHERE name = 'x'");
        settled(schema);
        assert_eq!(scans(), before + 1);
    });
}

/// Enough rows that no planner would rather read them all.
fn fill(schema: &Schema, passkey: &Passkey) {
    let record = serde_json::to_string(passkey).unwrap().replace('\'', "''");
    schema.sql(&format!(
        "CREATE FUNCTION bytes(n int) RETURNS bytea LANGUAGE sql IMMUTABLE
             AS $$ SELECT decode(md5(n::text), 'hex') $$;
         INSERT INTO users SELECT bytes(n), 'user ' || n, n FROM generate_series(1, 5000) n;
         INSERT INTO sessions (token_hash, user_handle, expires_at) SELECT sha256(bytes(n)), bytes(n), 1700000000000 + n * 1000
             FROM generate_series(1, 5000) n;
         INSERT INTO session_ceremonies SELECT bytes(n), sha256(bytes(n)), 1700000000000 + n * 1000
             FROM generate_series(1, 5000) n;
         INSERT INTO ceremonies SELECT bytes(n), 1700000000000 + n * 1000, '{{}}'
             FROM generate_series(1, 5000) n;
         INSERT INTO passkeys
             SELECT bytes(n), 'example.com', bytes(n), bytes(n), n, '{record}', 'a name', n, n, 0, true, true, true
             FROM generate_series(1, 5000) n;
         ANALYZE users; ANALYZE sessions; ANALYZE session_ceremonies; ANALYZE ceremonies; ANALYZE passkeys;"
    ));
}

/// Waits until PostgreSQL has written down what the connections of this test did, which it does when they close.
fn settled(schema: &Schema) {
    let name = schema.name();
    let last = std::cell::Cell::new(-1);
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(300));
        let now = schema.number(&format!(
            "SELECT sum(seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_del)::bigint
             FROM pg_stat_user_tables WHERE schemaname = '{name}'"
        ));
        if last.replace(now) == now {
            return;
        }
    }
    panic!("PostgreSQL's statistics do not come to rest");
}

/// Every call of the store, in each of the ways in which it can end.
async fn call_everything(store: &Store, ada: &Owner) {
    let (first, second) = (passkey(ada, "1"), passkey(ada, "2"));
    for (passkey, max) in [(&first, 10), (&first, 10), (&second, 1), (&second, 10)] {
        store.insert_passkey(passkey, max).await.unwrap();
    }
    assert_eq!(store.passkeys_of(ada).await.unwrap().len(), 2);
    store.passkey("example.com", &first.credential_id).await.unwrap().unwrap();
    let used = PasskeyState { sign_count: 1, ..first.state };
    for _ in 0..2 {
        store.record_use(&first.id, &first.state, &used, NOW).await.unwrap();
    }
    store.rename_passkey(ada, &first.id, &"name".parse().unwrap(), NOW).await.unwrap().unwrap();
    for (id, keep_last) in
        [(&second.id, true), (&first.id, true), (&first.id, false), (&first.id, true)]
    {
        store.delete_passkey(ada, id, keep_last).await.unwrap();
    }
    // An hour in which much has expired.
    let now = later(3_600_000);
    let ceremony = ceremony(now);
    store.put_ceremony(&ceremony).await.unwrap();
    let [one, other] = [TokenHash([1; 32]), TokenHash([2; 32])];
    store.begin_session(&one, None, None, now, later(7_200_000)).await.unwrap();
    store.begin_session(&other, Some(ada.user), Some(one), now, later(7_200_000)).await.unwrap();
    store.bind_ceremony(&other, &ceremony.id(), now, later(7_200_000)).await.unwrap();
    assert!(store.is_bound(&other, &ceremony.id()).await.unwrap());
    store.session(&other, now).await.unwrap().unwrap();
    store.take_ceremony(&ceremony.id()).await.unwrap().unwrap();
    store.end_session(&other).await.unwrap();
    store.account_by_name(&"ADA".parse().unwrap()).await.unwrap().unwrap();
    store.account_by_handle(&ada.user).await.unwrap().unwrap();
}
