//! Object identifiers, named as in the documents that define them.

use der::{SliceReader, Tag, asn1::ObjectIdentifier, oid::ObjectIdentifierRef};

use super::span::content;

/// Reads the next item as an object identifier, without copying it as `ObjectIdentifier` would (40 bytes). The same
/// maximum length applies.
pub(super) fn read<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a ObjectIdentifierRef> {
    let bytes = content(reader, Tag::ObjectIdentifier)?;
    if bytes.len() > ObjectIdentifier::MAX_SIZE {
        return Err(Tag::ObjectIdentifier.length_error().into());
    }
    Ok(ObjectIdentifierRef::from_bytes(bytes)?)
}

pub(super) const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

// Attributes of names: X.520.
pub(crate) const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
pub(crate) const COUNTRY_NAME: ObjectIdentifier = oid("2.5.4.6");
pub(crate) const ORGANIZATION_NAME: ObjectIdentifier = oid("2.5.4.10");
pub(crate) const ORGANIZATIONAL_UNIT_NAME: ObjectIdentifier = oid("2.5.4.11");
/// The place of email addresses in names before subject alternative names existed (RFC 2985 §5.2.1).
pub(crate) const EMAIL_ADDRESS: ObjectIdentifier = oid("1.2.840.113549.1.9.1");

// Extensions: RFC 5280 §4.2.1.
pub(crate) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
pub(crate) const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
pub(crate) const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
pub(crate) const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");

// Extended key usages: RFC 5280 §4.2.1.12, TCG EK Credential Profile §3.5.17.
pub(crate) const ANY_EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37.0");
pub(crate) const SERVER_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.1");
pub(crate) const TCG_KP_AIK_CERTIFICATE: ObjectIdentifier = oid("2.23.133.8.3");

// Extensions of attestation certificates: §8.2.1 and §8.8.
pub(crate) const FIDO_GEN_CE_AAGUID: ObjectIdentifier = oid("1.3.6.1.4.1.45724.1.1.4");
pub(crate) const APPLE_NONCE: ObjectIdentifier = oid("1.2.840.113635.100.8.2");

// Public keys: RFC 3279 §2.3, RFC 4055 §1.2, RFC 5480 §2.1.1, RFC 8410 §3.
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
pub(crate) const SECP256R1: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
pub(crate) const SECP384R1: ObjectIdentifier = oid("1.3.132.0.34");
pub(crate) const SECP521R1: ObjectIdentifier = oid("1.3.132.0.35");
pub(crate) const SECP256K1: ObjectIdentifier = oid("1.3.132.0.10");
pub(crate) const ED25519: ObjectIdentifier = oid("1.3.101.112");
pub(crate) const ED448: ObjectIdentifier = oid("1.3.101.113");

// ML-DSA, keys and signatures alike: RFC 9881 §2.
pub(crate) const ML_DSA_44: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.17");
pub(crate) const ML_DSA_65: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.18");
pub(crate) const ML_DSA_87: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.19");

// Signatures: RFC 4055 §3 and §5, RFC 5758 §3.2.
pub(crate) const SHA1_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
pub(crate) const SHA256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
pub(crate) const SHA384_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
pub(crate) const SHA512_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
pub(crate) const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
pub(crate) const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
pub(crate) const ECDSA_WITH_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
pub(crate) const ECDSA_WITH_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
pub(crate) const ECDSA_WITH_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");

// Hash functions: RFC 4055 §2.1.
pub(crate) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
pub(crate) const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::x509::test_ca::tlv;

    #[test]
    fn identifiers_are_well_formed_and_of_limited_length() {
        let read =
            |der: &[u8]| read(&mut SliceReader::new(der).unwrap()).map(|it| it.as_bytes().to_vec());
        let longest = vec![42; ObjectIdentifier::MAX_SIZE];
        assert_eq!(read(&tlv(6, &longest)), Ok(longest.clone()));
        let too_long = [&longest[..], &[1]].concat();
        for der in [tlv(6, &too_long), tlv(6, &[]), tlv(6, &[42, 0x80]), tlv(4, &[42, 3])] {
            assert!(read(&der).is_err());
        }
    }
}
