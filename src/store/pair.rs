//! Combines a ceremony store and a passkey store into one store.

use super::{
    AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore,
    verbs::{ceremony_verbs, forward, forward_async, passkey_verbs},
};

/// Keeps ceremonies in the first store.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{ListPasskeys, RelyingParty, UserHandle, store::{self, MemoryStore}};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&b"a user"[..]).unwrap();
/// let (cache, database) = (MemoryStore::new(), MemoryStore::new());
/// let listed = store::run(&(&cache, &database), ListPasskeys::begin(&rp, user)).unwrap();
/// assert!(listed.passkeys.is_empty());
/// # }
/// ```
impl<C: CeremonyStore, P> CeremonyStore for (C, P) {
    type Error = C::Error;
    ceremony_verbs!(forward!(CeremonyStore, self => &self.0;));
}

/// Keeps passkeys in the second store.
impl<C, P: PasskeyStore> PasskeyStore for (C, P) {
    type Error = P::Error;
    passkey_verbs!(forward!(PasskeyStore, self => &self.1;));
}

/// Keeps ceremonies in the first store.
impl<C: AsyncCeremonyStore, P: Sync> AsyncCeremonyStore for (C, P) {
    type Error = C::Error;
    ceremony_verbs!(forward_async!(AsyncCeremonyStore, self => &self.0;));
}

/// Keeps passkeys in the second store.
impl<C: Sync, P: AsyncPasskeyStore> AsyncPasskeyStore for (C, P) {
    type Error = P::Error;
    passkey_verbs!(forward_async!(AsyncPasskeyStore, self => &self.1;));
}
