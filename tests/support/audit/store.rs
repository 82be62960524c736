//! A store that remembers which verbs were asked of it, and fails at one of them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::cell::{Cell, RefCell};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed, Task},
    store::{MemoryStore, PasskeyStore},
};

pub(crate) struct Watched<'a> {
    store: &'a MemoryStore,
    fails_at: Cell<Option<usize>>,
    pub(crate) verbs: RefCell<Vec<&'static str>>,
}

/// The verb that failed, after it was done: a store whose word is lost on its way back.
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

impl PasskeyStore for Watched<'_> {
    type Error = Failed;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Failed> {
        self.word("put_ceremony", self.store.put_ceremony(ceremony))
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Failed> {
        self.word("take_ceremony", self.store.take_ceremony(id))
    }

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, Failed> {
        self.word("passkeys_of", self.store.passkeys_of(owner))
    }

    fn passkey(&self, rp_id: &str, id: &CredentialId) -> Result<Option<Passkey>, Failed> {
        self.word("passkey", self.store.passkey(rp_id, id))
    }

    fn insert_passkey(&self, passkey: &Passkey, max_per_user: u32) -> Result<Inserted, Failed> {
        self.word("insert_passkey", self.store.insert_passkey(passkey, max_per_user))
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, Failed> {
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
    ) -> Result<Removed, Failed> {
        self.word("delete_passkey", self.store.delete_passkey(owner, id, keep_last))
    }

    fn pending_tasks(&self, owner: &Owner) -> Result<Vec<Task>, Failed> {
        self.word("pending_tasks", self.store.pending_tasks(owner))
    }
}
