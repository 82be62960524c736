//! What users and networks do in between: two tabs, the back button, a reload, a double click, a poor network, and a
//! session that ends. Each ends in a sensible state.

use std::{net::SocketAddr, thread, time::Duration};

use super::{ALERT, Kind, STATUS, Stage, in_each_browser};
use crate::support::proxy::{Proxy, Weather};

in_each_browser![
    two_tabs_follow_each_other,
    back_button_shows_who_is_signed_in_now,
    reload_in_the_middle_loses_nothing,
    double_click_counts_once,
    poor_network_is_slow_but_correct,
    lost_network_is_told_and_everything_can_be_tried_again,
    expired_session_leads_to_the_sign_in,
];

fn two_tabs_follow_each_other(kind: Kind) {
    let Some(stage) = Stage::new(kind, "tabs-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Ada");
    browser.set_present(&authenticator, false);
    let first = browser.new_tab();
    browser.open(&stage.server.url());
    browser.wait_for_text("#passkeys-title", "Your passkeys");

    // Signed out here, signed out there; and the passkey still works there.
    stage.sign_out();
    browser.switch_to(&first);
    browser.find("#view-signed-out");
    assert_eq!(browser.script("return document.querySelector('#passkeys').innerText"), "");
    stage.sign_in(&authenticator);
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    let second = browser.new_tab();
    browser.open(&stage.server.url());
    browser.find("#view-signed-in");
    browser.click("#erase");
    browser.click("#erase-confirm");
    browser.wait_for_text(STATUS, "Your account was deleted");
    browser.switch_to(&second);
    browser.find("#view-signed-out");
    stage.assert_no_complaints();
}

fn back_button_shows_who_is_signed_in_now(kind: Kind) {
    let Some(stage) = Stage::new(kind, "back-", &[]) else { return };
    let browser = &stage.browser;
    browser.add_authenticator();
    stage.sign_up("Ada");
    browser.open(&format!("{}icon.svg", stage.server.url()));
    browser.back();
    browser.find("#view-signed-in");
    assert_eq!(stage.names().len(), 1, "going back creates nothing");

    browser.open(&format!("{}icon.svg", stage.server.url()));
    // An answer to the page that comes late would set the cookie again.
    thread::sleep(Duration::from_secs(2));
    browser.forget_cookies();
    browser.back();
    browser.find("#view-signed-out");
    browser.wait_until_gone("#view-signed-in");
}

fn reload_in_the_middle_loses_nothing(kind: Kind) {
    let Some(stage) = Stage::new(kind, "reload-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    if browser.can_wait() {
        // While the browser waits for the user to sign up.
        browser.set_present(&authenticator, false);
        browser.type_into("#sign-up-name", "Ada");
        browser.click("#sign-up");
        browser.find("#sign-up[aria-busy=true]");
        browser.reload();
        browser.find("#view-signed-out");
        browser.set_present(&authenticator, true);
    } else {
        browser.skip("a request that waits for the user");
    }
    browser.reload();
    browser.find("#sign-up");
    stage.sign_up("Ada");

    // While a dialog is open, and while a name is edited: nothing has happened yet.
    browser.click(".passkey .delete");
    browser.find("#delete-dialog");
    browser.reload();
    browser.find("#view-signed-in");
    assert_eq!(stage.names().len(), 1);
    browser.click(".passkey .rename");
    browser.type_into(".rename-form input", "half a na");
    browser.reload();
    browser.find("#view-signed-in");
    assert!(!stage.names()[0].contains("half"));
    stage.rename("Laptop");
    browser.wait_for_text(STATUS, "Renamed to “Laptop”");
    stage.assert_no_complaints();
}

fn double_click_counts_once(kind: Kind) {
    let Some(stage) = Stage::new(kind, "double-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    let click_twice = |selector: &str| {
        browser.find(selector);
        browser.script(&format!(
            "const button = document.querySelector('{selector}'); button.click(); button.click()"
        ));
    };
    browser.type_into("#sign-up-name", "Ada");
    click_twice("#sign-up");
    browser.wait_for_text(STATUS, "Welcome, Ada");
    assert_eq!(stage.names().len(), 1);
    click_twice("#codes-create");
    browser.find("#codes-dialog");
    click_twice("#codes-done");
    browser.wait_for_text("#codes-state", "8 unused codes left");
    let created = || {
        let count =
            "return document.querySelectorAll('[data-event=recovery_codes_created]').length";
        browser.script(count)
    };
    assert_eq!(created(), 1);
    browser.click(".passkey .rename");
    browser.clear(".rename-form input");
    browser.type_into(".rename-form input", "Laptop");
    click_twice(".rename-form [type=submit]");
    browser.wait_for_text(STATUS, "Renamed to “Laptop”");
    // Nobody touches it, so that autofill does not sign in again at once.
    browser.set_present(&authenticator, false);
    click_twice("#sign-out");
    browser.wait_for_text(STATUS, "You are signed out");
    stage.wait_for_autofill();
    browser.set_present(&authenticator, true);
    click_twice("#sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    browser.click(".passkey .delete");
    click_twice("#delete-confirm");
    browser.wait_for_text(STATUS, "“Laptop” was deleted");
    assert_eq!(stage.names(), Vec::<String>::new());
    stage.assert_no_complaints();
}

/// The server behind a network.
fn behind_network(stage: &Stage) -> (Proxy, String) {
    let proxy = Proxy::new(SocketAddr::from(([127, 0, 0, 1], stage.server.port())));
    let url = format!("http://localhost:{}/", proxy.port());
    (proxy, url)
}

fn poor_network_is_slow_but_correct(kind: Kind) {
    let Some(stage) = Stage::new(kind, "slow-", &[]) else { return };
    let browser = &stage.browser;
    let (proxy, url) = behind_network(&stage);
    proxy.set(Weather::Poor);
    let authenticator = browser.add_authenticator();
    browser.open(&url);
    browser.find("#view-signed-out");
    browser.type_into("#sign-up-name", "Ada");
    browser.click("#sign-up");
    // It takes a while, which the button shows, and a second click changes nothing.
    browser.find("#sign-up[aria-busy=true]");
    browser.script("document.querySelector('#sign-up').click()");
    browser.wait_for_text(STATUS, "Welcome, Ada");
    assert_eq!(stage.names().len(), 1);
    stage.rename("Laptop");
    browser.find(".rename-form [aria-busy=true]");
    browser.wait_for_text(STATUS, "Renamed to “Laptop”");
    browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.sign_in(&authenticator);
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(stage.names(), ["Laptop"]);
    stage.delete_passkey();
    assert_eq!(stage.names(), Vec::<String>::new());
    stage.assert_no_complaints();
}

fn lost_network_is_told_and_everything_can_be_tried_again(kind: Kind) {
    let Some(stage) = Stage::new(kind, "cut-", &[]) else { return };
    let browser = &stage.browser;
    let (proxy, url) = behind_network(&stage);
    browser.add_authenticator();
    browser.open(&url);
    browser.find("#view-signed-out");
    proxy.set(Weather::Cut);
    browser.type_into("#sign-up-name", "Ada");
    browser.click("#sign-up");
    browser.wait_for_text(ALERT, "The server cannot be reached");
    proxy.set(Weather::Fair);
    browser.click("#sign-up");
    browser.wait_for_text(STATUS, "Welcome, Ada");
    let shown = browser.script("return document.querySelector('#alert').innerText");
    assert_eq!(shown, "", "the old error is gone");
    proxy.set(Weather::Cut);
    browser.click(".passkey .delete");
    browser.click("#delete-confirm");
    browser.wait_for_text(ALERT, "The server cannot be reached");
    assert_eq!(stage.names().len(), 1);
    proxy.set(Weather::Fair);
    stage.delete_passkey();
}

fn expired_session_leads_to_the_sign_in(kind: Kind) {
    let Some(stage) = Stage::new(kind, "session-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Ada");
    let actions: [&dyn Fn(); 4] = [
        &|| stage.rename("Laptop"),
        &|| {
            browser.click(".passkey .delete");
            browser.click("#delete-confirm");
        },
        &|| browser.click("#codes-create"),
        &|| stage.begin_creation("#create"),
    ];
    for action in actions {
        browser.set_present(&authenticator, false);
        browser.forget_cookies();
        action();
        browser.wait_for_text(STATUS, "Your session has ended");
        browser.find("#view-signed-out");
        assert_eq!(stage.focused(), "signed-out-title");
        thread::sleep(Duration::from_millis(200));
        stage.sign_in(&authenticator);
        browser.wait_for_text(STATUS, "Welcome back, Ada");
        assert_eq!(stage.names().len(), 1);
    }
    stage.assert_no_complaints();
}
