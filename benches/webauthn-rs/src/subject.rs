//! `webauthn-rs-core`, called as `webauthn-rs` calls it.

use std::{collections::BTreeMap, hint::black_box, sync::LazyLock, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, from_slice, from_str, from_value, json, to_value};
use url::Url;
use uuid::Uuid;
use webauthn_rs_core::{
    WebauthnCore,
    proto::{
        AttestationCaList, AttestationCaListBuilder, AuthenticationState, COSEAlgorithm,
        Credential, RegistrationState, UserVerificationPolicy,
    },
};

const RP_ID: &str = "example.com";
const ORIGIN: &str = "https://example.com";
const CHALLENGE: [u8; 16] = [0x5c; 16];
const USER: [u8; 16] = [0x75; 16];

static RECORDED: LazyLock<Value> =
    LazyLock::new(|| from_str(include_str!("../../ceremonies/recorded.json")).unwrap());

/// A ceremony that the library accepts, ready to be verified.
pub(crate) enum Subject {
    Registration(Registration),
    SignIn(SignIn),
}

pub(crate) struct Registration {
    core: WebauthnCore,
    state: RegistrationState,
    json: Vec<u8>,
    authorities: Option<AttestationCaList>,
}

pub(crate) struct SignIn {
    core: WebauthnCore,
    state: AuthenticationState,
    json: Vec<u8>,
}

impl Subject {
    /// `ALGORITHM/CEREMONY`; `None` if the library does not accept it.
    pub(crate) fn new(name: &str) -> Option<Self> {
        match name.split_once('/').unwrap() {
            (algorithm, "sign-in") => SignIn::new(algorithm).map(Self::SignIn),
            (algorithm, attestation) => {
                let registration = Registration::new(&RECORDED[algorithm][attestation]);
                registration.credential().is_some().then_some(Self::Registration(registration))
            }
        }
    }

    /// From the bytes of a response to the verdict.
    pub(crate) fn run(&self) {
        match self {
            Self::Registration(registration) => {
                drop(black_box(registration.credential().unwrap()));
            }
            Self::SignIn(sign_in) => sign_in.run(),
        }
    }
}

pub(crate) fn core() -> WebauthnCore {
    let origins = vec![Url::parse(ORIGIN).unwrap()];
    let timeout = Duration::from_secs(300);
    WebauthnCore::new_unsafe_experts_only("Example", RP_ID, origins, timeout, None, None)
}

fn text(recorded: &Value, member: &str) -> Vec<u8> {
    recorded[member].as_str().unwrap().as_bytes().to_vec()
}

fn bytes(recorded: &Value, member: &str) -> Option<Vec<u8>> {
    Some(URL_SAFE_NO_PAD.decode(recorded.get(member)?.as_str().unwrap()).unwrap())
}

/// Trusts this root for the model of the registration.
fn trusting(root: &[u8], authenticator_data: &[u8]) -> AttestationCaList {
    // The RP ID hash, flags and counter come before the AAGUID (§6.1).
    let aaguid = Uuid::from_slice(&authenticator_data[37..53]).unwrap();
    let mut builder = AttestationCaListBuilder::new();
    builder.insert_device_der(root, aaguid, "Test".to_owned(), BTreeMap::new()).unwrap();
    builder.build()
}

/// The serialized state of a ceremony, with the recorded challenge instead of the random one.
pub(crate) fn with_challenge<T: serde::Serialize + serde::de::DeserializeOwned>(state: &T) -> T {
    let mut state: Value = to_value(state).unwrap();
    state["challenge"] = json!(URL_SAFE_NO_PAD.encode(CHALLENGE));
    from_value(state).unwrap()
}

/// A registration that requires user verification, with the recorded challenge.
pub(crate) fn registration_state(core: &WebauthnCore) -> RegistrationState {
    let builder = core.new_challenge_register_builder(&USER, "alice", "Alice").unwrap();
    let algorithms = vec![COSEAlgorithm::ES256, COSEAlgorithm::RS256];
    let builder = builder
        .user_verification_policy(UserVerificationPolicy::Required)
        .credential_algorithms(algorithms);
    let (_, state) = core.generate_challenge_register(builder).unwrap();
    with_challenge(&state)
}

impl Registration {
    fn new(recorded: &Value) -> Self {
        let core = core();
        let authorities = bytes(recorded, "root")
            .map(|root| trusting(&root, &bytes(recorded, "authenticatorData").unwrap()));
        Self { state: registration_state(&core), core, json: text(recorded, "json"), authorities }
    }

    fn credential(&self) -> Option<Credential> {
        let response = from_slice(black_box(&self.json)).unwrap();
        self.core.register_credential(&response, &self.state, self.authorities.as_ref()).ok()
    }
}

impl SignIn {
    fn new(algorithm: &str) -> Option<Self> {
        let core = core();
        let credentials = vec![Registration::new(&RECORDED[algorithm]["none"]).credential()?];
        let policy = Some(UserVerificationPolicy::Required);
        let builder = core.new_challenge_authenticate_builder(credentials, policy).unwrap();
        let (_, state) = core.generate_challenge_authenticate(builder).unwrap();
        let json = text(&RECORDED[algorithm]["sign-in"], "json");
        Some(Self { state: with_challenge(&state), core, json })
    }

    fn run(&self) {
        let response = from_slice(black_box(&self.json)).unwrap();
        drop(black_box(self.core.authenticate_credential(&response, &self.state).unwrap()));
    }
}
