//! Erasing an account: its ceremonies, its passkeys, and what the browser is told.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{
    Host, NOW, ORIGIN, authenticator, flow, handle, new_user, posted, purposes, session, user,
};
use relying_party::{
    AccountId, Effect, EraseAccount, Error, Flow, RelyingParty, Reply, Settings, SignInRequest,
    Step,
    audit::{Audit, AuditEvent},
    flow::{Erased, Owner, SignedInUser},
    store,
};

fn erase(host: &Host, user: &SignedInUser) -> Result<Erased, Error> {
    flow(store::run(&host.store, EraseAccount::begin(&host.rp, user.handle())))
}

#[test]
fn nothing_of_the_account_is_left_and_others_keep_everything() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let mut devices = ["first", "second"].map(authenticator);
    let first = host.sign_up(&new_user("ada", "ada"), &mut devices[0]).unwrap().passkey;
    let second = host.create(&ada, &mut devices[1]).unwrap();
    let mut bobs = authenticator("bob");
    let kept = host.create(&bob, &mut bobs).unwrap();
    let bobs_sign_in = host.begin_sign_in(SignInRequest::for_account(bob.handle()));

    let erased = erase(&host, &ada).unwrap();
    let mut ids = [first.credential_id, second.credential_id];
    let mut found = erased.credential_ids;
    ids.sort();
    found.sort();
    assert_eq!(found, ids);
    let told = serde_json::to_value(&erased.signal).unwrap();
    let nothing = serde_json::json!({
        "rpId": "example.com", "userId": "YWRh", "allAcceptedCredentialIds": [],
    });
    assert_eq!(told, nothing);
    assert!(host.passkeys(&ada).is_empty());
    let refused = host.sign_in(SignInRequest::Discoverable, &mut devices[0]).unwrap_err();
    assert_eq!(refused.code(), "credential_unknown");
    // The name is free.
    assert!(host.sign_up(&new_user("cyd", "ada"), &mut authenticator("cyd")).is_ok());

    assert_eq!(host.passkeys(&bob), [kept]);
    let response = bobs.get(&bobs_sign_in.public_key, ORIGIN).unwrap();
    let bobs_request = SignInRequest::for_account(bob.handle());
    assert!(host.finish_for(bobs_request, &bobs_sign_in, &response).is_ok());

    // Erasing again is harmless.
    assert!(erase(&host, &ada).unwrap().credential_ids.is_empty());
}

#[test]
fn nothing_that_began_before_can_finish_after() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    host.create(&ada, &mut device).unwrap();
    let creation = host.begin_create(&ada).unwrap();
    let created = authenticator("new").create(&creation.public_key, ORIGIN).unwrap();
    let sign_up = host.begin_sign_up(&new_user("ada", "ada")).unwrap();
    let signed_up = authenticator("newer").create(&sign_up.public_key, ORIGIN).unwrap();
    let sign_ins = purposes("ada").map(|request| {
        let start = host.begin_sign_in(request);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        (request, start, response)
    });
    erase(&host, &ada).unwrap();
    assert_eq!(host.finish_create(&ada, &creation, created), Err(Error::CeremonyNotFound));
    let refused = host.finish_sign_up(&sign_up, signed_up).unwrap_err();
    assert_eq!(refused, Error::CeremonyNotFound);
    for (request, start, response) in sign_ins {
        let refused = host.finish_for(request, &start, response).unwrap_err();
        let expected = if request.user().is_some() {
            "ceremony_not_found"
        } else {
            // No user was named, so the ceremony does not belong to the account, but the passkey is gone.
            "credential_unknown"
        };
        assert_eq!(refused.code(), expected, "{request:?}");
    }
    assert!(host.passkeys(&ada).is_empty());
}

/// An account can be closed regardless of what the settings say about passkeys.
#[test]
fn last_passkey_and_disabled_passkeys_are_erased_too() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.keep_last_passkey(true).build().unwrap());
    host.create(&user("ada"), &mut authenticator("device")).unwrap();
    let off = Settings::builder().enabled(false).build().unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(off);
    let host = host.under(rp.build().unwrap());
    assert_eq!(erase(&host, &user("ada")).unwrap().credential_ids.len(), 1);
    assert!(host.passkeys(&user("ada")).is_empty());
}

/// In the other order, a creation could take its ceremony in between and leave a passkey behind.
#[test]
fn ceremonies_are_erased_before_passkeys() {
    let host = Host::new();
    let owner = Owner { rp_id: "example.com".into(), user: handle("ada") };
    let begin = EraseAccount::begin(&host.rp, handle("ada")).unwrap();
    let Step::Effect(waiting, effect) = begin else { panic!("done") };
    assert_eq!(effect, Effect::EraseCeremonies(owner.clone()));
    let Step::Effect(waiting, effect) = waiting.resume(Reply::Stored).unwrap() else {
        panic!("done")
    };
    assert_eq!(effect, Effect::ErasePasskeys(owner));
    let Step::Done(erased) = waiting.resume(Reply::Erased(vec![])).unwrap() else {
        panic!("another effect")
    };
    assert!(erased.signal.all_accepted_credential_ids().is_empty());
}

/// Another relying party on the same store has an account with the same handle.
#[test]
fn account_of_another_relying_party_is_not_erased() {
    let host = Host::new();
    let other = RelyingParty::builder("example.org", "Other").origin("https://example.org");
    let other = other.build().unwrap();
    let ada = user("ada");
    let begin = relying_party::CreatePasskey::begin(&other, &ada, session(), [9; 32].into(), NOW);
    let start = flow(store::run(&host.store, begin)).unwrap();
    erase(&host, &ada).unwrap();
    let response =
        authenticator("device").create(&start.public_key, "https://example.org").unwrap();
    let posted = posted(start.ceremony_id, &response);
    let finish = relying_party::CreatePasskey::finish(&other, ada.handle(), posted, NOW);
    let created = flow(store::run(&host.store, finish)).unwrap();
    erase(&host, &ada).unwrap();
    let list = relying_party::ListPasskeys::begin(&other, ada.handle());
    assert_eq!(flow(store::run(&host.store, list)).unwrap().passkeys, [created.passkey]);
}

#[test]
fn log_says_whose_account_was_erased_and_how_many_passkeys_it_had() {
    let host = Host::new();
    host.create(&user("ada"), &mut authenticator("device")).unwrap();
    let begin = EraseAccount::begin(&host.rp, handle("ada"));
    let audited = flow(store::run(&host.store, Audit::new(&host.rp, NOW).flow(begin))).unwrap();
    let [entry] = &audited.entries[..] else { panic!("{:?}", audited.entries) };
    assert_eq!(entry.event, AuditEvent::AccountErased { passkeys: 1 });
    assert_eq!(entry.account, Some(AccountId::of("example.com", &handle("ada"))));
    assert_eq!(entry.action.name(), "erase");
}
