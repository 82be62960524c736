//! What a user must do after signing in.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::SignedIn;

/// A task that the user must finish before using the rest of the service. The host chooses its name: `set-up-mfa`,
/// `accept-terms`.
///
/// While its [current task](SignedIn::current_task) is unfinished, a session exists but may only be used to finish that
/// task. [`SignedIn::current_task`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Task(pub String);

impl SignedIn {
    /// Returns the task that the new session starts with: the first of the account's pending tasks, most urgent first.
    ///
    /// The host knows which tasks are pending. Keep the current one in the session, and call this again when it is
    /// done. An incomplete sign-in starts no session, so it has no task.
    ///
    /// ```
    /// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
    /// # use relying_party::{
    /// #     CreatePasskey, Posted, RelyingParty, SessionBinding, SignIn, SignInRequest, SignedInUser, Timestamp, UserHandle,
    /// #     store::{self, MemoryStore}, test_authenticator::TestAuthenticator,
    /// # };
    /// use relying_party::flow::Task;
    ///
    /// /// What the host stores about an account.
    /// struct Account {
    ///     accepted_terms: bool,
    ///     has_recovery_code: bool,
    /// }
    ///
    /// impl Account {
    ///     fn pending_tasks(&self) -> impl Iterator<Item = Task> {
    ///         let tasks = [
    ///             (self.accepted_terms, "accept-terms"),
    ///             (self.has_recovery_code, "set-up-recovery"),
    ///         ];
    ///         let pending = tasks.into_iter().filter(|(done, _)| !done);
    ///         pending.map(|(_, name)| Task(name.into()))
    ///     }
    /// }
    ///
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// # let (store, mut browser) = (MemoryStore::new(), TestAuthenticator::new("Ada's laptop"));
    /// # let now = Timestamp::from_unix_millis(1_700_000_000_000);
    /// # let ada = SignedInUser::new(UserHandle::try_from(&[7; 32][..]).unwrap(), "ada@example.com", "Ada");
    /// # let session = SessionBinding::of("value of the session cookie");
    /// # let start = store::run(&store, CreatePasskey::begin(&rp, &ada, session, [1; 32].into(), now)).unwrap();
    /// # let response = browser.create(&start.public_key, "https://example.com").unwrap();
    /// # let finish = CreatePasskey::finish(&rp, ada.handle(), Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() }, now);
    /// # store::run(&store, finish).unwrap();
    /// # let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session, [2; 32].into(), now);
    /// # let start = store::run(&store, begin).unwrap();
    /// # let response = browser.get(&start.public_key, "https://example.com").unwrap();
    /// # let finish = SignIn::finish(&rp, Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() }, now);
    /// let signed_in = store::run(&store, finish).unwrap();
    /// // Look up the account of `signed_in.user`.
    /// let mut account = Account { accepted_terms: false, has_recovery_code: false };
    /// let task = signed_in.current_task(account.pending_tasks());
    /// assert_eq!(task, Some(Task("accept-terms".into())));
    /// // The session is limited to that task until the user has done it.
    /// account.accepted_terms = true;
    /// let task = signed_in.current_task(account.pending_tasks());
    /// assert_eq!(task, Some(Task("set-up-recovery".into())));
    /// # }
    /// ```
    #[must_use]
    pub fn current_task(&self, pending: impl IntoIterator<Item = Task>) -> Option<Task> {
        if self.is_complete() { pending.into_iter().next() } else { None }
    }
}
