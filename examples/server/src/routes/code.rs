//! The demo's other factor: a code that a real service would send, and that the demo just shows. It comes before a
//! passkey, which is then the second factor; or after a passkey; or alone.
//!
//! Anyone who knows an account's name gets its code, so it protects nothing: it shows how another factor works beside a
//! passkey.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use relying_party::{Timestamp, UserHandle, settings::SecondFactorRule};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, account};
use crate::{
    app::App,
    client::Client,
    error::ApiError,
    host::{Entering, PATIENCE},
    session::Session,
    store::{AccountName, Awaits, Pending},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    /// Whose code; after a passkey, that user's.
    name: Option<String>,
}

/// An answer with a cookie, if there is a new one.
type WithCookie = (Option<[(HeaderName, HeaderValue); 1]>, Json<Value>);

/// Begins: a code, which the demo shows instead of sending it.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    session: Session,
    Body(Begin { name }): Body<Begin>,
) -> Result<WithCookie, ApiError> {
    let now = Timestamp::now();
    let (user, passkey_shown) = match name {
        Some(name) => (named(&app, &name).await?, false),
        None => (after_passkey(&session, now).ok_or_else(wrong)?, true),
    };
    let (cookie, session) = session.or_anonymous(app.cookie).map_err(ApiError::no_randomness)?;
    let token_hash = session.token_hash.ok_or_else(wrong)?;
    let code = six_digits().map_err(ApiError::no_randomness)?;
    let awaits = Awaits::Code { code: code.clone(), passkey_shown };
    let pending = Pending { user, until: now + PATIENCE, awaits };
    app.store.set_pending(token_hash, &pending, now).await?;
    let cookie = cookie.map(|cookie| [(header::SET_COOKIE, cookie)]);
    Ok((cookie, Json(json!({ "demo_code": code }))))
}

/// Whoever has a name. Signing up tells as much.
async fn named(app: &App, name: &str) -> Result<UserHandle, ApiError> {
    let account = match name.parse::<AccountName>() {
        Ok(name) => app.store.account_by_name(&app.site.rp_id, &name).await?,
        Err(_) => None,
    };
    account.map(|account| account.handle).ok_or_else(|| {
        let code = "form_identifier_not_found";
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, "Nobody has this name.")
            .of_parameter("name")
    })
}

/// Who has shown a passkey in a session, and needs a code.
fn after_passkey(session: &Session, now: Timestamp) -> Option<UserHandle> {
    let pending = session.row.as_ref()?.pending.as_ref()?;
    (pending.awaits == Awaits::AnyCode && now < pending.until).then_some(pending.user)
}

fn six_digits() -> Result<String, getrandom::Error> {
    let mut random = [0; 4];
    getrandom::fill(&mut random)?;
    // Off from even by less than one in a thousand.
    Ok(format!("{:06}", u32::from_le_bytes(random) % 1_000_000))
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
    headers: HeaderMap,
    client: Client,
    Body(Code { code }): Body<Code>,
) -> Result<WithCookie, ApiError> {
    let now = Timestamp::now();
    let token_hash = session.token_hash.ok_or_else(wrong)?;
    let pending = session.row.and_then(|row| row.pending).ok_or_else(wrong)?;
    // Right or wrong, a code counts once.
    let taken = app.store.take_pending(token_hash, &pending).await?;
    let Pending { user, until, awaits: Awaits::Code { code: expected, passkey_shown } } = pending
    else {
        return Err(wrong());
    };
    if !taken || now >= until || code != expected {
        return Err(wrong());
    }
    if !passkey_shown && needs_passkey(&app, user).await? {
        let pending = Pending { user, until: now + PATIENCE, awaits: Awaits::Passkey };
        app.store.set_pending(token_hash, &pending, now).await?;
        return Ok((None, Json(json!({ "status": "needs_second_factor" }))));
    }
    let entering = Entering { user, passkey: None, proof: None };
    let cookie = app.sessions().begin(&headers, client, entering).await?;
    let signed_in = app.store.account(&app.site.rp_id, user).await?;
    let answer = json!({ "status": "complete", "user": signed_in.as_ref().map(account::user) });
    Ok((Some([(header::SET_COOKIE, cookie)]), Json(answer)))
}

fn wrong() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "form_code_incorrect", "This is not the code.")
        .explained(
            "this is not the code, or it is too old; each counts once, so please ask for a new one",
        )
}

/// Whether the code alone is too little: where everyone needs two factors, for those who have a passkey.
async fn needs_passkey(app: &App, user: UserHandle) -> Result<bool, ApiError> {
    let settings = app.settings();
    if settings.second_factor() != SecondFactorRule::Always || !settings.enabled() {
        return Ok(false);
    }
    Ok(app.store.count_passkeys(&app.site.rp_id, user).await? > 0)
}
