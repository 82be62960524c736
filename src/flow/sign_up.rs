//! Signing up with a passkey: begin, the browser's `navigator.credentials.create()`, finish.

mod begin;
mod finish;

pub use self::{
    begin::BeginSignUp,
    finish::{FinishSignUp, SignedUp},
};
use super::{BeginOptions, NewUser, Posted, Step};
use crate::{
    bytes::Challenge, error::Error, extensions::RegistrationInputs, relying_party::RelyingParty,
    time::Timestamp,
};

/// The sign-up flow, in two steps: a new account whose first credential is a passkey, without a password.
///
/// The account exists only if its passkey does: nothing is stored before the passkey is verified, and then
/// [`insert_account`](crate::store::PasskeyStore::insert_account) creates both at once.
///
/// ```
/// # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
/// use relying_party::{NewUser, Posted, RelyingParty, SessionBinding, SignUp, Timestamp};
/// use relying_party::store::{self, MemoryStore};
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let store = MemoryStore::new();
/// # let (handle, now) = ([7; 32].into(), Timestamp::from_unix_millis(1_700_000_000_000));
/// # let challenge = relying_party::Challenge::from([1; 32]);
///
/// // In one request, in a session in which no one is signed in: the user has typed a name that is free so far.
/// let session = SessionBinding::of("value of the pre-session cookie");
/// let ada = NewUser::new(handle, "ada@example.com", "Ada");
/// let begin = SignUp::begin(&rp, &ada, session, challenge, now);
/// let start = store::run(&store, begin).unwrap();
///
/// // In another: the browser posts its response and the ceremony ID.
/// # let mut browser = relying_party::test_authenticator::TestAuthenticator::new("Ada's laptop");
/// # let response = browser.create(&start.public_key, "https://example.com").unwrap();
/// let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
/// let signed_up = store::run(&store, SignUp::finish(&rp, posted, now)).unwrap();
/// assert_eq!(signed_up.user, ada);
/// assert_eq!(signed_up.passkey.user, ada.handle());
/// # }
/// ```
///
/// # Names that are taken
///
/// Look the name up before you begin, so that users do not create a passkey in vain. That is only a convenience:
/// someone else may take the name in the meantime, and the store decides when the sign-up finishes. The user who comes
/// second gets [`Error::NameTaken`]. Its [`signal`](Error::signal) tells the browser to remove the new passkey, which
/// belongs to no account.
///
/// Both answers reveal which names exist. If that must stay secret, let users first prove that the name is theirs, for
/// example with a link sent to the email address, and begin the sign-up behind that link.
///
/// # A store that does not keep accounts
///
/// A store returns [`Unsupported`](super::SignUpOutcome::Unsupported) by default, and the sign-up fails with
/// [`Error::SignUpUnsupported`]. If your accounts are in another table, implement
/// [`insert_account`](crate::store::PasskeyStore::insert_account) with a transaction over both tables, or run the flow
/// in your own loop and answer [`Effect::InsertAccount`](super::Effect::InsertAccount) there.
#[derive(Debug)]
pub struct SignUp;

impl SignUp {
    /// Begins a sign-up: returns the options for the browser, and stores a ceremony that remembers the user.
    ///
    /// `options` is the [`SessionBinding`](crate::SessionBinding) of the browser session in which the user signs up, or
    /// [`BeginOptions`] if this ceremony needs different options. [`conditional`](BeginOptions::conditional) and
    /// [`verified`](BeginOptions::verified) only apply to signed-in users and have no effect here.
    ///
    /// No credential is excluded, because a new account has none.
    ///
    /// Effects: [`PutCeremony`](super::Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// All immediately: [`Error::Disabled`]; [`Error::UserName`] for a name that is empty, too long, or contains
    /// control characters; [`Error::Registration`] if the policy does not accept the [origin](BeginOptions::origin);
    /// [`Error::Extensions`] for inputs that a client would reject.
    pub fn begin<'a, 'o>(
        rp: &'a RelyingParty,
        user: &NewUser,
        options: impl Into<BeginOptions<'o, RegistrationInputs>>,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginSignUp>, Error> {
        BeginSignUp::start(rp, user, challenge, now, options.into())
    }

    /// Finishes a sign-up: verifies what the browser posted, and creates the account with its passkey.
    ///
    /// The user is the one that the ceremony remembers. The user is now signed in: start a session with a new
    /// identifier.
    ///
    /// Effects: [`TakeCeremony`](super::Effect::TakeCeremony) before anything is checked, then
    /// [`Passkey`](super::Effect::Passkey), then [`InsertAccount`](super::Effect::InsertAccount).
    ///
    /// # Errors
    ///
    /// [`Error::Disabled`] immediately; later [`Error::CeremonyNotFound`], [`Error::AnotherSession`],
    /// [`Error::CeremonyExpired`], [`Error::CeremonyMismatch`], [`Error::Registration`], [`Error::AlreadyExists`],
    /// [`Error::NameTaken`], [`Error::SignUpUnsupported`].
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<FinishSignUp<'a>>, Error> {
        FinishSignUp::start(rp, posted, now)
    }
}
