//! Hostile input of any size, for each parser: what makes the most work that its grammar lets one ask for.

use relying_party::{
    AttestationObject, AuthenticatorData, ClientData, CoseKey,
    json::{AuthenticationResponse, RegistrationResponse},
    policy::Origin,
};

/// A parser, which says whether it took the input.
pub type Parser = (&'static str, fn(&[u8]) -> bool);

pub const PARSERS: [Parser; 7] = [
    ("AuthenticationResponse", |bytes| AuthenticationResponse::parse(bytes).is_ok()),
    ("RegistrationResponse", |bytes| RegistrationResponse::parse(bytes).is_ok()),
    ("ClientData", |bytes| ClientData::parse(bytes).is_ok()),
    ("AuthenticatorData", |bytes| AuthenticatorData::parse(bytes).is_ok()),
    ("AttestationObject", |bytes| AttestationObject::parse(bytes).is_ok()),
    ("CoseKey", |bytes| CoseKey::parse(bytes).is_ok()),
    ("Origin", |bytes| core::str::from_utf8(bytes).is_ok_and(|text| Origin::parse(text).is_ok())),
];

/// Inputs of about so many bytes, none of which is anything.
pub fn inputs(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let text = |prefix: &str, unit: &str| {
        let times = size.saturating_sub(prefix.len()) / unit.len();
        [prefix, &unit.repeat(times)].concat().into_bytes()
    };
    let bytes = |prefix: &[u8], unit: &[u8]| [prefix, &unit.repeat(size / unit.len())].concat();
    let length = u32::try_from(size).unwrap().to_be_bytes();
    vec![
        ("zeros", vec![0; size]),
        ("letters", text("", "a")),
        ("JSON arrays", text("", "[")),
        ("JSON objects", text("", "{\"\":")),
        ("JSON arrays in a member", text("{\"x\":", "[")),
        ("JSON members", text("{", "\"x\":0,")),
        ("JSON escapes", text("{\"type\":\"", "\\u0041")),
        // An error that repeats it has six characters for each.
        ("JSON text of control characters", format!("\"{}\"", "\x7f".repeat(size - 2)).into()),
        ("JSON escapes in a key", text("{\"", "\\u0041")),
        ("JSON transports", text("{\"response\":{\"transports\":[", "\"\",")),
        ("JSON number", text("{\"x\":", "9")),
        ("JSON spaces", text("", " ")),
        ("CBOR arrays", bytes(b"", b"\x81")),
        ("CBOR maps", bytes(b"", b"\xa1\x00")),
        ("CBOR array of all of it", bytes(&[&b"\x9a"[..], &length].concat(), b"\x00")),
        ("CBOR array in a statement", {
            bytes(&[&b"\xa3\x63fmt\x64none\x67attStmt\x9a"[..], &length].concat(), b"\x00")
        }),
        ("CBOR maps in a statement", {
            bytes(&[&b"\xa3\x63fmt\x64none\x67attStmt\x9a"[..], &length].concat(), b"\xa1\x00\x00")
        }),
        ("CBOR text of all of it", bytes(&[&b"\x7a"[..], &length].concat(), b"a")),
        ("authenticator data with extensions", {
            bytes(&[&[0; 32][..], &[0x81, 0, 0, 0, 0, 0xb8, 64]].concat(), b"\x61a\x81\x81\x00")
        }),
        ("origin", text("https://", "a.")),
        ("DER of all of it", bytes(&[&b"\x30\x84"[..], &length].concat(), b"\x05\x00")),
        ("DER sequences", bytes(b"", b"\x30\x80")),
        ("PEM blocks", {
            text("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        }),
        ("JWS dots", text("", ".")),
        ("JWS certificates", { text("{\"alg\":\"ES256\",\"x5c\":[", "\"\",") }),
        ("metadata entries", {
            text("{\"no\":1,\"nextUpdate\":\"2030-01-01\",\"entries\":[0", ",0")
        }),
        ("certificates in a statement", {
            bytes(&[&b"\xa1\x63x5c\x9a"[..], &length].concat(), b"\x40")
        }),
    ]
}
