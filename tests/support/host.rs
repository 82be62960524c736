//! A small host: a relying party, a store and a clock, for the tests of flows.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::convert::Infallible;

use relying_party::{
    CeremonyId, Challenge, CreatePasskey, Error, ListPasskeys, NewUser, Passkey, Posted,
    RelyingParty, SessionBinding, SignIn, SignInRequest, SignUp, SignedInUser, Step, Timestamp,
    UserHandle,
    flow::{CreationStart, FinishSignIn, SignInStart, SignedIn, SignedUp},
    store::{self, MemoryStore, RunError},
    test_authenticator::TestAuthenticator,
};

pub(crate) const ORIGIN: &str = "https://example.com";

/// The present, by default.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

pub(crate) struct Host {
    pub(crate) rp: RelyingParty,
    pub(crate) store: MemoryStore,
    next_challenge: std::cell::Cell<u8>,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::with(RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap())
    }

    pub(crate) fn with(rp: RelyingParty) -> Self {
        Self { rp, store: MemoryStore::new(), next_challenge: std::cell::Cell::new(1) }
    }

    /// The same store, after the settings have changed.
    pub(crate) fn under(self, rp: RelyingParty) -> Self {
        Self { rp, ..self }
    }

    /// A different challenge every time.
    pub(crate) fn challenge(&self) -> Challenge {
        let number = self.next_challenge.get();
        self.next_challenge.set(number + 1);
        Challenge::from([number; 32])
    }

    pub(crate) fn begin_create(&self, user: &SignedInUser) -> Result<CreationStart, Error> {
        flow(store::run(
            &self.store,
            CreatePasskey::begin(&self.rp, user, session(), self.challenge(), NOW),
        ))
    }

    pub(crate) fn finish_create(
        &self,
        user: &SignedInUser,
        start: &CreationStart,
        response: impl AsRef<[u8]>,
    ) -> Result<Passkey, Error> {
        let finish = CreatePasskey::finish(
            &self.rp,
            user.handle(),
            posted(start.ceremony_id, response.as_ref()),
            NOW,
        );
        flow(store::run(&self.store, finish)).map(|created| created.passkey)
    }

    /// A complete creation.
    pub(crate) fn create(
        &self,
        user: &SignedInUser,
        authenticator: &mut TestAuthenticator,
    ) -> Result<Passkey, Error> {
        let start = self.begin_create(user)?;
        let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
        self.finish_create(user, &start, &response)
    }

    pub(crate) fn begin_sign_up(&self, user: &NewUser) -> Result<CreationStart, Error> {
        let begin = SignUp::begin(&self.rp, user, session(), self.challenge(), NOW);
        flow(store::run(&self.store, begin))
    }

    pub(crate) fn finish_sign_up(
        &self,
        start: &CreationStart,
        response: impl AsRef<[u8]>,
    ) -> Result<SignedUp, Error> {
        let finish = SignUp::finish(&self.rp, posted(start.ceremony_id, response.as_ref()), NOW);
        flow(store::run(&self.store, finish))
    }

    /// A complete sign-up.
    pub(crate) fn sign_up(
        &self,
        user: &NewUser,
        authenticator: &mut TestAuthenticator,
    ) -> Result<SignedUp, Error> {
        let start = self.begin_sign_up(user)?;
        let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
        self.finish_sign_up(&start, &response)
    }

    pub(crate) fn try_begin_sign_in(&self, request: SignInRequest) -> Result<SignInStart, Error> {
        flow(store::run(
            &self.store,
            SignIn::begin(&self.rp, request, session(), self.challenge(), NOW),
        ))
    }

    pub(crate) fn begin_sign_in(&self, request: SignInRequest) -> SignInStart {
        self.try_begin_sign_in(request).unwrap()
    }

    /// Finishes what was begun, in the session of the same user.
    pub(crate) fn finish_for(
        &self,
        request: SignInRequest,
        start: &SignInStart,
        response: impl AsRef<[u8]>,
    ) -> Result<SignedIn, Error> {
        let finish = finish_for(&self.rp, request, start.ceremony_id, response.as_ref());
        flow(store::run(&self.store, finish))
    }

    pub(crate) fn finish_sign_in(
        &self,
        start: &SignInStart,
        response: impl AsRef<[u8]>,
    ) -> Result<SignedIn, Error> {
        let finish = SignIn::finish(&self.rp, posted(start.ceremony_id, response.as_ref()), NOW);
        flow(store::run(&self.store, finish))
    }

    /// A complete sign-in.
    pub(crate) fn sign_in(
        &self,
        request: SignInRequest,
        authenticator: &mut TestAuthenticator,
    ) -> Result<SignedIn, Error> {
        let start = self.begin_sign_in(request);
        let response = authenticator.get(&start.public_key, ORIGIN).unwrap();
        self.finish_for(request, &start, &response)
    }

    pub(crate) fn passkeys(&self, user: &SignedInUser) -> Vec<Passkey> {
        flow(store::run(&self.store, ListPasskeys::begin(&self.rp, user.handle())))
            .unwrap()
            .passkeys
    }
}

/// The memory store does not fail.
pub(crate) fn flow<T>(result: Result<T, RunError<Infallible>>) -> Result<T, Error> {
    result.map_err(|error| match error {
        RunError::Flow(error) => error,
        RunError::CeremonyStore(never) | RunError::PasskeyStore(never) => match never {},
    })
}

/// Finishes what was begun, in the session of the same user.
pub(crate) fn finish_for<'a>(
    rp: &'a RelyingParty,
    request: SignInRequest,
    ceremony: CeremonyId,
    response: &'a [u8],
) -> Result<Step<FinishSignIn<'a>>, Error> {
    match request {
        SignInRequest::SecondFactor(user) => {
            SignIn::finish_second_factor(rp, user, posted(ceremony, response), NOW)
        }
        SignInRequest::Reverify(user) => {
            SignIn::finish_reverification(rp, user, posted(ceremony, response), NOW)
        }
        _ => SignIn::finish(rp, posted(ceremony, response), NOW),
    }
}

/// The default session of the tests.
pub(crate) fn session() -> SessionBinding {
    SessionBinding::of("the session of a browser")
}

/// What the browser posts in that session.
pub(crate) fn posted<R: AsRef<[u8]> + ?Sized>(ceremony: CeremonyId, response: &R) -> Posted<'_> {
    Posted { session: session(), ceremony, response: response.as_ref() }
}

/// All purposes of a sign-in by that user.
pub(crate) fn purposes(name: &str) -> [SignInRequest; 5] {
    let user = handle(name);
    [
        SignInRequest::Discoverable,
        SignInRequest::Autofill,
        SignInRequest::for_account(user),
        SignInRequest::SecondFactor(user),
        SignInRequest::Reverify(user),
    ]
}

pub(crate) fn user(name: &str) -> SignedInUser {
    SignedInUser::new(handle(name), format!("{name}@example.com"), name)
}

/// A user with this handle who signs up under this name.
pub(crate) fn new_user(handle_of: &str, name: &str) -> NewUser {
    NewUser::new(handle(handle_of), name, handle_of)
}

pub(crate) fn handle(name: &str) -> UserHandle {
    UserHandle::try_from(name.as_bytes()).unwrap()
}

pub(crate) fn authenticator(seed: &str) -> TestAuthenticator {
    TestAuthenticator::new(seed)
}
