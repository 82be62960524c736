//! Creating a passkey: begin, the browser's `navigator.credentials.create()`, finish.

mod begin;
mod finish;

use alloc::string::ToString as _;

pub use self::{
    begin::BeginCreate,
    finish::{Created, FinishCreate},
};
use super::{BeginOptions, Owner, Posted, SignedInUser, Step};
use crate::{
    bytes::{Challenge, UserHandle},
    error::Error,
    extensions::RegistrationInputs,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// The create flow, in two steps.
///
/// ```
/// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
/// use relying_party::{Challenge, CreatePasskey, Posted, RelyingParty, SessionBinding, SignedInUser, Timestamp, UserHandle};
/// use relying_party::store::{self, MemoryStore};
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let store = MemoryStore::new();
/// # let handle = UserHandle::try_from(&[7; 32][..]).unwrap();
/// let user = SignedInUser::new(handle, "ada@example.com", "Ada");
/// let session = SessionBinding::of("value of the session cookie");
/// # let (challenge, now) = (Challenge::from([1; 32]), Timestamp::from_unix_millis(1_700_000_000_000));
///
/// // In one request: the options and the ceremony ID go to the browser as JSON.
/// let start = store::run(&store, CreatePasskey::begin(&rp, &user, session, challenge, now)).unwrap();
/// let options = serde_json::to_string(&start.public_key).unwrap();
/// assert!(options.contains(r#""residentKey":"required""#));
///
/// // In another: the browser posts its response and the ceremony ID.
/// # let mut browser = relying_party::test_authenticator::TestAuthenticator::new("Ada's laptop");
/// # let response = browser.create(&start.public_key, "https://example.com").unwrap();
/// let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
/// let created = store::run(&store, CreatePasskey::finish(&rp, user.handle(), posted, now)).unwrap();
/// assert_eq!(created.passkey.user, user.handle());
/// # }
/// ```
#[derive(Debug)]
pub struct CreatePasskey;

impl CreatePasskey {
    /// Begins a creation: returns the options for the browser, and stores a ceremony.
    ///
    /// `options` is the [`SessionBinding`](crate::SessionBinding) of the session in which the user is signed in, or
    /// [`BeginOptions`] if this ceremony needs different options, for example to create a passkey silently after a
    /// sign-in with a password:
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{Challenge, CreatePasskey, RelyingParty, SessionBinding, SignedInUser, Timestamp, UserHandle};
    /// use relying_party::{flow::BeginOptions, store::{self, MemoryStore}};
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// # let user = SignedInUser::new(UserHandle::try_from(&[7; 32][..]).unwrap(), "ada@example.com", "Ada");
    /// # let (challenge, now) = (Challenge::from([1; 32]), Timestamp::from_unix_millis(1_700_000_000_000));
    /// # let session = SessionBinding::of("value of the session cookie");
    /// let silently = BeginOptions::new(session).conditional();
    /// let begin = CreatePasskey::begin(&rp, &user, silently, challenge, now);
    /// let start = store::run(&MemoryStore::new(), begin).unwrap();
    /// // The page calls navigator.credentials.create({ publicKey, mediation: "conditional" }).
    /// assert_eq!(serde_json::to_string(&start.mediation).unwrap(), r#""conditional""#);
    /// # }
    /// ```
    ///
    /// Effects: [`PasskeysOf`](super::Effect::PasskeysOf), then [`PutCeremony`](super::Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// Immediately: [`Error::Disabled`]; [`Error::ReverificationRequired`] if the settings require a verification, see
    /// [`BeginOptions::verified`]; [`Error::Registration`] if the policy does not accept the
    /// [origin](BeginOptions::origin); [`Error::Extensions`] for inputs that a client would reject.
    /// [`Error::LimitReached`] when the passkeys are known.
    pub fn begin<'a, 'o>(
        rp: &'a RelyingParty,
        user: &'a SignedInUser,
        options: impl Into<BeginOptions<'o, RegistrationInputs>>,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginCreate<'a>>, Error> {
        BeginCreate::start(rp, user, challenge, now, options.into())
    }

    /// Finishes a creation: verifies what the browser posted, and stores the passkey.
    ///
    /// `user` is the account of the session in which the response arrives. A ceremony that was begun for another user
    /// is rejected.
    ///
    /// Effects: [`TakeCeremony`](super::Effect::TakeCeremony) before anything is checked, then
    /// [`PasskeysOf`](super::Effect::PasskeysOf) to find a unique name, then
    /// [`InsertPasskey`](super::Effect::InsertPasskey).
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] immediately; later [`Error::CeremonyNotFound`], [`Error::AnotherSession`],
    /// [`Error::CeremonyExpired`], [`Error::CeremonyMismatch`], [`Error::Registration`], [`Error::AlreadyExists`],
    /// [`Error::LimitReached`], and [`Error::ReverificationRequired`] if the creation began with a proof whose passkey
    /// has since been deleted.
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<FinishCreate<'a>>, Error> {
        FinishCreate::start(rp, user, posted, now)
    }
}

fn owner(rp: &RelyingParty, user: UserHandle) -> Owner {
    Owner { rp_id: rp.rp_id().to_string(), user }
}
