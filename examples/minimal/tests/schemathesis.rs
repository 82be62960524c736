//! The API by a property-based tester that knows only the OpenAPI document: no server error, and no undocumented
//! answer.
//!
//! Runs `schemathesis` (`pip install schemathesis`) from `SCHEMATHESIS` or the search path. Without it, the tests are
//! skipped and print why; `REQUIRE_SCHEMATHESIS=1` makes that a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[allow(dead_code, reason = "the browser is not needed here")]
mod support;

use std::{env, process::Command};

use relying_party::test_authenticator::TestAuthenticator;
use support::Service;

/// Signs up. Returns the cookie of the session.
fn sign_up(service: &Service) -> String {
    let mut authenticator = TestAuthenticator::new("a laptop");
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let mut cookie = String::new();
    let mut post = |step: &str, body: &str| {
        let request = agent.post(format!("{}/passkeys/sign-up/{step}", service.url));
        let request =
            request.header("origin", &service.url).header("content-type", "application/json");
        let mut answer = request.header("cookie", &cookie).send(body).unwrap();
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        set.split(';').next().unwrap().clone_into(&mut cookie);
        answer.body_mut().read_to_string().unwrap()
    };
    let begun = post("begin", r#"{"name":"ada"}"#);
    post("finish", &authenticator.answer(&begun, &service.url).unwrap());
    cookie
}

fn test(service: &Service, cookie: Option<&str>) {
    let program = env::var("SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    let mut command = Command::new(program);
    command.args(["run", &format!("{}/passkeys/openapi.json", service.url)]);
    command.args(["--max-examples", "30", "--seed", "1", "--suppress-health-check", "all"]);
    // What is valid by the schema is still refused if no ceremony or passkey has the ID.
    command.args(["--checks", "all", "--exclude-checks", "positive_data_acceptance"]);
    command.args(["--header", &format!("Origin: {}", service.url)]);
    command.args(["--header", "Sec-Fetch-Site: same-origin"]);
    if let Some(cookie) = cookie {
        command.args(["--header", &format!("Cookie: {cookie}")]);
    }
    // It keeps a cache where it runs.
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    command
        .env_remove("http_proxy")
        .env_remove("https_proxy")
        .env("NO_PROXY", "*")
        .env("NO_COLOR", "1");
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if env::var("REQUIRE_SCHEMATHESIS").is_ok_and(|value| value == "1") => {
            panic!("REQUIRE_SCHEMATHESIS=1, but it does not run: {error}")
        }
        Err(error) => return println!("skipped: schemathesis does not run: {error}"),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn visitors_get_only_documented_answers() {
    test(&Service::start(), None);
}

#[test]
fn signed_in_users_get_only_documented_answers() {
    let service = Service::start();
    let cookie = sign_up(&service);
    test(&service, Some(&cookie));
}
