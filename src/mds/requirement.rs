//! What the FIDO metadata must say about the model of a passkey.

use alloc::{
    string::{String, ToString as _},
    sync::Arc,
    vec::Vec,
};

use super::{
    Metadata,
    certification::{CertificationLevel, Fips140},
    entry::MetadataEntry,
    status::AuthenticatorStatus,
    words::{KeyProtection, MatcherProtection, VerificationMethod},
};
use crate::{
    attestation::{ModelCheck, ModelSubject},
    cose::Algorithm,
    passkey::{AttestationType, Passkey},
    time::Timestamp,
};

/// What the metadata must say about a model. Even the empty requirement that [`new`](Self::new) returns is only
/// satisfied by models that have an entry and no [warnings](MetadataEntry::warnings_at).
///
/// Use it [in the attestation policy](Self::in_metadata), for new passkeys, and [again later](Self::check_passkey) for
/// stored ones:
///
/// ```
/// use std::sync::Arc;
/// use relying_party::{AttestationPolicy, Duration, Passkey, Timestamp};
/// use relying_party::mds::{CertificationLevel, KeyProtection, Metadata, Requirement, Unmet};
///
/// fn requirement() -> Requirement {
///     Requirement::new()
///         .certified(CertificationLevel::L2)
///         .key_protection([KeyProtection::SecureElement, KeyProtection::Tee])
/// }
///
/// /// Only models that satisfy the requirement can create passkeys.
/// fn policy(metadata: Arc<Metadata>) -> AttestationPolicy {
///     AttestationPolicy::trusted()
///         .anchor_source(metadata.clone())
///         .require_model(Arc::new(requirement().in_metadata(metadata)))
/// }
///
/// /// With each new copy of the metadata: who has a passkey of a model that someone warns about?
/// fn affected<'p>(metadata: &Metadata, passkeys: &'p [Passkey], now: Timestamp) -> Vec<&'p Passkey> {
///     let requirement = Requirement::new();
///     let warned = |passkey: &&Passkey| {
///         matches!(requirement.check_passkey(metadata, passkey, now), Err(Unmet::Warning(_)))
///     };
///     passkeys.iter().filter(warned).collect()
/// }
/// ```
///
/// A report may be published days after its effective date. So check all stored passkeys with each new copy, and do not
/// go by the dates of the reports.
///
/// Apart from certifications and warnings, the metadata are what the manufacturer says. Members that are missing or
/// cannot be read satisfy no requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Requirement {
    certification: Option<CertificationLevel>,
    fips140: Option<u8>,
    fips140_physical: Option<u8>,
    key_protection: Option<Vec<KeyProtection>>,
    matcher_protection: Option<Vec<MatcherProtection>>,
    user_verification: Option<Vec<VerificationMethod>>,
    tolerated: Vec<AuthenticatorStatus>,
    listed_attestation_type: bool,
    listed_algorithm: bool,
}

/// Why a model does not satisfy a requirement: the first reason found. [`Requirement`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmet {
    /// The passkey's model is only claimed, or not known at all.
    #[error("no trusted attester vouches for the model")]
    NotAttested,
    /// The metadata have no entry for the model.
    #[error("the metadata have no entry for the model")]
    NoEntry,
    /// A report warns about the model.
    #[error("a report warns about the model: {0:?}")]
    Warning(AuthenticatorStatus),
    /// The FIDO certification is too low, has expired, or is missing.
    #[error(
        "the model's FIDO certification must be {required} or higher, but is {}",
        found.map_or_else(|| "missing".to_string(), |found| found.to_string())
    )]
    Certification {
        /// The required level.
        required: CertificationLevel,
        /// The level of the model.
        found: Option<CertificationLevel>,
    },
    /// The certification under FIPS 140 is too low, has expired, or is missing.
    #[error("the model's certification under FIPS 140 is too low, has expired, or is missing")]
    Fips140 {
        /// The certification of the model.
        found: Option<Fips140>,
    },
    /// The model does not protect its keys in an acceptable way, or also lists protection by software.
    #[error("the model's key protection is not accepted")]
    KeyProtection,
    /// The model does not protect the verification of its user in an acceptable way, or also lists protection by
    /// software.
    #[error("the model's matcher protection is not accepted")]
    MatcherProtection,
    /// The model cannot verify its user in an acceptable way.
    #[error("the model has none of the required ways to verify its user")]
    UserVerification,
    /// The metadata do not list the type of the attestation.
    #[error("the metadata do not list the attestation's type for the model")]
    AttestationType,
    /// The metadata do not list the algorithm of the passkey.
    #[error("the metadata do not list algorithm {0} for the model")]
    Algorithm(Algorithm),
}

impl Requirement {
    /// Requires an entry without warnings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires at least this level of FIDO certification: see [`MetadataEntry::certification_at`].
    pub fn certified(mut self, level: CertificationLevel) -> Self {
        self.certification = Some(level);
        self
    }

    /// Requires a certification under FIPS 140 with at least this overall level, 1 to 4: see
    /// [`MetadataEntry::fips140_at`].
    pub fn fips140(mut self, level: u8) -> Self {
        self.fips140 = Some(level);
        self
    }

    /// Requires a certification under FIPS 140 with at least this level of physical security, 1 to 4, which can differ
    /// from the overall level. Reports from before MDS 3.1 do not have it.
    pub fn fips140_physical(mut self, level: u8) -> Self {
        self.fips140_physical = Some(level);
        self
    }

    /// Requires that keys are protected in one of these ways. A model that also lists
    /// [`Software`](KeyProtection::Software) is only accepted if `Software` is one of these ways.
    pub fn key_protection(mut self, any_of: impl IntoIterator<Item = KeyProtection>) -> Self {
        self.key_protection = Some(any_of.into_iter().collect());
        self
    }

    /// Requires that the matcher, which makes the comparison that verifies the user, is protected in one of these ways.
    /// A model that also lists [`Software`](MatcherProtection::Software) is only accepted if `Software` is one of these
    /// ways.
    pub fn matcher_protection(
        mut self,
        any_of: impl IntoIterator<Item = MatcherProtection>,
    ) -> Self {
        self.matcher_protection = Some(any_of.into_iter().collect());
        self
    }

    /// Requires that the model can verify its user in one of these ways. The model may have other ways too, and nothing
    /// says which one was used: require [user verification](crate::json::UserVerification::Required) as well.
    pub fn user_verification(
        mut self,
        any_of: impl IntoIterator<Item = VerificationMethod>,
    ) -> Self {
        self.user_verification = Some(any_of.into_iter().collect());
        self
    }

    /// Accepts models despite warnings of this kind, such as
    /// [`UserKeyPhysicalCompromise`](AuthenticatorStatus::UserKeyPhysicalCompromise) where no attacker can hold the
    /// authenticator. As the anchor source of an attestation policy, [`Metadata`] still has no anchors for such models:
    /// supply the anchors yourself.
    pub fn tolerate(mut self, warning: AuthenticatorStatus) -> Self {
        self.tolerated.push(warning);
        self
    }

    /// Requires that the metadata list the [type of the attestation](MetadataEntry::lists_attestation_type) for the
    /// model.
    pub fn listed_attestation_type(mut self) -> Self {
        self.listed_attestation_type = true;
        self
    }

    /// Requires that the metadata list the [algorithm of the passkey](MetadataEntry::lists_algorithm) for the model. An
    /// algorithm for which the metadata format has no name is accepted. Metadata may lag behind a model's updates.
    pub fn listed_algorithm(mut self) -> Self {
        self.listed_algorithm = true;
        self
    }

    /// Joins the requirement with metadata, for [`AttestationPolicy::require_model`]. When you load a new copy of the
    /// metadata, build a new policy, as you do for its anchors.
    ///
    /// [`AttestationPolicy::require_model`]: crate::AttestationPolicy::require_model
    #[must_use]
    pub fn in_metadata(self, metadata: Arc<Metadata>) -> RequiredModel {
        RequiredModel { requirement: self, metadata }
    }

    /// Checks what the metadata say about a model at this time. Does not check whether a passkey is of this model, nor
    /// its attestation type and algorithm.
    ///
    /// # Errors
    ///
    /// The first reason why the model does not satisfy the requirement.
    pub fn check(&self, entry: &MetadataEntry, at: Timestamp) -> Result<(), Unmet> {
        self.check_warnings(entry, at)?;
        if let Some(required) = self.certification {
            let found = entry.certification_at(at);
            if found.is_none_or(|found| found < required) {
                return Err(Unmet::Certification { required, found });
            }
        }
        self.check_fips140(entry, at)?;
        let is_accepted = |any_of: &[KeyProtection]| {
            one_of(&entry.key_protection, any_of, &KeyProtection::Software)
        };
        if self.key_protection.as_deref().is_some_and(|any_of| !is_accepted(any_of)) {
            return Err(Unmet::KeyProtection);
        }
        let is_accepted = |any_of: &[MatcherProtection]| {
            one_of(&entry.matcher_protection, any_of, &MatcherProtection::Software)
        };
        if self.matcher_protection.as_deref().is_some_and(|any_of| !is_accepted(any_of)) {
            return Err(Unmet::MatcherProtection);
        }
        let has_one_of = |any_of: &[VerificationMethod]| {
            entry.user_verification.iter().flatten().any(|method| any_of.contains(method))
        };
        if self.user_verification.as_deref().is_some_and(|any_of| !has_one_of(any_of)) {
            return Err(Unmet::UserVerification);
        }
        Ok(())
    }

    /// Checks a stored passkey at this time, and returns the entry of its model.
    ///
    /// Only an [attested](crate::AaguidAssurance) model satisfies a requirement. If the model is only claimed and the
    /// metadata warn about it, the error is the warning. Records of U2F keys do not name their model.
    ///
    /// # Errors
    ///
    /// The first reason why the passkey does not satisfy the requirement.
    pub fn check_passkey<'m>(
        &self,
        metadata: &'m Metadata,
        passkey: &Passkey,
        at: Timestamp,
    ) -> Result<&'m MetadataEntry, Unmet> {
        let entry = metadata.entry(passkey.aaguid);
        if let Some(entry) = entry {
            self.check_warnings(entry, at)?;
        }
        if !passkey.attestation.aaguid.is_attested() {
            return Err(Unmet::NotAttested);
        }
        let entry = entry.ok_or(Unmet::NoEntry)?;
        self.check(entry, at)?;
        let kind = passkey.attestation.kind.unwrap_or(AttestationType::None);
        self.check_lists(entry, kind, passkey.public_key.algorithm())?;
        Ok(entry)
    }

    /// Checks the model of a new passkey, and returns the model's entry: see [`Metadata::entry_for`].
    /// [`in_metadata`](Self::in_metadata) does this for you. A [`ModelCheck`] that you write yourself can call this
    /// method.
    ///
    /// # Errors
    ///
    /// The first reason why the model does not satisfy the requirement.
    pub fn check_subject<'m>(
        &self,
        metadata: &'m Metadata,
        subject: &ModelSubject<'_>,
    ) -> Result<&'m MetadataEntry, Unmet> {
        let entry = metadata.entry_for(&subject.attestation).ok_or(Unmet::NoEntry)?;
        self.check(entry, subject.attestation.now)?;
        self.check_lists(entry, subject.kind, subject.algorithm)?;
        Ok(entry)
    }

    fn check_warnings(&self, entry: &MetadataEntry, at: Timestamp) -> Result<(), Unmet> {
        let mut warnings = entry.warnings_at(at).map(|report| &report.status);
        match warnings.find(|status| !self.tolerated.contains(status)) {
            Some(status) => Err(Unmet::Warning(status.clone())),
            None => Ok(()),
        }
    }

    fn check_fips140(&self, entry: &MetadataEntry, at: Timestamp) -> Result<(), Unmet> {
        if self.fips140.is_none() && self.fips140_physical.is_none() {
            return Ok(());
        }
        let found = entry.fips140_at(at);
        let is_met = found.is_some_and(|found| {
            self.fips140.is_none_or(|level| found.level >= level)
                && self
                    .fips140_physical
                    .is_none_or(|level| found.physical.is_some_and(|physical| physical >= level))
        });
        if is_met { Ok(()) } else { Err(Unmet::Fips140 { found }) }
    }

    fn check_lists(
        &self,
        entry: &MetadataEntry,
        kind: AttestationType,
        algorithm: Algorithm,
    ) -> Result<(), Unmet> {
        if self.listed_attestation_type && !entry.lists_attestation_type(kind) {
            return Err(Unmet::AttestationType);
        }
        if self.listed_algorithm && entry.lists_algorithm(algorithm) == Some(false) {
            return Err(Unmet::Algorithm(algorithm));
        }
        Ok(())
    }
}

/// Whether one of the wanted ways is listed. Software must not be listed unless it is wanted, because it is the weakest
/// way.
fn one_of<T: PartialEq>(listed: &[T], wanted: &[T], software: &T) -> bool {
    listed.iter().any(|way| wanted.contains(way))
        && (wanted.contains(software) || !listed.contains(software))
}

/// A requirement, and the metadata that say which models satisfy it. [`Requirement`] has an example.
#[derive(Clone, Debug)]
pub struct RequiredModel {
    requirement: Requirement,
    metadata: Arc<Metadata>,
}

impl ModelCheck for RequiredModel {
    fn check(&self, subject: &ModelSubject<'_>) -> Result<(), String> {
        let checked = self.requirement.check_subject(&self.metadata, subject);
        checked.map(drop).map_err(|unmet| unmet.to_string())
    }
}
