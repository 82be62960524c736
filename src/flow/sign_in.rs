//! Signing in with a passkey: begin, the browser's `navigator.credentials.get()`, finish.

mod begin;
mod finish;
mod outcome;
mod strength;
mod task;

use self::finish::Expected;
pub use self::{
    begin::{BeginSignIn, SignInStart},
    finish::FinishSignIn,
    outcome::{SignInStatus, SignedIn},
    strength::{Aal, Acr, KeyPlace, Strength, VerifiedBy},
    task::Task,
};
use super::{BeginOptions, Posted, Step};
use crate::{
    bytes::{Challenge, UserHandle},
    ceremony::SignInRequest,
    error::Error,
    extensions::AuthenticationInputs,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// The sign-in flow, in two steps.
///
/// ```
/// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
/// use relying_party::{Challenge, Posted, RelyingParty, SessionBinding, SignIn, SignInRequest, Timestamp};
/// use relying_party::store::{self, MemoryStore};
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// # let (store, now) = (MemoryStore::new(), Timestamp::from_unix_millis(1_700_000_000_000));
/// # let mut browser = relying_party::test_authenticator::TestAuthenticator::new("Ada's laptop");
/// # let handle = relying_party::UserHandle::try_from(&[7; 32][..]).unwrap();
/// # let user = relying_party::SignedInUser::new(handle, "ada@example.com", "Ada");
/// # let create = relying_party::CreatePasskey::begin(&rp, &user, SessionBinding::none(), [9; 32].into(), now);
/// # let start = store::run(&store, create).unwrap();
/// # let response = browser.create(&start.public_key, "https://example.com").unwrap();
/// # let posted = Posted { session: SessionBinding::none(), ceremony: start.ceremony_id, response: response.as_bytes() };
/// # store::run(&store, relying_party::CreatePasskey::finish(&rp, handle, posted, now)).unwrap();
/// # let challenge = Challenge::from([1; 32]);
///
/// // When the sign-in form loads, in a session in which no one is signed in yet: options for the autofill of its
/// // user name field.
/// let session = SessionBinding::of("value of the pre-session cookie");
/// let begin = SignIn::begin(&rp, SignInRequest::Autofill, session, challenge, now);
/// let start = store::run(&store, begin).unwrap();
/// assert_eq!(serde_json::to_string(&start.mediation).unwrap(), "\"conditional\"");
///
/// // The browser posts its response and the ceremony ID.
/// # let response = browser.get(&start.public_key, "https://example.com").unwrap();
/// let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
/// let signed_in = store::run(&store, SignIn::finish(&rp, posted, now)).unwrap();
/// assert!(signed_in.is_complete());
/// # }
/// ```
#[derive(Debug)]
pub struct SignIn;

impl SignIn {
    /// Begins a sign-in: returns the options for the browser, and stores a ceremony.
    ///
    /// `options` is the [`SessionBinding`](crate::SessionBinding) of the browser session in which the request arrives,
    /// or [`BeginOptions`] if this ceremony needs different options.
    ///
    /// Effects: [`PasskeysOf`](super::Effect::PasskeysOf) if the user is known, then
    /// [`PutCeremony`](super::Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// Immediately: [`Error::Disabled`]; [`Error::Authentication`] if the policy does not accept the
    /// [origin](BeginOptions::origin). [`Error::Extensions`] for inputs that a client would reject, either immediately
    /// or when the named user's passkeys are known. Later [`Error::NoPasskeys`] for a second factor or a
    /// re-verification of a user without passkeys. A sign-in of a named user does not reveal whether the user has
    /// passkeys.
    pub fn begin<'a, 'o>(
        rp: &'a RelyingParty,
        request: SignInRequest,
        options: impl Into<BeginOptions<'o, AuthenticationInputs>>,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginSignIn<'a>>, Error> {
        BeginSignIn::start(rp, request, challenge, now, options.into())
    }

    /// Finishes a sign-in that was begun for [`Discoverable`](SignInRequest::Discoverable),
    /// [`Autofill`](SignInRequest::Autofill) or [`Account`](SignInRequest::Account): verifies what the browser posted,
    /// and records the use of the passkey.
    ///
    /// Check [`SignedIn::status`] before you start a session, and give the session a new identifier.
    ///
    /// Effects: [`TakeCeremony`](super::Effect::TakeCeremony) before anything is checked, then
    /// [`Passkey`](super::Effect::Passkey) and [`RecordUse`](super::Effect::RecordUse). The last two are repeated if
    /// another sign-in has changed the passkey in between.
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] immediately; later [`Error::CeremonyNotFound`], [`Error::AnotherSession`],
    /// [`Error::CeremonyExpired`], [`Error::CeremonyMismatch`], [`Error::UnknownCredential`],
    /// [`Error::Authentication`], [`Error::Conflict`].
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        FinishSignIn::start(rp, Expected::SignIn, posted, now)
    }

    /// Finishes a sign-in that was begun for [`SecondFactor`](SignInRequest::SecondFactor) of this user, like
    /// [`finish`](Self::finish). The outcome is always complete.
    ///
    /// `user` is the user who has shown the first factor in the session in which the response arrives. Because of that
    /// factor, user verification counts from now on (§7.2 step 24) if it did not before.
    ///
    /// # Errors
    ///
    /// Like `finish`. Also [`Error::CeremonyMismatch`] if the ceremony was begun for another purpose or user.
    /// [`finish_reverification`](Self::finish_reverification) has a similar example.
    pub fn finish_second_factor<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        FinishSignIn::start(rp, Expected::SecondFactor(user), posted, now)
    }

    /// Finishes a sign-in that was begun for [`Reverify`](SignInRequest::Reverify) of this user, like
    /// [`finish`](Self::finish). Pass [`SignedIn::proof`] to sensitive actions.
    ///
    /// `user` is the account of the session in which the response arrives.
    ///
    /// ```
    /// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
    /// use relying_party::{
    ///     CreatePasskey, DeletePasskey, Duration, Posted, RelyingParty, SessionBinding, Settings, SignIn, SignInRequest,
    ///     SignedInUser, Timestamp, UserHandle, settings::{Reverification, SensitiveAction},
    ///     store::{self, MemoryStore}, test_authenticator::TestAuthenticator,
    /// };
    ///
    /// let rule = Reverification::within(Duration::from_secs(300)).before([SensitiveAction::Delete]);
    /// let rp = RelyingParty::builder("example.com", "Example")
    ///     .origin("https://example.com")
    ///     .settings(Settings::builder().reverification(rule).build().unwrap())
    ///     .build()
    ///     .unwrap();
    /// # let store = MemoryStore::new();
    /// # let mut browser = TestAuthenticator::new("Ada's laptop");
    /// # let now = Timestamp::from_unix_millis(1_700_000_000_000);
    /// # let user = SignedInUser::new(UserHandle::try_from(&[7; 32][..]).unwrap(), "ada@example.com", "Ada");
    /// # let session = SessionBinding::of("value of the session cookie");
    /// # let start = store::run(&store, CreatePasskey::begin(&rp, &user, session, [1; 32].into(), now)).unwrap();
    /// # let response = browser.create(&start.public_key, "https://example.com").unwrap();
    /// # let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
    /// # let passkey = store::run(&store, CreatePasskey::finish(&rp, user.handle(), posted, now)).unwrap().passkey;
    /// # let ada = user.handle();
    /// // A request in Ada's session asks to delete her passkey.
    /// let refused = store::run(&store, DeletePasskey::begin(&rp, ada, passkey.id)).unwrap_err();
    /// assert!(refused.to_string().contains("recent verification"));
    ///
    /// // It is Ada. The session keeps the proof until it is used, here for up to five minutes.
    /// let begin = SignIn::begin(&rp, SignInRequest::Reverify(ada), session, [2; 32].into(), now);
    /// let start = store::run(&store, begin).unwrap();
    /// let response = browser.get(&start.public_key, "https://example.com").unwrap();
    /// let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
    /// let finish = SignIn::finish_reverification(&rp, ada, posted, now);
    /// let proof = store::run(&store, finish).unwrap().proof.unwrap();
    /// let delete = DeletePasskey::begin_verified(&rp, ada, passkey.id, &proof, now);
    /// assert!(store::run(&store, delete).is_ok());
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Like `finish`. Also [`Error::CeremonyMismatch`] if the ceremony was begun for another purpose or user.
    pub fn finish_reverification<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        FinishSignIn::start(rp, Expected::Reverification(user), posted, now)
    }
}
