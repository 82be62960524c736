//! Futures that the host must run at the same time.

use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::{sync::Barrier, thread};

/// One operation of the store. [`Tasks::on_threads`](Tasks::on_threads) has an example.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Operations of an asynchronous store that must run at the same time, because the check is about how they affect each
/// other.
///
/// `Tasks` is itself a future that polls all of them in turn: `|tasks| runtime.block_on(tasks)`. That works for any
/// store whose operations wait for a database. Operations that never wait cannot be interrupted in this way. Run those
/// on their own threads with [`on_threads`](Self::on_threads).
///
/// If you run futures in another way, take the tasks with [`IntoIterator`], and return when all of them have ended.
#[must_use = "the check waits for the tasks"]
pub struct Tasks<'a>(Vec<Task<'a>>);

impl<'a> Tasks<'a> {
    pub(super) fn new(tasks: Vec<Task<'a>>) -> Self {
        Self(tasks)
    }

    /// Runs each task on its own thread, all starting at the same instant. `block_on` runs one task to completion.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::store::{MemoryStore, conformance};
    /// conformance::run_async(MemoryStore::new, |tasks| tasks.on_threads(pollster::block_on));
    /// # }
    /// ```
    pub fn on_threads(self, block_on: impl Fn(Task<'a>) + Sync) {
        let (barrier, block_on) = (&Barrier::new(self.0.len()), &block_on);
        thread::scope(|scope| {
            for task in self.0 {
                scope.spawn(move || {
                    barrier.wait();
                    block_on(task);
                });
            }
        });
    }
}

impl fmt::Debug for Tasks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("count", &self.0.len()).finish_non_exhaustive()
    }
}

impl<'a> IntoIterator for Tasks<'a> {
    type Item = Task<'a>;
    type IntoIter = alloc::vec::IntoIter<Task<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Future for Tasks<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.retain_mut(|task| task.as_mut().poll(context).is_pending());
        if self.0.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}
