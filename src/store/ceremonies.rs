//! The ceremony half of the storage contract, blocking and asynchronous.

use core::future::Future;

use crate::{bytes::CeremonyId, ceremony::Ceremony, flow::Owner};

/// Keeps ceremonies between their two requests, with blocking calls.
///
/// Ceremonies live for minutes, and are written once and read once, so a cache with a time to live (Redis, Valkey)
/// suits them as well as a table does. `MemoryStore` is the reference implementation. See [the module](super) for the
/// meaning of errors.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use std::{collections::HashMap, convert::Infallible, sync::Mutex};
/// use relying_party::{CeremonyId, ceremony::Ceremony, flow::Owner, store::CeremonyStore};
///
/// /// Another task deletes what has expired.
/// struct Memory(Mutex<HashMap<CeremonyId, Ceremony>>);
///
/// impl CeremonyStore for Memory {
///     type Error = Infallible;
///
///     fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Infallible> {
///         self.0.lock().unwrap().insert(ceremony.id(), ceremony.clone());
///         Ok(())
///     }
///
///     fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
///         Ok(self.0.lock().unwrap().remove(id))
///     }
///
///     fn erase_ceremonies(&self, owner: &Owner) -> Result<(), Infallible> {
///         self.0.lock().unwrap().retain(|_, it| Owner::of_ceremony(it).as_ref() != Some(owner));
///         Ok(())
///     }
/// }
/// # }
/// ```
#[allow(
    clippy::missing_errors_doc,
    reason = "see the module: a method fails only if the storage does"
)]
pub trait CeremonyStore {
    /// The error of the storage.
    type Error;

    /// Keeps a ceremony until it is taken or has expired.
    ///
    /// # Atomicity
    ///
    /// When this returns, [`take_ceremony`](Self::take_ceremony) finds the ceremony on every machine that may serve the
    /// response. Otherwise users see "expired" at random.
    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Self::Error>;

    /// Removes and returns a ceremony. An expired ceremony may be returned or may be gone: the core checks the time
    /// itself.
    ///
    /// # Atomicity
    ///
    /// If several callers take a ceremony at the same time, exactly one of them gets it. Once it has been returned, no
    /// crash brings it back. Otherwise one response signs in twice: a replay.
    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Self::Error>;

    /// Returns a ceremony and leaves it in place, so that it can still be taken. An expired ceremony may be returned or
    /// may be gone.
    ///
    /// Only [`ReportFailure`](crate::flow::ReportFailure) uses it, to see which session a ceremony belongs to. The
    /// default implementation finds nothing, so that every report is refused.
    ///
    /// # Atomicity
    ///
    /// A ceremony that was taken or erased before this call began is not found. No other operation depends on it.
    fn read_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Self::Error> {
        let _ = id;
        Ok(None)
    }

    /// Makes sure that no ceremony of one account can be taken any longer: none whose [`rp_id`](Ceremony::rp_id) and
    /// [`user`](Ceremony::user) match the owner. Succeeds if the account has none. Ceremonies of other accounts stay.
    ///
    /// A table has these two as [columns](crate::ceremony::StoredCeremony) and deletes the rows. A cache that finds
    /// ceremonies only by their ID can keep a number for each account instead: `put_ceremony` stores the account's
    /// number with the ceremony, `erase_ceremonies` increments it, and `take_ceremony` returns nothing if the two
    /// differ. The number must live at least as long as the ceremonies do.
    ///
    /// # Atomicity
    ///
    /// A ceremony that was put before this call began cannot be taken after it has returned. Otherwise a creation that
    /// is open in a browser finishes after the account was erased, and leaves a passkey behind.
    fn erase_ceremonies(&self, owner: &Owner) -> Result<(), Self::Error>;
}

/// Keeps ceremonies between their two requests, with asynchronous calls.
///
/// The methods and their contracts are those of [`CeremonyStore`]. The futures are `Send`, so any runtime can run them.
/// [`CeremonyStore`] has an example.
#[allow(clippy::missing_errors_doc, reason = "see CeremonyStore")]
pub trait AsyncCeremonyStore: Sync {
    /// The error of the storage.
    type Error: Send;

    /// See [`CeremonyStore::put_ceremony`].
    fn put_ceremony(
        &self,
        ceremony: &Ceremony,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// See [`CeremonyStore::take_ceremony`].
    fn take_ceremony(
        &self,
        id: &CeremonyId,
    ) -> impl Future<Output = Result<Option<Ceremony>, Self::Error>> + Send;

    /// See [`CeremonyStore::read_ceremony`].
    fn read_ceremony(
        &self,
        id: &CeremonyId,
    ) -> impl Future<Output = Result<Option<Ceremony>, Self::Error>> + Send {
        let _ = id;
        core::future::ready(Ok(None))
    }

    /// See [`CeremonyStore::erase_ceremonies`].
    fn erase_ceremonies(
        &self,
        owner: &Owner,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
