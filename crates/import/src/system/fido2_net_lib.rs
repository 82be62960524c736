//! fido2-net-lib: `StoredCredential` of `Fido2.Development`, which hosts copy. `System.Text.Json` writes byte arrays in
//! base64.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    let user = match row.bytes("UserHandle")? {
        Some(user) => user,
        None => row.needed_bytes("UserId")?,
    };
    Ok(Record {
        user,
        credential_id: row.needed_bytes("Id")?,
        public_key: row.needed_bytes("PublicKey")?,
        sign_count: row.counter("SignCount")?,
        backup_eligible: row.flag("IsBackupEligible")?,
        backup_state: row.flag("IsBackedUp")?,
        aaguid: row.aaguid("AaGuid")?,
        transports: row.transports("Transports")?,
        created_at: row.time("RegDate")?,
        ..Record::default()
    })
}
