//! `webauthn-rs-core` in a separate process; `../webauthn-rs` explains why.

use std::{
    env,
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{
    Subject,
    instructions::{self, Instructions},
};

/// A recorded ceremony, which the other process runs.
pub(crate) struct Peer {
    name: String,
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// The average of one run.
pub(crate) struct Measured {
    pub(crate) nanoseconds: f64,
    pub(crate) allocations: u64,
}

/// The program, which is built into the same directory as this one.
fn program() -> PathBuf {
    env::current_exe().unwrap().with_file_name("webauthn-rs-peer")
}

impl Peer {
    /// `None` if the library does not accept this ceremony.
    pub(crate) fn new(algorithm: &str, ceremony: &str) -> Option<Self> {
        let mut command = Command::new(program());
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("benches/webauthn-rs is built into the same folder");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut peer = Self { name: format!("{algorithm}/{ceremony}"), process, input, output };
        peer.ask(1).is_some().then_some(peer)
    }

    /// Measures this many runs.
    pub(crate) fn measure(&mut self, count: usize) -> Measured {
        self.ask(count).unwrap()
    }

    /// `None` if the library does not accept this ceremony.
    fn ask(&mut self, count: usize) -> Option<Measured> {
        writeln!(self.input, "{} {count}", self.name).unwrap();
        let answer = self.output.next().unwrap().unwrap();
        let (nanoseconds, allocations) = answer.split_once(' ')?;
        let nanoseconds = nanoseconds.parse().unwrap();
        Some(Measured { nanoseconds, allocations: allocations.parse().unwrap() })
    }

    pub(crate) fn instructions(&self) -> Instructions {
        instructions::of(program(), &self.name, "webauthn_rs_peer::measured")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Subject for Peer {
    fn run(&mut self) {
        self.measure(1);
    }

    fn peer(&mut self) -> Option<&mut Peer> {
        Some(self)
    }
}
