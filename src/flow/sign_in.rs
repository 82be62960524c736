//! Signing in with a passkey: begin, the browser's `navigator.credentials.get()`, finish.

use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};
use core::{fmt, hint};

use super::{BeginOptions, Effect, Flow, Owner, Recorded, Reply, Step, Task, taken};
use crate::{
    bytes::{CeremonyId, Challenge, CredentialId, UserHandle},
    ceremony::{
        AuthenticationExpectation, Ceremony, CeremonyError, CeremonyKind, CeremonyStart,
        CredentialRecord, VerifiedAuthentication, verify_authentication,
    },
    decoys::{self, Decoy, Identifier, Whom},
    error::Error,
    extensions::{AuthenticationInputs, AuthenticationOutputs},
    json::{AuthenticationResponse, Mediation, RequestOptions, UnknownCredential},
    limits::RECORD_USE_ATTEMPTS,
    passkey::Passkey,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// The sign-in flow, in two steps.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{Challenge, RelyingParty, SignIn, SignInRequest, Timestamp};
/// use relying_party::store::{self, MemoryStore};
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let store = MemoryStore::new();
/// let now = Timestamp::from_unix_millis(1_700_000_000_000);
///
/// // When the sign-in form loads: options for the autofill of its user name field.
/// let begin = SignIn::begin(&rp, SignInRequest::Autofill, Challenge::from([1; 32]), now);
/// let start = store::run(&store, begin).unwrap();
/// assert_eq!(serde_json::to_string(&start.mediation).unwrap(), "\"conditional\"");
///
/// // What the browser posts comes in with the ceremony's id from the cookie.
/// let finish = SignIn::finish(&rp, start.ceremony_id, b"not a response", now);
/// assert!(store::run(&store, finish).is_err());
/// # }
/// ```
#[derive(Debug)]
pub struct SignIn;

/// Who is to sign in, and how the browser is to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignInRequest {
    /// Somebody pressed "Sign in with a passkey": whoever has a discoverable passkey.
    Discoverable,
    /// A sign-in form was loaded: the same, offered in the autofill of its user name field.
    Autofill,
    /// A user was named first: only that account's passkeys count.
    Named(UserHandle),
    /// A user was named first by somebody who is not to learn whether there is such a user: see
    /// [`named`](Self::named). Its ceremony is one of [`Named`](Self::Named).
    Typed {
        /// What was typed.
        identifier: Identifier,
        /// The account of that name, if there is one.
        user: Option<UserHandle>,
    },
}

impl SignInRequest {
    /// The account, if it is known beforehand.
    const fn user(&self) -> Option<UserHandle> {
        match self {
            Self::Discoverable | Self::Autofill => None,
            Self::Named(user) => Some(*user),
            Self::Typed { user, .. } => *user,
        }
    }
}

impl SignIn {
    /// Begins: the options for the browser, and a ceremony that is remembered.
    ///
    /// Effects: [`PasskeysOf`](Effect::PasskeysOf) if a user is named, [`PutCeremony`](Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// None.
    pub fn begin(
        rp: &RelyingParty,
        request: SignInRequest,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginSignIn<'_>>, Error> {
        Self::begin_with(rp, request, challenge, now, BeginOptions::new())
    }

    /// Begins as [`begin`](Self::begin) does, in a page of `origin` (the request's `Origin` header): only a response
    /// from that very origin finishes it, even if the policy accepts others.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`] if the policy does not accept the origin.
    pub fn begin_at<'a>(
        rp: &'a RelyingParty,
        origin: &str,
        request: SignInRequest,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginSignIn<'a>>, Error> {
        Self::begin_with(rp, request, challenge, now, BeginOptions::new().origin(origin))
    }

    /// Begins as [`begin`](Self::begin) does, with what this ceremony alone is to have.
    ///
    /// # Errors
    ///
    /// As [`begin_at`](Self::begin_at) if there is an origin, and [`Error::Extensions`] for inputs that a client would
    /// refuse: at once, or when the named user's passkeys are known.
    pub fn begin_with<'a>(
        rp: &'a RelyingParty,
        request: SignInRequest,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, AuthenticationInputs>,
    ) -> Result<Step<BeginSignIn<'a>>, Error> {
        let bind = |origin| rp.origins().bind_to_origin(origin);
        let origin = options.origin.map(bind).transpose();
        let origin = origin.map_err(|error| Error::Authentication(error.into()))?;
        let extensions = options.extensions.unwrap_or_default();
        let state = Begin::List;
        let (request, whom) = (request.resolved(&challenge), Whom::of(request));
        BeginSignIn { rp, request, whom, challenge, now, origin, extensions, state }.start()
    }

    /// Finishes: verifies what the browser posted, and records the use.
    ///
    /// `response` is the JSON of `PublicKeyCredential.toJSON()`.
    ///
    /// Effects: [`TakeCeremony`](Effect::TakeCeremony) before anything is looked at, [`Passkey`](Effect::Passkey),
    /// [`RecordUse`](Effect::RecordUse), both again if another sign-in has come between, and
    /// [`PendingTasks`](Effect::PendingTasks).
    ///
    /// # Errors
    ///
    /// None at once; later [`Error::CeremonyNotFound`], [`Error::CeremonyExpired`], [`Error::CeremonyMismatch`],
    /// [`Error::UnknownCredential`], [`Error::Authentication`], [`Error::Conflict`].
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        let flow = FinishSignIn { rp, ceremony, response, now, state: Finish::Take };
        Ok(Step::Effect(flow, Effect::TakeCeremony(ceremony)))
    }
}

/// What a sign-in begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInStart {
    /// Names the ceremony; to be kept with the browser session, in a cookie.
    pub ceremony_id: CeremonyId,
    /// The options for the browser.
    pub public_key: RequestOptions,
    /// The mediation to ask for beside the options, if any.
    pub mediation: Option<Mediation>,
    /// The first instant at which the ceremony no longer counts.
    pub expires_at: Timestamp,
}

/// A sign-in that begins.
#[derive(Debug)]
pub struct BeginSignIn<'a> {
    rp: &'a RelyingParty,
    request: SignInRequest,
    whom: Option<Whom>,
    challenge: Challenge,
    now: Timestamp,
    origin: Option<String>,
    extensions: AuthenticationInputs,
    state: Begin,
}

#[derive(Debug)]
enum Begin {
    List,
    Put(Box<SignInStart>),
}

impl Flow for BeginSignIn<'_> {
    type Output = SignInStart;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match (&self.state, reply) {
            (Begin::List, Reply::Passkeys(passkeys)) => self.put(&passkeys),
            (Begin::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Begin::Put(start), Reply::Stored) => Ok(Step::Done(SignInStart::clone(start))),
            (Begin::Put(_), _) => Err(Error::UnexpectedReply("PutCeremony")),
        }
    }
}

impl BeginSignIn<'_> {
    fn start(self) -> Result<Step<Self>, Error> {
        match self.request.user() {
            None => self.put(&[]),
            Some(user) => {
                let owner = Owner { rp_id: self.rp.rp_id().to_string(), user };
                Ok(Step::Effect(self, Effect::PasskeysOf(owner)))
            }
        }
    }

    fn put(mut self, passkeys: &[Passkey]) -> Result<Step<Self>, Error> {
        let rp = self.rp;
        let descriptors = decoys::allow_list(rp, self.whom, passkeys);
        let allowed = descriptors.iter().map(|descriptor| descriptor.id.clone());
        let allow_credentials = allowed.collect::<Vec<_>>();
        self.extensions.check(&allow_credentials)?;
        let user = self.request.user();
        let start = CeremonyStart {
            challenge: self.challenge,
            rp_id: rp.rp_id().to_string(),
            origin: self.origin.clone(),
            user_verification: rp.user_verification(),
            extensions: self.extensions.requested().clone(),
            now: self.now,
            lifetime: rp.ceremony_lifetime(),
        };
        let kind = CeremonyKind::SignIn { user, allow_credentials };
        let ceremony = Ceremony::new(start, kind);
        self.state = Begin::Put(Box::new(SignInStart {
            ceremony_id: ceremony.id(),
            public_key: RequestOptions {
                challenge: self.challenge,
                timeout: rp.ceremony_lifetime(),
                rp_id: rp.rp_id().to_string(),
                allow_credentials: descriptors,
                user_verification: rp.user_verification(),
                hints: rp.hints().to_vec(),
                extensions: self.extensions.clone(),
            },
            mediation: (self.request == SignInRequest::Autofill).then_some(Mediation::Conditional),
            expires_at: ceremony.expires_at(),
        }));
        Ok(Step::Effect(self, Effect::PutCeremony(Box::new(ceremony))))
    }
}

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedIn {
    /// The account.
    pub user: UserHandle,
    /// The passkey, as it is after its use was recorded.
    pub passkey: Passkey,
    /// Whether user verification counts: the authenticator verified the user, and had done so before.
    pub user_verified: bool,
    /// Whether the signature counter did not grow; only if the relying party accepts that.
    pub counter_regressed: bool,
    /// Whether the passkey's backup state changed with this use.
    pub backup_state_changed: bool,
    /// What the account has to do before its session is of use.
    pub task: Option<Task>,
    /// What came of the extensions. Secrets that were derived are here and nowhere else.
    pub extensions: AuthenticationOutputs,
}

/// A sign-in that finishes.
pub struct FinishSignIn<'a> {
    rp: &'a RelyingParty,
    ceremony: CeremonyId,
    response: &'a [u8],
    now: Timestamp,
    state: Finish<'a>,
}

#[derive(Debug)]
enum Finish<'a> {
    Take,
    Find(Attempt<'a>),
    Record(Attempt<'a>, Box<Passkey>, Box<VerifiedAuthentication>),
    Tasks(Box<SignedIn>),
}

/// The response, with the ceremony that was taken for it.
#[derive(Debug)]
struct Attempt<'a> {
    ceremony: Box<Ceremony>,
    response: Box<AuthenticationResponse<'a>>,
    credential_id: CredentialId,
    left: u8,
}

/// Does not show the response: extension outputs in it may be secrets.
impl fmt::Debug for FinishSignIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishSignIn").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<'a> Flow for FinishSignIn<'a> {
    type Output = SignedIn;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { rp, ceremony, response, now, state } = self;
        let next = |state| Self { rp, ceremony, response, now, state };
        let find = |attempt: Attempt<'a>| {
            let credential_id = attempt.credential_id.clone();
            let effect = Effect::Passkey { rp_id: rp.rp_id().to_string(), credential_id };
            Ok(Step::Effect(next(Finish::Find(attempt)), effect))
        };
        match (state, reply) {
            (Finish::Take, Reply::Ceremony(taken)) => {
                let taken = taken::check(taken, ceremony, rp, now)?;
                find(Attempt::new(taken, response)?)
            }
            (Finish::Find(attempt), Reply::Passkey(found)) => {
                let decoy = decoys::recognise(rp, &attempt.credential_id);
                let passkey = found.ok_or_else(|| match decoy {
                    Some(decoy) => attempt.refuse(rp, decoy),
                    None => attempt.unknown(rp),
                })?;
                let verified = Box::new(attempt.verify(rp, &passkey)?);
                let effect = Effect::RecordUse {
                    id: passkey.id,
                    expected: passkey.state,
                    state: verified.state(),
                    at: now,
                };
                Ok(Step::Effect(next(Finish::Record(attempt, passkey, verified)), effect))
            }
            (Finish::Record(attempt, passkey, verified), Reply::Recorded(recorded)) => {
                match recorded {
                    Recorded::Updated => {
                        let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
                        let signed_in = signed_in(*passkey, *verified, now);
                        let state = Finish::Tasks(Box::new(signed_in));
                        Ok(Step::Effect(next(state), Effect::PendingTasks(owner)))
                    }
                    // Judge again by what the other sign-in has left, the counter above all.
                    Recorded::Conflict => find(attempt.again()?),
                    Recorded::NotFound => Err(attempt.unknown(rp)),
                }
            }
            (Finish::Tasks(mut signed_in), Reply::Tasks(tasks)) => {
                signed_in.task = tasks.into_iter().next();
                Ok(Step::Done(*signed_in))
            }
            (Finish::Take, _) => Err(Error::UnexpectedReply("TakeCeremony")),
            (Finish::Find(_), _) => Err(Error::UnexpectedReply("Passkey")),
            (Finish::Record(..), _) => Err(Error::UnexpectedReply("RecordUse")),
            (Finish::Tasks(_), _) => Err(Error::UnexpectedReply("PendingTasks")),
        }
    }
}

impl<'a> Attempt<'a> {
    fn new(ceremony: Box<Ceremony>, response: &'a [u8]) -> Result<Self, Error> {
        let CeremonyKind::SignIn { .. } = ceremony.kind() else {
            return Err(Error::CeremonyMismatch("something else than a sign-in"));
        };
        let response =
            AuthenticationResponse::parse(response).map_err(Error::malformed_authentication)?;
        let claimed = response.credential_id().map_err(Error::malformed_authentication)?;
        // What cannot be a credential id is nobody's.
        let credential_id =
            claimed.ok_or(Error::Authentication(CeremonyError::CredentialNotAllowed))?;
        let response = Box::new(response);
        Ok(Self { ceremony, response, credential_id, left: RECORD_USE_ATTEMPTS })
    }

    fn again(mut self) -> Result<Self, Error> {
        self.left = self.left.checked_sub(1).filter(|left| *left > 0).ok_or(Error::Conflict)?;
        Ok(self)
    }

    fn unknown(&self, rp: &RelyingParty) -> Error {
        Error::UnknownCredential(UnknownCredential {
            rp_id: rp.rp_id().to_string(),
            credential_id: self.credential_id.clone(),
        })
    }

    /// Verifies the response with a key that nobody has, as it would be with a real one, and refuses it in any case.
    fn refuse(&self, rp: &RelyingParty, decoy: Decoy) -> Error {
        let CeremonyKind::SignIn { user, .. } = self.ceremony.kind() else {
            return Error::CeremonyMismatch("something else than a sign-in");
        };
        let user = user.unwrap_or_else(|| decoys::nobody(self.ceremony.challenge()));
        let _ = hint::black_box(self.judge(rp, &decoy.record(&self.credential_id, &user)));
        Error::Authentication(CeremonyError::Decoy)
    }

    /// Verifies the response with a passkey.
    fn verify(
        &self,
        rp: &RelyingParty,
        passkey: &Passkey,
    ) -> Result<VerifiedAuthentication, Error> {
        if passkey.rp_id != rp.rp_id().as_str() {
            return Err(Error::Inconsistent("a passkey of another relying party"));
        }
        self.judge(rp, &CredentialRecord::from(passkey))
    }

    /// Verifies the response against what the ceremony demanded when it began.
    fn judge(
        &self,
        rp: &RelyingParty,
        record: &CredentialRecord<'_>,
    ) -> Result<VerifiedAuthentication, Error> {
        let CeremonyKind::SignIn { user, allow_credentials } = self.ceremony.kind() else {
            return Err(Error::CeremonyMismatch("something else than a sign-in"));
        };
        let expected = AuthenticationExpectation {
            rp_id: rp.rp_id(),
            origins: rp.origins(),
            bound_origin: self.ceremony.origin(),
            challenge: self.ceremony.challenge().as_bytes(),
            user_verification: self.ceremony.user_verification(),
            allow_credentials,
            user: user.as_ref().map(UserHandle::as_bytes),
            counter_rule: rp.counter_rule(),
            extensions: self.ceremony.extensions(),
            verifier: rp.verifier(),
        };
        verify_authentication(&self.response, &expected, record).map_err(Error::Authentication)
    }
}

fn signed_in(mut passkey: Passkey, verified: VerifiedAuthentication, now: Timestamp) -> SignedIn {
    passkey.state = verified.state();
    passkey.last_used_at = Some(now);
    SignedIn {
        user: passkey.user,
        passkey,
        user_verified: verified.user_verified(),
        counter_regressed: verified.counter_regressed(),
        backup_state_changed: verified.backup_state_changed(),
        task: None,
        extensions: verified.into_extensions(),
    }
}
