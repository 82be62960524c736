//! better-auth: the table `passkey` of `@better-auth/passkey`. The ID is base64url, the key base64.

use relying_party::policy::RpId;

use super::{FORGOTTEN, added_user_handle};
use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: added_user_handle(row, FORGOTTEN)?,
        credential_id: row.needed_bytes("credentialID")?,
        public_key: row.needed_bytes("publicKey")?,
        sign_count: row.counter("counter")?,
        backup_eligible: row.device_type("deviceType")?,
        backup_state: row.flag("backedUp")?,
        aaguid: row.aaguid("aaguid")?,
        transports: row.transports("transports")?,
        name: row.text("name")?.map(Into::into),
        created_at: row.time("createdAt")?,
        ..Record::default()
    })
}
