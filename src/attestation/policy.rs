//! What a relying party requires of attestation (§7.1 steps 23 and 24).

use alloc::{collections::BTreeMap, collections::BTreeSet, string::String};
#[cfg(feature = "attestation")]
use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use super::trust_error::TrustError;
#[cfg(feature = "attestation")]
use super::{
    aaguid_extension,
    android_key::{AndroidKeyAuthorizations, AndroidKeyDates},
    model::{ModelCheck, ModelSubject},
    tpm::TpmKeyAttributes,
};
#[cfg(feature = "attestation")]
use crate::time::Timestamp;
#[cfg(feature = "attestation")]
use crate::x509::{Certificate, OwnedCertificate, RevocationCheck, TrustAnchor};
use crate::{assurance::AaguidAssurance, bytes::Aaguid, passkey::AttestationLevel};

/// What attestation statements must prove, and who is trusted.
///
/// ```
/// use relying_party::{AttestationLevel, AttestationPolicy};
/// // Right for nearly every service: the authenticator's model does not matter.
/// assert_eq!(AttestationPolicy::default().level(), AttestationLevel::Ignored);
/// ```
///
/// With anchors that the host supplies, here Apple's:
///
/// ```
/// # #[cfg(feature = "attestation")]
/// # fn policy(apple_root: &str) -> Result<relying_party::AttestationPolicy, relying_party::x509::CertificateError> {
/// use relying_party::{AttestationLevel, AttestationPolicy, x509::TrustAnchor};
/// let policy = AttestationPolicy::trusted()
///     .anchors_for_format("apple", TrustAnchor::from_pem(apple_root)?)
///     .for_format("none", AttestationLevel::Statement);
/// # Ok(policy)
/// # }
/// ```
///
/// # Demands
///
/// A demand for a format overrides the general one. An authenticator can send any format, so a demand that is *lower*
/// than the general one applies to everyone who chooses that format. A demand for an AAGUID can only raise the others.
///
/// # AAGUIDs
///
/// An authenticator can claim any AAGUID. It is only [attested](crate::AaguidAssurance) if the statement leads to an
/// anchor *and* the attester vouches for the AAGUID:
///
/// | Format | What vouches for the AAGUID |
/// |---|---|
/// | `packed` with certificates | the attestation key, which signs authenticator data |
/// | `apple` | the certificate, which holds the hash of authenticator data |
/// | `tpm`, `android-key` | the certificate if it names the AAGUID (`id-fido-gen-ce-aaguid`), or an anchor that was configured for this very AAGUID (`anchors_for_aaguid`) |
/// | `fido-u2f`, `android-safetynet`, self attestation, `none` | nothing |
///
/// Otherwise it is only claimed: a phone whose `android-key` statement leads to Google's root can claim to be a
/// security key of any vendor. So the list of [allowed](Self::allow_aaguids) AAGUIDs treats a claimed AAGUID as the
/// zero AAGUID, "no known model". The list of [denied](Self::deny_aaguids) AAGUIDs and [demands](Self::for_aaguid) use
/// it as claimed.
#[derive(Clone, Default)]
pub struct AttestationPolicy {
    level: AttestationLevel,
    by_format: BTreeMap<String, AttestationLevel>,
    by_aaguid: BTreeMap<Aaguid, AttestationLevel>,
    allowed_aaguids: Option<BTreeSet<Aaguid>>,
    denied_aaguids: BTreeSet<Aaguid>,
    self_attestation: Option<bool>,
    #[cfg(feature = "attestation")]
    android_key: AndroidKeyAuthorizations,
    #[cfg(feature = "attestation")]
    android_key_dates: AndroidKeyDates,
    #[cfg(feature = "attestation")]
    tpm_key_attributes: TpmKeyAttributes,
    #[cfg(feature = "attestation")]
    safety_net: bool,
    #[cfg(feature = "attestation")]
    strict: bool,
    #[cfg(feature = "attestation")]
    self_attestation_by_source: bool,
    #[cfg(feature = "attestation")]
    model: Option<Arc<dyn ModelCheck>>,
    #[cfg(feature = "attestation")]
    pub(super) anchors: Anchors,
}

/// Who is trusted, and what is needed to find out.
#[cfg(feature = "attestation")]
#[derive(Clone, Default)]
pub(super) struct Anchors {
    general: Vec<TrustAnchor>,
    by_format: BTreeMap<String, Vec<TrustAnchor>>,
    by_aaguid: BTreeMap<Aaguid, Vec<TrustAnchor>>,
    source: Option<Arc<dyn AnchorSource>>,
    pub(super) intermediates: Vec<OwnedCertificate>,
    pub(super) revocation: Option<Arc<dyn RevocationCheck>>,
    pub(super) sha1: bool,
}

/// The attestation for which anchors are requested. [`AttestationPolicy`](crate::AttestationPolicy) has an example.
#[cfg(feature = "attestation")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttestationSubject<'a> {
    /// The statement's format, or that of the element in a compound statement.
    pub format: &'a str,
    /// The model that the authenticator claims. Zero in the formats whose attesters do not know the AAGUID (`fido-u2f`,
    /// `android-safetynet`).
    pub aaguid: Aaguid,
    /// The attestation certificate.
    pub certificate: &'a Certificate<'a>,
    /// The time of verification.
    pub now: Timestamp,
}

#[cfg(feature = "attestation")]
impl AttestationSubject<'_> {
    /// Returns the AAGUID that the attestation certificate itself names (`id-fido-gen-ce-aaguid`), if any. Certificates
    /// of U2F keys may name one, although their statements do not cover the AAGUID of the authenticator data.
    #[must_use]
    pub fn certificate_aaguid(&self) -> Option<Aaguid> {
        aaguid_extension::read(self.certificate)
    }
}

/// Supplies anchors for one attestation at a time, for metadata that change while the service runs.
/// [`AttestationPolicy`](crate::AttestationPolicy) has an example.
#[cfg(feature = "attestation")]
pub trait AnchorSource: Send + Sync {
    /// Returns the anchors that may vouch for this attestation. Empty if nothing is known about it, or nothing good.
    fn anchors(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor>;

    /// Returns whether one of these anchors only vouches for authenticators with the subject's AAGUID. Then the AAGUID
    /// of a `tpm` or `android-key` statement that leads to it is [attested](crate::AaguidAssurance).
    ///
    /// The default is `false`: an anchor that certifies several models cannot tell which of them this is.
    fn is_for_this_aaguid(&self, subject: &AttestationSubject<'_>, anchor: &TrustAnchor) -> bool {
        let _ = (subject, anchor);
        false
    }

    /// Whether authenticators of this model are known to attest for themselves. It counts only where the policy
    /// [asks](AttestationPolicy::self_attestation_by_source). By default none is.
    fn attests_for_itself(&self, aaguid: Aaguid, now: Timestamp) -> bool {
        let _ = (aaguid, now);
        false
    }
}

impl AttestationPolicy {
    /// Requires nothing: the authenticator's model does not matter. Statements are ignored, except for `none` and self
    /// attestation, which need no certificate.
    #[must_use]
    pub fn ignore() -> Self {
        AttestationLevel::Ignored.into()
    }

    /// Requires valid statements, no matter who vouches for them. If a statement leads to an anchor, that is recorded.
    #[must_use]
    pub fn statement() -> Self {
        AttestationLevel::Statement.into()
    }

    /// Requires statements that lead to an anchor. `none` and self attestation do not.
    #[must_use]
    pub fn trusted() -> Self {
        AttestationLevel::Trusted.into()
    }

    /// Raises the general demand to at least this level.
    pub(crate) fn at_least(mut self, level: AttestationLevel) -> Self {
        self.level = self.level.max(level);
        self
    }

    /// The general demand, which applies unless there is a more specific one.
    #[must_use]
    pub fn level(&self) -> AttestationLevel {
        self.level
    }

    /// Sets a different demand for statements of a format, matched byte for byte.
    #[must_use]
    pub fn for_format(mut self, format: impl Into<String>, level: AttestationLevel) -> Self {
        self.by_format.insert(format.into(), level);
        self
    }

    /// Sets a minimum demand for authenticators that claim to be of this model. With [`AttestationLevel::Trusted`] the
    /// AAGUID must be attested too: see [AAGUIDs](Self#aaguids).
    ///
    /// A demand lower than the general one, or than that of the format, has no effect, because any authenticator could
    /// claim the model.
    #[must_use]
    pub fn for_aaguid(mut self, aaguid: Aaguid, level: AttestationLevel) -> Self {
        self.by_aaguid.insert(aaguid, level);
        self
    }

    /// Allows only these models. Every call adds to the list.
    ///
    /// Only [attested](Self#aaguids) AAGUIDs count, so you need anchors too. The zero AAGUID in the list allows every
    /// authenticator whose model is not attested, including U2F keys.
    #[must_use]
    pub fn allow_aaguids(mut self, aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        self.allowed_aaguids.get_or_insert_default().extend(aaguids);
        self
    }

    /// Denies these models, even if they are allowed, and even if the AAGUID is only claimed.
    #[must_use]
    pub fn deny_aaguids(mut self, aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        self.denied_aaguids.extend(aaguids);
        self
    }

    /// Sets whether self attestation is accepted. By default it is accepted unless trust is required.
    #[must_use]
    pub fn self_attestation(mut self, accept: bool) -> Self {
        self.self_attestation = Some(accept);
        self
    }

    /// Returns the demand for this format, from a model without a special one.
    pub(super) fn level_for_format(&self, format: &str) -> AttestationLevel {
        if self.requires_model() {
            return AttestationLevel::Trusted;
        }
        self.by_format.get(format).copied().unwrap_or(self.level)
    }

    /// Returns the demand for this format and model.
    pub(super) fn level_for(&self, format: &str, aaguid: Aaguid) -> AttestationLevel {
        let general = self.level_for_format(format);
        self.by_aaguid.get(&aaguid).map_or(general, |demand| general.max(*demand))
    }

    /// Returns whether the model must be proved, and satisfy a check.
    #[cfg(feature = "attestation")]
    pub(super) fn requires_model(&self) -> bool {
        self.model.is_some()
    }

    #[cfg(not(feature = "attestation"))]
    #[expect(clippy::unused_self, reason = "the same call with and without the feature")]
    pub(super) fn requires_model(&self) -> bool {
        false
    }

    /// Returns whether self attestation is sufficient for `level`.
    pub(super) fn accepts_self_attestation(&self, level: AttestationLevel) -> bool {
        self.self_attestation.unwrap_or(level < AttestationLevel::Trusted)
            || level == AttestationLevel::Ignored
    }

    /// Checks the model. `format` is the format of the deciding statement.
    pub(super) fn check_aaguid(
        &self,
        format: &str,
        aaguid: Aaguid,
        assurance: AaguidAssurance,
    ) -> Result<(), TrustError> {
        let denied = self.denied_aaguids.contains(&aaguid)
            || self.denied_aaguids.contains(&known_aaguid(format, aaguid));
        if denied {
            return Err(TrustError::Aaguid(aaguid));
        }
        let proved = if assurance.is_attested() { aaguid } else { Aaguid::default() };
        let is_demanded = self.by_aaguid.get(&aaguid) == Some(&AttestationLevel::Trusted);
        match &self.allowed_aaguids {
            Some(allowed) if !allowed.contains(&proved) => {
                let would_do = allowed.contains(&aaguid);
                Err(if would_do { TrustError::ClaimedAaguid } else { TrustError::Aaguid }(aaguid))
            }
            _ if is_demanded && proved != aaguid => Err(TrustError::ClaimedAaguid(aaguid)),
            _ => Ok(()),
        }
    }
}

#[cfg(feature = "attestation")]
impl AttestationPolicy {
    /// Trusts these anchors for every format and model.
    #[must_use]
    pub fn anchors(mut self, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        self.anchors.general.extend(anchors);
        self
    }

    /// Trusts these anchors for statements of one format.
    #[must_use]
    pub fn anchors_for_format(
        mut self,
        format: impl Into<String>,
        anchors: impl IntoIterator<Item = TrustAnchor>,
    ) -> Self {
        self.anchors.by_format.entry(format.into()).or_default().extend(anchors);
        self
    }

    /// Trusts these anchors for one model. An authenticator that claims this model and whose statement leads to one of
    /// them is considered to be of this model, even in the formats `tpm` and `android-key`, whose attesters do not know
    /// the AAGUID. Only configure anchors here that certify no other models, or none that would lie.
    #[must_use]
    pub fn anchors_for_aaguid(
        mut self,
        aaguid: Aaguid,
        anchors: impl IntoIterator<Item = TrustAnchor>,
    ) -> Self {
        self.anchors.by_aaguid.entry(aaguid).or_default().extend(anchors);
        self
    }

    /// Also trusts the anchors that this source has for an attestation.
    #[must_use]
    pub fn anchor_source(mut self, source: Arc<dyn AnchorSource>) -> Self {
        self.anchors.source = Some(source);
        self
    }

    /// Whether self attestation is accepted, also where trust is demanded, from models of which the
    /// [source](Self::anchor_source) says that they attest for themselves. It is not by default, since it proves
    /// nothing: software can claim to be of such a model.
    #[must_use]
    pub fn self_attestation_by_source(mut self, accept: bool) -> Self {
        self.self_attestation_by_source = accept;
        self
    }

    /// Whether statements must also keep rules that genuine authenticators break, and that protect no one. By default
    /// they do not have to.
    ///
    /// - `x5c` is the path to the anchor in its order, without the anchor and without other certificates.
    /// - The AAGUID beside a `fido-u2f` statement is zero.
    #[must_use]
    pub fn strict_statements(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Requires models that satisfy `check`: for example a certification in the
    /// [metadata](crate::mds::Requirement::in_metadata). Another call replaces the check.
    ///
    /// A model that must satisfy something must be proved. So this demands [trust](AttestationLevel::Trusted) of every
    /// format, even where [another demand](Self::for_format) is lower, and self attestation and claimed AAGUIDs are
    /// refused: see [AAGUIDs](Self#aaguids). U2F keys have no AAGUID, and are of the model of their attestation
    /// certificate.
    #[must_use]
    pub fn require_model(mut self, check: Arc<dyn ModelCheck>) -> Self {
        self.level = AttestationLevel::Trusted;
        self.model = Some(check);
        self
    }

    /// Checks the model of an attestation that led to an anchor.
    pub(super) fn check_model(&self, subject: &ModelSubject<'_>) -> Result<(), TrustError> {
        let Some(check) = &self.model else { return Ok(()) };
        let aaguid = subject.attestation.aaguid;
        check.check(subject).map_err(|reason| TrustError::Model { aaguid, reason })
    }

    /// Completes paths with these certificates, without trusting them.
    #[must_use]
    pub fn intermediates(
        mut self,
        certificates: impl IntoIterator<Item = OwnedCertificate>,
    ) -> Self {
        self.anchors.intermediates.extend(certificates);
        self
    }

    /// Uses `check` to find out whether a certificate is revoked. For CRLs, use
    /// [`CrlRevocation`](crate::x509::CrlRevocation). A path with a revoked certificate is rejected.
    #[must_use]
    pub fn revocation(mut self, check: Arc<dyn RevocationCheck>) -> Self {
        self.anchors.revocation = Some(check);
        self
    }

    /// Sets whether certificates may be signed by RSA with SHA-1, like those of some old U2F keys. The default is no.
    /// SHA-1 is broken: anyone who can create two certificates with the same hash can forge a path.
    #[must_use]
    pub fn danger_sha1_certificates(mut self, accept: bool) -> Self {
        self.anchors.sha1 = accept;
        self
    }
}

#[cfg(feature = "attestation")]
impl AttestationPolicy {
    /// Sets which authorizations of a key count in `android-key` statements.
    #[must_use]
    pub fn android_key(mut self, authorizations: AndroidKeyAuthorizations) -> Self {
        self.android_key = authorizations;
        self
    }

    /// Sets which dates of the certificates are checked in `android-key` statements.
    #[must_use]
    pub fn android_key_dates(mut self, dates: AndroidKeyDates) -> Self {
        self.android_key_dates = dates;
        self
    }

    /// Sets which attributes a TPM's key must have to be trusted. For [`AttestationLevel::Statement`], statements are
    /// valid with any attributes, but they are only trusted with these.
    #[must_use]
    pub fn tpm_key(mut self, attributes: TpmKeyAttributes) -> Self {
        self.tpm_key_attributes = attributes;
        self
    }

    /// Sets whether the format `android-safetynet` is supported. The default is no: its service has been shut down, so
    /// only previously stored statements can be genuine.
    #[must_use]
    pub fn android_safety_net(mut self, accept: bool) -> Self {
        self.safety_net = accept;
        self
    }

    pub(super) fn android_key_authorizations(&self) -> AndroidKeyAuthorizations {
        self.android_key
    }

    /// Which dates are checked in a statement of this format.
    pub(super) fn dates_for(&self, format: &str) -> AndroidKeyDates {
        if format == "android-key" { self.android_key_dates } else { AndroidKeyDates::Strict }
    }

    pub(super) fn tpm_key_attributes(&self) -> TpmKeyAttributes {
        self.tpm_key_attributes
    }

    pub(super) fn accepts_safety_net(&self) -> bool {
        self.safety_net
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// Whether the source says so of the model, and is asked.
    pub(super) fn attests_for_itself(&self, aaguid: Aaguid, now: Timestamp) -> bool {
        self.self_attestation_by_source
            && self.anchors.source.as_ref().is_some_and(|it| it.attests_for_itself(aaguid, now))
    }
}

#[cfg(feature = "attestation")]
impl AttestationPolicy {
    /// The policy for the FIDO Alliance's conformance tool for servers, with the tool's metadata. It is not for users:
    /// see [`Settings::conformance`](crate::Settings::conformance).
    ///
    /// Statements must lead to an anchor of the metadata, be [strict](Self::strict_statements), or be self attestations
    /// of models that [attest so](Self::self_attestation_by_source). `none` is accepted.
    #[must_use]
    pub fn conformance(metadata: Arc<dyn AnchorSource>) -> Self {
        Self::trusted()
            .for_format("none", AttestationLevel::Statement)
            .anchor_source(metadata)
            .self_attestation_by_source(true)
            .strict_statements(true)
    }
}

#[cfg(feature = "attestation")]
impl Anchors {
    /// Returns the anchors that may vouch for this attestation, those for its AAGUID first.
    pub(super) fn of(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
        let by_format = self.by_format.get(subject.format);
        let known = self.for_aaguid(subject).chain(by_format.into_iter().flatten());
        let mut anchors = known.chain(&self.general).cloned().collect::<Vec<_>>();
        if let Some(source) = &self.source {
            anchors.extend(source.anchors(subject));
        }
        anchors
    }

    /// Returns whether the anchor was configured for the AAGUID of this attestation.
    pub(super) fn is_for_aaguid(
        &self,
        subject: &AttestationSubject<'_>,
        anchor: &TrustAnchor,
    ) -> bool {
        let source = self.source.as_ref();
        self.for_aaguid(subject).any(|it| it == anchor)
            || source.is_some_and(|source| source.is_for_this_aaguid(subject, anchor))
    }

    /// Whether there may be an anchor for statements of this format.
    pub(super) fn may_trust(&self, format: &str) -> bool {
        let of_any_format = !self.general.is_empty() || !self.by_aaguid.is_empty();
        of_any_format || self.source.is_some() || self.is_for_format(format)
    }

    /// Whether there is an anchor for this format alone.
    pub(super) fn is_for_format(&self, format: &str) -> bool {
        self.by_format.get(format).is_some_and(|anchors| !anchors.is_empty())
    }

    fn for_aaguid(&self, subject: &AttestationSubject<'_>) -> impl Iterator<Item = &TrustAnchor> {
        self.by_aaguid.get(&subject.aaguid).into_iter().flatten()
    }
}

/// Returns the AAGUID if it has a meaning in this format, otherwise zero: `fido-u2f` statements (§8.6) do not sign it,
/// and the service of `android-safetynet` (§8.5) does not know it.
pub(super) fn known_aaguid(format: &str, aaguid: Aaguid) -> Aaguid {
    if matches!(format, "fido-u2f" | "android-safetynet") { Aaguid::default() } else { aaguid }
}

impl From<AttestationLevel> for AttestationPolicy {
    fn from(level: AttestationLevel) -> Self {
        Self { level, ..Self::default() }
    }
}

impl fmt::Debug for AttestationPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttestationPolicy")
            .field("level", &self.level)
            .field("by_format", &self.by_format)
            .field("by_aaguid", &self.by_aaguid)
            .field("allowed_aaguids", &self.allowed_aaguids)
            .field("denied_aaguids", &self.denied_aaguids)
            .field("self_attestation", &self.self_attestation)
            .finish_non_exhaustive()
    }
}
