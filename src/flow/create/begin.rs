//! The first step of a creation: options for the browser.

use alloc::boxed::Box;

use super::owner;
use crate::{
    bytes::{Challenge, PasskeyId},
    ceremony::CeremonyKind,
    error::Error,
    extensions::RegistrationInputs,
    flow::{
        BeginOptions, CreationStart, Effect, Flow, Reply, SignedInUser, Step, enabled,
        registration::Registration, step_up,
    },
    json::UserEntity,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::Timestamp,
};

/// A creation that is being started. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Debug)]
pub struct BeginCreate<'a> {
    user: &'a SignedInUser,
    registration: Box<Registration<'a>>,
    /// The passkey that verified the user, if a verification was required.
    verified_with: Option<PasskeyId>,
    state: Begin,
}

#[derive(Debug)]
enum Begin {
    List,
    Put(Box<CreationStart>),
}

impl<'a> BeginCreate<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        user: &'a SignedInUser,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, RegistrationInputs>,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        let action = SensitiveAction::Create;
        let verified_with = step_up::check(rp, action, user.handle, options.step_up, now)?;
        let registration = Box::new(Registration::new(rp, challenge, now, options)?);
        let effect = Effect::PasskeysOf(owner(rp, user.handle));
        Ok(Step::Effect(Self { user, registration, verified_with, state: Begin::List }, effect))
    }
}

impl Flow for BeginCreate<'_> {
    type Output = CreationStart;

    fn resume(mut self, reply: Reply) -> Result<Step<Self>, Error> {
        match (self.state, reply) {
            (Begin::List, Reply::Passkeys(passkeys)) => {
                let rp = self.registration.rp();
                let owner = owner(rp, self.user.handle);
                owner.check_owns(&passkeys)?;
                if let Some(passkey) = self.verified_with {
                    step_up::check_exists(passkey, &owner, &passkeys)?;
                }
                let max = rp.max_passkeys_per_user();
                if u32::try_from(passkeys.len()).map_or(true, |count| count >= max) {
                    return Err(Error::LimitReached { max });
                }
                let user = UserEntity {
                    id: self.user.handle,
                    name: self.user.name.clone(),
                    display_name: self.user.display_name.clone(),
                };
                let kind = CeremonyKind::Create {
                    user: self.user.handle,
                    algorithms: self.registration.algorithms(),
                    conditional: self.registration.conditional(),
                    name: self.registration.name(),
                    fallback_name: self.registration.fallback_name(),
                    verified_with: self.verified_with,
                };
                let (start, ceremony) = self.registration.begin(user, &passkeys, kind);
                self.state = Begin::Put(Box::new(start));
                Ok(Step::Effect(self, Effect::PutCeremony(Box::new(ceremony))))
            }
            (Begin::Put(start), Reply::Stored) => Ok(Step::Done(*start)),
            (Begin::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Begin::Put(_), _) => Err(Error::UnexpectedReply("PutCeremony")),
        }
    }
}
