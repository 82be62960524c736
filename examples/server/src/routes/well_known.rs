//! `/.well-known/webauthn`: the other domains on which passkeys of this RP ID may be used (§5.11).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{app::App, error::ApiError};

/// The document; none where there is no related origin.
pub(crate) async fn webauthn(State(app): State<Arc<App>>) -> Response {
    let rp = app.rp();
    let related = rp.origins().related_origins();
    if related.origins().is_empty() {
        return ApiError::new(
            axum::http::StatusCode::NOT_FOUND,
            "not_found",
            "No related origins.",
        )
        .into_response();
    }
    Json(json!(related)).into_response()
}
