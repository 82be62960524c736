//! Passkeys in a worker at the edge, which has no sockets, no clock and no randomness: a request goes in, a response
//! comes out. The platform passes in the time and 32 random bytes, and keeps what is stored.
//!
//! Nothing here depends on the target, so it compiles for `wasm32-unknown-unknown` without a crate that imports
//! anything from the platform. The same input gives the same output: a test, or a replay of a recorded request, is
//! exact.
#![no_std]

extern crate alloc;

use alloc::{
    format,
    string::{String, ToString as _},
};
use core::error::Error as StdError;

use relying_party::{
    Challenge, CreatePasskey, ListPasskeys, Posted, RelyingParty, SessionBinding, SignIn,
    SignInRequest, SignedInUser, Timestamp, UserHandle,
    flow::BeginOptions,
    store::{self, CeremonyStore, PasskeyStore, RunError},
};
use serde_json::{Value, json};

/// A request, with what a worker cannot find out by itself.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The path. All requests are POSTs.
    pub path: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// The value of the session cookie, which the platform has set.
    pub session: &'a str,
    /// The user of the session, if the platform has one.
    pub user: Option<&'a SignedInUser>,
    /// The time at which the request arrived.
    pub now: Timestamp,
    /// 32 bytes from a secure random source, new for each request.
    pub random: [u8; 32],
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body, in JSON.
    pub body: String,
    /// The user who has just signed in. Begin a session for the user, with a new identifier.
    pub signed_in: Option<UserHandle>,
    /// What to log, and not to send.
    pub log: Option<String>,
}

impl Response {
    fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), signed_in: None, log: None }
    }

    fn refused<C: StdError, P: StdError>(error: &RunError<C, P>) -> Self {
        let body = json!({ "error": error.public(), "signal": error.signal() });
        let log = Some(format!("{}: {error}", error.code()));
        Self { log, ..Self::new(error.status(), body.to_string()) }
    }
}

/// Answers a request.
///
/// The store is the platform's. One that can only be awaited has [`store::run_async`], or its own loop over the
/// [effects](relying_party::flow::Effect) of a flow: see [`store::run`].
pub fn answer<S>(rp: &RelyingParty, store: &S, request: Request<'_>) -> Response
where
    S: CeremonyStore<Error: StdError> + PasskeyStore<Error: StdError>,
{
    respond(rp, store, request).unwrap_or_else(|error| Response::refused(&error))
}

type Answer<S> =
    Result<Response, RunError<<S as CeremonyStore>::Error, <S as PasskeyStore>::Error>>;

fn respond<S>(rp: &RelyingParty, store: &S, request: Request<'_>) -> Answer<S>
where
    S: CeremonyStore + PasskeyStore,
{
    let Request { path, body, session, user, now, random } = request;
    let session = SessionBinding::of(session);
    let challenge = Challenge::from(random);
    match (path, user) {
        ("/sign-in/begin", _) => {
            let begin = SignIn::begin(rp, SignInRequest::Discoverable, session, challenge, now);
            Ok(Response::new(200, store::run(store, begin)?.to_json()))
        }
        ("/sign-in/finish", _) => {
            let finish = SignIn::finish(rp, Posted::from_json(session, body)?, now);
            let signed_in = store::run(store, finish)?;
            if !signed_in.is_complete() {
                return Ok(Response::new(403, json!("another factor is needed").to_string()));
            }
            let response = Response::new(200, Value::Null.to_string());
            Ok(Response { signed_in: Some(signed_in.user), ..response })
        }
        ("/create/begin", Some(user)) => {
            let options = BeginOptions::new(session);
            let begin = CreatePasskey::begin(rp, user, options, challenge, now);
            Ok(Response::new(200, store::run(store, begin)?.to_json()))
        }
        ("/create/finish", Some(user)) => {
            let posted = Posted::from_json(session, body)?;
            let created = store::run(store, CreatePasskey::finish(rp, user.handle(), posted, now))?;
            Ok(Response::new(200, json!(created.passkey.summary()).to_string()))
        }
        ("/passkeys", Some(user)) => {
            let listed = store::run(store, ListPasskeys::begin(rp, user.handle()))?;
            let listed = listed.passkeys.iter().map(|passkey| json!(passkey.summary()));
            Ok(Response::new(200, listed.collect::<Value>().to_string()))
        }
        ("/create/begin" | "/create/finish" | "/passkeys", None) => {
            Ok(Response::new(401, json!("please sign in first").to_string()))
        }
        _ => Ok(Response::new(404, json!("not found").to_string())),
    }
}
