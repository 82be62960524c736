//! Extension outputs, in JSON from the client and in CBOR from the authenticator, compared with general readers.

use ciborium::Value as CborValue;
use relying_party::{
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CounterRule, CredentialRecord,
        RegistrationExpectation, verify_authentication, verify_registration,
    },
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::Cbor,
};
use serde_json::{Value, json};

use super::{
    attested::{Credulous, NOW, world},
    fixture::{ORIGIN, RP_ID, fixture},
    memory::bounded,
};

const IDENTIFIERS: [&str; 12] = [
    "credProps",
    "prf",
    "largeBlob",
    "appidExclude",
    "credProtect",
    "credBlob",
    "minPinLength",
    "pinComplexityPolicy",
    "hmac-secret",
    "uvm",
    "thirdPartyPayment",
    "appid",
];

/// The limit of memory per byte of a response: an output has a name, a value and a place in a list.
const MULTIPLE: usize = 16;

/// Two bytes that select what was requested, then client outputs up to a byte 0xff, then authenticator outputs.
struct Input<'a> {
    requested: RequestedExtensions,
    client: &'a str,
    authenticator: Option<&'a [u8]>,
}

fn input(data: &[u8]) -> Option<Input<'_>> {
    let (mask, rest) = data.split_first_chunk::<2>()?;
    let mask = u16::from_be_bytes(*mask);
    let chosen = |at: usize| mask & (1 << at) != 0;
    let requested = (0..IDENTIFIERS.len()).filter(|at| chosen(*at)).map(|at| IDENTIFIERS[at]);
    let requested = requested.collect::<Vec<_>>();
    let required = if chosen(15) { requested.clone() } else { Vec::new() };
    let mut json = json!({"requested": requested, "required": required});
    json["prf_second"] = chosen(14).into();
    json["large_blob_write"] = chosen(13).into();
    let mut parts = rest.splitn(2, |byte| *byte == 0xff);
    Some(Input {
        requested: serde_json::from_value(json).unwrap(),
        client: std::str::from_utf8(parts.next()?).ok()?,
        authenticator: parts.next(),
    })
}

/// The response JSON with these client outputs inserted as they are.
fn with_client_outputs(response: &Value, client: &str) -> Vec<u8> {
    let mut response = response.clone();
    response["clientExtensionResults"] = "HERE".into();
    response.to_string().replace("\"HERE\"", client).into_bytes()
}

/// Outputs of requested extensions have their type and say what a general reader finds.
pub(super) fn registration(data: &[u8]) {
    let Some(Input { requested, client, authenticator }) = input(data) else { return };
    let mut parts = fixture().registration.clone();
    if let Some(outputs) = authenticator {
        parts.authenticator_data.extend(Cbor::Raw(outputs.to_vec()));
    }
    let Ok(json) = parts.sign().map(|signed| signed.to_json().unwrap()) else { return };
    let json = with_client_outputs(&json, client);
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    let expected = RegistrationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: fixture().creation.challenge().as_bytes(),
        user_verification: UserVerification::Required,
        algorithms: fixture().rp.algorithms(),
        conditional: false,
        attestation: &world().ignore,
        now: NOW,
        extensions: &requested,
        verifier: &Credulous,
    };
    let Ok(response) = RegistrationResponse::parse(&json) else { return };
    let verified = bounded("extension outputs", MULTIPLE, json.len(), || {
        verify_registration(&response, &expected)
    });
    let Ok(verified) = verified else { return };
    let outputs = verified.extensions();
    let Ok(told) = serde_json::from_str::<Value>(client) else { return };
    assert!(outputs.client.cred_props_rk.is_none_or(|rk| told["credProps"]["rk"] == rk));
    assert!(
        outputs.client.large_blob_supported.is_none_or(|it| told["largeBlob"]["supported"] == it)
    );
    assert!(outputs.client.app_id_exclude.is_none_or(|it| told["appidExclude"] == it));
    assert!(outputs.client.hmac_create_secret.is_none_or(|it| told["hmacCreateSecret"] == it));
    let signed = authenticator.and_then(|it| ciborium::from_reader::<CborValue, _>(it).ok());
    let signed = signed.and_then(|it| it.into_map().ok()).unwrap_or_default();
    let signed = |name: &str| {
        let found = signed.iter().find(|(key, _)| key.as_text() == Some(name));
        found.map(|(_, value)| value.clone())
    };
    let outputs = &outputs.authenticator;
    for (name, output) in [
        ("credBlob", outputs.cred_blob),
        ("pinComplexityPolicy", outputs.pin_complexity_policy),
        ("hmac-secret", outputs.hmac_secret),
        ("thirdPartyPayment", outputs.third_party_payment),
    ] {
        assert!(output.is_none() || signed(name) == output.map(CborValue::Bool), "{name}");
    }
    if let Some(length) = outputs.min_pin_length {
        assert_eq!(signed("minPinLength"), Some(length.into()));
    }
}

/// The same for a sign-in. What `prf` derived has 32 bytes and does not appear in debug output.
pub(super) fn authentication(data: &[u8]) {
    let Some(Input { requested, client, authenticator }) = input(data) else { return };
    let mut parts = fixture().assertion.clone();
    if let Some(outputs) = authenticator {
        parts.authenticator_data.extend(Cbor::Raw(outputs.to_vec()));
    }
    let Ok(json) = parts.sign().map(|signed| signed.to_json().unwrap()) else { return };
    let json = with_client_outputs(&json, client);
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    let passkey = &fixture().passkey;
    let expected = AuthenticationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: fixture().named.challenge().as_bytes(),
        user_verification: UserVerification::Required,
        allow_credentials: &[],
        user: Some(passkey.user.as_bytes()),
        counter_rule: CounterRule::Reject,
        backup_eligibility_rule: BackupEligibilityRule::Fixed,
        find_by_credential_id: false,
        extensions: &requested,
        verifier: &Credulous,
    };
    let Ok(response) = AuthenticationResponse::parse(&json) else { return };
    let record = CredentialRecord::from(passkey);
    let verified = bounded("extension outputs", MULTIPLE, json.len(), || {
        verify_authentication(&response, &expected, &record)
    });
    let Ok(verified) = verified else { return };
    let outputs = &verified.extensions().client;
    let Ok(told) = serde_json::from_str::<Value>(client) else { return };
    assert!(outputs.app_id.is_none_or(|it| told["appid"] == it));
    assert!(outputs.large_blob_written.is_none_or(|it| told["largeBlob"]["written"] == it));
    if let Some(prf) = &outputs.prf {
        assert!(told["prf"]["results"]["first"].is_string(), "a secret from nowhere");
        assert!(!format!("{prf:?}").contains(told["prf"]["results"]["first"].as_str().unwrap()));
    }
}

/// Every kind of output, and each with something wrong.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let secret = super::codec::encode(&[7; 32]);
    let clients = [
        "{}".to_owned(),
        format!(
            r#"{{"credProps":{{"rk":true}},"prf":{{"enabled":true,"results":{{"first":"{secret}","second":"{secret}"}}}},"largeBlob":{{"supported":true}},"appidExclude":true,"hmacCreateSecret":true,"uvm":[[2,4,2]],"x":{{"y":[1]}}}}"#
        ),
        format!(
            r#"{{"prf":{{"results":{{"first":"{secret}"}}}},"largeBlob":{{"blob":"AQI","written":true}},"appid":false,"hmacGetSecret":{{"output1":"{secret}"}},"uvm":[[2,4,2]]}}"#
        ),
        r#"{"credProps":{"rk":1},"prf":{"enabled":"x"},"largeBlob":[],"appid":null}"#.to_owned(),
        "[]".to_owned(),
    ];
    let authenticators: [&[u8]; 4] = [
        b"",
        b"\xff\xa3\x68credBlob\xf5\x6bcredProtect\x02\x6bhmac-secret\xf5",
        b"\xff\xa4\x63uvm\x81\x83\x02\x04\x02\x68credBlob\x42\x01\x02\x6cminPinLength\x04\x71thirdPartyPayment\xf5",
        b"\xff\xa1\x6bcredProtect\x19\xff\xff",
    ];
    let masks: [[u8; 2]; 4] = [[0, 0], [0x4f, 0xff], [0x8f, 0xff], [0x20, 0x06]];
    let mut made = Vec::new();
    for mask in masks {
        for client in &clients {
            for authenticator in authenticators {
                made.push([&mask, client.as_bytes(), authenticator].concat());
            }
        }
    }
    made
}
