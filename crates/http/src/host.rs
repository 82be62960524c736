//! What the host knows and decides: sessions and accounts.

use std::{error::Error, future::Future};

use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use relying_party::{
    SessionBinding, SignedInUser, StepUp, Timestamp, UserHandle, VerificationProof,
    flow::{SignedIn, SignedUp, Task},
};

/// Your service's side: its sessions and its accounts. Two methods are required.
///
/// | Method | Purpose | Without it |
/// |---|---|---|
/// | [`session`](Self::session) | which browser session sent the request, and who is signed in | required |
/// | [`begin_session`](Self::begin_session) | how a user who is fully authenticated gets a session | required |
/// | [`update_session`](Self::update_session) | where proofs and first factors are kept | nothing is kept |
/// | [`end_session`](Self::end_session) | what happens after an account was erased | nothing happens |
/// | [`find_account`](Self::find_account) | which account an identifier names | no account is found |
///
/// If any of them fails, the response is `500 Internal Server Error`, or `503 Service Unavailable` if the error [is
/// temporary](Self::is_temporary). You receive the error through [`Endpoints::observe`](crate::Endpoints::observe) or
/// `tracing`. The browser learns nothing about it.
///
/// ```
/// use std::{collections::HashMap, convert::Infallible, sync::Mutex};
/// use http::{HeaderValue, header, request::Parts};
/// use relying_party::SignedInUser;
/// use relying_party_http::{Answer, Host, Session, SignedInBy};
///
/// /// Sessions in memory, by the value of a cookie.
/// #[derive(Default)]
/// struct Sessions(Mutex<HashMap<String, Option<SignedInUser>>>);
///
/// # impl Sessions {
/// #     fn new_id() -> String { relying_party::Challenge::generate().unwrap().to_string() }
/// #     fn account(&self, _: relying_party::UserHandle) -> SignedInUser { unimplemented!() }
/// # }
/// fn id(request: &Parts) -> Option<&str> {
///     request.headers.get(header::COOKIE)?.to_str().ok()?.strip_prefix("session=")
/// }
///
/// fn cookie(id: &str) -> HeaderValue {
///     let cookie = format!("session={id}; Path=/; HttpOnly; SameSite=Lax; Secure");
///     HeaderValue::try_from(cookie).expect("an ID has no control characters")
/// }
///
/// impl Host for Sessions {
///     type Error = Infallible;
///
///     async fn session(&self, request: &Parts) -> Result<Session, Infallible> {
///         let mut sessions = self.0.lock().unwrap();
///         if let Some((id, user)) = id(request).and_then(|id| Some((id, sessions.get(id)?))) {
///             return Ok(Session::new(id).signed_in(user.clone()));
///         }
///         // No one is signed in, but ceremonies must belong to a session.
///         let id = Self::new_id();
///         let session = Session::new(&id).header(header::SET_COOKIE, cookie(&id));
///         sessions.insert(id, None);
///         Ok(session)
///     }
///
///     async fn begin_session(&self, request: &Parts, by: SignedInBy<'_>) -> Result<Answer, Infallible> {
///         let mut sessions = self.0.lock().unwrap();
///         // A new identifier, so an attacker cannot use one planted in the browser before. The old session stays,
///         // with no one signed in: a request in progress must not replace the new cookie.
///         if let Some(old) = id(request) {
///             sessions.insert(old.to_owned(), None);
///         }
///         let id = Self::new_id();
///         let answer = Answer::new().header(header::SET_COOKIE, cookie(&id));
///         sessions.insert(id, Some(self.account(by.user())));
///         Ok(answer)
///     }
/// }
/// ```
pub trait Host: Send + Sync + 'static {
    /// The error of your sessions and accounts: any error, or `Box<dyn Error + Send + Sync>`.
    type Error: Into<Box<dyn Error + Send + Sync>> + Send;

    /// Returns whether an error may go away by itself, for example because your database is unavailable for a moment.
    /// The response is then `503 Service Unavailable`, which tells clients to try again. The default is `false`.
    fn is_temporary(error: &Self::Error) -> bool {
        let _ = error;
        false
    }

    /// Returns the session of the browser that sent the request, after checking its cookie.
    ///
    /// A browser without a session gets a new one in which no one is signed in: a random identifier, in a cookie that
    /// you add with [`Session::header`]. Ceremonies are bound to it, so that no one can sign this browser in to another
    /// account. Called once per request, except for requests for settings and files.
    fn session(&self, request: &Parts)
    -> impl Future<Output = Result<Session, Self::Error>> + Send;

    /// Starts a session for a user who is fully authenticated, in place of the browser's current one.
    ///
    /// **Give it a new identifier**, in a cookie that you add with [`Answer::header`]. Otherwise an attacker who
    /// planted the old one is signed in too. Keep the old session for a while, with no one signed in: otherwise a
    /// request in progress would get another new session, whose cookie would replace this one.
    ///
    /// The headers of [`Session`] are not sent with this response. Keep [`SignedInBy::proof`] in the new session if
    /// your settings require a recent verification.
    fn begin_session(
        &self,
        request: &Parts,
        by: SignedInBy<'_>,
    ) -> impl Future<Output = Result<Answer, Self::Error>> + Send;

    /// Keeps something in the browser's current session: see [`Update`]. Return it in the next [`Session`].
    ///
    /// Without this method nothing is kept. Implement it if your settings require a second factor, or a recent
    /// verification before sensitive actions: otherwise those actions are refused again after the verification.
    fn update_session(
        &self,
        request: &Parts,
        update: Update<'_>,
    ) -> impl Future<Output = Result<Answer, Self::Error>> + Send {
        let _ = (request, update);
        async { Ok(Answer::new()) }
    }

    /// Ends the session and all others of this user, whose passkeys and ceremonies have just been erased. Also erase
    /// everything else that you keep about the account.
    ///
    /// If this fails, the account still exists, without passkeys. The browser is told to try again.
    fn end_session(
        &self,
        request: &Parts,
        user: UserHandle,
    ) -> impl Future<Output = Result<Answer, Self::Error>> + Send {
        let _ = (request, user);
        async { Ok(Answer::new()) }
    }

    /// Finds the account that a visitor named, to sign in or to sign up. Take the same time whether it exists or not.
    ///
    /// By default no account is found, so sign-in by name always fails, and your store decides whether the name of a
    /// new account is free.
    fn find_account(
        &self,
        identifier: &str,
    ) -> impl Future<Output = Result<Named, Self::Error>> + Send {
        let named = Named::new(identifier, None);
        async { Ok(named) }
    }
}

/// The browser session in which a request arrived, as [`Host::session`] returns it.
///
/// ```
/// use relying_party::{SignedInUser, UserHandle};
/// use relying_party_http::Session;
/// # fn user_of(_: &str) -> Option<SignedInUser> { None }
/// let id = "value of the session cookie";
/// let session = Session::new(id).signed_in(user_of(id));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Session {
    pub(crate) binding: SessionBinding,
    pub(crate) user: Option<SignedInUser>,
    pub(crate) first_factor: Option<UserHandle>,
    pub(crate) headers: HeaderMap,
    verified: Option<Verified>,
}

/// How the user was last verified.
#[derive(Clone, Debug)]
enum Verified {
    Passkey(VerificationProof),
    ByHost(Timestamp),
}

impl Session {
    /// Creates the session with this identifier, usually the value of the session cookie. Only the browser and your
    /// server may know it. Only its hash is stored.
    pub fn new(identifier: impl AsRef<[u8]>) -> Self {
        Self::bound(SessionBinding::of(identifier))
    }

    /// Creates a session with your own binding. See [`SessionBinding`] for the requirements.
    pub fn bound(binding: SessionBinding) -> Self {
        Self { binding, user: None, first_factor: None, headers: HeaderMap::new(), verified: None }
    }

    /// Sets the fully authenticated user, or `None` if no one is signed in.
    pub fn signed_in(mut self, user: impl Into<Option<SignedInUser>>) -> Self {
        self.user = user.into();
        self
    }

    /// Sets the user who has shown a first factor **other than a passkey** (a password, a code), which you have
    /// checked, but is not signed in yet. The user's passkey is then the second factor.
    pub fn after_first_factor(mut self, user: impl Into<Option<UserHandle>>) -> Self {
        self.first_factor = user.into();
        self
    }

    /// Sets the proof that you [kept](Update::Reverified), or that came with a sign-in ([`SignedInBy::proof`]).
    pub fn verified(mut self, proof: impl Into<Option<VerificationProof>>) -> Self {
        if let Some(proof) = proof.into() {
            self.verified = Some(Verified::Passkey(proof));
        }
        self
    }

    /// Sets when you verified this user yourself, with a password or a code, for users who have no passkey yet or have
    /// lost all of them. Replaces a [proof](Self::verified).
    pub fn verified_by_host(mut self, at: Timestamp) -> Self {
        self.verified = Some(Verified::ByHost(at));
        self
    }

    /// Adds a header to the response, usually `Set-Cookie` with a new identifier.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    pub(crate) fn step_up(&self) -> Option<StepUp<'_>> {
        self.verified.as_ref().map(|verified| match verified {
            Verified::Passkey(proof) => StepUp::Passkey(proof),
            Verified::ByHost(at) => StepUp::ByHost { at: *at },
        })
    }
}

/// How a user was fully authenticated. Passed to [`Host::begin_session`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SignedInBy<'a> {
    /// With a passkey, which was sufficient.
    Passkey(&'a SignedIn),
    /// With a passkey after [another factor](Session::after_first_factor).
    SecondFactor(&'a SignedIn),
    /// By creating an account with a passkey.
    SignUp(&'a SignedUp),
}

impl<'a> SignedInBy<'a> {
    /// Returns the account.
    #[must_use]
    pub fn user(&self) -> UserHandle {
        match self {
            Self::Passkey(signed_in) | Self::SecondFactor(signed_in) => signed_in.user,
            Self::SignUp(signed_up) => signed_up.user.handle(),
        }
    }

    /// Returns the proof of the verification for the new session: pass it to [`Session::verified`]. `None` after a
    /// sign-up, which is not a verification.
    #[must_use]
    pub fn proof(&self) -> Option<&'a VerificationProof> {
        match self {
            Self::Passkey(signed_in) | Self::SecondFactor(signed_in) => signed_in.proof.as_ref(),
            Self::SignUp(_) => None,
        }
    }
}

/// What [`Host::update_session`] must keep in the current session.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Update<'a> {
    /// The signed-in user was verified again. Keep [`SignedIn::proof`], and return it with [`Session::verified`].
    Reverified(&'a SignedIn),
    /// The user has shown a passkey, but your settings require another factor. **Do not sign the user in yet.** Keep
    /// who the user is, check the other factor in your own endpoint, and sign the user in there.
    FirstFactor(&'a SignedIn),
}

/// What you add to a response: headers, and a task.
///
/// ```
/// use http::{HeaderValue, header};
/// use relying_party::flow::Task;
/// use relying_party_http::Answer;
/// let cookie = HeaderValue::from_static("session=a1b2c3; Path=/; HttpOnly; SameSite=Lax; Secure");
/// let answer = Answer::new().header(header::SET_COOKIE, cookie).task(Task("accept-terms".into()));
/// # let _ = answer;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) task: Option<Task>,
}

impl Answer {
    /// Adds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header, usually `Set-Cookie`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Tells the page what the user must do before using the new session. See [`SignedIn::current_task`].
    pub fn task(mut self, task: impl Into<Option<Task>>) -> Self {
        self.task = task.into();
        self
    }
}

impl From<HeaderMap> for Answer {
    fn from(headers: HeaderMap) -> Self {
        Self { headers, task: None }
    }
}

/// The account that a visitor named, as returned by [`Host::find_account`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Named {
    pub(crate) spelling: String,
    pub(crate) user: Option<UserHandle>,
}

impl Named {
    /// Creates the value. `spelling` is the identifier as you compare it, for example in lower case. `user` is the
    /// account, if there is one.
    ///
    /// The spelling becomes the name of a new account, and determines which [decoys](relying_party::decoys) a visitor
    /// sees. Texts that name the same account must have the same spelling. Otherwise the lists reveal whether it
    /// exists.
    pub fn new(spelling: impl Into<String>, user: Option<UserHandle>) -> Self {
        Self { spelling: spelling.into(), user }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Minimal;

    impl Host for Minimal {
        type Error = &'static str;

        async fn session(&self, _: &Parts) -> Result<Session, &'static str> {
            Err("no session")
        }

        async fn begin_session(
            &self,
            _: &Parts,
            _: SignedInBy<'_>,
        ) -> Result<Answer, &'static str> {
            Err("no session")
        }
    }

    #[test]
    fn a_failure_of_the_host_is_permanent_by_default() {
        assert!(!Minimal::is_temporary(&"no session"));
    }
}
