//! Signing up and signing in.

use std::{
    error::Error,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder,
};

use crate::database::Database;

const CEREMONY_SECONDS: i64 = 5 * 60;
const SESSION_SECONDS: i64 = 7 * 24 * 60 * 60;

pub(crate) struct App {
    webauthn: Webauthn,
    database: Database,
}

impl App {
    pub(crate) fn new(database: Database, port: u16) -> Result<Arc<Self>, Box<dyn Error>> {
        let origin = Url::parse(&format!("http://localhost:{port}"))?;
        let webauthn = WebauthnBuilder::new("localhost", &origin)?.rp_name("Peer").build()?;
        Ok(Arc::new(Self { webauthn, database }))
    }

    /// Keeps the state of a ceremony. Returns what the browser gets: the options, and a cookie to find it again.
    async fn begin<S: Serialize>(
        &self,
        options: impl Serialize,
        state: &S,
    ) -> Result<Response, Failure> {
        let token = random_token()?;
        let state = serde_json::to_string(state)?;
        self.database.insert_ceremony(&token, &state, now()? + CEREMONY_SECONDS).await?;
        Ok(with_cookie("ceremony", &token, CEREMONY_SECONDS, options))
    }

    /// The state of the browser's ceremony, which ends here even if it is refused.
    async fn take<S: DeserializeOwned>(&self, headers: &HeaderMap) -> Result<S, Failure> {
        let token = cookie(headers, "ceremony").ok_or(Failure::Refused)?;
        let state = self.database.take_ceremony(token, now()?).await?.ok_or(Failure::Refused)?;
        Ok(serde_json::from_str(&state)?)
    }

    async fn signed_in(&self, user: Uuid) -> Result<Response, Failure> {
        let token = random_token()?;
        let expires_at = now()? + SESSION_SECONDS;
        self.database.insert_session(&token, &user.to_string(), expires_at).await?;
        Ok(with_cookie("session", &token, SESSION_SECONDS, json!({ "user": user })))
    }
}

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/passkeys/sign-up/begin", post(begin_sign_up))
        .route("/passkeys/sign-up/finish", post(finish_sign_up))
        .route("/passkeys/sign-in/begin", post(begin_sign_in))
        .route("/passkeys/sign-in/finish", post(finish_sign_in))
        .with_state(app)
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
}

#[derive(Deserialize)]
struct Finish<C> {
    credential: C,
}

/// A sign-up that has begun: whose it is, and the state of the library.
#[derive(Serialize, Deserialize)]
struct NewUser {
    id: Uuid,
    name: String,
    state: PasskeyRegistration,
}

async fn begin_sign_up(
    State(app): State<Arc<App>>,
    Json(SignUp { name }): Json<SignUp>,
) -> Result<Response, Failure> {
    let id = Uuid::new_v4();
    let (options, state) = app.webauthn.start_passkey_registration(id, &name, &name, None)?;
    app.begin(options, &NewUser { id, name, state }).await
}

async fn finish_sign_up(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(Finish { credential }): Json<Finish<RegisterPublicKeyCredential>>,
) -> Result<Response, Failure> {
    let NewUser { id, name, state } = app.take(&headers).await?;
    let passkey = app.webauthn.finish_passkey_registration(&credential, &state)?;
    let user = id.to_string();
    app.database.insert_user(&user, &name).await?;
    let credential_id = BASE64_URL_SAFE_NO_PAD.encode(passkey.cred_id());
    let passkey = serde_json::to_string(&passkey)?;
    app.database.insert_passkey(&credential_id, &user, &passkey).await?;
    app.signed_in(id).await
}

async fn begin_sign_in(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    let (options, state) = app.webauthn.start_discoverable_authentication()?;
    app.begin(options, &state).await
}

async fn finish_sign_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(Finish { credential }): Json<Finish<PublicKeyCredential>>,
) -> Result<Response, Failure> {
    let state: DiscoverableAuthentication = app.take(&headers).await?;
    let (user, credential_id) = app.webauthn.identify_discoverable_authentication(&credential)?;
    let credential_id = BASE64_URL_SAFE_NO_PAD.encode(credential_id);
    let stored = app.database.passkey(&credential_id, &user.to_string()).await?;
    let mut passkey: Passkey = serde_json::from_str(&stored.ok_or(Failure::Refused)?)?;
    let result =
        app.webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey)?;
    passkey.update_credential(&result);
    let updated = serde_json::to_string(&passkey)?;
    app.database.update_passkey(&credential_id, &updated, now()?).await?;
    app.signed_in(user).await
}

/// Why a request gets no other answer.
enum Failure {
    Refused,
    Broken(Box<dyn Error + Send + Sync>),
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused => StatusCode::FORBIDDEN.into_response(),
            Self::Broken(error) => {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn now() -> Result<i64, Failure> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?)
}

fn random_token() -> Result<String, Failure> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random))
}

fn with_cookie(name: &str, token: &str, seconds: i64, body: impl Serialize) -> Response {
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    ([(header::SET_COOKIE, cookie)], Json(body)).into_response()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let pairs = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    pairs.into_iter().find(|(other, _)| *other == name).map(|(_, token)| token)
}
