//! The verdict on a response in the simplest words, written with general readers and none of the crate's.
//!
//! It says what must be true of an accepted response, not everything for which one may be refused.

use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    codec,
    fixture::{ORIGIN, RP_ID},
};

/// What both ceremonies demand of the response that was sent.
pub(super) struct Sent {
    pub(super) json: Value,
    pub(super) client_data_json: Vec<u8>,
}

fn decoded(json: &Value, pointer: &str) -> Vec<u8> {
    let text = json.pointer(pointer).and_then(Value::as_str).expect("a required text");
    codec::decode(text).expect("base64url")
}

impl Sent {
    /// Checks what both kinds have in common: shape, client data.
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

/// Checks an ES256 signature under a `COSE_Key` as the test authenticator writes it.
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
