//! JSON from the browser, and stored JSON.

use relying_party::{
    ClientData, Passkey, StoredPasskey,
    ceremony::Ceremony,
    json::{AuthenticationResponse, RegistrationResponse, Transport},
    limits::{RESPONSE_JSON_MAX, TRANSPORTS_MAX},
};
use serde_json::Value;

use super::{codec, memory::bounded};

/// The limit of memory per byte of input: an error of the parser may quote text in the wrong place, with six characters
/// for one, in a buffer that doubles as it grows.
const MULTIPLE: usize = 16;

/// What a general JSON reader finds; `None` if the input is nested too deeply for it.
fn general(data: &[u8]) -> Option<Value> {
    serde_json::from_slice(data).ok()
}

pub(super) fn registration_response(data: &[u8]) {
    let parsed =
        bounded("RegistrationResponse", MULTIPLE, data.len(), || RegistrationResponse::parse(data));
    let Ok(parsed) = parsed else { return };
    assert!(data.len() <= RESPONSE_JSON_MAX);
    assert_eq!(RegistrationResponse::parse_incomplete(data).as_ref(), Ok(&parsed));
    let transports = parsed.transports();
    assert!(transports.len() <= TRANSPORTS_MAX);
    for name in transports.iter().map(Transport::as_str) {
        assert!((1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic()));
    }
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
    assert_eq!(AuthenticationResponse::parse_incomplete(data).as_ref(), Ok(&parsed));
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

/// Accepted ⇒ client data say what a general JSON reader finds in them.
pub(super) fn client_data(data: &[u8]) {
    let parsed = bounded("ClientData", MULTIPLE, data.len(), || ClientData::parse(data));
    let Ok(parsed) = parsed else { return };
    let Some(general) = general(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)) else { return };
    // Serde also reads a struct from a list of its members in order. Client data are never a list.
    assert!(general.is_object(), "accepted, and no object");
    assert_eq!(general["type"], parsed.kind());
    assert_eq!(general["challenge"], parsed.challenge());
    assert_eq!(general["origin"], parsed.origin());
    assert_eq!(general.get("crossOrigin").and_then(Value::as_bool), parsed.cross_origin());
    assert_eq!(general.get("topOrigin").and_then(Value::as_str), parsed.top_origin());
}

/// Reading a stored ceremony and writing it again gives the same text.
pub(super) fn ceremony(data: &[u8]) {
    let Ok(record) = str::from_utf8(data) else { return };
    let ceremony = bounded("Ceremony", 32, data.len(), || Ceremony::from_stored(record));
    let Some(ceremony) = ceremony else { return };
    let stored = ceremony.to_stored();
    assert_eq!(stored.id, ceremony.id().as_bytes());
    assert_eq!(relying_party::CeremonyId::of(ceremony.challenge()), ceremony.id());
    assert_eq!(Ceremony::from_stored(&stored.record), Some(ceremony));
}

/// Reading a stored passkey and writing it again gives the same text.
pub(super) fn passkey(data: &[u8]) {
    let Ok(stored) = serde_json::from_slice::<StoredPasskey>(data) else { return };
    let passkey = bounded("Passkey", 32, data.len(), || Passkey::from_stored(stored));
    let Ok(passkey) = passkey else { return };
    assert_eq!(Passkey::from_stored(passkey.to_stored()), Ok(passkey.clone()));
    super::cose::key(passkey.public_key.as_bytes());
}
