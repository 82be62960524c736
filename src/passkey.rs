//! The stored passkey: the credential record of §4, and what the product adds to it.

mod import;
mod stored;
mod summary;

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

pub use self::{
    import::{ImportError, PasskeyImport},
    stored::{StoredPasskey, StoredPasskeyError},
    summary::PasskeySummary,
};
use crate::{
    assurance::{AaguidAssurance, AndroidSecurityLevel},
    bytes::{Aaguid, CredentialId, KeyHash, PasskeyId, UserHandle},
    cose::CosePublicKey,
    json::{AuthenticatorAttachment, CredentialDescriptor, Transport},
    name::PasskeyName,
    time::Timestamp,
};

/// A passkey.
///
/// It is created by a [create flow](crate::flow::CreatePasskey) or an [import](PasskeyImport), and goes into the host's
/// [store](crate::store::PasskeyStore). A store keeps it in the form of [`to_stored`](Self::to_stored), and only
/// changes its [`name`](Self::name), [`updated_at`](Self::updated_at), [`last_used_at`](Self::last_used_at) and
/// [`state`](Self::state). Users see the [`summary`](Self::summary).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passkey {
    /// A short, stable ID that identifies the passkey to its owner.
    pub id: PasskeyId,
    /// The RP ID that it was created for.
    pub rp_id: String,
    /// The account that owns it.
    pub user: UserHandle,
    /// The ID by which the authenticator knows it. No other passkey of the RP ID has the same.
    pub credential_id: CredentialId,
    /// The key that verifies its signatures.
    pub public_key: CosePublicKey,
    /// The model of the authenticator. [`Attestation::aaguid`] tells whether it was proved or is only claimed.
    pub aaguid: Aaguid,
    /// The transports over which the authenticator says it can be reached, unchanged. Empty if it did not say.
    pub transports: Vec<Transport>,
    /// How the authenticator was attached when the passkey was created, if the client reported it.
    pub attachment: Option<AuthenticatorAttachment>,
    /// Whether it is discoverable (`credProps.rk`), if the client reported it. Not signed.
    pub discoverable: Option<bool>,
    /// What its attestation proved.
    pub attestation: Attestation,
    /// The name that its owner sees.
    pub name: PasskeyName,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name last changed. Initially, when it was created.
    pub updated_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
    /// The state that sign-ins change.
    pub state: PasskeyState,
}

/// The part of a passkey that sign-ins check and change. [`record_use`](crate::store::PasskeyStore::record_use)
/// compares it and sets it. [`verify_authentication`](crate::ceremony::verify_authentication) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasskeyState {
    /// The latest signature counter. Always 0 for authenticators without one.
    pub sign_count: u32,
    /// Whether the passkey is eligible for backup (BE). Fixed at creation. `None` for imported records that do not say.
    pub backup_eligible: Option<bool>,
    /// Whether it was backed up at its last use (BS). `None` for imported records that do not say.
    pub backup_state: Option<bool>,
    /// Whether the user has ever been verified in a ceremony with it.
    pub uv_initialized: bool,
}

/// What is known about an attestation. [`AaguidAssurance`](crate::AaguidAssurance) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attestation {
    /// The statement's format, as sent: `none`, `packed`, …. Empty if unknown, as for imported records.
    pub format: Cow<'static, str>,
    /// The attestation type. `None` if the policy ignores statements.
    pub kind: Option<AttestationType>,
    /// Who vouches for it, if the statement led to an anchor when the passkey was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<AttestationTrust>,
    /// Whether the AAGUID was proved, or is only claimed by the authenticator.
    #[serde(default, skip_serializing_if = "AaguidAssurance::is_claimed")]
    pub aaguid: AaguidAssurance,
    /// Where an `android-key` statement says the key is stored, unless the policy ignores statements: the lower one of
    /// its two security levels. `None` if one of them is unknown, or if hardware stores the key but does not vouch that
    /// it generated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub android_security_level: Option<AndroidSecurityLevel>,
}

/// The path from an attestation certificate to an anchor. It is stored so that passkeys can be found if their CA turns
/// out to be compromised (§13.5.4).
///
/// ```
/// use relying_party::{KeyHash, Passkey};
///
/// /// Whether a CA vouched for a passkey.
/// fn vouched_for(passkey: &Passkey, ca: &KeyHash) -> bool {
///     let trust = passkey.attestation.trust.as_ref();
///     trust.is_some_and(|trust| trust.anchor == *ca || trust.intermediates.contains(ca))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttestationTrust {
    /// The key of the anchor.
    pub anchor: KeyHash,
    /// The keys of the CAs in between, starting with the issuer of the attestation certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermediates: Vec<KeyHash>,
}

/// A level of attestation: required by a policy, reached by a passkey.
/// [`SettingsBuilder`](crate::settings::SettingsBuilder) has an example.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum AttestationLevel {
    /// Attestation is ignored: the authenticator's model does not matter.
    #[default]
    Ignored,
    /// The statement is valid, no matter who vouches for it.
    Statement,
    /// The statement is valid and leads to an anchor.
    Trusted,
}

impl Attestation {
    /// The attestation of an imported record: no statement was seen.
    pub(crate) const fn unknown() -> Self {
        Self::unjudged(Cow::Borrowed(""))
    }

    /// The attestation of a statement in this format about which nothing is known yet.
    pub(crate) const fn unjudged(format: Cow<'static, str>) -> Self {
        Self {
            format,
            kind: None,
            trust: None,
            aaguid: AaguidAssurance::Claimed,
            android_security_level: None,
        }
    }

    /// Returns the level to which the attestation was successfully verified.
    #[must_use]
    pub fn level(&self) -> AttestationLevel {
        match (&self.kind, &self.trust) {
            (None, _) => AttestationLevel::Ignored,
            (Some(_), None) => AttestationLevel::Statement,
            (Some(_), Some(_)) => AttestationLevel::Trusted,
        }
    }
}

/// The attestation types of §6.5.4.
///
/// ```
/// use relying_party::{AttestationType, Passkey};
///
/// /// Whether the authenticator sent a certificate.
/// fn is_certified(passkey: &Passkey) -> bool {
///     let kind = passkey.attestation.kind;
///     !matches!(kind, None | Some(AttestationType::None | AttestationType::SelfAttestation))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AttestationType {
    /// No attestation.
    None,
    /// Signed with the credential's private key. Proves possession, and nothing about the authenticator.
    #[serde(rename = "self")]
    SelfAttestation,
    /// Signed by a key that a batch of authenticators shares.
    Basic,
    /// Signed by a key that only this authenticator has, whose certificate says nothing else about it.
    AttCa,
    /// Signed by a key that only this credential has.
    AnonCa,
    /// [`Basic`](Self::Basic) or [`AttCa`](Self::AttCa), which the format does not distinguish.
    Uncertain,
}

impl Passkey {
    /// Returns whether the passkey is synced between devices: whether it was backed up at its last use.
    ///
    /// `None` for an imported record that has not been used since.
    #[must_use]
    pub fn is_synced(&self) -> Option<bool> {
        self.state.backup_state
    }
}

impl From<&Passkey> for CredentialDescriptor {
    fn from(passkey: &Passkey) -> Self {
        Self::new(passkey.credential_id.clone(), passkey.transports.clone())
    }
}
