//! The public functions of the crate that take bytes or text, read from its source.

use std::{collections::BTreeSet, fs, path::Path};

/// Parts of types that hold bytes or text of any length.
const UNBOUNDED: [&str; 8] =
    [" [u8]", "&[u8]", "&str", " str", "Into<String>", "AsRef<[u8]>", "Posted<", "Deserializer<"];

/// Every entry point, as `Type::function`, `Type from text` or `Type from JSON`. Those that macros write are missing.
pub fn all() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn read_folder(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["test_authenticator", "conformance", "tests", "test_kit"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            read_folder(&path, found);
        } else {
            read_file(&fs::read_to_string(&path).unwrap(), found);
        }
    }
}

fn read_file(source: &str, found: &mut BTreeSet<String>) {
    let source = source.split("#[cfg(test)]\nmod").next().unwrap();
    let (mut owner, mut derives_deserialize) = (String::new(), false);
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(item) = line.strip_prefix("impl") {
            owner = read_impl(item, found);
        } else if line.starts_with("pub fn ") || line.starts_with('}') {
            owner.clear();
        }
        if line.contains("derive(") {
            derives_deserialize = line.contains("Deserialize") && !line.contains("Copy");
        }
        if let Some(name) = ["pub struct ", "pub enum "].iter().find_map(|it| line.strip_prefix(it))
        {
            if derives_deserialize {
                found.insert(format!("{} from JSON", identifier(name)));
            }
            derives_deserialize = false;
        }
        let Some(function) = line.trim_start().strip_prefix("pub fn ") else { continue };
        let mut signature = function.to_owned();
        while !signature.contains(['{', ';']) {
            signature.push_str(lines.next().unwrap());
        }
        let parameters = signature.split(" -> ").next().unwrap();
        if UNBOUNDED.iter().any(|it| parameters.contains(it)) {
            let name = identifier(function);
            found.insert(if owner.is_empty() { name } else { format!("{owner}::{name}") });
        }
    }
}

/// Reads what follows `impl`: returns the type, and notes what the trait says that it is made from.
fn read_impl(item: &str, found: &mut BTreeSet<String>) -> String {
    let item = item.strip_prefix('<').map_or(item, |generic| after_generics(generic)).trim_start();
    let Some((of, owner)) = item.split_once(" for ") else { return identifier(item) };
    let owner = identifier(owner);
    if owner.is_empty() {
        return owner;
    }
    let from = of.rsplit("::").next().unwrap();
    if ["TryFrom<&[u8]>", "TryFrom<&str>", "TryFrom<Vec<u8>>", "TryFrom<String>"].contains(&from) {
        found.insert(format!("{owner}::try_from"));
    } else if ["From<&[u8]>", "From<&str>", "From<Vec<u8>>", "From<String>"].contains(&from) {
        found.insert(format!("{owner}::from"));
    } else if from == "FromStr" {
        found.insert(format!("{owner} from text"));
    } else if from.starts_with("Deserialize<") {
        found.insert(format!("{owner} from JSON"));
    }
    owner
}

/// What follows the `>` that ends a list of parameters.
fn after_generics(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|character| {
        depth += match character {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[end.unwrap() + 1..]
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
}
