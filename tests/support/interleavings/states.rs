//! The search through the states that choices lead to. Each state is entered once.

use std::collections::HashMap;

use relying_party::Reply;

use super::{model::Model, theorems::Past};

/// All that the future depends on. A flow is a function of the replies that it has got.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    store: usize,
    past: usize,
    faults: usize,
    /// What each actor has got: the number of a reply, or nothing if it failed.
    got: Vec<Vec<Option<usize>>>,
}

/// Numbers for values: equal ones have the same number.
struct Numbers<T>(Vec<T>);

impl<T: Clone + PartialEq> Numbers<T> {
    fn of(&mut self, value: &T) -> usize {
        let known = self.0.iter().rposition(|known| known == value);
        known.unwrap_or_else(|| {
            self.0.push(value.clone());
            self.0.len() - 1
        })
    }
}

struct Choice {
    state: State,
    chosen: usize,
    of: usize,
    /// The number of schedules behind the choices tried so far.
    schedules: usize,
}

/// Depth first: a sequence of choices, and what is known of the states that have been left.
pub(crate) struct Search {
    choices: Vec<Choice>,
    at: usize,
    stores: Numbers<Model>,
    pasts: Numbers<Past>,
    replies: Numbers<Reply>,
    /// The number of schedules from each state on.
    known: HashMap<State, usize>,
}

impl Search {
    pub(crate) fn new() -> Self {
        Self {
            choices: Vec::new(),
            at: 0,
            stores: Numbers(Vec::new()),
            pasts: Numbers(Vec::new()),
            replies: Numbers(Vec::new()),
            known: HashMap::new(),
        }
    }

    pub(crate) fn reply(&mut self, reply: &Reply) -> usize {
        self.replies.of(reply)
    }

    /// Returns the state, unless earlier choices lead on from it.
    pub(crate) fn enter(
        &mut self,
        (store, past): (&Model, &Past),
        faults: usize,
        got: &[Vec<Option<usize>>],
    ) -> Option<State> {
        let is_new = self.at == self.choices.len();
        is_new.then(|| State {
            store: self.stores.of(store),
            past: self.pasts.of(past),
            faults,
            got: got.to_vec(),
        })
    }

    pub(crate) fn schedules_from(&self, state: &State) -> Option<usize> {
        self.known.get(state).copied()
    }

    /// Chooses among as many possibilities in a new state, or as before in an earlier one.
    pub(crate) fn choose(&mut self, state: Option<State>, of: usize) -> usize {
        if let Some(state) = state {
            self.choices.push(Choice { state, chosen: 0, of, schedules: 0 });
        }
        let choice = &self.choices[self.at];
        assert_eq!(of, choice.of, "the same choices must lead to the same place");
        self.at += 1;
        choice.chosen
    }

    /// Whether what follows the latest choice has been seen before.
    pub(crate) fn is_repeating(&self) -> bool {
        self.at < self.choices.len()
    }

    /// An end of a schedule.
    pub(crate) fn end(&mut self, state: Option<State>) {
        self.known.extend(state.map(|state| (state, 1)));
    }

    /// Advances to the next sequence. Returns the number of all schedules after the last.
    pub(crate) fn advance(&mut self, mut schedules: usize) -> Option<usize> {
        self.at = 0;
        while let Some(mut choice) = self.choices.pop() {
            choice.schedules += schedules;
            if choice.chosen + 1 < choice.of {
                choice.chosen += 1;
                self.choices.push(choice);
                return None;
            }
            schedules = choice.schedules;
            self.known.insert(choice.state, schedules);
        }
        Some(schedules)
    }

    /// The number of different states, with those at the end.
    pub(crate) fn states(&self) -> usize {
        self.known.len()
    }
}
