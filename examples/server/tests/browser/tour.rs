//! A tour of all states, in each language: nothing is cut off in any window, and axe-core finds nothing.
//!
//! With `ARTIFACTS_DIR` it keeps pictures of them.

use serde_json::json;

use super::{Kind, Stage, in_each_browser};
use crate::support::webdriver::key;

in_each_browser![in_english, in_german, in_arabic_from_right_to_left];

fn in_english(kind: Kind) {
    tour(kind, "en");
}

fn in_german(kind: Kind) {
    tour(kind, "de");
}

fn in_arabic_from_right_to_left(kind: Kind) {
    tour(kind, "ar");
}

/// Each language has every sentence that the page uses, with the same things filled in.
#[test]
fn all_languages_have_the_same_sentences() {
    let Some(stage) = Stage::new(Kind::Chromium, "sentences-", &[]) else { return };
    let wrong = stage.browser.script_async(
        r#"const done = arguments[arguments.length - 1];
        (async () => {
            const languages = ["en", "de", "ar"];
            const load = async (language) => (await import(`/messages/${language}.js`)).default;
            const [english, ...others] = await Promise.all(languages.map(load));
            const filledIn = (sentence) => {
                const texts = typeof sentence === "string" ? [sentence] : Object.values(sentence);
                return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort().join();
            };
            const wrong = [];
            for (const other of others) {
                for (const key of new Set([...Object.keys(english), ...Object.keys(other)])) {
                    if (!(key in english && key in other)) wrong.push(`${key} is missing`);
                    else if (filledIn(english[key]) !== filledIn(other[key])) wrong.push(`${key} differs`);
                }
            }
            const scripts = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
            const own = scripts.filter((path) => /^\/\w+\.js$/.test(path));
            const texts = await Promise.all(["/", ...own].map(async (path) => (await fetch(path)).text()));
            const source = texts.join("\n");
            // Names are literals, or begin with one of these and end with what the server sent.
            const computed = /^(activity|error)_/;
            for (const key of Object.keys(english)) {
                if (!computed.test(key) && !source.includes(`"${key}"`)) wrong.push(`${key} is not used`);
            }
            for (const [, key] of source.matchAll(/\b(?:t|nodes)\("(\w+)"|data-t(?:-label)?="(\w+)"/g)) {
                if (key && !(key in english)) wrong.push(`${key} has no sentence`);
            }
            if (own.length < 10) wrong.push(`only ${own}`);
            return wrong;
        })().then(done, (error) => done([String(error)]))"#,
    );
    assert_eq!(wrong, json!([]));
}

#[expect(clippy::too_many_lines, reason = "one visit of the page after another")]
fn tour(kind: Kind, language: &str) {
    let prefix = format!("tour-{language}-");
    let Some(stage) = Stage::new(kind, &prefix, &["--demo-settings"]) else { return };
    let browser = &stage.browser;
    let url = format!("{}?lang={language}", stage.server.url());
    let device = browser.add_authenticator();
    browser.set_present(&device, false);
    browser.open(&url);
    browser.find("#view-signed-out");
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    assert_eq!(browser.script("return document.documentElement.dir"), direction);
    assert_eq!(browser.script("return document.documentElement.lang"), language);
    browser.look("signed-out");

    // Coming in.
    browser.click("#sign-up");
    browser.find("#sign-up-error");
    browser.look("name-missing");
    browser.type_into("#sign-up-name", "Ada Lovelace");
    if browser.can_wait() {
        browser.click("#sign-up");
        browser.find("#sign-up[aria-busy=true]");
        browser.look("waiting");
        browser.open(&url);
        browser.find("#view-signed-out");
        browser.set_present(&device, true);
        browser.type_into("#sign-up-name", "Ada Lovelace");
    }
    browser.click("#sign-up");
    browser.find("#view-signed-in");
    browser.find(".notice.good");
    browser.look("signed-up");

    // Passkeys.
    browser.click("#create");
    browser.find("#create-dialog");
    browser.look("create");
    browser.press(&[key::ENTER]);
    browser.find(".notice.bad");
    browser.click(".notice summary");
    browser.look("refused");
    let security_key = stage.beside(&device, &json!({ "transport": "usb" }));
    browser.click("#add-key");
    browser.type_into("#create-name", "YubiKey on my key ring");
    browser.look("add-key");
    browser.click("#create-confirm");
    browser.find(".passkey:nth-child(2)");
    browser.find(".notice.good");
    browser.look("two-passkeys");
    browser.script("document.querySelector('.passkey-tags .hinted:last-child button').focus()");
    browser.find(".hinted:focus-within [role=tooltip]");
    browser.look("explained");
    browser.click(".passkey .rename");
    browser.clear(".rename-form input");
    browser.type_into(".rename-form input", key::ENTER);
    browser.find(".rename-form .field-error");
    browser.look("renaming");
    browser.press(&[key::ESCAPE]);
    browser.click(".passkey .delete");
    browser.find("#delete-dialog");
    browser.look("delete");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#delete-dialog");

    // Codes, and the way back in with one.
    browser.click("#codes-create");
    browser.find("#codes-dialog");
    browser.look("codes");
    let code = browser.script("return document.querySelector('#codes code').textContent");
    browser.click("#codes-done");
    browser.click("#erase");
    browser.find("#erase-dialog");
    browser.look("erase");
    browser.press(&[key::ESCAPE]);
    browser.wait_until_gone("#erase-dialog");
    browser.click("#settings > summary");
    browser.find("#settings-apply");
    browser.look("settings");
    browser.set_present(&device, false);
    browser.set_present(&security_key, false);
    browser.click("#sign-out");
    browser.find("#view-signed-out");
    browser.click("#use-recovery");
    browser.click("#recovery-continue");
    browser.find("#recovery-error");
    browser.look("recovery");
    browser.type_into("#recovery-code", code.as_str().unwrap());
    browser.press(&[key::ENTER]);
    browser.find("#view-recovering");
    browser.look("recovering");
    browser.click("#recover-cancel");
    browser.find("#view-signed-out");
    stage.sign_in(&device);
    browser.find("#view-signed-in");
    browser.click("#activity-more");
    browser.look("activity");

    // No passkeys at all.
    for count in [2, 1] {
        browser.find(&format!(".passkey:nth-child({count}):last-child"));
        browser.click(".passkey .delete");
        browser.click("#delete-confirm");
    }
    browser.find("#passkeys-empty");
    browser.look("no-passkeys");
    browser.click("#erase");
    browser.click("#erase-confirm");
    browser.find("#view-signed-out");

    // Nowhere, or without an answer.
    browser.open(&format!("http://127.0.0.1:{}/?lang={language}", stage.server.port()));
    browser.find("#view-elsewhere");
    browser.look("elsewhere");
    browser.before_pages(
        "window.unreachable = true;
         const answered = window.fetch;
         window.fetch = (...request) =>
             window.unreachable ? Promise.reject(new TypeError('no answer')) : answered(...request);",
    );
    browser.open(&url);
    browser.find("#view-failed");
    browser.look("no-answer");
    browser.script("window.unreachable = false");
    browser.click("#retry");
    browser.find("#view-signed-out");
}
