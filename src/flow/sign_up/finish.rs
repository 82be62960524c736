//! The second step of a sign-up: from the browser's response to an account with a passkey.

use alloc::{boxed::Box, string::ToString as _};
use core::fmt;

use crate::{
    ceremony::{Ceremony, CeremonyKind, VerifiedRegistration},
    error::Error,
    extensions::RegistrationOutputs,
    flow::{
        Effect, Flow, NewUser, Posted, Reply, SignUpOutcome, Step, enabled,
        registration::{self, GivenNames},
        taken,
    },
    json::UnknownCredential,
    passkey::Passkey,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// An account that was created with its first passkey. [`SignUp`](crate::SignUp) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedUp {
    /// The user of the new account.
    pub user: NewUser,
    /// The passkey, as it was stored.
    pub passkey: Passkey,
    /// The extension outputs. Derived secrets are here and nowhere else.
    pub extensions: RegistrationOutputs,
}

/// A sign-up that is being finished. [`SignUp`](crate::SignUp) has an example.
pub struct FinishSignUp<'a> {
    rp: &'a RelyingParty,
    posted: Posted<'a>,
    now: Timestamp,
    state: Finish,
}

#[derive(Debug)]
enum Finish {
    Take,
    Find(Box<Verified>),
    Insert(Box<SignedUp>),
}

#[derive(Debug)]
struct Verified {
    user: NewUser,
    registration: VerifiedRegistration,
    names: GivenNames,
}

/// Does not show the response, because extension outputs in it may be secrets.
impl fmt::Debug for FinishSignUp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishSignUp").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<'a> FinishSignUp<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        let flow = Self { rp, posted, now, state: Finish::Take };
        Ok(Step::Effect(flow, Effect::TakeCeremony(posted.ceremony)))
    }
}

impl Flow for FinishSignUp<'_> {
    type Output = SignedUp;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { rp, posted, now, state } = self;
        let next = |state| Self { rp, posted, now, state };
        match (state, reply) {
            (Finish::Take, Reply::Ceremony(taken)) => {
                let taken = taken::check(taken, &posted, rp, now)?;
                let verified = Verified::new(rp, &taken, posted.response, now)?;
                let effect = Effect::Passkey {
                    rp_id: rp.rp_id().to_string(),
                    credential_id: verified.registration.credential_id().clone(),
                };
                Ok(Step::Effect(next(Finish::Find(Box::new(verified))), effect))
            }
            (Finish::Find(verified), Reply::Passkey(found)) => {
                if found.as_ref().is_some_and(|found| found.rp_id != rp.rp_id().as_str()) {
                    return Err(Error::Inconsistent("a passkey of another relying party"));
                }
                // A decoy and another account's passkey are indistinguishable: same effects, same answer.
                let decoy = rp.recognise_decoy(verified.registration.credential_id());
                if found.is_some() || decoy.is_some() {
                    return Err(Error::AlreadyExists);
                }
                let signed_up = Box::new(verified.into_account(rp, now));
                let effect = Effect::InsertAccount {
                    user: Box::new(signed_up.user.clone()),
                    passkey: Box::new(signed_up.passkey.clone()),
                };
                Ok(Step::Effect(next(Finish::Insert(signed_up)), effect))
            }
            (Finish::Insert(signed_up), Reply::SignedUp(outcome)) => match outcome {
                SignUpOutcome::Created => Ok(Step::Done(*signed_up)),
                SignUpOutcome::NameTaken => Err(Error::NameTaken(UnknownCredential {
                    rp_id: signed_up.passkey.rp_id,
                    credential_id: signed_up.passkey.credential_id,
                })),
                SignUpOutcome::AlreadyExists => Err(Error::AlreadyExists),
                SignUpOutcome::Unsupported => Err(Error::SignUpUnsupported),
            },
            (Finish::Take, _) => Err(Error::UnexpectedReply("TakeCeremony")),
            (Finish::Find(_), _) => Err(Error::UnexpectedReply("Passkey")),
            (Finish::Insert(_), _) => Err(Error::UnexpectedReply("InsertAccount")),
        }
    }
}

impl Verified {
    /// Verifies the response against the demands of the ceremony when it began.
    fn new(
        rp: &RelyingParty,
        ceremony: &Ceremony,
        response: &[u8],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let CeremonyKind::SignUp { user, algorithms, name, fallback_name } = ceremony.kind() else {
            return Err(Error::CeremonyMismatch("something other than a sign-up"));
        };
        let registration = registration::verify(rp, ceremony, algorithms, false, response, now)?;
        let names = GivenNames { name: name.clone(), fallback_name: fallback_name.clone() };
        Ok(Self { user: user.clone(), registration, names })
    }

    fn into_account(self, rp: &RelyingParty, now: Timestamp) -> SignedUp {
        let Self { user, registration, names } = self;
        let name = names.name_of(rp, &registration);
        let extensions = registration.extensions().clone();
        let passkey = registration.into_passkey(rp.rp_id(), user.handle(), name, now);
        SignedUp { user, passkey, extensions }
    }
}
