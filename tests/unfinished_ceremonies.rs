//! Ceremonies that no one finishes: begun, failed in the browser, abandoned.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[path = "support/audit/store.rs"]
mod watched;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, session, user};
use relying_party::{
    AccountId, Challenge, CreatePasskey, Duration, Error, Flow as _, RelyingParty, Reply,
    SessionBinding, SignIn, SignInRequest, SignUp, Step, Timestamp,
    audit::{Audit, AuditAction, AuditEntry, AuditEvent, Audited},
    ceremony::Ceremony,
    flow::{BrowserError, FailureReport, FailureReported, ReportFailure},
    limits::REPORT_JSON_MAX,
    store::{self, CeremonyStore as _, MemoryStore},
};
use serde_json::json;
use watched::Watched;

/// The report of a page in the default session.
fn report(ceremony: relying_party::CeremonyId) -> FailureReport {
    FailureReport { session: session(), ceremony, error: BrowserError::NotAllowed }
}

fn take_in(host: &Host, report: FailureReport) -> Audited<FailureReported> {
    let audit = Audit::new(&host.rp, NOW);
    flow(store::run(&host.store, audit.flow(ReportFailure::begin(&host.rp, report)))).unwrap()
}

fn json_of(entries: &[AuditEntry]) -> serde_json::Value {
    serde_json::to_value(entries).unwrap()
}

#[test]
fn report_is_one_entry_about_the_account_of_the_ceremony() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let audited = take_in(&host, report(start.ceremony_id));
    assert_eq!(audited.outcome.unwrap().error, BrowserError::NotAllowed);
    let expected = json!([{
        "at": 1_700_000_000_000_u64,
        "rp_id": "example.com",
        "action": "report_failure",
        "account": AccountId::of("example.com", &handle("ada")),
        "event": "browser_failed",
        "browser_error": "NotAllowedError",
        "begun_by": "begin_create",
    }]);
    assert_eq!(json_of(&audited.entries), expected);
    let read: Vec<AuditEntry> = serde_json::from_value(expected).unwrap();
    assert_eq!(read, audited.entries);
}

#[test]
fn report_leaves_the_ceremony_open() {
    let host = Host::new();
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let before = host.store.read_ceremony(&start.ceremony_id).unwrap();
    for _ in 0..3 {
        assert!(take_in(&host, report(start.ceremony_id)).outcome.is_ok());
    }
    assert_eq!(host.store.read_ceremony(&start.ceremony_id).unwrap(), before);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    assert!(host.finish_sign_in(&start, response).is_ok());
}

/// Otherwise anyone could write entries about other users' ceremonies.
#[test]
fn report_counts_only_in_the_session_of_the_ceremony() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    for other in [SessionBinding::of("another"), SessionBinding::none(), SessionBinding::of("")] {
        let audited = take_in(&host, FailureReport { session: other, ..report(start.ceremony_id) });
        assert_eq!(audited.outcome, Err(Error::AnotherSession));
        assert_eq!(audited.entries.len(), 1);
        assert_eq!(audited.entries[0].event, AuditEvent::Refused);
    }
    assert!(take_in(&host, report(start.ceremony_id)).outcome.is_ok());
}

#[test]
fn refused_reports_look_alike_to_the_browser() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let elsewhere =
        FailureReport { session: SessionBinding::of("another"), ..report(start.ceremony_id) };
    let unknown = report(relying_party::CeremonyId::of(&Challenge::from([99; 32])));
    let [elsewhere, unknown] =
        [elsewhere, unknown].map(|report| take_in(&host, report).outcome.unwrap_err());
    assert_eq!(unknown, Error::CeremonyNotFound);
    assert_eq!(elsewhere.public(), unknown.public());
    assert_eq!(elsewhere.status(), unknown.status());
}

#[test]
fn report_on_a_finished_ceremony_is_refused() {
    let host = Host::new();
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
    host.finish_create(&ada, &start, &response).unwrap();
    let refused = take_in(&host, report(start.ceremony_id)).outcome;
    assert_eq!(refused, Err(Error::CeremonyNotFound));
}

#[test]
fn report_at_another_relying_party_is_refused() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let other = RelyingParty::builder("example.org", "Other").origin("https://example.org");
    let host = host.under(other.build().unwrap());
    let refused = take_in(&host, report(start.ceremony_id)).outcome;
    assert_eq!(refused, Err(Error::CeremonyMismatch("another relying party")));
}

/// A browser reports its timeout when the ceremony has just expired.
#[test]
fn report_on_an_expired_ceremony_counts_while_the_store_has_it() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let late = Audit::new(&host.rp, NOW + Duration::from_secs(3600));
    let begin = ReportFailure::begin(&host.rp, report(start.ceremony_id));
    let audited = flow(store::run(&host.store, late.flow(begin))).unwrap();
    assert_eq!(audited.entries[0].event.name(), "browser_failed");
}

#[test]
fn report_to_a_store_that_cannot_read_ceremonies_is_refused() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let store = Watched::new(&host.store, None);
    let refused = store::run(&store, ReportFailure::begin(&host.rp, report(start.ceremony_id)));
    assert_eq!(refused.unwrap_err().code(), "ceremony_not_found");
}

#[test]
fn report_flow_refuses_other_replies() {
    let host = Host::new();
    let ids = [0, 1].map(|_| host.begin_create(&user("ada")).unwrap().ceremony_id);
    let begin = || match ReportFailure::begin(&host.rp, report(ids[0])).unwrap() {
        Step::Effect(flow, _) => flow,
        Step::Done(_) => panic!("the flow reads the ceremony"),
    };
    let refused = begin().resume(Reply::Stored).map(drop);
    assert_eq!(refused, Err(Error::UnexpectedReply("ReadCeremony")));
    let another = host.store.read_ceremony(&ids[1]).unwrap().map(Box::new);
    let refused = begin().resume(Reply::Ceremony(another)).map(drop);
    assert_eq!(refused, Err(Error::Inconsistent("a ceremony that was not asked for")));
}

#[test]
fn report_is_read_from_a_bounded_object() {
    let id = "AAAAAAAAAAAAAAAAAAAAAA";
    let read = |body: &str| FailureReport::from_json(session(), body.as_bytes());
    let whole = format!(r#"{{"ceremony":"{id}","error":"SecurityError","message":"x"}}"#);
    let parsed = read(&whole).unwrap();
    assert_eq!(
        (parsed.ceremony.to_string(), parsed.error),
        (id.to_owned(), BrowserError::Security)
    );

    // Up to the limit, and one byte more.
    let padded = |length: usize| format!("{whole}{}", " ".repeat(length - whole.len()));
    assert!(read(&padded(REPORT_JSON_MAX)).is_ok());
    for malformed in [
        padded(REPORT_JSON_MAX + 1),
        format!(r#"["{id}","SecurityError"]"#),
        format!(r#"{{"ceremony":"{id}"}}"#),
        format!(r#"{{"ceremony":"{id}","error":7}}"#),
        format!(r#"{{"ceremony":"{id}","error":"a","error":"b"}}"#),
        r#"{"error":"SecurityError"}"#.to_owned(),
    ] {
        assert_eq!(read(&malformed).unwrap_err().code(), "request_malformed", "{malformed}");
    }
    let unknown = read(r#"{"ceremony":"?","error":"SecurityError"}"#);
    assert_eq!(unknown.unwrap_err(), Error::CeremonyNotFound);
}

#[test]
fn begin_steps_are_reported_on_demand() {
    let host = Host::new();
    let ada = user("ada");
    let audit = Audit::new(&host.rp, NOW).begin_steps();
    let new_user = host::new_user("bob", "bob");
    let begin = CreatePasskey::begin(&host.rp, &ada, session(), host.challenge(), NOW);
    let created = flow(store::run(&host.store, audit.clone().flow(begin))).unwrap();
    let begin = SignUp::begin(&host.rp, &new_user, session(), host.challenge(), NOW);
    let signed_up = flow(store::run(&host.store, audit.clone().flow(begin))).unwrap();
    let sign_in = |request| {
        let begin = SignIn::begin(&host.rp, request, session(), host.challenge(), NOW);
        flow(store::run(&host.store, audit.clone().flow(begin))).unwrap().entries
    };
    for (entries, action, account, conditional) in [
        (created.entries, AuditAction::BeginCreate, Some("ada"), false),
        (signed_up.entries, AuditAction::BeginSignUp, Some("bob"), false),
        (sign_in(SignInRequest::Discoverable), AuditAction::BeginSignIn, None, false),
        (sign_in(SignInRequest::Autofill), AuditAction::BeginSignIn, None, true),
    ] {
        let [entry] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!(
            (entry.action, entry.event),
            (action, AuditEvent::CeremonyBegun { conditional })
        );
        let account = account.map(|name| AccountId::of("example.com", &handle(name)));
        assert_eq!(entry.account, account);
    }
}

#[test]
fn swept_ceremony_is_reported_as_abandoned() {
    let store = MemoryStore::keeping_expired();
    let host = Host::new();
    let challenge = |number| Challenge::from([number; 32]);
    let ada = user("ada");
    let create = CreatePasskey::begin(&host.rp, &ada, session(), challenge(1), NOW);
    flow(store::run(&store, create)).unwrap();
    let autofill = SignIn::begin(&host.rp, SignInRequest::Autofill, session(), challenge(2), NOW);
    flow(store::run(&store, autofill)).unwrap();

    // Putting another one, long after, drops none of them.
    let later = NOW + Duration::from_secs(24 * 3600);
    let last = SignIn::begin(&host.rp, SignInRequest::Discoverable, session(), challenge(3), later);
    flow(store::run(&store, last)).unwrap();
    let swept = store.sweep(later);
    let audit = Audit::new(&host.rp, later);
    let entries = swept.iter().map(|it| audit.abandoned(it).unwrap()).collect::<Vec<_>>();
    let found = entries.iter().map(|entry| (entry.action, entry.event)).collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            (AuditAction::BeginCreate, AuditEvent::CeremonyAbandoned { conditional: false }),
            (AuditAction::BeginSignIn, AuditEvent::CeremonyAbandoned { conditional: true }),
        ]
    );
    assert_eq!(entries[0].account, Some(AccountId::of("example.com", &handle("ada"))));
    assert_eq!(store.sweep(later), []);
}

#[test]
fn sweep_spares_open_and_taken_ceremonies() {
    let store = MemoryStore::keeping_expired();
    let host = Host::new();
    let start = |number| {
        let challenge = Challenge::from([number; 32]);
        let begin = SignIn::begin(&host.rp, SignInRequest::Discoverable, session(), challenge, NOW);
        flow(store::run(&store, begin)).unwrap().ceremony_id
    };
    let (open, taken) = (start(1), start(2));
    let ceremony = store.take_ceremony(&taken).unwrap().unwrap();
    let before = ceremony.expires_at().as_unix_millis() - 1;
    let before = Timestamp::from_unix_millis(before);
    assert_eq!(store.sweep(before), []);
    assert!(store.read_ceremony(&open).unwrap().is_some());
    let swept = store.sweep(ceremony.expires_at());
    assert_eq!(swept.iter().map(Ceremony::id).collect::<Vec<_>>(), [open]);
}

#[test]
fn only_expired_ceremonies_of_this_relying_party_are_abandoned() {
    let host = Host::new();
    let start = host.begin_create(&user("ada")).unwrap();
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    let end = ceremony.expires_at();
    let at = |rp, now| Audit::new(rp, now).abandoned(&ceremony).map(|entry| entry.event);
    let abandoned = Some(AuditEvent::CeremonyAbandoned { conditional: false });
    assert_eq!(at(&host.rp, end), abandoned);
    let before = Timestamp::from_unix_millis(end.as_unix_millis() - 1);
    assert_eq!(at(&host.rp, before), None);
    let other = RelyingParty::builder("example.org", "Other").origin("https://example.org");
    assert_eq!(at(&other.build().unwrap(), end), None);
}
