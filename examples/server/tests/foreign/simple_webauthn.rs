//! SimpleWebAuthn in browsers, on another page of the same origin.

use std::{env, fs, net::SocketAddr, sync::Arc, thread, time::Duration};

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    routing::get,
};
use clap::Parser as _;
use server::{
    app::{self, App},
    config::Config,
    store::{Database, Limits, Store},
};
use tokio::{net::TcpListener, runtime::Runtime};

use super::{
    folder,
    support::browser::{Browser, Kind},
};

/// Where npm puts the library.
const LIBRARY: &str = "node_modules/@simplewebauthn/browser/esm/index.js";

/// The whole site, and at `/foreign/` the page that uses the library.
struct Site {
    _runtime: Runtime,
    _database: tempfile::TempDir,
    page: String,
}

impl Site {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let database = tempfile::tempdir().unwrap();
        let address = runtime.block_on(serve(Database::File(database.path().join("test.sqlite"))));
        let page = format!("http://localhost:{}/foreign/page.html", address.port());
        Self { _runtime: runtime, _database: database, page }
    }
}

async fn serve(database: Database) -> SocketAddr {
    let config = Config::parse_from(["server"]);
    let store = Store::open(&database, None, Limits::default()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::new(config.relying_party().unwrap(), store, &config, address);
    let router = Router::new()
        .route("/foreign/{*path}", get(file))
        .fallback_service(app::router(Arc::new(app)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn file(
    Path(path): Path<String>,
) -> Result<([(header::HeaderName, &'static str); 1], String), StatusCode> {
    let content_type = if path == "page.html" { "text/html" } else { "text/javascript" };
    let content = fs::read_to_string(folder().join(path)).map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, content_type)], content))
}

/// Whether `npm ci` has fetched the library.
fn is_installed() -> bool {
    let folder = folder();
    let installed = folder.join(LIBRARY).is_file();
    let required = env::var("REQUIRE_BROWSER").is_ok_and(|value| value == "1");
    let folder = folder.display();
    assert!(
        installed || !required,
        "REQUIRE_BROWSER=1, but SimpleWebAuthn is missing; run npm ci in {folder}"
    );
    if !installed {
        println!("skipped: SimpleWebAuthn is not installed; run npm ci in {folder}");
    }
    installed
}

#[test]
fn simple_webauthn_signs_up_and_in_in_chromium() {
    sign_up_and_in(Kind::Chromium);
}

#[test]
fn simple_webauthn_signs_up_and_in_in_firefox() {
    sign_up_and_in(Kind::Firefox);
}

fn sign_up_and_in(kind: Kind) {
    if !is_installed() {
        return;
    }
    let Some(browser) = Browser::start(kind, "foreign-", &[]) else { return };
    let site = Site::start();
    let device = browser.add_authenticator();
    browser.open(&site.page);
    browser.find("[data-ready]");
    let press = |button: &str, outcome: &str| {
        browser.click(&format!("#{button}"));
        browser.wait_for_text("#outcome", &format!("{button}: {outcome}"));
    };

    press("sign-up", "Ada");
    // The same authenticator again: the library reads the list of what exists.
    press("create", "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED");
    for button in ["sign-in", "sign-in-by-name"] {
        press("sign-out", "null");
        press(button, "complete");
        press("repeat", "ceremony_expired");
    }

    // Another authenticator.
    browser.remove_authenticator(&device);
    let device = browser.add_authenticator();
    press("create", "passkey");

    // What the browser suggests in the field.
    press("sign-out", "null");
    if browser.can_wait() {
        browser.set_present(&device, false);
        browser.click("#sign-in-by-autofill");
        thread::sleep(Duration::from_millis(300));
        let outcome = browser.script("return document.querySelector('#outcome').textContent");
        assert_eq!(outcome, "sign-out: null", "it waits for the user");
        browser.set_present(&device, true);
        press("sign-in-by-autofill", "complete");
    } else {
        browser.skip("no one picks a suggestion of autofill");
    }

    // A user who is not verified: the library passes the browser's refusal on.
    browser.set_user_verified(&device, false);
    press("sign-in", "ERROR_PASSTHROUGH_SEE_CAUSE_PROPERTY");
}
