//! The line of waiting writes and its leader, in every order in which threads can take its lock: `line.rs` is compiled
//! with the primitives of `loom` here, which runs each test once for every such order.
//!
//! The leader of these tests does with the line what the one in `write.rs` does, without a database. `loom` reports a
//! caller that waits for ever as a deadlock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

#[path = "../src/line.rs"]
mod line;

/// In place of `src/sync.rs`.
mod sync {
    pub(crate) use loom::sync::{Mutex, MutexGuard};
}

use std::sync::{
    Arc, Mutex, Weak,
    atomic::{AtomicUsize, Ordering},
};

use line::{Leader, Line};
use loom::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

const GROUP_MAX: usize = 2;

/// Runs a test once for every order, and prints how many there are.
fn in_every_order(rule: &str, test: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&executions);
    loom::model(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        test();
    });
    println!("{rule}: {} executions", executions.load(Ordering::Relaxed));
}

/// What a caller learns about its write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Committed,
    TooSlow,
    /// No one ran it.
    Interrupted,
}

/// The caller's end of a write. If it is dropped, the caller has gone away.
struct Caller {
    listens: Arc<()>,
    outcome: Receiver<Outcome>,
}

impl Caller {
    fn wait(self) -> Outcome {
        self.outcome.recv().unwrap()
    }
}

/// A write in line. Tells its caller if it is dropped, like a channel of tokio.
struct Write {
    number: usize,
    is_slow: bool,
    caller: Weak<()>,
    outcome: Option<Sender<Outcome>>,
}

impl Write {
    fn tell(&mut self, outcome: Outcome) {
        if let Some(told) = self.outcome.take().filter(|_| self.caller.strong_count() > 0) {
            told.send(outcome).unwrap();
        }
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        self.tell(Outcome::Interrupted);
    }
}

/// A line, and what its leaders have committed.
#[derive(Clone)]
struct Database {
    line: Line<Write>,
    /// Held during a transaction.
    connection: Arc<loom::sync::Mutex<()>>,
    transactions: Arc<Mutex<Vec<Vec<usize>>>>,
}

impl Database {
    fn new() -> Self {
        let connection = Arc::new(loom::sync::Mutex::new(()));
        Self { line: Line::new(GROUP_MAX), connection, transactions: Arc::default() }
    }

    fn put(&self, number: usize, is_slow: bool) -> (Caller, Option<Leader<Write>>) {
        let (told, outcome) = channel();
        let caller = Caller { listens: Arc::default(), outcome };
        let listens = Arc::downgrade(&caller.listens);
        let write = Write { number, is_slow, caller: listens, outcome: Some(told) };
        let leader = self.line.join(write);
        (caller, leader)
    }

    /// Writes, leads if no one does, and waits for the outcome.
    fn write(&self, number: usize) -> Outcome {
        let (caller, leader) = self.put(number, false);
        self.lead(leader);
        caller.wait()
    }

    /// As [`Self::write`], and leads in another thread.
    fn write_beside(&self, number: usize) -> Outcome {
        let (caller, leader) = self.put(number, false);
        self.lead_beside(leader);
        caller.wait()
    }

    fn lead_beside(&self, leader: Option<Leader<Write>>) {
        if leader.is_some() {
            let database = self.clone();
            thread::spawn(move || database.lead(leader));
        }
    }

    fn lead(&self, leader: Option<Leader<Write>>) {
        let Some(mut leader) = leader else { return };
        while leader.begin_group() {
            self.commit_next(&mut leader);
        }
    }

    fn commit_next(&self, leader: &mut Leader<Write>) {
        let transaction = self.connection.try_lock().expect("two transactions at a time");
        let mut group = Vec::new();
        if let Some(write) = leader.next_alone(|write| write.number == 0) {
            group.push(write);
        }
        while !group.last().is_some_and(|last| last.is_slow)
            && let Some(write) = leader.next()
        {
            group.push(write);
        }
        let numbers = group.iter().map(|write| write.number).collect();
        self.transactions.lock().unwrap().push(numbers);
        drop(transaction);
        for mut write in group {
            write.tell(if write.is_slow { Outcome::TooSlow } else { Outcome::Committed });
        }
    }

    /// The numbers of the writes in the order in which they ran.
    fn ran(&self) -> Vec<usize> {
        self.transactions.lock().unwrap().concat()
    }
}

/// Runs three writes at once, and returns the outcomes of all.
fn three_writes(database: &Database) -> [Outcome; 3] {
    let others = [1, 2].map(|number| {
        let database = database.clone();
        thread::spawn(move || database.write(number))
    });
    let first = database.write(0);
    let [second, third] = others.map(|other| other.join().unwrap());
    [first, second, third]
}

#[test]
fn every_write_is_run_once_and_its_caller_told() {
    in_every_order("every_write_is_run_once_and_its_caller_told", || {
        let database = Database::new();
        assert_eq!(three_writes(&database), [Outcome::Committed; 3]);
        let mut ran = database.ran();
        ran.sort_unstable();
        assert_eq!(ran, [0, 1, 2]);
    });
}

#[test]
fn a_line_has_at_most_one_leader() {
    in_every_order("a_line_has_at_most_one_leader", || {
        let database = Database::new();
        let other = database.clone();
        let other = thread::spawn(move || other.put(1, false).1);
        let leaders = [database.put(0, false).1, other.join().unwrap()];
        assert_eq!(leaders.iter().flatten().count(), 1);
    });
}

#[test]
fn transactions_do_not_overlap() {
    in_every_order("transactions_do_not_overlap", || {
        three_writes(&Database::new());
    });
}

#[test]
fn what_waits_has_a_leader() {
    in_every_order("what_waits_has_a_leader", || {
        let database = Database::new();
        let other = database.clone();
        let other = thread::spawn(move || other.write_beside(1));
        assert_eq!(database.write_beside(0), Outcome::Committed);
        assert_eq!(other.join().unwrap(), Outcome::Committed);
        // One that comes later, to an empty line.
        assert_eq!(database.write(2), Outcome::Committed);
    });
}

#[test]
fn a_leader_that_is_dropped_leaves_no_one_waiting() {
    in_every_order("a_leader_that_is_dropped_leaves_no_one_waiting", || {
        let database = Database::new();
        let (first, leader) = database.put(0, false);
        let mut leader = leader.unwrap();
        let others = [1, 2].map(|number| {
            let database = database.clone();
            thread::spawn(move || database.write(number))
        });
        // It is dropped in the midst of a group, with a write that it has taken.
        assert!(leader.begin_group());
        let taken = leader.next();
        drop(leader);
        drop(taken);
        assert_eq!(first.wait(), Outcome::Interrupted);
        let outcomes = others.map(|other| other.join().unwrap());
        let committed = outcomes.iter().filter(|outcome| **outcome == Outcome::Committed);
        assert_eq!(committed.count(), database.ran().len());
        assert_eq!(database.write(3), Outcome::Committed);
    });
}

#[test]
fn a_caller_that_goes_away_takes_no_other_write_along() {
    in_every_order("a_caller_that_goes_away_takes_no_other_write_along", || {
        let database = Database::new();
        let other = database.clone();
        let other = thread::spawn(move || other.write_beside(1));
        let (leaving, leader) = database.put(0, false);
        database.lead_beside(leader);
        drop(leaving);
        assert_eq!(other.join().unwrap(), Outcome::Committed);
    });
}

#[test]
fn no_group_is_larger_than_the_maximum() {
    in_every_order("no_group_is_larger_than_the_maximum", || {
        let database = Database::new();
        three_writes(&database);
        let transactions = database.transactions.lock().unwrap();
        assert!(
            transactions.iter().all(|it| (1..=GROUP_MAX).contains(&it.len())),
            "{transactions:?}"
        );
    });
}

#[test]
fn a_write_that_is_too_slow_does_not_keep_those_behind_it() {
    in_every_order("a_write_that_is_too_slow_does_not_keep_those_behind_it", || {
        let database = Database::new();
        let others = [1, 2].map(|number| {
            let database = database.clone();
            thread::spawn(move || database.write(number))
        });
        let (slow, leader) = database.put(0, true);
        database.lead(leader);
        assert_eq!(slow.wait(), Outcome::TooSlow);
        assert_eq!(others.map(|other| other.join().unwrap()), [Outcome::Committed; 2]);
    });
}

#[test]
fn writes_run_in_the_order_in_which_they_came() {
    in_every_order("writes_run_in_the_order_in_which_they_came", || {
        let database = Database::new();
        let other = database.clone();
        let other = thread::spawn(move || other.write(0));
        let writes = [1, 2].map(|number| {
            let (caller, leader) = database.put(number, false);
            database.lead_beside(leader);
            caller
        });
        assert_eq!(writes.map(Caller::wait), [Outcome::Committed; 2]);
        other.join().unwrap();
        let ran = database.ran();
        let place = |number| ran.iter().position(|it| *it == number);
        assert!(place(1) < place(2), "{ran:?}");
    });
}

#[test]
fn a_write_is_not_taken_alone_while_another_waits() {
    in_every_order("a_write_is_not_taken_alone_while_another_waits", || {
        let database = Database::new();
        let mut leader = database.put(0, false).1.unwrap();
        let other = database.clone();
        let came = Arc::new(AtomicUsize::new(0));
        let comes = Arc::clone(&came);
        let other = thread::spawn(move || {
            drop(other.put(1, false));
            comes.store(1, Ordering::Relaxed);
        });
        assert!(leader.begin_group());
        let came_before = came.load(Ordering::Relaxed) == 1;
        let alone = leader.next_alone(|_| true);
        assert!(!(came_before && alone.is_some()));
        // It is the whole group.
        assert!(alone.is_none() || leader.next().is_none());
        other.join().unwrap();
    });
}
