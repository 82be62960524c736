//! Cases specific to Ed25519 and RS256.

use relying_party::test_authenticator::{Cbor, CborValue, RegistrationParts};
use serde_json::Value;

use super::{Authentications, Registrations};
use crate::spec_vectors::vector::Ceremonies;

/// The order of the base point of Ed25519, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn derive_ed25519(vector: &Ceremonies, cases: &mut Vec<Value>) {
    let mut registrations = Registrations::of(vector, cases);
    let mut key = |name: &str, verdict: &str, note: &str, tamper: &dyn Fn(&mut Cbor)| {
        registrations
            .tampered(&format!("key-{name}"), verdict, note, |parts| tamper(key_of(parts)));
    };
    let note = "a required parameter is missing (algorithm is as good)";
    key("without-crv", "malformed", note, &|key| key.remove(-1));
    key("without-x", "malformed", note, &|key| key.remove(-2));
    for (name, crv) in [("x25519", 4), ("ed448", 7), ("p256", 1)] {
        let note = "it wants Ed25519 (malformed is as good)";
        key(&format!("crv-{name}"), "algorithm", note, &|key| key.set(-1, crv));
    }
    key("kty-ec2", "malformed", "kty is EC2 (algorithm is as good)", &|key| key.set(1, 2));
    for length in [0, 31, 33, 64] {
        key(&format!("x-{length}"), "malformed", "x is not 32 bytes", &|key| {
            key.set(-2, vec![1; length]);
        });
    }

    let mut authentications = Authentications::of(vector, cases);
    let mut signature = |name: &str, note: &str, change: &dyn Fn(&mut Vec<u8>)| {
        authentications.corrupted(&format!("signature-{name}"), "signature", note, |signed| {
            change(&mut signed.signature);
        });
    };
    signature("r-bit", "one bit of R", &|bytes| bytes[0] ^= 1);
    signature("s-bit", "one bit of S", &|bytes| bytes[32] ^= 1);
    signature("s-plus-order", "S + L: the same number, not reduced", &|bytes| {
        let mut carry = 0_u16;
        for (digit, order) in bytes[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*digit) + u16::from(order) + carry;
            [*digit, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
    });
    signature("empty", "no byte", &Vec::clear);
    signature("truncated", "63 bytes", &|bytes| _ = bytes.pop());
    signature("trailing", "65 bytes", &|bytes| bytes.push(0));
    signature("zero", "64 bytes of 0", &|bytes| bytes.fill(0));
    signature("halves-swapped", "S and then R", &|bytes| bytes.rotate_left(32));
}

pub(super) fn derive_rs256(vector: &Ceremonies, cases: &mut Vec<Value>) {
    let mut registrations = Registrations::of(vector, cases);
    let mut key = |name: &str, note: &str, tamper: &dyn Fn(&mut Cbor)| {
        registrations
            .tampered(&format!("key-{name}"), "malformed", note, |parts| tamper(key_of(parts)));
    };
    let modulus = |key: &Cbor| key.entry(-1).unwrap().as_bytes().unwrap().clone();
    key("without-n", "no modulus", &|key| key.remove(-1));
    key("without-e", "no exponent", &|key| key.remove(-2));
    key("n-empty", "a modulus of no byte", &|key| key.set(-1, CborValue::Bytes(Vec::new())));
    key("n-512-bits", "a modulus that is too small", &|key| {
        key.set(-1, [&modulus(key)[..63], &[1]].concat());
    });
    key("n-even", "an even modulus", &|key| {
        let mut even = modulus(key);
        *even.last_mut().unwrap() &= !1;
        key.set(-1, even);
    });
    key("n-huge", "a modulus of 2^15 bits", &|key| key.set(-1, vec![0xff; 1 << 12]));
    for (name, exponent) in [("0", &[0][..]), ("1", &[1]), ("2", &[2]), ("65536", &[1, 0, 0])] {
        key(&format!("e-{name}"), "an exponent that no key has", &|key| {
            key.set(-2, CborValue::Bytes(exponent.to_vec()));
        });
    }
    key("e-huge", "an exponent as large as the modulus", &|key| key.set(-2, modulus(key)));

    let mut authentications = Authentications::of(vector, cases);
    let mut signature = |name: &str, note: &str, change: &dyn Fn(&mut Vec<u8>)| {
        authentications.corrupted(&format!("signature-{name}"), "signature", note, |signed| {
            change(&mut signed.signature);
        });
    };
    signature("bit", "one bit", &|bytes| bytes[100] ^= 1);
    signature("empty", "no byte", &Vec::clear);
    signature("truncated", "255 bytes", &|bytes| _ = bytes.pop());
    signature("trailing", "257 bytes", &|bytes| bytes.push(0));
    signature("leading-zero", "257 bytes, the same number", &|bytes| bytes.insert(0, 0));
    signature("zero", "256 bytes of 0", &|bytes| bytes.fill(0));
    signature("one", "the number 1", &|bytes| {
        bytes.fill(0);
        bytes[255] = 1;
    });
    signature("ones", "a number that is not below the modulus", &|bytes| bytes.fill(0xff));
}

fn key_of(parts: &mut RegistrationParts) -> &mut Cbor {
    &mut parts.authenticator_data.attested.as_mut().unwrap().public_key
}
