//! A registration on its way: parts, then signed, then JSON.

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

/// Everything of a registration before it is signed. What is bent here is signed over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegistrationParts {
    /// The client data.
    pub client_data: ClientData,
    /// The authenticator data.
    pub authenticator_data: AuthenticatorData,
    /// The attestation to make.
    pub attestation: TestAttestation,
    /// `fmt`, if it is not to be that of the attestation.
    pub fmt: Option<String>,
    /// `attStmt`, if it is not to be that of the attestation.
    pub statement: Option<Cbor>,
    /// The credential's key: signs a self attestation, and is told outside of the attestation object.
    pub key: TestKey,
    /// `transports`; `None` leaves the member out.
    pub transports: Option<Vec<String>>,
    /// The JSON around it.
    pub outer: Outer,
    /// Changes to the statements with certificates.
    bends: Vec<StatementBend>,
}

#[derive(Clone)]
struct StatementBend(Arc<dyn Fn(&mut CertifiedParts) + Send + Sync>);

impl fmt::Debug for StatementBend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatementBend")
    }
}

impl RegistrationParts {
    /// The parts of a registration without attestation.
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
            bends: Vec::new(),
        }
    }

    /// Changes each statement with certificates before it is signed, and its certificates with it.
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
    /// let root = attester.root.clone(); // For the relying party to trust.
    /// let mut key = TestAuthenticator::new("key");
    /// key.behaviour_mut().attestation = TestAttestation::Packed(attester);
    /// let registration = key.create_bent(&options, "https://example.com", |parts| {
    ///     parts.bend_statement(|statement| statement.certificate.subject.remove(TestName::COUNTRY));
    /// })?;
    /// # Ok::<(), relying_party::test_authenticator::TestAuthenticatorError>(())
    /// ```
    pub fn bend_statement(&mut self, bend: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) {
        self.bends.push(StatementBend(Arc::new(bend)));
    }

    /// Writes client data and authenticator data, and makes the attestation statement over them.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR has no form for, otherwise only what the
    /// cryptography reports.
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
                self.bends.iter().for_each(|bend| bend.0(parts));
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

/// A registration after it was signed. What is bent here is not signed over.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SignedRegistration {
    /// `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `authData` in the attestation object, and `authenticatorData` beside it.
    pub authenticator_data: Vec<u8>,
    /// `fmt`.
    pub fmt: String,
    /// `attStmt`.
    pub statement: Cbor,
    /// These bytes instead of an attestation object of the three above.
    pub attestation_object: Option<Vec<u8>>,
    /// `publicKey`: DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// `publicKeyAlgorithm`.
    pub public_key_algorithm: i64,
    /// `transports`; `None` leaves the member out.
    pub transports: Option<Vec<String>>,
    /// The JSON around it.
    pub outer: Outer,
}

impl SignedRegistration {
    /// The bytes of `attestationObject` (§6.5.4).
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR has no form for.
    pub fn to_attestation_object(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        if let Some(bytes) = &self.attestation_object {
            return Ok(bytes.clone());
        }
        // A map of three entries, written piece by piece, since the statement may be raw bytes.
        let mut bytes = [0xa3].to_vec();
        bytes.extend(encode(&"fmt".into())?);
        bytes.extend(encode(&CborValue::from(self.fmt.as_str()))?);
        bytes.extend(encode(&"attStmt".into())?);
        bytes.extend(self.statement.to_vec()?);
        bytes.extend(encode(&"authData".into())?);
        bytes.extend(encode(&CborValue::Bytes(self.authenticator_data.clone()))?);
        Ok(bytes)
    }

    /// The response as JSON, `RegistrationResponseJSON`; its text is what a front end would post.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] as above, and [`TestAuthenticatorError::Patch`] for a patch of a place
    /// that is not there.
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
