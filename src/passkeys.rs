//! The facade for the common case: a relying party and a store, with a clock and randomness.

mod run;

pub use self::run::Run;
use crate::{
    bytes::{Challenge, PasskeyId, UserHandle},
    ceremony::SignInRequest,
    error::Error,
    extensions::{AuthenticationInputs, RegistrationInputs},
    flow::{
        BeginCreate, BeginOptions, BeginSignIn, BeginSignUp, CreatePasskey, DeletePasskey,
        EraseAccount, FailureReport, FinishCreate, FinishSignIn, FinishSignUp, Flow, ListPasskeys,
        NewUser, Posted, RenamePasskey, ReportFailure, SignIn, SignUp, SignedInUser, Step, StepUp,
    },
    relying_party::RelyingParty,
    session::SessionBinding,
    time::Timestamp,
};

/// The passkeys of a relying party in a store, for hosts with a clock and a source of randomness.
///
/// Each method runs one [flow](crate::flow): it draws the challenge, reads the clock, parses the JSON that the browser
/// posted, and returns a [`Run`]. With an asynchronous store, `.await` the run. With a blocking store, call
/// [`blocking`](Run::blocking) on it. If you want to pass in the time and the challenge yourself, use the flows
/// directly.
///
/// Needs the features `std` and `getrandom`.
///
/// # Blocking
///
/// The [walk-through](crate#a-walk-through) creates, uses, renames and deletes a passkey.
///
/// # Asynchronous
///
/// The futures are `Send` and borrow from the facade, so all requests can share it.
///
/// ```
/// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
/// use relying_party::{Passkeys, SessionBinding, SignInRequest, UserHandle};
/// use relying_party::store::{AsyncCeremonyStore, AsyncPasskeyStore, RunError};
/// # use relying_party::{RelyingParty, SignedInUser, store::MemoryStore, test_authenticator::TestAuthenticator};
///
/// /// Your database behind both traits, with one type of error.
/// trait Store: AsyncCeremonyStore<Error = Self::Failure> + AsyncPasskeyStore<Error = Self::Failure> {
///     type Failure;
/// }
/// # impl Store for MemoryStore {
/// #     type Failure = std::convert::Infallible;
/// # }
///
/// /// `POST /sign-in/begin`: what the browser needs.
/// async fn begin<S: Store>(
///     passkeys: &Passkeys<S>, session: SessionBinding,
/// ) -> Result<String, RunError<S::Failure>> {
///     Ok(passkeys.begin_sign_in(SignInRequest::Autofill, session).await?.to_json())
/// }
///
/// /// `POST /sign-in/finish`: the account, if the passkey alone is enough.
/// async fn finish<S: Store>(
///     passkeys: &Passkeys<S>, session: SessionBinding, body: &[u8],
/// ) -> Result<Option<UserHandle>, RunError<S::Failure>> {
///     let signed_in = passkeys.finish_sign_in(session, body).await?;
///     Ok(signed_in.is_complete().then_some(signed_in.user))
/// }
/// # pollster::block_on(async {
/// #     let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// #     let passkeys = Passkeys::new(rp, MemoryStore::new());
/// #     let mut browser = TestAuthenticator::new("Ada's laptop");
/// #     let ada = SignedInUser::new(UserHandle::generate().unwrap(), "ada@example.com", "Ada");
/// #     let session = SessionBinding::of("value of the session cookie");
/// #     let start = passkeys.begin_create(&ada, session).await.unwrap().to_json();
/// #     let posted = browser.answer(&start, "https://example.com").unwrap();
/// #     passkeys.finish_create(ada.handle(), session, posted.as_bytes()).await.unwrap();
/// #     let start = begin(&passkeys, session).await.unwrap();
/// #     let posted = browser.answer(&start, "https://example.com").unwrap();
/// #     assert_eq!(finish(&passkeys, session, posted.as_bytes()).await.unwrap(), Some(ada.handle()));
/// # });
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Passkeys<S> {
    rp: RelyingParty,
    store: S,
}

impl<S> Passkeys<S> {
    /// Combines a relying party with a store. See [`store`](crate::store) for the stores that exist.
    pub const fn new(rp: RelyingParty, store: S) -> Self {
        Self { rp, store }
    }

    /// Returns the relying party.
    #[must_use]
    pub const fn relying_party(&self) -> &RelyingParty {
        &self.rp
    }

    /// Returns the store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Begins creating a passkey for a signed-in user.
    ///
    /// Send [`to_json`](crate::flow::CreationStart::to_json) of the outcome to the browser. `options` is the
    /// [`SessionBinding`] of the user's session, or [`BeginOptions`].
    ///
    /// Fails like [`CreatePasskey::begin`], and with [`Error::NoRandomness`].
    pub fn begin_create<'a, 'o>(
        &'a self,
        user: &'a SignedInUser,
        options: impl Into<BeginOptions<'o, RegistrationInputs>>,
    ) -> Run<'a, S, BeginCreate<'a>> {
        self.run(Some(user.handle()), |rp, now| {
            CreatePasskey::begin(rp, user, options, challenge()?, now)
        })
    }

    /// Finishes creating a passkey: verifies what the browser posted, and stores the passkey.
    ///
    /// `user` is the account of the session in which `body` arrives. [`Posted::from_json`] describes `body`.
    ///
    /// Fails like [`CreatePasskey::finish`] and [`Posted::from_json`].
    pub fn finish_create<'a>(
        &'a self,
        user: UserHandle,
        session: SessionBinding,
        body: &'a [u8],
    ) -> Run<'a, S, FinishCreate<'a>> {
        self.run(Some(user), |rp, now| {
            CreatePasskey::finish(rp, user, Posted::from_json(session, body)?, now)
        })
    }

    /// Begins a sign-in.
    ///
    /// Send [`to_json`](crate::flow::SignInStart::to_json) of the outcome to the browser. `options` is the
    /// [`SessionBinding`] of the browser session (no one has to be signed in), or [`BeginOptions`].
    ///
    /// Fails like [`SignIn::begin`], and with [`Error::NoRandomness`].
    pub fn begin_sign_in<'a, 'o>(
        &'a self,
        request: SignInRequest,
        options: impl Into<BeginOptions<'o, AuthenticationInputs>>,
    ) -> Run<'a, S, BeginSignIn<'a>> {
        self.run(None, |rp, now| SignIn::begin(rp, request, options, challenge()?, now))
    }

    /// Finishes a sign-in: verifies what the browser posted, and records the use of the passkey.
    ///
    /// Start a session only if the outcome [`is_complete`](crate::flow::SignedIn::is_complete), and give it a new
    /// identifier. [`Posted::from_json`] describes `body`.
    ///
    /// Fails like [`SignIn::finish`] and [`Posted::from_json`].
    pub fn finish_sign_in<'a>(
        &'a self,
        session: SessionBinding,
        body: &'a [u8],
    ) -> Run<'a, S, FinishSignIn<'a>> {
        self.run(None, |rp, now| SignIn::finish(rp, Posted::from_json(session, body)?, now))
    }

    /// Begins asking for a passkey as the second factor of a user whose first factor you have just checked.
    ///
    /// Works like [`begin_sign_in`](Self::begin_sign_in) with [`SignInRequest::SecondFactor`], and also fails with
    /// [`Error::NoPasskeys`].
    pub fn begin_second_factor<'a, 'o>(
        &'a self,
        user: UserHandle,
        options: impl Into<BeginOptions<'o, AuthenticationInputs>>,
    ) -> Run<'a, S, BeginSignIn<'a>> {
        self.begin_for(user, SignInRequest::SecondFactor(user), options)
    }

    /// Finishes what [`begin_second_factor`](Self::begin_second_factor) began, for the same user.
    ///
    /// Fails like [`SignIn::finish_second_factor`] and [`Posted::from_json`].
    pub fn finish_second_factor<'a>(
        &'a self,
        user: UserHandle,
        session: SessionBinding,
        body: &'a [u8],
    ) -> Run<'a, S, FinishSignIn<'a>> {
        self.run(Some(user), |rp, now| {
            SignIn::finish_second_factor(rp, user, Posted::from_json(session, body)?, now)
        })
    }

    /// Begins verifying a signed-in user again, before a sensitive action.
    ///
    /// Works like [`begin_sign_in`](Self::begin_sign_in) with [`SignInRequest::Reverify`], and also fails with
    /// [`Error::NoPasskeys`].
    pub fn begin_reverify<'a, 'o>(
        &'a self,
        user: UserHandle,
        options: impl Into<BeginOptions<'o, AuthenticationInputs>>,
    ) -> Run<'a, S, BeginSignIn<'a>> {
        self.begin_for(user, SignInRequest::Reverify(user), options)
    }

    /// Finishes what [`begin_reverify`](Self::begin_reverify) began, for the same user.
    ///
    /// Keep the [`proof`](crate::flow::SignedIn::proof) of the outcome in the session and pass it to
    /// [`rename_verified`](Self::rename_verified), [`delete_verified`](Self::delete_verified),
    /// [`erase_verified`](Self::erase_verified) or [`BeginOptions::verified`].
    ///
    /// Fails like [`SignIn::finish_reverification`] and [`Posted::from_json`].
    ///
    /// ```
    /// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
    /// # use relying_party::{
    /// #     Passkeys, RelyingParty, SessionBinding, SignedInUser, UserHandle, store::MemoryStore,
    /// #     test_authenticator::TestAuthenticator,
    /// # };
    /// use relying_party::{Duration, Settings, settings::{Reverification, SensitiveAction}};
    ///
    /// let rule = Reverification::within(Duration::from_secs(300)).before([SensitiveAction::Delete]);
    /// let settings = Settings::builder().reverification(rule).build()?;
    /// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com");
    /// let passkeys = Passkeys::new(rp.settings(settings).build()?, MemoryStore::new());
    /// # let mut browser = TestAuthenticator::new("Ada's laptop");
    /// # let ada = SignedInUser::new(UserHandle::generate()?, "ada@example.com", "Ada");
    /// # let session = SessionBinding::of("value of the session cookie");
    /// # let posted = browser.answer(&passkeys.begin_create(&ada, session).blocking()?.to_json(), "https://example.com")?;
    /// # let passkey = passkeys.finish_create(ada.handle(), session, posted.as_bytes()).blocking()?.passkey;
    /// # let ada = ada.handle();
    ///
    /// // A request in Ada's session asks to delete her passkey. The page must verify her first.
    /// let refused = passkeys.delete(ada, passkey.id).blocking().unwrap_err();
    /// assert_eq!(refused.code(), "reverification_required");
    ///
    /// let to_browser = passkeys.begin_reverify(ada, session).blocking()?.to_json();
    /// # let posted = browser.answer(&to_browser, "https://example.com")?;
    /// let verified = passkeys.finish_reverify(ada, session, posted.as_bytes()).blocking()?;
    /// // A re-verification is always complete, so it comes with a proof.
    /// let proof = verified.proof.expect("a complete sign-in has a proof");
    /// passkeys.delete_verified(ada, passkey.id, &proof).blocking()?;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_reverify<'a>(
        &'a self,
        user: UserHandle,
        session: SessionBinding,
        body: &'a [u8],
    ) -> Run<'a, S, FinishSignIn<'a>> {
        self.run(Some(user), |rp, now| {
            SignIn::finish_reverification(rp, user, Posted::from_json(session, body)?, now)
        })
    }

    /// Begins a sign-up with a passkey, for a user who has no account yet.
    ///
    /// Send [`to_json`](crate::flow::CreationStart::to_json) of the outcome to the browser. `options` is the
    /// [`SessionBinding`] of the browser session, or [`BeginOptions`]. Only the ceremony is stored, so an abandoned
    /// sign-up leaves no account behind.
    ///
    /// Fails like [`SignUp::begin`], and with [`Error::NoRandomness`].
    ///
    /// ```
    /// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
    /// # use relying_party::{Passkeys, RelyingParty, SessionBinding, store::MemoryStore};
    /// # use relying_party::test_authenticator::TestAuthenticator;
    /// use relying_party::NewUser;
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
    /// # let passkeys = Passkeys::new(rp, MemoryStore::new());
    /// # let mut browser = TestAuthenticator::new("Ada's laptop");
    ///
    /// let ada = NewUser::generate("ada@example.com", "Ada")?;
    /// let session = SessionBinding::of("value of a pre-session cookie");
    /// let to_browser = passkeys.begin_sign_up(&ada, session).blocking()?.to_json();
    /// # let posted = browser.answer(&to_browser, "https://example.com")?;
    /// let signed_up = passkeys.finish_sign_up(session, posted.as_bytes()).blocking()?;
    /// assert_eq!(signed_up.user, ada); // Start a session, with a new identifier.
    ///
    /// // If Ada closes her account:
    /// let erased = passkeys.erase(ada.handle()).blocking()?;
    /// assert_eq!(erased.credential_ids, [signed_up.passkey.credential_id]);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_sign_up<'o>(
        &self,
        user: &NewUser,
        options: impl Into<BeginOptions<'o, RegistrationInputs>>,
    ) -> Run<'_, S, BeginSignUp> {
        self.run(None, |rp, now| SignUp::begin(rp, user, options, challenge()?, now))
    }

    /// Finishes a sign-up: verifies what the browser posted, and creates the account with its passkey.
    ///
    /// Start a session for the new user, with a new identifier. [`Posted::from_json`] describes `body`. The store must
    /// implement [`insert_account`](crate::store::PasskeyStore::insert_account).
    ///
    /// Fails like [`SignUp::finish`] and [`Posted::from_json`]. If the name was taken in the meantime, pass the error's
    /// [`signal`](crate::store::RunError::signal) to the browser, so that the authenticator forgets the passkey.
    pub fn finish_sign_up<'a>(
        &'a self,
        session: SessionBinding,
        body: &'a [u8],
    ) -> Run<'a, S, FinishSignUp<'a>> {
        self.run(None, |rp, now| SignUp::finish(rp, Posted::from_json(session, body)?, now))
    }

    /// Takes in a page's report that a ceremony failed in the browser. [Audit](Run::audited) it: that is what it is
    /// good for. The ceremony stays open.
    ///
    /// [`FailureReport::from_json`] describes `body`. Fails like [`ReportFailure::begin`] and
    /// [`FailureReport::from_json`].
    pub fn report_failure<'a>(
        &'a self,
        session: SessionBinding,
        body: &[u8],
    ) -> Run<'a, S, ReportFailure<'a>> {
        self.run(None, |rp, _| ReportFailure::begin(rp, FailureReport::from_json(session, body)?))
    }

    /// Lists the passkeys of an account, oldest first, for the account page. See [`ListPasskeys`].
    pub fn list(&self, user: UserHandle) -> Run<'_, S, ListPasskeys> {
        self.run(Some(user), |rp, _| ListPasskeys::begin(rp, user))
    }

    /// Renames a passkey of a signed-in user.
    ///
    /// Fails like [`RenamePasskey::begin`].
    pub fn rename(&self, user: UserHandle, id: PasskeyId, name: &str) -> Run<'_, S, RenamePasskey> {
        self.run(Some(user), |rp, now| RenamePasskey::begin(rp, user, id, name, now))
    }

    /// Renames a passkey of a signed-in user who was verified recently. See [`StepUp`].
    ///
    /// Fails like [`RenamePasskey::begin_verified`].
    pub fn rename_verified<'s>(
        &self,
        user: UserHandle,
        id: PasskeyId,
        name: &str,
        step_up: impl Into<StepUp<'s>>,
    ) -> Run<'_, S, RenamePasskey> {
        self.run(Some(user), |rp, now| {
            RenamePasskey::begin_verified(rp, user, id, name, step_up, now)
        })
    }

    /// Deletes a passkey of a signed-in user. Pass the [`signal`](crate::flow::Deleted::signal) of the outcome to the
    /// browser.
    ///
    /// Fails like [`DeletePasskey::begin`].
    pub fn delete(&self, user: UserHandle, id: PasskeyId) -> Run<'_, S, DeletePasskey> {
        self.run(Some(user), |rp, _| DeletePasskey::begin(rp, user, id))
    }

    /// Deletes a passkey of a signed-in user who was verified recently. See [`StepUp`].
    ///
    /// Fails like [`DeletePasskey::begin_verified`]. [`finish_reverify`](Self::finish_reverify) has an example.
    pub fn delete_verified<'s>(
        &self,
        user: UserHandle,
        id: PasskeyId,
        step_up: impl Into<StepUp<'s>>,
    ) -> Run<'_, S, DeletePasskey> {
        self.run(Some(user), |rp, now| DeletePasskey::begin_verified(rp, user, id, step_up, now))
    }

    /// Erases everything that the store keeps about the account of a signed-in user. Pass the
    /// [`signal`](crate::flow::Erased::signal) of the outcome to the browser, and end the account's sessions.
    ///
    /// [`EraseAccount`] describes what can happen at the same time. Fails like [`EraseAccount::begin`].
    pub fn erase(&self, user: UserHandle) -> Run<'_, S, EraseAccount> {
        self.run(Some(user), |rp, _| EraseAccount::begin(rp, user))
    }

    /// Erases everything that the store keeps about the account of a signed-in user who was verified recently. See
    /// [`StepUp`].
    ///
    /// Fails like [`EraseAccount::begin_verified`].
    pub fn erase_verified<'s>(
        &self,
        user: UserHandle,
        step_up: impl Into<StepUp<'s>>,
    ) -> Run<'_, S, EraseAccount> {
        self.run(Some(user), |rp, now| EraseAccount::begin_verified(rp, user, step_up, now))
    }

    fn begin_for<'a, 'o>(
        &'a self,
        user: UserHandle,
        request: SignInRequest,
        options: impl Into<BeginOptions<'o, AuthenticationInputs>>,
    ) -> Run<'a, S, BeginSignIn<'a>> {
        self.run(Some(user), |rp, now| SignIn::begin(rp, request, options, challenge()?, now))
    }

    /// Starts a flow with the current time, for the user of the session if someone is signed in.
    fn run<'a, F: Flow>(
        &'a self,
        user: Option<UserHandle>,
        start: impl FnOnce(&'a RelyingParty, Timestamp) -> Result<Step<F>, Error>,
    ) -> Run<'a, S, F> {
        let now = Timestamp::now();
        Run::new((&self.rp, &self.store), now, user, start(&self.rp, now))
    }
}

fn challenge() -> Result<Challenge, Error> {
    Challenge::generate().map_err(|_| Error::NoRandomness)
}
