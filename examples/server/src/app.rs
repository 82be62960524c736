//! What all requests share, and which path leads where.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, patch, post},
};
use relying_party::{
    ConfigErrors, Error, RelyingParty, Settings, Step, Timestamp, UserHandle,
    audit::{Audit, Auditable},
    limits::RESPONSE_JSON_MAX,
    policy::RelatedOrigins,
    store,
};
use serde::Serialize;

use crate::{
    audit::AuditLog,
    codes::Codes,
    config::Config,
    error::ApiError,
    guard,
    routes::{
        account, assets, audit, code, create, passkeys, reverify, settings, sign_in, well_known,
    },
    session::SessionCookie,
    store::Store,
};

/// The largest request: a response to a ceremony, and the ceremony's id around it.
const BODY_MAX: usize = RESPONSE_JSON_MAX + 1024;

/// What all requests share.
#[derive(Debug)]
pub struct App {
    rp: RwLock<Arc<RelyingParty>>,
    config: Config,
    /// The database.
    pub store: Store,
    /// What the page is told about the site.
    pub site: Site,
    pub(crate) cookie: SessionCookie,
    pub(crate) audit: AuditLog,
    pub(crate) codes: Codes,
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
    /// Whether the page may change the settings.
    pub demo_settings: bool,
    /// Whether there are codes to sign in with.
    pub demo_codes: bool,
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
            demo_settings: config.demo_settings,
            demo_codes: config.demo_codes,
        };
        // Some browsers refuse `Secure` cookies at http://localhost.
        Self {
            rp: RwLock::new(Arc::new(rp)),
            config: config.clone(),
            store,
            site,
            cookie: SessionCookie::new(config.is_secure()),
            audit: AuditLog::default(),
            codes: Codes::default(),
        }
    }

    /// The relying party: where its passkeys work, and what it demands of them now. A request asks once, so that it is
    /// judged by one set of settings.
    #[must_use]
    pub fn rp(&self) -> Arc<RelyingParty> {
        Arc::clone(&self.rp.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Goes on with other settings.
    pub(crate) fn change_settings(&self, settings: Settings) -> Result<(), ConfigErrors> {
        let rp = self.config.builder().settings(settings).build()?;
        *self.rp.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rp);
        Ok(())
    }

    /// Runs a flow on the database, and notes in the audit log what became of it. `user` is whose session it is.
    pub(crate) async fn run<F: Auditable>(
        &self,
        rp: &RelyingParty,
        user: Option<UserHandle>,
        now: Timestamp,
        start: Result<Step<F>, Error>,
    ) -> Result<F::Output, ApiError> {
        let mut audit = Audit::new(rp, now);
        if let Some(user) = user {
            audit = audit.user(user);
        }
        let audited = store::run_async(&self.store, audit.flow(start)).await?;
        self.audit.record(audited.entries);
        Ok(audited.outcome?)
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
        .route("/reverify/begin", post(reverify::begin))
        .route("/reverify/finish", post(reverify::finish))
        .route("/audit", get(audit::list));
    let settings = Router::new().route("/settings", get(settings::show).put(settings::change));
    let codes = Router::new()
        .route("/sign-in/code/begin", post(code::begin))
        .route("/sign-in/code/finish", post(code::finish))
        .route("/sign-in/second-factor/begin", post(code::begin_passkey))
        .route("/sign-in/second-factor/finish", post(code::finish_passkey));
    let demo = [(app.config.demo_settings, settings), (app.config.demo_codes, codes)];
    let wanted = demo.into_iter().filter(|(wanted, _)| *wanted);
    let api = wanted
        .fold(api, |api, (_, routes)| api.merge(routes))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::refuse_forged_requests));
    Router::new()
        .nest("/api", api)
        .route(RelatedOrigins::PATH, get(well_known::webauthn))
        .merge(assets::router())
        .layer(middleware::from_fn(guard::security_headers))
        .with_state(app)
}
