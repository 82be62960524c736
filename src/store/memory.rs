//! The reference store: everything in memory, behind one lock.

use alloc::vec::Vec;
use core::convert::Infallible;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::PasskeyStore;
use crate::{
    bytes::{CeremonyId, CredentialId, PasskeyId},
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    name::PasskeyName,
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// A store in memory, for tests, examples and as the reference of the contract.
///
/// Nothing in it takes time proportional to all passkeys. Expired ceremonies are dropped whenever a new one is
/// put, at a cost proportional to their number.
///
/// ```
/// use relying_party::store::MemoryStore;
/// let store = MemoryStore::new();
/// # let _ = store;
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    data: Mutex<Data>,
}

#[derive(Debug, Default)]
struct Data {
    ceremonies: HashMap<CeremonyId, Ceremony>,
    expiries: BTreeSet<(Timestamp, CeremonyId)>,
    passkeys: HashMap<PasskeyId, Passkey>,
    by_credential: HashMap<(alloc::string::String, CredentialId), PasskeyId>,
    /// Ordered by creation, then id.
    by_owner: HashMap<Owner, BTreeSet<(Timestamp, PasskeyId)>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No verb can panic halfway through a change, so that what a poisoned lock guards still is whole.
    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn owner_of(passkey: &Passkey) -> Owner {
    Owner { rp_id: passkey.rp_id.clone(), user: passkey.user }
}

impl Data {
    fn count(&self, owner: &Owner) -> usize {
        self.by_owner.get(owner).map_or(0, BTreeSet::len)
    }

    fn owned(&mut self, owner: &Owner, id: &PasskeyId) -> Option<&mut Passkey> {
        self.passkeys.get_mut(id).filter(|passkey| owner_of(passkey) == *owner)
    }
}

impl PasskeyStore for MemoryStore {
    type Error = Infallible;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Infallible> {
        let mut data = self.data();
        while let Some((expires_at, id)) = data.expiries.first().copied() {
            if expires_at >= ceremony.created_at() {
                break;
            }
            data.expiries.remove(&(expires_at, id));
            data.ceremonies.remove(&id);
        }
        data.expiries.insert((ceremony.expires_at(), ceremony.id()));
        data.ceremonies.insert(ceremony.id(), ceremony.clone());
        Ok(())
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
        let mut data = self.data();
        let taken = data.ceremonies.remove(id);
        if let Some(ceremony) = &taken {
            data.expiries.remove(&(ceremony.expires_at(), *id));
        }
        Ok(taken)
    }

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, Infallible> {
        let data = self.data();
        let ids = data.by_owner.get(owner).into_iter().flatten();
        Ok(ids.filter_map(|(_, id)| data.passkeys.get(id).cloned()).collect())
    }

    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, Infallible> {
        let data = self.data();
        let id = data.by_credential.get(&(rp_id.into(), credential_id.clone()));
        Ok(id.and_then(|id| data.passkeys.get(id).cloned()))
    }

    fn insert_passkey(&self, passkey: &Passkey, max_per_user: u32) -> Result<Inserted, Infallible> {
        let mut data = self.data();
        let credential = (passkey.rp_id.clone(), passkey.credential_id.clone());
        let owner = owner_of(passkey);
        if data.by_credential.contains_key(&credential) {
            return Ok(Inserted::AlreadyExists);
        }
        if u32::try_from(data.count(&owner)).is_ok_and(|count| count < max_per_user) {
            data.by_credential.insert(credential, passkey.id);
            data.by_owner.entry(owner).or_default().insert((passkey.created_at, passkey.id));
            data.passkeys.insert(passkey.id, passkey.clone());
            return Ok(Inserted::Inserted);
        }
        Ok(Inserted::LimitReached)
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, Infallible> {
        let mut data = self.data();
        Ok(match data.passkeys.get_mut(id) {
            None => Recorded::NotFound,
            Some(passkey) if passkey.state != *expected => Recorded::Conflict,
            Some(passkey) => {
                passkey.state = *state;
                passkey.last_used_at = Some(at);
                Recorded::Updated
            }
        })
    }

    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, Infallible> {
        Ok(self.data().owned(owner, id).map(|passkey| {
            passkey.name = name.clone();
            passkey.updated_at = at;
            passkey.clone()
        }))
    }

    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<Removed, Infallible> {
        let mut data = self.data();
        let Some(passkey) = data.owned(owner, id).map(|passkey| passkey.clone()) else {
            return Ok(Removed::NotFound);
        };
        if keep_last && data.count(owner) <= 1 {
            return Ok(Removed::LastPasskey);
        }
        data.passkeys.remove(id);
        data.by_credential.remove(&(passkey.rp_id, passkey.credential_id));
        if let Some(of_owner) = data.by_owner.get_mut(owner) {
            of_owner.remove(&(passkey.created_at, *id));
            if of_owner.is_empty() {
                data.by_owner.remove(owner);
            }
        }
        Ok(Removed::Removed)
    }
}
