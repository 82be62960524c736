//! Hostile input costs little memory, and time in proportion to its size.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot continue has failed"
)]
#![allow(clippy::panic, reason = "an input that cannot be made fails the test")]
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are compared roughly"
)]
#![allow(unreachable_pub, dead_code, reason = "the inputs serve the benchmarks too")]

use std::{collections::BTreeSet, env, hint::black_box, thread, time::Duration};

use allocation_counter::measure;
use hostile::{Case, MEGABYTE};

#[path = "../benches/cpu_time/mod.rs"]
mod cpu_time;
#[path = "support/entry_points.rs"]
mod entry_points;
#[path = "../benches/hostile/mod.rs"]
mod hostile;
#[path = "../benches/instructions/mod.rs"]
mod instructions;

/// Public functions without inputs, and why.
const EXEMPT: [(&str, &[&str]); 7] = [
    (
        "They are in private modules, or belong to what the other inputs contain.",
        &[
            "ClientData from JSON",
            "HmacOutput from JSON",
            "KeptTransports from JSON",
            "Members from JSON",
            "PrfResults from JSON",
            "Text from JSON",
            "Transports from JSON",
            "Unread::get",
        ],
    ),
    (
        "They keep what `OriginPolicyBuilder::build` reads.",
        &[
            "OriginPolicyBuilder::android_app",
            "OriginPolicyBuilder::danger_insecure_development_origin",
            "OriginPolicyBuilder::native_origin",
            "OriginPolicyBuilder::origin",
            "OriginPolicyBuilder::origins",
            "OriginPolicyBuilder::related_origin",
            "RelyingPartyBuilder::origin",
            "SubdomainPolicy::except_under",
            "SubdomainPolicy::only_under",
            "TopOrigins::listed",
        ],
    ),
    (
        "They keep what `TenantsBuilder::build` reads.",
        &["TenantsBuilder::allow_pages", "TenantsBuilder::tenant"],
    ),
    (
        "They keep what the host configures or sends, and read none of it.",
        &[
            "AttestationPolicy::anchors_for_format",
            "AttestationPolicy::for_format",
            "AttestationPolicy::strict_statements",
            "Audit::refused",
            "AuthenticationInputs::raw",
            "AuthenticationInputs::write_large_blob",
            "Blob::from",
            "BlobVerification::signer",
            "PrfValues::new",
            "RegistrationInputs::cred_blob",
            "RegistrationInputs::raw",
            "RelatedOrigins::new",
        ],
    ),
    (
        "They keep what `check_origin` and `SignUp::begin` read.",
        &["BeginOptions::origin", "NewUser::generate", "NewUser::new"],
    ),
    (
        "They are another entry point with one more argument.",
        &[
            "Passkeys::rename",
            "Passkeys::rename_verified",
            "Passkeys::report_failure",
            "RenamePasskey::begin_verified",
            "SignIn::finish_reverification",
            "SignIn::finish_second_factor",
        ],
    ),
    ("They compare a name with those that they know.", &["BrowserError::of_name", "from_name"]),
];

#[test]
fn every_public_entry_point_has_hostile_inputs() {
    let cases = hostile::cases();
    let exempt = EXEMPT.iter().flat_map(|(_, entries)| *entries).collect::<BTreeSet<_>>();
    let (mut missing, mut needless) = (Vec::new(), Vec::new());
    for entry in entry_points::all() {
        let has_inputs = cases.iter().any(|case| case.entry.contains(&entry));
        if has_inputs == exempt.contains(&entry.as_str()) {
            if has_inputs { needless.push(entry) } else { missing.push(entry) }
        }
    }
    assert!(missing.is_empty() && needless.is_empty(), "missing: {missing:#?}, {needless:#?}");
}

/// An input must be accepted, or rejected only at its end: one that is rejected earlier measures nothing.
#[test]
fn hostile_input_is_judged_as_designed() {
    let wrong = failures(|case| {
        let accepted = case.prepare(LARGE).call();
        (accepted != case.accepted).then(|| format!("is accepted: {accepted}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hostile_input_takes_limited_memory() {
    let greedy = failures(|case| {
        let prepared = case.prepare(MEGABYTE);
        let info = measure(|| _ = black_box(prepared.call()));
        let bytes = usize::try_from(info.bytes_max).unwrap();
        let allowed = SMALL + case.memory * prepared.size;
        (bytes > allowed).then(|| format!("{bytes} bytes of memory for {} of input", prepared.size))
    });
    assert!(greedy.is_empty(), "{greedy:#?}");
}

/// Memory that a call may take regardless of its input: tables, errors with their texts.
const SMALL: usize = 16 * 1024;

/// A megabyte, or as much as the entry point reads, takes 100 ms at most. Without optimization, code takes some twenty
/// times as long, so a sixty-fourth of the input may take as long.
#[test]
fn hostile_input_takes_no_more_than_a_tenth_of_a_second() {
    let slow = failures(|case| {
        let size = if cfg!(debug_assertions) { case.max / 64 } else { case.max };
        let prepared = case.prepare(size);
        let call = || _ = black_box(prepared.call());
        let runs = if cfg!(debug_assertions) { 1 } else { 5 };
        let ((), fastest) = cpu_time::fastest(LONGEST, runs, call);
        let milliseconds = fastest.as_secs_f64() * 1000.0;
        println!("{milliseconds:9.3} ms  {} bytes  {}: {}", prepared.size, case.entry, case.input);
        (fastest > LONGEST).then(|| format!("{fastest:?} for {} bytes", prepared.size))
    });
    assert!(slow.is_empty(), "{slow:#?}");
}

const LONGEST: Duration = Duration::from_millis(100);

/// Returns all cases, or those whose names contain the value of the variable `HOSTILE`.
fn cases() -> Vec<Case> {
    let wanted = env::var("HOSTILE").unwrap_or_default();
    let is_wanted = |case: &Case| case.entry.contains(&wanted) || case.input.contains(&wanted);
    hostile::cases().into_iter().filter(is_wanted).collect()
}

fn failures(check: impl Fn(&Case) -> Option<String>) -> Vec<String> {
    let found = cases().into_iter().filter_map(|case| {
        check(&case).map(|reason| format!("{}: {}: {reason}", case.entry, case.input))
    });
    found.collect()
}

/// The largest of three sizes at which instructions are counted. Each is a quarter of the next.
const LARGE: usize = 16 * 1024;

/// The difference between two sizes leaves out the instructions that every call takes. If the cost is linear, each
/// further byte costs as much from the second size to the third as from the first to the second; if it is quadratic,
/// four times as much. Sorting, and buffers that grow by doubling, are in between.
const GROWTH_MAX: f64 = 2.0;

/// Instructions per byte below which growth does not matter: vector instructions search long texts at another rate than
/// short ones.
const CHEAP: f64 = 16.0;

/// Instructions per byte that are more than any reader needs, at any size.
const DEAR: f64 = 100_000.0;

/// Valgrind counts the instructions. Where it is not installed the test is skipped, unless the variable
/// `REQUIRE_INSTRUCTION_COUNTS` is set, as it is in CI.
#[test]
fn hostile_input_takes_instructions_proportional_to_its_size() {
    if let Ok(counted) = env::var(COUNTED) {
        return count(&counted);
    }
    if !instructions::can_be_counted() {
        assert!(env::var_os("REQUIRE_INSTRUCTION_COUNTS").is_none(), "valgrind is not installed");
        println!("skipped: valgrind, which counts instructions, is not installed");
        return;
    }
    let suspicious = excessive((0..cases().len()).collect(), LARGE);
    let suspicious = suspicious.into_iter().map(|(index, _)| index).collect::<Vec<_>>();
    // Input that is rejected from some size on costs less there than smaller input, and small input may disappear among
    // parts of constant size. Larger input tells these from a cost that grows too fast.
    let excessive = excessive(suspicious, LARGE * 16);
    let excessive = excessive.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>();
    assert!(excessive.is_empty(), "{excessive:#?}");
}

/// Returns the cases that take too many instructions, and how many they take.
fn excessive(indices: Vec<usize>, large: usize) -> Vec<(usize, String)> {
    let cases = cases();
    let counts = instructions_of(&indices, large);
    let judged = indices.into_iter().zip(counts).filter_map(|(index, counts)| {
        let case = &cases[index];
        let sizes = sizes(case, large).map(|size| case.prepare(size).size);
        judge(case, sizes, counts)
            .map(|reason| (index, format!("{}: {}: {reason}", case.entry, case.input)))
    });
    judged.collect()
}

fn sizes(case: &Case, large: usize) -> [usize; 3] {
    let large = large.min(case.max);
    [large / 16, large / 4, large]
}

fn judge(case: &Case, sizes: [usize; 3], counts: [u64; 3]) -> Option<String> {
    let for_each_byte = |from: usize| {
        let more = sizes[from + 1].checked_sub(sizes[from]).filter(|more| *more > 0)?;
        Some(counts[from + 1].saturating_sub(counts[from]) as f64 / more as f64)
    };
    let found = format!("{counts:?} instructions for {sizes:?} bytes");
    let (Some(first), Some(second)) = (for_each_byte(0), for_each_byte(1)) else {
        // The smallest input already contains as much of everything as is read.
        let dear = counts[2] as f64 > DEAR * sizes[2] as f64;
        return (!case.fixed || dear).then(|| format!("does not grow: {found}"));
    };
    println!("{second:9.1} instructions a byte, {found}  {}: {}", case.entry, case.input);
    if case.unread {
        return (second > CHEAP).then(|| format!("is read: {found}"));
    }
    (second > DEAR || second > CHEAP && second > GROWTH_MAX * first).then_some(found)
}

/// The variable that tells this program, when callgrind runs it, which cases to run and up to which size.
const COUNTED: &str = "HOSTILE_COUNTED";

/// Three counts for each case. The cases are divided among as many processes as there are processors.
fn instructions_of(indices: &[usize], large: usize) -> Vec<[u64; 3]> {
    let parts = thread::available_parallelism().map_or(1, usize::from).min(4);
    let part = |number: usize| {
        let part = indices.iter().skip(number).step_by(parts).copied().collect::<Vec<_>>();
        move || if part.is_empty() { Vec::new() } else { instructions_of_part(&part, large) }
    };
    let counts = thread::scope(|scope| {
        let parts = (0..parts).map(|number| scope.spawn(part(number))).collect::<Vec<_>>();
        parts.into_iter().map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    (0..indices.len()).map(|index| counts[index % parts][index / parts]).collect()
}

fn instructions_of_part(indices: &[usize], large: usize) -> Vec<[u64; 3]> {
    let test = "hostile_input_takes_instructions_proportional_to_its_size";
    let arguments = [test, "--exact", "--test-threads=1"];
    let indices_as_text = indices.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let counted = format!("{large}:{indices_as_text}");
    let counts = instructions::between_marks(&arguments, (COUNTED, &counted));
    assert_eq!(counts.len(), 3 * indices.len(), "calls that were counted");
    counts.chunks_exact(3).map(|counts| counts.try_into().unwrap()).collect()
}

fn count(counted: &str) {
    let (large, indices) = counted.split_once(':').unwrap();
    let (large, cases) = (large.parse().unwrap(), cases());
    for index in indices.split(',') {
        let case = &cases[index.parse::<usize>().unwrap()];
        for prepared in sizes(case, large).map(|size| case.prepare(size)) {
            instructions::mark();
            black_box(prepared.call());
            instructions::mark();
        }
    }
}

/// The test can distinguish a cost that grows with the square of the size from one that does not.
#[test]
fn cost_that_grows_with_the_square_is_excessive() {
    let case = || hostile::cases().into_iter().find(|case| !case.unread && !case.fixed).unwrap();
    let judged = |cost: fn(u64) -> u64| {
        let (case, sizes) = (case(), [LARGE / 16, LARGE / 4, LARGE]);
        judge(&case, sizes, sizes.map(|size| cost(size as u64))).is_some()
    };
    assert!(judged(|size| size * size));
    assert!(judged(|size| size * size / 16 + 100 * size + 1_000_000));
    assert!(judged(|size| DEAR as u64 * 2 * size));
    assert!(!judged(|size| 1000 * size + 1_000_000));
    assert!(!judged(|size| 100 * size * u64::from(size.ilog2())));
    assert!(!judged(|_| 1_000_000));
}
