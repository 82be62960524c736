//! webauthn-rs: `Credential` of webauthn-rs-core through serde. Its key is not a `COSE_Key`, but its parts.

use relying_party::{Algorithm, CoseKey, CosePublicKey, ImportError, KeyParameters, policy::RpId};

use super::added_user_handle;
use crate::{record::Record, refusal::Refusal, row::Row};

pub(super) fn read(row: &Row, _: &RpId) -> Result<Record, Refusal> {
    let credential = row.needed_object("cred")?;
    Ok(Record {
        user: added_user_handle(row, "it is the UUID of the registration, as 16 bytes")?,
        credential_id: credential.needed_bytes("cred_id")?,
        public_key: key(&credential.needed_object("cred")?)?,
        sign_count: credential.counter("counter")?,
        backup_eligible: credential.flag("backup_eligible")?,
        backup_state: credential.flag("backup_state")?,
        user_verified: credential.flag("user_verified")?,
        transports: credential.transports("transports")?,
        ..Record::default()
    })
}

fn key(key: &Row) -> Result<Vec<u8>, Refusal> {
    let name = key.text("type_")?.ok_or(Refusal::Missing("type_"))?;
    let algorithm = match name {
        "EDDSA" => Some(Algorithm::EdDSA),
        name => Algorithm::KNOWN.iter().copied().find(|known| known.name() == Some(name)),
    };
    let algorithm =
        algorithm.ok_or(Refusal::Invalid { member: "type_", expected: "an algorithm" })?;
    let parts = key.needed_object("key")?;
    let encode = |parameters| {
        let key = CosePublicKey::from_key(&CoseKey { algorithm, parameters });
        let key = key.map_err(ImportError::from)?;
        Ok(key.as_bytes().to_vec())
    };
    if let Some(ec2) = parts.object("EC_EC2")? {
        let curve = curve(&ec2, &[("SECP256R1", 1), ("SECP384R1", 2), ("SECP521R1", 3)])?;
        let (x, y) = (ec2.needed_bytes("x")?, ec2.needed_bytes("y")?);
        return encode(KeyParameters::Ec2 { curve, x: &x, y: &y });
    }
    if let Some(okp) = parts.object("EC_OKP")? {
        let curve = curve(&okp, &[("ED25519", 6), ("ED448", 7)])?;
        return encode(KeyParameters::Okp { curve, x: &okp.needed_bytes("x")? });
    }
    let rsa = parts.needed_object("RSA")?;
    encode(KeyParameters::Rsa { n: &rsa.needed_bytes("n")?, e: &rsa.needed_bytes("e")? })
}

/// The number of a curve in COSE.
fn curve(key: &Row, known: &[(&str, i64)]) -> Result<i64, Refusal> {
    let name = key.text("curve")?.ok_or(Refusal::Missing("curve"))?;
    let found = known.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
    found.ok_or(Refusal::Invalid { member: "curve", expected: "a curve for this kind of key" })
}
