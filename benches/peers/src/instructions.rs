//! Instructions of one run, counted by callgrind where valgrind is there.

use std::{env, process::Command};

/// For each of so many subjects; `None` without valgrind.
pub(crate) fn of_each(subjects: usize) -> Option<Vec<u64>> {
    Command::new("valgrind").arg("--version").output().ok()?;
    (0..subjects).map(of).collect()
}

fn of(subject: usize) -> Option<u64> {
    const RUNS: u64 = 5;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(["--collect-atstart=no", "--toggle-collect=peers::measured"])
        .arg(env::current_exe().ok()?)
        .args(["run", &subject.to_string(), &RUNS.to_string()])
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|line| line.split_once("Collected : "))?.1;
    collected.trim().parse::<u64>().ok().map(|count| count / RUNS)
}
