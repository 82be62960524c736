//! The page between a server and this authenticator.

use alloc::{
    format,
    string::{String, ToString as _},
};

use serde_json::{Value, json};

use super::{TestAuthenticator, TestAuthenticatorError};

impl TestAuthenticator {
    /// Answers a ceremony like a page on `origin`: takes the JSON that the server sends, and returns the JSON that the
    /// page posts.
    ///
    /// Reads `{"ceremony","publicKey",…}`, calls [`create`](Self::create) or [`get`](Self::get), and writes
    /// `{"ceremony","credential"}`. The [crate's documentation](crate) has an example.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Options`] if `start` is not JSON of that form, and those of `create` or `get`.
    pub fn answer(&mut self, start: &str, origin: &str) -> Result<String, TestAuthenticatorError> {
        let unreadable = |error| TestAuthenticatorError::Options(format!("{error}"));
        let start = serde_json::from_str::<Value>(start).map_err(unreadable)?;
        let (ceremony, options) = (start.get("ceremony"), start.get("publicKey"));
        let options = options
            .ok_or_else(|| TestAuthenticatorError::Options("publicKey is missing".into()))?;
        let credential = if options.get("rp").is_some() {
            self.create(options, origin)?
        } else {
            self.get(options, origin)?
        };
        let credential = serde_json::from_str::<Value>(&credential).map_err(unreadable)?;
        Ok(json!({ "ceremony": ceremony, "credential": credential }).to_string())
    }
}
