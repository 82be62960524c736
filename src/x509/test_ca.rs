//! Throw-away CAs for tests. Certificates are built field by field, tampered with, and then signed.
//!
//! The DER is written by hand, so that tests can also write what no encoder would.

use alloc::{string::String, vec, vec::Vec};

use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use sha2::{Digest as _, Sha256, Sha384};

/// The validity period of test certificates, and a time within.
pub(crate) const NOT_BEFORE: &str = "20240101000000Z";
pub(crate) const NOT_AFTER: &str = "20340101000000Z";
pub(crate) const NOW: u64 = 1_717_200_000_000;

/// Returns a value with a one-byte tag.
pub(crate) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = match u8::try_from(value.len()) {
        Ok(short @ 0..0x80) => vec![short],
        Ok(long) => vec![0x81, long],
        Err(_) => [&[0x82], &u16::try_from(value.len()).unwrap().to_be_bytes()[..]].concat(),
    };
    [&[tag], &length[..], value].concat()
}

pub(crate) fn sequence(values: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &values.concat())
}

pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0], bytes].concat())
}

/// An object identifier in DER.
pub(crate) fn oid(text: &str) -> Vec<u8> {
    tlv(6, der::asn1::ObjectIdentifier::new(text).unwrap().as_bytes())
}

/// Returns a name of (attribute, text) pairs, one per RDN, as UTF-8 except for the country.
pub(crate) fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let rdn = |(attribute, text): &(&str, &str)| {
        let tag = if *attribute == COUNTRY { 0x13 } else { 0x0c };
        tlv(0x31, &sequence(&[oid(attribute), tlv(tag, text.as_bytes())]))
    };
    sequence(&attributes.iter().map(rdn).collect::<Vec<_>>())
}

pub(crate) const COUNTRY: &str = "2.5.4.6";
pub(crate) const ORGANIZATION: &str = "2.5.4.10";
/// The organizational unit.
#[cfg(feature = "test-authenticator")]
pub(crate) const UNIT: &str = "2.5.4.11";
pub(crate) const COMMON_NAME: &str = "2.5.4.3";

/// Returns a name with only a common name.
pub(crate) fn common_name(text: &str) -> Vec<u8> {
    name(&[(COMMON_NAME, text)])
}

/// Returns an extension. Its value is wrapped in the octet string.
pub(crate) fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(1, &[0xff]) } else { Vec::new() };
    extension_marked(id, &critical, value)
}

/// Returns an extension with these bytes as `critical`.
pub(crate) fn extension_marked(id: &str, critical: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[oid(id), critical.to_vec(), tlv(4, value)])
}

pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";

/// Returns the basic constraints of a CA.
pub(crate) fn ca_constraints(path_length: Option<u8>) -> Vec<u8> {
    let path_length = path_length.map(|length| tlv(2, &[length])).unwrap_or_default();
    extension(BASIC_CONSTRAINTS, true, &sequence(&[tlv(1, &[0xff]), path_length]))
}

/// Returns a key usage with the one bit that CAs need.
pub(crate) fn key_cert_sign() -> Vec<u8> {
    extension(KEY_USAGE, true, &tlv(3, &[2, 0b0000_0100]))
}

/// A key that signs certificates and statements. Everything is derived from its name.
#[derive(Clone)]
pub(crate) enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Key {
    pub(crate) fn p256(name: &str) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&Sha256::digest(name)).unwrap())
    }

    pub(crate) fn p384(name: &str) -> Self {
        Self::P384(p384::ecdsa::SigningKey::from_slice(&Sha384::digest(name)).unwrap())
    }

    pub(crate) fn ed25519(name: &str) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&Sha256::digest(name).into()))
    }

    /// The uncompressed point, or the octets of the key.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let algorithm = match self {
            Self::P256(_) => sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]),
            Self::P384(_) => sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")]),
            Self::Ed25519(_) => sequence(&[oid("1.3.101.112")]),
        };
        sequence(&[algorithm, bit_string(&self.public())])
    }

    /// Returns the algorithm of the key.
    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => ECDSA_WITH_SHA256,
            Self::P384(_) => ECDSA_WITH_SHA384,
            Self::Ed25519(_) => "1.3.101.112",
        }
    }

    /// Signs with that algorithm or, for a key on a curve, with the other hash.
    pub(crate) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let hash = match algorithm {
            ECDSA_WITH_SHA384 => Sha384::digest(message).to_vec(),
            _ => Sha256::digest(message).to_vec(),
        };
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

pub(crate) const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const ECDSA_WITH_SHA384: &str = "1.2.840.10045.4.3.3";

/// A certificate before it is signed. Changes made here are signed.
#[derive(Clone)]
pub(crate) struct Draft {
    /// The number in the field. `None` for version 1.
    pub(crate) version: Option<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) not_before: String,
    pub(crate) not_after: String,
    /// The tag of both: `GeneralizedTime`, or `UTCTime`.
    pub(crate) time_tag: u8,
    pub(crate) subject: Vec<u8>,
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
    /// The signature algorithm, if it differs from that of the key.
    pub(crate) algorithm: Option<&'static str>,
    /// Another `AlgorithmIdentifier` outside the signed part.
    pub(crate) outer_algorithm: Option<Vec<u8>>,
    /// The claimed number of unused bits in the signature.
    pub(crate) unused_bits: u8,
}

impl Draft {
    /// A certificate of version 3 without extensions.
    pub(crate) fn new(subject: Vec<u8>, key: &Key, issuer: Vec<u8>) -> Self {
        Self {
            version: Some(2),
            serial: vec![1],
            issuer,
            not_before: NOT_BEFORE.into(),
            not_after: NOT_AFTER.into(),
            time_tag: 0x18,
            subject,
            spki: key.spki(),
            extensions: Vec::new(),
            algorithm: None,
            outer_algorithm: None,
            unused_bits: 0,
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        let algorithm = self.algorithm.unwrap_or_else(|| key.algorithm());
        let identifier = sequence(&[oid(algorithm)]);
        self.sign_with(&identifier, |tbs| key.sign(algorithm, tbs))
    }

    /// Signs with any key, under any `AlgorithmIdentifier`.
    pub(crate) fn sign_with(
        &self,
        identifier: &[u8],
        sign: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let version = self.version.map(|version| tlv(0xa0, &tlv(2, &[version])));
        let extensions = match &self.extensions[..] {
            [] => Vec::new(),
            extensions => tlv(0xa3, &sequence(extensions)),
        };
        let tbs = sequence(&[
            version.unwrap_or_default(),
            tlv(2, &self.serial),
            identifier.to_vec(),
            self.issuer.clone(),
            sequence(&[
                tlv(self.time_tag, self.not_before.as_bytes()),
                tlv(self.time_tag, self.not_after.as_bytes()),
            ]),
            self.subject.clone(),
            self.spki.clone(),
            extensions,
        ]);
        let signature = tlv(3, &[&[self.unused_bits], &sign(&tbs)[..]].concat());
        let outer = self.outer_algorithm.as_deref().unwrap_or(identifier);
        sequence(&[tbs, outer.to_vec(), signature])
    }
}

/// A CRL before it is signed. Changes made here are signed.
#[derive(Clone)]
pub(crate) struct CrlDraft {
    /// The number in the field. `None` for version 1.
    pub(crate) version: Option<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: String,
    pub(crate) next_update: Option<String>,
    /// The entries in DER. If empty, the list of entries is omitted.
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
    /// Another `AlgorithmIdentifier` outside the signed part.
    pub(crate) outer_algorithm: Option<Vec<u8>>,
}

impl CrlDraft {
    /// Returns the CRL of a CA with these revoked serial numbers.
    pub(crate) fn new(ca: &Ca, serials: &[&[u8]]) -> Self {
        Self {
            version: Some(1),
            issuer: ca.name.clone(),
            this_update: "20240501000000Z".into(),
            next_update: Some("20240701000000Z".into()),
            entries: serials.iter().map(|serial| Self::entry(serial, &[])).collect(),
            extensions: vec![extension("2.5.29.20", false, &tlv(2, &[7]))],
            outer_algorithm: None,
        }
    }

    /// Returns an entry, revoked at the start of 2024.
    pub(crate) fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
        let extensions = if extensions.is_empty() { Vec::new() } else { sequence(extensions) };
        sequence(&[tlv(2, serial), tlv(0x18, NOT_BEFORE.as_bytes()), extensions])
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        let algorithm = key.algorithm();
        self.sign_with(&sequence(&[oid(algorithm)]), |tbs| key.sign(algorithm, tbs))
    }

    /// Signs with any key, under any `AlgorithmIdentifier`.
    pub(crate) fn sign_with(
        &self,
        identifier: &[u8],
        sign: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let time = |text: &String| tlv(0x18, text.as_bytes());
        let list = |tag, items: &[Vec<u8>]| match items {
            [] => Vec::new(),
            items if tag == 0x30 => sequence(items),
            items => tlv(tag, &sequence(items)),
        };
        let tbs = sequence(&[
            self.version.map(|version| tlv(2, &[version])).unwrap_or_default(),
            identifier.to_vec(),
            self.issuer.clone(),
            time(&self.this_update),
            self.next_update.as_ref().map(time).unwrap_or_default(),
            list(0x30, &self.entries),
            list(0xa0, &self.extensions),
        ]);
        let signature = sign(&tbs);
        let outer = self.outer_algorithm.as_deref().unwrap_or(identifier);
        sequence(&[tbs, outer.to_vec(), bit_string(&signature)])
    }
}

/// A CA with this name and its key.
#[derive(Clone)]
pub(crate) struct Ca {
    pub(crate) name: Vec<u8>,
    pub(crate) key: Key,
}

impl Ca {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: common_name(name), key: Key::p256(name) }
    }

    /// Returns the draft of a certificate that `issuer` issues to this CA.
    pub(crate) fn draft_by(&self, issuer: &Self) -> Draft {
        let mut draft = Draft::new(self.name.clone(), &self.key, issuer.name.clone());
        draft.extensions = vec![ca_constraints(None), key_cert_sign()];
        draft
    }

    /// Returns the certificate that `issuer` issues to this CA.
    pub(crate) fn certified_by(&self, issuer: &Self) -> Vec<u8> {
        self.draft_by(issuer).sign(&issuer.key)
    }

    /// Returns the certificate that it issues to itself.
    pub(crate) fn root(&self) -> Vec<u8> {
        self.certified_by(self)
    }
}
