//! Every order of the effects of several actors, with faults before and after them.

use relying_party::{Effect, Passkey, PasskeyId, RelyingParty, Reply, flow::Owner};

use super::{
    actor::{Actor, Outcome, Request},
    model::Model,
};

/// A sequence of choices, and the next one that has not been tried.
#[derive(Default)]
struct Choices {
    /// What was chosen, and of how many.
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

    /// Goes to the next sequence; false if there is none.
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
    /// Store errors or crashes in one schedule, at most. To a flow they are the same: it is gone.
    pub(crate) faults: usize,
    /// What must hold at the end beside what must always hold.
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
            if fault == 1 {
                actor.lose();
            } else {
                let before = store.passkeys.clone();
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

/// What has happened, as far as the invariants speak of it.
#[derive(Default)]
struct Trail {
    /// How often each actor's present request has written to passkeys.
    writes: Vec<usize>,
    /// Passkeys whose deletion has been reported to somebody.
    reported_deleted: Vec<PasskeyId>,
    /// Passkeys that have ever been deleted, and those that were registered anew after it.
    deleted: Vec<PasskeyId>,
    anew: Vec<PasskeyId>,
    /// Ceremonies that were taken.
    taken: Vec<relying_party::CeremonyId>,
}

impl Trail {
    /// What must hold after every effect.
    fn judge(
        &mut self,
        scenario: &Scenario<'_>,
        actor: usize,
        effect: &Effect,
        reply: &Reply,
        before: &[Passkey],
        store: &Model,
    ) {
        let name = scenario.name;
        if before != store.passkeys {
            self.writes[actor] += 1;
            assert_eq!(self.writes[actor], 1, "{name}: a request that writes more than once");
        }
        if let (Effect::TakeCeremony(id), Reply::Ceremony(Some(_))) = (effect, reply) {
            assert!(!self.taken.contains(id), "{name}: a ceremony that was taken twice");
            self.taken.push(*id);
        }
        for passkey in before {
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
                *recorded != relying_party::flow::Recorded::Updated
                    || !self.reported_deleted.contains(id),
                "{name}: a use of a passkey whose deletion was reported"
            );
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
