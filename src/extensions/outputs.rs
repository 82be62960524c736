//! Extension outputs (§9.4, §9.5), and whether they are what was requested.

mod authentication;
mod cbor;
mod json;
mod registration;

use alloc::vec::Vec;

use serde::Deserialize;

pub(crate) use self::authentication::app_id_in_use;
pub use self::{
    authentication::{
        AuthenticationAuthenticatorOutputs, AuthenticationClientOutputs, AuthenticationOutputs,
    },
    registration::{
        RegistrationAuthenticatorOutputs, RegistrationClientOutputs, RegistrationOutputs,
    },
};
use super::{DerivedSecret, Extension, ExtensionError, RequestedExtensions, UvmEntry};

/// The output of `prf` (§10.1.4).
///
/// ```text
/// { enabled?: boolean, results?: { first: base64url, second?: base64url } }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PrfOutput {
    /// Whether the passkey can derive secrets; said at creation only.
    pub enabled: Option<bool>,
    /// What was derived; may be missing although asked for, at creation above all.
    #[serde(default, deserialize_with = "json::optional_object")]
    pub results: Option<PrfResults>,
}

/// `AuthenticationExtensionsPRFValues` as an output: the secrets that were derived.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PrfResults {
    /// From the first input.
    pub first: DerivedSecret,
    /// From the second input, if there was one.
    pub second: Option<DerivedSecret>,
}

impl PrfOutput {
    /// A second secret that nobody asked for is of no use, and not kept.
    fn without_unasked(mut self, requested: &RequestedExtensions) -> Self {
        if let Some(results) = self.results.as_mut().filter(|_| !requested.prf_second) {
            results.second = None;
        }
        self
    }
}

/// `HMACGetSecretOutput`: the secrets that were derived (CTAP 2.1 §12.5).
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

/// What a required output that says yes or no must say.
fn done(extension: Extension, said: Option<bool>) -> Result<(), ExtensionError> {
    match said {
        Some(true) => Ok(()),
        Some(false) => Err(ExtensionError::NotDone(extension)),
        None => Err(ExtensionError::Missing(extension)),
    }
}

/// What a required output must be that is a value.
fn present(extension: Extension, is_present: bool) -> Result<(), ExtensionError> {
    if is_present { Ok(()) } else { Err(ExtensionError::Missing(extension)) }
}
