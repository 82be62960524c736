//! SQLite: a process that is killed in the middle of writes, and a disk that is full.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use relying_party::{
    Challenge, Passkey, PasskeyId, SignIn, SignInRequest,
    flow::{InsertOutcome, Owner},
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, run_async},
};
use relying_party_sqlx::{SqlxStore, sqlite_options};
use sqlx::{Sqlite, SqlitePool, sqlite::SqlitePoolOptions};
use support::{NOW, account, passkey, rp, runtime, session};
use tokio::task::JoinSet;

/// The file that the child writes to.
const FILE: &str = "CHILD_WRITES_TO";

/// A passkey of a new account. Creating each one with an authenticator would take longer than writing it.
fn another(made: &Passkey) -> (Owner, Passkey) {
    let (owner, mut made) = (account(), made.clone());
    made.user = owner.user;
    made.credential_id = owner.user.as_bytes().try_into().unwrap();
    made.id = PasskeyId::of(&made.rp_id, &made.credential_id);
    (owner, made)
}

/// Not a test by itself: the process that is killed. It says what was acknowledged, a line each.
#[test]
fn child() {
    let Ok(file) = env::var(FILE) else { return };
    runtime().block_on(async {
        let store = SqlxStore::new(SqlitePool::connect_with(sqlite_options(file)).await.unwrap());
        store.migrate().await.unwrap();
        let made = passkey(&account(), "laptop");
        let mut writers = JoinSet::new();
        for _ in 0..8 {
            let (store, made) = (store.clone(), made.clone());
            writers.spawn(async move {
                loop {
                    let (owner, made) = another(&made);
                    store.insert_passkey(&made, 10).await.unwrap();
                    println!("inserted {}", owner.user);
                    let rp = rp();
                    let challenge = Challenge::generate().unwrap();
                    let request = SignInRequest::Discoverable;
                    let begin = SignIn::begin(&rp, request, session(), challenge, NOW);
                    let id = run_async(&store, begin).await.unwrap().ceremony_id;
                    println!("begun {id}");
                    store.take_ceremony(&id).await.unwrap().unwrap();
                    println!("taken {id}");
                }
            });
        }
        writers.join_all().await;
    });
}

#[test]
fn a_process_that_is_killed_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passkeys.sqlite");
    let mut acknowledged = Vec::new();
    for round in 0..8 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for (number, line) in lines.map_while(Result::ok).enumerate() {
            acknowledged.push(line);
            // SIGKILL on Unix. What was written to the pipe before is still read.
            if number == 200 + 37 * round {
                child.kill().unwrap();
            }
        }
        assert!(!child.wait().unwrap().success());
        runtime().block_on(check(&file, &acknowledged));
    }
}

async fn check(file: &Path, acknowledged: &[String]) {
    let store = open(file, 1 << 20).await;
    let integrity = sqlx::query_scalar::<_, String>("PRAGMA integrity_check");
    assert_eq!(integrity.fetch_one(store.pool()).await.unwrap(), "ok");
    let lines = |kind: &'static str| {
        acknowledged.iter().filter_map(move |line| line.strip_prefix(kind)).map(str::trim)
    };
    let rows = sqlx::query_scalar::<_, Vec<u8>>("SELECT id FROM passkey_ceremonies");
    let left = rows.fetch_all(store.pool()).await.unwrap();
    let is_left = |id: &str| {
        let id = id.parse::<relying_party::CeremonyId>().unwrap();
        left.iter().any(|left| left == id.as_bytes())
    };
    for user in lines("inserted ") {
        let owner = Owner { rp_id: "example.com".into(), user: user.parse().unwrap() };
        assert_eq!(store.passkeys_of(&owner).await.unwrap().len(), 1, "{user} is lost");
    }
    for id in lines("taken ") {
        assert!(!is_left(id), "{id} is there again");
    }
    println!("{} inserted, {} taken", lines("inserted ").count(), lines("taken ").count());
    assert!(lines("inserted ").count() > 0 && lines("taken ").count() > 0);
}

/// Opens a file that may have that many pages.
async fn open(file: &Path, pages: u32) -> SqlxStore<Sqlite> {
    let options = sqlite_options(file).pragma("max_page_count", pages.to_string());
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    let store = SqlxStore::new(pool);
    store.migrate().await.unwrap();
    store
}

#[test]
fn a_full_disk_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passkeys.sqlite");
    runtime().block_on(async {
        let made = passkey(&account(), "laptop");
        let store = open(&file, 120).await;
        let writers = (0..16).map(|_| {
            let (store, made) = (store.clone(), made.clone());
            tokio::spawn(async move {
                let (mut stored, mut failures) = (Vec::new(), 0);
                while failures < 20 {
                    let (owner, made) = another(&made);
                    match store.insert_passkey(&made, 10).await {
                        Ok(outcome) => {
                            assert_eq!(outcome, InsertOutcome::Inserted);
                            stored.push(owner);
                        }
                        Err(_) => failures += 1,
                    }
                }
                stored
            })
        });
        let mut stored = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            stored.extend(writer.await.unwrap());
        }
        println!("{} passkeys until the disk was full", stored.len());
        assert!(stored.len() > 50);
        // What was there can still be read.
        for owner in &stored {
            assert_eq!(store.passkeys_of(owner).await.unwrap().len(), 1);
        }
        drop(store);
        // With space again, everything works again.
        let store = open(&file, 1 << 20).await;
        let (owner, made) = another(&made);
        assert_eq!(store.insert_passkey(&made, 10).await.unwrap(), InsertOutcome::Inserted);
        stored.push(owner);
        for owner in &stored {
            assert_eq!(store.passkeys_of(owner).await.unwrap().len(), 1);
        }
    });
    std::io::stdout().flush().unwrap();
}
