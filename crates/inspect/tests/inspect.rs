//! What the program prints about good, bad and broken responses.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::{
    env, fs, io,
    process::{Command, Output},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use relying_party::{
    AttestationObject, PasskeyImport, Timestamp,
    crypto::RustCrypto,
    policy::RpId,
    test_authenticator::{TestAttestation, TestAttester, flags},
};
use serde_json::json;
use support::{Desk, ORIGIN, assert_says};

#[test]
fn accepts_valid_registration() {
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
        "valid for its alg      yes",
        "format                 packed",
        "assumed: the accepted origin is https://example.com (--origin)",
        "§7.1 step 9   passed       the origin is expected",
        "§7.1 step 24  n/a          the attestation is trusted, if that is required",
        "It is valid.",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn accepts_valid_sign_in_by_registration_or_stored_passkey() {
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
    desk.put("passkey.json", &serde_json::to_value(stored.to_stored()).unwrap());
    let (text, code) = desk.run(&format!("{words} passkey.json"));
    assert_says(&text, &["§7.2 step 19  n/a", "It is valid."]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn names_step_and_reason_of_a_wrong_origin() {
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
fn names_every_step_that_fails() {
    let mut desk = Desk::new();
    let request = desk.json("request.json");
    let tampered = desk.device.get_tampered(&request["publicKey"], ORIGIN, |parts| {
        parts.authenticator_data.flags &= !flags::UV;
    });
    desk.files.insert("tampered.json", tampered.unwrap().into_bytes());
    let words = "tampered.json --options request.json --passkey registration.json --challenge AAAA";
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
fn names_the_byte_at_which_an_attestation_is_truncated() {
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
        // The rest is decoded and verified nevertheless.
        "origin                 https://example.com",
        "§7.1 step 9   passed",
        "§7.1 step 13  FAILED",
        "§7.1 step 14  not reached",
    ];
    assert_says(&text, &lines);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn decodes_without_demands() {
    let desk = Desk::new();
    let (text, code) = desk.run("registration.json");
    assert_says(&text, &["Attestation statement", "Not verified", "the RP ID is not known"]);
    assert_eq!(code, 0, "{text}");
    let (text, _) = desk.run("assertion.json --options request.json");
    assert_says(&text, &["the passkey is not known (--passkey)"]);
}

#[test]
fn finds_response_in_an_envelope() {
    let mut desk = Desk::new();
    let registration = desk.json("registration.json");
    desk.put("posted.json", &json!({"ceremony_id": "x", "response": registration}));
    let (text, code) = desk.run("posted.json --options creation.json");
    assert_says(&text, &["It is valid."]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn never_prints_control_characters_of_garbage() {
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
fn explains_mistakes_on_the_command_line() {
    let desk = Desk::new();
    let table = [
        ("", "no response was given"),
        ("a b", "inspect one at a time"),
        ("a --rp-id", "--rp-id needs a value"),
        ("a --rp-id x --rp-id y", "--rp-id is given twice"),
        ("a --what", "unknown option --what"),
        ("missing.json", "missing.json: "),
        ("registration.json --options assertion.json --rp-id 127.0.0.1 --challenge A", "127.0.0.1"),
        ("registration.json --rp-id example.com --challenge !", "the challenge: "),
        (
            "registration.json --options creation.json --uv perhaps",
            "not a user verification demand",
        ),
        (
            "registration.json --options creation.json --attestation much",
            "not an attestation level",
        ),
        (
            "assertion.json --options request.json --passkey request.json",
            "neither a stored passkey",
        ),
    ];
    for (words, mistake) in table {
        let (text, code) = desk.run(words);
        assert!(text.contains(mistake), "{words}: {text}");
        assert_eq!(code, 2, "{words}");
    }
    assert!(desk.run("--help").0.contains("--options FILE"));
}

#[test]
fn tells_attested_models_from_claimed_ones() {
    const CLAIMED: &str = "AAGUID                 claimed: only the authenticator says so";
    const ATTESTED: &str = "AAGUID                 attested: a trusted certificate vouches for it";
    let mut desk = Desk::new();
    let attester = TestAttester::new("maker").unwrap();
    let root = STANDARD.encode(&attester.root).into_bytes();
    let root = root.chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
    desk.files.insert("root.pem", pem.into_bytes());
    desk.device.behaviour_mut().attestation = TestAttestation::Packed(attester);
    desk.device.behaviour_mut().aaguid = "bada5566-a7aa-401f-bd96-45619a55120d".parse().unwrap();
    let posted = desk.device.create(&desk.json("creation.json"), ORIGIN).unwrap();
    desk.files.insert("certified.json", posted.into_bytes());
    let words = "certified.json --options creation.json";

    let (text, _) = desk.run(words);
    let lines = ["(claims to be 1Password)", "not verified (--attestation)", CLAIMED];
    assert_says(&text, &lines);
    let (text, _) = desk.run(&format!("{words} --attestation statement"));
    assert_says(&text, &["basic or attestation CA", "no trusted certificate", CLAIMED]);
    for level in ["statement", "trusted"] {
        let (text, code) = desk.run(&format!("{words} --attestation {level} --anchors root.pem"));
        assert_says(&text, &[ATTESTED]);
        assert_eq!(code, 0, "{text}");
    }
    let (text, code) = desk.run(&format!("{words} --attestation trusted"));
    assert_says(&text, &["It fails at §7.1 step 24"]);
    assert!(!text.contains("only the authenticator"), "{text}");
    assert_eq!(code, 1, "{text}");
    let (text, code) = desk.run(&format!("{words} --anchors certified.json"));
    assert_says(&text, &["the anchors: "]);
    assert_eq!(code, 2, "{text}");
}

#[test]
fn shows_certificates() {
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

/// Runs the program itself.
fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_relying-party-inspect")).args(arguments).output().unwrap()
}

#[test]
fn program_reads_files_and_exits_with_the_verdict() {
    let desk = Desk::new();
    let folder = env!("CARGO_TARGET_TMPDIR");
    let file = |name: &str| {
        let path = format!("{folder}/{name}");
        fs::write(&path, &desk.files[name]).unwrap();
        path
    };
    let (registration, options) = (file("registration.json"), file("creation.json"));
    let valid = program(&[&registration, "--options", &options]);
    assert!(String::from_utf8(valid.stdout).unwrap().contains("It is valid."));
    assert_eq!(valid.status.code(), Some(0));
    let refused =
        program(&[&registration, "--options", &options, "--origin", "https://login.example.com"]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(program(&[&format!("{folder}/missing.json")]).status.code(), Some(2));
}

proptest! {
    #[test]
    fn never_panics(
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

#[test]
fn input_that_is_too_long_is_refused_and_not_cut() {
    let path = env::temp_dir().join(format!("relying-party-inspect-{}", std::process::id()));
    let read = |length: usize| {
        fs::write(&path, vec![b' '; length]).unwrap();
        relying_party_inspect::read_input(path.to_str().unwrap())
    };
    let (longest, longer) = (read(1 << 20), read((1 << 20) + 1));
    fs::remove_file(&path).unwrap();
    assert_eq!(longest.unwrap().len(), 1 << 20);
    assert_eq!(longer.unwrap_err().kind(), io::ErrorKind::FileTooLarge);
}
