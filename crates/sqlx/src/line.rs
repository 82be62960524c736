//! The line of what waits, and its leader: the one task that works on it.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, PoisonError},
};

use crate::sync::{Mutex, MutexGuard};

/// What waits, in the order of its arrival. A clone is the same line.
pub(crate) struct Line<W>(Arc<Shared<W>>);

struct Shared<W> {
    state: Mutex<State<W>>,
    group_max: usize,
}

struct State<W> {
    waiting: VecDeque<W>,
    /// Whether there is a leader. There always is one while something waits.
    led: bool,
}

impl<W> Clone for Line<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W> Line<W> {
    /// Creates an empty line. A group takes at most `group_max` from it.
    pub(crate) fn new(group_max: usize) -> Self {
        let state = State { waiting: VecDeque::new(), led: false };
        Self(Arc::new(Shared { state: Mutex::new(state), group_max }))
    }

    /// Puts something at the end of the line. Returns the lead if no one has it.
    #[must_use = "the line stands still until its leader works on it"]
    pub(crate) fn join(&self, what: W) -> Option<Leader<W>> {
        let mut state = self.state();
        state.waiting.push_back(what);
        let led = mem::replace(&mut state.led, true);
        drop(state);
        (!led).then(|| Leader { line: self.clone(), remaining: 0, finished: false })
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lead of a line: only its owner takes what waits. If it is dropped before the line is empty (the runtime shuts
/// down, for example), it drops everything that waits.
pub(crate) struct Leader<W> {
    line: Line<W>,
    /// How many more the current group takes.
    remaining: usize,
    finished: bool,
}

impl<W> Leader<W> {
    /// Begins a group. Returns `false` if nothing waits: then the lead has ended, and the next to arrive gets it.
    pub(crate) fn begin_group(&mut self) -> bool {
        let mut state = self.line.state();
        state.led = !state.waiting.is_empty();
        self.finished = !state.led;
        self.remaining = if state.led { self.line.0.group_max } else { 0 };
        state.led
    }

    /// Takes the next one into the group. Returns `None` if nothing waits, or if the group is full.
    pub(crate) fn next(&mut self) -> Option<W> {
        self.remaining = self.remaining.checked_sub(1)?;
        self.line.state().waiting.pop_front()
    }

    /// Takes the only one that waits as the whole group, if it suits.
    pub(crate) fn next_alone(&mut self, suits: impl FnOnce(&W) -> bool) -> Option<W> {
        let mut state = self.line.state();
        if state.waiting.len() != 1 {
            return None;
        }
        let alone = state.waiting.pop_front_if(|it| suits(it))?;
        self.remaining = 0;
        Some(alone)
    }
}

impl<W> Drop for Leader<W> {
    fn drop(&mut self) {
        if !self.finished {
            let mut state = self.line.state();
            state.led = false;
            let waiting = mem::take(&mut state.waiting);
            // Without the lock: this wakes those who wait for an answer, and drops what the host has passed in.
            drop(state);
            drop(waiting);
        }
    }
}
