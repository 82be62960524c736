//! `SimpleWebAuthn`: `WebAuthnCredential` and what its documentation tells hosts to store beside it.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: row.needed_bytes("webauthnUserID")?,
        credential_id: row.needed_bytes("id")?,
        public_key: row.needed_bytes("publicKey")?,
        sign_count: row.counter("counter")?,
        backup_eligible: row.device_type("deviceType")?,
        backup_state: row.flag("backedUp")?,
        user_verified: row.flag("userVerified")?,
        aaguid: row.aaguid("aaguid")?,
        transports: row.transports("transports")?,
        ..Record::default()
    })
}
