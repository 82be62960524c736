//! `webauthn-rs-core`, called as `webauthn-rs` calls it.

use std::{collections::BTreeMap, hint::black_box, time::Duration};

use relying_party::AuthenticatorData;
use serde_json::{Value, from_slice, from_value, json, to_value};
use url::Url;
use uuid::Uuid;
use webauthn_rs_core::{
    WebauthnCore,
    proto::{
        AttestationCaList, AttestationCaListBuilder, AuthenticationState, COSEAlgorithm,
        Credential, RegistrationState, UserVerificationPolicy,
    },
};

use crate::{
    Subject,
    ceremonies::{self, CHALLENGE, ORIGIN, RP_ID, USER, encoded},
};

/// It knows Ed25519 by name only.
pub(crate) fn supports(algorithm: &str) -> bool {
    algorithm != "EdDSA"
}

pub(crate) struct SignIn {
    core: WebauthnCore,
    state: AuthenticationState,
    json: Vec<u8>,
}

pub(crate) struct Registration {
    core: WebauthnCore,
    state: RegistrationState,
    json: Vec<u8>,
    authorities: Option<AttestationCaList>,
}

fn core() -> WebauthnCore {
    let origins = vec![Url::parse(ORIGIN).unwrap()];
    let timeout = Duration::from_secs(300);
    WebauthnCore::new_unsafe_experts_only("Example", RP_ID, origins, timeout, None, None)
}

/// Trusts this root for the model of the registration.
fn trusting(root: &[u8], registration: &ceremonies::Registration) -> AttestationCaList {
    let data = AuthenticatorData::parse(&registration.authenticator_data).unwrap();
    let aaguid = data.attested_credential_data().unwrap().aaguid;
    let aaguid = Uuid::from_bytes(*aaguid.as_bytes());
    let mut builder = AttestationCaListBuilder::new();
    builder.insert_device_der(root, aaguid, "Test".to_owned(), BTreeMap::new()).unwrap();
    builder.build()
}

/// The state of a ceremony, which serialises, with our challenge for the random one.
fn with_challenge<T: serde::Serialize + serde::de::DeserializeOwned>(state: &T) -> T {
    let mut state: Value = to_value(state).unwrap();
    state["challenge"] = json!(encoded(&CHALLENGE));
    from_value(state).unwrap()
}

impl Registration {
    pub(crate) fn new(registration: ceremonies::Registration) -> Self {
        let core = core();
        let builder = core.new_challenge_register_builder(&USER, "alice", "Alice").unwrap();
        let algorithms = vec![COSEAlgorithm::ES256, COSEAlgorithm::RS256];
        let builder = builder
            .user_verification_policy(UserVerificationPolicy::Required)
            .credential_algorithms(algorithms);
        let (_, state) = core.generate_challenge_register(builder).unwrap();
        let authorities = registration.root.as_deref().map(|root| trusting(root, &registration));
        Self { state: with_challenge(&state), core, json: registration.json, authorities }
    }

    /// Whether it takes a registration of this kind at all.
    pub(crate) fn is_accepted(&self) -> bool {
        let response = from_slice(&self.json).unwrap();
        self.core.register_credential(&response, &self.state, self.authorities.as_ref()).is_ok()
    }

    fn credential(&self) -> Credential {
        let response = from_slice(black_box(&self.json)).unwrap();
        self.core.register_credential(&response, &self.state, self.authorities.as_ref()).unwrap()
    }
}

impl Subject for Registration {
    fn run(&mut self) {
        drop(black_box(self.credential()));
    }
}

impl SignIn {
    pub(crate) fn new(registration: ceremonies::Registration, json: Vec<u8>) -> Self {
        let core = core();
        let credentials = vec![Registration::new(registration).credential()];
        let policy = Some(UserVerificationPolicy::Required);
        let builder = core.new_challenge_authenticate_builder(credentials, policy).unwrap();
        let (_, state) = core.generate_challenge_authenticate(builder).unwrap();
        Self { state: with_challenge(&state), core, json }
    }
}

impl Subject for SignIn {
    fn run(&mut self) {
        let response = from_slice(black_box(&self.json)).unwrap();
        drop(black_box(self.core.authenticate_credential(&response, &self.state).unwrap()));
    }
}
