//! The storage contract as plain lists: one effect after the other, each at once.

use relying_party::{
    Effect, Passkey, Reply,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) ceremonies: Vec<Ceremony>,
    pub(crate) passkeys: Vec<Passkey>,
    /// A promise that the model breaks, for the test that breaches are found.
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
}

impl Model {
    pub(crate) fn of(&self, owner: &Owner) -> Vec<Passkey> {
        let mut passkeys = self.passkeys.clone();
        passkeys.retain(|passkey| passkey.user == owner.user && passkey.rp_id == owner.rp_id);
        passkeys.sort_by_key(|passkey| (passkey.created_at, passkey.id));
        passkeys
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
                Reply::Passkey(self.passkeys.iter().find(is_it).cloned().map(Box::new))
            }
            Effect::InsertPasskey { passkey, max_per_user } => {
                Reply::Inserted(self.insert(passkey, *max_per_user))
            }
            Effect::RecordUse { id, expected, state, at } => {
                let compares = self.breaks != Some(Promise::CompareAndSet);
                let found = self.passkeys.iter_mut().find(|passkey| passkey.id == *id);
                Reply::Recorded(match found {
                    None => Recorded::NotFound,
                    Some(passkey) if compares && passkey.state != *expected => Recorded::Conflict,
                    Some(passkey) => {
                        passkey.state = *state;
                        passkey.last_used_at = Some(*at);
                        Recorded::Updated
                    }
                })
            }
            Effect::RenamePasskey { owner, id, name, at } => {
                let found = self.owned(owner, *id).map(|index| {
                    let passkey = &mut self.passkeys[index];
                    passkey.name = name.clone();
                    passkey.updated_at = *at;
                    Box::new(passkey.clone())
                });
                Reply::Passkey(found)
            }
            Effect::DeletePasskey { owner, id, keep_last } => {
                let keep_last = *keep_last && self.breaks != Some(Promise::KeepLast);
                Reply::Removed(match self.owned(owner, *id) {
                    None => Removed::NotFound,
                    Some(_) if keep_last && self.of(owner).len() == 1 => Removed::LastPasskey,
                    Some(_) if self.breaks == Some(Promise::Deletion) => Removed::Removed,
                    Some(index) => {
                        self.passkeys.remove(index);
                        Removed::Removed
                    }
                })
            }
            Effect::PendingTasks(_) => Reply::Tasks(Vec::new()),
            _ => panic!("an effect that the model does not know"),
        }
    }

    fn insert(&mut self, passkey: &Passkey, max_per_user: u32) -> Inserted {
        let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
        let exists = self.passkeys.iter().any(|other| {
            other.rp_id == passkey.rp_id && other.credential_id == passkey.credential_id
        });
        let is_full = self.of(&owner).len() >= usize::try_from(max_per_user).unwrap();
        if exists && self.breaks != Some(Promise::UniqueCredential) {
            Inserted::AlreadyExists
        } else if is_full && self.breaks != Some(Promise::Limit) {
            Inserted::LimitReached
        } else {
            self.passkeys.push(passkey.clone());
            Inserted::Inserted
        }
    }

    fn owned(&self, owner: &Owner, id: relying_party::PasskeyId) -> Option<usize> {
        self.passkeys.iter().position(|passkey| {
            passkey.id == id && passkey.user == owner.user && passkey.rp_id == owner.rp_id
        })
    }
}
