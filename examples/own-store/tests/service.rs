//! The running service, with a browser's session and a software authenticator.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use relying_party::test_authenticator::TestAuthenticator;
use serde_json::Value;

const ORIGIN: &str = "http://localhost:8080";

/// The service as another process, with an empty database; killed when dropped.
struct Service {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Service {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_own-store"))
            .arg("127.0.0.1:0")
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap();
        Self { process, url: format!("http://127.0.0.1:{port}"), _folder: folder }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A browser: it keeps the session cookie.
struct Browser<'s> {
    service: &'s Service,
    cookie: String,
}

impl<'s> Browser<'s> {
    fn new(service: &'s Service) -> Self {
        Self { service, cookie: String::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: String) -> (u16, String) {
        let config = ureq::Agent::config_builder().proxy(None).http_status_as_error(false);
        let request = ureq::http::Request::builder().method(method);
        let request = request.uri(format!("{}{path}", self.service.url));
        let request = request.header("cookie", &self.cookie).body(body).unwrap();
        let mut answer = config.build().new_agent().run(request).unwrap();
        if let Some(cookie) = answer.headers().get("set-cookie") {
            cookie.to_str().unwrap().split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        (answer.status().into(), answer.body_mut().read_to_string().unwrap())
    }

    /// Begins a ceremony, answers it, and returns what the service says to the answer.
    fn ceremony(&mut self, kind: &str, authenticator: &mut TestAuthenticator) -> (u16, String) {
        let (status, start) = self.send("POST", &format!("/{kind}/begin"), String::new());
        assert_eq!(status, 200, "{start}");
        let answer = authenticator.answer(&start, ORIGIN).unwrap();
        self.send("POST", &format!("/{kind}/finish"), answer)
    }

    fn passkeys(&mut self) -> Vec<Value> {
        let (status, list) = self.send("GET", "/passkeys", String::new());
        assert_eq!(status, 200, "{list}");
        serde_json::from_str(&list).unwrap()
    }
}

#[test]
fn passkey_brings_the_user_back_to_the_account() {
    let service = Service::start();
    let mut authenticator = TestAuthenticator::new("a laptop");

    let mut laptop = Browser::new(&service);
    assert!(laptop.passkeys().is_empty());
    assert_eq!(laptop.ceremony("create", &mut authenticator), (200, String::new()));
    let listed = laptop.passkeys();
    assert_eq!(listed.len(), 1);

    let mut elsewhere = Browser::new(&service);
    assert!(elsewhere.passkeys().is_empty());
    let visitor = elsewhere.cookie.clone();
    assert_eq!(elsewhere.ceremony("sign-in", &mut authenticator), (200, String::new()));
    assert_ne!(elsewhere.cookie, visitor, "the session has a new ID");
    let found = elsewhere.passkeys();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], listed[0]["id"]);
    assert!(found[0]["last_used_at"].is_u64());
}

#[test]
fn answer_counts_once_and_in_its_own_session_only() {
    let service = Service::start();
    let mut authenticator = TestAuthenticator::new("a laptop");
    let mut browser = Browser::new(&service);
    browser.ceremony("create", &mut authenticator);

    let (_, start) = browser.send("POST", "/sign-in/begin", String::new());
    let answer = authenticator.answer(&start, ORIGIN).unwrap();
    let mut thief = Browser::new(&service);
    let (status, refusal) = thief.send("POST", "/sign-in/finish", answer.clone());
    assert_eq!(status, 400);
    assert!(refusal.contains("ceremony_expired"), "{refusal}");
    assert!(thief.passkeys().is_empty());

    let (status, refusal) = browser.send("POST", "/sign-in/finish", answer);
    assert_eq!(status, 400, "the thief has used the ceremony up");
    assert!(refusal.contains("ceremony_expired"), "{refusal}");
}
