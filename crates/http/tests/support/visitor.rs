//! A browser: it keeps cookies, sends what browsers send, and has an authenticator.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, Response, header};
use relying_party::test_authenticator::TestAuthenticator;
use serde_json::Value;

use super::ORIGIN;

pub struct Visitor {
    send: Box<dyn FnMut(Request<Bytes>) -> Response<Bytes>>,
    pub cookie: Option<String>,
    pub authenticator: TestAuthenticator,
    /// Where the page is.
    pub origin: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Got {
    pub fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or("none")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The types of the signals.
    pub fn signals(&self) -> Vec<&str> {
        let signals = self.body["signals"].as_array().map_or(&[][..], Vec::as_slice);
        signals.iter().map(|signal| signal["type"].as_str().unwrap()).collect()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Visitor {
    pub fn new(send: impl FnMut(Request<Bytes>) -> Response<Bytes> + 'static) -> Self {
        let authenticator = TestAuthenticator::new("a laptop");
        Self { send: Box::new(send), cookie: None, authenticator, origin: ORIGIN.to_owned() }
    }

    /// What the browser module sends.
    pub fn call(&mut self, method: &Method, path: &str, body: Option<Value>) -> Got {
        let mut request = self.request(method, path);
        let body = body.map_or_else(Bytes::new, |body| {
            request = std::mem::take(&mut request).header(header::CONTENT_TYPE, "application/json");
            body.to_string().into()
        });
        self.send(request.body(body).unwrap())
    }

    pub fn get(&mut self, path: &str) -> Got {
        self.call(&Method::GET, path, None)
    }

    pub fn post(&mut self, path: &str, body: Value) -> Got {
        self.call(&Method::POST, path, Some(body))
    }

    pub fn rename(&mut self, id: &str, name: &str) -> Got {
        self.call(
            &Method::PATCH,
            &format!("/passkeys/{id}"),
            Some(serde_json::json!({ "name": name })),
        )
    }

    pub fn delete(&mut self, id: &str) -> Got {
        self.call(&Method::DELETE, &format!("/passkeys/{id}"), None)
    }

    /// A request with the headers of a page of the site, without a body yet.
    pub fn request(&self, method: &Method, path: &str) -> http::request::Builder {
        let mut request = Request::builder().method(method.clone()).uri(path);
        request =
            request.header("sec-fetch-site", "same-origin").header(header::HOST, "example.com");
        if *method != Method::GET {
            request = request.header(header::ORIGIN, &self.origin);
        }
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    /// Sends a request as it is.
    pub fn send(&mut self, request: Request<Bytes>) -> Got {
        let response = (self.send)(request);
        let set = response.headers().get_all(header::SET_COOKIE).iter();
        for cookie in set {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(cookie.to_owned());
        }
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Got { status: response.status().as_u16(), headers: response.headers().clone(), text, body }
    }

    /// The same request with another header, or without it.
    pub fn post_with(
        &mut self,
        path: &str,
        body: &str,
        change: &[(&'static str, Option<&str>)],
    ) -> Got {
        let request =
            self.request(&Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        let mut request = request.body(Bytes::from(body.to_owned())).unwrap();
        for (name, value) in change {
            let name = HeaderName::from_static(name);
            request.headers_mut().remove(&name);
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        self.send(request)
    }

    /// Begins and finishes.
    pub fn ceremony(&mut self, verb: &str, options: Value) -> Got {
        let begun = self.post(&format!("/passkeys/{verb}/begin"), options);
        if begun.status != 200 {
            return begun;
        }
        let posted = self.authenticator.answer(&begun.text, ORIGIN).unwrap();
        self.post(&format!("/passkeys/{verb}/finish"), serde_json::from_str(&posted).unwrap())
    }
}
