//! The page in real browsers, with virtual authenticators.
//!
//! Needs Chromium with its driver, and Firefox (`CHROMIUM`, `CHROMEDRIVER`, `FIREFOX`, or in the search path), and
//! axe-core (`npm ci` in `tests/accessibility`). What is missing is skipped with a printed reason; with
//! `REQUIRE_BROWSER=1` that is a failure. Pictures of every state go to the folder `ARTIFACTS_DIR`, if it is set.

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
#[path = "browser/interruptions.rs"]
mod interruptions;
#[path = "browser/keyboard.rs"]
mod keyboard;
#[path = "browser/product.rs"]
mod product;
#[path = "browser/recovery.rs"]
mod recovery;
mod support;
#[path = "browser/tour.rs"]
mod tour;

use std::{thread, time::Duration};

use serde_json::{Value, json};
use support::{
    browser::{Browser, Kind},
    server::Server,
    webdriver::{Authenticator, key},
};

const STATUS: &str = "#status";
const ALERT: &str = "#alert";

/// Each of these tests in each browser.
macro_rules! in_each_browser {
    ($($test:ident),* $(,)?) => {
        mod chromium {
            $(#[test] fn $test() { super::$test($crate::support::browser::Kind::Chromium) })*
        }
        mod firefox {
            $(#[test] fn $test() { super::$test($crate::support::browser::Kind::Firefox) })*
        }
    };
}
pub(crate) use in_each_browser;

/// A browser at a page of a new server with an empty database.
struct Stage {
    browser: Browser,
    server: Server,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(kind: Kind, prefix: &str, flags: &[&str]) -> Option<Self> {
        let browser = Browser::start(kind, prefix, &[])?;
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path().join("passkeys.sqlite"), 0, flags);
        browser.open(&server.url());
        browser.find("#sign-in");
        Some(Self { browser, server, folder })
    }

    /// Signs up, which creates a passkey.
    #[track_caller]
    fn sign_up(&self, name: &str) {
        self.browser.type_into("#sign-up-name", name);
        self.browser.click("#sign-up");
        self.browser.wait_for_text(STATUS, &format!("Welcome, {name}"));
    }

    /// Creates a passkey with the name that it gets by itself.
    #[track_caller]
    fn create(&self) {
        self.begin_creation("#create");
        self.browser.wait_for_text(STATUS, "was created");
    }

    /// Presses the button, and goes on in the dialog.
    #[track_caller]
    fn begin_creation(&self, button: &str) {
        self.browser.click(button);
        self.browser.click("#create-confirm");
    }

    /// Deletes the only passkey.
    #[track_caller]
    fn delete_passkey(&self) {
        self.browser.click(".passkey .delete");
        self.browser.click("#delete-confirm");
        self.browser.wait_for_text(STATUS, "was deleted");
    }

    /// Whether the browser is told of passkeys that are gone.
    fn takes_signals(&self) -> bool {
        let signals =
            "return typeof PublicKeyCredential.signalAllAcceptedCredentials === 'function'";
        self.browser.script(signals) == true
    }

    /// The authenticator after its passkey was deleted: without signals it would still have it, and the browser would
    /// ask which of two to use.
    fn without_deleted(&self, authenticator: Authenticator) -> Authenticator {
        if self.takes_signals() {
            return authenticator;
        }
        self.browser.remove_authenticator(&authenticator);
        self.browser.add_authenticator()
    }

    /// Plugs in another authenticator. Where that does not always answer beside the first, in its place.
    fn beside(&self, first: &Authenticator, other: &Value) -> Authenticator {
        if !self.browser.can_wait() {
            self.browser.remove_authenticator(first);
        }
        self.browser.add_authenticator_with(other)
    }

    #[track_caller]
    fn sign_out(&self) {
        self.browser.click("#sign-out");
        self.browser.wait_for_text(STATUS, "You are signed out");
        self.browser.find("#sign-in");
    }

    /// Signs in by the button. Nobody touches the authenticator before, so that autofill does not sign in first.
    #[track_caller]
    fn sign_in(&self, authenticator: &Authenticator) {
        self.wait_for_autofill();
        self.browser.set_present(authenticator, true);
        self.browser.click("#sign-in");
    }

    /// Waits until the autofill request is open, if the browser has such requests.
    #[track_caller]
    fn wait_for_autofill(&self) {
        self.browser.find("html[data-autofill=ready]");
        thread::sleep(Duration::from_millis(200));
    }

    #[track_caller]
    fn rename(&self, name: &str) {
        self.browser.click(".passkey .rename");
        self.browser.clear(".rename-form input");
        self.browser.type_into(".rename-form input", name);
        self.browser.press(&[key::ENTER]);
    }

    /// Waits for a notice about an error, whose code is in its details.
    #[track_caller]
    fn wait_for_code(&self, code: &str) {
        self.browser.find(&format!(".notice[data-code={code}]"));
    }

    fn names(&self) -> Vec<String> {
        let names = self.browser.script(
            "return [...document.querySelectorAll('#passkeys .passkey-name')].map((name) => name.textContent)",
        );
        serde_json::from_value(names).unwrap()
    }

    /// What has the focus: its ID, or its class.
    fn focused(&self) -> String {
        let focused = self
            .browser
            .script("return document.activeElement?.id || document.activeElement?.className || ''");
        focused.as_str().unwrap().to_owned()
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

in_each_browser![
    create_use_rename_and_delete,
    data_survive_a_restart_and_a_kill,
    the_hand_written_json_does_as_the_browsers_own,
    a_browser_without_passkeys_is_told_so,
    what_takes_too_long_is_refused_and_the_offer_in_the_field_is_renewed,
    who_is_not_verified_is_refused,
    the_wrong_address_explains_and_leads_to_the_right_one,
    notices_leave_by_themselves_and_move_nothing,
    explanations_show_on_hover_and_focus,
    account_is_deleted,
];

#[expect(clippy::too_many_lines, reason = "what a user does, from the first visit to the last")]
fn create_use_rename_and_delete(kind: Kind) {
    let Some(stage) = Stage::new(kind, "main-", &[]) else { return };
    let browser = &stage.browser;
    let built_in = browser.add_authenticator();

    // Sign up: no name, then one.
    browser.click("#sign-up");
    browser.wait_for_text("#sign-up-error", "Enter a name");
    assert_eq!(stage.focused(), "sign-up-name");
    stage.sign_up("Ada Lovelace");
    assert_eq!(stage.names().len(), 1);

    // An account without a passkey is not left by accident.
    stage.delete_passkey();
    assert_eq!(stage.names(), Vec::<String>::new());
    let built_in = stage.without_deleted(built_in);
    browser.click("#sign-out");
    browser.find("#sign-out-dialog");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#sign-out-dialog");

    stage.create();
    assert_eq!(stage.names().len(), 1);
    browser.wait_for_text(".passkey .last-used", "Not used yet");
    browser.wait_for_text(".passkey .created", " on Linux");

    // The same authenticator again.
    stage.begin_creation("#create");
    stage.wait_for_code("passkey_already_exists");
    assert_eq!(stage.names().len(), 1);
    let shown = browser.script("return document.querySelector('#alert').innerText");
    assert!(!shown.as_str().unwrap().contains("passkey_already_exists"), "codes are details");

    // The next action begins: the old error is gone.
    browser.click("#create");
    browser.wait_until_gone("#alert .notice");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#create-dialog");

    // Sign in by button.
    browser.set_present(&built_in, false);
    stage.sign_out();
    stage.sign_in(&built_in);
    browser.wait_for_text(STATUS, "Welcome back, Ada Lovelace");
    browser.wait_for_text(".passkey .last-used", "just now");
    browser.wait_for_text(".passkey .tag.accent", "Used for this session");

    // Sign in by button after giving a name.
    browser.set_present(&built_in, false);
    stage.sign_out();
    stage.wait_for_autofill();
    browser.set_present(&built_in, true);
    browser.type_into("#sign-in-name", "ada lovelace");
    browser.type_into("#sign-in-name", key::ENTER);
    browser.wait_for_text(STATUS, "Welcome back, Ada Lovelace");

    // Sign in by autofill: no button is pressed. The request opens with the page and is answered when the user
    // touches the authenticator, which Chromium only takes note of when the request begins.
    if browser.can_wait() {
        browser.set_present(&built_in, false);
        stage.sign_out();
        stage.wait_for_autofill();
        assert_eq!(browser.script("return document.querySelector('#account').hidden"), true);
        browser.set_present(&built_in, true);
        browser.open(&stage.server.url());
        browser.wait_for_text(STATUS, "Welcome back, Ada Lovelace");
    } else {
        browser.skip("no one picks a suggestion of autofill");
    }

    // Rename: refused, given up, done.
    browser.click(".passkey .rename");
    browser.clear(".rename-form input");
    browser.type_into(".rename-form input", key::ENTER);
    browser.wait_for_text(".rename-form .field-error", "Enter a name");
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

    if !browser.can_wait() {
        browser.skip("a second authenticator, which does not always answer beside the first");
        return;
    }
    // A second passkey, on a security key, with a name from the start.
    let security_key = browser.add_authenticator_with(&json!({ "transport": "usb" }));
    browser.click("#add-key");
    browser.wait_for_text("#create-title", "Add a security key");
    browser.type_into("#create-name", "Blue key");
    browser.click("#create-confirm");
    browser.wait_for_text(STATUS, "“Blue key” was created");
    assert_eq!(stage.names(), ["Work laptop", "Blue key"]);

    // Delete: given up, then done. A deleted passkey signs no one in, though the authenticator still has it.
    let kept = browser.credentials(&built_in);
    assert_eq!(kept.len(), 1);
    browser.click(".passkey .delete");
    browser.wait_for_text("#delete-title", "Delete “Work laptop”?");
    browser.wait_for_text("#delete-manager", "may still list it");
    browser.press(&[key::ENTER]);
    browser.wait_until_gone("#delete-dialog");
    assert_eq!(stage.names().len(), 2);
    browser.click(".passkey .delete");
    browser.click("#delete-confirm");
    browser.wait_for_text(STATUS, "“Work laptop” was deleted");
    assert_eq!(stage.names().len(), 1);
    assert_eq!(browser.credentials(&security_key).len(), 1, "the other passkey stays");

    browser.remove_authenticator(&security_key);
    if stage.takes_signals() {
        browser.wait_for("the signal to be taken", || {
            browser.credentials(&built_in).is_empty().then_some(())
        });
        browser.add_credential(&built_in, &kept[0]);
    } else {
        browser.skip("no signals");
    }
    browser.set_present(&built_in, false);
    stage.sign_out();
    stage.sign_in(&built_in);
    stage.wait_for_code("passkey_retrieval_failed");
    browser.find("#view-signed-out");
    stage.assert_no_complaints();
}

fn who_is_not_verified_is_refused(kind: Kind) {
    let Some(stage) = Stage::new(kind, "unverified-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    browser.set_user_verified(&authenticator, false);
    browser.type_into("#sign-up-name", "Grace");
    browser.click("#sign-up");
    stage.wait_for_code("passkey_registration_cancelled");
    browser.find("#view-signed-out");

    // Nothing was kept of it: the name is still free.
    browser.set_user_verified(&authenticator, true);
    browser.clear("#sign-up-name");
    stage.sign_up("Grace");

    browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.wait_for_autofill();
    browser.set_user_verified(&authenticator, false);
    browser.set_present(&authenticator, true);
    browser.click("#sign-in");
    stage.wait_for_code("passkey_retrieval_cancelled");
    browser.find("#view-signed-out");

    // Nothing is lost by it.
    browser.set_user_verified(&authenticator, true);
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Grace");
    stage.assert_no_complaints();
}

fn data_survive_a_restart_and_a_kill(kind: Kind) {
    let Some(mut stage) = Stage::new(kind, "restart-", &[]) else { return };
    let authenticator = stage.browser.add_authenticator();
    stage.sign_up("Linus");
    let names = stage.names();
    let database = stage.folder.path().join("passkeys.sqlite");
    let port = stage.server.port();

    // Told to stop: the session and the passkey are there afterwards, and so are the changes made right before.
    stage.server.terminate();
    stage.server = Server::start(&database, port, &[]);
    stage.browser.open(&stage.server.url());
    stage.browser.find("#create");
    assert_eq!(stage.names(), names);
    stage.rename("Survivor");
    stage.browser.wait_for_text(STATUS, "Renamed");

    // Killed.
    stage.server.kill();
    stage.browser.click("#sign-out");
    stage.browser.wait_for_text(ALERT, "cannot be reached");
    stage.browser.look("server-gone");
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

fn the_hand_written_json_does_as_the_browsers_own(kind: Kind) {
    let Some(stage) = Stage::new(kind, "fallback-", &[]) else { return };
    let browser = &stage.browser;
    browser.before_pages(
        "delete PublicKeyCredential.parseCreationOptionsFromJSON;
         delete PublicKeyCredential.parseRequestOptionsFromJSON;
         delete PublicKeyCredential.prototype.toJSON;
         delete PublicKeyCredential.isConditionalMediationAvailable;",
    );
    browser.open(&stage.server.url());
    browser.add_authenticator();
    stage.sign_up("Old Browser");
    stage.begin_creation("#create");
    stage.wait_for_code("passkey_already_exists");
    stage.sign_out();
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Old Browser");
    stage.assert_no_complaints();
}

fn a_browser_without_passkeys_is_told_so(kind: Kind) {
    let Some(stage) = Stage::new(kind, "unsupported-", &[]) else { return };
    let browser = &stage.browser;
    browser.before_pages("delete window.PublicKeyCredential");
    browser.open(&stage.server.url());
    browser.wait_for_text("#unsupported", "does not support passkeys");
    assert_eq!(browser.script("return document.querySelector('#sign-in').disabled"), true);
    browser.look("unsupported");
}

fn the_wrong_address_explains_and_leads_to_the_right_one(kind: Kind) {
    let Some(stage) = Stage::new(kind, "address-", &[]) else { return };
    let browser = &stage.browser;
    browser.open(&format!("http://127.0.0.1:{}/", stage.server.port()));
    browser.wait_for_text("#elsewhere-text", "127.0.0.1 is only a number");
    browser.wait_until_gone("#sign-in");
    browser.look("elsewhere");
    browser.click("#elsewhere-link");
    browser.find("#sign-in");
    assert_eq!(browser.script("return location.hostname"), "localhost");
}

fn notices_leave_by_themselves_and_move_nothing(kind: Kind) {
    let Some(stage) = Stage::new(kind, "notices-", &[]) else { return };
    let browser = &stage.browser;
    browser.add_authenticator();
    let height = || browser.script("return document.body.scrollHeight");
    let before = height();
    browser.type_into("#sign-up-name", "Ada");
    browser.click("#use-recovery");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#recovery-dialog");
    browser.forget_cookies();
    assert_eq!(height(), before);
    browser.click("#sign-up");
    browser.wait_for_text(STATUS, "Welcome, Ada");
    let with_notice = height();
    browser.wait_until_gone(".notice");
    assert_eq!(height(), with_notice);

    // An error stays until it is dismissed, and then the keyboard goes on in the page.
    stage.begin_creation("#create");
    stage.wait_for_code("passkey_already_exists");
    assert_eq!(height(), with_notice);
    thread::sleep(Duration::from_secs(8));
    stage.wait_for_code("passkey_already_exists");
    browser.click(".notice summary");
    browser.wait_for_text(".notice code", "passkey_already_exists");
    browser.click(".notice-close");
    browser.wait_until_gone(".notice");
    assert_eq!(stage.focused(), "main");
}

fn explanations_show_on_hover_and_focus(kind: Kind) {
    let Some(stage) = Stage::new(kind, "hints-", &[]) else { return };
    let browser = &stage.browser;
    browser.add_authenticator();
    stage.sign_up("Ada");
    let tooltip = ".passkey-tags .hinted:last-child [role=tooltip]";
    browser.wait_until_gone(tooltip);
    browser.script("document.querySelector('.passkey-tags .hinted:last-child button').focus()");
    browser.wait_for_text(tooltip, "passkey");
    browser.look("explained");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone(tooltip);
    // The exact time, beside the relative one.
    browser.hover(".created time");
    browser.wait_for_text(".created [role=tooltip]", "20");
    browser.hover("#passkeys-title");
    browser.wait_until_gone(".created [role=tooltip]");
}

fn account_is_deleted(kind: Kind) {
    let Some(stage) = Stage::new(kind, "erase-", &[]) else { return };
    let browser = &stage.browser;
    browser.add_authenticator();
    stage.sign_up("Ada");
    browser.click("#erase");
    browser.wait_for_text("#erase-title", "Delete the account Ada?");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#erase-dialog");
    assert_eq!(stage.focused(), "erase");
    browser.click("#erase");
    browser.click("#erase-confirm");
    browser.wait_for_text(STATUS, "Your account was deleted");
    browser.find("#view-signed-out");
    assert_eq!(stage.focused(), "signed-out-title");
    // The name is free again.
    stage.sign_up("Ada");
    stage.assert_no_complaints();
}

/// Ceremonies and offers in the field last two seconds.
const SHORT: &str = r#"{"ceremony_lifetime":2000,"autofill_lifetime":2000}"#;

fn what_takes_too_long_is_refused_and_the_offer_in_the_field_is_renewed(kind: Kind) {
    let Some(stage) = Stage::new(kind, "expired-", &["--settings", SHORT]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    // Someone who takes three seconds to find the fingerprint reader.
    browser.script(
        "const create = navigator.credentials.create.bind(navigator.credentials);
         navigator.credentials.create = async (options) => {
             await new Promise((resolve) => setTimeout(resolve, 3_000));
             return create(options);
         };
         // And who does not pick what the browser then has.
         navigator.credentials.get = () => new Promise(() => {});",
    );
    browser.type_into("#sign-up-name", "Joan");
    browser.click("#sign-up");
    browser.find("#sign-up[aria-busy=true]");
    stage.wait_for_code("ceremony_expired");
    browser.find("#view-signed-out");

    browser.remove_authenticator(&authenticator);
    let authenticator = browser.add_authenticator();
    browser.set_present(&authenticator, false);
    browser.open(&stage.server.url());
    browser.find("#sign-up");
    browser.set_present(&authenticator, true);
    stage.sign_up("Joan");

    if !browser.can_wait() {
        return browser.skip("no one picks a suggestion of autofill");
    }
    // The request that opens with the page is not answered; the one that replaces it is, with a challenge that
    // still counts. Nobody presses a button.
    browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.wait_for_autofill();
    browser.set_present(&authenticator, true);
    browser.wait_for_text(STATUS, "Welcome back, Joan");
}
