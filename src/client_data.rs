//! Client data: what the browser says about the ceremony (§5.8.1 `CollectedClientData`).

use serde::{Deserialize, Deserializer};

use crate::{base64url, malformed::Malformed, object, text::Text};

const WHAT: &str = "clientDataJSON";

/// What Level 2 says of `tokenBinding`, which Level 3 withdrew.
///
/// ```text
/// dictionary TokenBinding { required DOMString status;  DOMString id; };
/// ```
#[derive(Deserialize)]
struct TokenBinding<'a> {
    #[serde(borrow)]
    status: Text<'a>,
}

/// Checks that `tokenBinding`, if it is there, is an object whose `status` is one of those that clients ever sent.
///
/// # Errors
///
/// It is not.
pub(crate) fn check_token_binding(json: &[u8]) -> Result<(), Malformed> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Member<'a> {
        #[serde(borrow, default, deserialize_with = "token_binding")]
        token_binding: Option<TokenBinding<'a>>,
    }
    fn token_binding<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<TokenBinding<'de>>, D::Error> {
        object::object(deserializer).map(Some)
    }
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    let member = object::from_slice::<Member<'_>>(json);
    let member = member.map_err(|error| Malformed::json(WHAT, &error))?;
    match member.token_binding.as_ref().map(|binding| &*binding.status) {
        None | Some("present" | "supported" | "not-supported") => Ok(()),
        Some(_) => Err(Malformed::TokenBinding),
    }
}

/// The collected client data, borrowed from its JSON.
///
/// ```text
/// dictionary CollectedClientData {
///     required DOMString type;  required DOMString challenge;  required DOMString origin;
///     boolean crossOrigin;  DOMString topOrigin;
/// };
/// ```
///
/// An optional member that is `null` is treated as absent. Other members may appear in any order and are ignored:
/// browsers add some on purpose (`other_keys_can_be_added_here`), and `tokenBinding` came in several forms before it
/// was withdrawn. If one of the five members is repeated, that is an error, because parsers differ in which one they
/// use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    challenge: Text<'a>,
    #[serde(borrow)]
    origin: Text<'a>,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(borrow, default)]
    top_origin: Option<Text<'a>>,
}

impl<'a> ClientData<'a> {
    /// Parses `clientDataJSON` (§7.1 steps 5 and 6, §7.2 steps 8 and 9).
    ///
    /// A byte order mark is dropped, as *UTF-8 decode* requires. Invalid UTF-8 is rejected. The specification would
    /// replace it, but that could only affect members that are compared with ASCII text anyway.
    ///
    /// # Errors
    ///
    /// If it is not a JSON object with the required members.
    pub fn parse(json: &'a [u8]) -> Result<Self, Malformed> {
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        object::from_slice(json).map_err(|error| Malformed::json(WHAT, &error))
    }

    /// Returns the type of ceremony: `webauthn.create`, `webauthn.get`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the challenge, as base64url without padding.
    #[must_use]
    pub fn challenge(&self) -> &str {
        &self.challenge
    }

    pub(crate) fn is_of_kind(&self, kind: &str) -> bool {
        *self.kind == *kind
    }

    /// Compares it as text, because clients must use one spelling.
    pub(crate) fn is_challenge(&self, challenge: &[u8]) -> bool {
        base64url::is_encoding_of(self.challenge.as_bytes(), challenge)
    }

    /// Returns the origin that called the API.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns whether the caller was in a frame that is not same-origin with its ancestors. Clients of Level 1 do not
    /// report it.
    #[must_use]
    pub fn cross_origin(&self) -> Option<bool> {
        self.cross_origin
    }

    /// Returns the top origin, if the caller was in a cross-origin frame of a Level 3 client.
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
    fn null_counts_as_absent() {
        let json = BASIC.replace('}', r#","crossOrigin":null,"topOrigin":null}"#);
        let data = ClientData::parse(json.as_bytes()).unwrap();
        assert_eq!((data.cross_origin(), data.top_origin()), (None, None));
        for required in ["\"webauthn.get\"", "\"AQID\"", "\"https://example.com\""] {
            let json = BASIC.replace(required, "null");
            assert!(ClientData::parse(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn byte_order_mark_is_dropped_once() {
        assert!(ClientData::parse(format!("\u{feff}{BASIC}").as_bytes()).is_ok());
        assert!(ClientData::parse(format!("\u{feff}\u{feff}{BASIC}").as_bytes()).is_err());
    }

    #[test]
    fn rejects_malformed_client_data() {
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
            &with(r#""crossOrigin":1"#),
            &with(r#""topOrigin":7"#),
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
    fn token_binding_has_a_status_that_clients_sent() {
        let check = |value: &str| {
            let json = BASIC.replace('}', &format!(r#","tokenBinding":{value}}}"#));
            // By default it is ignored.
            assert!(ClientData::parse(json.as_bytes()).is_ok(), "{value}");
            check_token_binding(json.as_bytes())
        };
        assert_eq!(check_token_binding(BASIC.as_bytes()), Ok(()));
        assert_eq!(check_token_binding(format!("\u{feff}{BASIC}").as_bytes()), Ok(()));
        for status in ["present", "supported", "not-supported"] {
            assert_eq!(check(&format!(r#"{{"id":"AQID","status":"{status}"}}"#)), Ok(()));
        }
        assert_eq!(check(r#"{"status":"unused"}"#), Err(Malformed::TokenBinding));
        for value in ["null", "\"supported\"", "[\"supported\"]", "{}", r#"{"status":1}"#, "true"] {
            assert!(matches!(check(value), Err(Malformed::Json { .. })), "{value}");
        }
    }

    #[test]
    fn invalid_utf8_is_refused() {
        let mut json = BASIC.as_bytes().to_vec();
        json[9] = 0xff;
        assert!(ClientData::parse(&json).is_err());
    }

    #[test]
    fn rejects_invalid_utf8_in_skipped_members() {
        let json = BASIC.replace('}', r#","other":["?"]}"#);
        assert!(ClientData::parse(json.as_bytes()).is_ok());
        let invalid: Vec<u8> =
            json.bytes().map(|byte| if byte == b'?' { 0xff } else { byte }).collect();
        assert!(ClientData::parse(&invalid).is_err());
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = ClientData::parse(&bytes);
        }
    }
}
