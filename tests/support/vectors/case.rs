//! The schema of a vector file. Unknown members are ignored. `null` counts as absent wherever a source may have no
//! value.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, value::RawValue};

#[derive(Deserialize)]
pub(crate) struct File {
    /// As text, so that an unreadable case does not hide the others.
    pub(crate) cases: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) rp: Rp,
    pub(crate) options: Options,
    pub(crate) stored: Option<Stored>,
    pub(crate) attestation: Option<Attestation>,
    /// As text, so that it reaches the parser byte for byte.
    pub(crate) credential: Box<RawValue>,
    pub(crate) expect: Expect,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Registration,
    Authentication,
}

#[derive(Deserialize)]
pub(crate) struct Rp {
    pub(crate) id: String,
    pub(crate) origins: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) allow_subdomains: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) allow_any_port: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) allow_cross_origin: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) top_origins: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Options {
    pub(crate) challenge: Bytes,
    pub(crate) user_verification: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) algorithms: Vec<i32>,
    pub(crate) user_handle: Option<Bytes>,
    pub(crate) allow_credentials: Option<Vec<Bytes>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) conditional: bool,
}

#[derive(Deserialize)]
pub(crate) struct Stored {
    pub(crate) credential_id: Bytes,
    pub(crate) public_key: Bytes,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) sign_count: u32,
    pub(crate) user_handle: Option<Bytes>,
    pub(crate) backup_eligible: Option<bool>,
    pub(crate) backup_state: Option<bool>,
}

#[cfg_attr(
    not(feature = "attestation"),
    allow(dead_code, reason = "anchors count where certificates do")
)]
#[derive(Deserialize)]
pub(crate) struct Attestation {
    pub(crate) verify: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) trust_anchors: Vec<Bytes>,
    pub(crate) at: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Expect {
    pub(crate) ok: bool,
    pub(crate) reason: Option<String>,
    pub(crate) fmt: Option<String>,
    pub(crate) alg: Option<i32>,
    pub(crate) aaguid: Option<String>,
    pub(crate) sign_count: Option<u32>,
    pub(crate) attestation_type: Option<String>,
}

/// `null` as the default.
fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Bytes in base64url. Padding is ignored.
#[derive(Clone)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64URL.decode(text).map(Self).map_err(de::Error::custom)
    }
}

const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Case {
    /// Reads a case. If that fails, returns its `id`, if it has one, and what is wrong.
    pub(crate) fn read(text: &RawValue) -> Result<Self, (String, String)> {
        serde_json::from_str(text.get()).map_err(|error| {
            let case = serde_json::from_str::<Value>(text.get()).unwrap_or_default();
            let id = case.get("id").and_then(Value::as_str).unwrap_or("a case without id");
            (id.to_owned(), error.to_string())
        })
    }

    /// Returns a member of the credential, for what the runner must know about a response before verification.
    pub(crate) fn member(&self, pointer: &str) -> Option<Vec<u8>> {
        let credential = serde_json::from_str::<Value>(self.credential.get()).ok()?;
        BASE64URL.decode(credential.pointer(pointer)?.as_str()?).ok()
    }

    /// Returns whether the credential has a member that is neither `null` nor an empty text.
    pub(crate) fn has(&self, pointer: &str) -> bool {
        let credential = serde_json::from_str::<Value>(self.credential.get()).unwrap_or_default();
        credential.pointer(pointer).is_some_and(|value| !value.is_null() && value != "")
    }

    /// Returns the origin that the client claims.
    pub(crate) fn client_data_origin(&self) -> Option<String> {
        let client_data = self.member("/response/clientDataJSON")?;
        let client_data = serde_json::from_slice::<Value>(&client_data).ok()?;
        Some(client_data.get("origin")?.as_str()?.to_owned())
    }

    /// The minimal case.
    pub(crate) fn example() -> serde_json::Result<Self> {
        serde_json::from_str(
            r#"{"id": "x", "kind": "registration", "rp": {"id": "example.org", "origins": []},
                "options": {"challenge": "AAAA", "user_verification": null}, "credential": {}, "expect": {"ok": false}}"#,
        )
    }
}
