//! Ceremonies: a device, what it does, and what is tampered with.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use relying_party::{
    Aaguid,
    test_authenticator::{
        SignCounter, TestAlgorithm, TestAttestation, TestAttester, TestAuthenticator,
        TestAuthenticatorError, TestAuthority, TestKey,
    },
};
use serde::Serialize;
use serde_json::json;

use crate::{
    assertion, certified,
    flip::{Bit, Turn},
    registration,
};

pub const RP_ID: &str = "example.com";
pub const ORIGIN: &str = "https://example.com";
/// 16 bytes, the one length that `webauthn_rp` has.
pub const CHALLENGE: [u8; 16] = [0x5c; 16];
pub const USER: [u8; 16] = [0x75; 16];

/// A ceremony without a tampering, which everyone must accept.
pub const HONEST: &str = "honest";

/// A ceremony as drivers get it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ceremony {
    /// The name of the tampering.
    #[serde(skip)]
    pub tampering: &'static str,
    #[serde(skip)]
    pub flipped: Option<Bit>,
    /// Algorithm and attestation.
    #[serde(skip)]
    pub subject: &'static str,
    /// The response as JSON text.
    pub response: String,
    /// Of a sign-in, the passkey.
    pub passkey: Option<Passkey>,
    /// The number of the algorithm of the honest key.
    pub algorithm: i64,
    /// The format of the honest attestation.
    pub format: &'static str,
    /// The only root that attestation may lead to, in PEM. Without one, any attestation will do.
    pub root: Option<String>,
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
    /// Its place among the devices.
    number: u64,
    subject: &'static str,
    algorithm: TestAlgorithm,
    authenticator: TestAuthenticator,
    format: &'static str,
    /// What certifies its attestation.
    attester: Option<TestAttester>,
}

pub fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub fn all(seed: u64) -> Vec<Self> {
        use TestAlgorithm::{EdDsa, Es256, Rs256};
        let attester =
            |algorithm| TestAttester::with_algorithm(algorithm, &format!("{seed}")).unwrap();
        let devices = vec![
            Self::new("ES256 none", Es256, TestAttestation::None, None, seed),
            Self::new("EdDSA none", EdDsa, TestAttestation::None, None, seed),
            Self::new("RS256 none", Rs256, TestAttestation::None, None, seed),
            Self::new("ES256 self", Es256, TestAttestation::PackedSelf, None, seed),
            Self::new("EdDSA self", EdDsa, TestAttestation::PackedSelf, None, seed),
            Self::new("RS256 self", Rs256, TestAttestation::PackedSelf, None, seed),
            Self::certified("ES256 packed", Es256, TestAttestation::Packed, attester(Es256), seed),
            // As in Windows.
            Self::certified("RS256 tpm", Rs256, TestAttestation::Tpm, attester(Rs256), seed),
            Self::certified(
                "ES256 android-key",
                Es256,
                TestAttestation::AndroidKey,
                with_root(attester(Es256)),
                seed,
            ),
            Self::certified("ES256 apple", Es256, TestAttestation::Apple, attester(Es256), seed),
            Self::certified("ES256 fido-u2f", Es256, TestAttestation::FidoU2f, u2f(seed), seed),
        ];
        (0..).zip(devices).map(|(number, device)| Self { number, ..device }).collect()
    }

    fn new(
        subject: &'static str,
        algorithm: TestAlgorithm,
        attestation: TestAttestation,
        attester: Option<TestAttester>,
        seed: u64,
    ) -> Self {
        let format = attestation.fmt();
        let authenticator = TestAuthenticator::new(format!("{subject} {seed}")).with(|it| {
            it.algorithms = vec![algorithm];
            it.attestation = attestation;
            it.counter = SignCounter::Counting;
            if format == "fido-u2f" {
                // U2F keys do not say their model.
                it.aaguid = Aaguid::new([0; 16]);
            }
        });
        Self { number: 0, subject, algorithm, authenticator, format, attester }
    }

    fn certified(
        subject: &'static str,
        algorithm: TestAlgorithm,
        attestation: fn(TestAttester) -> TestAttestation,
        attester: TestAttester,
        seed: u64,
    ) -> Self {
        Self::new(subject, algorithm, attestation(attester.clone()), Some(attester), seed)
    }

    /// Every ceremony of this device: honest, and tampered with in something whose name contains the text.
    pub fn ceremonies(mut self, seed: u64, only: &str) -> Vec<Ceremony> {
        let creation = json!({
            "rp": { "id": RP_ID, "name": "Example" },
            "user": { "id": encoded(&USER), "name": "alice", "displayName": "Alice" },
            "challenge": encoded(&CHALLENGE),
            "pubKeyCredParams": [{ "type": "public-key", "alg": self.algorithm.id() }],
        });
        let request = json!({ "rpId": RP_ID, "challenge": encoded(&CHALLENGE) });
        let mut ceremonies = Vec::new();
        let tamperings = match &self.attester {
            None => registration::tamperings(),
            Some(attester) => certified::tamperings(self.format, attester),
        };
        let is_wanted = |tampering: &str| tampering == HONEST || tampering.contains(only);
        for (tampering, tamper) in tamperings.into_iter().filter(|(name, _)| is_wanted(name)) {
            for turn in Turn::all(seed, self.number) {
                let mut authenticator = self.authenticator.clone();
                let mut parts = authenticator.draft_creation(&creation, ORIGIN).unwrap();
                if self.format == "tpm" {
                    parts.tamper_statement(certified::name_vendor);
                }
                (tamper.parts)(&mut parts, &turn);
                let mut signed = match parts.sign() {
                    Ok(signed) => signed,
                    // No statement can be made: U2F keys sign the credential ID, which may be missing.
                    Err(TestAuthenticatorError::Attestation) if self.attester.is_some() => break,
                    Err(error) => panic!("{tampering}: {error}"),
                };
                (tamper.signed)(&mut signed, &turn);
                let Ok(response) = signed.to_json() else { panic!("{tampering}") };
                let response = (tamper.text)(response.to_string());
                self.add(&mut ceremonies, tampering, &turn, response, None);
                if turn.is_last() {
                    break;
                }
            }
        }
        // Without an attestation, as most are: the key and its use are the same.
        if self.format != "none" {
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
        let mut sign_ins = Vec::new();
        let tamperings = assertion::tamperings();
        for (tampering, tamper) in tamperings.into_iter().filter(|(name, _)| is_wanted(name)) {
            for turn in Turn::all(seed, self.number) {
                let mut authenticator = self.authenticator.clone();
                let mut parts = authenticator.draft_assertion(&request, ORIGIN).unwrap();
                (tamper.parts)(&mut parts, &turn);
                let mut signed = parts.sign().unwrap();
                (tamper.signed)(&mut signed, &turn);
                let Ok(response) = signed.to_json() else { panic!("{tampering}") };
                let response = (tamper.text)(response.to_string());
                self.add(&mut sign_ins, tampering, &turn, response, Some(&passkey));
                if turn.is_last() {
                    break;
                }
            }
        }
        ceremonies.append(&mut sign_ins);
        ceremonies
    }

    /// Adds a ceremony to the others of its kind, of which the first is honest. A tampering that does not apply to this
    /// device changes nothing, and makes no ceremony.
    fn add(
        &self,
        ceremonies: &mut Vec<Ceremony>,
        tampering: &'static str,
        turn: &Turn,
        response: String,
        passkey: Option<&Passkey>,
    ) {
        if ceremonies.first().is_some_and(|honest| honest.response == response) {
            return;
        }
        let root = self.attester.as_ref().map(|attester| pem(&attester.root));
        ceremonies.push(Ceremony {
            tampering,
            flipped: turn.flipped(),
            subject: self.subject,
            response,
            passkey: passkey.cloned(),
            algorithm: self.algorithm.id(),
            format: self.format,
            root,
        });
    }
}

/// The attester of a U2F key: its certificate is the only one in the statement, so the root issues it.
fn u2f(seed: u64) -> TestAttester {
    let root = TestAuthority::root(&format!("{seed}: U2F root")).unwrap();
    let key = TestKey::from_seed(TestAlgorithm::Es256, format!("{seed}: U2F batch")).unwrap();
    TestAttester::of(key, root)
}

/// Android's statements contain the root, and peers look for it there.
fn with_root(mut attester: TestAttester) -> TestAttester {
    attester.chain.push(attester.root.clone());
    attester
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap());
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}

/// A tampering: before it is signed, afterwards, and in the text of the response. The first two vary with the turn.
pub struct Tamper<P, S> {
    pub parts: Edit<P>,
    pub signed: Edit<S>,
    pub text: Box<dyn Fn(String) -> String>,
}

pub type Edit<T> = Box<dyn Fn(&mut T, &Turn)>;

pub fn before<P, S>(parts: impl Fn(&mut P, &Turn) + 'static) -> Tamper<P, S> {
    Tamper { parts: Box::new(parts), ..text(|it| it) }
}

pub fn after<P, S>(signed: impl Fn(&mut S, &Turn) + 'static) -> Tamper<P, S> {
    Tamper { signed: Box::new(signed), ..text(|it| it) }
}

pub fn text<P, S>(text: impl Fn(String) -> String + 'static) -> Tamper<P, S> {
    Tamper { parts: Box::new(|_, _| ()), signed: Box::new(|_, _| ()), text: Box::new(text) }
}

/// What a tampering makes of the text of a response.
type EditText = fn(String) -> String;

/// What is tampered with in the text of any response.
pub const TEXTS: &[(&str, EditText)] = &[
    ("JSON: a byte order mark", |it| format!("\u{feff}{it}")),
    ("JSON: white space around it", |it| format!(" \n{it}\t\r\n")),
    ("JSON: bytes behind", |it| it + "x"),
    ("JSON: cut", |it| it[..it.len() - 1].into()),
    ("JSON: empty", |_| String::new()),
    ("JSON: in an array", |it| format!("[{it}]")),
    ("JSON: type twice, the right one last", |it| it.replacen('{', r#"{"type":"password","#, 1)),
    ("JSON: response twice, the right one last", |it| it.replacen('{', r#"{"response":{},"#, 1)),
    ("JSON: 10,000 arrays within each other", |it| {
        let arrays = "[".repeat(10_000) + &"]".repeat(10_000);
        it.replacen('{', &format!(r#"{{"unknown":{arrays},"#), 1)
    }),
];

/// The same bytes in base64url that no encoder writes: the last letter has bits that count for nothing.
pub fn with_other_unused_bits(text: &str) -> String {
    assert!(!text.len().is_multiple_of(4), "every bit of {text} counts");
    let mut text = text.to_owned();
    let last = text.pop().unwrap();
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = ALPHABET.find(last).unwrap();
    text.push(char::from(ALPHABET.as_bytes()[at + 1]));
    text
}
