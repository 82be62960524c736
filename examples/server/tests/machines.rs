//! Many servers on one database, and everything that can happen to a server and to its database: each server is a
//! process, as it is in earnest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

mod support {
    pub mod load;
    pub mod postgres;
    pub mod proxy;
    pub mod server;
    pub mod visitor;
}

use std::{
    fs::File,
    io::Write as _,
    net::ToSocketAddrs as _,
    path::Path,
    process::Command,
    slice,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use relying_party::test_authenticator::TestAuthenticator;
use serde_json::json;
use support::{
    load::work_while,
    postgres::Schema,
    proxy::{Proxy, Weather},
    server::Server,
    visitor::{ORIGIN, Visitor, finish},
};

/// Few connections for each server, since tests run beside each other.
const FEW: [&str; 2] = ["--database-connections", "6"];

fn start(schema: &Schema, port: u16) -> Server {
    Server::start(schema.url(), port, &FEW)
}

// ---- many servers ----

#[test]
fn what_began_at_one_server_is_finished_at_another() {
    let Some(schema) = Schema::new() else { return };
    let servers = [start(&schema, 0), start(&schema, 0)];
    let [one, other] = [&servers[0], &servers[1]].map(Server::port);
    let (mut ada, mut device) = (Visitor::new(), TestAuthenticator::new("laptop"));
    let first = ada.sign_up(one, "Ada", &mut TestAuthenticator::new("phone"));
    assert_eq!(ada.get(other, "/api/session").ok()["user"], json!({ "name": "Ada" }));

    let finish = ada.prepare_creation(one, &mut device);
    let created = ada.post(other, "/passkeys/create/finish", &finish).ok()["passkey"].take();
    assert_eq!(ada.passkeys(one), [first, created.clone()]);
    let again = ada.post(one, "/passkeys/create/finish", &finish);
    assert_eq!(again.code(), "ceremony_expired");

    let mut nobody = Visitor::new();
    let finish = nobody.prepare_sign_in(other, &mut device);
    let signed_in = nobody.post(one, "/passkeys/sign-in/finish", &finish).ok();
    assert_eq!(signed_in["passkey"]["id"], created["id"]);
    assert_eq!(nobody.get(other, "/api/session").ok()["user"], json!({ "name": "Ada" }));

    let path = format!("/passkeys/{}", created["id"].as_str().unwrap());
    ada.call(one, "DELETE", &path, &json!({})).unwrap().ok();
    let mut nobody = Visitor::new();
    let finish = nobody.prepare_sign_in(one, &mut device);
    let refused = nobody.post(other, "/passkeys/sign-in/finish", &finish);
    assert_eq!(refused.code(), "passkey_retrieval_failed");
}

#[test]
fn of_one_response_sent_to_all_servers_at_once_one_counts() {
    let Some(schema) = Schema::new() else { return };
    let servers = [start(&schema, 0), start(&schema, 0)];
    let ports = [&servers[0], &servers[1]].map(Server::port);
    let mut ada = Visitor::new();
    ada.sign_up(ports[0], "Ada", &mut TestAuthenticator::new("laptop"));
    for round in 0..5 {
        let mut device = TestAuthenticator::new(format!("device {round}"));
        let finish = ada.prepare_creation(ports[0], &mut device);
        let cookie = ada.cookie.clone();
        assert_eq!(count_successes(ports, &cookie, "/passkeys/create/finish", &finish), 1);
        assert_eq!(ada.passkeys(ports[1]).len(), round + 2);

        let mut nobody = Visitor::new();
        let finish = nobody.prepare_sign_in(ports[1], &mut device);
        assert_eq!(count_successes(ports, &nobody.cookie, "/passkeys/sign-in/finish", &finish), 1);
    }
}

/// Sends the same eight times at once, from the same browser.
fn count_successes(ports: [u16; 2], cookie: &str, path: &str, body: &serde_json::Value) -> usize {
    let together = Barrier::new(8);
    let send = |number: usize| {
        let mut visitor = Visitor::new();
        cookie.clone_into(&mut visitor.cookie);
        together.wait();
        let answer = visitor.post(ports[number % 2], path, body);
        assert!(answer.status == 200 || answer.code() == "ceremony_expired", "{answer:?}");
        answer.status == 200
    };
    thread::scope(|scope| {
        let senders = [0, 1, 2, 3, 4, 5, 6, 7].map(|number| {
            let send = &send;
            scope.spawn(move || send(number))
        });
        senders.into_iter().map(|sender| sender.join().unwrap()).filter(|counted| *counted).count()
    })
}

#[test]
fn a_rolling_restart_under_load_loses_nothing() {
    let Some(schema) = Schema::new() else { return };
    let mut servers = [start(&schema, 0), start(&schema, 0)];
    let ports = [&servers[0], &servers[1]].map(Server::port);
    work_while(3, &ports, |load| {
        for turn in 0..4 {
            load.go_on();
            let port = ports[turn % 2];
            // One ends what it is doing while the other serves, and then is there again.
            servers[turn % 2].stop();
            servers[turn % 2] = start(&schema, port);
        }
    });
}

// ---- servers that are killed ----

#[test]
fn a_server_that_is_killed_under_load_loses_nothing_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passkeys.sqlite");
    kill_under_load(|port| Server::start(&file, port, &[]));
}

#[test]
fn a_server_that_is_killed_under_load_loses_nothing_in_postgres() {
    let Some(schema) = Schema::new() else { return };
    kill_under_load(|port| start(&schema, port));
}

fn kill_under_load(start: impl Fn(u16) -> Server) {
    let mut server = start(0);
    let port = server.port();
    work_while(3, &[port], |load| {
        for _ in 0..4 {
            load.go_on();
            server.kill_now();
            server = start(port);
        }
    });
}

// ---- databases that fail ----

/// Requests end this soon, and a little later on a machine with much else to do.
const IMPATIENT: [&str; 4] = ["--database-seconds", "3", "--database-connections", "6"];

/// Answers of a database that takes too long come within this.
const SOON: Duration = Duration::from_secs(30);

/// A server whose database is behind a proxy; Ada is signed in and has begun to create a second passkey.
struct Shaken {
    proxy: Proxy,
    server: Server,
    ada: Visitor,
    first: serde_json::Value,
    creation: serde_json::Value,
    schema: Schema,
}

fn shaken() -> Option<Shaken> {
    let schema = Schema::new()?;
    let proxy = Proxy::new(schema.host());
    let server = Server::start(schema.url_at(proxy.port()), 0, &IMPATIENT);
    let (mut ada, mut device) = (Visitor::new(), TestAuthenticator::new("laptop"));
    let first = ada.sign_up(server.port(), "Ada", &mut TestAuthenticator::new("phone"));
    let creation = ada.prepare_creation(server.port(), &mut device);
    Some(Shaken { proxy, server, ada, first, creation, schema })
}

impl Shaken {
    /// Everything that needs the database says clearly and soon that it cannot be had; everything else is there.
    fn expect_unavailable(&mut self) {
        let port = self.server.port();
        let started = Instant::now();
        let finish = "/passkeys/create/finish";
        self.ada.post(port, finish, &self.creation).unavailable();
        self.ada.get(port, "/passkeys").unavailable();
        Visitor::new()
            .post(port, "/passkeys/sign-in/begin", &json!({ "flow": "discoverable" }))
            .unavailable();
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
        assert_eq!(self.ada.get(port, "/").status, 200);
    }

    /// As if nothing had been. Without a restart.
    fn expect_recovery(&mut self) {
        let port = self.server.port();
        let created = self.ada.post(port, "/passkeys/create/finish", &self.creation).ok();
        assert_eq!(self.ada.passkeys(port), [self.first.clone(), created["passkey"].clone()]);
    }
}

#[test]
fn a_database_that_goes_away_is_an_error_until_it_is_back() {
    let Some(mut it) = shaken() else { return };
    it.proxy.set(Weather::Cut);
    it.expect_unavailable();
    it.proxy.set(Weather::Fair);
    it.expect_recovery();
}

#[test]
fn a_database_that_stalls_is_an_error_in_time_until_it_answers() {
    let Some(mut it) = shaken() else { return };
    it.proxy.set(Weather::Stalled);
    it.expect_unavailable();
    // More requests than there are connections do not queue up: all are answered after the same time.
    let port = it.server.port();
    let started = Instant::now();
    thread::scope(|scope| {
        let ask = || {
            Visitor::new()
                .post(port, "/passkeys/sign-in/begin", &json!({ "flow": "discoverable" }))
                .unavailable()
        };
        let asking = (0..24).map(|_| scope.spawn(ask)).collect::<Vec<_>>();
        for asked in asking {
            asked.join().unwrap();
        }
    });
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    it.proxy.set(Weather::Fair);
    it.expect_recovery();
}

#[test]
fn a_slow_database_is_waited_for_and_no_longer_than_said() {
    let Some(mut it) = shaken() else { return };
    let port = it.server.port();
    it.proxy.set(Weather::Slow(Duration::from_millis(60)));
    assert_eq!(it.ada.passkeys(port), slice::from_ref(&it.first));
    it.proxy.set(Weather::Slow(Duration::from_secs(4)));
    it.expect_unavailable();
    it.proxy.set(Weather::Fair);
    it.expect_recovery();
}

/// Somebody else has locked the account: the passkey cannot be inserted in time, when the ceremony is taken already.
#[test]
fn what_takes_too_long_in_the_middle_leaves_nothing_half_done() {
    let Some(mut it) = shaken() else { return };
    let port = it.server.port();
    let refused = thread::scope(|scope| {
        let marker = it.schema.name();
        let lock = format!(
            "BEGIN; SELECT 1 FROM passkey_accounts FOR UPDATE; SELECT pg_sleep(5) /* {marker} */; COMMIT"
        );
        let schema = &it.schema;
        scope.spawn(move || schema.sql(&lock));
        let asleep = format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE wait_event = 'PgSleep' AND query LIKE '%{marker}%'"
        );
        while schema.number(&asleep) == 0 {
            thread::sleep(Duration::from_millis(20));
        }
        it.ada.post(port, "/passkeys/create/finish", &it.creation)
    });
    refused.unavailable();
    // The lock is free, and what waited for it is given up: not done later either.
    assert_eq!(it.ada.passkeys(port), slice::from_ref(&it.first));
    let again = it.ada.post(port, "/passkeys/create/finish", &it.creation);
    assert_eq!(again.code(), "ceremony_expired");
    let created = it.ada.create(port, &mut TestAuthenticator::new("laptop"));
    assert_eq!(it.ada.passkeys(port), [it.first, created]);
}

#[test]
fn a_database_that_comes_and_goes_under_load_loses_nothing() {
    let Some(schema) = Schema::new() else { return };
    let proxy = Proxy::new(schema.host());
    let server = Server::start(schema.url_at(proxy.port()), 0, &IMPATIENT);
    work_while(3, &[server.port()], |load| {
        for weather in [Weather::Cut, Weather::Stalled, Weather::Cut, Weather::Stalled] {
            load.go_on();
            proxy.set(weather);
            thread::sleep(Duration::from_millis(200));
            proxy.set(Weather::Fair);
        }
    });
}

// ---- ceremonies in Redis ----

/// Two servers with their passkeys in PostgreSQL and their ceremonies in Redis, which is behind a proxy.
struct Pair {
    redis: Proxy,
    servers: [Server; 2],
    schema: Schema,
}

fn pair() -> Option<Pair> {
    let address = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into());
    let client = redis::Client::open(address.as_str()).unwrap();
    if let Err(error) = client.get_connection_with_timeout(Duration::from_secs(2)) {
        assert!(std::env::var_os("REQUIRE_REDIS").is_none(), "Redis at {address}: {error}");
        println!("skipped: there is no Redis at {address}: {error}");
        return None;
    }
    let schema = Schema::new()?;
    let authority = address.trim_start_matches("redis://").split('/').next().unwrap();
    let redis = Proxy::new(authority.to_socket_addrs().unwrap().next().unwrap());
    let url = format!("redis://127.0.0.1:{}/", redis.port());
    let start = || {
        Server::start_with(schema.url(), 0, &IMPATIENT, |command| {
            command.env("REDIS_URL", &url);
        })
    };
    let servers = [start(), start()];
    Some(Pair { redis, servers, schema })
}

#[test]
fn a_ceremony_in_redis_counts_once_over_all_servers() {
    let Some(it) = pair() else { return };
    let ports = [&it.servers[0], &it.servers[1]].map(Server::port);
    let (mut ada, mut device) = (Visitor::new(), TestAuthenticator::new("laptop"));
    ada.sign_up(ports[0], "Ada", &mut device);
    for _ in 0..5 {
        let mut nobody = Visitor::new();
        let finish = nobody.prepare_sign_in(ports[1], &mut device);
        // None is in the database.
        assert_eq!(it.schema.number("SELECT count(*) FROM passkey_ceremonies"), 0);
        assert_eq!(count_successes(ports, &nobody.cookie, "/passkeys/sign-in/finish", &finish), 1);
    }
}

#[test]
fn servers_without_redis_refuse_ceremonies_and_nothing_else() {
    let Some(it) = pair() else { return };
    let port = it.servers[0].port();
    let (mut ada, mut device) = (Visitor::new(), TestAuthenticator::new("laptop"));
    let first = ada.sign_up(port, "Ada", &mut device);
    let mut nobody = Visitor::new();
    let finish = nobody.prepare_sign_in(port, &mut device);
    let begin = json!({ "flow": "discoverable" });
    for weather in [Weather::Cut, Weather::Stalled] {
        it.redis.set(weather);
        let started = Instant::now();
        Visitor::new().post(port, "/passkeys/sign-in/begin", &begin).unavailable();
        nobody.post(port, "/passkeys/sign-in/finish", &finish).unavailable();
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
        assert_eq!(ada.passkeys(port), slice::from_ref(&first));
        it.redis.set(Weather::Fair);
        // The connection is made again by itself.
        let started = Instant::now();
        while Visitor::new().post(port, "/passkeys/sign-in/begin", &begin).status != 200 {
            assert!(started.elapsed() < SOON, "Redis is back, and the server does not notice");
            thread::sleep(Duration::from_millis(50));
        }
    }
    // Only a request that reached Redis has used the ceremony up.
    let mut late = Visitor::new();
    let finish = late.prepare_sign_in(port, &mut device);
    assert_eq!(late.post(port, "/passkeys/sign-in/finish", &finish).status, 200);
}

/// A small file system, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "passkeys-test"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(mounted) if mounted.status.success() => Some(Self(folder)),
            failed => {
                println!("skipped: a small file system cannot be mounted here: {failed:?}");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        let mut file = File::create(self.path().join("filler")).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a server may still be ending. What fails here is left to the end of the machine.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn a_full_disk_is_an_error_until_there_is_space_again() {
    let Some(disk) = SmallDisk::new() else { return };
    let file = disk.path().join("passkeys.sqlite");
    let server = Server::start(&file, 0, &[]);
    let port = server.port();
    let (mut ada, mut device) = (Visitor::new(), TestAuthenticator::new("laptop"));
    let first = ada.sign_up(port, "Ada", &mut device);

    disk.fill();
    let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
    let sign_up = |name: &str| {
        let mut visitor = Visitor::new();
        let start = visitor.post(port, "/passkeys/sign-up/begin", &json!({ "name": name }));
        if start.status != 200 {
            return start;
        }
        let response = TestAuthenticator::new(name).create(&start.body["publicKey"], ORIGIN);
        visitor.post(port, "/passkeys/sign-up/finish", &finish(&start.body, response.unwrap()))
    };
    for number in 0..500 {
        let name = format!("User {number}");
        let answer = sign_up(&name);
        if answer.status == 200 {
            acknowledged.push(name);
        } else {
            answer.unavailable();
            refused.push(name);
        }
        if refused.len() == 3 {
            break;
        }
    }
    assert_eq!(refused.len(), 3, "the disk does not fill up");
    // What only reads goes on.
    assert_eq!(ada.passkeys(port), slice::from_ref(&first));

    disk.free();
    let second = ada.create(port, &mut TestAuthenticator::new("phone"));
    assert_eq!(ada.passkeys(port), [first.clone(), second.clone()]);
    for name in acknowledged {
        assert_eq!(sign_up(&name).code(), "user_name_taken");
    }
    for name in &refused {
        // The account or the session may have found no space: an account without a session is taken, too.
        let answer = sign_up(name);
        assert!(answer.status == 200 || answer.code() == "user_name_taken", "{answer:?}");
    }
    server.kill();
    let _server = Server::start(&file, port, &[]);
    assert_eq!(ada.passkeys(port), [first, second]);
}
