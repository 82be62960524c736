//! The extension id-fido-gen-ce-aaguid (§8.2.1), in which a certificate names the model that it attests.

use der::{Decode as _, asn1::OctetStringRef};

use super::{StatementError, vouching::Vouching};
use crate::{
    bytes::Aaguid,
    x509::{Certificate, oid},
};

/// Checks the extension if present: it must not be critical, and must contain the AAGUID of the authenticator data.
/// Returns what vouches for that AAGUID: the attester if the extension is present, otherwise at most an anchor.
///
/// ```text
/// id-fido-gen-ce-aaguid (1.3.6.1.4.1.45724.1.1.4) ::= OCTET STRING of 16 bytes, within that of the extension
/// ```
pub(super) fn check(
    certificate: &Certificate<'_>,
    aaguid: Aaguid,
) -> Result<Vouching, StatementError> {
    let Some(extension) = certificate.extension(oid::FIDO_GEN_CE_AAGUID) else {
        return Ok(Vouching::Anchor);
    };
    if extension.critical {
        return Err(StatementError::Invalid("the certificate's AAGUID extension is critical"));
    }
    match <&OctetStringRef>::from_der(extension.value) {
        Ok(found) if found.as_bytes() == aaguid.as_bytes() => Ok(Vouching::Attester),
        Ok(_) => Err(StatementError::Invalid("the certificate is for another AAGUID")),
        Err(_) => Err(StatementError::Invalid("the certificate's AAGUID is not an octet string")),
    }
}

/// Returns the AAGUID that the certificate names in that form, if any.
pub(super) fn read(certificate: &Certificate<'_>) -> Option<Aaguid> {
    let extension = certificate.extension(oid::FIDO_GEN_CE_AAGUID)?;
    let found = <&OctetStringRef>::from_der(extension.value).ok()?;
    found.as_bytes().try_into().ok().map(Aaguid::new)
}
