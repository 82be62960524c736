//! The browser module, as files embedded in the program.

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::{refusal::Refused, respond};

/// The files and their paths below the base path's `browser/`. A test checks that they equal those of the npm package.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../assets/", $name)))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "autofill.js",
    "client.js",
    "credentials.js",
    "errors.js",
    "index.js",
    "json.js",
    "messages/ar.js",
    "messages/de.js",
    "messages/en.js",
    "passkey.js",
    "renewal.js",
    "signals.js",
    "support.js",
    "transport.js",
    "turn.js",
    "wire.js",
];

/// Changes with any file, so a page that is reloaded never mixes modules of two versions.
static ETAG: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, text) in FILES {
        hash.update(name);
        hash.update([0]);
        hash.update(text);
        hash.update([0]);
    }
    let hash = hash.finalize();
    let start = hash.get(..12).unwrap_or_default();
    format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(start))
});

/// Returns a file, or tells the browser that its copy is current.
pub(crate) fn file(name: &str, request: &HeaderMap) -> Result<Response<Bytes>, Refused> {
    let (_, text) = FILES.iter().find(|(known, _)| *known == name).ok_or(Refused::NotFound)?;
    let fresh = is_fresh(request, &ETAG);
    let (status, body) = if fresh {
        (StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        (StatusCode::OK, Bytes::from_static(text.as_bytes()))
    };
    let mut response =
        respond::document(status, body, "text/javascript; charset=utf-8", "no-cache");
    if let Ok(etag) = HeaderValue::from_str(&ETAG) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// Returns whether `If-None-Match` names the current file (RFC 9110 §13.1.2).
fn is_fresh(request: &HeaderMap, etag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter();
    let tags = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    tags.map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// `cargo package` only packs this folder, so the files are copies. If this fails, run `sh crates/http/assets.sh`.
    #[test]
    fn the_files_are_those_of_the_npm_package() {
        let npm = Path::new(env!("CARGO_MANIFEST_DIR")).join("../browser/src");
        if !npm.exists() {
            return; // In the published package, which is made from a repository in which this passed.
        }
        let mut theirs = BTreeSet::new();
        for folder in ["", "messages/"] {
            for entry in fs::read_dir(npm.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if Path::new(&name).extension().is_some_and(|extension| extension == "js") {
                    theirs.insert(format!("{folder}{name}"));
                }
            }
        }
        let ours = FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(ours, theirs);
        for (name, text) in FILES {
            assert_eq!(*text, fs::read_to_string(npm.join(name)).unwrap(), "{name}");
        }
    }

    #[test]
    fn every_import_of_a_file_is_a_file() {
        for (name, text) in FILES {
            let folder = if name.starts_with("messages/") { "messages/" } else { "" };
            for line in text
                .lines()
                .filter(|line| line.starts_with("import ") || line.starts_with("export "))
            {
                let Some((_, from)) = line.split_once(" from \"./") else { continue };
                let file = format!("{folder}{}", from.trim_end_matches("\";"));
                assert!(FILES.iter().any(|(known, _)| *known == file), "{name}: {line}");
            }
        }
    }

    #[test]
    fn an_entity_tag_is_compared_weakly() {
        let request = |tag: &str| {
            HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap())])
        };
        for tag in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(is_fresh(&request(tag), "\"a\""), "{tag}");
        }
        assert!(!is_fresh(&request("\"b\""), "\"a\"") && !is_fresh(&HeaderMap::new(), "\"a\""));
    }
}
