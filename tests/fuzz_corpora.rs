//! Replays the seeds of every fuzz target, so that targets and seeds stay usable, and findings of fuzzing stay fixed.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "fuzz targets panic where a rule is broken"
)]

#[path = "../benches/hostile/mod.rs"]
#[expect(dead_code, reason = "its parsers are for other tests")]
mod hostile;
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::{collections::BTreeSet, fs, path::PathBuf};

use targets::{TARGETS, seeds};

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(fuzz().join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.trim_end_matches(".rs").to_owned()).collect()
}

#[test]
fn every_seed_passes_its_target() {
    let mut count = 0;
    for (target, _) in TARGETS {
        let seeds = names(&format!("seeds/{target}"));
        assert!(!seeds.is_empty(), "no seeds for {target}");
        for seed in seeds {
            let data = fs::read(fuzz().join("seeds").join(target).join(&seed)).unwrap();
            // Shown by the test harness if it panics.
            println!("{target}/{seed}");
            targets::run(target, &data);
            count += 1;
        }
    }
    println!("{count} seeds of {} targets", TARGETS.len());
}

/// Each target limits the memory of its parser to a multiple of the input, which small seeds could not exceed.
#[test]
fn hostile_input_stays_within_the_limits_of_every_target() {
    for (kind, input) in hostile::inputs(32 * 1024) {
        for (target, run) in TARGETS {
            println!("{target}, {kind}");
            run(&input);
        }
    }
}

#[test]
fn every_target_has_a_binary_and_seeds_and_the_reverse() {
    let known = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(names("fuzz_targets"), known);
    assert_eq!(names("seeds"), known);
}

#[test]
fn generated_seeds_equal_those_checked_in() {
    for (target, made) in seeds::made() {
        let made = made.iter().map(|seed| seeds::name(seed)).collect::<BTreeSet<_>>();
        let checked_in = names(&format!("seeds/{target}"));
        let checked_in = checked_in
            .into_iter()
            .filter(|name| name.starts_with("made-"))
            .collect::<BTreeSet<_>>();
        assert_eq!(made, checked_in, "{target}: cargo run --example seeds, in fuzz/");
    }
}
