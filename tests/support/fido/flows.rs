//! The flows of the core as a service of the tool's profile, with the step at which they refuse.

use std::sync::Arc;

use relying_party::{
    AttestationLevel, AttestationPolicy, Challenge, CreatePasskey, Error, ListPasskeys, Passkey,
    Posted, RelyingParty, SessionBinding, Settings, SignIn, SignInRequest, SignedInUser,
    UserHandle,
    ceremony::{
        AuthenticationExpectation, CeremonyError, CredentialRecord, Explanation,
        RegistrationExpectation, StepVerdict, explain_authentication, explain_registration,
    },
    crypto::RustCrypto,
    extensions::{RegistrationInputs, RequestedExtensions},
    flow::{BeginOptions, CreationStart, SignInStart},
    json::{AttestationConveyance, AuthenticationResponse, RegistrationResponse, UserVerification},
    mds::Metadata,
    store::{self, MemoryStore, RunError},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    bench::{ORIGIN, Refusal, Service, Verdict},
    metadata::NOW,
};

/// Under which settings the flows run.
pub(crate) enum Profile {
    /// `Settings::conformance`, with what could be read of the metadata.
    Conformance(Option<Arc<Metadata>>),
    /// What a host gets that decides nothing.
    Default,
}

pub(crate) struct Flows {
    profile: Profile,
    store: MemoryStore,
    challenges: u8,
    user: SignedInUser,
    creation: Option<(RelyingParty, CreationStart)>,
    sign_in: Option<(RelyingParty, SignInStart)>,
}

impl Flows {
    pub(crate) fn new(profile: Profile) -> Self {
        let handle = UserHandle::try_from(&b"ada"[..]).unwrap();
        Self {
            profile,
            store: MemoryStore::new(),
            challenges: 0,
            user: SignedInUser::new(handle, "ada@example.com", "Ada"),
            creation: None,
            sign_in: None,
        }
    }

    /// The relying party of a request, which may ask for user verification and attestation.
    fn relying_party(
        &self,
        verification: Option<&Value>,
        conveyance: Option<&Value>,
    ) -> RelyingParty {
        let builder = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        let Profile::Conformance(metadata) = &self.profile else {
            return builder.build().unwrap();
        };
        let verification = read(verification).unwrap_or(UserVerification::Preferred);
        let conveyance = read(conveyance).unwrap_or(AttestationConveyance::None);
        let settings = Settings::conformance().user_verification(verification);
        let builder = if conveyance == AttestationConveyance::None {
            // Clients then remove the statement, so that nothing could be trusted.
            let settings = settings.attestation(conveyance, AttestationLevel::Ignored);
            builder.settings(settings.build().unwrap())
        } else {
            let policy = match metadata {
                Some(metadata) => AttestationPolicy::conformance(metadata.clone()),
                None => AttestationPolicy::trusted(),
            };
            builder.settings(settings.build().unwrap()).attestation(conveyance, policy)
        };
        builder.build().unwrap()
    }

    fn challenge(&mut self) -> Challenge {
        self.challenges += 1;
        Challenge::from([self.challenges; 32])
    }

    fn passkeys(&self, rp: &RelyingParty) -> Vec<Passkey> {
        let list = ListPasskeys::begin(rp, self.user.handle());
        store::run(&self.store, list).unwrap().passkeys
    }
}

impl Service for Flows {
    fn creation_options(&mut self, request: &Value) -> Value {
        let verification = request.pointer("/authenticatorSelection/userVerification");
        let rp = self.relying_party(verification, request.get("attestation"));
        let challenge = self.challenge();
        let mut inputs = RegistrationInputs::default();
        for (identifier, input) in request["extensions"].as_object().into_iter().flatten() {
            inputs = inputs.raw(identifier, input).unwrap();
        }
        let options = BeginOptions::new(session()).extensions(inputs);
        let begin = CreatePasskey::begin(&rp, &self.user, options, challenge, NOW);
        let start = store::run(&self.store, begin).unwrap();
        let options = serde_json::to_value(&start.public_key).unwrap();
        self.creation = Some((rp, start));
        options
    }

    fn register(&mut self, credential: &Value) -> Verdict {
        let (rp, start) = self.creation.take().unwrap();
        let text = credential.to_string();
        let posted =
            Posted { session: session(), ceremony: start.ceremony_id, response: text.as_bytes() };
        let finish = CreatePasskey::finish(&rp, self.user.handle(), posted, NOW);
        let Err(error) = store::run(&self.store, finish) else { return Ok(()) };
        let RunError::Flow(error) = error;
        let challenge = decoded_challenge(&serde_json::to_value(&start.public_key).unwrap());
        let explanation = RegistrationResponse::parse(text.as_bytes()).ok().map(|response| {
            let expected = RegistrationExpectation {
                rp_id: rp.rp_id(),
                origins: rp.origins(),
                bound_origin: None,
                check_token_binding: rp.settings().check_token_binding(),
                challenge: &challenge,
                user_verification: rp.user_verification(),
                algorithms: rp.algorithms(),
                conditional: false,
                attestation: rp.attestation(),
                extensions: &RequestedExtensions::default(),
                verifier: &RustCrypto,
                now: NOW,
            };
            explain_registration(&response, &expected)
        });
        Err(refusal(&error, "§7.1", explanation.as_ref()))
    }

    fn request_options(&mut self, request: &Value) -> Value {
        let rp = self.relying_party(request.get("userVerification"), None);
        let challenge = self.challenge();
        let account = SignInRequest::for_account(self.user.handle());
        let begin = SignIn::begin(&rp, account, session(), challenge, NOW);
        let start = store::run(&self.store, begin).unwrap();
        let options = serde_json::to_value(&start.public_key).unwrap();
        self.sign_in = Some((rp, start));
        options
    }

    fn sign_in(&mut self, credential: &Value) -> Verdict {
        let (rp, start) = self.sign_in.take().unwrap();
        let text = credential.to_string();
        let passkeys = self.passkeys(&rp);
        let posted =
            Posted { session: session(), ceremony: start.ceremony_id, response: text.as_bytes() };
        let Err(error) = store::run(&self.store, SignIn::finish(&rp, posted, NOW)) else {
            return Ok(());
        };
        let RunError::Flow(error) = error;
        let challenge = decoded_challenge(&serde_json::to_value(&start.public_key).unwrap());
        let user = self.user.handle();
        let explanation = AuthenticationResponse::parse(text.as_bytes()).ok().map(|response| {
            let expected = AuthenticationExpectation {
                rp_id: rp.rp_id(),
                origins: rp.origins(),
                bound_origin: None,
                check_token_binding: rp.settings().check_token_binding(),
                challenge: &challenge,
                user_verification: rp.user_verification(),
                allow_credentials: &[passkeys[0].credential_id.clone()],
                user: Some(user.as_bytes()),
                counter_rule: rp.settings().counter_rule(),
                backup_eligibility_rule: rp.settings().backup_eligibility_rule(),
                find_by_credential_id: false,
                extensions: &RequestedExtensions::default(),
                verifier: &RustCrypto,
            };
            explain_authentication(&response, &expected, &CredentialRecord::from(&passkeys[0]))
        });
        Err(refusal(&error, "§7.2", explanation.as_ref()))
    }
}

fn session() -> SessionBinding {
    SessionBinding::of("the session of the conformance tool")
}

fn read<T: DeserializeOwned>(value: Option<&Value>) -> Option<T> {
    serde_json::from_value(value?.clone()).ok()
}

fn decoded_challenge(options: &Value) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(options["challenge"].as_str().unwrap()).unwrap()
}

/// The flow's error, with the step at which the explanation of the same response fails for the same reason. A response
/// that cannot be read is none of step 3.
fn refusal(error: &Error, section: &str, explanation: Option<&Explanation>) -> Refusal {
    let (Error::Registration(found) | Error::Authentication(found)) = error else {
        panic!("not a verdict on the response: {error}");
    };
    let step = if let Some(explanation) = explanation {
        let failure = explanation.failure().unwrap();
        assert_eq!(failure.error(), Some(found));
        named(failure)
    } else {
        assert!(matches!(found, CeremonyError::Malformed(_)), "{found}");
        format!("{section} step 3 response")
    };
    Refusal { code: error.code().into(), step }
}

fn named(step: &StepVerdict) -> String {
    let number = step.number.map(|number| format!(" step {number}")).unwrap_or_default();
    format!("{}{number} {}", step.section, step.name)
}
