//! Creating a passkey: only for somebody who is signed in.

use std::sync::Arc;

use axum::{Json, extract::State};
use relying_party::{
    Challenge, CreatePasskey, SignedInUser, Timestamp, json::CreationOptions, store,
};
use serde_json::{Value, json};

use super::{Body, Finish, Started, milliseconds_until, passkeys::PasskeyJson};
use crate::{
    app::App,
    error::ApiError,
    guard::PageOrigin,
    session::{Session, SignedIn},
    store::StoreError,
};

/// Begins: options for `navigator.credentials.create`.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    PageOrigin(origin): PageOrigin,
) -> Result<Json<Started<CreationOptions>>, ApiError> {
    app.blocking(move |app| {
        let account = &signed_in.account;
        let user = SignedInUser::new(account.handle, account.name.as_str(), account.name.as_str());
        let challenge = Challenge::generate().map_err(StoreError::Random)?;
        let start = store::run(
            &app.store,
            CreatePasskey::begin_at(&app.rp, &origin, &user, challenge, Timestamp::now()),
        )?;
        Session::from(&signed_in).bind(app, &start.ceremony_id, start.expires_at)?;
        Ok(Json(Started {
            ceremony_id: start.ceremony_id,
            public_key: start.public_key,
            mediation: start.mediation,
            expires_at: start.expires_at,
            expires_in: milliseconds_until(start.expires_at),
        }))
    })
    .await
}

/// Finishes: from the browser's response to a stored passkey.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Body(Finish { ceremony_id, response }): Body<Finish>,
) -> Result<Json<Value>, ApiError> {
    app.blocking(move |app| {
        Session::from(&signed_in).check_bound(app, &ceremony_id)?;
        let response = response.get().as_bytes();
        let user = signed_in.account.handle;
        let created = store::run(
            &app.store,
            CreatePasskey::finish(&app.rp, user, ceremony_id, response, Timestamp::now()),
        )?;
        Ok(Json(json!({ "passkey": PasskeyJson::from(&created.passkey) })))
    })
    .await
}
