//! Signing in with a passkey: by button, from the browser's autofill, or after a name was given.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use relying_party::{
    Challenge, SignIn, SignInRequest, Timestamp, UserHandle, json::RequestOptions, store,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Finish, Started, account::User, milliseconds_until};
use crate::{app::App, error::ApiError, guard::PageOrigin, session::Session, store::StoreError};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    /// The name in the sign-in field, if one was given.
    name: Option<String>,
    /// Whether the browser is to offer passkeys in the field, without anybody having pressed a button.
    #[serde(default)]
    autofill: bool,
}

/// Begins: options for `navigator.credentials.get`.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    session: Session,
    PageOrigin(origin): PageOrigin,
    Body(request): Body<Begin>,
) -> Result<(HeaderMap, Json<Started<RequestOptions>>), ApiError> {
    app.blocking(move |app| {
        let request = match request {
            Begin { autofill: true, .. } => SignInRequest::Autofill,
            Begin { name: None, .. } => SignInRequest::Discoverable,
            Begin { name: Some(name), .. } => SignInRequest::Named(named(app, &name)?),
        };
        let challenge = Challenge::generate().map_err(StoreError::Random)?;
        let begin = SignIn::begin_at(&app.rp, &origin, request, challenge, Timestamp::now());
        let start = store::run(&app.store, begin)?;
        let (headers, session) = session.or_anonymous(app)?;
        session.bind(app, &start.ceremony_id, start.expires_at)?;
        let started = Started {
            ceremony_id: start.ceremony_id,
            public_key: start.public_key,
            mediation: start.mediation,
            expires_at: start.expires_at,
            expires_in: milliseconds_until(start.expires_at),
        };
        Ok((headers, Json(started)))
    })
    .await
}

/// The account of that name. For a name that nobody has, an account that nobody has: its sign-in begins as any other
/// and fails at the end, with the same answer as a wrong passkey.
fn named(app: &App, name: &str) -> Result<UserHandle, ApiError> {
    let account =
        name.parse().ok().map(|name| app.store.account_by_name(&name)).transpose()?.flatten();
    match account {
        Some(account) => Ok(account.handle),
        None => Ok(UserHandle::generate().map_err(StoreError::Random)?),
    }
}

/// Finishes: from the browser's response to a session of whoever the passkey belongs to.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    session: Session,
    Body(Finish { ceremony_id, response }): Body<Finish>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    app.blocking(move |app| {
        session.check_bound(app, &ceremony_id)?;
        let response = response.get().as_bytes();
        let signed_in = store::run(
            &app.store,
            SignIn::finish(&app.rp, ceremony_id, response, Timestamp::now()),
        )?;
        // As the server is configured, users are verified and every sign-in is complete.
        if !signed_in.is_complete() {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "needs_second_factor",
                "One more factor is needed to sign in.",
            ));
        }
        let account = app.store.account_by_handle(&signed_in.user)?.ok_or_else(|| {
            ApiError::internal("a passkey belongs to an account that is not there")
        })?;
        let headers = session.renew(app, &account)?;
        Ok((
            headers,
            Json(json!({ "user": User::from(account), "passkey_id": signed_in.passkey.id })),
        ))
    })
    .await
}
