//! Judges the project's own vectors of ceremonies, on any target for which the standard library can be built.
//!
//! The exit status is 0 if this crate agrees with every vector, and 1 otherwise. It is all that a target without
//! standard output, such as `wasm32-unknown-unknown`, can tell.
#![allow(dead_code, reason = "the test of vectors uses more of the support code")]

#[path = "../../support/vectors/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{
    case::{Case, File},
    verdict::{Verdict, judge},
};

const VECTORS: &str = include_str!("../../vectors/generated.json");

fn main() -> ExitCode {
    let Ok(file) = serde_json::from_str::<File>(VECTORS) else { return ExitCode::FAILURE };
    let (mut agree, mut other) = (0_u32, 0_u32);
    for case in &file.cases {
        match Case::read(case) {
            Ok(case) => match judge(&case) {
                Verdict::Agree => agree += 1,
                Verdict::Disagree { expected, got } => {
                    other += 1;
                    println!("disagree: {} expected={expected} got={got}", case.id);
                }
                Verdict::Unsupported(what) => {
                    other += 1;
                    println!("unsupported: {} ({what})", case.id);
                }
            },
            Err((id, error)) => {
                other += 1;
                println!("unreadable: {id}: {error}");
            }
        }
    }
    println!(
        "{}-bit, {}-endian: agree={agree} other={other}",
        usize::BITS,
        if cfg!(target_endian = "big") { "big" } else { "little" }
    );
    if agree > 0 && other == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
