//! What users did, and what was wrong.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
    time::{Duration, Instant},
};

/// How much of what is wrong is remembered. All of it is printed.
const REMEMBERED: usize = 100;

pub struct Tally {
    started: Instant,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    wrong: Mutex<Vec<String>>,
    /// When ceremonies were begun, as far back as anyone has asked.
    begun: Mutex<VecDeque<Instant>>,
    slowest: Mutex<Duration>,
}

impl Tally {
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            counts: Mutex::default(),
            wrong: Mutex::default(),
            begun: Mutex::default(),
            slowest: Mutex::default(),
        }
    }

    pub fn count(&self, what: &'static str) {
        *self.counts.lock().unwrap().entry(what).or_default() += 1;
    }

    /// A ceremony may have been stored.
    pub fn begun(&self) {
        self.begun.lock().unwrap().push_back(Instant::now());
    }

    /// How many ceremonies began in the last time.
    pub fn begun_within(&self, time: Duration) -> u64 {
        let mut begun = self.begun.lock().unwrap();
        while begun.front().is_some_and(|at| at.elapsed() > time) {
            begun.pop_front();
        }
        u64::try_from(begun.len()).unwrap()
    }

    /// How long an answer took when nothing was broken.
    pub fn took(&self, time: Duration) {
        let mut slowest = self.slowest.lock().unwrap();
        *slowest = time.max(*slowest);
    }

    /// Something does not hold.
    pub fn wrong(&self, what: String) {
        println!("{} WRONG: {what}", self.time());
        let mut wrong = self.wrong.lock().unwrap();
        if wrong.len() < REMEMBERED {
            wrong.push(what);
        }
        drop(wrong);
        self.count("WRONG");
    }

    pub fn say(&self, what: &str) {
        println!("{} {what}", self.time());
    }

    /// Minutes and seconds since the start.
    fn time(&self) -> String {
        let seconds = self.started.elapsed().as_secs();
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }

    pub fn print(&self) {
        let counts = self.counts.lock().unwrap();
        let counts = counts.iter().map(|(what, count)| format!("{what} {count}"));
        self.say(&counts.collect::<Vec<_>>().join(", "));
    }

    /// Says whether everything held.
    pub fn verdict(&self) -> bool {
        println!(
            "the slowest answer while nothing was broken: {:.1?}",
            self.slowest.lock().unwrap()
        );
        let wrong = self.wrong.lock().unwrap();
        for what in wrong.iter() {
            println!("WRONG: {what}");
        }
        println!("{}", if wrong.is_empty() { "Everything held." } else { "Not everything held." });
        wrong.is_empty()
    }
}
