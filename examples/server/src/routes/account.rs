//! Demo accounts: what a real host has instead is its own sign-up and its own first factor.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use relying_party::{RelyingParty, Timestamp, UserHandle};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Body;
use crate::{
    app::App,
    error::ApiError,
    session::Session,
    store::{Account, AccountName},
};

/// Somebody who is signed in, as the page shows them.
#[derive(Debug, Serialize)]
struct User<'a> {
    name: &'a AccountName,
}

/// Tells the page who is signed in, and what it may tell the browser: the names that go with the account's passkeys.
pub(super) fn signed_in(rp: &RelyingParty, account: &Account) -> Map<String, Value> {
    Map::from_iter([
        ("user".to_owned(), json!(User { name: &account.name })),
        ("signal".to_owned(), json!(account.as_user().signal(rp))),
    ])
}

/// Who is signed in, and what the page has to know of the site.
pub(crate) async fn session(State(app): State<Arc<App>>, session: Session) -> Json<Value> {
    let rp = app.rp();
    let mut answer = match session.account() {
        Some(account) => signed_in(&rp, account),
        None => Map::from_iter([("user".to_owned(), Value::Null)]),
    };
    answer.insert("site".to_owned(), json!(app.site));
    let settings = json!({
        "enabled": rp.settings().enabled(),
        "autofill": rp.settings().autofill(),
        "sign_in_button": rp.settings().sign_in_button(),
    });
    answer.insert("settings".to_owned(), settings);
    Json(answer.into())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUp {
    name: String,
}

/// Makes an account and signs in to it. A name is all it takes: this is a demo.
pub(crate) async fn sign_up(
    State(app): State<Arc<App>>,
    session: Session,
    Body(request): Body<SignUp>,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    let name = request.name.parse::<AccountName>().map_err(|error| {
        ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "form_param_format_invalid",
            "This name cannot be used.",
        )
        .explained(error)
        .of_parameter("name")
    })?;
    let handle = UserHandle::generate().map_err(ApiError::no_randomness)?;
    let account = Account { handle, name };
    if !app.store.sign_up(&account, Timestamp::now()).await? {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "form_identifier_exists",
            "This name is taken. Please choose another one.",
        )
        .of_parameter("name"));
    }
    let headers = session.renew(&app, &account, None).await?;
    Ok((headers, Json(signed_in(&app.rp(), &account).into())))
}

/// Ends the session, signed in or not.
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<(HeaderMap, Json<Value>), ApiError> {
    Ok((session.end(&app).await?, Json(json!({ "user": null }))))
}
