//! A store that does not create accounts: it does not override `insert_account`.

use std::convert::Infallible;

use relying_party::{
    CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    flow::{InsertOutcome, Owner, RecordOutcome, RemoveOutcome},
    store::{AsyncPasskeyStore, PasskeyStore},
};

use relying_party::{
    CeremonyId,
    ceremony::Ceremony,
    store::{AsyncCeremonyStore, CeremonyStore, MemoryStore},
};

#[derive(Debug, Default)]
pub(crate) struct WithoutAccounts(MemoryStore);

macro_rules! verbs {
    ($async_store:ident, $store:ident; $($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl $store for WithoutAccounts {
            type Error = Infallible;
            $(fn $verb(&self, $($argument: $type),*) -> Result<$output, Infallible> {
                $store::$verb(&self.0, $($argument),*)
            })*
        }

        impl $async_store for WithoutAccounts {
            type Error = Infallible;
            $(async fn $verb(&self, $($argument: $type),*) -> Result<$output, Infallible> {
                $store::$verb(&self.0, $($argument),*)
            })*
        }
    };
}

verbs! {
    AsyncCeremonyStore, CeremonyStore;
    put_ceremony(ceremony: &Ceremony) -> ();
    take_ceremony(id: &CeremonyId) -> Option<Ceremony>;
    erase_ceremonies(owner: &Owner) -> ();
}

verbs! {
    AsyncPasskeyStore, PasskeyStore;
    passkeys_of(owner: &Owner) -> Vec<Passkey>;
    passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
    insert_passkey(passkey: &Passkey, max_per_user: u32) -> InsertOutcome;
    record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> RecordOutcome;
    rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
    delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> RemoveOutcome;
    erase_passkeys(owner: &Owner) -> Vec<CredentialId>;
}
