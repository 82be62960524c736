//! Everything about passkeys, and the documents below `/.well-known/`: the endpoints of `relying-party-http`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::Response,
};
use relying_party::audit::{AuditEntry, AuditEvent};
use relying_party_sqlx::SqlxError;
use tower::ServiceExt as _;

use crate::{app::App, audit, client::Client, error::chain};

/// Passes a request on. What has no path gets its `404 Not Found` there, too.
pub(crate) async fn any(
    State(app): State<Arc<App>>,
    client: Client,
    request: Request,
) -> Response<Body> {
    let answer = audit::observed(client.clone(), app.endpoints().oneshot(request));
    let (Ok(response), entries) = answer.await;
    for entry in &entries {
        // The passkey is what counts: only this remark about it would be missing.
        if let Err(error) = keep_client(&app, entry, &client).await {
            eprintln!("unavailable: {}", chain(&error));
        }
    }
    response.map(Body::new)
}

/// Keeps in which browser a passkey was created, as long as the passkey exists.
async fn keep_client(app: &App, entry: &AuditEntry, client: &Client) -> Result<(), SqlxError> {
    let (Some(account), Some(passkey)) = (entry.account, entry.passkey) else { return Ok(()) };
    match entry.event {
        AuditEvent::PasskeyCreated { .. } => {
            app.store.set_passkey_client(account, passkey, &client.agent).await
        }
        AuditEvent::PasskeyDeleted { .. } => app.store.forget_passkey_client(passkey).await,
        _ => Ok(()),
    }
}
