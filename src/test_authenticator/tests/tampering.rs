//! Tampering changes one thing, and otherwise only the signatures over it.

use alloc::{borrow::ToOwned, collections::BTreeSet, format, string::String, vec, vec::Vec};

use serde_json::{Value, json};

use super::{
    super::*, ORIGIN, assertion_verifies, attestation_object, bytes, creation_options, parse,
    request_options, signed, verifies,
};

/// Returns the places where two JSON values differ.
fn differences(one: &Value, other: &Value, at: &str) -> Vec<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
            let null = &Value::Null;
            names
                .into_iter()
                .flat_map(|name| {
                    let member = |of: &'_ serde_json::Map<String, Value>| of.get(name).cloned();
                    let (one, other) = (member(one), member(other));
                    differences(
                        one.as_ref().unwrap_or(null),
                        other.as_ref().unwrap_or(null),
                        &format!("{at}/{name}"),
                    )
                })
                .collect()
        }
        _ if one == other => vec![],
        _ => vec![at.to_owned()],
    }
}

#[test]
fn tampering_with_an_assertion_changes_that_and_the_signature() {
    type Tamper = fn(&mut AssertionParts);
    let tamperings: [(&str, Tamper); 7] = [
        ("clientDataJSON", |parts| parts.client_data.kind = "webauthn.create".into()),
        ("clientDataJSON", |parts| parts.client_data.challenge.push('A')),
        ("clientDataJSON", |parts| parts.client_data.raw = Some(b"{}".to_vec())),
        ("authenticatorData", |parts| parts.authenticator_data.rp_id_hash[0] ^= 1),
        ("authenticatorData", |parts| parts.authenticator_data.flags = 0),
        ("authenticatorData", |parts| parts.authenticator_data.trailing.push(0)),
        ("authenticatorData", |parts| parts.authenticator_data.raw = Some(vec![])),
    ];
    for algorithm in [TestAlgorithm::Es256, TestAlgorithm::Ed25519] {
        let mut authenticator = TestAuthenticator::new("seed");
        let made = parse(&authenticator.create(&creation_options(&[algorithm]), ORIGIN).unwrap());
        let spki = bytes(&made, "/response/publicKey");
        let honest = parse(&authenticator.get(&request_options(&[]), ORIGIN).unwrap());
        for (member, tamper) in tamperings {
            let tampered =
                authenticator.get_tampered(&request_options(&[]), ORIGIN, tamper).unwrap();
            let tampered = parse(&tampered);
            assert_eq!(
                differences(&honest, &tampered, ""),
                [format!("/response/{member}"), "/response/signature".to_owned()]
            );
            assert!(assertion_verifies(algorithm, &spki, &tampered));
        }
    }
}

#[test]
fn tampering_with_unsigned_members_keeps_the_signature() {
    type Tamper = fn(&mut AssertionParts);
    let tamperings: [(&str, Tamper); 8] = [
        ("/id", |parts| parts.outer.id.push('A')),
        ("/rawId", |parts| parts.outer.raw_id.push('A')),
        ("/type", |parts| parts.outer.kind = "password".into()),
        ("/authenticatorAttachment", |parts| parts.outer.attachment = None),
        ("/clientExtensionResults/appid", |parts| {
            parts.outer.client_extension_results = json!({"appid": true});
        }),
        ("/response/userHandle", |parts| parts.user_handle = Some(vec![1])),
        ("/response/signature", |parts| parts.outer.remove("/response/signature")),
        ("/new", |parts| parts.outer.set("/new", true)),
    ];
    let mut authenticator = TestAuthenticator::new("seed");
    authenticator.create(&creation_options(&[TestAlgorithm::Es256]), ORIGIN).unwrap();
    let honest = parse(&authenticator.get(&request_options(&[]), ORIGIN).unwrap());
    for (place, tamper) in tamperings {
        let tampered = authenticator.get_tampered(&request_options(&[]), ORIGIN, tamper).unwrap();
        assert_eq!(differences(&honest, &parse(&tampered), ""), [place]);
    }
}

#[test]
fn another_key_can_sign() {
    let mut authenticator = TestAuthenticator::new("seed");
    let made =
        parse(&authenticator.create(&creation_options(&[TestAlgorithm::Es256]), ORIGIN).unwrap());
    let other = TestKey::from_seed(TestAlgorithm::Es256, "other").unwrap();
    let tampered = authenticator
        .get_tampered(&request_options(&[]), ORIGIN, |parts| parts.key = other.clone())
        .unwrap();
    let tampered = parse(&tampered);
    let spki = bytes(&made, "/response/publicKey");
    assert!(!assertion_verifies(TestAlgorithm::Es256, &spki, &tampered));
    assert!(assertion_verifies(TestAlgorithm::Es256, &other.spki().unwrap(), &tampered));
}

#[test]
fn tampering_with_a_registration_is_signed_over_by_self_attestation() {
    type Corrupt = fn(&mut SignedRegistration);
    let options = creation_options(&[TestAlgorithm::Es256]);
    let authenticator =
        TestAuthenticator::new("seed").with(|it| it.attestation = TestAttestation::PackedSelf);
    let response = authenticator
        .clone()
        .create_tampered(&options, ORIGIN, |parts| {
            let attested = parts.authenticator_data.attested.as_mut().unwrap();
            attested.public_key.set(3, -8);
            parts.authenticator_data.extend(Cbor::map([("credProtect", 2.into())]));
        })
        .unwrap();
    let response = parse(&response);
    let data = bytes(&response, "/response/authenticatorData");
    assert!(data.ends_with(b"\xa1\x6bcredProtect\x02"));
    let statement = Cbor::Value(attestation_object(&response)[1].1.clone());
    let message = signed(&data, &bytes(&response, "/response/clientDataJSON"));
    let signature = statement.entry("sig").unwrap().as_bytes().unwrap();
    let spki = bytes(&response, "/response/publicKey");
    assert!(verifies(TestAlgorithm::Es256, &spki, &message, signature));

    let honest = parse(&authenticator.clone().create(&options, ORIGIN).unwrap());
    let corruptions: [Corrupt; 4] = [
        |signed| signed.fmt = "none".into(),
        |signed| signed.statement.set("alg", -257),
        |signed| signed.statement = Cbor::Raw(vec![0x80]),
        |signed| signed.attestation_object = Some(vec![]),
    ];
    for corrupt in corruptions {
        let corrupted = authenticator.clone().create_corrupted(&options, ORIGIN, corrupt).unwrap();
        assert_eq!(differences(&honest, &parse(&corrupted), ""), ["/response/attestationObject"]);
    }
}

#[test]
fn format_and_statement_can_be_replaced() {
    let mut authenticator = TestAuthenticator::new("seed");
    let options = creation_options(&[TestAlgorithm::Es256]);
    let response = authenticator
        .create_tampered(&options, ORIGIN, |parts| {
            parts.fmt = Some("unheard-of".into());
            parts.statement = Some(Cbor::map([("x", 1.into())]));
        })
        .unwrap();
    let object = attestation_object(&parse(&response));
    assert_eq!(object[0].1, "unheard-of".into());
    assert_eq!(object[1].1, CborValue::Map(vec![("x".into(), 1.into())]));
}
