//! Elliptic-curve points must be on their curve (§5.8.5), and encoded in only one way.

use relying_party::{CoseKey, KeyParameters, crypto::SignatureVerifier};

use super::{Signer, add, data::CURVES, hex, refuses, refuses_key, signers, subtract};

/// Runs over the elliptic-curve signers.
fn each(verifier: &dyn SignatureVerifier, mut rule: impl FnMut(&Signer, i64, &[u8], &[u8])) {
    for signer in signers(verifier) {
        if let KeyParameters::Ec2 { curve, x, y } = signer.key().parameters {
            rule(&signer, curve, x, y);
        }
    }
}

fn refuse(verifier: &dyn SignatureVerifier, signer: &Signer, x: &[u8], y: &[u8], what: &str) {
    let KeyParameters::Ec2 { curve, .. } = signer.key().parameters else { unreachable!() };
    let key = CoseKey { parameters: KeyParameters::Ec2 { curve, x, y }, ..signer.key() };
    refuses_key(verifier, &key, b"message", &signer.sign(b"message"), what);
}

pub(crate) fn off_the_curve(verifier: &dyn SignatureVerifier) {
    each(verifier, |signer, _, x, y| {
        for bit in [0, 1, 8 * x.len() - 16, 8 * x.len() - 20] {
            let flip = |number: &[u8]| {
                let mut number = number.to_vec();
                let at = number.len() - 1 - bit / 8;
                number[at] ^= 1 << (bit % 8);
                number
            };
            refuse(verifier, signer, &flip(x), y, "a point with another x");
            refuse(verifier, signer, x, &flip(y), "a point with another y");
        }
        refuse(verifier, signer, y, x, "a point with x and y exchanged");
        refuse(verifier, signer, x, x, "a point with x twice");
        let (zero, one) = (vec![0; x.len()], [&vec![0; x.len() - 1][..], &[1]].concat());
        refuse(verifier, signer, x, &zero, "a point with y = 0");
        refuse(verifier, signer, &zero, &one, "the neutral element of another curve");
        refuse(verifier, signer, &one, &zero, "(1, 0)");
    });
}

pub(crate) fn not_below_the_prime(verifier: &dyn SignatureVerifier) {
    each(verifier, |signer, number, x, y| {
        let curve = CURVES.iter().find(|curve| curve.number == number).unwrap();
        let (p, all_ones) = (hex(curve.prime), vec![0xff; x.len()]);
        refuse(verifier, signer, &hex(curve.x_not_reduced), &hex(curve.y), "x + p");
        for beyond in [&p, &all_ones] {
            refuse(verifier, signer, beyond, y, "x not below p");
            refuse(verifier, signer, x, beyond, "y not below p");
            refuse(verifier, signer, beyond, beyond, "x and y not below p");
        }
        // P-521 has room for any coordinate and p on top of it.
        for (x, y) in [(add(x, &p), y.to_vec()), (x.to_vec(), add(y, &p))] {
            if x.len() == 67 && x[0] == 0 {
                refuse(verifier, signer, &x[1..], &y, "x + p");
            }
            if y.len() == 67 && y[0] == 0 {
                refuse(verifier, signer, &x, &y[1..], "y + p");
            }
        }
        // The number that was encoded too large is a point if encoded properly.
        let reduced = subtract(&hex(curve.x_not_reduced), &p);
        let parameters = KeyParameters::Ec2 { curve: number, x: &reduced, y: &hex(curve.y) };
        assert_eq!(verifier.check_key(&CoseKey { parameters, ..signer.key() }), Ok(()));
    });
}

/// It has no coordinates, but some encode it as (0, 0).
pub(crate) fn infinity(verifier: &dyn SignatureVerifier) {
    each(verifier, |signer, _, x, _| {
        let zero = vec![0; x.len()];
        refuse(verifier, signer, &zero, &zero, "(0, 0)");
    });
}

/// A valid key, but another one.
pub(crate) fn negative(verifier: &dyn SignatureVerifier) {
    each(verifier, |signer, number, x, y| {
        let curve = CURVES.iter().find(|curve| curve.number == number).unwrap();
        let y = subtract(&hex(curve.prime), y);
        let parameters = KeyParameters::Ec2 { curve: number, x, y: &y };
        let key = CoseKey { parameters, ..signer.key() };
        assert_eq!(verifier.check_key(&key), Ok(()));
        refuses(verifier, &key, b"message", &signer.sign(b"message"), "the negative point");
    });
}
