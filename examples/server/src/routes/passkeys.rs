//! The list of one's own passkeys: show, rename, delete.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use relying_party::{
    DeletePasskey, ListPasskeys, Passkey, PasskeyId, PasskeyName, RenamePasskey, Timestamp,
    json::{AuthenticatorAttachment, Transport},
    naming, store,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Body;
use crate::{app::App, error::ApiError, session::SignedIn};

/// All of them, oldest first.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Value>, ApiError> {
    let list = ListPasskeys::begin(&app.rp, signed_in.account.handle);
    let passkeys = store::run_async(&app.store, list).await?;
    let data = passkeys.iter().map(PasskeyJson::from).collect::<Vec<_>>();
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
    Ok(Json(json!(PasskeyJson::from(&renamed))))
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
    Ok(Json(
        json!({ "object": "passkey", "id": deleted.id, "deleted": true, "signal": deleted.signal }),
    ))
}

/// A passkey as its owner sees it: in the shape that hosts know, and what else the page shows. Neither the credential
/// id nor the key is of any use there.
#[derive(Debug, Serialize)]
pub(super) struct PasskeyJson<'a> {
    object: &'static str,
    id: PasskeyId,
    name: &'a PasskeyName,
    verification: Verification,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_used_at: Option<Timestamp>,
    /// The authenticator's name, if it is known by its AAGUID.
    authenticator: Option<&'static str>,
    attachment: Option<AuthenticatorAttachment>,
    transports: &'a [Transport],
    discoverable: Option<bool>,
    backup_eligible: Option<bool>,
    synced: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Verification {
    status: &'static str,
    strategy: &'static str,
}

impl<'a> From<&'a Passkey> for PasskeyJson<'a> {
    fn from(passkey: &'a Passkey) -> Self {
        Self {
            object: "passkey",
            id: passkey.id,
            name: &passkey.name,
            verification: Verification { status: "verified", strategy: "passkey" },
            created_at: passkey.created_at,
            updated_at: passkey.updated_at,
            last_used_at: passkey.last_used_at,
            authenticator: naming::authenticator_name(passkey.aaguid),
            attachment: passkey.attachment,
            transports: &passkey.transports,
            discoverable: passkey.discoverable,
            backup_eligible: passkey.state.backup_eligible,
            synced: passkey.is_synced(),
        }
    }
}
