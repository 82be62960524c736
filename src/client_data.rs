//! Client data: what the browser says about the ceremony (§5.8.1 `CollectedClientData`).

use serde::Deserialize;

use crate::{
    json::{
        base64url, object,
        plain::{FromPlain, Plain, members},
        text::{Text, TextBytes},
    },
    malformed::Malformed,
};

const WHAT: &str = "clientDataJSON";

/// The collected client data, borrowed from its JSON.
///
/// ```text
/// dictionary CollectedClientData {
///     required DOMString type;  required DOMString challenge;  required DOMString origin;
///     boolean crossOrigin;  DOMString topOrigin;
/// };
/// ```
///
/// Other members may be there in any order and are ignored: browsers add some on purpose (`other_keys_can_be_added_here`),
/// and `tokenBinding` came in several shapes before it was withdrawn. A member of the five that stands twice is an
/// error: parsers differ in which one counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData<'a> {
    #[serde(borrow, rename = "type")]
    kind: TextBytes<'a>,
    #[serde(borrow)]
    challenge: TextBytes<'a>,
    #[serde(borrow)]
    origin: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    cross_origin: Option<bool>,
    #[serde(borrow, default, deserialize_with = "present")]
    top_origin: Option<Text<'a>>,
}

/// A member that is there has a value: `null` is neither a boolean nor a string.
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'a> FromPlain<'a> for ClientData<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        let (mut kind, mut challenge, mut origin) = (None, None, None);
        let (mut cross_origin, mut top_origin) = (None, None);
        members!(json:
            "type" => json.once(&mut kind),
            "challenge" => json.once(&mut challenge),
            "origin" => json.once(&mut origin),
            "crossOrigin" => json.once(&mut cross_origin),
            "topOrigin" => json.once(&mut top_origin),
        )?;
        Some(Self { kind: kind?, challenge: challenge?, origin: origin?, cross_origin, top_origin })
    }
}

impl<'a> ClientData<'a> {
    /// Reads `clientDataJSON` (§7.1 steps 5 and 6, §7.2 steps 8 and 9).
    ///
    /// A byte order mark is dropped, as *UTF-8 decode* demands. Invalid UTF-8 is refused: the specification would
    /// replace it, which can only change members that are compared with ASCII anyway.
    ///
    /// # Errors
    ///
    /// Not a JSON object with the required members.
    pub fn parse(json: &'a [u8]) -> Result<Self, Malformed> {
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        object::from_slice(json).map_err(|error| Malformed::json(WHAT, &error))
    }

    /// What the ceremony was: `webauthn.create`, `webauthn.get`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// The challenge, in base64url without padding.
    #[must_use]
    pub fn challenge(&self) -> &str {
        self.challenge.as_str()
    }

    pub(crate) fn is_of_kind(&self, kind: &str) -> bool {
        *self.kind == *kind.as_bytes()
    }

    /// Compared as text, in the one spelling that clients must use.
    pub(crate) fn is_challenge(&self, challenge: &[u8]) -> bool {
        base64url::is_encoding_of(&self.challenge, challenge)
    }

    /// The origin that called the API.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the caller was in a frame that is not same-origin with its ancestors; clients of Level 1 do not say.
    #[must_use]
    pub fn cross_origin(&self) -> Option<bool> {
        self.cross_origin
    }

    /// The origin of the outermost page, if the caller was in a cross-origin frame of a Level 3 client.
    #[must_use]
    pub fn top_origin(&self) -> Option<&str> {
        self.top_origin.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::json::plain;

    const BASIC: &str =
        r#"{"type":"webauthn.get","challenge":"AQID","origin":"https://example.com"}"#;

    #[test]
    fn members_come_in_any_order_with_others_between() {
        let json = "{\r\n \"tokenBinding\": \"x\", \"origin\": \"https:\\/\\/example.com\",\r\n \"crossOrigin\": true,
            \"a\": {\"b\": [null]}, \"challenge\": \"AQID\", \"topOrigin\": \"https://top.example\",
            \"type\": \"webauthn.get\" }";
        let data = ClientData::parse(json.as_bytes()).unwrap();
        assert_eq!(data.kind(), "webauthn.get");
        assert_eq!(data.challenge(), "AQID");
        assert_eq!(data.origin(), "https://example.com");
        assert_eq!(data.cross_origin(), Some(true));
        assert_eq!(data.top_origin(), Some("https://top.example"));
    }

    #[test]
    fn byte_order_mark_is_dropped_once() {
        assert!(ClientData::parse(format!("\u{feff}{BASIC}").as_bytes()).is_ok());
        assert!(ClientData::parse(format!("\u{feff}\u{feff}{BASIC}").as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_client_data_is_refused() {
        let with = |member: &str| BASIC.replace('{', &format!("{{{member},"));
        let table: Vec<String> = [
            "",
            "[]",
            "null",
            "\"x\"",
            r#"["webauthn.get","AQID","https://example.com"]"#,
            r#"{"type":"webauthn.get","challenge":"AQID"}"#,
            r#"{"type":"webauthn.get","challenge":5,"origin":"https://example.com"}"#,
            &BASIC[..BASIC.len() - 1],
            &format!("{BASIC}x"),
            &with(r#""type":"webauthn.create""#),
            &with(r#""crossOrigin":true,"crossOrigin":false"#),
            &with(r#""crossOrigin":"true""#),
            &with(r#""crossOrigin":null"#),
            &with(r#""topOrigin":null"#),
            &with(r#""topOrigin":"\ud800""#),
        ]
        .into_iter()
        .map(String::from)
        .collect();
        for json in table {
            assert!(ClientData::parse(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn nesting_in_other_members_costs_no_stack() {
        let nested = format!("\"a\":{}{},", "[".repeat(100_000), "]".repeat(100_000));
        let json = BASIC.replace('{', &format!("{{{nested}"));
        assert!(ClientData::parse(json.as_bytes()).is_ok());
    }

    #[test]
    fn invalid_utf8_is_refused() {
        let mut json = BASIC.as_bytes().to_vec();
        json[9] = 0xff;
        assert!(ClientData::parse(&json).is_err());
    }

    #[test]
    fn client_data_as_browsers_write_it_are_read_as_by_a_general_reader() {
        let full = BASIC.replace('}', r#","crossOrigin":true,"topOrigin":"https://top.example"}"#);
        let table = [
            (String::from(BASIC), true),
            (BASIC.replace('}', r#","crossOrigin":false}"#), true),
            (
                BASIC.replace('}', r#","crossOrigin":false,"other_keys_can_be_added_here":"x"}"#),
                true,
            ),
            (full.clone(), true),
            (full.replace("true", "null"), false),
            (full.replace("true", "\"true\""), false),
            (full.replace("AQID", "AQ\\u0049D"), false),
            (full.replace("\"topOrigin\"", "\"crossOrigin\":true,\"topOrigin\""), false),
            (full.replace("\"origin\"", "\"origins\""), false),
            (full.replace(",\"origin\"", ", \"origin\""), false),
        ];
        for (json, is_plain) in table {
            let read = plain::read::<ClientData<'_>>(json.as_bytes());
            assert_eq!(read.is_some(), is_plain, "{json}");
            if read.is_some() {
                assert_eq!(read, object::from_str(&json).ok(), "{json}");
            }
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = ClientData::parse(&bytes);
        }
    }
}
