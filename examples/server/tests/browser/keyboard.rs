//! Everything by keyboard alone, and where the focus goes.

use super::{Kind, STATUS, Stage, in_each_browser};
use crate::support::webdriver::key;

in_each_browser![everything_can_be_done_by_keyboard, focus_is_never_hidden_behind_a_notice];

impl Stage {
    /// Presses Tab until something has the focus.
    #[track_caller]
    fn tab_to(&self, target: &str) {
        for _ in 0..60 {
            if self.focused().split(' ').any(|name| name == target) {
                return;
            }
            self.browser.press(&[key::TAB]);
        }
        panic!("no way to {target} by Tab; at {}", self.focused());
    }

    /// The same backwards.
    fn tab_back_to(&self, target: &str) {
        for _ in 0..60 {
            if self.focused().split(' ').any(|name| name == target) {
                return;
            }
            self.browser.press_shift_tab();
        }
        panic!("no way back to {target} by Tab; at {}", self.focused());
    }

    #[track_caller]
    fn press_enter_on(&self, target: &str) {
        self.tab_to(target);
        self.browser.press(&[key::ENTER]);
    }

    #[track_caller]
    fn assert_focused(&self, target: &str) {
        self.browser.wait_for(&format!("the focus on {target}, not on {}", self.focused()), || {
            self.focused().split(' ').any(|name| name == target).then_some(())
        });
    }
}

fn everything_can_be_done_by_keyboard(kind: Kind) {
    let Some(stage) = Stage::new(kind, "keyboard-", &[]) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();

    // The first stop leads past the header.
    browser.press(&[key::TAB]);
    assert_eq!(stage.focused(), "skip-link");
    browser.press(&[key::ENTER]);
    stage.assert_focused("main");

    // A refused name, and one that is not.
    stage.tab_to("sign-up-name");
    browser.press(&[key::ENTER]);
    browser.find("#sign-up-error");
    stage.assert_focused("sign-up-name");
    browser.press(&["E", "v", "e", key::ENTER]);
    browser.wait_for_text(STATUS, "Welcome, Eve");
    stage.assert_focused("passkeys-title");

    // The name of a passkey. What explains it is reached on the way, and Escape hides the explanation.
    stage.tab_to("tag");
    browser.find(".hinted:focus-within [role=tooltip]");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("[role=tooltip]");
    stage.press_enter_on("rename");
    browser.press(&["X", key::ESCAPE]);
    stage.assert_focused("rename");
    browser.press(&[key::ENTER]);
    browser.press(&["X", key::ENTER]);
    browser.wait_for_text(STATUS, "Renamed to “X”");
    stage.assert_focused("rename");

    // A dialog takes the focus, keeps it, and gives it back.
    stage.press_enter_on("delete");
    browser.find("#delete-dialog");
    for _ in 0..6 {
        browser.press(&[key::TAB]);
        let outside = "return !document.activeElement.closest('#delete-dialog') && document.activeElement !== document.body";
        assert_eq!(browser.script(outside), false, "at {}", stage.focused());
    }
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#delete-dialog");
    stage.assert_focused("delete");
    browser.press(&[key::ENTER]);
    stage.press_enter_on("delete-confirm");
    browser.wait_for_text(STATUS, "was deleted");
    stage.assert_focused("passkeys-title");
    let authenticator = stage.without_deleted(authenticator);

    // A new one, with a name.
    stage.press_enter_on("create");
    stage.assert_focused("create-name");
    browser.press(&["Y", key::ENTER]);
    browser.wait_for_text(STATUS, "“Y” was created");
    stage.assert_focused("create");

    // Recovery codes: Escape does not lose what is shown once.
    stage.press_enter_on("codes-create");
    browser.find("#codes-dialog");
    stage.assert_focused("codes-title");
    browser.press(&[key::ESCAPE]);
    browser.press(&[key::ESCAPE]);
    browser.find("#codes-dialog");
    let code = browser.script("return document.querySelector('#codes code').textContent");
    stage.press_enter_on("codes-done");
    browser.wait_until_gone("#codes-dialog");
    stage.assert_focused("codes-create");

    // Out, and in again with a code.
    browser.set_present(&authenticator, false);
    stage.tab_back_to("sign-out");
    browser.press(&[key::ENTER]);
    browser.wait_for_text(STATUS, "You are signed out");
    stage.assert_focused("signed-out-title");
    stage.press_enter_on("use-recovery");
    stage.assert_focused("recovery-code");
    browser.press(&[key::ENTER]);
    browser.find("#recovery-error");
    stage.assert_focused("recovery-code");
    let letters = code.as_str().unwrap().chars().map(String::from).collect::<Vec<_>>();
    browser.press(&letters.iter().map(String::as_str).collect::<Vec<_>>());
    browser.press(&[key::ENTER]);
    browser.find("#view-recovering");
    stage.assert_focused("recovering-title");
    stage.press_enter_on("recover-cancel");
    browser.find("#view-signed-out");
    stage.assert_focused("signed-out-title");
    browser.set_present(&authenticator, true);
    stage.press_enter_on("sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Eve");

    // Another language, and the end of the account. The page loads again, and has its texts before it shows them.
    for (language, title) in [("de", "Ihre Passkeys"), ("en", "Your passkeys")] {
        stage.tab_to_link(language);
        browser.press(&[key::ENTER]);
        browser.wait_for_text("h1#passkeys-title", title);
        browser.find("#view-signed-in");
    }
    stage.press_enter_on("erase");
    browser.find("#erase-dialog");
    stage.press_enter_on("erase-confirm");
    browser.wait_for_text(STATUS, "Your account was deleted");
    stage.assert_focused("signed-out-title");
    stage.assert_no_complaints();
}

impl Stage {
    fn tab_to_link(&self, language: &str) {
        for _ in 0..60 {
            self.browser.press(&[key::TAB]);
            if self.browser.script("return document.activeElement.hreflang ?? ''") == language {
                return;
            }
        }
        panic!("no way to the language {language}");
    }
}

fn focus_is_never_hidden_behind_a_notice(kind: Kind) {
    let Some(stage) = Stage::new(kind, "obscured-", &[]) else { return };
    let browser = &stage.browser;
    browser.add_authenticator();
    stage.sign_up("Ada");
    stage.begin_creation("#create");
    stage.wait_for_code("passkey_already_exists");
    browser.script("document.body.focus(); document.activeElement.blur()");
    // The narrow window, if the browser can be so narrow, has the notice over its whole width.
    browser.resize(390, 700);
    for _ in 0..40 {
        browser.press(&[key::TAB]);
        let hidden = "const focused = document.activeElement;
             const notice = document.querySelector('.notice');
             if (!notice || focused === document.body || notice.contains(focused)) return false;
             const [one, other] = [focused, notice].map((element) => element.getBoundingClientRect());
             return one.top >= other.top && one.bottom <= other.bottom && one.left >= other.left && one.right <= other.right;";
        // It takes a frame.
        browser.wait_for(&format!("{} to be seen", stage.focused()), || {
            (browser.script(hidden) == false).then_some(())
        });
    }
}
