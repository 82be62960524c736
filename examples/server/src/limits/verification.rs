//! Verification on separate threads: the worst response takes tens of milliseconds of a processor, and a client can
//! post many. The threads that serve connections stay free for everyone else.

use std::{num::NonZero, sync::Arc, thread};

use axum::{
    body::Body,
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Semaphore,
};

use super::body::whole_body;
use crate::error::ApiError;

/// Finishes that are answered at the same time. Most of them wait for the database, which can commit many at once.
const FINISHES_MAX: usize = 128;

/// A runtime for what finishes. A finish that waits for the database takes none of its threads.
pub(super) struct Verification {
    finishes: Arc<Semaphore>,
    runtime: Option<Runtime>,
}

impl Verification {
    /// A thread for each processor. The threads that serve connections get their share of the processors, too.
    pub(super) fn new() -> Self {
        Self::with_threads(thread::available_parallelism().map_or(1, NonZero::get))
    }

    fn with_threads(count: usize) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(count)
            .thread_name("verification")
            .enable_all()
            .build()
            .inspect_err(|error| {
                eprintln!("no threads for verification, so it delays other requests: {error}");
            });
        Self { finishes: Arc::new(Semaphore::new(FINISHES_MAX)), runtime: runtime.ok() }
    }

    fn handle(&self) -> Handle {
        self.runtime.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone())
    }
}

impl Drop for Verification {
    fn drop(&mut self) {
        // Dropping it would wait for its threads, which this one may not do.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Answers requests that finish something on the threads for verification.
pub(super) async fn off_the_workers(
    State(verification): State<Arc<Verification>>,
    request: Request,
    next: Next,
) -> Response {
    if *request.method() != Method::POST || !request.uri().path().ends_with("/finish") {
        return next.run(request).await;
    }
    match take_turn(verification, request, next).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn take_turn(
    verification: Arc<Verification>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    // The body comes first, so that a client that withholds it takes no thread.
    let (parts, body) = request.into_parts();
    let body = whole_body(Request::from_parts(parts.clone(), body)).await?;
    let request = Request::from_parts(parts, Body::from(body));
    let turn = Arc::clone(&verification.finishes).acquire_owned().await;
    let turn = turn.map_err(ApiError::internal)?;
    let answer = verification.handle().spawn(async move {
        // Kept until the answer is there, even if the client goes away.
        let _turn = turn;
        next.run(request).await
    });
    answer.await.map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use axum::{
        Router,
        body::Bytes,
        http::StatusCode,
        middleware,
        routing::{get, post},
    };
    use tokio::{sync::Notify, task, time::timeout};
    use tower::ServiceExt as _;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn off_the_workers_of(router: Router) -> Router {
        let verification = Arc::new(Verification::with_threads(1));
        router.layer(middleware::from_fn_with_state(verification, off_the_workers))
    }

    fn request(method: Method, path: &str, body: Body) -> Request {
        Request::builder().method(method).uri(path).body(body).unwrap()
    }

    async fn answer(router: &Router, request: Request) -> StatusCode {
        router.clone().oneshot(request).await.unwrap().status()
    }

    /// This runtime has one worker, which would otherwise wait for the verification.
    #[tokio::test]
    async fn page_is_answered_while_responses_are_verified() {
        let (tell, told) = mpsc::channel::<()>();
        let told = Arc::new(Mutex::new(told));
        let verify = move || {
            let told = told.lock().unwrap().recv_timeout(LONG);
            async move { if told.is_ok() { StatusCode::OK } else { StatusCode::REQUEST_TIMEOUT } }
        };
        let router = Router::new()
            .route("/passkeys/sign-in/finish", post(verify))
            .route("/", get(|| async { StatusCode::OK }));
        let router = off_the_workers_of(router);
        let finish = || {
            let request = request(Method::POST, "/passkeys/sign-in/finish", Body::empty());
            let router = router.clone();
            tokio::spawn(async move { answer(&router, request).await })
        };
        let verified = [finish(), finish(), finish()];
        task::yield_now().await;
        assert_eq!(answer(&router, request(Method::GET, "/", Body::empty())).await, StatusCode::OK);
        for _ in 0..3 {
            tell.send(()).unwrap();
        }
        for verified in verified {
            assert_eq!(verified.await.unwrap(), StatusCode::OK);
        }
    }

    #[tokio::test]
    async fn finish_that_waits_for_the_database_lets_others_verify() {
        let database = Arc::new(Notify::new());
        let written = Arc::clone(&database);
        let slow = || async move {
            written.notified().await;
            StatusCode::OK
        };
        let router = Router::new()
            .route("/slow/finish", post(slow))
            .route("/x/finish", post(|| async { StatusCode::OK }));
        let router = off_the_workers_of(router);
        let waiting = router.clone();
        let waiting = tokio::spawn(async move {
            answer(&waiting, request(Method::POST, "/slow/finish", Body::empty())).await
        });
        task::yield_now().await;
        let other = answer(&router, request(Method::POST, "/x/finish", Body::empty()));
        assert_eq!(timeout(LONG, other).await.unwrap(), StatusCode::OK);
        assert!(!waiting.is_finished());
        database.notify_one();
        assert_eq!(timeout(LONG, waiting).await.unwrap().unwrap(), StatusCode::OK);
    }

    #[tokio::test]
    async fn verification_that_panics_gives_its_thread_back() {
        let panics = || async {
            assert!(LONG.is_zero(), "a fault");
            StatusCode::OK
        };
        let router = off_the_workers_of(Router::new().route("/x/finish", post(panics)));
        for _ in 0..3 {
            let finish = answer(&router, request(Method::POST, "/x/finish", Body::empty()));
            let status = timeout(LONG, finish).await.unwrap();
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        }
    }

    #[tokio::test]
    async fn client_that_withholds_its_body_takes_no_turn() {
        let length = |body: Bytes| async move { body.len().to_string() };
        let router = off_the_workers_of(Router::new().route("/x/finish", post(length)));
        let never =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, axum::Error>>());
        let withheld = router.clone().oneshot(request(Method::POST, "/x/finish", never));
        let withheld = tokio::spawn(withheld);
        task::yield_now().await;
        let whole = answer(&router, request(Method::POST, "/x/finish", Body::from("whole")));
        assert_eq!(timeout(LONG, whole).await.unwrap(), StatusCode::OK);
        assert!(!withheld.is_finished());
        withheld.abort();
    }
}
