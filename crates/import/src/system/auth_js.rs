//! Auth.js: the table `Authenticator` of its adapters, and `webauthn-utils.ts` in `@auth/core`, which writes the ID and
//! the key in base64 and transports with commas between them.

use relying_party::policy::RpId;

use super::{FORGOTTEN, added_user_handle};
use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: added_user_handle(row, FORGOTTEN)?,
        credential_id: row.needed_bytes("credentialID")?,
        public_key: row.needed_bytes("credentialPublicKey")?,
        sign_count: row.counter("counter")?,
        backup_eligible: row.device_type("credentialDeviceType")?,
        backup_state: row.flag("credentialBackedUp")?,
        transports: row.transports("transports")?,
        ..Record::default()
    })
}
