//! The `fido-u2f` format (§8.6): what U2F keys sign, wrapped by the client.

use alloc::vec::Vec;

use super::{Context, Outcome, Signed, StatementError, vouching::Vouching, x5c::X5c};
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
/// Unless the policy is strict, ignores the AAGUID, which U2F does not have: most clients send zeros, some
/// authenticators send theirs.
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
    if ctx.policy.is_strict() && !signed.attested.aaguid.is_zero() {
        return Err(StatementError::Invalid("the AAGUID is not zero"));
    }
    // ES256 implies P-256 here.
    let key = certificate.public_key(Algorithm::ES256)?;
    ctx.verify(&key, &verification_data(signed)?, statement.sig)?;
    let (kind, vouching) = (AttestationType::Uncertain, Vouching::Nothing);
    Ok(Outcome::of_path(kind, vouching, certificate, statement.x5c.into_path()))
}

/// ```text
/// verificationData = 00 | rpIdHash | clientDataHash | credentialId | publicKeyU2F
/// publicKeyU2F     = 04 | x | y
/// ```
fn verification_data(signed: &Signed<'_>) -> Result<Vec<u8>, StatementError> {
    let key = &signed.attested.public_key;
    let CoseKey { algorithm: Algorithm::ES256, parameters: KeyParameters::Ec2 { x, y, .. } } = key
    else {
        return Err(StatementError::Invalid("the credential key is not a U2F key"));
    };
    if key.check_shape().is_err() {
        return Err(StatementError::Invalid("the credential key is not a U2F key"));
    }
    let id = signed.attested.credential_id;
    Ok([&[0], &signed.data.rp_id_hash()[..], signed.client_data_hash.as_bytes(), id, &[4], x, y]
        .concat())
}
