//! ASP.NET Core Identity: `IdentityUserPasskey` and `IdentityPasskeyData` in `Extensions.Stores`. Entity Framework
//! keeps the data as JSON, with byte arrays in base64. The registration sends `UserId` as UTF-8.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    let data = row.needed_object("Data")?;
    Ok(Record {
        user: row.needed_key("UserId")?.into_bytes(),
        credential_id: row.needed_bytes("CredentialId")?,
        public_key: data.needed_bytes("PublicKey")?,
        sign_count: data.counter("SignCount")?,
        backup_eligible: data.flag("IsBackupEligible")?,
        backup_state: data.flag("IsBackedUp")?,
        user_verified: data.flag("IsUserVerified")?,
        transports: data.transports("Transports")?,
        name: data.text("Name")?.map(Into::into),
        created_at: data.time("CreatedAt")?,
        ..Record::default()
    })
}
