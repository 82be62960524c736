//! The settings panel of the demo: everybody who reaches the page may change what the relying party decides.
//!
//! That is for trying things out on one's own machine and nothing else, so that there is no such path unless the server
//! was started with `--demo-settings`, which only starts at localhost. A real host lets its administrators change
//! settings, behind a separate sign-in.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use relying_party::Settings;

use super::Body;
use crate::{app::App, error::ApiError, guard::PageOrigin};

/// The settings, in their stored form.
pub(crate) async fn show(State(app): State<Arc<App>>) -> Json<Settings> {
    Json(app.settings())
}

/// Changes them, for everybody and at once. What is not valid is refused as a whole.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    PageOrigin(origin): PageOrigin,
    Body(settings): Body<Settings>,
) -> Result<Json<Settings>, ApiError> {
    // A page whose name was made to lead to this machine (DNS rebinding) is same-origin too.
    if app.endpoints().passkeys().relying_party().origins().check_origin(&origin, None).is_err() {
        let message = "Settings are changed at localhost only.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "origin_invalid", message));
    }
    app.change_settings(settings.clone()).map_err(|errors| {
        let code = "form_param_format_invalid";
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, "These settings do not hold.")
            .explained(errors)
    })?;
    Ok(Json(settings))
}
