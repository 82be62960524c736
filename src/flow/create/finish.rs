//! The second step of a creation: from the browser's response to a stored passkey.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use super::owner;
use crate::{
    bytes::{CeremonyId, UserHandle},
    ceremony::{
        Ceremony, CeremonyKind, RegistrationExpectation, VerifiedRegistration, verify_registration,
    },
    decoys,
    error::Error,
    extensions::RegistrationOutputs,
    flow::{Effect, Flow, Inserted, Reply, Step, backup, enabled, taken},
    json::RegistrationResponse,
    name::PasskeyName,
    naming,
    passkey::Passkey,
    relying_party::RelyingParty,
    time::Timestamp,
};

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
    /// With the name that the host gave, if it did.
    Name(Box<VerifiedRegistration>, Option<PasskeyName>),
    Insert(Box<Created>),
}

/// Does not show the response: extension outputs in it may be secrets.
impl fmt::Debug for FinishCreate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishCreate").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<'a> FinishCreate<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        user: UserHandle,
        ceremony: CeremonyId,
        response: &'a [u8],
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        let flow = Self { rp, user, ceremony, response, now, state: Finish::Take };
        Ok(Step::Effect(flow, Effect::TakeCeremony(ceremony)))
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
                let (registration, name) = verify(rp, user, &taken, response, now)?;
                let state = Finish::Name(Box::new(registration), name);
                Ok(Step::Effect(next(state), Effect::PasskeysOf(owner(rp, user))))
            }
            (Finish::Name(registration, name), Reply::Passkeys(passkeys)) => {
                let name = name.unwrap_or_else(|| {
                    naming::suggest(
                        rp.authenticator_names(),
                        registration.aaguid(),
                        registration.attachment(),
                        registration.transports(),
                    )
                });
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
            (Finish::Name(..), _) => Err(Error::UnexpectedReply("PasskeysOf")),
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

/// Verifies the response against what the ceremony demanded when it began; with the name that it was to have.
fn verify(
    rp: &RelyingParty,
    user: UserHandle,
    ceremony: &Ceremony,
    response: &[u8],
    now: Timestamp,
) -> Result<(VerifiedRegistration, Option<PasskeyName>), Error> {
    let CeremonyKind::Create { user: begun_for, algorithms, conditional, name } = ceremony.kind()
    else {
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
    let verified = verify_registration(&response, &expected).map_err(Error::Registration)?;
    backup::check(rp, verified.flags()).map_err(Error::Registration)?;
    Ok((verified, name.clone()))
}
