//! Several stores that have to answer alike.

use std::{cell::Cell, fmt::Debug};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::{AsyncPasskeyStore, MemoryStore, PasskeyStore},
};
use server::store::{Store, StoreError};
use tokio::runtime::Runtime;

/// The store in memory and databases beside it. Every call is one of each, and has to come to the same.
pub struct Together<'r> {
    memory: MemoryStore,
    databases: &'r [Store],
    runtime: &'r Runtime,
    /// When the latest ceremony began: what had expired by then may be gone from one store and not yet from another.
    now: Cell<Timestamp>,
}

impl<'r> Together<'r> {
    pub fn new(databases: &'r [Store], runtime: &'r Runtime) -> Self {
        let now = Cell::new(Timestamp::from_unix_millis(0));
        Self { memory: MemoryStore::new(), databases, runtime, now }
    }

    /// Does the same in every database; each has to answer as the memory did.
    fn compare<T: PartialEq + Debug>(
        &self,
        in_memory: T,
        call: &impl AsyncFn(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        for store in self.databases {
            assert_eq!(self.runtime.block_on(call(store))?, in_memory, "{store:?}");
        }
        Ok(in_memory)
    }
}

/// Verbs of which every store has to give the same answer.
macro_rules! verbs {
    ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl PasskeyStore for Together<'_> {
            type Error = StoreError;

            $(fn $verb(&self, $($argument: $type),*) -> Result<$output, StoreError> {
                let Ok(in_memory) = self.memory.$verb($($argument),*);
                self.compare(in_memory, &async |store: &Store| store.$verb($($argument),*).await)
            })*

            fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), StoreError> {
                self.now.set(ceremony.created_at());
                let Ok(()) = self.memory.put_ceremony(ceremony);
                self.compare((), &async |store: &Store| store.put_ceremony(ceremony).await)
            }

            fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, StoreError> {
                let has_not_expired = |it: &Ceremony| it.expires_at() >= self.now.get();
                let Ok(in_memory) = self.memory.take_ceremony(id);
                self.compare(in_memory.filter(has_not_expired), &async |store: &Store| {
                    Ok(store.take_ceremony(id).await?.filter(has_not_expired))
                })
            }
        }
    };
}

verbs! {
    passkeys_of(owner: &Owner) -> Vec<Passkey>;
    passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
    insert_passkey(passkey: &Passkey, max_per_user: u32) -> Inserted;
    record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> Recorded;
    rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
    delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> Removed;
}
