//! The list of one's own passkeys: show, rename, delete.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use relying_party::{DeletePasskey, ListPasskeys, Passkey, RenamePasskey, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::{app::App, error::ApiError, session::SignedIn};

/// All of them, oldest first, and the same for the browser, which forgets all others of the account.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Value>, ApiError> {
    let (rp, owner) = (app.rp(), signed_in.account.handle);
    let list = ListPasskeys::begin(&rp, owner);
    let listed = app.run(&rp, Some(owner), Timestamp::now(), list).await?;
    let data = listed.passkeys.iter().map(Passkey::summary).collect::<Vec<_>>();
    Ok(Json(json!({ "data": data, "total_count": data.len(), "signal": listed.signal })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    name: String,
}

/// Gives one of them another name.
pub(crate) async fn rename(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(Rename { name }): Body<Rename>,
) -> Result<Json<Value>, ApiError> {
    // A text that is no id names no passkey, as an id that nobody has.
    let id = id.parse().map_err(|_| ApiError::unknown_passkey())?;
    let (rp, now, owner) = (app.rp(), Timestamp::now(), signed_in.account.handle);
    let rename = match &signed_in.verified {
        Some(proof) => RenamePasskey::begin_verified(&rp, owner, id, &name, proof, now),
        None => RenamePasskey::begin(&rp, owner, id, &name, now),
    };
    let renamed = app.run(&rp, Some(owner), now, rename).await?;
    Ok(Json(json!(renamed.summary())))
}

/// Deletes one of them. The answer has what the browser is to be told, so that it stops offering the passkey.
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let id = id.parse().map_err(|_| ApiError::unknown_passkey())?;
    let (rp, now, owner) = (app.rp(), Timestamp::now(), signed_in.account.handle);
    let delete = match &signed_in.verified {
        Some(proof) => DeletePasskey::begin_verified(&rp, owner, id, proof, now),
        None => DeletePasskey::begin(&rp, owner, id),
    };
    let deleted = app.run(&rp, Some(owner), now, delete).await?;
    Ok(Json(json!(deleted)))
}
