//! Instructions of a function, counted by callgrind if valgrind is installed.
//!
//! Callgrind's processor has no SHA instructions. What SHA-256 costs instead is reported separately, since real
//! hardware needs only a few hundred instructions for it.

use std::{
    collections::HashMap,
    env, fs,
    path::PathBuf,
    process::{self, Command},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The number of counted runs of a subject.
const RUNS: u64 = 5;

/// The cost of one run.
#[derive(Clone, Copy, Default)]
pub struct Instructions {
    /// Instructions without SHA-256.
    pub count: u64,
    /// Instructions of SHA-256 in software.
    pub sha256: u64,
}

/// Whether valgrind is installed.
pub fn can_be_counted() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Counts the instructions within `function` while a program runs with the arguments `run SUBJECT COUNT`.
pub fn of(program: PathBuf, subject: &str, function: &str) -> Instructions {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let file = env::temp_dir().join(format!("callgrind.{}.of.{number}", process::id()));
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .args(["--collect-atstart=no", &format!("--toggle-collect={function}")])
        .arg(program)
        .args(["run", subject, &RUNS.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let profile = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let mut total = Instructions::default();
    for (name, cost) in costs(&profile) {
        if name.contains("sha256") {
            total.sha256 += cost;
        } else {
            total.count += cost;
        }
    }
    assert!(total.count > 0, "{function} was not found");
    Instructions { count: total.count / RUNS, sha256: total.sha256 / RUNS }
}

/// Starts or ends a counted section: it calls a function of the C library that nothing else calls, whose name callgrind
/// finds even in a program without symbols.
pub fn mark() {
    let _ = std::os::unix::process::parent_id();
}

/// Counts the instructions from each odd [mark] to the next while this program runs with these arguments and this
/// environment variable.
pub fn between_marks(arguments: &[&str], variable: (&str, &str)) -> Vec<u64> {
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("callgrind.{}.folder.{number}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", folder.join("mark").display()))
        .args(["--dump-before=getppid", "--dump-line=no"])
        .arg(env::current_exe().unwrap())
        .args(arguments)
        .env(variable.0, variable.1)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    // The profile of a mark is that of the section before it.
    let profile = |number: usize| fs::read_to_string(folder.join(format!("mark.{number}"))).ok();
    let counts = (2..).step_by(2).map_while(profile).map(|profile| total(&profile)).collect();
    fs::remove_dir_all(&folder).unwrap();
    counts
}

/// The total cost in a profile.
fn total(profile: &str) -> u64 {
    let totals = profile.lines().find_map(|line| line.strip_prefix("totals: "));
    totals.and_then(|totals| totals.trim().parse().ok()).unwrap()
}

/// Each function's own cost.
///
/// ```text
/// fn=(7) name        the function that follows; later on `fn=(7)` alone
/// 12 345             line 12 takes 345 instructions
/// cfn=(8) name       a function that is called
/// calls=1 20         how often, followed by one line with its cost, which is not the caller's own
/// ```
fn costs(profile: &str) -> HashMap<&str, u64> {
    let (mut names, mut costs) = (HashMap::new(), HashMap::new());
    let (mut current, mut is_call) = ("", false);
    for line in profile.lines() {
        if let Some(function) = line.strip_prefix("fn=").or(line.strip_prefix("cfn=")) {
            let (id, name) = function.split_once(' ').unwrap_or((function, ""));
            let name = if name.is_empty() { names[id] } else { name };
            names.insert(id, name);
            if line.starts_with("fn=") {
                current = name;
            }
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost = line.split_once(' ').and_then(|(_, cost)| cost.parse::<u64>().ok());
            if !is_call {
                *costs.entry(current).or_default() += cost.unwrap_or_default();
            }
            is_call = false;
        }
    }
    costs
}
