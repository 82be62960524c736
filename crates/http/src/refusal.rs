//! Why a request is refused.

use http::StatusCode;
use serde_json::{Value, json};

/// A request that was refused before any flow began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The path does not exist.
    NotFound,
    /// The path does not accept this method.
    Method,
    /// A page of another site, or of another origin of this site, sent it.
    AnotherSite,
    /// It makes a change but has no `Origin`.
    NoOrigin,
    /// Its `Origin` is not one of the relying party's.
    Origin,
    /// Its body is not declared as JSON.
    MediaType,
    /// Its body is too large.
    TooLarge,
    /// Its body is not the JSON that is expected.
    Malformed,
    /// No user is signed in.
    Unauthenticated,
    /// No first factor was shown.
    NoFirstFactor,
    /// The host does not let users sign up here.
    SignUpDisabled,
    /// The host does not let users erase their accounts here.
    EraseDisabled,
    /// An account already has the name with which a user wants to sign up.
    NameTaken,
}

#[cfg(test)]
impl Refused {
    const ALL: [Self; 13] = [
        Self::NotFound,
        Self::Method,
        Self::AnotherSite,
        Self::NoOrigin,
        Self::Origin,
        Self::MediaType,
        Self::TooLarge,
        Self::Malformed,
        Self::Unauthenticated,
        Self::NoFirstFactor,
        Self::SignUpDisabled,
        Self::EraseDisabled,
        Self::NameTaken,
    ];
}

/// Why there is no normal response.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A request that was refused here.
    Refused(Refused),
    /// A flow failed. The audit contains it.
    Flow(relying_party::Error),
    /// The store failed. The log contains it.
    Unavailable,
    /// The host failed. The log contains it.
    Internal,
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<relying_party::Error> for Failure {
    fn from(error: relying_party::Error) -> Self {
        Self::Flow(error)
    }
}

impl Refused {
    /// Returns the word for the log.
    pub(crate) const fn audit_code(self) -> &'static str {
        match self {
            Self::AnotherSite => "another_site",
            Self::NoOrigin => "origin_missing",
            Self::Origin => "origin_not_accepted",
            Self::NoFirstFactor => "first_factor_missing",
            Self::NotFound
            | Self::Method
            | Self::MediaType
            | Self::TooLarge
            | Self::Malformed
            | Self::Unauthenticated
            | Self::SignUpDisabled
            | Self::EraseDisabled
            | Self::NameTaken => self.public().1,
        }
    }

    /// Returns status, code and sentence for the browser.
    pub(crate) const fn public(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "Nothing was found here."),
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This cannot be done here.")
            }
            Self::AnotherSite | Self::NoOrigin | Self::Origin => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "The request must come from a page of this site.",
            ),
            Self::MediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The request must be application/json.",
            ),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The request is too large.")
            }
            Self::Malformed => {
                (StatusCode::BAD_REQUEST, "request_malformed", "The request could not be read.")
            }
            Self::Unauthenticated | Self::NoFirstFactor => {
                (StatusCode::UNAUTHORIZED, "unauthenticated", "Please sign in first.")
            }
            Self::SignUpDisabled => {
                (StatusCode::FORBIDDEN, "sign_up_disabled", "You cannot sign up here.")
            }
            Self::EraseDisabled => {
                (StatusCode::FORBIDDEN, "erase_disabled", "You cannot delete your account here.")
            }
            Self::NameTaken => (StatusCode::CONFLICT, "user_name_taken", "This name is taken."),
        }
    }
}

impl Failure {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refused) => refused.public().0,
            Self::Flow(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns what the browser is told.
    pub(crate) fn body(&self) -> Value {
        let (code, message, long) = match self {
            Self::Refused(refused) => {
                let (_, code, message) = refused.public();
                (code, message, message)
            }
            Self::Flow(error) => return flow_body(error),
            Self::Unavailable | Self::Internal => (
                "internal_error",
                "Something went wrong.",
                "Something went wrong on our side. Please try again later.",
            ),
        };
        let error = json!({ "code": code, "message": message, "long_message": long, "meta": {} });
        json!({ "errors": [error] })
    }
}

fn flow_body(error: &relying_party::Error) -> Value {
    let mut body = json!(error.public());
    if let (Some(unknown), Some(object)) = (error.signal(), body.as_object_mut()) {
        let signals = json!([crate::signal::unknown_credential(unknown)]);
        object.insert("signals".to_owned(), signals);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_code_with_its_status() {
        let rows = include_str!("../README.md").lines().filter(|line| line.starts_with("| 4"));
        let rows = rows.collect::<Vec<_>>();
        for refused in Refused::ALL {
            let (status, code, _) = refused.public();
            let start = format!("| {} |", status.as_str());
            let code = format!("`{code}`");
            let is_row = |row: &&&str| row.starts_with(&start) && row.contains(&code);
            assert!(rows.iter().find(is_row).is_some(), "{status} {code}");
        }
    }
}
