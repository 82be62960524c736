//! The OpenAPI document.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::respond;

/// The OpenAPI 3.1 document of the endpoints, as JSON, with paths below `/passkeys`. Tests compare it with the code.
///
/// [`Endpoints::serve_openapi`](crate::Endpoints::serve_openapi) serves it with your base path.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// Returns the document with another base path.
pub(crate) fn document(base: &str) -> Bytes {
    let mut document = serde_json::from_str::<Value>(OPENAPI).unwrap_or_default();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        *paths = std::mem::take(paths)
            .into_iter()
            .map(|(path, item)| (moved(path, base), item))
            .collect();
    }
    document.to_string().into()
}

/// Answers with the document.
pub(crate) fn respond(document: Bytes) -> Response<Bytes> {
    respond::document(StatusCode::OK, document, "application/json", "no-cache")
}

fn moved(path: String, base: &str) -> String {
    match path.strip_prefix("/passkeys") {
        Some("") if base.is_empty() => "/".to_owned(),
        Some(below) => format!("{base}{below}"),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_move_with_the_base() {
        for (path, base, expected) in [
            ("/passkeys", "/auth", "/auth"),
            ("/passkeys/settings", "/auth", "/auth/settings"),
            ("/passkeys", "", "/"),
            ("/passkeys/settings", "", "/settings"),
            ("/.well-known/webauthn", "/auth", "/.well-known/webauthn"),
        ] {
            assert_eq!(moved(path.to_owned(), base), expected, "{path} below {base:?}");
        }
    }
}
