//! A store that remembers its operations, and fails at one of them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::cell::{Cell, RefCell};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{CeremonyStore, MemoryStore, PasskeyStore},
};

pub(crate) struct Watched<'a> {
    store: &'a MemoryStore,
    fails_at: Cell<Option<usize>>,
    pub(crate) verbs: RefCell<Vec<&'static str>>,
}

/// The operation that failed after it was done: its reply is lost on the way back.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) &'static str);

impl<'a> Watched<'a> {
    pub(crate) fn new(store: &'a MemoryStore, fails_at: Option<usize>) -> Self {
        Self { store, fails_at: Cell::new(fails_at), verbs: RefCell::default() }
    }

    fn word<T, E>(&self, verb: &'static str, reply: Result<T, E>) -> Result<T, Failed> {
        let mut verbs = self.verbs.borrow_mut();
        verbs.push(verb);
        if self.fails_at.get() == Some(verbs.len()) {
            return Err(Failed(verb));
        }
        reply.map_err(|_| Failed(verb))
    }
}

impl CeremonyStore for Watched<'_> {
    type Error = Failed;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Failed> {
        self.word("put_ceremony", self.store.put_ceremony(ceremony))
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Failed> {
        self.word("take_ceremony", self.store.take_ceremony(id))
    }

    fn erase_ceremonies(&self, owner: &Owner) -> Result<(), Failed> {
        self.word("erase_ceremonies", self.store.erase_ceremonies(owner))
    }
}

impl PasskeyStore for Watched<'_> {
    type Error = Failed;

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, Failed> {
        self.word("passkeys_of", self.store.passkeys_of(owner))
    }

    fn passkey(&self, rp_id: &str, id: &CredentialId) -> Result<Option<Passkey>, Failed> {
        self.word("passkey", self.store.passkey(rp_id, id))
    }

    fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, Failed> {
        self.word("insert_passkey", self.store.insert_passkey(passkey, max_per_user))
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, Failed> {
        self.word("record_use", self.store.record_use(id, expected, state, at))
    }

    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, Failed> {
        self.word("rename_passkey", self.store.rename_passkey(owner, id, name, at))
    }

    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, Failed> {
        self.word("delete_passkey", self.store.delete_passkey(owner, id, keep_last))
    }

    fn insert_account(&self, user: &NewUser, passkey: &Passkey) -> Result<SignUpOutcome, Failed> {
        self.word("insert_account", self.store.insert_account(user, passkey))
    }

    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, Failed> {
        self.word("erase_passkeys", self.store.erase_passkeys(owner))
    }
}
