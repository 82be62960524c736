//! What is answered when something cannot be done, in one shape:
//! `{"errors":[{"code":…,"message":…,"long_message":…,"meta":{…}}]}`.

use std::{error::Error, fmt::Display};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use relying_party_sqlx::SqlxError;
use serde_json::{Value, json};

use crate::host::HostError;

/// A refusal, as it goes to the browser. What only the host may know was logged when it was made.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: Value,
}

impl ApiError {
    /// A refusal of the server's own.
    pub(crate) fn new(status: StatusCode, code: &str, message: &str) -> Self {
        let error =
            json!({ "code": code, "message": message, "long_message": message, "meta": {} });
        Self { status, body: json!({ "errors": [error] }) }
    }

    /// Says more.
    pub(crate) fn explained(mut self, explanation: impl Display) -> Self {
        self.put("/errors/0", "long_message", json!(sentence(&explanation.to_string())));
        self
    }

    /// Says which parameter of the request it is about.
    pub(crate) fn of_parameter(mut self, name: &str) -> Self {
        self.put("/errors/0/meta", "param_name", json!(name));
        self
    }

    fn put(&mut self, object: &str, member: &str, value: Value) {
        if let Some(object) = self.body.pointer_mut(object).and_then(Value::as_object_mut) {
            object.insert(member.to_owned(), value);
        }
    }

    /// A failure that is not the browser's. It goes to the log; the browser learns that there was one.
    pub(crate) fn internal(error: impl Into<Box<dyn Error>>) -> Self {
        eprintln!("internal error: {}", chain(&*error.into()));
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong.")
            .explained("something went wrong on our side; please try again later")
    }

    /// The operating system has no randomness to give.
    pub(crate) fn no_randomness(error: impl Display) -> Self {
        Self::internal(format!("no randomness: {error}"))
    }
}

impl From<SqlxError> for ApiError {
    /// The database is away, full, or too slow: trying again may help.
    fn from(error: SqlxError) -> Self {
        eprintln!("unavailable: {}", chain(&error));
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "internal_error",
            "The service is not available at the moment.",
        )
        .explained("the service is not available at the moment; please try again in a little while")
    }
}

impl From<HostError> for ApiError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Store(error) => error.into(),
            error => Self::internal(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// An error with all that caused it, in one line, each reason once.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.ends_with(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}

/// The sentence that a developer's remark makes.
fn sentence(remark: &str) -> String {
    let mut letters = remark.chars();
    let first = letters.next().map(char::to_uppercase);
    let end = if remark.ends_with('.') { "" } else { "." };
    first.into_iter().flatten().chain(letters).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_become_sentences() {
        assert_eq!(sentence("the name is taken"), "The name is taken.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn a_chain_says_each_reason_once() {
        let error = HostError::from(SqlxError::from(sqlx::Error::PoolClosed));
        let reasons = [
            "the sessions cannot be read or written",
            "the passkey database failed",
            "attempted to acquire a connection on a closed pool",
        ];
        assert_eq!(chain(&error), reasons.join(": "));
    }
}
