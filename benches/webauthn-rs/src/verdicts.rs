//! `webauthn-rs-core` as a peer of `benches/verdicts`, whose `driver.rs` describes the protocol.

use std::{
    collections::HashMap,
    error::Error,
    io::{self, Write as _},
    panic,
};

use serde::Deserialize;
use serde_json::from_str;
use webauthn_rs_core::{
    WebauthnCore,
    proto::{
        AttestationCaList, AuthenticationState, Credential, RegistrationState,
        UserVerificationPolicy,
    },
};

use crate::subject::{core, registration_state, with_challenge};

/// The version in `Cargo.toml`, which allows no other.
const GREETING: &str = "webauthn-rs-core 0.6.2";

/// Ed25519, which the library knows by name only.
const EDDSA: i64 = -8;

/// The format whose every statement the library refuses: it has a hash function for RS1 alone, and does not accept RS1.
const TPM: &str = "tpm";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
struct Ceremony {
    response: String,
    passkey: Option<Passkey>,
    algorithm: i64,
    format: String,
    root: Option<String>,
}

#[derive(Deserialize)]
struct Passkey {
    id: String,
    registration: String,
}

struct Peer {
    core: WebauthnCore,
    registration: RegistrationState,
    /// The states of sign-ins by credential ID: to make one verifies a registration.
    sign_ins: HashMap<String, AuthenticationState>,
}

/// Answers ceremonies until the input ends.
pub(crate) fn serve() {
    println!("{GREETING}");
    // A panic is a rejection, and its message goes nowhere.
    panic::set_hook(Box::new(|_| ()));
    let core = core();
    let registration = registration_state(&core);
    let mut peer = Peer { core, registration, sign_ins: HashMap::new() };
    for line in io::stdin().lines() {
        let ceremony = from_str(&line.unwrap()).unwrap();
        println!("{}", peer.answer(&ceremony));
        io::stdout().flush().unwrap();
    }
}

impl Peer {
    fn answer(&mut self, ceremony: &Ceremony) -> String {
        if ceremony.algorithm == EDDSA || ceremony.format == TPM {
            return "unsupported".to_owned();
        }
        match panic::catch_unwind(panic::AssertUnwindSafe(|| self.judge(ceremony))) {
            Ok(Ok(())) => "accepted".to_owned(),
            Ok(Err(error)) => format!("rejected: {}", error.to_string().replace('\n', " ")),
            Err(_) => "rejected: panicked".to_owned(),
        }
    }

    fn judge(&mut self, ceremony: &Ceremony) -> Result<()> {
        match &ceremony.passkey {
            None => self.register(&ceremony.response, ceremony.root.as_deref()).map(drop),
            Some(passkey) => self.sign_in(&ceremony.response, passkey),
        }
    }

    fn register(&self, response: &str, root: Option<&str>) -> Result<Credential> {
        let response = from_str(response)?;
        let authorities = root.map(|pem| AttestationCaList::try_from(pem.as_bytes()).unwrap());
        Ok(self.core.register_credential(&response, &self.registration, authorities.as_ref())?)
    }

    fn sign_in(&mut self, response: &str, passkey: &Passkey) -> Result<()> {
        if !self.sign_ins.contains_key(&passkey.id) {
            let credential = self.register(&passkey.registration, None).unwrap();
            let policy = Some(UserVerificationPolicy::Required);
            let builder = self.core.new_challenge_authenticate_builder(vec![credential], policy)?;
            let (_, state) = self.core.generate_challenge_authenticate(builder)?;
            self.sign_ins.insert(passkey.id.clone(), with_challenge(&state));
        }
        let response = from_str(response)?;
        self.core.authenticate_credential(&response, &self.sign_ins[&passkey.id])?;
        Ok(())
    }
}
