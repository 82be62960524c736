//! The store for callers that block. As the store in memory, it takes passkeys of accounts that never signed up.

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, CeremonyStore, PasskeyStore},
};
use relying_party_sqlx::{Dialect, SqlxError, SqlxStore};
use tokio::runtime::Runtime;

pub struct Blocked<'r, DB: Dialect> {
    pub store: SqlxStore<DB>,
    pub runtime: &'r Runtime,
}

impl<DB: Dialect> CeremonyStore for Blocked<'_, DB> {
    type Error = SqlxError;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), SqlxError> {
        self.runtime.block_on(self.store.put_ceremony(ceremony))
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, SqlxError> {
        self.runtime.block_on(self.store.take_ceremony(id))
    }

    fn erase_ceremonies(&self, owner: &Owner) -> Result<(), SqlxError> {
        self.runtime.block_on(self.store.erase_ceremonies(owner))
    }
}

impl<DB: Dialect> PasskeyStore for Blocked<'_, DB> {
    type Error = SqlxError;

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, SqlxError> {
        self.runtime.block_on(self.store.passkeys_of(owner))
    }

    fn passkey(&self, rp_id: &str, id: &CredentialId) -> Result<Option<Passkey>, SqlxError> {
        self.runtime.block_on(self.store.passkey(rp_id, id))
    }

    fn insert_passkey(&self, passkey: &Passkey, max: u32) -> Result<InsertOutcome, SqlxError> {
        self.runtime.block_on(self.store.insert_passkey(passkey, max))
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, SqlxError> {
        self.runtime.block_on(self.store.record_use(id, expected, state, at))
    }

    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, SqlxError> {
        self.runtime.block_on(self.store.rename_passkey(owner, id, name, at))
    }

    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, SqlxError> {
        self.runtime.block_on(self.store.delete_passkey(owner, id, keep_last))
    }

    fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, SqlxError> {
        let store = self.store.clone().with_accounts();
        self.runtime.block_on(store.insert_account(user, passkey))
    }

    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, SqlxError> {
        self.runtime.block_on(self.store.erase_passkeys(owner))
    }
}
