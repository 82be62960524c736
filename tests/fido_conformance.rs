//! The server cases of the FIDO Alliance's conformance tool, against the flows: under the preset for the tool, where
//! every one has the verdict that the tool wants, and under the default settings, where each other verdict has a
//! reason.
//!
//! `tests/fido/ledger.tsv` is the result. `UPDATE_LEDGER=1` writes it anew; otherwise it must not differ.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/fido/mod.rs"]
mod fido;

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use fido::{
    bench::Verdict,
    case::Case,
    cases,
    flows::{Flows, Profile},
    metadata::metadata_of,
};

const HEADER: &str = "\
# The server cases of the FIDO Alliance's conformance tool, in our words, and what this crate says to them.
# Written by tests/fido_conformance.rs with UPDATE_LEDGER=1; its test compares.
# `preset` is Settings::conformance with AttestationPolicy::conformance. `default` is a relying party that decides nothing;
# where its verdict is another one, `reason` says why.
suite\tcase\twhat\twanted\tpreset\tcode\tstep\tdefault\tcode\tstep\treason
";

/// Under the preset. Metadata that cannot be verified are not used, and the error must be that of their flaw.
fn under_preset(case: &Case) -> Verdict {
    let metadata = match (metadata_of(&case.model), case.model.flaw) {
        (Ok(metadata), None) => Some(metadata),
        (Err(error), Some(flaw)) if flaw.explains(&error) => None,
        (result, flaw) => panic!("{} {}: {flaw:?}: {result:?}", case.suite, case.number),
    };
    case.run(Box::new(Flows::new(Profile::Conformance(metadata))))
}

fn columns(verdict: &Verdict) -> [&str; 3] {
    match verdict {
        Ok(()) => ["accepted", "", ""],
        Err(refusal) => ["rejected", &refusal.code, &refusal.step],
    }
}

#[test]
fn every_case_has_its_verdict_and_every_difference_a_reason() {
    let (mut ledger, mut seen, mut wrong) = (HEADER.to_owned(), BTreeSet::new(), Vec::new());
    let (mut accepted, mut rejected) = (0, 0);
    for case in cases::all() {
        let name = format!("{} {}", case.suite, case.number);
        assert!(seen.insert(name.clone()), "{name} is there twice");
        let preset = under_preset(&case);
        let default = case.run(Box::new(Flows::new(Profile::Default)));
        match (&case.expected, &preset) {
            (Ok(()), Ok(())) => accepted += 1,
            (Err(code), Err(refusal)) if refusal.code == *code => rejected += 1,
            (expected, found) => wrong.push(format!("{name}: {expected:?} expected, {found:?}")),
        }
        if (preset.is_ok() == default.is_ok()) == case.by_default.is_some() {
            wrong.push(format!("{name}: by default {default:?}, for {:?}", case.by_default));
        }
        let wanted = if case.expected.is_ok() { "accepted" } else { "rejected" };
        let reason = case.by_default.unwrap_or_default();
        let mut line = vec![case.suite, case.number, case.what, wanted];
        line.extend(columns(&preset));
        line.extend(columns(&default));
        line.push(reason);
        writeln!(ledger, "{}", line.join("\t")).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((accepted, rejected), (42, 126));

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fido/ledger.tsv");
    if env::var_os("UPDATE_LEDGER").is_some() {
        fs::write(&path, &ledger).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    for (kept, found) in kept.lines().zip(ledger.lines()) {
        assert_eq!(kept, found, "UPDATE_LEDGER=1 writes the ledger anew");
    }
    assert_eq!(kept, ledger, "UPDATE_LEDGER=1 writes the ledger anew");
}
