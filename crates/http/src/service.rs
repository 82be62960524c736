//! The endpoints as a `tower::Service`.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::{Endpoints, Host, Received, endpoints::Store};

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
            let received = Received::read(request).await;
            Ok(shared.handle(&received).await.map(Full::new))
        })
    }
}
