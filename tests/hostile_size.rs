//! A megabyte of hostile input costs time in proportion to its size, and next to no memory.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(unreachable_pub, reason = "the inputs serve the benchmarks too")]

use std::time::{Duration, Instant};

use allocation_counter::measure;
use relying_party::limits::RESPONSE_JSON_MAX;

#[path = "../benches/hostile/mod.rs"]
mod hostile;

const MEGABYTE: usize = 1 << 20;

#[test]
fn hostile_input_is_refused_in_bounded_memory() {
    // The second is short enough to be read as a response.
    for (kind, input) in [MEGABYTE, RESPONSE_JSON_MAX].into_iter().flat_map(hostile::inputs) {
        for (parser, parse) in hostile::PARSERS {
            let info = measure(|| assert!(!parse(&input), "{parser} takes {kind}"));
            let bytes = usize::try_from(info.bytes_max).unwrap();
            // A text is copied if it holds escapes, and lists are cut as they are read. But an error of the JSON parser
            // repeats a text that stands in the wrong place, with six characters for one, in a buffer that doubles.
            let multiple = if kind == "JSON text of control characters" { 13 } else { 2 };
            assert!(bytes <= multiple * input.len(), "{parser} needs {bytes} bytes for {kind}");
        }
    }
}

/// Sixteen times the input may take 64 times as long on a machine that does other things too, and no longer; what
/// is quadratic would take 256 times as long.
#[test]
fn hostile_input_takes_linear_time() {
    let (small, large) = (hostile::inputs(MEGABYTE / 16), hostile::inputs(MEGABYTE));
    for ((kind, small), (_, large)) in small.iter().zip(&large) {
        for (parser, parse) in hostile::PARSERS {
            let floor = Duration::from_micros(100);
            let small = fastest(parse, small).max(floor);
            // What else the machine does only adds: one measurement that fits is enough.
            let fits = (0..10).any(|_| fastest(parse, large) < small * 64);
            assert!(fits, "{parser} takes {small:?}, and more than 64 times that for {kind}");
        }
    }
}

fn fastest(parse: fn(&[u8]) -> bool, input: &[u8]) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        parse(input);
        start.elapsed()
    });
    times.min().unwrap()
}
