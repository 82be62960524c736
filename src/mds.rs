//! The metadata of the FIDO Alliance (MDS version 3): who vouches for which authenticator, and what is wrong with it.
//!
//! The host fetches the BLOB, when and from where it sees fit, and keeps it; here are bytes in, verified metadata out.
//! The [`Metadata`] are a source of anchors for the [attestation policy](crate::AttestationPolicy):
//!
//! ```
//! use std::sync::Arc;
//! use relying_party::{AttestationPolicy, mds::Metadata};
//! fn policy(metadata: Arc<Metadata>) -> AttestationPolicy {
//!     AttestationPolicy::trusted().anchor_source(metadata)
//! }
//! ```

mod entry;
mod error;
mod status;
mod verify;

use alloc::{collections::BTreeMap, vec::Vec};

use serde_json::value::RawValue;
use sha1::{Digest as _, Sha1};

pub use self::{
    entry::{KeyIdentifier, MetadataEntry},
    error::MdsError,
    status::{AuthenticatorStatus, StatusReport},
    verify::BlobVerification,
};
use crate::{
    attestation::{AnchorSource, AttestationSubject},
    bytes::Aaguid,
    time::Timestamp,
    x509::{Certificate, TrustAnchor},
};

/// Metadata whose signature was verified.
#[derive(Clone, Debug)]
pub struct Metadata {
    number: u64,
    next_update: Timestamp,
    entries: Vec<MetadataEntry>,
    skipped: usize,
    by_aaguid: BTreeMap<Aaguid, usize>,
    by_key: BTreeMap<KeyIdentifier, usize>,
}

impl Metadata {
    fn new(number: u64, next_update: Timestamp, json: &[&RawValue]) -> Self {
        let entries: Vec<_> = json.iter().filter_map(|json| MetadataEntry::read(json)).collect();
        let skipped = json.len().saturating_sub(entries.len());
        let (mut by_aaguid, mut by_key) = (BTreeMap::new(), BTreeMap::new());
        for (at, entry) in entries.iter().enumerate() {
            if let Some(aaguid) = entry.aaguid {
                by_aaguid.entry(aaguid).or_insert(at);
            }
            for key in &entry.key_identifiers {
                by_key.entry(*key).or_insert(at);
            }
        }
        Self { number, next_update, entries, skipped, by_aaguid, by_key }
    }

    /// The serial number (`no`): the host keeps it, and refuses [older ones](BlobVerification::not_before).
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The day on which the next BLOB comes at the latest: the beginning of that day.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// All entries, in the order of the BLOB.
    #[must_use]
    pub fn entries(&self) -> &[MetadataEntry] {
        &self.entries
    }

    /// How many entries were passed over: those of UAF authenticators, and such as could not be read.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The entry of a model. The zero AAGUID, which U2F keys and others have, is no model.
    #[must_use]
    pub fn entry(&self, aaguid: Aaguid) -> Option<&MetadataEntry> {
        if aaguid.is_zero() {
            return None;
        }
        self.entries.get(*self.by_aaguid.get(&aaguid)?)
    }

    /// The entry of the U2F keys whose attestation certificates have this key.
    #[must_use]
    pub fn entry_by_key(&self, key: KeyIdentifier) -> Option<&MetadataEntry> {
        self.entries.get(*self.by_key.get(&key)?)
    }

    /// The entry for an attestation: by AAGUID, or without one by the key of the attestation certificate.
    #[must_use]
    pub fn entry_for(&self, subject: &AttestationSubject<'_>) -> Option<&MetadataEntry> {
        if subject.aaguid.is_zero() {
            self.entry_by_key(KeyIdentifier::of(subject.certificate))
        } else {
            self.entry(subject.aaguid)
        }
    }
}

impl KeyIdentifier {
    /// The identifier of a certificate's public key.
    #[must_use]
    pub fn of(certificate: &Certificate<'_>) -> Self {
        Self::new(Sha1::digest(certificate.subject_public_key_info().key_bytes()).into())
    }
}

/// The anchors of the model's entry, unless something speaks [against it](MetadataEntry::warnings_at) at the time
/// of judging. A host that wants to decide otherwise supplies a source of its own, which looks entries up here.
impl AnchorSource for Metadata {
    fn anchors(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
        match self.entry_for(subject) {
            Some(entry) if entry.warnings_at(subject.now).next().is_none() => entry.anchors.clone(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
