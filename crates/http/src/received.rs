//! A request that was received as a whole.

use bytes::Bytes;
use http::{Request, request::Parts};
use http_body::Body;
use http_body_util::{BodyExt as _, Limited};

use crate::{endpoints::BODY_MAX, refusal::Refused};

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
