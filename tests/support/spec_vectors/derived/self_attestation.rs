//! Packed self attestation (§8.2).

use relying_party::test_authenticator::{Cbor, CborValue, TestAlgorithm, TestKey};
use serde_json::json;

use super::Registrations;

pub(super) fn derive(cases: &mut Registrations<'_>) {
    let mut statement = |name: &str, note: &str, change: &dyn Fn(&mut Cbor)| {
        cases.corrupted(&format!("self-{name}"), "attestation_statement", note, |signed| {
            change(&mut signed.statement);
        });
    };
    let signature = |statement: &Cbor| statement.entry("sig").unwrap().as_bytes().unwrap().clone();
    statement("signature-bit", "one bit of the signature", &|statement| {
        let mut bytes = signature(statement);
        *bytes.last_mut().unwrap() ^= 1;
        statement.set("sig", bytes);
    });
    statement("signature-empty", "an empty signature", &|statement| {
        statement.set("sig", CborValue::Bytes(Vec::new()));
    });
    statement("signature-trailing", "a byte follows the signature", &|statement| {
        statement.set("sig", [signature(statement).as_slice(), &[0]].concat());
    });
    statement("signature-text", "the signature is text", &|statement| {
        statement.set("sig", "signature");
    });
    statement("no-signature", "no signature", &|statement| statement.remove("sig"));
    statement("no-alg", "no algorithm", &|statement| statement.remove("alg"));
    for (name, alg) in [("rs256", -257), ("eddsa", -8), ("es384", -35), ("zero", 0)] {
        let note = "another algorithm than the credential's";
        statement(&format!("alg-{name}"), note, &|statement| statement.set("alg", alg));
    }
    statement("alg-text", "the algorithm as text", &|statement| statement.set("alg", "ES256"));
    statement("x5c-empty", "no certificate in x5c, so not self attestation", &|statement| {
        statement.set("x5c", CborValue::Array(Vec::new()));
    });

    cases.tampered("self-other-key", "attestation_statement", "signed by another key", |parts| {
        parts.key = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap();
    });
    cases.corrupted("self-client-data", "attestation_statement", "other client data", |signed| {
        signed.client_data_json.push(b' ');
    });
    for (name, at) in [("flags", 32), ("sign-count", 36), ("aaguid", 37)] {
        let note = "authenticator data changed after signing";
        cases.corrupted(&format!("self-{name}"), "attestation_statement", note, |signed| {
            // The reserved bit, the lowest bit of the count, one bit of the AAGUID.
            signed.authenticator_data[at] ^= if at == 32 { 0x02 } else { 0x01 };
        });
    }
    cases.changed("self-trusted", "attestation_trust", "self where trust is demanded", |case| {
        case["attestation"]["verify"] = json!("trusted");
    });
}
