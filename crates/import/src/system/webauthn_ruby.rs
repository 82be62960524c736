//! webauthn-ruby: what its README tells hosts to store. With the default encoding, ID and key are base64url. Versions
//! before 2 returned the key as an uncompressed point on P-256.

use relying_party::{CosePublicKey, ImportError, policy::RpId};

use super::added_user_handle;
use crate::{record::Record, refusal::Refusal, row::Row};

/// An uncompressed point on P-256: 4, x, y.
const POINT_LENGTH: usize = 65;

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    let credential_id = match row.bytes("external_id")? {
        Some(id) => id,
        None => row.needed_bytes("webauthn_id")?,
    };
    let mut public_key = row.needed_bytes("public_key")?;
    if public_key.len() == POINT_LENGTH && public_key.first() == Some(&4) {
        let key = CosePublicKey::from_u2f(&public_key).map_err(ImportError::from)?;
        public_key = key.as_bytes().to_vec();
    }
    Ok(Record {
        user: added_user_handle(row, "it is `webauthn_id` of the user")?,
        credential_id,
        public_key,
        sign_count: row.counter("sign_count")?,
        ..Record::default()
    })
}
