//! ECDSA signatures: `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` in DER (§6.5.5, RFC 3279 §2.2.3).

use relying_party::{KeyParameters, crypto::SignatureVerifier};

use super::{Signer, accepts, add, data::CURVES, hex, refuses, signers, subtract};

/// A value with its tag and its length in DER.
fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap();
    let header = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [&header, value].concat()
}

/// A non-negative number in ASN.1: with one leading zero if its topmost bit is set.
fn shortest(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[zeros..];
    if number.first().is_none_or(|first| first & 0x80 != 0) {
        [&[0], number].concat()
    } else {
        number.to_vec()
    }
}

fn integer(number: &[u8]) -> Vec<u8> {
    tagged(0x02, &shortest(number))
}

fn sequence(items: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &items.concat())
}

pub(crate) fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    sequence(&[&integer(r), &integer(s)])
}

/// A signer, its curve's order, and r and s of a valid signature, all of the same length.
struct Case {
    signer: Signer,
    order: Vec<u8>,
    r: Vec<u8>,
    s: Vec<u8>,
}

impl Case {
    fn new(signer: Signer, message: &[u8]) -> Option<Self> {
        let KeyParameters::Ec2 { curve, .. } = signer.key().parameters else { return None };
        let order = CURVES.iter().find(|known| known.number == curve).unwrap().order;
        let order = hex(order);
        let signature = signer.sign(message);
        let header = if signature[1] == 0x81 { 3 } else { 2 };
        let (r, rest) = read_integer(&signature[header..], order.len());
        let (s, rest) = read_integer(rest, order.len());
        assert!(rest.is_empty());
        assert_eq!(der(&r, &s), signature);
        Some(Self { signer, order, r, s })
    }

    fn refused(&self, verifier: &dyn SignatureVerifier, signature: &[u8], what: &str) {
        refuses(verifier, &self.signer.key(), b"message", signature, what);
    }
}

fn read_integer(der: &[u8], length: usize) -> (Vec<u8>, &[u8]) {
    assert_eq!(der[0], 0x02);
    let (value, rest) = der[2..].split_at(usize::from(der[1]));
    let value = &value[value.len().saturating_sub(length)..];
    ([&vec![0; length - value.len()], value].concat(), rest)
}

fn cases(verifier: &dyn SignatureVerifier) -> Vec<Case> {
    signers(verifier).into_iter().filter_map(|signer| Case::new(signer, b"message")).collect()
}

/// There is no low-s rule.
pub(crate) fn high_and_low_s(verifier: &dyn SignatureVerifier) {
    for Case { signer, order, r, s } in cases(verifier) {
        let other_s = subtract(&order, &s);
        accepts(verifier, &signer.key(), b"message", &der(&r, &s), "the s of the signer");
        accepts(verifier, &signer.key(), b"message", &der(&r, &other_s), "n - s");
        refuses(verifier, &signer.key(), b"message", &der(&subtract(&order, &r), &s), "n - r");
    }
}

/// CVE-2022-21449.
pub(crate) fn zero_or_not_below_the_order(verifier: &dyn SignatureVerifier) {
    for case in cases(verifier) {
        let Case { order: n, r, s, .. } = &case;
        let n_minus_1 = subtract(n, &[&vec![0; n.len() - 1][..], &[1]].concat());
        let (r_plus_n, s_plus_n) = (add(r, n), add(s, n));
        let (n_plus_1, all_ones) = (add(n, &[1]), vec![0xff; n.len()]);
        let numbers: [&[u8]; 8] =
            [&[0], &[1], &n_minus_1, n, &n_plus_1, &r_plus_n, &s_plus_n, &all_ones];
        for number in numbers {
            case.refused(verifier, &der(number, s), "r out of range or wrong");
            case.refused(verifier, &der(r, number), "s out of range or wrong");
            for other in numbers {
                case.refused(verifier, &der(number, other), "r and s out of range or wrong");
            }
        }
        case.refused(verifier, &der(s, r), "r and s exchanged");
    }
}

pub(crate) fn other_encodings(verifier: &dyn SignatureVerifier) {
    for case in cases(verifier) {
        let (r, s) = (integer(&case.r), integer(&case.s));
        let (r_value, s_value) = (shortest(&case.r), shortest(&case.s));
        let good = sequence(&[&r, &s]);
        let content = [&r[..], &s].concat();
        let length = u8::try_from(content.len()).unwrap();
        let header = good.len() - content.len();
        let mut longer = good.clone();
        longer[header - 1] += 1;
        let mut shorter = good.clone();
        shorter[header - 1] -= 1;
        let long_integer =
            |value: &[u8]| [&[0x02, 0x81, u8::try_from(value.len()).unwrap()], value].concat();
        let negative = |value: &[u8]| {
            let zero = vec![0; value.len() + 1];
            tagged(0x02, &subtract(&zero, &[&[0], value].concat()))
        };
        let bad: [(&str, Vec<u8>); 30] = [
            (
                "a zero too many before r",
                sequence(&[&tagged(2, &[&[0], &r_value[..]].concat()), &s]),
            ),
            (
                "a zero too many before s",
                sequence(&[&r, &tagged(2, &[&[0], &s_value[..]].concat())]),
            ),
            ("a byte after it", [&good[..], &[0]].concat()),
            ("another signature after it", [&good[..], &good].concat()),
            ("a byte in the sequence", sequence(&[&r, &s, &[0]])),
            ("a null in the sequence", sequence(&[&r, &s, &[5, 0]])),
            ("three integers", sequence(&[&r, &s, &s])),
            ("one integer", sequence(&[&r])),
            ("an empty sequence", sequence(&[])),
            ("nothing", Vec::new()),
            ("no sequence", content.clone()),
            ("a set", [&[0x31], &good[1..]].concat()),
            ("a primitive sequence", [&[0x10], &good[1..]].concat()),
            ("octet strings", sequence(&[&tagged(4, &r_value), &tagged(4, &s_value)])),
            ("bit strings", sequence(&[&tagged(3, &r_value), &tagged(3, &s_value)])),
            ("a constructed integer", sequence(&[&[&[0x22], &r[1..]].concat(), &s])),
            ("an empty r", sequence(&[&[2, 0], &s])),
            ("an empty s", sequence(&[&r, &[2, 0]])),
            ("a negative r", sequence(&[&negative(&case.r), &s])),
            ("a negative s", sequence(&[&r, &negative(&case.s)])),
            ("an indefinite length", [&[0x30, 0x80], &content[..], &[0, 0]].concat()),
            ("a length in two bytes", [&[0x30, 0x82, 0, length], &content[..]].concat()),
            ("a length in four bytes", [&[0x30, 0x84, 0, 0, 0, length], &content[..]].concat()),
            ("r with a longer length", sequence(&[&long_integer(&r_value), &s])),
            ("s with a longer length", sequence(&[&r, &long_integer(&s_value)])),
            ("a length too large", longer),
            ("a length too small", shorter),
            ("a sequence in a sequence", sequence(&[&good])),
            ("r as a sequence", sequence(&[&sequence(&[&r]), &s])),
            ("a leading byte", [&[0], &good[..]].concat()),
        ];
        accepts(verifier, &case.signer.key(), b"message", &good, "the encoding of these tests");
        for (what, signature) in bad {
            case.refused(verifier, &signature, what);
        }
        for end in 0..good.len() {
            case.refused(verifier, &good[..end], "a signature that ends early");
        }
    }
}

/// Without it, a number whose topmost bit is set is negative.
pub(crate) fn integer_without_its_leading_zero(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        // No number of P-521 has its topmost bit set. Of the others, half have.
        for message in (0_u8..16).map(|number| [number]) {
            let signer = Signer { pair: signer.pair.clone(), cose: signer.cose.clone() };
            let Some(case) = Case::new(signer, &message) else { break };
            let stripped = [&case.r, &case.s].map(|number| {
                let value = shortest(number);
                tagged(2, if value[0] == 0 { &value[1..] } else { &value })
            });
            let signature = sequence(&[&stripped[0], &stripped[1]]);
            if signature != der(&case.r, &case.s) {
                refuses(verifier, &case.signer.key(), &message, &signature, "no leading zero");
            }
        }
    }
}

/// The form of JOSE and COSE, and hexadecimal, which at least is never mistaken for it.
pub(crate) fn raw(verifier: &dyn SignatureVerifier) {
    for case in cases(verifier) {
        case.refused(verifier, &[&case.r[..], &case.s].concat(), "r and s without ASN.1");
        case.refused(verifier, &vec![0; 2 * case.r.len()], "zeros without ASN.1");
    }
}
