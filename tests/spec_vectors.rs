//! The specification's own test vectors, made again from their published recipe.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::{env, fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use spec_vectors::{case, vector::vectors};

#[path = "support/spec_vectors/mod.rs"]
mod spec_vectors;

/// What is binary in a case, and decides whether two are the same ceremony.
const BYTES: [&str; 6] = [
    "/options/challenge",
    "/credential/rawId",
    "/credential/response/clientDataJSON",
    "/credential/response/attestationObject",
    "/credential/response/authenticatorData",
    "/credential/response/signature",
];

fn positives() -> Vec<Value> {
    let ceremonies = vectors().map(|vector| vector.ceremonies());
    ceremonies
        .into_iter()
        .flat_map(|ceremonies| {
            let registration = ceremonies.registration.clone().sign().unwrap();
            let authentication = ceremonies.authentication.clone().sign().unwrap();
            [
                case::registration(&ceremonies, &registration.to_json().unwrap()),
                case::authentication(&ceremonies, &authentication.to_json().unwrap()),
            ]
        })
        .collect()
}

/// The vectors as published, if they are at hand.
fn published() -> Option<Vec<Value>> {
    let directory = env::var_os("VECTORS_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    let text = fs::read_to_string(directory.join("w3c-level3.json")).ok()?;
    let file: Value = serde_json::from_str(&text).unwrap();
    Some(file["cases"].as_array().unwrap().clone())
}

#[test]
fn generated_vectors_are_those_published() {
    let Some(published) = published() else {
        println!("the published vectors are not at hand; their digests are compared in any case");
        return;
    };
    for generated in positives() {
        let id = generated["id"].as_str().unwrap().replacen("generated", "w3c-l3", 1);
        let published = published.iter().find(|case| case["id"] == *id).unwrap();
        for pointer in BYTES {
            assert_eq!(generated.pointer(pointer), published.pointer(pointer), "{id} {pointer}");
        }
        for member in ["rp", "attestation", "expect"] {
            assert_eq!(generated[member], published[member], "{id} {member}");
        }
        for member in ["credential_id", "public_key", "backup_eligible", "backup_state"] {
            let stored = |case: &Value| case.get("stored").map(|stored| stored[member].clone());
            assert_eq!(stored(&generated), stored(published), "{id} {member}");
        }
    }
}

/// SHA-256 over what [`BYTES`] names, in its order, of the vectors as they were when they equalled those
/// published: without the published file too, the generator cannot drift.
const DIGESTS: [(&str, &str); 10] = [
    ("none.ES256/registration", "YWiX8UrOKm1p-uZCvlwB9K-QOYdSbnJSsw4oNxMrklA"),
    ("none.ES256/authentication", "gRBBXPnqvuWKoV_T0kNRwmX5eRhl1hKmDceAk7qI5EU"),
    ("packed-self.ES256/registration", "VwqMOJj9KX6vWDa5aGF354qyeYOXTB5yy72HZZlK5fI"),
    ("packed-self.ES256/authentication", "6TRizBm0XW3VVR-XqKIWaIHosFtKxBTfr8ifnDYgv0c"),
    ("none.ES256.crossOrigin/registration", "HQ9OG2YlEyeWpHuKkueFGkpga8e6doNqY46N-pW6LhM"),
    ("none.ES256.crossOrigin/authentication", "SDB938O9cAjc99Eoi7qwPhVSXseIM8c4tsuAtr3Rd54"),
    ("none.ES256.topOrigin/registration", "WYDC3L-qyC0E_wwnMTh774e-APM8toqPKdp1Qtzn5tc"),
    ("none.ES256.topOrigin/authentication", "jX_HP4bX9W-MTqxMuusODGyMQoR0f1BHSaR52eCXAbo"),
    ("none.ES256.long-credential-id/registration", "PZ3f0c4mRxbvFJQxduq2yhfogM2GF6g5NF5nJWa4IHY"),
    ("none.ES256.long-credential-id/authentication", "cMbjpQYnC4H_QSmJF4E3a-uZtPt9OJlnsVVBIGtTKj0"),
];

#[test]
fn generated_vectors_have_the_digests_of_those_published() {
    let digests: Vec<_> =
        positives().iter().map(|case| (case["id"].clone(), digest(case))).collect();
    let expected =
        DIGESTS.map(|(id, digest)| (format!("generated/{id}").into(), digest.to_owned()));
    assert_eq!(digests, expected);
}

fn digest(case: &Value) -> String {
    let hash = BYTES
        .iter()
        .filter_map(|pointer| case.pointer(pointer))
        .fold(Sha256::new(), |hash, text| {
            hash.chain_update(URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap())
        });
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
