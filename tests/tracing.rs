//! Audit entries as `tracing` events.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/audit/history.rs"]
mod history;
#[path = "support/host.rs"]
mod host;
#[path = "support/audit/store.rs"]
mod watched;

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use history::History;
use host::{Host, NOW, ORIGIN, authenticator, user};
use relying_party::{
    DeletePasskey,
    audit::{Audit, AuditEntry, AuditEvent},
    store,
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use watched::Watched;

/// An event as a subscriber sees it.
#[derive(Clone, Debug)]
struct Seen {
    level: Level,
    target: String,
    fields: BTreeMap<String, String>,
}

/// Keeps the events of one thread.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<Seen>>>);

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(Seen {
            level: *event.metadata().level(),
            target: event.metadata().target().to_owned(),
            fields: fields.0,
        });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Returns the events emitted in the meantime.
fn seen<T>(meanwhile: impl FnOnce() -> T) -> (T, Vec<Seen>) {
    let keeper = Keeper::default();
    let result = tracing::subscriber::with_default(keeper.clone(), meanwhile);
    let seen = keeper.0.lock().unwrap().clone();
    (result, seen)
}

/// The members of an entry, flat.
fn members(entry: &AuditEntry) -> BTreeMap<String, String> {
    let json = serde_json::to_value(entry).unwrap();
    let mut members = json.as_object().unwrap().clone();
    if let Some(error) = members.remove("error") {
        members.extend(error.as_object().unwrap().clone());
    }
    let text = |value: serde_json::Value| value.as_str().map_or(value.to_string(), str::to_owned);
    members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, text(value)))
        .collect()
}

#[test]
fn every_entry_is_an_event_with_its_members_as_fields() {
    let (history, seen) = seen(History::new);
    let entries = history.entries().collect::<Vec<_>>();
    assert_eq!(seen.len(), entries.len());
    for (seen, entry) in seen.iter().zip(entries) {
        assert_eq!(seen.target, "relying_party::audit");
        assert_eq!(seen.fields, members(entry));
        for (what, secret) in &history.secrets {
            assert!(!format!("{seen:?}").contains(secret), "{what} in {seen:?}");
        }
    }
}

#[test]
fn every_event_has_the_right_level() {
    let (history, seen) = seen(History::new);
    for (seen, entry) in seen.iter().zip(history.entries()) {
        let expected = match entry.event {
            AuditEvent::PasskeyCreated { .. }
            | AuditEvent::SignedIn { .. }
            | AuditEvent::SecondFactorNeeded { .. }
            | AuditEvent::Reverified { .. }
            | AuditEvent::BackupStateChanged { .. }
            | AuditEvent::PasskeyRenamed
            | AuditEvent::PasskeyDeleted { .. }
            | AuditEvent::AccountCreated
            | AuditEvent::AccountErased { .. }
            | AuditEvent::CeremonyBegun { .. }
            | AuditEvent::CeremonyAbandoned { .. }
            | AuditEvent::BrowserFailed { .. } => Level::INFO,
            AuditEvent::CounterRegressed { .. }
            | AuditEvent::BecameBackupEligible
            | AuditEvent::LimitReached { .. }
            | AuditEvent::CeremonyNotFound
            | AuditEvent::CeremonyExpired
            | AuditEvent::ReverificationRequired
            | AuditEvent::Refused => Level::WARN,
            AuditEvent::Failed => Level::ERROR,
        };
        assert_eq!(seen.level, expected, "{entry:?}");
    }
}

#[test]
fn unaudited_flows_and_store_failures_emit_nothing() {
    let ((), seen) = seen(|| {
        let host = Host::new();
        let ada = user("ada");
        let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
        let store = Watched::new(&host.store, Some(2));
        let delete = DeletePasskey::begin(&host.rp, ada.handle(), passkey.id);
        let lost = store::run(&store, Audit::new(&host.rp, NOW).flow(delete));
        assert!(lost.is_err(), "{ORIGIN}");
    });
    assert!(seen.is_empty(), "{seen:?}");
}
