//! The guide's links lead somewhere, its chapters are all there, and it explains every error code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files =
        entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect::<Vec<_>>();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn chapters() -> Vec<PathBuf> {
    let is_chapter = |path: &PathBuf| name(path).starts_with(|first: char| first.is_ascii_digit());
    files(&root().join("docs/guide"), ".md").into_iter().filter(is_chapter).collect()
}

/// The text without code blocks.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The first column of every table whose first column holds codes.
fn codes(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(code_of).collect()
}

fn code_of(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?.split_once("` |").map(|(code, _)| code)
}

/// The anchors of the headings, as GitHub and rustdoc make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        kept.map(|char| if char == ' ' { '-' } else { char }).collect()
    };
    headings.map(anchor).collect()
}

/// Where the links and images of a text lead, definitions included.
fn destinations(text: &str) -> Vec<String> {
    let prose = prose(text);
    let inline = prose.match_indices("](").filter_map(|(at, _)| {
        prose[at + 2..].split_once(')').map(|(destination, _)| destination.to_owned())
    });
    let defined = prose.lines().filter_map(|line| {
        let (_, destination) = line.strip_prefix('[')?.split_once("]: ")?;
        Some(destination.to_owned())
    });
    inline.chain(defined).collect()
}

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let guide = root().join("docs/guide");
    let mut texts = chapters();
    texts.extend([guide.join("README.md"), root().join("docs/README.md")]);
    for file in texts {
        let text = read(&file);
        for destination in destinations(&text) {
            if destination.starts_with("https://") {
                continue;
            }
            let (path, anchor) = match destination.split_once('#') {
                Some((path, anchor)) => (path, Some(anchor)),
                None => (&*destination, None),
            };
            let target =
                if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            let place = format!("{} links to {destination}", file.display());
            assert!(target.exists(), "{place}, which does not exist");
            if let Some(anchor) = anchor {
                let found = anchors(&read(&target));
                assert!(found.contains(anchor), "{place}; the headings there are {found:?}");
            }
        }
    }
}

#[test]
fn references_are_defined() {
    for file in chapters() {
        let text = prose(&read(&file));
        let label = |part: &str| part.split_once(']').map(|(label, _)| label.to_owned());
        let used = text.split("][").skip(1).filter_map(label).collect::<BTreeSet<_>>();
        for label in used {
            let definition = format!("\n[{label}]: ");
            assert!(text.contains(&definition), "{} does not define [{label}]", name(&file));
        }
    }
}

#[test]
fn chapters_are_listed_compiled_and_rendered() {
    let lists = [
        root().join("docs/guide/README.md"),
        root().join("docs/doctests/src/lib.rs"),
        root().join("src/guide.rs"),
    ];
    for list in lists {
        let text = read(&list);
        for chapter in chapters() {
            let chapter = name(&chapter);
            assert!(text.contains(chapter), "{} lacks {chapter}", list.display());
        }
    }
    let links = read(root().join("docs/guide/links.md"));
    for number in 1..=chapters().len() {
        assert!(links.contains(&format!("[{number}]: crate::guide::")), "links.md lacks {number}");
    }
}

#[test]
fn troubleshooting_has_the_codes_of_errors_md() {
    let errors = read(root().join("ERRORS.md"));
    let chapter = read(root().join("docs/guide/11-troubleshooting.md"));
    let (known, explained) = (codes(&errors), codes(&chapter));
    assert!(known.len() > 40, "{known:?}");
    let missing = known.difference(&explained).collect::<Vec<_>>();
    let unknown = explained.difference(&known).collect::<Vec<_>>();
    assert!(missing.is_empty(), "chapter 11 does not explain {missing:?}");
    assert!(unknown.is_empty(), "chapter 11 explains {unknown:?}, which ERRORS.md does not have");
}

#[test]
fn tutorial_adds_the_versions_with_which_it_is_compiled() {
    let manifest = read(root().join("docs/doctests/Cargo.toml"));
    let tutorial = read(root().join("docs/guide/02-tutorial.md"));
    let versions =
        tutorial.lines().filter_map(|line| line.strip_prefix("cargo add ")?.split_once('@'));
    let mut found = 0;
    for (name, rest) in versions {
        let version = rest.split(' ').next().unwrap();
        let dependency = format!("\n{name} = {{ version = \"{version}.");
        assert!(manifest.contains(&dependency), "the tutorial adds {name} {version}");
        found += 1;
    }
    assert!(found > 0);
}

#[test]
fn diagrams_have_sources_and_are_embedded() {
    let folder = root().join("docs/guide/diagrams");
    let embedded = read(folder.join("embedded.md"));
    let images = files(&folder, ".svg");
    assert!(!images.is_empty());
    for image in images {
        let is_source = |ending| image.with_extension(ending).exists();
        assert!(is_source("dot") || is_source("txt"), "{} has no source", image.display());
        let label = image.file_stem().unwrap().to_str().unwrap();
        let content = BASE64_STANDARD.encode(fs::read(&image).unwrap());
        let definition = format!("[figure-{label}]: data:image/svg+xml;base64,{content}\n");
        assert!(embedded.contains(&definition), "run docs/guide/diagrams/render.sh: {label}");
    }
}
