//! The signature.

use relying_party::test_authenticator::{AssertionParts, SignedAssertion, TestAlgorithm, TestKey};

use super::Assertion;
use crate::{
    ceremony::{after, before},
    flip::Turn,
};

pub fn tamperings() -> Vec<(&'static str, Assertion)> {
    vec![
        (
            "signature: of another key",
            before(|it: &mut AssertionParts, turn| {
                let seed = format!("another key {}", turn.seed);
                it.key = TestKey::from_seed(it.key.algorithm(), seed).unwrap();
            }),
        ),
        (
            "signature: of another kind of key",
            before(|it: &mut AssertionParts, _| {
                let other = match it.key.algorithm() {
                    TestAlgorithm::Es256 => TestAlgorithm::EdDsa,
                    _ => TestAlgorithm::Es256,
                };
                it.key = TestKey::from_seed(other, "another kind of key").unwrap();
            }),
        ),
        (
            "signature: one bit flipped",
            after(|it: &mut SignedAssertion, turn| turn.flip(&mut it.signature)),
        ),
        (
            "signature: one bit flipped in tags and lengths",
            after(|it: &mut SignedAssertion, turn| flip_structure(&mut it.signature, turn)),
        ),
        ("signature: empty", after(|it: &mut SignedAssertion, _| it.signature.clear())),
        (
            "signature: cut",
            after(|it: &mut SignedAssertion, _| {
                it.signature.pop();
            }),
        ),
        ("signature: a byte behind", after(|it: &mut SignedAssertion, _| it.signature.push(0))),
        ("signature: all zeros", after(|it: &mut SignedAssertion, _| it.signature.fill(0))),
        (
            "signature: as r and s alone",
            after(|it: &mut SignedAssertion, _| {
                if let Some((r, s)) = integers(&it.signature) {
                    it.signature = [fixed(&r), fixed(&s)].concat();
                }
            }),
        ),
        (
            "signature: r and s exchanged",
            after(|it: &mut SignedAssertion, _| {
                if let Some((r, s)) = integers(&it.signature) {
                    it.signature = der(&s, &r);
                }
            }),
        ),
        (
            "signature: a zero in front of r",
            after(|it: &mut SignedAssertion, _| {
                if let Some((r, s)) = integers(&it.signature) {
                    it.signature = der(&[&[0], &r[..]].concat(), &s);
                }
            }),
        ),
        (
            "signature: r negative",
            after(|it: &mut SignedAssertion, _| {
                if let Some((mut r, s)) = integers(&it.signature) {
                    // Without the zero in front, or with the highest bit set, it is another number.
                    if r[0] == 0 {
                        r.remove(0);
                    } else {
                        r[0] |= 0x80;
                    }
                    it.signature = der(&r, &s);
                }
            }),
        ),
        (
            "signature: a length in its long form",
            after(|it: &mut SignedAssertion, _| {
                if let Some((r, s)) = integers(&it.signature) {
                    it.signature = der(&r, &s);
                    it.signature.insert(1, 0x81);
                }
            }),
        ),
        (
            "signature: S plus the order",
            after(|it: &mut SignedAssertion, _| {
                if it.signature.len() == 64 {
                    it.signature = with_greater_s(&it.signature);
                }
            }),
        ),
        (
            "signature: the other s",
            after(|it: &mut SignedAssertion, _| {
                if let Some((r, s)) = integers(&it.signature) {
                    it.signature = der(&r, &other_s(&s));
                }
            }),
        ),
        (
            "signature: a zero in front",
            after(|it: &mut SignedAssertion, _| it.signature.insert(0, 0)),
        ),
        (
            "signature: of other client data",
            after(|it: &mut SignedAssertion, _| it.client_data_json.push(b' ')),
        ),
        (
            "signature: of client data with one bit flipped",
            after(|it: &mut SignedAssertion, turn| turn.flip(&mut it.client_data_json)),
        ),
        (
            "signature: of authenticator data with one bit flipped",
            after(|it: &mut SignedAssertion, turn| turn.flip(&mut it.authenticator_data)),
        ),
        (
            "signature: of other authenticator data",
            after(|it: &mut SignedAssertion, _| {
                let counter = it.authenticator_data.len() - 1;
                it.authenticator_data[counter] += 1;
            }),
        ),
    ]
}

/// Flips a bit of the tags and lengths of a signature in DER.
pub fn flip_structure(signature: &mut [u8], turn: &Turn) {
    let Some((r, _)) = integers(signature) else { return };
    let places = [0, 1, 2, 3, 4 + r.len(), 5 + r.len()];
    let mut structure = places.map(|at| signature[at]);
    turn.flip(&mut structure);
    places.into_iter().zip(structure).for_each(|(at, byte)| signature[at] = byte);
}

/// The contents of both integers, if this is a signature in DER.
fn integers(signature: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (&[0x30, length, 2, r_length], rest) = signature.split_first_chunk()? else { return None };
    let (r, rest) = rest.split_at_checked(r_length.into())?;
    let (&[2, s_length], s) = rest.split_first_chunk()? else { return None };
    let complete = signature.len() == 2 + usize::from(length) && s.len() == usize::from(s_length);
    complete.then(|| (r.to_vec(), s.to_vec()))
}

/// The sequence of two integers with these contents, which are short.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |it: &[u8]| [&[2, u8::try_from(it.len()).unwrap()], it].concat();
    let content = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

/// The number in 32 bytes.
fn fixed(integer: &[u8]) -> Vec<u8> {
    let significant = &integer[integer.len().saturating_sub(32)..];
    [&vec![0; 32 - significant.len()][..], significant].concat()
}

/// The content of n - s: with it, an ECDSA signature is as valid as with s.
fn other_s(s: &[u8]) -> Vec<u8> {
    // n is the order of P-256 (SP 800-186, 3.2.1.3).
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, //
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25,
        0x51,
    ];
    let mut difference = vec![0; 33];
    let mut borrow = 0;
    for (at, (n, s)) in ORDER.iter().zip(fixed(s)).enumerate().rev() {
        let (low, first) = n.overflowing_sub(s);
        let (low, second) = low.overflowing_sub(borrow);
        difference[at + 1] = low;
        borrow = u8::from(first || second);
    }
    let zeros = difference.windows(2).take_while(|it| it[0] == 0 && it[1] < 0x80).count();
    difference.split_off(zeros)
}

/// An Ed25519 signature whose S is greater by the order of the group, which RFC 8032 forbids.
fn with_greater_s(signature: &[u8]) -> Vec<u8> {
    // RFC 8032, 5.1, in little endian.
    let mut order = [0_u8; 32];
    order[..16].copy_from_slice(&[
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14,
    ]);
    order[31] = 0x10;
    let (r, s) = signature.split_at(32);
    let mut carry = 0;
    let sum = s.iter().zip(order).map(|(s, order)| {
        let sum = u16::from(*s) + u16::from(order) + carry;
        carry = sum >> 8;
        sum as u8
    });
    r.iter().copied().chain(sum.collect::<Vec<_>>()).collect()
}
