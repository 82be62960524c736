//! Text: base64url in the types that use it, identifiers, names.

use std::str::FromStr;

use relying_party::{
    Aaguid, CeremonyId, Challenge, CredentialId, PasskeyId, PasskeyName, UserHandle,
};
use serde::de::DeserializeOwned;
use unicode_normalization::UnicodeNormalization as _;

use super::codec;

/// Accepted exactly if a plain decoder accepts it and it has the length of the type; the bytes are then the same. Text
/// and JSON forms agree.
pub(super) fn base64url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check::<CredentialId>(text, 1..=1023, |id| id.as_bytes().to_vec());
    check::<UserHandle>(text, 1..=64, |handle| handle.as_bytes().to_vec());
    check::<Challenge>(text, 16..=64, |challenge| challenge.as_bytes().to_vec());
    check::<PasskeyId>(text, 16..=16, |id| id.as_bytes().to_vec());
    check::<CeremonyId>(text, 16..=16, |id| id.as_bytes().to_vec());
}

fn check<T: FromStr + ToString + DeserializeOwned>(
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
    bytes: impl Fn(&T) -> Vec<u8>,
) {
    let expected = codec::decode(text).filter(|bytes| lengths.contains(&bytes.len()));
    let parsed = text.parse::<T>().ok();
    assert_eq!(parsed.as_ref().map(&bytes), expected, "{text:?}");
    let json = serde_json::to_string(text).unwrap();
    let from_json = serde_json::from_str::<T>(&json).ok();
    assert_eq!(from_json.as_ref().map(&bytes), expected, "{text:?}");
    if let (Some(parsed), Some(expected)) = (parsed, expected) {
        assert_eq!(parsed.to_string(), codec::encode(&expected));
    }
}

/// AAGUIDs have only one text form, apart from case.
pub(super) fn identifiers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(aaguid) = text.parse::<Aaguid>() {
        assert_eq!(aaguid.to_string(), text.to_ascii_lowercase());
        let _ = relying_party::naming::authenticator_name(aaguid);
    }
    if let Ok(aaguid) = serde_json::from_slice::<Aaguid>(data) {
        assert_eq!(
            serde_json::to_string(&aaguid).unwrap().parse::<serde_json::Value>().unwrap(),
            aaguid.to_string()
        );
    }
}

/// A name is trimmed, has 1 to 100 characters and no control character, and can be read again unchanged.
pub(super) fn passkey_name(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(name) = text.parse::<PasskeyName>() else {
        assert!(serde_json::from_value::<PasskeyName>(text.into()).is_err());
        return;
    };
    // Invisible characters are dropped, but none is added.
    let is_given = |char| text.nfd().any(|given| given == char);
    assert!(name.as_str().nfd().all(is_given), "{text:?} as {name}");
    assert!((1..=100).contains(&name.as_str().chars().count()));
    assert!(!name.as_str().chars().any(char::is_control));
    assert!(
        !name
            .as_str()
            .contains(|char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    );
    assert_eq!(name.as_str().parse::<PasskeyName>().unwrap(), name);
    let json = serde_json::to_string(&name).unwrap();
    assert_eq!(serde_json::from_str::<PasskeyName>(&json).unwrap(), name);
}
