//! JSON that comes in, and JSON that is stored.

use relying_party::{
    ClientData, Passkey,
    ceremony::Ceremony,
    json::{AuthenticationResponse, RegistrationResponse},
    limits::{RESPONSE_JSON_MAX, TRANSPORTS_MAX},
};
use serde_json::Value;

use super::{codec, memory::bounded};

/// What may be held for each byte: an error of the parser repeats a text that stands in the wrong place, with six
/// characters for one, in a buffer that doubles as it grows.
const MULTIPLE: usize = 16;

/// What a general JSON reader finds; `None` where it gives up on depth.
fn general(data: &[u8]) -> Option<Value> {
    serde_json::from_slice(data).ok()
}

pub(super) fn registration_response(data: &[u8]) {
    let parsed =
        bounded("RegistrationResponse", MULTIPLE, data.len(), || RegistrationResponse::parse(data));
    let Ok(parsed) = parsed else { return };
    assert!(data.len() <= RESPONSE_JSON_MAX);
    assert!(parsed.transports().len() <= TRANSPORTS_MAX);
    let Some(general) = general(data) else { return };
    claims_the_id_it_shows(&general, parsed.credential_id().ok().flatten());
    let _ = (parsed.authenticator_attachment(), parsed.client_extension_results());
}

pub(super) fn authentication_response(data: &[u8]) {
    let parsed = bounded("AuthenticationResponse", MULTIPLE, data.len(), || {
        AuthenticationResponse::parse(data)
    });
    let Ok(parsed) = parsed else { return };
    assert!(data.len() <= RESPONSE_JSON_MAX);
    let Some(general) = general(data) else { return };
    claims_the_id_it_shows(&general, parsed.credential_id().ok().flatten());
    if let Some(results) = parsed.client_extension_results() {
        assert_eq!(
            serde_json::from_str::<Value>(results).unwrap(),
            general["clientExtensionResults"]
        );
    }
}

fn claims_the_id_it_shows(general: &Value, claimed: Option<relying_party::CredentialId>) {
    let raw_id = general["rawId"].as_str().expect("a text");
    let expected = codec::decode(raw_id).filter(|id| (1..=1023).contains(&id.len()));
    assert_eq!(claimed.map(|id| id.as_bytes().to_vec()), expected);
}

/// Accepted client data say what a general JSON reader finds in them.
pub(super) fn client_data(data: &[u8]) {
    let parsed = bounded("ClientData", MULTIPLE, data.len(), || ClientData::parse(data));
    let Ok(parsed) = parsed else { return };
    let Some(general) = general(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)) else { return };
    // A struct may also be written as a list of its members in order; client data never are.
    assert!(general.is_object(), "accepted, and no object");
    assert_eq!(general["type"], parsed.kind());
    assert_eq!(general["challenge"], parsed.challenge());
    assert_eq!(general["origin"], parsed.origin());
    assert_eq!(general.get("crossOrigin").and_then(Value::as_bool), parsed.cross_origin());
    assert_eq!(general.get("topOrigin").and_then(Value::as_str), parsed.top_origin());
}

/// A stored ceremony that is read is written as it was read.
pub(super) fn ceremony(data: &[u8]) {
    let ceremony = bounded("Ceremony", 32, data.len(), || serde_json::from_slice::<Ceremony>(data));
    let Ok(ceremony) = ceremony else { return };
    let json = serde_json::to_vec(&ceremony).unwrap();
    assert_eq!(serde_json::from_slice::<Ceremony>(&json).unwrap(), ceremony);
    assert_eq!(relying_party::CeremonyId::of(ceremony.challenge()), ceremony.id());
}

/// A stored passkey that is read is written as it was read.
pub(super) fn passkey(data: &[u8]) {
    let passkey = bounded("Passkey", 32, data.len(), || serde_json::from_slice::<Passkey>(data));
    let Ok(passkey) = passkey else { return };
    let json = serde_json::to_vec(&passkey).unwrap();
    assert_eq!(serde_json::from_slice::<Passkey>(&json).unwrap(), passkey);
    super::cose::key(passkey.public_key.as_bytes());
}
