//! A store of simple lists that breaks one promise.

use std::{
    sync::{Mutex, MutexGuard},
    thread,
    time::Duration,
};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::{Ceremony, CeremonyKind},
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{CeremonyStore, PasskeyStore},
};

/// What the store does wrong, as real stores do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    PutForgets,
    PutHasNarrowColumns,
    PutSweepsEverything,
    PutWritesBackTheList,
    TakeKeeps,
    TakeLooksThenDeletes,
    TakeReturnsWhatIsThere,
    TakeFailsOnOtherVersions,
    ReadTakes,
    ReadFindsWhatWasTaken,
    EraseOnlyCreations,
    EraseCeremoniesIgnoresRpId,
    EraseCeremoniesWritesBack,
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
    ListFails,
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
    SignUpForgetsThePasskey,
    SignUpInsertsThePasskeyFirst,
    SignUpKeepsTheName,
    SignUpLooksThenInserts,
    EraseLeavesTheIndex,
    EraseIgnoresRpId,
    EraseLooksThenDeletes,
    EraseWritesBack,
    EraseKeepsTheName,
    EverythingFails,
}

#[derive(Default)]
struct Data {
    ceremonies: Vec<Ceremony>,
    taken: Vec<Ceremony>,
    passkeys: Vec<Passkey>,
    deleted: Vec<Passkey>,
    names: Vec<(Owner, String)>,
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

    /// Releases the lock between reading and writing if that is the fault.
    fn gap<'a>(&'a self, data: MutexGuard<'a, Data>, fault: Fault) -> MutexGuard<'a, Data> {
        if !self.has(fault) {
            return data;
        }
        drop(data);
        thread::sleep(Duration::from_millis(1));
        self.data()
    }

    fn is_owned_anywhere(&self, passkey: &Passkey, owner: &Owner) -> bool {
        let is_here = passkey.rp_id == owner.rp_id || self.has(Fault::EraseIgnoresRpId);
        passkey.user == owner.user && is_here
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

impl CeremonyStore for WrongStore {
    type Error = String;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), String> {
        let mut data = self.data();
        if self.has(Fault::PutForgets) {
            return Ok(());
        }
        if self.has(Fault::PutHasNarrowColumns) && ceremony.to_stored().record.len() > 4096 {
            return Err("value too long".into());
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
        let is_unreadable = |it: &Ceremony| Ceremony::from_stored(&it.to_stored().record).is_none();
        if self.has(Fault::TakeFailsOnOtherVersions) && found.as_ref().is_some_and(is_unreadable) {
            return Err("a record that cannot be read".into());
        }
        let mut data = self.gap(data, Fault::TakeLooksThenDeletes);
        if self.has(Fault::TakeReturnsWhatIsThere) && found.is_none() {
            return Ok(data.ceremonies.pop());
        }
        if !self.has(Fault::TakeKeeps) {
            data.ceremonies.retain(|ceremony| ceremony.id() != *id);
        }
        data.taken.extend(found.clone());
        Ok(found)
    }

    fn read_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, String> {
        let mut data = self.data();
        let taken = self.has(Fault::ReadFindsWhatWasTaken).then(|| data.taken.clone());
        let mut known = data.ceremonies.iter().chain(taken.iter().flatten());
        let found = known.find(|ceremony| ceremony.id() == *id).cloned();
        if self.has(Fault::ReadTakes) {
            data.ceremonies.retain(|ceremony| ceremony.id() != *id);
        }
        Ok(found)
    }

    fn erase_ceremonies(&self, owner: &Owner) -> Result<(), String> {
        let mut data = self.data();
        let is_other = |it: &Ceremony| {
            let is_spared = self.has(Fault::EraseOnlyCreations)
                && !matches!(it.kind(), CeremonyKind::Create { .. });
            let is_elsewhere =
                it.rp_id() != owner.rp_id && !self.has(Fault::EraseCeremoniesIgnoresRpId);
            it.user() != Some(owner.user) || is_elsewhere || is_spared
        };
        let mut left = data.ceremonies.clone();
        left.retain(is_other);
        if self.has(Fault::EraseCeremoniesWritesBack) {
            data = self.gap(data, Fault::EraseCeremoniesWritesBack);
            data.ceremonies = left;
        } else {
            data.ceremonies.retain(is_other);
        }
        Ok(())
    }
}

impl PasskeyStore for WrongStore {
    type Error = String;

    fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, String> {
        if self.has(Fault::ListFails) {
            return Err("no such table: passkeys".into());
        }
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

    fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, String> {
        let mut data = self.data();
        if self.has(Fault::EverythingFails) {
            let user = passkey.user;
            return Err(format!("Key (user_handle)=({user}) is not present in table \"users\""));
        }
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
            return Ok(InsertOutcome::LimitReached);
        }
        if self.has(Fault::InsertOverwrites) {
            data.passkeys.retain(|other| !is_it(other));
        }
        let exists = data.passkeys.iter().any(is_it);
        let mut data = self.gap(data, Fault::InsertLooksThenInserts);
        if exists {
            return Ok(InsertOutcome::AlreadyExists);
        }
        if !has_room {
            return Ok(InsertOutcome::LimitReached);
        }
        data = self.gap(data, Fault::LimitLooksThenInserts);
        if count == 0 {
            // Rows that do not exist cannot be locked.
            data = self.gap(data, Fault::LimitLocksWhatIsThere);
        }
        let mut passkey = passkey.clone();
        if self.has(Fault::InsertDropsTransports) {
            passkey.transports.clear();
        }
        data.passkeys.push(passkey);
        Ok(InsertOutcome::Inserted)
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, String> {
        let data = self.data();
        let Some(found) = data.passkeys.iter().find(|passkey| passkey.id == *id) else {
            let is_conflict = self.has(Fault::UseOfNothingIsConflict);
            return Ok(if is_conflict { RecordOutcome::Conflict } else { RecordOutcome::NotFound });
        };
        let is_expected = if self.has(Fault::UseIgnoresBackupFlags) {
            found.state.sign_count == expected.sign_count
        } else if self.has(Fault::UseTakesNullForEqual) {
            // `backup_state = ?` is never true for NULL, so a developer added `OR backup_state IS NULL`.
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
            return Ok(RecordOutcome::Conflict);
        }
        let Some(passkey) = data.passkeys.iter_mut().find(|passkey| passkey.id == *id) else {
            return Ok(RecordOutcome::NotFound);
        };
        passkey.state = *state;
        passkey.last_used_at = Some(at);
        if self.has(Fault::UseTouchesUpdatedAt) {
            passkey.updated_at = at;
        }
        Ok(RecordOutcome::Updated)
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
    ) -> Result<RemoveOutcome, String> {
        let data = self.data();
        let keep_last = (keep_last && !self.has(Fault::DeleteIgnoresKeepLast))
            || self.has(Fault::DeleteAlwaysKeepsLast);
        let count = count(&data, owner, self.has(Fault::LastCountsAllRelyingParties));
        let is_last = keep_last && count <= 1;
        if self.has(Fault::DeleteCountsFirst) && is_last {
            return Ok(RemoveOutcome::LastPasskey);
        }
        let is_it = |passkey: &Passkey| {
            passkey.id == *id && self.is_owned(passkey, owner, Fault::DeleteIgnoresOwner)
        };
        if !data.passkeys.iter().any(is_it) {
            return Ok(RemoveOutcome::NotFound);
        }
        if is_last {
            return Ok(RemoveOutcome::LastPasskey);
        }
        let data = self.gap(data, Fault::DeleteLooksThenDeletes);
        let mut data = self.gap(data, Fault::DeleteDoesNotLookAtItsCount);
        if let Some(at) = data.passkeys.iter().position(is_it) {
            let deleted = data.passkeys.remove(at);
            if self.has(Fault::DeleteLeavesTheIndex) {
                data.deleted.push(deleted);
            }
        } else if !self.has(Fault::DeleteDoesNotLookAtItsCount) {
            return Ok(RemoveOutcome::NotFound);
        }
        if self.has(Fault::DeleteRewritesTheList) {
            let left = std::mem::take(&mut data.passkeys);
            data = self.gap(data, Fault::DeleteRewritesTheList);
            data.passkeys.extend(left);
        }
        Ok(RemoveOutcome::Removed)
    }

    fn insert_account(&self, user: &NewUser, passkey: &Passkey) -> Result<SignUpOutcome, String> {
        let mut data = self.data();
        let owner = Owner::of_passkey(passkey);
        if self.has(Fault::SignUpForgetsThePasskey) {
            data.names.push((owner, user.name().into()));
            return Ok(SignUpOutcome::Created);
        }
        if self.has(Fault::SignUpInsertsThePasskeyFirst) {
            data.passkeys.push(passkey.clone());
        }
        let is_taken = |data: &Data| {
            data.names.iter().any(|(of, name)| of.rp_id == owner.rp_id && name == user.name())
        };
        if is_taken(&data) {
            return Ok(SignUpOutcome::NameTaken);
        }
        let mut data = self.gap(data, Fault::SignUpLooksThenInserts);
        let exists = data.names.iter().any(|(of, _)| *of == owner)
            || data.passkeys.iter().any(|other| {
                other.rp_id == passkey.rp_id && other.credential_id == passkey.credential_id
            });
        if exists && !self.has(Fault::SignUpInsertsThePasskeyFirst) {
            if self.has(Fault::SignUpKeepsTheName) {
                data.names.push((owner, user.name().into()));
            }
            return Ok(SignUpOutcome::AlreadyExists);
        }
        data.names.push((owner, user.name().into()));
        data.passkeys.retain(|other| other.credential_id != passkey.credential_id);
        data.passkeys.push(passkey.clone());
        Ok(SignUpOutcome::Created)
    }

    fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, String> {
        let mut data = self.data();
        let is_theirs = |it: &Passkey| self.is_owned_anywhere(it, owner);
        let found = data.passkeys.iter().filter(|it| is_theirs(it)).cloned().collect::<Vec<_>>();
        if !self.has(Fault::EraseKeepsTheName) {
            data.names.retain(|(of, _)| of != owner);
        }
        if self.has(Fault::EraseWritesBack) {
            let mut left = data.passkeys.clone();
            left.retain(|it| !is_theirs(it));
            data = self.gap(data, Fault::EraseWritesBack);
            data.passkeys = left;
        }
        data = self.gap(data, Fault::EraseLooksThenDeletes);
        let is_found = |it: &Passkey| found.iter().any(|other| other.id == it.id);
        data.passkeys.retain(|it| !is_found(it));
        if self.has(Fault::EraseLeavesTheIndex) {
            data.deleted.extend(found.iter().cloned());
        }
        Ok(found.into_iter().map(|passkey| passkey.credential_id).collect())
    }
}
