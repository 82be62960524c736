//! The extension id-fido-gen-ce-aaguid (§8.2.1), in which a certificate names the model it attests.

use der::{Decode as _, asn1::OctetStringRef};

use super::StatementError;
use crate::{
    bytes::Aaguid,
    x509::{Certificate, oid},
};

/// Checks the extension if it is there: not critical, and the AAGUID of the authenticator data.
///
/// ```text
/// id-fido-gen-ce-aaguid (1.3.6.1.4.1.45724.1.1.4) ::= OCTET STRING of 16 bytes, within that of the extension
/// ```
pub(super) fn check(certificate: &Certificate<'_>, aaguid: Aaguid) -> Result<(), StatementError> {
    let Some(extension) = certificate.extension(oid::FIDO_GEN_CE_AAGUID) else { return Ok(()) };
    if extension.critical {
        return Err(StatementError::Invalid("the certificate's AAGUID is critical"));
    }
    match <&OctetStringRef>::from_der(extension.value) {
        Ok(found) if found.as_bytes() == aaguid.as_bytes() => Ok(()),
        Ok(_) => Err(StatementError::Invalid("the certificate is of another AAGUID")),
        Err(_) => Err(StatementError::Invalid("the certificate's AAGUID is no octet string")),
    }
}
