//! Prints the public API of a crate, one item on each line, from the JSON that rustdoc wrote.
//!
//! Auto traits, blanket impls and the functions of impls of traits are left out: they follow from other lines.
//! Associated types are kept. The traits of a type are on one line, and paths in the crate have no crate name.

use std::{collections::HashSet, env, error::Error, fs, process::ExitCode};

use public_api::{Builder, PublicApi, PublicItem};
use rustdoc_types::FORMAT_VERSION;
use serde::Deserialize;

/// All of rustdoc's JSON that does not depend on its format.
#[derive(Deserialize)]
struct Header {
    format_version: u32,
}

fn main() -> ExitCode {
    let Some(path) = env::args().nth(1) else {
        eprintln!("usage: public-api-listing JSON");
        return ExitCode::from(2);
    };
    match listing(&path) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn listing(path: &str) -> Result<String, Box<dyn Error>> {
    let header: Header = serde_json::from_str(&fs::read_to_string(path)?)?;
    if header.format_version != FORMAT_VERSION {
        return Err(format!(
            "rustdoc wrote format {}, and this program reads {FORMAT_VERSION}: \
             tests/public-api/Cargo.toml needs the release of `public-api` for this compiler",
            header.format_version
        )
        .into());
    }
    let api = Builder::from_rustdoc_json(path)
        .sorted(true)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()?;
    Ok(lines(&api).join("\n") + "\n")
}

fn lines(api: &PublicApi) -> Vec<String> {
    let impls: HashSet<_> = api
        .items()
        .filter(|item| Impl::read(&item.to_string()).is_some())
        .map(PublicItem::id)
        .collect();
    let mut lines: Vec<String> = Vec::new();
    for item in api.items() {
        let line = item.to_string();
        if item.parent_id().is_some_and(|id| impls.contains(&id)) && !line.starts_with("pub type ")
        {
            continue;
        }
        match (lines.last_mut(), Impl::read(&line)) {
            // The compiler derives it with `PartialEq`, and no one else can implement it.
            (_, Some(Impl { of: "core::marker::StructuralPartialEq", .. })) => {}
            (Some(last), Some(next))
                if Impl::read(last).is_some_and(|last| last.goes_with(&next)) =>
            {
                last.insert_str(last.len() - next.for_type.len(), &format!(", {}", next.of));
            }
            _ => lines.push(line),
        }
    }
    let own = lines.first().and_then(|line| line.strip_prefix("pub mod ")).unwrap_or_default();
    lines.iter().map(|line| core_paths(&replace_path(line, own, |rest| ("", rest)))).collect()
}

/// Shortens paths of the core in companions: rustdoc names types there by the modules of their definitions, which may
/// be private.
fn core_paths(line: &str) -> String {
    replace_path(line, "relying_party", |mut rest| {
        while let Some((module, after)) = rest.split_once("::")
            && module
                .chars()
                .all(|letter| letter.is_lowercase() || letter == '_' || letter.is_numeric())
        {
            rest = after;
        }
        ("relying_party::", rest)
    })
}

/// `impl<GENERICS> TRAITS for TYPE`.
struct Impl<'a> {
    generics: &'a str,
    of: &'a str,
    /// With the word `for`, and with bounds if it has any.
    for_type: &'a str,
}

impl<'a> Impl<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let line = line.strip_prefix("impl")?;
        let mut depth = 0;
        let end = line.find(|character| {
            match character {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
            character == ' ' && depth == 0
        })?;
        let (generics, rest) = line.split_at(end);
        let (of, for_type) = rest.trim_start().split_at(rest.trim_start().find(" for ")?);
        Some(Self { generics, of, for_type })
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.generics == other.generics && self.for_type == other.for_type
    }
}

/// Passes what follows each path's beginning `name::` to a function, which returns what to write instead and what
/// follows then.
fn replace_path<'a>(
    line: &'a str,
    name: &str,
    replace: impl Fn(&'a str) -> (&'static str, &'a str),
) -> String {
    let name = format!("{name}::");
    let (mut text, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once(&name) {
        text.push_str(before);
        if before.ends_with(|last: char| last.is_alphanumeric() || last == '_' || last == ':') {
            text.push_str(&name);
            rest = after;
        } else {
            let (instead, after) = replace(after);
            text.push_str(instead);
            rest = after;
        }
    }
    text + rest
}
