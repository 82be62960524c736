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
    prepared: Vec<RegistrationServerState<{ USER.len() }>>,
    json: Vec<u8>,
}

pub(crate) struct SignIn {
    rp_id: RpId,
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
        Self { rp_id: rp_id(), prepared: Vec::new(), json: registration.json }
    }

    /// The serialized state of a new ceremony. It expires after minutes, and a whole measurement takes longer.
    fn begin(&self) -> Vec<u8> {
        let user = user();
        let options = PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(
            &self.rp_id,
            &user,
        );
        let (state, _) = options.start_ceremony().unwrap();
        let challenge = state.sent_challenge().encode().unwrap();
        with_challenge(state.encode().unwrap(), challenge)
    }
}

impl Subject for Registration {
    fn prepare(&mut self, count: usize) {
        let begun = self.begin();
        let state = || RegistrationServerState::decode(begun.as_slice()).unwrap();
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

        Self {
            rp_id: registration.rp_id,
            prepared: Vec::new(),
            user: user(),
            static_state: StaticState::decode(&static_state).unwrap(),
            dynamic_state,
            json,
        }
    }

    /// The serialized state of a new ceremony, as for registrations.
    fn begin(&self) -> Vec<u8> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.rp_id);
        let (state, _) = options.start_ceremony().unwrap();
        let challenge = state.sent_challenge().encode().unwrap();
        with_challenge(state.encode().unwrap(), challenge)
    }
}

impl Subject for SignIn {
    fn prepare(&mut self, count: usize) {
        let begun = self.begin();
        let state = || DiscoverableAuthenticationServerState::decode(&begun).unwrap();
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
