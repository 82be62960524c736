//! Renaming a passkey.

use alloc::{boxed::Box, string::ToString as _};

use super::{Effect, Flow, Owner, Reply, Step, StepUp, step_up};
use crate::{
    bytes::{PasskeyId, UserHandle},
    error::Error,
    name::PasskeyName,
    passkey::Passkey,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::Timestamp,
};

/// The rename flow: one effect, [`RenamePasskey`](Effect::RenamePasskey), preceded by
/// [`PasskeysOf`](Effect::PasskeysOf) if the flow relies on a proof.
#[derive(Debug)]
pub struct RenamePasskey {
    owner: Owner,
    id: PasskeyId,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Checks that the passkey of the proof still exists, before this effect.
    Verify(PasskeyId, Box<Effect>),
    Rename,
}

impl RenamePasskey {
    /// Renames a passkey of the signed-in `user`.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{PasskeyId, RelyingParty, RenamePasskey, Timestamp, UserHandle, store::{self, MemoryStore}};
    /// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// let user = UserHandle::try_from(&[7; 32][..]).unwrap();
    /// let somebody_elses = PasskeyId::try_from(&[1; 16][..]).unwrap();
    /// let rename = RenamePasskey::begin(&rp, user, somebody_elses, "Mine now", Timestamp::from_unix_millis(0));
    /// let error = store::run(&MemoryStore::new(), rename).unwrap_err();
    /// assert_eq!(error.to_string(), "the account has no such passkey");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ReverificationRequired`] immediately if the settings require a verification, see
    /// [`begin_verified`](Self::begin_verified); [`Error::Name`] immediately. Later [`Error::PasskeyNotFound`], both
    /// for a passkey that does not exist and for another user's passkey.
    pub fn begin(
        rp: &RelyingParty,
        user: UserHandle,
        id: PasskeyId,
        name: &str,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        Self::start(rp, user, id, name, None, now)
    }

    /// Renames a passkey of the signed-in `user`, who was verified recently: see [`StepUp`].
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
        name: &str,
        step_up: impl Into<StepUp<'a>>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        Self::start(rp, user, id, name, Some(step_up.into()), now)
    }

    fn start(
        rp: &RelyingParty,
        user: UserHandle,
        id: PasskeyId,
        name: &str,
        step_up: Option<StepUp<'_>>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        let verified_with = step_up::check(rp, SensitiveAction::Rename, user, step_up, now)?;
        let name = name.parse::<PasskeyName>()?;
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        let effect = Effect::RenamePasskey { owner: owner.clone(), id, name, at: now };
        Ok(match verified_with {
            None => Step::Effect(Self { owner, id, state: State::Rename }, effect),
            Some(passkey) => {
                let list = Effect::PasskeysOf(owner.clone());
                let state = State::Verify(passkey, Box::new(effect));
                Step::Effect(Self { owner, id, state }, list)
            }
        })
    }
}

impl Flow for RenamePasskey {
    type Output = Passkey;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { owner, id, state } = self;
        let is_mine = |passkey: &Passkey| {
            passkey.id == id && passkey.user == owner.user && passkey.rp_id == owner.rp_id
        };
        match (state, reply) {
            (State::Verify(passkey, effect), Reply::Passkeys(passkeys)) => {
                step_up::check_exists(passkey, &owner, &passkeys)?;
                Ok(Step::Effect(Self { owner, id, state: State::Rename }, *effect))
            }
            (State::Rename, Reply::Passkey(Some(passkey))) if is_mine(&passkey) => {
                Ok(Step::Done(*passkey))
            }
            (State::Rename, Reply::Passkey(Some(_))) => {
                Err(Error::Inconsistent("a passkey of another user"))
            }
            (State::Rename, Reply::Passkey(None)) => Err(Error::PasskeyNotFound),
            (State::Verify(..), _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (State::Rename, _) => Err(Error::UnexpectedReply("RenamePasskey")),
        }
    }
}
