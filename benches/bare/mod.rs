//! The bare signature check: the library that the backend uses, called in its cheapest way, from the bytes of the key
//! to the verdict. This is the cost that cannot be saved.

use relying_party::{CoseKey, KeyParameters, Passkey};
use sha2::Sha256;

/// A key as stored by a host that uses the library directly.
pub enum Key {
    P256([u8; 65]),
    Ed25519([u8; 32]),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    pub fn of(passkey: &Passkey) -> Self {
        match CoseKey::parse(passkey.public_key.as_bytes()).unwrap().parameters {
            KeyParameters::Ec2 { x, y, .. } => {
                Self::P256([&[4], x, y].concat().try_into().unwrap())
            }
            KeyParameters::Okp { x, .. } => Self::Ed25519(x.try_into().unwrap()),
            KeyParameters::Rsa { n, e } => Self::Rsa { n: n.to_vec(), e: e.to_vec() },
            _ => unreachable!("the test authenticator has no other keys"),
        }
    }

    /// Decodes the key, as registration has to.
    pub fn check(&self) {
        match self {
            Self::P256(sec1) => drop(p256(sec1)),
            Self::Ed25519(bytes) => drop(ed25519(bytes)),
            Self::Rsa { n, e } => drop(rsa(n, e)),
        }
    }

    /// Decodes the key and verifies a signature with it.
    pub fn verify(&self, message: &[u8], signature: &[u8]) {
        match self {
            Self::P256(sec1) => {
                use p256::ecdsa::{Signature, signature::Verifier as _};
                let signature = Signature::from_der(signature).unwrap();
                p256(sec1).verify(message, &signature).unwrap();
            }
            Self::Ed25519(bytes) => {
                use ed25519_dalek::Verifier as _;
                let signature = ed25519_dalek::Signature::from_slice(signature).unwrap();
                ed25519(bytes).verify(message, &signature).unwrap();
            }
            Self::Rsa { n, e } => {
                use rsa::{pkcs1v15::VerifyingKey, signature::Verifier as _};
                let signature = rsa::pkcs1v15::Signature::try_from(signature).unwrap();
                let key = VerifyingKey::<Sha256>::new(rsa(n, e));
                key.verify(message, &signature).unwrap();
            }
        }
    }
}

/// The check with a library that has the interface of `ring`.
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
macro_rules! ring_api {
    ($verify:ident, $library:ident) => {
        impl Key {
            pub fn $verify(&self, message: &[u8], signature: &[u8]) {
                use $library::signature::{
                    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
                    RsaPublicKeyComponents, UnparsedPublicKey,
                };
                let verdict = match self {
                    Self::P256(sec1) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, sec1)
                        .verify(message, signature),
                    Self::Ed25519(bytes) => {
                        UnparsedPublicKey::new(&ED25519, bytes).verify(message, signature)
                    }
                    Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                        &RSA_PKCS1_2048_8192_SHA256,
                        message,
                        signature,
                    ),
                };
                verdict.unwrap();
            }
        }
    };
}

#[cfg(feature = "ring")]
ring_api!(verify_with_ring, ring);
#[cfg(feature = "aws-lc-rs")]
ring_api!(verify_with_aws_lc_rs, aws_lc_rs);

#[cfg(feature = "graviola")]
impl Key {
    pub fn verify_with_graviola(&self, message: &[u8], signature: &[u8]) {
        use graviola::{
            hashing::Sha256,
            signing::{
                ecdsa::{P256, VerifyingKey},
                eddsa::Ed25519VerifyingKey,
                rsa,
            },
        };
        let verdict = match self {
            Self::P256(sec1) => VerifyingKey::<P256>::from_x962_uncompressed(sec1)
                .unwrap()
                .verify_asn1::<Sha256>(&[message], signature),
            Self::Ed25519(bytes) => {
                Ed25519VerifyingKey::from_bytes(bytes).unwrap().verify(signature, message)
            }
            Self::Rsa { n, e } => {
                let key = rsa::VerifyingKey::from_pkcs1_der(&pkcs1(n, e)).unwrap();
                key.verify_pkcs1_sha256(signature, message)
            }
        };
        verdict.unwrap();
    }
}

/// `RSAPublicKey` in DER (RFC 8017 §A.1.1).
#[cfg(feature = "graviola")]
fn pkcs1(n: &[u8], e: &[u8]) -> Vec<u8> {
    use x509_cert::der::{Encode as _, Header, Tag, asn1::UintRef};
    let (n, e) = (UintRef::new(n).unwrap(), UintRef::new(e).unwrap());
    let length = n.encoded_len().unwrap() + e.encoded_len().unwrap();
    let mut der = Header::new(Tag::Sequence, length.unwrap()).to_der().unwrap();
    n.encode_to_vec(&mut der).unwrap();
    e.encode_to_vec(&mut der).unwrap();
    der
}

fn p256(sec1: &[u8; 65]) -> p256::ecdsa::VerifyingKey {
    // Cheaper than `from_sec1_bytes`, which takes 4300 more instructions (measured).
    let point = p256::elliptic_curve::sec1::Sec1Point::<p256::NistP256>::from_bytes(sec1).unwrap();
    p256::ecdsa::VerifyingKey::from_sec1_point(&point).unwrap()
}

fn ed25519(bytes: &[u8; 32]) -> ed25519_dalek::VerifyingKey {
    ed25519_dalek::VerifyingKey::from_bytes(bytes).unwrap()
}

fn rsa(n: &[u8], e: &[u8]) -> rsa::PublicKey {
    use rsa::BoxedUint;
    let n = BoxedUint::from_be_slice_vartime(n);
    rsa::PublicKey::new(n, BoxedUint::from_be_slice_vartime(e)).unwrap()
}
