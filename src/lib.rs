#![cfg_attr(
    any(
        not(doctest),
        all(feature = "getrandom", feature = "memory-store", feature = "test-authenticator")
    ),
    doc = include_str!("../README.md")
)]
//!
//! # The guide
//!
//! [`guide`] leads from the first passkey to running a service: a tutorial, your database, the browser side, migrating from
//! another library, testing, and troubleshooting by error code.
//!
//! # A walk-through
//!
//! `Passkeys` combines a relying party with a store. Each of its methods handles one request of a page.
//! With an asynchronous store, write `.await` for `.blocking()`: `Passkeys` has an example.
//!
//! ```
//! # #[cfg(all(feature = "getrandom", feature = "memory-store", feature = "test-authenticator"))] {
//! # use relying_party::test_authenticator::TestAuthenticator;
//! use relying_party::{
//!     Passkeys, RelyingParty, SessionBinding, SignInRequest, SignedInUser, UserHandle, store::MemoryStore,
//! };
//!
//! // Once, when the service starts. All configuration errors are reported together.
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
//! let passkeys = Passkeys::new(rp, MemoryStore::new());
//! # let mut browser = TestAuthenticator::new("Ada's laptop");
//!
//! // "Create a passkey", on the page of a signed-in user. The page passes the JSON to navigator.credentials.create(),
//! // and posts the response.
//! let ada = SignedInUser::new(UserHandle::generate()?, "ada@example.com", "Ada");
//! let session = SessionBinding::of("value of the session cookie");
//! let to_browser = passkeys.begin_create(&ada, session).blocking()?.to_json();
//! # let posted = browser.answer(&to_browser, "https://example.com")?;
//! let created = passkeys.finish_create(ada.handle(), session, posted.as_bytes()).blocking()?;
//!
//! // "Sign in with a passkey", on a page for everyone, and navigator.credentials.get().
//! let session = SessionBinding::of("value of a pre-session cookie");
//! let to_browser = passkeys.begin_sign_in(SignInRequest::Discoverable, session).blocking()?.to_json();
//! # let posted = browser.answer(&to_browser, "https://example.com")?;
//! let signed_in = passkeys.finish_sign_in(session, posted.as_bytes()).blocking()?;
//! assert!(signed_in.is_complete()); // Only then start a session, with a new identifier.
//! assert_eq!(signed_in.user, ada.handle());
//!
//! // The account page.
//! passkeys.rename(ada.handle(), created.passkey.id, "Laptop").blocking()?;
//! let listed = passkeys.list(ada.handle()).blocking()?;
//! assert_eq!(listed.passkeys[0].name.as_str(), "Laptop");
//! let deleted = passkeys.delete(ada.handle(), created.passkey.id).blocking()?;
//! // For PublicKeyCredential.signalAllAcceptedCredentials():
//! assert!(deleted.signal.all_accepted_credential_ids().is_empty());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Beneath the facade
//!
//! `Passkeys` needs the features `std` and `getrandom`. Each of its methods starts a [flow](crate::flow). A host
//! without a clock or a random source starts flows itself and passes in the time and the challenge. [`store::run`] and
//! [`store::run_async`] run a flow, or you write your own loop.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod advice;
mod assurance;
mod attestation;
mod attestation_object;
pub mod audit;
mod auth_data;
mod base64url;
mod bytes;
mod cbor;
pub mod ceremony;
mod client_data;
mod config_error;
mod cose;
pub mod crypto;
pub mod decoys;
mod error;
mod error_list;
pub mod extensions;
pub mod flow;
#[cfg(all(doc, not(doctest)))]
pub mod guide;
mod identifier;
pub mod json;
#[cfg(feature = "attestation")]
mod jws;
pub mod limits;
mod malformed;
#[cfg(feature = "mds")]
pub mod mds;
mod name;
pub mod naming;
mod object;
mod passkey;
#[cfg(all(feature = "std", feature = "getrandom"))]
mod passkeys;
#[cfg(feature = "payment")]
pub mod payment;
pub mod policy;
mod record;
mod relying_party;
mod session;
pub mod settings;
pub mod store;
pub mod tenants;
#[cfg(feature = "test-authenticator")]
pub mod test_authenticator;
mod text;
mod time;
#[cfg(feature = "attestation")]
pub mod x509;

pub use assurance::{AaguidAssurance, AndroidSecurityLevel};
#[cfg(feature = "attestation")]
pub use attestation::{
    AnchorSource, AndroidKeyAuthorizations, AndroidKeyDates, AttestationSubject, ModelCheck,
    ModelSubject, TpmKeyAttributes,
};
pub use attestation::{AttestationPolicy, StatementError, TrustError};
pub use attestation_object::AttestationObject;
pub use auth_data::{AttestedCredentialData, AuthenticatorData, Flags};
pub use bytes::{
    Aaguid, AccountId, CeremonyId, Challenge, CredentialId, InvalidAaguid, InvalidBytes, KeyHash,
    PasskeyId, UserHandle,
};
pub use client_data::ClientData;
pub use config_error::{ConfigError, ConfigErrors};
pub use cose::{Algorithm, CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey, KeyParameters};
pub use error::{Error, ErrorKind, Feature, PublicError, ReverificationReason};
pub use flow::{
    CreatePasskey, DeletePasskey, Effect, EraseAccount, Flow, ListPasskeys, NewUser, Posted,
    RenamePasskey, Reply, SignIn, SignInRequest, SignUp, SignedInUser, Step, StepUp,
    VerificationProof,
};
pub use malformed::{CborError, Malformed};
pub use name::{InvalidName, PasskeyName};
pub use passkey::{
    Attestation, AttestationLevel, AttestationTrust, AttestationType, ImportError, Passkey,
    PasskeyImport, PasskeyState, PasskeySummary, StoredPasskey, StoredPasskeyError,
};
#[cfg(all(feature = "std", feature = "getrandom"))]
pub use passkeys::{Passkeys, Run};
pub use relying_party::{RelyingParty, RelyingPartyBuilder};
pub use session::SessionBinding;
pub use settings::Settings;
pub use time::{Duration, TimeOutOfRange, Timestamp};
