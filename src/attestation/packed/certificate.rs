//! Packed attestation with certificates (§8.2 with `x5c`), and the rules for these certificates (§8.2.1).

use super::{Statement, WHAT};
use crate::{
    attestation::{
        Context, Outcome, Signed, StatementError, aaguid_extension, vouching::Vouching, x5c::X5c,
    },
    cbor::Reader,
    cose::Algorithm,
    passkey::AttestationType,
    x509::{Certificate, oid, text},
};

pub(super) fn verify<'a>(
    statement: &Statement<'a>,
    x5c: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'a>, StatementError> {
    let x5c = X5c::read(&mut Reader::new(x5c, WHAT))?;
    let certificate = x5c.leaf()?;

    let algorithm = i32::try_from(statement.alg)
        .map(Algorithm::new)
        .map_err(|_| StatementError::Invalid("alg is out of range"))?;
    let key = certificate.public_key(algorithm)?;
    ctx.verify(&key, &signed.message(), statement.sig)?;

    check_certificate(&certificate)?;
    aaguid_extension::check(&certificate, signed.attested.aaguid)?;
    // The attestation key signed the authenticator data, including the AAGUID.
    let (kind, vouching) = (AttestationType::Uncertain, Vouching::Attester);
    Ok(Outcome::of_path(kind, vouching, certificate, x5c.into_path()))
}

/// §8.2.1.
fn check_certificate(certificate: &Certificate<'_>) -> Result<(), StatementError> {
    if !certificate.is_v3() {
        return Err(StatementError::Invalid("the certificate is not of version 3"));
    }
    let attributes = certificate.subject().attributes(&[
        oid::COUNTRY_NAME,
        oid::ORGANIZATION_NAME,
        oid::ORGANIZATIONAL_UNIT_NAME,
        oid::COMMON_NAME,
    ]);
    // The string types that §8.2.1 names are not enforced: a PrintableString reads the same as a UTF8String.
    let [country, organization, unit, common_name] =
        attributes.map(|value| value.and_then(text).filter(|text| !text.is_empty()));
    let is_country =
        |code: &str| code.len() == 2 && code.bytes().all(|it| it.is_ascii_alphabetic());
    if !country.is_some_and(is_country) {
        return Err(StatementError::Invalid("the subject has no country"));
    }
    if organization.is_none() {
        return Err(StatementError::Invalid("the subject has no organization"));
    }
    if unit != Some("Authenticator Attestation") {
        return Err(StatementError::Invalid("the subject's OU is not Authenticator Attestation"));
    }
    if common_name.is_none() {
        return Err(StatementError::Invalid("the subject has no common name"));
    }
    // Without basic constraints a certificate is not a CA certificate. Some old ones lack them.
    if certificate.basic_constraints()?.is_some_and(|constraints| constraints.ca) {
        return Err(StatementError::Invalid("the certificate is a CA certificate"));
    }
    Ok(())
}
