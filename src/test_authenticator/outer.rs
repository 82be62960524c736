//! The JSON around a response (§5.1.8 `RegistrationResponseJSON`, `AuthenticationResponseJSON`).

use alloc::{string::String, vec::Vec};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::TestAuthenticatorError;

/// The members of both responses apart from `response`. You can tamper with each. None of them is signed.
/// [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outer {
    /// `id`.
    pub id: String,
    /// `rawId`, as base64url.
    pub raw_id: String,
    /// `type`.
    pub kind: String,
    /// `authenticatorAttachment`. `None` omits the member.
    pub attachment: Option<String>,
    /// `clientExtensionResults`.
    pub client_extension_results: Value,
    /// Changes to the JSON, made at the end.
    pub patches: Vec<Patch>,
}

/// A change to the JSON of a response. The pointer is a JSON pointer (RFC 6901), such as `/response/userHandle`.
/// [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Patch {
    /// Sets or adds a value there.
    Set(String, Value),
    /// Removes the value there.
    Remove(String),
}

impl Outer {
    /// Creates the surrounding JSON of an honest response.
    #[must_use]
    pub fn new(credential_id: &[u8]) -> Self {
        let id = URL_SAFE_NO_PAD.encode(credential_id);
        Self {
            raw_id: id.clone(),
            id,
            kind: "public-key".into(),
            attachment: None,
            client_extension_results: json!({}),
            patches: Vec::new(),
        }
    }

    /// Sets the member at a JSON pointer, at the end.
    pub fn set(&mut self, pointer: &str, value: impl Into<Value>) {
        self.patches.push(Patch::Set(pointer.into(), value.into()));
    }

    /// Removes the member at a JSON pointer, at the end.
    pub fn remove(&mut self, pointer: &str) {
        self.patches.push(Patch::Remove(pointer.into()));
    }

    /// Returns the whole response as JSON.
    pub(super) fn around(&self, response: &Value) -> Result<Value, TestAuthenticatorError> {
        let mut json = json!({
            "id": self.id,
            "rawId": self.raw_id,
            "type": self.kind,
            "clientExtensionResults": self.client_extension_results,
            "response": response,
        });
        if let (Some(attachment), Some(members)) = (&self.attachment, json.as_object_mut()) {
            members.insert("authenticatorAttachment".into(), json!(attachment));
        }
        self.patches.iter().try_for_each(|patch| patch.apply(&mut json))?;
        Ok(json)
    }
}

impl Patch {
    fn apply(&self, json: &mut Value) -> Result<(), TestAuthenticatorError> {
        let (Self::Set(pointer, _) | Self::Remove(pointer)) = self;
        let missing = || TestAuthenticatorError::Patch(pointer.clone());
        let (parent, name) = pointer.rsplit_once('/').ok_or_else(missing)?;
        let parent = json.pointer_mut(parent).and_then(Value::as_object_mut).ok_or_else(missing)?;
        match self {
            Self::Set(_, value) => {
                parent.insert(name.into(), value.clone());
            }
            Self::Remove(_) => {
                parent.remove(name).ok_or_else(missing)?;
            }
        }
        Ok(())
    }
}

pub(super) fn base64url(bytes: &[u8]) -> Value {
    Value::String(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_set_and_remove_and_say_when_they_cannot() {
        let mut outer = Outer::new(&[1, 2, 3]);
        outer.attachment = Some("platform".into());
        outer.set("/authenticatorAttachment", Value::Null);
        outer.set("/response/new", 1);
        outer.remove("/response/old");
        assert_eq!(
            outer.around(&json!({"old": 0})),
            Ok(json!({
                "id": "AQID", "rawId": "AQID", "type": "public-key", "clientExtensionResults": {},
                "authenticatorAttachment": null, "response": {"new": 1},
            }))
        );
        for pointer in ["", "/response/old/older", "/response/gone"] {
            let mut outer = Outer::new(&[1]);
            outer.remove(pointer);
            assert_eq!(
                outer.around(&json!({"old": 0})),
                Err(TestAuthenticatorError::Patch(pointer.into()))
            );
        }
    }
}
