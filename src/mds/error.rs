//! Why a metadata BLOB is not accepted.

use alloc::string::{String, ToString as _};

use crate::{
    cose::Algorithm,
    time::Timestamp,
    x509::{CertificateError, PathError},
};

/// The first check that a metadata BLOB failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MdsError {
    /// Longer than [`MDS_BLOB_MAX`](crate::limits::MDS_BLOB_MAX).
    #[error("the metadata BLOB is too long")]
    TooLong,
    /// Not a compact JWS with the signer's certificates.
    #[error("the metadata BLOB is no JWS: {0}")]
    Jws(&'static str),
    /// The signer's certificate cannot be read, or is not for the signature's algorithm.
    #[error("the certificate of the metadata BLOB: {0}")]
    Certificate(#[from] CertificateError),
    /// Signed by somebody else than who publishes metadata.
    #[error("the metadata BLOB was not signed by {expected}")]
    Signer {
        /// The host that its certificate has to be for.
        expected: String,
    },
    /// No path leads from the signer's certificate to an anchor.
    #[error("the certificate of the metadata BLOB: {0}")]
    Path(#[from] PathError),
    /// The verifier does not have the algorithm of the signature.
    #[error("algorithm {0} is not supported by the signature verifier")]
    AlgorithmNotSupported(Algorithm),
    /// The signature does not belong to the BLOB and the certificate.
    #[error("the signature of the metadata BLOB is invalid")]
    Signature,
    /// What was signed is no metadata.
    #[error("the metadata BLOB: {0}")]
    Payload(String),
    /// Older than what is known already.
    #[error("the metadata BLOB has number {found}, but {known} is known")]
    RolledBack {
        /// The number that was known.
        known: u64,
        /// The number of this one.
        found: u64,
    },
    /// A newer one has been due for longer than is tolerated.
    #[error("the metadata BLOB should have been replaced by {next_update:?}")]
    Outdated {
        /// The day on which the next one was due at the latest.
        next_update: Timestamp,
    },
}

impl MdsError {
    pub(super) fn payload(error: &serde_json::Error) -> Self {
        Self::Payload(error.to_string())
    }
}
