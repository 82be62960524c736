//! A software authenticator for tests: it registers, signs, and tampers with single fields.
//!
//! It plays the browser and the authenticator, so that a host's tests can go from options to verdict without
//! either. Everything is derived from a seed, so a failing test fails again.
//!
//! ```
//! use relying_party::test_authenticator::TestAuthenticator;
//! use serde_json::json;
//!
//! let mut authenticator = TestAuthenticator::new("alice's phone").with(|it| it.backed_up = false);
//! let options = json!({
//!     "rp": {"id": "example.com", "name": "Example"},
//!     "user": {"id": "dXNlcg", "name": "alice", "displayName": "Alice"},
//!     "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
//!     "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
//! });
//! let registration: String = authenticator.create(&options, "https://example.com")?;
//!
//! let options = json!({"rpId": "example.com", "challenge": "AQEBAQEBAQEBAQEBAQEBAQ"});
//! let assertion: String = authenticator.get(&options, "https://example.com")?;
//!
//! // Only one thing is wrong, and it is signed as if it were right: only the check of the origin can fail.
//! let assertion = authenticator.get_tampered(&options, "https://example.com", |parts| {
//!     parts.client_data.origin = "https://example.com.evil.example".into();
//! })?;
//! # Ok::<(), relying_party::test_authenticator::TestAuthenticatorError>(())
//! ```
//!
//! # Tampering
//!
//! A response is created in three steps, and you can tamper with each. [`RegistrationParts`] and [`AssertionParts`]
//! contain everything that gets signed, field by field. [`SignedRegistration`] and [`SignedAssertion`] contain the
//! resulting bytes. `to_json` returns the `serde_json::Value` that is sent. [`TestAuthenticator::draft_creation`] and
//! [`TestAuthenticator::draft_assertion`] return the first step. You can also create the parts from scratch with `new`.
//!
//! # Limits
//!
//! It is not a browser: it does not check whether an origin may use an RP ID, and takes no time. It shares no code with
//! the verification in this crate. Its secrets are derived from seeds and are part of this crate's source, so only use
//! it in tests.

mod assertion;
mod attestation;
mod attester;
mod authenticator_data;
mod behaviour;
mod cbor;
mod certificate;
mod client_data;
mod derive;
mod error;
mod key;
mod options;
mod outer;
mod page;
mod registration;

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

pub use assertion::{AssertionParts, SignedAssertion};
pub use attestation::{
    AuthorizationList, CertInfo, CertifiedParts, FormatParts, KeyDescription, PubArea,
    TestAttestation, TpmParts,
};
pub use attester::{TestAttester, TestAuthority};
pub use authenticator_data::{AttestedCredentialData, AuthenticatorData, flags};
pub use behaviour::{Behaviour, SignCounter, TEST_AAGUID, UserHandleReply};
pub use cbor::Cbor;
pub use certificate::{TestAttribute, TestCertificate, TestExtension, TestName};
pub use ciborium::Value as CborValue;
pub use client_data::ClientData;
pub use error::TestAuthenticatorError;
#[cfg(all(test, feature = "attestation"))]
pub(crate) use key::rsa_test_primes;
pub use key::{TestAlgorithm, TestKey};
pub use outer::{Outer, Patch};
pub use registration::{RegistrationParts, SignedRegistration};

use derive::derive;
use options::{CreationOptions, RequestOptions, effective_domain, read};

/// A software authenticator, together with a client.
#[derive(Clone, Debug)]
pub struct TestAuthenticator {
    seed: [u8; 32],
    made: u64,
    behaviour: Behaviour,
    credentials: Vec<TestCredential>,
}

/// A credential on a test authenticator. [The module](self) has an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TestCredential {
    /// The credential ID.
    pub id: Vec<u8>,
    /// The RP ID it is for.
    pub rp_id: String,
    /// The `user.id` that it was created for.
    pub user_handle: Vec<u8>,
    /// Its key.
    pub key: TestKey,
    /// The last sign count that it reported.
    pub sign_count: u32,
    /// Whether it is discoverable.
    pub discoverable: bool,
}

impl TestAuthenticator {
    /// Creates the authenticator of a seed. Two authenticators with the same seed create the same credentials.
    #[must_use]
    pub fn new(seed: impl AsRef<[u8]>) -> Self {
        Self {
            seed: Sha256::digest(seed).into(),
            made: 0,
            behaviour: Behaviour::default(),
            credentials: Vec::new(),
        }
    }

    /// Returns the same authenticator with a different behaviour.
    ///
    /// ```
    /// use relying_party::test_authenticator::{SignCounter, TestAlgorithm, TestAuthenticator};
    /// let security_key = TestAuthenticator::new("key").with(|it| {
    ///     it.algorithms = vec![TestAlgorithm::EdDsa];
    ///     it.counter = SignCounter::Counting;
    /// });
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Behaviour)) -> Self {
        change(&mut self.behaviour);
        self
    }

    /// Returns the behaviour, to be changed from now on.
    pub const fn behaviour_mut(&mut self) -> &mut Behaviour {
        &mut self.behaviour
    }

    /// Returns the credentials on it, oldest first.
    #[must_use]
    pub fn credentials(&self) -> &[TestCredential] {
        &self.credentials
    }

    /// Returns the credentials on it, to be removed, moved to another authenticator, or changed.
    pub const fn credentials_mut(&mut self) -> &mut Vec<TestCredential> {
        &mut self.credentials
    }

    /// Creates a credential, like `navigator.credentials.create()` followed by `toJSON()`.
    ///
    /// `options` are a `PublicKeyCredentialCreationOptionsJSON` in any form: text, a `serde_json::Value` or a type that
    /// serializes to it, either bare or as the member `publicKey`. Returns the text of a `RegistrationResponseJSON`.
    ///
    /// # Errors
    ///
    /// What a browser would report: see [`TestAuthenticatorError::dom_exception`].
    pub fn create<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
    ) -> Result<String, TestAuthenticatorError> {
        self.create_tampered(options, origin, |_| ())
    }

    /// Like [`create`](Self::create), with a change before signing.
    ///
    /// The authenticator remembers the credential as it would have been without the change.
    ///
    /// # Errors
    ///
    /// Those of `create`, of [`RegistrationParts::sign`] and of [`SignedRegistration::to_json`].
    pub fn create_tampered<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
        tamper: impl FnOnce(&mut RegistrationParts),
    ) -> Result<String, TestAuthenticatorError> {
        let mut parts = self.draft_creation(options, origin)?;
        tamper(&mut parts);
        Ok(parts.sign()?.to_json()?.to_string())
    }

    /// Like [`create`](Self::create), with a change after signing.
    ///
    /// # Errors
    ///
    /// Those of `create` and of [`SignedRegistration::to_json`].
    pub fn create_corrupted<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
        corrupt: impl FnOnce(&mut SignedRegistration),
    ) -> Result<String, TestAuthenticatorError> {
        let mut signed = self.draft_creation(options, origin)?.sign()?;
        corrupt(&mut signed);
        Ok(signed.to_json()?.to_string())
    }

    /// Creates and remembers a credential, and returns the registration before it is signed.
    ///
    /// # Errors
    ///
    /// The same as [`create`](Self::create).
    pub fn draft_creation<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
    ) -> Result<RegistrationParts, TestAuthenticatorError> {
        let options: CreationOptions = read(options)?;
        let rp_id = options.rp.id.clone().unwrap_or_else(|| effective_domain(origin));
        let excluded = options.exclude_credentials.iter().any(|excluded| {
            self.credentials.iter().any(|held| held.rp_id == rp_id && held.id == excluded.id.0)
        });
        if excluded {
            return Err(TestAuthenticatorError::Excluded);
        }
        self.check_verification(options.authenticator_selection.user_verification.as_deref())?;
        if options.requires_discoverable() && !self.behaviour.discoverable {
            return Err(TestAuthenticatorError::NotDiscoverable);
        }
        let supported = &self.behaviour.algorithms;
        let algorithm = options
            .algorithms()
            .into_iter()
            .find_map(|offered| supported.iter().find(|algorithm| algorithm.id() == offered))
            .ok_or(TestAuthenticatorError::NoAlgorithm)?;

        let credential = self.make_credential(*algorithm, &rp_id, &options.user.id.0)?;
        let mut parts = RegistrationParts::new(
            ClientData::new("webauthn.create", &options.challenge.0, origin),
            self.authenticator_data(&credential),
            credential.key.clone(),
        );
        parts.authenticator_data.attest(AttestedCredentialData::new(
            self.behaviour.aaguid,
            credential.id.clone(),
            credential.key.public_key()?,
        ));
        parts.attestation = self.behaviour.attestation.clone();
        parts.transports =
            Some(self.behaviour.transports.iter().map(ToString::to_string).collect());
        parts.outer = self.outer(&credential.id);
        if options.extensions.get("credProps") == Some(&true.into()) {
            parts.outer.client_extension_results =
                json!({"credProps": {"rk": credential.discoverable}});
        }
        self.remember(credential);
        Ok(parts)
    }

    /// Signs in, like `navigator.credentials.get()` followed by `toJSON()`.
    ///
    /// `options` are a `PublicKeyCredentialRequestOptionsJSON` in any form, as for [`create`](Self::create). Returns
    /// the text of an `AuthenticationResponseJSON`.
    ///
    /// With an allow list, the first credential of the list that is on this authenticator answers. Without one, the
    /// newest discoverable credential answers, or that of [`Behaviour::account`].
    ///
    /// # Errors
    ///
    /// What a browser would report: see [`TestAuthenticatorError::dom_exception`].
    pub fn get<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
    ) -> Result<String, TestAuthenticatorError> {
        self.get_tampered(options, origin, |_| ())
    }

    /// Like [`get`](Self::get), with a change before signing.
    ///
    /// # Errors
    ///
    /// Those of `get`, of [`AssertionParts::sign`] and of [`SignedAssertion::to_json`].
    pub fn get_tampered<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
        tamper: impl FnOnce(&mut AssertionParts),
    ) -> Result<String, TestAuthenticatorError> {
        let mut parts = self.draft_assertion(options, origin)?;
        tamper(&mut parts);
        Ok(parts.sign()?.to_json()?.to_string())
    }

    /// Like [`get`](Self::get), with a change after signing.
    ///
    /// # Errors
    ///
    /// Those of `get` and of [`SignedAssertion::to_json`].
    pub fn get_corrupted<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
        corrupt: impl FnOnce(&mut SignedAssertion),
    ) -> Result<String, TestAuthenticatorError> {
        let mut signed = self.draft_assertion(options, origin)?.sign()?;
        corrupt(&mut signed);
        Ok(signed.to_json()?.to_string())
    }

    /// Finds the credential that answers, counts its use, and returns the assertion before it is signed.
    ///
    /// # Errors
    ///
    /// The same as [`get`](Self::get).
    pub fn draft_assertion<O: Serialize + ?Sized>(
        &mut self,
        options: &O,
        origin: &str,
    ) -> Result<AssertionParts, TestAuthenticatorError> {
        let options: RequestOptions = read(options)?;
        let rp_id = options.rp_id.clone().unwrap_or_else(|| effective_domain(origin));
        self.check_verification(options.user_verification.as_deref())?;
        let counter = self.behaviour.counter;
        let credential = self
            .find(&rp_id, &options)
            .map(|credential| {
                credential.sign_count = counter.after(credential.sign_count);
                credential.clone()
            })
            .ok_or(TestAuthenticatorError::NoCredential)?;

        let mut parts = AssertionParts::new(
            ClientData::new("webauthn.get", &options.challenge.0, origin),
            self.authenticator_data(&credential),
            &credential.id,
            credential.key,
        );
        let names_user = match self.behaviour.user_handle {
            UserHandleReply::Always => true,
            UserHandleReply::WhenDiscovered => options.allow_credentials.is_empty(),
            UserHandleReply::Never => false,
        };
        parts.user_handle = names_user.then_some(credential.user_handle);
        parts.outer = self.outer(&credential.id);
        Ok(parts)
    }

    fn check_verification(&self, wanted: Option<&str>) -> Result<(), TestAuthenticatorError> {
        if wanted == Some("required") && !self.behaviour.user_verified {
            return Err(TestAuthenticatorError::UserVerification);
        }
        Ok(())
    }

    fn make_credential(
        &mut self,
        algorithm: TestAlgorithm,
        rp_id: &str,
        user_handle: &[u8],
    ) -> Result<TestCredential, TestAuthenticatorError> {
        let number = self.made;
        self.made = self.made.saturating_add(1);
        Ok(TestCredential {
            id: derive(&self.seed, "credential id", number, self.behaviour.credential_id_length),
            rp_id: rp_id.into(),
            user_handle: user_handle.to_vec(),
            key: TestKey::from_seed(algorithm, derive(&self.seed, "key", number, 32))?,
            sign_count: self.behaviour.counter.after(0),
            discoverable: self.behaviour.discoverable,
        })
    }

    /// An authenticator keeps one discoverable credential per account (§6.3.2 step 7): a new one replaces it.
    fn remember(&mut self, credential: TestCredential) {
        if credential.discoverable {
            self.credentials.retain(|held| {
                !held.discoverable
                    || held.rp_id != credential.rp_id
                    || held.user_handle != credential.user_handle
            });
        }
        self.credentials.push(credential);
    }

    fn find(&mut self, rp_id: &str, options: &RequestOptions) -> Option<&mut TestCredential> {
        let account = self.behaviour.account.as_ref();
        let mut held = self.credentials.iter_mut().filter(|held| held.rp_id == rp_id);
        if options.allow_credentials.is_empty() {
            return held.rev().find(|held| {
                held.discoverable && account.is_none_or(|account| *account == held.user_handle)
            });
        }
        let position = |held: &TestCredential| {
            options.allow_credentials.iter().position(|allowed| allowed.id.0 == held.id)
        };
        let first = held.by_ref().filter_map(|held| Some((position(held)?, held)));
        first.min_by_key(|(position, _)| *position).map(|(_, held)| held)
    }

    fn authenticator_data(&self, credential: &TestCredential) -> AuthenticatorData {
        AuthenticatorData::new(&credential.rp_id, self.behaviour.flags(), credential.sign_count)
    }

    fn outer(&self, credential_id: &[u8]) -> Outer {
        let mut outer = Outer::new(credential_id);
        outer.attachment = self.behaviour.attachment.map(|attachment| attachment.as_str().into());
        outer
    }
}

#[cfg(test)]
mod tests;
