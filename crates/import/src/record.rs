//! What a row says about a passkey, in the terms of the specification.

use relying_party::{
    Aaguid, Timestamp,
    json::{AuthenticatorAttachment, Transport},
};

/// A passkey as another system stores it. What is not set is unknown.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) user: Vec<u8>,
    pub(crate) credential_id: Vec<u8>,
    /// A `COSE_Key`.
    pub(crate) public_key: Vec<u8>,
    pub(crate) sign_count: u32,
    pub(crate) backup_eligible: Option<bool>,
    pub(crate) backup_state: Option<bool>,
    pub(crate) user_verified: Option<bool>,
    pub(crate) aaguid: Aaguid,
    pub(crate) transports: Vec<Transport>,
    pub(crate) attachment: Option<AuthenticatorAttachment>,
    pub(crate) discoverable: Option<bool>,
    pub(crate) name: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
}
