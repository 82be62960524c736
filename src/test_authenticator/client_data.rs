//! Client data as clients write it (§5.8.1.1).

use alloc::{format, string::String, vec, vec::Vec};
use core::fmt::Display;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The members of `clientDataJSON`. You can tamper with each.
///
/// ```
/// use relying_party::test_authenticator::ClientData;
/// let client_data = ClientData::new("webauthn.get", &[7; 16], "https://example.com");
/// assert_eq!(
///     client_data.to_bytes(),
///     br#"{"type":"webauthn.get","challenge":"BwcHBwcHBwcHBwcHBwcHBw","origin":"https://example.com","crossOrigin":false}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClientData {
    /// `type`: `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// `challenge`, as base64url.
    pub challenge: String,
    /// `origin`.
    pub origin: String,
    /// `crossOrigin`. `None` omits the member, like old clients do.
    pub cross_origin: Option<bool>,
    /// `topOrigin`. `None` omits the member.
    pub top_origin: Option<String>,
    /// Other members, after those above and in this order.
    pub extra: Vec<(String, serde_json::Value)>,
    /// Replaces all of the above.
    pub raw: Option<Vec<u8>>,
}

impl ClientData {
    /// Creates the client data of a ceremony in a page that is not framed.
    #[must_use]
    pub fn new(kind: &str, challenge: &[u8], origin: &str) -> Self {
        Self {
            kind: kind.into(),
            challenge: URL_SAFE_NO_PAD.encode(challenge),
            origin: origin.into(),
            cross_origin: Some(false),
            top_origin: None,
            extra: Vec::new(),
            raw: None,
        }
    }

    /// Returns the bytes of `clientDataJSON`, serialized as §5.8.1.1 requires.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let mut members = vec![
            member("type", &ccd_to_string(&self.kind)),
            member("challenge", &ccd_to_string(&self.challenge)),
            member("origin", &ccd_to_string(&self.origin)),
        ];
        members.extend(self.cross_origin.map(|value| member("crossOrigin", &value)));
        members
            .extend(self.top_origin.as_ref().map(|top| member("topOrigin", &ccd_to_string(top))));
        members.extend(self.extra.iter().map(|(name, value)| member(name, value)));
        format!("{{{}}}", members.join(",")).into_bytes()
    }
}

fn member(name: &str, value: &dyn Display) -> String {
    format!("{}:{value}", ccd_to_string(name))
}

/// `CCDToString` of §5.8.1.2.
fn ccd_to_string(text: &str) -> String {
    let characters = text.chars().map(|character| match character {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\0'..='\x1f' => format!("\\u{:04x}", u32::from(character)),
        _ => String::from(character),
    });
    format!("\"{}\"", characters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_in_the_order_of_the_specification() {
        let mut client_data = ClientData::new("webauthn.create", &[0; 16], "https://a.example");
        client_data.cross_origin = Some(true);
        client_data.top_origin = Some("https://b.example".into());
        client_data.extra = vec![("z".into(), json!(1)), ("a".into(), json!("x"))];
        assert_eq!(
            String::from_utf8(client_data.to_bytes()).unwrap(),
            r#"{"type":"webauthn.create","challenge":"AAAAAAAAAAAAAAAAAAAAAA","origin":"https://a.example","crossOrigin":true,"topOrigin":"https://b.example","z":1,"a":"x"}"#
        );
    }

    #[test]
    fn strings_are_escaped_by_ccd_to_string() {
        assert_eq!(ccd_to_string("a\"b\\c\n\u{7f}é"), "\"a\\\"b\\\\c\\u000a\u{7f}é\"");
        let mut client_data = ClientData::new("t", &[0; 16], "o\"\u{1}");
        client_data.extra = vec![("\"".into(), json!(null))];
        let parsed: serde_json::Value = serde_json::from_slice(&client_data.to_bytes()).unwrap();
        assert_eq!(parsed["origin"], "o\"\u{1}");
        assert_eq!(parsed["\""], json!(null));
    }

    #[test]
    fn raw_bytes_replace_all_members() {
        let mut client_data = ClientData::new("t", &[0; 16], "o");
        client_data.raw = Some(b"[".to_vec());
        assert_eq!(client_data.to_bytes(), b"[");
    }
}
