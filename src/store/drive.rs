//! Runs a flow to its end against a store: a loop that answers one effect after the other.

use alloc::boxed::Box;

use super::{AsyncPasskeyStore, PasskeyStore};
use crate::{
    error::Error,
    flow::{Effect, Flow, Reply, Step},
};

/// Why a flow did not come to its end.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError<E> {
    /// The flow refused.
    #[error(transparent)]
    Flow(#[from] Error),
    /// The store failed. Whatever the flow had asked for is not acknowledged.
    #[error("the passkey store failed")]
    Store(#[source] E),
}

/// Runs a flow against a blocking store.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{ListPasskeys, RelyingParty, UserHandle, store::{self, MemoryStore}};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&b"a user"[..]).unwrap();
/// let listed = store::run(&MemoryStore::new(), ListPasskeys::begin(&rp, user)).unwrap();
/// assert!(listed.passkeys.is_empty());
/// # }
/// ```
///
/// # Errors
///
/// The flow's own error, or the store's.
pub fn run<S: PasskeyStore + ?Sized, F: Flow>(
    store: &S,
    start: Result<Step<F>, Error>,
) -> Result<F::Output, RunError<S::Error>> {
    let mut step = start?;
    loop {
        match step {
            Step::Done(output) => return Ok(output),
            Step::Effect(flow, effect) => {
                let reply = answer(store, effect).map_err(RunError::Store)?;
                step = flow.resume(reply)?;
            }
        }
    }
}

/// Runs a flow against a store whose verbs are futures.
///
/// # Errors
///
/// The flow's own error, or the store's.
pub async fn run_async<S: AsyncPasskeyStore + ?Sized, F: Flow>(
    store: &S,
    start: Result<Step<F>, Error>,
) -> Result<F::Output, RunError<S::Error>> {
    let mut step = start?;
    loop {
        match step {
            Step::Done(output) => return Ok(output),
            Step::Effect(flow, effect) => {
                let reply = answer_async(store, effect).await.map_err(RunError::Store)?;
                step = flow.resume(reply)?;
            }
        }
    }
}

fn answer<S: PasskeyStore + ?Sized>(store: &S, effect: Effect) -> Result<Reply, S::Error> {
    Ok(match effect {
        Effect::PutCeremony(ceremony) => {
            store.put_ceremony(&ceremony)?;
            Reply::Stored
        }
        Effect::TakeCeremony(id) => Reply::Ceremony(store.take_ceremony(&id)?.map(Box::new)),
        Effect::PasskeysOf(owner) => Reply::Passkeys(store.passkeys_of(&owner)?),
        Effect::Passkey { rp_id, credential_id } => {
            Reply::Passkey(store.passkey(&rp_id, &credential_id)?.map(Box::new))
        }
        Effect::InsertPasskey { passkey, max_per_user } => {
            Reply::Inserted(store.insert_passkey(&passkey, max_per_user)?)
        }
        Effect::RecordUse { id, expected, state, at } => {
            Reply::Recorded(store.record_use(&id, &expected, &state, at)?)
        }
        Effect::RenamePasskey { owner, id, name, at } => {
            Reply::Passkey(store.rename_passkey(&owner, &id, &name, at)?.map(Box::new))
        }
        Effect::DeletePasskey { owner, id, keep_last } => {
            Reply::Removed(store.delete_passkey(&owner, &id, keep_last)?)
        }
        Effect::PendingTasks(owner) => Reply::Tasks(store.pending_tasks(&owner)?),
    })
}

async fn answer_async<S: AsyncPasskeyStore + ?Sized>(
    store: &S,
    effect: Effect,
) -> Result<Reply, S::Error> {
    Ok(match effect {
        Effect::PutCeremony(ceremony) => {
            store.put_ceremony(&ceremony).await?;
            Reply::Stored
        }
        Effect::TakeCeremony(id) => Reply::Ceremony(store.take_ceremony(&id).await?.map(Box::new)),
        Effect::PasskeysOf(owner) => Reply::Passkeys(store.passkeys_of(&owner).await?),
        Effect::Passkey { rp_id, credential_id } => {
            Reply::Passkey(store.passkey(&rp_id, &credential_id).await?.map(Box::new))
        }
        Effect::InsertPasskey { passkey, max_per_user } => {
            Reply::Inserted(store.insert_passkey(&passkey, max_per_user).await?)
        }
        Effect::RecordUse { id, expected, state, at } => {
            Reply::Recorded(store.record_use(&id, &expected, &state, at).await?)
        }
        Effect::RenamePasskey { owner, id, name, at } => {
            Reply::Passkey(store.rename_passkey(&owner, &id, &name, at).await?.map(Box::new))
        }
        Effect::DeletePasskey { owner, id, keep_last } => {
            Reply::Removed(store.delete_passkey(&owner, &id, keep_last).await?)
        }
        Effect::PendingTasks(owner) => Reply::Tasks(store.pending_tasks(&owner).await?),
    })
}
