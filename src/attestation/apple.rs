//! The `apple` format (§8.8): a certificate issued for this one credential.

use der::{
    Reader as _,
    asn1::{ContextSpecific, OctetStringRef},
};
use sha2::{Digest as _, Sha256};

use super::{Outcome, Signed, StatementError, vouching::Vouching, x5c::X5c};
use crate::{
    cbor::Reader,
    passkey::AttestationType,
    x509::{Certificate, oid},
};

/// ```text
/// { x5c: [ credCert: bytes, * (caCert: bytes) ] }
/// ```
///
/// Statements of 2020 and 2021 also have an `alg`, which means nothing because there is no signature.
fn parse(bytes: &[u8]) -> Result<X5c<'_>, StatementError> {
    let mut x5c = None;
    Reader::new(bytes, "apple attestation statement").text_map(|key, reader| {
        match key {
            "x5c" => x5c = Some(X5c::read(reader)?),
            _ => drop(reader.raw()?),
        }
        Ok(())
    })?;
    x5c.ok_or(StatementError::Invalid("x5c is missing"))
}

/// The verification procedure of §8.8. The trust path proves that Apple issued the certificate. On its own, a valid
/// statement proves nothing.
pub(super) fn verify<'a>(
    statement: &'a [u8],
    signed: &Signed<'_>,
) -> Result<Outcome<'a>, StatementError> {
    let x5c = parse(statement)?;
    let certificate = x5c.leaf()?;
    if nonce(&certificate)? != Sha256::digest(signed.message()).as_slice() {
        return Err(StatementError::Invalid("the certificate was issued for other data"));
    }
    if certificate.key_parameters()? != signed.attested.public_key.parameters {
        return Err(StatementError::Invalid("the certificate is for another key"));
    }
    // The nonce covers the authenticator data, including the AAGUID.
    let (kind, vouching) = (AttestationType::AnonCa, Vouching::Attester);
    Ok(Outcome::of_path(kind, vouching, certificate, x5c.into_path()))
}

/// ```text
/// 1.2.840.113635.100.8.2 ::= SEQUENCE { nonce [1] EXPLICIT OCTET STRING }
/// ```
fn nonce<'a>(certificate: &Certificate<'a>) -> Result<&'a [u8], StatementError> {
    let nonce = certificate.read_extension(oid::APPLE_NONCE, "Apple's nonce", |reader| {
        reader.sequence(|nonce| {
            ContextSpecific::<&'a OctetStringRef>::decode_explicit(nonce, der::TagNumber(1))
        })
    })?;
    match nonce {
        Some(Some(nonce)) => Ok(nonce.value.as_bytes()),
        _ => Err(StatementError::Invalid("the certificate has no nonce")),
    }
}
