//! A host with sessions and accounts in memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use relying_party::{SignedInUser, Timestamp, UserHandle, VerificationProof, flow::Task};
use relying_party_http::{Answer, Host, Named, Session, SignedInBy, Update};

#[derive(Clone, Debug, Default)]
pub struct TestHost(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sessions: HashMap<String, Record>,
    accounts: HashMap<String, SignedInUser>,
    made: usize,
    fails: bool,
    fails_to_begin: bool,
    may_pass: bool,
}

/// What a session holds.
#[derive(Clone, Debug, Default)]
struct Record {
    user: Option<SignedInUser>,
    first_factor: Option<UserHandle>,
    proof: Option<VerificationProof>,
    by_host: Option<Timestamp>,
}

#[derive(Debug, thiserror::Error)]
#[error("the sessions are gone: secret detail")]
pub struct Broken {
    may_pass: bool,
}

impl TestHost {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Every method fails from now on, or works again.
    pub fn fail(&self, fails: bool) {
        self.state().fails = fails;
    }

    /// No session begins from now on.
    pub fn fail_to_begin(&self) {
        self.state().fails_to_begin = true;
    }

    /// Failures from now on may pass.
    pub fn may_pass(&self) {
        self.state().may_pass = true;
    }

    /// The account of this name, created if it is missing.
    pub fn account(&self, name: &str) -> SignedInUser {
        let new = || {
            let handle = UserHandle::generate().unwrap();
            SignedInUser::new(handle, format!("{name}@example.com"), name)
        };
        self.state().accounts.entry(name.to_owned()).or_insert_with(new).clone()
    }

    /// A session in which the user is signed in by other means. Returns the cookie.
    pub fn sign_in(&self, user: SignedInUser) -> String {
        self.state().begin(Record { user: Some(user), ..Record::default() })
    }

    /// A session in which the user has typed a password.
    pub fn first_factor(&self, user: &SignedInUser) -> String {
        let first_factor = Some(user.handle());
        self.state().begin(Record { first_factor, ..Record::default() })
    }

    /// Remembers that the host has verified the user of a session.
    pub fn verify(&self, cookie: &str, at: Timestamp) {
        self.state().sessions.get_mut(cookie.trim_start_matches("session=")).unwrap().by_host =
            Some(at);
    }

    pub fn session_count(&self) -> usize {
        self.state().sessions.len()
    }

    /// Whose passkey was accepted as a first factor in a session.
    pub fn shown_first_factor(&self, cookie: &str) -> Option<UserHandle> {
        self.state().sessions[cookie.trim_start_matches("session=")].first_factor
    }
}

impl State {
    fn begin(&mut self, record: Record) -> String {
        self.made += 1;
        let id = format!("id-{}", self.made);
        self.sessions.insert(id.clone(), record);
        format!("session={id}")
    }

    fn check(&self) -> Result<(), Broken> {
        if self.fails { Err(Broken { may_pass: self.may_pass }) } else { Ok(()) }
    }
}

fn id(headers: &HeaderMap) -> Option<String> {
    let cookie = headers.get(header::COOKIE)?.to_str().ok()?;
    Some(cookie.strip_prefix("session=")?.to_owned())
}

fn set(cookie: &str) -> HeaderValue {
    HeaderValue::try_from(format!("{cookie}; Path=/; HttpOnly; SameSite=Lax; Secure")).unwrap()
}

impl Host for TestHost {
    type Error = Broken;

    fn is_temporary(error: &Broken) -> bool {
        error.may_pass
    }

    async fn session(&self, request: &Parts) -> Result<Session, Broken> {
        let mut state = self.state();
        state.check()?;
        let known =
            id(&request.headers).and_then(|id| Some((state.sessions.get(&id)?.clone(), id)));
        if let Some((Record { user, first_factor, proof, by_host }, id)) = known {
            // As a host does whose sessions last as long as they are used.
            let cookie = set(&format!("session={id}"));
            let session = Session::new(id)
                .header(header::SET_COOKIE, cookie)
                .signed_in(user)
                .after_first_factor(first_factor)
                .verified(proof);
            return Ok(match by_host {
                Some(at) => session.verified_by_host(at),
                None => session,
            });
        }
        let cookie = state.begin(Record::default());
        let session = Session::new(cookie.trim_start_matches("session="));
        Ok(session.header(header::SET_COOKIE, set(&cookie)))
    }

    async fn begin_session(&self, request: &Parts, by: SignedInBy<'_>) -> Result<Answer, Broken> {
        let mut state = self.state();
        state.check()?;
        if state.fails_to_begin {
            return Err(Broken { may_pass: state.may_pass });
        }
        if let Some(old) = id(&request.headers) {
            state.sessions.remove(&old);
        }
        if let SignedInBy::SignUp(signed_up) = by {
            let new = &signed_up.user;
            let user = SignedInUser::new(new.handle(), new.name(), new.display_name());
            state.accounts.insert(new.name().to_owned(), user);
        }
        let user = state.accounts.values().find(|user| user.handle() == by.user()).cloned();
        let cookie = state.begin(Record { user, proof: by.proof().cloned(), ..Record::default() });
        let task = Some(Task("accept-terms".to_owned()));
        Ok(Answer::new().header(header::SET_COOKIE, set(&cookie)).task(task))
    }

    async fn update_session(&self, request: &Parts, update: Update<'_>) -> Result<Answer, Broken> {
        let mut state = self.state();
        state.check()?;
        let id = id(&request.headers).ok_or(Broken { may_pass: false })?;
        let record = state.sessions.get_mut(&id).ok_or(Broken { may_pass: false })?;
        match update {
            Update::Reverified(signed_in) => record.proof.clone_from(&signed_in.proof),
            Update::FirstFactor(signed_in) => record.first_factor = Some(signed_in.user),
            _ => return Err(Broken { may_pass: false }),
        }
        let updated = (HeaderName::from_static("x-session"), HeaderValue::from_static("updated"));
        Ok(HeaderMap::from_iter([updated]).into())
    }

    async fn end_session(&self, _: &Parts, user: UserHandle) -> Result<Answer, Broken> {
        let mut state = self.state();
        state.check()?;
        state.accounts.retain(|_, account| account.handle() != user);
        let belongs = |record: &Record| record.user.as_ref().is_some_and(|it| it.handle() == user);
        state.sessions.retain(|_, record| !belongs(record));
        Ok(Answer::new().header(header::SET_COOKIE, set("session=gone")))
    }

    async fn find_account(&self, identifier: &str) -> Result<Named, Broken> {
        let state = self.state();
        state.check()?;
        let spelling = identifier.trim().to_lowercase();
        let user = state.accounts.get(&spelling).map(SignedInUser::handle);
        Ok(Named::new(spelling, user))
    }
}
