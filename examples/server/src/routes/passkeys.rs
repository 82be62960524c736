//! The list of one's own passkeys: show, rename, delete.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use relying_party::{DeletePasskey, ListPasskeys, Passkey, RenamePasskey, Timestamp, store};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::{app::App, error::ApiError, session::SignedIn};

/// All of them, oldest first.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Value>, ApiError> {
    let list = ListPasskeys::begin(&app.rp, signed_in.account.handle);
    let listed = store::run_async(&app.store, list).await?;
    let data = listed.passkeys.iter().map(Passkey::summary).collect::<Vec<_>>();
    Ok(Json(json!({ "data": data, "total_count": data.len() })))
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
    let owner = signed_in.account.handle;
    let rename = RenamePasskey::begin(&app.rp, owner, id, &name, Timestamp::now());
    let renamed = store::run_async(&app.store, rename).await?;
    Ok(Json(json!(renamed.summary())))
}

/// Deletes one of them. The answer has what the browser is to be told, so that it stops offering the passkey.
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let id = id.parse().map_err(|_| ApiError::unknown_passkey())?;
    let delete = DeletePasskey::begin(&app.rp, signed_in.account.handle, id);
    let deleted = store::run_async(&app.store, delete).await?;
    Ok(Json(json!(deleted)))
}
