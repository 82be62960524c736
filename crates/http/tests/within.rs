//! Requests whose writes are committed together.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request};
use relying_party_http::Received;
use serde_json::json;
use support::{TestHost, Visitor, World};

/// What was observed before the commit, and whether there was one.
type Seen = Arc<Mutex<Vec<(bool, Vec<String>)>>>;

/// A browser whose requests are answered over another store and host than those of the endpoints.
fn visitor(world: &World) -> (Visitor, Seen) {
    let outer = World::new();
    let (endpoints, store, host) = (outer.endpoints, world.store.clone(), world.host.clone());
    let log = world.observed.clone();
    let endpoints = endpoints.observe(move |event| log.observe(event));
    world.observed.take();
    let (observed, seen) = (world.observed.clone(), Seen::default());
    let written = Arc::clone(&seen);
    let visitor = Visitor::new(move |request| {
        let answer = endpoints.handle_within(store.clone(), host.clone(), request);
        let answer = pollster::block_on(answer);
        written.lock().unwrap().push((answer.is_to_commit(), observed.take()));
        answer.into_response()
    });
    (visitor, seen)
}

fn last(seen: &Seen) -> (bool, Vec<String>) {
    seen.lock().unwrap().pop().unwrap()
}

#[test]
fn entries_are_observed_after_the_commit() {
    let world = World::new();
    let (mut ada, seen) = visitor(&world);
    ada.ceremony("sign-up", json!({ "name": "ada" })).expect(200);
    assert_eq!(last(&seen), (true, vec![]));
    assert_eq!(world.observed.take(), ["audit: account_created", "audit: passkey_created"]);
}

#[test]
fn refusal_is_committed_and_observed() {
    let world = World::new();
    let (mut ada, seen) = visitor(&world);
    ada.post("/passkeys/sign-in/finish", json!({})).expect(400);
    assert_eq!(last(&seen), (true, vec![]));
    assert_eq!(world.observed.take(), ["audit: refused"]);
}

#[test]
fn failed_store_is_rolled_back_and_observed_once() {
    let world = World::new();
    let (mut ada, seen) = visitor(&world);
    world.store.fail(true);
    ada.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(503);
    assert_eq!(last(&seen), (false, vec!["store: the disk is full: secret detail".into()]));
    assert!(world.observed.take().is_empty());
}

#[test]
fn sign_in_without_a_session_is_rolled_back_and_not_audited() {
    let world = World::new();
    let (mut ada, seen) = visitor(&world);
    ada.ceremony("sign-up", json!({ "name": "ada" })).expect(200);
    let begun = ada.post("/passkeys/sign-in/begin", json!({ "flow": "discoverable" })).expect(200);
    let posted = ada.authenticator.answer(&begun.text, support::ORIGIN).unwrap();
    world.observed.take();
    // The host answers who sent the request, and fails when the session begins.
    world.host.fail_to_begin();
    ada.post("/passkeys/sign-in/finish", serde_json::from_str(&posted).unwrap()).expect(500);
    let (committed, told) = last(&seen);
    assert!(!committed && told.len() == 1 && told[0].starts_with("host: "), "{told:?}");
    assert!(world.observed.take().is_empty());
}

#[test]
fn commit_that_fails_is_observed_as_the_store_failing() {
    let world = World::new();
    world.observed.take();
    let error = std::io::Error::other("the disk is full");
    let response = world.endpoints.unavailable(&error);
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    assert_eq!(world.observed.take(), ["store: the disk is full"]);
}

#[test]
fn body_that_is_too_large_is_refused_inside() {
    let world = World::new();
    let request = |body: String| {
        let request =
            Visitor::new(|_| unreachable!()).request(&Method::POST, "/passkeys/sign-in/begin");
        let request = request.header("content-type", "application/json");
        let read = Received::read(request.body(axum::body::Body::from(body)).unwrap());
        pollster::block_on(read)
    };
    let answer = |received: Received| {
        let (store, host) = (world.store.clone(), TestHost::default());
        let answer = pollster::block_on(world.endpoints.handle_within(store, host, received));
        answer.into_response().status().as_u16()
    };
    assert_eq!(answer(request(r#"{"flow":"discoverable"}"#.into())), 200);
    assert_eq!(answer(request(" ".repeat(2_000_000))), 413);
    let read = Request::get("/passkeys/settings").body(Bytes::new()).unwrap();
    assert_eq!(answer(read.into()), 200);
}
