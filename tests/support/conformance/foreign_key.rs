//! The memory store with a foreign key from passkeys to the accounts of the host.

use std::{collections::BTreeSet, sync::Mutex};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{AsyncPasskeyStore, CeremonyStore, MemoryStore, PasskeyStore},
};

pub(crate) struct ForeignKey<'h> {
    store: MemoryStore,
    accounts: &'h Mutex<BTreeSet<Owner>>,
}

impl<'h> ForeignKey<'h> {
    pub(crate) fn new(accounts: &'h Mutex<BTreeSet<Owner>>) -> Self {
        Self { store: MemoryStore::new(), accounts }
    }
}

macro_rules! verbs {
    ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        $(fn $verb(&self, $($argument: $type),*) -> Result<$output, String> {
            Ok(PasskeyStore::$verb(&self.store, $($argument),*).unwrap())
        })*
    };
}

impl CeremonyStore for ForeignKey<'_> {
    type Error = String;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), String> {
        CeremonyStore::put_ceremony(&self.store, ceremony).unwrap();
        Ok(())
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, String> {
        Ok(CeremonyStore::take_ceremony(&self.store, id).unwrap())
    }

    fn erase_ceremonies(&self, owner: &Owner) -> Result<(), String> {
        CeremonyStore::erase_ceremonies(&self.store, owner).unwrap();
        Ok(())
    }
}

impl PasskeyStore for ForeignKey<'_> {
    type Error = String;

    verbs! {
        passkeys_of(owner: &Owner) -> Vec<Passkey>;
        passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
        record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> RecordOutcome;
        rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
        delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> RemoveOutcome;
    }

    fn insert_passkey(&self, passkey: &Passkey, max: u32) -> Result<InsertOutcome, String> {
        let accounts = self.accounts.lock().unwrap();
        if !accounts.contains(&Owner::of_passkey(passkey)) {
            return Err("FOREIGN KEY constraint failed".into());
        }
        Ok(PasskeyStore::insert_passkey(&self.store, passkey, max).unwrap())
    }

    fn insert_account(&self, user: &NewUser, passkey: &Passkey) -> Result<SignUpOutcome, String> {
        let mut accounts = self.accounts.lock().unwrap();
        let outcome = PasskeyStore::insert_account(&self.store, user, passkey).unwrap();
        if outcome == SignUpOutcome::Created {
            accounts.insert(Owner::of_passkey(passkey));
        }
        Ok(outcome)
    }

    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, String> {
        let mut accounts = self.accounts.lock().unwrap();
        accounts.remove(owner);
        Ok(PasskeyStore::erase_passkeys(&self.store, owner).unwrap())
    }
}

macro_rules! async_verbs {
    ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl AsyncPasskeyStore for ForeignKey<'_> {
            type Error = String;
            $(async fn $verb(&self, $($argument: $type),*) -> Result<$output, String> {
                PasskeyStore::$verb(self, $($argument),*)
            })*
        }
    };
}

async_verbs! {
    passkeys_of(owner: &Owner) -> Vec<Passkey>;
    passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
    insert_passkey(passkey: &Passkey, max_per_user: u32) -> InsertOutcome;
    record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> RecordOutcome;
    rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
    delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> RemoveOutcome;
    insert_account(user: &NewUser, passkey: &Passkey) -> SignUpOutcome;
    erase_passkeys(owner: &Owner) -> Vec<CredentialId>;
}
