//! Signing in with a passkey: begin, the browser's `navigator.credentials.get()`, finish.

mod begin;
mod finish;
mod outcome;

use self::finish::Expected;
pub use self::{
    begin::{BeginSignIn, SignInStart},
    finish::FinishSignIn,
    outcome::{SignInStatus, SignedIn, Strength},
};
use super::{BeginOptions, Step};
use crate::{
    bytes::{CeremonyId, Challenge, UserHandle},
    ceremony::SignInRequest,
    error::Error,
    extensions::AuthenticationInputs,
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

impl SignIn {
    /// Begins: the options for the browser, and a ceremony that is remembered.
    ///
    /// Effects: [`PasskeysOf`](super::Effect::PasskeysOf) if the user is known,
    /// [`PutCeremony`](super::Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] at once. [`Error::NoPasskeys`] later, for a second factor or a re-verification by somebody who
    /// has none; a sign-in of a named user does not tell.
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
    /// [`Error::Authentication`] if the policy does not accept the origin; else as `begin`.
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
        BeginSignIn::start(rp, request, challenge, now, options)
    }

    /// Finishes a sign-in that was begun for [`Discoverable`](SignInRequest::Discoverable),
    /// [`Autofill`](SignInRequest::Autofill) or [`Named`](SignInRequest::Named): verifies what the browser posted, and
    /// records the use.
    ///
    /// `response` is the JSON of `PublicKeyCredential.toJSON()`. Look at [`SignedIn::status`] before you begin a session.
    ///
    /// Effects: [`TakeCeremony`](super::Effect::TakeCeremony) before anything is looked at,
    /// [`Passkey`](super::Effect::Passkey), [`RecordUse`](super::Effect::RecordUse), both again if another sign-in has
    /// come between, and, if the sign-in is complete, [`PendingTasks`](super::Effect::PendingTasks).
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] at once; later [`Error::CeremonyNotFound`], [`Error::CeremonyExpired`],
    /// [`Error::CeremonyMismatch`], [`Error::UnknownCredential`], [`Error::Authentication`], [`Error::Conflict`].
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        FinishSignIn::start(rp, Expected::SignIn, ceremony, response, now)
    }

    /// Finishes what was begun for [`SecondFactor`](SignInRequest::SecondFactor) of this very user, as
    /// [`finish`](Self::finish) does. It is always complete.
    ///
    /// `user` is who has shown the first factor in the session in which the response arrives. Beside that factor user
    /// verification is authorised to count from now on (§7.2 step 24), if it did not yet.
    ///
    /// # Errors
    ///
    /// As `finish`; [`Error::CeremonyMismatch`] also for a ceremony that was begun for another purpose or user.
    /// [`finish_reverification`](Self::finish_reverification) has an example of the same form.
    pub fn finish_second_factor<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        FinishSignIn::start(rp, Expected::SecondFactor(user), ceremony, response, now)
    }

    /// Finishes what was begun for [`Reverify`](SignInRequest::Reverify) of this very user, as
    /// [`finish`](Self::finish) does. [`SignedIn::proof`] is what sensitive actions take.
    ///
    /// `user` is the account of the session in which the response arrives.
    ///
    /// ```
    /// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
    /// use relying_party::{
    ///     CreatePasskey, DeletePasskey, Duration, RelyingParty, Settings, SignIn, SignInRequest, SignedInUser, Timestamp,
    ///     UserHandle, settings::{Reverification, SensitiveAction}, store::{self, MemoryStore},
    ///     test_authenticator::TestAuthenticator,
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
    /// # let start = store::run(&store, CreatePasskey::begin(&rp, &user, [1; 32].into(), now)).unwrap();
    /// # let response = browser.create(&start.public_key, "https://example.com").unwrap();
    /// # let finish = CreatePasskey::finish(&rp, user.handle(), start.ceremony_id, response.as_bytes(), now);
    /// # let passkey = store::run(&store, finish).unwrap().passkey;
    /// # let ada = user.handle();
    /// // Somebody in Ada's session wants to delete her passkey.
    /// let refused = store::run(&store, DeletePasskey::begin(&rp, ada, passkey.id)).unwrap_err();
    /// assert!(refused.to_string().contains("recent verification"));
    ///
    /// // It is Ada. The proof may wait in her session until it is used, for five minutes here.
    /// let begin = SignIn::begin(&rp, SignInRequest::Reverify(ada), [2; 32].into(), now);
    /// let start = store::run(&store, begin).unwrap();
    /// let response = browser.get(&start.public_key, "https://example.com").unwrap();
    /// let finish = SignIn::finish_reverification(&rp, ada, start.ceremony_id, response.as_bytes(), now);
    /// let proof = store::run(&store, finish).unwrap().proof;
    /// let delete = DeletePasskey::begin_verified(&rp, ada, passkey.id, &proof, now);
    /// assert!(store::run(&store, delete).is_ok());
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As `finish`; [`Error::CeremonyMismatch`] also for a ceremony that was begun for another purpose or user.
    pub fn finish_reverification<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<FinishSignIn<'a>>, Error> {
        FinishSignIn::start(rp, Expected::Reverification(user), ceremony, response, now)
    }
}
