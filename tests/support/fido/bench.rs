//! What a case has in its hands: a service of the tool's HTTP profile, and an authenticator.

use relying_party::test_authenticator::{
    AssertionParts, RegistrationParts, SignedAssertion, SignedRegistration, TestAuthenticator,
};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://example.com";

/// Why a service refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The code of the error.
    pub(crate) code: String,
    /// The step of the specification that failed.
    pub(crate) step: String,
}

pub(crate) type Verdict = Result<(), Refusal>;

/// A service as the tool sees it: one user, who registers credentials and signs in. Each finish step answers the latest
/// begin step.
pub(crate) trait Service {
    /// `/attestation/options`.
    fn creation_options(&mut self, request: &Value) -> Value;
    /// `/attestation/result`.
    fn register(&mut self, credential: &Value) -> Verdict;
    /// `/assertion/options`.
    fn request_options(&mut self, request: &Value) -> Value;
    /// `/assertion/result`.
    fn sign_in(&mut self, credential: &Value) -> Verdict;
}

/// A service, an authenticator, and what is asked of both.
pub(crate) struct Bench {
    pub(crate) service: Box<dyn Service>,
    pub(crate) device: TestAuthenticator,
    /// `userVerification` of requests.
    pub(crate) verification: &'static str,
    /// `attestation` of requests.
    pub(crate) attestation: &'static str,
}

impl Bench {
    pub(crate) fn creation_options(&mut self) -> Value {
        self.service.creation_options(&json!({
            "username": "ada@example.com",
            "displayName": "Ada",
            "authenticatorSelection": {
                "requireResidentKey": false,
                "userVerification": self.verification,
            },
            "attestation": self.attestation,
            "extensions": { "example.extension": true },
        }))
    }

    pub(crate) fn request_options(&mut self) -> Value {
        self.service.request_options(&json!({
            "username": "ada@example.com",
            "userVerification": self.verification,
        }))
    }

    /// Registers a credential, after changes before and after it is signed. The authenticator uses its algorithm
    /// whether it was offered or not.
    pub(crate) fn register(
        &mut self,
        tamper: impl FnOnce(&mut RegistrationParts),
        corrupt: impl FnOnce(&mut SignedRegistration),
    ) -> Verdict {
        let mut options = self.creation_options();
        let algorithms = self.device.behaviour_mut().algorithms.clone();
        options["pubKeyCredParams"] = algorithms
            .iter()
            .map(|algorithm| json!({ "type": "public-key", "alg": algorithm.id() }))
            .collect();
        let mut parts = self.device.draft_creation(&options, ORIGIN).unwrap();
        tamper(&mut parts);
        let mut signed = parts.sign().unwrap();
        corrupt(&mut signed);
        self.service.register(&signed.to_json().unwrap())
    }

    /// Registers a credential, and signs in with it after changes before and after it is signed.
    pub(crate) fn sign_in(
        &mut self,
        tamper: impl FnOnce(&mut AssertionParts),
        corrupt: impl FnOnce(&mut SignedAssertion),
    ) -> Verdict {
        self.register(|_| (), |_| ()).unwrap();
        let options = self.request_options();
        let mut parts = self.device.draft_assertion(&options, ORIGIN).unwrap();
        tamper(&mut parts);
        let mut signed = parts.sign().unwrap();
        corrupt(&mut signed);
        self.service.sign_in(&signed.to_json().unwrap())
    }
}
