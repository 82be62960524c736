//! The page in a real browser, with virtual authenticators.
//!
//! Needs Chromium and its driver (`CHROMIUM`, `CHROMEDRIVER`, or in the search path). Where they are missing the
//! tests skip, and print why; with `REQUIRE_BROWSER=1` that is a failure. Pictures of every state go to the folder
//! `ARTIFACTS_DIR`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[path = "browser/codes.rs"]
mod codes;
#[path = "browser/domains.rs"]
mod domains;
#[path = "browser/product.rs"]
mod product;
mod support;

use std::{thread, time::Duration};

use serde_json::json;
use support::{
    browser::Browser,
    server::Server,
    webdriver::{Authenticator, key},
};

const STATUS: &str = "#status";
const ALERT: &str = "#alert";

/// A browser at a page of a new server with an empty database.
struct Stage {
    browser: Browser,
    server: Server,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(prefix: &'static str, flags: &[&str]) -> Option<Self> {
        let browser = Browser::start(prefix, &[])?;
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path().join("passkeys.sqlite"), 0, flags);
        browser.open(&server.url());
        browser.find("#sign-in");
        Some(Self { browser, server, folder })
    }

    fn sign_up(&self, name: &str) {
        self.browser.type_into("#sign-up-name", name);
        self.browser.click("#sign-up");
        self.browser.wait_for_text(STATUS, &format!("Welcome, {name}"));
    }

    fn create(&self) {
        self.browser.click("#create");
        self.browser.wait_for_text(STATUS, "created");
    }

    fn sign_out(&self) {
        self.browser.click("#sign-out");
        self.browser.wait_for_text(STATUS, "You are signed out");
        self.browser.find("#sign-in");
    }

    /// Signs in by the button. Nobody touches the authenticator before, so that autofill does not sign in first.
    fn sign_in(&self, authenticator: &Authenticator) {
        self.wait_for_autofill();
        self.browser.set_present(authenticator, true);
        self.browser.click("#sign-in");
    }

    /// Waits until the autofill request is open.
    fn wait_for_autofill(&self) {
        self.browser.find("html[data-autofill=ready]");
        thread::sleep(Duration::from_millis(200));
    }

    fn names(&self) -> Vec<String> {
        let names = self.browser.script(
            "return [...document.querySelectorAll('#passkeys .passkey-name')].map((name) => name.textContent)",
        );
        serde_json::from_value(names).unwrap()
    }

    /// What the browser complained of, other than answers that refuse.
    fn assert_no_complaints(&self) {
        let complaints = self
            .browser
            .console()
            .into_iter()
            .filter(|entry| !entry.contains("Failed to load resource"))
            .collect::<Vec<_>>();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}

#[test]
fn create_use_rename_and_delete() {
    let Some(stage) = Stage::new("main-", &[]) else { return };
    let browser = &stage.browser;
    browser.picture("signed-out");
    let built_in = browser.add_authenticator();

    // Sign up: no name, then one.
    browser.click("#sign-up");
    browser.wait_for_text("#sign-up-error", "Please enter a name");
    browser.picture("sign-up-without-name");
    stage.sign_up("Ada Lovelace");
    assert_eq!(stage.names(), Vec::<String>::new());
    browser.picture("no-passkeys");

    // An account without a passkey is not left by accident.
    browser.click("#sign-out");
    browser.find("#sign-out-dialog");
    browser.picture("sign-out-without-passkey");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#sign-out-dialog");

    stage.create();
    assert_eq!(stage.names().len(), 1);
    browser.wait_for_text(".passkey .last-used", "Never");
    browser.picture("created");

    // The same authenticator again.
    browser.click("#create");
    browser.wait_for_text(ALERT, "passkey_already_exists");
    assert_eq!(stage.names().len(), 1);
    browser.picture("duplicate");

    // Sign in by button.
    browser.set_present(&built_in, false);
    stage.sign_out();
    browser.picture("signed-out-again");
    stage.sign_in(&built_in);
    browser.wait_for_text(STATUS, "Welcome back, Ada Lovelace");
    browser.wait_for_text(".passkey .last-used", "just now");
    browser.picture("signed-in");

    // Sign in by button after giving a name.
    browser.set_present(&built_in, false);
    stage.sign_out();
    browser.type_into("#sign-in-name", "ada lovelace");
    stage.sign_in(&built_in);
    browser.wait_for_text(STATUS, "Welcome back, Ada Lovelace");

    // Sign in by autofill: no button is pressed. The request opens with the page and is answered when somebody
    // touches the authenticator, which Chromium only takes note of when the request begins.
    browser.set_present(&built_in, false);
    stage.sign_out();
    stage.wait_for_autofill();
    assert_eq!(browser.script("return document.querySelector('#account').hidden"), true);
    browser.set_present(&built_in, true);
    browser.open(&stage.server.url());
    browser.wait_for_text(STATUS, "Welcome back, Ada Lovelace");

    // Rename: refused, given up, done.
    browser.click(".passkey .rename");
    browser.clear(".rename-form input");
    browser.type_into(".rename-form input", key::ENTER);
    browser.wait_for_text(".rename-form .field-error", "needs a name");
    browser.picture("renaming");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone(".rename-form");
    let before = stage.names();
    browser.click(".passkey .rename");
    browser.clear(".rename-form input");
    browser.type_into(".rename-form input", "  Work laptop ");
    browser.press(&[key::ENTER]);
    browser.wait_for_text(STATUS, "Renamed to “Work laptop”");
    assert_ne!(stage.names(), before);
    assert_eq!(stage.names(), ["Work laptop"]);
    browser.picture("renamed");

    // A second passkey on a second authenticator.
    let security_key = browser.add_authenticator_with(&json!({ "transport": "usb" }));
    stage.create();
    assert_eq!(stage.names().len(), 2);
    browser.picture("two-passkeys");

    // Delete: given up, then done. What is deleted signs nobody in, though the authenticator still has it.
    let kept = browser.credentials(&built_in);
    assert_eq!(kept.len(), 1);
    browser.click(".passkey .delete");
    browser.wait_for_text("#delete-text", "Work laptop");
    browser.picture("delete-dialog");
    browser.press(&[key::ENTER]);
    browser.wait_until_gone("#delete-dialog");
    assert_eq!(stage.names().len(), 2);
    browser.click(".passkey .delete");
    browser.click("#delete-confirm");
    browser.wait_for_text(STATUS, "“Work laptop” deleted");
    assert_eq!(stage.names().len(), 1);
    assert_eq!(browser.credentials(&security_key).len(), 1, "the other passkey stays");
    browser.picture("deleted");

    browser.remove_authenticator(&security_key);
    browser.wait_for("the signal to be taken", || {
        browser.credentials(&built_in).is_empty().then_some(())
    });
    browser.set_present(&built_in, false);
    stage.sign_out();
    browser.add_credential(&built_in, &kept[0]);
    stage.sign_in(&built_in);
    browser.wait_for_text(ALERT, "passkey");
    browser.find("#view-signed-out");
    browser.picture("deleted-passkey-refused");
    stage.assert_no_complaints();
}

#[test]
fn who_is_not_verified_is_refused() {
    let Some(stage) = Stage::new("unverified-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Grace");

    browser.set_user_verified(&authenticator, false);
    browser.click("#create");
    browser.wait_for_text(STATUS, "passkey_registration_cancelled");
    assert_eq!(stage.names(), Vec::<String>::new());
    browser.picture("not-created");

    browser.set_user_verified(&authenticator, true);
    stage.create();

    browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.wait_for_autofill();
    browser.set_user_verified(&authenticator, false);
    browser.set_present(&authenticator, true);
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "passkey_retrieval_cancelled");
    browser.find("#view-signed-out");
    browser.picture("not-signed-in");

    // Nothing is lost by it.
    browser.set_user_verified(&authenticator, true);
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Grace");
    stage.assert_no_complaints();
}

#[test]
fn data_survive_a_restart_and_a_kill() {
    let Some(mut stage) = Stage::new("restart-", &[]) else { return };
    let authenticator = stage.browser.add_authenticator();
    stage.sign_up("Linus");
    stage.create();
    let names = stage.names();
    let database = stage.folder.path().join("passkeys.sqlite");
    let port = stage.server.port();

    // Told to stop: the session and the passkey are there afterwards, and so are the changes made right before.
    stage.server.terminate();
    stage.server = Server::start(&database, port, &[]);
    stage.browser.open(&stage.server.url());
    stage.browser.find("#create");
    assert_eq!(stage.names(), names);
    stage.browser.click(".passkey .rename");
    stage.browser.clear(".rename-form input");
    stage.browser.type_into(".rename-form input", "Survivor");
    stage.browser.press(&[key::ENTER]);
    stage.browser.wait_for_text(STATUS, "Renamed");

    // Killed.
    stage.server.kill();
    stage.browser.click("#sign-out");
    stage.browser.wait_for_text(ALERT, "cannot be reached");
    stage.browser.picture("server-gone");
    stage.browser.open("about:blank");
    stage.server = Server::start(&database, port, &[]);
    stage.browser.open(&stage.server.url());
    stage.browser.find("#create");
    assert_eq!(stage.names(), ["Survivor"]);

    stage.browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.sign_in(&authenticator);
    stage.browser.wait_for_text(STATUS, "Welcome back, Linus");
}

#[test]
fn the_keyboard_is_enough() {
    let Some(stage) = Stage::new("keyboard-", &[]) else { return };
    let browser = &stage.browser;
    let focused = || {
        browser
            .script("return document.activeElement?.id || document.activeElement?.className || ''")
            .to_string()
    };
    let tab_to = |target: &str| {
        for _ in 0..20 {
            if focused().contains(target) {
                return;
            }
            browser.press(&[key::TAB]);
        }
        panic!("no way to {target} by Tab; at {}", focused());
    };
    browser.add_authenticator();
    tab_to("sign-in-name");
    browser.picture("focus");
    tab_to("sign-up-name");
    browser.press(&["E", "v", "e", key::ENTER]);
    browser.wait_for_text(STATUS, "Welcome, Eve");
    assert!(
        focused().contains("passkeys-title"),
        "the focus goes to the heading, not to {}",
        focused()
    );
    tab_to("create");
    browser.press(&[" "]);
    browser.wait_for_text(STATUS, "created");
    tab_to("rename");
    browser.press(&[key::ENTER]);
    browser.press(&["X", key::ENTER]);
    browser.wait_for_text(STATUS, "Renamed to “X”");
    assert!(
        focused().contains("rename"),
        "the focus goes back to the button, not to {}",
        focused()
    );
    tab_to("delete");
    browser.press(&[key::ENTER]);
    browser.find("#delete-dialog");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#delete-dialog");
    assert!(
        focused().contains("delete"),
        "the focus goes back to the button, not to {}",
        focused()
    );
    browser.press(&[key::ENTER]);
    tab_to("delete-confirm");
    browser.press(&[key::ENTER]);
    browser.wait_for_text(STATUS, "deleted");
    assert!(
        focused().contains("passkeys-title"),
        "the focus goes to the heading, not to {}",
        focused()
    );
    stage.assert_no_complaints();
}

#[test]
fn the_hand_written_json_does_as_the_browsers_own() {
    let Some(stage) = Stage::new("fallback-", &[]) else { return };
    let browser = &stage.browser;
    browser.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        &json!({ "source": "
            delete PublicKeyCredential.parseCreationOptionsFromJSON;
            delete PublicKeyCredential.parseRequestOptionsFromJSON;
            delete PublicKeyCredential.prototype.toJSON;
            delete PublicKeyCredential.isConditionalMediationAvailable;" }),
    );
    browser.open(&stage.server.url());
    browser.add_authenticator();
    stage.sign_up("Old Browser");
    stage.create();
    browser.click("#create");
    browser.wait_for_text(ALERT, "passkey_already_exists");
    stage.sign_out();
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Old Browser");
    stage.assert_no_complaints();
}

#[test]
fn a_browser_without_passkeys_is_told_so() {
    let Some(stage) = Stage::new("unsupported-", &[]) else { return };
    let browser = &stage.browser;
    browser.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        &json!({ "source": "delete window.PublicKeyCredential" }),
    );
    browser.open(&stage.server.url());
    browser.wait_for_text(ALERT, "passkey_not_supported");
    assert_eq!(browser.script("return document.querySelector('#sign-in').disabled"), true);
    browser.picture("told");
}

#[test]
fn the_wrong_address_is_told() {
    let Some(stage) = Stage::new("address-", &[]) else { return };
    stage.browser.open(&format!("http://127.0.0.1:{}/", stage.server.port()));
    stage.browser.wait_for_text(ALERT, "passkey_invalid_rpID_or_domain");
    stage.browser.picture("told");
}

#[test]
fn what_takes_too_long_is_refused_and_the_offer_in_the_field_is_renewed() {
    let Some(stage) = Stage::new("expired-", &["--ceremony-seconds", "2"]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Joan");

    // Somebody who takes three seconds to find the fingerprint reader.
    browser.script(
        "const create = navigator.credentials.create.bind(navigator.credentials);
         navigator.credentials.create = async (options) => {
             await new Promise((resolve) => setTimeout(resolve, 3_000));
             return create(options);
         };",
    );
    browser.click("#create");
    browser.find("#create[aria-busy=true]");
    browser.picture("waiting");
    browser.wait_for_text(ALERT, "ceremony_expired");
    assert_eq!(stage.names(), Vec::<String>::new());
    browser.picture("told");

    browser.open(&stage.server.url());
    browser.find("#create");
    browser.remove_authenticator(&authenticator);
    let authenticator = browser.add_authenticator();
    stage.create();

    // The request that opens with the page is not answered; the one that replaces it is, with a challenge that
    // still counts. Nobody presses a button.
    browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.wait_for_autofill();
    browser.set_present(&authenticator, true);
    browser.wait_for_text(STATUS, "Welcome back, Joan");
}
