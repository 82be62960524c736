//! Runs ceremony vectors: all JSON files with the schema below in `VECTORS_DIR` and in `tests/vectors/`.
//!
//! A file is `{"cases": [CASE, …]}`. A case is one ceremony with the relying party's configuration (`rp`), its options
//! (`options`), the stored record (`stored`) or the attestation policy (`attestation`), the browser's response
//! (`credential`) and the verdict (`expect`). Files of another shape are skipped with a message, and so are cases that
//! cannot be read: they count as unsupported.
//!
//! Prints one line for each file, `vectors: FILE agree=A disagree=D unsupported=U`, and one for each disagreement. A
//! disagreement fails the test unless `EXCEPTIONS` lists it with a reason, and so does a listed exception that agrees.
//! With `VECTORS_REPORT=1` nothing fails.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/vectors/mod.rs"]
mod support;

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use support::{
    case::{Case, File},
    verdict::{Verdict, judge},
};

/// Cases in which this crate disagrees with the source, each with the reason. Stale ones fail.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn verdicts_match_the_vectors() {
    let report_only = env::var_os("VECTORS_REPORT").is_some_and(|value| value == "1");
    let (mut failures, mut excused, mut seen, mut agreed) =
        (0, BTreeSet::new(), BTreeSet::new(), 0);
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(file) = serde_json::from_str::<File>(&text) else {
            println!("vectors: {name} is not a file of ceremony cases");
            continue;
        };
        let (mut agree, mut disagree, mut unsupported) = (0, 0, 0);
        for case in &file.cases {
            let case = match Case::read(case) {
                Ok(case) => case,
                Err((id, error)) => {
                    unsupported += 1;
                    println!("unsupported: {id} (not of the schema: {error})");
                    continue;
                }
            };
            seen.insert(case.id.clone());
            match judge(&case) {
                Verdict::Agree => agree += 1,
                Verdict::Unsupported(what) => {
                    unsupported += 1;
                    println!("unsupported: {} ({what})", case.id);
                }
                Verdict::Disagree { expected, got } => {
                    disagree += 1;
                    println!("disagree: {} expected={expected} got={got}", case.id);
                    match EXCEPTIONS.iter().find(|(id, _)| *id == case.id) {
                        Some((id, reason)) => {
                            println!("  excused: {reason}");
                            excused.insert(*id);
                        }
                        None => failures += 1,
                    }
                }
            }
        }
        println!("vectors: {name} agree={agree} disagree={disagree} unsupported={unsupported}");
        agreed += agree;
    }
    for (id, _) in EXCEPTIONS {
        // An exception for a file that is not available is not stale.
        if seen.contains(*id) && !excused.contains(id) {
            println!("stale exception: {id}");
            failures += 1;
        }
    }
    assert!(report_only || failures == 0, "{failures} disagreements or stale exceptions");
    assert!(agreed > 0, "no vector was verified");
}

/// Returns the JSON files in the folders, sorted, the project's first.
fn files() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let foreign =
        env::var_os("VECTORS_DIR").map_or_else(|| root.join("../shared/vectors"), PathBuf::from);
    let mut files = Vec::new();
    for folder in [root.join("tests/vectors"), foreign] {
        let Ok(entries) = fs::read_dir(&folder) else {
            println!("vectors: no folder {}", folder.display());
            continue;
        };
        let mut found = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect::<Vec<_>>();
        found.sort();
        files.append(&mut found);
    }
    files
}

#[test]
fn reasons_of_the_schema_are_codes_of_the_crate() {
    // `extension` and `other` are used for what this crate has no rule against.
    for reason in support::verdict::REASONS {
        assert!(support::verdict::codes_for(reason).contains(&reason), "{reason}");
    }
    assert!(Case::example().is_ok());
}

#[test]
fn unspecified_values_may_be_null() {
    let text = r#"{"id": "x", "note": "n", "kind": "authentication", "extra": [1],
        "rp": {"id": "example.org", "origins": [], "allow_subdomains": null, "top_origins": null},
        "options": {"challenge": "AAA=", "user_verification": null, "user_handle": null, "algorithms": null,
                    "allow_credentials": null, "conditional": null},
        "stored": {"credential_id": "AA", "public_key": "AA", "sign_count": null, "user_handle": null,
                   "backup_eligible": null, "backup_state": null},
        "attestation": {"verify": "ignore", "trust_anchors": null, "at": null},
        "credential": {}, "expect": {"ok": false, "reason": null, "alg": null, "extra": {}}}"#;
    assert!(Case::read(serde_json::from_str(text).unwrap()).is_ok());
    // A case that cannot be read is reported by its ID.
    let (id, _) =
        Case::read(serde_json::from_str(r#"{"id": "y", "kind": "other"}"#).unwrap()).err().unwrap();
    assert_eq!(id, "y");
}
