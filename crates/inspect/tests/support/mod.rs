//! Files of a registration and a sign-in, and the program that reads them.

use std::{collections::HashMap, io};

use relying_party::test_authenticator::{TestAlgorithm, TestAttestation, TestAuthenticator};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://example.com";

/// Files by their names, and the device that made them.
pub(crate) struct Desk {
    pub(crate) files: HashMap<&'static str, Vec<u8>>,
    pub(crate) device: TestAuthenticator,
}

impl Desk {
    /// A registration, a sign-in, and the options of both.
    pub(crate) fn new() -> Self {
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

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.files[name]).unwrap()
    }

    pub(crate) fn put(&mut self, name: &'static str, value: &Value) {
        self.files.insert(name, value.to_string().into_bytes());
    }

    /// Runs a command line, and returns the text and the exit code.
    pub(crate) fn run(&self, words: &str) -> (String, u8) {
        let arguments = words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        relying_party_inspect::run(&arguments, &mut |path| {
            self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    }
}

#[track_caller]
pub(crate) fn assert_says(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}
