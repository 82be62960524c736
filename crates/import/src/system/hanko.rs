//! Hanko: the tables of `backend/persistence/models`. The ID and the key are base64url. The registration sends the 16
//! bytes of the user's UUID. Credentials that were imported into Hanko can have another user handle, in a separate
//! table.

use relying_party::policy::RpId;
use serde_json::Value;

use crate::{
    record::Record,
    refusal::Refusal,
    row::{self, Member, Row},
};

const IMPORTED: &str =
    "the passkey was imported into Hanko, and its handle is in the table of user handles";

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: user(row)?,
        credential_id: row.needed_bytes("id")?,
        public_key: row.needed_bytes("public_key")?,
        sign_count: row.counter("sign_count")?,
        backup_eligible: row.flag("backup_eligible")?,
        backup_state: row.flag("backup_state")?,
        aaguid: row.aaguid("aaguid")?,
        transports: row.transports("transports")?,
        name: row.text("name")?.map(Into::into),
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
        ..Record::default()
    })
}

fn user(row: &Row) -> Result<Vec<u8>, Refusal> {
    let handle = row.member("user_handle")?;
    if matches!(handle, Some(Member::Other(Value::String(_)))) {
        return row.needed_bytes("user_handle");
    }
    // In the JSON of Hanko's model, this is an object.
    if handle.or(row.member("user_handle_id")?).is_some() {
        return Err(Refusal::NoUserHandle(IMPORTED));
    }
    let uuid = row.text("user_id")?.ok_or(Refusal::Missing("user_id"))?;
    row::uuid(uuid).ok_or(Refusal::Invalid { member: "user_id", expected: "a UUID" })
}
