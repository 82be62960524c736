//! Supabase Auth: the table `auth.webauthn_credentials`. The ID and the key are `bytea`, transports are JSON. The
//! registration sends the text of the user's UUID.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: row.needed_key("user_id")?.into_bytes(),
        credential_id: row.needed_bytes("credential_id")?,
        public_key: row.needed_bytes("public_key")?,
        sign_count: row.counter("sign_count")?,
        backup_eligible: row.flag("backup_eligible")?,
        backup_state: row.flag("backed_up")?,
        aaguid: row.aaguid("aaguid")?,
        transports: row.transports("transports")?,
        name: row.text("friendly_name")?.map(Into::into),
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
        ..Record::default()
    })
}
