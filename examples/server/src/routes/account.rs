//! Who is signed in, and in which browsers.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
};
use relying_party::{AccountId, Timestamp};
use relying_party_sqlx::Account;
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::Event,
    client::{BrowserName, Client},
    error::ApiError,
    session::{Session, SignedIn},
};

/// A user as the page shows them.
pub(super) fn user(account: &Account) -> Value {
    json!({ "name": account.display_name.trim() })
}

/// Who is signed in, and what the page needs to know about the site.
pub(crate) async fn session(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Value>, ApiError> {
    let settings = app.settings();
    let recovering = session.recovering(&app.store, &app.site.rp_id).await?;
    Ok(Json(json!({
        "user": session.account.as_ref().map(user),
        "recovering": recovering.map(|(account, _)| user(&account)),
        "site": app.site,
        "settings": {
            "enabled": settings.enabled(),
            "autofill": settings.autofill(),
            "sign_in_button": settings.sign_in_button(),
        },
    })))
}

/// What the account page shows beside the list of passkeys.
pub(crate) async fn account(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Value>, ApiError> {
    let handle = signed_in.account.handle;
    let clients = app.store.passkey_clients_of(AccountId::of(&app.site.rp_id, &handle)).await?;
    let browsers = clients.into_iter().map(|(id, agent)| (id, BrowserName::of(&agent)));
    let browsers = browsers.collect::<HashMap<_, _>>();
    Ok(Json(json!({
        "session_passkey": signed_in.row.passkey,
        "passkey_browsers": browsers,
        "recovery_codes": app.store.count_recovery_codes(handle).await?,
    })))
}

/// Ends the session, signed in or not.
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<([(header::HeaderName, HeaderValue); 1], Json<Value>), ApiError> {
    if let Some(token_hash) = session.token_hash {
        app.store.end_session(token_hash).await?;
    }
    Ok(([(header::SET_COOKIE, app.cookie.clear())], Json(json!({ "user": null }))))
}

/// The sessions in which the user is signed in, newest first.
pub(crate) async fn sessions(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Value>, ApiError> {
    let rows = app.store.sessions_of(signed_in.account.handle, Timestamp::now()).await?;
    let data = rows.iter().map(|row| {
        json!({
            "id": row.id,
            "client": row.client,
            "created_at": row.created_at,
            "current": row.id == signed_in.row.id,
        })
    });
    let data = data.collect::<Vec<_>>();
    Ok(Json(json!({ "data": data, "total_count": data.len() })))
}

/// Signs the user out everywhere else.
pub(crate) async fn end_others(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    client: Client,
) -> Result<Json<Value>, ApiError> {
    let kept = Some(signed_in.token_hash);
    let ended = app.store.end_sessions_of(signed_in.account.handle, kept).await?;
    let account = AccountId::of(&app.site.rp_id, &signed_in.account.handle);
    app.audit.record_beside(account, Event::OthersSignedOut, client);
    Ok(Json(json!({ "ended": ended })))
}
