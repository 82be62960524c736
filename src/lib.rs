//! A `WebAuthn` relying party as sans-IO state machines.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod bytes;
pub mod json;
pub mod limits;
mod name;
#[cfg(feature = "test-authenticator")]
pub mod test_authenticator;
mod time;

pub use bytes::{
    Aaguid, CeremonyId, Challenge, CredentialId, InvalidAaguid, InvalidBytes, PasskeyId, UserHandle,
};
pub use name::{InvalidName, PasskeyName};
pub use time::{Duration, Timestamp};
