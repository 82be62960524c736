//! The requirements on AIK certificates (§8.3.1).

use der::asn1::ObjectIdentifier;

use crate::{
    attestation::StatementError,
    x509::{Certificate, Name, oid, text},
};

/// Checks the certificate of an attestation identity key.
///
/// This code does not know which vendors make TPMs: the manufacturer must have the right form, and anchors decide which
/// manufacturers are trusted.
pub(super) fn check(aik: &Certificate<'_>) -> Result<(), StatementError> {
    if !aik.is_v3() {
        return Err(StatementError::Invalid("the AIK certificate is not of version 3"));
    }
    if !aik.subject().is_empty() {
        return Err(StatementError::Invalid("the AIK certificate has a subject"));
    }
    if !aik.alt_names()?.directory_names.iter().any(|name| describes_tpm(*name)) {
        return Err(StatementError::Invalid(
            "the AIK certificate does not name a TPM's manufacturer, model and version",
        ));
    }
    if !aik.has_extended_key_usage(oid::TCG_KP_AIK_CERTIFICATE)? {
        return Err(StatementError::Invalid("the AIK certificate is for another use"));
    }
    // Without the extension the certificate is not a CA certificate either (RFC 5280 §4.2.1.9).
    if aik.basic_constraints()?.is_some_and(|constraints| constraints.ca) {
        return Err(StatementError::Invalid("the AIK certificate is a CA certificate"));
    }
    Ok(())
}

/// Returns whether manufacturer, model and version are present (TPM 2.0 EK Profile §3.2.9), in one RDN or in three.
/// Both occur.
fn describes_tpm(name: Name<'_>) -> bool {
    let [manufacturer, model, version] = name
        .attributes(&[TPM_MANUFACTURER, TPM_MODEL, TPM_VERSION])
        .map(|value| value.and_then(text));
    manufacturer.is_some_and(is_vendor) && model.is_some() && version.is_some()
}

/// `id:` followed by the vendor ID of the TCG's registry in hexadecimal.
fn is_vendor(manufacturer: &str) -> bool {
    manufacturer
        .strip_prefix("id:")
        .is_some_and(|id| id.len() == 8 && id.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

const TPM_MANUFACTURER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.1");
const TPM_MODEL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.2");
const TPM_VERSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.3");
