//! Spring Security: the table of `user-credentials-schema.sql`, as `JdbcUserCredentialRepository` fills it. IDs are
//! base64url, the key is a BLOB, and transports have commas between them.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: row.needed_bytes("user_entity_user_id")?,
        credential_id: row.needed_bytes("credential_id")?,
        public_key: row.needed_bytes("public_key")?,
        sign_count: row.counter("signature_count")?,
        backup_eligible: row.flag("backup_eligible")?,
        backup_state: row.flag("backup_state")?,
        user_verified: row.flag("uv_initialized")?,
        transports: row.transports("authenticator_transports")?,
        name: row.text("label")?.map(Into::into),
        created_at: row.time("created")?,
        last_used_at: row.time("last_used")?,
        ..Record::default()
    })
}
