//! The demo's code, beside passkeys: as the first factor or as the second.

use std::{thread, time::Duration};

use serde_json::json;

use super::{Kind, STATUS, Stage, in_each_browser};

in_each_browser![
    where_two_factors_are_asked_for_the_code_is_followed_by_the_passkey,
    where_two_factors_are_asked_for_the_passkey_is_followed_by_the_code,
    codes_are_not_offered_outside_of_the_demo,
    after_a_code_the_browser_is_asked_to_create_a_first_passkey_silently,
];

const ALWAYS: [&str; 3] = ["--demo-codes", "--settings", r#"{"second_factor":"always"}"#];

impl Stage {
    /// Asks for a code by a name.
    fn ask_for_code(&self, name: &str) {
        self.browser.clear("#sign-in-name");
        self.browser.type_into("#sign-in-name", name);
        self.browser.click("#code-begin");
        self.browser.find("#code-form");
    }

    /// Enters the code that the demo shows.
    fn enter_code(&self) {
        let code = self.browser.script("return document.querySelector('#demo-code').textContent");
        let code = code.as_str().unwrap();
        assert_eq!(code.len(), 6);
        self.browser.type_into("#code-input", code);
        self.browser.click("#code-finish");
    }
}

fn where_two_factors_are_asked_for_the_code_is_followed_by_the_passkey(kind: Kind) {
    let Some(stage) = Stage::new(kind, "code-first-", &ALWAYS) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Ada");
    browser.set_present(&authenticator, false);
    stage.sign_out();

    // No name, an unknown name, no code, a wrong one.
    browser.click("#code-begin");
    browser.wait_for_text("#sign-in-error", "Enter your account name");
    browser.type_into("#sign-in-name", "Nobody");
    browser.click("#code-begin");
    browser.wait_for_text("#sign-in-error", "No account has this name");
    browser.look("nobody");
    stage.ask_for_code("Ada");
    browser.click("#code-finish");
    browser.wait_for_text("#code-error", "Enter the code");
    browser.look("asked-for-code");
    browser.type_into("#code-input", "no");
    browser.click("#code-finish");
    stage.wait_for_code("form_code_incorrect");
    browser.wait_until_gone("#code-form");

    // The code alone signs no one in, nor does a passkey whose user is not verified.
    browser.set_user_verified(&authenticator, false);
    browser.set_present(&authenticator, true);
    stage.ask_for_code("Ada");
    stage.enter_code();
    stage.wait_for_code("passkey_retrieval_cancelled");
    browser.find("#view-signed-out");
    browser.look("not-signed-in");

    browser.set_user_verified(&authenticator, true);
    if browser.can_wait() {
        browser.set_present(&authenticator, false);
        stage.ask_for_code("Ada");
        stage.enter_code();
        browser.wait_for_text(STATUS, "Now confirm with a passkey");
        browser.look("asked-for-passkey");
        browser.open(&stage.server.url());
        browser.find("#view-signed-out");
        stage.wait_for_autofill();
        browser.set_present(&authenticator, true);
    } else {
        browser.skip("a request that waits for the user");
    }
    stage.ask_for_code("Ada");
    stage.enter_code();
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(stage.names().len(), 1);
    stage.assert_no_complaints();
}

fn where_two_factors_are_asked_for_the_passkey_is_followed_by_the_code(kind: Kind) {
    let Some(stage) = Stage::new(kind, "code-second-", &ALWAYS) else { return };
    let browser = &stage.browser;
    let authenticator = browser.add_authenticator();
    stage.sign_up("Ada");
    browser.set_present(&authenticator, false);
    stage.sign_out();
    stage.sign_in(&authenticator);
    browser.wait_for_text(STATUS, "Now enter the code");
    browser.find("#view-signed-out");
    assert_eq!(browser.script("return document.activeElement.id"), "code-input");
    browser.look("asked-for-code");
    stage.enter_code();
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    stage.assert_no_complaints();
}

fn codes_are_not_offered_outside_of_the_demo(kind: Kind) {
    let Some(stage) = Stage::new(kind, "no-codes-", &[]) else { return };
    assert_eq!(
        stage.browser.script("return document.querySelector('#code').checkVisibility()"),
        false
    );
}

fn after_a_code_the_browser_is_asked_to_create_a_first_passkey_silently(kind: Kind) {
    let Some(stage) = Stage::new(kind, "silent-", &["--demo-codes"]) else { return };
    let browser = &stage.browser;
    let can_create_silently = browser.script(
        "return PublicKeyCredential.getClientCapabilities().then((can) => can.conditionalCreate === true)",
    );
    if can_create_silently != true {
        return browser.skip("conditional create");
    }
    // Notes how the browser is called. Chromium alone, with no password manager, leaves such a call open: what one
    // would answer is answered by a stand-in, which creates the passkey by a call of the usual kind or refuses.
    browser.before_pages(
        "window.calls = [];
         window.manager = 'none';
         const create = navigator.credentials.create.bind(navigator.credentials);
         navigator.credentials.create = ({ mediation = 'usual', ...options }) => {
             window.calls.push(mediation);
             if (mediation === 'usual' || window.manager === 'creates') return create(options);
             if (window.manager === 'none') return create({ mediation, ...options });
             return Promise.reject(new DOMException('refused', 'NotAllowedError'));
         };",
    );
    browser.open(&stage.server.url());
    let calls = || {
        // What is not to happen has had the time for it.
        thread::sleep(Duration::from_millis(300));
        browser.script("return window.calls.splice(0)")
    };
    let authenticator = browser.add_authenticator();
    let sign_in = |manager: &str| {
        browser.set_present(&authenticator, false);
        stage.sign_out();
        browser.script(&format!("window.manager = '{manager}'"));
        stage.ask_for_code("Ada");
        browser.set_present(&authenticator, true);
        stage.enter_code();
    };
    stage.sign_up("Ada");
    assert_eq!(calls(), json!(["usual"]));
    stage.delete_passkey();
    assert_eq!(calls(), json!([]), "signing up is no sign-in");

    // Who refuses is not mentioned.
    sign_in("refuses");
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(calls(), json!(["conditional"]));
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(browser.script("return document.querySelector('#alert').innerText"), "");
    assert_eq!(stage.names(), Vec::<String>::new());

    // What is left open gives way to the button.
    sign_in("none");
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(calls(), json!(["conditional"]));
    stage.create();
    assert_eq!(calls(), json!(["usual"]));
    stage.delete_passkey();

    sign_in("creates");
    browser.wait_for_text(STATUS, "was created");
    assert_eq!(calls(), json!(["conditional"]));
    assert_eq!(stage.names().len(), 1);
    browser.look("created-silently");

    // Who has a passkey is not given another.
    sign_in("creates");
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(calls(), json!([]));

    // A browser that cannot is not asked.
    stage.delete_passkey();
    browser.script("delete PublicKeyCredential.getClientCapabilities");
    sign_in("creates");
    browser.wait_for_text(STATUS, "Welcome back, Ada");
    assert_eq!(calls(), json!([]));
    stage.assert_no_complaints();
}
