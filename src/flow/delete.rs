//! Deleting a passkey.

use alloc::string::ToString as _;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::{Effect, Flow, Owner, RemoveOutcome, Reply, Step, StepUp, list, step_up};
use crate::{
    bytes::{PasskeyId, UserHandle},
    error::Error,
    json::AllAcceptedCredentials,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::Timestamp,
};

/// The delete flow: [`DeletePasskey`](Effect::DeletePasskey), then [`PasskeysOf`](Effect::PasskeysOf) for the signal to
/// the browser, preceded by [`PasskeysOf`](Effect::PasskeysOf) if the flow relies on a proof.
#[derive(Debug)]
pub struct DeletePasskey {
    owner: Owner,
    id: PasskeyId,
    keep_last: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Checks that the passkey of the proof still exists.
    Verify(PasskeyId),
    Delete,
    List,
}

/// A passkey that was deleted. [`DeletePasskey::begin`](crate::DeletePasskey::begin) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// The ID of the passkey.
    pub id: PasskeyId,
    /// The account's remaining passkeys, for `PublicKeyCredential.signalAllAcceptedCredentials()`.
    pub signal: AllAcceptedCredentials,
}

/// `{"object":"passkey","id":…,"deleted":true,"signal":…}`, where `signal` is for the browser.
impl Serialize for Deleted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Deleted", 4)?;
        object.serialize_field("object", "passkey")?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("deleted", &true)?;
        object.serialize_field("signal", &self.signal)?;
        object.end()
    }
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
    /// [`Error::ReverificationRequired`] immediately if the settings require a verification, see
    /// [`begin_verified`](Self::begin_verified). Later [`Error::PasskeyNotFound`], both for a passkey that does not
    /// exist and for another user's passkey, and [`Error::LastPasskey`] if the relying party protects the last passkey.
    pub fn begin(rp: &RelyingParty, user: UserHandle, id: PasskeyId) -> Result<Step<Self>, Error> {
        step_up::check_not_needed(rp, SensitiveAction::Delete)?;
        Ok(Self::start(rp, user, id, None))
    }

    /// Deletes a passkey of the signed-in `user`, who was verified recently: see [`StepUp`].
    /// [`SignIn::finish_reverification`](super::SignIn::finish_reverification) has an example.
    ///
    /// # Errors
    ///
    /// Like [`begin`](Self::begin). Later also [`Error::ReverificationRequired`] if the passkey of the proof has been
    /// deleted.
    pub fn begin_verified<'a>(
        rp: &RelyingParty,
        user: UserHandle,
        id: PasskeyId,
        step_up: impl Into<StepUp<'a>>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        let action = SensitiveAction::Delete;
        let verified_with = step_up::check(rp, action, user, Some(step_up.into()), now)?;
        Ok(Self::start(rp, user, id, verified_with))
    }

    fn start(
        rp: &RelyingParty,
        user: UserHandle,
        id: PasskeyId,
        verified_with: Option<PasskeyId>,
    ) -> Step<Self> {
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        let keep_last = rp.keep_last_passkey();
        match verified_with {
            None => Self { owner, id, keep_last, state: State::Delete }.delete(),
            Some(passkey) => {
                let effect = Effect::PasskeysOf(owner.clone());
                let state = State::Verify(passkey);
                Step::Effect(Self { owner, id, keep_last, state }, effect)
            }
        }
    }

    fn delete(self) -> Step<Self> {
        let Self { owner, id, keep_last, .. } = self;
        let effect = Effect::DeletePasskey { owner: owner.clone(), id, keep_last };
        Step::Effect(Self { owner, id, keep_last, state: State::Delete }, effect)
    }
}

impl Flow for DeletePasskey {
    type Output = Deleted;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { owner, id, keep_last, state } = self;
        match (state, reply) {
            (State::Verify(passkey), Reply::Passkeys(passkeys)) => {
                step_up::check_exists(passkey, &owner, &passkeys)?;
                Ok(Self { owner, id, keep_last, state: State::Delete }.delete())
            }
            (State::Delete, Reply::Removed(RemoveOutcome::Removed)) => {
                let effect = Effect::PasskeysOf(owner.clone());
                Ok(Step::Effect(Self { owner, id, keep_last, state: State::List }, effect))
            }
            (State::Delete, Reply::Removed(RemoveOutcome::NotFound)) => Err(Error::PasskeyNotFound),
            (State::Delete, Reply::Removed(RemoveOutcome::LastPasskey)) => Err(Error::LastPasskey),
            (State::List, Reply::Passkeys(passkeys)) => {
                Ok(Step::Done(Deleted { id, signal: list::accepted(owner, &passkeys)? }))
            }
            (State::Delete, _) => Err(Error::UnexpectedReply("DeletePasskey")),
            (State::Verify(_) | State::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
        }
    }
}
