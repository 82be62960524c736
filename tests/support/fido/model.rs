//! Models of authenticators, and what the metadata say of them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use relying_party::{
    Aaguid,
    test_authenticator::{
        Behaviour, TestAlgorithm, TestAttestation, TestAttester, TestAuthority, TestKey,
    },
};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::metadata::Flaw;

/// A model, with its entry in the metadata.
#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) behaviour: Behaviour,
    /// The entry, unless the metadata do not know the model.
    pub(crate) entry: Option<Value>,
    /// What is wrong with the metadata.
    pub(crate) flaw: Option<Flaw>,
}

impl Model {
    fn new(algorithm: TestAlgorithm, attestation: TestAttestation, entry: Option<Value>) -> Self {
        let mut behaviour = Behaviour::default();
        behaviour.algorithms = vec![algorithm];
        behaviour.attestation = attestation;
        Self { behaviour, entry, flaw: None }
    }

    /// The same after a change to its behaviour.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Behaviour)) -> Self {
        change(&mut self.behaviour);
        self
    }

    /// The same after a change to its entry.
    pub(crate) fn entry(mut self, change: impl FnOnce(&mut Value)) -> Self {
        if let Some(entry) = &mut self.entry {
            change(entry);
        }
        self
    }

    pub(crate) fn flaw(mut self, flaw: Flaw) -> Self {
        self.flaw = Some(flaw);
        self
    }
}

fn entry(types: &[&str], roots: &[&[u8]]) -> Value {
    let roots = roots.iter().map(|root| STANDARD.encode(root)).collect::<Vec<_>>();
    json!({
        "aaguid": relying_party::test_authenticator::TEST_AAGUID.to_string(),
        "statusReports": [{ "status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-06-01" }],
        "timeOfLastStatusChange": "2024-06-01",
        "metadataStatement": {
            "description": "Model of a test",
            "attestationTypes": types,
            "attestationRootCertificates": roots,
        },
    })
}

/// A model that attests for itself.
pub(crate) fn self_attesting(algorithm: TestAlgorithm) -> Model {
    let entry = entry(&["basic_surrogate"], &[]);
    Model::new(algorithm, TestAttestation::PackedSelf, Some(entry))
}

/// A model without attestation, which the metadata do not know.
pub(crate) fn unattested() -> Model {
    let model = Model::new(TestAlgorithm::Es256, TestAttestation::None, None);
    model.with(|behaviour| behaviour.aaguid = Aaguid::default())
}

/// An attester whose certificate an intermediate issued, which comes along.
pub(crate) fn attester() -> TestAttester {
    TestAttester::new("a manufacturer").unwrap()
}

/// An attester whose certificate the root issued.
pub(crate) fn attester_below_root() -> TestAttester {
    let key = TestKey::from_seed(TestAlgorithm::Es256, "an attestation key").unwrap();
    TestAttester::of(key, TestAuthority::root("a manufacturer's root").unwrap())
}

/// A model that attests by certificates in the packed format.
pub(crate) fn packed(attester: TestAttester) -> Model {
    let entry = entry(&["basic_full"], &[&attester.root]);
    Model::new(TestAlgorithm::Es256, TestAttestation::Packed(attester), Some(entry))
}

/// A U2F key: the metadata know it by the key of its attestation certificate.
pub(crate) fn u2f() -> Model {
    let attester = attester_below_root();
    let mut entry = entry(&["basic_full"], &[&attester.root]);
    let spki = attester.key.spki().unwrap();
    // The point, which is what follows the header of fixed length.
    let identifier = Sha1::digest(&spki[spki.len() - 65..]);
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap();
    let digits = identifier.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let identifier = digits.map(digit).collect::<String>();
    entry.as_object_mut().unwrap().remove("aaguid");
    entry["attestationCertificateKeyIdentifiers"] = json!([identifier]);
    let model = Model::new(TestAlgorithm::Es256, TestAttestation::FidoU2f(attester), Some(entry));
    model.with(|behaviour| behaviour.aaguid = Aaguid::default())
}

/// A TPM whose attestation key has this algorithm.
pub(crate) fn tpm(algorithm: TestAlgorithm, rs1: bool) -> Model {
    let mut attester = TestAttester::with_algorithm(algorithm, "a maker of TPMs").unwrap();
    attester.rs1 = rs1;
    let entry = entry(&["attca"], &[&attester.root]);
    Model::new(algorithm, TestAttestation::Tpm(attester), Some(entry))
}

/// An Android phone.
pub(crate) fn android() -> Model {
    let attester = attester();
    let entry = entry(&["basic_full"], &[&attester.root]);
    Model::new(TestAlgorithm::Es256, TestAttestation::AndroidKey(attester), Some(entry))
}
