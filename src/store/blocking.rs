//! A blocking store in an asynchronous service.

use alloc::{borrow::ToOwned as _, sync::Arc};
use core::future::Future;

use super::{
    AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore,
    verbs::{ceremony_verbs, passkey_verbs},
};

/// Runs a blocking store on a thread pool, so that it never blocks the host's executor.
///
/// The host provides the pool through [`SpawnBlocking`], so any runtime will do. Clones share the store.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use std::{convert::Infallible, future::Future, sync::Arc};
/// use relying_party::{ListPasskeys, RelyingParty, UserHandle};
/// use relying_party::store::{Blocking, MemoryStore, SpawnBlocking, run_async};
///
/// /// With tokio: `type Error = tokio::task::JoinError`, and the body is `tokio::task::spawn_blocking(work)`.
/// #[derive(Clone)]
/// struct OneThreadEach;
///
/// impl SpawnBlocking for OneThreadEach {
///     type Error = Infallible;
///
///     async fn spawn_blocking<T: Send + 'static>(
///         &self,
///         work: impl FnOnce() -> T + Send + 'static,
///     ) -> Result<T, Infallible> {
///         Ok(std::thread::spawn(work).join().unwrap())
///     }
/// }
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&b"a user"[..]).unwrap();
/// let store = Blocking::new(Arc::new(MemoryStore::new()), OneThreadEach);
/// let listed = pollster::block_on(run_async(&store, ListPasskeys::begin(&rp, user))).unwrap();
/// assert!(listed.passkeys.is_empty());
/// # }
/// ```
#[derive(Debug)]
pub struct Blocking<S, P> {
    store: Arc<S>,
    pool: P,
}

/// Runs blocking work where it does no harm, on a thread pool.
///
/// [`Blocking`] has an example.
pub trait SpawnBlocking: Sync {
    /// Why the pool did not finish the work: it was shut down, or the work panicked.
    type Error: Send;

    /// Runs the work on another thread and returns its result.
    ///
    /// # Errors
    ///
    /// If the pool did not finish the work.
    fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Self::Error>> + Send;
}

/// Why an operation of a blocking store failed. [`Blocking`](super::Blocking) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockingError<E, P> {
    /// The store failed.
    #[error(transparent)]
    Store(E),
    /// The thread pool did not finish the operation. It may or may not have taken effect.
    #[error("the blocking pool did not finish the operation")]
    Pool(#[source] P),
}

impl<S, P> Blocking<S, P> {
    /// Combines a store with the pool that runs it.
    pub fn new(store: Arc<S>, pool: P) -> Self {
        Self { store, pool }
    }

    /// Returns the store itself, for calls from threads that may block.
    pub fn store(&self) -> &Arc<S> {
        &self.store
    }
}

impl<S, P: Clone> Clone for Blocking<S, P> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), pool: self.pool.clone() }
    }
}

macro_rules! spawn {
    ($store:ident; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(async fn $verb(
            &self, $($lent: &$lent_type,)* $($given: $given_type),*
        ) -> Result<$output, Self::Error> {
            let store = Arc::clone(&self.store);
            // If the future is dropped, the work outlives this borrow.
            $(let $lent = $lent.to_owned();)*
            let work = move || $store::$verb(&*store, $(&$lent,)* $($given),*);
            self.pool.spawn_blocking(work).await.map_err(BlockingError::Pool)?.map_err(BlockingError::Store)
        })*
    };
}

impl<S, P> AsyncCeremonyStore for Blocking<S, P>
where
    S: CeremonyStore<Error: Send + 'static> + Send + Sync + 'static,
    P: SpawnBlocking,
{
    type Error = BlockingError<S::Error, P::Error>;
    ceremony_verbs!(spawn!(CeremonyStore;));
}

impl<S, P> AsyncPasskeyStore for Blocking<S, P>
where
    S: PasskeyStore<Error: Send + 'static> + Send + Sync + 'static,
    P: SpawnBlocking,
{
    type Error = BlockingError<S::Error, P::Error>;
    passkey_verbs!(spawn!(PasskeyStore;));
}
