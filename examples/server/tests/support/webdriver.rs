//! As much of a WebDriver client as the browser test needs: <https://www.w3.org/TR/webdriver2/>, and virtual
//! authenticators as in WebAuthn §11.

use std::{
    fmt::Debug,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// How a browser takes commands: as WebDriver has them, by method and path.
pub trait Protocol: Debug {
    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String>;

    /// Whether it takes commands of Chromium's developer tools.
    fn has_developer_tools(&self) -> bool;
}

/// How long to wait for something to appear on a page.
const PATIENCE: Duration = Duration::from_mins(1);

/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The keys that have no character, as WebDriver writes them.
pub mod key {
    pub const ESCAPE: &str = "\u{e00c}";
    pub const ENTER: &str = "\u{e007}";
    pub const TAB: &str = "\u{e004}";
}

/// A session of a browser, which ends when it is dropped.
#[derive(Debug)]
pub struct WebDriver {
    protocol: Box<dyn Protocol>,
}

/// An element of the page, as WebDriver names it.
#[derive(Clone, Debug)]
pub struct Element(String);

/// A virtual authenticator, as WebDriver names it.
#[derive(Clone, Debug)]
pub struct Authenticator(String);

impl WebDriver {
    pub fn new(protocol: impl Protocol + 'static) -> Self {
        Self { protocol: Box::new(protocol) }
    }

    // ---- what browsers differ in ----

    fn has_developer_tools(&self) -> bool {
        self.protocol.has_developer_tools()
    }

    /// Whether a request can be left open, as by a user who does not touch the authenticator.
    pub fn can_wait(&self) -> bool {
        self.protocol.has_developer_tools()
    }

    /// Whether virtual authenticators can be telephones, and can make passkeys that are synced.
    pub fn has_hybrid_and_synced_passkeys(&self) -> bool {
        self.protocol.has_developer_tools()
    }

    // ---- pages ----

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url })).unwrap();
    }

    pub fn reload(&self) {
        self.post("/refresh", &json!({})).unwrap();
    }

    pub fn back(&self) {
        self.post("/back", &json!({})).unwrap();
    }

    /// Opens another tab and goes there. Returns the tab before.
    pub fn new_tab(&self) -> Value {
        let before = self.get("/window").unwrap();
        let new = self.post("/window/new", &json!({ "type": "tab" })).unwrap();
        self.switch_to(&new["handle"]);
        before
    }

    pub fn switch_to(&self, tab: &Value) {
        self.post("/window", &json!({ "handle": tab })).unwrap();
    }

    pub fn forget_cookies(&self) {
        self.delete("/cookie").unwrap();
    }

    /// Makes the page as large as that.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        if self.has_developer_tools() {
            self.devtools(
                "Emulation.setDeviceMetricsOverride",
                &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
            );
        } else {
            self.post("/viewport", &json!({ "width": width, "height": height })).unwrap();
        }
        self.wait_for(&format!("a page of {width} by {height}"), || {
            let size = self.script("return [innerWidth, innerHeight]");
            (size == json!([width, height])).then_some(())
        });
    }

    /// Runs a script before those of every page that is opened from now on.
    pub fn before_pages(&self, script: &str) {
        let source = json!({ "source": script });
        if self.has_developer_tools() {
            self.devtools("Page.addScriptToEvaluateOnNewDocument", &source);
        } else {
            self.post("/scripts", &source).unwrap();
        }
    }

    /// `light` or `dark`, as if the user had set it in the system.
    pub fn prefer_colours(&self, scheme: &str) {
        if self.has_developer_tools() {
            let features = [json!({ "name": "prefers-color-scheme", "value": scheme })];
            self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
        } else {
            self.post("/preference/colours", &json!({ "value": scheme })).unwrap();
        }
    }

    pub fn screenshot(&self) -> Vec<u8> {
        let answer = self.get("/screenshot").unwrap();
        BASE64_STANDARD
            .decode(answer.as_str().expect("a screenshot is text"))
            .expect("a screenshot is base64")
    }

    /// Runs a script; what it returns has to be JSON.
    pub fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] })).unwrap()
    }

    /// Runs a script, and returns what it passes to the function that is its last argument.
    pub fn script_async(&self, script: &str) -> Value {
        self.post("/execute/async", &json!({ "script": script, "args": [] })).unwrap()
    }

    /// What pages have written to the console since last asked, if the browser tells.
    pub fn console(&self) -> Vec<String> {
        if !self.has_developer_tools() {
            return Vec::new();
        }
        let entries = self.post("/se/log", &json!({ "type": "browser" })).unwrap();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| format!("{}: {}", text(&entry["level"]), text(&entry["message"])))
            .collect()
    }

    /// A command of the browser's developer tools.
    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).unwrap()
    }

    // ---- elements ----

    /// The first element that a CSS selector finds and that can be seen, waiting for it.
    #[track_caller]
    pub fn find(&self, selector: &str) -> Element {
        self.wait_for(&format!("{selector} to be seen"), || {
            let element = self
                .post("/element", &json!({ "using": "css selector", "value": selector }))
                .ok()?;
            let element = Element(element[ELEMENT].as_str()?.to_owned());
            let seen = self.get(&format!("/element/{}/displayed", element.0)).ok()?;
            seen.as_bool()?.then_some(element)
        })
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.wait_for(&format!("{selector} to take a click"), || {
            self.post(&format!("/element/{}/click", element.0), &json!({})).ok()
        });
    }

    #[track_caller]
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": text })).unwrap();
    }

    #[track_caller]
    pub fn clear(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("/element/{}/clear", element.0), &json!({})).unwrap();
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &[&str]) {
        let actions = keys
            .iter()
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect::<Vec<_>>();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", &json!({ "actions": [keyboard] })).unwrap();
    }

    /// Moves the pointer to an element.
    #[track_caller]
    pub fn hover(&self, selector: &str) {
        let Element(element) = self.find(selector);
        let mouse = json!({
            "type": "pointer",
            "id": "mouse",
            "parameters": { "pointerType": "mouse" },
            "actions": [{
                "type": "pointerMove",
                "duration": 0,
                "origin": { ELEMENT: element },
                "x": 0,
                "y": 0,
            }],
        });
        self.post("/actions", &json!({ "actions": [mouse] })).unwrap();
    }

    /// Presses Tab with Shift: the focus goes back.
    pub fn press_shift_tab(&self) {
        let (shift, tab) = ("\u{e008}", key::TAB);
        let actions = [("keyDown", shift), ("keyDown", tab), ("keyUp", tab), ("keyUp", shift)];
        let actions = actions.map(|(kind, key)| json!({ "type": kind, "value": key }));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", &json!({ "actions": [keyboard] })).unwrap();
    }

    /// Waits until a selector finds an element whose text contains `expected`.
    #[track_caller]
    pub fn wait_for_text(&self, selector: &str, expected: &str) {
        let script = format!(
            "return document.querySelector({})?.innerText.replace(/[\\u2066-\\u2069]/g, '') ?? null",
            json!(selector)
        );
        let mut last = Value::Null;
        let found = Self::try_wait(|| {
            last = self.script(&script);
            last.as_str().is_some_and(|text| text.contains(expected)).then_some(())
        });
        assert!(
            found.is_some(),
            "waited for {expected:?} in {selector}, which has {last}; the page: {}; {:?}",
            self.script("return document.body.innerText"),
            self.console()
        );
    }

    /// Waits until no element that a selector finds can be seen.
    #[track_caller]
    pub fn wait_until_gone(&self, selector: &str) {
        let script = format!(
            "return [...document.querySelectorAll({})].every((e) => !e.checkVisibility())",
            json!(selector)
        );
        self.wait_for(&format!("{selector} to go"), || {
            self.script(&script).as_bool()?.then_some(())
        });
    }

    #[track_caller]
    pub fn wait_for<T>(&self, what: &str, found: impl FnMut() -> Option<T>) -> T {
        let Some(found) = Self::try_wait(found) else {
            let page = self.script("return document.body.innerText");
            panic!("waited in vain for {what}; the page: {page}; the console: {:?}", self.console())
        };
        found
    }

    fn try_wait<T>(mut found: impl FnMut() -> Option<T>) -> Option<T> {
        let started = Instant::now();
        loop {
            if let Some(value) = found() {
                return Some(value);
            }
            if started.elapsed() > PATIENCE {
                return None;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    // ---- virtual authenticators ----

    /// Plugs in an authenticator that is built into the device, keeps passkeys, and verifies its user.
    pub fn add_authenticator(&self) -> Authenticator {
        self.add_authenticator_with(&json!({}))
    }

    pub fn add_authenticator_with(&self, changes: &Value) -> Authenticator {
        let mut options = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        for (name, value) in changes.as_object().expect("changes are an object") {
            options[name] = value.clone();
        }
        Authenticator(text(&self.post("/webauthn/authenticator", &options).unwrap()))
    }

    pub fn remove_authenticator(&self, authenticator: &Authenticator) {
        self.delete(&format!("/webauthn/authenticator/{}", authenticator.0)).unwrap();
    }

    pub fn set_user_verified(&self, authenticator: &Authenticator, verified: bool) {
        self.post(
            &format!("/webauthn/authenticator/{}/uv", authenticator.0),
            &json!({ "isUserVerified": verified }),
        )
        .unwrap();
    }

    /// Whether the user touches the authenticator when asked. Until then, requests stay open; and Chromium,
    /// which otherwise answers an autofill request at once, leaves it open too.
    ///
    /// Other browsers answer at once, and leave autofill requests open.
    pub fn set_present(&self, authenticator: &Authenticator, present: bool) {
        if !self.can_wait() {
            return;
        }
        self.devtools(
            "WebAuthn.setAutomaticPresenceSimulation",
            &json!({ "authenticatorId": authenticator.0, "enabled": present }),
        );
    }

    pub fn credentials(&self, authenticator: &Authenticator) -> Vec<Value> {
        let answer =
            self.get(&format!("/webauthn/authenticator/{}/credentials", authenticator.0)).unwrap();
        answer.as_array().cloned().unwrap_or_default()
    }

    pub fn add_credential(&self, authenticator: &Authenticator, credential: &Value) {
        self.post(&format!("/webauthn/authenticator/{}/credential", authenticator.0), credential)
            .unwrap();
    }

    // ---- commands ----

    fn get(&self, path: &str) -> Result<Value, String> {
        self.protocol.call("GET", path, &Value::Null)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.protocol.call("POST", path, body)
    }

    fn delete(&self, path: &str) -> Result<Value, String> {
        self.protocol.call("DELETE", path, &Value::Null)
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
