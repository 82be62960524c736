//! Renaming a passkey.

use alloc::string::ToString as _;

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

/// The rename flow: one effect, [`RenamePasskey`](Effect::RenamePasskey).
#[derive(Debug)]
pub struct RenamePasskey {
    owner: Owner,
    id: PasskeyId,
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
    /// [`Error::ReverificationRequired`] at once if the settings ask for a verification, see
    /// [`begin_verified`](Self::begin_verified), and [`Error::Name`]; later [`Error::PasskeyNotFound`], the same for a
    /// passkey of somebody else and for one that does not exist.
    pub fn begin(
        rp: &RelyingParty,
        user: UserHandle,
        id: PasskeyId,
        name: &str,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        Self::start(rp, user, id, name, None, now)
    }

    /// Renames a passkey of the signed-in `user`, who was verified lately: see [`StepUp`].
    /// [`SignIn::finish_reverification`](super::SignIn::finish_reverification) has an example.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
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
        step_up::check(rp, SensitiveAction::Rename, user, step_up, now)?;
        let name = name.parse::<PasskeyName>()?;
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        let effect = Effect::RenamePasskey { owner: owner.clone(), id, name, at: now };
        Ok(Step::Effect(Self { owner, id }, effect))
    }
}

impl Flow for RenamePasskey {
    type Output = Passkey;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match reply {
            Reply::Passkey(Some(passkey)) if self.is_mine(&passkey) => Ok(Step::Done(*passkey)),
            Reply::Passkey(Some(_)) => Err(Error::Inconsistent("a passkey of somebody else")),
            Reply::Passkey(None) => Err(Error::PasskeyNotFound),
            _ => Err(Error::UnexpectedReply("RenamePasskey")),
        }
    }
}

impl RenamePasskey {
    fn is_mine(&self, passkey: &Passkey) -> bool {
        passkey.id == self.id
            && passkey.user == self.owner.user
            && passkey.rp_id == self.owner.rp_id
    }
}
