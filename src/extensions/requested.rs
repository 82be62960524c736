//! What was requested: what a ceremony remembers of its extension inputs.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{AppId, CredentialProtection, Extension, InvalidExtensions};

/// What a ceremony remembers of its extension inputs, in order to judge the outputs: not the inputs themselves.
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
    /// Whether any `prf` input came with a second one.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) prf_second: bool,
    /// Whether a large blob is written, rather than read.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(super) large_blob_write: bool,
}

impl RequestedExtensions {
    /// Whether an extension was requested.
    #[must_use]
    pub fn contains(&self, extension: Extension) -> bool {
        self.requested.contains(&extension)
    }

    /// Whether the ceremony fails unless an extension had its effect.
    #[must_use]
    pub fn requires(&self, extension: Extension) -> bool {
        self.required.contains(&extension)
    }

    pub(super) fn required(&self) -> impl Iterator<Item = Extension> {
        self.required.iter().copied()
    }

    /// Whether an output of another type than its extension says is refused. `credProps` is unsigned and informs a
    /// user interface, never a decision: unless it is required, what does not parse counts as not said.
    pub(super) fn is_strict(&self, extension: Extension) -> bool {
        self.requires(extension) || (self.contains(extension) && extension != Extension::CredProps)
    }

    /// Whether it matters that the outputs as a whole do not parse.
    pub(super) fn is_any_strict(&self) -> bool {
        self.requested.iter().any(|extension| self.is_strict(*extension))
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

    /// Whether all that is required was requested.
    pub(super) fn check(&self) -> Result<(), InvalidExtensions> {
        match self.required.iter().find(|extension| !self.contains(**extension)) {
            Some(extension) => Err(InvalidExtensions::NotRequested(*extension)),
            None => Ok(()),
        }
    }
}
