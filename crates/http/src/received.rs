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

#[cfg(test)]
mod tests {
    use std::{
        io,
        pin::Pin,
        task::{Context, Poll},
    };

    use http_body::Frame;
    use http_body_util::Full;

    use super::*;

    /// The body of a connection that is lost.
    struct Lost;

    impl Body for Lost {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
        }
    }

    #[test]
    fn a_body_that_is_too_long_is_not_one_that_is_lost() {
        let long = Full::new(Bytes::from(vec![b' '; BODY_MAX + 1]));
        assert_eq!(pollster::block_on(read(long)), Err(Refused::TooLarge));
        assert_eq!(pollster::block_on(read(Lost)), Err(Refused::Malformed));
        let longest = Full::new(Bytes::from(vec![b' '; BODY_MAX]));
        assert_eq!(pollster::block_on(read(longest)).map(|bytes| bytes.len()), Ok(BODY_MAX));
    }
}
