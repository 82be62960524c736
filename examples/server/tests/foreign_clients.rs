//! Clients by other authors sign up and in at the server's endpoints, over HTTP: SimpleWebAuthn in browsers,
//! `passkey-client`, and python-fido2.
//!
//! SimpleWebAuthn needs the browsers of the page's own tests and `npm ci` in `foreign`; python-fido2 needs a
//! Python with the packages of `foreign/requirements.txt`: `PYTHON_FIDO2`, or `python3` in the search path.
//! What is missing is skipped with a printed reason; with `REQUIRE_BROWSER=1` and `REQUIRE_PYTHON_FIDO2=1` that is a
//! failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]
#![allow(clippy::doc_markdown, reason = "WebDriver is a name")]

mod support {
    pub mod browser;
    pub mod chromium;
    pub mod firefox;
    pub mod server;
    pub mod visitor;
    pub mod webdriver;
}

#[path = "foreign/passkey_client.rs"]
mod passkey_client;
#[path = "../../../tests/support/present.rs"]
mod present;
#[path = "foreign/python_fido2.rs"]
mod python_fido2;
#[path = "foreign/simple_webauthn.rs"]
mod simple_webauthn;

use std::path::PathBuf;

/// Where the files are that the clients need.
fn folder() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign").into()
}
