//! A passkey as its owner sees it, in JSON. Not the form in which it is stored.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::Passkey;
use crate::{
    bytes::PasskeyId,
    flow::Deleted,
    json::{AuthenticatorAttachment, Transport},
    name::PasskeyName,
    naming,
    time::Timestamp,
};

/// A passkey as its owner sees it: what goes to the account page. Made by [`Passkey::summary`].
///
/// ```text
/// { "object": "passkey", "id", "name", "verification": { "status": "verified", "strategy": "passkey" },
///   "created_at": ms, "updated_at": ms, "last_used_at": ms / null,
///   "authenticator": text / null, "attachment": "platform" / "cross-platform" / null, "transports": [ text ],
///   "discoverable": bool / null, "backup_eligible": bool / null, "synced": bool / null }
/// ```
///
/// Times are Unix milliseconds; `null` is what nobody said. `backup_eligible` tells a passkey that can be synced from
/// one that is bound to its device, `synced` whether it was backed up at its last use. Neither the credential id nor
/// the key is in it, which are of no use there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PasskeySummary<'a> {
    object: &'static str,
    /// Short and stable; names the passkey to its owner.
    pub id: PasskeyId,
    /// The name that its owner gave it.
    pub name: &'a PasskeyName,
    verification: Verification,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name last changed; at first when it was made.
    pub updated_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
    /// The authenticator's name, if it is known by its AAGUID.
    pub authenticator: Option<&'static str>,
    /// Where the authenticator was when the passkey was made.
    pub attachment: Option<AuthenticatorAttachment>,
    /// How the authenticator can be reached.
    pub transports: &'a [Transport],
    /// Whether it can be found without naming it.
    pub discoverable: Option<bool>,
    /// Whether it may be backed up; if not, it is bound to one device.
    pub backup_eligible: Option<bool>,
    /// Whether it was backed up at its last use.
    pub synced: Option<bool>,
}

/// A stored passkey is always verified: it was so before it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Verification {
    status: &'static str,
    strategy: &'static str,
}

impl Passkey {
    /// The passkey as its owner sees it, to be sent as JSON.
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
            attachment: self.attachment,
            transports: &self.transports,
            discoverable: self.discoverable,
            backup_eligible: self.state.backup_eligible,
            synced: self.is_synced(),
        }
    }
}

/// `{"object":"passkey","id":…,"deleted":true,"signal":…}`, with what the browser is to be told.
impl Serialize for Deleted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Deleted", 4)?;
        object.serialize_field("object", "passkey")?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("deleted", &true)?;
        object.serialize_field("signal", &self.signal)?;
        object.end()
    }
}
