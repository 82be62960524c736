//! Signing in with the demo's code: as the first factor, after which a passkey may be the second; or as the second,
//! after a passkey.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use relying_party::{
    ListPasskeys, RelyingParty, SignIn, SignInRequest, Timestamp, UserHandle, json::RequestOptions,
    settings::SecondFactorRule,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Finish, Started, sign_in};
use crate::{app::App, error::ApiError, guard::PageOrigin, session::Session};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    name: String,
}

/// Begins: a code, which the demo shows instead of sending it.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    session: Session,
    Body(Begin { name }): Body<Begin>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    let account = match name.parse() {
        Ok(name) => app.store.account_by_name(&name).await?,
        Err(_) => None,
    };
    // Signing up tells the same.
    let account = account.ok_or_else(|| {
        let code = "form_identifier_not_found";
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, "Nobody has this name.")
            .of_parameter("name")
    })?;
    let (headers, session) = session.or_anonymous(&app).await?;
    let code = app.codes.issue(session.token_hash()?, account.handle, None, Timestamp::now())?;
    Ok((headers, Json(json!({ "demo_code": code }))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    code: String,
}

/// Finishes: a session; or, if one factor is not enough, what makes the passkey the second one.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    session: Session,
    Body(Code { code }): Body<Code>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    let (rp, now, token_hash) = (app.rp(), Timestamp::now(), session.token_hash()?);
    let (user, passkey) = app.codes.redeem(token_hash, &code, now).ok_or_else(wrong)?;
    if passkey.is_none() && needs_passkey(&app, &rp, user).await? {
        app.codes.await_passkey(token_hash, user, now);
        return Ok((HeaderMap::new(), Json(json!({ "status": "needs_second_factor" }))));
    }
    sign_in::complete(&app, &session, user, passkey.as_ref()).await
}

fn wrong() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "form_code_incorrect", "This is not the code.")
        .explained(
            "this is not the code, or it is too old; each counts once, so please ask for a new one",
        )
}

/// Whether the code alone is too little: where two factors are asked for of everybody, of those who have a passkey.
async fn needs_passkey(app: &App, rp: &RelyingParty, user: UserHandle) -> Result<bool, ApiError> {
    if rp.settings().second_factor() != SecondFactorRule::Always || !rp.settings().enabled() {
        return Ok(false);
    }
    let list = ListPasskeys::begin(rp, user);
    Ok(!app.run(rp, Some(user), Timestamp::now(), list).await?.passkeys.is_empty())
}

/// Begins the second factor: options for `navigator.credentials.get`.
pub(crate) async fn begin_passkey(
    State(app): State<Arc<App>>,
    session: Session,
    PageOrigin(origin): PageOrigin,
) -> Result<Json<Started<RequestOptions>>, ApiError> {
    let user = first_factor_of(&app, &session)?;
    let start = sign_in::start(&app, &origin, SignInRequest::SecondFactor(user)).await?;
    session.bind(&app, &start.ceremony_id, start.expires_at).await?;
    Ok(Json(start.into()))
}

/// Finishes the second factor: from the browser's response to a session.
pub(crate) async fn finish_passkey(
    State(app): State<Arc<App>>,
    session: Session,
    Body(Finish { ceremony_id, response }): Body<Finish>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    let user = first_factor_of(&app, &session)?;
    session.check_bound(&app, &ceremony_id).await?;
    let (rp, now, response) = (app.rp(), Timestamp::now(), response.get().as_bytes());
    let finish = SignIn::finish_second_factor(&rp, user, ceremony_id, response, now);
    let signed_in = app.run(&rp, None, now, finish).await?;
    app.codes.forget(session.token_hash()?);
    sign_in::complete(&app, &session, user, Some(&signed_in.proof)).await
}

fn first_factor_of(app: &App, session: &Session) -> Result<UserHandle, ApiError> {
    app.codes.awaiting_passkey(session.token_hash()?, Timestamp::now()).ok_or_else(wrong)
}
