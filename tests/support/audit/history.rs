//! A history in which every event happens, and which contains everything that no log may reveal.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;

use relying_party::{
    CreatePasskey, DeletePasskey, Duration, EraseAccount, Error, Flow as _, ListPasskeys, NewUser,
    RelyingParty, RenamePasskey, Reply, Settings, SignIn, SignInRequest, SignUp, Step, Timestamp,
    audit::{Audit, AuditEntry, Auditable, Audited},
    ceremony::{BackupEligibilityRule, CounterRule},
    flow::{FailureReport, ReportFailure},
    settings::{Reverification, SecondFactorRule, SensitiveAction},
    store::{self, CeremonyStore as _},
    test_authenticator::{Behaviour, SignCounter, TestAuthenticator},
};
use serde_json::Value;

use super::host::{
    Host, NOW, ORIGIN, authenticator, flow, handle, new_user, posted, purposes, session, user,
};

pub(crate) fn audit<F: Auditable>(
    host: &Host,
    start: Result<Step<F>, Error>,
) -> Audited<F::Output> {
    flow(store::run(&host.store, Audit::new(&host.rp, NOW).flow(start))).unwrap()
}

/// The outcomes of audited flows.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) ends: Vec<(Vec<AuditEntry>, Option<Error>)>,
    /// What no entry, error or `Debug` may show, with its description.
    pub(crate) secrets: BTreeMap<String, String>,
}

impl History {
    pub(crate) fn new() -> Self {
        let mut history = Self::default();
        history.creations();
        history.sign_ins();
        history.counters();
        history.eligibility();
        history.purposes();
        history.changes();
        history.accounts();
        history.unfinished();
        history.faults();
        history
    }

    /// Only the part about the purposes of a passkey: discoverable, autofill, named, second factor, re-verification.
    pub(crate) fn of_purposes() -> Self {
        let mut history = Self::default();
        history.purposes();
        history
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &AuditEntry> {
        self.ends.iter().flat_map(|(entries, _)| entries)
    }

    pub(crate) fn errors(&self) -> impl Iterator<Item = &Error> {
        self.ends.iter().filter_map(|(_, error)| error.as_ref())
    }

    fn keep<T>(&mut self, audited: Audited<T>) {
        self.ends.push((audited.entries, audited.outcome.err()));
    }

    /// A log may not show any string of a response, except those that every page has.
    fn hide(&mut self, what: &str, json: &Value) {
        match json {
            Value::String(text) if text.len() > 16 => {
                self.secrets.insert(format!("{what} {}", self.secrets.len()), text.clone());
            }
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.hide(name, value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.hide(what, item)),
            _ => {}
        }
    }

    fn hide_text(&mut self, what: &str, text: &impl ToString) {
        self.hide(what, &Value::String(text.to_string()));
    }

    /// A creation with a response that may be tampered with.
    fn create(
        &mut self,
        host: &Host,
        name: &str,
        device: &mut TestAuthenticator,
        tamper: impl FnOnce(&mut Value),
    ) {
        let user = user(name);
        let start = host.begin_create(&user).unwrap();
        let response = device.create(&start.public_key, ORIGIN).unwrap();
        let mut response = serde_json::from_str::<Value>(&response).unwrap();
        tamper(&mut response);
        self.hide("response", &response);
        self.hide_text("challenge", &start.public_key.challenge);
        self.hide_text("ceremony id", &start.ceremony_id);
        let bytes = response.to_string();
        let id = start.ceremony_id;
        let finish =
            || CreatePasskey::finish(&host.rp, user.handle(), posted(id, bytes.as_bytes()), NOW);
        self.keep(audit(host, finish()));
        // Once more: a replay.
        self.keep(audit(host, finish()));
    }

    /// A sign-in with a response that may be tampered with, possibly at another time.
    fn sign_in(
        &mut self,
        host: &Host,
        device: &mut TestAuthenticator,
        after: Duration,
        tamper: impl FnOnce(&mut Value),
    ) {
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let mut response = serde_json::from_str::<Value>(&response).unwrap();
        tamper(&mut response);
        self.hide("response", &response);
        self.hide_text("challenge", &start.public_key.challenge);
        self.hide_text("ceremony id", &start.ceremony_id);
        let (bytes, now) = (response.to_string(), NOW + after);
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, bytes.as_bytes()), now);
        self.keep(audit(host, finish));
    }

    fn creations(&mut self) {
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        let host = Host::with(rp.max_passkeys_per_user(2).build().unwrap());
        let name = "a-user-handle-that-names-ada";
        self.hide_text("user handle", &handle(name));
        self.hide_text("user name", &format!("{name}@example.com"));
        self.create(&host, name, &mut authenticator("first"), |_| ());
        self.create(&host, name, &mut authenticator("tampered"), |response| {
            response["response"]["attestationObject"] = "oWFhAA-this-is-no-attestation".into();
        });
        self.create(&host, name, &mut authenticator("typed"), |response| {
            response["type"] = "an invented type".into();
        });
        self.create(&host, name, &mut authenticator("second"), |_| ());
        for passkey in host.passkeys(&user(name)) {
            self.hide_text("credential id", &passkey.credential_id);
            self.hide("record", &serde_json::to_value(&passkey.public_key).unwrap());
        }
        let ada = user(name);
        self.keep(audit(
            &host,
            CreatePasskey::begin(&host.rp, &ada, session(), host.challenge(), NOW),
        ));
        let begin = CreatePasskey::begin(
            &host.rp,
            &ada,
            relying_party::flow::BeginOptions::new(session())
                .origin("https://an-origin.of-somebody.example"),
            host.challenge(),
            NOW,
        );
        self.keep(audit(&host, begin));
    }

    fn sign_ins(&mut self) {
        let host = Host::new();
        let mut device = authenticator("signer").with(|behaviour| behaviour.backed_up = false);
        host.create(&user("ada-of-the-sign-ins"), &mut device).unwrap();
        self.hide_text("user handle", &handle("ada-of-the-sign-ins"));
        let (now, late) = (Duration::from_millis(0), Duration::from_secs(3600));
        self.sign_in(&host, &mut device, now, |_| ());
        device.behaviour_mut().backed_up = true;
        self.sign_in(&host, &mut device, now, |_| ());
        self.sign_in(&host, &mut device, late, |_| ());
        self.sign_in(&host, &mut device, now, |response| {
            response["response"]["signature"] = "MEUCIQDCZ29uZS1iYWQtc2lnbmF0dXJl".into();
        });
        self.sign_in(&host, &mut device, now, |response| {
            response["response"]["userHandle"] = "c29tZWJvZHktZWxzZSdzLWhhbmRsZQ".into();
        });
        self.sign_in(&host, &mut device, now, |response| {
            response["rawId"] = "YW4taWQtdGhhdC1ub2JvZHktaGFz".into();
            response["id"] = "YW4taWQtdGhhdC1ub2JvZHktaGFz".into();
        });
        self.sign_in(&host, &mut device, now, |response| {
            response["response"]["clientDataJSON"] = "eyJjaGFsbGVuZ2UiOiJzZWNyZXQifQ".into();
        });
        // A creation that is finished as a sign-in.
        let start = host.begin_create(&user("ada-of-the-sign-ins")).unwrap();
        let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, b"{}"), NOW);
        self.keep(audit(&host, finish));
    }

    fn counters(&mut self) {
        for rule in [CounterRule::Reject, CounterRule::Report] {
            let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
            let host = Host::with(rp.counter_rule(rule).build().unwrap());
            let counts = |count| {
                move |behaviour: &mut Behaviour| behaviour.counter = SignCounter::Fixed(count)
            };
            let mut device = authenticator("counter").with(counts(7));
            host.create(&user("ada"), &mut device).unwrap();
            counts(5)(device.behaviour_mut());
            self.sign_in(&host, &mut device, Duration::from_millis(0), |_| ());
        }
    }

    fn eligibility(&mut self) {
        let rule = BackupEligibilityRule::AcceptOnce;
        let settings = Settings::builder().backup_eligibility_rule(rule).build().unwrap();
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        let host = Host::with(rp.settings(settings).build().unwrap());
        let mut device =
            authenticator("eligible").with(|behaviour| behaviour.backup_eligible = false);
        host.create(&user("ada"), &mut device).unwrap();
        device.behaviour_mut().backup_eligible = true;
        self.sign_in(&host, &mut device, Duration::from_millis(0), |_| ());
    }

    fn changes(&mut self) {
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        let host = Host::with(rp.keep_last_passkey(true).build().unwrap());
        let ada = user("ada");
        let passkey = host.create(&ada, &mut authenticator("one")).unwrap();
        host.create(&ada, &mut authenticator("two")).unwrap();
        let (mine, id) = (ada.handle(), passkey.id);
        self.hide_text("name", &"a name that says who it is");
        for name in ["a name that says who it is", "", "a\u{7} name that says who it is"] {
            self.keep(audit(&host, RenamePasskey::begin(&host.rp, mine, id, name, NOW)));
        }
        let rename = RenamePasskey::begin(&host.rp, handle("eve"), id, "eve's now", NOW);
        self.keep(audit(&host, rename));
        self.keep(audit(&host, DeletePasskey::begin(&host.rp, handle("eve"), id)));
        self.keep(audit(&host, DeletePasskey::begin(&host.rp, mine, id)));
        let last = host.passkeys(&ada).remove(0).id;
        self.keep(audit(&host, DeletePasskey::begin(&host.rp, mine, last)));
        self.keep(audit(&host, ListPasskeys::begin(&host.rp, mine)));
    }

    /// Two users who want the same name, one of whom leaves.
    fn accounts(&mut self) {
        let host = Host::new();
        let name = "a user name that no log may show";
        self.hide_text("user name", &name);
        for handle_of in ["the-handle-of-the-first", "the-handle-of-the-second"] {
            self.hide_text("user handle", &handle(handle_of));
            self.hide_text("display name", &handle_of);
            let start = host.begin_sign_up(&new_user(handle_of, name)).unwrap();
            let response = authenticator(handle_of).create(&start.public_key, ORIGIN).unwrap();
            self.hide("response", &serde_json::from_str(&response).unwrap());
            self.hide_text("challenge", &start.public_key.challenge);
            self.hide_text("ceremony id", &start.ceremony_id);
            let finish = SignUp::finish(&host.rp, posted(start.ceremony_id, &response), NOW);
            self.keep(audit(&host, finish));
        }
        let invalid = NewUser::new(handle("new"), format!("{name}\u{7}"), "");
        let begin = SignUp::begin(&host.rp, &invalid, session(), host.challenge(), NOW);
        self.keep(audit(&host, begin));
        let erase = EraseAccount::begin(&host.rp, handle("the-handle-of-the-first"));
        self.keep(audit(&host, erase));
    }

    /// Every purpose of a sign-in where one passkey is not sufficient, and an action that needs a verification.
    fn purposes(&mut self) {
        let ada = handle("ada");
        let rule = Reverification::within(Duration::from_secs(1)).before([SensitiveAction::Rename]);
        let settings = Settings::builder().second_factor(SecondFactorRule::Always);
        let settings = settings.reverification(rule).build().unwrap();
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
        let host = Host::with(rp.build().unwrap());
        let mut device = authenticator("device");
        let passkey = host.create(&user("ada"), &mut device).unwrap();
        for request in purposes("ada") {
            let start = host.begin_sign_in(request);
            let response = device.get(&start.public_key, ORIGIN).unwrap();
            self.hide("response", &serde_json::from_str(&response).unwrap());
            let (rp, id, bytes) = (&host.rp, start.ceremony_id, response.as_bytes());
            self.keep(match request {
                SignInRequest::SecondFactor(_) => {
                    audit(&host, SignIn::finish_second_factor(rp, ada, posted(id, bytes), NOW))
                }
                SignInRequest::Reverify(_) => {
                    audit(&host, SignIn::finish_reverification(rp, ada, posted(id, bytes), NOW))
                }
                _ => audit(&host, SignIn::finish(rp, posted(id, bytes), NOW)),
            });
        }
        self.keep(audit(&host, RenamePasskey::begin(&host.rp, ada, passkey.id, "new", NOW)));
    }

    /// A ceremony that begins, fails in the browser, and is abandoned.
    fn unfinished(&mut self) {
        let host = Host::new();
        let begin = SignIn::begin(
            &host.rp,
            SignInRequest::for_account(handle("ada")),
            session(),
            host.challenge(),
            NOW,
        );
        let step = Audit::new(&host.rp, NOW).begin_steps().flow(begin);
        let audited = flow(store::run(&host.store, step)).unwrap();
        let ceremony = audited.outcome.clone().unwrap().ceremony_id;
        self.keep(audited);
        self.hide_text("ceremony id", &ceremony);
        let name = "NameOfAnExceptionThatThePageMadeUp";
        self.hide_text("name of an exception", &name);
        let body = format!(r#"{{"ceremony":"{ceremony}","error":"{name}"}}"#);
        let report = FailureReport::from_json(session(), body.as_bytes()).unwrap();
        self.keep(audit(&host, ReportFailure::begin(&host.rp, report)));
        let ceremony = host.store.take_ceremony(&ceremony).unwrap().unwrap();
        let entry = Audit::new(&host.rp, ceremony.expires_at()).abandoned(&ceremony);
        self.ends.push((vec![entry.unwrap()], None));
    }

    /// A host that replies wrongly.
    fn faults(&mut self) {
        let host = Host::new();
        let start = Audit::new(&host.rp, Timestamp::from_unix_millis(0))
            .flow(ListPasskeys::begin(&host.rp, handle("ada")));
        if let Ok(Step::Effect(waiting, _)) = start
            && let Ok(Step::Done(audited)) = waiting.resume(Reply::Stored)
        {
            self.keep(audited);
        }
    }
}
