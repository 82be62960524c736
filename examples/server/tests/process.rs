//! The built program: what it keeps when it is stopped or killed, and what it says when it cannot start.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "this is a test"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

#[path = "support/server.rs"]
mod server;
#[path = "support/visitor.rs"]
mod visitor;

use std::process::{Command, Output};

use relying_party::test_authenticator::TestAuthenticator;
use serde_json::json;
use server::Server;
use visitor::Visitor;

#[test]
fn what_was_acknowledged_is_there_after_a_stop_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("passkeys.sqlite");
    let mut authenticator = TestAuthenticator::new("laptop");
    let mut ada = Visitor::new();

    let server = Server::start(&database, 0, &[]);
    let port = server.port();
    let first = ada.sign_up(port, "Ada", &mut TestAuthenticator::new("phone"));
    server.kill();

    // A ceremony that began before the kill finishes after it.
    let server = Server::start(&database, port, &[]);
    assert_eq!(ada.get(port, "/api/session").ok()["user"], json!({ "name": "Ada" }));
    let finish = ada.prepare_creation(port, &mut authenticator);
    server.kill();

    let server = Server::start(&database, port, &[]);
    let passkey = ada.post(port, "/passkeys/create/finish", &finish).ok()["passkey"].take();
    assert_eq!(passkey["object"], "passkey");
    server.kill();

    // And does not finish again.
    let server = Server::start(&database, port, &[]);
    let again = ada.post(port, "/passkeys/create/finish", &finish);
    assert_eq!(again.code(), "ceremony_expired");
    assert_eq!(ada.passkeys(port), [first.clone(), passkey.clone()]);
    server.terminate();

    let _server = Server::start(&database, port, &[]);
    assert_eq!(ada.passkeys(port), [first, passkey]);
}

/// The password does not appear in the output.
#[test]
fn a_password_in_the_address_of_the_database_is_not_shown() {
    let refused = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["--address", "127.0.0.1:0"])
        .env("PASSKEYS_DATABASE", "postgres://ada:tr0ub4dor@127.0.0.1:1/keys")
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let help = Command::new(env!("CARGO_BIN_EXE_server"))
        .arg("--help")
        .env("PASSKEYS_DATABASE", "postgres://ada:tr0ub4dor@127.0.0.1:1/keys")
        .output()
        .unwrap();
    for output in [refused, help] {
        let text = [output.stdout, output.stderr].concat();
        assert!(!text.is_empty());
        assert!(!String::from_utf8(text).unwrap().contains("tr0ub4dor"));
    }
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
        &["--database", "postgres://nobody@127.0.0.1:1/none"],
        &["--database", "postgres://nobody@127.0.0.1:port/none"],
        &["--database-seconds", "0"],
    ] {
        let refused = run(flags);
        assert!(!refused.status.success(), "{flags:?}");
        assert!(!refused.stderr.is_empty(), "{flags:?}");
    }
}
