//! Peers in separate processes.
//!
//! A driver reads a JSON object a line, a [`Ceremony`], and answers each with a line: `accepted`, `rejected: REASON`,
//! or `unsupported` for what the peer cannot do at all. RP ID, origin, challenge, and user are those of `ceremony.rs`;
//! user verification is required; ES256, EdDSA and RS256 are offered; attestation is only required if the ceremony has
//! a root, and then it must lead there. The first line that a driver writes is the peer's name and version.

use std::{
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{
    ceremony::Ceremony,
    peer::{Peer, Verdict},
};

pub struct Driver {
    name: String,
    process: Child,
    to: Option<BufWriter<ChildStdin>>,
    from: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts a driver by its command line.
    pub fn start(command: &str) -> Self {
        let mut words = command.split_whitespace();
        let mut process = Command::new(words.next().unwrap())
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        let to = process.stdin.take().map(BufWriter::new);
        let mut from = BufReader::new(process.stdout.take().unwrap());
        let mut greeting = String::new();
        from.read_line(&mut greeting).unwrap();
        println!("peer: {}", greeting.trim());
        let name = greeting.split_whitespace().next().unwrap_or_default().to_owned();
        assert!(!name.is_empty(), "{command} does not say what it is");
        Self { name, process, to, from }
    }
}

impl Peer for Driver {
    fn name(&self) -> &str {
        &self.name
    }

    fn judge(&mut self, ceremonies: &[Ceremony]) -> Vec<Verdict> {
        let to = self.to.as_mut().unwrap();
        for ceremony in ceremonies {
            serde_json::to_writer(&mut *to, ceremony).unwrap();
            to.write_all(b"\n").unwrap();
        }
        to.flush().unwrap();
        let answer = |ceremony: &Ceremony| {
            let mut line = String::new();
            self.from.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ").unwrap_or((line.trim_end(), "")) {
                ("accepted", _) => Some(Ok(())),
                ("rejected", reason) => Some(Err(reason.to_owned())),
                ("unsupported", _) => None,
                _ => panic!("{} answers {line:?} to {}", self.name, ceremony.tampering),
            }
        };
        ceremonies.iter().map(answer).collect()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.to.take();
        // It ends with its input.
        let _ = self.process.wait();
    }
}
