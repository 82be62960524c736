//! The specification's test vectors, regenerated from their published recipe, and cases derived from them.
//!
//! `UPDATE_VECTORS=1` rewrites `tests/vectors/generated.json`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use coset::CborSerializable as _;
use p256::ecdsa::signature::Verifier as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use spec_vectors::{
    case, derived,
    vector::{certified_vectors, further_vectors, vectors},
};

#[path = "support/spec_vectors/mod.rs"]
mod spec_vectors;

/// The binary parts of a case, which determine whether two are the same ceremony.
const BYTES: [&str; 6] = [
    "/options/challenge",
    "/credential/rawId",
    "/credential/response/clientDataJSON",
    "/credential/response/attestationObject",
    "/credential/response/authenticatorData",
    "/credential/response/signature",
];

fn positives() -> Vec<Value> {
    let all = vectors().into_iter().chain(certified_vectors());
    all.map(|vector| vector.ceremonies())
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

/// The vectors as published, if available.
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
fn generated_vectors_equal_the_published_ones() {
    let Some(published) = published() else {
        println!("the published vectors are not available; only their digests are compared");
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

/// SHA-256 over the members in [`BYTES`], in that order, of the vectors when they equalled the published ones: the
/// generator cannot drift even without the published file.
const DIGESTS: [(&str, &str); 30] = [
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
    ("packed.ES256/registration", "mBAV8_JAPNGvIljWr8dz5fyAmg9Nz-ZBe7S6XOFyono"),
    ("packed.ES256/authentication", "3QOm5UbZz9f2Y52KmovVdR7fAWtogTY5VfHZiOmnD1g"),
    ("packed.ES384/registration", "BVKhUKpomiji6jIJB-UMLPA8Oj86GLoaxM0dculv1Ms"),
    ("packed.ES384/authentication", "weeUVjlzGWk-TzdGiUINqNlMy-o0SxMpeS07u8Ny5hk"),
    ("packed.ES512/registration", "W1PW1MW7cyho396daP1kWCAhQIycFKcaBuqmVAfqBGU"),
    ("packed.ES512/authentication", "HU9hdLu7qHKaQ6PJ3KSQSViM3RE1MwUULgHthW6s7dU"),
    ("packed.RS256/registration", "iG6MaaNs-zeTmMUwr1RxS5hO94NOBhiro8aZc8uweCQ"),
    ("packed.RS256/authentication", "FL-XWabbIYSzGu-198jmeTXvtPUJGKbKx6XwUv7W0kU"),
    ("packed.EdDSA/registration", "M3RI-aMk6HPCxMyJuTEjcSkFnXG9OzUseoqZ_yz25DM"),
    ("packed.EdDSA/authentication", "JIZ3uKpT4ltrVvrKl79dux2zgFOzSHq6ut8Hu-m0AjY"),
    ("packed.Ed448/registration", "0g1ASFoKO2RKN3Wqn3b0oNC7lMqLSmLbRyxaaOGExxY"),
    ("packed.Ed448/authentication", "RQzoZzTfGC-cP0PtOeUAUrkE8MlomZIhCY9iwkpIZk8"),
    ("tpm.ES256/registration", "hjVHDAYIdP4AU1HZfTjm8ZqEiRs9O08mginuJ2Yv4_I"),
    ("tpm.ES256/authentication", "C-QKmYo52WDb2-OlnrIEpMiy-yJxvOrn-IQLRcJP6qo"),
    ("android-key.ES256/registration", "QvUesIhWScvakbZx0KfPwo2qYJXBqVdClBjTDRDMlCU"),
    ("android-key.ES256/authentication", "OrbijHM1LM9nEBBZcBrGbRfzU_bv33pThXU2i6ym2cw"),
    ("apple.ES256/registration", "QmkbMFVdbS_Zu9cyEfMMKDoEo5OKXgBnEcKP6-4GAyI"),
    ("apple.ES256/authentication", "9ttJ_sedH6kEvIn-3nWiX5LmZdrgovECVDVjJ4uScOE"),
    ("fido-u2f.ES256/registration", "2stao2HUnnTsHaA2uTijlSKB7Ua_sl9D6_AYLwhZmL8"),
    ("fido-u2f.ES256/authentication", "TWvKNTWWTsh17AhXbjLJiTDwHbdukCn5ItDlWuoqOwM"),
];

#[test]
fn generated_vectors_have_the_digests_of_those_published() {
    let digests: Vec<_> =
        positives().iter().map(|case| (case["id"].clone(), digest(case))).collect();
    let expected: Vec<_> = DIGESTS
        .iter()
        .filter(|(id, _)| is_built(id))
        .map(|(id, digest)| (Value::from(format!("generated/{id}")), (*digest).to_owned()))
        .collect();
    assert_eq!(digests, expected);
}

/// Returns whether this build supports the algorithm that a case's ID names.
fn is_built(id: &str) -> bool {
    [
        ("ES384", cfg!(feature = "es384")),
        ("ES512", cfg!(feature = "es512")),
        ("Ed448", cfg!(feature = "ed448")),
    ]
    .iter()
    .all(|(algorithm, built)| *built || !id.contains(algorithm))
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

/// Returns all cases, in the order of the file.
fn cases() -> Vec<Value> {
    let ceremonies: Vec<_> = vectors()
        .into_iter()
        .chain(further_vectors())
        .chain(certified_vectors())
        .map(|vector| vector.ceremonies())
        .collect();
    derived::cases(&ceremonies)
}

/// Returns the text of the file, with one case per line, so that a change is visible.
fn file(cases: &[Value]) -> String {
    let lines: Vec<_> = cases.iter().map(|case| sorted(case).to_string()).collect();
    let source = "The recipe of the Web Authentication Level 3 test vectors, and changes of one thing, by \
                  tests/spec_vectors.rs; what begins with SHOULD or POLICY rests on a choice";
    format!(
        "{{\n\"source\":{},\n\"license_note\":{},\n\"cases\":[\n{}\n]\n}}\n",
        Value::from(source),
        Value::from("computed; licensed as the rest of this crate"),
        lines.join(",\n")
    )
}

/// Returns the value with its members in order, which not every feature of `serde_json` keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
fn checked_in_cases_equal_the_generated_ones() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/generated.json");
    let generated = file(&cases());
    if env::var_os("UPDATE_VECTORS").is_some() {
        assert!(DIGESTS.iter().all(|(id, _)| is_built(id)), "the file needs every algorithm");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &generated).unwrap();
    }
    let parse = |text: &str| {
        let mut file = serde_json::from_str::<Value>(text).unwrap();
        let cases = file["cases"].as_array_mut().unwrap();
        cases.retain(|case| is_built(case["id"].as_str().unwrap()));
        file
    };
    assert!(
        parse(&fs::read_to_string(&path).unwrap()) == parse(&generated),
        "tests/vectors/generated.json is not what the generator yields; UPDATE_VECTORS=1 rewrites it"
    );
}

#[test]
fn every_case_has_its_own_id_and_differs_from_every_other() {
    let mut ids = BTreeSet::new();
    let mut contents = BTreeMap::new();
    for mut case in cases() {
        let id = case["id"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "{id} is repeated");
        for member in ["id", "note", "expect"] {
            case.as_object_mut().unwrap().remove(member);
        }
        let same = contents.insert(case.to_string(), id.clone());
        assert_eq!(same, None, "{id} changes nothing");
    }
}

/// Only the rule under test can fail: if that is not the signature, the signature is valid.
#[test]
fn signatures_are_valid_unless_they_are_under_test() {
    let mut verified = 0;
    for case in cases() {
        let reason = case["expect"]["reason"].as_str().unwrap_or_default();
        let is_es256 = case["id"].as_str().unwrap().contains("ES256");
        if case["kind"] != "authentication"
            || !is_es256
            || matches!(reason, "malformed" | "signature")
        {
            continue;
        }
        let bytes = |pointer: &str| {
            URL_SAFE_NO_PAD.decode(case.pointer(pointer).unwrap().as_str().unwrap()).unwrap()
        };
        let cose = coset::CoseKey::from_slice(&bytes("/stored/public_key")).unwrap();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&cose.to_sec1_octet_string().unwrap())
            .unwrap();
        let message = [
            bytes("/credential/response/authenticatorData"),
            Sha256::digest(bytes("/credential/response/clientDataJSON")).to_vec(),
        ];
        let signature = bytes("/credential/response/signature");
        let signature = p256::ecdsa::Signature::from_der(&signature).unwrap();
        assert!(key.verify(&message.concat(), &signature).is_ok(), "{}", case["id"]);
        verified += 1;
    }
    assert!(verified > 100, "{verified}");
}
