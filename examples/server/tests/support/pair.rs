//! Two handles of one database, as two servers have them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp, UserHandle,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::AsyncPasskeyStore,
};
use server::store::{Account, Store, StoreError, postgres::Limits};

/// So patient that a machine with much else to do fails no test.
pub fn patient() -> Limits {
    Limits { patience: std::time::Duration::from_secs(120), connections: 8 }
}

/// A store of which every call goes to the other handle than the one before.
#[derive(Clone, Debug)]
pub struct Pair {
    handles: [Store; 2],
    calls: Arc<AtomicUsize>,
}

impl Pair {
    pub fn new(one: Store, other: Store) -> Self {
        Self { handles: [one, other], calls: Arc::default() }
    }

    fn next(&self) -> &Store {
        &self.handles[self.calls.fetch_add(1, Ordering::Relaxed) % 2]
    }
}

/// Makes an account of that handle, unless there is one.
pub async fn ensure_account(store: &Store, handle: UserHandle) -> Result<(), StoreError> {
    if store.account_by_handle(&handle).await?.is_some() {
        return Ok(());
    }
    let name = BASE64_URL_SAFE_NO_PAD.encode(handle.as_bytes());
    let account = Account { handle, name: name.parse().unwrap() };
    store.sign_up(&account, Timestamp::now()).await?;
    Ok(())
}

macro_rules! verbs {
    ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl AsyncPasskeyStore for Pair {
            type Error = StoreError;

            $(async fn $verb(&self, $($argument: $type),*) -> Result<$output, StoreError> {
                self.next().$verb($($argument),*).await
            })*

            /// To whoever has no account yet the kit gives passkeys too; a server does not.
            async fn insert_passkey(
                &self,
                passkey: &Passkey,
                max_per_user: u32,
            ) -> Result<Inserted, StoreError> {
                let store = self.next();
                ensure_account(store, passkey.user).await?;
                store.insert_passkey(passkey, max_per_user).await
            }
        }
    };
}

verbs! {
    put_ceremony(ceremony: &Ceremony) -> ();
    take_ceremony(id: &CeremonyId) -> Option<Ceremony>;
    passkeys_of(owner: &Owner) -> Vec<Passkey>;
    passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
    record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> Recorded;
    rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
    delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> Removed;
}
