//! A request whose writes are committed together, once its response is known.

use std::{
    error::Error as StdError,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response};
use relying_party::{Passkeys, audit::AuditEntry};

use crate::{
    Endpoints, Host, Received,
    endpoints::{Observer, Shared, Store},
    observe::Observed,
};

/// An answer whose writes are not committed yet, made by [`Endpoints::handle_within`]. Ask it [whether to
/// commit](Self::is_to_commit), then commit or roll back. Only then send the [response](Self::into_response).
#[must_use = "nothing is audited before `into_response`"]
pub struct Uncommitted {
    response: Response<Bytes>,
    entries: Vec<AuditEntry>,
    observer: Option<Observer>,
}

impl fmt::Debug for Uncommitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uncommitted").field("response", &self.response).finish_non_exhaustive()
    }
}

impl Uncommitted {
    /// Returns whether to commit. A refusal is committed too, because it has used up a ceremony. After a failure of the
    /// store or of the host, roll back.
    #[must_use]
    pub fn is_to_commit(&self) -> bool {
        !self.response.status().is_server_error()
    }

    /// Returns the response. If the writes were [to be committed](Self::is_to_commit), also passes the audit entries to
    /// the [observer](Endpoints::observe). Call it after the commit or the rollback. If the commit fails, send
    /// [`unavailable`](Endpoints::unavailable) instead.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        if let Some(observer) = self.observer.as_ref().filter(|_| self.is_to_commit()) {
            self.entries.iter().for_each(|entry| observer(Observed::Audit(entry)));
        }
        self.response
    }
}

impl<S: Store, H: Host> Endpoints<S, H> {
    /// Answers a request with another store and another host, both inside one transaction of your database. A finish
    /// step and your session are then committed together, instead of one after the other.
    ///
    /// The configuration stays the same. Audit entries are held back until you take the
    /// [response](Uncommitted::into_response).
    ///
    /// The [guide] has an example with `relying-party-sqlx`. This one shows the calls without a transaction:
    ///
    /// ```
    /// # use std::convert::Infallible;
    /// # use http::request::Parts;
    /// # use relying_party::{Passkeys, RelyingParty, store::MemoryStore};
    /// # use relying_party_http::{Answer, Endpoints, Host, Session, SignedInBy};
    /// # #[derive(Clone)]
    /// # struct Sessions;
    /// # impl Host for Sessions {
    /// #     type Error = Infallible;
    /// #     async fn session(&self, _: &Parts) -> Result<Session, Infallible> { Ok(Session::new("id")) }
    /// #     async fn begin_session(&self, _: &Parts, _: SignedInBy<'_>) -> Result<Answer, Infallible> {
    /// #         Ok(Answer::new())
    /// #     }
    /// # }
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
    /// # let (store, host) = (std::sync::Arc::new(MemoryStore::new()), Sessions);
    /// # let endpoints = Endpoints::new(Passkeys::new(rp, store.clone()), host.clone());
    /// # pollster::block_on(async {
    /// let request = http::Request::get("/passkeys").body(bytes::Bytes::new()).unwrap();
    /// let answer = endpoints.handle_within(store, host, request).await;
    /// assert!(answer.is_to_commit());
    /// // Commit here.
    /// assert_eq!(answer.into_response().status(), 401);
    /// # });
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    ///
    /// [guide]: https://docs.rs/relying-party/latest/relying_party/guide/database/index.html#one-commit-per-request
    pub async fn handle_within<T: Store, G: Host>(
        &self,
        store: T,
        host: G,
        request: impl Into<Received>,
    ) -> Uncommitted {
        let withheld = Arc::new(Mutex::new(Vec::new()));
        let mut config = self.shared().config.clone();
        let (entries, observer) = (Arc::clone(&withheld), config.observer.take());
        let failures = observer.clone();
        config.observer = Some(Arc::new(move |observed| match (observed, &failures) {
            (Observed::Audit(entry), _) => {
                entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry.clone());
            }
            (failure, Some(observer)) => observer(failure),
            (_, None) => {}
        }));
        let passkeys = Passkeys::new(self.passkeys().relying_party().clone(), store);
        let shared = Shared::new(Arc::new(passkeys), Arc::new(host), config);
        let response = shared.handle(&request.into()).await;
        let entries = std::mem::take(&mut *withheld.lock().unwrap_or_else(PoisonError::into_inner));
        Uncommitted { response, entries, observer }
    }

    /// Returns the response for a failed commit: `503 Service Unavailable`. Passes the error to the
    /// [observer](Self::observe).
    #[must_use]
    pub fn unavailable(&self, error: &(dyn StdError + 'static)) -> Response<Bytes> {
        let (parts, ()) = Request::new(()).into_parts();
        let failure = self.shared().store_failed(error);
        self.shared().failed(&parts, None, None, &failure)
    }
}
