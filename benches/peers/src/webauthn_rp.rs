//! `webauthn_rp`, called as its README shows.

use std::hint::black_box;

use serde_json::from_slice;
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions,
    RegistrationServerState,
    bin::{Decode as _, Encode as _},
    request::{
        AsciiDomain, RpId, TimedCeremony as _,
        auth::AuthenticationVerificationOptions,
        register::{RegistrationVerificationOptions, UserHandle},
    },
    response::register::{CompressedPubKey, DynamicState, StaticState},
};

use crate::{
    Subject,
    ceremonies::{self, CHALLENGE, RP_ID, USER},
};

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

pub(crate) struct Registration {
    rp_id: RpId,
    state: Vec<u8>,
    prepared: Vec<RegistrationServerState<{ USER.len() }>>,
    json: Vec<u8>,
}

pub(crate) struct SignIn {
    rp_id: RpId,
    state: Vec<u8>,
    prepared: Vec<DiscoverableAuthenticationServerState>,
    user: UserHandle<{ USER.len() }>,
    static_state: StaticState<PublicKey>,
    dynamic_state: DynamicState,
    json: Vec<u8>,
}

fn rp_id() -> RpId {
    RpId::Domain(AsciiDomain::try_from(RP_ID.to_owned()).unwrap())
}

fn user() -> UserHandle<{ USER.len() }> {
    UserHandle::decode(USER).unwrap()
}

/// The serialized state of a ceremony, with our challenge instead of the random one.
fn with_challenge(mut state: Vec<u8>, challenge: u128) -> Vec<u8> {
    let challenge = challenge.to_le_bytes();
    let at = state.windows(challenge.len()).position(|bytes| bytes == challenge).unwrap();
    state[at..at + challenge.len()].copy_from_slice(&CHALLENGE);
    state
}

impl Registration {
    pub(crate) fn new(registration: ceremonies::Registration) -> Self {
        let (rp_id, user) = (rp_id(), user());
        let options =
            PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(&rp_id, &user);
        let (state, _) = options.start_ceremony().unwrap();
        let challenge = state.sent_challenge().encode().unwrap();
        let state = with_challenge(state.encode().unwrap(), challenge);
        Self { state, prepared: Vec::new(), json: registration.json, rp_id }
    }
}

impl Subject for Registration {
    fn prepare(&mut self, count: usize) {
        let state = || RegistrationServerState::decode(self.state.as_slice()).unwrap();
        self.prepared = (0..count).map(|_| state()).collect();
    }

    fn run(&mut self) {
        let state = self.prepared.pop().unwrap();
        let response = from_slice::<webauthn_rp::Registration>(black_box(&self.json)).unwrap();
        let options = RegistrationVerificationOptions::<&str, &str>::default();
        drop(black_box(state.verify(&self.rp_id, &response, &options).unwrap()));
    }
}

impl SignIn {
    pub(crate) fn new(registration: ceremonies::Registration, json: Vec<u8>) -> Self {
        let mut registration = Registration::new(registration);
        registration.prepare(1);
        let state = registration.prepared.pop().unwrap();
        let response = from_slice::<webauthn_rp::Registration>(&registration.json).unwrap();
        let options = RegistrationVerificationOptions::<&str, &str>::default();
        let registered = state.verify(&registration.rp_id, &response, &options).unwrap();
        let static_state = registered.static_state().encode().unwrap();
        let dynamic_state = registered.dynamic_state();

        let rp_id = rp_id();
        let options = DiscoverableCredentialRequestOptions::passkey(&rp_id);
        let (state, _) = options.start_ceremony().unwrap();
        let challenge = state.sent_challenge().encode().unwrap();
        Self {
            state: with_challenge(state.encode().unwrap(), challenge),
            rp_id,
            prepared: Vec::new(),
            user: user(),
            static_state: StaticState::decode(&static_state).unwrap(),
            dynamic_state,
            json,
        }
    }
}

impl Subject for SignIn {
    fn prepare(&mut self, count: usize) {
        let state = || DiscoverableAuthenticationServerState::decode(&self.state).unwrap();
        self.prepared = (0..count).map(|_| state()).collect();
    }

    fn run(&mut self) {
        let state = self.prepared.pop().unwrap();
        let response = from_slice::<DiscoverableAuthentication<_>>(black_box(&self.json)).unwrap();
        let mut credential = AuthenticatedCredential::new(
            response.raw_id(),
            &self.user,
            self.static_state.clone(),
            self.dynamic_state,
        )
        .unwrap();
        let options = AuthenticationVerificationOptions::<&str, &str>::default();
        let verdict = state.verify(&self.rp_id, &response, &mut credential, &options);
        black_box(verdict.unwrap());
    }
}
