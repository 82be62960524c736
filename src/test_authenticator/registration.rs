//! A registration in three steps: parts, signed, JSON.

use alloc::{
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::fmt;

use ciborium::Value as CborValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    AuthenticatorData, Cbor, CertifiedParts, ClientData, Outer, TestAttestation,
    TestAuthenticatorError, TestKey, attestation::Subject, cbor::encode, outer::base64url,
};

/// All fields of a registration before it is signed. Changes made here are signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegistrationParts {
    /// The client data.
    pub client_data: ClientData,
    /// The authenticator data.
    pub authenticator_data: AuthenticatorData,
    /// The attestation to create.
    pub attestation: TestAttestation,
    /// `fmt`, if it differs from that of the attestation.
    pub fmt: Option<String>,
    /// `attStmt`, if it differs from that of the attestation.
    pub statement: Option<Cbor>,
    /// The credential's key. It signs a self attestation, and also appears outside the attestation object.
    pub key: TestKey,
    /// `transports`. `None` omits the member.
    pub transports: Option<Vec<String>>,
    /// The surrounding JSON.
    pub outer: Outer,
    /// Changes to the statements with certificates.
    tamperings: Vec<StatementTampering>,
}

#[derive(Clone)]
struct StatementTampering(Arc<dyn Fn(&mut CertifiedParts) + Send + Sync>);

impl fmt::Debug for StatementTampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatementTampering")
    }
}

impl RegistrationParts {
    /// Creates the parts of a registration without attestation.
    #[must_use]
    pub fn new(
        client_data: ClientData,
        authenticator_data: AuthenticatorData,
        key: TestKey,
    ) -> Self {
        let credential_id =
            authenticator_data.attested.as_ref().map(|attested| attested.credential_id.as_slice());
        let outer = Outer::new(credential_id.unwrap_or_default());
        Self {
            client_data,
            authenticator_data,
            attestation: TestAttestation::None,
            fmt: None,
            statement: None,
            key,
            transports: Some(Vec::new()),
            outer,
            tamperings: Vec::new(),
        }
    }

    /// Changes each statement with certificates, and its certificates, before they are signed.
    ///
    /// ```
    /// use relying_party::test_authenticator::{
    ///     TestAttestation, TestAttester, TestAuthenticator, TestName,
    /// };
    /// # let options = serde_json::json!({
    /// #     "rp": {"id": "example.com", "name": "Example"},
    /// #     "user": {"id": "dXNlcg", "name": "alice", "displayName": "Alice"},
    /// #     "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
    /// #     "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    /// # });
    /// let attester = TestAttester::new("manufacturer")?;
    /// let root = attester.root.clone(); // The relying party must trust this.
    /// let mut key = TestAuthenticator::new("key");
    /// key.behaviour_mut().attestation = TestAttestation::Packed(attester);
    /// let registration = key.create_tampered(&options, "https://example.com", |parts| {
    ///     parts.tamper_statement(|statement| statement.certificate.subject.remove(TestName::COUNTRY));
    /// })?;
    /// # Ok::<(), relying_party::test_authenticator::TestAuthenticatorError>(())
    /// ```
    pub fn tamper_statement(
        &mut self,
        tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static,
    ) {
        self.tamperings.push(StatementTampering(Arc::new(tamper)));
    }

    /// Serializes client data and authenticator data, and creates the attestation statement over them.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR cannot represent, otherwise only cryptographic errors.
    pub fn sign(self) -> Result<SignedRegistration, TestAuthenticatorError> {
        let client_data_json = self.client_data.to_bytes();
        let authenticator_data = self.authenticator_data.to_bytes()?;
        let statement = if let Some(statement) = self.statement {
            statement
        } else {
            let subject = Subject {
                key: &self.key,
                data: &self.authenticator_data,
                authenticator_data: &authenticator_data,
                client_data_hash: &Sha256::digest(&client_data_json).into(),
            };
            self.attestation.statement(subject, &|parts| {
                self.tamperings.iter().for_each(|tamper| tamper.0(parts));
            })?
        };
        Ok(SignedRegistration {
            client_data_json,
            authenticator_data,
            fmt: self.fmt.unwrap_or_else(|| self.attestation.fmt().to_string()),
            statement,
            attestation_object: None,
            public_key: self.key.spki()?,
            public_key_algorithm: self.key.algorithm().id(),
            transports: self.transports,
            outer: self.outer,
        })
    }
}

/// A registration after it was signed. Changes made here are not signed.
/// [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SignedRegistration {
    /// `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `authData` in the attestation object, and `authenticatorData` next to it.
    pub authenticator_data: Vec<u8>,
    /// `fmt`.
    pub fmt: String,
    /// `attStmt`.
    pub statement: Cbor,
    /// Replaces the attestation object made from the three fields above.
    pub attestation_object: Option<Vec<u8>>,
    /// `publicKey`: DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// `publicKeyAlgorithm`.
    pub public_key_algorithm: i64,
    /// `transports`. `None` omits the member.
    pub transports: Option<Vec<String>>,
    /// The surrounding JSON.
    pub outer: Outer,
}

impl SignedRegistration {
    /// Returns the bytes of `attestationObject` (§6.5.4).
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR cannot represent.
    pub fn to_attestation_object(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        if let Some(bytes) = &self.attestation_object {
            return Ok(bytes.clone());
        }
        // A map of three entries, written piece by piece because the statement may be raw bytes.
        let mut bytes = [0xa3].to_vec();
        bytes.extend(encode(&"fmt".into())?);
        bytes.extend(encode(&CborValue::from(self.fmt.as_str()))?);
        bytes.extend(encode(&"attStmt".into())?);
        bytes.extend(self.statement.to_vec()?);
        bytes.extend(encode(&"authData".into())?);
        bytes.extend(encode(&CborValue::Bytes(self.authenticator_data.clone()))?);
        Ok(bytes)
    }

    /// Returns the response as JSON, `RegistrationResponseJSON`. Its text is what a front end would post.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] as above, and [`TestAuthenticatorError::Patch`] for a patch of a place that
    /// does not exist.
    pub fn to_json(&self) -> Result<Value, TestAuthenticatorError> {
        let mut response = json!({
            "clientDataJSON": base64url(&self.client_data_json),
            "attestationObject": base64url(&self.to_attestation_object()?),
            "authenticatorData": base64url(&self.authenticator_data),
            "publicKey": base64url(&self.public_key),
            "publicKeyAlgorithm": self.public_key_algorithm,
        });
        if let (Some(transports), Some(members)) = (&self.transports, response.as_object_mut()) {
            members.insert("transports".into(), json!(transports));
        }
        self.outer.around(&response)
    }
}
