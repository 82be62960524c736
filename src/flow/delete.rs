//! Deleting a passkey.

use alloc::string::ToString as _;

use super::{Effect, Flow, Owner, Removed, Reply, Step, StepUp, list, step_up};
use crate::{
    bytes::{PasskeyId, UserHandle},
    error::Error,
    json::AllAcceptedCredentials,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::Timestamp,
};

/// The delete flow: [`DeletePasskey`](Effect::DeletePasskey), then [`PasskeysOf`](Effect::PasskeysOf) for what the
/// browser is to be told.
#[derive(Debug)]
pub struct DeletePasskey {
    owner: Owner,
    id: PasskeyId,
    state: State,
}

#[derive(Debug)]
enum State {
    Delete,
    List,
}

/// A passkey that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// The passkey's id.
    pub id: PasskeyId,
    /// The account's remaining passkeys, for `PublicKeyCredential.signalAllAcceptedCredentials()`.
    pub signal: AllAcceptedCredentials,
}

impl DeletePasskey {
    /// Deletes a passkey of the signed-in `user`.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{DeletePasskey, PasskeyId, RelyingParty, UserHandle, store::{self, MemoryStore}};
    /// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// let user = UserHandle::try_from(&[7; 32][..]).unwrap();
    /// let unknown = PasskeyId::try_from(&[1; 16][..]).unwrap();
    /// assert!(store::run(&MemoryStore::new(), DeletePasskey::begin(&rp, user, unknown)).is_err());
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ReverificationRequired`] at once if the settings ask for a verification, see
    /// [`begin_verified`](Self::begin_verified); later [`Error::PasskeyNotFound`], the same for a passkey of somebody else and for one that does
    /// not exist, and [`Error::LastPasskey`] if the relying party keeps the last one.
    pub fn begin(rp: &RelyingParty, user: UserHandle, id: PasskeyId) -> Result<Step<Self>, Error> {
        step_up::check_not_needed(rp, SensitiveAction::Delete)?;
        Ok(Self::start(rp, user, id))
    }

    /// Deletes a passkey of the signed-in `user`, who was verified lately: see [`StepUp`].
    /// [`SignIn::finish_reverification`](super::SignIn::finish_reverification) has an example.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn begin_verified<'a>(
        rp: &RelyingParty,
        user: UserHandle,
        id: PasskeyId,
        step_up: impl Into<StepUp<'a>>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        step_up::check(rp, SensitiveAction::Delete, user, Some(step_up.into()), now)?;
        Ok(Self::start(rp, user, id))
    }

    fn start(rp: &RelyingParty, user: UserHandle, id: PasskeyId) -> Step<Self> {
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        let keep_last = rp.keep_last_passkey();
        let effect = Effect::DeletePasskey { owner: owner.clone(), id, keep_last };
        Step::Effect(Self { owner, id, state: State::Delete }, effect)
    }
}

impl Flow for DeletePasskey {
    type Output = Deleted;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { owner, id, state } = self;
        match (state, reply) {
            (State::Delete, Reply::Removed(Removed::Removed)) => {
                let effect = Effect::PasskeysOf(owner.clone());
                Ok(Step::Effect(Self { owner, id, state: State::List }, effect))
            }
            (State::Delete, Reply::Removed(Removed::NotFound)) => Err(Error::PasskeyNotFound),
            (State::Delete, Reply::Removed(Removed::LastPasskey)) => Err(Error::LastPasskey),
            (State::List, Reply::Passkeys(passkeys)) => {
                Ok(Step::Done(Deleted { id, signal: list::accepted(owner, &passkeys)? }))
            }
            (State::Delete, _) => Err(Error::UnexpectedReply("DeletePasskey")),
            (State::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
        }
    }
}
