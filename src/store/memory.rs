//! The reference store: everything in memory, behind one lock.

use alloc::{string::String, vec::Vec};
use core::convert::Infallible;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore,
    verbs::{ceremony_verbs, passkey_verbs},
};
use crate::{
    bytes::{CeremonyId, CredentialId, PasskeyId},
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    name::PasskeyName,
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// A store in memory, for tests and examples, and as the reference implementation of the contract. It is both blocking
/// and asynchronous.
///
/// No operation takes time proportional to all passkeys. Expired ceremonies are dropped whenever a new one is put, at a
/// cost proportional to their number. To audit those that were abandoned, use
/// [`keeping_expired`](Self::keeping_expired) and [`sweep`](Self::sweep).
///
/// It keeps the names of accounts that [signed up](crate::SignUp) and compares them byte by byte. It also accepts
/// passkeys of accounts that it does not know.
///
/// ```
/// use relying_party::store::MemoryStore;
/// let store = MemoryStore::new();
/// # let _ = store;
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    data: Mutex<Data>,
    keeps_expired: bool,
}

#[derive(Debug, Default)]
struct Data {
    ceremonies: HashMap<CeremonyId, Ceremony>,
    ceremonies_of: HashMap<Owner, BTreeSet<CeremonyId>>,
    expiries: BTreeSet<(Timestamp, CeremonyId)>,
    passkeys: HashMap<PasskeyId, Passkey>,
    by_credential: HashMap<(String, CredentialId), PasskeyId>,
    /// RP ID and name of every account that signed up here.
    names: HashSet<(String, String)>,
    name_of: HashMap<Owner, (String, String)>,
    /// Ordered by creation time, then by ID.
    by_owner: HashMap<Owner, BTreeSet<(Timestamp, PasskeyId)>>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an empty store that keeps expired ceremonies until [`sweep`](Self::sweep) removes them. Call it
    /// regularly, because nothing else does.
    #[must_use]
    pub fn keeping_expired() -> Self {
        Self { keeps_expired: true, ..Self::default() }
    }

    /// Removes the ceremonies that have expired at this time, and returns them in the order of their expiry. No one
    /// has tried to finish them: that would have taken them.
    ///
    /// ```
    /// use relying_party::{Challenge, Duration, RelyingParty, SessionBinding, SignIn, SignInRequest, Timestamp};
    /// use relying_party::{audit::{Audit, AuditEvent}, store::{self, MemoryStore}};
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// let store = MemoryStore::keeping_expired();
    /// # let now = Timestamp::from_unix_millis(1_700_000_000_000);
    /// # let session = SessionBinding::of("value of the pre-session cookie");
    /// # let challenge = Challenge::from([1; 32]);
    /// let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session, challenge, now);
    /// store::run(&store, begin).unwrap();
    ///
    /// // Later, in a task that runs every minute.
    /// let now = now + Duration::from_secs(600);
    /// for ceremony in store.sweep(now) {
    ///     let entry = Audit::new(&rp, now).abandoned(&ceremony).unwrap();
    ///     assert_eq!(entry.event, AuditEvent::CeremonyAbandoned { conditional: false });
    /// }
    /// ```
    #[must_use]
    pub fn sweep(&self, now: Timestamp) -> Vec<Ceremony> {
        self.data().sweep(|expires_at| expires_at <= now)
    }

    /// No operation can panic halfway through a change, so the data behind a poisoned lock are still consistent.
    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the set too when it is empty.
fn remove_from<T: Ord>(sets: &mut HashMap<Owner, BTreeSet<T>>, owner: &Owner, item: &T) {
    if let Some(set) = sets.get_mut(owner) {
        set.remove(item);
        if set.is_empty() {
            sets.remove(owner);
        }
    }
}

impl Data {
    fn sweep(&mut self, has_expired: impl Fn(Timestamp) -> bool) -> Vec<Ceremony> {
        let mut swept = Vec::new();
        while let Some((expires_at, id)) = self.expiries.first().copied() {
            if !has_expired(expires_at) {
                break;
            }
            self.expiries.remove(&(expires_at, id));
            swept.extend(self.remove_ceremony(&id));
        }
        swept
    }

    fn remove_ceremony(&mut self, id: &CeremonyId) -> Option<Ceremony> {
        let ceremony = self.ceremonies.remove(id)?;
        self.expiries.remove(&(ceremony.expires_at(), *id));
        if let Some(owner) = Owner::of_ceremony(&ceremony) {
            remove_from(&mut self.ceremonies_of, &owner, id);
        }
        Some(ceremony)
    }

    fn count(&self, owner: &Owner) -> usize {
        self.by_owner.get(owner).map_or(0, BTreeSet::len)
    }

    fn owned(&mut self, owner: &Owner, id: &PasskeyId) -> Option<&mut Passkey> {
        self.passkeys.get_mut(id).filter(|passkey| Owner::of_passkey(passkey) == *owner)
    }

    fn insert(&mut self, passkey: &Passkey, max_per_user: u32) -> InsertOutcome {
        let credential = (passkey.rp_id.clone(), passkey.credential_id.clone());
        let owner = Owner::of_passkey(passkey);
        if self.by_credential.contains_key(&credential) {
            return InsertOutcome::AlreadyExists;
        }
        if u32::try_from(self.count(&owner)).is_ok_and(|count| count < max_per_user) {
            self.by_credential.insert(credential, passkey.id);
            self.by_owner.entry(owner).or_default().insert((passkey.created_at, passkey.id));
            self.passkeys.insert(passkey.id, passkey.clone());
            return InsertOutcome::Inserted;
        }
        InsertOutcome::LimitReached
    }

    fn remove(&mut self, id: &PasskeyId) -> Option<CredentialId> {
        let passkey = self.passkeys.remove(id)?;
        remove_from(&mut self.by_owner, &Owner::of_passkey(&passkey), &(passkey.created_at, *id));
        self.by_credential.remove(&(passkey.rp_id, passkey.credential_id.clone()));
        Some(passkey.credential_id)
    }
}

impl CeremonyStore for MemoryStore {
    type Error = Infallible;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Infallible> {
        let mut data = self.data();
        if !self.keeps_expired {
            drop(data.sweep(|expires_at| expires_at < ceremony.created_at()));
        }
        data.expiries.insert((ceremony.expires_at(), ceremony.id()));
        if let Some(owner) = Owner::of_ceremony(ceremony) {
            data.ceremonies_of.entry(owner).or_default().insert(ceremony.id());
        }
        data.ceremonies.insert(ceremony.id(), ceremony.clone());
        Ok(())
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
        Ok(self.data().remove_ceremony(id))
    }

    fn read_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
        Ok(self.data().ceremonies.get(id).cloned())
    }

    fn erase_ceremonies(&self, owner: &Owner) -> Result<(), Infallible> {
        let mut data = self.data();
        for id in data.ceremonies_of.get(owner).cloned().unwrap_or_default() {
            data.remove_ceremony(&id);
        }
        Ok(())
    }
}

impl PasskeyStore for MemoryStore {
    type Error = Infallible;

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

    fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, Infallible> {
        Ok(self.data().insert(passkey, max_per_user))
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, Infallible> {
        let mut data = self.data();
        Ok(match data.passkeys.get_mut(id) {
            None => RecordOutcome::NotFound,
            Some(passkey) if passkey.state != *expected => RecordOutcome::Conflict,
            Some(passkey) => {
                passkey.state = *state;
                passkey.last_used_at = Some(at);
                RecordOutcome::Updated
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
    ) -> Result<RemoveOutcome, Infallible> {
        let mut data = self.data();
        if data.owned(owner, id).is_none() {
            return Ok(RemoveOutcome::NotFound);
        }
        if keep_last && data.count(owner) <= 1 {
            return Ok(RemoveOutcome::LastPasskey);
        }
        data.remove(id);
        Ok(RemoveOutcome::Removed)
    }

    fn insert_account(
        &self,
        user: &NewUser,
        passkey: &Passkey,
    ) -> Result<SignUpOutcome, Infallible> {
        let mut data = self.data();
        let name = (passkey.rp_id.clone(), user.name().into());
        let owner = Owner::of_passkey(passkey);
        if data.names.contains(&name) {
            return Ok(SignUpOutcome::NameTaken);
        }
        if data.name_of.contains_key(&owner) || data.insert(passkey, 1) != InsertOutcome::Inserted {
            return Ok(SignUpOutcome::AlreadyExists);
        }
        data.names.insert(name.clone());
        data.name_of.insert(owner, name);
        Ok(SignUpOutcome::Created)
    }

    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, Infallible> {
        let mut data = self.data();
        let ids = data.by_owner.get(owner).cloned().unwrap_or_default();
        let erased = ids.iter().filter_map(|(_, id)| data.remove(id)).collect();
        if let Some(name) = data.name_of.remove(owner) {
            data.names.remove(&name);
        }
        Ok(erased)
    }
}

/// Only waits for the lock.
macro_rules! at_once {
    ($store:ident; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(async fn $verb(&self, $($lent: &$lent_type,)* $($given: $given_type),*) -> Result<$output, Infallible> {
            $store::$verb(self, $($lent,)* $($given),*)
        })*
    };
}

impl AsyncCeremonyStore for MemoryStore {
    type Error = Infallible;
    ceremony_verbs!(at_once!(CeremonyStore;));
}

impl AsyncPasskeyStore for MemoryStore {
    type Error = Infallible;
    passkey_verbs!(at_once!(PasskeyStore;));
}
