//! Makes certificates for tests, right or wrong, with throw-away keys.

use alloc::{vec, vec::Vec};

use der::asn1::ObjectIdentifier;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};

use super::der::{explicit, integer, octets, sequence, set, tlv};

/// What a test certificate says. `tbs` order as in RFC 5280 §4.1; every part is DER.
#[derive(Clone)]
pub(crate) struct TestCertificate {
    /// 2 is version 3; 0, which is not encoded, version 1.
    pub(crate) version: i64,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl TestCertificate {
    /// A certificate of version 3 without extensions.
    pub(crate) fn new(issuer: &str, subject: Vec<u8>, key: Vec<u8>) -> Self {
        Self { version: 2, issuer: common_name(issuer), subject, key, extensions: Vec::new() }
    }

    /// A CA that signs itself.
    pub(crate) fn ca(name: &str, key: &SigningKey) -> Vec<u8> {
        let mut ca = Self::new(name, common_name(name), ec_key(key));
        ca.extensions.push(extension("2.5.29.19", true, &sequence(&[tlv(1, &[0xff])])));
        ca.signed_by(key)
    }

    pub(crate) fn signed_by(&self, ca: &SigningKey) -> Vec<u8> {
        let ecdsa_with_sha256 = sequence(&[oid("1.2.840.10045.4.3.2")]);
        let mut tbs = Vec::new();
        if self.version != 0 {
            tbs.push(explicit(0, &integer(self.version)));
        }
        tbs.extend([
            integer(1),
            ecdsa_with_sha256.clone(),
            self.issuer.clone(),
            sequence(&[tlv(0x17, b"200101000000Z"), tlv(0x17, b"491231235959Z")]),
            self.subject.clone(),
            self.key.clone(),
        ]);
        if !self.extensions.is_empty() {
            tbs.push(explicit(3, &sequence(&self.extensions)));
        }
        let tbs = sequence(&tbs);
        let signature: Signature = ca.sign(&tbs);
        sequence(&[tbs, ecdsa_with_sha256, bits(signature.to_der().as_bytes())])
    }
}

/// The key that this seed makes.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

/// x and y of its public key.
pub(crate) fn point(key: &SigningKey) -> ([u8; 32], [u8; 32]) {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (point.x().unwrap(), point.y().unwrap());
    (x.as_slice().try_into().unwrap(), y.as_slice().try_into().unwrap())
}

/// Its `SubjectPublicKeyInfo`.
pub(crate) fn ec_key(key: &SigningKey) -> Vec<u8> {
    let (x, y) = point(key);
    sequence(&[
        sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]),
        bits(&[&[4], &x[..], &y].concat()),
    ])
}

/// Its `COSE_Key`, for ES256.
pub(crate) fn cose_key(key: &SigningKey) -> Vec<u8> {
    let (x, y) = point(key);
    [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20], &x[..], &[0x22, 0x58, 0x20], &y].concat()
}

pub(crate) fn extension(name: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(1, &[0xff]) } else { Vec::new() };
    sequence(&[oid(name), critical, octets(value)])
}

pub(crate) fn attribute(name: &str, value: &str) -> Vec<u8> {
    sequence(&[oid(name), tlv(0x0c, value.as_bytes())])
}

/// A name of one attribute.
pub(crate) fn common_name(name: &str) -> Vec<u8> {
    sequence(&[set(&[attribute("2.5.4.3", name)])])
}

pub(crate) fn oid(oid: &str) -> Vec<u8> {
    tlv(6, ObjectIdentifier::new_unwrap(oid).as_bytes())
}

pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(3, &[&vec![0], bytes].concat())
}
