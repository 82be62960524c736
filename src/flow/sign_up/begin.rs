//! The first step of a sign-up: options for the browser.

use alloc::boxed::Box;

use crate::{
    bytes::Challenge,
    ceremony::CeremonyKind,
    error::Error,
    extensions::RegistrationInputs,
    flow::{
        BeginOptions, CreationStart, Effect, Flow, NewUser, Reply, Step, enabled,
        registration::Registration,
    },
    json::UserEntity,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// A sign-up that is being started. [`SignUp`](crate::SignUp) has an example.
#[derive(Debug)]
pub struct BeginSignUp {
    start: Box<CreationStart>,
}

impl BeginSignUp {
    pub(super) fn start(
        rp: &RelyingParty,
        user: &NewUser,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, RegistrationInputs>,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        user.check()?;
        // A user who signs up is asked, and must be present.
        let options = BeginOptions { conditional: false, ..options };
        let registration = Registration::new(rp, challenge, now, options)?;
        let entity = UserEntity {
            id: user.handle(),
            name: user.name().into(),
            display_name: user.display_name().into(),
        };
        let kind = CeremonyKind::SignUp {
            user: user.clone(),
            algorithms: registration.algorithms(),
            name: registration.name(),
            fallback_name: registration.fallback_name(),
        };
        let (start, ceremony) = registration.begin(entity, &[], kind);
        let effect = Effect::PutCeremony(Box::new(ceremony));
        Ok(Step::Effect(Self { start: Box::new(start) }, effect))
    }
}

impl Flow for BeginSignUp {
    type Output = CreationStart;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match reply {
            Reply::Stored => Ok(Step::Done(*self.start)),
            _ => Err(Error::UnexpectedReply("PutCeremony")),
        }
    }
}
