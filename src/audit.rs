//! Audit: what became of every flow, as entries for a log.
//!
//! [`Audit::flow`] wraps a flow. What comes out is the flow's outcome, success or error, and beside it one
//! [`AuditEntry`] for each fact. It runs as every flow does: with [`store::run`](crate::store::run),
//! [`store::run_async`](crate::store::run_async), or a host's own loop.
//!
//! ```
//! # #[cfg(feature = "memory-store")] {
//! use relying_party::{Challenge, RelyingParty, SignIn, SignInRequest, Timestamp};
//! use relying_party::{audit::Audit, store::{self, MemoryStore}};
//!
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
//! let store = MemoryStore::new();
//! let now = Timestamp::from_unix_millis(1_700_000_000_000);
//! let begin = SignIn::begin(&rp, SignInRequest::Discoverable, Challenge::from([1; 32]), now);
//! let start = store::run(&store, begin).unwrap();
//!
//! let finish = SignIn::finish(&rp, start.ceremony_id, b"no response", now);
//! let audited = store::run(&store, Audit::new(&rp, now).flow(finish)).unwrap(); // fails with the store only
//! for entry in &audited.entries {
//!     // Into a log of the host's.
//!     assert_eq!(
//!         serde_json::to_string(entry).unwrap(),
//!         r#"{"at":1700000000000,"rp_id":"example.com","action":"finish_sign_in","#.to_owned()
//!             + r#""event":"refused","error":{"code":"malformed","kind":"client"}}"#,
//!     );
//! }
//! let signed_in = audited.outcome; // as it would have been without the audit
//! assert!(signed_in.is_err());
//! # }
//! ```
//!
//! # What is in an entry, and what is not
//!
//! No challenge, signature or key, no credential id (a passkey goes by its [`PasskeyId`](crate::PasskeyId)), no name of
//! a passkey or a user, nothing that a browser sent as text, and no ceremony id, with which another browser could finish
//! the ceremony. An account goes by its [`AccountId`](crate::AccountId), which is derived from the user handle: a host
//! that knows an account finds its entries, whoever reads the log finds no account, and once the handle is deleted the
//! entries are nobody's. Entries are still about people: keep them no longer than they are needed.
//!
//! # What an entry proves
//!
//! On success the account and the passkey were verified. On a refusal they are what the attempt was aimed at: nothing
//! proves that it came from the account's owner.
//!
//! # When the store fails
//!
//! Then there is no entry at all: a store that reports an error may or may not have done what it was asked, and a log
//! must not say what nobody knows.
//!
//! # `tracing`
//!
//! With the feature `tracing`, every entry is also an event of the target `relying_party::audit`, with the members of
//! the entry as its fields: at `INFO` what went well, at `WARN` refusals and counters that went back, at `ERROR` what is
//! a bug of the host or the store.

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
