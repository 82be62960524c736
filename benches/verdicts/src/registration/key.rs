//! The credential's key.

use relying_party::test_authenticator::{Cbor, CborValue, RegistrationParts};

use super::Registration;
use crate::{
    ceremony::before,
    pieces::{Pieces, STRUCTURE},
};

pub fn tamperings() -> Vec<(&'static str, Registration)> {
    vec![
        ("key: alg missing", before(|it: &mut RegistrationParts, _| key(it).remove(3))),
        ("key: another alg", before(|it: &mut RegistrationParts, _| key(it).set(3, -37))),
        ("key: kty missing", before(|it: &mut RegistrationParts, _| key(it).remove(1))),
        ("key: another kty", before(|it: &mut RegistrationParts, _| key(it).set(1, 4))),
        ("key: another crv", before(|it: &mut RegistrationParts, _| key(it).set(-1, 3))),
        (
            "key: an unknown parameter",
            before(|it: &mut RegistrationParts, _| key(it).set(-70001, 1)),
        ),
        ("key: a label twice", before(|it: &mut RegistrationParts, _| key(it).push(1, 2))),
        (
            "key: labels in another order",
            before(|it: &mut RegistrationParts, _| {
                if let Cbor::Value(CborValue::Map(entries)) = key(it) {
                    entries.reverse();
                }
            }),
        ),
        (
            "key: alg by its new name",
            before(|it: &mut RegistrationParts, _| match key(it).entry(3).cloned() {
                Some(alg) if alg == (-7).into() => key(it).set(3, -9),
                Some(alg) if alg == (-8).into() => key(it).set(3, -19),
                _ => {}
            }),
        ),
        ("key: alg is a text", before(|it: &mut RegistrationParts, _| key(it).set(3, "ES256"))),
        ("key: kty is a text", before(|it: &mut RegistrationParts, _| key(it).set(1, "EC2"))),
        (
            "key: a compressed point",
            before(|it: &mut RegistrationParts, _| {
                if let (Some(2), Some(y)) = (kty(it), number(it, -3)) {
                    let odd = y.last().is_some_and(|last| last % 2 == 1);
                    key(it).set(-3, odd);
                }
            }),
        ),
        ("key: one bit flipped in labels, types and lengths", flipped(STRUCTURE)),
        ("key: kty with one bit flipped", flipped("kty")),
        ("key: alg with one bit flipped", flipped("alg")),
        ("key: crv with one bit flipped", flipped("crv")),
        ("key: the first number with one bit flipped", flipped("first number")),
        ("key: the second number with one bit flipped", flipped("second number")),
        (
            "key: the first number is zeros",
            before(|it: &mut RegistrationParts, _| {
                let label = if kty(it) == Some(3) { -1 } else { -2 };
                let zeros = number(it, label).map(|number| vec![0; number.len()]);
                key(it).set(label, CborValue::Bytes(zeros.unwrap()));
            }),
        ),
        (
            "key: the first number with a zero in front",
            before(|it: &mut RegistrationParts, _| {
                let label = if kty(it) == Some(3) { -1 } else { -2 };
                let longer = number(it, label).map(|number| [&[0], &number[..]].concat());
                key(it).set(label, CborValue::Bytes(longer.unwrap()));
            }),
        ),
        ("key: RSA exponent 1", exponent(&[1])),
        ("key: RSA exponent 2", exponent(&[2])),
        ("key: RSA exponent 3", exponent(&[3])),
        ("key: RSA exponent with a zero in front", exponent(&[0, 1, 0, 1])),
        ("key: RSA modulus of 1024 bits", modulus(128)),
        ("key: RSA modulus of 2,056 bits", modulus(257)),
        ("key: RSA modulus of 32,768 bits", modulus(4096)),
        ("key: an empty map", before(|it: &mut RegistrationParts, _| *key(it) = Cbor::empty_map())),
        (
            "key: no CBOR",
            before(|it: &mut RegistrationParts, _| *key(it) = Cbor::Raw(vec![0xff; 8])),
        ),
        (
            "key: the first number cut",
            before(|it: &mut RegistrationParts, _| {
                let label = if key(it).entry(1) == Some(&3.into()) { -1 } else { -2 };
                if let Some(CborValue::Bytes(number)) = key(it).entry(label).cloned() {
                    key(it).set(label, CborValue::Bytes(number[1..].to_vec()));
                }
            }),
        ),
        (
            "key: the second number is zeros",
            before(|it: &mut RegistrationParts, _| {
                let label = if key(it).entry(1) == Some(&3.into()) { -2 } else { -3 };
                if let Some(CborValue::Bytes(number)) = key(it).entry(label).cloned() {
                    key(it).set(label, CborValue::Bytes(vec![0; number.len()]));
                }
            }),
        ),
    ]
}

fn key(parts: &mut RegistrationParts) -> &mut Cbor {
    &mut parts.authenticator_data.attested.as_mut().unwrap().public_key
}

fn kty(parts: &mut RegistrationParts) -> Option<i128> {
    key(parts).entry(1).and_then(CborValue::as_integer).map(i128::from)
}

fn number(parts: &mut RegistrationParts, label: i64) -> Option<Vec<u8>> {
    key(parts).entry(label).and_then(CborValue::as_bytes).cloned()
}

/// Flips a bit of a part of the key.
fn flipped(part: &'static str) -> Registration {
    before(move |it: &mut RegistrationParts, turn| {
        let is_rsa = kty(it) == Some(3);
        let Cbor::Value(CborValue::Map(entries)) = key(it) else { unreachable!() };
        let mut pieces = Pieces::default();
        pieces.map(entries.len());
        for (label, value) in entries {
            let part = match label.as_integer().map(i128::from) {
                Some(1) => "kty",
                Some(3) => "alg",
                Some(-1) if !is_rsa => "crv",
                Some(-1) => "first number",
                Some(-2) if !is_rsa => "first number",
                _ => "second number",
            };
            pieces.name(label);
            pieces.value(part, value);
        }
        pieces.flip(part, turn);
        *key(it) = Cbor::Raw(pieces.to_bytes());
    })
}

fn exponent(bytes: &'static [u8]) -> Registration {
    before(|it: &mut RegistrationParts, _| {
        if kty(it) == Some(3) {
            key(it).set(-2, CborValue::Bytes(bytes.to_vec()));
        }
    })
}

/// An odd modulus of this many bytes.
fn modulus(length: usize) -> Registration {
    before(move |it: &mut RegistrationParts, _| {
        if kty(it) == Some(3) {
            key(it).set(-1, CborValue::Bytes(vec![0xb5; length]));
        }
    })
}
