//! What all requests share, and which path leads where.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, patch, post},
};
use relying_party::{RelyingParty, limits::RESPONSE_JSON_MAX, policy::RelatedOrigins};
use serde::Serialize;

use crate::{
    config::Config,
    guard,
    routes::{account, assets, create, passkeys, sign_in, well_known},
    session::SessionCookie,
    store::Store,
};

/// The largest request: a response to a ceremony, and the ceremony's id around it.
const BODY_MAX: usize = RESPONSE_JSON_MAX + 1024;

/// What all requests share.
#[derive(Debug)]
pub struct App {
    /// The relying party: where its passkeys work, and what it demands of them.
    pub rp: RelyingParty,
    /// The database.
    pub store: Store,
    /// What the page is told about the site.
    pub site: Site,
    pub(crate) cookie: SessionCookie,
}

/// What the page is told about the site.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// The domain that passkeys are made for.
    pub rp_id: String,
    /// The name of the site.
    pub rp_name: String,
    /// Where the page is meant to be opened.
    pub url: String,
    /// Origins of other domains on which its passkeys work too.
    pub related_origins: Vec<String>,
}

impl App {
    /// An app of these parts, listening on `address`.
    #[must_use]
    pub fn new(rp: RelyingParty, store: Store, config: &Config, address: SocketAddr) -> Self {
        let site = Site {
            rp_id: rp.rp_id().to_string(),
            rp_name: rp.name().to_owned(),
            url: config.public_url(address),
            related_origins: rp.origins().related_origins().origins().to_vec(),
        };
        // Some browsers refuse `Secure` cookies at http://localhost.
        Self { rp, store, site, cookie: SessionCookie::new(config.is_secure()) }
    }
}

/// The whole site.
pub fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/session", get(account::session))
        .route("/sign-up", post(account::sign_up))
        .route("/sign-out", post(account::sign_out))
        .route("/sign-in/begin", post(sign_in::begin))
        .route("/sign-in/finish", post(sign_in::finish))
        .route("/passkeys", get(passkeys::list))
        .route("/passkeys/create/begin", post(create::begin))
        .route("/passkeys/create/finish", post(create::finish))
        .route("/passkeys/{id}", patch(passkeys::rename).delete(passkeys::delete))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::refuse_forged_requests));
    Router::new()
        .nest("/api", api)
        .route(RelatedOrigins::PATH, get(well_known::webauthn))
        .merge(assets::router())
        .layer(middleware::from_fn(guard::security_headers))
        .with_state(app)
}
