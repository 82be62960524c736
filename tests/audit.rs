//! What audited flows contribute to the log, and what they must not reveal.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/audit/history.rs"]
mod history;
#[path = "support/host.rs"]
mod host;

#[path = "support/audit/store.rs"]
mod watched;

use std::collections::BTreeSet;

use history::{History, audit};
use host::{Host, NOW, ORIGIN, authenticator, flow, handle, posted, session, user};
use relying_party::{
    AccountId, CreatePasskey, CredentialId, DeletePasskey, Error, Flow, ListPasskeys, PasskeyId,
    RelyingParty, RenamePasskey, Settings, SignIn, SignInRequest, Step,
    audit::{Audit, AuditEntry, AuditEvent, Audited},
    ceremony::{BackupEligibilityRule, CounterRule},
    store::{self, RunError},
    test_authenticator::{SignCounter, TestAuthenticator},
};
use serde_json::json;
use watched::{Failed, Watched};

fn account(name: &str) -> String {
    AccountId::of("example.com", &handle(name)).to_string()
}

fn json_of(entries: &[AuditEntry]) -> serde_json::Value {
    serde_json::to_value(entries).unwrap()
}

#[test]
fn every_fact_is_one_entry_with_stable_names() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");

    let start = host.begin_create(&ada).unwrap();
    let response = device.create(&start.public_key, ORIGIN).unwrap();
    let finish = CreatePasskey::finish(
        &host.rp,
        ada.handle(),
        posted(start.ceremony_id, response.as_bytes()),
        NOW,
    );
    let created = audit(&host, finish);
    let passkey = created.outcome.unwrap().passkey;
    let about = |action: &str, members: serde_json::Value| {
        let mut entry = json!({
            "at": 1_700_000_000_000_u64,
            "rp_id": "example.com",
            "action": action,
            "account": account("ada"),
            "passkey": passkey.id,
        });
        entry.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!([entry])
    };
    let expected = json!({
        "event": "passkey_created",
        "aaguid": "74657374-2d61-7574-6865-6e7469636174",
        "aaguid_attested": false,
        "backup_eligible": true,
        "backed_up": true,
    });
    assert_eq!(json_of(&created.entries), about("finish_create", expected));

    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
    let signed_in = audit(&host, finish);
    assert_eq!(signed_in.outcome.unwrap().user, ada.handle());
    let expected = json!({ "event": "signed_in", "user_verified": true });
    assert_eq!(json_of(&signed_in.entries), about("finish_sign_in", expected));

    let rename = RenamePasskey::begin(&host.rp, ada.handle(), passkey.id, "Laptop", NOW);
    let renamed = audit(&host, rename);
    assert_eq!(renamed.outcome.unwrap().name.as_str(), "Laptop");
    let expected = json!({ "event": "passkey_renamed" });
    assert_eq!(json_of(&renamed.entries), about("rename", expected));

    host.create(&ada, &mut authenticator("another")).unwrap();
    let deleted = audit(&host, DeletePasskey::begin(&host.rp, ada.handle(), passkey.id));
    assert_eq!(deleted.outcome.unwrap().id, passkey.id);
    let expected = json!({ "event": "passkey_deleted", "remaining": 1 });
    assert_eq!(json_of(&deleted.entries), about("delete", expected));
}

#[test]
fn begin_steps_and_lists_are_not_audited() {
    let host = Host::new();
    let ada = user("ada");
    let begin = CreatePasskey::begin(&host.rp, &ada, session(), host.challenge(), NOW);
    assert_eq!(audit(&host, begin).entries, []);
    for request in [SignInRequest::Autofill, SignInRequest::for_account(handle("nobody"))] {
        let begin = SignIn::begin(&host.rp, request, session(), host.challenge(), NOW);
        assert_eq!(audit(&host, begin).entries, []);
    }
    let list = ListPasskeys::begin(&host.rp, ada.handle());
    assert_eq!(audit(&host, list).entries, []);
}

#[test]
fn every_failure_is_one_entry_with_the_code_of_its_error() {
    let history = History::new();
    let mut failures = 0;
    for (entries, error) in &history.ends {
        let told = entries.iter().filter_map(|entry| entry.error.as_ref()).collect::<Vec<_>>();
        match error {
            Some(error) => {
                assert_eq!((entries.len(), told.len()), (1, 1), "{entries:?}");
                assert_eq!((&*told[0].code, told[0].kind), (error.code(), error.kind()));
                failures += 1;
            }
            None => assert!(told.is_empty(), "{entries:?}"),
        }
    }
    assert!(failures > 15, "{failures}");
}

/// If a passkey or an account is unknown, the entry names none. Otherwise it names the target.
#[test]
fn refusals_name_their_target() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let mut device = authenticator("device");
    let passkey = host.create(&ada, &mut device).unwrap();
    let named = |audited: &[AuditEntry]| {
        let [entry] = audited else { panic!("{audited:?}") };
        (entry.event, entry.account.map(|account| account.to_string()), entry.passkey)
    };

    // Another user's passkey: the session's account, and the passkey that it must not get.
    let delete = audit(&host, DeletePasskey::begin(&host.rp, bob.handle(), passkey.id));
    let expected = (AuditEvent::Refused, Some(account("bob")), Some(passkey.id));
    assert_eq!(named(&delete.entries), expected);

    // An invalid name is refused before the flow requests anything: only the host knows whose session it is.
    let rename = || RenamePasskey::begin(&host.rp, bob.handle(), passkey.id, "", NOW);
    assert_eq!(named(&audit(&host, rename()).entries), (AuditEvent::Refused, None, None));
    let bobs = Audit::new(&host.rp, NOW).user(bob.handle());
    let audited = flow(store::run(&host.store, bobs.clone().flow(rename()))).unwrap();
    let expected = (AuditEvent::Refused, Some(account("bob")), None);
    assert_eq!(named(&audited.entries), expected);

    // A creation that was begun for another user: the session's account, if the host passes it in.
    let start = host.begin_create(&ada).unwrap();
    let finish =
        CreatePasskey::finish(&host.rp, bob.handle(), posted(start.ceremony_id, b"{}"), NOW);
    let audited = flow(store::run(&host.store, bobs.flow(finish))).unwrap();
    assert_eq!(named(&audited.entries), (AuditEvent::Refused, Some(account("bob")), None));

    // A passkey that exceeded the limit: its intended owner, and the ID that it would have had.
    let full = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let full = Host::with(full.max_passkeys_per_user(1).build().unwrap());
    let start = full.begin_create(&ada).unwrap();
    full.create(&ada, &mut authenticator("first")).unwrap();
    let mut second = authenticator("second");
    let response = second.create(&start.public_key, ORIGIN).unwrap();
    let (handle, id) = (ada.handle(), start.ceremony_id);
    let finish = CreatePasskey::finish(&full.rp, handle, posted(id, response.as_bytes()), NOW);
    let refused = audit(&full, finish);
    let id = CredentialId::try_from(&*second.credentials()[0].id).unwrap();
    let id = PasskeyId::of("example.com", &id);
    assert_eq!(refused.outcome, Err(Error::LimitReached { max: 1 }));
    let expected = (AuditEvent::LimitReached { max: 1 }, Some(account("ada")), Some(id));
    assert_eq!(named(&refused.entries), expected);

    // A second factor that the user does not have, when it would begin.
    let begin = SignIn::begin(
        &host.rp,
        SignInRequest::SecondFactor(bob.handle()),
        session(),
        host.challenge(),
        NOW,
    );
    let refused = audit(&host, begin);
    assert_eq!(refused.outcome.map(drop), Err(Error::NoPasskeys));
    assert_eq!(named(&refused.entries), (AuditEvent::Refused, Some(account("bob")), None));
    assert_eq!(refused.entries[0].action.name(), "begin_sign_in");
    assert_eq!(json_of(&refused.entries)[0]["action"], "begin_sign_in");

    // A sign-in of a named user, with a response that names no credential.
    let start = host.begin_sign_in(SignInRequest::for_account(ada.handle()));
    let audited = audit(&host, SignIn::finish(&host.rp, posted(start.ceremony_id, b"{}"), NOW));
    assert_eq!(named(&audited.entries), (AuditEvent::Refused, Some(account("ada")), None));

    // A bad signature under Ada's credential, by anyone.
    let bad = |host: &Host, request, device: &mut TestAuthenticator| {
        let start = host.begin_sign_in(request);
        let response = device.get_corrupted(&start.public_key, ORIGIN, |signed| {
            signed.signature[8] ^= 1;
        });
        let response = response.unwrap();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        audit(host, finish)
    };
    let expected = (AuditEvent::Refused, Some(account("ada")), Some(passkey.id));
    let audited = bad(&host, SignInRequest::Discoverable, &mut device);
    assert_eq!(named(&audited.entries), expected);

    // A credential that no account has: no account, and the ID that its passkey would have.
    let mut stranger = authenticator("stranger");
    let elsewhere = Host::new();
    let unknown = elsewhere.create(&bob, &mut stranger).unwrap();
    let audited = bad(&host, SignInRequest::Discoverable, &mut stranger);
    assert_eq!(named(&audited.entries), (AuditEvent::Refused, None, Some(unknown.id)));
}

#[test]
fn entry_names_who_signed_in_not_who_was_signed_in_before() {
    let host = Host::new();
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
    let session = Audit::new(&host.rp, NOW).user(handle("bob"));
    let audited = flow(store::run(&host.store, session.flow(finish))).unwrap();
    assert_eq!(audited.entries[0].account.unwrap().to_string(), account("ada"));
}

/// A log must not report a sign-in of a user who still has to show another factor.
#[test]
fn incomplete_sign_in_is_reported_as_such() {
    let purposes = History::of_purposes();
    let events = purposes.entries().map(|entry| entry.event).collect::<Vec<_>>();
    let needed = AuditEvent::SecondFactorNeeded { user_verified: true };
    let expected = [
        needed,
        needed,
        needed,
        AuditEvent::SignedIn { user_verified: true },
        AuditEvent::Reverified { user_verified: true },
        AuditEvent::ReverificationRequired,
    ];
    assert_eq!(events, expected);
}

/// A device whose counter is `first` when the passkey is created, and `then` at the sign-in.
fn sign_in_with_counters(rule: CounterRule, first: u32, then: u32) -> Vec<AuditEntry> {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).counter_rule(rule);
    let host = Host::with(rp.build().unwrap());
    let mut device = authenticator("device").with(|behaviour| {
        behaviour.counter = SignCounter::Fixed(first);
    });
    host.create(&user("ada"), &mut device).unwrap();
    device.behaviour_mut().counter = SignCounter::Fixed(then);
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
    audit(&host, finish).entries
}

#[test]
fn regressed_counter_is_reported_whether_refused_or_not() {
    let regressed = AuditEvent::CounterRegressed { stored: 7, found: 5 };
    let refused = sign_in_with_counters(CounterRule::Reject, 7, 5);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].event, regressed);
    assert_eq!(refused[0].error.as_ref().unwrap().code, "sign_count");

    let accepted = sign_in_with_counters(CounterRule::Report, 7, 5);
    let events = accepted.iter().map(|entry| entry.event).collect::<Vec<_>>();
    assert_eq!(events, [AuditEvent::SignedIn { user_verified: true }, regressed]);
    assert!(accepted.iter().all(|entry| entry.error.is_none()));

    assert_eq!(sign_in_with_counters(CounterRule::Reject, 7, 8).len(), 1);
}

#[test]
fn changed_backup_state_is_reported() {
    let host = Host::new();
    let mut device = authenticator("device").with(|behaviour| behaviour.backed_up = false);
    host.create(&user("ada"), &mut device).unwrap();
    for (backed_up, changes) in [(false, false), (true, true), (true, false), (false, true)] {
        device.behaviour_mut().backed_up = backed_up;
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        let entries = audit(&host, finish).entries;
        let told =
            entries.iter().any(|entry| entry.event == AuditEvent::BackupStateChanged { backed_up });
        assert_eq!((entries.len(), told), (if changes { 2 } else { 1 }, changes));
    }
}

#[test]
fn new_backup_eligibility_is_reported_once() {
    let settings = Settings::builder().backup_eligibility_rule(BackupEligibilityRule::AcceptOnce);
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.settings(settings.build().unwrap()).build().unwrap());
    let mut device = authenticator("device").with(|behaviour| behaviour.backup_eligible = false);
    host.create(&user("ada"), &mut device).unwrap();
    device.behaviour_mut().backup_eligible = true;
    device.behaviour_mut().backed_up = false;
    let signed_in = AuditEvent::SignedIn { user_verified: true };
    for expected in [vec![signed_in, AuditEvent::BecameBackupEligible], vec![signed_in]] {
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        let events =
            audit(&host, finish).entries.iter().map(|entry| entry.event).collect::<Vec<_>>();
        assert_eq!(events, expected);
    }
}

#[test]
fn audited_flow_has_the_same_effects_and_outcome() {
    let host = Host::new();
    let mut device = authenticator("device");
    let passkey = host.create(&user("ada"), &mut device).unwrap();
    let (mut bare, mut audited) = (Vec::new(), Vec::new());
    for is_audited in [false, true] {
        let store = Watched::new(&host.store, None);
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        let signed_in = if is_audited {
            store::run(&store, Audit::new(&host.rp, NOW).flow(finish)).unwrap().outcome.unwrap()
        } else {
            store::run(&store, finish).unwrap()
        };
        assert_eq!(signed_in.passkey.id, passkey.id);
        let trail = if is_audited { &mut audited } else { &mut bare };
        trail.extend(store.verbs.take());
    }
    assert_eq!(bare, ["take_ceremony", "passkey", "record_use"]);
    assert_eq!(audited, bare);
}

#[test]
fn store_failure_leaves_nothing_in_the_log() {
    // Store operations of a sign-in, a creation, a rename and a deletion.
    for (request, verbs) in [(0, 3), (1, 3), (2, 1), (3, 2)] {
        for verb in 1..=verbs {
            let host = Host::new();
            let ada = user("ada");
            let mut device = authenticator("device");
            let id = host.create(&ada, &mut device).unwrap().id;
            let store = Watched::new(&host.store, Some(verb));
            let audit = Audit::new(&host.rp, NOW);
            let told = match request {
                0 => {
                    let start = host.begin_sign_in(SignInRequest::Discoverable);
                    let response = device.get(&start.public_key, ORIGIN).unwrap();
                    let (id, bytes) = (start.ceremony_id, response.as_bytes());
                    told(&store, audit.flow(SignIn::finish(&host.rp, posted(id, bytes), NOW)))
                }
                1 => {
                    let start = host.begin_create(&ada).unwrap();
                    let response = authenticator("new").create(&start.public_key, ORIGIN).unwrap();
                    let (id, bytes) = (start.ceremony_id, response.as_bytes());
                    let finish =
                        CreatePasskey::finish(&host.rp, ada.handle(), posted(id, bytes), NOW);
                    told(&store, audit.flow(finish))
                }
                2 => {
                    let rename = RenamePasskey::begin(&host.rp, ada.handle(), id, "new", NOW);
                    told(&store, audit.flow(rename))
                }
                _ => told(&store, audit.flow(DeletePasskey::begin(&host.rp, ada.handle(), id))),
            };
            assert_eq!(told, None, "request {request}, verb {verb}");
        }
    }
}

/// The entries, if the store did not fail.
fn told<T>(
    store: &Watched<'_>,
    start: Result<Step<impl Flow<Output = Audited<T>>>, Error>,
) -> Option<Vec<AuditEntry>> {
    match store::run(store, start) {
        Ok(audited) => Some(audited.entries),
        Err(RunError::CeremonyStore(Failed(verb)) | RunError::PasskeyStore(Failed(verb))) => {
            assert_eq!(store.verbs.borrow().last(), Some(&verb));
            None
        }
        Err(RunError::Flow(error)) => panic!("{error}"),
    }
}

/// The exhaustive list. If you add an event, the compiler tells you to add it here, and the test to make it happen.
fn every_event(event: &AuditEvent) -> (usize, &'static str) {
    match event {
        AuditEvent::PasskeyCreated { .. } => (0, "passkey_created"),
        AuditEvent::SignedIn { .. } => (1, "signed_in"),
        AuditEvent::CounterRegressed { .. } => (2, "counter_regressed"),
        AuditEvent::BackupStateChanged { .. } => (3, "backup_state_changed"),
        AuditEvent::PasskeyRenamed => (4, "passkey_renamed"),
        AuditEvent::PasskeyDeleted { .. } => (5, "passkey_deleted"),
        AuditEvent::LimitReached { .. } => (6, "limit_reached"),
        AuditEvent::CeremonyNotFound => (7, "ceremony_not_found"),
        AuditEvent::CeremonyExpired => (8, "ceremony_expired"),
        AuditEvent::Refused => (9, "refused"),
        AuditEvent::Failed => (10, "failed"),
        AuditEvent::SecondFactorNeeded { .. } => (11, "second_factor_needed"),
        AuditEvent::Reverified { .. } => (12, "reverified"),
        AuditEvent::ReverificationRequired => (13, "reverification_required"),
        AuditEvent::BecameBackupEligible => (14, "became_backup_eligible"),
        AuditEvent::AccountCreated => (15, "account_created"),
        AuditEvent::AccountErased { .. } => (16, "account_erased"),
        AuditEvent::CeremonyBegun { .. } => (17, "ceremony_begun"),
        AuditEvent::CeremonyAbandoned { .. } => (18, "ceremony_abandoned"),
        AuditEvent::BrowserFailed { .. } => (19, "browser_failed"),
    }
}

#[test]
fn every_event_happens_and_is_read_back_as_it_was_written() {
    let mut seen = BTreeSet::new();
    for entry in History::new().entries() {
        let (number, name) = every_event(&entry.event);
        seen.insert(number);
        let json = serde_json::to_value(entry).unwrap();
        assert_eq!((&json["event"], entry.event.name()), (&name.into(), name));
        assert_eq!(json["action"], entry.action.name());
        assert_eq!(serde_json::from_value::<AuditEntry>(json).unwrap(), *entry);
    }
    assert!(seen.into_iter().eq(0..20));
}

/// Abuse case 36.
#[test]
fn nothing_secret_is_in_entries_errors_or_debug() {
    let history = History::new();
    assert!(history.secrets.len() > 60, "{}", history.secrets.len());
    let mut shown = Vec::new();
    for entry in history.entries() {
        shown.extend([serde_json::to_string(entry).unwrap(), format!("{entry:?}")]);
    }
    for error in history.errors() {
        // What a flow reveals about itself, to developers and to the public. The credential that a browser should
        // forget is in a separate value, which is for that browser.
        let public = serde_json::to_string(&error.public()).unwrap();
        shown.extend([error.to_string(), public]);
        if error.signal().is_none() {
            shown.push(format!("{error:?}"));
        }
    }
    for (what, secret) in &history.secrets {
        for shown in &shown {
            assert!(!shown.contains(secret), "{what} in {shown}");
        }
    }
}

#[test]
fn account_ids_distinguish_accounts_and_relying_parties() {
    let ada = handle("ada");
    let id = AccountId::of("example.com", &ada);
    assert_eq!(id, AccountId::of("example.com", &ada));
    assert_ne!(id, AccountId::of("example.org", &ada));
    assert_ne!(id, AccountId::of("example.com", &handle("bob")));
    // It differs from a passkey's ID, even if its credential has the same bytes.
    let credential = ada.as_bytes().try_into().unwrap();
    assert_ne!(id.as_bytes(), PasskeyId::of("example.com", &credential).as_bytes());
}
