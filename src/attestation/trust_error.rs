//! Why a valid statement is not trusted.

#[cfg(feature = "attestation")]
use alloc::string::String;

use crate::bytes::Aaguid;
#[cfg(feature = "attestation")]
use crate::x509::PathError;

/// Why a valid statement is not sufficient. [`AttestationPolicy`](crate::AttestationPolicy) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// There is no attestation.
    #[error("there is no attestation, but one that leads to an anchor is required")]
    NoAttestation,
    /// The statement is self attestation, which proves nothing about the authenticator.
    #[error("self attestation, which leads to no anchor, is not accepted")]
    SelfAttestation,
    /// The model is denied, or not among the allowed ones.
    #[error("authenticators of model {0} are not accepted")]
    Aaguid(Aaguid),
    /// The model would be accepted, but no trusted attester vouches for it. See
    /// [`AttestationPolicy`](crate::AttestationPolicy#aaguids).
    #[error("the authenticator claims to be of model {0}, but no trusted attester vouches for it")]
    ClaimedAaguid(Aaguid),
    /// A TPM's key lacks a required attribute, or has a forbidden one. See
    /// [`TpmKeyAttributes`](crate::TpmKeyAttributes).
    #[cfg(feature = "attestation")]
    #[error("the attributes of the TPM's key are not acceptable: {0}")]
    TpmKeyAttributes(&'static str),
    /// A certificate that describes an Android key is used as an attester. It only proves where the key is stored,
    /// because every app can get one.
    #[cfg(feature = "attestation")]
    #[error("the certificate of an app's Android key vouches for nothing else")]
    KeyDescription,
    /// `x5c` is not the path from the attestation certificate to the anchor, in this order and without the anchor, as
    /// [strict statements](crate::AttestationPolicy::strict_statements) have it.
    #[cfg(feature = "attestation")]
    #[error("x5c is not the path to the anchor in its order, without the anchor")]
    Chain,
    /// The model does not satisfy the policy's [check of models](crate::AttestationPolicy::require_model).
    #[cfg(feature = "attestation")]
    #[error("authenticators of model {aaguid} are not accepted: {reason}")]
    Model {
        /// The model. Zero for U2F keys.
        aaguid: Aaguid,
        /// Why not, in the words of the check.
        reason: String,
    },
    /// No path leads from the attestation certificate to an anchor.
    #[cfg(feature = "attestation")]
    #[error(transparent)]
    Path(#[from] PathError),
}
