//! The storage contract as simple lists: one effect after another, each at once.

use std::collections::{BTreeMap, BTreeSet};

use relying_party::{
    Effect, Passkey, PasskeyId, PasskeyName, PasskeyState, Reply, Timestamp, UserHandle,
    ceremony::Ceremony,
    flow::{InsertOutcome, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Model {
    pub(crate) ceremonies: Vec<Ceremony>,
    pub(crate) passkeys: Vec<Passkey>,
    /// The names of accounts that signed up, each with its RP ID.
    pub(crate) names: BTreeMap<Owner, (String, String)>,
    /// The accounts of the host, if passkeys have a foreign key to them.
    pub(crate) accounts: Option<BTreeSet<Owner>>,
    /// A promise that the model breaks, to test that breaches are detected.
    pub(crate) breaks: Option<Promise>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    TakenOnce,
    Limit,
    UniqueCredential,
    CompareAndSet,
    KeepLast,
    Deletion,
    UniqueName,
    PasskeyWithItsAccount,
    CeremoniesErased,
    PasskeysErased,
    ReadsChangeNothing,
    RefusalsChangeNothing,
    Owner,
    Insertion,
    OthersStay,
    Recording,
    NothingToRecord,
    Naming,
}

impl Model {
    pub(crate) fn of(&self, owner: &Owner) -> Vec<Passkey> {
        let mut passkeys = self.passkeys.clone();
        passkeys.retain(|passkey| passkey.user == owner.user && passkey.rp_id == owner.rp_id);
        passkeys.sort_by_key(|passkey| (passkey.created_at, passkey.id));
        passkeys
    }

    pub(crate) fn passkey(&self, id: PasskeyId) -> Option<&Passkey> {
        self.passkeys.iter().find(|passkey| passkey.id == id)
    }

    /// Whose passkeys there are.
    pub(crate) fn owners(&self) -> BTreeSet<Owner> {
        self.passkeys.iter().map(Owner::of_passkey).collect()
    }

    /// Whether the store fails at this effect: a passkey of an account that does not exist.
    pub(crate) fn refuses(&self, effect: &Effect) -> bool {
        match (effect, &self.accounts) {
            (Effect::InsertPasskey { passkey, .. }, Some(accounts)) => {
                !accounts.contains(&Owner::of_passkey(passkey))
            }
            _ => false,
        }
    }

    pub(crate) fn answer(&mut self, effect: &Effect) -> Reply {
        match effect {
            Effect::PutCeremony(ceremony) => {
                self.ceremonies.push(Ceremony::clone(ceremony));
                Reply::Stored
            }
            Effect::TakeCeremony(id) => {
                let at = self.ceremonies.iter().position(|ceremony| ceremony.id() == *id);
                let keeps = self.breaks == Some(Promise::TakenOnce);
                let taken = at.map(|at| {
                    if keeps { self.ceremonies[at].clone() } else { self.ceremonies.remove(at) }
                });
                Reply::Ceremony(taken.map(Box::new))
            }
            Effect::PasskeysOf(owner) => Reply::Passkeys(self.of(owner)),
            Effect::Passkey { rp_id, credential_id } => {
                let is_it = |passkey: &&Passkey| {
                    passkey.rp_id == *rp_id && passkey.credential_id == *credential_id
                };
                let found = self.passkeys.iter().find(is_it).cloned();
                if self.breaks == Some(Promise::ReadsChangeNothing) {
                    for passkey in &mut self.passkeys {
                        passkey.last_used_at = Some(passkey.created_at);
                    }
                }
                Reply::Passkey(found.map(Box::new))
            }
            Effect::InsertPasskey { passkey, max_per_user } => {
                Reply::Inserted(self.insert(passkey, *max_per_user))
            }
            Effect::RecordUse { id, expected, state, at } => {
                Reply::Recorded(self.record(*id, *expected, *state, *at))
            }
            Effect::RenamePasskey { owner, id, name, at } => {
                Reply::Passkey(self.rename(owner, *id, name, *at).map(Box::new))
            }
            Effect::DeletePasskey { owner, id, keep_last } => {
                let keep_last = *keep_last && self.breaks != Some(Promise::KeepLast);
                Reply::Removed(match self.owned(owner, *id) {
                    None => RemoveOutcome::NotFound,
                    Some(_) if keep_last && self.of(owner).len() == 1 => RemoveOutcome::LastPasskey,
                    Some(_) if self.breaks == Some(Promise::Deletion) => RemoveOutcome::Removed,
                    Some(index) => {
                        self.passkeys.remove(index);
                        RemoveOutcome::Removed
                    }
                })
            }
            Effect::InsertAccount { user, passkey } => {
                let name = (passkey.rp_id.clone(), user.name().to_owned());
                let owner = Owner::of_passkey(passkey);
                let is_taken = self.names.values().any(|taken| *taken == name)
                    && self.breaks != Some(Promise::UniqueName);
                Reply::SignedUp(if is_taken {
                    SignUpOutcome::NameTaken
                } else if self.breaks == Some(Promise::PasskeyWithItsAccount) {
                    self.names.insert(owner, name);
                    SignUpOutcome::Created
                } else if self.names.contains_key(&owner)
                    || self.insert(passkey, 1) != InsertOutcome::Inserted
                {
                    SignUpOutcome::AlreadyExists
                } else {
                    self.accounts.iter_mut().for_each(|all| all.extend([owner.clone()]));
                    self.names.insert(owner, name);
                    SignUpOutcome::Created
                })
            }
            Effect::EraseCeremonies(owner) => {
                let is_theirs = |it: &Ceremony| Owner::of_ceremony(it).as_ref() == Some(owner);
                if self.breaks != Some(Promise::CeremoniesErased) {
                    self.ceremonies.retain(|ceremony| !is_theirs(ceremony));
                }
                Reply::Stored
            }
            Effect::ErasePasskeys(owner) => {
                let erased =
                    self.of(owner).into_iter().map(|passkey| passkey.credential_id).collect();
                if self.breaks != Some(Promise::PasskeysErased) {
                    self.passkeys.retain(|it| Owner::of_passkey(it) != *owner);
                }
                self.names.remove(owner);
                self.accounts.iter_mut().for_each(|all| all.retain(|account| account != owner));
                Reply::Erased(erased)
            }
            _ => panic!("an effect that the model does not know"),
        }
    }

    fn insert(&mut self, passkey: &Passkey, max_per_user: u32) -> InsertOutcome {
        let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
        let exists = self.passkeys.iter().any(|other| {
            other.rp_id == passkey.rp_id && other.credential_id == passkey.credential_id
        });
        let is_full = self.of(&owner).len() >= usize::try_from(max_per_user).unwrap();
        if exists && self.breaks != Some(Promise::UniqueCredential) {
            InsertOutcome::AlreadyExists
        } else if is_full && self.breaks != Some(Promise::Limit) {
            InsertOutcome::LimitReached
        } else {
            if self.breaks == Some(Promise::OthersStay) {
                self.passkeys.retain(|other| other.user != passkey.user);
            }
            if self.breaks != Some(Promise::Insertion) {
                self.passkeys.push(passkey.clone());
            }
            if self.breaks == Some(Promise::RefusalsChangeNothing) {
                return InsertOutcome::AlreadyExists;
            }
            InsertOutcome::Inserted
        }
    }

    fn record(
        &mut self,
        id: PasskeyId,
        expected: PasskeyState,
        state: PasskeyState,
        at: Timestamp,
    ) -> RecordOutcome {
        let compares = self.breaks != Some(Promise::CompareAndSet);
        match self.passkeys.iter_mut().find(|passkey| passkey.id == id) {
            None if self.breaks == Some(Promise::NothingToRecord) => RecordOutcome::Updated,
            None => RecordOutcome::NotFound,
            Some(passkey) if compares && passkey.state != expected => RecordOutcome::Conflict,
            Some(_) if self.breaks == Some(Promise::Recording) => RecordOutcome::Updated,
            Some(passkey) => {
                passkey.state = state;
                passkey.last_used_at = Some(at);
                RecordOutcome::Updated
            }
        }
    }

    fn rename(
        &mut self,
        owner: &Owner,
        id: PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Option<Passkey> {
        let index = self.owned(owner, id)?;
        let mut renamed = self.passkeys[index].clone();
        renamed.name = name.clone();
        renamed.updated_at = at;
        if self.breaks == Some(Promise::Owner) {
            renamed.user = UserHandle::try_from(b"thief".as_slice()).unwrap();
        }
        if self.breaks != Some(Promise::Naming) {
            self.passkeys[index] = renamed.clone();
        }
        Some(renamed)
    }

    fn owned(&self, owner: &Owner, id: PasskeyId) -> Option<usize> {
        self.passkeys.iter().position(|passkey| {
            passkey.id == id && passkey.user == owner.user && passkey.rp_id == owner.rp_id
        })
    }
}
