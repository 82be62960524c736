//! A passkey as its owner sees it, in JSON. This is not the stored form.

use serde::Serialize;

use super::Passkey;
use crate::{
    bytes::PasskeyId,
    json::{AuthenticatorAttachment, Transport},
    name::PasskeyName,
    naming,
    time::Timestamp,
};

/// A passkey as its owner sees it, for the account page. Created by [`Passkey::summary`].
///
/// ```text
/// { "object": "passkey", "id", "name", "verification": { "status": "verified", "strategy": "passkey" },
///   "created_at": ms, "updated_at": ms, "last_used_at": ms / null,
///   "authenticator": text / null, "authenticator_attested": bool, "attachment": "platform" / "cross-platform" / null, "transports": [ text ],
///   "discoverable": bool / null, "backup_eligible": bool / null, "synced": bool / null }
/// ```
///
/// Times are Unix milliseconds. `null` means unknown. `backup_eligible` distinguishes a passkey that can be synced from
/// a device-bound one. `synced` says whether it was backed up at its last use. The credential ID and the key are not
/// included, because a page does not need them.
///
/// ```
/// use relying_party::Passkey;
///
/// /// The list on the account page.
/// fn to_json(passkeys: &[Passkey]) -> serde_json::Result<String> {
///     let summaries: Vec<_> = passkeys.iter().map(Passkey::summary).collect();
///     serde_json::to_string(&summaries)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PasskeySummary<'a> {
    object: &'static str,
    /// A short, stable ID that identifies the passkey to its owner.
    pub id: PasskeyId,
    /// The name that its owner gave it.
    pub name: &'a PasskeyName,
    verification: Verification,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name last changed. Initially, when it was created.
    pub updated_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
    /// The authenticator's name, if its AAGUID is known.
    pub authenticator: Option<&'static str>,
    /// Whether a trusted attester vouches for the AAGUID. If not, the authenticator only claims it.
    pub authenticator_attested: bool,
    /// How the authenticator was attached when the passkey was created.
    pub attachment: Option<AuthenticatorAttachment>,
    /// How the authenticator can be reached.
    pub transports: &'a [Transport],
    /// Whether it is discoverable.
    pub discoverable: Option<bool>,
    /// Whether it is eligible for backup. If not, it is bound to one device.
    pub backup_eligible: Option<bool>,
    /// Whether it was backed up at its last use.
    pub synced: Option<bool>,
}

/// A stored passkey is always verified, because it was verified before it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Verification {
    status: &'static str,
    strategy: &'static str,
}

impl Passkey {
    /// Returns the passkey as its owner sees it, ready to be sent as JSON.
    ///
    /// ```
    /// use relying_party::{Algorithm, Passkey};
    /// fn for_the_account_page(passkeys: &[Passkey]) -> String {
    ///     let data = passkeys.iter().map(Passkey::summary).collect::<Vec<_>>();
    ///     serde_json::json!({ "data": data, "total_count": data.len() }).to_string()
    /// }
    /// assert_eq!(for_the_account_page(&[]), r#"{"data":[],"total_count":0}"#);
    /// ```
    #[must_use]
    pub fn summary(&self) -> PasskeySummary<'_> {
        PasskeySummary {
            object: "passkey",
            id: self.id,
            name: &self.name,
            verification: Verification { status: "verified", strategy: "passkey" },
            created_at: self.created_at,
            updated_at: self.updated_at,
            last_used_at: self.last_used_at,
            authenticator: naming::authenticator_name(self.aaguid),
            authenticator_attested: self.attestation.aaguid.is_attested(),
            attachment: self.attachment,
            transports: &self.transports,
            discoverable: self.discoverable,
            backup_eligible: self.state.backup_eligible,
            synced: self.is_synced(),
        }
    }
}
