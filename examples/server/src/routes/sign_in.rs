//! Signing in with a passkey: by button, from the browser's autofill, or after a name was given.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use relying_party::{
    Challenge, SignIn, SignInRequest, Timestamp, UserHandle, VerificationProof,
    flow::{SignInStart, SignInStatus},
    json::RequestOptions,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Finish, Started, account};
use crate::{
    app::App,
    error::ApiError,
    guard::PageOrigin,
    session::Session,
    store::{AccountName, StoreError},
};

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
    let request = match request {
        Begin { autofill: true, .. } => SignInRequest::Autofill,
        Begin { name: None, .. } => SignInRequest::Discoverable,
        Begin { name: Some(name), .. } => named(&app, &name).await?,
    };
    let start = start(&app, &origin, request).await?;
    let (headers, session) = session.or_anonymous(&app).await?;
    session.bind(&app, &start.ceremony_id, start.expires_at).await?;
    Ok((headers, Json(start.into())))
}

/// Begins, for whatever purpose; the ceremony is still to be bound to a session.
pub(super) async fn start(
    app: &App,
    origin: &str,
    request: SignInRequest,
) -> Result<SignInStart, ApiError> {
    let challenge = Challenge::generate().map_err(ApiError::no_randomness)?;
    let (rp, now) = (app.rp(), Timestamp::now());
    let begin = SignIn::begin_at(&rp, origin, request, challenge, now);
    app.run(&rp, None, now, begin).await
}

/// Whoever has that name, if anybody: for a name that nobody has it begins as any other, with decoys, and fails at the
/// end with the same answer as a wrong passkey.
async fn named(app: &App, typed: &str) -> Result<SignInRequest, ApiError> {
    // A text that is no name is not an account's either.
    let Ok(name) = typed.parse::<AccountName>() else {
        return Ok(SignInRequest::named(typed, None));
    };
    let account = app.store.account_by_name(&name).await?;
    // The spelling by which names are compared.
    let spelling = name.as_str().to_ascii_lowercase();
    Ok(SignInRequest::named(&spelling, account.map(|account| account.handle)))
}

/// Finishes: from the browser's response to a session of whoever the passkey belongs to.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    session: Session,
    Body(Finish { ceremony_id, response }): Body<Finish>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    session.check_bound(&app, &ceremony_id).await?;
    let response = response.get().as_bytes();
    let (rp, now) = (app.rp(), Timestamp::now());
    let finish = SignIn::finish(&rp, ceremony_id, response, now);
    let signed_in = app.run(&rp, None, now, finish).await?;
    if signed_in.is_complete() {
        return complete(&app, &session, signed_in.user, Some(&signed_in.proof)).await;
    }
    if !app.site.demo_codes {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "needs_second_factor",
            "One more factor is needed to sign in.",
        ));
    }
    let (session, proof) = (session.token_hash()?, signed_in.proof);
    let code = app.codes.issue(session, signed_in.user, Some(proof), now)?;
    let answer = json!({ "status": signed_in.status, "demo_code": code });
    Ok((HeaderMap::new(), Json(answer)))
}

/// Begins the session of somebody who has shown enough; `passkey` if that was part of it.
pub(super) async fn complete(
    app: &App,
    session: &Session,
    user: UserHandle,
    passkey: Option<&VerificationProof>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    let account = app.store.account_by_handle(&user).await?;
    let account = account.ok_or(StoreError::NoAccount)?;
    let headers = session.renew(app, &account, passkey).await?;
    let mut answer = account::signed_in(&app.rp(), &account);
    answer.insert("status".to_owned(), json!(SignInStatus::Complete));
    if let Some(passkey) = passkey {
        answer.insert("passkey_id".to_owned(), json!(passkey.passkey()));
    }
    Ok((headers, Json(answer.into())))
}
