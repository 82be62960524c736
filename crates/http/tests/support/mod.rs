//! What the tests share.
#![allow(dead_code, unreachable_pub, reason = "no test uses everything")]

pub mod contract;
pub mod faulty;
pub mod host;
pub mod visitor;

use std::sync::{Arc, Mutex};

use relying_party::{
    Passkeys, RelyingParty, RelyingPartyBuilder, audit::AuditEntry, decoys::DecoySecret,
};
use relying_party_http::{Endpoints, Observed};

pub use self::{faulty::FaultyStore, host::TestHost, visitor::Visitor};

pub const ORIGIN: &str = "https://example.com";

/// A service in this process.
#[derive(Clone)]
pub struct World {
    pub endpoints: Endpoints<FaultyStore, TestHost>,
    pub store: FaultyStore,
    pub host: TestHost,
    pub observed: Log,
}

/// What an observer was told.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<Told>>>);

/// A line, and the audit entry if it is one.
type Told = (String, Option<AuditEntry>);

impl Log {
    pub fn observe(&self, observed: Observed<'_>) {
        let (text, entry) = match observed {
            Observed::Warning(warning) => (format!("warning: {warning}"), None),
            Observed::Audit(entry) => {
                (format!("audit: {}", entry.event.name()), Some(entry.clone()))
            }
            Observed::StoreFailed(error) => (format!("store: {error}"), None),
            Observed::HostFailed(error) => (format!("host: {error}"), None),
            _ => unreachable!(),
        };
        self.0.lock().unwrap().push((text, entry));
    }

    /// All since the last call.
    pub fn take(&self) -> Vec<String> {
        self.0.lock().unwrap().drain(..).map(|(text, _)| text).collect()
    }

    /// The codes of all refusals since the last call, with what was refused.
    pub fn take_refusals(&self) -> Vec<(String, String)> {
        let entries =
            self.0.lock().unwrap().drain(..).filter_map(|(_, entry)| entry).collect::<Vec<_>>();
        let refusals = entries.into_iter().filter_map(|entry| {
            Some((entry.action.name().to_owned(), entry.error?.code.into_owned()))
        });
        refusals.collect()
    }

    pub fn last_entry(&self) -> AuditEntry {
        self.0.lock().unwrap().iter().rev().find_map(|(_, entry)| entry.clone()).unwrap()
    }
}

pub fn rp() -> RelyingPartyBuilder {
    RelyingParty::builder("example.com", "Example")
        .origin(ORIGIN)
        .decoys(DecoySecret::from([9; 32]))
}

impl World {
    pub fn new() -> Self {
        Self::with(rp(), |endpoints| endpoints)
    }

    pub fn with(
        rp: RelyingPartyBuilder,
        configure: impl FnOnce(Endpoints<FaultyStore, TestHost>) -> Endpoints<FaultyStore, TestHost>,
    ) -> Self {
        let (store, host, observed) = (FaultyStore::default(), TestHost::default(), Log::default());
        let passkeys = Passkeys::new(rp.build().unwrap(), store.clone());
        let log = observed.clone();
        let endpoints = Endpoints::new(passkeys, host.clone()).allow_sign_up().allow_erase();
        let endpoints = configure(endpoints);
        let endpoints = endpoints.observe(move |event| log.observe(event));
        Self { endpoints, store, host, observed }
    }

    /// A browser with a new authenticator. Every answer that it gets must be documented.
    pub fn visitor(&self) -> Visitor {
        let endpoints = self.endpoints.clone();
        Visitor::new(move |request| {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let sent = request.body().clone();
            let response = pollster::block_on(endpoints.handle(request));
            contract::check(&method, &path, &sent, &response);
            response
        })
    }

    /// A browser in which Ada is signed in, without a passkey.
    pub fn ada(&self) -> Visitor {
        let mut visitor = self.visitor();
        visitor.cookie = Some(self.host.sign_in(self.host.account("ada")));
        visitor
    }

    /// The same, with a passkey. Returns its ID, too.
    pub fn ada_with_passkey(&self) -> (Visitor, String) {
        let mut ada = self.ada();
        let created = ada.ceremony("create", serde_json::json!({}));
        assert_eq!(created.status, 200, "{}", created.body);
        let id = created.body["passkey"]["id"].as_str().unwrap().to_owned();
        (ada, id)
    }
}
