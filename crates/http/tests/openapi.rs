//! The OpenAPI document and the code are equal: every route × status that is documented is answered here, and whatever
//! is answered in any test is documented, with its schema.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use bytes::Bytes;
use http::{Method, header};
use relying_party::{limits::POSTED_JSON_MAX, settings::SecondFactorRule};
use relying_party_http::Endpoints;
use serde_json::{Value, json};
use support::{ORIGIN, Visitor, World, contract};

const ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// A finish step's body that can be read, of a ceremony that does not exist.
fn finish() -> Value {
    json!({ "ceremony": ID, "credential": { "type": "public-key" } })
}

/// All that takes JSON, with a body that can be read.
fn posts() -> [(Method, String, Value); 12] {
    let post = |path: &str, body| (Method::POST, format!("/passkeys/{path}"), body);
    [
        post("create/begin", json!({})),
        post("create/finish", finish()),
        post("sign-up/begin", json!({ "name": "new@example.com" })),
        post("sign-up/finish", finish()),
        post("sign-in/begin", json!({ "flow": "discoverable" })),
        post("sign-in/finish", finish()),
        post("second-factor/begin", json!({})),
        post("second-factor/finish", finish()),
        post("reverify/begin", json!({})),
        post("reverify/finish", finish()),
        post("failure", json!({ "ceremony": ID, "error": "NotAllowedError" })),
        (Method::PATCH, format!("/passkeys/{ID}"), json!({ "name": "Laptop" })),
    ]
}

/// A session in which the operation may be called.
fn entitled(world: &World, path: &str) -> Visitor {
    let mut ada = world.ada();
    if path.contains("second-factor") {
        ada.cookie = Some(world.host.first_factor(&world.host.account("ada")));
    }
    ada
}

#[test]
fn every_documented_answer_is_given_and_no_other() {
    let related = |rp: relying_party::RelyingPartyBuilder| {
        rp.origins(|policy| policy.related_origin("https://example.net"))
    };
    let fingerprint = "A4:D8:8F:E6:22:B2:43:C2:70:80:63:9A:28:0D:73:18:F5:0F:24:84:BE:D0:7D:71:28:24:1C:7E:0A:06:2D:C7";
    let world = World::with(related(support::rp()), |endpoints| {
        let endpoints = endpoints.android_app("com.example.app", fingerprint).unwrap();
        endpoints.apple_app("ABCDE12345.com.example.app").unwrap().serve_openapi()
    });

    succeed(&world);
    refuse_what_takes_json(&world);
    refuse_what_takes_none(&world);
    conflict(&world);
    documents(&world);

    let (answered, documented) = (contract::answered(), contract::documented());
    let missing = documented.difference(&answered).collect::<Vec<_>>();
    assert!(missing.is_empty(), "documented, and never answered: {missing:?}");
    assert!(answered.is_subset(&documented));
}

fn succeed(world: &World) {
    let (mut ada, id) = world.ada_with_passkey();
    ada.get("/passkeys").expect(200);
    ada.rename(&id, "Laptop").expect(200);
    ada.ceremony("reverify", json!({})).expect(200);
    ada.cookie = None;
    let begun = ada.post("/passkeys/sign-in/begin", json!({ "flow": "autofill" })).expect(200);
    let report = json!({ "ceremony": begun.body["ceremony"], "error": "NotAllowedError" });
    ada.post("/passkeys/failure", report).expect(200);
    ada.ceremony("sign-in", json!({ "flow": "autofill" })).expect(200);
    ada.ceremony("sign-in", json!({ "flow": "named", "identifier": "ada" })).expect(200);
    ada.cookie = Some(world.host.first_factor(&world.host.account("ada")));
    ada.ceremony("second-factor", json!({})).expect(200);
    ada.delete(&id).expect(200);
    let options = json!({ "name": "Key", "attachment": "cross-platform", "conditional": true });
    ada.post("/passkeys/create/begin", options).expect(200);
    let mut new = world.visitor();
    new.ceremony("sign-up", json!({ "name": "bob", "displayName": "Bob" })).expect(200);
    new.call(&Method::DELETE, "/passkeys", None).expect(200);
    // Another factor is needed.
    let rule = relying_party::Settings::builder().second_factor(SecondFactorRule::Always);
    let strict = World::with(support::rp().settings(rule.build().unwrap()), |endpoints| endpoints);
    let (mut ada, _) = strict.ada_with_passkey();
    let got = ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(200);
    assert_eq!(got.body["status"], "needs_second_factor");
}

fn refuse_what_takes_json(world: &World) {
    for (method, path, body) in posts() {
        let mut visitor = entitled(world, &path);
        let send = |visitor: &mut Visitor, body: Vec<u8>, change: Option<(&str, &str)>| {
            let request = visitor.request(&method, &path);
            let request = request.header(header::CONTENT_TYPE, "application/json");
            let mut request = request.body(Bytes::from(body)).unwrap();
            if let Some((name, value)) = change {
                let name = name.parse::<http::HeaderName>().unwrap();
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            visitor.send(request)
        };
        let json = body.to_string().into_bytes();
        send(&mut visitor, json.clone(), Some(("origin", "https://evil.example"))).expect(403);
        send(&mut visitor, json.clone(), Some(("content-type", "text/plain"))).expect(415);
        send(&mut visitor, vec![b' '; POSTED_JSON_MAX + 1], None).expect(413);
        send(&mut visitor, b"{".to_vec(), None).expect(400);
        world.host.fail(true);
        send(&mut visitor, json.clone(), None).expect(500);
        world.host.fail(false);
        world.store.fail(true);
        send(&mut visitor, json.clone(), None).expect(503);
        world.store.fail(false);
        if !path.contains("sign-") && !path.ends_with("failure") {
            let mut stranger = world.visitor();
            send(&mut stranger, json, None).expect(401);
        }
    }
    let mut ada = world.ada();
    ada.post("/passkeys/create/begin", json!({ "name": "\u{0}" })).expect(422);
    ada.post("/passkeys/sign-up/begin", json!({ "name": " " })).expect(422);
    ada.rename(ID, "").expect(422);
    ada.rename(ID, "Laptop").expect(404);
}

fn refuse_what_takes_none(world: &World) {
    let delete = format!("/passkeys/{ID}");
    let requests =
        [(Method::GET, "/passkeys"), (Method::DELETE, "/passkeys"), (Method::DELETE, &delete)];
    for (method, path) in requests {
        let mut ada = world.ada();
        let request =
            |visitor: &Visitor| visitor.request(&method, path).body(Bytes::new()).unwrap();
        let mut forged = request(&ada);
        forged.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        ada.send(forged).expect(403);
        world.host.fail(true);
        ada.send(request(&ada)).expect(500);
        world.host.fail(false);
        world.store.fail(true);
        ada.send(request(&ada)).expect(503);
        world.store.fail(false);
        let mut stranger = world.visitor();
        stranger.send(request(&stranger)).expect(401);
    }
    world.ada().delete(ID).expect(404);
}

/// Someone else is faster.
fn conflict(world: &World) {
    let (mut ada, _) = world.ada_with_passkey();
    world.store.overtake(true);
    let mut other = world.ada();
    other.ceremony("create", json!({})).expect(409);
    other.ceremony("sign-up", json!({ "name": "carol" })).expect(409);
    other.post("/passkeys/sign-up/begin", json!({ "name": "Ada" })).expect(409);
    ada.ceremony("reverify", json!({})).expect(409);
    ada.ceremony("sign-in", json!({ "flow": "discoverable" })).expect(409);
    ada.cookie = Some(world.host.first_factor(&world.host.account("ada")));
    ada.ceremony("second-factor", json!({})).expect(409);
    world.store.overtake(false);
}

fn documents(world: &World) {
    let mut visitor = world.visitor();
    let well_known =
        ["webauthn", "passkey-endpoints", "assetlinks.json", "apple-app-site-association"];
    for document in well_known {
        visitor.get(&format!("/.well-known/{document}")).expect(200);
    }
    visitor.get("/passkeys/settings").expect(200);
    visitor.get("/passkeys/openapi.json").expect(200);
    for file in ["index.js", "messages/de.js"] {
        let path = format!("/passkeys/browser/{file}");
        let got = visitor.get(&path).expect(200);
        let request =
            visitor.request(&Method::GET, &path).header("if-none-match", got.header("etag"));
        visitor.send(request.body(Bytes::new()).unwrap()).expect(304);
    }
    visitor.get("/passkeys/browser/none.js").expect(404);
    visitor.get("/passkeys/browser/messages/none.js").expect(404);

    let mut plain = World::new().visitor();
    for document in ["webauthn", "assetlinks.json", "apple-app-site-association"] {
        plain.get(&format!("/.well-known/{document}")).expect(404);
    }
    plain.get("/passkeys/openapi.json").expect(404);
    assert_eq!(plain.origin, ORIGIN);
}

#[test]
fn the_document_moves_with_the_base_path() {
    let world = World::with(support::rp(), Endpoints::serve_openapi);
    let get = |endpoints: &Endpoints<_, _>, path| {
        let request = http::Request::get(path).body(Bytes::new()).unwrap();
        pollster::block_on(endpoints.handle(request))
    };
    // The document is kept, but not beyond a change of the path.
    assert!(get(&world.endpoints, "/passkeys/openapi.json").status().is_success());
    let moved = world.endpoints.clone().base("/auth/keys/");
    let response = get(&moved, "/auth/keys/openapi.json");
    let document = serde_json::from_slice::<Value>(response.body()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(
        paths.len(),
        contract::documented()
            .iter()
            .map(|(_, path, _)| path)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    );
    for path in paths.keys() {
        assert!(path.starts_with("/auth/keys") || path.starts_with("/.well-known/"), "{path}");
    }
}
