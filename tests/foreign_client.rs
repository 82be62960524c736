//! A client and an authenticator by other authors, `passkey-client` and `passkey-authenticator`, run through the flows
//! with the asynchronous driver.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[path = "support/present.rs"]
mod present;

use host::{NOW, ORIGIN, posted, session, user};
use passkey::{
    authenticator::Authenticator,
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey as ForeignPasskey,
        ctap2::Aaguid,
        webauthn::{CredentialCreationOptions, CredentialRequestOptions},
    },
};
use pollster::block_on;
use present::Present;
use relying_party::{
    CreatePasskey, RelyingParty, SignIn, SignInRequest,
    store::{MemoryStore, run_async},
};
use serde_json::json;
use url::Url;

#[test]
fn foreign_client_creates_a_passkey_and_signs_in() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap();
    let store = MemoryStore::new();
    let ada = user("ada");
    let origin = Url::parse(ORIGIN).unwrap();
    let authenticator =
        Authenticator::new(Aaguid::new_empty(), None::<ForeignPasskey>, Present, RustCryptoBackend);
    let mut client = Client::new(authenticator);

    block_on(async {
        let begin = CreatePasskey::begin(&rp, &ada, session(), [1; 32].into(), NOW);
        let start = run_async(&store, begin).await.unwrap();
        let options = json!({"publicKey": start.public_key});
        let options = serde_json::from_value::<CredentialCreationOptions>(options).unwrap();
        let response = client.register(&origin, options, DefaultClientData).await.unwrap();
        let response = serde_json::to_vec(&response).unwrap();
        let finish =
            CreatePasskey::finish(&rp, ada.handle(), posted(start.ceremony_id, &response), NOW);
        let passkey = run_async(&store, finish).await.unwrap().passkey;
        assert_eq!(passkey.user, ada.handle());

        for (challenge, request) in [
            ([2; 32], SignInRequest::Discoverable),
            ([3; 32], SignInRequest::for_account(ada.handle())),
        ] {
            let begin = SignIn::begin(&rp, request, session(), challenge.into(), NOW);
            let start = run_async(&store, begin).await.unwrap();
            let options = json!({"publicKey": start.public_key});
            let options = serde_json::from_value::<CredentialRequestOptions>(options).unwrap();
            let response = client.authenticate(&origin, options, DefaultClientData).await.unwrap();
            let response = serde_json::to_vec(&response).unwrap();
            let finish = SignIn::finish(&rp, posted(start.ceremony_id, &response), NOW);
            let signed_in = run_async(&store, finish).await.unwrap();
            assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), passkey.id));
            let finish = SignIn::finish(&rp, posted(start.ceremony_id, &response), NOW);
            assert!(run_async(&store, finish).await.is_err());
        }
    });
}
