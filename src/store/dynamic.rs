//! A store that is chosen at run time.

use alloc::{boxed::Box, sync::Arc};
use core::{error::Error, fmt, future::Future, pin::Pin};

use super::{
    AsyncCeremonyStore, AsyncPasskeyStore,
    verbs::{ceremony_verbs, forward_async, passkey_verbs},
};

/// A store whose type is chosen at run time, for example by a configuration file, or replaced in a test.
///
/// Its futures are boxed, which costs one allocation per operation. Clones share the store. To use a blocking store,
/// wrap it in [`Blocking`](super::Blocking).
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{ListPasskeys, RelyingParty, UserHandle, store::{DynStore, MemoryStore, run_async}};
/// fn open(url: &str) -> DynStore {
///     match url {
///         "memory:" => DynStore::new(MemoryStore::new()),
///         // "postgres://…" => DynStore::new((redis, postgres)),
///         _ => panic!("no such store"),
///     }
/// }
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&b"a user"[..]).unwrap();
/// let store = open("memory:");
/// let listed = pollster::block_on(run_async(&store, ListPasskeys::begin(&rp, user))).unwrap();
/// assert!(listed.passkeys.is_empty());
/// # }
/// ```
#[derive(Clone)]
pub struct DynStore(Arc<dyn Erased>);

/// The error of a store that was chosen at run time. [`DynStore`](super::DynStore) has an example.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DynStoreError(Box<dyn Error + Send + Sync>);

impl DynStore {
    /// Wraps a store. A pair of stores is a store too.
    pub fn new<S>(store: S) -> Self
    where
        S: AsyncCeremonyStore<Error: Into<Box<dyn Error + Send + Sync>>>
            + AsyncPasskeyStore<Error: Into<Box<dyn Error + Send + Sync>>>
            + Send
            + 'static,
    {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for DynStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynStore").finish_non_exhaustive()
    }
}

impl DynStoreError {
    /// Returns the error of the store itself, for downcasting.
    #[must_use]
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DynStoreError>> + Send + 'a>>;

macro_rules! declare {
    ($($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(fn $verb<'a>(&'a self, $($lent: &'a $lent_type,)* $($given: $given_type),*) -> Answer<'a, $output>;)*
    };
}

macro_rules! erase {
    ($store:ident; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(fn $verb<'a>(&'a self, $($lent: &'a $lent_type,)* $($given: $given_type),*) -> Answer<'a, $output> {
            Box::pin(async move {
                let answer = $store::$verb(self, $($lent,)* $($given),*).await;
                answer.map_err(|error| DynStoreError(error.into()))
            })
        })*
    };
}

/// Both halves of a store in one trait with boxed futures.
trait Erased: Send + Sync {
    ceremony_verbs!(declare!());
    passkey_verbs!(declare!());
}

impl<S> Erased for S
where
    S: AsyncCeremonyStore<Error: Into<Box<dyn Error + Send + Sync>>>
        + AsyncPasskeyStore<Error: Into<Box<dyn Error + Send + Sync>>>
        + Send,
{
    ceremony_verbs!(erase!(AsyncCeremonyStore;));
    passkey_verbs!(erase!(AsyncPasskeyStore;));
}

impl AsyncCeremonyStore for DynStore {
    type Error = DynStoreError;
    ceremony_verbs!(forward_async!(Erased, self => &*self.0;));
}

impl AsyncPasskeyStore for DynStore {
    type Error = DynStoreError;
    passkey_verbs!(forward_async!(Erased, self => &*self.0;));
}
