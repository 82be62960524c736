//! A user with a browser. They do everything that the service offers, and record what it acknowledged.
//!
//! A change whose answer did not arrive is in doubt: it may have been done, or may still be done by a database that was
//! only stalled. The user makes no other change until nothing has been broken for a while, and then finds out.

mod checks;
mod replays;

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use relying_party::test_authenticator::TestAuthenticator;
use serde_json::{Value, json};

use self::replays::Replays;
use crate::{
    Soak,
    faults::Request,
    visitor::{Answer, ORIGIN, Visitor, finish},
};

/// How many passkeys a user has at most.
const HELD: usize = 6;

/// How many deleted passkeys are tried again and again.
const GONE: usize = 20;

/// Answers take no longer than that, even while something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

const EXPIRED: &str = "ceremony_expired";

/// A passkey that the service says is there.
struct Held {
    id: String,
    name: String,
    device: TestAuthenticator,
}

/// A change that may have been made or not.
enum Doubt {
    SignUp(TestAuthenticator),
    Create(TestAuthenticator),
    Rename { id: String, to: String },
    Delete { id: String },
    Erase,
}

/// What became of a finish.
enum Finish {
    Accepted(Value),
    Refused,
    /// No answer came, or the first attempt used the ceremony up and its answer did not come.
    Unknown,
}

/// What a sign-in shows.
enum SignIn {
    Done { id: String, visitor: Visitor },
    NoSuchPasskey,
    Unknown,
}

pub struct User<'s> {
    soak: &'s Soak,
    rng: Rng,
    label: String,
    /// How many accounts and authenticators there were before.
    made: u32,
    name: String,
    /// The browser, which is signed in if there is an account.
    visitor: Visitor,
    is_signed_in: bool,
    held: Vec<Held>,
    gone: Vec<TestAuthenticator>,
    doubt: Option<Doubt>,
    replays: Replays,
}

impl<'s> User<'s> {
    pub fn new(soak: &'s Soak, seed: u64, number: u64) -> Self {
        Self {
            soak,
            rng: Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(number)),
            label: format!("{seed}-{number}"),
            made: 0,
            name: String::new(),
            visitor: Visitor::new(),
            is_signed_in: false,
            held: Vec::new(),
            gone: Vec::new(),
            doubt: None,
            replays: Replays::default(),
        }
    }

    /// Goes on until it is enough, and then looks at everything. Returns how many passkeys there are.
    pub fn work(mut self) -> i64 {
        while !self.soak.stop.load(Ordering::Relaxed) {
            self.step();
        }
        self.look_at_everything();
        i64::try_from(self.held.len()).unwrap()
    }

    fn step(&mut self) {
        if self.doubt.is_some() && self.soak.faults.calm_since(Instant::now()) {
            return self.settle();
        }
        if self.doubt.is_none() && self.held.is_empty() {
            return self.sign_up();
        }
        if self.doubt.is_none() && !self.is_signed_in {
            return self.enter();
        }
        let changes = self.doubt.is_none();
        match self.rng.u32(0..200) {
            0..20 => self.abandon(),
            20..40 => self.replay(),
            40..50 => self.try_gone(),
            50..64 if changes => self.check(),
            64..90 if changes && self.held.len() < HELD => self.create(),
            90..108 if changes => self.rename(),
            108..128 if changes && self.held.len() > 1 => self.delete(),
            128..136 if changes => drop(self.step_up()),
            136..141 if changes => self.sign_out(),
            141 if changes => self.erase(),
            _ => self.sign_in_elsewhere(),
        }
        if changes && self.doubt.is_none() && self.rng.u32(0..10) == 0 {
            self.check();
        }
    }

    // ---- requests ----

    /// Sends a request to one of the servers. `None` if none came back, or only that the service is not available; which
    /// is wrong unless something is broken.
    fn send(
        &mut self,
        visitor: &mut Visitor,
        server: usize,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<Answer> {
        let soak = self.soak;
        soak.pace.wait();
        soak.tally.count("requests");
        if path.ends_with("/begin") {
            soak.tally.begun();
        }
        let began = Instant::now();
        let outcome = visitor.call(soak.ports[server], method, path, body);
        let took = began.elapsed();
        if took > PATIENCE {
            soak.tally.wrong(format!("{method} {path} took {took:.1?}"));
        }
        let failure = match outcome {
            Ok(answer) => {
                if let Err(why) = soak.documented.check(method, path, &answer) {
                    soak.tally.wrong(format!("{method} {path}: {why}"));
                }
                if answer.status < 500 {
                    if soak.faults.calm_since(began) {
                        soak.tally.took(took);
                    }
                    return Some(answer);
                }
                if answer.status != 503 {
                    soak.tally.wrong(format!("{method} {path}: {} {}", answer.status, answer.body));
                }
                format!("{} {}", answer.status, answer.body)
            }
            Err(error) => error,
        };
        soak.tally.count("requests failed");
        if !soak.faults.explain(began, Request::To { server, method, path }) {
            soak.tally
                .wrong(format!("nothing is broken, but {method} {path} of {server}: {failure}"));
        }
        None
    }

    /// The same with the user's browser and either server.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let mut visitor = std::mem::take(&mut self.visitor);
        let server = self.rng.usize(0..2);
        let answer = self.send(&mut visitor, server, method, path, body);
        self.visitor = visitor;
        answer
    }

    /// Says that an answer is not what the user's record leads to expect.
    fn wrong(&self, what: &str, answer: &Answer) {
        let (label, name) = (&self.label, &self.name);
        let what = format!("user {label}, {name:?}: {what}: {} {}", answer.status, answer.body);
        self.soak.tally.wrong(what);
    }

    /// Begins something that can be begun.
    fn begin(&mut self, visitor: &mut Visitor, path: &str, body: &Value) -> Option<Value> {
        let server = self.rng.usize(0..2);
        let answer = self.send(visitor, server, "POST", path, body)?;
        if answer.status == 200 {
            return Some(answer.body);
        }
        self.wrong(path, &answer);
        None
    }

    /// Finishes what began then; at the other server if the first does not answer.
    fn finish(
        &mut self,
        visitor: &mut Visitor,
        path: &'static str,
        body: &Value,
        began: Instant,
        refusal: &str,
    ) -> Finish {
        let session = visitor.cookie.clone();
        let first = self.rng.usize(0..2);
        let mut is_retry = false;
        for server in [first, 1 - first] {
            // Only the answer that arrives renews the session.
            session.clone_into(&mut visitor.cookie);
            let Some(answer) = self.send(visitor, server, "POST", path, body) else {
                is_retry = true;
                continue;
            };
            if answer.status == 200 {
                self.soak.tally.count("ceremonies accepted");
                self.replays.keep(&mut self.rng, path, session, body);
                return Finish::Accepted(answer.body);
            }
            if answer.code() == EXPIRED && is_retry {
                return Finish::Unknown;
            }
            let is_lost = answer.code() == EXPIRED && self.soak.faults.redis_lost(began);
            if !is_lost && answer.code() != refusal {
                self.wrong(&format!("{path} is refused"), &answer);
            }
            return if is_lost { Finish::Unknown } else { Finish::Refused };
        }
        Finish::Unknown
    }

    fn device(&mut self) -> TestAuthenticator {
        self.made += 1;
        TestAuthenticator::new(format!("soak {} {}", self.label, self.made))
    }

    // ---- accounts ----

    fn sign_up(&mut self) {
        self.made += 1;
        let (mut visitor, began) = (Visitor::new(), Instant::now());
        self.name = format!("User {} {}", self.label, self.made);
        let wanted = json!({ "name": self.name });
        let Some(start) = self.begin(&mut visitor, "/passkeys/sign-up/begin", &wanted) else {
            return;
        };
        let mut device = self.device();
        let response = device.create(&start["publicKey"], ORIGIN).unwrap();
        let (path, body) = ("/passkeys/sign-up/finish", finish(&start, response));
        match self.finish(&mut visitor, path, &body, began, "") {
            Finish::Accepted(answer) => {
                self.soak.tally.count("accounts created");
                self.hold(&answer["passkey"], device);
                self.visitor = visitor;
                self.is_signed_in = true;
            }
            Finish::Unknown => self.doubt = Some(Doubt::SignUp(device)),
            Finish::Refused => {}
        }
    }

    fn hold(&mut self, passkey: &Value, device: TestAuthenticator) {
        let text = |member: &str| passkey[member].as_str().unwrap().to_owned();
        self.held.push(Held { id: text("id"), name: text("name"), device });
    }

    fn let_go(&mut self, device: TestAuthenticator) {
        if self.gone.len() == GONE {
            let at = self.rng.usize(0..GONE);
            self.gone.swap_remove(at);
        }
        self.gone.push(device);
    }

    fn erase(&mut self) {
        let Some(answer) = self.change("DELETE", "/passkeys", &json!({})) else {
            self.doubt = Some(Doubt::Erase);
            return;
        };
        if answer.status != 200 {
            return self.wrong("the account is not erased", &answer);
        }
        self.soak.tally.count("accounts erased");
        self.forget_account();
    }

    fn forget_account(&mut self) {
        self.is_signed_in = false;
        self.visitor = Visitor::new();
        for held in std::mem::take(&mut self.held) {
            self.let_go(held.device);
        }
    }

    /// Signs in again in the user's browser.
    fn enter(&mut self) {
        let at = self.rng.usize(0..self.held.len());
        if let SignIn::Done { visitor, .. } = self.sign_in(at) {
            self.visitor = visitor;
            self.is_signed_in = true;
        }
    }

    fn sign_out(&mut self) {
        let session = self.visitor.cookie.clone();
        let answer = self.ask("POST", "/api/sign-out", &json!({}));
        self.visitor = Visitor::new();
        self.is_signed_in = false;
        let Some(answer) = answer else { return };
        if answer.status != 200 {
            return self.wrong("the user is not signed out", &answer);
        }
        self.soak.tally.count("sign-outs");
        // The session is worthless on both servers.
        let mut old = Visitor::new();
        old.cookie = session;
        let server = self.rng.usize(0..2);
        if let Some(answer) = self.send(&mut old, server, "GET", "/passkeys", &Value::Null)
            && answer.status != 401
        {
            self.wrong("the session is alive after it was ended", &answer);
        }
    }

    // ---- passkeys ----

    fn create(&mut self) {
        let (mut visitor, began) = (std::mem::take(&mut self.visitor), Instant::now());
        if let Some(start) = self.begin(&mut visitor, "/passkeys/create/begin", &json!({})) {
            let mut device = self.device();
            let response = device.create(&start["publicKey"], ORIGIN).unwrap();
            let (path, body) = ("/passkeys/create/finish", finish(&start, response));
            match self.finish(&mut visitor, path, &body, began, "") {
                Finish::Accepted(answer) => {
                    self.soak.tally.count("passkeys created");
                    self.hold(&answer["passkey"], device);
                }
                Finish::Unknown => self.doubt = Some(Doubt::Create(device)),
                Finish::Refused => {}
            }
        }
        self.visitor = visitor;
    }

    fn rename(&mut self) {
        let at = self.rng.usize(0..self.held.len());
        let id = self.held[at].id.clone();
        let to = format!("Name {}", self.rng.u32(..));
        let path = format!("/passkeys/{id}");
        let Some(answer) = self.change("PATCH", &path, &json!({ "name": to })) else {
            self.doubt = Some(Doubt::Rename { id, to });
            return;
        };
        if answer.status != 200 || answer.body["passkey"]["name"] != to {
            return self.wrong(&format!("{id} is not renamed to {to:?}"), &answer);
        }
        self.soak.tally.count("passkeys renamed");
        self.held[at].name = to;
    }

    fn delete(&mut self) {
        let at = self.rng.usize(0..self.held.len());
        let id = self.held[at].id.clone();
        let Some(answer) = self.change("DELETE", &format!("/passkeys/{id}"), &json!({})) else {
            self.doubt = Some(Doubt::Delete { id });
            return;
        };
        if answer.status != 200 {
            return self.wrong(&format!("{id} is not deleted"), &answer);
        }
        self.soak.tally.count("passkeys deleted");
        let held = self.held.swap_remove(at);
        self.let_go(held.device);
    }

    /// Changes something, after a verification if that is asked for. `None` if the change is in doubt.
    fn change(&mut self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let answer = self.ask(method, path, body)?;
        if answer.code() != "reverification_required" || !self.step_up() {
            return Some(answer).filter(|answer| answer.code() != "reverification_required");
        }
        self.ask(method, path, body)
    }

    /// Verifies the user again. Returns whether that was acknowledged.
    fn step_up(&mut self) -> bool {
        let (mut visitor, began) = (std::mem::take(&mut self.visitor), Instant::now());
        let start = self.begin(&mut visitor, "/passkeys/reverify/begin", &json!({}));
        let is_done = start.is_some_and(|start| {
            let at = self.rng.usize(0..self.held.len());
            let response = self.held[at].device.get(&start["publicKey"], ORIGIN).unwrap();
            let (path, body) = ("/passkeys/reverify/finish", finish(&start, response));
            matches!(self.finish(&mut visitor, path, &body, began, ""), Finish::Accepted(_))
        });
        self.visitor = visitor;
        if is_done {
            self.soak.tally.count("step-ups");
        }
        is_done
    }

    // ---- sign-ins ----

    /// By button, by autofill or by name.
    fn sign_in_request(&mut self) -> Value {
        match self.rng.u32(0..3) {
            0 => json!({ "flow": "discoverable" }),
            1 => json!({ "flow": "autofill" }),
            _ => json!({ "flow": "named", "identifier": self.name }),
        }
    }

    /// Signs in with one of the user's passkeys, in another browser.
    fn sign_in(&mut self, at: usize) -> SignIn {
        let request = self.sign_in_request();
        let Held { id, device, .. } = &self.held[at];
        let (expected, device) = (id.clone(), device.clone());
        let outcome = self.sign_in_with(device, &request, "");
        if let SignIn::Done { id, .. } = &outcome
            && *id != expected
        {
            self.soak.tally.wrong(format!("signed in with {expected}, and told that it was {id}"));
        }
        outcome
    }

    fn sign_in_with(
        &mut self,
        mut device: TestAuthenticator,
        request: &Value,
        refusal: &str,
    ) -> SignIn {
        let (mut visitor, began) = (Visitor::new(), Instant::now());
        let Some(start) = self.begin(&mut visitor, "/passkeys/sign-in/begin", request) else {
            return SignIn::Unknown;
        };
        let Ok(response) = device.get(&start["publicKey"], ORIGIN) else {
            let name = &self.name;
            self.soak
                .tally
                .wrong(format!("{name:?} signs in by name and is not offered a passkey"));
            return SignIn::Unknown;
        };
        let (path, body) = ("/passkeys/sign-in/finish", finish(&start, response));
        match self.finish(&mut visitor, path, &body, began, refusal) {
            Finish::Accepted(answer) => {
                self.soak.tally.count("sign-ins");
                let id = answer["passkey"]["id"].as_str().unwrap().to_owned();
                SignIn::Done { id, visitor }
            }
            Finish::Refused => SignIn::NoSuchPasskey,
            Finish::Unknown => SignIn::Unknown,
        }
    }

    fn sign_in_elsewhere(&mut self) {
        // While an erasure or a deletion is in doubt, what is held may be gone.
        if self.held.is_empty()
            || matches!(self.doubt, Some(Doubt::Erase | Doubt::Delete { .. } | Doubt::SignUp(_)))
        {
            thread::sleep(Duration::from_millis(100));
            return self.abandon();
        }
        let at = self.rng.usize(0..self.held.len());
        drop(self.sign_in(at));
    }

    /// Begins something and goes away. What was signed is kept, and tried when it has expired.
    fn abandon(&mut self) {
        self.soak.tally.count("ceremonies abandoned");
        let mut visitor = Visitor::new();
        match self.rng.u32(0..3) {
            0 => {
                let wanted = json!({ "name": format!("Visitor {}", self.label) });
                drop(self.begin(&mut visitor, "/passkeys/sign-up/begin", &wanted));
            }
            1 if self.is_signed_in && self.doubt.is_none() => {
                self.visitor.cookie.clone_into(&mut visitor.cookie);
                drop(self.begin(&mut visitor, "/passkeys/create/begin", &json!({})));
            }
            _ => {
                let request = json!({ "flow": "discoverable" });
                let start = self.begin(&mut visitor, "/passkeys/sign-in/begin", &request);
                if let (Some(start), Some(held)) = (start, self.held.first_mut()) {
                    let response = held.device.get(&start["publicKey"], ORIGIN).unwrap();
                    let body = finish(&start, response);
                    self.replays.keep_until_expired(
                        "/passkeys/sign-in/finish",
                        visitor.cookie,
                        &body,
                    );
                }
            }
        }
    }
}
