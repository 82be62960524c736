//! `py_webauthn`: the members of `VerifiedRegistration` in JSON, as `PasskeyImport` lists them.

use relying_party::policy::RpId;

use super::added_user_handle;
use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: added_user_handle(row, "it is `user_id` of the options of the registration")?,
        credential_id: row.needed_bytes("credential_id")?,
        public_key: row.needed_bytes("credential_public_key")?,
        sign_count: row.counter("sign_count")?,
        backup_eligible: row.device_type("credential_device_type")?,
        backup_state: row.flag("credential_backed_up")?,
        user_verified: row.flag("user_verified")?,
        aaguid: row.aaguid("aaguid")?,
        transports: row.transports("transports")?,
        ..Record::default()
    })
}
