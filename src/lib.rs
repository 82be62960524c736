//! A `WebAuthn` relying party as sans-IO state machines.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod attestation;
mod attestation_object;
mod auth_data;
mod bytes;
mod cbor;
pub mod ceremony;
mod client_data;
mod cose;
pub mod crypto;
mod error;
mod extensions;
pub mod flow;
pub mod json;
pub mod limits;
mod malformed;
mod name;
pub mod naming;
mod passkey;
pub mod policy;
mod relying_party;
pub mod store;
#[cfg(feature = "test-authenticator")]
pub mod test_authenticator;
mod time;
#[cfg(feature = "attestation")]
pub mod x509;

#[cfg(feature = "attestation")]
pub use attestation::{AnchorSource, AttestationSubject};
pub use attestation::{AttestationPolicy, StatementError, TrustError};
pub use attestation_object::AttestationObject;
pub use auth_data::{AttestedCredentialData, AuthenticatorData, Flags};
pub use bytes::{
    Aaguid, CeremonyId, Challenge, CredentialId, InvalidAaguid, InvalidBytes, KeyHash, PasskeyId,
    UserHandle,
};
pub use cbor::CborError;
pub use client_data::ClientData;
pub use cose::{Algorithm, CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey, KeyParameters};
pub use error::{Error, ErrorKind, PublicError};
pub use flow::{
    CreatePasskey, DeletePasskey, Effect, Flow, ListPasskeys, RenamePasskey, Reply, SignIn,
    SignInRequest, SignedInUser, Step,
};
pub use malformed::Malformed;
pub use name::{InvalidName, PasskeyName};
pub use passkey::{
    Attestation, AttestationLevel, AttestationTrust, AttestationType, Passkey, PasskeyState,
};
pub use relying_party::{ConfigError, ConfigErrors, RelyingParty, RelyingPartyBuilder};
pub use time::{Duration, Timestamp};
