//! Chromium, through chromedriver.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::webdriver::{Protocol, text};

/// A session of chromedriver; both it and the browser end when it is dropped.
#[derive(Debug)]
pub struct Chromium {
    driver: Child,
    agent: ureq::Agent,
    session: String,
}

impl Chromium {
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
            .timeout_global(Some(Duration::from_mins(2)))
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
            "--lang=en-US".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        arguments.extend_from_slice(flags);
        let mut this = Self { driver, agent, session: format!("http://127.0.0.1:{port}/session") };
        let started = this.call(
            "POST",
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
}

impl Protocol for Chromium {
    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}{path}", self.session);
        let response = match method {
            "GET" => self.agent.get(url).call(),
            "DELETE" => self.agent.delete(url).call(),
            _ => self.agent.post(url).send_json(body),
        };
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

    fn has_developer_tools(&self) -> bool {
        true
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Ends the browser; if that fails there is nothing left to do about it.
        let _ = self.call("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
