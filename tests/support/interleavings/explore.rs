//! Every order of the effects of several actors, with faults before and after them.

use std::collections::BTreeSet;

use relying_party::{
    CeremonyId, Effect, Passkey, PasskeyId, RelyingParty, Reply, ceremony::Ceremony, flow::Owner,
};

use super::{
    actor::{Actor, Outcome, Request},
    model::Model,
};

/// A sequence of choices, and the next one to try.
#[derive(Default)]
struct Choices {
    /// What was chosen, and out of how many.
    made: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    fn choose(&mut self, of: usize) -> usize {
        if self.at == self.made.len() {
            self.made.push((0, of));
        }
        let (chosen, expected) = self.made[self.at];
        assert_eq!(of, expected, "the same choices must lead to the same place");
        self.at += 1;
        chosen
    }

    /// Advances to the next sequence. Returns false if all have been tried.
    fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((chosen, of)) = self.made.pop() {
            if chosen + 1 < of {
                self.made.push((chosen + 1, of));
                return true;
            }
        }
        false
    }
}

/// What is explored.
pub(crate) struct Scenario<'a> {
    pub(crate) name: &'static str,
    pub(crate) rp: &'a RelyingParty,
    pub(crate) store: Model,
    pub(crate) actors: Vec<Vec<Request<'a>>>,
    /// The maximum number of store errors or crashes in one schedule. For a flow they are the same: it is gone.
    pub(crate) faults: usize,
    /// What must hold at the end, in addition to the invariants.
    pub(crate) expect: fn(&End<'_>),
}

/// How a schedule ended.
pub(crate) struct End<'e> {
    pub(crate) outcomes: &'e [Outcome],
    pub(crate) store: &'e Model,
    pub(crate) faults: usize,
}

impl End<'_> {
    pub(crate) fn successes(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.is_success()).count()
    }
}

impl Scenario<'_> {
    /// Runs every schedule, and returns how many there are.
    pub(crate) fn explore(&self) -> usize {
        let (mut choices, mut count) = (Choices::default(), 0);
        loop {
            self.run(&mut choices);
            count += 1;
            if !choices.advance() {
                println!("{:>7} schedules: {}", count, self.name);
                return count;
            }
        }
    }

    fn run(&self, choices: &mut Choices) {
        let mut store = self.store.clone();
        let mut actors = self.actors.iter().map(|actor| Actor::new(actor)).collect::<Vec<_>>();
        let mut trail = Trail { writes: vec![0; actors.len()], ..Trail::default() };
        let mut faults = 0;
        loop {
            let waiting = actors.iter().enumerate().filter(|(_, actor)| actor.effect().is_some());
            let waiting = waiting.map(|(index, _)| index).collect::<Vec<_>>();
            if waiting.is_empty() {
                break;
            }
            let index = waiting[choices.choose(waiting.len())];
            let fault = if faults < self.faults { choices.choose(3) } else { 0 };
            faults += usize::from(fault != 0);
            let actor = &mut actors[index];
            let effect = actor.effect().unwrap().clone();
            if fault == 1 || store.refuses(&effect) {
                actor.lose();
            } else {
                let before = store.clone();
                let reply = store.answer(&effect);
                trail.judge(self, index, &effect, &reply, &before, &store);
                if fault == 2 {
                    actor.lose();
                } else {
                    actor.resume(reply);
                }
            }
            for outcome in actor.ended() {
                trail.judge_outcome(index, &outcome, &store);
                trail.writes[index] = 0;
            }
        }
        let outcomes = actors.iter().map(|actor| actor.outcome().unwrap().clone());
        let outcomes = outcomes.collect::<Vec<_>>();
        (self.expect)(&End { outcomes: &outcomes, store: &store, faults });
    }
}

/// What has happened, as far as the invariants need it.
#[derive(Default)]
struct Trail {
    /// How often each actor's current request has written to passkeys.
    writes: Vec<usize>,
    /// Passkeys whose deletion has been reported.
    reported_deleted: Vec<PasskeyId>,
    /// Passkeys that have ever been deleted, and those that were registered again afterwards.
    deleted: Vec<PasskeyId>,
    anew: Vec<PasskeyId>,
    /// Ceremonies that were taken, and those that existed when their account's ceremonies were erased.
    taken: Vec<CeremonyId>,
    erased: Vec<CeremonyId>,
}

impl Trail {
    /// What must hold after every effect.
    fn judge(
        &mut self,
        scenario: &Scenario<'_>,
        actor: usize,
        effect: &Effect,
        reply: &Reply,
        before: &Model,
        store: &Model,
    ) {
        let name = scenario.name;
        self.judge_accounts(scenario, effect, reply, before, store);
        if before.passkeys != store.passkeys {
            self.writes[actor] += 1;
            assert_eq!(self.writes[actor], 1, "{name}: a request that writes more than once");
        }
        if let (Effect::TakeCeremony(id), Reply::Ceremony(Some(_))) = (effect, reply) {
            assert!(!self.taken.contains(id), "{name}: a ceremony that was taken twice");
            self.taken.push(*id);
        }
        for passkey in &before.passkeys {
            match store.passkeys.iter().find(|after| after.id == passkey.id) {
                Some(after) => {
                    assert!(
                        after.state.sign_count >= passkey.state.sign_count,
                        "{name}: a counter that went back"
                    );
                    assert_eq!(after.user, passkey.user, "{name}: a passkey that changed hands");
                }
                None => self.deleted.push(passkey.id),
            }
        }
        for (index, passkey) in store.passkeys.iter().enumerate() {
            if self.deleted.contains(&passkey.id) {
                self.anew.push(passkey.id);
                self.reported_deleted.retain(|id| *id != passkey.id);
            }
            let is_same = |other: &Passkey| {
                other.rp_id == passkey.rp_id && other.credential_id == passkey.credential_id
            };
            assert!(
                !store.passkeys[..index].iter().any(is_same),
                "{name}: a credential with two owners"
            );
            let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
            let max = usize::try_from(scenario.rp.max_passkeys_per_user()).unwrap();
            assert!(store.of(&owner).len() <= max, "{name}: more passkeys than allowed");
        }
        for passkey in &scenario.store.passkeys {
            let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
            assert!(
                !scenario.rp.keep_last_passkey() || !store.of(&owner).is_empty(),
                "{name}: an account that lost its last passkey"
            );
        }
        if let (Effect::RecordUse { id, .. }, Reply::Recorded(recorded)) = (effect, reply) {
            assert!(
                *recorded != relying_party::flow::RecordOutcome::Updated
                    || !self.reported_deleted.contains(id),
                "{name}: a use of a passkey whose deletion was reported"
            );
        }
    }

    /// What must hold for accounts after every effect.
    fn judge_accounts(
        &mut self,
        scenario: &Scenario<'_>,
        effect: &Effect,
        reply: &Reply,
        before: &Model,
        store: &Model,
    ) {
        let name = scenario.name;
        match (effect, reply) {
            (Effect::PutCeremony(put), _) => self.erased.retain(|id| *id != put.id()),
            (Effect::EraseCeremonies(owner), _) => {
                let is_theirs = |it: &&Ceremony| Owner::of_ceremony(it).as_ref() == Some(owner);
                let theirs = before.ceremonies.iter().filter(is_theirs);
                self.erased.extend(theirs.map(Ceremony::id));
            }
            (Effect::TakeCeremony(id), Reply::Ceremony(Some(_))) => {
                assert!(!self.erased.contains(id), "{name}: a ceremony that was erased was taken");
            }
            (Effect::ErasePasskeys(owner), _) => {
                assert!(store.of(owner).is_empty(), "{name}: a passkey of an erased account");
                assert!(!store.names.contains_key(owner), "{name}: the name of an erased account");
            }
            _ => {}
        }
        let names = store.names.values().collect::<BTreeSet<_>>();
        assert_eq!(names.len(), store.names.len(), "{name}: two accounts with one name");
        for owner in store.names.keys().filter(|owner| !before.names.contains_key(owner)) {
            assert!(!store.of(owner).is_empty(), "{name}: an account without a passkey");
        }
    }

    /// What must hold when a request ends.
    fn judge_outcome(&mut self, actor: usize, outcome: &Outcome, store: &Model) {
        let is_gone = |id| self.deleted.contains(&id);
        let stored = |id| store.passkeys.iter().find(|passkey| passkey.id == id);
        match outcome {
            Outcome::Created(passkey) => {
                let unchanged = stored(passkey.id).is_none_or(|stored| {
                    (stored.user, &stored.public_key) == (passkey.user, &passkey.public_key)
                });
                assert!(unchanged, "created, and another is stored");
                assert!(stored(passkey.id).is_some() || is_gone(passkey.id), "created, not stored");
                assert_eq!(self.writes[actor], 1);
            }
            Outcome::SignedUp(passkey) => {
                assert!(stored(passkey.id).is_some() || is_gone(passkey.id), "not stored");
                assert_eq!(self.writes[actor], 1);
            }
            Outcome::Erased(_) => {
                let gone = self.deleted.iter().copied().filter(|id| stored(*id).is_none());
                self.reported_deleted.extend(gone);
            }
            Outcome::SignedIn(passkey) => {
                let kept = stored(passkey.id)
                    .is_none_or(|stored| stored.state.sign_count >= passkey.state.sign_count);
                assert!(kept, "signed in, and the counter was not kept");
                assert!(
                    stored(passkey.id).is_some() || is_gone(passkey.id),
                    "signed in by nothing"
                );
            }
            Outcome::Renamed(passkey) => {
                assert!(stored(passkey.id).is_some() || is_gone(passkey.id), "renamed, not stored");
            }
            Outcome::Deleted(id) => {
                assert!(is_gone(*id), "reported as deleted, and was not");
                if !self.anew.contains(id) {
                    assert_eq!(stored(*id), None, "deleted, and still there");
                    self.reported_deleted.push(*id);
                }
            }
            Outcome::Refused(error) => {
                assert_eq!(self.writes[actor], 0, "refused, and something was written: {error}");
            }
            Outcome::Begun | Outcome::Listed(_) | Outcome::Lost => {}
        }
    }
}
