//! Auditing: the outcome of every flow as entries for a log.
//!
//! [`Audit::flow`] wraps a flow. The wrapped flow returns the flow's outcome, success or error, together with one
//! [`AuditEntry`] for each fact. It runs like any flow: with [`store::run`](crate::store::run),
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
//! On success the account and the passkey were verified. On a refusal they are the target of the attempt: nothing
//! proves that it came from the account's owner.
//!
//! # When the store fails
//!
//! There is no entry at all. A store that reports an error may or may not have performed the operation, and a log must
//! not guess.
//!
//! # `tracing`
//!
//! With the feature `tracing`, every entry is also an event of the target `relying_party::audit`, with the members of
//! the entry as its fields: at `INFO` for successes, at `WARN` for refusals and for counters that did not increase, at
//! `ERROR` for bugs of the host or the store.

mod entry;
mod facts;
mod flow;
#[cfg(feature = "tracing")]
mod tracing;

pub use self::{
    entry::{AuditAction, AuditEntry, AuditError, AuditEvent},
    facts::Auditable,
    flow::{Audit, Audited, AuditedFlow},
};
