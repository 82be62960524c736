//! Connections: how many there are, and how long each may keep the server waiting.

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutLayer;

use super::Limits;

/// How long to wait when no connection can be accepted because file descriptors have run out.
const PAUSE: Duration = Duration::from_millis(100);

/// The most that is kept of a head that is not whole yet: cookies, and what proxies add.
const HEAD_MAX: usize = 16 * 1024;

/// Serves connections until `stop` resolves, and then ends those that are open when their requests are answered, or
/// after `grace`. Returns whether all of them were answered.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> bool {
    let open = Arc::new(Semaphore::new(limits.connections.into()));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        // No connection is accepted that could not be served: the others wait in the system's queue.
        let accepted = async {
            let permit = Arc::clone(&open).acquire_owned().await.ok()?;
            Some((accept(&listener).await, permit))
        };
        tokio::select! {
            Some(((stream, peer), permit)) = accepted => {
                serve_connection(stream, peer, router.clone(), limits, &graceful, permit);
            }
            () = &mut stop => break,
        }
    }
    drop(listener);
    time::timeout(grace, graceful.shutdown()).await.is_ok()
}

/// Accepts the next connection. An error of one does not affect the next.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                eprintln!("no connection: {error}");
                time::sleep(PAUSE).await;
            }
        }
    }
}

fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: &Limits,
    graceful: &GracefulShutdown,
    permit: OwnedSemaphorePermit,
) {
    // Sends small answers at once. Where it fails, they arrive later.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    // A client that does not read its answer loses the connection.
    stream.set_write_timeout(Some(limits.request()));
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head())
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A timeout or the client may end it early, which is no error of the server.
        let _ = connection.await;
        drop(permit);
    });
}

/// A request takes no longer than this from its head to the answer: a body that is withheld does not keep it open.
pub(super) fn time_limit(limits: &Limits) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limits.request())
}
