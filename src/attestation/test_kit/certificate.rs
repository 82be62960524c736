//! Keys from a one-byte seed, and their certificates.

use alloc::vec::Vec;

use p256::ecdsa::SigningKey;

pub(crate) use crate::x509::test_ca::{Draft, common_name, extension, oid};
use crate::x509::test_ca::{Key, ca_constraints};

/// Returns the key for this seed.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

/// Returns x and y of its public key.
pub(crate) fn point(key: &SigningKey) -> ([u8; 32], [u8; 32]) {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (point.x().unwrap(), point.y().unwrap());
    (x.as_slice().try_into().unwrap(), y.as_slice().try_into().unwrap())
}

/// Returns its `COSE_Key`, for ES256.
pub(crate) fn cose_key(key: &SigningKey) -> Vec<u8> {
    let (x, y) = point(key);
    [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20], &x[..], &[0x22, 0x58, 0x20], &y].concat()
}

/// The certificate of a key, ready for tampering and signing.
pub(crate) fn draft(issuer: &str, subject: Vec<u8>, holder: u8) -> Draft {
    Draft::new(subject, &Key::P256(key(holder)), common_name(issuer))
}

/// Signs a certificate with the key of this seed.
pub(crate) fn sign_certificate(draft: &Draft, ca: u8) -> Vec<u8> {
    draft.sign(&Key::P256(key(ca)))
}

/// A self-signed CA certificate.
pub(crate) fn root_certificate(name: &str, seed: u8) -> Vec<u8> {
    let mut root = draft(name, common_name(name), seed);
    root.extensions.push(ca_constraints(None));
    sign_certificate(&root, seed)
}

pub(crate) fn attribute(name: &str, value: &str) -> Vec<u8> {
    use super::der::{sequence, tlv};
    sequence(&[oid(name), tlv(0x0c, value.as_bytes())])
}
