//! A client and an authenticator that others wrote, `passkey-client` and `passkey-authenticator`, through the flows,
//! over the asynchronous driver.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::{convert::Infallible, future::Future};

use async_trait::async_trait;
use host::{NOW, ORIGIN, user};
use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey as ForeignPasskey,
        ctap2::{Aaguid, Ctap2Error},
        webauthn::{CredentialCreationOptions, CredentialRequestOptions},
    },
};
use pollster::block_on;
use relying_party::{
    CeremonyId, CreatePasskey, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState,
    RelyingParty, SignIn, SignInRequest, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::{AsyncPasskeyStore, MemoryStore, PasskeyStore, run_async},
};
use serde_json::json;
use url::Url;

/// The memory store, with verbs that are futures.
#[derive(Default)]
struct AsyncStore(MemoryStore);

fn ready<T: Send>(
    reply: Result<T, Infallible>,
) -> impl Future<Output = Result<T, Infallible>> + Send {
    std::future::ready(reply)
}

impl AsyncPasskeyStore for AsyncStore {
    type Error = Infallible;

    fn put_ceremony(
        &self,
        ceremony: &Ceremony,
    ) -> impl Future<Output = Result<(), Infallible>> + Send {
        ready(self.0.put_ceremony(ceremony))
    }

    fn take_ceremony(
        &self,
        id: &CeremonyId,
    ) -> impl Future<Output = Result<Option<Ceremony>, Infallible>> + Send {
        ready(self.0.take_ceremony(id))
    }

    fn passkeys_of(
        &self,
        owner: &Owner,
    ) -> impl Future<Output = Result<Vec<Passkey>, Infallible>> + Send {
        ready(self.0.passkeys_of(owner))
    }

    fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> impl Future<Output = Result<Option<Passkey>, Infallible>> + Send {
        ready(self.0.passkey(rp_id, credential_id))
    }

    fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> impl Future<Output = Result<Inserted, Infallible>> + Send {
        ready(self.0.insert_passkey(passkey, max_per_user))
    }

    fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> impl Future<Output = Result<Recorded, Infallible>> + Send {
        ready(self.0.record_use(id, expected, state, at))
    }

    fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> impl Future<Output = Result<Option<Passkey>, Infallible>> + Send {
        ready(self.0.rename_passkey(owner, id, name, at))
    }

    fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> impl Future<Output = Result<Removed, Infallible>> + Send {
        ready(self.0.delete_passkey(owner, id, keep_last))
    }
}

/// Somebody who is there, and is verified.
struct Present;

#[async_trait]
impl UserValidationMethod for Present {
    type PasskeyItem = ForeignPasskey;

    async fn check_user<'a>(
        &self,
        _hint: UiHint<'a, ForeignPasskey>,
        _presence: bool,
        _verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence: true, verification: true })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

#[test]
fn foreign_client_creates_a_passkey_and_signs_in() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap();
    let store = AsyncStore::default();
    let ada = user("ada");
    let origin = Url::parse(ORIGIN).unwrap();
    let authenticator =
        Authenticator::new(Aaguid::new_empty(), None::<ForeignPasskey>, Present, RustCryptoBackend);
    let mut client = Client::new(authenticator);

    block_on(async {
        let begin = CreatePasskey::begin(&rp, &ada, [1; 32].into(), NOW);
        let start = run_async(&store, begin).await.unwrap();
        let options = json!({"publicKey": start.public_key});
        let options = serde_json::from_value::<CredentialCreationOptions>(options).unwrap();
        let response = client.register(&origin, options, DefaultClientData).await.unwrap();
        let response = serde_json::to_vec(&response).unwrap();
        let finish = CreatePasskey::finish(&rp, ada.handle(), start.ceremony_id, &response, NOW);
        let passkey = run_async(&store, finish).await.unwrap().passkey;
        assert_eq!(passkey.user, ada.handle());

        for (challenge, request) in
            [([2; 32], SignInRequest::Discoverable), ([3; 32], SignInRequest::Named(ada.handle()))]
        {
            let begin = SignIn::begin(&rp, request, challenge.into(), NOW);
            let start = run_async(&store, begin).await.unwrap();
            let options = json!({"publicKey": start.public_key});
            let options = serde_json::from_value::<CredentialRequestOptions>(options).unwrap();
            let response = client.authenticate(&origin, options, DefaultClientData).await.unwrap();
            let response = serde_json::to_vec(&response).unwrap();
            let finish = SignIn::finish(&rp, start.ceremony_id, &response, NOW);
            let signed_in = run_async(&store, finish).await.unwrap();
            assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), passkey.id));
            let finish = SignIn::finish(&rp, start.ceremony_id, &response, NOW);
            assert!(run_async(&store, finish).await.is_err());
        }
    });
}
