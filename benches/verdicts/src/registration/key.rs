//! The credential's key.

use relying_party::test_authenticator::{Cbor, CborValue, RegistrationParts};

use super::Registration;
use crate::ceremony::{before, flip};

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
        (
            "key: the second number with one bit flipped",
            before(|it: &mut RegistrationParts, seed| {
                let label = if kty(it) == Some(3) { -2 } else { -3 };
                if let Some(mut number) = number(it, label) {
                    flip(&mut number, seed);
                    key(it).set(label, CborValue::Bytes(number));
                }
            }),
        ),
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
