//! Runs a flow to completion against a store: a loop that answers one effect after another.

use alloc::boxed::Box;

use super::{AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore};
use crate::{
    error::{Error, PublicError},
    flow::{Effect, Flow, Reply, Step},
    json::UnknownCredential,
};

/// Why a flow failed.
///
/// `C` is the error of the ceremony store, `P` that of the passkey store. If one database keeps both, they are the same
/// type: `RunError<MyError>`.
///
/// ```
/// use relying_party::{Error, store::RunError};
/// /// The response of a handler: status and body.
/// fn refusal(error: &RunError<std::io::Error>) -> (u16, String) {
///     eprintln!("{}: {error}", error.code());
///     (error.status(), serde_json::to_string(&error.public()).unwrap())
/// }
/// assert_eq!(refusal(&Error::CeremonyExpired.into()).0, 400);
/// assert_eq!(refusal(&RunError::PasskeyStore(std::io::ErrorKind::TimedOut.into())).0, 503);
/// ```
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError<C, P = C> {
    /// The flow failed.
    #[error(transparent)]
    Flow(#[from] Error),
    /// The ceremony store failed. The operation may or may not have taken effect.
    #[error("the ceremony store failed")]
    CeremonyStore(#[source] C),
    /// The passkey store failed. The operation may or may not have taken effect.
    #[error("the passkey store failed")]
    PasskeyStore(#[source] P),
}

impl<C, P> RunError<C, P> {
    /// Returns the HTTP status for the error: [`Error::status`], or 503 if a store failed.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Flow(error) => error.status(),
            Self::CeremonyStore(_) | Self::PasskeyStore(_) => 503,
        }
    }

    /// Returns a stable word for logs and metrics: [`Error::code`], `ceremony_store_failed` or `passkey_store_failed`.
    /// Do not make it public.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Flow(error) => error.code(),
            Self::CeremonyStore(_) => "ceremony_store_failed",
            Self::PasskeyStore(_) => "passkey_store_failed",
        }
    }

    /// Returns what the browser may be told: [`Error::public`]. A store's failure is an `internal_error`.
    #[must_use]
    pub fn public(&self) -> PublicError {
        match self {
            Self::Flow(error) => error.public(),
            Self::CeremonyStore(_) | Self::PasskeyStore(_) => PublicError::internal(),
        }
    }

    /// Returns the payload that tells the browser to forget a credential, if the error is about one: [`Error::signal`].
    #[must_use]
    pub const fn signal(&self) -> Option<&UnknownCredential> {
        match self {
            Self::Flow(error) => error.signal(),
            Self::CeremonyStore(_) | Self::PasskeyStore(_) => None,
        }
    }
}

/// The error of a flow that runs against `S`.
pub(crate) type Failure<S> = RunError<<S as CeremonyStore>::Error, <S as PasskeyStore>::Error>;

/// The same for an asynchronous store.
pub(crate) type AsyncFailure<S> =
    RunError<<S as AsyncCeremonyStore>::Error, <S as AsyncPasskeyStore>::Error>;

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
/// Returns the flow's own error, or the store's.
pub fn run<S: CeremonyStore + PasskeyStore + ?Sized, F: Flow>(
    store: &S,
    start: Result<Step<F>, Error>,
) -> Result<F::Output, RunError<<S as CeremonyStore>::Error, <S as PasskeyStore>::Error>> {
    let mut step = start?;
    loop {
        match step {
            Step::Done(output) => return Ok(output),
            Step::Effect(flow, effect) => {
                let reply = answer(store, effect)?;
                step = flow.resume(reply)?;
            }
        }
    }
}

/// Runs a flow against an asynchronous store. [`RunError`](crate::store::RunError) has an example.
///
/// # Errors
///
/// Returns the flow's own error, or the store's.
pub async fn run_async<S: AsyncCeremonyStore + AsyncPasskeyStore + ?Sized, F: Flow>(
    store: &S,
    start: Result<Step<F>, Error>,
) -> Result<F::Output, RunError<<S as AsyncCeremonyStore>::Error, <S as AsyncPasskeyStore>::Error>>
{
    let mut step = start?;
    loop {
        match step {
            Step::Done(output) => return Ok(output),
            Step::Effect(flow, effect) => {
                let reply = answer_async(store, effect).await?;
                step = flow.resume(reply)?;
            }
        }
    }
}

fn answer<S: CeremonyStore + PasskeyStore + ?Sized>(
    store: &S,
    effect: Effect,
) -> Result<Reply, Failure<S>> {
    let reply = match effect {
        Effect::PutCeremony(ceremony) => {
            store.put_ceremony(&ceremony).map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Stored);
        }
        Effect::TakeCeremony(id) => {
            let taken = store.take_ceremony(&id).map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Ceremony(taken.map(Box::new)));
        }
        Effect::ReadCeremony(id) => {
            let read = store.read_ceremony(&id).map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Ceremony(read.map(Box::new)));
        }
        Effect::EraseCeremonies(owner) => {
            store.erase_ceremonies(&owner).map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Stored);
        }
        Effect::PasskeysOf(owner) => store.passkeys_of(&owner).map(Reply::Passkeys),
        Effect::Passkey { rp_id, credential_id } => {
            store.passkey(&rp_id, &credential_id).map(Reply::found)
        }
        Effect::InsertPasskey { passkey, max_per_user } => {
            store.insert_passkey(&passkey, max_per_user).map(Reply::Inserted)
        }
        Effect::RecordUse { id, expected, state, at } => {
            store.record_use(&id, &expected, &state, at).map(Reply::Recorded)
        }
        Effect::RenamePasskey { owner, id, name, at } => {
            store.rename_passkey(&owner, &id, &name, at).map(Reply::found)
        }
        Effect::DeletePasskey { owner, id, keep_last } => {
            store.delete_passkey(&owner, &id, keep_last).map(Reply::Removed)
        }
        Effect::InsertAccount { user, passkey } => {
            store.insert_account(&user, &passkey).map(Reply::SignedUp)
        }
        Effect::ErasePasskeys(owner) => store.erase_passkeys(&owner).map(Reply::Erased),
    };
    reply.map_err(RunError::PasskeyStore)
}

async fn answer_async<S: AsyncCeremonyStore + AsyncPasskeyStore + ?Sized>(
    store: &S,
    effect: Effect,
) -> Result<Reply, AsyncFailure<S>> {
    let reply = match effect {
        Effect::PutCeremony(ceremony) => {
            store.put_ceremony(&ceremony).await.map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Stored);
        }
        Effect::TakeCeremony(id) => {
            let taken = store.take_ceremony(&id).await.map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Ceremony(taken.map(Box::new)));
        }
        Effect::ReadCeremony(id) => {
            let read = store.read_ceremony(&id).await.map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Ceremony(read.map(Box::new)));
        }
        Effect::EraseCeremonies(owner) => {
            store.erase_ceremonies(&owner).await.map_err(RunError::CeremonyStore)?;
            return Ok(Reply::Stored);
        }
        Effect::PasskeysOf(owner) => store.passkeys_of(&owner).await.map(Reply::Passkeys),
        Effect::Passkey { rp_id, credential_id } => {
            store.passkey(&rp_id, &credential_id).await.map(Reply::found)
        }
        Effect::InsertPasskey { passkey, max_per_user } => {
            store.insert_passkey(&passkey, max_per_user).await.map(Reply::Inserted)
        }
        Effect::RecordUse { id, expected, state, at } => {
            store.record_use(&id, &expected, &state, at).await.map(Reply::Recorded)
        }
        Effect::RenamePasskey { owner, id, name, at } => {
            store.rename_passkey(&owner, &id, &name, at).await.map(Reply::found)
        }
        Effect::DeletePasskey { owner, id, keep_last } => {
            store.delete_passkey(&owner, &id, keep_last).await.map(Reply::Removed)
        }
        Effect::InsertAccount { user, passkey } => {
            store.insert_account(&user, &passkey).await.map(Reply::SignedUp)
        }
        Effect::ErasePasskeys(owner) => store.erase_passkeys(&owner).await.map(Reply::Erased),
    };
    reply.map_err(RunError::PasskeyStore)
}
