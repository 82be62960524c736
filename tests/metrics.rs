//! Audited flows as metrics.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/host.rs"]
mod host;
#[path = "support/audit/store.rs"]
mod watched;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, posted, session, user};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use relying_party::{
    Challenge, DeletePasskey, Duration, Passkeys, SessionBinding, SignIn, SignInRequest,
    audit::{Audit, AuditAction},
    flow::{BrowserError, FailureReport, ReportFailure},
    store::{self, MemoryStore},
};
use watched::Watched;

/// Counters as sums, histograms as lists.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<BTreeMap<String, Vec<f64>>>>);

struct Kept(Keeper, String);

impl CounterFn for Kept {
    fn increment(&self, value: u64) {
        assert_eq!(value, 1);
        self.record(1.0);
    }

    fn absolute(&self, _: u64) {
        unreachable!("counters are only incremented");
    }
}

impl HistogramFn for Kept {
    fn record(&self, value: f64) {
        self.0.0.lock().unwrap().entry(self.1.clone()).or_default().push(value);
    }
}

impl Keeper {
    fn kept(&self, key: &Key) -> Arc<Kept> {
        let mut labels =
            key.labels().map(|it| format!("{}={}", it.key(), it.value())).collect::<Vec<_>>();
        labels.sort();
        Arc::new(Kept(self.clone(), format!("{}{{{}}}", key.name(), labels.join(","))))
    }
}

impl Recorder for Keeper {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.kept(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        unreachable!("there are no gauges")
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.kept(key))
    }
}

/// Returns what was recorded in the meantime, except for `relying_party_events_total`.
fn recorded(meanwhile: impl FnOnce()) -> BTreeMap<String, Vec<f64>> {
    let mut all = all_recorded(meanwhile);
    all.retain(|name, _| !name.starts_with("relying_party_events_total"));
    all
}

fn all_recorded(meanwhile: impl FnOnce()) -> BTreeMap<String, Vec<f64>> {
    let keeper = Keeper::default();
    metrics::with_local_recorder(&keeper, meanwhile);
    let kept = keeper.0.lock().unwrap();
    kept.clone()
}

fn names(recorded: &BTreeMap<String, Vec<f64>>) -> Vec<(&str, usize)> {
    recorded.iter().map(|(name, values)| (name.as_str(), values.len())).collect()
}

/// Begins a sign-in, audited as far as metrics are concerned.
fn begin(host: &Host, request: SignInRequest) -> relying_party::flow::SignInStart {
    let begin = SignIn::begin(&host.rp, request, session(), host.challenge(), NOW);
    let audited = store::run(&host.store, Audit::new(&host.rp, NOW).flow(begin));
    flow(audited).unwrap().outcome.unwrap()
}

#[test]
fn begun_and_finished_ceremonies_are_counted_with_their_duration() {
    let host = Host::new();
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    let recorded = recorded(|| {
        begin(&host, SignInRequest::Autofill);
        let start = begin(&host, SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let now = NOW + Duration::from_millis(12_500);
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, response.as_bytes()), now);
        let finished = store::run(&host.store, Audit::new(&host.rp, now).flow(finish));
        assert!(flow(finished).unwrap().outcome.is_ok());
    });
    let begun = |conditional| {
        format!(
            "relying_party_ceremonies_begun_total{{ceremony=sign_in,conditional={conditional}}}"
        )
    };
    let expected = BTreeMap::from([
        (begun(false), vec![1.0]),
        (begun(true), vec![1.0]),
        ("relying_party_ceremonies_finished_total{ceremony=sign_in}".into(), vec![1.0]),
        ("relying_party_ceremony_seconds{ceremony=sign_in}".into(), vec![12.5]),
    ]);
    assert_eq!(recorded, expected);
}

#[test]
fn refusals_are_counted_by_code() {
    let host = Host::new();
    let recorded = recorded(|| {
        let start = begin(&host, SignInRequest::for_account(handle("ada")));
        for _ in 0..2 {
            let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, b"{}"), NOW);
            let refused = store::run(&host.store, Audit::new(&host.rp, NOW).flow(finish));
            assert!(flow(refused).unwrap().outcome.is_err());
        }
        let _ = Audit::new(&host.rp, NOW).refused(AuditAction::Rename, "another_site");
    });
    let refused = |action, code| {
        format!("relying_party_refused_total{{action={action},code={code},kind=client}}")
    };
    let expected = [
        "relying_party_ceremonies_begun_total{ceremony=sign_in,conditional=false}".into(),
        refused("finish_sign_in", "ceremony_not_found"),
        refused("finish_sign_in", "malformed"),
        refused("rename", "another_site"),
    ];
    let expected = expected.iter().map(|name: &String| (name.as_str(), 1)).collect::<Vec<_>>();
    assert_eq!(names(&recorded), expected);
}

#[test]
fn browser_failures_and_abandoned_ceremonies_are_counted() {
    let host = Host::new();
    let store = MemoryStore::keeping_expired();
    let challenge = Challenge::from([1; 32]);
    let begin = SignIn::begin(&host.rp, SignInRequest::Autofill, session(), challenge, NOW);
    let start = flow(store::run(&store, begin)).unwrap();
    let recorded = recorded(|| {
        let error = BrowserError::of_name("<a name of the page's choice>");
        let report = FailureReport { session: session(), ceremony: start.ceremony_id, error };
        let report = Audit::new(&host.rp, NOW).flow(ReportFailure::begin(&host.rp, report));
        assert!(flow(store::run(&store, report)).unwrap().outcome.is_ok());
        let later = NOW + Duration::from_secs(3600);
        for ceremony in store.sweep(later) {
            assert!(Audit::new(&host.rp, later).abandoned(&ceremony).is_some());
        }
    });
    assert_eq!(
        names(&recorded),
        [
            ("relying_party_browser_failures_total{ceremony=sign_in,error=other}", 1),
            ("relying_party_ceremonies_abandoned_total{ceremony=sign_in,conditional=true}", 1),
        ]
    );
}

#[test]
fn facade_measures_verifications() {
    let passkeys = Passkeys::new(Host::new().rp, MemoryStore::new());
    let session = SessionBinding::of("session");
    let ada = user("ada");
    let mut device = authenticator("device");
    let recorded = recorded(|| {
        let start = passkeys.begin_create(&ada, session).audited().blocking().unwrap();
        let body = device.answer(&start.outcome.unwrap().to_json(), ORIGIN).unwrap();
        let finish = || passkeys.finish_create(ada.handle(), session, body.as_bytes()).audited();
        assert!(finish().blocking().unwrap().outcome.is_ok());
        assert!(finish().blocking().unwrap().outcome.is_err());
    });
    for outcome in ["accepted", "refused"] {
        let name =
            format!("relying_party_verification_seconds{{ceremony=create,outcome={outcome}}}");
        let [seconds] = recorded[&name][..] else { panic!("{recorded:?}") };
        assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
    }
}

#[test]
fn every_event_is_counted_by_its_name() {
    let host = Host::new();
    let ada = user("ada");
    let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
    let recorded = all_recorded(|| {
        let delete = DeletePasskey::begin(&host.rp, ada.handle(), passkey.id);
        let deleted = store::run(&host.store, Audit::new(&host.rp, NOW).flow(delete));
        assert!(flow(deleted).unwrap().outcome.is_ok());
    });
    let expected = ("relying_party_events_total{action=delete,event=passkey_deleted}", 1);
    assert_eq!(names(&recorded), [expected]);
}

#[test]
fn unaudited_flows_and_store_failures_count_nowhere() {
    let host = Host::new();
    let ada = user("ada");
    let recorded = all_recorded(|| {
        let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
        let store = Watched::new(&host.store, Some(1));
        let delete = DeletePasskey::begin(&host.rp, ada.handle(), passkey.id);
        assert!(store::run(&store, Audit::new(&host.rp, NOW).flow(delete)).is_err());
    });
    assert!(recorded.is_empty(), "{recorded:?}");
}
