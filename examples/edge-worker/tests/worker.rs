//! The worker, with a platform that is a store and a few values.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use edge_worker::{Request, Response, answer};
use relying_party::{
    RelyingParty, SignedInUser, Timestamp, UserHandle, store::MemoryStore,
    test_authenticator::TestAuthenticator,
};

const ORIGIN: &str = "https://example.com";
const NOW: Timestamp = Timestamp::from_unix_millis(1_748_736_000_000);

struct Platform {
    rp: RelyingParty,
    store: MemoryStore,
    ada: SignedInUser,
    random: u8,
}

impl Platform {
    fn new() -> Self {
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap();
        let ada = SignedInUser::new(UserHandle::from([7; 32]), "ada@example.com", "Ada");
        Self { rp, store: MemoryStore::new(), ada, random: 0 }
    }

    fn post(&mut self, path: &str, body: &str, session: &str, signed_in: bool) -> Response {
        self.random += 1;
        let user = signed_in.then_some(&self.ada);
        let random = [self.random; 32];
        let body = body.as_bytes();
        answer(&self.rp, &self.store, Request { path, body, session, user, now: NOW, random })
    }

    /// Creates a passkey for Ada.
    fn create(&mut self, device: &mut TestAuthenticator) -> Response {
        let begun = self.post("/create/begin", "", "session", true);
        let posted = device.answer(&begun.body, ORIGIN).unwrap();
        self.post("/create/finish", &posted, "session", true)
    }
}

#[test]
fn creates_a_passkey_and_signs_in_with_it() {
    let (mut platform, mut device) = (Platform::new(), TestAuthenticator::new("Ada's laptop"));
    let created = platform.create(&mut device);
    assert_eq!(created.status, 200, "{created:?}");
    let listed = platform.post("/passkeys", "", "session", true);
    assert_eq!(listed.body, format!("[{}]", created.body));

    let begun = platform.post("/sign-in/begin", "", "another", false);
    let posted = device.answer(&begun.body, ORIGIN).unwrap();
    let signed_in = platform.post("/sign-in/finish", &posted, "another", false);
    assert_eq!((signed_in.status, signed_in.signed_in), (200, Some(platform.ada.handle())));
    let again = platform.post("/sign-in/finish", &posted, "another", false);
    assert_eq!((again.status, again.signed_in), (400, None), "a ceremony works once");
    assert!(again.log.unwrap().starts_with("ceremony_not_found: "));
}

#[test]
fn rejects_a_response_from_another_session() {
    let (mut platform, mut device) = (Platform::new(), TestAuthenticator::new("Ada's laptop"));
    assert_eq!(platform.create(&mut device).status, 200);
    let begun = platform.post("/sign-in/begin", "", "one", false);
    let posted = device.answer(&begun.body, ORIGIN).unwrap();
    let refused = platform.post("/sign-in/finish", &posted, "other", false);
    assert_eq!((refused.status, refused.signed_in), (400, None));
    assert!(refused.log.unwrap().starts_with("ceremony_session_mismatch: "));
}

#[test]
fn needs_a_user_to_create_and_to_list() {
    let mut platform = Platform::new();
    for path in ["/create/begin", "/create/finish", "/passkeys"] {
        assert_eq!(platform.post(path, "", "session", false).status, 401, "{path}");
    }
    assert_eq!(platform.post("/", "", "session", true).status, 404);
}

#[test]
fn the_same_request_has_the_same_response() {
    let begin = || Platform::new().post("/create/begin", "", "session", true);
    assert_eq!(begin(), begin());
    let mut platform = Platform::new();
    let [one, other] = [0; 2].map(|_| platform.post("/sign-in/begin", "", "session", false).body);
    assert_ne!(one, other, "other random bytes, another challenge");
}
