//! Options, parsed like browsers do (§5.1.9, §5.1.10).
//!
//! This is a separate parser, with only what the test authenticator needs, because the code that writes options is
//! under test.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de, de::DeserializeOwned};
use serde_json::Value;

use super::TestAuthenticatorError;

/// base64url without padding, as `parseCreationOptionsFromJSON()` accepts it.
#[derive(PartialEq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(de::Error::custom)
    }
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreationOptions {
    pub(super) rp: RelyingParty,
    pub(super) user: User,
    pub(super) challenge: Bytes,
    pub(super) pub_key_cred_params: Vec<Parameters>,
    #[serde(default)]
    pub(super) exclude_credentials: Vec<Descriptor>,
    #[serde(default)]
    pub(super) authenticator_selection: Selection,
    #[serde(default)]
    pub(super) extensions: Value,
}

#[derive(Deserialize)]
pub(super) struct RelyingParty {
    pub(super) id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: Bytes,
}

#[derive(Deserialize)]
pub(super) struct Parameters {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) alg: i64,
}

#[derive(Deserialize)]
pub(super) struct Descriptor {
    pub(super) id: Bytes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Selection {
    pub(super) resident_key: Option<String>,
    #[serde(default)]
    pub(super) require_resident_key: bool,
    pub(super) user_verification: Option<String>,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestOptions {
    pub(super) challenge: Bytes,
    pub(super) rp_id: Option<String>,
    #[serde(default)]
    pub(super) allow_credentials: Vec<Descriptor>,
    pub(super) user_verification: Option<String>,
}

impl CreationOptions {
    /// The offered algorithms, in order. If none is offered, ES256 and RS256 (§5.1.3 step 10).
    pub(super) fn algorithms(&self) -> Vec<i64> {
        if self.pub_key_cred_params.is_empty() {
            return [-7, -257].to_vec();
        }
        let known = self.pub_key_cred_params.iter().filter(|offered| offered.kind == "public-key");
        known.map(|offered| offered.alg).collect()
    }

    /// Whether the credential must be discoverable (§5.4.4: `residentKey` takes precedence over `requireResidentKey`).
    pub(super) fn requires_discoverable(&self) -> bool {
        match self.authenticator_selection.resident_key.as_deref() {
            Some("discouraged" | "preferred") => false,
            Some("required") => true,
            _ => self.authenticator_selection.require_resident_key,
        }
    }
}

/// Parses options from any JSON: text, a `serde_json::Value`, or a type that serializes, either bare or as the
/// `publicKey` member of the argument of `navigator.credentials`.
pub(super) fn read<T: DeserializeOwned, O: Serialize + ?Sized>(
    options: &O,
) -> Result<T, TestAuthenticatorError> {
    let error = |error: serde_json::Error| TestAuthenticatorError::Options(error.to_string());
    let mut json = serde_json::to_value(options).map_err(error)?;
    if let Value::String(text) = json {
        json = serde_json::from_str(&text).map_err(error)?;
    }
    if let Some(public_key) = json.get_mut("publicKey") {
        json = public_key.take();
    }
    serde_json::from_value(json).map_err(error)
}

/// Returns the effective domain of an origin, which is the RP ID if the options name none.
pub(super) fn effective_domain(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    host.split([':', '/']).next().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn options_may_be_text_or_a_value_and_wrapped_or_bare() {
        let bare = json!({"challenge": "AAAA", "unknown": 1});
        let wrapped = json!({"publicKey": bare, "mediation": "conditional"});
        for options in [json!(bare.to_string()), bare, json!(wrapped.to_string()), wrapped] {
            let options: RequestOptions = read(&options).unwrap();
            assert_eq!(options.challenge.0, [0; 3]);
        }
        let padded = read::<RequestOptions, _>(r#"{"challenge": "AA=="}"#);
        assert!(matches!(padded, Err(TestAuthenticatorError::Options(_))));
    }

    #[test]
    fn the_effective_domain_is_the_host() {
        for (origin, domain) in [
            ("https://example.com", "example.com"),
            ("http://localhost:8080", "localhost"),
            ("https://a.example/path", "a.example"),
        ] {
            assert_eq!(effective_domain(origin), domain);
        }
    }
}
