//! EdDSA as in RFC 8032 §5.1.7 and §5.2.7, and without points of low order.

use relying_party::{Algorithm, CoseKey, KeyParameters, crypto::SignatureVerifier};

use super::{
    add,
    data::{EDDSA, Eddsa},
    hex, refuses, refuses_key, reversed,
};

fn each(verifier: &dyn SignatureVerifier, rule: impl Fn(&Eddsa, Algorithm)) {
    for (case, algorithms) in
        EDDSA.iter().zip([&[Algorithm::EdDSA, Algorithm::Ed25519][..], &[Algorithm::Ed448]])
    {
        for algorithm in algorithms.iter().filter(|algorithm| verifier.supports(**algorithm)) {
            rule(case, *algorithm);
        }
    }
}

fn key<'a>(case: &Eddsa, algorithm: Algorithm, x: &'a [u8]) -> CoseKey<'a> {
    CoseKey { algorithm, parameters: KeyParameters::Okp { curve: case.curve, x } }
}

/// With such a key, one signature can be valid for many messages.
pub(crate) fn low_order_keys(verifier: &dyn SignatureVerifier) {
    each(verifier, |case, algorithm| {
        let signature = case.neutral_key_signature.map(hex).concat();
        for [point, _] in case.low_order {
            let point = hex(point);
            let key = key(case, algorithm, &point);
            refuses_key(verifier, &key, b"message", &signature, "a point of low order");
        }
    });
}

pub(crate) fn not_canonical_keys(verifier: &dyn SignatureVerifier) {
    each(verifier, |case, algorithm| {
        let signature = case.signature.map(hex).concat();
        for point in case.not_canonical {
            let point = hex(point);
            let key = key(case, algorithm, &point);
            refuses_key(verifier, &key, b"message", &signature, "a point in another encoding");
        }
    });
}

pub(crate) fn keys_off_the_curve(verifier: &dyn SignatureVerifier) {
    each(verifier, |case, algorithm| {
        let point = hex(case.off_curve);
        let signature = case.signature.map(hex).concat();
        refuses_key(verifier, &key(case, algorithm, &point), b"message", &signature, "no point");
    });
}

pub(crate) fn s_not_below_the_order(verifier: &dyn SignatureVerifier) {
    each(verifier, |case, algorithm| {
        let x = hex(case.key);
        let key = key(case, algorithm, &x);
        let [r, s] = case.signature.map(hex);
        let order = hex(case.order);
        // Little-endian; adding L does not change the equation.
        let mut malleated = reversed(&s);
        for _ in 0..3 {
            malleated = add(&malleated, &reversed(&order)).split_off(1);
            let signature = [&r[..], &reversed(&malleated)].concat();
            refuses(verifier, &key, b"message", &signature, "S + L");
        }
        for s in [order.clone(), vec![0xff; s.len()], vec![0; s.len()]] {
            refuses(verifier, &key, b"message", &[&r[..], &s].concat(), "S out of range or wrong");
        }
        for bit in [0x20, 0x40, 0x80] {
            let mut s = s.clone();
            *s.last_mut().unwrap() |= bit;
            refuses(verifier, &key, b"message", &[&r[..], &s].concat(), "S with an upper bit");
        }
    });
}

/// They satisfy the equation or the one with the cofactor, but no signer creates them.
pub(crate) fn low_order_r(verifier: &dyn SignatureVerifier) {
    each(verifier, |case, algorithm| {
        let x = hex(case.key);
        for signature in case.low_order {
            let signature = signature.map(hex).concat();
            let key = key(case, algorithm, &x);
            refuses(verifier, &key, b"message", &signature, "R of low order");
        }
    });
}

pub(crate) fn unused_bits(verifier: &dyn SignatureVerifier) {
    each(verifier, |case, algorithm| {
        for [x, r, s] in case.unused_bit.iter().map(|values| values.map(hex)) {
            let key = key(case, algorithm, &x);
            let signature = [r, s].concat();
            refuses(verifier, &key, b"message", &signature, "a bit that is not used");
        }
    });
}
