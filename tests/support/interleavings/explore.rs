//! Every order of the effects of several actors, with faults before and after them.

use std::fmt;

use relying_party::{Effect, RelyingParty};

use super::{
    actor::{Actor, Outcome, Request},
    model::Model,
    states::Search,
    theorems::{Event, Moment, Past, Theorem},
};

/// What is explored.
pub(crate) struct Scenario<'a> {
    pub(crate) name: &'static str,
    pub(crate) rp: &'a RelyingParty,
    pub(crate) store: Model,
    pub(crate) actors: Vec<Vec<Request<'a>>>,
    /// The maximum number of store errors or crashes in one schedule. For a flow they are the same: it is gone.
    pub(crate) faults: usize,
    /// What must hold at the end, in addition to the theorems.
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

/// How much there was to explore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) schedules: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Before,
    After,
}

const FAULTS: [Fault; 3] = [Fault::None, Fault::Before, Fault::After];

/// Which actor's effect happened when. Printed if a test fails.
#[derive(Default)]
struct Schedule(Vec<(usize, Effect, Fault)>);

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (actor, effect, fault) in &self.0 {
            let effect = format!("{effect:?}");
            let effect = effect.split(['(', ' ']).next().unwrap_or_default();
            let fault = match fault {
                Fault::None => "",
                Fault::Before => ", which fails before it happens",
                Fault::After => ", which fails after it happened",
            };
            writeln!(f, "  actor {actor}: {effect}{fault}")?;
        }
        Ok(())
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the schedule\n{self}");
        }
    }
}

/// A theorem that does not hold, and when.
pub(crate) struct Violation {
    pub(crate) theorem: &'static Theorem,
    schedule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Theorem { name, statement, .. } = self.theorem;
        write!(f, "theorem {name} ({statement}) does not hold after\n{}", self.schedule)
    }
}

impl Scenario<'_> {
    /// Runs every schedule. Stops at the first that violates a theorem.
    pub(crate) fn explore(&self) -> Result<Explored, Violation> {
        let mut search = Search::new();
        loop {
            let mut schedule = Schedule::default();
            let schedules = self
                .run(&mut search, &mut schedule)
                .map_err(|theorem| Violation { theorem, schedule: schedule.to_string() })?;
            if let Some(schedules) = search.advance(schedules) {
                return Ok(Explored { states: search.states(), schedules });
            }
        }
    }

    /// Runs one schedule until it ends or reaches a known state. Returns how many schedules this completes.
    fn run(&self, search: &mut Search, schedule: &mut Schedule) -> Result<usize, &'static Theorem> {
        let mut store = self.store.clone();
        let mut actors = self.actors.iter().map(|actor| Actor::new(actor)).collect::<Vec<_>>();
        let mut past = Past::new(&store, actors.len());
        let mut got = vec![Vec::new(); actors.len()];
        let mut faults = 0;
        loop {
            let state = search.enter((&store, &past), faults, &got);
            if let Some(known) = state.as_ref().and_then(|state| search.schedules_from(state)) {
                return Ok(known);
            }
            let waiting = actors.iter().enumerate().filter(|(_, actor)| actor.effect().is_some());
            let waiting = waiting.map(|(index, _)| index).collect::<Vec<_>>();
            if waiting.is_empty() {
                let outcomes = actors.iter().map(|actor| actor.outcome().unwrap().clone());
                let outcomes = outcomes.collect::<Vec<_>>();
                (self.expect)(&End { outcomes: &outcomes, store: &store, faults });
                search.end(state);
                return Ok(1);
            }
            let possible = if faults < self.faults { &FAULTS[..] } else { &FAULTS[..1] };
            let choice = search.choose(state, waiting.len() * possible.len());
            let (index, fault) =
                (waiting[choice / possible.len()], possible[choice % possible.len()]);
            faults += usize::from(fault != Fault::None);
            let is_repeating = search.is_repeating();
            let mut judge = |before: &Model, store: &Model, event: Event<'_>| {
                let moment =
                    Moment { rp: self.rp, before, store, actor: index, event, past: &past };
                let violated = if is_repeating { None } else { moment.violated() };
                past = Past::after(&moment);
                violated.map_or(Ok(()), Err)
            };

            let actor = &mut actors[index];
            let effect = actor.effect().unwrap().clone();
            schedule.0.push((index, effect.clone(), fault));
            let before = store.clone();
            if fault == Fault::Before || store.refuses(&effect) {
                got[index].push(None);
                actor.lose();
            } else {
                let reply = store.answer(&effect);
                judge(&before, &store, Event::Happened(&effect, &reply))?;
                if fault == Fault::After {
                    got[index].push(None);
                    actor.lose();
                } else {
                    got[index].push(Some(search.reply(&reply)));
                    actor.resume(reply);
                }
            }
            for outcome in actor.ended() {
                judge(&store, &store, Event::Ended(&outcome))?;
            }
        }
    }
}
