//! The endpoints: configuration, and how a request is handled.

use std::{
    error::Error as StdError,
    fmt,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use relying_party::{
    Passkeys, Run, SignedInUser, Timestamp, UserHandle,
    audit::{Audit, Auditable},
    limits::POSTED_JSON_MAX,
    store::{AsyncCeremonyStore, AsyncPasskeyStore, RunError},
};
use serde_json::json;

use crate::{
    Host, Received, Session,
    apps::{Apps, InvalidApp},
    assets, guard,
    observe::{self, Observed, Warning},
    openapi,
    refusal::{Failure, Refused},
    respond::{self, Reply},
    route::{Ceremony, Resource},
    well_known::{self, Pages},
};

/// Maximum size of a body: that of a finish step.
pub(crate) const BODY_MAX: usize = POSTED_JSON_MAX;

/// A store that [`Endpoints`] can use: asynchronous, with errors that can be logged.
///
/// Wrap a blocking store in [`Blocking`](relying_party::store::Blocking).
pub trait Store:
    AsyncCeremonyStore<Error: StdError + 'static>
    + AsyncPasskeyStore<Error: StdError + 'static>
    + Send
    + Sync
    + 'static
{
}

impl<S> Store for S where
    S: AsyncCeremonyStore<Error: StdError + 'static>
        + AsyncPasskeyStore<Error: StdError + 'static>
        + Send
        + Sync
        + 'static
{
}

/// The endpoints for passkeys, over a relying party with a store, and over your [`Host`]. Clones share everything.
///
/// [`handle`](Self::handle) answers one request. `Endpoints` is also a `tower::Service` over any body type.
///
/// ```
/// use relying_party::{Passkeys, RelyingParty, store::MemoryStore};
/// use relying_party_http::Endpoints;
/// # use std::convert::Infallible;
/// # use relying_party_http::{Answer, Host, Session, SignedInBy};
/// # struct Sessions;
/// # impl Host for Sessions {
/// #     type Error = Infallible;
/// #     async fn session(&self, _: &http::request::Parts) -> Result<Session, Infallible> { Ok(Session::new("id")) }
/// #     async fn begin_session(&self, _: &http::request::Parts, _: SignedInBy<'_>) -> Result<Answer, Infallible> {
/// #         Ok(Answer::new())
/// #     }
/// # }
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
/// let endpoints = Endpoints::new(Passkeys::new(rp, MemoryStore::new()), Sessions);
/// # pollster::block_on(async {
/// let request = http::Request::get("/passkeys/settings").body(bytes::Bytes::new()).unwrap();
/// assert_eq!(endpoints.handle(request).await.status(), 200);
/// # });
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
pub struct Endpoints<S, H> {
    shared: Arc<Shared<S, H>>,
}

#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the host")]
pub(crate) struct Config {
    pub(crate) base: String,
    pub(crate) apps: Apps,
    pages: Pages,
    openapi: bool,
    pub(crate) sign_up: bool,
    pub(crate) erase: bool,
    begin_steps: bool,
    pub(crate) observer: Option<Observer>,
}

pub(crate) type Observer = Arc<dyn Fn(Observed<'_>) + Send + Sync>;

pub(crate) struct Shared<S, H> {
    pub(crate) passkeys: Arc<Passkeys<S>>,
    pub(crate) host: Arc<H>,
    pub(crate) config: Config,
    /// The OpenAPI document for `config`, from the first request for it.
    openapi: OnceLock<Bytes>,
}

impl<S, H> Shared<S, H> {
    pub(crate) fn new(passkeys: Arc<Passkeys<S>>, host: Arc<H>, config: Config) -> Self {
        Self { passkeys, host, config, openapi: OnceLock::new() }
    }
}

impl<S, H> Clone for Endpoints<S, H> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S, H> fmt::Debug for Endpoints<S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").field("base", &self.shared.config.base).finish_non_exhaustive()
    }
}

impl<S: Store, H: Host> Endpoints<S, H> {
    /// Creates the endpoints below `/passkeys`.
    ///
    /// Logs [warnings](Self::warnings) about the configuration with `tracing`.
    pub fn new(passkeys: Passkeys<S>, host: H) -> Self {
        let config = Config {
            base: "/passkeys".to_owned(),
            apps: Apps::default(),
            pages: Pages::default(),
            openapi: false,
            sign_up: false,
            erase: false,
            begin_steps: false,
            observer: None,
        };
        let shared = Shared::new(Arc::new(passkeys), Arc::new(host), config);
        let this = Self { shared: Arc::new(shared) };
        for warning in this.warnings() {
            observe::trace(Observed::Warning(warning));
        }
        this
    }

    /// Serves the endpoints below another path, such as `/auth/passkeys`. Configure the browser module with the same
    /// path: `new PasskeyClient({ base: "/auth/passkeys" })`.
    #[must_use]
    pub fn base(self, path: &str) -> Self {
        let path = path.trim_matches('/');
        let base = if path.is_empty() { String::new() } else { format!("/{path}") };
        self.configured(|config| config.base = base)
    }

    /// Calls `observer` with everything that belongs in your log: warnings (immediately), [audit
    /// entries](relying_party::audit), and failures of the store and the host. It must not block.
    ///
    /// Call this last, so that it receives all warnings.
    #[must_use]
    pub fn observe(self, observer: impl Fn(Observed<'_>) + Send + Sync + 'static) -> Self {
        for warning in self.warnings() {
            observer(Observed::Warning(warning));
        }
        self.configured(|config| config.observer = Some(Arc::new(observer)))
    }

    /// Lists an Android app in `/.well-known/assetlinks.json`, by its package and the SHA-256 fingerprint of its
    /// signing certificate, and accepts requests without `Origin`, because apps send none. Call it once per
    /// fingerprint.
    ///
    /// The relying party must accept the app too:
    /// [`OriginPolicyBuilder::android_app`](relying_party::policy::OriginPolicyBuilder::android_app).
    ///
    /// # Errors
    ///
    /// If the package or the fingerprint is invalid.
    pub fn android_app(self, package: &str, fingerprint: &str) -> Result<Self, InvalidApp> {
        let mut apps = self.shared.config.apps.clone();
        apps.add_android(package, fingerprint)?;
        Ok(self.configured(|config| config.apps = apps))
    }

    /// Lists an Apple app in `/.well-known/apple-app-site-association`, by its team ID and bundle ID
    /// (`ABCDE12345.com.example.app`), and accepts requests without `Origin`, because apps send none.
    ///
    /// # Errors
    ///
    /// If the ID is invalid.
    pub fn apple_app(self, id: &str) -> Result<Self, InvalidApp> {
        let mut apps = self.shared.config.apps.clone();
        apps.add_apple(id)?;
        Ok(self.configured(|config| config.apps = apps))
    }

    /// Tells password managers, in `/.well-known/passkey-endpoints`, the pages on which users create and manage
    /// passkeys: absolute URLs. Without it the document only says that the site supports passkeys.
    #[must_use]
    pub fn account_pages(self, enroll: impl Into<String>, manage: impl Into<String>) -> Self {
        let pages = Pages { enroll: Some(enroll.into()), manage: Some(manage.into()) };
        self.configured(|config| config.pages = pages)
    }

    /// Serves the [OpenAPI document](crate::OPENAPI) at `openapi.json` below the base path.
    #[must_use]
    pub fn serve_openapi(self) -> Self {
        self.configured(|config| config.openapi = true)
    }

    /// Passes an audit entry to the [observer](Self::observe) for every ceremony that begins, too:
    /// [`Audit::begin_steps`].
    #[must_use]
    pub fn observe_begin_steps(self) -> Self {
        self.configured(|config| config.begin_steps = true)
    }

    /// Lets visitors sign up with a passkey. Your store must keep accounts:
    /// [`insert_account`](relying_party::store::PasskeyStore::insert_account).
    ///
    /// The new account has the name that the user typed, in the spelling of [`Host::find_account`].
    #[must_use]
    pub fn allow_sign_up(self) -> Self {
        self.configured(|config| config.sign_up = true)
    }

    /// Lets users erase their accounts: all passkeys, everything that your store keeps about the account, and what
    /// [`Host::end_session`] erases.
    #[must_use]
    pub fn allow_erase(self) -> Self {
        self.configured(|config| config.erase = true)
    }

    fn configured(self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.shared.config.clone();
        change(&mut config);
        let (passkeys, host) = (Arc::clone(&self.shared.passkeys), Arc::clone(&self.shared.host));
        Self { shared: Arc::new(Shared::new(passkeys, host, config)) }
    }

    /// Returns what is probably a mistake in the configuration. The warnings are also logged with `tracing` and passed
    /// to [`observe`](Self::observe).
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let rp = self.shared.passkeys.relying_party();
        let is_unknown = |origin| rp.origins().check_origin(origin, None).is_err();
        let no_decoys = rp.decoys().is_none().then_some(Warning::NoDecoys);
        let unknown_app = self.shared.config.apps.android_origins().any(is_unknown);
        let unknown_app = unknown_app.then_some(Warning::AndroidAppNotAccepted);
        no_decoys.into_iter().chain(unknown_app).collect()
    }

    /// Returns the passkeys that were passed to [`new`](Self::new).
    #[must_use]
    pub fn passkeys(&self) -> &Passkeys<S> {
        &self.shared.passkeys
    }

    /// Returns the host that was passed to [`new`](Self::new).
    #[must_use]
    pub fn host(&self) -> &H {
        &self.shared.host
    }

    /// Returns whether a path belongs to the endpoints, so that a server without a router knows what to pass on.
    #[must_use]
    pub fn has_path(&self, path: &str) -> bool {
        Resource::at(path, &self.shared.config.base).is_some()
    }

    /// Answers a request. Requests for any other path get `404 Not Found`.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.shared.handle(&request.into()).await
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<S, H>> {
        &self.shared
    }
}

/// If both fail, an error in the request head takes precedence over an error while reading the body.
pub(crate) type Body<'a> = Result<&'a [u8], Refused>;

impl<S: Store, H: Host> Shared<S, H> {
    /// The first step that fails decides: the path, the method, the page that sent the request, the body, the session.
    pub(crate) async fn handle(&self, Received { parts, body }: &Received) -> Response<Bytes> {
        let Some(resource) = Resource::at(parts.uri.path(), &self.config.base) else {
            return self.failed(parts, None, None, &Refused::NotFound.into());
        };
        if parts.method == Method::OPTIONS {
            return respond::options(&resource.allow());
        }
        let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
        let answered = if resource.methods().contains(method) {
            let body = body.as_ref().map(|bytes| &bytes[..]).map_err(|refused| *refused);
            self.answer(parts, method, resource, body).await
        } else {
            Err(Refused::Method.into())
        };
        let response =
            answered.unwrap_or_else(|failure| self.failed(parts, Some(resource), None, &failure));
        respond::for_method(&parts.method, response)
    }

    async fn answer(
        &self,
        parts: &Parts,
        method: &Method,
        resource: Resource<'_>,
        body: Body<'_>,
    ) -> Result<Response<Bytes>, Failure> {
        let rp = self.passkeys.relying_party();
        match resource {
            Resource::Settings => {
                let settings = rp.settings();
                let body = json!({
                    "enabled": settings.enabled(),
                    "autofill": settings.autofill(),
                    "show_button": settings.sign_in_button(),
                    "sign_up": self.config.sign_up,
                    "rp_id": rp.rp_id().as_str(),
                });
                return Ok(respond::json(StatusCode::OK, body.to_string(), &HeaderMap::new()));
            }
            Resource::OpenApi if self.config.openapi => {
                let document = self.openapi.get_or_init(|| openapi::document(&self.config.base));
                return Ok(openapi::respond(document.clone()));
            }
            Resource::OpenApi => return Err(Refused::NotFound.into()),
            Resource::Browser(file) => return Ok(assets::file(file, &parts.headers)?),
            Resource::WellKnown(document) => {
                return Ok(well_known::document(
                    document,
                    rp,
                    &self.config.apps,
                    &self.config.pages,
                )?);
            }
            _ => {}
        }
        let call = self.admit(parts, method, body).await?;
        let reply = match resource {
            Resource::Begin(Ceremony::Create) => call.begin_create().await,
            Resource::Finish(Ceremony::Create) => call.finish_create().await,
            Resource::Begin(Ceremony::SignUp) => call.begin_sign_up().await,
            Resource::Finish(Ceremony::SignUp) => call.finish_sign_up().await,
            Resource::Begin(Ceremony::SignIn) => call.begin_sign_in().await,
            Resource::Finish(Ceremony::SignIn) => call.finish_sign_in().await,
            Resource::Begin(Ceremony::SecondFactor) => call.begin_second_factor().await,
            Resource::Finish(Ceremony::SecondFactor) => call.finish_second_factor().await,
            Resource::Begin(Ceremony::Reverify) => call.begin_reverify().await,
            Resource::Finish(Ceremony::Reverify) => call.finish_reverify().await,
            Resource::Failure => call.report_failure().await,
            Resource::Passkeys if *method == Method::DELETE => call.erase().await,
            Resource::Passkeys => call.list().await,
            Resource::Passkey(id) if *method == Method::PATCH => call.rename(id).await,
            Resource::Passkey(id) => call.delete(id).await,
            _ => Err(Refused::NotFound.into()),
        };
        match reply {
            Ok(Reply { body, headers }) => Ok(respond::json(StatusCode::OK, body, &headers)),
            // A failure sets the browser's pre-session cookie too.
            Err(failure) => {
                let session = &call.session;
                let user = session.user.as_ref().map(SignedInUser::handle).or(session.first_factor);
                let mut response = self.failed(parts, Some(resource), user, &failure);
                respond::append(&mut response, &session.headers);
                Ok(response)
            }
        }
    }

    /// Checks everything that can be checked before the operation, cheapest first.
    async fn admit<'a>(
        &'a self,
        parts: &'a Parts,
        method: &Method,
        body: Body<'a>,
    ) -> Result<Call<'a, S, H>, Failure> {
        let rp = self.passkeys.relying_party();
        let origin = if *method == Method::GET {
            guard::check_read(&parts.headers)?;
            None
        } else {
            let apps = !self.config.apps.is_empty();
            guard::check_change(&parts.headers, &parts.uri, rp, apps)?
        };
        let body = if matches!(*method, Method::POST | Method::PATCH) {
            guard::check_json(&parts.headers)?;
            body?
        } else {
            &[]
        };
        if body.len() > BODY_MAX {
            return Err(Refused::TooLarge.into());
        }
        let session = self.host.session(parts).await.map_err(|error| self.host_failed(error))?;
        Ok(Call { shared: self, parts, body, origin, session })
    }

    /// Runs a flow, and passes its audit entries to the observer.
    pub(crate) async fn run<'r, F>(&self, run: Run<'r, S, F>) -> Result<F::Output, Failure>
    where
        F: Auditable<Output: Send> + Send + 'r,
    {
        let begin_steps = self.config.begin_steps;
        let run = run.audited_with(|audit| if begin_steps { audit.begin_steps() } else { audit });
        let audited = match run.await {
            Ok(audited) => audited,
            Err(RunError::Flow(error)) => return Err(error.into()),
            Err(RunError::CeremonyStore(error)) => {
                return Err(self.store_failed(&error));
            }
            Err(RunError::PasskeyStore(error)) => return Err(self.store_failed(&error)),
        };
        for entry in &audited.entries {
            self.observed(Observed::Audit(entry));
        }
        Ok(audited.outcome?)
    }

    /// Returns the response for a failure. Audits what no flow has audited.
    pub(crate) fn failed(
        &self,
        parts: &Parts,
        resource: Option<Resource<'_>>,
        user: Option<UserHandle>,
        failure: &Failure,
    ) -> Response<Bytes> {
        // A method that an endpoint does not accept has no action.
        let operation = resource.filter(|it| it.methods().contains(&parts.method));
        let action = operation.and_then(|resource| resource.action(&parts.method));
        if let (Failure::Refused(refused), Some(action)) = (failure, action) {
            let mut audit = Audit::new(self.passkeys.relying_party(), Timestamp::now());
            if let Some(user) = user {
                audit = audit.user(user);
            }
            self.observed(Observed::Audit(&audit.refused(action, refused.audit_code())));
        }
        let mut response =
            respond::json(failure.status(), failure.body().to_string(), &HeaderMap::new());
        let headers = response.headers_mut();
        match failure {
            Failure::Refused(Refused::Method) => {
                if let Some(resource) = resource {
                    respond::insert_allow(&mut response, &resource.allow());
                }
            }
            // Our own scheme: RFC 9110 §11.6.1 requires one, and browsers do not open a dialog for it.
            Failure::Refused(Refused::Unauthenticated | Refused::NoFirstFactor) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Session"));
            }
            Failure::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }

    pub(crate) fn observed(&self, observed: Observed<'_>) {
        observe::trace(observed);
        if let Some(observer) = &self.config.observer {
            observer(observed);
        }
    }

    pub(crate) fn store_failed(&self, error: &(dyn StdError + 'static)) -> Failure {
        self.observed(Observed::StoreFailed(error));
        Failure::Unavailable
    }

    pub(crate) fn host_failed(&self, error: H::Error) -> Failure {
        let may_pass = H::is_temporary(&error);
        self.observed(Observed::HostFailed(&*error.into()));
        if may_pass { Failure::Unavailable } else { Failure::Internal }
    }
}

/// A request that was admitted.
pub(crate) struct Call<'a, S, H> {
    pub(crate) shared: &'a Shared<S, H>,
    pub(crate) parts: &'a Parts,
    pub(crate) body: &'a [u8],
    pub(crate) origin: Option<&'a str>,
    pub(crate) session: Session,
}
