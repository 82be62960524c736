//! Why a ceremony failed: one variant for each rule.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    attestation::{StatementError, TrustError},
    cose::{Algorithm, InvalidKey},
    extensions::ExtensionError,
    malformed::Malformed,
    policy::{EmbeddingError, OriginError},
};

/// The first rule of §7.1 or §7.2 that a response broke.
///
/// Its [`code`](Self::code) is stable. The message is for developers; it holds what was expected and found where that
/// is no secret, and never a challenge, a signature, a user handle or a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// §7.1 steps 3, 6 and 13; §7.2 steps 3 and 9: something does not parse.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// §7.1 step 7, §7.2 step 10: client data of another kind of ceremony.
    #[error("client data type is {found:?}, not {expected:?}")]
    Type {
        /// The type of this kind of ceremony.
        expected: &'static str,
        /// The type that was sent.
        found: String,
    },
    /// §7.1 step 8, §7.2 step 11: not the challenge that was issued.
    #[error("the challenge is not the one that was issued")]
    Challenge,
    /// §7.1 step 9, §7.2 step 12: an origin that is not expected.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// §7.1 steps 10 and 11, §7.2 steps 13 and 14: called from a frame where that is not expected.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// §7.1 step 14, §7.2 step 15: scoped to another RP ID.
    #[error("the credential is not scoped to RP ID {expected:?}")]
    RpId {
        /// The RP ID of the ceremony, or the AppID if the client says that it was used.
        expected: String,
    },
    /// §7.1 step 15, §7.2 step 16: UP is not set.
    #[error("the user was not present: UP is not set")]
    UserPresence,
    /// §7.1 step 16, §7.2 step 17: UV is not set although it is required.
    #[error("the user was not verified, which is required: UV is not set")]
    UserVerification,
    /// §7.1 step 17, §7.2 step 18: BS without BE.
    #[error("backed up although not eligible for backup: BS is set, BE is not")]
    BackupState,
    /// §7.2 step 19: BE is not what it was when the credential was made, which never changes.
    #[error("backup eligibility (BE) changed from {stored} to {found}")]
    BackupEligibility {
        /// BE of the record.
        stored: bool,
        /// BE of the response.
        found: bool,
    },
    /// §7.1 step 18, §7.2 step 19: the settings do not accept passkeys with this BE.
    #[error("passkeys whose backup eligibility is {eligible} are not accepted")]
    BackupPolicy {
        /// BE of the response.
        eligible: bool,
    },
    /// §7.1 step 20: an algorithm that was not offered.
    #[error("algorithm {found} was not offered, but {}", Listed(.offered))]
    AlgorithmNotOffered {
        /// The algorithm of the key.
        found: Algorithm,
        /// The algorithms that were offered.
        offered: Vec<Algorithm>,
    },
    /// The verifier does not have the algorithm: a configuration error, or a record of another configuration.
    #[error("algorithm {0} is not supported by the signature verifier")]
    AlgorithmNotSupported(Algorithm),
    /// §5.8.5: the key is none for its algorithm.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// §7.1 step 21: a format that is not supported.
    #[error("attestation format {0:?} is not supported")]
    AttestationFormat(String),
    /// §7.1 step 22: a statement that is not valid.
    #[error(transparent)]
    AttestationStatement(#[from] StatementError),
    /// §7.1 step 24: a valid statement that does not lead to trust.
    #[error("the attestation is not trusted: {0}")]
    AttestationTrust(#[source] TrustError),
    /// §7.1 step 25 and around it: a credential id of 0 or more than 1023 bytes, or `id`, `rawId` and the attested
    /// one differ.
    #[error("credential id: {0}")]
    CredentialId(&'static str),
    /// §7.2 steps 5 and 6: not one of the credentials that the ceremony allows.
    #[error("the credential is not allowed in this ceremony")]
    CredentialNotAllowed,
    /// §7.2 step 6: a [decoy](crate::decoys), which nobody has: somebody tries what he finds in allow lists.
    #[error("the credential id is a decoy")]
    Decoy,
    /// §7.2 step 6: the user handle is missing or names another account.
    #[error("the user handle {0}")]
    UserHandle(&'static str),
    /// §7.1 step 28, §7.2 step 23: an extension output that is not what was requested.
    #[error(transparent)]
    Extension(#[from] ExtensionError),
    /// §7.2 step 21: the signature does not verify.
    #[error("the signature is invalid")]
    Signature,
    /// §7.2 step 22: the counter did not grow, as it does when an authenticator was cloned.
    #[error("the signature counter went from {stored} to {found} instead of growing")]
    SignCount {
        /// The counter of the record.
        stored: u32,
        /// The counter of the response.
        found: u32,
    },
}

impl CeremonyError {
    /// A stable word for machines: the rule that was broken.
    ///
    /// One of `malformed`, `type`, `challenge`, `origin`, `cross_origin`, `top_origin`, `rp_id`, `user_presence`,
    /// `user_verification`, `backup_flags`, `algorithm`, `credential_id`, `credential_not_allowed`, `decoy`, `user_handle`,
    /// `sign_count`, `signature`, `attestation_format`, `attestation_statement`, `attestation_trust`, `extension`.
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

/// Algorithms in a sentence.
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
