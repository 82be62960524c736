//! What holds after every effect and at the end of every request, in every order: named theorems.

use std::collections::BTreeSet;

use relying_party::{
    CeremonyId, Effect, PasskeyId, RelyingParty, Reply,
    ceremony::Ceremony,
    flow::{Owner, RecordOutcome},
};

use super::{actor::Outcome, model::Model};

pub(crate) struct Theorem {
    pub(crate) name: &'static str,
    pub(crate) statement: &'static str,
    holds: fn(&Moment<'_>) -> bool,
}

pub(crate) const THEOREMS: [Theorem; 19] = [
    Theorem {
        name: "taken_once",
        statement: "a ceremony is accepted at most once",
        holds: taken_once,
    },
    Theorem {
        name: "erased_ceremonies_are_over",
        statement: "a ceremony that was erased with its account is never accepted",
        holds: erased_ceremonies_are_over,
    },
    Theorem {
        name: "one_write",
        statement: "a request changes the stored passkeys at most once",
        holds: one_write,
    },
    Theorem {
        name: "refusals_write_nothing",
        statement: "a refused request has changed no stored passkey",
        holds: refusals_write_nothing,
    },
    Theorem {
        name: "one_record",
        statement: "a credential is stored at most once",
        holds: one_record,
    },
    Theorem {
        name: "one_account",
        statement: "a passkey belongs to one account for as long as it exists",
        holds: one_account,
    },
    Theorem {
        name: "limit",
        statement: "no account has more passkeys than its limit",
        holds: limit,
    },
    Theorem {
        name: "last_passkey",
        statement: "the last passkey stays if the host keeps it",
        holds: last_passkey,
    },
    Theorem {
        name: "counters_grow",
        statement: "a stored signature counter never goes back",
        holds: counters_grow,
    },
    Theorem {
        name: "counter_accepted_once",
        statement: "of two sign-ins with the same counter, one is accepted",
        holds: counter_accepted_once,
    },
    Theorem {
        name: "only_deletion_removes",
        statement: "a stored passkey is there until it is deleted or its account erased",
        holds: only_deletion_removes,
    },
    Theorem {
        name: "created_is_stored",
        statement: "a passkey whose creation was reported was stored as reported",
        holds: created_is_stored,
    },
    Theorem {
        name: "sign_in_is_recorded",
        statement: "the counter of a reported sign-in was stored",
        holds: sign_in_is_recorded,
    },
    Theorem {
        name: "new_name_is_stored",
        statement: "a new name that was reported was stored",
        holds: new_name_is_stored,
    },
    Theorem {
        name: "deleted_is_gone",
        statement: "a passkey whose deletion was reported is gone",
        holds: deleted_is_gone,
    },
    Theorem {
        name: "deleted_is_not_used",
        statement: "no use of a passkey is recorded after its deletion was reported",
        holds: deleted_is_not_used,
    },
    Theorem {
        name: "erased_is_empty",
        statement: "an erased account has neither passkeys nor a name",
        holds: erased_is_empty,
    },
    Theorem {
        name: "one_account_per_name",
        statement: "no two accounts have the same name",
        holds: one_account_per_name,
    },
    Theorem {
        name: "account_with_passkey",
        statement: "an account is created together with its passkey",
        holds: account_with_passkey,
    },
];

/// What just happened, in which state of the store, and after what.
pub(crate) struct Moment<'m> {
    pub(crate) rp: &'m RelyingParty,
    pub(crate) before: &'m Model,
    pub(crate) store: &'m Model,
    pub(crate) actor: usize,
    pub(crate) event: Event<'m>,
    pub(crate) past: &'m Past,
}

#[derive(Clone, Copy)]
pub(crate) enum Event<'m> {
    Happened(&'m Effect, &'m Reply),
    Ended(&'m Outcome),
}

impl Moment<'_> {
    /// The first theorem that does not hold.
    pub(crate) fn violated(&self) -> Option<&'static Theorem> {
        THEOREMS.iter().find(|theorem| !(theorem.holds)(self))
    }

    fn taken(&self) -> Option<CeremonyId> {
        match self.event {
            Event::Happened(Effect::TakeCeremony(id), Reply::Ceremony(Some(_))) => Some(*id),
            _ => None,
        }
    }

    fn is_write(&self) -> bool {
        self.before.passkeys != self.store.passkeys
    }

    /// Whether this passkey is stored, or was until it was deleted.
    fn is_or_was_stored(&self, id: PasskeyId) -> bool {
        self.store.passkey(id).is_some() || self.past.deleted.contains(&id)
    }
}

/// What has happened before, as far as the theorems need it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Past {
    /// How often each actor's current request has changed the stored passkeys.
    writes: Vec<usize>,
    taken: BTreeSet<CeremonyId>,
    /// Ceremonies that existed when their account's ceremonies were erased.
    erased: BTreeSet<CeremonyId>,
    /// Passkeys that have ever been removed, those that were registered again afterwards, and those whose removal has
    /// been reported.
    deleted: BTreeSet<PasskeyId>,
    anew: BTreeSet<PasskeyId>,
    reported_deleted: BTreeSet<PasskeyId>,
    /// Every name that a passkey has had.
    names: BTreeSet<(PasskeyId, String)>,
    /// The counters of reported sign-ins.
    counters: BTreeSet<(PasskeyId, u32)>,
}

impl Past {
    pub(crate) fn new(store: &Model, actors: usize) -> Self {
        let mut past = Self {
            writes: vec![0; actors],
            taken: BTreeSet::new(),
            erased: BTreeSet::new(),
            deleted: BTreeSet::new(),
            anew: BTreeSet::new(),
            reported_deleted: BTreeSet::new(),
            names: BTreeSet::new(),
            counters: BTreeSet::new(),
        };
        past.see_names(store);
        past
    }

    /// The past after this moment.
    pub(crate) fn after(moment: &Moment<'_>) -> Self {
        let mut past = moment.past.clone();
        match moment.event {
            Event::Happened(effect, _) => past.record_effect(moment, effect),
            Event::Ended(outcome) => past.record_end(moment, outcome),
        }
        past
    }

    fn record_effect(&mut self, moment: &Moment<'_>, effect: &Effect) {
        self.writes[moment.actor] += usize::from(moment.is_write());
        self.taken.extend(moment.taken());
        match effect {
            Effect::PutCeremony(put) => {
                self.erased.remove(&put.id());
            }
            Effect::EraseCeremonies(owner) => {
                let is_theirs = |it: &&Ceremony| Owner::of_ceremony(it).as_ref() == Some(owner);
                let theirs = moment.before.ceremonies.iter().filter(is_theirs);
                self.erased.extend(theirs.map(Ceremony::id));
            }
            _ => {}
        }
        let before = moment.before.passkeys.iter().map(|passkey| passkey.id);
        self.deleted.extend(before.filter(|id| moment.store.passkey(*id).is_none()));
        for passkey in &moment.store.passkeys {
            if self.deleted.contains(&passkey.id) {
                self.anew.insert(passkey.id);
                self.reported_deleted.remove(&passkey.id);
            }
        }
        self.see_names(moment.store);
    }

    fn record_end(&mut self, moment: &Moment<'_>, outcome: &Outcome) {
        self.writes[moment.actor] = 0;
        match outcome {
            Outcome::Deleted(id) if !self.anew.contains(id) => {
                self.reported_deleted.insert(*id);
            }
            Outcome::Erased(_) => {
                let gone = self.deleted.iter().filter(|id| moment.store.passkey(**id).is_none());
                self.reported_deleted.extend(gone);
            }
            Outcome::SignedIn(passkey) => {
                self.counters.insert((passkey.id, passkey.state.sign_count));
            }
            _ => {}
        }
    }

    fn see_names(&mut self, store: &Model) {
        let names = store.passkeys.iter().map(|it| (it.id, it.name.as_str().to_owned()));
        self.names.extend(names);
    }
}

fn taken_once(moment: &Moment<'_>) -> bool {
    moment.taken().is_none_or(|id| !moment.past.taken.contains(&id))
}

fn erased_ceremonies_are_over(moment: &Moment<'_>) -> bool {
    moment.taken().is_none_or(|id| !moment.past.erased.contains(&id))
}

fn one_write(moment: &Moment<'_>) -> bool {
    !moment.is_write() || moment.past.writes[moment.actor] == 0
}

fn refusals_write_nothing(moment: &Moment<'_>) -> bool {
    !matches!(moment.event, Event::Ended(Outcome::Refused(_)))
        || moment.past.writes[moment.actor] == 0
}

fn one_record(moment: &Moment<'_>) -> bool {
    let passkeys = &moment.store.passkeys;
    let credentials = passkeys.iter().map(|it| (&it.rp_id, it.credential_id.as_bytes()));
    credentials.collect::<BTreeSet<_>>().len() == passkeys.len()
}

fn one_account(moment: &Moment<'_>) -> bool {
    moment.before.passkeys.iter().all(|passkey| {
        moment.store.passkey(passkey.id).is_none_or(|after| after.user == passkey.user)
    })
}

fn limit(moment: &Moment<'_>) -> bool {
    let max = usize::try_from(moment.rp.max_passkeys_per_user()).unwrap();
    moment.store.owners().iter().all(|owner| moment.store.of(owner).len() <= max)
}

fn last_passkey(moment: &Moment<'_>) -> bool {
    let is_erased = |owner: &Owner| match moment.event {
        Event::Happened(Effect::ErasePasskeys(erased), _) => erased == owner,
        _ => false,
    };
    let has_some = |owner: &Owner| !moment.store.of(owner).is_empty() || is_erased(owner);
    !moment.rp.keep_last_passkey() || moment.before.owners().iter().all(has_some)
}

fn counters_grow(moment: &Moment<'_>) -> bool {
    moment.before.passkeys.iter().all(|passkey| {
        let after = moment.store.passkey(passkey.id);
        after.is_none_or(|after| after.state.sign_count >= passkey.state.sign_count)
    })
}

fn counter_accepted_once(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Ended(Outcome::SignedIn(passkey)) => {
            let counter = passkey.state.sign_count;
            counter == 0 || !moment.past.counters.contains(&(passkey.id, counter))
        }
        _ => true,
    }
}

fn only_deletion_removes(moment: &Moment<'_>) -> bool {
    moment.before.passkeys.iter().all(|passkey| {
        let is_deleted = match moment.event {
            Event::Happened(Effect::DeletePasskey { id, .. }, _) => *id == passkey.id,
            Event::Happened(Effect::ErasePasskeys(owner), _) => {
                *owner == Owner::of_passkey(passkey)
            }
            _ => false,
        };
        is_deleted || moment.store.passkey(passkey.id).is_some()
    })
}

fn created_is_stored(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Ended(Outcome::Created(passkey) | Outcome::SignedUp(passkey)) => {
            let is_unchanged = moment.store.passkey(passkey.id).is_none_or(|stored| {
                (stored.user, &stored.public_key) == (passkey.user, &passkey.public_key)
            });
            let has_written = moment.past.writes[moment.actor] == 1;
            moment.is_or_was_stored(passkey.id) && is_unchanged && has_written
        }
        _ => true,
    }
}

fn sign_in_is_recorded(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Ended(Outcome::SignedIn(passkey)) => {
            let stored = moment.store.passkey(passkey.id);
            let is_kept =
                stored.is_none_or(|stored| stored.state.sign_count >= passkey.state.sign_count);
            moment.is_or_was_stored(passkey.id) && is_kept
        }
        _ => true,
    }
}

fn new_name_is_stored(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Ended(Outcome::Renamed(passkey)) => {
            moment.past.names.contains(&(passkey.id, passkey.name.as_str().to_owned()))
        }
        _ => true,
    }
}

fn deleted_is_gone(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Ended(Outcome::Deleted(id)) => {
            let is_there = moment.store.passkey(*id).is_some();
            moment.past.deleted.contains(id) && (!is_there || moment.past.anew.contains(id))
        }
        _ => true,
    }
}

fn deleted_is_not_used(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Happened(Effect::RecordUse { id, .. }, Reply::Recorded(RecordOutcome::Updated)) => {
            !moment.past.reported_deleted.contains(id)
        }
        _ => true,
    }
}

fn erased_is_empty(moment: &Moment<'_>) -> bool {
    match moment.event {
        Event::Happened(Effect::ErasePasskeys(owner), _) => {
            moment.store.of(owner).is_empty() && !moment.store.names.contains_key(owner)
        }
        _ => true,
    }
}

fn one_account_per_name(moment: &Moment<'_>) -> bool {
    let names = &moment.store.names;
    names.values().collect::<BTreeSet<_>>().len() == names.len()
}

fn account_with_passkey(moment: &Moment<'_>) -> bool {
    let is_new = |owner: &&Owner| !moment.before.names.contains_key(*owner);
    let mut new = moment.store.names.keys().filter(is_new);
    new.all(|owner| !moment.store.of(owner).is_empty())
}
