//! Connections to a server that are killed, cut or stalled; servers that are killed, or whose disk is full.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use relying_party::{
    Challenge, ListPasskeys, PasskeyId, SignIn, SignInRequest, SignedInUser,
    flow::{InsertOutcome, Owner},
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, run_async},
};
use relying_party_sqlx::{Dialect, SqlxError, SqlxStore};
use sqlx::{
    AssertSqlSafe, Executor, IntoArguments, MySql, Pool, Postgres,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use support::{
    Fresh, NOW, account, passkey,
    proxy::{Mode, Proxy},
    rp, runtime,
    server::Server,
    session,
};

/// What a service has been promised by a store.
#[derive(Default)]
struct Acknowledged {
    inserted: Vec<(Owner, PasskeyId)>,
    /// Ceremonies by how often they were taken.
    taken: Vec<(relying_party::CeremonyId, usize)>,
    failures: usize,
}

/// Inserts passkeys, and takes every ceremony from two tasks at once, until told to stop.
async fn work<DB: Dialect>(store: SqlxStore<DB>, stop: Arc<AtomicBool>) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    let made = passkey(&account(), "laptop");
    while !stop.load(Ordering::Relaxed) {
        let mut made = made.clone();
        let owner = account();
        made.user = owner.user;
        made.credential_id = owner.user.as_bytes().try_into().unwrap();
        made.id = PasskeyId::of(&made.rp_id, &made.credential_id);
        if let Ok(outcome) = store.insert_passkey(&made, 10).await {
            assert_eq!(outcome, InsertOutcome::Inserted);
            acknowledged.inserted.push((owner, made.id));
        } else {
            acknowledged.failures += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let rp = rp();
        let challenge = Challenge::generate().unwrap();
        let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session(), challenge, NOW);
        let Ok(start) = run_async(&store, begin).await else {
            acknowledged.failures += 1;
            continue;
        };
        let (one, other) = tokio::join!(
            store.take_ceremony(&start.ceremony_id),
            store.take_ceremony(&start.ceremony_id)
        );
        let mut times = 0;
        for taken in [one, other] {
            match taken {
                Ok(taken) => times += usize::from(taken.is_some()),
                Err(_) => acknowledged.failures += 1,
            }
        }
        acknowledged.taken.push((start.ceremony_id, times));
    }
    acknowledged
}

/// Works while `fail` makes connections fail, and checks what is left.
async fn nothing_acknowledged_is_lost<DB: Dialect>(store: SqlxStore<DB>, fail: impl AsyncFnOnce()) {
    let stop = Arc::new(AtomicBool::new(false));
    let workers = (0..8).map(|_| tokio::spawn(work(store.clone(), Arc::clone(&stop))));
    let workers = workers.collect::<Vec<_>>();
    fail().await;
    stop.store(true, Ordering::Relaxed);
    let (mut inserted, mut taken, mut failures) = (0, 0, 0);
    // The pool finds a way back by itself.
    let recovery = Instant::now();
    while let Err(error) = store.passkeys_of(&account()).await {
        assert!(recovery.elapsed() < Duration::from_secs(30), "{error:?}");
    }
    for worker in workers {
        let acknowledged = worker.await.unwrap();
        for (owner, id) in &acknowledged.inserted {
            let there = store.passkeys_of(owner).await.unwrap();
            assert_eq!(there.iter().map(|passkey| passkey.id).collect::<Vec<_>>(), [*id]);
        }
        for (id, mut times) in acknowledged.taken {
            // One whose answer was lost may still be there, or may have been taken by no one who knows of it.
            times += usize::from(store.take_ceremony(&id).await.unwrap().is_some());
            assert!(times <= 1, "a ceremony was taken {times} times");
            taken += times;
        }
        inserted += acknowledged.inserted.len();
        failures += acknowledged.failures;
    }
    println!("{}: {inserted} inserted, {taken} taken, {failures} failures", DB::NAME);
    assert!(inserted > 0 && taken > 0, "nothing was done");
    assert!(failures > 0, "nothing failed");
}

/// The IDs of the connections that a pool has made.
type Connections = Arc<Mutex<Vec<i64>>>;

/// Kills the connections of the store again and again.
async fn kill<DB: Dialect>(pool: &Pool<DB>, made: &Connections, kill: impl Fn(i64) -> String)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let mut connection = pool.acquire().await.unwrap();
        let ids = std::mem::take(&mut *made.lock().unwrap());
        for id in ids {
            // It may be gone already.
            let _ = sqlx::query(AssertSqlSafe(kill(id))).execute(&mut *connection).await;
        }
    }
}

#[test]
fn postgres_loses_nothing_when_connections_are_killed() {
    runtime().block_on(async {
        let Some(fresh) = support::postgres().await else { return };
        fresh.store.migrate().await.unwrap();
        let made = Connections::default();
        let note = Arc::clone(&made);
        let pool = PgPoolOptions::new().max_connections(6).after_connect(move |connection, _| {
            let note = Arc::clone(&note);
            Box::pin(async move {
                let id = sqlx::query_scalar("SELECT pg_backend_pid()::bigint");
                let id = id.fetch_one(connection).await?;
                note.lock().unwrap().push(id);
                Ok(())
            })
        });
        let pool = pool.connect(&support::postgres_url()).await.unwrap();
        let store = SqlxStore::with_tables(pool, fresh.tables.clone());
        let kill_it = |id| format!("SELECT pg_terminate_backend({id})");
        nothing_acknowledged_is_lost(store, async || {
            kill(fresh.store.pool(), &made, kill_it).await;
        })
        .await;
    });
}

/// On a separate server, which no one else uses.
#[test]
fn mysql_loses_nothing_when_connections_are_killed() {
    let Some(mut server) = Server::mysql(None) else { return };
    runtime().block_on(async {
        server.start();
        let other = mysql_pool(&server);
        await_server(&mut server, &other).await;
        let made = Connections::default();
        let note = Arc::clone(&made);
        let pool =
            MySqlPoolOptions::new().max_connections(6).after_connect(move |connection, _| {
                let note = Arc::clone(&note);
                Box::pin(async move {
                    let id = sqlx::query_scalar("SELECT CAST(CONNECTION_ID() AS SIGNED)");
                    let id = id.fetch_one(connection).await?;
                    note.lock().unwrap().push(id);
                    Ok(())
                })
            });
        let pool = pool.connect_lazy_with((*other.connect_options()).clone());
        let store = SqlxStore::new(pool);
        store.migrate().await.unwrap();
        let kill_it = |id| format!("KILL {id}");
        nothing_acknowledged_is_lost(store, async || kill(&other, &made, kill_it).await).await;
    });
}

/// A store whose pool of four connections goes through a proxy.
async fn through_proxy_postgres(fresh: &Fresh<Postgres>) -> (Proxy, SqlxStore<Postgres>) {
    let options: PgConnectOptions = support::postgres_url().parse().unwrap();
    let proxy = Proxy::to(options.get_port()).await;
    let options = options.host("127.0.0.1").port(proxy.port);
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    (proxy, SqlxStore::with_tables(pool, fresh.tables.clone()))
}

async fn through_proxy_mysql(fresh: &Fresh<MySql>) -> (Proxy, SqlxStore<MySql>) {
    let options: MySqlConnectOptions = support::mysql_url().parse().unwrap();
    let proxy = Proxy::to(options.get_port()).await;
    let options = options.host("127.0.0.1").port(proxy.port);
    let pool = MySqlPoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    (proxy, SqlxStore::with_tables(pool, fresh.tables.clone()))
}

async fn ends_in_time_when_the_server_stalls<DB: Dialect>(proxy: &Proxy, store: SqlxStore<DB>) {
    let owner = account();
    let made = passkey(&owner, "laptop");
    store.insert_passkey(&made, 10).await.unwrap();

    proxy.set(Mode::Stalls);
    let store = store.patience(Duration::from_millis(300));
    let begun = Instant::now();
    // More than the pool has connections, reads and writes.
    let waiting = (0..12).map(|number| {
        let (store, owner, made) = (store.clone(), owner.clone(), made.clone());
        tokio::spawn(async move {
            let ended = if number % 2 == 0 {
                store.passkeys_of(&owner).await.map(drop)
            } else {
                store.record_use(&made.id, &made.state, &made.state, NOW).await.map(drop)
            };
            assert!(matches!(ended, Err(SqlxError::TooSlow)), "{ended:?}");
        })
    });
    for waiting in waiting.collect::<Vec<_>>() {
        waiting.await.unwrap();
    }
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_millis(300), "{waited:?}");
    assert!(waited < Duration::from_secs(3), "{waited:?}");

    // No connection that was given up is lent again, and their places in the pool are free.
    proxy.set(Mode::Forwards);
    let store = store.patience(Duration::from_secs(5));
    for _ in 0..12 {
        assert_eq!(store.passkeys_of(&owner).await.unwrap().len(), 1);
    }
}

async fn recovers_when_connections_are_cut<DB: Dialect>(proxy: &Proxy, store: SqlxStore<DB>) {
    let (rp, owner) = (rp(), account());
    let made = passkey(&owner, "phone");
    assert_eq!(store.insert_passkey(&made, 10).await.unwrap(), InsertOutcome::Inserted);
    proxy.set(Mode::Cuts);
    let store = store.patience(Duration::from_secs(1));
    let user = SignedInUser::new(owner.user, "user", "User");
    let challenge = Challenge::generate().unwrap();
    let begin = relying_party::CreatePasskey::begin(&rp, &user, session(), challenge, NOW);
    run_async(&store, begin).await.unwrap_err();
    proxy.set(Mode::Forwards);
    let store = store.patience(Duration::from_secs(5));
    let listed = run_async(&store, ListPasskeys::begin(&rp, owner.user)).await.unwrap();
    assert_eq!(listed.passkeys.len(), 1);
}

#[test]
fn postgres_ends_in_time_when_the_server_stalls_and_recovers() {
    runtime().block_on(async {
        let Some(fresh) = support::postgres().await else { return };
        fresh.store.migrate().await.unwrap();
        let (proxy, store) = through_proxy_postgres(&fresh).await;
        ends_in_time_when_the_server_stalls(&proxy, store.clone()).await;
        recovers_when_connections_are_cut(&proxy, store).await;
    });
}

#[test]
fn mysql_ends_in_time_when_the_server_stalls_and_recovers() {
    runtime().block_on(async {
        let Some(fresh) = support::mysql().await else { return };
        fresh.store.migrate().await.unwrap();
        let (proxy, store) = through_proxy_mysql(&fresh).await;
        ends_in_time_when_the_server_stalls(&proxy, store.clone()).await;
        Box::pin(recovers_when_connections_are_cut(&proxy, store)).await;
    });
}

#[test]
fn an_operation_that_waits_for_a_lock_ends_in_time() {
    runtime().block_on(async {
        let Some(fresh) = support::postgres().await else { return };
        fresh.store.migrate().await.unwrap();
        let owner = account();
        let made = passkey(&owner, "laptop");
        fresh.store.insert_passkey(&made, 10).await.unwrap();
        // Another program holds the account's lock.
        let mut other = fresh.store.pool().begin().await.unwrap();
        let lock = format!("SELECT 1 FROM {}.passkey_accounts FOR UPDATE", fresh.name);
        sqlx::query(AssertSqlSafe(lock)).execute(&mut *other).await.unwrap();
        let store = fresh.store.clone().patience(Duration::from_millis(300));
        let ended = store.delete_passkey(&owner, &made.id, false).await;
        assert!(matches!(ended, Err(SqlxError::TooSlow)), "{ended:?}");
        // Sign-ins do not wait for it.
        store.record_use(&made.id, &made.state, &made.state, NOW).await.unwrap();
    });
}

/// Kills the server in the middle of writes, twice, and starts it again on the same files.
async fn crash<DB: Dialect>(server: &mut Server, pool: &Pool<DB>) {
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.kill();
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.start();
        await_server(server, pool).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
}

async fn await_server<DB: Dialect>(server: &mut Server, pool: &Pool<DB>) {
    let begun = Instant::now();
    while let Err(error) = pool.acquire().await {
        assert!(begun.elapsed() < Duration::from_mins(1), "{error:?}");
        server.keep_running();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Fills the server's disk in the middle of writes, and makes room again.
async fn fill_disk<DB: Dialect>(server: &mut Server, pool: &Pool<DB>) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.fill_disk();
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.make_room();
    await_server(server, pool).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
}

fn postgres_pool(server: &Server) -> Pool<Postgres> {
    let options = PgConnectOptions::new().host("127.0.0.1").port(server.port);
    let options = options.username("postgres").database("postgres");
    PgPoolOptions::new().max_connections(6).connect_lazy_with(options)
}

fn mysql_pool(server: &Server) -> Pool<MySql> {
    let options = MySqlConnectOptions::new().host("127.0.0.1").port(server.port);
    let options = options.username("root").database("test");
    MySqlPoolOptions::new().max_connections(6).connect_lazy_with(options)
}

/// Starts the server, and works while `fail` makes it fail.
fn nothing_is_lost_by<DB: Dialect>(
    mut server: Server,
    pool: impl FnOnce(&Server) -> Pool<DB>,
    fail: impl AsyncFnOnce(&mut Server, &Pool<DB>),
) {
    runtime().block_on(async {
        server.start();
        let pool = pool(&server);
        await_server(&mut server, &pool).await;
        let store = SqlxStore::new(pool.clone());
        store.migrate().await.unwrap();
        nothing_acknowledged_is_lost(store, async || fail(&mut server, &pool).await).await;
    });
}

#[test]
fn postgres_loses_nothing_when_the_server_is_killed() {
    let Some(server) = Server::postgres(None) else { return };
    nothing_is_lost_by(server, postgres_pool, crash);
}

#[test]
fn mysql_loses_nothing_when_the_server_is_killed() {
    let Some(server) = Server::mysql(None) else { return };
    nothing_is_lost_by(server, mysql_pool, crash);
}

#[test]
fn postgres_loses_nothing_when_its_disk_is_full() {
    let Some(server) = Server::postgres(Some(160)) else { return };
    nothing_is_lost_by(server, postgres_pool, fill_disk);
}

#[test]
fn mysql_loses_nothing_when_its_disk_is_full() {
    let Some(server) = Server::mysql(Some(300)) else { return };
    nothing_is_lost_by(server, mysql_pool, fill_disk);
}
