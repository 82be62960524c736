//! Modules depend on their own layer and on those above it in the table of `DESIGN.md`, and not in a circle.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

#[path = "support/sources.rs"]
mod sources;

/// Beside the layers.
const BESIDE: [&str; 3] = ["guide", "lib", "test_authenticator"];

/// The layer of each module, counted from the lowest.
fn layers() -> BTreeMap<String, usize> {
    let design = fs::read_to_string(sources::root().join("DESIGN.md")).unwrap();
    let rows = design.lines().skip_while(|line| *line != "| Layer | Files | What it knows |");
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    let files = rows.map(|row| row.split('|').nth(2).unwrap());
    let modules = files.enumerate().flat_map(|(layer, files)| {
        let names = files.split('`').skip(1).step_by(2);
        names.map(move |name| (name.trim_end_matches(".rs").trim_end_matches('/'), layer))
    });
    modules.map(|(name, layer)| (name.to_owned(), layer)).collect()
}

/// The code of a file without comments and without the tests at its end.
fn code(file: &Path) -> String {
    let code = sources::text(file);
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules in `crate::module` and `crate::{module::item, module}`.
fn imports(code: &str) -> BTreeSet<String> {
    let first = |path: &str| {
        let end = path.find(|it: char| !it.is_alphanumeric() && it != '_');
        path[..end.unwrap_or(path.len())].to_owned()
    };
    let mut modules = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let Some(list) = after.strip_prefix('{') else {
            modules.insert(first(after));
            continue;
        };
        let (mut depth, mut begins) = (1, true);
        for (at, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                _ if begins && !letter.is_whitespace() => {
                    modules.insert(first(&list[at..]));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    modules
}

/// What each module imports from the others.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let mut graph = BTreeMap::<_, BTreeSet<_>>::new();
    for file in sources::files() {
        let module = sources::parts(&file).swap_remove(0);
        if BESIDE.contains(&&*module) {
            continue;
        }
        let others = imports(&code(&file)).into_iter().filter(|other| *other != module);
        graph.entry(module.clone()).or_default().extend(others);
    }
    graph
}

#[test]
fn every_module_is_in_a_layer_and_imports_none_from_a_later_one() {
    let layers = layers();
    let graph = graph();
    assert!(graph.len() > 30 && graph["flow"].contains("ceremony"), "{graph:?}");
    for (module, others) in &graph {
        let layer = layers.get(module).unwrap_or_else(|| panic!("`{module}` is in no layer"));
        for other in others {
            let theirs = layers.get(other).unwrap_or_else(|| panic!("`{other}` is in no layer"));
            assert!(theirs <= layer, "`{module}` imports `{other}`, which is in a later layer");
        }
    }
    let unknown = layers.keys().find(|module| !graph.contains_key(*module));
    assert_eq!(unknown, None, "DESIGN.md names a module that does not exist");
}

#[test]
fn modules_do_not_import_each_other_in_a_circle() {
    let mut graph = graph();
    // Whatever imports nothing that is left can be taken away, until only circles are left.
    while let Some(free) =
        graph.iter().find(|(_, others)| !others.iter().any(|it| graph.contains_key(it)))
    {
        let free = free.0.clone();
        graph.remove(&free);
    }
    assert!(graph.is_empty(), "in a circle, or imports one: {:?}", graph.keys());
}

#[test]
fn imports_are_found_in_every_form() {
    let code =
        "use crate::a::B;\nuse crate::{\n    c::{D, E},\n    f,\n};\nfn g(_: crate::h::I) {}";
    assert_eq!(imports(code).into_iter().collect::<Vec<_>>(), ["a", "c", "f", "h"]);
}
