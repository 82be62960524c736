//! The API of the FIDO Alliance's conformance tool for servers, over the flows of the core: four paths, one store in
//! memory, and the settings that the tool wants. Anyone who reaches it can register passkeys for any name, so it never
//! shares a router, a database, or an address on the network with the site.
//!
//! The members are those of the tool's document "Conformance testing server API" (the *transport binding profile*). Two
//! things are not in it: that a request for options may have `extensions`, and how the two requests of a ceremony
//! belong together. Here a cookie does that, as the `credentials` of the document's samples suggest. The README of this
//! example says more.
//!
//! | File | Concept |
//! |---|---|
//! | `conformance/profile.rs` | what requests and answers look like |
//! | `conformance/metadata.rs` | the tool's metadata, from files |

mod metadata;
mod profile;

use std::{
    collections::VecDeque,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, header},
    routing::post,
};
use relying_party::{
    AnchorSource, AttestationLevel, AttestationPolicy, CeremonyId, Challenge, ConfigErrors,
    CreatePasskey, Posted, RelyingParty, SessionBinding, Settings, SignIn, SignInRequest,
    SignedInUser, Timestamp, UserHandle,
    extensions::{AuthenticationInputs, RegistrationInputs},
    flow::BeginOptions,
    json::{AttestationConveyance, ResidentKey, UserVerification},
    limits::POSTED_JSON_MAX,
    store::{self, MemoryStore},
};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

pub use self::metadata::{Flags, Sources};
use self::profile::{CreationRequest, Failure, GetRequest, Posting, Success};
use crate::{
    config::Config,
    session::{ANONYMOUS, SessionCookie, Token},
    store::TokenHash,
};

/// How many sessions have an open ceremony at most. The tool has one.
const OPEN_MAX: usize = 64;

/// A server for the tool.
pub struct Conformance {
    config: Config,
    /// Who vouches for authenticators.
    metadata: Arc<dyn AnchorSource>,
    clock: fn() -> Timestamp,
    cookie: SessionCookie,
    store: MemoryStore,
    open: Mutex<VecDeque<(TokenHash, Open)>>,
}

/// The latest begin step of a session.
#[derive(Clone)]
enum Open {
    Creation { rp: RelyingParty, user: UserHandle, ceremony: CeremonyId },
    SignIn { rp: RelyingParty, ceremony: CeremonyId },
}

impl Conformance {
    /// A server at the RP ID and the origins of `config`, with these metadata.
    #[must_use]
    pub fn new(config: &Config, metadata: Arc<dyn AnchorSource>) -> Self {
        Self {
            config: config.clone(),
            metadata,
            clock: Timestamp::now,
            cookie: SessionCookie::new(config.is_secure()),
            store: MemoryStore::new(),
            open: Mutex::default(),
        }
    }

    /// The same with another clock: certificates of tests have their own time.
    #[must_use]
    pub fn clock(mut self, clock: fn() -> Timestamp) -> Self {
        self.clock = clock;
        self
    }

    /// The four paths, and nothing else.
    pub fn router(self) -> Router {
        Router::new()
            .route("/attestation/options", post(creation_options))
            .route("/attestation/result", post(register))
            .route("/assertion/options", post(request_options))
            .route("/assertion/result", post(sign_in))
            .layer(DefaultBodyLimit::max(POSTED_JSON_MAX))
            .with_state(Arc::new(self))
    }

    /// The relying party for what a request asks for.
    fn relying_party(&self, wanted: &Wanted) -> Result<RelyingParty, ConfigErrors> {
        let settings = Settings::conformance()
            .user_verification(wanted.verification)
            .resident_key(wanted.resident_key);
        let builder = self.config.builder();
        if wanted.attestation == AttestationConveyance::None {
            // Clients then remove the statement, so that nothing could be trusted.
            let settings = settings.attestation(wanted.attestation, AttestationLevel::Ignored);
            return builder.settings(settings.build()?).build();
        }
        let policy = AttestationPolicy::conformance(Arc::clone(&self.metadata));
        builder.settings(settings.build()?).attestation(wanted.attestation, policy).build()
    }

    /// The session of a request, and the header that begins a new one if the request has none.
    fn session(
        &self,
        headers: &HeaderMap,
    ) -> Result<(TokenHash, Option<HeaderValue>), getrandom::Error> {
        if let Some(hash) = self.cookie.hash_of_token(headers) {
            return Ok((hash, None));
        }
        let token = Token::generate()?;
        Ok((token.hash(), Some(self.cookie.set(&token, ANONYMOUS))))
    }

    /// Keeps a session's latest begin step, in place of an earlier one.
    fn begun(&self, session: TokenHash, begun: Open) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(other, _)| *other != session);
        if open.len() >= OPEN_MAX {
            open.pop_front();
        }
        open.push_back((session, begun));
    }

    /// Takes a session's latest begin step, which is then answered.
    fn take(&self, headers: &HeaderMap) -> Result<(SessionBinding, Open), Failure> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let session = self.cookie.hash_of_token(headers);
        let at = open.iter().position(|(other, _)| Some(*other) == session);
        let (session, begun) = at.and_then(|at| open.remove(at)).ok_or_else(Failure::not_begun)?;
        Ok((binding(session), begun))
    }
}

/// What a request for options decides.
struct Wanted {
    verification: UserVerification,
    resident_key: ResidentKey,
    attestation: AttestationConveyance,
}

fn binding(TokenHash(hash): TokenHash) -> SessionBinding {
    SessionBinding::of(&hash[..])
}

/// The handle of a name. A site would draw it at random: handles must not be derived from names (§14.6.1).
fn handle(name: &str) -> Result<UserHandle, Failure> {
    let hash = Sha256::digest(name.as_bytes());
    UserHandle::try_from(&hash[..]).map_err(Failure::internal)
}

/// The options, with the cookie of a session that begins.
fn with_cookie(cookie: Option<HeaderValue>, success: Success) -> (HeaderMap, Success) {
    (cookie.map(|cookie| (header::SET_COOKIE, cookie)).into_iter().collect(), success)
}

type Options = Result<(HeaderMap, Success), Failure>;

async fn creation_options(
    State(server): State<Arc<Conformance>>,
    headers: HeaderMap,
    Posting(body): Posting,
) -> Options {
    let request = CreationRequest::read(&body)?;
    let rp = server.relying_party(&Wanted {
        verification: request.selection.user_verification,
        resident_key: request.selection.resident_key(),
        attestation: request.attestation,
    })?;
    let (session, cookie) = server.session(&headers)?;
    let mut inputs = RegistrationInputs::default();
    for (identifier, input) in &request.extensions {
        inputs = inputs.raw(identifier, input).map_err(relying_party::Error::from)?;
    }
    let mut options = BeginOptions::new(binding(session)).extensions(inputs);
    if let Some(attachment) = request.selection.attachment {
        options = options.attachment(attachment);
    }
    let handle = handle(&request.name)?;
    let user = SignedInUser::new(handle, request.name, request.display_name);
    let challenge = Challenge::generate()?;
    let begin = CreatePasskey::begin(&rp, &user, options, challenge, (server.clock)());
    let start = store::run(&server.store, begin)?;
    let success = Success::with(&start.public_key)?;
    server.begun(session, Open::Creation { rp, user: handle, ceremony: start.ceremony_id });
    Ok(with_cookie(cookie, success))
}

async fn register(
    State(server): State<Arc<Conformance>>,
    headers: HeaderMap,
    Posting(body): Posting,
) -> Result<Success, Failure> {
    let (session, Open::Creation { rp, user, ceremony }) = server.take(&headers)? else {
        return Err(Failure::not_begun());
    };
    let posted = Posted { session, ceremony, response: &body };
    let finish = CreatePasskey::finish(&rp, user, posted, (server.clock)());
    store::run(&server.store, finish)?;
    Ok(Success::default())
}

async fn request_options(
    State(server): State<Arc<Conformance>>,
    headers: HeaderMap,
    Posting(body): Posting,
) -> Options {
    let request = GetRequest::read(&body)?;
    let rp = server.relying_party(&Wanted {
        verification: request.user_verification,
        resident_key: ResidentKey::Discouraged,
        attestation: AttestationConveyance::None,
    })?;
    let (session, cookie) = server.session(&headers)?;
    let mut inputs = AuthenticationInputs::default();
    for (identifier, input) in &request.extensions {
        inputs = inputs.raw(identifier, input).map_err(relying_party::Error::from)?;
    }
    let options = BeginOptions::new(binding(session)).extensions(inputs);
    let account = SignInRequest::for_account(handle(&request.name)?);
    let challenge = Challenge::generate()?;
    let begin = SignIn::begin(&rp, account, options, challenge, (server.clock)());
    let start = store::run(&server.store, begin)?;
    let success = Success::with(&start.public_key)?;
    server.begun(session, Open::SignIn { rp, ceremony: start.ceremony_id });
    Ok(with_cookie(cookie, success))
}

async fn sign_in(
    State(server): State<Arc<Conformance>>,
    headers: HeaderMap,
    Posting(body): Posting,
) -> Result<Success, Failure> {
    let (session, Open::SignIn { rp, ceremony }) = server.take(&headers)? else {
        return Err(Failure::not_begun());
    };
    let posted = Posted { session, ceremony, response: &body };
    store::run(&server.store, SignIn::finish(&rp, posted, (server.clock)()))?;
    Ok(Success::default())
}

/// Serves the tool until the process is asked to stop.
pub(crate) async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    if !config.address.ip().is_loopback() {
        return Err(
            "--conformance lets anyone register for any name: it needs a loopback --address".into(),
        );
    }
    let metadata = config.conformance.sources(Timestamp::now())?;
    let server = Conformance::new(&config, Arc::new(metadata));
    // What is wrong with the RP ID or the origins shows before the first request.
    server.relying_party(&Wanted {
        verification: UserVerification::Preferred,
        resident_key: ResidentKey::Discouraged,
        attestation: AttestationConveyance::Direct,
    })?;
    let listener = TcpListener::bind(config.address).await?;
    println!("For the FIDO Alliance's conformance tool: nothing is kept");
    println!("Listening on http://{}", listener.local_addr()?);
    crate::limits::serve(
        listener,
        server.router(),
        &config.limits,
        crate::stop_signal(),
        crate::GRACE,
    )
    .await;
    Ok(())
}
