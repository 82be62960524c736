//! Creating a passkey: begin, the browser's `navigator.credentials.create()`, finish.

use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt;

use super::{BeginOptions, Effect, Flow, Inserted, Owner, Reply, SignedInUser, Step, taken};
use crate::{
    bytes::{CeremonyId, Challenge, UserHandle},
    ceremony::{
        Ceremony, CeremonyKind, CeremonyStart, RegistrationExpectation, VerifiedRegistration,
        verify_registration,
    },
    decoys,
    error::Error,
    extensions::{RegistrationInputs, RegistrationOutputs},
    json::{
        AuthenticatorSelection, CreationOptions, CredentialDescriptor, RegistrationResponse,
        ResidentKey, RpEntity, UserEntity,
    },
    naming,
    passkey::Passkey,
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
    /// Effects: [`PasskeysOf`](Effect::PasskeysOf), [`PutCeremony`](Effect::PutCeremony).
    ///
    /// # Errors
    ///
    /// None at once; [`Error::LimitReached`] when the passkeys are known.
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
    /// [`Error::Registration`] at once if the policy does not accept the origin; later as `begin`.
    pub fn begin_at<'a>(
        rp: &'a RelyingParty,
        origin: &str,
        user: &'a SignedInUser,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<Step<BeginCreate<'a>>, Error> {
        Self::begin_with(rp, user, challenge, now, BeginOptions::new().origin(origin))
    }

    /// Begins as [`begin`](Self::begin) does, with what this ceremony alone is to have.
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
        let bind = |origin| rp.origins().bind_to_origin(origin);
        let origin = options.origin.map(bind).transpose();
        let origin = origin.map_err(|error| Error::Registration(error.into()))?;
        let extensions = options.extensions.unwrap_or_else(|| rp.creation_extensions().clone());
        extensions.check()?;
        let state = Begin::List;
        Ok(BeginCreate { rp, user, challenge, now, origin, extensions, state }.list())
    }

    /// Finishes: verifies what the browser posted and stores the passkey.
    ///
    /// `user` is the account of the session in which the response arrives: a ceremony that was begun for another
    /// is refused. `response` is the JSON of `PublicKeyCredential.toJSON()`.
    ///
    /// Effects: [`TakeCeremony`](Effect::TakeCeremony) before anything is looked at,
    /// [`PasskeysOf`](Effect::PasskeysOf) for a name that is not taken, [`InsertPasskey`](Effect::InsertPasskey).
    ///
    /// # Errors
    ///
    /// None at once; later [`Error::CeremonyNotFound`], [`Error::CeremonyExpired`], [`Error::CeremonyMismatch`],
    /// [`Error::Registration`], [`Error::AlreadyExists`], [`Error::LimitReached`].
    pub fn finish<'a>(
        rp: &'a RelyingParty,
        user: UserHandle,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<FinishCreate<'a>>, Error> {
        let flow = FinishCreate { rp, user, ceremony, response, now, state: Finish::Take };
        Ok(Step::Effect(flow, Effect::TakeCeremony(ceremony)))
    }
}

fn owner(rp: &RelyingParty, user: UserHandle) -> Owner {
    Owner { rp_id: rp.rp_id().to_string(), user }
}

/// What a creation begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreationStart {
    /// Names the ceremony; to be kept with the browser session, in a cookie.
    pub ceremony_id: CeremonyId,
    /// The options for the browser.
    pub public_key: CreationOptions,
    /// The first instant at which the ceremony no longer counts.
    pub expires_at: Timestamp,
}

/// A creation that begins.
#[derive(Debug)]
pub struct BeginCreate<'a> {
    rp: &'a RelyingParty,
    user: &'a SignedInUser,
    challenge: Challenge,
    now: Timestamp,
    origin: Option<String>,
    extensions: RegistrationInputs,
    state: Begin,
}

#[derive(Debug)]
enum Begin {
    List,
    Put(Box<CreationStart>),
}

impl Flow for BeginCreate<'_> {
    type Output = CreationStart;

    fn resume(mut self, reply: Reply) -> Result<Step<Self>, Error> {
        match (&self.state, reply) {
            (Begin::List, Reply::Passkeys(passkeys)) => {
                let max = self.rp.max_passkeys_per_user();
                if u32::try_from(passkeys.len()).map_or(true, |count| count >= max) {
                    return Err(Error::LimitReached { max });
                }
                let ceremony = self.ceremony();
                let start = CreationStart {
                    ceremony_id: ceremony.id(),
                    public_key: self.options(&passkeys),
                    expires_at: ceremony.expires_at(),
                };
                self.state = Begin::Put(Box::new(start));
                Ok(Step::Effect(self, Effect::PutCeremony(Box::new(ceremony))))
            }
            (Begin::Put(start), Reply::Stored) => Ok(Step::Done(CreationStart::clone(start))),
            (Begin::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Begin::Put(_), _) => Err(Error::UnexpectedReply("PutCeremony")),
        }
    }
}

impl BeginCreate<'_> {
    fn list(self) -> Step<Self> {
        let owner = owner(self.rp, self.user.handle);
        Step::Effect(self, Effect::PasskeysOf(owner))
    }

    fn ceremony(&self) -> Ceremony {
        let start = CeremonyStart {
            challenge: self.challenge,
            rp_id: self.rp.rp_id().to_string(),
            origin: self.origin.clone(),
            user_verification: self.rp.user_verification(),
            extensions: self.extensions.requested().clone(),
            now: self.now,
            lifetime: self.rp.ceremony_lifetime(),
        };
        let kind = CeremonyKind::Create {
            user: self.user.handle,
            algorithms: self.rp.algorithms().to_vec(),
            conditional: false,
        };
        Ceremony::new(start, kind)
    }

    fn options(&self, passkeys: &[Passkey]) -> CreationOptions {
        let rp = self.rp;
        CreationOptions {
            rp: RpEntity { id: rp.rp_id().to_string(), name: rp.name().into() },
            user: UserEntity {
                id: self.user.handle,
                name: self.user.name.clone(),
                display_name: self.user.display_name.clone(),
            },
            challenge: self.challenge,
            algorithms: rp.algorithms().iter().copied().map(Into::into).collect(),
            timeout: rp.ceremony_lifetime(),
            exclude_credentials: passkeys.iter().map(CredentialDescriptor::from).collect(),
            authenticator_selection: AuthenticatorSelection {
                authenticator_attachment: rp.attachment(),
                resident_key: rp.resident_key(),
                require_resident_key: rp.resident_key() == ResidentKey::Required,
                user_verification: rp.user_verification(),
            },
            hints: rp.hints().to_vec(),
            attestation: rp.attestation_conveyance(),
            extensions: self.extensions.clone(),
        }
    }
}

/// A passkey that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Created {
    /// The passkey, as it was stored.
    pub passkey: Passkey,
    /// What came of the extensions. Secrets that were derived are here and nowhere else.
    pub extensions: RegistrationOutputs,
}

/// A creation that finishes.
pub struct FinishCreate<'a> {
    rp: &'a RelyingParty,
    user: UserHandle,
    ceremony: CeremonyId,
    response: &'a [u8],
    now: Timestamp,
    state: Finish,
}

#[derive(Debug)]
enum Finish {
    Take,
    Name(Box<VerifiedRegistration>),
    Insert(Box<Created>),
}

/// Does not show the response: extension outputs in it may be secrets.
impl fmt::Debug for FinishCreate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishCreate").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Flow for FinishCreate<'_> {
    type Output = Created;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { rp, user, ceremony, response, now, state } = self;
        let next = |state| Self { rp, user, ceremony, response, now, state };
        match (state, reply) {
            (Finish::Take, Reply::Ceremony(taken)) => {
                let taken = taken::check(taken, ceremony, rp, now)?;
                let registration = Box::new(verify(rp, user, &taken, response, now)?);
                let owner = owner(rp, user);
                Ok(Step::Effect(next(Finish::Name(registration)), Effect::PasskeysOf(owner)))
            }
            (Finish::Name(registration), Reply::Passkeys(passkeys)) => {
                let name = naming::suggest(
                    rp.authenticator_names(),
                    registration.aaguid(),
                    registration.attachment(),
                    registration.transports(),
                );
                let taken = passkeys.iter().map(|passkey| &passkey.name).collect::<Vec<_>>();
                let name = name.unique_among(&taken);
                let extensions = registration.extensions().clone();
                let passkey = registration.into_passkey(rp.rp_id(), user, name, now);
                let effect = Effect::InsertPasskey {
                    passkey: Box::new(passkey.clone()),
                    max_per_user: max_per_user(rp, &passkey),
                };
                let created = Box::new(Created { passkey, extensions });
                Ok(Step::Effect(next(Finish::Insert(created)), effect))
            }
            (Finish::Insert(created), Reply::Inserted(inserted)) => match inserted {
                Inserted::Inserted if is_decoy(rp, &created.passkey) => {
                    Err(Error::Inconsistent("a passkey inserted beyond the limit"))
                }
                Inserted::Inserted => Ok(Step::Done(*created)),
                Inserted::AlreadyExists => Err(Error::AlreadyExists),
                Inserted::LimitReached if is_decoy(rp, &created.passkey) => {
                    Err(Error::AlreadyExists)
                }
                Inserted::LimitReached => {
                    Err(Error::LimitReached { max: rp.max_passkeys_per_user() })
                }
            },
            (Finish::Take, _) => Err(Error::UnexpectedReply("TakeCeremony")),
            (Finish::Name(_), _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Finish::Insert(_), _) => Err(Error::UnexpectedReply("InsertPasskey")),
        }
    }
}

/// No room for a decoy, which somebody else seems to have: the insert is asked for as with his passkey, and refused.
fn max_per_user(rp: &RelyingParty, passkey: &Passkey) -> u32 {
    if is_decoy(rp, passkey) { 0 } else { rp.max_passkeys_per_user() }
}

fn is_decoy(rp: &RelyingParty, passkey: &Passkey) -> bool {
    decoys::recognise(rp, &passkey.credential_id).is_some()
}

/// Verifies the response against what the ceremony demanded when it began.
fn verify(
    rp: &RelyingParty,
    user: UserHandle,
    ceremony: &Ceremony,
    response: &[u8],
    now: Timestamp,
) -> Result<VerifiedRegistration, Error> {
    let CeremonyKind::Create { user: begun_for, algorithms, conditional } = ceremony.kind() else {
        return Err(Error::CeremonyMismatch("something else than a creation"));
    };
    if *begun_for != user {
        return Err(Error::CeremonyMismatch("another user"));
    }
    let response = RegistrationResponse::parse(response).map_err(Error::malformed_registration)?;
    let expected = RegistrationExpectation {
        rp_id: rp.rp_id(),
        origins: rp.origins(),
        bound_origin: ceremony.origin(),
        challenge: ceremony.challenge().as_bytes(),
        user_verification: ceremony.user_verification(),
        algorithms,
        conditional: *conditional,
        attestation: rp.attestation(),
        extensions: ceremony.extensions(),
        verifier: rp.verifier(),
        now,
    };
    verify_registration(&response, &expected).map_err(Error::Registration)
}
