//! Keycloak: the table `CREDENTIAL` and `WebAuthnCredentialData`. The ID is base64, the key base64url. The registration
//! sends the user's ID as UTF-8.

use relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

/// As a second factor, and instead of a password.
const TYPES: [&str; 2] = ["webauthn", "webauthn-passwordless"];

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    // The table holds passwords and codes too.
    let kind = row.text("type")?.ok_or(Refusal::Missing("type"))?;
    if !TYPES.contains(&kind) {
        return Err(Refusal::NotAPasskey);
    }
    let data = row.needed_object("credential_data")?;
    Ok(Record {
        user: row.needed_key("user_id")?.into_bytes(),
        credential_id: data.needed_bytes("credentialId")?,
        public_key: data.needed_bytes("credentialPublicKey")?,
        sign_count: data.counter("counter")?,
        aaguid: data.aaguid("aaguid")?,
        transports: data.transports("transports")?,
        name: row.text("user_label")?.map(Into::into),
        created_at: row.time("created_date")?,
        ..Record::default()
    })
}
