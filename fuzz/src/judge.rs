//! A simple verdict on a response. It uses general readers and none of the crate's.
//!
//! It checks what must be true of every accepted response, but not every reason to refuse one.

use ciborium::Value as CborValue;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use relying_party::test_authenticator::SignedRegistration;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::{
    certificate::{CertificateInner, Raw},
    der::Decode as _,
};

use super::{
    codec,
    fixture::{ORIGIN, RP_ID},
};

/// The response as it was sent, checked for what both ceremonies require.
pub(super) struct Sent {
    pub(super) json: Value,
    pub(super) client_data_json: Vec<u8>,
}

fn decoded(json: &Value, pointer: &str) -> Vec<u8> {
    let text = json.pointer(pointer).and_then(Value::as_str).expect("a required text");
    codec::decode(text).expect("base64url")
}

impl Sent {
    /// Checks what both kinds have in common: structure and client data.
    pub(super) fn check(response: &[u8], kind: &str, challenge: &[u8]) -> Self {
        let json = serde_json::from_slice::<Value>(response).expect("JSON");
        assert_eq!(json["type"], "public-key");
        assert_eq!(decoded(&json, "/id"), decoded(&json, "/rawId"));
        let client_data_json = decoded(&json, "/response/clientDataJSON");
        let text = client_data_json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&client_data_json);
        let client_data = serde_json::from_slice::<Value>(text).expect("JSON");
        assert_eq!(client_data["type"], kind);
        assert_eq!(client_data["challenge"], codec::encode(challenge));
        assert_eq!(client_data["origin"], ORIGIN);
        assert!(client_data.get("crossOrigin").is_none_or(|embedded| *embedded == false));
        Self { json, client_data_json }
    }

    pub(super) fn bytes(&self, pointer: &str) -> Vec<u8> {
        decoded(&self.json, pointer)
    }
}

/// Checks hash and flags: UP, UV, and no BS without BE.
pub(super) fn check_authenticator_data(data: &[u8]) {
    assert_eq!(data[..32], Sha256::digest(RP_ID)[..]);
    let flags = data[32];
    assert_eq!(flags & 0b101, 0b101, "user neither present nor verified");
    assert!(flags & 0x18 != 0x10, "backed up but not eligible");
}

/// Checks an ES256 signature with a `COSE_Key` in the test authenticator's encoding.
pub(super) fn check_signature(cose: &[u8], message: &[u8], signature: &[u8]) {
    let key = ciborium::from_reader::<ciborium::Value, _>(cose).unwrap().into_map().unwrap();
    let coordinate = |label: i64| {
        let (_, value) = key.iter().find(|(found, _)| *found == label.into()).unwrap();
        value.as_bytes().unwrap().clone()
    };
    let point = [&[4], &coordinate(-2)[..], &coordinate(-3)].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    key.verify(message, &Signature::from_der(signature).unwrap()).expect("a valid signature");
}

/// What a statement attests.
pub(super) struct Told<'a> {
    authenticator_data: &'a [u8],
    pub(super) client_data_hash: [u8; 32],
}

impl<'a> Told<'a> {
    pub(super) fn of(signed: &'a SignedRegistration) -> Self {
        Self {
            authenticator_data: &signed.authenticator_data,
            client_data_hash: Sha256::digest(&signed.client_data_json).into(),
        }
    }

    /// What most formats sign: authenticator data and the hash of the client data.
    pub(super) fn message(&self) -> Vec<u8> {
        [self.authenticator_data, &self.client_data_hash].concat()
    }

    fn credential_id(&self) -> &[u8] {
        let length =
            usize::from(u16::from_be_bytes(self.authenticator_data[53..55].try_into().unwrap()));
        &self.authenticator_data[55..55 + length]
    }

    /// The coordinates of the credential's key, which is an ES256 key.
    pub(super) fn coordinates(&self) -> [Vec<u8>; 2] {
        let key = &self.authenticator_data[55 + self.credential_id().len()..];
        let key = ciborium::from_reader::<CborValue, _>(key).unwrap().into_map().unwrap();
        [-2, -3].map(|label: i64| {
            let (_, value) = key.iter().find(|(found, _)| *found == label.into()).unwrap();
            value.as_bytes().unwrap().clone()
        })
    }

    fn point(&self) -> Vec<u8> {
        [vec![4], self.coordinates().concat()].concat()
    }
}

/// What must be true of a statement of this format that was found valid.
pub(super) fn check_statement(told: &Told<'_>, format: &str, statement: &[u8]) {
    let statement = ciborium::from_reader::<CborValue, _>(statement).expect("CBOR");
    check_element(told, format, &statement);
}

fn member<'v>(statement: &'v CborValue, name: &str) -> Option<&'v CborValue> {
    let entries = statement.as_map().expect("a map");
    entries.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn bytes<'v>(statement: &'v CborValue, name: &str) -> &'v [u8] {
    member(statement, name).and_then(CborValue::as_bytes).expect("a byte string")
}

fn check_element(told: &Told<'_>, format: &str, statement: &CborValue) {
    if format == "compound" {
        let elements = statement.as_array().expect("an array");
        assert!(elements.len() >= 2, "a compound statement with fewer than two statements");
        for element in elements {
            let format = member(element, "fmt").and_then(CborValue::as_text).expect("a format");
            assert_ne!(format, "compound");
            check_element(told, format, member(element, "attStmt").expect("a statement"));
        }
        return;
    }
    if format == "none" {
        assert_eq!(*statement, CborValue::Map(Vec::new()));
        return;
    }
    if format == "android-safetynet" {
        assert!(!member(statement, "ver").and_then(CborValue::as_text).unwrap().is_empty());
        let response = std::str::from_utf8(bytes(statement, "response")).expect("text");
        assert_eq!(response.split('.').count(), 3);
        return;
    }
    let Some(x5c) = member(statement, "x5c") else {
        assert_eq!(format, "packed", "no certificate");
        return check_point(&told.point(), &told.message(), bytes(statement, "sig"));
    };
    let x5c = x5c.as_array().expect("an array");
    let leaf = x5c[0].as_bytes().expect("a certificate");
    // The crate is more lenient than this reader in some places.
    let Ok(certificate) = CertificateInner::<Raw>::from_der(leaf) else { return };
    let body = certificate.tbs_certificate();
    let key = body.subject_public_key_info().subject_public_key.raw_bytes();
    let holds = |needle: &[u8]| leaf.windows(needle.len()).any(|window| window == needle);
    match format {
        "packed" => {
            check_point(key, &told.message(), bytes(statement, "sig"));
            assert_eq!(body.version(), x509_cert::certificate::Version::V3);
            assert!(holds(b"Authenticator Attestation"));
        }
        "fido-u2f" => {
            assert_eq!(x5c.len(), 1);
            let rp_id_hash = &told.authenticator_data[..32];
            let message =
                [&[0], rp_id_hash, &told.client_data_hash, told.credential_id(), &told.point()]
                    .concat();
            check_point(key, &message, bytes(statement, "sig"));
        }
        "apple" => {
            assert_eq!(key, told.point());
            assert!(holds(&Sha256::digest(told.message())));
        }
        "android-key" => {
            assert_eq!(key, told.point());
            assert!(holds(&told.client_data_hash));
            check_point(key, &told.message(), bytes(statement, "sig"));
        }
        "tpm" => {
            assert_eq!(member(statement, "ver").and_then(CborValue::as_text), Some("2.0"));
            let (info, area) = (bytes(statement, "certInfo"), bytes(statement, "pubArea"));
            check_point(key, info, bytes(statement, "sig"));
            let within = |needle: &[u8]| info.windows(needle.len()).any(|window| window == needle);
            assert!(within(&Sha256::digest(told.message())) && within(&name_of(area)));
            assert!(
                body.subject().is_empty() && body.version() == x509_cert::certificate::Version::V3
            );
        }
        other => panic!("{other} was found valid"),
    }
}

/// The name of a TPM's `pubArea`: the identifier of its hash algorithm, followed by the hash of the whole.
fn name_of(area: &[u8]) -> Vec<u8> {
    let name_alg = &area[2..4];
    let digest = match name_alg {
        [0, 0x04] => Sha1::digest(area).to_vec(),
        [0, 0x0b] => Sha256::digest(area).to_vec(),
        [0, 0x0c] => Sha384::digest(area).to_vec(),
        [0, 0x0d] => Sha512::digest(area).to_vec(),
        other => panic!("the name uses the hash algorithm {other:?}"),
    };
    [name_alg, &digest].concat()
}

/// Checks an ES256 signature with a point as the key.
fn check_point(point: &[u8], message: &[u8], signature: &[u8]) {
    let key = VerifyingKey::from_sec1_bytes(point).unwrap();
    key.verify(message, &Signature::from_der(signature).unwrap()).expect("a valid signature");
}
