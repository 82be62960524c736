//! The `fido-u2f` format (§8.6): what U2F keys sign, wrapped by the client.

use alloc::vec::Vec;

use super::{Context, Outcome, Signed, StatementError, x5c::X5c};
use crate::{
    cbor::Reader,
    cose::{Algorithm, CoseKey, KeyParameters},
    passkey::AttestationType,
};

/// ```text
/// { x5c: [ attestnCert: bytes ], sig: bytes }
/// ```
struct Statement<'a> {
    x5c: X5c<'a>,
    sig: &'a [u8],
}

impl<'a> Statement<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let (mut x5c, mut sig) = (None, None);
        Reader::new(bytes, "fido-u2f attestation statement").text_map(|key, reader| {
            match key {
                "x5c" => x5c = Some(X5c::read(reader)?),
                "sig" => sig = Some(reader.bytes()?),
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match (x5c, sig) {
            (Some(x5c), Some(sig)) => Ok(Self { x5c, sig }),
            _ => Err(StatementError::Invalid("x5c or sig is missing")),
        }
    }
}

/// The verification procedure of §8.6.
///
/// It does not look at the AAGUID, which U2F knows nothing of: most clients send zeros, some authenticators their own.
pub(super) fn verify<'a>(
    statement: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'a>, StatementError> {
    let statement = Statement::parse(statement)?;
    let certificate = statement.x5c.leaf()?;
    if statement.x5c.len() != 1 {
        return Err(StatementError::Invalid("x5c has more than one certificate"));
    }
    // ES256 goes with P-256 only.
    let key = certificate.public_key(Algorithm::ES256)?;
    ctx.verify(&key, &verification_data(signed)?, statement.sig)?;
    Ok(Outcome::of_path(AttestationType::Uncertain, certificate, statement.x5c.into_path()))
}

/// ```text
/// verificationData = 00 | rpIdHash | clientDataHash | credentialId | publicKeyU2F
/// publicKeyU2F     = 04 | x | y
/// ```
fn verification_data(signed: &Signed<'_>) -> Result<Vec<u8>, StatementError> {
    let key = &signed.attested.public_key;
    let CoseKey { algorithm: Algorithm::ES256, parameters: KeyParameters::Ec2 { x, y, .. } } = key
    else {
        return Err(StatementError::Invalid("the credential key is none of U2F"));
    };
    if key.check_shape().is_err() {
        return Err(StatementError::Invalid("the credential key is none of U2F"));
    }
    let id = signed.attested.credential_id;
    Ok([&[0], &signed.data.rp_id_hash()[..], signed.client_data_hash.as_bytes(), id, &[4], x, y]
        .concat())
}
