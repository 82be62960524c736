//! The example that decodes and explains a response: what it says of good, bad and broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[allow(dead_code, reason = "the process around it reads files")]
#[path = "../examples/inspect/inspect/mod.rs"]
mod inspect;

use std::{collections::HashMap, io};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use relying_party::{
    AttestationObject, PasskeyImport, Timestamp,
    crypto::RustCrypto,
    policy::RpId,
    test_authenticator::{TestAlgorithm, TestAttestation, TestAuthenticator, flags},
};
use serde_json::{Value, json};

const ORIGIN: &str = "https://example.com";

/// Files by their names, and the device that made them.
struct Desk {
    files: HashMap<&'static str, Vec<u8>>,
    device: TestAuthenticator,
}

impl Desk {
    /// A registration, a sign-in, and the options of both.
    fn new() -> Self {
        let creation = json!({
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": "YWRh", "name": "ada", "displayName": "Ada"},
            "challenge": "A".repeat(43),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            "authenticatorSelection": {"userVerification": "required"},
        });
        let request = json!({"publicKey": {
            "challenge": "B".repeat(42) + "A",
            "rpId": "example.com",
            "userVerification": "required",
        }});
        let mut device = TestAuthenticator::new("device").with(|behaviour| {
            behaviour.algorithms = vec![TestAlgorithm::Es256];
            behaviour.attestation = TestAttestation::PackedSelf;
        });
        let registration = device.create(&creation, ORIGIN).unwrap();
        let assertion = device.get(&request["publicKey"], ORIGIN).unwrap();
        let files = HashMap::from([
            ("creation.json", creation.to_string().into_bytes()),
            ("request.json", request.to_string().into_bytes()),
            ("registration.json", registration.into_bytes()),
            ("assertion.json", assertion.into_bytes()),
        ]);
        Self { files, device }
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.files[name]).unwrap()
    }

    fn put(&mut self, name: &'static str, value: &Value) {
        self.files.insert(name, value.to_string().into_bytes());
    }

    /// The words of a command line, and what comes of them.
    fn run(&self, words: &str) -> (String, u8) {
        let arguments = words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        inspect::run(&arguments, &mut |path| {
            self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    }
}

#[track_caller]
fn assert_says(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}

#[test]
fn a_good_registration_is_decoded_and_valid() {
    let (text, code) = Desk::new().run("registration.json --options creation.json");
    let lines = [
        "Registration response",
        "type                   webauthn.create",
        "origin                 https://example.com",
        "RP ID hash             a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce1947 (example.com)",
        "UP                     1  a user was present",
        "alg                    -7 (ES256)",
        "kty                    2 (EC2)",
        "crv                    1 (P-256)",
        "a key of its alg       yes",
        "format                 packed",
        "assumed: the accepted origin is https://example.com (--origin)",
        "§7.1 step 9   passed       the origin is one that is expected",
        "§7.1 step 24  n/a          the attestation is trusted, if that is required",
        "It is valid.",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_good_assertion_is_valid_by_its_registration_and_by_the_stored_passkey() {
    let mut desk = Desk::new();
    let words = "assertion.json --options request.json --passkey";
    let (text, code) = desk.run(&format!("{words} registration.json"));
    assert_says(&text, &["Authentication response", "§7.2 step 21  passed", "It is valid."]);
    assert_eq!(code, 0, "{text}");

    let registration = desk.json("registration.json");
    let object = registration["response"]["attestationObject"].as_str().unwrap();
    let object = URL_SAFE_NO_PAD.decode(object).unwrap();
    let object = AttestationObject::parse(&object).unwrap();
    let attested = object.authenticator_data().attested_credential_data().unwrap();
    let now = Timestamp::from_unix_millis(1);
    let stored = PasskeyImport::new(b"ada", attested.credential_id, attested.public_key_bytes)
        .finish(&RpId::new("example.com").unwrap(), &RustCrypto, now)
        .unwrap();
    desk.put("passkey.json", &serde_json::to_value(&stored).unwrap());
    let (text, code) = desk.run(&format!("{words} passkey.json"));
    assert_says(&text, &["§7.2 step 19  n/a", "It is valid."]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_wrong_origin_is_named_with_its_step_and_reason() {
    let desk = Desk::new();
    let words = "registration.json --options creation.json --origin https://login.example.com";
    let (text, code) = desk.run(words);
    let lines = [
        "§7.1 step 9   FAILED",
        "It fails at §7.1 step 9 (origin): the origin \"https://example.com\" is not accepted",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn what_would_also_fail_is_said() {
    let mut desk = Desk::new();
    let request = desk.json("request.json");
    let bent = desk.device.get_bent(&request["publicKey"], ORIGIN, |parts| {
        parts.authenticator_data.flags &= !flags::UV;
    });
    desk.files.insert("bent.json", bent.unwrap().into_bytes());
    let words = "bent.json --options request.json --passkey registration.json --challenge AAAA";
    let (text, code) = desk.run(words);
    let lines = [
        "UV                     0  the user was not verified",
        "§7.2 step 11  FAILED",
        "§7.2 step 17  FAILED",
        "§7.2 step 21  passed",
        "It fails at §7.2 step 11 (challenge)",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn a_truncated_attestation_is_malformed_at_a_byte() {
    let mut desk = Desk::new();
    let mut registration = desk.json("registration.json");
    let object = registration["response"]["attestationObject"].as_str().unwrap();
    let mut object = URL_SAFE_NO_PAD.decode(object).unwrap();
    object.truncate(object.len() - 40);
    registration["response"]["attestationObject"] = URL_SAFE_NO_PAD.encode(object).into();
    desk.put("truncated.json", &registration);
    let (text, code) = desk.run("truncated.json --options creation.json");
    let lines = [
        "MALFORMED: attestation object: ",
        " at byte ",
        // What is whole is decoded and judged nevertheless.
        "origin                 https://example.com",
        "§7.1 step 9   passed",
        "§7.1 step 13  FAILED",
        "§7.1 step 14  not reached",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn without_demands_a_response_is_decoded_and_not_judged() {
    let desk = Desk::new();
    let (text, code) = desk.run("registration.json");
    assert_says(&text, &["Attestation statement", "Not judged", "the RP ID is not known"]);
    assert_eq!(code, 0, "{text}");
    let (text, _) = desk.run("assertion.json --options request.json");
    assert_says(&text, &["the passkey is not known (--passkey)"]);
}

#[test]
fn a_response_in_an_envelope_is_found() {
    let mut desk = Desk::new();
    let registration = desk.json("registration.json");
    desk.put("posted.json", &json!({"ceremony_id": "x", "response": registration}));
    let (text, code) = desk.run("posted.json --options creation.json");
    assert_says(&text, &["It is valid."]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn garbage_is_malformed_and_not_repeated_to_the_terminal() {
    let mut desk = Desk::new();
    let garbage = [
        "",
        "\u{0}\u{1b}[2J",
        "{",
        "[]",
        "null",
        "{\"response\":[]}",
        "{\"response\":{}}",
        "{\"response\":{\"attestationObject\":7}}",
        "{\"response\":{\"signature\":\"\\u001b[2J\",\"clientDataJSON\":\"////\"}}",
        "{\"id\":\"\\u001b[2J\",\"rawId\":\"A\",\"type\":\"\\u001b\\u202e\",\"response\":{\"signature\":\"=\"}}",
    ];
    for garbage in garbage {
        desk.files.insert("garbage", garbage.into());
        let (text, code) = desk.run("garbage --rp-id example.com --challenge AAAA");
        assert!(text.contains("MALFORMED"), "{garbage:?}: {text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        assert_eq!(code, 1, "{garbage:?}");
    }
}

#[test]
fn mistakes_on_the_command_line_are_said() {
    let desk = Desk::new();
    let table = [
        ("", "no response to read"),
        ("a b", "one response at a time"),
        ("a --rp-id", "--rp-id needs a value"),
        ("a --rp-id x --rp-id y", "--rp-id stands twice"),
        ("a --what", "unknown option --what"),
        ("missing.json", "missing.json: "),
        ("registration.json --options assertion.json --rp-id 127.0.0.1 --challenge A", "127.0.0.1"),
        ("registration.json --rp-id example.com --challenge !", "the challenge: "),
        ("registration.json --options creation.json --uv perhaps", "no demand"),
        ("registration.json --options creation.json --attestation much", "no attestation level"),
        ("assertion.json --options request.json --passkey request.json", "neither a stored one"),
    ];
    for (words, mistake) in table {
        let (text, code) = desk.run(words);
        assert!(text.contains(mistake), "{words}: {text}");
        assert_eq!(code, 2, "{words}");
    }
    assert!(desk.run("--help").0.contains("--options FILE"));
}

#[cfg(feature = "attestation")]
#[test]
fn certificates_are_shown() {
    use relying_party::test_authenticator::TestAttester;
    let mut desk = Desk::new();
    let attester = TestAttester::new("maker").unwrap();
    desk.device.behaviour_mut().attestation = TestAttestation::Packed(attester);
    let posted = desk.device.create(&desk.json("creation.json"), ORIGIN).unwrap();
    desk.files.insert("certified.json", posted.into_bytes());
    let (text, code) = desk.run("certified.json --options creation.json --attestation statement");
    let lines = [
        "certificate 0",
        "subject                ",
        "CN=",
        "valid                  20",
        "§7.1 step 22  passed",
        "It is valid.",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 0, "{text}");
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(
        at: prop::sample::Index,
        to in prop::collection::vec(any::<u8>(), 0..4),
        assertion: bool,
    ) {
        let mut desk = Desk::new();
        let (name, options) = if assertion {
            ("assertion.json", "request.json")
        } else {
            ("registration.json", "creation.json")
        };
        let mut bytes = desk.files[name].clone();
        let at = at.index(bytes.len());
        bytes.splice(at..(at + 2).min(desk.files[name].len()), to);
        desk.files.insert("mutated", bytes);
        let (text, _) = desk.run(&format!("mutated --options {options} --passkey registration.json"));
        prop_assert!(!text.is_empty());
        let (text, _) = desk.run(&format!("{name} --options {options} --passkey mutated"));
        prop_assert!(!text.is_empty());
    }
}
