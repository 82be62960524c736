//! `passkey-client`, with an authenticator by the same authors.

use passkey::{
    authenticator::Authenticator,
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey,
        ctap2::Aaguid,
        webauthn::{CredentialCreationOptions, CredentialRequestOptions},
    },
};
use serde_json::{Value, json};
use url::Url;

use super::{
    present::Present,
    support::{
        server::Server,
        visitor::{ORIGIN, Visitor, finish},
    },
};

/// Options as the client reads them.
fn creation(start: &Value) -> CredentialCreationOptions {
    serde_json::from_value(json!({ "publicKey": start["publicKey"] })).unwrap()
}

fn request(start: &Value) -> CredentialRequestOptions {
    serde_json::from_value(json!({ "publicKey": start["publicKey"] })).unwrap()
}

#[tokio::test]
async fn passkey_client_signs_up_and_in() {
    let database = tempfile::tempdir().unwrap();
    let server = Server::start(database.path().join("passkeys.sqlite"), 0, &[]);
    let port = server.port();
    let origin = Url::parse(ORIGIN).unwrap();
    let device = || {
        let keys = None::<Passkey>;
        let authenticator =
            Authenticator::new(Aaguid::new_empty(), keys, Present, RustCryptoBackend);
        Client::new(authenticator).allows_insecure_localhost(true)
    };
    let (mut laptop, mut phone, mut ada) = (device(), device(), Visitor::new());

    // Sign up.
    let start = ada.post(port, "/passkeys/sign-up/begin", &json!({ "name": "Ada" })).ok();
    let created = laptop.register(&origin, creation(&start), DefaultClientData).await.unwrap();
    let answer = finish(&start, serde_json::to_string(&created).unwrap());
    let passkey = ada.post(port, "/passkeys/sign-up/finish", &answer).ok()["passkey"].take();

    // Another authenticator. The first would ignore the list of what exists, and create a second passkey.
    let start = ada.post(port, "/passkeys/create/begin", &json!({})).ok();
    let created = phone.register(&origin, creation(&start), DefaultClientData).await.unwrap();
    let answer = finish(&start, serde_json::to_string(&created).unwrap());
    ada.post(port, "/passkeys/create/finish", &answer).ok();
    assert_eq!(ada.passkeys(port).len(), 2);

    // Sign in, with and without a name. An answer counts once.
    for flow in [json!({ "flow": "discoverable" }), json!({ "flow": "named", "identifier": "Ada" })]
    {
        ada.post(port, "/api/sign-out", &json!({})).ok();
        let start = ada.post(port, "/passkeys/sign-in/begin", &flow).ok();
        let signed =
            laptop.authenticate(&origin, request(&start), DefaultClientData).await.unwrap();
        let answer = finish(&start, serde_json::to_string(&signed).unwrap());
        let done = ada.post(port, "/passkeys/sign-in/finish", &answer).ok();
        assert_eq!((&done["status"], &done["passkey"]["id"]), (&json!("complete"), &passkey["id"]));
        let repeated = ada.post(port, "/passkeys/sign-in/finish", &answer);
        assert_eq!((repeated.status, repeated.code()), (400, "ceremony_expired"));
    }
}
