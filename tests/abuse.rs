//! Attacks on identity and ceremonies, as tables where possible.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::sync::Arc;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, posted, session, user};
use relying_party::{
    CreatePasskey, Duration, Effect, Error, Flow as _, RelyingParty, Reply, SignIn, SignInRequest,
    Step, Timestamp, UserHandle,
    ceremony::{Ceremony, CeremonyError},
    flow::SignedIn,
    store::{self, CeremonyStore as _, MemoryStore, PasskeyStore as _},
    test_authenticator::AssertionParts,
};

/// Named user × user handle in the response × owner of the credential, for every purpose (CVE-2026-46419).
#[test]
fn only_the_owner_signs_in_regardless_of_named_and_claimed_users() {
    let requests = ["ada", "bob", "nobody"].into_iter().flat_map(host::purposes);
    let claimed: [Option<&[u8]>; 6] =
        [None, Some(b""), Some(b"ada"), Some(b"bob"), Some(b"nobody"), Some(&[0; 65])];
    let mut accepted = 0;
    for request in requests {
        for claimed in claimed {
            for owner in ["ada", "bob", "unknown"] {
                let shown = format!("{request:?}, claimed {claimed:?}, owner {owner}");
                let Some(outcome) = claim(request, claimed, owner) else {
                    // Begun for a user who is known to have no passkey, and who may know that.
                    assert_eq!(request.user(), Some(handle("nobody")), "{shown}");
                    continue;
                };
                // An empty user handle is treated as absent.
                let claimed = claimed.filter(|claimed| !claimed.is_empty());
                let legitimate = owner != "unknown"
                    && request.user().is_none_or(|named| named == handle(owner))
                    && claimed.is_none_or(|claimed| claimed == owner.as_bytes())
                    && (request.user().is_some() || claimed.is_some());
                match outcome {
                    Ok(signed_in) => {
                        assert!(legitimate, "{shown}");
                        assert_eq!(signed_in.user, handle(owner), "{shown}");
                        assert_eq!(signed_in.proof.unwrap().user(), handle(owner), "{shown}");
                        accepted += 1;
                    }
                    Err(error) => {
                        assert!(!legitimate, "{shown}: {error}");
                        assert_eq!(error.public().code(), "passkey_retrieval_failed", "{shown}");
                    }
                }
            }
        }
    }
    // For each of two owners: claimed and not named, twice, in three rounds; named and claimed or not, in two ways,
    // three times.
    assert_eq!(accepted, 2 * (2 * 3 + 3 * 3));
}

/// An assertion by a passkey of `owner` that claims a user. `None` if the ceremony does not even begin.
fn claim(
    request: SignInRequest,
    claimed: Option<&[u8]>,
    owner: &str,
) -> Option<Result<SignedIn, Error>> {
    let host = Host::new();
    let mut devices = [authenticator("of ada"), authenticator("of bob")];
    host.create(&user("ada"), &mut devices[0]).unwrap();
    host.create(&user("bob"), &mut devices[1]).unwrap();
    let mut stranger = authenticator("of nobody");
    Host::new().create(&user("ada"), &mut stranger).unwrap();
    let start = match host.try_begin_sign_in(request) {
        Ok(start) => start,
        Err(refused) => {
            assert_eq!(refused, Error::NoPasskeys);
            return None;
        }
    };
    let device = match owner {
        "ada" => &mut devices[0],
        "bob" => &mut devices[1],
        _ => &mut stranger,
    };
    // The attacker's client ignores the allow list.
    let mut options = serde_json::to_value(&start.public_key).unwrap();
    options.as_object_mut().unwrap().remove("allowCredentials");
    let tamper = |parts: &mut AssertionParts| parts.user_handle = claimed.map(<[u8]>::to_vec);
    let response = device.get_tampered(&options, ORIGIN, tamper).unwrap();
    Some(host.finish_for(request, &start, &response))
}

#[test]
fn creation_begun_for_one_user_is_not_finished_for_another() {
    let host = Host::new();
    let (ada, eve) = (user("ada"), user("eve"));
    let start = host.begin_create(&eve).unwrap();
    let response = authenticator("of eve").create(&start.public_key, ORIGIN).unwrap();
    // Eve's ceremony was planted in Ada's browser.
    let refused = host.finish_create(&ada, &start, &response).unwrap_err();
    assert_eq!(refused.code(), "ceremony_mismatch");
    assert!(host.passkeys(&ada).is_empty() && host.passkeys(&eve).is_empty());
}

#[test]
fn ceremony_of_one_kind_is_not_finished_as_the_other() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    host.create(&ada, &mut device).unwrap();

    let creation = host.begin_create(&ada).unwrap();
    let finish = SignIn::finish(&host.rp, posted(creation.ceremony_id, b"{}"), NOW);
    assert_eq!(flow(store::run(&host.store, finish)).unwrap_err().code(), "ceremony_mismatch");

    let sign_in = host.begin_sign_in(SignInRequest::Discoverable);
    let finish =
        CreatePasskey::finish(&host.rp, ada.handle(), posted(sign_in.ceremony_id, b"{}"), NOW);
    assert_eq!(flow(store::run(&host.store, finish)).unwrap_err().code(), "ceremony_mismatch");
}

#[test]
fn ceremony_works_once_regardless_of_its_outcome() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    host.create(&ada, &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    host.finish_sign_in(&start, &response).unwrap();
    assert_eq!(host.finish_sign_in(&start, &response).unwrap_err(), Error::CeremonyNotFound);

    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    host.finish_sign_in(&start, "garbage").unwrap_err();
    assert_eq!(host.finish_sign_in(&start, &response).unwrap_err(), Error::CeremonyNotFound);

    let start = host.begin_create(&ada).unwrap();
    let response = authenticator("second").create(&start.public_key, ORIGIN).unwrap();
    host.finish_create(&ada, &start, "garbage").unwrap_err();
    let refused = host.finish_create(&ada, &start, &response).unwrap_err();
    assert_eq!(refused, Error::CeremonyNotFound);
}

#[test]
fn one_of_many_simultaneous_finishes_succeeds() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    host.create(&ada, &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let (rp, store) = (Arc::new(host.rp), Arc::new(host.store));
    let threads = (0..16).map(|_| {
        let (rp, store, response) = (Arc::clone(&rp), Arc::clone(&store), response.clone());
        std::thread::spawn(move || {
            (0..50)
                .filter(|_| {
                    let finish =
                        SignIn::finish(&rp, posted(start.ceremony_id, response.as_bytes()), NOW);
                    store::run(&*store, finish).is_ok()
                })
                .count()
        })
    });
    let threads = threads.collect::<Vec<_>>();
    let successes = threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>();
    assert_eq!(successes, 1);
}

#[test]
fn ceremony_expires_on_the_millisecond_and_must_not_begin_in_the_future() {
    let begun = NOW.as_unix_millis();
    let table = [
        (begun, true),
        (begun + 299_999, true),
        (begun + 300_000, false),
        (begun + 300_001, false),
        (u64::MAX, false),
        // The clock of another machine may be a little behind, but not by a minute or more.
        (begun - 1, true),
        (begun - 60_000, true),
        (begun - 60_001, false),
        (0, false),
    ];
    for (now, counts) in table {
        let host = Host::new();
        let mut device = authenticator("device");
        host.create(&user("ada"), &mut device).unwrap();
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let now = Timestamp::from_unix_millis(now);
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), now);
        match flow(store::run(&host.store, finish)) {
            Ok(_) => assert!(counts, "{now:?}"),
            Err(error) => {
                assert!(!counts, "{now:?}: {error}");
                assert_eq!(error, Error::CeremonyExpired);
            }
        }
    }
}

#[test]
fn rejects_changed_ceremony_records() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    let record = ceremony.to_stored().record;
    assert_eq!(Ceremony::from_stored(&record), Some(ceremony));

    let json = serde_json::from_str::<serde_json::Value>(&record).unwrap();
    // The previous form had no session.
    for version in [1, 3] {
        let mut other = json.clone();
        other["version"] = version.into();
        assert_eq!(Ceremony::from_stored(&other.to_string()), None);
    }
    for member in json.as_object().unwrap().keys() {
        let mut truncated = json.clone();
        truncated.as_object_mut().unwrap().remove(member);
        // Only an optional member may be missing: the origin to which the ceremony is bound.
        let is_read = Ceremony::from_stored(&truncated.to_string()).is_some();
        assert_eq!(is_read, member == "origin", "{member}");
    }

    let mut exchanged = json;
    exchanged["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into();
    let exchanged = Ceremony::from_stored(&exchanged.to_string()).unwrap();
    let finish =
        CreatePasskey::finish(&host.rp, handle("ada"), posted(start.ceremony_id, b"{}"), NOW)
            .unwrap();
    let Step::Effect(finish, Effect::TakeCeremony(_)) = finish else { panic!("takes first") };
    let refused = finish.resume(Reply::Ceremony(Some(Box::new(exchanged)))).unwrap_err();
    assert_eq!(refused.code(), "store_inconsistent");
}

#[test]
fn ceremony_of_another_relying_party_in_the_same_store_is_refused() {
    let host = Host::new();
    let mut device = authenticator("device");
    let passkey = host.create(&user("ada"), &mut device).unwrap();
    let tenant = RelyingParty::builder("example.org", "Tenant").origin("https://example.org");
    let tenant = tenant.build().unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let finish = SignIn::finish(&tenant, posted(start.ceremony_id, response.as_bytes()), NOW);
    assert_eq!(flow(store::run(&host.store, finish)).unwrap_err().code(), "ceremony_mismatch");

    // A passkey is only found under its RP ID.
    let found = host.store.passkey("example.org", &passkey.credential_id).unwrap();
    assert_eq!(found, None);
}

#[test]
fn demands_of_the_beginning_apply_not_those_of_the_end() {
    use relying_party::json::UserVerification;
    let rp = |demand| {
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        rp.user_verification(demand).build().unwrap()
    };
    let host = Host::with(rp(UserVerification::Required));
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    let response = authenticator("device")
        .create_tampered(&start.public_key, ORIGIN, |parts| {
            parts.authenticator_data.flags &= !relying_party::test_authenticator::flags::UV;
        })
        .unwrap();
    let lenient = rp(UserVerification::Discouraged);
    let finish = CreatePasskey::finish(
        &lenient,
        ada.handle(),
        posted(start.ceremony_id, response.as_bytes()),
        NOW,
    );
    let refused = flow(store::run(&host.store, finish)).unwrap_err();
    assert_eq!(refused, Error::Registration(CeremonyError::UserVerification));
}

#[test]
fn expired_ceremonies_do_not_pile_up_in_the_memory_store() {
    let store = MemoryStore::new();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.ceremony_lifetime(Duration::from_secs(1)).build().unwrap();
    let begin = |number: u8, seconds: u64| {
        let now = NOW + Duration::from_secs(seconds);
        let begin =
            SignIn::begin(&rp, SignInRequest::Discoverable, session(), [number; 32].into(), now);
        flow(store::run(&store, begin)).unwrap().ceremony_id
    };
    let first = begin(1, 0);
    begin(2, 3600);
    assert_eq!(store.take_ceremony(&first).unwrap(), None);
}

#[test]
fn secrets_are_not_shown_by_debug_or_errors() {
    let host = Host::new();
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    let challenge = start.public_key.challenge.to_string();
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    for shown in [format!("{ceremony:?}"), format!("{start:?}"), format!("{:?}", ada.handle())] {
        assert!(!shown.contains(&challenge), "{shown}");
        assert!(!shown.contains(&UserHandle::to_string(&ada.handle())), "{shown}");
    }
}
