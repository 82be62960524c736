#![doc = include_str!("../README.md")]
//!
//! # A walk-through, blocking
//!
//! ```
//! # #[cfg(all(feature = "memory-store", feature = "test-authenticator"))] {
//! use relying_party::{
//!     CreatePasskey, DeletePasskey, ListPasskeys, RelyingParty, RenamePasskey, SignIn, SignInRequest, SignedInUser,
//!     Timestamp, UserHandle, store::{self, MemoryStore}, test_authenticator::TestAuthenticator,
//! };
//!
//! // Once, when the service starts. Every problem of the configuration is reported at once.
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
//! let store = MemoryStore::new();
//! // What stands for the browser here.
//! let mut browser = TestAuthenticator::new("Ada's laptop");
//! let now = Timestamp::from_unix_millis(1_700_000_000_000);
//!
//! // "Create a passkey", by somebody who is signed in.
//! let ada = SignedInUser::new(UserHandle::try_from(&[7; 32][..]).unwrap(), "ada@example.com", "Ada");
//! let start = store::run(&store, CreatePasskey::begin(&rp, &ada, [1; 32].into(), now)).unwrap();
//! // `start.public_key` goes to the browser as JSON, `start.ceremony_id` into a cookie …
//! let response = browser.create(&start.public_key, "https://example.com").unwrap();
//! // … and both come back in the next request.
//! let finish = CreatePasskey::finish(&rp, ada.handle(), start.ceremony_id, response.as_bytes(), now);
//! let passkey = store::run(&store, finish).unwrap().passkey;
//!
//! // "Sign in with a passkey", by anybody.
//! let begin = SignIn::begin(&rp, SignInRequest::Discoverable, [2; 32].into(), now);
//! let start = store::run(&store, begin).unwrap();
//! let response = browser.get(&start.public_key, "https://example.com").unwrap();
//! let finish = SignIn::finish(&rp, start.ceremony_id, response.as_bytes(), now);
//! let signed_in = store::run(&store, finish).unwrap();
//! assert!(signed_in.is_complete()); // A session begins only then.
//! assert_eq!(signed_in.user, ada.handle());
//!
//! // The account page.
//! let rename = RenamePasskey::begin(&rp, ada.handle(), passkey.id, "Laptop", now);
//! store::run(&store, rename).unwrap();
//! let listed = store::run(&store, ListPasskeys::begin(&rp, ada.handle())).unwrap();
//! assert_eq!(listed.passkeys[0].name.as_str(), "Laptop");
//! let deleted = store::run(&store, DeletePasskey::begin(&rp, ada.handle(), passkey.id)).unwrap();
//! // For PublicKeyCredential.signalAllAcceptedCredentials():
//! assert!(deleted.signal.all_accepted_credential_ids().is_empty());
//! # }
//! ```
//!
//! # A walk-through, asynchronous
//!
//! The same flows over [`AsyncPasskeyStore`](store::AsyncPasskeyStore), on whatever runtime the host has.
//!
//! ```
//! use relying_party::{Challenge, CeremonyId, CreatePasskey, RelyingParty, SignIn, SignInRequest, SignedInUser, Timestamp};
//! use relying_party::store::{AsyncPasskeyStore, RunError, run_async};
//!
//! async fn create_options<S: AsyncPasskeyStore>(
//!     rp: &RelyingParty, store: &S, user: &SignedInUser, challenge: Challenge, now: Timestamp,
//! ) -> Result<(CeremonyId, String), RunError<S::Error>> {
//!     let start = run_async(store, CreatePasskey::begin(rp, user, challenge, now)).await?;
//!     Ok((start.ceremony_id, serde_json::to_string(&start.public_key).expect("options are JSON")))
//! }
//!
//! async fn create<S: AsyncPasskeyStore>(
//!     rp: &RelyingParty, store: &S, user: &SignedInUser, ceremony: CeremonyId, response: &[u8], now: Timestamp,
//! ) -> Result<String, RunError<S::Error>> {
//!     let finish = CreatePasskey::finish(rp, user.handle(), ceremony, response, now);
//!     Ok(run_async(store, finish).await?.passkey.name.to_string())
//! }
//!
//! async fn sign_in_options<S: AsyncPasskeyStore>(
//!     rp: &RelyingParty, store: &S, challenge: Challenge, now: Timestamp,
//! ) -> Result<(CeremonyId, String), RunError<S::Error>> {
//!     let start = run_async(store, SignIn::begin(rp, SignInRequest::Autofill, challenge, now)).await?;
//!     Ok((start.ceremony_id, serde_json::to_string(&start.public_key).expect("options are JSON")))
//! }
//!
//! async fn sign_in<S: AsyncPasskeyStore>(
//!     rp: &RelyingParty, store: &S, ceremony: CeremonyId, response: &[u8], now: Timestamp,
//! ) -> Result<Option<relying_party::UserHandle>, RunError<S::Error>> {
//!     let signed_in = run_async(store, SignIn::finish(rp, ceremony, response, now)).await?;
//!     // Otherwise the user has to show another factor first.
//!     Ok(signed_in.is_complete().then_some(signed_in.user))
//! }
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod attestation;
mod attestation_object;
pub mod audit;
mod auth_data;
mod bytes;
mod cbor;
pub mod ceremony;
mod client_data;
mod config_error;
mod cose;
pub mod crypto;
pub mod decoys;
mod error;
pub mod extensions;
pub mod flow;
pub mod json;
#[cfg(feature = "attestation")]
mod jws;
pub mod limits;
mod malformed;
#[cfg(feature = "mds")]
pub mod mds;
mod name;
pub mod naming;
mod passkey;
pub mod policy;
mod relying_party;
pub mod settings;
pub mod store;
#[cfg(feature = "test-authenticator")]
pub mod test_authenticator;
mod time;
mod version;
#[cfg(feature = "attestation")]
pub mod x509;

#[cfg(feature = "attestation")]
pub use attestation::{AnchorSource, AndroidKeyAuthorizations, AttestationSubject};
pub use attestation::{AttestationPolicy, StatementError, TrustError};
pub use attestation_object::AttestationObject;
pub use auth_data::{AttestedCredentialData, AuthenticatorData, Flags};
pub use bytes::{
    Aaguid, AccountId, CeremonyId, Challenge, CredentialId, InvalidAaguid, InvalidBytes, KeyHash,
    PasskeyId, UserHandle,
};
pub use cbor::CborError;
pub use client_data::ClientData;
pub use config_error::{ConfigError, ConfigErrors};
pub use cose::{Algorithm, CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey, KeyParameters};
pub use error::{Error, ErrorKind, Feature, PublicError, ReverificationReason};
pub use flow::{
    CreatePasskey, DeletePasskey, Effect, Flow, ListPasskeys, RenamePasskey, Reply, SignIn,
    SignInRequest, SignedInUser, Step, StepUp, VerificationProof,
};
pub use malformed::Malformed;
pub use name::{InvalidName, PasskeyName};
pub use passkey::{
    Attestation, AttestationLevel, AttestationTrust, AttestationType, ImportError, Passkey,
    PasskeyImport, PasskeyState, PasskeySummary,
};
pub use relying_party::{RelyingParty, RelyingPartyBuilder};
pub use settings::Settings;
pub use time::{Duration, Timestamp};
