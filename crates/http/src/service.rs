//! The endpoints as a `tower::Service`.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, Limited};
use tower_service::Service;

use crate::{
    Endpoints, Host,
    endpoints::{BODY_MAX, Store},
    refusal::Refused,
};

/// Answers requests with any body type, which is read up to a limit. The service is always ready and never fails.
impl<S, H, B> Service<Request<B>> for Endpoints<S, H>
where
    S: Store,
    H: Host,
    B: Body<Data: Send> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(self.shared());
        Box::pin(async move {
            let Received { parts, body } = Received::read(request).await;
            let response = shared.handle(&parts, body.as_ref().map_err(|refused| *refused)).await;
            Ok(response.map(Full::new))
        })
    }
}

/// A request whose body has been read, up to the limit of the endpoints.
///
/// Read it before a transaction begins: a client that sends slowly must not keep others waiting.
///
/// ```
/// use relying_party_http::Received;
/// # pollster::block_on(async {
/// let body = axum::body::Body::from("{}");
/// let request = http::Request::post("/passkeys/sign-in/finish").body(body).unwrap();
/// let received = Received::read(request).await;
/// # let _ = received;
/// # });
/// ```
#[derive(Debug)]
pub struct Received {
    pub(crate) parts: Parts,
    pub(crate) body: Result<Bytes, Refused>,
}

impl Received {
    /// Reads the body. One that is too large, or breaks off, is refused when the request is answered.
    pub async fn read<B>(request: Request<B>) -> Self
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        Self { parts, body: read(body).await }
    }
}

impl From<Request<Bytes>> for Received {
    fn from(request: Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        Self { parts, body: Ok(body) }
    }
}

/// Reads a body, and stops at the limit.
async fn read<B>(body: B) -> Result<Bytes, Refused>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Refused::TooLarge),
        // The connection was lost, or the client violated the protocol.
        Err(_) => Err(Refused::Malformed),
    }
}
