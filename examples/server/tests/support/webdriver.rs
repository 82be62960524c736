//! As much of a WebDriver client as the browser test needs: <https://www.w3.org/TR/webdriver2/>, and virtual
//! authenticators as in WebAuthn §11.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// How long to wait for something to appear on a page.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The keys that have no character, as WebDriver writes them.
pub mod key {
    pub const ESCAPE: &str = "\u{e00c}";
    pub const ENTER: &str = "\u{e007}";
    pub const TAB: &str = "\u{e004}";
}

/// A session of a browser; both it and the driver end when it is dropped.
#[derive(Debug)]
pub struct WebDriver {
    driver: Child,
    agent: ureq::Agent,
    session: String,
}

/// An element of the page, as WebDriver names it.
#[derive(Clone, Debug)]
pub struct Element(String);

/// A virtual authenticator, as WebDriver names it.
#[derive(Clone, Debug)]
pub struct Authenticator(String);

impl WebDriver {
    /// Starts the driver on a free port, and through it a headless browser with an empty profile.
    pub fn start(
        chromedriver: &Path,
        chromium: &Path,
        profile: &Path,
        flags: &[String],
    ) -> Result<Self, String> {
        let mut driver = Command::new(chromedriver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("chromedriver does not start: {error}"))?;
        let mut lines = BufReader::new(driver.stdout.take().expect("its output is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("started successfully on port ")?
                    .1
                    .trim_end_matches('.')
                    .parse::<u16>()
                    .ok()
            })
            .ok_or("chromedriver does not listen")?;
        thread::spawn(move || lines.for_each(drop));

        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .proxy(None)
            .build()
            .into();
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        arguments.extend_from_slice(flags);
        let mut this = Self { driver, agent, session: format!("http://127.0.0.1:{port}/session") };
        let started = this.post(
            "",
            &json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": { "binary": chromium, "args": arguments },
                "goog:loggingPrefs": { "browser": "ALL" },
                "webauthn:virtualAuthenticators": true,
            } } }),
        )?;
        let id = started["sessionId"].as_str().ok_or("the browser has no session")?;
        this.session = format!("{}/{id}", this.session);
        Ok(this)
    }

    // ---- pages ----

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url })).unwrap();
    }

    pub fn resize(&self, width: u32, height: u32) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
    }

    /// `light` or `dark`, as if the user had set it in the system.
    pub fn prefer_colours(&self, scheme: &str) {
        let features = [json!({ "name": "prefers-color-scheme", "value": scheme })];
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
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

    /// What pages have written to the console since last asked.
    pub fn console(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({ "type": "browser" })).unwrap();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| format!("{}: {}", text(&entry["level"]), text(&entry["message"])))
            .collect()
    }

    /// A command of the browser's developer tools.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).unwrap()
    }

    // ---- elements ----

    /// The first element that a CSS selector finds and that can be seen, waiting for it.
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

    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.wait_for(&format!("{selector} to take a click"), || {
            self.post(&format!("/element/{}/click", element.0), &json!({})).ok()
        });
    }

    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": text })).unwrap();
    }

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

    /// Waits until a selector finds an element whose text contains `expected`.
    pub fn wait_for_text(&self, selector: &str, expected: &str) {
        let script =
            format!("return document.querySelector({})?.innerText ?? null", json!(selector));
        let mut last = Value::Null;
        let found = Self::try_wait(|| {
            last = self.script(&script);
            last.as_str().is_some_and(|text| text.contains(expected)).then_some(())
        });
        assert!(
            found.is_some(),
            "waited for {expected:?} in {selector}, which has {last}; {:?}",
            self.console()
        );
    }

    /// Waits until no element that a selector finds can be seen.
    pub fn wait_until_gone(&self, selector: &str) {
        let script = format!(
            "return [...document.querySelectorAll({})].every((e) => !e.checkVisibility())",
            json!(selector)
        );
        self.wait_for(&format!("{selector} to go"), || {
            self.script(&script).as_bool()?.then_some(())
        });
    }

    pub fn wait_for<T>(&self, what: &str, found: impl FnMut() -> Option<T>) -> T {
        Self::try_wait(found).unwrap_or_else(|| {
            panic!("waited in vain for {what}; the console: {:?}", self.console())
        })
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

    /// Whether somebody touches the authenticator when asked. While nobody does, requests stay open; and Chromium,
    /// which otherwise answers an autofill request at once, leaves it open too.
    pub fn set_present(&self, authenticator: &Authenticator, present: bool) {
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

    // ---- HTTP ----

    fn get(&self, path: &str) -> Result<Value, String> {
        answer(self.agent.get(format!("{}{path}", self.session)).call())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        answer(self.agent.post(format!("{}{path}", self.session)).send_json(body))
    }

    fn delete(&self, path: &str) -> Result<Value, String> {
        answer(self.agent.delete(format!("{}{path}", self.session)).call())
    }
}

impl Drop for WebDriver {
    fn drop(&mut self) {
        // Ends the browser; where that fails there is nothing left to do about it.
        let _ = self.delete("");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn answer(
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value, String> {
    let mut response = response.map_err(|error| error.to_string())?;
    let ok = response.status().is_success();
    let mut body = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_json::<Value>()
        .map_err(|error| error.to_string())?;
    let value = body["value"].take();
    if ok {
        Ok(value)
    } else {
        Err(format!("{}: {}", text(&value["error"]), text(&value["message"])))
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
