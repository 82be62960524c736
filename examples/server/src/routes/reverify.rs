//! Showing the passkey again, by somebody who is signed in: before something sensitive.

use std::sync::Arc;

use axum::{Json, extract::State};
use relying_party::{SignIn, SignInRequest, Timestamp, json::RequestOptions};
use serde_json::{Value, json};

use super::{Body, Finish, Started, sign_in};
use crate::{
    app::App,
    error::ApiError,
    guard::PageOrigin,
    session::{Session, SignedIn},
};

/// Begins: options for `navigator.credentials.get`.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    PageOrigin(origin): PageOrigin,
) -> Result<Json<Started<RequestOptions>>, ApiError> {
    let request = SignInRequest::Reverify(signed_in.account.handle);
    let start = sign_in::start(&app, &origin, request).await?;
    Session::from(&signed_in).bind(&app, &start.ceremony_id, start.expires_at).await?;
    Ok(Json(start.into()))
}

/// Finishes: from the browser's response to a proof in the session.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Body(Finish { ceremony_id, response }): Body<Finish>,
) -> Result<Json<Value>, ApiError> {
    let session = Session::from(&signed_in);
    session.check_bound(&app, &ceremony_id).await?;
    let (rp, now, user) = (app.rp(), Timestamp::now(), signed_in.account.handle);
    let response = response.get().as_bytes();
    let finish = SignIn::finish_reverification(&rp, user, ceremony_id, response, now);
    let verified = app.run(&rp, Some(user), now, finish).await?;
    session.set_verified(&app, &verified.proof).await?;
    Ok(Json(json!({ "verified_at": verified.proof.verified_at() })))
}
