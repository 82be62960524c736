//! Request bodies as JSON, with our own errors.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A request's body, read as JSON.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "request_too_large",
                        "The request is too large.",
                    ),
                    status => ApiError::new(
                        status,
                        "request_incomplete",
                        "The request did not arrive whole.",
                    ),
                }
            })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "request_body_invalid",
                "The request is not what this path expects.",
            )
            .explained(error)
        })
    }
}
