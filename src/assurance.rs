//! How reliable an AAGUID and the place of an Android key are.

use serde::{Deserialize, Serialize};

/// Whether an AAGUID was proved, or is only claimed by the authenticator.
///
/// An authenticator can claim any AAGUID. It is only attested if the attestation statement leads to a trust anchor
/// *and* the
/// attester vouches for the AAGUID: see [`AttestationPolicy`](crate::AttestationPolicy#aaguids).
///
/// ```
/// use relying_party::{AaguidAssurance, Passkey};
/// fn label(passkey: &Passkey) -> &'static str {
///     match passkey.attestation.aaguid {
///         AaguidAssurance::Attested => "made by this model",
///         AaguidAssurance::Claimed => "says that it was made by this model",
///     }
/// }
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum AaguidAssurance {
    /// The authenticator claims it, and nothing proves it. Records from before this was recorded are read as claimed.
    #[default]
    Claimed,
    /// A trusted attester vouches for it.
    Attested,
}

impl AaguidAssurance {
    /// Returns whether a trusted attester vouches for the AAGUID.
    #[must_use]
    pub const fn is_attested(self) -> bool {
        matches!(self, Self::Attested)
    }

    /// Returns whether to omit it from JSON.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde requires")]
    pub(crate) const fn is_claimed(&self) -> bool {
        !self.is_attested()
    }
}

/// Where an Android key is stored, according to its attestation (the lower one of `attestationSecurityLevel` and
/// `keymasterSecurityLevel`, §8.4.1).
///
/// ```
/// use relying_party::AndroidSecurityLevel;
/// assert!(AndroidSecurityLevel::StrongBox > AndroidSecurityLevel::TrustedEnvironment);
/// assert!(AndroidSecurityLevel::TrustedEnvironment.is_hardware());
/// assert!(!AndroidSecurityLevel::Software.is_hardware());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AndroidSecurityLevel {
    /// In Android itself, where a compromised system can read it (0).
    Software,
    /// In the trusted execution environment (1).
    TrustedEnvironment,
    /// In a separate secure element, the `StrongBox` (2).
    StrongBox,
}

impl AndroidSecurityLevel {
    /// Returns whether hardware keeps the key out of the operating system's reach.
    #[must_use]
    pub const fn is_hardware(self) -> bool {
        matches!(self, Self::TrustedEnvironment | Self::StrongBox)
    }
}
