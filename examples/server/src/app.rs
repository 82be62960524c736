//! What all requests share, and which path leads where.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    Router,
    http::request::Parts,
    middleware,
    routing::{delete, get, post},
};
use relying_party::{ConfigErrors, Passkeys, RelyingParty, Settings, store::DynStore};
use relying_party_http::{Endpoints, Observed};
use serde::Serialize;

use crate::{
    audit::AuditLog,
    client::Client,
    config::Config,
    error::chain,
    guard,
    host::Sessions,
    limits,
    routes::{account, assets, audit, code, passkeys, recovery, settings},
    session::SessionCookie,
    store::Store,
};

/// What all requests share.
#[derive(Debug)]
pub struct App {
    endpoints: RwLock<Endpoints<DynStore, Sessions>>,
    config: Config,
    /// The database.
    pub store: Store,
    /// What the page is told about the site.
    pub site: Site,
    pub(crate) cookie: SessionCookie,
    pub(crate) audit: Arc<AuditLog>,
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
        let cookie = SessionCookie::new(config.is_secure());
        let audit = Arc::new(AuditLog::default());
        let endpoints = endpoints(rp, &store, config, cookie, &audit);
        Self {
            endpoints: RwLock::new(endpoints),
            config: config.clone(),
            store,
            site,
            cookie,
            audit,
        }
    }

    /// The endpoints for passkeys. A request asks once, so that it is judged by one set of settings.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints<DynStore, Sessions> {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the relying party decides now.
    pub(crate) fn settings(&self) -> Settings {
        self.endpoints().passkeys().relying_party().settings().clone()
    }

    /// The browser that sent a request.
    pub(crate) fn client(&self, request: &Parts) -> Client {
        let behind_proxy = self.config.limits.behind_proxy;
        Client::of(&request.extensions, &request.headers, behind_proxy)
    }

    pub(crate) fn sessions(&self) -> Sessions {
        self.endpoints().host().clone()
    }

    /// Goes on with other settings.
    pub(crate) fn change_settings(&self, settings: Settings) -> Result<(), ConfigErrors> {
        let rp = self.config.builder().settings(settings).build()?;
        let changed = endpoints(rp, &self.store, &self.config, self.cookie, &self.audit);
        *self.endpoints.write().unwrap_or_else(PoisonError::into_inner) = changed;
        Ok(())
    }
}

/// All endpoints for passkeys. What happens goes to the audit log, and to the operator.
fn endpoints(
    rp: RelyingParty,
    store: &Store,
    config: &Config,
    cookie: SessionCookie,
    audit: &Arc<AuditLog>,
) -> Endpoints<DynStore, Sessions> {
    let host = Sessions::new(&rp, store.clone(), cookie, config);
    let audit = Arc::clone(audit);
    Endpoints::new(Passkeys::new(rp, store.passkeys().clone()), host)
        .allow_sign_up()
        .allow_erase()
        .serve_openapi()
        .observe(move |observed| match observed {
            Observed::Audit(entry) => {
                if let Some(error) = &entry.error {
                    eprintln!("refused: {} ({:?})", error.code, error.kind);
                }
                audit.record(entry);
            }
            Observed::StoreFailed(error) => eprintln!("unavailable: {}", chain(error)),
            Observed::HostFailed(error) => eprintln!("sessions: {}", chain(error)),
            Observed::Warning(warning) => eprintln!("warning: {warning}"),
            _ => {}
        })
}

/// The whole site.
pub fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/session", get(account::session))
        .route("/sessions", get(account::sessions).delete(account::end_others))
        .route("/account", get(account::account))
        .route("/recovery/codes", post(recovery::create))
        .route("/recovery/begin", post(recovery::begin))
        .route("/recovery", delete(recovery::cancel))
        .route("/sign-out", post(account::sign_out))
        .route("/audit", get(audit::list));
    let settings = Router::new().route("/settings", get(settings::show).put(settings::change));
    let codes = Router::new()
        .route("/code/begin", post(code::begin))
        .route("/code/finish", post(code::finish));
    let demo = [(app.config.demo_settings, settings), (app.config.demo_codes, codes)];
    let wanted = demo.into_iter().filter(|(wanted, _)| *wanted);
    let api = wanted
        .fold(api, |api, (_, routes)| api.merge(routes))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::refuse_forged_requests));
    let site = Router::new()
        .nest("/api", api)
        .merge(assets::router())
        .fallback(passkeys::any)
        .with_state(Arc::clone(&app));
    let limits = app.config.limits.clone();
    limits::around(site, app, &limits).layer(middleware::from_fn(guard::security_headers))
}
