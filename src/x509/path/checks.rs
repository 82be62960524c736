//! The rules of RFC 5280 §6.1.3 to §6.1.5, one by one.

use der::{asn1::ObjectIdentifier, oid::ObjectIdentifierRef};

use super::{Link, error::PathError};
use crate::{
    time::Timestamp,
    x509::{
        certificate::Certificate, issuer::IssuerRules, name_constraints::NameConstraints, oid,
        signature::SignatureAlgorithm,
    },
};

/// What is asked of every certificate: validity (§6.1.3 a 2) and critical extensions (§6.1.4 o, §6.1.5 f).
pub(super) fn check_each(certificate: &Certificate<'_>, now: Timestamp) -> Result<(), PathError> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if !certificate.validity().contains(now) {
        return Err(if now < not_before {
            PathError::NotYetValid { now, not_before }
        } else {
            PathError::Expired { now, not_after }
        });
    }
    let is_understood = |oid: &ObjectIdentifierRef| UNDERSTOOD.iter().any(|it| *oid == *it);
    if certificate.extensions().iter().any(|it| it.critical && !is_understood(it.oid)) {
        return Err(PathError::CriticalExtension);
    }
    Ok(())
}

/// The extensions that may be critical.
///
/// Extended key usage and subject alternative name are for the format to judge; that of an AIK certificate is critical
/// because its subject is empty. Certificate policies are understood in so far as every policy is acceptable here.
const UNDERSTOOD: [ObjectIdentifier; 6] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::NAME_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
];

/// What is asked of an intermediate (§6.1.4 k to n).
pub(super) fn check_ca(ca: &IssuerRules, below: &[Link<'_, '_>]) -> Result<(), PathError> {
    let constraints = ca.basic_constraints?.filter(|constraints| constraints.ca);
    let constraints = constraints.ok_or(PathError::NotCa)?;
    if ca.key_usage?.is_some_and(|usage| !usage.key_cert_sign) {
        return Err(PathError::KeyUsage);
    }
    if constraints.path_length.is_some_and(|max| cas_among(below) > max) {
        return Err(PathError::PathLength);
    }
    Ok(())
}

/// What is asked of an anchor that signed a certificate. One of version 1 or 2 says nothing on whether it is a CA; then
/// the host says so by supplying it.
pub(super) fn check_anchor(anchor: &IssuerRules, below: &[Link<'_, '_>]) -> Result<(), PathError> {
    if anchor.is_v3 { check_ca(anchor, below) } else { Ok(()) }
}

/// How many certificates below count for the length of the path: the CAs that did not issue themselves.
fn cas_among(below: &[Link<'_, '_>]) -> u32 {
    let cas = below.iter().skip(1).filter(|it| it.subject_bytes() != it.issuer_bytes());
    u32::try_from(cas.count()).unwrap_or(u32::MAX)
}

/// Whether the issuer allows the names below it (§6.1.3 b, c). A CA that issued itself is not asked, unless it is the
/// end of the path.
pub(super) fn check_names(
    constraints: Option<&[u8]>,
    below: &[Link<'_, '_>],
) -> Result<(), PathError> {
    let Some(constraints) = constraints else { return Ok(()) };
    let constraints = NameConstraints::parse(constraints)?;
    for (index, certificate) in below.iter().enumerate() {
        let self_issued = certificate.subject_bytes() == certificate.issuer_bytes();
        if (index == 0 || !self_issued) && !constraints.allow(certificate)? {
            return Err(PathError::NameConstraints);
        }
    }
    Ok(())
}

pub(super) fn check_algorithm(certificate: &Certificate<'_>, sha1: bool) -> Result<(), PathError> {
    match certificate.signature_algorithm() {
        Some(SignatureAlgorithm::RsaSha1) if !sha1 => Err(PathError::Sha1),
        Some(_) => Ok(()),
        None => Err(PathError::UnsupportedAlgorithm),
    }
}
