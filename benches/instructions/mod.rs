//! Instructions of a function, counted by callgrind where valgrind is there.
//!
//! Callgrind's processor has no SHA instructions: what SHA-256 costs in its place is told apart, since hardware needs
//! a few hundred instructions for all of it.

use std::{
    collections::HashMap,
    env, fs,
    process::{self, Command},
};

/// Runs of a subject that are counted.
const RUNS: u64 = 5;

/// What one run takes.
#[derive(Clone, Copy, Default)]
pub struct Instructions {
    /// Without those of SHA-256.
    pub count: u64,
    /// Of SHA-256 in software.
    pub sha256: u64,
}

/// Whether there is something to count with.
pub fn can_be_counted() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Counts what happens within `function` while this program runs with the arguments `run SUBJECT COUNT`.
pub fn of(subject: usize, function: &str) -> Instructions {
    let file = env::temp_dir().join(format!("callgrind.{}.{subject}", process::id()));
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .args(["--collect-atstart=no", &format!("--toggle-collect={function}")])
        .arg(env::current_exe().unwrap())
        .args(["run", &subject.to_string(), &RUNS.to_string()])
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
