//! Auditing: the outcome of every flow as entries for a log.
//!
//! [`Audit::flow`] wraps a flow. The wrapped flow returns the flow's outcome, success or error, together with one
//! [`AuditEntry`] for each thing that happened. It runs like any flow: with [`store::run`](crate::store::run),
//! [`store::run_async`](crate::store::run_async), or your own loop.
//!
//! ```
//! # #[cfg(feature = "memory-store")] {
//! use relying_party::{Challenge, Posted, RelyingParty, SessionBinding, SignIn, SignInRequest, Timestamp};
//! use relying_party::{audit::Audit, store::{self, MemoryStore}};
//!
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
//! let store = MemoryStore::new();
//! let now = Timestamp::from_unix_millis(1_700_000_000_000);
//! let session = SessionBinding::of("value of the pre-session cookie");
//! let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session, Challenge::from([1; 32]), now);
//! let start = store::run(&store, begin).unwrap();
//!
//! let posted = Posted { session, ceremony: start.ceremony_id, response: b"no response" };
//! let finish = SignIn::finish(&rp, posted, now);
//! let audited = store::run(&store, Audit::new(&rp, now).flow(finish)).unwrap(); // fails only if the store does
//! for entry in &audited.entries {
//!     // Write them to your log.
//!     assert_eq!(
//!         serde_json::to_string(entry).unwrap(),
//!         r#"{"at":1700000000000,"rp_id":"example.com","action":"finish_sign_in","#.to_owned()
//!             + r#""event":"refused","error":{"code":"malformed","kind":"client"}}"#,
//!     );
//! }
//! let signed_in = audited.outcome; // the same as without the audit
//! assert!(signed_in.is_err());
//! # }
//! ```
//!
//! # What an entry contains
//!
//! An entry contains no challenge, signature or key, no credential ID (a passkey is identified by its
//! [`PasskeyId`](crate::PasskeyId)), no name of a passkey or a user, no text from a browser, and no ceremony ID or
//! session binding. An account is identified by its [`AccountId`](crate::AccountId), which is derived from the user
//! handle: a host that knows an account can find its entries, but a reader of the log cannot find the account, and once
//! the handle is deleted no one can link the entries to it. Entries are still about people: do not keep them longer
//! than necessary.
//!
//! # What an entry proves
//!
//! In an entry about a success, the account and the passkey were verified. In an entry about a refusal, they are only
//! the target of the attempt: nothing proves that the attempt came from the account's owner.
//!
//! # When the store fails
//!
//! Then there is no entry at all. A store that reports an error may or may not have performed the operation, and a log
//! must not guess.
//!
//! # `tracing`
//!
//! With the feature `tracing`, every entry is also an event of the target `relying_party::audit`, with the members of
//! the entry as its fields: at `INFO` for successes, at `WARN` for refusals and for counters that did not increase, and
//! at `ERROR` for bugs in the host or the store.
//!
//! # Ceremonies that do not finish
//!
//! A finish step reports what the server refused. Three more entries show where users give up before that:
//!
//! - `ceremony_begun`, if you [ask for it](Audit::begin_steps);
//! - `browser_failed`, if the page [reports](crate::flow::ReportFailure) what `navigator.credentials` failed with;
//! - `ceremony_abandoned`, if you [pass in](Audit::abandoned) the ceremonies that your store sweeps.
//!
//! # Metrics
//!
//! With the feature `metrics`, audited flows and requests that were [refused](Audit::refused) also go to the recorder
//! of the crate `metrics`, such as an exporter for Prometheus. No label has text from a browser, and none identifies a
//! user. The names and labels are stable:
//!
//! | Name | Type | Labels | Meaning |
//! |---|---|---|---|
//! | `relying_party_ceremonies_begun_total` | counter | `ceremony`, `conditional` | ceremonies that began |
//! | `relying_party_ceremonies_finished_total` | counter | `ceremony` | ceremonies that were finished with success |
//! | `relying_party_ceremonies_abandoned_total` | counter | `ceremony`, `conditional` | ceremonies that were [passed in](Audit::abandoned) as abandoned |
//! | `relying_party_browser_failures_total` | counter | `ceremony`, `error` | failures that browsers [reported](crate::flow::ReportFailure) |
//! | `relying_party_refused_total` | counter | `action`, `code`, `kind` | flows that failed, and requests that you refused |
//! | `relying_party_events_total` | counter | `action`, `event` | all events, by their names in the audit log; a ceremony that begins counts even if it is not reported |
//! | `relying_party_ceremony_seconds` | histogram | `ceremony` | from the beginning of a ceremony to its success, by your clock: how long users take |
//! | `relying_party_verification_seconds` | histogram | `ceremony`, `outcome` | the time that the steps of a finishing flow take, without the store's part; only with the facade, or with `Audit::timed` |
//!
//! `ceremony` is `create`, `sign_up` or `sign_in`; `conditional` is `true` or `false`; `error` is that of
//! [`BrowserError::as_str`](crate::flow::BrowserError::as_str); `outcome` is `accepted` or `refused`. A flow whose store
//! fails counts nowhere.

mod entry;
mod facts;
mod flow;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "tracing")]
mod tracing;

pub use self::{
    entry::{AuditAction, AuditEntry, AuditError, AuditEvent},
    facts::Auditable,
    flow::{Audit, Audited, AuditedFlow},
};
