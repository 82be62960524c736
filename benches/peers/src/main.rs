//! Compares `relying-party` with other relying parties on the same ceremonies.
//!
//! ```text
//! peers                     time, allocations and instructions of everything, as a Markdown table
//! peers time CEREMONY       time of the ceremonies whose names begin so, in nanoseconds
//! peers run SUBJECT COUNT   runs one subject, such as "sign-in ES256: relying-party", for a profiler
//! ```
#![allow(dead_code, reason = "the ceremonies serve other measurements too")]

use std::{env, hint::black_box, path::PathBuf, time::Instant};

use relying_party::{
    AttestationObject, AuthenticatorData, ClientData, CoseKey,
    crypto::{RustCrypto, SignatureVerifier},
    json::{AuthenticationResponse, RegistrationResponse},
};

use accelerated::Library;
use ceremonies::{ORIGIN, Registration, SignIn, origins};
use process::Peer;

mod accelerated;
#[path = "../../bare/mod.rs"]
mod bare;
#[path = "../../ceremonies/mod.rs"]
mod ceremonies;
#[path = "../../instructions/mod.rs"]
mod instructions;
mod process;
mod webauthn_rp;

/// A measured subject: `run` is measured, `prepare` is not.
trait Subject {
    /// Makes the values that `count` runs consume.
    fn prepare(&mut self, _count: usize) {}

    /// Verifies the bytes of a response.
    fn run(&mut self);

    /// The process that measures it, if it runs in a separate one.
    fn peer(&mut self) -> Option<&mut Peer> {
        None
    }

    /// Whether callgrind can count its instructions.
    fn is_countable(&self) -> bool {
        true
    }
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
    /// The line of the same ceremony with the same library's bare check.
    bare: Option<&'static str>,
    subject: Box<dyn Subject>,
}

impl Line {
    /// What `peers run` calls it.
    fn subject(&self) -> String {
        format!("{}: {}", self.ceremony, self.name)
    }
}

const OURS: &str = "relying-party";
const BARE: &str = "bare signature";
const BARE_KEY: &str = "bare key check";
const BARE_CHAIN: &str = "bare signatures";

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    sign_ins(&mut lines);
    registrations(&mut lines);
    chains(&mut lines);
    pieces(&mut lines);
    #[cfg(feature = "attestation")]
    pieces_of_a_chain(&mut lines);
    lines
}

fn sign_ins(lines: &mut Vec<Line>) {
    for (ceremony, algorithm) in
        [("sign-in ES256", "ES256"), ("sign-in EdDSA", "EdDSA"), ("sign-in RS256", "RS256")]
    {
        let mut line = |name, bare, subject| lines.push(Line { ceremony, name, bare, subject });
        line(BARE, None, Box::new(bare_signature(algorithm)));
        line(OURS, Some(BARE), Box::new(with(SignIn::new(algorithm), &RustCrypto)));
        for library in accelerated::libraries() {
            line(library.bare, None, library.subject(checked_by(&library, [algorithm])));
            let ours = library.subject(with(SignIn::new(algorithm), library.verifier));
            line(library.ours, Some(library.bare), ours);
        }
        let registration = || Registration::new(algorithm, "none");
        let json = || SignIn::new(algorithm).json;
        for program in process::programs() {
            if let Some(peer) = Peer::new(program, algorithm, "sign-in") {
                line(program.library, None, Box::new(peer));
            }
        }
        let webauthn_rp = webauthn_rp::SignIn::new(registration(), json());
        line("webauthn_rp", None, Box::new(webauthn_rp));
    }
}

/// Registrations without a certificate.
fn registrations(lines: &mut Vec<Line>) {
    for (ceremony, algorithm, attestation) in [
        ("registration ES256, none", "ES256", "none"),
        ("registration ES256, packed self", "ES256", "packed"),
        ("registration EdDSA, none", "EdDSA", "none"),
        ("registration RS256, none", "RS256", "none"),
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
        for program in process::programs() {
            if let Some(peer) = Peer::new(program, algorithm, attestation) {
                line(program.library, None, Box::new(peer));
            }
        }
        line("webauthn_rp", None, Box::new(webauthn_rp::Registration::new(registration())));
    }
}

/// Registrations whose attestation chain has an intermediate and a trusted root: one signature of the statement and two
/// of certificates. Their bare checks are as many signatures with the same algorithms. `webauthn_rp` verifies no
/// certificates.
fn chains(lines: &mut Vec<Line>) {
    for (ceremony, attestation, algorithms) in [
        ("registration ES256, packed with chain", "packed with chain", ["ES256", "ES256", "ES256"]),
        ("registration ES256, tpm with chain", "tpm with chain", ["RS256", "ES256", "ES256"]),
    ] {
        let mut line = |name, bare, subject| lines.push(Line { ceremony, name, bare, subject });
        let registration = || Registration::new("ES256", attestation);
        let verifying = |verifier: &'static dyn SignatureVerifier| {
            let registration = registration();
            move || drop(black_box(registration.verify_with(verifier).unwrap()))
        };
        let checks = algorithms.map(bare_signature);
        line(BARE_CHAIN, None, Box::new(move || checks.iter().for_each(|check| check())));
        line(OURS, Some(BARE_CHAIN), Box::new(verifying(&RustCrypto)));
        for library in accelerated::libraries() {
            line(library.bare_chain, None, library.subject(checked_by(&library, algorithms)));
            let ours = library.subject(verifying(library.verifier));
            line(library.ours, Some(library.bare_chain), ours);
        }
        if let Some(webauthn_rs) = Peer::new(&process::WEBAUTHN_RS, "ES256", attestation) {
            line(process::WEBAUTHN_RS.library, None, Box::new(webauthn_rs));
        }
    }
}

/// Each parser alone, and the one policy check that reads text.
fn pieces(lines: &mut Vec<Line>) {
    let mut line = |name, subject| {
        lines.push(Line { ceremony: "pieces of ES256", name, bare: None, subject });
    };
    let json = SignIn::new("ES256").json;
    line("AuthenticationResponse", parsing(json, |json| drop(AuthenticationResponse::parse(json))));
    let json = Registration::new("ES256", "none").json;
    line("RegistrationResponse", parsing(json, |json| drop(RegistrationResponse::parse(json))));
    let json = SignIn::new("ES256").client_data_json;
    line("ClientData", parsing(json, |json| drop(ClientData::parse(json))));
    let data = SignIn::new("ES256").authenticator_data;
    line("AuthenticatorData", parsing(data, |data| drop(AuthenticatorData::parse(data))));
    let object = Registration::new("ES256", "none").attestation_object;
    line("AttestationObject", parsing(object, |object| drop(AttestationObject::parse(object))));
    let key = SignIn::new("ES256").passkey.public_key.as_bytes().to_vec();
    line("CoseKey", parsing(key, |key| drop(CoseKey::parse(key))));
    let check = || drop(black_box(origins()).check_origin(black_box(ORIGIN), None));
    line("OriginPolicy::check_origin", Box::new(check));
}

/// The parsers that a chain goes through, with their input: the cost that cannot be saved in addition to the
/// signatures.
#[cfg(feature = "attestation")]
fn pieces_of_a_chain(lines: &mut Vec<Line>) {
    use relying_party::x509::Certificate;
    let ceremony = "pieces of ES256, packed with chain";
    let mut line = |name, subject| lines.push(Line { ceremony, name, bare: None, subject });
    let Registration { json, attestation_object, .. } =
        Registration::new("ES256", "packed with chain");
    let [attestation, intermediate] = x5c(&attestation_object);
    line("RegistrationResponse", parsing(json, |json| drop(RegistrationResponse::parse(json))));
    let parse = |object: &[u8]| drop(AttestationObject::parse(object));
    line("AttestationObject", parsing(attestation_object, parse));
    let parse = |der: &[u8]| drop(black_box(Certificate::parse(der).unwrap()));
    line("Certificate, attestation", parsing(attestation, parse));
    line("Certificate, intermediate", parsing(intermediate, parse));
}

/// The certificates of an attestation object with two of them.
#[cfg(feature = "attestation")]
fn x5c(attestation_object: &[u8]) -> [Vec<u8>; 2] {
    let object = AttestationObject::parse(attestation_object).unwrap();
    let statement: ciborium::Value = ciborium::from_reader(object.statement()).unwrap();
    let members = statement.into_map().unwrap();
    let (_, x5c) = members.into_iter().find(|(key, _)| key.as_text() == Some("x5c")).unwrap();
    let certificates = x5c.into_array().unwrap().into_iter().map(|it| it.into_bytes().unwrap());
    certificates.collect::<Vec<_>>().try_into().unwrap()
}

fn parsing(input: Vec<u8>, parse: fn(&[u8])) -> Box<dyn Subject> {
    Box::new(move || parse(black_box(&input)))
}

fn with(sign_in: SignIn, verifier: &'static dyn SignatureVerifier) -> impl FnMut() {
    move || {
        black_box(sign_in.verify(verifier).unwrap());
    }
}

fn bare_parts(algorithm: &str) -> (SignIn, bare::Key, Vec<u8>) {
    let sign_in = SignIn::new(algorithm);
    let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
    (sign_in, key, message)
}

fn bare_signature(algorithm: &str) -> impl Fn() + use<> {
    let (sign_in, key, message) = bare_parts(algorithm);
    move || black_box(&key).verify(black_box(&message), &sign_in.signature)
}

/// A library's bare check of a signature with each of these algorithms.
fn checked_by<const COUNT: usize>(
    library: &Library,
    algorithms: [&str; COUNT],
) -> impl Fn() + use<COUNT> {
    let (check, parts) = (library.check, algorithms.map(bare_parts));
    move || {
        for (sign_in, key, message) in &parts {
            check(black_box(key), black_box(message), &sign_in.signature);
        }
    }
}

/// The function whose instructions are counted.
#[inline(never)]
fn measured(subject: &mut dyn Subject) {
    subject.run();
    // Without this the call above would be a tail call, which leaves the function before its work is done.
    black_box(());
}

/// The median time of one run in nanoseconds, for each line. The subjects of one ceremony take turns, so that other
/// load on the machine affects all of them alike.
fn times(lines: &mut [Line]) -> Vec<f64> {
    const ROUNDS: usize = 201;
    let mut medians = Vec::new();
    for group in lines.chunk_by_mut(|one, next| one.ceremony == next.ceremony) {
        // A turn takes about 2 ms, so that each subject runs with warm caches, as it does in a service that does little
        // else. The number of runs is chosen to fit.
        let mut samples = vec![Vec::with_capacity(ROUNDS); group.len()];
        let counts: Vec<usize> = group.iter_mut().map(|line| runs_in(2_000_000.0, line)).collect();
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
    if let Some(peer) = subject.peer() {
        return peer.measure(count).nanoseconds;
    }
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
    if let Some(peer) = subject.peer() {
        return peer.measure(1).allocations;
    }
    subject.prepare(2);
    subject.run();
    allocation_counter::measure(|| subject.run()).count_total
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(),
        ["run", subject, count] => run(subject, count.parse().unwrap()),
        ["time", ceremony] => print_times(ceremony),
        _ => panic!("usage: peers [time CEREMONY | run SUBJECT COUNT]"),
    }
}

/// The first run is not counted: it detects the processor's features.
fn run(subject: &str, count: usize) {
    let mut line = lines().into_iter().find(|line| line.subject() == subject).unwrap();
    line.subject.prepare(count + 1);
    line.subject.run();
    for _ in 0..count {
        measured(line.subject.as_mut());
    }
}

fn print_times(ceremony: &str) {
    let mut lines = lines();
    lines.retain(|line| line.ceremony.starts_with(ceremony));
    let times = times(&mut lines);
    for (line, time) in lines.iter().zip(times) {
        println!("{time:9.0}  {}", line.subject());
    }
}

fn table() {
    let mut lines = lines();
    let times = times(&mut lines);
    let instructions = instructions_of_each(&mut lines);
    let allocations: Vec<u64> =
        lines.iter_mut().map(|line| allocations(line.subject.as_mut())).collect();
    let of = |ceremony: &str, name: &str| {
        lines.iter().position(|line| line.ceremony == ceremony && line.name == name)
    };
    println!(
        "| ceremony | who | µs | beyond bare, µs | × bare | × ours | allocations | instructions | beyond bare |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|");
    let dash = || String::from("–");
    for (index, line) in lines.iter().enumerate() {
        let time = times[index];
        let ours = of(line.ceremony, OURS).map(|ours| times[ours]);
        let bare = line.bare.and_then(|bare| of(line.ceremony, bare));
        let beyond = bare.map(|bare| (time - times[bare]) / 1000.0);
        let (whole, bare_alone) = (instructions[index], bare.and_then(|bare| instructions[bare]));
        let beside =
            whole.zip(bare_alone).map(|(whole, bare)| i128::from(whole) - i128::from(bare));
        println!(
            "| {} | {} | {:.2} | {} | {} | {} | {} | {} | {} |",
            line.ceremony,
            line.name,
            time / 1000.0,
            beyond.map_or_else(dash, |beyond| format!("{beyond:.2}")),
            bare.map_or_else(dash, |bare| format!("{:.3}", time / times[bare])),
            ours.map_or_else(dash, |ours| format!("{:.2}", time / ours)),
            allocations[index],
            whole.map_or_else(dash, |whole| whole.to_string()),
            beside.map_or_else(dash, |beside| beside.to_string()),
        );
    }
}

/// The instructions of one run of each line, where they can be counted.
fn instructions_of_each(lines: &mut [Line]) -> Vec<Option<u64>> {
    if !instructions::can_be_counted() {
        return vec![None; lines.len()];
    }
    lines.iter_mut().map(instructions).collect()
}

fn instructions(line: &mut Line) -> Option<u64> {
    if !line.subject.is_countable() {
        return None;
    }
    let subject = line.subject();
    let counted = match line.subject.peer() {
        Some(peer) => peer.instructions()?,
        None => instructions::of(this(), &subject, "peers::measured"),
    };
    Some(counted.count)
}

fn this() -> PathBuf {
    env::current_exe().unwrap()
}
