//! The page in a real browser. Without one, the test is skipped and prints why; `REQUIRE_BROWSER=1` makes that a
//! failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use support::{
    Service,
    browser::{Browser, Kind},
};

const STATUS: &str = "#status";

#[test]
fn sign_up_sign_in_rename_and_delete() {
    let Some(browser) = Browser::start(Kind::Chromium, "minimal-", &[]) else { return };
    let service = Service::start();
    let authenticator = browser.add_authenticator();
    // Otherwise the authenticator would answer autofill before the test does anything.
    browser.set_present(&authenticator, false);
    browser.open(&format!("{}/", service.url));

    // Sign up.
    browser.find("html[data-autofill=ready]");
    browser.type_into("#name", "Ada");
    browser.set_present(&authenticator, true);
    browser.click("#sign-up");
    browser.wait_for_text(STATUS, "Welcome");
    browser.wait_until_gone("#sign-up");
    let credentials = browser.credentials(&authenticator);
    assert_eq!(credentials.len(), 1);
    assert_eq!(names(&browser).len(), 1);
    browser.picture("signed-in");

    // Rename. A reload shows what the server keeps.
    browser.clear("#passkeys input");
    browser.type_into("#passkeys input", "My laptop\n");
    browser.wait_for_text(STATUS, "renamed");
    browser.open(&format!("{}/", service.url));
    browser.find("#passkeys button");
    assert_eq!(names(&browser), ["My laptop"]);

    // The same authenticator cannot have a second one.
    browser.click("#create");
    browser.wait_for_text(STATUS, "already has a passkey");

    // Sign in by the button.
    browser.set_present(&authenticator, false);
    browser.click("#sign-out");
    browser.wait_for_text(STATUS, "signed out");
    browser.find("html[data-autofill=ready]");
    browser.wait_until_gone("#create");
    browser.picture("signed-out");
    browser.set_present(&authenticator, true);
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "You are signed in");
    assert_eq!(names(&browser), ["My laptop"]);

    // Sign in by autofill: a present user picks the passkey at once.
    browser.click("#sign-out");
    browser.wait_for_text(STATUS, "You are signed in");
    browser.find("#passkeys button");
    assert_eq!(names(&browser), ["My laptop"]);

    // The name is taken.
    browser.set_present(&authenticator, false);
    browser.click("#sign-out");
    browser.wait_for_text(STATUS, "signed out");
    browser.type_into("#name", " ADA ");
    browser.script("delete document.documentElement.dataset.autofill");
    browser.click("#sign-up");
    browser.wait_for_text(STATUS, "name is taken");
    // Autofill goes on.
    browser.find("html[data-autofill=ready]");

    // Delete. The browser is told, and no longer offers the passkey.
    browser.set_present(&authenticator, true);
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "You are signed in");
    browser.set_present(&authenticator, false);
    browser.click("#passkeys button");
    browser.wait_for_text(STATUS, "deleted");
    assert_eq!(names(&browser), Vec::<String>::new());
    browser.wait_for("the browser to forget the passkey", || {
        browser.credentials(&authenticator).is_empty().then_some(())
    });

    let complaints = browser.console();
    let complaints = complaints.iter().filter(|entry| !entry.contains("Failed to load resource"));
    assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&String>::new());
}

fn names(browser: &Browser) -> Vec<String> {
    let names = browser
        .script("return [...document.querySelectorAll('#passkeys input')].map((it) => it.value)");
    serde_json::from_value(names).unwrap()
}
