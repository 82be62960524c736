//! Measures `relying-party` beside other Rust relying parties on the very same ceremonies.
//!
//! ```text
//! peers                     time, allocations and instructions of everything, as a Markdown table
//! peers run SUBJECT COUNT   runs one subject, for a profiler
//! ```
#![allow(dead_code, reason = "the ceremonies serve other measurements too")]

use std::{env, hint::black_box, time::Instant};

use relying_party::crypto::{RustCrypto, SignatureVerifier};

use ceremonies::{Registration, SignIn};

#[path = "../../bare/mod.rs"]
mod bare;
#[path = "../../ceremonies/mod.rs"]
mod ceremonies;
mod instructions;
mod webauthn_rp;
mod webauthn_rs;

/// What is measured: `prepare` is not, `run` is.
trait Subject {
    /// Makes what `count` runs use up.
    fn prepare(&mut self, _count: usize) {}

    /// From the bytes of a response to the verdict.
    fn run(&mut self);
}

impl<F: FnMut()> Subject for F {
    fn run(&mut self) {
        self();
    }
}

/// One line of the table.
struct Line {
    ceremony: &'static str,
    name: &'static str,
    /// The line of the same ceremony with the bare check of the same library.
    bare: Option<&'static str>,
    subject: Box<dyn Subject>,
}

const OURS: &str = "relying-party";
const BARE: &str = "bare signature";
const BARE_KEY: &str = "bare key check";

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (ceremony, algorithm) in
        [("sign-in ES256", "ES256"), ("sign-in EdDSA", "EdDSA"), ("sign-in RS256", "RS256")]
    {
        let mut line = |name, bare, subject| lines.push(Line { ceremony, name, bare, subject });
        line(BARE, None, Box::new(bare_signature(algorithm)));
        line(OURS, Some(BARE), Box::new(with(SignIn::new(algorithm), RustCrypto)));
        #[cfg(feature = "ring")]
        {
            let (sign_in, key, message) = bare_parts(algorithm);
            let bare = move || key.verify_with_ring(black_box(&message), &sign_in.signature);
            line("bare signature, ring", None, Box::new(bare));
            let ours = with(SignIn::new(algorithm), relying_party::crypto::Ring);
            line("relying-party, ring", Some("bare signature, ring"), Box::new(ours));
        }
        #[cfg(feature = "aws-lc-rs")]
        {
            let (sign_in, key, message) = bare_parts(algorithm);
            let bare = move || key.verify_with_aws_lc_rs(black_box(&message), &sign_in.signature);
            line("bare signature, aws-lc-rs", None, Box::new(bare));
            let ours = with(SignIn::new(algorithm), relying_party::crypto::AwsLcRs);
            line("relying-party, aws-lc-rs", Some("bare signature, aws-lc-rs"), Box::new(ours));
        }
        let registration = || Registration::new(algorithm, "none");
        let json = || SignIn::new(algorithm).json;
        if webauthn_rs::supports(algorithm) {
            let webauthn_rs = webauthn_rs::SignIn::new(registration(), json());
            line("webauthn-rs-core", None, Box::new(webauthn_rs));
        }
        let webauthn_rp = webauthn_rp::SignIn::new(registration(), json());
        line("webauthn_rp", None, Box::new(webauthn_rp));
    }
    for (ceremony, algorithm, attestation) in [
        ("registration ES256, none", "ES256", "none"),
        ("registration ES256, packed self", "ES256", "packed"),
        ("registration EdDSA, none", "EdDSA", "none"),
    ] {
        let mut line = |name, bare, subject| lines.push(Line { ceremony, name, bare, subject });
        let bare = if attestation == "none" {
            let key = bare::Key::of(&SignIn::new(algorithm).passkey);
            line(BARE_KEY, None, Box::new(move || black_box(&key).check()));
            BARE_KEY
        } else {
            line(BARE, None, Box::new(bare_signature(algorithm)));
            BARE
        };
        let registration = || Registration::new(algorithm, attestation);
        let ours = registration();
        line(OURS, Some(bare), Box::new(move || drop(black_box(ours.verify().unwrap()))));
        if webauthn_rs::supports(algorithm) {
            let webauthn_rs = webauthn_rs::Registration::new(registration());
            line("webauthn-rs-core", None, Box::new(webauthn_rs));
        }
        line("webauthn_rp", None, Box::new(webauthn_rp::Registration::new(registration())));
    }
    lines
}

fn with(sign_in: SignIn, verifier: impl SignatureVerifier) -> impl FnMut() {
    move || {
        black_box(sign_in.verify(&verifier).unwrap());
    }
}

fn bare_parts(algorithm: &str) -> (SignIn, bare::Key, Vec<u8>) {
    let sign_in = SignIn::new(algorithm);
    let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
    (sign_in, key, message)
}

fn bare_signature(algorithm: &str) -> impl FnMut() {
    let (sign_in, key, message) = bare_parts(algorithm);
    move || black_box(&key).verify(black_box(&message), &sign_in.signature)
}

/// The one function whose instructions are counted.
#[inline(never)]
fn measured(subject: &mut dyn Subject) {
    subject.run();
    // So that this is no tail call, which would leave the function before its work is done.
    black_box(());
}

/// Median of the time of one run in nanoseconds, for each line. The subjects of one ceremony take turns, so that
/// whatever else the machine does meets them all alike.
fn times(lines: &mut [Line]) -> Vec<f64> {
    const ROUNDS: usize = 301;
    let mut medians = Vec::new();
    for group in lines.chunk_by_mut(|one, next| one.ceremony == next.ceremony) {
        // About 200 µs a turn: as many runs as the first subject of the group, the bare check, needs for it.
        let mut samples = vec![Vec::with_capacity(ROUNDS); group.len()];
        let counts: Vec<usize> = group.iter_mut().map(|line| runs_in(200_000.0, line)).collect();
        for _ in 0..ROUNDS {
            for ((line, samples), count) in group.iter_mut().zip(&mut samples).zip(&counts) {
                samples.push(time(line.subject.as_mut(), *count));
            }
        }
        medians.extend(samples.into_iter().map(median));
    }
    medians
}

fn runs_in(nanoseconds: f64, line: &mut Line) -> usize {
    let warm = time(line.subject.as_mut(), 20);
    ((nanoseconds / warm) as usize).clamp(1, 1000)
}

fn time(subject: &mut dyn Subject, count: usize) -> f64 {
    subject.prepare(count);
    let start = Instant::now();
    for _ in 0..count {
        measured(subject);
    }
    start.elapsed().as_nanos() as f64 / count as f64
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn allocations(subject: &mut dyn Subject) -> u64 {
    subject.prepare(2);
    subject.run();
    allocation_counter::measure(|| subject.run()).count_total
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(),
        ["run", index, count] => run(index.parse().unwrap(), count.parse().unwrap()),
        _ => panic!("usage: peers [run SUBJECT COUNT]"),
    }
}

/// The first run is not counted: it finds out what the processor can do.
fn run(index: usize, count: usize) {
    let mut line = lines().swap_remove(index);
    line.subject.prepare(count + 1);
    line.subject.run();
    for _ in 0..count {
        measured(line.subject.as_mut());
    }
}

fn table() {
    let mut lines = lines();
    let times = times(&mut lines);
    let instructions = instructions::of_each(lines.len());
    let allocations: Vec<u64> =
        lines.iter_mut().map(|line| allocations(line.subject.as_mut())).collect();
    let of = |ceremony: &str, name: &str| {
        let index = lines.iter().position(|line| line.ceremony == ceremony && line.name == name);
        times[index.unwrap()]
    };
    println!(
        "| ceremony | who | µs | beyond bare, µs | × bare | × ours | allocations | instructions |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for (index, line) in lines.iter().enumerate() {
        let (time, ours) = (times[index], of(line.ceremony, OURS));
        let beyond = line.bare.map(|bare| time - of(line.ceremony, bare));
        let ratio = line.bare.map(|bare| time / of(line.ceremony, bare));
        println!(
            "| {} | {} | {:.2} | {} | {} | {:.2} | {} | {} |",
            line.ceremony,
            line.name,
            time / 1000.0,
            beyond.map_or("–".into(), |beyond| format!("{:.2}", beyond / 1000.0)),
            ratio.map_or("–".into(), |ratio| format!("{ratio:.3}")),
            time / ours,
            allocations[index],
            instructions.as_ref().map_or("–".into(), |counts| counts[index].to_string()),
        );
    }
}
