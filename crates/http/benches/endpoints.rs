//! What each endpoint takes in this process, without a network: `cargo bench -p relying-party-http --bench endpoints`,
//! or with another number of rounds: `… -- 100`. `cargo test` runs one round and prints no figures.
//!
//! Fails if an answer is not 200, or if the OpenAPI document and the measured endpoints differ. The host and its
//! sessions are those of the tests; the authenticator's part is not measured.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that fails may end so"
)]
#![allow(dead_code, unreachable_pub, reason = "it does not need all of the tests' support")]

#[path = "../tests/support/contract.rs"]
mod contract;
#[path = "../tests/support/host.rs"]
mod host;
#[path = "../tests/support/visitor.rs"]
mod visitor;

use std::{
    cell::RefCell,
    collections::BTreeSet,
    env,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use relying_party::{
    Algorithm, Passkeys, RelyingParty, decoys::DecoySecret, store::MemoryStore,
    test_authenticator::TestAuthenticator,
};
use relying_party_http::Endpoints;
use serde_json::json;

use host::TestHost;
use visitor::Visitor;

const ORIGIN: &str = "https://example.com";

/// The SHA-256 fingerprint of an app's certificate.
const FINGERPRINT: &str = "A4:D8:8F:E6:22:B2:43:C2:70:80:63:9A:28:0D:73:18:F5:0F:24:84:BE:D0:7D:71:28:24:1C:7E:0A:06:2D:C7";

/// The first rounds warm the caches, and are not counted.
const WARM_UP: usize = 20;

fn main() {
    // `cargo test` does not pass this.
    let measures = env::args().any(|argument| argument == "--bench");
    let rounds = env::args().find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    let log = Rc::new(RefCell::new(Log::default()));
    let mut service = Service::new(&log);
    if measures {
        for _ in 0..WARM_UP {
            service.round();
        }
        log.borrow_mut().rows.clear();
        for _ in 0..rounds {
            service.round();
        }
    }
    log.borrow_mut().counts_allocations = true;
    service.round();
    let log = log.borrow();
    log.covers_the_document();
    if measures {
        log.print();
    }
}

/// What was measured.
#[derive(Default)]
struct Log {
    rows: Vec<Row>,
    /// What is special about the next calls.
    note: &'static str,
    /// Whether allocations are measured instead of time.
    counts_allocations: bool,
}

/// An endpoint, in the order of the first calls.
struct Row {
    method: Method,
    /// The path in the document.
    path: &'static str,
    note: &'static str,
    times: Vec<Duration>,
    allocations: u64,
}

impl Log {
    fn row(&mut self, method: &Method, path: &str) -> &mut Row {
        let path = contract::template(path).expect("the document has the path");
        let known = self
            .rows
            .iter()
            .position(|row| row.method == *method && row.path == path && row.note == self.note);
        let at = known.unwrap_or_else(|| {
            let (method, note) = (method.clone(), self.note);
            self.rows.push(Row { method, path, note, times: Vec::new(), allocations: 0 });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    /// Each path and method of the document was called, and nothing else.
    fn covers_the_document(&self) {
        let of_row = |row: &Row| (row.method.to_string(), row.path.to_owned());
        let measured = self.rows.iter().map(of_row).collect::<BTreeSet<_>>();
        let documented = contract::documented().into_iter();
        let documented =
            documented.map(|(method, path, _)| (method, path)).collect::<BTreeSet<_>>();
        let missing = documented.difference(&measured).collect::<Vec<_>>();
        assert!(missing.is_empty(), "documented, and not measured: {missing:?}");
        assert!(measured.is_subset(&documented), "measured, and not documented");
    }

    fn print(&self) {
        println!("| request | µs | 99 % within µs | allocations |");
        println!("|---|--:|--:|--:|");
        for Row { method, path, note, times, allocations } in &self.rows {
            let mut times = times.clone();
            times.sort_unstable();
            let micros = |percent: usize| {
                let time = times[(times.len() * percent / 100).min(times.len() - 1)];
                time.as_secs_f64() * 1e6
            };
            let (median, slow) = (micros(50), micros(99));
            println!("| `{method} {path}`{note} | {median:.1} | {slow:.1} | {allocations} |");
        }
    }
}

/// A service in this process, and a user.
struct Service {
    log: Rc<RefCell<Log>>,
    host: TestHost,
    visitor: Visitor,
}

impl Service {
    fn new(log: &Rc<RefCell<Log>>) -> Self {
        let rp = RelyingParty::builder("example.com", "Example")
            .origin(ORIGIN)
            .origins(|policy| policy.related_origin("https://example.net"))
            .algorithms([Algorithm::ES256])
            .decoys(DecoySecret::from([9; 32]));
        let passkeys = Passkeys::new(rp.build().unwrap(), MemoryStore::default());
        let host = TestHost::default();
        let endpoints = Endpoints::new(passkeys, host.clone())
            .allow_sign_up()
            .allow_erase()
            .android_app("com.example.app", FINGERPRINT)
            .unwrap()
            .apple_app("ABCDE12345.com.example.app")
            .unwrap()
            .serve_openapi();
        let calls = Rc::clone(log);
        let send = move |request| measured(&mut calls.borrow_mut(), &endpoints, request);
        Self { log: Rc::clone(log), host, visitor: Visitor::new(send) }
    }

    fn note(&self, note: &'static str) {
        self.log.borrow_mut().note = note;
    }

    /// Calls every endpoint: the user signs up, and at the end erases the account again.
    fn round(&mut self) {
        let (name, visitor) = ("ada", &mut self.visitor);
        visitor.cookie = None;
        visitor.authenticator = TestAuthenticator::new("a laptop");
        visitor.ceremony("sign-up", json!({ "name": name, "displayName": "Ada" }));
        visitor.authenticator = TestAuthenticator::new("a phone");
        let created = visitor.ceremony("create", json!({}));
        visitor.get("/passkeys");
        visitor.ceremony("reverify", json!({}));
        let begun = visitor.post("/passkeys/reverify/begin", json!({}));
        let report = json!({ "ceremony": begun.body["ceremony"], "error": "NotAllowedError" });
        visitor.post("/passkeys/failure", report);

        visitor.cookie = None;
        self.note(", with autofill");
        self.visitor.ceremony("sign-in", json!({ "flow": "autofill" }));
        self.visitor.cookie = None;
        self.note(", by name");
        self.visitor.ceremony("sign-in", json!({ "flow": "named", "identifier": name }));
        self.note("");

        let visitor = &mut self.visitor;
        visitor.cookie = Some(self.host.first_factor(&self.host.account(name)));
        visitor.ceremony("second-factor", json!({}));
        let id = created.body["passkey"]["id"].as_str().unwrap();
        visitor.rename(id, "Phone");
        visitor.delete(id);
        for path in [
            "/passkeys/settings",
            "/passkeys/openapi.json",
            "/passkeys/browser/index.js",
            "/passkeys/browser/messages/de.js",
            "/.well-known/webauthn",
            "/.well-known/passkey-endpoints",
            "/.well-known/assetlinks.json",
            "/.well-known/apple-app-site-association",
        ] {
            visitor.get(path);
        }
        visitor.call(&Method::DELETE, "/passkeys", None);
    }
}

/// Answers a request, and measures that alone.
fn measured(
    log: &mut Log,
    endpoints: &Endpoints<MemoryStore, TestHost>,
    request: Request<Bytes>,
) -> Response<Bytes> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let counts_allocations = log.counts_allocations;
    let row = log.row(&method, &path);
    let response = if counts_allocations {
        let mut response = None;
        let answer = || response = Some(pollster::block_on(endpoints.handle(request)));
        row.allocations = allocation_counter::measure(answer).count_total;
        response.unwrap()
    } else {
        let started = Instant::now();
        let response = pollster::block_on(endpoints.handle(request));
        row.times.push(started.elapsed());
        response
    };
    assert_eq!(response.status(), StatusCode::OK, "{method} {path}: {:?}", response.body());
    response
}
