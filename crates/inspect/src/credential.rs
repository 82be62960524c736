//! The pasted JSON: a registration or a sign-in, and the bytes in it.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use super::report::{Report, shown};

/// Reads base64url as `relying-party` does, padded or not. The verdict names everything else that it refuses.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Registration,
    Assertion,
}

/// A response that is JSON and has the members of one.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    /// The credential, without the envelope in which a front end posted it.
    pub(crate) value: Value,
    /// The text as it was pasted: a parsed value has lost duplicate members.
    pub(crate) json: String,
}

impl Credential {
    /// Reports what is wrong if there is nothing to decode.
    pub(crate) fn read(bytes: &[u8], report: &mut Report) -> Option<Self> {
        let value = match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => value,
            Err(error) => {
                report.malformed(format_args!("not JSON: {error}"));
                return None;
            }
        };
        let json = String::from_utf8_lossy(bytes).into_owned();
        let wrapped = ["response", "credential", "publicKeyCredential"]
            .into_iter()
            .filter_map(|name| value.get(name))
            .find(|inner| inner.get("response").is_some_and(Value::is_object));
        let (value, json) = match wrapped {
            Some(inner) => (inner.clone(), inner.to_string()),
            None => (value, json),
        };
        let Some(response) = value.get("response").and_then(Value::as_object) else {
            report.malformed(
                "the object \"response\" is missing: this is not a public key credential",
            );
            return None;
        };
        let kind = if response.contains_key("attestationObject") {
            Kind::Registration
        } else if response.contains_key("signature") || response.contains_key("authenticatorData") {
            Kind::Assertion
        } else {
            report.malformed(
                "\"response\" has neither \"attestationObject\" (a registration) nor \"signature\" (a sign-in)",
            );
            return None;
        };
        Some(Self { kind, value, json })
    }

    /// The text at a JSON pointer into the credential.
    pub(crate) fn text(&self, pointer: &str) -> Result<&str, String> {
        let name = pointer.trim_start_matches('/').replace('/', ".");
        let value = self.value.pointer(pointer).ok_or_else(|| format!("{name} is missing"))?;
        value.as_str().ok_or_else(|| format!("{name} is not a string"))
    }

    pub(crate) fn bytes(&self, pointer: &str) -> Result<Vec<u8>, String> {
        let name = pointer.trim_start_matches('/').replace('/', ".");
        let text = self.text(pointer)?;
        base64url(text).map_err(|error| format!("{name} is not base64url: {error}"))
    }
}

pub(crate) fn base64url(text: &str) -> Result<Vec<u8>, String> {
    // Some hand-written front ends use the standard alphabet.
    let text = text.replace('+', "-").replace('/', "_");
    BASE64URL.decode(text).map_err(|error| shown(&error.to_string()))
}

pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
