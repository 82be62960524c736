//! The rule tables name tests that exist.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, fs, path::Path};

/// Returns the tests that a document names: `FILE::NAME` between backticks.
fn named(document: &str) -> BTreeSet<(String, String)> {
    document
        .split('`')
        .filter_map(|code| code.split_once(".rs::"))
        .map(|(file, name)| (format!("{file}.rs"), name.to_owned()))
        .collect()
}

#[test]
fn every_test_that_a_rule_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["RULES.md", "SECURITY.md"] {
        let named = named(&fs::read_to_string(root.join(document)).unwrap());
        assert!(named.len() > 20, "{document} names {} tests", named.len());
        for (file, name) in named {
            let source = fs::read_to_string(root.join(&file)).unwrap_or_default();
            let exists = ["(", "<"].iter().any(|next| source.contains(&format!("fn {name}{next}")));
            assert!(exists, "{document}: {file}::{name}");
        }
    }
}
