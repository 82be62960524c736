//! ES256 signatures (§6.5.5): correct DER, and other encodings.

use p256::ecdsa::Signature;
use relying_party::test_authenticator::{TestAlgorithm, TestKey};

use super::Authentications;

/// The order of P-256, and the difference between the two valid `s` of a message.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub(super) fn derive(cases: &mut Authentications<'_>) {
    values(cases);
    encodings(cases);
    messages(cases);
}

/// Other numbers, correctly encoded.
fn values(cases: &mut Authentications<'_>) {
    let mut numbers = |name: &str, verdict: &str, note: &str, r: Pick, s: Pick| {
        cases.corrupted(&format!("signature-{name}"), verdict, note, |signed| {
            let parsed = Signature::from_der(&signed.signature).unwrap();
            let found = (parsed.r().to_bytes().to_vec(), parsed.s().to_bytes().to_vec());
            signed.signature = sequence(&[integer(&r(&found)), integer(&s(&found))]);
        });
    };
    numbers(
        "other-s",
        "ok",
        "n - s: there is no low-s rule",
        |it| it.0.clone(),
        |it| negate(&it.1),
    );
    numbers("swapped", "signature", "s and r", |it| it.1.clone(), |it| it.0.clone());
    numbers("zero", "signature", "r and s are 0", |_| vec![0], |_| vec![0]);
    numbers("r-zero", "signature", "r is 0", |_| vec![0], |it| it.1.clone());
    numbers("s-zero", "signature", "s is 0", |it| it.0.clone(), |_| vec![0]);
    numbers("r-order", "signature", "r is the order", |_| ORDER.to_vec(), |it| it.1.clone());
    numbers("s-order", "signature", "s is the order", |it| it.0.clone(), |_| ORDER.to_vec());
    numbers("one", "signature", "r and s are 1", |_| vec![1], |_| vec![1]);
    numbers(
        "large",
        "signature",
        "s of 33 bytes",
        |it| it.0.clone(),
        |it| [&[1][..], &it.1].concat(),
    );
}

type Pick = fn(&(Vec<u8>, Vec<u8>)) -> Vec<u8>;

/// The correct numbers, encoded differently.
fn encodings(cases: &mut Authentications<'_>) {
    let mut encoded = |name: &str, note: &str, change: &dyn Fn(&mut Vec<u8>)| {
        cases.corrupted(&format!("signature-{name}"), "signature", note, |signed| {
            change(&mut signed.signature);
        });
    };
    encoded("empty", "no byte", &Vec::clear);
    encoded("truncated", "the last byte is missing", &|der| _ = der.pop());
    encoded("trailing", "a byte follows", &|der| der.push(0));
    encoded("trailing-inside", "a byte follows inside of the sequence", &|der| {
        der.push(0);
        der[1] += 1;
    });
    encoded("raw", "r and s without DER", &|der| {
        *der = Signature::from_der(der).unwrap().to_bytes().to_vec();
    });
    encoded("long-length", "BER: the length in two bytes", &|der| der.insert(1, 0x81));
    encoded("indefinite-length", "BER: an indefinite length", &|der| {
        der[1] = 0x80;
        der.extend([0, 0]);
    });
    encoded("padded-integer", "BER: r with one more leading zero", &|der| {
        der.insert(4, 0);
        der[1] += 1;
        der[3] += 1;
    });
    encoded("negative-integer", "r without the zero that keeps it positive", &|der| {
        let parsed = Signature::from_der(der).unwrap();
        let (r, s) = (parsed.r().to_bytes(), parsed.s().to_bytes());
        assert!(r[0] >= 0x80, "the vector has an r with the highest bit set");
        *der = sequence(&[tagged(0x02, &r), integer(&s)]);
    });
    encoded("set", "a SET instead of a SEQUENCE", &|der| der[0] = 0x31);
    encoded("octet-strings", "OCTET STRINGs instead of INTEGERs", &|der| der[2] = 0x04);
    encoded("three-integers", "a third INTEGER", &|der| {
        der.extend([2, 1, 0]);
        der[1] += 3;
    });
    encoded("bit-first", "the lowest bit of r", &|der| {
        let last = 3 + usize::from(der[3]);
        der[last] ^= 1;
    });
    encoded("bit-last", "the lowest bit of s", &|der| *der.last_mut().unwrap() ^= 1);
}

/// A valid signature of something else, or by another key.
fn messages(cases: &mut Authentications<'_>) {
    cases.tampered("other-key", "signature", "signed by another key", |parts| {
        parts.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap();
    });
    cases.tampered("other-algorithm", "signature", "signed by an Ed25519 key", |parts| {
        parts.key = TestKey::from_seed(TestAlgorithm::EdDsa, "other").unwrap();
    });
    cases.corrupted("client-data-space", "signature", "white space was added", |signed| {
        signed.client_data_json.push(b' ');
    });
    cases.corrupted("client-data-extra", "signature", "a member was added", |signed| {
        signed.client_data_json.pop();
        signed.client_data_json.extend(br#","x":1}"#);
    });
    cases.corrupted("authdata-counter", "signature", "the counter was changed", |signed| {
        signed.authenticator_data[36] ^= 1;
    });
    cases.corrupted("authdata-user-verified", "signature", "UV was forged", |signed| {
        signed.authenticator_data[32] |= 0x04;
    });
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80, "lengths of more bytes are not needed here");
    [&[tag, length], content].concat()
}

fn sequence(items: &[Vec<u8>]) -> Vec<u8> {
    tagged(0x30, &items.concat())
}

/// A DER INTEGER of a non-negative number.
fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = &number[zeros..];
    let sign: &[u8] = if digits.first().is_none_or(|byte| *byte >= 0x80) { &[0] } else { &[] };
    tagged(0x02, &[sign, digits].concat())
}

/// The order minus a number below it.
fn negate(number: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let digits = ORDER.iter().zip(number).rev().map(|(minuend, subtrahend)| {
        let (digit, first) = minuend.overflowing_sub(*subtrahend);
        let (digit, second) = digit.overflowing_sub(borrow);
        borrow = u8::from(first || second);
        digit
    });
    let digits: Vec<u8> = digits.collect();
    digits.into_iter().rev().collect()
}
