//! The stored passkey: the credential record of §4 and what the product adds to it.

mod import;
mod summary;

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

pub use self::{
    import::{ImportError, PasskeyImport},
    summary::PasskeySummary,
};
use crate::{
    bytes::{Aaguid, CredentialId, KeyHash, PasskeyId, UserHandle},
    cose::CosePublicKey,
    json::{AuthenticatorAttachment, Transport},
    name::PasskeyName,
    time::Timestamp,
    version::Version,
};

/// A passkey as it is stored.
///
/// It comes out of a [create flow](crate::flow::CreatePasskey) and goes into the host's
/// [store](crate::store::PasskeyStore), or from an [import](PasskeyImport). A store may keep it as JSON (it is `Serialize` and `Deserialize`) beside
/// the columns it needs for its keys and for what changes: [`name`](Self::name), [`updated_at`](Self::updated_at),
/// [`last_used_at`](Self::last_used_at) and [`state`](Self::state). Everything else never changes. That JSON has a
/// version and is for the store alone; what users see is the [`summary`](Self::summary).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Passkey {
    #[serde(default)]
    pub(crate) version: Version<1>,
    /// Short and stable; names the passkey to its owner.
    pub id: PasskeyId,
    /// The RP ID for which it was made.
    pub rp_id: String,
    /// The account that owns it.
    pub user: UserHandle,
    /// The id by which the authenticator knows it; no other passkey of the RP ID has the same.
    pub credential_id: CredentialId,
    /// The key that verifies its signatures.
    pub public_key: CosePublicKey,
    /// The model of the authenticator. Unauthenticated unless [`attestation`](Self::attestation) was verified.
    pub aaguid: Aaguid,
    /// How the authenticator says it can be reached, unchanged; empty if it did not say.
    pub transports: Vec<Transport>,
    /// Where the authenticator was when the passkey was made, if the client said so.
    pub attachment: Option<AuthenticatorAttachment>,
    /// Whether it can be found without naming it (`credProps.rk`), if the client said so. Unsigned.
    pub discoverable: Option<bool>,
    /// What its attestation proved.
    pub attestation: Attestation,
    /// The name that its owner sees.
    pub name: PasskeyName,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name last changed; at first when it was made.
    pub updated_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
    /// What every sign-in changes.
    pub state: PasskeyState,
}

/// The part of a passkey that sign-ins judge and change, and on which
/// [`record_use`](crate::store::PasskeyStore::record_use) compares and sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyState {
    /// The latest signature counter; always 0 for authenticators without one.
    pub sign_count: u32,
    /// Whether the passkey may be backed up (BE). Fixed when it is made; `None` for imported records that do
    /// not say.
    pub backup_eligible: Option<bool>,
    /// Whether it was backed up at its last use (BS); `None` for imported records that do not say.
    pub backup_state: Option<bool>,
    /// Whether user verification has ever been part of a ceremony with it.
    pub uv_initialized: bool,
}

/// What is known of how an attestation came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attestation {
    /// The statement's format, as sent: `none`, `packed`, …; empty if it is not known, as for imported records.
    pub format: Cow<'static, str>,
    /// What the statement was found to be; `None` if the policy does not look at statements.
    pub kind: Option<AttestationType>,
    /// Who vouches for it, if the statement led to an anchor when the passkey was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<AttestationTrust>,
}

/// The path from an attestation certificate to an anchor, kept so that passkeys can be found again whose CA turns out
/// to be compromised (§13.5.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttestationTrust {
    /// The key of the anchor.
    pub anchor: KeyHash,
    /// The keys of the CAs between, the one that issued the attestation certificate first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermediates: Vec<KeyHash>,
}

/// How far attestation is judged: asked for by a policy, reached by a passkey.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum AttestationLevel {
    /// Not at all: what the authenticator is does not matter.
    #[default]
    Ignored,
    /// The statement is valid, whoever vouches for it.
    Statement,
    /// The statement is valid and leads to an anchor.
    Trusted,
}

impl Attestation {
    /// Of an imported record: nobody here has seen a statement.
    pub(crate) const fn unknown() -> Self {
        Self { format: Cow::Borrowed(""), kind: None, trust: None }
    }

    /// How far the attestation was judged, and successfully.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AttestationType {
    /// No attestation.
    None,
    /// Signed with the credential's own key: proves possession, nothing about the authenticator.
    #[serde(rename = "self")]
    SelfAttestation,
    /// By a key that a batch of authenticators shares.
    Basic,
    /// By a key that only this authenticator has, whose certificate says nothing else of it.
    AttCa,
    /// By a key that only this credential has.
    AnonCa,
    /// [`Basic`](Self::Basic) or [`AttCa`](Self::AttCa), which the format does not tell apart.
    Uncertain,
}

impl Passkey {
    /// Whether the passkey is synced between devices: backed up at its last use.
    ///
    /// `None` for an imported record that has not been used since.
    #[must_use]
    pub fn is_synced(&self) -> Option<bool> {
        self.state.backup_state
    }
}
