//! A DER writer for the certificates of tests.

use alloc::{string::ToString, vec, vec::Vec};

use der::asn1::ObjectIdentifier;

use crate::test_authenticator::TestAuthenticatorError;

pub(in crate::test_authenticator) const BOOLEAN: u8 = 0x01;
pub(in crate::test_authenticator) const INTEGER: u8 = 0x02;
pub(in crate::test_authenticator) const BIT_STRING: u8 = 0x03;
pub(in crate::test_authenticator) const OCTET_STRING: u8 = 0x04;
pub(in crate::test_authenticator) const NULL: u8 = 0x05;
pub(in crate::test_authenticator) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(in crate::test_authenticator) const ENUMERATED: u8 = 0x0a;
pub(in crate::test_authenticator) const UTF8_STRING: u8 = 0x0c;
pub(in crate::test_authenticator) const PRINTABLE_STRING: u8 = 0x13;
pub(in crate::test_authenticator) const UTC_TIME: u8 = 0x17;
pub(in crate::test_authenticator) const GENERALIZED_TIME: u8 = 0x18;
pub(in crate::test_authenticator) const SEQUENCE: u8 = 0x30;
pub(in crate::test_authenticator) const SET: u8 = 0x31;

/// Returns the identifier octet of an explicit context-specific tag below 31.
pub(in crate::test_authenticator) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// Returns a value: identifier octet, length, content.
pub(in crate::test_authenticator) fn tlv(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    [&[tag], length(content.as_ref()).as_slice(), content.as_ref()].concat()
}

/// Returns a value that contains several others.
pub(in crate::test_authenticator) fn constructed(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag, parts.concat())
}

/// Returns an explicit context-specific tag of any number around a value.
pub(in crate::test_authenticator) fn tagged(number: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = [number >> 7, number & 0x7f].map(|digit| digit.to_le_bytes()[0]);
    let identifier = match number {
        0..=30 => vec![explicit(low)],
        31..=127 => vec![explicit(31), low],
        _ => vec![explicit(31), high | 0x80, low],
    };
    [identifier.as_slice(), &length(value), value].concat()
}

/// Returns a non-negative integer from its big-endian bytes.
pub(in crate::test_authenticator) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let digits = bytes.get(start..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    constructed(INTEGER, &[sign, digits])
}

/// Returns a bit string of whole bytes.
pub(in crate::test_authenticator) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    constructed(BIT_STRING, &[&[0], bytes])
}

/// Returns an object identifier from its dotted form.
pub(in crate::test_authenticator) fn oid(text: &str) -> Result<Vec<u8>, TestAuthenticatorError> {
    let oid = ObjectIdentifier::new(text)
        .map_err(|_| TestAuthenticatorError::Certificate(text.to_string()))?;
    Ok(tlv(OBJECT_IDENTIFIER, oid.as_bytes()))
}

fn length(content: &[u8]) -> Vec<u8> {
    let bytes = content.len().to_be_bytes();
    let digits: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    match digits.as_slice() {
        [] => vec![0],
        [short] if *short < 0x80 => vec![*short],
        long => {
            let count = long.len().to_le_bytes()[0];
            [&[0x80 | count], long].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_tags_take_the_shortest_form() {
        assert_eq!(tlv(OCTET_STRING, []), [4, 0]);
        assert_eq!(tlv(OCTET_STRING, [7; 127])[..3], [4, 127, 7]);
        assert_eq!(tlv(OCTET_STRING, [7; 128])[..4], [4, 0x81, 128, 7]);
        assert_eq!(tlv(OCTET_STRING, [7; 256])[..5], [4, 0x82, 1, 0, 7]);
        assert_eq!(tagged(1, &[5, 0]), [0xa1, 2, 5, 0]);
        assert_eq!(tagged(600, &[5, 0]), [0xbf, 0x84, 0x58, 2, 5, 0]);
        assert_eq!(unsigned(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 0]), [2, 1, 0]);
        assert_eq!(unsigned(&[0x7f]), [2, 1, 0x7f]);
    }
}
