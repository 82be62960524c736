//! Creating a passkey: only for somebody who is signed in.

use std::sync::Arc;

use axum::{Json, extract::State};
use relying_party::{
    Challenge, CreatePasskey, ListPasskeys, RelyingParty, Timestamp,
    flow::{BeginOptions, StepUp},
    json::CreationOptions,
    settings::SensitiveAction,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Finish, Started};
use crate::{
    app::App,
    error::ApiError,
    guard::PageOrigin,
    session::{Session, SignedIn},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    /// Whether the browser is to create it silently, right after a sign-in by other means.
    #[serde(default)]
    conditional: bool,
}

/// Begins: options for `navigator.credentials.create`.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    PageOrigin(origin): PageOrigin,
    Body(Begin { conditional }): Body<Begin>,
) -> Result<Json<Started<CreationOptions>>, ApiError> {
    let user = signed_in.account.as_user();
    let challenge = Challenge::generate().map_err(ApiError::no_randomness)?;
    let mut options = BeginOptions::new().origin(&origin);
    if conditional {
        options = options.conditional();
    }
    let (rp, now) = (app.rp(), Timestamp::now());
    if let Some(step_up) = step_up(&app, &rp, &signed_in, now).await? {
        options = options.verified(step_up);
    }
    let begin = CreatePasskey::begin_with(&rp, &user, challenge, now, options);
    let start = app.run(&rp, Some(user.handle()), now, begin).await?;
    Session::from(&signed_in).bind(&app, &start.ceremony_id, start.expires_at).await?;
    Ok(Json(start.into()))
}

/// On what a creation rests: the passkey that was shown; or, for the first one, that they signed up or in without. Who
/// has a passkey is to show it.
async fn step_up<'a>(
    app: &App,
    rp: &RelyingParty,
    signed_in: &'a SignedIn,
    now: Timestamp,
) -> Result<Option<StepUp<'a>>, ApiError> {
    if let Some(proof) = &signed_in.verified {
        return Ok(Some(proof.into()));
    }
    if !rp.settings().reverification().is_needed_before(SensitiveAction::Create) {
        return Ok(None);
    }
    let owner = signed_in.account.handle;
    let listed = app.run(rp, Some(owner), now, ListPasskeys::begin(rp, owner)).await?;
    let is_first = listed.passkeys.is_empty();
    Ok(is_first.then(|| StepUp::ByHost { at: signed_in.since() }))
}

/// Finishes: from the browser's response to a stored passkey.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Body(Finish { ceremony_id, response }): Body<Finish>,
) -> Result<Json<Value>, ApiError> {
    Session::from(&signed_in).check_bound(&app, &ceremony_id).await?;
    let (rp, now, user) = (app.rp(), Timestamp::now(), signed_in.account.handle);
    let response = response.get().as_bytes();
    let finish = CreatePasskey::finish(&rp, user, ceremony_id, response, now);
    let created = app.run(&rp, Some(user), now, finish).await?;
    Ok(Json(json!({ "passkey": created.passkey.summary() })))
}
