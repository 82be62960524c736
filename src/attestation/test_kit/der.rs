//! Writes DER for tests, valid or not.

use alloc::vec::Vec;

pub(crate) use crate::x509::test_ca::{sequence, tlv};

pub(crate) fn set(values: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x31, &values.concat())
}

pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, bytes)
}

pub(crate) fn integer(value: i64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let redundant = bytes.windows(2).take_while(|pair| {
        (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xff && pair[1] >= 0x80)
    });
    tlv(0x02, &bytes[redundant.count()..])
}

/// An explicit context tag of any number.
pub(crate) fn explicit(number: u32, value: &[u8]) -> Vec<u8> {
    let Ok(low @ 0..31) = u8::try_from(number) else {
        let groups = (0..5).rev().map(|group| (number >> (7 * group)) & 0x7f);
        let mut digits: Vec<u8> = groups.skip_while(|digit| *digit == 0).map(byte).collect();
        let last = digits.len() - 1;
        digits[..last].iter_mut().for_each(|digit| *digit |= 0x80);
        // Everything but the first byte, the tag, is the same for any tag.
        return [&[0xbf], &digits[..], &tlv(0, value)[1..]].concat();
    };
    tlv(0xa0 | low, value)
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap()
}
