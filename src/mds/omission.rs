//! What was skipped in a BLOB, and why.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{limits::MDS_OMISSIONS_MAX, x509::CertificateError};

/// Something in a BLOB that is not in [`Metadata`](super::Metadata), for your log.
///
/// ```
/// use relying_party::mds::{Metadata, OmissionReason};
/// fn log(metadata: &Metadata) {
///     for omission in metadata.omissions() {
///         // UAF authenticators do not speak WebAuthn, so their entries are expected here.
///         if omission.reason != OmissionReason::Uaf {
///             eprintln!("FIDO metadata: {omission}");
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Omission {
    /// The index of the entry in the BLOB, from 0.
    pub entry: usize,
    /// The entry's AAGUID, if it can be read.
    pub aaguid: Option<crate::bytes::Aaguid>,
    /// What was skipped, and why.
    pub reason: OmissionReason,
}

/// What was skipped in an entry, and why. [`Omission`](crate::mds::Omission) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OmissionReason {
    /// The entry is for a UAF authenticator, which has an `aaid`.
    #[error("the entry is for a UAF authenticator")]
    Uaf,
    /// The entry does not say which authenticators it is for.
    #[error("the entry has neither an AAGUID nor a key identifier that can be read")]
    Unidentified,
    /// The entry is not an object with a list of status reports.
    #[error("the entry cannot be read: {0}")]
    Entry(String),
    /// Nothing was skipped: the entry was merged into an earlier one with the same AAGUID.
    #[error("the entry was merged into an earlier one with the same AAGUID")]
    Merged,
    /// A member or list element has the wrong type or form. The rest of the entry is used.
    #[error("{0} cannot be read")]
    Member(&'static str),
    /// An element of `attestationRootCertificates`, by its index, is not base64.
    #[error("attestation root certificate {0} is not base64")]
    AnchorBase64(usize),
    /// An element of `attestationRootCertificates`, by its index, is not a certificate.
    #[error("attestation root certificate {at}: {error}")]
    Anchor {
        /// Its index in the list, from 0.
        at: usize,
        /// What is wrong with it.
        error: CertificateError,
    },
}

impl fmt::Display for Omission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}", self.entry)?;
        if let Some(aaguid) = self.aaguid {
            write!(f, " ({aaguid})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Collects the first [`MDS_OMISSIONS_MAX`] omissions of all entries.
#[derive(Default)]
pub(super) struct Omissions {
    pub(super) all: Vec<Omission>,
    pub(super) entry: usize,
    pub(super) aaguid: Option<crate::bytes::Aaguid>,
}

impl Omissions {
    pub(super) fn add(&mut self, reason: OmissionReason) {
        self.add_with(|| reason);
    }

    /// Adds a reason that takes time to format. It is only created if it will be kept.
    pub(super) fn add_with(&mut self, reason: impl FnOnce() -> OmissionReason) {
        if self.all.len() < MDS_OMISSIONS_MAX {
            let Self { entry, aaguid, .. } = *self;
            self.all.push(Omission { entry, aaguid, reason: reason() });
        }
    }
}
