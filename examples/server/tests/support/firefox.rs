//! Firefox, through its own remote protocol, Marionette, so that no driver is needed: messages are JSON with their
//! length before them, and the commands are those of WebDriver.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::webdriver::{Protocol, text};

/// How long Firefox may take to start, on a machine that does other things too.
const START: Duration = Duration::from_secs(90);

const PREFERENCES: &str = r#"
user_pref("security.webauth.webauthn_enable_softtoken", true);
user_pref("security.webauth.webauthn_enable_usbtoken", false);
user_pref("marionette.port", 0);
user_pref("intl.accept_languages", "en-US,en");
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
user_pref("app.update.enabled", false);
"#;

const PREFER_COLOURS: &str = "
Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', arguments[0] ? 0 : 1)";

/// The part of the window that shows the page gets the size. The window itself cannot be as narrow as a telephone.
const RESIZE: &str = "
const [width, height] = arguments;
const { style } = gBrowser.selectedBrowser;
window.resizeTo(Math.max(1400, width), height + 400);
for (const [side, size] of Object.entries({ width, height })) {
    for (const name of [side, `min-${side}`, `max-${side}`]) style.setProperty(name, `${size}px`);
}";

const ADD_SCRIPT: &str = "
Services.mm.loadFrameScript('data:text/javascript,' + encodeURIComponent(arguments[0]), true)";

/// Runs in the process of each page. A sandbox without wrappers is as good as the page's own script, and its policy
/// does not count.
const BEFORE_PAGES: &str = "
addEventListener('DOMWindowCreated', ({ target: { defaultView } }) => {
    const sandbox = new Cu.Sandbox(defaultView, { sandboxPrototype: defaultView, wantXrays: false });
    Cu.evalInSandbox(SOURCE, sandbox);
}, true);";

/// A running Firefox; it ends when this is dropped.
#[derive(Debug)]
pub struct Firefox {
    browser: Child,
    connection: Mutex<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    next: u64,
}

impl Firefox {
    /// Starts a headless browser with an empty profile, and these lines of preferences beside the usual ones.
    pub fn start(firefox: &Path, profile: &Path, preferences: &[String]) -> Result<Self, String> {
        let preferences = format!("{PREFERENCES}{}\n", preferences.join("\n"));
        fs::write(profile.join("user.js"), preferences).map_err(|error| error.to_string())?;
        let browser = Command::new(firefox)
            .args([
                "--headless",
                "--marionette",
                "--remote-allow-system-access",
                "--no-remote",
                "--profile",
            ])
            .arg(profile)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Firefox does not start: {error}"))?;
        let started = Instant::now();
        let port = loop {
            let port = fs::read_to_string(profile.join("MarionetteActivePort"));
            if let Some(port) = port.ok().and_then(|port| port.trim().parse::<u16>().ok()) {
                break port;
            }
            if started.elapsed() > START {
                return Err("Firefox does not listen".to_owned());
            }
            thread::sleep(Duration::from_millis(100));
        };
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
        let mut connection = Connection { stream, next: 1 };
        // Who it is.
        connection.read()?;
        connection
            .command("WebDriver:NewSession", &json!({ "strictFileInteractability": true }))?;
        Ok(Self { browser, connection: Mutex::new(connection) })
    }

    fn command(&self, name: &str, parameters: &Value) -> Result<Value, String> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.command(name, parameters)
    }
}

impl Connection {
    fn command(&mut self, name: &str, parameters: &Value) -> Result<Value, String> {
        let message = json!([0, self.next, name, parameters]).to_string();
        self.next += 1;
        let message = format!("{}:{message}", message.len());
        self.stream.write_all(message.as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = self.read()?;
        let error = answer[2].take();
        if !error.is_null() {
            return Err(format!("{}: {}", text(&error["error"]), text(&error["message"])));
        }
        let mut result = answer[3].take();
        Ok(if result.get("value").is_some() { result["value"].take() } else { result })
    }

    fn read(&mut self) -> Result<Value, String> {
        let mut length = 0_usize;
        let mut byte = [0];
        loop {
            self.stream.read_exact(&mut byte).map_err(|error| error.to_string())?;
            if byte == *b":" {
                break;
            }
            length = length * 10 + usize::from(byte[0] - b'0');
        }
        let mut message = vec![0; length];
        self.stream.read_exact(&mut message).map_err(|error| error.to_string())?;
        serde_json::from_slice(&message).map_err(|error| error.to_string())
    }
}

impl Protocol for Firefox {
    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let parts = path.trim_start_matches('/').split('/').collect::<Vec<_>>();
        let with = |name: &str, value: &str| {
            let mut parameters = if body.is_object() { body.clone() } else { json!({}) };
            parameters[name] = json!(value);
            parameters
        };
        let (command, parameters) = match (method, &parts[..]) {
            ("POST", ["url"]) => ("WebDriver:Navigate", body.clone()),
            ("POST", ["refresh"]) => ("WebDriver:Refresh", json!({})),
            ("POST", ["back"]) => ("WebDriver:Back", json!({})),
            ("GET", ["screenshot"]) => ("WebDriver:TakeScreenshot", json!({ "full": false })),
            ("POST", ["execute", "sync"]) => ("WebDriver:ExecuteScript", body.clone()),
            ("POST", ["execute", "async"]) => ("WebDriver:ExecuteAsyncScript", body.clone()),
            ("POST", ["timeouts"]) => ("WebDriver:SetTimeouts", body.clone()),
            ("POST", ["element"]) => ("WebDriver:FindElement", body.clone()),
            ("GET", ["element", id, "displayed"]) => {
                ("WebDriver:IsElementDisplayed", with("id", id))
            }
            ("POST", ["element", id, "click"]) => ("WebDriver:ElementClick", with("id", id)),
            ("POST", ["element", id, "clear"]) => ("WebDriver:ElementClear", with("id", id)),
            ("POST", ["element", id, "value"]) => ("WebDriver:ElementSendKeys", with("id", id)),
            ("POST", ["actions"]) => ("WebDriver:PerformActions", body.clone()),
            ("GET", ["window"]) => ("WebDriver:GetWindowHandle", json!({})),
            ("POST", ["window", "new"]) => ("WebDriver:NewWindow", body.clone()),
            ("POST", ["window"]) => ("WebDriver:SwitchToWindow", body.clone()),
            ("DELETE", ["window"]) => ("WebDriver:CloseWindow", json!({})),
            ("DELETE", ["cookie"]) => ("WebDriver:DeleteAllCookies", json!({})),
            ("POST", ["webauthn", "authenticator"]) => {
                ("WebAuthn:AddVirtualAuthenticator", body.clone())
            }
            ("DELETE", ["webauthn", "authenticator", id]) => {
                ("WebAuthn:RemoveVirtualAuthenticator", with("authenticatorId", id))
            }
            ("POST", ["webauthn", "authenticator", id, "uv"]) => {
                ("WebAuthn:SetUserVerified", with("authenticatorId", id))
            }
            ("GET", ["webauthn", "authenticator", id, "credentials"]) => {
                ("WebAuthn:GetCredentials", with("authenticatorId", id))
            }
            ("POST", ["webauthn", "authenticator", id, "credential"]) => {
                ("WebAuthn:AddCredential", with("authenticatorId", id))
            }
            ("POST", ["preference", "colours"]) => {
                return self.privileged(PREFER_COLOURS, &json!([body["value"] == "dark"]));
            }
            ("POST", ["viewport"]) => {
                return self.privileged(RESIZE, &json!([body["width"], body["height"]]));
            }
            ("POST", ["scripts"]) => {
                let source = body["source"].to_string();
                return self
                    .privileged(ADD_SCRIPT, &json!([BEFORE_PAGES.replace("SOURCE", &source)]));
            }
            _ => return Err(format!("no command of Firefox for {method} {path}")),
        };
        self.command(command, &parameters)
    }

    fn has_developer_tools(&self) -> bool {
        false
    }
}

impl Firefox {
    /// Runs a script as a part of the browser.
    fn privileged(&self, script: &str, arguments: &Value) -> Result<Value, String> {
        self.command("Marionette:SetContext", &json!({ "value": "chrome" }))?;
        let script = json!({ "script": script, "args": arguments });
        let done = self.command("WebDriver:ExecuteScript", &script);
        self.command("Marionette:SetContext", &json!({ "value": "content" }))?;
        done
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        // Ends the browser; if that fails it is killed.
        let _ = self.command("Marionette:Quit", &json!({ "flags": ["eForceQuit"] }));
        for _ in 0..50 {
            if matches!(self.browser.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
