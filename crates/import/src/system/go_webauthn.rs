//! go-webauthn: `webauthn.Credential` through `encoding/json`, which writes byte slices in base64.

use relying_party::{json::AuthenticatorAttachment, policy::RpId};

use super::added_user_handle;
use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    let user = added_user_handle(row, "it is what `User.WebAuthnID()` of your code returns")?;
    let mut record = Record {
        user,
        credential_id: row.needed_bytes("id")?,
        public_key: row.needed_bytes("publicKey")?,
        transports: row.transports("transport")?,
        ..Record::default()
    };
    if let Some(authenticator) = row.object("authenticator")? {
        record.sign_count = authenticator.counter("signCount")?;
        record.aaguid = authenticator.aaguid("AAGUID")?;
        let attachment = authenticator.text("attachment")?;
        record.attachment = attachment.and_then(AuthenticatorAttachment::from_name);
    }
    // Every registration has a user who is present, so a record without that is one from before flags were stored.
    if let Some(flags) = row.object("flags")?
        && flags.flag("userPresent")? == Some(true)
    {
        record.user_verified = flags.flag("userVerified")?;
        record.backup_eligible = flags.flag("backupEligible")?;
        record.backup_state = flags.flag("backupState")?;
    }
    Ok(record)
}
