//! Responses: JSON, files, and the headers of each.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// The response of an operation: JSON and the host's headers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) body: String,
    pub(crate) headers: HeaderMap,
}

/// JSON that must not be cached.
pub(crate) fn json(status: StatusCode, body: String, headers: &HeaderMap) -> Response<Bytes> {
    let mut response = document(status, body.into(), "application/json", "no-store");
    let own = response.headers_mut();
    own.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    append(&mut response, headers);
    response
}

/// Adds the host's headers.
pub(crate) fn append(response: &mut Response<Bytes>, headers: &HeaderMap) {
    for (name, value) in headers {
        response.headers_mut().append(name, value.clone());
    }
}

/// A document that is the same for everyone.
pub(crate) fn document(
    status: StatusCode,
    body: Bytes,
    content_type: &'static str,
    cache_control: &'static str,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The response to `OPTIONS`: the methods, and nothing that allows another origin to use them.
pub(crate) fn options(allow: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    insert_allow(&mut response, allow);
    response
}

pub(crate) fn insert_allow(response: &mut Response<Bytes>, allow: &str) {
    if let Ok(value) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, value);
    }
}

/// Removes the body if the request is `HEAD`.
pub(crate) fn for_method(method: &Method, mut response: Response<Bytes>) -> Response<Bytes> {
    if *method == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    response
}
