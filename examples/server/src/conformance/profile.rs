//! What requests and answers of the tool's API look like.

use std::fmt::Display;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use relying_party::{
    ConfigErrors,
    json::{AttestationConveyance, AuthenticatorAttachment, ResidentKey, UserVerification},
    store::RunError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// `ServerPublicKeyCredentialCreationOptionsRequest`.
#[derive(Debug, Deserialize)]
pub(super) struct CreationRequest {
    #[serde(rename = "username")]
    pub(super) name: String,
    #[serde(rename = "displayName")]
    pub(super) display_name: String,
    #[serde(default, rename = "authenticatorSelection")]
    pub(super) selection: Selection,
    #[serde(default = "no_attestation")]
    pub(super) attestation: AttestationConveyance,
    #[serde(default)]
    pub(super) extensions: Map<String, Value>,
}

/// `AuthenticatorSelectionCriteria`.
#[derive(Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Selection {
    pub(super) user_verification: UserVerification,
    #[serde(rename = "authenticatorAttachment")]
    pub(super) attachment: Option<AuthenticatorAttachment>,
    resident_key: Option<ResidentKey>,
    require_resident_key: bool,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            user_verification: UserVerification::Preferred,
            attachment: None,
            resident_key: None,
            require_resident_key: false,
        }
    }
}

impl Selection {
    /// The demand; that of Level 1 counts if there is no other (§5.4.4).
    pub(super) fn resident_key(&self) -> ResidentKey {
        let by_level_1 = if self.require_resident_key {
            ResidentKey::Required
        } else {
            ResidentKey::Discouraged
        };
        self.resident_key.unwrap_or(by_level_1)
    }
}

/// `ServerPublicKeyCredentialGetOptionsRequest`.
#[derive(Debug, Deserialize)]
pub(super) struct GetRequest {
    #[serde(rename = "username")]
    pub(super) name: String,
    #[serde(default = "preferred", rename = "userVerification")]
    pub(super) user_verification: UserVerification,
    #[serde(default)]
    pub(super) extensions: Map<String, Value>,
}

fn no_attestation() -> AttestationConveyance {
    AttestationConveyance::None
}

fn preferred() -> UserVerification {
    UserVerification::Preferred
}

impl CreationRequest {
    pub(super) fn read(body: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(Failure::malformed)
    }
}

impl GetRequest {
    pub(super) fn read(body: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(Failure::malformed)
    }
}

/// A request's body, as it came.
pub(super) struct Posting(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Posting {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let body = Bytes::from_request(request, state).await;
        body.map(Self)
            .map_err(|rejection| Failure::new(rejection.status(), "request_body", rejection))
    }
}

/// `ServerResponse` with the status `ok`, and the options if there are any.
#[derive(Debug, Default)]
pub(super) struct Success(Map<String, Value>);

impl Success {
    /// The members of these options beside the status.
    pub(super) fn with(options: &impl Serialize) -> Result<Self, Failure> {
        match serde_json::to_value(options).map_err(Failure::internal)? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Failure::internal("options are an object")),
        }
    }
}

impl IntoResponse for Success {
    fn into_response(self) -> Response {
        let Self(mut members) = self;
        members.insert("status".into(), "ok".into());
        members.insert("errorMessage".into(), "".into());
        Json(members).into_response()
    }
}

/// `ServerResponse` with the status `failed`. The message begins with the code of the error: the tool never looks at
/// it, and it tells no one but the tester.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    message: String,
}

impl Failure {
    fn new(status: StatusCode, code: &str, reason: impl Display) -> Self {
        Self { status, message: format!("{code}: {reason}") }
    }

    fn malformed(error: serde_json::Error) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request_malformed", error)
    }

    /// What finishes has not begun in this session.
    pub(super) fn not_begun() -> Self {
        let reason = "this session has no open ceremony of this kind: is the cookie sent?";
        Self::new(StatusCode::BAD_REQUEST, "ceremony_not_found", reason)
    }

    pub(super) fn internal(reason: impl Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", reason)
    }
}

impl<C: std::error::Error, P: std::error::Error> From<RunError<C, P>> for Failure {
    fn from(error: RunError<C, P>) -> Self {
        let status = StatusCode::from_u16(error.status());
        Self::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error.code(), error)
    }
}

impl From<relying_party::Error> for Failure {
    fn from(error: relying_party::Error) -> Self {
        RunError::<std::convert::Infallible>::Flow(error).into()
    }
}

impl From<ConfigErrors> for Failure {
    /// The RP ID and the origins were tried at the start.
    fn from(errors: ConfigErrors) -> Self {
        Self::internal(errors)
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({ "status": "failed", "errorMessage": self.message });
        (self.status, Json(body)).into_response()
    }
}
