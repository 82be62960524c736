//! What a relying party asks of attestation (§7.1 steps 23 and 24).

use alloc::{collections::BTreeMap, collections::BTreeSet, string::String};
#[cfg(feature = "attestation")]
use alloc::{sync::Arc, vec::Vec};
use core::fmt;

#[cfg(feature = "attestation")]
use super::android_key::AndroidKeyAuthorizations;
use super::trust::TrustError;
#[cfg(feature = "attestation")]
use crate::time::Timestamp;
#[cfg(feature = "attestation")]
use crate::x509::{Certificate, OwnedCertificate, RevocationCheck, TrustAnchor};
use crate::{bytes::Aaguid, passkey::AttestationLevel};

/// What is asked of attestation statements, and who is trusted.
///
/// ```
/// use relying_party::{AttestationLevel, AttestationPolicy};
/// // Right for nearly every service: what the authenticator is does not matter.
/// assert_eq!(AttestationPolicy::default().level(), AttestationLevel::Ignored);
/// ```
///
/// With anchors, here Apple's, which the host supplies:
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
/// A demand for an AAGUID overrides one for a format, which overrides the general one. Mind that a demand that is
/// *lower* than the general one can be had by everybody who names that format or AAGUID: an AAGUID is authenticated by
/// trust alone.
///
/// # AAGUIDs
///
/// U2F keys sign no AAGUID. For anchors, demands and the list of allowed ones, theirs counts as the zero AAGUID.
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
    safety_net: bool,
    #[cfg(feature = "attestation")]
    pub(super) anchors: Anchors,
}

/// Who is trusted, and what it takes to find out.
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

/// What anchors are asked for.
#[cfg(feature = "attestation")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttestationSubject<'a> {
    /// The statement's format; within a compound statement, the element's.
    pub format: &'a str,
    /// The authenticator's model as it says, or zero if the format signs none (`fido-u2f`).
    pub aaguid: Aaguid,
    /// The attestation certificate.
    pub certificate: &'a Certificate<'a>,
    /// When it is judged.
    pub now: Timestamp,
}

/// Supplies anchors for one attestation at a time: metadata that change while the service runs.
#[cfg(feature = "attestation")]
pub trait AnchorSource: Send + Sync {
    /// The anchors that may vouch for this attestation; none if nothing is known of it, or nothing good.
    fn anchors(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor>;
}

impl AttestationPolicy {
    /// Asks nothing: what the authenticator is does not matter. Statements are not looked at, but for `none` and
    /// self attestation, which need no certificate.
    #[must_use]
    pub fn ignore() -> Self {
        AttestationLevel::Ignored.into()
    }

    /// Statements must be valid, whoever vouches for them. Where one reaches an anchor, that is kept.
    #[must_use]
    pub fn statement() -> Self {
        AttestationLevel::Statement.into()
    }

    /// Statements must lead to an anchor; `none` and self attestation do not.
    #[must_use]
    pub fn trusted() -> Self {
        AttestationLevel::Trusted.into()
    }

    /// Asks no less than this where nothing more special is said.
    pub(crate) fn at_least(mut self, level: AttestationLevel) -> Self {
        self.level = self.level.max(level);
        self
    }

    /// What is asked where nothing more special is said.
    #[must_use]
    pub fn level(&self) -> AttestationLevel {
        self.level
    }

    /// Asks something else of statements of a format, matched byte for byte.
    #[must_use]
    pub fn for_format(mut self, format: impl Into<String>, level: AttestationLevel) -> Self {
        self.by_format.insert(format.into(), level);
        self
    }

    /// Asks something else of authenticators that say they are of this model.
    #[must_use]
    pub fn for_aaguid(mut self, aaguid: Aaguid, level: AttestationLevel) -> Self {
        self.by_aaguid.insert(aaguid, level);
        self
    }

    /// Allows these models and no others. The list grows with each call.
    ///
    /// Only where trust is demanded is an AAGUID more than what the client says.
    #[must_use]
    pub fn allow_aaguids(mut self, aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        self.allowed_aaguids.get_or_insert_default().extend(aaguids);
        self
    }

    /// Denies these models, also if they are allowed.
    #[must_use]
    pub fn deny_aaguids(mut self, aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        self.denied_aaguids.extend(aaguids);
        self
    }

    /// Whether self attestation is accepted. Unless said, it is where trust is not demanded.
    #[must_use]
    pub fn self_attestation(mut self, accept: bool) -> Self {
        self.self_attestation = Some(accept);
        self
    }

    /// What is asked of this format and model.
    pub(super) fn level_for(&self, format: &str, aaguid: Aaguid) -> AttestationLevel {
        let by_aaguid = self.by_aaguid.get(&signed_aaguid(format, aaguid));
        *by_aaguid.or_else(|| self.by_format.get(format)).unwrap_or(&self.level)
    }

    /// Whether self attestation will do where `level` is asked.
    pub(super) fn accepts_self_attestation(&self, level: AttestationLevel) -> bool {
        self.self_attestation.unwrap_or(level < AttestationLevel::Trusted)
            || level == AttestationLevel::Ignored
    }

    /// Judges the model. What is denied is denied also if nobody signed it.
    pub(super) fn check_aaguid(&self, format: &str, aaguid: Aaguid) -> Result<(), TrustError> {
        let signed = signed_aaguid(format, aaguid);
        let allowed = self.allowed_aaguids.as_ref().is_none_or(|allowed| allowed.contains(&signed));
        let denied = self.denied_aaguids.contains(&aaguid) || self.denied_aaguids.contains(&signed);
        if allowed && !denied { Ok(()) } else { Err(TrustError::Aaguid(aaguid)) }
    }
}

#[cfg(feature = "attestation")]
impl AttestationPolicy {
    /// Trusts these anchors to vouch for every format and model.
    #[must_use]
    pub fn anchors(mut self, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        self.anchors.general.extend(anchors);
        self
    }

    /// Trusts these anchors to vouch for statements of one format.
    #[must_use]
    pub fn anchors_for_format(
        mut self,
        format: impl Into<String>,
        anchors: impl IntoIterator<Item = TrustAnchor>,
    ) -> Self {
        self.anchors.by_format.entry(format.into()).or_default().extend(anchors);
        self
    }

    /// Trusts these anchors to vouch for one model.
    #[must_use]
    pub fn anchors_for_aaguid(
        mut self,
        aaguid: Aaguid,
        anchors: impl IntoIterator<Item = TrustAnchor>,
    ) -> Self {
        self.anchors.by_aaguid.entry(aaguid).or_default().extend(anchors);
        self
    }

    /// Trusts also the anchors that this source has for an attestation.
    #[must_use]
    pub fn anchor_source(mut self, source: Arc<dyn AnchorSource>) -> Self {
        self.anchors.source = Some(source);
        self
    }

    /// Completes paths with these certificates. They are not trusted for being here.
    #[must_use]
    pub fn intermediates(
        mut self,
        certificates: impl IntoIterator<Item = OwnedCertificate>,
    ) -> Self {
        self.anchors.intermediates.extend(certificates);
        self
    }

    /// Asks this whether a certificate is revoked. A path with one that is leads nowhere.
    #[must_use]
    pub fn revocation(mut self, check: Arc<dyn RevocationCheck>) -> Self {
        self.anchors.revocation = Some(check);
        self
    }

    /// Whether certificates may be signed by RSA with SHA-1, as those of some old U2F keys are. SHA-1 is broken: who
    /// can make two certificates with one hash can have a path that nobody meant. They may not unless said.
    #[must_use]
    pub fn danger_sha1_certificates(mut self, accept: bool) -> Self {
        self.anchors.sha1 = accept;
        self
    }
}

#[cfg(feature = "attestation")]
impl AttestationPolicy {
    /// Which authorizations of a key count in `android-key` statements.
    #[must_use]
    pub fn android_key(mut self, authorizations: AndroidKeyAuthorizations) -> Self {
        self.android_key = authorizations;
        self
    }

    /// Whether `android-safetynet` is a format that is supported. It is not unless said: its service is shut down, so
    /// that only statements that were stored before can be genuine.
    #[must_use]
    pub fn android_safety_net(mut self, accept: bool) -> Self {
        self.safety_net = accept;
        self
    }

    pub(super) fn android_key_authorizations(&self) -> AndroidKeyAuthorizations {
        self.android_key
    }

    pub(super) fn accepts_safety_net(&self) -> bool {
        self.safety_net
    }
}

#[cfg(feature = "attestation")]
impl Anchors {
    /// The anchors that may vouch for this attestation.
    pub(super) fn of(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
        let by_aaguid = self.by_aaguid.get(&subject.aaguid);
        let by_format = self.by_format.get(subject.format);
        let known = by_aaguid.into_iter().chain(by_format).flatten().chain(&self.general);
        let mut anchors = known.cloned().collect::<Vec<_>>();
        if let Some(source) = &self.source {
            anchors.extend(source.anchors(subject));
        }
        anchors
    }
}

/// The AAGUID as far as the format signs it: the signature of `fido-u2f` does not cover it (§8.6).
pub(super) fn signed_aaguid(format: &str, aaguid: Aaguid) -> Aaguid {
    if format == "fido-u2f" { Aaguid::default() } else { aaguid }
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
