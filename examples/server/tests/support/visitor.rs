//! A browser with a session, as far as HTTP goes.

use std::time::Duration;

use relying_party::test_authenticator::TestAuthenticator;
use serde_json::{Value, json, value::RawValue};

/// What a browser keeps: a cookie. The page that it shows is that of one public address, whichever server answers: as
/// behind a proxy that leaves the `Host` alone.
#[derive(Debug)]
pub struct Visitor {
    agent: ureq::Agent,
    pub cookie: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    pub fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or("")
    }

    /// The server is there and says that it cannot do it at the moment, in the shape of every error.
    pub fn unavailable(self) -> Self {
        assert_eq!((self.status, self.code()), (503, "internal_error"), "{}", self.body);
        assert!(!self.body["errors"][0]["long_message"].as_str().unwrap().is_empty());
        self
    }
}

pub const HOST: &str = "localhost:8080";
pub const ORIGIN: &str = "http://localhost:8080";

impl Default for Visitor {
    fn default() -> Self {
        Self::new()
    }
}

impl Visitor {
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            // A server that is started again does not know the connections of the one before.
            .max_idle_connections(0)
            .proxy(None);
        Self { agent: config.build().into(), cookie: String::new() }
    }

    /// Sends a request to the server at a port. An error if no answer came back: what was asked for may have been
    /// done or not.
    pub fn call(
        &mut self,
        port: u16,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Answer, String> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{port}{path}"))
            .header("host", HOST)
            .header("origin", ORIGIN)
            .header("content-type", "application/json")
            .header("cookie", &self.cookie);
        let request = request.body(body.to_string()).unwrap();
        let request =
            self.agent.configure_request(request).allow_non_standard_methods(true).build();
        let mut response = self.agent.run(request).map_err(|error| error.to_string())?;
        if let Some(cookie) = response.headers().get("set-cookie") {
            cookie.to_str().unwrap().split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
        Ok(Answer { status, body: serde_json::from_str(&body).unwrap_or(Value::Null) })
    }

    pub fn post(&mut self, port: u16, path: &str, body: &Value) -> Answer {
        self.call(port, "POST", path, body).unwrap()
    }

    pub fn get(&mut self, port: u16, path: &str) -> Answer {
        self.call(port, "GET", path, &Value::Null).unwrap()
    }

    /// Signs up. Returns the passkey that this creates.
    pub fn sign_up(&mut self, port: u16, name: &str, device: &mut TestAuthenticator) -> Value {
        let start = self.post(port, "/passkeys/sign-up/begin", &json!({ "name": name })).ok();
        let finish = finish(&start, device.create(&start["publicKey"], ORIGIN).unwrap());
        self.post(port, "/passkeys/sign-up/finish", &finish).ok()["passkey"].take()
    }

    /// Begins and answers a creation; what is left is to send it.
    pub fn prepare_creation(&mut self, port: u16, device: &mut TestAuthenticator) -> Value {
        let start = self.post(port, "/passkeys/create/begin", &json!({})).ok();
        finish(&start, device.create(&start["publicKey"], ORIGIN).unwrap())
    }

    pub fn create(&mut self, port: u16, device: &mut TestAuthenticator) -> Value {
        let finish = self.prepare_creation(port, device);
        self.post(port, "/passkeys/create/finish", &finish).ok()["passkey"].take()
    }

    /// Begins and answers a sign-in; what is left is to send it.
    pub fn prepare_sign_in(&mut self, port: u16, device: &mut TestAuthenticator) -> Value {
        let start =
            self.post(port, "/passkeys/sign-in/begin", &json!({ "flow": "discoverable" })).ok();
        finish(&start, device.get(&start["publicKey"], ORIGIN).unwrap())
    }

    pub fn passkeys(&mut self, port: u16) -> Vec<Value> {
        self.get(port, "/passkeys").ok()["data"].as_array().unwrap().clone()
    }
}

/// What the page sends at the end of a ceremony.
pub fn finish(start: &Value, response: String) -> Value {
    let response = RawValue::from_string(response).unwrap();
    json!({ "ceremony": start["ceremony"], "credential": response })
}
