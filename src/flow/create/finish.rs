//! The second step of a creation: from the browser's response to a stored passkey.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use super::owner;
use crate::{
    bytes::{PasskeyId, UserHandle},
    ceremony::{Ceremony, CeremonyKind, VerifiedRegistration},
    error::Error,
    extensions::RegistrationOutputs,
    flow::{
        Effect, Flow, InsertOutcome, Posted, Reply, Step, enabled,
        registration::{self, GivenNames},
        step_up, taken,
    },
    passkey::Passkey,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// A passkey that was created. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Created {
    /// The passkey, as it was stored.
    pub passkey: Passkey,
    /// The extension outputs. Derived secrets are here and nowhere else.
    pub extensions: RegistrationOutputs,
}

/// A creation that is being finished. [`CreatePasskey`](crate::CreatePasskey) has an example.
pub struct FinishCreate<'a> {
    rp: &'a RelyingParty,
    user: UserHandle,
    posted: Posted<'a>,
    now: Timestamp,
    state: Finish,
}

#[derive(Debug)]
enum Finish {
    Take,
    Name(Box<VerifiedRegistration>, Begun),
    Insert(Box<Created>),
}

/// What the ceremony says about the passkey.
#[derive(Debug)]
struct Begun {
    names: GivenNames,
    /// The passkey that verified the user, if a verification was required.
    verified_with: Option<PasskeyId>,
}

/// Does not show the response, because extension outputs in it may be secrets.
impl fmt::Debug for FinishCreate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishCreate").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<'a> FinishCreate<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        user: UserHandle,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        let flow = Self { rp, user, posted, now, state: Finish::Take };
        Ok(Step::Effect(flow, Effect::TakeCeremony(posted.ceremony)))
    }
}

impl Flow for FinishCreate<'_> {
    type Output = Created;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { rp, user, posted, now, state } = self;
        let next = |state| Self { rp, user, posted, now, state };
        match (state, reply) {
            (Finish::Take, Reply::Ceremony(taken)) => {
                let taken = taken::check(taken, &posted, rp, now)?;
                let (verified, begun) = verify(rp, user, &taken, posted.response, now)?;
                let state = Finish::Name(Box::new(verified), begun);
                Ok(Step::Effect(next(state), Effect::PasskeysOf(owner(rp, user))))
            }
            (Finish::Name(verified, begun), Reply::Passkeys(passkeys)) => {
                let owner = owner(rp, user);
                owner.check_owns(&passkeys)?;
                if let Some(passkey) = begun.verified_with {
                    step_up::check_exists(passkey, &owner, &passkeys)?;
                }
                let name = begun.names.name_of(rp, &verified);
                let taken = passkeys.iter().map(|passkey| &passkey.name).collect::<Vec<_>>();
                let name = name.unique_among(&taken);
                let extensions = verified.extensions().clone();
                let passkey = verified.into_passkey(rp.rp_id(), user, name, now);
                let effect = Effect::InsertPasskey {
                    passkey: Box::new(passkey.clone()),
                    max_per_user: max_per_user(rp, &passkey),
                };
                let created = Box::new(Created { passkey, extensions });
                Ok(Step::Effect(next(Finish::Insert(created)), effect))
            }
            (Finish::Insert(created), Reply::Inserted(inserted)) => match inserted {
                InsertOutcome::Inserted if is_decoy(rp, &created.passkey) => {
                    Err(Error::Inconsistent("a passkey inserted beyond the limit"))
                }
                InsertOutcome::Inserted => Ok(Step::Done(*created)),
                InsertOutcome::AlreadyExists => Err(Error::AlreadyExists),
                InsertOutcome::LimitReached if is_decoy(rp, &created.passkey) => {
                    Err(Error::AlreadyExists)
                }
                InsertOutcome::LimitReached => {
                    Err(Error::LimitReached { max: rp.max_passkeys_per_user() })
                }
            },
            (Finish::Take, _) => Err(Error::UnexpectedReply("TakeCeremony")),
            (Finish::Name(..), _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Finish::Insert(_), _) => Err(Error::UnexpectedReply("InsertPasskey")),
        }
    }
}

/// No room for a decoy, which another account seems to have: the insert is requested as for a real passkey, and
/// rejected.
fn max_per_user(rp: &RelyingParty, passkey: &Passkey) -> u32 {
    if is_decoy(rp, passkey) { 0 } else { rp.max_passkeys_per_user() }
}

fn is_decoy(rp: &RelyingParty, passkey: &Passkey) -> bool {
    rp.recognise_decoy(&passkey.credential_id).is_some()
}

/// Verifies the response against the demands of the ceremony when it began. Also returns what the ceremony says about
/// the passkey.
fn verify(
    rp: &RelyingParty,
    user: UserHandle,
    ceremony: &Ceremony,
    response: &[u8],
    now: Timestamp,
) -> Result<(VerifiedRegistration, Begun), Error> {
    let CeremonyKind::Create {
        user: begun_for,
        algorithms,
        conditional,
        name,
        fallback_name,
        verified_with,
    } = ceremony.kind()
    else {
        return Err(Error::CeremonyMismatch("something other than a creation"));
    };
    if *begun_for != user {
        return Err(Error::CeremonyMismatch("another user"));
    }
    let verified = registration::verify(rp, ceremony, algorithms, *conditional, response, now)?;
    let names = GivenNames { name: name.clone(), fallback_name: fallback_name.clone() };
    Ok((verified, Begun { names, verified_with: *verified_with }))
}
