//! Request bodies as JSON, with our own errors.

use axum::{
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use crate::{error::ApiError, limits};

/// A request's body, read as JSON.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let bytes = limits::whole_body(request).await?;
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
