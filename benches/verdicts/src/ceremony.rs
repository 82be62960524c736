//! Ceremonies: a device, what it does, and what is tampered with.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::test_authenticator::{
    SignCounter, TestAlgorithm, TestAttestation, TestAuthenticator,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{assertion, registration};

pub const RP_ID: &str = "example.com";
pub const ORIGIN: &str = "https://example.com";
/// 16 bytes, the one length that `webauthn_rp` has.
pub const CHALLENGE: [u8; 16] = [0x5c; 16];
pub const USER: [u8; 16] = [0x75; 16];

/// A ceremony as drivers get it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ceremony {
    /// The name of the tampering.
    #[serde(skip)]
    pub tampering: &'static str,
    /// Algorithm and attestation.
    #[serde(skip)]
    pub subject: &'static str,
    /// The response as JSON text.
    pub response: String,
    /// Of a sign-in, the passkey.
    pub passkey: Option<Passkey>,
}

/// What a relying party keeps of an honest registration.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    /// base64url.
    pub id: String,
    /// The `COSE_Key` in base64url.
    pub public_key: String,
    pub sign_count: u32,
    pub backup_eligible: bool,
    /// The registration as JSON text, for peers that store their own record of it.
    pub registration: String,
}

impl Ceremony {
    pub fn kind(&self) -> &'static str {
        if self.passkey.is_some() { "sign-in" } else { "registration" }
    }
}

/// A kind of authenticator, of a seed.
pub struct Device {
    subject: &'static str,
    algorithm: TestAlgorithm,
    authenticator: TestAuthenticator,
}

pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub fn all(seed: u64) -> Vec<Self> {
        use TestAttestation::{None, PackedSelf};
        let kinds = [
            ("ES256 none", TestAlgorithm::Es256, None),
            ("EdDSA none", TestAlgorithm::EdDsa, None),
            ("RS256 none", TestAlgorithm::Rs256, None),
            ("ES256 self", TestAlgorithm::Es256, PackedSelf),
            ("EdDSA self", TestAlgorithm::EdDsa, PackedSelf),
            ("RS256 self", TestAlgorithm::Rs256, PackedSelf),
        ];
        let device = |(subject, algorithm, attestation)| {
            let authenticator = TestAuthenticator::new(format!("{subject} {seed}")).with(|it| {
                it.algorithms = vec![algorithm];
                it.attestation = attestation;
                it.counter = SignCounter::Counting;
            });
            Self { subject, algorithm, authenticator }
        };
        kinds.into_iter().map(device).collect()
    }

    /// Every ceremony of this device, honest and tampered with.
    pub fn ceremonies(mut self, seed: u64) -> Vec<Ceremony> {
        let creation = json!({
            "rp": { "id": RP_ID, "name": "Example" },
            "user": { "id": encoded(&USER), "name": "alice", "displayName": "Alice" },
            "challenge": encoded(&CHALLENGE),
            "pubKeyCredParams": [{ "type": "public-key", "alg": self.algorithm.id() }],
        });
        let request = json!({ "rpId": RP_ID, "challenge": encoded(&CHALLENGE) });
        let mut ceremonies = Vec::new();
        for (tampering, tamper) in registration::tamperings() {
            let mut parts = self.authenticator.clone().draft_creation(&creation, ORIGIN).unwrap();
            (tamper.parts)(&mut parts, seed);
            let mut signed = parts.sign().unwrap();
            (tamper.signed)(&mut signed, seed);
            let Ok(response) = signed.to_json() else { panic!("{tampering}") };
            ceremonies.push(self.ceremony(tampering, &response, None));
        }
        // Without an attestation, as most are: the key and its use are the same.
        if self.subject.ends_with("self") {
            return ceremonies;
        }
        let parts = self.authenticator.draft_creation(&creation, ORIGIN).unwrap();
        let attested = parts.authenticator_data.attested.clone().unwrap();
        let passkey = Passkey {
            id: encoded(&attested.credential_id),
            public_key: encoded(&attested.public_key.to_vec().unwrap()),
            sign_count: parts.authenticator_data.sign_count,
            backup_eligible: true,
            registration: parts.sign().unwrap().to_json().unwrap().to_string(),
        };
        for (tampering, tamper) in assertion::tamperings() {
            let mut parts = self.authenticator.clone().draft_assertion(&request, ORIGIN).unwrap();
            (tamper.parts)(&mut parts, seed);
            let mut signed = parts.sign().unwrap();
            (tamper.signed)(&mut signed, seed);
            let Ok(response) = signed.to_json() else { panic!("{tampering}") };
            ceremonies.push(self.ceremony(tampering, &response, Some(passkey.clone())));
        }
        ceremonies
    }

    fn ceremony(
        &self,
        tampering: &'static str,
        response: &Value,
        passkey: Option<Passkey>,
    ) -> Ceremony {
        Ceremony { tampering, subject: self.subject, response: response.to_string(), passkey }
    }
}

/// A tampering: before it is signed, and afterwards. Either gets a number to vary with.
pub struct Tamper<P, S> {
    pub parts: Box<dyn Fn(&mut P, u64)>,
    pub signed: Box<dyn Fn(&mut S, u64)>,
}

pub fn before<P, S>(parts: impl Fn(&mut P, u64) + 'static) -> Tamper<P, S> {
    Tamper { parts: Box::new(parts), signed: Box::new(|_, _| ()) }
}

pub fn after<P, S>(signed: impl Fn(&mut S, u64) + 'static) -> Tamper<P, S> {
    Tamper { parts: Box::new(|_, _| ()), signed: Box::new(signed) }
}

/// Flips the bit that the number says.
pub fn flip(bytes: &mut [u8], bit: u64) {
    let length = bytes.len() as u64;
    if let Some(byte) = bytes.get_mut(usize::try_from(bit / 8 % length.max(1)).unwrap()) {
        *byte ^= 1 << (bit % 8);
    }
}
