//! Hostile input of any size, for every public entry point that takes bytes or text: input that causes as much work as
//! the grammar allows. Tests require that its cost is linear in its size; benchmarks measure what a megabyte costs.

#![allow(clippy::too_many_lines, clippy::type_complexity, reason = "inputs are listed")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

mod cbor;
mod json;
mod policy;
mod tenants;
mod text;

#[cfg(all(feature = "mds", feature = "memory-store", feature = "test-authenticator"))]
mod ceremonies;
#[cfg(all(feature = "mds", feature = "memory-store", feature = "test-authenticator"))]
mod certificates;
#[cfg(all(feature = "mds", feature = "memory-store", feature = "test-authenticator"))]
mod metadata;
#[cfg(all(feature = "mds", feature = "memory-store", feature = "test-authenticator"))]
mod statements;

pub const MEGABYTE: usize = 1 << 20;

/// An entry point, and a kind of input that is expensive for it.
pub struct Case {
    /// The function that a host calls.
    pub entry: &'static str,
    /// A description of the input.
    pub input: &'static str,
    /// The largest size that is tried: the entry point's own limit, or a megabyte.
    pub max: usize,
    /// The most bytes that may be allocated at once for each byte of input.
    pub memory: usize,
    /// Whether the input is accepted. If not, it is rejected because of its end.
    pub accepted: bool,
    /// Whether the input is rejected because of its size, so that none of it is read.
    pub unread: bool,
    /// Whether the input always has the same size: the largest that is read.
    pub fixed: bool,
    make: Make,
}

enum Make {
    Bytes(Box<dyn Fn(usize) -> Vec<u8>>, fn(&[u8]) -> bool),
    Prepared(Box<dyn Fn(usize) -> Prepared>),
}

/// A call that can be made any number of times. It returns whether its input was accepted.
pub struct Prepared {
    /// The size of the input in bytes.
    pub size: usize,
    call: Box<dyn Fn() -> bool>,
}

impl Prepared {
    fn new(size: usize, call: impl Fn() -> bool + 'static) -> Self {
        Self { size, call: Box::new(call) }
    }

    pub fn call(&self) -> bool {
        (self.call)()
    }
}

impl Case {
    /// An entry point that takes bytes.
    fn bytes(
        entry: &'static str,
        input: &'static str,
        make: impl Fn(usize) -> Vec<u8> + 'static,
        parse: fn(&[u8]) -> bool,
    ) -> Self {
        Self::new(entry, input, Make::Bytes(Box::new(make), parse))
    }

    /// An entry point with another kind of input, which is built before the call.
    fn prepared(
        entry: &'static str,
        input: &'static str,
        make: impl Fn(usize) -> Prepared + 'static,
    ) -> Self {
        Self::new(entry, input, Make::Prepared(Box::new(make)))
    }

    fn new(entry: &'static str, input: &'static str, make: Make) -> Self {
        Self {
            entry,
            input,
            max: MEGABYTE,
            memory: 2,
            accepted: false,
            unread: false,
            fixed: false,
            make,
        }
    }

    fn accepted(mut self) -> Self {
        self.accepted = true;
        self
    }

    fn unread(mut self) -> Self {
        self.unread = true;
        self
    }

    fn max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    fn memory(mut self, memory: usize) -> Self {
        self.memory = memory;
        self
    }

    /// The call with about this many bytes, never more than [`max`](Self::max).
    pub fn prepare(&self, size: usize) -> Prepared {
        let size = size.min(self.max);
        match &self.make {
            Make::Bytes(make, parse) => {
                let (input, parse) = (make(size), *parse);
                Prepared::new(input.len(), move || parse(&input))
            }
            Make::Prepared(make) => make(size),
        }
    }
}

/// Every entry point with all inputs that were designed for it.
pub fn cases() -> Vec<Case> {
    let mut cases =
        [cbor::cases(), json::cases(), policy::cases(), tenants::cases(), text::cases()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
    #[cfg(all(feature = "mds", feature = "memory-store", feature = "test-authenticator"))]
    for more in [certificates::cases(), ceremonies::cases(), metadata::cases(), statements::cases()]
    {
        cases.extend(more);
    }
    cases
}

/// For each entry point the input that takes longest, with a megabyte, or as much as it reads.
pub fn worst() -> Vec<(Case, Prepared)> {
    let mut worst: Vec<(Case, Prepared, Duration)> = Vec::new();
    for case in cases() {
        let prepared = case.prepare(case.max);
        let start = Instant::now();
        black_box(prepared.call());
        let time = start.elapsed();
        match worst.iter_mut().find(|(known, ..)| known.entry == case.entry) {
            Some(known) if known.2 < time => *known = (case, prepared, time),
            Some(_) => {}
            None => worst.push((case, prepared, time)),
        }
    }
    worst.into_iter().map(|(case, prepared, _)| (case, prepared)).collect()
}

/// Inputs of about this many bytes for any parser: those of all cases, and some general ones.
pub fn inputs(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let length = u32::try_from(size).unwrap().to_be_bytes();
    let mut inputs = vec![
        ("zeros", vec![0; size]),
        ("letters", repeated(b"", b"a", size)),
        ("JSON arrays", repeated(b"", b"[", size)),
        ("JSON objects", repeated(b"", b"{\"\":", size)),
        ("JSON spaces", repeated(b"", b" ", size)),
        ("CBOR arrays", repeated(b"", b"\x81", size)),
        ("CBOR maps", repeated(b"", b"\xa1\x00", size)),
        ("CBOR text of all of it", repeated(&[&b"\x7a"[..], &length].concat(), b"a", size)),
        ("DER of all of it", repeated(&[&b"\x30\x84"[..], &length].concat(), b"\x05\x00", size)),
        ("DER sequences", repeated(b"", b"\x30\x80", size)),
        ("JWS dots", repeated(b"", b".", size)),
    ];
    inputs.extend(cases().iter().filter_map(|case| match &case.make {
        Make::Bytes(make, _) => Some((case.input, make(size.min(case.max)))),
        Make::Prepared(_) => None,
    }));
    inputs
}

/// The prefix, followed by the unit as often as fits into the size.
fn repeated(prefix: &[u8], unit: &[u8], size: usize) -> Vec<u8> {
    framed(prefix, unit, b"", size)
}

/// The unit between a prefix and a suffix, as often as fits into the size.
fn framed(prefix: &[u8], unit: &[u8], suffix: &[u8], size: usize) -> Vec<u8> {
    let times = size.saturating_sub(prefix.len() + suffix.len()) / unit.len();
    [prefix, &unit.repeat(times), suffix].concat()
}

/// Texts that all differ, with this many bytes in total.
fn numbered(size: usize, text: impl Fn(usize) -> String) -> Vec<String> {
    let (mut texts, mut left) = (Vec::new(), size);
    loop {
        let text = text(texts.len());
        if text.len() > left {
            return texts;
        }
        left -= text.len();
        texts.push(text);
    }
}
