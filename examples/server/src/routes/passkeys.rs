//! Everything about passkeys, and the documents below `/.well-known/`: the endpoints of `relying-party-http`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::Response,
};
use relying_party::audit::{AuditEntry, AuditEvent};
use relying_party_http::{Received, Uncommitted};
use relying_party_sqlx::SqlxError;
use tower::ServiceExt as _;

use crate::{app::App, audit, client::Client, error::chain};

/// Why a finish step was not committed: the store or the sessions failed, or the database did.
enum Undone {
    Answered(Uncommitted),
    Failed(SqlxError),
}

impl From<SqlxError> for Undone {
    fn from(error: SqlxError) -> Self {
        Self::Failed(error)
    }
}

/// Passes a request on. What has no path gets its `404 Not Found` there, too.
pub(crate) async fn any(
    State(app): State<Arc<App>>,
    client: Client,
    request: Request,
) -> Response<Body> {
    let (response, entries) = audit::observed(client.clone(), answer(&app, request)).await;
    for entry in &entries {
        // The passkey is what counts: only this remark about it would be missing.
        if let Err(error) = keep_client(&app, entry, &client).await {
            eprintln!("unavailable: {}", chain(&error));
        }
    }
    response
}

/// Answers a request. A finish step and the session that it begins are one transaction, so that they wait for the disk
/// once.
async fn answer(app: &App, request: Request) -> Response<Body> {
    let endpoints = app.endpoints();
    if !(request.uri().path().ends_with("/finish") && app.store.is_one_database()) {
        let Ok(response) = endpoints.oneshot(request).await;
        return response.map(Body::new);
    }
    // Before the transaction, which must not wait for a slow client.
    let request = Received::read(request).await;
    // Boxed, because it is large and moves through everything that awaits it.
    let answered = Box::pin(app.store.transaction(async |store| {
        let (passkeys, host) = (store.passkeys().clone(), endpoints.host().within(store));
        let answer = endpoints.handle_within(passkeys, host, request).await;
        if answer.is_to_commit() { Ok(answer) } else { Err(Undone::Answered(answer)) }
    }));
    let response = match answered.await {
        Ok(answer) | Err(Undone::Answered(answer)) => answer.into_response(),
        Err(Undone::Failed(error)) => endpoints.unavailable(&error),
    };
    response.map(Body::from)
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
