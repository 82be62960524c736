//! With one database, this crate adds no dependency that sqlx or the core does not have.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

use std::{collections::BTreeSet, process::Command};

/// The packages below `relying-party-sqlx`, each with that of its direct dependencies through which it comes.
fn tree(database: &str) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "relying-party-sqlx", "--no-default-features"])
        .args([
            "--features",
            database,
            "--edges",
            "normal,build",
            "--prefix",
            "depth",
            "--no-dedupe",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut tree = Vec::new();
    let mut through = String::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (depth, package) = line.split_at(digits);
        let name = package.split(' ').next().unwrap().to_owned();
        match depth.parse::<u32>().unwrap() {
            0 => continue,
            1 => through.clone_from(&name),
            _ => {}
        }
        tree.push((through.clone(), name));
    }
    tree
}

#[test]
fn one_database_adds_no_dependency_that_sqlx_or_the_core_does_not_have() {
    for database in ["sqlite", "postgres", "mysql"] {
        let tree = tree(database);
        let through = |names: &[&str]| {
            let those = tree.iter().filter(|(through, _)| names.contains(&&**through));
            those.map(|(_, package)| package.clone()).collect::<BTreeSet<_>>()
        };
        let theirs = through(&["relying-party", "sqlx"]);
        assert!(theirs.contains(&format!("sqlx-{database}")), "{theirs:?}");
        let all = tree.iter().map(|(_, package)| package.clone()).collect::<BTreeSet<_>>();
        let ours = all.difference(&theirs).collect::<Vec<_>>();
        assert!(ours.is_empty(), "{database}: {ours:?}");
        println!("{database}: {} packages, of sqlx {}", all.len(), through(&["sqlx"]).len());
    }
}
