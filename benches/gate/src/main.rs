//! Fails if a ceremony takes more instructions in addition to its bare signature or key check than are allowed here.
//!
//! Time varies on a machine that does other work too. Instructions are the same in every run. They change with the
//! compiler and the libraries, so the limits leave some room.
//!
//! ```text
//! gate                     compares
//! gate run SUBJECT COUNT   runs one subject, for callgrind
//! ```
#![allow(dead_code, unreachable_pub, reason = "the ceremonies serve other measurements too")]

use std::{env, hint::black_box, process::ExitCode};

use ceremonies::{Registration, SignIn};
use relying_party::crypto::RustCrypto;

#[path = "../../bare/mod.rs"]
mod bare;
#[path = "../../ceremonies/mod.rs"]
mod ceremonies;
#[path = "../../instructions/mod.rs"]
mod instructions;

/// A ceremony, and the bare check that is part of it.
struct Pair {
    ceremony: &'static str,
    whole: Box<dyn Fn()>,
    bare: Box<dyn Fn()>,
    /// The most instructions that the ceremony may take in addition to its bare check, without SHA-256.
    allowed: u64,
}

fn pairs() -> [Pair; 4] {
    [
        sign_in("sign-in ES256", "ES256", 16_500),
        sign_in("sign-in EdDSA", "EdDSA", 14_800),
        registration("registration ES256, none", "ES256", 22_900),
        chain("registration ES256, packed with chain", "packed with chain", 112_000),
    ]
}

fn sign_in(ceremony: &'static str, algorithm: &str, allowed: u64) -> Pair {
    let sign_in = SignIn::new(algorithm);
    let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
    let signature = sign_in.signature.clone();
    let whole = Box::new(move || drop(black_box(sign_in.verify(&RustCrypto).unwrap())));
    let bare = Box::new(move || black_box(&key).verify(black_box(&message), &signature));
    Pair { ceremony, whole, bare, allowed }
}

fn registration(ceremony: &'static str, algorithm: &str, allowed: u64) -> Pair {
    let key = bare::Key::of(&SignIn::new(algorithm).passkey);
    let registration = Registration::new(algorithm, "none");
    let whole = Box::new(move || drop(black_box(registration.verify().unwrap())));
    Pair { ceremony, whole, bare: Box::new(move || black_box(&key).check()), allowed }
}

/// A registration whose attestation chain has an intermediate and a trusted root: one signature of the statement and
/// two of certificates, all with P-256. The bare checks are three such signatures of other bytes.
fn chain(ceremony: &'static str, attestation: &str, allowed: u64) -> Pair {
    let sign_in = SignIn::new("ES256");
    let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
    let bare = move || {
        for _ in 0..3 {
            black_box(&key).verify(black_box(&message), &sign_in.signature);
        }
    };
    let registration = Registration::new("ES256", attestation);
    let whole = Box::new(move || drop(black_box(registration.verify().unwrap())));
    Pair { ceremony, whole, bare: Box::new(bare), allowed }
}

/// The function whose instructions are counted.
#[inline(never)]
fn measured(subject: &dyn Fn()) {
    subject();
    // Without this the call above would be a tail call, which leaves the function before its work is done.
    black_box(());
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", subject, count] => {
            run(subject.parse().unwrap(), count.parse().unwrap());
            ExitCode::SUCCESS
        }
        [] if !instructions::can_be_counted() => {
            println!("skipped: valgrind is not installed");
            ExitCode::SUCCESS
        }
        [] => compare(),
        _ => panic!("usage: gate [run SUBJECT COUNT]"),
    }
}

/// Subjects are numbered by pair, the whole ceremony before the bare check. The first run is not counted: it detects
/// the processor's features.
fn run(subject: usize, count: usize) {
    let pair = &pairs()[subject / 2];
    let subject = if subject.is_multiple_of(2) { &pair.whole } else { &pair.bare };
    subject();
    for _ in 0..count {
        measured(subject);
    }
}

fn count(subject: usize) -> u64 {
    let program = env::current_exe().unwrap();
    instructions::of(program, &subject.to_string(), "gate::measured").count
}

fn compare() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (index, Pair { ceremony, allowed, .. }) in pairs().into_iter().enumerate() {
        let whole = count(index * 2);
        let bare = count(index * 2 + 1);
        let beside = whole.saturating_sub(bare);
        println!(
            "{ceremony}: {whole} instructions: {beside} in addition to {bare} of the bare check"
        );
        if beside > allowed {
            println!("  more than the {allowed} that benches/gate/src/main.rs allows");
            code = ExitCode::FAILURE;
        }
    }
    code
}
