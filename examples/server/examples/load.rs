//! Load for the example server: sign-ins that were made beforehand, replayed over loopback.
//!
//! ```text
//! cargo run --release -p server --example load -- [SIGN_INS] [CONNECTIONS] [--postgres] [--passkeys NUMBER]
//! cargo run --release -p server --features ring --example load -- … --ring
//! cargo run --release -p server --example load -- … --es256
//! cargo run --release -p server --example load -- … --peer PROGRAM
//! ```
//!
//! The server runs as a separate process, on a SQLite file in a temporary folder (`TMPDIR` says where), or in a schema
//! of the PostgreSQL of `DATABASE_URL`. Each connection is a user with one passkey; the database can be given more
//! passkeys, of others. First all sign-ins are begun, which is measured, and signed, which is not; then all are
//! finished. Up to 20000 sign-ins and 64 connections.
//!
//! With `--peer`, the server is another program, which has the same paths and takes the same `--address` and
//! `--database`, such as `benches/load-peer`. The passkeys have the algorithm that the server prefers: EdDSA for ours,
//! ES256 for that one. To compare the two, give ours `--es256`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what cannot go on has failed"
)]
#![allow(dead_code, unreachable_pub, reason = "it does not need all of the tests' support")]

#[path = "../tests/support/many.rs"]
mod many;
#[path = "../tests/support/memory.rs"]
mod memory;
#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "../tests/support/server.rs"]
mod server_process;

use std::{
    env,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use postgres::Schema;
use relying_party::test_authenticator::{TestAlgorithm, TestAuthenticator};
use serde_json::{Value, json, value::RawValue};
use server::config::Config;
use server_process::{SERVE, Server};
use tokio::runtime::Handle;
use ureq::Agent;

/// How much load.
#[derive(Parser)]
struct Load {
    #[arg(default_value_t = 2000)]
    sign_ins: usize,
    #[arg(default_value_t = 8)]
    connections: usize,
    /// In PostgreSQL instead of SQLite
    #[arg(long)]
    postgres: bool,
    /// How many other passkeys there are
    #[arg(long, default_value_t = 0)]
    passkeys: u32,
    /// Passkeys of ES256, even if the server prefers another algorithm
    #[arg(long)]
    es256: bool,
    /// Another server to put under load
    #[arg(long, value_name = "PROGRAM", conflicts_with = "passkeys")]
    peer: Option<PathBuf>,
    /// Verify with `ring`
    #[cfg(feature = "ring")]
    #[arg(long, conflicts_with = "peer")]
    ring: bool,
}

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == SERVE) {
        server::run(Config::parse_from(arguments)).await.expect("the server runs");
        return;
    }
    let load = Load::parse();
    tokio::task::spawn_blocking(move || load.measure()).await.unwrap();
}

impl Load {
    fn measure(&self) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("load.sqlite");
        let schema = self.postgres.then(|| Schema::new().expect("PostgreSQL can be reached"));
        let database = schema.as_ref().map_or(file.display().to_string(), Schema::url);
        let server = Server::start_with(&database, 0, self.flags(), |command| {
            if let Some(peer) = &self.peer {
                *command = Command::new(peer);
            }
        });
        if self.passkeys > 0 {
            let (_, mut passkey) = many::passkey();
            "localhost".clone_into(&mut passkey.rp_id);
            match &schema {
                Some(schema) => many::in_postgres(schema, &passkey, self.passkeys),
                None => {
                    Handle::current().block_on(many::in_sqlite(&file, &passkey, self.passkeys));
                }
            }
        }
        let connections = self.connections.clamp(1, 64);
        let each = self.sign_ins.clamp(1, 20_000).div_ceil(connections);
        let mut browsers: Vec<Browser> =
            (0..connections).map(|at| self.browser(server.port(), at)).collect();
        println!("{connections} connections, {each} sign-ins each");
        let begins = print("begin", &timed(&mut browsers, |browser| browser.begin(each)));
        let finishes = print("finish", &timed(&mut browsers, Browser::finish));
        let whole = begins * finishes / (begins + finishes);
        println!("both: {whole:.0} sign-ins a second");
        match memory::of(server.id(), "VmHWM") {
            Some(peak) => println!("server: {peak} kB at most"),
            None => println!("server: its memory is not known"),
        }
    }

    fn flags(&self) -> &'static [&'static str] {
        #[cfg(feature = "ring")]
        if self.ring {
            return &["--ring"];
        }
        &[]
    }

    fn browser(&self, port: u16, at: usize) -> Browser {
        let mut authenticator = TestAuthenticator::new(format!("load {at}"));
        if self.es256 {
            authenticator = authenticator.with(|it| it.algorithms = vec![TestAlgorithm::Es256]);
        }
        Browser::with_passkey(authenticator, port, at)
    }
}

/// Runs a job in every browser at once. Returns how long each of its requests took, browser by browser.
fn timed(
    browsers: &mut [Browser],
    job: impl Fn(&mut Browser) -> Vec<Duration> + Sync,
) -> Vec<Vec<Duration>> {
    thread::scope(|scope| {
        let job = &job;
        let threads: Vec<_> =
            browsers.iter_mut().map(|browser| scope.spawn(move || job(browser))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The rate is that of time spent in requests: what a browser does between them is not the server's. Returns it.
fn print(what: &str, times: &[Vec<Duration>]) -> f64 {
    let rate: f64 = times
        .iter()
        .map(|times| {
            f64::from(u32::try_from(times.len()).unwrap())
                / times.iter().sum::<Duration>().as_secs_f64()
        })
        .sum();
    let mut times = times.concat();
    times.sort();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!("{what}: {rate:.0} a second, p50 {:.1?}, p99 {:.1?}", at(50), at(99));
    rate
}

/// A browser with one passkey, and the sign-ins that it began.
struct Browser {
    agent: Agent,
    port: u16,
    cookie: String,
    authenticator: TestAuthenticator,
    /// What finishes each, and the cookie of the session in which it began.
    begun: Vec<(String, Value)>,
}

impl Browser {
    fn with_passkey(authenticator: TestAuthenticator, port: u16, at: usize) -> Self {
        let agent = Agent::new_with_defaults();
        let mut browser =
            Self { agent, port, cookie: String::new(), authenticator, begun: Vec::new() };
        let begin = json!({ "name": format!("User {at}") });
        let start = browser.post("/passkeys/sign-up/begin", &begin);
        let origin = browser.origin();
        let response = browser.authenticator.create(&start["publicKey"], &origin).unwrap();
        browser.post("/passkeys/sign-up/finish", &finish(&start, response));
        browser
    }

    /// Begins so many sign-ins, each in a new session, and signs them.
    fn begin(&mut self, count: usize) -> Vec<Duration> {
        let origin = self.origin();
        let mut times = Vec::new();
        for _ in 0..count {
            self.cookie.clear();
            let sent = Instant::now();
            let start = self.post("/passkeys/sign-in/begin", &json!({ "flow": "discoverable" }));
            times.push(sent.elapsed());
            let response = self.authenticator.get(&start["publicKey"], &origin).unwrap();
            self.begun.push((self.cookie.clone(), finish(&start, response)));
        }
        times
    }

    /// Finishes the sign-ins that were begun.
    fn finish(&mut self) -> Vec<Duration> {
        let mut times = Vec::new();
        for (cookie, body) in std::mem::take(&mut self.begun) {
            self.cookie = cookie;
            let sent = Instant::now();
            self.post("/passkeys/sign-in/finish", &body);
            times.push(sent.elapsed());
        }
        times
    }

    fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn post(&mut self, path: &str, body: &Value) -> Value {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.origin()))
            .header("origin", self.origin())
            .header("cookie", &self.cookie)
            .send_json(body)
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            pair.clone_into(&mut self.cookie);
        }
        answer.body_mut().read_json().unwrap()
    }
}

fn finish(start: &Value, response: String) -> Value {
    let response = RawValue::from_string(response).unwrap();
    json!({ "ceremony": start["ceremony"], "credential": response })
}
