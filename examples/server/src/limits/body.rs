//! Request bodies: how long they may be.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::StatusCode,
};
use relying_party::limits::POSTED_JSON_MAX;

use crate::error::ApiError;

/// The longest request is what a browser posts to finish a ceremony.
pub(super) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(POSTED_JSON_MAX)
}

/// Returns a request's body once all of it has arrived.
pub(crate) async fn whole_body(request: Request) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_too_large",
            "The request is too large.",
        ),
        status => ApiError::new(status, "request_incomplete", "The request did not arrive whole."),
    })
}
