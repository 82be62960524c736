//! A flow that is ready to run against a store, blocking or asynchronous.

use alloc::boxed::Box;
use core::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use crate::{
    audit::{Audit, Auditable, AuditedFlow},
    bytes::UserHandle,
    error::Error,
    flow::{Flow, Step},
    relying_party::RelyingParty,
    store::{
        self, AsyncCeremonyStore, AsyncFailure, AsyncPasskeyStore, CeremonyStore, Failure,
        PasskeyStore,
    },
    time::Timestamp,
};

/// A flow and the store to run it against, as returned by the methods of [`Passkeys`](super::Passkeys).
///
/// With an asynchronous store, `.await` it. With a blocking store, call [`blocking`](Self::blocking). The store is not
/// touched before that.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{Passkeys, RelyingParty, UserHandle, store::MemoryStore};
/// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// # let ada = UserHandle::from([7; 32]);
/// // The in-memory store is both blocking and asynchronous.
/// let passkeys = Passkeys::new(rp, MemoryStore::new());
/// let listed = passkeys.list(ada).blocking().unwrap();
/// # pollster::block_on(async {
/// assert_eq!(passkeys.list(ada).await.unwrap(), listed);
/// # });
/// # }
/// ```
#[must_use = "await it, or call `blocking`"]
pub struct Run<'a, S, F: Flow> {
    rp: &'a RelyingParty,
    store: &'a S,
    now: Timestamp,
    user: Option<UserHandle>,
    start: Result<Step<F>, Error>,
}

impl<S, F: Flow> fmt::Debug for Run<'_, S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.start.as_ref().err();
        f.debug_struct("Run").field("now", &self.now).field("error", &error).finish_non_exhaustive()
    }
}

impl<'a, S, F: Flow> Run<'a, S, F> {
    pub(super) const fn new(
        (rp, store): (&'a RelyingParty, &'a S),
        now: Timestamp,
        user: Option<UserHandle>,
        start: Result<Step<F>, Error>,
    ) -> Self {
        Self { rp, store, now, user, start }
    }

    /// Runs the flow against a blocking store.
    ///
    /// # Errors
    ///
    /// Returns the flow's own error, or the store's.
    pub fn blocking(self) -> Result<F::Output, Failure<S>>
    where
        S: CeremonyStore + PasskeyStore,
    {
        store::run(self.store, self.start)
    }

    /// Audits the flow: its outcome, even a refusal, comes with [entries for a log](crate::audit). The run itself then
    /// fails only if the store does.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{Passkeys, RelyingParty, SessionBinding, store::MemoryStore};
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// let passkeys = Passkeys::new(rp, MemoryStore::new());
    /// let session = SessionBinding::of("value of the session cookie");
    /// let audited = passkeys.finish_sign_in(session, b"no JSON").audited().blocking().unwrap();
    /// assert_eq!(audited.outcome.unwrap_err().code(), "request_malformed");
    /// for entry in audited.entries {
    ///     println!("{}", serde_json::to_string(&entry).unwrap());
    /// }
    /// # }
    /// ```
    pub fn audited(self) -> Run<'a, S, AuditedFlow<F>>
    where
        F: Auditable,
    {
        self.audited_with(|audit| audit)
    }

    /// Audits the flow like [`audited`](Self::audited), with more options of the [`Audit`].
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{Passkeys, RelyingParty, SessionBinding, SignInRequest, store::MemoryStore};
    /// use relying_party::audit::Audit;
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// let passkeys = Passkeys::new(rp, MemoryStore::new());
    /// let session = SessionBinding::of("value of the session cookie");
    /// let begin = passkeys.begin_sign_in(SignInRequest::Discoverable, session);
    /// let audited = begin.audited_with(Audit::begin_steps).blocking().unwrap();
    /// assert_eq!(audited.entries[0].event.name(), "ceremony_begun");
    /// # }
    /// ```
    pub fn audited_with(self, options: impl FnOnce(Audit) -> Audit) -> Run<'a, S, AuditedFlow<F>>
    where
        F: Auditable,
    {
        let Self { rp, store, now, user, start } = self;
        let audit = Audit::new(rp, now);
        #[cfg(feature = "metrics")]
        let audit = audit.timed();
        let audit = match user {
            Some(user) => audit.user(user),
            None => audit,
        };
        Run { rp, store, now, user, start: options(audit).flow(start) }
    }
}

/// Runs the flow against an asynchronous store. The future is `Send`, so any runtime can run it.
impl<'a, S, F> IntoFuture for Run<'a, S, F>
where
    S: AsyncCeremonyStore + AsyncPasskeyStore,
    F: Flow<Output: Send> + Send + 'a,
{
    type Output = Result<F::Output, AsyncFailure<S>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(store::run_async(self.store, self.start))
    }
}
