//! What the report shows of a response, and what it says was assumed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::fmt::Display;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    Aaguid, Algorithm, AttestationObject,
    test_authenticator::{Cbor, TestAlgorithm, TestAttestation, TestAttester, flags},
};
use serde_json::{Value, json};
use support::{Desk, ORIGIN, assert_says};

/// The line of an item at this depth.
fn item(depth: usize, name: &str, value: impl Display) -> String {
    format!("\n{:1$}{name:<22} {value}\n", "", depth * 2)
}

#[track_caller]
fn assert_shows(text: &str, items: &[String]) {
    for item in items {
        assert!(text.contains(item), "{item:?} is not in\n{text}");
    }
}

fn decoded(response: &Value, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(response["response"][member].as_str().unwrap()).unwrap()
}

#[test]
fn shows_every_member_of_a_registration() {
    let mut desk = Desk::new();
    let registration = desk.json("registration.json");
    let object = decoded(&registration, "attestationObject");
    let parsed = AttestationObject::parse(&object).unwrap();
    let data = parsed.authenticator_data();
    let id = registration["rawId"].as_str().unwrap();
    let id_size = data.attested_credential_data().unwrap().credential_id.len();
    let (text, _) = desk.run("registration.json");
    assert!(text.starts_with("Registration response\n"), "{text}");
    let items = [
        item(1, "size", format_args!("{} bytes of JSON", desk.files["registration.json"].len())),
        item(1, "credential ID", format_args!("{id} ({id_size} bytes)")),
        item(1, "type", "\"public-key\""),
        item(1, "attachment", &registration["authenticatorAttachment"]),
        item(1, "transports", &registration["response"]["transports"]),
        item(1, "client extensions", &registration["clientExtensionResults"]),
        item(1, "size", format_args!("{} bytes", decoded(&registration, "clientDataJSON").len())),
        item(1, "challenge", "A".repeat(43)),
        item(1, "crossOrigin", "false"),
        item(1, "size", format_args!("{} bytes", object.len())),
        item(1, "size", format_args!("{} bytes", data.as_bytes().len())),
        item(1, "signature counter", "0 (many authenticators have no counter)"),
        item(1, "format", "packed"),
        item(1, "size", format_args!("{} bytes", parsed.statement().len())),
    ];
    assert_shows(&text, &items);
    // In the response, and in the authenticator data.
    assert_eq!(text.matches(&items[1]).count(), 2, "{text}");
    assert!(!text.contains("user handle") && !text.contains("topOrigin"), "{text}");

    let attester = TestAttester::new("maker").unwrap();
    desk.device.behaviour_mut().attestation = TestAttestation::Packed(attester);
    let posted = desk.device.create(&desk.json("creation.json"), ORIGIN).unwrap();
    desk.files.insert("certified.json", posted.into_bytes());
    let (text, _) = desk.run("certified.json");
    let issuer = "C=AA,OU=Authenticator Attestation CA,O=Test,CN=Test root";
    assert_shows(&text, &[item(2, "issuer", issuer)]);
    assert_says(&text, &["\n  sig                    ", "\n    key hash               "]);
}

#[test]
fn shows_the_key_of_every_type_and_curve() {
    let mut desk = Desk::new();
    let mut creation = desk.json("creation.json");
    for (algorithm, kty, curve, bits) in [
        (TestAlgorithm::Es256, "2 (EC2)", Some("1 (P-256)"), 256),
        (TestAlgorithm::Es384, "2 (EC2)", Some("2 (P-384)"), 384),
        (TestAlgorithm::Es512, "2 (EC2)", Some("3 (P-521)"), 528),
        (TestAlgorithm::Es256K, "2 (EC2)", Some("8 (secp256k1)"), 256),
        (TestAlgorithm::EdDsa, "1 (OKP)", Some("6 (Ed25519)"), 256),
        (TestAlgorithm::Ed448, "1 (OKP)", Some("7 (Ed448)"), 456),
        (TestAlgorithm::Rs256, "3 (RSA)", None, 2048),
        (TestAlgorithm::MlDsa44, "7 (AKP)", None, 1312 * 8),
    ] {
        desk.device.behaviour_mut().algorithms = vec![algorithm];
        desk.device.behaviour_mut().attestation = TestAttestation::None;
        let alg = Algorithm::new(i32::try_from(algorithm.id()).unwrap());
        creation["pubKeyCredParams"][0]["alg"] = alg.identifier().into();
        let posted = desk.device.create(&creation, ORIGIN).unwrap();
        let object = decoded(&serde_json::from_str(&posted).unwrap(), "attestationObject");
        let object = AttestationObject::parse(&object).unwrap();
        let attested = object.authenticator_data().attested_credential_data().unwrap();
        let size = attested.public_key_bytes.len();
        desk.files.insert("created.json", posted.into_bytes());
        let (text, _) = desk.run("created.json");
        let items = [
            item(2, "size", format_args!("{size} bytes")),
            item(2, "alg", format_args!("{} ({alg})", alg.identifier())),
            item(2, "kty", kty),
            item(2, "length", format_args!("{bits} bits")),
            item(2, "valid for its alg", "yes"),
        ];
        assert_shows(&text, &items);
        assert_eq!(text.contains("crv "), curve.is_some(), "{text}");
        assert!(curve.is_none_or(|curve| text.contains(&item(2, "crv", curve))), "{text}");
        assert_says(&text, &["    thumbprint (RFC 9679)  "]);
    }
}

#[test]
fn shows_every_member_of_a_sign_in() {
    let mut desk = Desk::new();
    let mut assertion = desk.json("assertion.json");
    let signature = decoded(&assertion, "signature");
    let (text, code) = desk.run("assertion.json");
    let id = assertion["rawId"].as_str().unwrap();
    let id_size = URL_SAFE_NO_PAD.decode(id).unwrap().len();
    let items = [
        item(1, "credential ID", format_args!("{id} ({id_size} bytes)")),
        item(1, "user handle", &assertion["response"]["userHandle"]),
        item(1, "size", format_args!("{} bytes", signature.len())),
    ];
    assert_shows(&text, &items);
    assert_says(&text, &["\n\nSignature\n"]);
    assert_eq!(code, 0, "{text}");

    // A null member is an absent one.
    assertion["response"]["userHandle"] = Value::Null;
    desk.put("no-user.json", &assertion);
    assert!(!desk.run("no-user.json").0.contains("user handle"));
}

#[test]
fn authenticator_without_an_aaguid_claims_no_model() {
    let mut desk = Desk::new();
    desk.device.behaviour_mut().aaguid = Aaguid::default();
    let posted = desk.device.create(&desk.json("creation.json"), ORIGIN).unwrap();
    desk.files.insert("anonymous.json", posted.into_bytes());
    let (text, _) = desk.run("anonymous.json");
    assert_says(&text, &["00000000-0000-0000-0000-000000000000 (names no model)"]);
}

#[test]
fn shows_where_a_page_is_embedded() {
    let mut desk = Desk::new();
    let request = desk.json("request.json");
    let embedded = desk.device.get_tampered(&request["publicKey"], ORIGIN, |parts| {
        parts.client_data.cross_origin = Some(true);
        parts.client_data.top_origin = Some("https://shop.example".into());
    });
    desk.files.insert("embedded.json", embedded.unwrap().into_bytes());
    let (text, _) = desk.run("embedded.json");
    let items = [item(1, "crossOrigin", "true"), item(1, "topOrigin", "https://shop.example")];
    assert_shows(&text, &items);
}

#[test]
fn shows_client_data_that_cannot_be_parsed() {
    let mut desk = Desk::new();
    let mut registration = desk.json("registration.json");
    registration["response"]["clientDataJSON"] = URL_SAFE_NO_PAD.encode("{not JSON").into();
    desk.put("broken.json", &registration);
    let (text, code) = desk.run("broken.json");
    assert_shows(&text, &[item(1, "text", "{not JSON")]);
    assert_eq!(code, 1, "{text}");
}

/// `rawId` is decoded for the report, and needed for the verdict.
#[test]
fn response_without_a_credential_id_is_malformed() {
    let mut desk = Desk::new();
    let mut registration = desk.json("registration.json");
    registration.as_object_mut().unwrap().remove("rawId");
    desk.put("no-id.json", &registration);
    let (text, code) = desk.run("no-id.json");
    assert_says(&text, &["MALFORMED: rawId is missing", "Not verified"]);
    assert_eq!(code, 1, "{text}");
    let (text, code) = desk.run("no-id.json --options creation.json");
    assert_says(&text, &["MALFORMED: step 3: "]);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn response_that_lacks_either_part_of_a_sign_in_is_still_one() {
    let mut desk = Desk::new();
    for missing in ["signature", "authenticatorData"] {
        let mut assertion = desk.json("assertion.json");
        assertion["response"].as_object_mut().unwrap().remove(missing);
        desk.put("partial.json", &assertion);
        let (text, code) = desk.run("partial.json");
        assert_says(&text, &["Authentication response", &format!("response.{missing} is missing")]);
        assert_eq!(code, 1, "{text}");
    }
}

#[test]
fn shows_extension_outputs_and_the_domain_of_the_rp_id() {
    let mut desk = Desk::new();
    let creation = desk.json("creation.json");
    let subdomain = "https://login.example.com:8443";
    let posted = desk.device.create_tampered(&creation, subdomain, |parts| {
        parts.authenticator_data.flags |= flags::ED;
        parts.authenticator_data.extensions = Some(Cbor::map([("credProtect", 2.into())]));
    });
    desk.files.insert("extended.json", posted.unwrap().into_bytes());
    let (text, _) = desk.run("extended.json");
    assert_shows(&text, &[item(1, "extensions", "{\"credProtect\": 2}")]);
    assert_says(&text, &["ce1947 (example.com)"]);
}

#[test]
fn each_step_has_the_reason_for_its_verdict() {
    let desk = Desk::new();
    let words = "registration.json --options creation.json --origin https://login.example.com";
    let (text, _) = desk.run(words);
    let reason = format!("\n{:29}the origin \"https://example.com\" is not accepted", "");
    assert_says(&text, &[&reason]);
    let (text, _) = desk.run("registration.json --options creation.json");
    let because = text.lines().skip_while(|line| !line.contains("§7.1 step 24  n/a")).nth(1);
    assert!(because.unwrap().starts_with(&" ".repeat(29)), "{text}");
}

#[test]
fn says_what_was_assumed() {
    const PREFERRED: &str = "assumed: user verification is preferred (--uv)";
    const OFFERED: &str = "assumed: EdDSA, ES256 and RS256 were offered (--options)";
    let desk = Desk::new();
    let (text, code) =
        desk.run(&format!("registration.json --rp-id example.com --challenge {}", "A".repeat(43)));
    assert_says(&text, &[PREFERRED, OFFERED, "It is valid."]);
    assert_eq!(code, 0, "{text}");
    let (text, _) = desk.run("registration.json --options creation.json --uv discouraged");
    assert!(!text.contains(PREFERRED) && !text.contains(OFFERED), "{text}");
    let (text, _) = desk.run("assertion.json --options request.json --passkey registration.json");
    assert!(text.contains("It is valid.") && !text.contains(OFFERED), "{text}");
}

#[test]
fn app_id_counts_for_sign_ins_only() {
    let mut desk = Desk::new();
    let mut creation = desk.json("creation.json");
    creation["extensions"] = json!({ "appid": "not a URL" });
    desk.put("creation.json", &creation);
    let (text, code) = desk.run("registration.json --options creation.json");
    assert_eq!(code, 0, "{text}");
    let mut request = desk.json("request.json");
    request["publicKey"]["extensions"] = json!({ "appid": "not a URL" });
    desk.put("request.json", &request);
    let words = "assertion.json --options request.json --passkey registration.json";
    assert_eq!(desk.run(words).1, 2);
    request["publicKey"]["extensions"] = json!({ "appid": "https://example.com/app-id" });
    desk.put("request.json", &request);
    let (text, code) = desk.run(words);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn user_is_known_from_an_allow_list() {
    let mut desk = Desk::new();
    let mut assertion = desk.json("assertion.json");
    assertion["response"].as_object_mut().unwrap().remove("userHandle");
    desk.put("no-user.json", &assertion);
    let words = "no-user.json --options request.json --passkey registration.json";
    let (text, code) = desk.run(words);
    assert_says(&text, &["It fails at §7.2 step 6"]);
    assert_eq!(code, 1, "{text}");
    let mut request = desk.json("request.json");
    let allowed = json!([{ "type": "public-key", "id": assertion["rawId"] }]);
    request["publicKey"]["allowCredentials"] = allowed;
    desk.put("request.json", &request);
    let (text, code) = desk.run(words);
    assert_says(&text, &["It is valid."]);
    assert_eq!(code, 0, "{text}");
}
