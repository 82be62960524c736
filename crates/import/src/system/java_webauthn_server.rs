//! java-webauthn-server: `RegisteredCredential` through Jackson, which writes `ByteArray` in base64url.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    Ok(Record {
        user: row.needed_bytes("userHandle")?,
        credential_id: row.needed_bytes("credentialId")?,
        public_key: row.needed_bytes("publicKeyCose")?,
        sign_count: row.counter("signatureCount")?,
        backup_eligible: row.flag("backupEligible")?,
        backup_state: row.flag("backupState")?,
        ..Record::default()
    })
}
