//! The schema of a vector file.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, value::RawValue};

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) cases: Vec<Case>,
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
    #[serde(default)]
    pub(crate) allow_subdomains: bool,
    #[serde(default)]
    pub(crate) allow_any_port: bool,
    #[serde(default)]
    pub(crate) allow_cross_origin: bool,
    #[serde(default)]
    pub(crate) top_origins: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Options {
    pub(crate) challenge: Bytes,
    pub(crate) user_verification: Option<String>,
    #[serde(default)]
    pub(crate) algorithms: Vec<i32>,
    #[serde(default)]
    pub(crate) user_handle: Option<Bytes>,
    #[serde(default)]
    pub(crate) allow_credentials: Option<Vec<Bytes>>,
    #[serde(default)]
    pub(crate) conditional: bool,
}

#[derive(Deserialize)]
pub(crate) struct Stored {
    pub(crate) credential_id: Bytes,
    pub(crate) public_key: Bytes,
    #[serde(default)]
    pub(crate) sign_count: u32,
    #[serde(default)]
    pub(crate) user_handle: Option<Bytes>,
    #[serde(default)]
    pub(crate) backup_eligible: Option<bool>,
    #[serde(default)]
    pub(crate) backup_state: Option<bool>,
}

#[cfg_attr(
    not(feature = "attestation"),
    allow(dead_code, reason = "anchors count where certificates do")
)]
#[derive(Deserialize)]
pub(crate) struct Attestation {
    pub(crate) verify: String,
    #[serde(default)]
    pub(crate) trust_anchors: Vec<Bytes>,
    #[serde(default)]
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

/// Bytes in base64url without padding.
#[derive(Clone)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(de::Error::custom)
    }
}

impl Case {
    /// A member of the credential, for what the runner has to know about a response before it is judged.
    pub(crate) fn member(&self, pointer: &str) -> Option<Vec<u8>> {
        let credential = serde_json::from_str::<Value>(self.credential.get()).ok()?;
        URL_SAFE_NO_PAD.decode(credential.pointer(pointer)?.as_str()?).ok()
    }

    /// The least that a case has.
    pub(crate) fn example() -> serde_json::Result<Self> {
        serde_json::from_str(
            r#"{"id": "x", "kind": "registration", "rp": {"id": "example.org", "origins": []},
                "options": {"challenge": "AAAA", "user_verification": null}, "credential": {}, "expect": {"ok": false}}"#,
        )
    }
}
