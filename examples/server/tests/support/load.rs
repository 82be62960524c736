//! Users who create passkeys, sign in with them and delete them, all the time, whatever happens to the servers; and
//! remember what they were told.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use relying_party::test_authenticator::TestAuthenticator;
use serde_json::{Value, json};

use super::visitor::{Answer, ORIGIN, Visitor, finish};

/// How long a user goes on asking a service that does not answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// What all users did.
#[derive(Debug, Default)]
pub struct Load {
    /// Set when it is enough.
    pub stop: AtomicBool,
    /// Finishes that were acknowledged.
    pub acknowledged: AtomicU32,
    /// Requests that had no answer, or that of a service that is not available.
    pub failed: AtomicU32,
}

impl Load {
    /// Waits until users have been told some more.
    pub fn go_on(&self) {
        let enough = self.acknowledged.load(Ordering::Relaxed) + 8;
        let started = Instant::now();
        while self.acknowledged.load(Ordering::Relaxed) < enough && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Somebody who uses the service at these ports.
#[derive(Debug)]
pub struct User<'l> {
    load: &'l Load,
    ports: &'l [u16],
    /// Which port is asked next.
    turn: usize,
    name: String,
    visitor: Visitor,
    created: u32,
    /// Passkeys of which the service said that they are there, and not that they are gone.
    held: Vec<(String, TestAuthenticator)>,
    /// Passkeys of which it said that they are gone.
    deleted: BTreeSet<String>,
    /// Creations that used up their ceremony without anybody having said that there is a passkey.
    unknown: usize,
}

impl<'l> User<'l> {
    /// Signs up.
    pub fn new(load: &'l Load, ports: &'l [u16], name: &str) -> Self {
        let mut user = Self {
            load,
            ports,
            turn: 0,
            name: name.into(),
            visitor: Visitor::new(),
            created: 0,
            held: Vec::new(),
            deleted: BTreeSet::new(),
            unknown: 0,
        };
        let (start, _) = user.ask("POST", "/passkeys/sign-up/begin", &json!({ "name": name }));
        let start = start.ok();
        let mut device = TestAuthenticator::new(format!("{name} 0"));
        let response = device.create(&start["publicKey"], ORIGIN).unwrap();
        let (answer, _) = user.ask("POST", "/passkeys/sign-up/finish", &finish(&start, response));
        let id = answer.ok()["passkey"]["id"].as_str().unwrap().to_owned();
        user.held.push((id, device));
        user
    }

    /// Goes on until it is enough.
    pub fn work(&mut self) {
        while !self.load.stop.load(Ordering::Relaxed) {
            self.create();
            self.sign_in();
            if self.held.len() > 4 {
                self.delete();
            }
        }
    }

    /// Asks one server after the other until one answers. Returns whether the request may have been done before, by a
    /// server that did not say so.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (Answer, bool) {
        let mut visitor = std::mem::take(&mut self.visitor);
        let outcome = self.ask_as(&mut visitor, method, path, body);
        self.visitor = visitor;
        outcome
    }

    fn ask_as(
        &mut self,
        visitor: &mut Visitor,
        method: &str,
        path: &str,
        body: &Value,
    ) -> (Answer, bool) {
        let started = Instant::now();
        let mut may_be_done = false;
        loop {
            let port = self.ports[self.turn % self.ports.len()];
            self.turn += 1;
            match visitor.call(port, method, path, body) {
                Ok(answer) if answer.status == 503 => drop(answer.unavailable()),
                Ok(answer) => return (answer, may_be_done),
                Err(_) => {}
            }
            may_be_done = true;
            self.load.failed.fetch_add(1, Ordering::Relaxed);
            assert!(started.elapsed() < PATIENCE, "{} {path}: no server answers", self.name);
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn create(&mut self) {
        let (start, _) = self.ask("POST", "/passkeys/create/begin", &json!({}));
        if start.code() == "passkey_limit_reached" {
            return self.delete();
        }
        let start = start.ok();
        self.created += 1;
        let mut device = TestAuthenticator::new(format!("{} {}", self.name, self.created));
        let response = device.create(&start["publicKey"], ORIGIN).unwrap();
        let body = finish(&start, response);
        let (answer, may_be_done) = self.ask("POST", "/passkeys/create/finish", &body);
        if answer.status == 200 {
            self.load.acknowledged.fetch_add(1, Ordering::Relaxed);
            let id = answer.body["passkey"]["id"].as_str().unwrap().to_owned();
            self.held.push((id, device));
        } else {
            // Refused because an attempt before, which was not acknowledged, used up the ceremony.
            assert!(may_be_done, "{}", answer.body);
            assert_eq!(answer.code(), "ceremony_expired", "{}", answer.body);
            self.unknown += 1;
        }
        let (again, _) = self.ask("POST", "/passkeys/create/finish", &body);
        assert_eq!(again.code(), "ceremony_expired", "a ceremony counts twice: {}", again.body);
    }

    /// In another browser, so that this one stays signed in regardless of the answer.
    fn sign_in(&mut self) {
        let Some((id, mut device)) = self.held.pop() else { return };
        let mut other = Visitor::new();
        let (start, _) = self.ask_as(
            &mut other,
            "POST",
            "/passkeys/sign-in/begin",
            &json!({ "flow": "discoverable" }),
        );
        let start = start.ok();
        let body = finish(&start, device.get(&start["publicKey"], ORIGIN).unwrap());
        let session = other.cookie.clone();
        let (answer, may_be_done) =
            self.ask_as(&mut other, "POST", "/passkeys/sign-in/finish", &body);
        if answer.status == 200 {
            assert_eq!(answer.body["passkey"]["id"], id);
            self.load.acknowledged.fetch_add(1, Ordering::Relaxed);
        } else {
            assert!(may_be_done, "{}", answer.body);
            assert_eq!(answer.code(), "ceremony_expired", "{}", answer.body);
        }
        other.cookie = session;
        let (again, _) = self.ask_as(&mut other, "POST", "/passkeys/sign-in/finish", &body);
        assert_eq!(again.code(), "ceremony_expired", "a ceremony counts twice: {}", again.body);
        self.held.push((id, device));
    }

    fn delete(&mut self) {
        let id = if self.held.is_empty() {
            let (list, _) = self.ask("GET", "/passkeys", &Value::Null);
            list.ok()["data"][0]["id"].as_str().unwrap().to_owned()
        } else {
            self.held.remove(0).0
        };
        let (answer, may_be_done) = self.ask("DELETE", &format!("/passkeys/{id}"), &json!({}));
        if answer.status != 200 {
            assert!(may_be_done && answer.code() == "passkey_not_found", "{}", answer.body);
        }
        self.deleted.insert(id);
    }

    /// Checks that the service has what it acknowledged, and nothing that it said is gone.
    pub fn check(&mut self) {
        let (list, _) = self.ask("GET", "/passkeys", &Value::Null);
        let list = list.ok();
        let there = list["data"].as_array().unwrap().iter();
        let there = there.map(|it| it["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
        for (id, _) in &self.held {
            assert!(there.contains(id), "{id} was acknowledged and is lost: {there:?}");
        }
        assert!(there.is_disjoint(&self.deleted), "deleted, and there: {there:?}");
        assert!(there.len() <= self.held.len() + self.unknown, "no request made these: {there:?}");
        // And what is there works.
        self.sign_in();
    }
}

/// Lets users work while `disturb` does what it does to the servers, and checks afterwards that nothing is lost. They
/// have signed up before: a user whose sign-up was not acknowledged has no session with which to find out what became
/// of it.
pub fn work_while(users: usize, ports: &[u16], disturb: impl FnOnce(&Load)) -> Load {
    let load = Load::default();
    let sign_up = |number| User::new(&load, ports, &format!("User {number}"));
    let users = (0..users).map(sign_up).collect::<Vec<_>>();
    thread::scope(|scope| {
        let mut working = Vec::new();
        for mut user in users {
            working.push(scope.spawn(move || {
                user.work();
                user.check();
            }));
        }
        disturb(&load);
        load.stop.store(true, Ordering::Relaxed);
        for user in working {
            user.join().unwrap();
        }
    });
    println!("{load:?}");
    assert!(load.acknowledged.load(Ordering::Relaxed) > 0);
    load
}
