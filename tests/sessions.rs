//! A ceremony can only be finished in the browser session in which it began.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, flow, user};
use relying_party::{
    CreatePasskey, Error, Passkey, Posted, SessionBinding, SignIn, SignInRequest, UserHandle,
    flow::{CreationStart, SignInStart, SignedIn},
    json::Mediation,
    store::{self, CeremonyStore as _},
};

/// A browser with a session cookie.
#[derive(Clone, Copy)]
struct Browser(SessionBinding);

impl Browser {
    fn with_cookie(value: &str) -> Self {
        Self(SessionBinding::of(value))
    }

    fn begins_create(self, host: &Host, name: &str) -> CreationStart {
        let user = user(name);
        let begin = CreatePasskey::begin(&host.rp, &user, self.0, host.challenge(), NOW);
        flow(store::run(&host.store, begin)).unwrap()
    }

    fn finishes_create(
        self,
        host: &Host,
        name: &str,
        start: &CreationStart,
        response: &str,
    ) -> Result<Passkey, Error> {
        let posted = self.posts(start.ceremony_id, response);
        let finish = CreatePasskey::finish(&host.rp, user(name).handle(), posted, NOW);
        flow(store::run(&host.store, finish)).map(|created| created.passkey)
    }

    fn begins(self, host: &Host, request: SignInRequest) -> SignInStart {
        let begin = SignIn::begin(&host.rp, request, self.0, host.challenge(), NOW);
        flow(store::run(&host.store, begin)).unwrap()
    }

    fn finishes(self, host: &Host, start: &SignInStart, response: &str) -> Result<SignedIn, Error> {
        let finish = SignIn::finish(&host.rp, self.posts(start.ceremony_id, response), NOW);
        flow(store::run(&host.store, finish))
    }

    fn posts(self, ceremony: relying_party::CeremonyId, response: &str) -> Posted<'_> {
        Posted { session: self.0, ceremony, response: response.as_bytes() }
    }
}

/// A host where this user has a passkey, which the authenticator holds.
fn host_of(name: &str) -> (Host, relying_party::test_authenticator::TestAuthenticator) {
    let host = Host::new();
    let mut device = authenticator(name);
    host.create(&user(name), &mut device).unwrap();
    (host, device)
}

fn handle(name: &str) -> UserHandle {
    user(name).handle()
}

#[test]
fn two_tabs_of_one_browser_finish_in_any_order() {
    let (host, mut device) = host_of("ada");
    let browser = Browser::with_cookie("ada's laptop");
    let tabs = [(); 2].map(|()| browser.begins(&host, SignInRequest::Discoverable));
    let responses = tabs.each_ref().map(|start| device.get(&start.public_key, ORIGIN).unwrap());
    for tab in [1, 0] {
        let signed_in = browser.finishes(&host, &tabs[tab], &responses[tab]).unwrap();
        assert_eq!(signed_in.user, handle("ada"));
    }

    let mut others = ["one", "two"].map(authenticator);
    let tabs = [(); 2].map(|()| browser.begins_create(&host, "ada"));
    for (start, device) in tabs.iter().zip(&mut others) {
        let response = device.create(&start.public_key, ORIGIN).unwrap();
        browser.finishes_create(&host, "ada", start, &response).unwrap();
    }
}

#[test]
fn button_works_beside_an_autofill_request() {
    let (host, mut device) = host_of("ada");
    let browser = Browser::with_cookie("ada's laptop");
    let autofill = browser.begins(&host, SignInRequest::Autofill);
    assert_eq!(autofill.mediation, Some(Mediation::Conditional));
    let button = browser.begins(&host, SignInRequest::Discoverable);
    for start in [&button, &autofill] {
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        assert!(browser.finishes(&host, start, &response).unwrap().is_complete());
    }
}

/// Login CSRF: an attacker answers a sign-in with their own passkey, and makes another browser post it.
#[test]
fn rejects_response_from_another_browser() {
    let (host, mut device) = host_of("mallory");
    let (mallory, victim) = (Browser::with_cookie("mallory's"), Browser::with_cookie("victim's"));
    for other in [victim, Browser(SessionBinding::none()), Browser::with_cookie("")] {
        let start = mallory.begins(&host, SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        assert_eq!(other.finishes(&host, &start, &response), Err(Error::AnotherSession));
        // The ceremony was taken first, and is gone.
        assert_eq!(mallory.finishes(&host, &start, &response), Err(Error::CeremonyNotFound));
    }
    let stored = host.passkeys(&user("mallory"));
    assert_eq!(stored[0].last_used_at, None, "nothing was written");

    let start = mallory.begins_create(&host, "ada");
    let response = authenticator("other").create(&start.public_key, ORIGIN).unwrap();
    let refused = victim.finishes_create(&host, "ada", &start, &response);
    assert_eq!(refused, Err(Error::AnotherSession));
    assert_eq!(host.passkeys(&user("ada")), []);
}

#[test]
fn rejects_another_session_for_every_purpose() {
    for request in host::purposes("ada") {
        let (host, mut device) = host_of("ada");
        let start = Browser::with_cookie("one").begins(&host, request);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let posted = Browser::with_cookie("another").posts(start.ceremony_id, &response);
        let finish = match request {
            SignInRequest::SecondFactor(user) => {
                SignIn::finish_second_factor(&host.rp, user, posted, NOW)
            }
            SignInRequest::Reverify(user) => {
                SignIn::finish_reverification(&host.rp, user, posted, NOW)
            }
            _ => SignIn::finish(&host.rp, posted, NOW),
        };
        let refused = flow(store::run(&host.store, finish));
        assert_eq!(refused.map(drop), Err(Error::AnotherSession), "{request:?}");
    }
}

/// Session fixation: once the user has signed in, the pre-session cookie that an attacker planted is useless, because
/// the host gives the session a new identifier. What began under the old one cannot be finished any longer.
#[test]
fn rejects_ceremony_of_a_fixed_session_after_the_sign_in() {
    let (host, mut device) = host_of("ada");
    let planted = Browser::with_cookie("planted by mallory");
    let [button, left_open] = [(); 2].map(|()| planted.begins(&host, SignInRequest::Discoverable));
    let response = device.get(&button.public_key, ORIGIN).unwrap();
    assert!(planted.finishes(&host, &button, &response).unwrap().is_complete());

    let renewed = Browser::with_cookie("issued when ada signed in");
    let response = device.get(&left_open.public_key, ORIGIN).unwrap();
    assert_eq!(renewed.finishes(&host, &left_open, &response), Err(Error::AnotherSession));

    // A creation that begins in the new session is out of reach for the old one.
    let start = renewed.begins_create(&host, "ada");
    let response = authenticator("mallory's").create(&start.public_key, ORIGIN).unwrap();
    let refused = planted.finishes_create(&host, "ada", &start, &response);
    assert_eq!(refused, Err(Error::AnotherSession));
    assert_eq!(host.passkeys(&user("ada")).len(), 1);
}

#[test]
fn unbound_ceremony_can_only_be_finished_without_a_binding() {
    let (host, mut device) = host_of("ada");
    let unbound = Browser(SessionBinding::none());
    let start = unbound.begins(&host, SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let refused = Browser::with_cookie("a browser").finishes(&host, &start, &response);
    assert_eq!(refused, Err(Error::AnotherSession));

    let start = unbound.begins(&host, SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    assert!(unbound.finishes(&host, &start, &response).unwrap().is_complete());
}

/// Otherwise a host that reads a missing cookie as an empty text would bind all browsers to one session.
#[test]
fn empty_session_identifier_finishes_nothing() {
    let (host, mut device) = host_of("ada");
    let without_cookie = Browser::with_cookie("");
    let start = without_cookie.begins(&host, SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let refused = without_cookie.finishes(&host, &start, &response);
    assert_eq!(refused, Err(Error::AnotherSession));
}

/// Compared before the response is parsed: a response that cannot be parsed is rejected because of the session.
#[test]
fn session_is_compared_before_the_response_is_read() {
    let (host, _) = host_of("ada");
    let [one, other] = ["one", "another"].map(Browser::with_cookie);
    let start = one.begins(&host, SignInRequest::Discoverable);
    assert_eq!(other.finishes(&host, &start, "no JSON"), Err(Error::AnotherSession));
    let start = one.begins_create(&host, "ada");
    let refused = other.finishes_create(&host, "ada", &start, "no JSON");
    assert_eq!(refused, Err(Error::AnotherSession));
}

#[test]
fn refusal_looks_like_that_of_an_unknown_ceremony() {
    let (refused, unknown) = (Error::AnotherSession, Error::CeremonyNotFound);
    assert_eq!(refused.code(), "ceremony_session_mismatch");
    assert_eq!((refused.public(), refused.status()), (unknown.public(), unknown.status()));
}

#[test]
fn ceremony_record_keeps_a_hash_of_the_identifier() {
    let host = Host::new();
    let start = Browser::with_cookie("secret-cookie").begins(&host, SignInRequest::Discoverable);
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    assert_eq!(*ceremony.session(), SessionBinding::of("secret-cookie"));
    let record = ceremony.to_stored().record;
    assert!(!record.contains("secret-cookie") && !format!("{ceremony:?}").contains("secret"));
}
