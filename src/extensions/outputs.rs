//! Extension outputs (§9.4, §9.5), and whether they match what was requested.

mod authentication;
mod cbor;
mod json;
mod registration;

use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use self::authentication::app_id_in_use;
pub use self::{
    authentication::{
        AuthenticationAuthenticatorOutputs, AuthenticationClientOutputs, AuthenticationOutputs,
    },
    registration::{
        RegistrationAuthenticatorOutputs, RegistrationClientOutputs, RegistrationOutputs,
    },
};
use super::{DerivedSecret, Extension, ExtensionError, RequestedExtensions, Unread, UvmEntry};

/// The outputs that no field holds.
struct Rest<T> {
    /// Outputs of unknown extensions, or unrequested outputs of those that must be requested.
    other: Unread<T>,
    /// Outputs of the wrong type.
    unreadable: Unread<T>,
}

impl<T> Default for Rest<T> {
    fn default() -> Self {
        Self { other: Unread::default(), unreadable: Unread::default() }
    }
}

/// The output of `prf` (§10.1.4).
///
/// ```text
/// { enabled?: boolean, results?: { first: base64url, second?: base64url } }
/// ```
///
/// ```
/// use relying_party::extensions::{AuthenticationOutputs, RegistrationOutputs};
///
/// /// Whether notes can be encrypted with a secret of the new passkey.
/// fn can_encrypt(created: &RegistrationOutputs) -> bool {
///     created.client.prf.as_ref().is_some_and(|prf| prf.enabled == Some(true))
/// }
///
/// /// The secret, after a sign-in.
/// fn secret(signed_in: &AuthenticationOutputs) -> Option<&[u8; 32]> {
///     signed_in.client.prf.as_ref().map(|results| results.first.as_bytes())
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrfOutput {
    /// Whether the passkey can derive secrets. Only reported at creation.
    pub enabled: Option<bool>,
    /// The derived secrets. May be missing although requested, especially at creation.
    pub results: Option<PrfResults>,
}

/// `AuthenticationExtensionsPRFValues` as an output: the derived secrets.
/// [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PrfResults {
    /// From the first input.
    pub first: DerivedSecret,
    /// From the second input, if there was one.
    pub second: Option<DerivedSecret>,
}

impl PrfOutput {
    /// Reads what is readable, but no second secret that was not requested. Returns whether everything was readable:
    /// pages that remove the secrets before they post a response leave `enabled`.
    fn read(slot: &mut Option<Self>, value: &RawValue, requested: &RequestedExtensions) -> bool {
        let mut prf = Self::default();
        let readable = json::members(value, |name, value| match name {
            "enabled" => Some(json::value(&mut prf.enabled, value)),
            "results" => Some(json::object(&mut prf.results, value)),
            _ => None,
        });
        if let Some(results) = prf.results.as_mut().filter(|_| !requested.prf_second) {
            results.second = None;
        }
        *slot = Some(prf).filter(|prf| *prf != Self::default());
        readable
    }
}

/// `HMACGetSecretOutput`: the derived secrets (CTAP 2.1 §12.5).
/// [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct HmacOutput {
    /// From the first salt.
    pub output1: DerivedSecret,
    /// From the second salt, if there was one.
    pub output2: Option<DerivedSecret>,
}

/// The entries of `uvm` in JSON, one to three of them (Level 2 §10.3).
#[derive(Deserialize)]
#[serde(try_from = "Vec<UvmEntry>")]
struct Uvm(Vec<UvmEntry>);

impl TryFrom<Vec<UvmEntry>> for Uvm {
    type Error = &'static str;

    fn try_from(entries: Vec<UvmEntry>) -> Result<Self, Self::Error> {
        match entries.len() {
            1..=3 => Ok(Self(entries)),
            _ => Err("not 1 to 3 entries"),
        }
    }
}

/// Checks a required output that is a yes or no.
fn done(extension: Extension, said: Option<bool>) -> Result<(), ExtensionError> {
    match said {
        Some(true) => Ok(()),
        Some(false) => Err(ExtensionError::NotDone(extension)),
        None => Err(ExtensionError::Missing(extension)),
    }
}

/// Checks a required output that is a value.
fn present(extension: Extension, is_present: bool) -> Result<(), ExtensionError> {
    if is_present { Ok(()) } else { Err(ExtensionError::Missing(extension)) }
}
