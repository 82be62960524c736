//! What a ceremony remembers of its extension inputs.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{AppId, CredentialProtection, Extension, ExtensionError, InvalidExtensions, Unread};

/// What a ceremony remembers of its extension inputs in order to check the outputs: not the inputs themselves.
/// [`RegistrationInputs`](crate::extensions::RegistrationInputs) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedExtensions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requested: Vec<Extension>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<Extension>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cred_protect: Option<CredentialProtection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_pin_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_id: Option<AppId>,
    /// Whether any `prf` input came with a second value.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) prf_second: bool,
    /// Whether a large blob is written rather than read.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) large_blob_write: bool,
    /// Whether the client may act for a remote one.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) remote_client: bool,
}

impl RequestedExtensions {
    /// Returns whether an extension was requested.
    #[must_use]
    pub fn contains(&self, extension: Extension) -> bool {
        self.requested.contains(&extension)
    }

    /// Returns whether the ceremony fails unless an extension took effect.
    #[must_use]
    pub fn requires(&self, extension: Extension) -> bool {
        self.required.contains(&extension)
    }

    pub(super) fn required(&self) -> impl Iterator<Item = Extension> {
        self.required.iter().copied()
    }

    pub(super) fn request(&mut self, extension: Extension) {
        if !self.contains(extension) {
            self.requested.push(extension);
        }
    }

    pub(super) fn require(&mut self, extension: Extension) {
        if !self.requires(extension) {
            self.required.push(extension);
        }
    }

    /// Checks that the client acted for a remote one only if it may. The output is `true` if it did (Level 4 §10.1.6).
    pub(super) fn check_remote_client(&self, other: &Unread<String>) -> Result<(), ExtensionError> {
        match other.get("remoteClientDataJSON") {
            Some(output) if !self.remote_client && output != "false" => {
                Err(ExtensionError::RemoteClient)
            }
            _ => Ok(()),
        }
    }

    /// Checks that everything required was also requested.
    pub(super) fn check(&self) -> Result<(), InvalidExtensions> {
        match self.required.iter().find(|extension| !self.contains(**extension)) {
            Some(extension) => Err(InvalidExtensions::NotRequested(*extension)),
            None => Ok(()),
        }
    }
}
