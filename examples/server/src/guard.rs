//! Protection against requests forged by other sites, and security headers.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use relying_party::RelyingParty;

use crate::{app::App, error::ApiError};

/// Lets a request that may change something pass only if a page of this very site sent it.
///
/// The session cookie is `SameSite=Strict` already. Besides, browsers send JSON to other sites only after asking,
/// which no route answers here. They also say from which origin a request comes.
pub(crate) async fn refuse_forged_requests(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        if !is_json(request.headers()) {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The request has to be application/json.",
            ));
        }
        if !is_same_origin(request.headers(), app.endpoints().passkeys().relying_party()) {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "origin_invalid",
                "The request has to come from a page of this site.",
            ));
        }
    }
    let mut response = next.run(request).await.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = text(headers, header::CONTENT_TYPE) else { return false };
    content_type
        .split(';')
        .next()
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Whether the `Origin` is the one that the request was sent to. Behind a proxy that changes the `Host` it is not, and
/// has to be one that is listed; being one of the subdomains is not enough.
fn is_same_origin(headers: &HeaderMap, rp: &RelyingParty) -> bool {
    let Some(origin) = text(headers, header::ORIGIN) else { return false };
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let same_host = authority.is_some() && authority == text(headers, header::HOST);
    same_host || rp.origins().origins().any(|listed| listed == origin)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The origin of the page that sent the request, as its browser says; a ceremony that begins there has to finish
/// there.
pub(crate) struct PageOrigin(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for PageOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let origin = text(&parts.headers, header::ORIGIN);
        // Every request that comes this far has one.
        origin.map(|origin| Self(origin.to_owned())).ok_or_else(|| ApiError::internal("no origin"))
    }
}

/// What browsers are told to refuse on every page of the site: foreign and inline scripts, framing, guessing of
/// types, and passkeys for embedded pages.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "publickey-credentials-create=(self), publickey-credentials-get=(self)"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
];

pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_origin_has_to_be_the_host_or_a_configured_one() {
        let rp = RelyingParty::builder("example.com", "Example")
            .origin("https://example.com")
            .build()
            .unwrap();
        let same = |origin, host| {
            is_same_origin(&headers(&[(header::ORIGIN, origin), (header::HOST, host)]), &rp)
        };
        assert!(same("http://localhost:8080", "localhost:8080"));
        assert!(same("https://example.com", "10.0.0.7:8080"));
        assert!(!same("http://localhost:8081", "localhost:8080"));
        assert!(!same("https://example.com.evil.net", "localhost:8080"));
        assert!(!same("https://evil.net", "localhost:8080"));
        assert!(!same("null", "localhost:8080"));
        assert!(!same("localhost:8080", "localhost:8080"));
        assert!(!is_same_origin(&headers(&[(header::HOST, "localhost:8080")]), &rp));
    }

    #[test]
    fn only_json_counts_as_json() {
        let json = |value| is_json(&headers(&[(header::CONTENT_TYPE, value)]));
        assert!(json("application/json"));
        assert!(json("Application/JSON; charset=utf-8"));
        assert!(!json("text/plain"));
        assert!(!json("text/plain; application/json"));
        assert!(!json("application/x-www-form-urlencoded"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
