//! Erasing an account.

use alloc::{string::ToString as _, vec::Vec};

use super::{Effect, Flow, Owner, Reply, Step, StepUp, step_up};
use crate::{
    bytes::{CredentialId, PasskeyId, UserHandle},
    error::Error,
    json::AllAcceptedCredentials,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::Timestamp,
};

/// The erase flow, which deletes everything that the store keeps about an account:
/// [`EraseCeremonies`](Effect::EraseCeremonies), then [`ErasePasskeys`](Effect::ErasePasskeys), preceded by
/// [`PasskeysOf`](Effect::PasskeysOf) if the flow relies on a proof.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{EraseAccount, RelyingParty, UserHandle, store::{self, MemoryStore}};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&[7; 32][..]).unwrap();
/// let erased = store::run(&MemoryStore::new(), EraseAccount::begin(&rp, user)).unwrap();
/// assert!(erased.credential_ids.is_empty(), "the account had no passkeys");
/// // For PublicKeyCredential.signalAllAcceptedCredentials(): browsers forget the account's passkeys.
/// assert!(serde_json::to_string(&erased.signal).unwrap().contains(r#""allAcceptedCredentialIds":[]"#));
/// # }
/// ```
///
/// # Requests in progress
///
/// Ceremonies are erased first, so a ceremony whose response has not been posted yet can no longer finish. One race
/// remains: a creation that has already taken its ceremony may insert its passkey after the account's passkeys were
/// erased. If your store keeps the passkeys with a foreign key to your accounts, that insert fails, or the passkey
/// disappears with the account's row when you delete it. Otherwise the passkey stays behind. It signs no one in, as
/// long as you reject sign-ins whose account you do not find. Erasing again removes it. That is harmless at any time,
/// and complete once the [lifetime of a ceremony](crate::RelyingPartyBuilder::ceremony_lifetime) has passed.
///
/// End the account's sessions too. A sign-in in progress may finish before its passkey is erased and start its session
/// just after.
#[derive(Debug)]
pub struct EraseAccount {
    owner: Owner,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Checks that the passkey of the proof still exists.
    Verify(PasskeyId),
    Ceremonies,
    Passkeys,
}

/// An account that was erased. [`EraseAccount`](crate::EraseAccount) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Erased {
    /// The credentials of the passkeys that the account had.
    pub credential_ids: Vec<CredentialId>,
    /// An empty list, for `PublicKeyCredential.signalAllAcceptedCredentials()`.
    pub signal: AllAcceptedCredentials,
}

impl EraseAccount {
    /// Erases the account of the signed-in `user`, including its last passkey. Succeeds if there is nothing to erase.
    ///
    /// # Errors
    ///
    /// [`Error::ReverificationRequired`] if the settings require a verification: see
    /// [`begin_verified`](Self::begin_verified).
    pub fn begin(rp: &RelyingParty, user: UserHandle) -> Result<Step<Self>, Error> {
        step_up::check_not_needed(rp, SensitiveAction::Erase)?;
        Ok(Self::start(rp, user, None))
    }

    /// Erases the account of the signed-in `user`, who was verified recently: see [`StepUp`].
    /// [`SignIn::finish_reverification`](super::SignIn::finish_reverification) has an example.
    ///
    /// # Errors
    ///
    /// Like [`begin`](Self::begin). Later also [`Error::ReverificationRequired`] if the passkey of the proof has been
    /// deleted.
    pub fn begin_verified<'a>(
        rp: &RelyingParty,
        user: UserHandle,
        step_up: impl Into<StepUp<'a>>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        let action = SensitiveAction::Erase;
        let verified_with = step_up::check(rp, action, user, Some(step_up.into()), now)?;
        Ok(Self::start(rp, user, verified_with))
    }

    fn start(rp: &RelyingParty, user: UserHandle, verified_with: Option<PasskeyId>) -> Step<Self> {
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        match verified_with {
            None => Self::erase(owner),
            Some(passkey) => {
                let effect = Effect::PasskeysOf(owner.clone());
                Step::Effect(Self { owner, state: State::Verify(passkey) }, effect)
            }
        }
    }

    fn erase(owner: Owner) -> Step<Self> {
        let effect = Effect::EraseCeremonies(owner.clone());
        Step::Effect(Self { owner, state: State::Ceremonies }, effect)
    }
}

impl Flow for EraseAccount {
    type Output = Erased;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { owner, state } = self;
        match (state, reply) {
            (State::Verify(passkey), Reply::Passkeys(passkeys)) => {
                step_up::check_exists(passkey, &owner, &passkeys)?;
                Ok(Self::erase(owner))
            }
            (State::Ceremonies, Reply::Stored) => {
                let effect = Effect::ErasePasskeys(owner.clone());
                Ok(Step::Effect(Self { owner, state: State::Passkeys }, effect))
            }
            (State::Passkeys, Reply::Erased(credential_ids)) => {
                let signal = AllAcceptedCredentials::new(owner.rp_id, owner.user, Vec::new());
                Ok(Step::Done(Erased { credential_ids, signal }))
            }
            (State::Verify(_), _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (State::Ceremonies, _) => Err(Error::UnexpectedReply("EraseCeremonies")),
            (State::Passkeys, _) => Err(Error::UnexpectedReply("ErasePasskeys")),
        }
    }
}
