//! Collects what several threads want to do, and lets the host do it all at once.

use alloc::{vec, vec::Vec};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::tasks::{Task, Tasks};

/// The host's way to run futures.
///
/// Checks are written as threads that call the store. While threads are [working](Working), each of their calls waits
/// until every other thread has made one too. Then the host gets all calls at once.
pub(super) struct Executor<'s> {
    run: &'s (dyn Fn(Tasks<'_>) + Sync),
    stage: Mutex<Stage<'s>>,
    changed: Condvar,
}

#[derive(Default)]
struct Stage<'s> {
    /// Threads that are working.
    working: usize,
    /// The tasks that they are waiting for.
    waiting: Vec<Task<'s>>,
}

/// Collects what several threads want to do.
pub(super) trait Conductor: Sync {
    /// This many threads are about to start working.
    fn expect(&self, threads: usize);

    /// Runs what the threads are waiting for, until no thread is working any longer.
    fn conduct(&self);

    /// One of the threads no longer works.
    fn end(&self);
}

/// A thread is working until this is dropped.
pub(super) struct Working<'c>(pub(super) &'c dyn Conductor);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl<'s> Executor<'s> {
    pub(super) fn new(run: &'s (dyn Fn(Tasks<'_>) + Sync)) -> Self {
        Self { run, stage: Mutex::default(), changed: Condvar::new() }
    }

    /// No code panics while holding the lock.
    fn stage(&self) -> MutexGuard<'_, Stage<'s>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a task: at once, or together with those of the other threads that work.
    pub(super) fn run(&self, task: Task<'s>) {
        let mut stage = self.stage();
        if stage.working == 0 {
            drop(stage);
            self.run_all(vec![task]);
        } else {
            stage.waiting.push(task);
            drop(stage);
            self.changed.notify_all();
        }
    }

    /// If a task panics, it is dropped, and the thread waiting for it finds out.
    fn run_all(&self, tasks: Vec<Task<'s>>) {
        let run = || (self.run)(Tasks::new(tasks));
        let _panicked = catch_unwind(AssertUnwindSafe(run)).is_err();
    }
}

impl Conductor for Executor<'_> {
    fn expect(&self, threads: usize) {
        self.stage().working = threads;
    }

    fn conduct(&self) {
        loop {
            let is_incomplete = |stage: &mut Stage<'_>| stage.waiting.len() < stage.working;
            let stage = self.changed.wait_while(self.stage(), is_incomplete);
            let mut stage = stage.unwrap_or_else(PoisonError::into_inner);
            let tasks = core::mem::take(&mut stage.waiting);
            let is_over = stage.working == 0;
            drop(stage);
            if is_over {
                return;
            }
            self.run_all(tasks);
        }
    }

    fn end(&self) {
        let mut stage = self.stage();
        stage.working = stage.working.saturating_sub(1);
        drop(stage);
        self.changed.notify_all();
    }
}
