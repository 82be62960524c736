//! Runs `webauthn-rs-core` in a separate process: on the recorded ceremonies for `peers`, and on those of `verdicts`.
//!
//! ```text
//! webauthn-rs-peer                  reads lines "SUBJECT COUNT"; answers "NANOSECONDS ALLOCATIONS", of one run
//! webauthn-rs-peer run SUBJECT N    runs one subject, for a profiler
//! webauthn-rs-peer verdicts         reads ceremonies; answers verdicts
//! ```
//!
//! A subject is `ALGORITHM/CEREMONY`, as in `recorded.json`. If the library does not accept it, the answer is an empty
//! line.

mod subject;
mod verdicts;

use std::{
    env,
    hint::black_box,
    io::{self, Write as _},
    time::Instant,
};

use subject::Subject;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => serve(),
        ["run", subject, count] => {
            let subject = Subject::new(subject).unwrap();
            // The first run detects the processor's features.
            subject.run();
            for _ in 0..count.parse().unwrap() {
                measured(&subject);
            }
        }
        ["verdicts"] => verdicts::serve(),
        _ => panic!("usage: webauthn-rs-peer [run SUBJECT COUNT | verdicts]"),
    }
}

/// Subjects are kept from one line to the next, so that turns differ only in time.
fn serve() {
    let mut known: Vec<(String, Option<Subject>)> = Vec::new();
    for line in io::stdin().lines() {
        let line = line.unwrap();
        let (name, count) = line.rsplit_once(' ').unwrap();
        let at = known.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            known.push((name.to_owned(), Subject::new(name)));
            known.len() - 1
        });
        let answer = known[at].1.as_ref().map(|subject| measure(subject, count.parse().unwrap()));
        println!("{}", answer.unwrap_or_default());
        io::stdout().flush().unwrap();
    }
}

fn measure(subject: &Subject, count: usize) -> String {
    let start = Instant::now();
    for _ in 0..count {
        measured(subject);
    }
    let nanoseconds = start.elapsed().as_nanos() as f64 / count as f64;
    let allocations = allocation_counter::measure(|| subject.run()).count_total;
    format!("{nanoseconds} {allocations}")
}

/// The function whose instructions are counted.
#[inline(never)]
fn measured(subject: &Subject) {
    subject.run();
    // Without this the call above would be a tail call, which leaves the function before its work is done.
    black_box(());
}
