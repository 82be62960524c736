//! What the page does beside creating and using passkeys: asking again, telling the browser, showing the audit log, and
//! the settings of the demo.

use serde_json::{Value, json};

use super::{Kind, STATUS, Stage, in_each_browser};

in_each_browser![
    a_deletion_asks_for_the_passkey_again_and_the_log_shows_it,
    the_browser_is_told_what_changed,
    settings_of_the_demo_count_at_once_and_what_they_forbid_is_told,
    settings_are_not_offered_outside_of_the_demo,
    icons_tell_where_passkeys_are_kept,
];

/// Deletions need a verification that is not older than five minutes.
const REVERIFY: [&str; 2] =
    ["--settings", r#"{"reverification":{"max_age":300000,"before":["delete"]}}"#];

impl Stage {
    fn delete(&self) {
        self.browser.click(".passkey .delete");
        self.browser.click("#delete-confirm");
    }

    /// The audit log as it is shown, newest first.
    fn events(&self) -> Vec<String> {
        let events = self.browser.script(
            "return [...document.querySelectorAll('.entry')].map((entry) => entry.dataset.event)",
        );
        serde_json::from_value(events).unwrap()
    }

    fn open_panel(&self, panel: &str) {
        self.browser.click(&format!("{panel} > summary"));
    }

    /// Sets a switch of the settings panel, which is open, to another state.
    fn flip(&self, switch: &str) {
        self.browser.click(switch);
    }

    fn apply(&self) {
        self.browser.click("#settings-apply");
        self.browser.wait_for_text(STATUS, "The new settings apply");
    }
}

fn a_deletion_asks_for_the_passkey_again_and_the_log_shows_it(kind: Kind) {
    let Some(stage) = Stage::new(kind, "reverify-", &REVERIFY) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Ada");

    // Whoever is not verified deletes nothing.
    browser.set_user_verified(&authenticator, false);
    stage.delete();
    stage.wait_for_code("passkey_retrieval_cancelled");
    assert_eq!(stage.names().len(), 1);
    browser.look("refused");

    let refused = "reverification_required";
    // The page reports the first attempt, which the browser ends.
    let mut expected = vec!["passkey_deleted", "reverified", refused, "browser_failed"];
    browser.set_user_verified(&authenticator, true);
    if browser.can_wait() {
        browser.set_present(&authenticator, false);
        stage.delete();
        browser.wait_for_text(STATUS, "Confirm with a passkey that it is you");
        assert_eq!(stage.names().len(), 1);
        browser.look("asked-again");
        browser.open(&stage.server.url());
        browser.set_present(&authenticator, true);
        expected.insert(3, refused);
    } else {
        browser.skip("a request that waits for the user");
    }
    stage.delete();
    browser.wait_for_text(STATUS, "was deleted");
    assert_eq!(stage.names(), Vec::<String>::new());

    browser.find(".entry");
    assert_eq!(stage.events()[..expected.len()], expected);
    browser.look("activity");
    stage.without_deleted(authenticator);

    // The proof ended with its passkey: the next deletion asks again.
    stage.create();
    browser
        .wait_for("the new entry", || (stage.events().first()? == "passkey_created").then_some(()));
    stage.delete();
    browser.wait_for_text(STATUS, "was deleted");
    assert_eq!(stage.events()[..3], ["passkey_deleted", "reverified", refused]);
    stage.assert_no_complaints();
}

fn the_browser_is_told_what_changed(kind: Kind) {
    let Some(stage) = Stage::new(kind, "signals-", &[]) else { return };
    let browser = &stage.browser;
    browser.before_pages(
        "window.told = [];
         for (const method of ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails']) {
             PublicKeyCredential[method] = async (payload) => { window.told.push({ method, ...payload }); };
         }",
    );
    browser.open(&stage.server.url());
    let told = |method: &str| {
        let told = browser.script("return window.told");
        let all = told.as_array().unwrap();
        all.iter().filter(|told| told["method"] == method).cloned().collect::<Vec<Value>>()
    };
    let accepted = || {
        let last = told("signalAllAcceptedCredentials").pop().unwrap();
        last["allAcceptedCredentialIds"].as_array().unwrap().len()
    };
    let authenticator = browser.add_authenticator();
    stage.sign_up("Ada");
    assert_eq!(accepted(), 1);
    let names = told("signalCurrentUserDetails");
    assert_eq!(names.len(), 1);
    assert_eq!((&names[0]["rpId"], &names[0]["name"]), (&json!("localhost"), &json!("ada")));
    stage.delete();
    browser.wait_for_text(STATUS, "was deleted");
    assert_eq!(accepted(), 0);

    // The stub has not told the authenticator, which still offers the passkey.
    let kept = browser.credentials(&authenticator);
    assert_eq!(kept.len(), 1);
    browser.script("window.told = []");
    browser.set_present(&authenticator, false);
    browser.click("#sign-out");
    browser.click("#sign-out-confirm");
    browser.wait_for_text(STATUS, "You are signed out");
    stage.sign_in(&authenticator);
    stage.wait_for_code("passkey_retrieval_failed");
    let unknown = told("signalUnknownCredential");
    assert_eq!(unknown[0]["rpId"], "localhost");
    assert_eq!(unknown[0]["credentialId"], kept[0]["credentialId"]);
    assert_eq!(told("signalAllAcceptedCredentials"), Vec::<Value>::new(), "to nobody");

    // A browser that takes no signals is told none, and all goes on.
    browser.before_pages(
        "for (const method of ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails']) {
             delete PublicKeyCredential[method];
         }",
    );
    browser.remove_authenticator(&authenticator);
    browser.open(&stage.server.url());
    browser.add_authenticator();
    stage.sign_up("Eve");
    stage.delete();
    browser.wait_for_text(STATUS, "was deleted");
    stage.assert_no_complaints();
}

fn settings_of_the_demo_count_at_once_and_what_they_forbid_is_told(kind: Kind) {
    let Some(stage) = Stage::new(kind, "settings-", &["--demo-settings"]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();

    // Autofill.
    browser.set_present(&authenticator, false);
    browser.open(&stage.server.url());
    stage.wait_for_autofill();
    stage.open_panel("#settings");
    browser.wait_for("the settings", || {
        let max = browser.script("return document.querySelector('#setting-max').value");
        (max == "10").then_some(())
    });
    browser.look("panel");
    stage.flip("#setting-autofill");
    stage.apply();
    browser.wait_for("autofill to stop", || {
        let ready = browser.script("return document.documentElement.dataset.autofill ?? null");
        ready.is_null().then_some(())
    });
    browser.set_present(&authenticator, true);

    // The limit and the last passkey.
    browser.clear("#setting-max");
    browser.click("#settings-apply");
    browser.wait_for_text("#setting-max-error", "Enter a number from 1 to 1000");
    browser.type_into("#setting-max", "1");
    stage.flip("#setting-keep-last");
    stage.apply();
    stage.sign_up("Ada");
    stage.begin_creation("#create");
    stage.wait_for_code("passkey_limit_reached");
    browser.look("limit");
    stage.delete();
    stage.wait_for_code("last_passkey");
    assert_eq!(stage.names().len(), 1);
    browser.look("last-passkey");

    // No passkeys at all: what there is can still be renamed and deleted.
    stage.flip("#setting-keep-last");
    stage.flip("#setting-enabled");
    stage.apply();
    browser.find("#passkeys-disabled");
    assert_eq!(browser.script("return document.querySelector('#create').disabled"), true);
    browser.look("disabled");
    stage.delete();
    browser.wait_for_text(STATUS, "was deleted");
    stage.without_deleted(authenticator);
    stage.flip("#setting-enabled");
    stage.flip("#setting-reverify");
    stage.apply();
    browser.wait_until_gone("#passkeys-disabled");

    // Deletions ask again.
    stage.create();
    stage.delete();
    browser.wait_for_text(STATUS, "was deleted");
    browser.find(".entry");
    assert_eq!(stage.events()[..3], ["passkey_deleted", "reverified", "reverification_required"]);
    browser.look("all");
    stage.assert_no_complaints();
}

fn settings_are_not_offered_outside_of_the_demo(kind: Kind) {
    let Some(stage) = Stage::new(kind, "no-settings-", &[]) else { return };
    assert_eq!(
        stage.browser.script("return document.querySelector('#settings').checkVisibility()"),
        false
    );
}

fn icons_tell_where_passkeys_are_kept(kind: Kind) {
    let Some(stage) = Stage::new(kind, "icons-", &[]) else { return };
    let browser = &stage.browser;
    // Models that virtual authenticators do not claim to be of.
    browser.before_pages(
        "const models = [null, 'KeePassXC', 'Google Password Manager', '1Password'];
         const answered = window.fetch;
         window.fetch = async (path, init) => {
             const response = await answered(path, init);
             if (path !== '/passkeys' || init.method !== 'GET') return response;
             const answer = await response.json();
             answer.data.forEach((passkey, index) => (passkey.authenticator = models[index]));
             return new Response(JSON.stringify(answer), response);
         };",
    );
    browser.open(&stage.server.url());
    let mut expected = vec![["On a computer", ""]];
    let mut authenticator = browser.add_authenticator();
    stage.sign_up("Ada");
    let mut add = |options: Value, label, initials| {
        browser.remove_authenticator(&authenticator);
        authenticator = browser.add_authenticator_with(&options);
        stage.create();
        expected.push([label, initials]);
        browser
            .wait_for("the new passkey", || (stage.names().len() == expected.len()).then_some(()));
    };
    add(json!({ "transport": "usb" }), "On a security key", "KP");
    if browser.has_hybrid_and_synced_passkeys() {
        add(json!({ "transport": "hybrid" }), "On a phone or tablet", "GP");
        let synced = json!({ "defaultBackupEligibility": true, "defaultBackupState": true });
        add(synced, "In a password manager", "1P");
    } else {
        browser.skip("passkeys on a phone, and passkeys that are synced");
    }
    let shown = browser.script(
        "return [...document.querySelectorAll('#passkeys .passkey-icon')].map((icon) =>
             [icon.getAttribute('aria-label'), icon.querySelector('text')?.textContent ?? ''])",
    );
    assert_eq!(shown, json!(expected));
    let different = browser.script(
        "return new Set([...document.querySelectorAll('#passkeys use')]
             .map((use) => use.getAttribute('href')).filter((icon) => !/pencil|trash/.test(icon))).size",
    );
    assert_eq!(different, expected.len());
    browser.look("icons");
    stage.assert_no_complaints();
}
