//! The metadata of the FIDO Alliance (MDS version 3): who vouches for which authenticator, and which problems are
//! known.
//!
//! The host downloads the BLOB whenever and from wherever it wants, and stores it. This module turns bytes into
//! verified metadata. [`Metadata`] are a source of anchors for the [attestation policy](crate::AttestationPolicy):
//!
//! ```
//! use std::sync::Arc;
//! use relying_party::{AttestationPolicy, mds::Metadata};
//! fn policy(metadata: Arc<Metadata>) -> AttestationPolicy {
//!     AttestationPolicy::trusted().anchor_source(metadata)
//! }
//! ```

mod certification;
mod comparison;
mod entry;
mod error;
mod member;
mod omission;
mod requirement;
mod status;
mod verify;
mod words;

use alloc::{
    collections::{BTreeMap, btree_map::Entry},
    string::String,
    vec::Vec,
};

use serde_json::value::RawValue;
use sha1::{Digest as _, Sha1};

use self::omission::Omissions;
pub use self::{
    certification::{CertificationLevel, Fips140},
    entry::{KeyIdentifier, MetadataEntry},
    error::MdsError,
    omission::{Omission, OmissionReason},
    requirement::{RequiredModel, Requirement, Unmet},
    status::{AuthenticatorStatus, StatusReport},
    verify::BlobVerification,
    words::{KeyProtection, MatcherProtection, VerificationMethod},
};
use crate::{
    attestation::{AnchorSource, AttestationSubject},
    bytes::{Aaguid, KeyHash},
    naming::AuthenticatorNames,
    time::Timestamp,
    x509::{Certificate, TrustAnchor},
};

/// Metadata with a verified signature. [The module](self) has an example.
#[derive(Clone, Debug)]
pub struct Metadata {
    number: u64,
    next_update: Timestamp,
    entries: Vec<MetadataEntry>,
    skipped: usize,
    omissions: Vec<Omission>,
    by_aaguid: BTreeMap<Aaguid, usize>,
    by_key: BTreeMap<KeyIdentifier, usize>,
    /// For each anchor's key the only model that has it among its anchors, or `None` if there are several.
    model_of_anchor: BTreeMap<KeyHash, Option<Aaguid>>,
}

impl Metadata {
    fn new(number: u64, next_update: Timestamp, json: &[&RawValue]) -> Self {
        let mut omissions = Omissions::default();
        let mut skipped = 0_usize;
        let mut entries: Vec<MetadataEntry> = Vec::new();
        let mut by_aaguid = BTreeMap::new();
        for (at, json) in json.iter().enumerate() {
            omissions.entry = at;
            let Some(entry) = MetadataEntry::read(json, &mut omissions) else {
                skipped = skipped.saturating_add(1);
                continue;
            };
            let place = match entry.aaguid {
                Some(aaguid) if !aaguid.is_zero() => by_aaguid.entry(aaguid),
                _ => {
                    entries.push(entry);
                    continue;
                }
            };
            match place {
                Entry::Vacant(place) => {
                    place.insert(entries.len());
                    entries.push(entry);
                }
                Entry::Occupied(place) => {
                    omissions.add(OmissionReason::Merged);
                    if let Some(earlier) = entries.get_mut(*place.get()) {
                        earlier.merge(entry);
                    }
                }
            }
        }
        entries.iter_mut().for_each(MetadataEntry::finish);
        let by_key = by_key(&entries);
        let model_of_anchor = model_of_anchor(&entries);
        let omissions = omissions.all;
        Self {
            number,
            next_update,
            entries,
            skipped,
            omissions,
            by_aaguid,
            by_key,
            model_of_anchor,
        }
    }

    /// The serial number (`no`). Store it, and reject [older ones](BlobVerification::not_before).
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The latest day on which the next BLOB will be published: the start of that day.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// All entries, in the order of the BLOB.
    #[must_use]
    pub fn entries(&self) -> &[MetadataEntry] {
        &self.entries
    }

    /// The number of skipped entries: those of UAF authenticators, and those that could not be parsed.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// What was skipped in the BLOB, and why: entries, anchors, members of entries. Limited to the first
    /// [`MDS_OMISSIONS_MAX`](crate::limits::MDS_OMISSIONS_MAX).
    #[must_use]
    pub fn omissions(&self) -> &[Omission] {
        &self.omissions
    }

    /// Returns the models about which there are [warnings](MetadataEntry::warnings_at) at this time. To find their
    /// passkeys, look for their AAGUIDs in your store, or [check](Requirement::check_passkey) all passkeys.
    pub fn warned_at(&self, at: Timestamp) -> impl Iterator<Item = &MetadataEntry> {
        self.entries.iter().filter(move |entry| entry.warned_since.is_some_and(|since| since <= at))
    }

    /// Returns the entry of a model. The zero AAGUID, which U2F keys and others have, is not a model.
    ///
    /// [`Attestation::aaguid`](crate::Attestation::aaguid) tells whether a passkey really is of this model. If its
    /// AAGUID is only claimed, what the metadata say about the model may not be true of the passkey.
    #[must_use]
    pub fn entry(&self, aaguid: Aaguid) -> Option<&MetadataEntry> {
        if aaguid.is_zero() {
            return None;
        }
        self.entries.get(*self.by_aaguid.get(&aaguid)?)
    }

    /// Returns the entry of the U2F keys whose attestation certificates have this key. If several entries name the key,
    /// returns the one with the earliest [warning](MetadataEntry::warnings_at).
    #[must_use]
    pub fn entry_by_key(&self, key: KeyIdentifier) -> Option<&MetadataEntry> {
        self.entries.get(*self.by_key.get(&key)?)
    }

    /// Returns the entry for an attestation, by the AAGUID that the authenticator claims. U2F keys have no AAGUID. For
    /// them, returns the entry by the key of the attestation certificate, or by the AAGUID that this certificate names.
    /// If these are two entries, returns the one with the earliest [warning](MetadataEntry::warnings_at), otherwise the
    /// one of the key.
    #[must_use]
    pub fn entry_for(&self, subject: &AttestationSubject<'_>) -> Option<&MetadataEntry> {
        if !subject.aaguid.is_zero() {
            return self.entry(subject.aaguid);
        }
        let by_key = self.entry_by_key(KeyIdentifier::of(subject.certificate));
        let by_aaguid = subject.certificate_aaguid().and_then(|aaguid| self.entry(aaguid));
        by_key.into_iter().chain(by_aaguid).reduce(warned_first)
    }
}

/// Of two entries for the same subject, returns the one with the earlier warning, otherwise the first.
fn warned_first<'a>(one: &'a MetadataEntry, other: &'a MetadataEntry) -> &'a MetadataEntry {
    match (one.warned_since, other.warned_since) {
        (None, Some(_)) => other,
        (Some(since), Some(others)) if others < since => other,
        _ => one,
    }
}

fn by_key(entries: &[MetadataEntry]) -> BTreeMap<KeyIdentifier, usize> {
    let mut by_key = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for key in &entry.key_identifiers {
            let known = by_key.entry(*key).or_insert(at);
            if entries.get(*known).is_some_and(|it| core::ptr::eq(warned_first(it, entry), entry)) {
                *known = at;
            }
        }
    }
    by_key
}

/// An entry without an AAGUID is a separate model: an anchor shared with another entry identifies neither.
fn model_of_anchor(entries: &[MetadataEntry]) -> BTreeMap<KeyHash, Option<Aaguid>> {
    let mut models: BTreeMap<KeyHash, Option<Aaguid>> = BTreeMap::new();
    for entry in entries {
        for anchor in &entry.anchors {
            let model = models.entry(anchor.key_hash()).or_insert(entry.aaguid);
            if *model != entry.aaguid {
                *model = None;
            }
        }
    }
    models
}

impl KeyIdentifier {
    /// The identifier of a certificate's public key.
    #[must_use]
    pub fn of(certificate: &Certificate<'_>) -> Self {
        Self::new(Sha1::digest(certificate.subject_public_key_info().key_bytes()).into())
    }
}

/// The anchors of the model's entry, unless there are [warnings](MetadataEntry::warnings_at) at the time of
/// verification. If you want to decide differently, supply your own source, which looks up entries here.
///
/// An anchor of several entries vouches for none of their AAGUIDs, because an authenticator of one model could claim to
/// be of another. If that is good enough for you, configure the anchor [for an
/// AAGUID](crate::AttestationPolicy::anchors_for_aaguid).
impl AnchorSource for Metadata {
    fn anchors(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
        match self.entry_for(subject) {
            Some(entry) if entry.warnings_at(subject.now).next().is_none() => entry.anchors.clone(),
            _ => Vec::new(),
        }
    }

    fn is_for_this_aaguid(&self, subject: &AttestationSubject<'_>, anchor: &TrustAnchor) -> bool {
        self.model_of_anchor.get(&anchor.key_hash()) == Some(&Some(subject.aaguid))
    }

    /// Those whose attestation types include `basic_surrogate`, unless something speaks against them.
    fn attests_for_itself(&self, aaguid: Aaguid, now: Timestamp) -> bool {
        self.entry(aaguid).is_some_and(|entry| {
            entry.attestation_types.iter().any(|kind| kind == "basic_surrogate")
                && entry.warnings_at(now).next().is_none()
        })
    }
}

/// Names models in English.
impl AuthenticatorNames for Metadata {
    fn name(&self, aaguid: Aaguid) -> Option<String> {
        self.entry(aaguid)?.name("en").map(Into::into)
    }
}

#[cfg(test)]
mod tests;
