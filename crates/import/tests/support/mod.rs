//! A passkey that another system has registered, and the service that takes it over.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write as _;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use relying_party::{
    Passkey, Passkeys, RelyingParty, SessionBinding, SignInRequest, SignedInUser, UserHandle,
    flow::{InsertOutcome, SignedIn},
    policy::RpId,
    store::{MemoryStore, PasskeyStore as _},
    test_authenticator::{SignCounter, TestAlgorithm, TestAuthenticator},
};
use relying_party_import::{Imported, Importer, Refusal, System};
use serde_json::Value;

pub(crate) const ORIGIN: &str = "https://example.com";

pub(crate) fn rp_id() -> RpId {
    RpId::new("example.com").unwrap()
}

fn service() -> Passkeys<MemoryStore> {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap();
    Passkeys::new(rp, MemoryStore::new())
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// As PostgreSQL writes `bytea`.
pub(crate) fn bytea(bytes: &[u8]) -> String {
    bytes.iter().fold("\\x".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A passkey of another system, and the device that holds it.
pub(crate) struct Old {
    device: TestAuthenticator,
    pub(crate) passkey: Passkey,
}

impl Old {
    /// For the account with this user handle, on a device with this algorithm that counts its uses.
    pub(crate) fn registered(user: &[u8], algorithm: TestAlgorithm) -> Self {
        let mut device = TestAuthenticator::new(user).with(|behaviour| {
            behaviour.algorithms = vec![algorithm];
            behaviour.counter = SignCounter::Counting;
        });
        let user = SignedInUser::new(UserHandle::try_from(user).unwrap(), "ada", "Ada");
        let (service, session) = (service(), SessionBinding::of("session"));
        let start = service.begin_create(&user, session).blocking().unwrap();
        let posted = device.answer(&start.to_json(), ORIGIN).unwrap();
        let created = service.finish_create(user.handle(), session, posted.as_bytes());
        Self { device, passkey: created.blocking().unwrap().passkey }
    }

    pub(crate) fn id(&self) -> &[u8] {
        self.passkey.credential_id.as_bytes()
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.passkey.public_key.as_bytes()
    }

    /// Stores what was imported, and signs in with the device.
    pub(crate) fn signs_in(&mut self, imported: &Passkey) -> SignedIn {
        let service = service();
        let inserted = service.store().insert_passkey(imported, u32::MAX).unwrap();
        assert_eq!(inserted, InsertOutcome::Inserted);
        let session = SessionBinding::of("another session");
        let start = service.begin_sign_in(SignInRequest::Discoverable, session);
        let posted = self.device.answer(&start.blocking().unwrap().to_json(), ORIGIN).unwrap();
        let signed_in = service.finish_sign_in(session, posted.as_bytes()).blocking().unwrap();
        assert_eq!(signed_in.user, self.passkey.user);
        signed_in
    }
}

pub(crate) fn import(system: System, row: &Value) -> Result<Imported, Refusal> {
    Importer::new(system, rp_id()).row(row.to_string().as_bytes())
}
