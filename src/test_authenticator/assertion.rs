//! An assertion in three steps: parts, signed, JSON.

use alloc::vec::Vec;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    AuthenticatorData, ClientData, Outer, TestAuthenticatorError, TestKey,
    attestation::signed_bytes, outer::base64url,
};

/// All fields of an assertion before it is signed. Changes made here are signed.
/// [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssertionParts {
    /// The client data.
    pub client_data: ClientData,
    /// The authenticator data.
    pub authenticator_data: AuthenticatorData,
    /// The key that signs.
    pub key: TestKey,
    /// `userHandle`. `None` omits the member.
    pub user_handle: Option<Vec<u8>>,
    /// The surrounding JSON.
    pub outer: Outer,
}

impl AssertionParts {
    /// Creates the parts of an assertion that names no user.
    #[must_use]
    pub fn new(
        client_data: ClientData,
        authenticator_data: AuthenticatorData,
        credential_id: &[u8],
        key: TestKey,
    ) -> Self {
        let outer = Outer::new(credential_id);
        Self { client_data, authenticator_data, key, user_handle: None, outer }
    }

    /// Serializes client data and authenticator data, and signs them.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR cannot represent, otherwise only cryptographic errors.
    pub fn sign(self) -> Result<SignedAssertion, TestAuthenticatorError> {
        let client_data_json = self.client_data.to_bytes();
        let authenticator_data = self.authenticator_data.to_bytes()?;
        let client_data_hash = Sha256::digest(&client_data_json).into();
        let signature = self.key.sign(&signed_bytes(&authenticator_data, &client_data_hash))?;
        Ok(SignedAssertion {
            client_data_json,
            authenticator_data,
            signature,
            user_handle: self.user_handle,
            outer: self.outer,
        })
    }
}

/// An assertion after it was signed. Changes made here are not signed.
/// [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SignedAssertion {
    /// `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
    /// `userHandle`. `None` omits the member.
    pub user_handle: Option<Vec<u8>>,
    /// The surrounding JSON.
    pub outer: Outer,
}

impl SignedAssertion {
    /// Returns the response as JSON, `AuthenticationResponseJSON`. Its text is what a front end would post.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Patch`] for a patch of a place that does not exist.
    pub fn to_json(&self) -> Result<Value, TestAuthenticatorError> {
        let mut response = json!({
            "clientDataJSON": base64url(&self.client_data_json),
            "authenticatorData": base64url(&self.authenticator_data),
            "signature": base64url(&self.signature),
        });
        if let (Some(user_handle), Some(members)) = (&self.user_handle, response.as_object_mut()) {
            members.insert("userHandle".into(), base64url(user_handle));
        }
        self.outer.around(&response)
    }
}
