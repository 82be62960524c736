//! Why a metadata BLOB is not accepted.

use alloc::string::{String, ToString as _};

use crate::{
    cose::Algorithm,
    time::Timestamp,
    x509::{CertificateError, PathError},
};

/// The first check that a metadata BLOB failed. [`BlobVerification`](crate::mds::BlobVerification) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MdsError {
    /// The BLOB is longer than [`MDS_BLOB_MAX`](crate::limits::MDS_BLOB_MAX).
    #[error("the metadata BLOB is too long")]
    TooLong,
    /// The BLOB is not a compact JWS with the signer's certificates.
    #[error("the metadata BLOB is not a JWS: {0}")]
    Jws(&'static str),
    /// The signer's certificate cannot be parsed, or is not for the signature's algorithm.
    #[error("the certificate of the metadata BLOB is not acceptable: {0}")]
    Certificate(#[from] CertificateError),
    /// The signer is not the publisher of the metadata.
    #[error("the metadata BLOB was not signed by {expected}")]
    Signer {
        /// The host that the certificate must be for.
        expected: String,
    },
    /// No path leads from the signer's certificate to an anchor.
    #[error("the certificate of the metadata BLOB is not acceptable: {0}")]
    Path(#[from] PathError),
    /// The verifier does not support the algorithm of the signature.
    #[error("algorithm {0} is not supported by the signature verifier")]
    AlgorithmNotSupported(Algorithm),
    /// The signature does not match the BLOB and the certificate.
    #[error("the signature of the metadata BLOB is invalid")]
    Signature,
    /// The signed content is not metadata.
    #[error("the metadata BLOB has an invalid payload: {0}")]
    Payload(String),
    /// The BLOB is older than the known one.
    #[error("the metadata BLOB has number {found}, but {known} is known")]
    RolledBack {
        /// The known number.
        known: u64,
        /// The number of this BLOB.
        found: u64,
    },
    /// A newer BLOB has been due for longer than the grace period.
    #[error("the metadata BLOB should have been replaced by {next_update:?}")]
    Outdated {
        /// The latest day on which the next BLOB was due.
        next_update: Timestamp,
    },
}

impl MdsError {
    pub(super) fn payload(error: &serde_json::Error) -> Self {
        Self::Payload(error.to_string())
    }
}
