//! RSA keys within limits, and PKCS#1 v1.5 without leniency (RFC 8017 §8.2.2).

use relying_party::{Algorithm, CoseKey, KeyParameters, crypto::SignatureVerifier};
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey};
use sha2::{Digest as _, Sha256};

use super::{
    accepts, add,
    data::{RSA_ANSWERS, RSA_MODULUS, RSA_PRIMES},
    hex, refuses, refuses_key, subtract,
};

const E: &[u8] = &[1, 0, 1];

fn key<'a>(n: &'a [u8], e: &'a [u8]) -> CoseKey<'a> {
    CoseKey { algorithm: Algorithm::RS256, parameters: KeyParameters::Rsa { n, e } }
}

fn private_key() -> PrivateKey {
    let [p, q] = RSA_PRIMES.map(|prime| BoxedUint::from_be_slice_vartime(&hex(prime)));
    PrivateKey::from_p_q(p, q, BoxedUint::from(65_537_u64)).unwrap()
}

/// `DigestInfo` of SHA-256 without the hash (RFC 8017 §9.2 note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// PKCS#1 v1.5 padding around any content.
fn padded(content: &[u8], length: usize) -> Vec<u8> {
    [&[0, 1][..], &vec![0xff; length - content.len() - 3], &[0], content].concat()
}

fn message_content(message: &[u8]) -> Vec<u8> {
    [&DIGEST_INFO[..], &Sha256::digest(message)].concat()
}

pub(crate) fn moduli(verifier: &dyn SignatureVerifier) {
    let good = hex(RSA_MODULUS);
    let signature = hex(RSA_ANSWERS[0].1);
    let odd = |mut n: Vec<u8>| {
        *n.last_mut().unwrap() |= 1;
        n
    };
    let bits = |bits: usize| {
        let mut n = vec![0xff; bits.div_ceil(8)];
        n[0] >>= 8 * n.len() - bits;
        n
    };
    let mut even = good.clone();
    *even.last_mut().unwrap() &= 0xfe;
    let bad = [
        ("no modulus", Vec::new()),
        ("the modulus 0", vec![0]),
        ("the modulus 1", vec![1]),
        ("the modulus 0 in 256 bytes", vec![0; 256]),
        ("an even modulus", even),
        ("a modulus with a leading zero", [&[0], &good[..]].concat()),
        ("a modulus of 512 bits", bits(512)),
        ("a modulus of 1024 bits", odd(good[..128].to_vec())),
        ("a modulus of 2047 bits", bits(2047)),
        ("a modulus of 8193 bits", bits(8193)),
        ("a modulus of 16384 bits", bits(16_384)),
        ("a modulus of 64 KiB", bits(8 * 65_536)),
    ];
    for (what, n) in &bad {
        refuses_key(verifier, &key(n, E), b"sample", &signature, what);
        let as_long = vec![1; n.len()];
        refuses(verifier, &key(n, E), b"sample", &as_long, what);
    }
    for n in [&good, &bits(2048), &bits(2049), &bits(3482), &bits(8192)] {
        assert_eq!(verifier.check_key(&key(n, E)), Ok(()), "{} bytes", n.len());
    }
}

pub(crate) fn exponents(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    // With the exponent 1, a signature is the padded hash itself.
    let forged = padded(&message_content(b"sample"), n.len());
    let signature = hex(RSA_ANSWERS[0].1);
    let bad: [&[u8]; 14] = [
        &[],
        &[0],
        &[1],
        &[2],
        &[4],
        &[0, 1],
        &[0, 3],
        &[0, 1, 0, 1],
        &[1, 0, 0],
        &[0xff, 0xff, 0xff, 0xfe],
        &[1, 0, 0, 0, 1],
        &[0xff; 4],
        &[0xff; 8],
        &n,
    ];
    for e in bad {
        for signature in [&forged, &signature] {
            refuses_key(verifier, &key(&n, e), b"sample", signature, &format!("exponent {e:?}"));
        }
    }
    for e in [&[3][..], &[17], E, &[1, 0xff, 0xff]] {
        assert_eq!(verifier.check_key(&key(&n, e)), Ok(()), "exponent {e:?}");
        refuses(verifier, &key(&n, e), b"sample", &forged, "a signature that is not raised");
    }
    accepts(verifier, &key(&n, E), b"sample", &signature, "65537");
}

pub(crate) fn signatures_of_another_length(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    let private_key = private_key();
    let sign = |message: &[u8]| {
        private_key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)).unwrap()
    };
    // One of 256 begins with a zero, which a careless signer omits.
    let (message, short) = (0_u16..4096)
        .map(u16::to_be_bytes)
        .map(|message| (message, sign(&message)))
        .find(|(_, signature)| signature[0] == 0)
        .unwrap();
    accepts(verifier, &key(&n, E), &message, &short, "a small signature");
    refuses(verifier, &key(&n, E), &message, &short[1..], "a signature without its leading zero");
    let good = hex(RSA_ANSWERS[0].1);
    for (what, signature) in [
        ("a leading zero", [&[0], &good[..]].concat()),
        ("two leading zeros", [&[0, 0], &good[..]].concat()),
        ("a byte after it", [&good[..], &[0]].concat()),
        ("a signature that ends early", good[..255].to_vec()),
        ("half a signature", good[..128].to_vec()),
        ("nothing", Vec::new()),
        ("a signature twice", [&good[..], &good].concat()),
    ] {
        refuses(verifier, &key(&n, E), b"sample", &signature, what);
    }
}

pub(crate) fn signatures_not_below_the_modulus(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    let private_key = private_key();
    // s + n has the length of n if s is small enough.
    let (message, sum) = (0_u16..4096)
        .map(u16::to_be_bytes)
        .find_map(|message| {
            let hash = Sha256::digest(message);
            let signature = private_key.sign(Pkcs1v15Sign::new::<Sha256>(), &hash).unwrap();
            let sum = add(&signature, &n);
            (sum[0] == 0).then(|| (message, sum[1..].to_vec()))
        })
        .unwrap();
    refuses(verifier, &key(&n, E), &message, &sum, "s + n");
    let number = |value: u8| [&vec![0; n.len() - 1][..], &[value]].concat();
    for signature in
        [number(0), number(1), subtract(&n, &number(1)), n.clone(), vec![0xff; n.len()]]
    {
        refuses(verifier, &key(&n, E), &message, &signature, "0, 1, n - 1, n, or more");
    }
}

/// The content of the padding is compared with the expected one, not parsed.
pub(crate) fn lenient_padding(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    let hash: [u8; 32] = Sha256::digest(b"sample").into();
    let other_hash = sha2::Sha384::digest(b"sample");
    let sign =
        |content: &[u8]| private_key().sign(Pkcs1v15Sign::new_unprefixed(), content).unwrap();
    let good = message_content(b"sample");
    accepts(verifier, &key(&n, E), b"sample", &sign(&good), "the padding of these tests");

    let oid = &DIGEST_INFO[4..15];
    let info = |algorithm: &[u8], rest: &[u8]| {
        let length = u8::try_from(algorithm.len() + rest.len() + 2).unwrap();
        let of_algorithm = u8::try_from(algorithm.len()).unwrap();
        [&[0x30, length, 0x30, of_algorithm], algorithm, rest].concat()
    };
    let octets = [&[4, 32], &hash[..]].concat();
    assert_eq!(info(&[oid, &[5, 0]].concat(), &octets), good);
    let sha1_oid = [6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0];
    for (what, content) in [
        ("no null", info(oid, &octets)),
        ("a null in a longer form", info(&[oid, &[5, 0x81, 0]].concat(), &octets)),
        ("a null that is not empty", info(&[oid, &[5, 1, 0]].concat(), &octets)),
        ("other parameters", info(&[oid, &[4, 0]].concat(), &octets)),
        ("a byte after the content", [&good[..], &[0]].concat()),
        ("a byte in the content", info(&[oid, &[5, 0]].concat(), &[&octets[..], &[0]].concat())),
        ("garbage after the content", [&good[..], &[7; 100]].concat()),
        ("a length in a longer form", [&[0x30, 0x81], &good[1..]].concat()),
        ("an indefinite length", [&[0x30, 0x80], &good[2..], &[0, 0]].concat()),
        ("a shorter hash", info(&[oid, &[5, 0]].concat(), &[&[4, 31], &hash[..31]].concat())),
        ("no hash", info(&[oid, &[5, 0]].concat(), &[4, 0])),
        ("the hash alone", hash.to_vec()),
        ("the hash as octets alone", octets.clone()),
        ("another algorithm's name", info(&sha1_oid, &octets)),
        (
            "another algorithm's hash",
            info(&[oid, &[5, 0]].concat(), &[&[4, 48], &other_hash[..]].concat()),
        ),
        ("nothing", Vec::new()),
    ] {
        refuses(verifier, &key(&n, E), b"sample", &sign(&content), what);
    }
}

pub(crate) fn bounds_hold_for_every_algorithm(verifier: &dyn SignatureVerifier) {
    let n = hex(RSA_MODULUS);
    for (algorithm, signature) in
        RSA_ANSWERS.iter().filter(|(algorithm, _)| verifier.supports(*algorithm))
    {
        for (n, e) in [(&n[..128], E), (&n, &[1]), (&n, &[1, 0, 0]), (&[0xff; 1025], E)] {
            let key = CoseKey { algorithm: *algorithm, parameters: KeyParameters::Rsa { n, e } };
            refuses_key(verifier, &key, b"sample", &hex(signature), "a key out of bounds");
        }
    }
}
