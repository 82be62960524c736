//! Every public type, trait and function has an example, or names an item that has one.
//!
//! An item has an example if its documentation or that of one of its methods contains code that compiles. Otherwise a
//! sentence with the word "example" links to such an item, or to a module with an example. Methods share the example of
//! their type.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;

#[path = "support/sources.rs"]
mod sources;

/// A public type, trait or function.
#[derive(Debug, PartialEq)]
struct Item {
    name: String,
    documentation: String,
}

/// The items of a file.
#[derive(Debug, Default)]
struct Found {
    items: Vec<Item>,
    /// The names of items and methods whose own documentation has an example.
    exemplary: BTreeSet<String>,
}

/// Reads the items of a file in the format of rustfmt.
fn items(text: &str) -> Found {
    let mut found = Found::default();
    let (mut documentation, mut owner, mut in_macro) = (String::new(), None, false);
    let mut in_attribute = false;
    for line in text.lines() {
        let code = line.trim_start();
        if in_attribute || code.starts_with("#[") {
            in_attribute = !line.ends_with(']');
            continue;
        }
        if let Some(comment) = code.strip_prefix("///") {
            documentation.push_str(comment.strip_prefix(' ').unwrap_or(comment));
            documentation.push('\n');
            continue;
        }
        let documentation = std::mem::take(&mut documentation);
        let is_outer = !line.is_empty() && code.len() == line.len();
        if is_outer {
            owner = implemented(line).or_else(|| declared(code, &["trait"]));
            in_macro = line.ends_with("! {");
        }
        let item = if is_outer {
            declared(code, &["struct", "enum", "trait", "fn"])
        } else if in_macro {
            of_macro(line).filter(|_| !documentation.is_empty())
        } else {
            None
        };
        if has_code(&documentation) {
            let method = declared(code, &["fn"]).or_else(|| of_trait(code));
            let names = item.iter().chain(&method).chain(&owner);
            found.exemplary.extend(names.filter(|name| !name.is_empty()).cloned());
        }
        if let Some(name) = item {
            found.items.push(Item { name, documentation });
        }
    }
    found
}

/// The name in `pub struct Name…`, if it is one of these kinds.
fn declared(code: &str, kinds: &[&str]) -> Option<String> {
    let mut words = code.strip_prefix("pub ")?.split(' ');
    let kind = words.find(|word| !["async", "const", "unsafe"].contains(word))?;
    kinds.contains(&kind).then(|| identifier(words.next().unwrap_or_default()))
}

/// The name of a method in a trait, which has no `pub`.
fn of_trait(code: &str) -> Option<String> {
    code.split_once("fn ").map(|(_, name)| identifier(name))
}

/// The name of the type in `impl<…> Trait<…> for Type<…>`.
fn implemented(line: &str) -> Option<String> {
    let mut rest = line.strip_prefix("impl")?;
    if rest.starts_with('<') {
        let mut depth = 0;
        let end = rest.find(|it| {
            depth += i32::from(it == '<') - i32::from(it == '>');
            depth == 0
        });
        rest = &rest[end? + 1..];
    }
    let of = rest.split_once(" for ").map_or(rest, |(_, of)| of).trim_start_matches([' ', '&']);
    let path = of.split(['<', ' ']).next()?;
    path.rsplit("::").next().map(identifier)
}

/// The name of a type that a macro declares: `Name {`, `Name of Other`, `Name, 16, …`. Values have a `=`.
fn of_macro(line: &str) -> Option<String> {
    let code = line.strip_prefix("    ")?;
    let is_type = code.starts_with(|it: char| it.is_ascii_uppercase()) && !code.contains(" = ");
    is_type.then(|| identifier(code))
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
}

/// Whether there is code that is compiled.
fn has_code(documentation: &str) -> bool {
    let opening = documentation.lines().filter(|line| line.starts_with("```")).step_by(2);
    opening.map(|line| &line[3..]).any(|language| ["", "no_run"].contains(&language))
}

/// The last segments of what the sentences about examples link to.
fn linked(documentation: &str) -> Vec<String> {
    let documentation = documentation.replace('\n', " ");
    let sentences = documentation.split(". ").filter(|sentence| sentence.contains("example"));
    let links = sentences.flat_map(|sentence| sentence.split('[').skip(1));
    let targets = links.filter_map(|link| {
        let (text, rest) = link.split_once(']')?;
        let target = rest.strip_prefix('(').and_then(|rest| rest.split(')').next());
        target.unwrap_or(text).trim_matches('`').rsplit("::").next().map(identifier)
    });
    targets.collect()
}

/// The documentation of a module, from the top of its file.
fn of_module(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_public_item_has_an_example_or_names_an_item_that_has_one() {
    let mut exemplary = BTreeSet::new();
    let mut all = Vec::new();
    let files = sources::files();
    let texts = files.iter().map(|file| (sources::parts(file), sources::text(file)));
    let texts = texts.collect::<Vec<_>>();
    let lines = texts.iter().flat_map(|(_, text)| text.lines());
    let public = lines.filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let public = public.chain(["lib"]).collect::<BTreeSet<_>>();
    for (module, text) in &texts {
        let name = module.last().filter(|name| public.contains(&***name));
        exemplary.extend(name.filter(|_| has_code(&of_module(text))).cloned());
        let found = items(text);
        exemplary.extend(found.exemplary);
        all.extend(found.items.into_iter().map(|item| (module.clone(), item)));
    }
    assert!(all.len() > 300, "only {} items were found", all.len());
    let is_covered = |module: &[String], item: &Item| {
        let resolved = linked(&item.documentation).into_iter().filter_map(|name| match &*name {
            "self" => module.last().cloned(),
            "super" => module.iter().nth_back(1).cloned(),
            "crate" => Some("lib".to_owned()),
            _ => Some(name),
        });
        resolved.chain([item.name.clone()]).any(|name| exemplary.contains(&name))
    };
    let missing = all.iter().filter(|(module, item)| !is_covered(module, item));
    let missing = missing.map(|(module, item)| format!("{}: {}", module.join("/"), item.name));
    let missing = missing.collect::<Vec<_>>();
    assert!(missing.is_empty(), "{} without an example: {missing:#?}", missing.len());
}

#[test]
fn items_of_every_form_are_found() {
    let names = |text: &str| {
        let found = items(text);
        let names = found.items.into_iter().map(|item| item.name).collect::<Vec<_>>();
        (names, found.exemplary.into_iter().collect::<Vec<_>>())
    };
    let found = |items: &[&str], exemplary: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        (owned(items), owned(exemplary))
    };
    let code = "/// A.\n///\n/// ```\n/// a();\n/// ```\n";
    assert_eq!(names("pub struct A;\npub(crate) struct B;\nstruct C;"), found(&["A"], &[]));
    assert_eq!(names("pub const fn a() {}\npub trait B {}"), found(&["a", "B"], &[]));
    assert_eq!(names(&format!("{code}#[derive(Debug)]\npub enum A {{}}")), found(&["A"], &["A"]));
    let method = code.replace("///", "    ///") + "    pub const fn b() {}\n";
    let inherent = format!("impl<'a, T: B<C>> A<'a, T> {{\n{method}}}");
    assert_eq!(names(&inherent), found(&[], &["A", "b"]));
    let of_trait = format!("impl<T> B for A<T> {{\n{method}}}");
    assert_eq!(names(&of_trait), found(&[], &["A", "b"]));
    let declared = "derived! {\n    /// A.\n    A, 16\n}\nvalues! {\n    /// B.\n    B = 1;\n}";
    assert_eq!(names(declared), found(&["A"], &[]));
}

#[test]
fn only_code_that_compiles_is_an_example() {
    assert!(has_code("A.\n\n```\na();\n```"));
    assert!(has_code("A.\n\n```text\na\n```\n\n```no_run\na();\n```"));
    assert!(!has_code("A.\n\n```text\na\n```"));
}

#[test]
fn only_links_in_sentences_about_examples_count() {
    assert_eq!(linked("[`B`] is one.\n[`C`](crate::c::D) has an\nexample."), ["D"]);
    assert!(linked("[`B`] is one.").is_empty());
}
