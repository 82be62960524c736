//! Typing a user name reveals nothing: decoys (abuse case 35).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[path = "support/decoys/mod.rs"]
mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, posted, session, user};
use relying_party::{
    ConfigError, CreatePasskey, CredentialId, DeletePasskey, Error, RelyingParty, SignIn,
    SignInRequest,
    ceremony::CeremonyError,
    crypto::RustCrypto,
    decoys::{DecoySecret, DecoyShape, Decoys, InvalidDecoys},
    flow::SignInStart,
    json::{CredentialDescriptor, Transport},
    store::{self, CeremonyStore as _},
    test_authenticator::{TestAlgorithm, TestAuthenticator, TestKey, flags},
};
use support::{
    classifier::accuracy,
    counting::Counting,
    population::{Population, Seen},
    traced::{Trace, traced},
};

const SECRET: [u8; 32] = *b"a secret of 32 bytes, for tests.";

fn host() -> Host {
    with(Decoys::new(DecoySecret::from(SECRET)))
}

fn with(decoys: impl Into<Decoys>) -> Host {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    Host::with(rp.decoys(decoys).build().unwrap())
}

fn list(host: &Host, request: SignInRequest) -> Vec<CredentialDescriptor> {
    host.begin_sign_in(request).public_key.allow_credentials
}

fn typed(name: &str) -> SignInRequest {
    SignInRequest::for_identifier(name, None)
}

fn known(name: &str) -> SignInRequest {
    SignInRequest::for_identifier(name, Some(handle(name)))
}

/// A device that claims to have the first credential of a list, but signs with its own key.
fn claimant(id: &CredentialId) -> TestAuthenticator {
    let throwaway = Host::new();
    let mut device = es256("claimant");
    throwaway.create(&user("somebody"), &mut device).unwrap();
    device.credentials_mut()[0].id = id.as_bytes().to_vec();
    device
}

/// A device with the algorithm of decoys. Others take a different time, and reject a signature of this one unread.
fn es256(seed: &str) -> TestAuthenticator {
    authenticator(seed).with(|behaviour| behaviour.algorithms = vec![TestAlgorithm::Es256])
}

/// Ada's passkey comes from a device that never returns.
fn enrol(host: &Host, name: &str) -> CredentialId {
    host.create(&user(name), &mut es256(name)).unwrap().credential_id
}

#[test]
fn unknown_users_and_users_without_passkeys_have_a_stable_list() {
    let host = host();
    assert_eq!((typed("ada").user(), known("ada").user()), (None, Some(handle("ada"))));
    let before = list(&host, typed("ada"));
    assert!(!before.is_empty());
    assert_eq!(list(&host, typed("ada")), before);
    // Ada signs up. Nothing changes until her first passkey, and then everything does.
    assert_eq!(list(&host, known("ada")), before);
    let real = enrol(&host, "ada");
    let after = list(&host, known("ada"));
    assert_eq!(after.iter().map(|entry| &entry.id).collect::<Vec<_>>(), [&real]);
    // Without her passkey she has the same decoys as before.
    let passkey = host.passkeys(&user("ada")).remove(0);
    let delete = DeletePasskey::begin(&host.rp, handle("ada"), passkey.id);
    flow(store::run(&host.store, delete)).unwrap();
    assert_eq!(list(&host, known("ada")), before);
}

#[test]
fn lists_differ_by_name_secret_and_relying_party() {
    let first = list(&host(), typed("ada"));
    assert_ne!(list(&host(), typed("bob")), first);
    assert_ne!(list(&with(DecoySecret::from([1; 32])), typed("ada")), first);
    let rp = RelyingParty::builder("example.net", "Example").origin("https://example.net");
    let elsewhere = Host::with(rp.decoys(DecoySecret::from(SECRET)).build().unwrap());
    assert_ne!(list(&elsewhere, typed("ada")), first);
    // A name and a handle with the same bytes are different.
    assert_ne!(list(&host(), SignInRequest::for_account(handle("ada"))), first);
}

#[test]
fn named_account_without_passkeys_has_decoys_too() {
    let host = host();
    let request = SignInRequest::for_account(handle("ada"));
    let before = list(&host, request);
    assert!(!before.is_empty());
    assert_eq!(list(&host, request), before);
}

#[test]
fn no_user_is_named_when_none_was_requested() {
    let host = host();
    assert!(list(&host, SignInRequest::Discoverable).is_empty());
    assert!(list(&host, SignInRequest::Autofill).is_empty());
}

#[test]
fn real_lists_hold_no_decoys() {
    let host = host();
    let real = enrol(&host, "ada");
    for request in [known("ada"), SignInRequest::for_account(handle("ada"))] {
        let ids = list(&host, request).into_iter().map(|entry| entry.id).collect::<Vec<_>>();
        assert_eq!(ids, std::slice::from_ref(&real));
    }
}

#[test]
fn list_is_no_longer_than_the_limit_of_passkeys() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let decoys = Decoys::new(DecoySecret::from(SECRET)).counts([0, 0, 0, 0, 1]);
    let host = Host::with(rp.max_passkeys_per_user(2).decoys(decoys).build().unwrap());
    assert_eq!(list(&host, typed("ada")).len(), 2);
}

#[test]
fn shapes_and_counts_are_what_the_host_says() {
    let shapes = [
        DecoyShape::new(1, 70, [Transport::Usb]).once(),
        DecoyShape::new(1, 16, [Transport::Internal]).once().uuid(),
    ];
    let host = with(Decoys::new(DecoySecret::from(SECRET)).counts([0, 0, 1]).shapes(shapes));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for entries in names.map(|name| list(&host, typed(name))) {
        // Three are requested, but there is at most one of each shape.
        let mut lengths = entries.iter().map(|entry| entry.id.as_bytes().len()).collect::<Vec<_>>();
        lengths.sort_unstable();
        assert_eq!(lengths, [16, 70]);
        let uuid = entries.iter().find(|entry| entry.id.as_bytes().len() == 16).unwrap();
        assert_eq!(uuid.transports, [Transport::Internal]);
        assert_eq!((uuid.id.as_bytes()[6] >> 4, uuid.id.as_bytes()[8] >> 6), (4, 2));
    }
}

#[test]
fn impossible_decoys_are_a_configuration_error() {
    let errors = |decoys: Decoys| {
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).decoys(decoys);
        rp.build().unwrap_err().iter().cloned().collect::<Vec<_>>()
    };
    let decoys = || Decoys::new(DecoySecret::from(SECRET));
    let table = [
        (decoys().counts([0, 0]), InvalidDecoys::NoCount),
        (decoys().counts([1; 65]), InvalidDecoys::TooMany { found: 65 }),
        (
            decoys().retired((0..9).map(|byte| DecoySecret::from([byte; 32]))),
            InvalidDecoys::TooManyRetired { found: 9 },
        ),
        (decoys().shapes([]), InvalidDecoys::NoShape),
        (decoys().shapes([DecoyShape::new(1, 15, [])]), InvalidDecoys::Length { found: 15 }),
        (decoys().shapes([DecoyShape::new(1, 1024, [])]), InvalidDecoys::Length { found: 1024 }),
        (decoys().shapes([DecoyShape::new(1, 20, []).uuid()]), InvalidDecoys::Uuid { found: 20 }),
    ];
    let most = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    assert!(most.decoys(decoys().counts([1; 64])).build().is_ok());
    let retired = (0..8).map(|byte| DecoySecret::from([byte; 32]));
    let most = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    assert!(most.decoys(decoys().retired(retired)).build().is_ok());
    for (decoys, error) in table {
        assert_eq!(errors(decoys), [ConfigError::Decoys(error)]);
    }
    assert_eq!(DecoySecret::try_from(&[0; 31][..]).unwrap_err().found, 31);
    assert!(DecoySecret::try_from(&[0; 200][..]).is_ok());
}

#[test]
fn beginning_looks_the_same_to_browser_and_store() {
    let host = host();
    enrol(&host, "ada");
    let begin = |request| {
        let trace = Trace::default();
        let begin = SignIn::begin(&host.rp, request, session(), host.challenge(), NOW);
        let start = flow(store::run(&host.store, traced(&trace, begin))).unwrap();
        let options = serde_json::to_value(&start.public_key).unwrap();
        let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
        let ceremony = serde_json::from_str(&ceremony.to_stored().record).unwrap();
        (trace.effects(), names(&options), names(&ceremony))
    };
    let real = begin(known("ada"));
    assert_eq!(begin(typed("nobody")), real);
    assert_eq!(begin(known("bob")), real);
}

/// Returns the members of a JSON value at all levels, and of lists those of the first entry.
fn names(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| {
                let inner = names(value).into_iter().map(move |inner| format!("{name}.{inner}"));
                std::iter::once(name.clone()).chain(inner)
            })
            .collect(),
        serde_json::Value::Array(entries) => entries.first().map(names).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What an attacker who tries a list can vary.
#[derive(Clone, Copy, Debug)]
enum Try {
    Forged,
    ForgedWithAnotherHandle,
    ForgedWithBackupFlipped,
    NotOfTheList,
    Garbage,
}

#[test]
fn finish_with_a_decoy_fails_like_one_with_a_real_credential() {
    let outcome = |request: SignInRequest, attempt: Try, host: &Host| {
        let start = host.begin_sign_in(request);
        let mut device = claimant(&start.public_key.allow_credentials[0].id);
        let response = match attempt {
            Try::Forged => forged(&start, &mut device),
            Try::ForgedWithAnotherHandle => device
                .get_tampered(&start.public_key, ORIGIN, |parts| {
                    parts.user_handle = Some(b"mallory".to_vec());
                })
                .unwrap(),
            Try::ForgedWithBackupFlipped => device
                .get_tampered(&start.public_key, ORIGIN, |parts| {
                    parts.user_handle = None;
                    parts.authenticator_data.flags ^= flags::BE | flags::BS;
                })
                .unwrap(),
            Try::NotOfTheList => {
                let mut own = start.public_key.clone();
                own.allow_credentials.clear();
                claimant(&CredentialId::try_from(&[5; 16][..]).unwrap()).get(&own, ORIGIN).unwrap()
            }
            Try::Garbage => "{}".into(),
        };
        let trace = Trace::default();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        let error = flow(store::run(&host.store, traced(&trace, finish))).unwrap_err();
        // The ceremony is used up either way.
        assert_eq!(host.store.take_ceremony(&start.ceremony_id).unwrap(), None);
        (trace.effects(), error)
    };
    let host = host();
    enrol(&host, "ada");
    for attempt in [
        Try::Forged,
        Try::ForgedWithAnotherHandle,
        Try::ForgedWithBackupFlipped,
        Try::NotOfTheList,
        Try::Garbage,
    ] {
        let (effects, real) = outcome(known("ada"), attempt, &host);
        for request in [typed("nobody"), known("bob"), SignInRequest::for_account(handle("carol"))]
        {
            let (decoy_effects, decoy) = outcome(request, attempt, &host);
            assert_eq!(decoy_effects, effects, "{attempt:?}");
            assert_eq!(decoy.public(), real.public(), "{attempt:?}");
            assert_eq!(decoy.kind(), real.kind(), "{attempt:?}");
            assert_eq!(decoy.signal(), real.signal(), "{attempt:?}");
        }
    }
    // The host sees that this is an attack.
    assert_eq!(outcome(known("ada"), Try::Forged, &host).1.code(), "signature");
    assert_eq!(outcome(typed("nobody"), Try::Forged, &host).1.code(), "decoy");
}

/// What an attacker can send who knows an allow list but no user handle.
fn forged(start: &SignInStart, device: &mut TestAuthenticator) -> String {
    device.get_tampered(&start.public_key, ORIGIN, |parts| parts.user_handle = None).unwrap()
}

#[test]
fn decoy_of_another_list_yields_no_signal_either() {
    let host = host();
    let real = enrol(&host, "ada");
    let decoy = list(&host, typed("nobody"))[0].id.clone();
    let unknown = CredentialId::try_from(&[5; 16][..]).unwrap();
    let signal = |id: &CredentialId| {
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = claimant(id).get(&start.public_key, ORIGIN).unwrap();
        host.finish_sign_in(&start, &response).unwrap_err().signal().cloned()
    };
    assert_eq!((signal(&real), signal(&decoy)), (None, None));
    // A credential that is not a decoy results in the usual signal.
    assert_eq!(signal(&unknown).unwrap().credential_id, unknown);
}

#[test]
fn registering_a_decoy_fails_like_registering_another_users_passkey() {
    let host = host();
    let real = enrol(&host, "ada");
    let mallory = user("mallory");
    let register = |id: &CredentialId| {
        let start = host.begin_create(&mallory).unwrap();
        let response = authenticator("mallory")
            .create_tampered(&start.public_key, ORIGIN, |parts| {
                let attested = parts.authenticator_data.attested.as_mut().unwrap();
                attested.credential_id = id.as_bytes().to_vec();
                parts.outer = relying_party::test_authenticator::Outer::new(id.as_bytes());
            })
            .unwrap();
        let trace = Trace::default();
        let response = response.as_bytes();
        let finish = CreatePasskey::finish(
            &host.rp,
            mallory.handle(),
            posted(start.ceremony_id, response),
            NOW,
        );
        let outcome = flow(store::run(&host.store, traced(&trace, finish)));
        (trace.effects(), outcome.map(|created| created.passkey.credential_id))
    };
    let (effects, refused) = register(&real);
    assert_eq!(refused, Err(Error::AlreadyExists));
    for request in [typed("nobody"), typed("another"), known("bob")] {
        for decoy in list(&host, request) {
            assert_eq!(register(&decoy.id), (effects.clone(), Err(Error::AlreadyExists)));
        }
    }
    assert!(host.passkeys(&mallory).is_empty());
    // One bit away from a decoy is not a decoy.
    let mut near = list(&host, typed("nobody"))[0].id.as_bytes().to_vec();
    *near.last_mut().unwrap() ^= 1;
    let near = CredentialId::try_from(near.as_slice()).unwrap();
    assert_eq!(register(&near).1, Ok(near));
}

const NEXT: [u8; 32] = *b"another secret of 32 bytes, too.";

/// The relying party of a host whose decoys are made from the next secret.
fn next(retired: impl IntoIterator<Item = [u8; 32]>) -> RelyingParty {
    let retired = retired.into_iter().map(DecoySecret::from);
    let decoys = Decoys::new(DecoySecret::from(NEXT)).retired(retired);
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    rp.decoys(decoys).build().unwrap()
}

/// Lists only change with the current secret, and those of users with passkeys never do.
#[test]
fn lists_are_made_from_the_current_secret_only() {
    let before = host();
    enrol(&before, "ada");
    let (real, old) = (list(&before, known("ada")), list(&before, typed("nobody")));
    let after = before.under(next([SECRET]));
    let new = list(&after, typed("nobody"));
    assert_ne!(new, old);
    assert_eq!(new, list(&Host::with(next([])), typed("nobody")));
    assert_eq!(list(&after, known("ada")), real);
}

/// A ceremony that began before the secret was replaced ends as it would have.
#[test]
fn decoy_of_a_retired_secret_fails_like_before_in_an_open_ceremony() {
    for request in [typed("nobody"), known("bob"), SignInRequest::for_account(handle("carol"))] {
        let before = host();
        let start = before.begin_sign_in(request);
        let mut device = claimant(&start.public_key.allow_credentials[0].id);
        let response = forged(&start, &mut device);
        let after = before.under(next([[7; 32], SECRET]));
        let refused = after.finish_sign_in(&start, &response).unwrap_err();
        assert_eq!(refused, Error::Authentication(CeremonyError::Decoy), "{request:?}");
    }
}

#[test]
fn decoy_of_a_retired_secret_yields_no_signal_and_cannot_be_registered() {
    let decoy = list(&host(), typed("nobody"))[0].id.clone();
    let tried = |rp: RelyingParty| {
        let host = Host::with(rp);
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = claimant(&decoy).get(&start.public_key, ORIGIN).unwrap();
        let signal = host.finish_sign_in(&start, &response).unwrap_err().signal().is_some();

        let mallory = user("mallory");
        let start = host.begin_create(&mallory).unwrap();
        let response = authenticator("mallory")
            .create_tampered(&start.public_key, ORIGIN, |parts| {
                let attested = parts.authenticator_data.attested.as_mut().unwrap();
                attested.credential_id = decoy.as_bytes().to_vec();
                parts.outer = relying_party::test_authenticator::Outer::new(decoy.as_bytes());
            })
            .unwrap();
        let created = host.finish_create(&mallory, &start, &response);
        (signal, created.map(|passkey| passkey.credential_id))
    };
    assert_eq!(tried(next([SECRET])), (false, Err(Error::AlreadyExists)));
    assert_eq!(tried(next([[7; 32], SECRET])), (false, Err(Error::AlreadyExists)));
    // A secret that is forgotten leaves decoys that look like unknown credentials.
    assert_eq!(tried(next([])), (true, Ok(decoy.clone())));
}

/// During a deployment some machines have the next secret already.
#[test]
fn machine_that_knows_the_next_secret_recognises_its_decoys() {
    let start = Host::with(next([SECRET]));
    let start = (start.begin_sign_in(typed("nobody")), start.store);
    let decoys = Decoys::new(DecoySecret::from(SECRET)).retired([DecoySecret::from(NEXT)]);
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let other = rp.decoys(decoys).build().unwrap();
    let (start, store) = start;
    let mut device = claimant(&start.public_key.allow_credentials[0].id);
    let response = forged(&start, &mut device);
    let finish = SignIn::finish(&other, posted(start.ceremony_id, response.as_bytes()), NOW);
    let refused = flow(store::run(&store, finish)).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::Decoy));
}

/// An account without passkeys that is named by its handle has one list, as an account with passkeys has, and begins
/// like a name that no one has.
#[test]
fn account_named_by_its_handle_has_one_list_for_all_its_names() {
    let host = host();
    let named = |request: SignInRequest| {
        let trace = Trace::default();
        let begin = SignIn::begin(&host.rp, request, session(), host.challenge(), NOW);
        let start = flow(store::run(&host.store, traced(&trace, begin))).unwrap();
        (trace.effects().len(), start.public_key.allow_credentials)
    };
    let find = |name: &str| match name {
        "bob" | "bob@example.com" => SignInRequest::for_account(handle("bob")),
        other => SignInRequest::for_identifier(other, None),
    };
    let (effects, list) = named(find("bob"));
    assert_eq!(named(find("bob@example.com")), (effects, list.clone()));
    let (unknown_effects, unknown) = named(find("nobody"));
    assert_eq!(unknown_effects, effects);
    assert!(!unknown.is_empty() && unknown != list);
    // By what was typed, the lists of two names differ.
    let by_name = |name| named(SignInRequest::for_identifier(name, Some(handle("bob")))).1;
    assert_ne!(by_name("bob"), by_name("bob@example.com"));
}

#[test]
fn decoys_that_are_uuids_are_recognised_too() {
    let shapes = [DecoyShape::new(1, 16, [Transport::Hybrid]).uuid()];
    let host = with(Decoys::new(DecoySecret::from(SECRET)).counts([1]).shapes(shapes));
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        let start = host.begin_sign_in(typed(name));
        let mut device = claimant(&start.public_key.allow_credentials[0].id);
        let response = forged(&start, &mut device);
        let refused = host.finish_sign_in(&start, &response).unwrap_err();
        assert_eq!(refused, Error::Authentication(CeremonyError::Decoy));
    }
}

#[test]
fn published_key_of_decoys_signs_no_one_in() {
    let secret = [
        0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6,
        0x93, 0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8, 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f,
        0x67, 0x21,
    ];
    let shapes = [DecoyShape::new(1, 16, [Transport::Hybrid, Transport::Internal])];
    let decoys = Decoys::new(DecoySecret::from(SECRET)).counts([1]).shapes(shapes);
    let counting = Arc::new(Counting::new(RustCrypto));
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).decoys(decoys);
    let host = Host::with(rp.verifier(counting.clone()).build().unwrap());
    let start = host.begin_sign_in(typed("nobody"));
    let mut device = claimant(&start.public_key.allow_credentials[0].id);
    device.credentials_mut()[0].key = TestKey::from_secret(TestAlgorithm::Es256, &secret).unwrap();
    let response = device
        .get_tampered(&start.public_key, ORIGIN, |parts| {
            parts.user_handle = None;
            parts.authenticator_data.flags |= flags::BE | flags::BS;
        })
        .unwrap();
    let refused = host.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::Decoy));
    assert_eq!(counting.outcomes(), [true], "the signature itself is good");
}

#[test]
fn no_one_signs_in_as_a_user_who_does_not_exist() {
    for host in [host(), Host::new()] {
        let mut device = authenticator("ada");
        host.create(&user("ada"), &mut device).unwrap();
        let start = host.begin_sign_in(typed("nobody"));
        let mut anybody = start.public_key.clone();
        anybody.allow_credentials.clear();
        let response = device.get(&anybody, ORIGIN).unwrap();
        let refused = host.finish_sign_in(&start, &response).unwrap_err();
        assert_eq!(refused, Error::Authentication(CeremonyError::CredentialNotAllowed));
    }
}

#[test]
fn without_a_secret_a_user_without_passkeys_has_an_empty_list() {
    let host = Host::new();
    assert!(list(&host, typed("nobody")).is_empty());
    assert!(list(&host, known("ada")).is_empty());
    let real = enrol(&host, "ada");
    assert_eq!(list(&host, known("ada"))[0].id, real);
}

#[test]
fn named_user_with_passkeys_signs_in_as_usual() {
    let host = host();
    let mut device = authenticator("ada");
    host.create(&user("ada"), &mut device).unwrap();
    assert_eq!(host.sign_in(known("ada"), &mut device).unwrap().user, handle("ada"));
}

#[test]
fn secret_and_identifier_are_not_shown() {
    let host = host();
    let shown =
        format!("{:?} {:?} {:?}", host.rp, host.rp.decoys().unwrap(), typed("ada@example.com"));
    for part in ["secret", "ada"] {
        assert!(!shown.contains(part), "{shown}");
    }
    let debug = format!("{:?}", DecoySecret::from(SECRET));
    assert_eq!(debug, "DecoySecret(…)");
}

/// A host with one passkey, Ada's, where every list has one entry of the same form.
fn host_of_equal_lists(verifier: Arc<Counting<RustCrypto>>) -> Host {
    let real = authenticator("ada").behaviour_mut().clone();
    let shape = DecoyShape::new(1, real.credential_id_length, real.transports);
    let shape = if real.backup_eligible { shape.once() } else { shape };
    let decoys = Decoys::new(DecoySecret::from(SECRET)).counts([1]).shapes([shape]);
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).decoys(decoys);
    let host = Host::with(rp.verifier(verifier).build().unwrap());
    enrol(&host, "ada");
    host
}

#[test]
fn decoy_is_verified_by_as_much_work_as_a_real_credential() {
    let table = [(true, 1), (false, 0)];
    for (flags_fit, verifications) in table {
        for request in [known("ada"), typed("nobody"), known("bob")] {
            let counting = Arc::new(Counting::new(RustCrypto));
            let host = host_of_equal_lists(counting.clone());
            let before = counting.outcomes().len();
            let start = host.begin_sign_in(request);
            let mut device = claimant(&start.public_key.allow_credentials[0].id);
            let behaviour = device.behaviour_mut();
            behaviour.backup_eligible ^= !flags_fit;
            behaviour.backed_up &= behaviour.backup_eligible;
            let response = forged(&start, &mut device);
            host.finish_sign_in(&start, &response).unwrap_err();
            let done = counting.outcomes().len() - before;
            assert_eq!(done, verifications, "{request:?}");
        }
    }
}

/// Returns the median times of two actions, run in turns so that anything that slows one down slows the other down too.
fn medians(mut run: impl FnMut(usize) -> Duration) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..201 {
        times[0].push(run(0));
        times[1].push(run(1));
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

/// Returns whether two times are equal except for noise. A real difference (a signature that is not verified, decoys
/// that are only computed for some) is a factor of several. The machine may be busy, so there are several attempts.
fn same_but_for_noise(mut run: impl FnMut(usize) -> Duration) -> bool {
    (0..5).any(|_| {
        let [one, other] = medians(&mut run);
        let (short, long) = (one.min(other), one.max(other));
        long < short * 3 / 2
    })
}

#[test]
fn begin_and_finish_take_as_long_with_decoys_as_with_real_credentials() {
    let host = host_of_equal_lists(Arc::new(Counting::new(RustCrypto)));
    let requests = [known("ada"), typed("nobody")];
    let begin = |which: usize| {
        let clock = Instant::now();
        let begin = SignIn::begin(&host.rp, requests[which], session(), [7; 32].into(), NOW);
        flow(store::run(&host.store, begin)).unwrap();
        clock.elapsed()
    };
    assert!(same_but_for_noise(begin));
    let mut devices = requests.map(|request| claimant(&list(&host, request)[0].id));
    let finish = |which: usize| {
        let begin = SignIn::begin(&host.rp, requests[which], session(), [7; 32].into(), NOW);
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = forged(&start, &mut devices[which]);
        let clock = Instant::now();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        flow(store::run(&host.store, finish)).unwrap_err();
        clock.elapsed()
    };
    assert!(same_but_for_noise(finish));
}

#[test]
fn the_measurement_sees_a_signature_that_is_not_verified() {
    let host = host_of_equal_lists(Arc::new(Counting::new(RustCrypto)));
    let mut device = claimant(&list(&host, known("ada"))[0].id);
    let finish = |which: usize| {
        let begin = SignIn::begin(&host.rp, known("ada"), session(), [7; 32].into(), NOW);
        let start = flow(store::run(&host.store, begin)).unwrap();
        let mut response = forged(&start, &mut device);
        if which == 1 {
            response = response.replace("\"signature\"", "\"signature_\"");
        }
        let clock = Instant::now();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        flow(store::run(&host.store, finish)).unwrap_err();
        clock.elapsed()
    };
    assert!(!same_but_for_noise(finish));
}

/// The number of accounts of each kind for training the classifier, and as many again for testing it.
const ACCOUNTS: usize = 4_000;

/// How much a classifier may exceed one half by chance: four standard deviations of guessing on the test accounts.
const BEYOND_CHANCE: f64 = 0.023;

#[test]
fn classifier_cannot_distinguish_decoys_from_lists_of_real_accounts() {
    let host = host();
    let decoys = (0..2 * ACCOUNTS).map(|number| {
        let begin = SignIn::begin(
            &host.rp,
            typed(&format!("user-{number}")),
            session(),
            [7; 32].into(),
            NOW,
        );
        let start = flow(store::run(&host.store, begin)).unwrap();
        Seen::from(start.public_key.allow_credentials.as_slice())
    });
    let decoys = decoys.collect::<Vec<_>>();
    let real = Population::new(1).take(2 * ACCOUNTS).collect::<Vec<_>>();
    let accuracy = accuracy(&real, &decoys);
    println!("the classifier is right in {accuracy} of all cases");
    assert!((accuracy - 0.5).abs() < BEYOND_CHANCE, "distinguished in {accuracy} of all cases");
}

type Change = fn(&mut Seen);

#[test]
fn classifier_recognizes_careless_decoys() {
    // Each of these is what a list would look like if one aspect had been forgotten.
    let lists = |seed, change: Change| {
        let lists = Population::new(seed).take(2 * ACCOUNTS);
        lists.map(move |mut list| {
            change(&mut list);
            list
        })
    };
    let real = lists(1, |_| ()).collect::<Vec<_>>();
    let careless: [(&str, Change); 5] = [
        ("always one", |list| list.0.truncate(1)),
        ("always 32 bytes", |list| list.0.iter_mut().for_each(|entry| entry.0.resize(32, 0xa7))),
        ("no transports", |list| list.0.iter_mut().for_each(|entry| entry.1.clear())),
        ("text instead of bytes", |list| {
            list.0.iter_mut().flat_map(|entry| &mut entry.0).for_each(|byte| *byte &= 0x7f);
        }),
        ("the same entry twice", |list| list.0.extend(list.0.clone())),
    ];
    for (what, change) in careless {
        let accuracy = accuracy(&real, &lists(2, change).collect::<Vec<_>>());
        assert!(accuracy > 0.5 + 4.0 * BEYOND_CHANCE, "{what}: {accuracy}");
    }
    // And it does not see what does not exist.
    let same = accuracy(&real, &lists(2, |_| ()).collect::<Vec<_>>());
    assert!((same - 0.5).abs() < BEYOND_CHANCE, "{same}");
}
