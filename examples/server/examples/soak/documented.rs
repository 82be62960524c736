//! Which answers the endpoints' OpenAPI document allows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::visitor::Answer;

/// The errors that the endpoints document, in `ERRORS.md` and in the README of `relying-party-http`.
const ERRORS: &str = include_str!("../../../../ERRORS.md");
const ENDPOINT_ERRORS: &str = include_str!("../../../../crates/http/README.md");
const OPENAPI: &str = include_str!("../../../../crates/http/openapi.json");

/// The statuses of each operation, and all public codes.
pub struct Documented {
    paths: Value,
    codes: BTreeSet<&'static str>,
}

impl Documented {
    pub fn new() -> Self {
        let mut document: Value = serde_json::from_str(OPENAPI).unwrap();
        // In the tables, codes are in backquotes.
        let codes = [ERRORS, ENDPOINT_ERRORS].into_iter().flat_map(str::lines);
        let codes = codes.filter(|line| line.starts_with('|'));
        let codes = codes.flat_map(|line| line.split('`').skip(1).step_by(2));
        Self { paths: document["paths"].take(), codes: codes.collect() }
    }

    /// What is not documented about an answer of the endpoints for passkeys. The server's own paths are not in the
    /// document.
    pub fn check(&self, method: &str, path: &str, answer: &Answer) -> Result<(), String> {
        if !path.starts_with("/passkeys") {
            return Ok(());
        }
        let operation = match &self.paths[path] {
            Value::Null => &self.paths["/passkeys/{id}"],
            exact => exact,
        };
        let responses = &operation[method.to_lowercase()]["responses"];
        if responses[answer.status.to_string()].is_null() {
            return Err(format!("the status {} is not documented", answer.status));
        }
        if answer.status == 200 {
            return match &answer.body {
                Value::Object(body) if !body.contains_key("errors") => Ok(()),
                other => Err(format!("200 with {other}")),
            };
        }
        let error = &answer.body["errors"][0];
        let texts = ["code", "message", "long_message"].map(|member| error[member].as_str());
        match texts {
            [Some(code), Some(_), Some(_)] if self.codes.contains(code) => Ok(()),
            _ => Err(format!("{} with {}", answer.status, answer.body)),
        }
    }
}
