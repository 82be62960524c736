//! Load for the example server: sign-ins that were made beforehand, replayed over loopback.
//!
//! ```text
//! cargo run --release -p server --example load -- [SIGN_INS] [CONNECTIONS]
//! ```
//!
//! The server runs as a process of its own, on a database in a temporary folder. Each connection is a user with one
//! passkey. First all sign-ins are begun, which is measured, and signed, which is not; then all are finished. Up to
//! 20000 sign-ins and 64 connections.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what cannot go on has failed"
)]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use relying_party::test_authenticator::TestAuthenticator;
use serde_json::{Value, json, value::RawValue};
use server::config::Config;
use ureq::Agent;

/// The argument with which this program is the server.
const SERVE: &str = "serve";

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == SERVE) {
        server::run(Config::parse_from(arguments)).await.expect("the server runs");
        return;
    }
    let mut number = |or| arguments.next().map_or(or, |it| it.parse().expect("a number"));
    let (sign_ins, connections): (usize, usize) = (number(2000), number(8));
    let (sign_ins, connections) = (sign_ins.clamp(1, 20_000), connections.clamp(1, 64));
    tokio::task::spawn_blocking(move || measure(sign_ins, connections)).await.unwrap();
}

fn measure(sign_ins: usize, connections: usize) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("load.sqlite"));
    let each = sign_ins.div_ceil(connections);
    let mut browsers: Vec<Browser> =
        (0..connections).map(|at| Browser::with_passkey(server.port, at)).collect();
    println!("{connections} connections, {each} sign-ins each");
    print("begin", &timed(&mut browsers, |browser| browser.begin(each)));
    print("finish", &timed(&mut browsers, Browser::finish));
    println!("server: {}", server.memory());
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

/// The rate is that of time spent in requests: what a browser does between them is not the server's.
fn print(what: &str, times: &[Vec<Duration>]) {
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
    fn with_passkey(port: u16, at: usize) -> Self {
        let authenticator = TestAuthenticator::new(format!("load {at}"));
        let agent = Agent::new_with_defaults();
        let mut browser =
            Self { agent, port, cookie: String::new(), authenticator, begun: Vec::new() };
        browser.post("/api/sign-up", &json!({ "name": format!("User {at}") }));
        let start = browser.post("/api/passkeys/create/begin", &json!({}));
        let origin = browser.origin();
        let response = browser.authenticator.create(&start["public_key"], &origin).unwrap();
        browser.post("/api/passkeys/create/finish", &finish(&start, response));
        browser
    }

    /// Begins so many sign-ins, each in a session of its own, and signs them.
    fn begin(&mut self, count: usize) -> Vec<Duration> {
        let origin = self.origin();
        let mut times = Vec::new();
        for _ in 0..count {
            self.cookie.clear();
            let sent = Instant::now();
            let start = self.post("/api/sign-in/begin", &json!({}));
            times.push(sent.elapsed());
            let response = self.authenticator.get(&start["public_key"], &origin).unwrap();
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
            self.post("/api/sign-in/finish", &body);
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
    json!({ "ceremony_id": start["ceremony_id"], "response": response })
}

/// The server as a process; killed when dropped.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(database: &Path) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args([SERVE, "--address", "127.0.0.1:0", "--database"])
            .arg(database)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on http://127.0.0.1:")?.parse().ok())
            .expect("the server listens");
        // Goes on reading, so that the server can go on writing.
        thread::spawn(move || lines.for_each(drop));
        Self { process, port }
    }

    /// The most memory that it has had, where the system tells.
    fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.map_or("its memory is not known".into(), |peak| format!("{} at most", peak.trim()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
