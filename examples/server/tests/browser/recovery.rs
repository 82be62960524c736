//! Recovery codes, from the paper to a new passkey.

use super::{Kind, STATUS, Stage, in_each_browser};
use crate::support::webdriver::key;

in_each_browser![
    printed_code_brings_back_a_user_without_passkeys,
    printed_code_brings_back_a_user_with_the_maximum_number_of_passkeys,
];

impl Stage {
    /// Shows new codes, and closes the dialog.
    pub(crate) fn take_codes(&self) -> Vec<String> {
        self.browser.click("#codes-create");
        self.browser.find("#codes-dialog");
        let codes =
            "return [...document.querySelectorAll('#codes code')].map((code) => code.textContent)";
        let codes = serde_json::from_value::<Vec<_>>(self.browser.script(codes)).unwrap();
        self.browser.click("#codes-done");
        self.browser.wait_until_gone("#codes-dialog");
        codes
    }

    pub(crate) fn enter_recovery_code(&self, code: &str) {
        self.browser.click("#use-recovery");
        self.browser.type_into("#recovery-code", code);
        self.browser.click("#recovery-continue");
    }
}

fn printed_code_brings_back_a_user_without_passkeys(kind: Kind) {
    let Some(stage) = Stage::new(kind, "recovery-", &[]) else { return };
    let browser = &stage.browser;
    let lost = browser.add_authenticator();
    stage.sign_up("Ada");
    browser.wait_for_text("#codes-state", "You have none yet");
    let codes = stage.take_codes();
    assert_eq!(codes.len(), 8);
    browser.wait_for_text("#codes-state", "8 unused codes left");
    let shown = browser.script("return document.documentElement.innerHTML");
    assert!(!shown.as_str().unwrap().contains(&codes[0]), "codes are shown once");
    browser.set_present(&lost, false);
    stage.sign_out();
    browser.remove_authenticator(&lost);

    // Too short, wrong, right.
    browser.click("#use-recovery");
    browser.type_into("#recovery-code", "ABC");
    browser.click("#recovery-continue");
    browser.wait_for_text("#recovery-error", "all 20 characters");
    browser.clear("#recovery-code");
    browser.type_into("#recovery-code", "00000-00000-00000-00000");
    browser.click("#recovery-continue");
    browser.wait_for_text("#recovery-error", "not valid, or it was used before");
    browser.clear("#recovery-code");
    browser.type_into("#recovery-code", &codes[0].to_lowercase().replace('-', " "));
    browser.click("#recovery-continue");
    browser.wait_for_text("#recovering-title", "Create a new passkey, Ada");

    // A reload in between loses nothing.
    browser.reload();
    browser.find("#view-recovering");
    let new = browser.add_authenticator();
    browser.click("#recover");
    browser.wait_for_text(STATUS, "Delete the passkeys that you no longer have");
    assert_eq!(stage.names().len(), 2);
    browser.wait_for_text("#codes-state", "7 unused codes left");
    browser.wait_for_text("#activity-entries", "A recovery code was used");

    // The code is spent.
    browser.set_present(&new, false);
    stage.sign_out();
    stage.enter_recovery_code(&codes[0]);
    browser.wait_for_text("#recovery-error", "not valid, or it was used before");
    stage.assert_no_complaints();
}

fn printed_code_brings_back_a_user_with_the_maximum_number_of_passkeys(kind: Kind) {
    let settings = ["--settings", r#"{"max_passkeys_per_user":1}"#];
    let Some(stage) = Stage::new(kind, "full-", &settings) else { return };
    let browser = &stage.browser;
    let lost = browser.add_authenticator();
    stage.sign_up("Ada");
    let codes = stage.take_codes();
    browser.set_present(&lost, false);
    stage.sign_out();
    browser.remove_authenticator(&lost);
    let new = browser.add_authenticator();
    stage.enter_recovery_code(&codes[0]);
    browser.wait_for_text("#recovering-text", "Your recovery code was accepted");
    browser.wait_until_gone("#recovering-list");

    // There is no room, and the page says what to do.
    browser.click("#recover");
    browser.wait_for_text("#recovering-text", "the maximum number of passkeys. Delete one");
    browser.wait_until_gone("#recover");
    assert_eq!(stage.focused(), "recovering-title");
    let rows = "return document.querySelectorAll('#recovering-passkeys .passkey').length";
    assert_eq!(browser.script(rows), 1);
    browser.look("no-room");
    assert_eq!(browser.credentials(&new).len(), 0, "the authenticator was not asked");

    // Neither a reload nor a change of mind deletes anything.
    browser.reload();
    browser.click("#recover");
    browser.click("#recovering-passkeys .delete");
    browser.wait_for_text("#delete-text", "It will no longer sign you in");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#delete-dialog");
    assert_eq!(browser.script(rows), 1);

    browser.click("#recovering-passkeys .delete");
    browser.click("#delete-confirm");
    browser.wait_for_text(STATUS, "was deleted");
    browser.wait_until_gone("#recovering-list");
    assert_eq!(stage.focused(), "recovering-title");
    browser.look("room");
    browser.click("#recover");
    browser.wait_for_text(STATUS, "Your new passkey works");
    assert_eq!(stage.names().len(), 1);
    assert_eq!(browser.script(rows), 0, "nothing of it stays in the page");
    browser.wait_for_text("#activity-entries", "A passkey was deleted");
    stage.assert_no_complaints();
}
