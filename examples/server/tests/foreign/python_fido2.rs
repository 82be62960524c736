//! The client of python-fido2. It comes without an authenticator, so `authenticator.py` is one.

use std::{
    env,
    process::{Command, Stdio},
};

use super::{folder, support::server::Server};

/// A Python that has the package. `None`, with a printed reason, if it is missing; unless `REQUIRE_PYTHON_FIDO2` is
/// `1`.
fn python() -> Option<Command> {
    let python = env::var_os("PYTHON_FIDO2").unwrap_or_else(|| "python3".into());
    let mut probe = Command::new(&python);
    let probe = probe.args(["-c", "import fido2.client"]).stderr(Stdio::null()).status();
    let reason = match probe {
        Ok(status) if status.success() => return Some(Command::new(python)),
        Ok(_) => "it has no fido2".to_owned(),
        Err(error) => error.to_string(),
    };
    let python = python.display();
    assert!(
        !env::var("REQUIRE_PYTHON_FIDO2").is_ok_and(|value| value == "1"),
        "REQUIRE_PYTHON_FIDO2=1, but {python} cannot run the client: {reason}"
    );
    println!("skipped: {python} cannot run the client of python-fido2: {reason}");
    None
}

#[test]
fn python_fido2_signs_up_and_in() {
    let Some(mut python) = python() else { return };
    let database = tempfile::tempdir().unwrap();
    let server = Server::start(database.path().join("passkeys.sqlite"), 0, &[]);
    // No folder of compiled files beside the sources.
    python.arg("-B").arg(folder().join("fido2_client.py")).arg(server.url().trim_end_matches('/'));
    let output = python.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert_eq!(text, "signed up and signed in\n");
}
