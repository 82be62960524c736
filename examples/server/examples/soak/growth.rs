//! What could grow: the servers' memory, and the ceremonies that are stored.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{Soak, faults::Request, site::Site, tally::Tally};

const EVERY: Duration = Duration::from_secs(10);

/// How much more memory a server may have in the last quarter of the run than in the one before: a twentieth, and what
/// the allocator takes at once.
const TOLERANCE: (u64, u64) = (20, 1024);

/// Kilobytes of both servers, and the open ceremonies.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Duration,
    memory: [Option<u64>; 2],
    stored: Option<u64>,
}

#[derive(Debug)]
pub struct Growth {
    started: Instant,
    last: Option<Instant>,
    samples: Vec<Sample>,
}

impl Default for Growth {
    fn default() -> Self {
        Self { started: Instant::now(), last: None, samples: Vec::new() }
    }
}

impl Growth {
    /// Looks at the servers until then.
    pub fn watch(&mut self, soak: &Soak, site: &Site, end: Instant) {
        loop {
            if self.last.is_none_or(|last| last.elapsed() >= EVERY) {
                self.last = Some(Instant::now());
                self.sample(soak, site);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(Duration::from_secs(1)));
        }
    }

    fn sample(&mut self, soak: &Soak, site: &Site) {
        let looked = Instant::now();
        let stored = match site.stored_ceremonies(&soak.tally) {
            Ok(stored) => Some(stored),
            Err(error) => {
                if !soak.faults.explain(looked, Request::Look) {
                    soak.tally.wrong(format!("ceremonies cannot be counted: {error}"));
                }
                None
            }
        };
        self.samples.push(Sample { at: self.started.elapsed(), memory: site.memory(), stored });
    }

    /// The first server is never killed, so its memory is compared.
    pub fn judge(&self, tally: &Tally) {
        let memory: Vec<u64> = self.samples.iter().filter_map(|sample| sample.memory[0]).collect();
        let quarter = memory.len() / 4;
        let Some(rest) = memory.len().checked_sub(quarter * 2).filter(|_| quarter > 0) else {
            return tally.wrong("there are too few samples of the memory".into());
        };
        let (before, last) = memory[rest..].split_at(quarter);
        let (before, last) = (median(before), median(last));
        println!(
            "memory of the first server: {before} kB in the third quarter, {last} in the last"
        );
        if last > before + before / TOLERANCE.0 + TOLERANCE.1 {
            tally.wrong(format!("the memory grows from {before} kB to {last} kB"));
        }
    }

    pub fn print(&self) {
        println!("minute: kB of the first server, kB of the second, open ceremonies");
        let text = |figure: Option<u64>| figure.map_or("-".into(), |figure| figure.to_string());
        for minute in self.samples.chunks(6) {
            let Some(Sample { at, memory, stored }) = minute.first() else { continue };
            let [one, other] = memory.map(text);
            let stored = text(*stored);
            println!("{}: {one}, {other}, {stored}", at.as_secs() / 60);
        }
    }
}

fn median(figures: &[u64]) -> u64 {
    let mut figures = figures.to_vec();
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or(0)
}
