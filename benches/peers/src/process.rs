//! Libraries that run in separate processes, for the reasons in `../webauthn-rs` and `../go`.

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

/// A program that runs the recorded ceremonies with one library.
pub(crate) struct Program {
    /// The library's name in the table.
    pub(crate) library: &'static str,
    file: &'static str,
    arguments: &'static [&'static str],
    /// The function whose instructions are counted.
    measured: Option<&'static str>,
}

pub(crate) const WEBAUTHN_RS: Program = Program {
    library: "webauthn-rs-core",
    file: "webauthn-rs-peer",
    arguments: &[],
    measured: Some("webauthn_rs_peer::measured"),
};

/// It checks no chain of certificates up to a root, so it has no rows there.
pub(crate) const DUO_LABS: Program = Program {
    library: "duo-labs/webauthn (Go)",
    file: "duo-labs-webauthn-peer",
    arguments: &[concat!(env!("CARGO_MANIFEST_DIR"), "/../ceremonies/recorded.json")],
    measured: None,
};

impl Program {
    /// It is built into the same directory as this program.
    fn path(&self) -> PathBuf {
        env::current_exe().unwrap().with_file_name(self.file)
    }
}

/// The programs that run ceremonies without certificates. The one in Go is left out if it was not built.
pub(crate) fn programs() -> impl Iterator<Item = &'static Program> {
    let go = DUO_LABS.path().exists().then_some(&DUO_LABS);
    [&WEBAUTHN_RS].into_iter().chain(go)
}

/// A recorded ceremony, which the other process runs.
pub(crate) struct Peer {
    program: &'static Program,
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

impl Peer {
    /// `None` if the library does not accept this ceremony.
    pub(crate) fn new(program: &'static Program, algorithm: &str, ceremony: &str) -> Option<Self> {
        let mut command = Command::new(program.path());
        let mut process = command
            .args(program.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("benches/webauthn-rs is built into the same folder");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let name = format!("{algorithm}/{ceremony}");
        let mut peer = Self { program, name, process, input, output };
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

    /// `None` if callgrind cannot count them.
    pub(crate) fn instructions(&self) -> Option<Instructions> {
        let measured = self.program.measured?;
        Some(instructions::of(self.program.path(), &self.name, measured))
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
