//! Warnings and failures as `tracing` events.

#![cfg(feature = "tracing")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use serde_json::json;
use support::{ORIGIN, World};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// The level of an event of the endpoints, and its fields.
type Seen = (Level, BTreeMap<&'static str, String>);

#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<Seen>>>);

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "relying_party::http"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().unwrap().push((*event.metadata().level(), fields.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

fn seen(meanwhile: impl FnOnce()) -> Vec<Seen> {
    let keeper = Keeper::default();
    tracing::subscriber::with_default(keeper.clone(), meanwhile);
    keeper.0.lock().unwrap().clone()
}

#[test]
fn warnings_about_the_configuration_are_events() {
    let rp = relying_party::RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let seen = seen(|| drop(World::with(rp, |endpoints| endpoints)));
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].0, Level::WARN);
    assert!(seen[0].1["warning"].contains("decoy secret"));
}

#[test]
fn failures_are_events_with_the_details_that_are_not_sent() {
    let seen = seen(|| {
        let world = World::new();
        let mut visitor = world.visitor();
        world.store.fail(true);
        visitor.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(503);
        world.host.fail(true);
        visitor.get("/passkeys").expect(500);
    });
    let event = |message: &str, error: &str| {
        let fields = [("message", message.to_owned()), ("error", error.to_owned())];
        (Level::ERROR, BTreeMap::from(fields))
    };
    let expected = [
        event("the store failed", "the disk is full: secret detail"),
        event("the host failed", "the sessions are gone: secret detail"),
    ];
    assert_eq!(seen, expected);
}
