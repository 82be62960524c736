//! Creating a passkey: begin, the browser's `navigator.credentials.create()`, finish.

mod begin;
mod finish;

use alloc::string::ToString as _;

pub use self::{
    begin::{BeginCreate, CreationStart},
    finish::{Created, FinishCreate},
};
use super::{BeginOptions, Owner, SignedInUser, Step};
use crate::{
    bytes::{CeremonyId, Challenge, UserHandle},
    error::Error,
    extensions::RegistrationInputs,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// The create flow, in two steps.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{Challenge, CreatePasskey, RelyingParty, SignedInUser, Timestamp, UserHandle};
/// use relying_party::store::{self, MemoryStore};
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let store = MemoryStore::new();
/// let user = SignedInUser::new(UserHandle::try_from(&[7; 32][..]).unwrap(), "ada@example.com", "Ada");
/// let now = Timestamp::from_unix_millis(1_700_000_000_000);
///
/// // In one request: the options go to the browser, the ceremony's id into a cookie.
/// let start = store::run(&store, CreatePasskey::begin(&rp, &user, Challenge::from([1; 32]), now)).unwrap();
/// let options = serde_json::to_string(&start.public_key).unwrap();
/// assert!(options.contains(r#""residentKey":"required""#));
///
/// // In another: what the browser posts comes in with the id from the cookie.
/// let response = br#"{"not":"a response"}"#;
/// let finish = CreatePasskey::finish(&rp, user.handle(), start.ceremony_id, response, now);
/// assert!(store::run(&store, finish).is_err());
/// # }
/// ```
#[derive(Debug)]
pub struct CreatePasskey;

impl CreatePasskey {
    /// Begins: the options for the browser, and a ceremony that is remembered.
    ///
    /// Effects: [`PasskeysOf`](super::Effect::PasskeysOf), [`PutCeremony`](super::Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] at once, and [`Error::ReverificationRequired`] if the settings ask for a verification:
    /// see [`BeginOptions::verified`]. [`Error::LimitReached`] when the passkeys are known.
    pub fn begin<'a>(
        rp: &'a RelyingParty,
        user: &'a SignedInUser,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginCreate<'a>>, Error> {
        Self::begin_with(rp, user, challenge, now, BeginOptions::new())
    }

    /// Begins as [`begin`](Self::begin) does, in a page of `origin` (the request's `Origin` header): only a response
    /// from that very origin finishes it, even if the policy accepts others.
    ///
    /// # Errors
    ///
    /// [`Error::Registration`] at once if the policy does not accept the origin; else as `begin`.
    pub fn begin_at<'a>(
        rp: &'a RelyingParty,
        origin: &str,
        user: &'a SignedInUser,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginCreate<'a>>, Error> {
        Self::begin_with(rp, user, challenge, now, BeginOptions::new().origin(origin))
    }

    /// Begins as [`begin`](Self::begin) does, with what this ceremony alone is to have: silently, after a sign-in by
    /// password, for instance.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{Challenge, CreatePasskey, RelyingParty, SignedInUser, Timestamp, UserHandle};
    /// use relying_party::{flow::BeginOptions, store::{self, MemoryStore}};
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// # let user = SignedInUser::new(UserHandle::try_from(&[7; 32][..]).unwrap(), "ada@example.com", "Ada");
    /// # let (challenge, now) = (Challenge::from([1; 32]), Timestamp::from_unix_millis(1_700_000_000_000));
    /// let silently = BeginOptions::new().conditional();
    /// let begin = CreatePasskey::begin_with(&rp, &user, challenge, now, silently);
    /// let start = store::run(&MemoryStore::new(), begin).unwrap();
    /// // The page calls navigator.credentials.create({ publicKey, mediation: "conditional" }).
    /// assert_eq!(serde_json::to_string(&start.mediation).unwrap(), r#""conditional""#);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`begin_at`](Self::begin_at) if there is an origin, and [`Error::Extensions`] at once for inputs that a client
    /// would refuse.
    pub fn begin_with<'a>(
        rp: &'a RelyingParty,
        user: &'a SignedInUser,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, RegistrationInputs>,
    ) -> Result<Step<BeginCreate<'a>>, Error> {
        BeginCreate::start(rp, user, challenge, now, options)
    }

    /// Finishes: verifies what the browser posted and stores the passkey.
    ///
    /// `user` is the account of the session in which the response arrives: a ceremony that was begun for another
    /// is refused. `response` is the JSON of `PublicKeyCredential.toJSON()`.
    ///
    /// Effects: [`TakeCeremony`](super::Effect::TakeCeremony) before anything is looked at,
    /// [`PasskeysOf`](super::Effect::PasskeysOf) for a name that is not taken,
    /// [`InsertPasskey`](super::Effect::InsertPasskey).
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] at once; later [`Error::CeremonyNotFound`], [`Error::CeremonyExpired`],
    /// [`Error::CeremonyMismatch`], [`Error::Registration`], [`Error::AlreadyExists`], [`Error::LimitReached`].
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<FinishCreate<'a>>, Error> {
        FinishCreate::start(rp, user, ceremony, response, now)
    }
}

fn owner(rp: &RelyingParty, user: UserHandle) -> Owner {
    Owner { rp_id: rp.rp_id().to_string(), user }
}
