//! Fails when a ceremony takes more instructions beside its bare signature or key check than are allowed here.
//!
//! Time is noise on a machine that does other things too; instructions are the same in every run. They change with the
//! compiler and the libraries, for which there is some slack.
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

/// A ceremony and the bare check in it.
struct Pair {
    ceremony: &'static str,
    whole: Box<dyn Fn()>,
    bare: Box<dyn Fn()>,
    /// The most instructions that the ceremony may take beside its bare check, SHA-256 left out.
    allowed: u64,
}

fn pairs() -> [Pair; 4] {
    [
        sign_in("sign-in ES256", "ES256", 11_000),
        sign_in("sign-in EdDSA", "EdDSA", 9_800),
        registration("registration ES256, none", "ES256", 13_600),
        chain("registration ES256, packed with chain", "packed with chain", 97_000),
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

/// A registration whose attestation leads over an intermediate to a trusted root: the statement's signature and two of
/// certificates, all by P-256. The bare checks are three of that kind, of other bytes.
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

/// The one function whose instructions are counted.
#[inline(never)]
fn measured(subject: &dyn Fn()) {
    subject();
    // So that this is no tail call, which would leave the function before its work is done.
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

/// Subjects are numbered by pair, the whole before the bare. The first run is not counted: it finds out what the
/// processor can do.
fn run(subject: usize, count: usize) {
    let pair = &pairs()[subject / 2];
    let subject = if subject.is_multiple_of(2) { &pair.whole } else { &pair.bare };
    subject();
    for _ in 0..count {
        measured(subject);
    }
}

fn compare() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (index, Pair { ceremony, allowed, .. }) in pairs().into_iter().enumerate() {
        let whole = instructions::of(index * 2, "gate::measured").count;
        let bare = instructions::of(index * 2 + 1, "gate::measured").count;
        let beside = whole.saturating_sub(bare);
        println!("{ceremony}: {whole} instructions, {beside} beside {bare} of the bare check");
        if beside > allowed {
            println!("  more than the {allowed} that benches/gate/src/main.rs allows");
            code = ExitCode::FAILURE;
        }
    }
    code
}
