//! How much memory a process has.

use std::fs;

/// A figure of `/proc/…/status` in kilobytes: `VmRSS` is what the process has now, `VmHWM` the most that it has had.
/// `None` where the system does not tell.
pub fn of(process: u32, figure: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
