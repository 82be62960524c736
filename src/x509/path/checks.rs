//! The rules of RFC 5280 §6.1.3 to §6.1.5, one by one.

use alloc::vec::Vec;

use der::{asn1::ObjectIdentifier, oid::ObjectIdentifierRef};

use super::{Link, error::PathError};
use crate::{
    time::Timestamp,
    x509::{
        CertificateError,
        certificate::Certificate,
        issuer::{Issuer, IssuerRules},
        key_purpose::KeyPurpose,
        name_constraints::NameConstraints,
        name_match::Comparisons,
        oid,
        signature::SignatureAlgorithm,
    },
};

/// Requirements on every certificate: validity (§6.1.3 a 2) and critical extensions (§6.1.4 o, §6.1.5 f).
pub(super) fn check_each(
    certificate: &Certificate<'_>,
    dates: JudgedDates,
    now: Timestamp,
) -> Result<(), PathError> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    let is_early = now < not_before;
    let counts = match dates {
        JudgedDates::Both => true,
        JudgedDates::NotBefore => is_early,
        JudgedDates::Neither => false,
    };
    if counts && !certificate.validity().contains(now) {
        return Err(if is_early {
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

/// Which of a certificate's two dates are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JudgedDates {
    Both,
    NotBefore,
    Neither,
}

/// The extensions that may be critical.
///
/// Each format checks the subject alternative name. In an AIK certificate it is critical because the subject is empty.
/// [`Certificate::check_purpose`] and [`check_critical_usage`] check extended key usages. Certificate policies are
/// understood in that every policy is acceptable here.
const UNDERSTOOD: [ObjectIdentifier; 6] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::NAME_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
];

/// Returns whether a CA with a critical extended key usage may certify keys for this purpose. If it is not critical it
/// is ignored: RFC 5280 §4.2.1.12 defines it for the certificate's key, and TPM vendors list other uses in it.
pub(super) fn check_critical_usage(
    ca: &Certificate<'_>,
    purpose: KeyPurpose,
) -> Result<(), PathError> {
    match ca.extension(oid::EXTENDED_KEY_USAGE) {
        Some(extension) if extension.critical => ca.check_extended_key_usage(purpose),
        _ => Ok(()),
    }
}

/// Requirements on an intermediate (§6.1.4 k to n).
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

/// Requirements on an anchor that signed a certificate. Version 1 or 2 does not say whether it is a CA. In that case
/// the host says so by supplying it.
pub(super) fn check_anchor(anchor: &IssuerRules, below: &[Link<'_, '_>]) -> Result<(), PathError> {
    if anchor.is_v3 { check_ca(anchor, below) } else { Ok(()) }
}

/// Returns how many of the certificates below count towards the path length: the CAs that did not issue themselves.
fn cas_among(below: &[Link<'_, '_>]) -> u32 {
    let cas = below.iter().skip(1).filter(|it| it.subject_bytes() != it.issuer_bytes());
    u32::try_from(cas.count()).unwrap_or(u32::MAX)
}

/// Returns whether every issuer of a path allows the names below it (§6.1.3 b, c). The constraints of a CA that issued
/// itself do not apply, unless it is at the end of the path.
///
/// This is only checked for paths that end at an anchor. On other paths an attacker controls both the names and the
/// constraints.
pub(super) fn check_names(
    path: &[Link<'_, '_>],
    anchor: &Issuer<'_>,
    comparisons: &mut Comparisons,
) -> Result<(), PathError> {
    let between = path.iter().enumerate().skip(1);
    let between = between.map(|(position, it)| (position, it.name_constraints()));
    let issuers = between.chain([(path.len(), anchor.name_constraints)]);
    let constraints = issuers
        .filter_map(|(position, constraints)| Some((position, constraints?)))
        .map(|(position, constraints)| Ok((position, NameConstraints::parse(constraints)?)))
        .collect::<Result<Vec<_>, CertificateError>>()?;
    if constraints.is_empty() {
        return Ok(());
    }
    for (position, certificate) in path.iter().enumerate() {
        let self_issued = certificate.subject_bytes() == certificate.issuer_bytes();
        if position > 0 && self_issued {
            continue;
        }
        let above = constraints.iter().filter(|(issuer, _)| *issuer > position);
        certificate.each_name(|name| {
            for (_, constraints) in above.clone() {
                if !constraints.allow(&name, comparisons)? {
                    return Err(PathError::NameConstraints);
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

pub(super) fn check_algorithm(certificate: &Certificate<'_>, sha1: bool) -> Result<(), PathError> {
    match certificate.signature_algorithm()? {
        Some(SignatureAlgorithm::RsaSha1) if !sha1 => Err(PathError::Sha1),
        Some(_) => Ok(()),
        None => Err(PathError::UnsupportedAlgorithm),
    }
}
