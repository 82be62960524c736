//! The export: one JSON object per passkey, in one schema.

use relying_party::{
    Aaguid, Passkey, Timestamp,
    json::{AuthenticatorAttachment, Transport},
};
use serde::Serialize;

use crate::bytes;

/// The version of the schema.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Exported<'a> {
    v: u32,
    rp_id: &'a str,
    user: String,
    credential_id: String,
    public_key: String,
    sign_count: u32,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    uv_initialized: bool,
    aaguid: Aaguid,
    transports: &'a [Transport],
    attachment: Option<AuthenticatorAttachment>,
    discoverable: Option<bool>,
    name: &'a str,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

/// Returns a passkey as one line of JSON, without a line break:
///
/// ```text
/// {"v":1,"rp_id":"example.com","user":"…","credential_id":"…","public_key":"…","sign_count":0,"backup_eligible":true,
///  "backup_state":true,"uv_initialized":true,"aaguid":"00000000-0000-0000-0000-000000000000","transports":["internal"],
///  "attachment":"platform","discoverable":true,"name":"Ada's laptop","created_at":1700000000000,"last_used_at":null}
/// ```
///
/// | Member | Value |
/// |---|---|
/// | `v` | 1, the version of the schema; later versions only add members, or have a higher number |
/// | `rp_id` | the RP ID, without which nothing else means anything |
/// | `user`, `credential_id` | user handle and credential ID, base64url without padding |
/// | `public_key` | the `COSE_Key`, base64url without padding |
/// | `sign_count` | the latest signature counter, 0 without one |
/// | `backup_eligible`, `backup_state` | BE and BS, `null` if unknown |
/// | `uv_initialized` | whether the user was ever verified |
/// | `aaguid` | the claimed model, zeros if unknown |
/// | `transports` | names, empty if unknown |
/// | `attachment` | `platform` or `cross-platform`, `null` if unknown |
/// | `discoverable` | `null` if unknown |
/// | `name` | the name that its owner sees |
/// | `created_at`, `last_used_at` | Unix milliseconds, `last_used_at` `null` if never |
///
/// [`System::RelyingParty`](crate::System::RelyingParty) reads it back. What an attestation proved is left out: a file
/// cannot prove it. To move passkeys between your databases, copy `Passkey::to_stored` instead, which has it.
///
/// An export holds no secret, but it is personal, and an attacker who can change it before it is imported can put their
/// key into someone's account. Treat it like the database.
///
/// ```
/// use relying_party::policy::RpId;
/// use relying_party_import::{Importer, System, to_line};
/// # let line = r#"{"v":1,"rp_id":"example.com","user":"YWRh","credential_id":"TebR8Rr_qYQKk8xPX_ycjSbaC-9Mfe2S1lF8lQ7NGW4",
/// # "public_key":"pAEBAycgBiFYINdamAGCsQq31Uv-08lkBzoO4XLz2qYjJa8CGmj3B1Ea","created_at":1700000000000}"#;
/// let importer = Importer::new(System::RelyingParty, RpId::new("example.com")?);
/// let passkey = importer.row(line.as_bytes())?.passkey;
/// let exported = to_line(&passkey);
/// assert_eq!(importer.row(exported.as_bytes())?.passkey, passkey);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn to_line(passkey: &Passkey) -> String {
    let exported = Exported {
        v: VERSION,
        rp_id: &passkey.rp_id,
        user: bytes::encode(passkey.user.as_bytes()),
        credential_id: bytes::encode(passkey.credential_id.as_bytes()),
        public_key: bytes::encode(passkey.public_key.as_bytes()),
        sign_count: passkey.state.sign_count,
        backup_eligible: passkey.state.backup_eligible,
        backup_state: passkey.state.backup_state,
        uv_initialized: passkey.state.uv_initialized,
        aaguid: passkey.aaguid,
        transports: &passkey.transports,
        attachment: passkey.attachment,
        discoverable: passkey.discoverable,
        name: passkey.name.as_str(),
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
    };
    // Texts, numbers and lists of texts: nothing that JSON could not hold.
    serde_json::to_string(&exported).unwrap_or_default()
}
