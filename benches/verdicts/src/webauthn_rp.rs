//! `webauthn_rp`, called as its README shows, with its default features.
//!
//! Sign-ins are of the kind that names the allowed credentials, because a response to it may leave out the user.

use std::{collections::HashMap, error::Error, num::NonZeroU32};

use serde_json::from_str;
use webauthn_rp::{
    AuthenticatedCredential, NonDiscoverableAuthentication,
    NonDiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode as _, Encode as _},
    request::{
        AsciiDomain, Credentials as _, PublicKeyCredentialDescriptor, RpId, TimedCeremony as _,
        UserVerificationRequirement,
        auth::{
            AllowedCredentials, AuthenticationVerificationOptions,
            NonDiscoverableAuthenticationServerState,
        },
        register::{
            CoseAlgorithmIdentifier, Extension, RegistrationVerificationOptions, UserHandle,
        },
    },
    response::register::{CompressedPubKey, DynamicState, StaticState},
};

use crate::{
    ceremony::{CHALLENGE, Ceremony, Passkey, RP_ID, USER},
    peer::{Peer, Verdict},
};

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Ceremonies expire by the peer's own clock. A day is longer than any run.
const TIMEOUT: NonZeroU32 = NonZeroU32::new(24 * 60 * 60 * 1000).unwrap();

pub struct WebauthnRp {
    rp_id: RpId,
    user: UserHandle<{ USER.len() }>,
    /// An encoded state, which each ceremony decodes: to verify consumes it.
    registration: Vec<u8>,
    /// The same of sign-ins, with the passkey, by its ID.
    sign_ins: HashMap<String, SignIn>,
}

struct SignIn {
    state: Vec<u8>,
    static_state: StaticState<PublicKey>,
    dynamic_state: DynamicState,
}

/// An encoded state, with our challenge instead of the random one.
fn with_challenge(mut state: Vec<u8>, challenge: u128) -> Vec<u8> {
    let challenge = challenge.to_le_bytes();
    let at = state.windows(challenge.len()).position(|bytes| bytes == challenge).unwrap();
    state[at..at + challenge.len()].copy_from_slice(&CHALLENGE);
    state
}

impl WebauthnRp {
    pub fn new() -> Self {
        // `Cargo.toml` allows no other version.
        println!("peer: webauthn_rp 0.3.0");
        let rp_id = RpId::Domain(AsciiDomain::try_from(RP_ID.to_owned()).unwrap());
        let user = UserHandle::decode(USER).unwrap();
        let mut options =
            PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(&rp_id, &user);
        options.timeout = TIMEOUT;
        options.pub_key_cred_params =
            options.pub_key_cred_params.remove(CoseAlgorithmIdentifier::Es384);
        options.extensions = Extension::default();
        let (state, _) = options.start_ceremony().unwrap();
        let challenge = state.sent_challenge().encode().unwrap();
        let registration = with_challenge(state.encode().unwrap(), challenge);
        Self { rp_id, user, registration, sign_ins: HashMap::new() }
    }

    fn register(&self, response: &str) -> Result<(), Box<dyn Error>> {
        let response = from_str::<Registration>(response)?;
        let state = RegistrationServerState::<{ USER.len() }>::decode(&self.registration).unwrap();
        let options = RegistrationVerificationOptions::<&str, &str>::default();
        state.verify(&self.rp_id, &response, &options)?;
        Ok(())
    }

    fn sign_in(&mut self, response: &str, passkey: &Passkey) -> Result<(), Box<dyn Error>> {
        if !self.sign_ins.contains_key(&passkey.id) {
            self.sign_ins.insert(passkey.id.clone(), self.begin(passkey));
        }
        let SignIn { state, static_state, dynamic_state } = &self.sign_ins[&passkey.id];
        let response = from_str::<NonDiscoverableAuthentication<{ USER.len() }>>(response)?;
        let mut credential = AuthenticatedCredential::new(
            response.raw_id(),
            &self.user,
            static_state.clone(),
            *dynamic_state,
        )?;
        let state = NonDiscoverableAuthenticationServerState::decode(state.as_slice()).unwrap();
        let options = AuthenticationVerificationOptions::<&str, &str>::default();
        state.verify(&self.rp_id, &response, &mut credential, &options)?;
        Ok(())
    }

    fn begin(&self, passkey: &Passkey) -> SignIn {
        let response = from_str::<Registration>(&passkey.registration).unwrap();
        let state = RegistrationServerState::<{ USER.len() }>::decode(&self.registration).unwrap();
        let options = RegistrationVerificationOptions::<&str, &str>::default();
        let registered = state.verify(&self.rp_id, &response, &options).unwrap();
        let static_state = registered.static_state().encode().unwrap();

        let mut allowed = AllowedCredentials::new();
        let descriptor = PublicKeyCredentialDescriptor {
            id: registered.id().into(),
            transports: registered.transports(),
        };
        allowed.push(descriptor.into());
        let mut options =
            NonDiscoverableCredentialRequestOptions::second_factor(&self.rp_id, allowed).unwrap();
        options.options().user_verification = UserVerificationRequirement::Required;
        options.options().timeout = TIMEOUT;
        let (state, _) = options.start_ceremony().unwrap();
        let challenge = state.sent_challenge().encode().unwrap();
        SignIn {
            state: with_challenge(state.encode().unwrap(), challenge),
            static_state: StaticState::decode(&static_state).unwrap(),
            dynamic_state: registered.dynamic_state(),
        }
    }
}

impl Peer for WebauthnRp {
    fn name(&self) -> &str {
        "webauthn_rp"
    }

    fn judge(&mut self, ceremonies: &[Ceremony]) -> Vec<Verdict> {
        let judge = |ceremony: &Ceremony| {
            // It verifies no certificates.
            if ceremony.root.is_some() {
                return None;
            }
            let verdict = match &ceremony.passkey {
                None => self.register(&ceremony.response),
                Some(passkey) => self.sign_in(&ceremony.response, passkey),
            };
            Some(verdict.map_err(|error| error.to_string()))
        };
        ceremonies.iter().map(judge).collect()
    }
}
