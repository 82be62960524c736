//! The export of this crate: see `export.rs`.

use relying_party::{json::AuthenticatorAttachment, policy::RpId};

use crate::{export::VERSION, record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, rp_id: &RpId) -> Result<Record, Refusal> {
    if row.counter("v")? != VERSION {
        return Err(Refusal::Version);
    }
    if row.text("rp_id")?.ok_or(Refusal::Missing("rp_id"))? != rp_id.as_str() {
        return Err(Refusal::AnotherRpId);
    }
    let attachment = row.text("attachment")?.map(|name| {
        let expected = "platform or cross-platform";
        let invalid = Refusal::Invalid { member: "attachment", expected };
        AuthenticatorAttachment::from_name(name).ok_or(invalid)
    });
    Ok(Record {
        user: row.needed_bytes("user")?,
        credential_id: row.needed_bytes("credential_id")?,
        public_key: row.needed_bytes("public_key")?,
        sign_count: row.counter("sign_count")?,
        backup_eligible: row.flag("backup_eligible")?,
        backup_state: row.flag("backup_state")?,
        user_verified: row.flag("uv_initialized")?,
        aaguid: row.aaguid("aaguid")?,
        transports: row.transports("transports")?,
        attachment: attachment.transpose()?,
        discoverable: row.flag("discoverable")?,
        name: row.text("name")?.map(Into::into),
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
    })
}
