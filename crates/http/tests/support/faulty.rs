//! A store that fails, or finds itself overtaken, when told to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, MemoryStore, PasskeyStore},
};

#[derive(Clone, Debug, Default)]
pub struct FaultyStore(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    memory: MemoryStore,
    fails: AtomicBool,
    is_overtaken: AtomicBool,
}

#[derive(Debug, thiserror::Error)]
#[error("the disk is full: secret detail")]
pub struct DiskFull;

impl FaultyStore {
    /// Every method fails from now on, or works again.
    pub fn fail(&self, fails: bool) {
        self.0.fails.store(fails, Ordering::SeqCst);
    }

    /// Someone else is always faster.
    pub fn overtake(&self, overtaken: bool) {
        self.0.is_overtaken.store(overtaken, Ordering::SeqCst);
    }

    fn memory(&self) -> Result<&MemoryStore, DiskFull> {
        if self.0.fails.load(Ordering::SeqCst) { Err(DiskFull) } else { Ok(&self.0.memory) }
    }

    fn is_overtaken(&self) -> bool {
        self.0.is_overtaken.load(Ordering::SeqCst)
    }
}

/// The store in memory never fails.
macro_rules! memory {
    ($self:ident, $method:path $(, $argument:expr)*) => {
        Ok($method($self.memory()? $(, $argument)*).unwrap_or_else(|never| match never {}))
    };
}

impl AsyncCeremonyStore for FaultyStore {
    type Error = DiskFull;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), DiskFull> {
        memory!(self, CeremonyStore::put_ceremony, ceremony)
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, DiskFull> {
        memory!(self, CeremonyStore::take_ceremony, id)
    }

    async fn read_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, DiskFull> {
        memory!(self, CeremonyStore::read_ceremony, id)
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), DiskFull> {
        memory!(self, CeremonyStore::erase_ceremonies, owner)
    }
}

impl AsyncPasskeyStore for FaultyStore {
    type Error = DiskFull;

    async fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, DiskFull> {
        memory!(self, PasskeyStore::passkeys_of, owner)
    }

    async fn passkey(&self, rp_id: &str, id: &CredentialId) -> Result<Option<Passkey>, DiskFull> {
        memory!(self, PasskeyStore::passkey, rp_id, id)
    }

    async fn insert_passkey(&self, passkey: &Passkey, max: u32) -> Result<InsertOutcome, DiskFull> {
        if self.is_overtaken() {
            return Ok(InsertOutcome::AlreadyExists);
        }
        memory!(self, PasskeyStore::insert_passkey, passkey, max)
    }

    async fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, DiskFull> {
        if self.is_overtaken() {
            return Ok(RecordOutcome::Conflict);
        }
        memory!(self, PasskeyStore::record_use, id, expected, state, at)
    }

    async fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, DiskFull> {
        memory!(self, PasskeyStore::rename_passkey, owner, id, name, at)
    }

    async fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, DiskFull> {
        memory!(self, PasskeyStore::delete_passkey, owner, id, keep_last)
    }
    async fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, DiskFull> {
        if self.is_overtaken() {
            return Ok(SignUpOutcome::NameTaken);
        }
        memory!(self, PasskeyStore::insert_account, user, passkey)
    }

    async fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, DiskFull> {
        memory!(self, PasskeyStore::erase_passkeys, owner)
    }
}
