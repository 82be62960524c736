//! Why a ceremony failed: one variant per rule.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    attestation::{AttestationError, StatementError, TrustError},
    cose::{Algorithm, InvalidKey},
    extensions::ExtensionError,
    malformed::Malformed,
    policy::{EmbeddingError, OriginError},
};

/// The first rule of §7.1 or §7.2 that a response broke.
///
/// Its [`code`](Self::code) is stable. The message is for developers. It contains what was expected and what was found,
/// unless that is secret: it never contains a challenge, a signature, a user handle or a key.
/// [`explain_registration`](super::explain_registration) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// §7.1 steps 3, 6 and 13; §7.2 steps 3 and 9: something cannot be parsed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// §7.1 step 7, §7.2 step 10: the client data are of another kind of ceremony.
    #[error("client data type is {found:?}, not {expected:?}")]
    Type {
        /// The type of this kind of ceremony.
        expected: &'static str,
        /// The type that was sent.
        found: String,
    },
    /// §7.1 step 8, §7.2 step 11: the challenge is not the one that was issued.
    #[error("the challenge is not the one that was issued")]
    Challenge,
    /// §7.1 step 9, §7.2 step 12: the origin is not expected.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// §7.1 steps 10 and 11, §7.2 steps 13 and 14: the call came from a frame where that is not expected.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// §7.1 step 14, §7.2 step 15: the credential is scoped to another RP ID.
    #[error("the credential is not scoped to RP ID {expected:?}")]
    RpId {
        /// The RP ID of the ceremony, or the AppID if the client reports that it was used.
        expected: String,
    },
    /// §7.1 step 15, §7.2 step 16: UP is not set.
    #[error("the user was not present: UP is not set")]
    UserPresence,
    /// §7.1 step 16, §7.2 step 17: UV is required but not set.
    #[error("the user was not verified, which is required: UV is not set")]
    UserVerification,
    /// §7.1 step 17, §7.2 step 18: BS is set without BE.
    #[error("the passkey is backed up although not eligible for backup: BS is set, BE is not")]
    BackupState,
    /// §7.2 step 19: BE has changed since the credential was created, which must never happen.
    #[error("backup eligibility (BE) changed from {stored} to {found}")]
    BackupEligibility {
        /// BE of the record.
        stored: bool,
        /// BE of the response.
        found: bool,
    },
    /// §7.1 step 18, §7.2 step 19: the settings do not accept passkeys with this BE.
    #[error("passkeys with backup eligibility (BE) {eligible} are not accepted")]
    BackupPolicy {
        /// BE of the response.
        eligible: bool,
    },
    /// §7.1 step 20: the algorithm was not offered.
    #[error("algorithm {found} was not offered; offered are {}", Listed(.offered))]
    AlgorithmNotOffered {
        /// The algorithm of the key.
        found: Algorithm,
        /// The offered algorithms.
        offered: Vec<Algorithm>,
    },
    /// The verifier does not support the algorithm: a configuration error, or a record from another configuration.
    #[error("algorithm {0} is not supported by the signature verifier")]
    AlgorithmNotSupported(Algorithm),
    /// §5.8.5: the key is invalid for its algorithm.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// §7.1 step 21: the attestation format is not supported.
    #[error("attestation format {0:?} is not supported")]
    AttestationFormat(String),
    /// §7.1 step 22: the attestation statement is invalid.
    #[error(transparent)]
    AttestationStatement(#[from] StatementError),
    /// §7.1 step 24: the attestation statement is valid but not trusted.
    #[error("the attestation is not trusted: {0}")]
    AttestationTrust(#[source] TrustError),
    /// §7.1 step 25 and related rules: the credential ID is empty or longer than 1023 bytes, or `id`, `rawId` and the
    /// attested ID differ.
    #[error("credential id: {0}")]
    CredentialId(&'static str),
    /// §7.2 steps 5 and 6: the credential is not one that the ceremony allows.
    #[error("the credential is not allowed in this ceremony")]
    CredentialNotAllowed,
    /// §7.2 step 6: the credential is a [decoy](crate::decoys), which no authenticator has. An attacker is trying IDs
    /// from allow lists.
    #[error("the credential id is a decoy")]
    Decoy,
    /// §7.2 step 6: the user handle is missing or names another account.
    #[error("the user handle {0}")]
    UserHandle(&'static str),
    /// §7.1 step 28, §7.2 step 23: an extension output does not match what was requested.
    #[error(transparent)]
    Extension(#[from] ExtensionError),
    /// §7.2 step 21: the signature does not verify.
    #[error("the signature is invalid")]
    Signature,
    /// §7.2 step 22: the counter did not increase, a sign of a cloned authenticator.
    #[error("the signature counter went from {stored} to {found} instead of increasing")]
    SignCount {
        /// The counter of the record.
        stored: u32,
        /// The counter of the response.
        found: u32,
    },
}

impl From<AttestationError> for CeremonyError {
    fn from(error: AttestationError) -> Self {
        match error {
            AttestationError::Format(format) => Self::AttestationFormat(format),
            AttestationError::Statement(error) => Self::AttestationStatement(error),
            AttestationError::Trust(error) => Self::AttestationTrust(error),
        }
    }
}

impl CeremonyError {
    /// Returns a stable word for machines: the rule that was broken.
    ///
    /// One of `malformed`, `type`, `challenge`, `origin`, `cross_origin`, `top_origin`, `rp_id`, `user_presence`,
    /// `user_verification`, `backup_flags`, `algorithm`, `credential_id`, `credential_not_allowed`, `decoy`,
    /// `user_handle`, `sign_count`, `signature`, `attestation_format`, `attestation_statement`, `attestation_trust`,
    /// `extension`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Key(InvalidKey::Value(_)) => "malformed",
            Self::Type { .. } => "type",
            Self::Challenge => "challenge",
            Self::Origin(_) => "origin",
            Self::Embedding(EmbeddingError::TopOrigin { .. }) => "top_origin",
            Self::Embedding(_) => "cross_origin",
            Self::RpId { .. } => "rp_id",
            Self::UserPresence => "user_presence",
            Self::UserVerification => "user_verification",
            Self::BackupState | Self::BackupEligibility { .. } | Self::BackupPolicy { .. } => {
                "backup_flags"
            }
            Self::AlgorithmNotOffered { .. }
            | Self::AlgorithmNotSupported(_)
            | Self::Key(InvalidKey::Algorithm(_)) => "algorithm",
            Self::AttestationFormat(_) => "attestation_format",
            Self::AttestationStatement(_) => "attestation_statement",
            Self::AttestationTrust(_) => "attestation_trust",
            Self::CredentialId(_) => "credential_id",
            Self::CredentialNotAllowed => "credential_not_allowed",
            Self::Decoy => "decoy",
            Self::UserHandle(_) => "user_handle",
            Self::Extension(_) => "extension",
            Self::Signature => "signature",
            Self::SignCount { .. } => "sign_count",
        }
    }
}

/// Formats algorithms in a sentence.
struct Listed<'a>(&'a [Algorithm]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, algorithm) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            algorithm.fmt(f)?;
        }
        Ok(())
    }
}
