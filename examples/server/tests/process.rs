//! The built program: what it keeps when it is stopped or killed, and what it says when it cannot start.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "this is a test"
)]
#![allow(unreachable_pub, reason = "nothing of a test is reachable")]

#[path = "support/server.rs"]
mod server;

use std::process::{Command, Output};

use relying_party::test_authenticator::TestAuthenticator;
use serde_json::{Value, json, value::RawValue};
use server::Server;

/// A browser with a session, as far as HTTP goes.
struct Visitor {
    agent: ureq::Agent,
    cookie: String,
}

impl Visitor {
    fn new() -> Self {
        let agent =
            ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        Self { agent, cookie: String::new() }
    }

    fn post(&mut self, server: &Server, path: &str, body: &Value) -> Value {
        let mut response = self
            .agent
            .post(format!("{}{path}", server.url()))
            .header("origin", server.url().trim_end_matches('/'))
            .header("cookie", &self.cookie)
            .send_json(body)
            .unwrap();
        if let Some(cookie) = response.headers().get("set-cookie") {
            cookie.to_str().unwrap().split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        response.body_mut().read_json().unwrap()
    }

    fn get(&self, server: &Server, path: &str) -> Value {
        let request =
            self.agent.get(format!("{}{path}", server.url())).header("cookie", &self.cookie);
        request.call().unwrap().body_mut().read_json().unwrap()
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_stop_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("passkeys.sqlite");
    let mut authenticator = TestAuthenticator::new("laptop");
    let mut ada = Visitor::new();

    let server = Server::start(&database, 0, &[]);
    let port = server.port();
    ada.post(&server, "api/sign-up", &json!({ "name": "Ada" }));
    server.kill();

    // A ceremony that began before the kill finishes after it.
    let server = Server::start(&database, port, &[]);
    assert_eq!(ada.get(&server, "api/session")["user"], json!({ "name": "Ada" }));
    let start = ada.post(&server, "api/passkeys/create/begin", &json!({}));
    let origin = server.url().trim_end_matches('/').to_owned();
    let response = authenticator.create(&start["public_key"], &origin).unwrap();
    let response = RawValue::from_string(response).unwrap();
    let finish = json!({ "ceremony_id": start["ceremony_id"], "response": response });
    server.kill();

    let server = Server::start(&database, port, &[]);
    let passkey = ada.post(&server, "api/passkeys/create/finish", &finish)["passkey"].take();
    assert_eq!(passkey["object"], "passkey");
    server.kill();

    // And does not finish again.
    let server = Server::start(&database, port, &[]);
    let again = ada.post(&server, "api/passkeys/create/finish", &finish);
    assert_eq!(again["errors"][0]["code"], "ceremony_expired");
    assert_eq!(ada.get(&server, "api/passkeys")["data"], json!([passkey]));
    server.terminate();

    let server = Server::start(&database, port, &[]);
    assert_eq!(ada.get(&server, "api/passkeys")["data"], json!([passkey]));
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_server")).args(arguments).output().unwrap()
}

#[test]
fn it_explains_itself() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    for flag in
        ["--address", "--database", "--rp-id", "--origin", "--subdomains", "--related-origin"]
    {
        assert!(text.contains(flag), "{flag} is missing in:\n{text}");
    }
}

#[test]
fn it_does_not_start_with_settings_that_cannot_work() {
    for flags in [
        &["--rp-id", "127.0.0.1"][..],
        &["--rp-id", "co.uk"],
        &["--rp-id", "example.com", "--origin", "https://example.net"],
        &["--database", "/nonexistent/passkeys.sqlite"],
    ] {
        let refused = run(flags);
        assert!(!refused.status.success(), "{flags:?}");
        assert!(!refused.stderr.is_empty(), "{flags:?}");
    }
}
