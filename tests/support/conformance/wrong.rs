//! A store of plain lists that breaks one promise.

use std::{
    sync::{Mutex, MutexGuard},
    thread,
    time::Duration,
};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed, Task},
    store::PasskeyStore,
};

/// What the store does wrong, as stores in the wild do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    PutForgets,
    PutSweepsEverything,
    PutWritesBackTheList,
    TakeKeeps,
    TakeLooksThenDeletes,
    TakeReturnsWhatIsThere,
    InsertDropsTransports,
    InsertHasNarrowColumns,
    InsertOverwrites,
    InsertCountsFirst,
    InsertLooksThenInserts,
    LimitIsOneMore,
    LimitCountsAllRelyingParties,
    LimitLooksThenInserts,
    LimitLocksWhatIsThere,
    CredentialIdsAreUniqueOverAll,
    FindIgnoresRpId,
    ListIsNewestFirst,
    ListIgnoresRpId,
    TasksFail,
    UseTouchesUpdatedAt,
    UseIgnoresBackupFlags,
    UseTakesNullForEqual,
    UseOfNothingIsConflict,
    UseLooksThenWrites,
    RenameForgetsTime,
    RenameReturnsWhatWas,
    RenameIgnoresOwner,
    RenameWritesBack,
    RenameUpserts,
    DeleteLeavesTheIndex,
    DeleteIgnoresOwner,
    DeleteCountsFirst,
    DeleteIgnoresKeepLast,
    DeleteAlwaysKeepsLast,
    DeleteLooksThenDeletes,
    DeleteDoesNotLookAtItsCount,
    DeleteRewritesTheList,
    LastCountsAllRelyingParties,
}

#[derive(Default)]
struct Data {
    ceremonies: Vec<Ceremony>,
    passkeys: Vec<Passkey>,
    deleted: Vec<Passkey>,
}

pub(crate) struct WrongStore {
    fault: Fault,
    data: Mutex<Data>,
}

impl WrongStore {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, data: Mutex::default() }
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap()
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Lets go of the lock between look and act if that is the fault.
    fn gap<'a>(&'a self, data: MutexGuard<'a, Data>, fault: Fault) -> MutexGuard<'a, Data> {
        if !self.has(fault) {
            return data;
        }
        drop(data);
        thread::sleep(Duration::from_millis(1));
        self.data()
    }

    fn is_owned(&self, passkey: &Passkey, owner: &Owner, ignoring: Fault) -> bool {
        self.has(ignoring) || (passkey.user == owner.user && passkey.rp_id == owner.rp_id)
    }
}

fn count(data: &Data, owner: &Owner, all_relying_parties: bool) -> usize {
    let of_owner = |passkey: &&Passkey| {
        passkey.user == owner.user && (all_relying_parties || passkey.rp_id == owner.rp_id)
    };
    data.passkeys.iter().filter(of_owner).count()
}

impl PasskeyStore for WrongStore {
    type Error = String;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), String> {
        let mut data = self.data();
        if self.has(Fault::PutForgets) {
            return Ok(());
        }
        if self.has(Fault::PutSweepsEverything) {
            data.ceremonies.clear();
        }
        let read = data.ceremonies.clone();
        let mut data = self.gap(data, Fault::PutWritesBackTheList);
        if self.has(Fault::PutWritesBackTheList) {
            data.ceremonies = read;
        }
        data.ceremonies.push(ceremony.clone());
        Ok(())
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, String> {
        let data = self.data();
        let found = data.ceremonies.iter().find(|ceremony| ceremony.id() == *id).cloned();
        let mut data = self.gap(data, Fault::TakeLooksThenDeletes);
        if self.has(Fault::TakeReturnsWhatIsThere) && found.is_none() {
            return Ok(data.ceremonies.pop());
        }
        if !self.has(Fault::TakeKeeps) {
            data.ceremonies.retain(|ceremony| ceremony.id() != *id);
        }
        Ok(found)
    }

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, String> {
        let data = self.data();
        let ignores_rp_id = self.has(Fault::ListIgnoresRpId);
        let of_owner = |passkey: &&Passkey| {
            passkey.user == owner.user && (ignores_rp_id || passkey.rp_id == owner.rp_id)
        };
        let mut passkeys = data.passkeys.iter().filter(of_owner).cloned().collect::<Vec<_>>();
        passkeys.sort_by_key(|passkey| passkey.created_at);
        if self.has(Fault::ListIsNewestFirst) {
            passkeys.reverse();
        }
        Ok(passkeys)
    }

    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, String> {
        let data = self.data();
        let ignores_rp_id = self.has(Fault::FindIgnoresRpId);
        let is_it = |passkey: &&Passkey| {
            passkey.credential_id == *credential_id && (ignores_rp_id || passkey.rp_id == rp_id)
        };
        Ok(data.passkeys.iter().chain(&data.deleted).find(is_it).cloned())
    }

    fn insert_passkey(&self, passkey: &Passkey, max_per_user: u32) -> Result<Inserted, String> {
        let mut data = self.data();
        if self.has(Fault::InsertHasNarrowColumns) && passkey.credential_id.as_bytes().len() > 255 {
            return Err("value too long".into());
        }
        let over_all = self.has(Fault::CredentialIdsAreUniqueOverAll);
        let is_it = |other: &Passkey| {
            other.credential_id == passkey.credential_id
                && (over_all || other.rp_id == passkey.rp_id)
        };
        let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
        let count = count(&data, &owner, self.has(Fault::LimitCountsAllRelyingParties));
        let max = usize::try_from(max_per_user).unwrap();
        let has_room = count < max + usize::from(self.has(Fault::LimitIsOneMore));
        if self.has(Fault::InsertCountsFirst) && !has_room {
            return Ok(Inserted::LimitReached);
        }
        if self.has(Fault::InsertOverwrites) {
            data.passkeys.retain(|other| !is_it(other));
        }
        let exists = data.passkeys.iter().any(is_it);
        let mut data = self.gap(data, Fault::InsertLooksThenInserts);
        if exists {
            return Ok(Inserted::AlreadyExists);
        }
        if !has_room {
            return Ok(Inserted::LimitReached);
        }
        data = self.gap(data, Fault::LimitLooksThenInserts);
        if count == 0 {
            // Rows that are not there cannot be locked.
            data = self.gap(data, Fault::LimitLocksWhatIsThere);
        }
        let mut passkey = passkey.clone();
        if self.has(Fault::InsertDropsTransports) {
            passkey.transports.clear();
        }
        data.passkeys.push(passkey);
        Ok(Inserted::Inserted)
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, String> {
        let data = self.data();
        let Some(found) = data.passkeys.iter().find(|passkey| passkey.id == *id) else {
            let is_conflict = self.has(Fault::UseOfNothingIsConflict);
            return Ok(if is_conflict { Recorded::Conflict } else { Recorded::NotFound });
        };
        let is_expected = if self.has(Fault::UseIgnoresBackupFlags) {
            found.state.sign_count == expected.sign_count
        } else if self.has(Fault::UseTakesNullForEqual) {
            // `backup_state = ?` is never true of NULL, so somebody added `OR backup_state IS NULL`.
            let same = |stored: Option<bool>, expected| stored.is_none() || stored == expected;
            found.state.sign_count == expected.sign_count
                && found.state.uv_initialized == expected.uv_initialized
                && (expected.backup_state.is_none()
                    || same(found.state.backup_state, expected.backup_state))
                && same(found.state.backup_eligible, expected.backup_eligible)
        } else {
            found.state == *expected
        };
        let mut data = self.gap(data, Fault::UseLooksThenWrites);
        if !is_expected {
            return Ok(Recorded::Conflict);
        }
        let Some(passkey) = data.passkeys.iter_mut().find(|passkey| passkey.id == *id) else {
            return Ok(Recorded::NotFound);
        };
        passkey.state = *state;
        passkey.last_used_at = Some(at);
        if self.has(Fault::UseTouchesUpdatedAt) {
            passkey.updated_at = at;
        }
        Ok(Recorded::Updated)
    }

    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, String> {
        let data = self.data();
        let is_it = |passkey: &&Passkey| {
            passkey.id == *id && self.is_owned(passkey, owner, Fault::RenameIgnoresOwner)
        };
        let Some(was) = data.passkeys.iter().find(is_it).cloned() else { return Ok(None) };
        let mut passkey = was.clone();
        passkey.name = name.clone();
        if !self.has(Fault::RenameForgetsTime) {
            passkey.updated_at = at;
        }
        let data = self.gap(data, Fault::RenameWritesBack);
        let mut data = self.gap(data, Fault::RenameUpserts);
        match data.passkeys.iter_mut().find(|passkey| passkey.id == *id) {
            Some(stored) => *stored = passkey.clone(),
            None if self.has(Fault::RenameUpserts) => data.passkeys.push(passkey.clone()),
            None => {}
        }
        Ok(Some(if self.has(Fault::RenameReturnsWhatWas) { was } else { passkey }))
    }

    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<Removed, String> {
        let data = self.data();
        let keep_last = (keep_last && !self.has(Fault::DeleteIgnoresKeepLast))
            || self.has(Fault::DeleteAlwaysKeepsLast);
        let count = count(&data, owner, self.has(Fault::LastCountsAllRelyingParties));
        let is_last = keep_last && count <= 1;
        if self.has(Fault::DeleteCountsFirst) && is_last {
            return Ok(Removed::LastPasskey);
        }
        let is_it = |passkey: &Passkey| {
            passkey.id == *id && self.is_owned(passkey, owner, Fault::DeleteIgnoresOwner)
        };
        if !data.passkeys.iter().any(is_it) {
            return Ok(Removed::NotFound);
        }
        if is_last {
            return Ok(Removed::LastPasskey);
        }
        let data = self.gap(data, Fault::DeleteLooksThenDeletes);
        let mut data = self.gap(data, Fault::DeleteDoesNotLookAtItsCount);
        if let Some(at) = data.passkeys.iter().position(is_it) {
            let deleted = data.passkeys.remove(at);
            if self.has(Fault::DeleteLeavesTheIndex) {
                data.deleted.push(deleted);
            }
        } else if !self.has(Fault::DeleteDoesNotLookAtItsCount) {
            return Ok(Removed::NotFound);
        }
        if self.has(Fault::DeleteRewritesTheList) {
            let left = std::mem::take(&mut data.passkeys);
            data = self.gap(data, Fault::DeleteRewritesTheList);
            data.passkeys.extend(left);
        }
        Ok(Removed::Removed)
    }

    fn pending_tasks(&self, _: &Owner) -> Result<Vec<Task>, String> {
        if self.has(Fault::TasksFail) { Err("no such table: tasks".into()) } else { Ok(Vec::new()) }
    }
}
