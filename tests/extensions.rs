//! Extensions (§9, §10): what is requested, what is returned, and how it is treated. One test for each rule.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::{env, fs, path::Path};

use ciborium::Value as CborValue;
use host::{Host, NOW, ORIGIN, authenticator, flow, posted, session, user};
use proptest::prelude::*;
use relying_party::{
    CreatePasskey, CredentialId, Error, RelyingParty, SignIn, SignInRequest,
    ceremony::CeremonyError,
    extensions::{
        AppId, AuthenticationInputs, CredentialProtection, Extension, ExtensionError, HmacSalts,
        InvalidExtensions, PrfValues, RegistrationInputs, UvmEntry,
    },
    flow::{BeginOptions, Created, SignInStart, SignedIn},
    store,
    test_authenticator::{AssertionParts, RegistrationParts},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// 32 bytes as base64url, and these bytes.
const SECRET: &str = "Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4";
const SECRET_BYTES: [u8; 32] = [0x5e; 32];

const APP_ID: &str = "https://example.com/app-id.json";

fn none() -> RegistrationInputs {
    RegistrationInputs::none()
}

fn inputs() -> AuthenticationInputs {
    AuthenticationInputs::default()
}

fn prf(first: &[u8]) -> PrfValues {
    PrfValues::new(first)
}

fn json_of(inputs: &impl serde::Serialize) -> Value {
    serde_json::to_value(inputs).unwrap()
}

/// A registration with these inputs, whose response is tampered with.
fn register(
    inputs: RegistrationInputs,
    tamper: impl FnOnce(&mut RegistrationParts),
) -> Result<Created, Error> {
    let (host, ada) = (Host::new(), user("ada"));
    let options = BeginOptions::new(session()).extensions(inputs);
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin))?;
    let response =
        authenticator("device").create_tampered(&start.public_key, ORIGIN, tamper).unwrap();
    let (handle, id) = (ada.handle(), start.ceremony_id);
    let finish = CreatePasskey::finish(&host.rp, handle, posted(id, response.as_bytes()), NOW);
    flow(store::run(&host.store, finish))
}

/// The same, with these client and authenticator outputs.
fn registered(
    inputs: RegistrationInputs,
    client: Value,
    authenticator: &[(&str, CborValue)],
) -> Result<Created, Error> {
    register(inputs, |parts| {
        parts.outer.client_extension_results = client;
        if !authenticator.is_empty() {
            parts.authenticator_data.extend(map(authenticator));
        }
    })
}

/// A sign-in of a user with one passkey.
fn sign_in(
    inputs: AuthenticationInputs,
    tamper: impl FnOnce(&mut AssertionParts),
) -> Result<SignedIn, Error> {
    let (host, ada, mut device) = (Host::new(), user("ada"), authenticator("device"));
    host.create(&ada, &mut device).unwrap();
    let start = begin_sign_in(&host, SignInRequest::for_account(ada.handle()), inputs)?;
    let response = device.get_tampered(&start.public_key, ORIGIN, tamper).unwrap();
    host.finish_sign_in(&start, response)
}

fn begin_sign_in(
    host: &Host,
    request: SignInRequest,
    inputs: AuthenticationInputs,
) -> Result<SignInStart, Error> {
    let options = BeginOptions::new(session()).extensions(inputs);
    let begin = SignIn::begin(&host.rp, request, options, host.challenge(), NOW);
    flow(store::run(&host.store, begin))
}

fn signed_in(
    inputs: AuthenticationInputs,
    client: Value,
    authenticator: &[(&str, CborValue)],
) -> Result<SignedIn, Error> {
    sign_in(inputs, |parts| {
        parts.outer.client_extension_results = client;
        if !authenticator.is_empty() {
            parts.authenticator_data.extend(map(authenticator));
        }
    })
}

fn map(entries: &[(&str, CborValue)]) -> CborValue {
    CborValue::Map(
        entries.iter().map(|(name, value)| (CborValue::from(*name), value.clone())).collect(),
    )
}

/// The extension error of a ceremony. Also checks its code.
fn refused<T: core::fmt::Debug>(outcome: Result<T, Error>) -> ExtensionError {
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), "extension", "{error}");
    match error {
        Error::Registration(CeremonyError::Extension(error))
        | Error::Authentication(CeremonyError::Extension(error)) => error,
        other => panic!("{other}"),
    }
}

// Inputs.

#[test]
fn registration_inputs_are_written_as_clients_parse_them() {
    let all = RegistrationInputs::default()
        .prf(Some(PrfValues::with_second(&[1, 2, 3], &[4, 5, 6])))
        .large_blob()
        .cred_protect(CredentialProtection::UserVerificationOptionalWithCredentialIdList)
        .cred_blob(&[7, 8, 9])
        .min_pin_length()
        .pin_complexity_policy()
        .hmac_create_secret()
        .app_id_exclude(AppId::new(APP_ID).unwrap())
        .uvm()
        .raw("payment", &json!({"isPayment": true}))
        .unwrap();
    assert_eq!(
        json_of(&all),
        json!({
            "credProps": true,
            "prf": {"eval": {"first": "AQID", "second": "BAUG"}},
            "largeBlob": {"support": "preferred"},
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
            "enforceCredentialProtectionPolicy": false,
            "credBlob": "BwgJ",
            "minPinLength": true,
            "pinComplexityPolicy": true,
            "hmacCreateSecret": true,
            "appidExclude": APP_ID,
            "uvm": true,
            "payment": {"isPayment": true},
        })
    );
    assert_eq!(json_of(&none().prf(None)), json!({"prf": {}}));
    assert_eq!(json_of(&RegistrationInputs::default()), json!({"credProps": true}));
}

#[test]
fn authentication_inputs_are_written_as_clients_parse_them() {
    let id = CredentialId::try_from(&[1, 2, 3][..]).unwrap();
    let all = inputs()
        .prf(prf(&[1, 2, 3]))
        .prf_for(id, PrfValues::with_second(&[4, 5, 6], &[7, 8, 9]))
        .read_large_blob()
        .cred_blob()
        .hmac_get_secret(HmacSalts::new(&SECRET_BYTES, None))
        .app_id(AppId::new(APP_ID).unwrap())
        .uvm()
        .raw("remoteClientDataJSON", &"{}")
        .unwrap();
    assert_eq!(
        json_of(&all),
        json!({
            "prf": {
                "eval": {"first": "AQID"},
                "evalByCredential": {"AQID": {"first": "BAUG", "second": "BwgJ"}},
            },
            "largeBlob": {"read": true},
            "getCredBlob": true,
            "hmacGetSecret": {"salt1": SECRET},
            "appid": APP_ID,
            "uvm": true,
            "remoteClientDataJSON": "{}",
        })
    );
}

#[test]
fn options_omit_extensions_if_there_are_none() {
    let host = Host::new();
    let start = begin_sign_in(&host, SignInRequest::Discoverable, inputs()).unwrap();
    assert!(json_of(&start.public_key).get("extensions").is_none());
    let ada = user("ada");
    let options = BeginOptions::new(session()).extensions(none());
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin)).unwrap();
    assert!(json_of(&start.public_key).get("extensions").is_none());

    let start = begin_sign_in(&host, SignInRequest::Discoverable, inputs().uvm()).unwrap();
    assert_eq!(json_of(&start.public_key)["extensions"], json!({"uvm": true}));
    let options = BeginOptions::new(session()).extensions(none().uvm());
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin)).unwrap();
    assert_eq!(json_of(&start.public_key)["extensions"], json!({"uvm": true}));
}

#[test]
fn prf_values_of_a_credential_are_the_last_ones_set() {
    let id = |byte| CredentialId::try_from(&[byte; 16][..]).unwrap();
    let inputs = inputs()
        .prf_for(id(1), PrfValues::with_second(&[1], &[2]))
        .prf_for(id(2), prf(&[3]))
        .prf_for(id(1), prf(&[4]));
    let by_credential = json!({
        "AQEBAQEBAQEBAQEBAQEBAQ": {"first": "BA"},
        "AgICAgICAgICAgICAgICAg": {"first": "Aw"},
    });
    assert_eq!(json_of(&inputs), json!({"prf": {"evalByCredential": by_credential}}));
}

/// A second result is only kept if a second value was sent, for any passkey.
#[test]
fn second_values_of_one_credential_are_remembered_with_others_without() {
    let id = |byte| CredentialId::try_from(&[byte; 16][..]).unwrap();
    let two = PrfValues::with_second(&[1], &[2]);
    for inputs in [
        inputs().prf_for(id(1), two.clone()).prf_for(id(2), prf(&[3])),
        inputs().prf_for(id(2), prf(&[3])).prf_for(id(1), two.clone()),
        inputs().prf_for(id(1), two.clone()).prf(prf(&[3])),
        inputs().prf(two).prf_for(id(2), prf(&[3])),
    ] {
        assert_eq!(json_of(inputs.requested())["prf_second"], true);
    }
    let without = inputs().prf_for(id(1), prf(&[1])).prf(prf(&[2]));
    assert!(json_of(without.requested()).get("prf_second").is_none());
}

#[test]
fn large_blob_is_read_or_written_but_not_both() {
    let read = inputs().write_large_blob(&[1, 2, 3]).read_large_blob();
    assert_eq!(json_of(&read), json!({"largeBlob": {"read": true}}));
    let write = inputs().read_large_blob().write_large_blob(&[1, 2, 3]);
    assert_eq!(json_of(&write), json!({"largeBlob": {"write": "AQID"}}));
    // The last call decides how the outputs are checked.
    assert_eq!(read.requested(), inputs().read_large_blob().requested());
    assert_eq!(write.requested(), inputs().write_large_blob(&[7]).requested());
}

#[test]
fn large_blob_is_written_with_exactly_one_allowed_credential() {
    let (host, ada) = (Host::new(), user("ada"));
    let write = || inputs().write_large_blob(&[1]);
    for (passkeys, outcome) in [(0, Some(0)), (1, None), (2, Some(2))] {
        if passkeys > 0 {
            host.create(&ada, &mut authenticator(&passkeys.to_string())).unwrap();
        }
        let begun = begin_sign_in(&host, SignInRequest::for_account(ada.handle()), write());
        let error = outcome.map(|n| Error::Extensions(InvalidExtensions::LargeBlobWrite(n)));
        assert_eq!(begun.err(), error);
    }
    assert!(begin_sign_in(&host, SignInRequest::Discoverable, write()).is_err());
    let read = inputs().read_large_blob();
    assert!(begin_sign_in(&host, SignInRequest::Discoverable, read).is_ok());
}

#[test]
fn prf_values_by_credential_are_for_allowed_credentials_only() {
    let (host, ada) = (Host::new(), user("ada"));
    let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
    let other = CredentialId::try_from(&[7; 32][..]).unwrap();
    let named = SignInRequest::for_account(ada.handle());
    let by = |id: &CredentialId| inputs().prf_for(id.clone(), prf(&[1]));
    let error = Error::Extensions(InvalidExtensions::PrfCredential);
    assert!(begin_sign_in(&host, named, by(&passkey.credential_id)).is_ok());
    assert_eq!(begin_sign_in(&host, named, by(&other)).unwrap_err(), error);
    // The allow list is empty.
    let discoverable = SignInRequest::Discoverable;
    let refused = begin_sign_in(&host, discoverable, by(&passkey.credential_id)).unwrap_err();
    assert_eq!(refused, error);
    assert_eq!(refused.code(), "extension_inputs_invalid");
    assert_eq!(refused.public().code(), "internal_error");
}

#[test]
fn raw_inputs_have_an_identifier_and_are_not_null_nor_typed() {
    let raw = |identifier: &str, input: Value| none().raw(identifier, &input).err();
    for bad in ["", "a b", "a\"b", "a\\b", "ä", &"x".repeat(33)] {
        assert_eq!(raw(bad, json!(1)), Some(InvalidExtensions::Identifier(bad.into())), "{bad}");
    }
    assert_eq!(raw("x", Value::Null), Some(InvalidExtensions::Input("x".into())));
    for (typed, extension) in [
        ("prf", Extension::Prf),
        ("hmacGetSecret", Extension::HmacSecret),
        ("credentialProtectionPolicy", Extension::CredProtect),
    ] {
        assert_eq!(raw(typed, json!(true)), Some(InvalidExtensions::Typed(extension)));
    }
    assert_eq!(raw(&"x".repeat(32), json!({"a": [1]})), None);
}

#[test]
fn required_extensions_must_be_requested() {
    let error = InvalidExtensions::NotRequested(Extension::Uvm);
    let required = none().require(Extension::Uvm);
    let refused = registered(required.clone(), json!({}), &[]).unwrap_err();
    assert_eq!(refused, Error::Extensions(error.clone()));
    let refused = signed_in(inputs().require(Extension::Uvm), json!({}), &[]).unwrap_err();
    assert_eq!(refused, Error::Extensions(error.clone()));
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let errors = rp.creation_extensions(required).build().unwrap_err();
    assert_eq!(errors.to_string(), error.to_string());
}

#[test]
fn creation_extensions_of_the_relying_party_apply_unless_the_ceremony_has_others() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let policy = CredentialProtection::UserVerificationRequired;
    let inputs = none().cred_protect(policy).require(Extension::CredProtect);
    let host = Host::with(rp.creation_extensions(inputs).build().unwrap());
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    assert_eq!(
        json_of(&start.public_key)["extensions"],
        json!({
            "credentialProtectionPolicy": "userVerificationRequired",
            "enforceCredentialProtectionPolicy": true,
        })
    );
    let outcome = host.create(&ada, &mut authenticator("device"));
    assert_eq!(outcome.unwrap_err().code(), "extension");
    assert!(host.passkeys(&ada).is_empty(), "a rejected passkey is not stored");
    let options = BeginOptions::new(session()).extensions(RegistrationInputs::default());
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin)).unwrap();
    assert_eq!(json_of(&start.public_key)["extensions"], json!({"credProps": true}));
}

// Outputs of a registration, row by row.

#[test]
fn cred_props_says_yes_no_or_nothing_and_never_fails() {
    let table = [
        (json!({"credProps": {"rk": true}}), Some(true)),
        (json!({"credProps": {"rk": false}}), Some(false)),
        (json!({"credProps": {}}), None),
        (json!({"credProps": {"rk": null}}), None),
        (json!({"credProps": {"rk": "x"}}), None),
        (json!({"credProps": [true]}), None),
        (json!({"credProps": null}), None),
        (json!({}), None),
        (json!([]), None),
        (Value::Null, None),
    ];
    for (client, rk) in table {
        let created = registered(RegistrationInputs::default(), client.clone(), &[]).unwrap();
        assert_eq!(created.passkey.discoverable, rk, "{client}");
    }
}

/// Some clients send it. It names the passkey, and nothing depends on it.
#[test]
fn cred_props_may_name_the_authenticator_and_never_fails() {
    for (told, name) in [
        (json!("Blue\u{202e} key"), "Blue key"),
        (json!(""), "Passkey"),
        (json!(7), "Passkey"),
        (json!(["x"]), "Passkey"),
        (json!({}), "Passkey"),
        (json!(null), "Passkey"),
    ] {
        let client = json!({"credProps": {"rk": true, "authenticatorDisplayName": told}});
        let created = registered(RegistrationInputs::default(), client, &[]).unwrap();
        let outputs = created.extensions.client;
        assert_eq!(outputs.authenticator_display_name.as_deref(), told.as_str());
        assert_eq!(outputs.cred_props_rk, Some(true), "{told}");
        assert_eq!(created.passkey.name.as_str(), name, "{told}");
    }
    let created =
        registered(RegistrationInputs::default(), json!({"credProps": {"rk": true}}), &[]);
    assert_eq!(created.unwrap().extensions.client.authenticator_display_name, None);
}

#[test]
fn required_cred_props_says_yes() {
    let inputs = || RegistrationInputs::default().require(Extension::CredProps);
    assert!(registered(inputs(), json!({"credProps": {"rk": true}}), &[]).is_ok());
    for (client, error) in [
        (json!({"credProps": {"rk": false}}), ExtensionError::NotDone(Extension::CredProps)),
        (json!({"credProps": {}}), ExtensionError::Missing(Extension::CredProps)),
        (json!({}), ExtensionError::Missing(Extension::CredProps)),
        (json!({"credProps": true}), ExtensionError::Missing(Extension::CredProps)),
        (json!([]), ExtensionError::Missing(Extension::CredProps)),
    ] {
        assert_eq!(refused(registered(inputs(), client, &[])), error);
    }
}

#[test]
fn prf_is_enabled_and_may_derive_at_creation() {
    let client = json!({"prf": {"enabled": true, "results": {"first": SECRET, "second": SECRET}}});
    let two = || none().prf(Some(PrfValues::with_second(&[1], &[2])));
    let created = registered(two().require(Extension::Prf), client.clone(), &[]).unwrap();
    let output = created.extensions.client.prf.unwrap();
    assert_eq!(output.enabled, Some(true));
    let results = output.results.unwrap();
    assert_eq!(results.first.as_bytes(), &SECRET_BYTES);
    assert!(results.second.is_some());

    // Neither enabled nor results must be present, and a second secret that was not requested is not kept.
    assert!(registered(two(), json!({}), &[]).is_ok());
    let one = registered(none().prf(Some(prf(&[1]))), client, &[]).unwrap();
    assert!(one.extensions.client.prf.unwrap().results.unwrap().second.is_none());
    for (client, error) in [
        (json!({}), ExtensionError::Missing(Extension::Prf)),
        (json!({"prf": {}}), ExtensionError::Missing(Extension::Prf)),
        (json!({"prf": {"enabled": false}}), ExtensionError::NotDone(Extension::Prf)),
    ] {
        assert_eq!(refused(registered(two().require(Extension::Prf), client, &[])), error);
    }
}

#[test]
fn prf_results_are_32_bytes_each() {
    for results in [
        json!({"first": "AQID"}),
        json!({"first": format!("{SECRET}AA")}),
        json!({"first": {}}),
        json!({"first": {"0": 1}}),
        json!({"first": null}),
        json!({"first": ""}),
        json!({"second": SECRET}),
        json!({"first": SECRET, "second": 1}),
        json!([SECRET]),
        json!({}),
    ] {
        let client = json!({"prf": {"results": results}});
        let inputs = || inputs().prf(PrfValues::with_second(&[1], &[2]));
        let outputs = signed_in(inputs(), client.clone(), &[]).unwrap().extensions.client;
        assert_eq!(outputs.prf, None, "{client}");
        assert_eq!(parsed(outputs.unreadable.get("prf").unwrap()), client["prf"]);
        let error = refused(signed_in(inputs().require(Extension::Prf), client, &[]));
        assert_eq!(error, ExtensionError::Missing(Extension::Prf));
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// Pages remove the secrets before they post a response, or serialize buffers as `{}`.
#[test]
fn reads_readable_outputs_next_to_unreadable_ones() {
    let client = json!({"prf": {"enabled": true, "results": {}}, "largeBlob": {"supported": true}});
    let required = none().prf(None).require(Extension::Prf);
    let outputs = registered(required, client.clone(), &[]).unwrap().extensions.client;
    let prf = outputs.prf.unwrap();
    assert_eq!((prf.enabled, prf.results), (Some(true), None));
    assert_eq!(outputs.large_blob_supported, Some(true));
    assert_eq!(parsed(outputs.unreadable.get("prf").unwrap()), client["prf"]);
    assert_eq!(outputs.unreadable.iter().count(), 1);

    let client =
        json!({"largeBlob": {"blob": {}, "written": true}, "uvm": [], "hmacGetSecret": null});
    let required = inputs().write_large_blob(&[1]).require(Extension::LargeBlob);
    let outputs = signed_in(required, client, &[]).unwrap().extensions.client;
    assert_eq!((outputs.large_blob, outputs.large_blob_written), (None, Some(true)));
    let unreadable: Vec<_> = outputs.unreadable.iter().map(|(name, _)| name).collect();
    assert_eq!(unreadable, ["largeBlob", "uvm"]);
}

/// An output of which one member appears twice has two readings.
#[test]
fn output_with_a_repeated_member_is_unreadable() {
    let client = json!({"credProps": "HERE"});
    let twice = r#"{"rk":false,"rk":true}"#;
    let (host, ada) = (Host::new(), user("ada"));
    let start = host.begin_create(&ada).unwrap();
    let response = authenticator("device")
        .create_tampered(&start.public_key, ORIGIN, |parts| {
            parts.outer.client_extension_results = client;
        })
        .unwrap()
        .replace("\"HERE\"", twice);
    let finish = CreatePasskey::finish(
        &host.rp,
        ada.handle(),
        posted(start.ceremony_id, response.as_bytes()),
        NOW,
    );
    let created = flow(store::run(&host.store, finish)).unwrap();
    assert_eq!(created.extensions.client.unreadable.get("credProps").unwrap(), twice);
    assert_eq!(created.passkey.discoverable, None);
}

#[test]
fn prf_results_of_a_sign_in_are_handed_over() {
    let client = json!({"prf": {"results": {"first": SECRET}}});
    let outcome = signed_in(inputs().prf(prf(&[1])).require(Extension::Prf), client, &[]).unwrap();
    assert_eq!(outcome.extensions.client.prf.unwrap().first.as_bytes(), &SECRET_BYTES);
    let absent = signed_in(inputs().prf(prf(&[1])), json!({"prf": {}}), &[]).unwrap();
    assert_eq!(absent.extensions.client.prf, None);
    let required = inputs().prf(prf(&[1])).require(Extension::Prf);
    let error = refused(signed_in(required, json!({"prf": {}}), &[]));
    assert_eq!(error, ExtensionError::Missing(Extension::Prf));
}

#[test]
fn secrets_are_neither_stored_nor_shown() {
    let client = json!({
        "prf": {"results": {"first": SECRET}},
        "hmacGetSecret": {"output1": SECRET},
        "unknown": SECRET,
    });
    let bytes = format!("{SECRET_BYTES:?}");
    let hidden = |shown: &str| !shown.contains(SECRET) && !shown.contains(&bytes);
    let created = registered(none().prf(Some(prf(&SECRET_BYTES))), client.clone(), &[]).unwrap();
    assert!(hidden(&format!("{created:?}")));
    assert!(hidden(&serde_json::to_string(&created.passkey.to_stored()).unwrap()));
    let asked = inputs().prf(prf(&SECRET_BYTES)).write_large_blob(&SECRET_BYTES);
    assert!(hidden(&format!("{asked:?}")));
    assert!(hidden(&serde_json::to_string(asked.requested()).unwrap()), "nor remembered");
    let outcome = signed_in(asked, client, &[]).unwrap();
    assert!(outcome.extensions.client.prf.is_some());
    assert!(hidden(&format!("{outcome:?}")));
    assert!(hidden(&serde_json::to_string(&outcome.passkey.to_stored()).unwrap()));
    // An error or an outcome does not either, if the output has the wrong type.
    let client = json!({"prf": {"results": {"first": format!("{SECRET}AA")}}});
    let asked = inputs().prf(prf(&[1]));
    let outcome = signed_in(asked.clone(), client.clone(), &[]).unwrap();
    assert!(outcome.extensions.client.unreadable.get("prf").is_some());
    assert!(hidden(&format!("{outcome:?}")));
    let error = signed_in(asked.require(Extension::Prf), client, &[]).unwrap_err();
    assert!(hidden(&format!("{error:?} {error}")));
}

#[test]
fn flows_that_hold_a_response_do_not_show_its_extension_results() {
    use relying_party::json::AuthenticationResponse;
    let json = format!(
        r#"{{"id":"AQID","rawId":"AQID","type":"public-key",
            "clientExtensionResults":{{"prf":{{"results":{{"first":"{SECRET}"}}}}}},
            "response":{{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AAAA"}}}}"#
    );
    let response = AuthenticationResponse::parse(json.as_bytes()).unwrap();
    assert!(!format!("{response:?}").contains(SECRET));
    let (host, ada) = (Host::new(), user("ada"));
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let finish = SignIn::finish(&host.rp, posted(start.ceremony_id, json.as_bytes()), NOW).unwrap();
    let bytes = format!("{:?}", SECRET.as_bytes());
    assert!(!format!("{finish:?}").contains(bytes.trim_matches(['[', ']'])));
    let id = start.ceremony_id;
    let finish =
        CreatePasskey::finish(&host.rp, ada.handle(), posted(id, json.as_bytes()), NOW).unwrap();
    assert!(!format!("{finish:?}").contains(bytes.trim_matches(['[', ']'])));
}

#[test]
fn required_large_blob_is_supported() {
    let required = || none().large_blob().require(Extension::LargeBlob);
    assert_eq!(json_of(&required()), json!({"largeBlob": {"support": "required"}}));
    let created = registered(required(), json!({"largeBlob": {"supported": true}}), &[]).unwrap();
    assert_eq!(created.extensions.client.large_blob_supported, Some(true));
    for (client, error) in [
        (json!({"largeBlob": {"supported": false}}), ExtensionError::NotDone(Extension::LargeBlob)),
        (json!({}), ExtensionError::Missing(Extension::LargeBlob)),
        (json!({"largeBlob": {"supported": 1}}), ExtensionError::Missing(Extension::LargeBlob)),
    ] {
        assert_eq!(refused(registered(required(), client, &[])), error);
    }
    let preferred =
        registered(none().large_blob(), json!({"largeBlob": {"supported": false}}), &[]);
    assert_eq!(preferred.unwrap().extensions.client.large_blob_supported, Some(false));
}

#[test]
fn required_large_blob_is_read_or_written() {
    let read = || inputs().read_large_blob().require(Extension::LargeBlob);
    let write = || inputs().write_large_blob(&[1]).require(Extension::LargeBlob);
    let outcome = signed_in(read(), json!({"largeBlob": {"blob": "AQID"}}), &[]).unwrap();
    assert_eq!(outcome.extensions.client.large_blob.unwrap().as_bytes(), [1, 2, 3]);
    let outcome = signed_in(write(), json!({"largeBlob": {"written": true}}), &[]).unwrap();
    assert_eq!(outcome.extensions.client.large_blob_written, Some(true));
    let missing = ExtensionError::Missing(Extension::LargeBlob);
    for (inputs, client, error) in [
        (read(), json!({"largeBlob": {}}), missing),
        (read(), json!({"largeBlob": {"written": true}}), missing),
        (write(), json!({"largeBlob": {"blob": "AQID"}}), missing),
        (
            write(),
            json!({"largeBlob": {"written": false}}),
            ExtensionError::NotDone(Extension::LargeBlob),
        ),
        (read(), json!({"largeBlob": {"blob": "!"}}), missing),
    ] {
        assert_eq!(refused(signed_in(inputs, client, &[])), error);
    }
}

#[test]
fn required_cred_protect_is_at_least_what_was_asked_for() {
    use CredentialProtection as Level;
    let levels = [
        Level::UserVerificationOptional,
        Level::UserVerificationOptionalWithCredentialIdList,
        Level::UserVerificationRequired,
    ];
    for required in levels {
        for found in [None, Some(1), Some(2), Some(3)] {
            let inputs = none().cred_protect(required).require(Extension::CredProtect);
            let outputs = found.map(|level: u8| ("credProtect", CborValue::from(level)));
            let outcome = registered(inputs, json!({}), outputs.as_slice());
            // Absent is 1.
            let found = levels[usize::from(found.unwrap_or(1)) - 1];
            if found < required {
                assert_eq!(refused(outcome), ExtensionError::CredProtect { required, found });
            } else {
                assert!(outcome.is_ok(), "{required:?} {found:?}");
            }
        }
    }
    // Requested, but not required.
    let weak = registered(none().cred_protect(levels[2]), json!({}), &[]);
    assert_eq!(weak.unwrap().extensions.authenticator.cred_protect, None);
}

#[test]
fn authenticator_outputs_of_the_wrong_type_decide_nothing_unless_required() {
    let table: [(RegistrationInputs, &str, CborValue, Extension); 9] = [
        (protect(), "credProtect", 0.into(), Extension::CredProtect),
        (protect(), "credProtect", 4.into(), Extension::CredProtect),
        (protect(), "credProtect", true.into(), Extension::CredProtect),
        (none().cred_blob(&[1]), "credBlob", 1.into(), Extension::CredBlob),
        (none().min_pin_length(), "minPinLength", (-1).into(), Extension::MinPinLength),
        (
            none().pin_complexity_policy(),
            "pinComplexityPolicy",
            1.into(),
            Extension::PinComplexityPolicy,
        ),
        (none().hmac_create_secret(), "hmac-secret", CborValue::Null, Extension::HmacSecret),
        (none().uvm(), "uvm", CborValue::Array(vec![]), Extension::Uvm),
        (none().uvm(), "uvm", CborValue::Array(vec![uvm_entry(); 4]), Extension::Uvm),
    ];
    for (inputs, name, value, extension) in table {
        let outputs = [(name, value.clone())];
        let mut bytes = Vec::new();
        ciborium::into_writer(&value, &mut bytes).unwrap();
        for asked in [none(), inputs.clone()] {
            let kept = registered(asked, json!({}), &outputs).unwrap().extensions.authenticator;
            assert_eq!(kept.unreadable.get(name), Some(&bytes), "{name} {value:?}");
            assert_eq!(kept.other.get(name), None);
        }
        let error = refused(registered(inputs.require(extension), json!({}), &outputs));
        let expected = match extension {
            Extension::CredProtect => ExtensionError::CredProtect {
                required: CredentialProtection::UserVerificationRequired,
                found: CredentialProtection::UserVerificationOptional,
            },
            other => ExtensionError::Missing(other),
        };
        assert_eq!(error, expected, "{name} {value:?}");
    }
}

fn protect() -> RegistrationInputs {
    none().cred_protect(CredentialProtection::UserVerificationRequired)
}

fn uvm_entry() -> CborValue {
    CborValue::Array(vec![2.into(), 4.into(), 2.into()])
}

#[test]
fn min_pin_length_is_at_least_what_is_required() {
    let output = |length: u8| [("minPinLength", CborValue::from(length))];
    let created = registered(none().require_min_pin_length(6), json!({}), &output(6)).unwrap();
    assert_eq!(created.extensions.authenticator.min_pin_length, Some(6));
    let short = refused(registered(none().require_min_pin_length(6), json!({}), &output(4)));
    assert_eq!(short, ExtensionError::MinPinLength { required: 6, found: 4 });
    let absent = refused(registered(none().require_min_pin_length(6), json!({}), &[]));
    assert_eq!(absent, ExtensionError::Missing(Extension::MinPinLength));
    assert!(registered(none().min_pin_length(), json!({}), &[]).is_ok());
}

#[test]
fn pin_complexity_policy_is_on_if_required() {
    let required = || none().pin_complexity_policy().require(Extension::PinComplexityPolicy);
    let output = |on: bool| [("pinComplexityPolicy", CborValue::from(on))];
    assert!(registered(required(), json!({}), &output(true)).is_ok());
    let off = refused(registered(required(), json!({}), &output(false)));
    assert_eq!(off, ExtensionError::NotDone(Extension::PinComplexityPolicy));
}

#[test]
fn cred_blob_is_stored_and_read() {
    let store = || none().cred_blob(&[1, 2]).require(Extension::CredBlob);
    // The client output that some browsers add says nothing about the signed one.
    let client = json!({"credBlob": true});
    let output = |stored: bool| [("credBlob", CborValue::from(stored))];
    let created = registered(store(), client.clone(), &output(true)).unwrap();
    assert_eq!(created.extensions.authenticator.cred_blob, Some(true));
    let not_stored = refused(registered(store(), client.clone(), &output(false)));
    assert_eq!(not_stored, ExtensionError::NotDone(Extension::CredBlob));
    let absent = refused(registered(store(), client, &[]));
    assert_eq!(absent, ExtensionError::Missing(Extension::CredBlob));

    let read = || inputs().cred_blob().require(Extension::CredBlob);
    let output = |blob: &[u8]| [("credBlob", CborValue::from(blob))];
    let outcome = signed_in(read(), json!({}), &output(&[1, 2])).unwrap();
    assert_eq!(outcome.extensions.authenticator.cred_blob.unwrap().as_bytes(), [1, 2]);
    let empty = refused(signed_in(read(), json!({}), &output(&[])));
    assert_eq!(empty, ExtensionError::NotDone(Extension::CredBlob));
    let mistyped = refused(signed_in(read(), json!({}), &[("credBlob", true.into())]));
    assert_eq!(mistyped, ExtensionError::Missing(Extension::CredBlob));
}

#[test]
fn hmac_secret_is_created_and_derives() {
    let make = || none().hmac_create_secret().require(Extension::HmacSecret);
    let signed = |made: bool| [("hmac-secret", CborValue::from(made))];
    let client = |made: bool| json!({"hmacCreateSecret": made});
    assert!(registered(make(), client(true), &[]).is_ok());
    assert!(registered(make(), json!({}), &signed(true)).is_ok());
    // The signed output takes precedence.
    assert!(registered(make(), client(false), &signed(true)).is_ok());
    let no = refused(registered(make(), client(true), &signed(false)));
    assert_eq!(no, ExtensionError::NotDone(Extension::HmacSecret));

    let salts = || HmacSalts::new(&SECRET_BYTES, Some(&SECRET_BYTES));
    let derive = || inputs().hmac_get_secret(salts()).require(Extension::HmacSecret);
    let client = json!({"hmacGetSecret": {"output1": SECRET}});
    let encrypted = [("hmac-secret", CborValue::from(&[9; 48][..]))];
    let outcome = signed_in(derive(), client, &encrypted).unwrap().extensions;
    assert_eq!(outcome.client.hmac_get_secret.unwrap().output1.as_bytes(), &SECRET_BYTES);
    assert_eq!(outcome.authenticator.hmac_secret.unwrap().as_bytes(), [9; 48]);
    let encrypted_only = refused(signed_in(derive(), json!({}), &encrypted));
    assert_eq!(encrypted_only, ExtensionError::Missing(Extension::HmacSecret));
}

#[test]
fn hmac_secret_together_with_prf_does_not_fail() {
    let client = json!({"prf": {"enabled": true}});
    let outputs = [("hmac-secret", true.into()), ("hmac-secret-mc", (&[9; 48][..]).into())];
    let created = registered(none().prf(Some(prf(&[1]))), client, &outputs).unwrap();
    let outputs = created.extensions.authenticator;
    assert_eq!(outputs.hmac_secret, Some(true));
    assert!(outputs.other.get("hmac-secret-mc").is_some());
}

#[test]
fn uvm_has_one_to_three_entries_of_three_numbers() {
    let required = || none().uvm().require(Extension::Uvm);
    let signed = [("uvm", CborValue::Array(vec![uvm_entry(); 3]))];
    let created = registered(required(), json!({"uvm": [[2, 4, 2]]}), &signed).unwrap();
    let client = created.extensions.client.uvm.unwrap();
    assert_eq!(created.extensions.authenticator.uvm.unwrap(), [client[0]; 3]);
    assert_eq!((client[0].user_verification_method, client[0].key_protection), (2, 4));
    assert_eq!(client[0].matcher_protection, 2);
    for bad in [json!([]), json!([[2, 4]]), json!([[2, 4, 2, 1]]), json!([[2, 4, -1]]), json!(2)] {
        let error = refused(registered(required(), json!({"uvm": bad}), &[]));
        assert_eq!(error, ExtensionError::Missing(Extension::Uvm), "{bad}");
    }
    let entry = |numbers: &[u8]| {
        CborValue::Array(numbers.iter().map(|number| CborValue::from(*number)).collect())
    };
    for bad in [
        CborValue::Array(vec![]),
        CborValue::Array(vec![uvm_entry(); 4]),
        CborValue::Array(vec![entry(&[2, 4])]),
        CborValue::Array(vec![entry(&[2, 4, 2, 1])]),
    ] {
        let error = refused(registered(required(), json!({}), &[("uvm", bad.clone())]));
        assert_eq!(error, ExtensionError::Missing(Extension::Uvm), "{bad:?}");
    }
    let absent = refused(registered(required(), json!({}), &[]));
    assert_eq!(absent, ExtensionError::Missing(Extension::Uvm));
    let outcome = signed_in(inputs().uvm(), json!({"uvm": [[2, 4, 2]]}), &signed).unwrap();
    assert_eq!(outcome.extensions.authenticator.uvm.unwrap().len(), 3);
    assert_eq!(outcome.extensions.client.uvm.unwrap(), client);
    assert_eq!(<(u32, u32, u32)>::from(UvmEntry::from((2, 4, 6))), (2, 4, 6));
}

/// What `uvm` requires is an entry, from either the client or the authenticator.
#[test]
fn required_uvm_comes_from_client_or_authenticator() {
    let client = json!({"uvm": [[2, 4, 2]]});
    let signed = [("uvm", CborValue::Array(vec![uvm_entry()]))];
    for (client, signed) in
        [(client.clone(), &signed[..0]), (json!({}), &signed), (client, &signed)]
    {
        let required = none().uvm().require(Extension::Uvm);
        assert!(registered(required, client.clone(), signed).is_ok(), "{client}");
        let required = inputs().uvm().require(Extension::Uvm);
        assert!(signed_in(required, client.clone(), signed).is_ok(), "{client}");
    }
}

#[test]
fn app_id_exclude_says_whether_the_client_looked() {
    let exclude = || none().app_id_exclude(AppId::new(APP_ID).unwrap());
    let created = registered(exclude(), json!({"appidExclude": true}), &[]).unwrap();
    assert_eq!(created.extensions.client.app_id_exclude, Some(true));
    let required = exclude().require(Extension::AppIdExclude);
    let error = refused(registered(required, json!({}), &[]));
    assert_eq!(error, ExtensionError::Missing(Extension::AppIdExclude));
}

#[test]
fn third_party_payment_has_no_input() {
    let output = [("thirdPartyPayment", true.into())];
    let created = registered(none(), json!({}), &output).unwrap();
    assert_eq!(created.extensions.authenticator.third_party_payment, Some(true));
    let outcome = signed_in(inputs(), json!({}), &output).unwrap();
    assert_eq!(outcome.extensions.authenticator.third_party_payment, Some(true));
}

// The AppID (§10.1.1, §7.2 step 15).

#[test]
fn app_id_is_an_https_url() {
    for bad in ["", "https://", "http://example.com", "example.com", "HTTPS://example.com"] {
        assert_eq!(AppId::new(bad), Err(InvalidExtensions::AppId), "{bad}");
    }
    assert_eq!(AppId::new(APP_ID).unwrap().as_str(), APP_ID);
}

/// A sign-in whose `rpIdHash` is that of an AppID, or the RP ID's.
fn with_app_id(requested: bool, client: Value, hashed: &str) -> String {
    let app_id = AppId::new(APP_ID).unwrap();
    let inputs = if requested { inputs().app_id(app_id) } else { inputs() };
    let outcome = sign_in(inputs, |parts| {
        parts.authenticator_data.rp_id_hash = Sha256::digest(hashed).to_vec();
        parts.outer.client_extension_results = client;
    });
    outcome.map_or_else(|error| error.code().into(), |_| "ok".into())
}

#[test]
fn app_id_replaces_the_rp_id_if_requested_and_used() {
    let (rp_id, other) = ("example.com", "https://example.com/other.json");
    let table = [
        (true, json!({"appid": true}), APP_ID, "ok"),
        (true, json!({"appid": true}), rp_id, "rp_id"),
        (true, json!({"appid": true}), other, "rp_id"),
        (true, json!({"appid": false}), rp_id, "ok"),
        (true, json!({"appid": false}), APP_ID, "rp_id"),
        (true, json!({}), rp_id, "ok"),
        (true, json!({}), APP_ID, "rp_id"),
        (true, json!({"appid": "true"}), APP_ID, "rp_id"),
        (true, json!({"appid": "true"}), rp_id, "ok"),
        // Not requested: ignored, so the RP ID is checked.
        (false, json!({"appid": true}), APP_ID, "rp_id"),
        (false, json!({"appid": true}), rp_id, "ok"),
        (false, json!({"appid": "true"}), rp_id, "ok"),
    ];
    for (requested, client, hashed, outcome) in table {
        let found = with_app_id(requested, client.clone(), hashed);
        assert_eq!(found, outcome, "{requested} {client} {hashed}");
    }
}

// All of them.

#[test]
fn client_outputs_of_the_wrong_type_are_kept_whether_requested_or_not() {
    let client = json!({
        "prf": {"results": {"first": 1}},
        "largeBlob": [],
        "hmacCreateSecret": "yes",
        "uvm": [],
        "appidExclude": {},
    });
    let asked = none()
        .prf(None)
        .large_blob()
        .hmac_create_secret()
        .uvm()
        .app_id_exclude(AppId::new(APP_ID).unwrap());
    for asked in [none(), asked] {
        let outputs = registered(asked, client.clone(), &[]).unwrap().extensions.client;
        for (name, value) in client.as_object().unwrap() {
            assert_eq!(parsed(outputs.unreadable.get(name).unwrap()), *value, "{name}");
        }
        assert_eq!((outputs.unreadable.iter().count(), outputs.other.iter().count()), (5, 0));
    }
}

#[test]
fn client_outputs_of_unknown_extensions_are_kept() {
    let client = json!({"devicePubKey": {"signature": "AAAA"}, "x y": null});
    let kept = registered(none(), client.clone(), &[]).unwrap().extensions.client.other;
    for (name, value) in client.as_object().unwrap() {
        assert_eq!(parsed(kept.get(name).unwrap()), *value, "{name}");
    }
    let outcome = signed_in(inputs(), json!({"appid": true}), &[]).unwrap().extensions.client;
    assert_eq!((outcome.app_id, outcome.other.get("appid").unwrap().as_str()), (None, "true"));
}

#[test]
fn unsolicited_outputs_of_their_type_are_read() {
    let outputs = [("credProtect", 2.into()), ("minPinLength", 8.into())];
    let created = registered(none(), json!({"prf": {"enabled": true}}), &outputs).unwrap();
    let level = CredentialProtection::UserVerificationOptionalWithCredentialIdList;
    assert_eq!(created.extensions.authenticator.cred_protect, Some(level));
    assert_eq!(created.extensions.authenticator.min_pin_length, Some(8));
    assert_eq!(created.extensions.client.prf.unwrap().enabled, Some(true));
}

/// The bytes are the signed ones.
#[test]
fn unknown_authenticator_outputs_are_kept_as_cbor() {
    let outputs = [("example", CborValue::from(7))];
    let created = registered(none(), json!({}), &outputs).unwrap();
    assert_eq!(created.extensions.authenticator.other.get("example").unwrap(), &[7]);
    let outcome = signed_in(inputs(), json!({}), &outputs).unwrap();
    assert_eq!(outcome.extensions.authenticator.other.get("example").unwrap(), &[7]);
    assert_eq!(outcome.extensions.authenticator.other.get("other"), None);
    let identifiers =
        outcome.extensions.authenticator.other.iter().map(|(identifier, _)| identifier);
    assert_eq!(identifiers.collect::<Vec<_>>(), ["example"]);
}

#[test]
fn client_outputs_that_are_not_an_object_decide_nothing_unless_required() {
    let twice = r#"{"appid":false,"appid":true}"#;
    let many = (0..65).map(|at| format!("\"{at}\":1")).collect::<Vec<_>>().join(",");
    for text in ["[]", "1", "\"x\"", "\"\"", twice, &format!("{{{many}}}")] {
        let finish = |inputs: AuthenticationInputs| {
            let (host, ada, mut device) = (Host::new(), user("ada"), authenticator("device"));
            host.create(&ada, &mut device).unwrap();
            let start =
                begin_sign_in(&host, SignInRequest::for_account(ada.handle()), inputs).unwrap();
            let response = device.get_tampered(&start.public_key, ORIGIN, |parts| {
                parts.outer.client_extension_results = json!("HERE");
            });
            host.finish_sign_in(&start, response.unwrap().replace("\"HERE\"", text))
        };
        for asked in [inputs(), inputs().uvm()] {
            let outputs = finish(asked).unwrap().extensions.client;
            assert_eq!(outputs.unreadable.get("clientExtensionResults").unwrap(), text);
        }
        let missing = ExtensionError::Missing(Extension::Uvm);
        assert_eq!(refused(finish(inputs().uvm().require(Extension::Uvm))), missing, "{text}");
    }
}

#[test]
fn absent_outputs_do_not_fail_unless_required() {
    let all = none()
        .cred_props()
        .prf(None)
        .large_blob()
        .cred_protect(CredentialProtection::UserVerificationRequired)
        .cred_blob(&[1])
        .min_pin_length()
        .pin_complexity_policy()
        .hmac_create_secret()
        .app_id_exclude(AppId::new(APP_ID).unwrap())
        .uvm();
    assert!(registered(all.clone(), json!({}), &[]).is_ok());
    for extension in Extension::ALL.into_iter().filter(|it| all.requested().contains(*it)) {
        let error = registered(all.clone().require(extension), json!({}), &[]).unwrap_err();
        assert_eq!(error.code(), "extension", "{extension}");
    }
    let all = inputs()
        .prf(prf(&[1]))
        .read_large_blob()
        .cred_blob()
        .hmac_get_secret(HmacSalts::new(&SECRET_BYTES, None))
        .app_id(AppId::new(APP_ID).unwrap())
        .uvm();
    assert!(signed_in(all.clone(), json!({}), &[]).is_ok());
    for extension in Extension::ALL.into_iter().filter(|it| all.requested().contains(*it)) {
        let error = signed_in(all.clone().require(extension), json!({}), &[]).unwrap_err();
        assert_eq!(error, Error::Authentication(ExtensionError::Missing(extension).into()));
    }
}

#[test]
fn requested_extensions_survive_in_the_ceremony_record() {
    let inputs = inputs()
        .prf(PrfValues::with_second(&[1], &[2]))
        .write_large_blob(&[1])
        .app_id(AppId::new(APP_ID).unwrap())
        .allow_remote_client()
        .require(Extension::Prf);
    let json = json_of(inputs.requested());
    assert_eq!(
        json,
        json!({
            "requested": ["prf", "largeBlob", "appid"],
            "required": ["prf"],
            "app_id": APP_ID,
            "prf_second": true,
            "large_blob_write": true,
            "remote_client": true,
        })
    );
    assert_eq!(serde_json::from_value(json).ok().as_ref(), Some(inputs.requested()));
}

// The specification's prf cases.

#[test]
fn prf_cases_of_the_specification_hold() {
    let directory = env::var_os("VECTORS_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        Into::into,
    );
    let Ok(text) = fs::read_to_string(directory.join("w3c-prf.json")) else { return };
    let file = serde_json::from_str::<Value>(&text.replace("<32 bytes>", SECRET)).unwrap();
    let cases = file["api"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let input = &case["inputs"]["prf"];
        let by_credential = input["evalByCredential"].as_object();
        if let Some(outputs) = case["create_outputs"].as_array() {
            assert!(by_credential.is_none(), "{}", case["id"]);
            let eval = input.get("eval").map(values);
            assert_eq!(json_of(&none().prf(eval.clone()))["prf"], *input);
            for output in outputs {
                let created = registered(none().prf(eval.clone()), output.clone(), &[]).unwrap();
                let found = created.extensions.client.prf.unwrap();
                assert_eq!(json!(found.enabled), output["prf"]["enabled"]);
                let results = output["prf"].get("results");
                assert_eq!(found.results.is_some(), results.is_some());
            }
        }
        let mut asked = inputs();
        if let Some(eval) = input.get("eval") {
            asked = asked.prf(values(eval));
        }
        for (id, eval) in by_credential.into_iter().flatten() {
            asked = asked.prf_for(id.parse().unwrap(), values(eval));
        }
        if asked != inputs() {
            assert_eq!(json_of(&asked)["prf"], *input, "{}", case["id"]);
        }
        let by = case["get_outputs_for_credential"].as_object();
        let by = by.into_iter().flat_map(|by| by.values());
        for output in by.chain(case.get("get_outputs")).flat_map(|list| list.as_array().unwrap()) {
            // A second result only comes with a second input. It does not matter which credential answers.
            let second = output.pointer("/prf/results/second").is_some();
            let eval = if second { PrfValues::with_second(&[1], &[2]) } else { prf(&[1]) };
            let outcome = signed_in(inputs().prf(eval), output.clone(), &[]).unwrap();
            let found = outcome.extensions.client.prf;
            assert_eq!(found.is_some(), output.pointer("/prf/results").is_some());
            assert_eq!(found.is_some_and(|found| found.second.is_some()), second);
        }
    }
}

fn values(eval: &Value) -> PrfValues {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let bytes = |member: &Value| URL_SAFE_NO_PAD.decode(member.as_str().unwrap()).unwrap();
    let first = bytes(&eval["first"]);
    eval.get("second").map_or_else(
        || PrfValues::new(&first),
        |second| PrfValues::with_second(&first, &bytes(second)),
    )
}

/// JSON in the form of outputs, and in other forms.
fn any_output() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[A-Za-z0-9_=-]{0,50}".prop_map(Value::from),
        Just(json!(SECRET)),
    ];
    let names = "(enabled|results|first|second|rk|supported|blob|written|output1|[a-z]{1,3})";
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(names, inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn outputs_of_any_shape_never_decide_a_ceremony(
        name in "(credProps|prf|largeBlob|appid|appidExclude|hmacCreateSecret|hmacGetSecret|uvm|x)",
        output in any_output(),
        cbor_name in "(credProtect|credBlob|minPinLength|hmac-secret|uvm|thirdPartyPayment|x)",
        cbor in prop_oneof![
            any::<u8>().prop_map(CborValue::from),
            any::<bool>().prop_map(CborValue::from),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(CborValue::from),
            Just(CborValue::Array(vec![uvm_entry()])),
        ],
    ) {
        let client = json!({name: output});
        let outputs = [(cbor_name.as_str(), cbor)];
        prop_assert!(registered(none(), client.clone(), &outputs).is_ok());
        prop_assert!(signed_in(inputs(), client.clone(), &outputs).is_ok());
        let asked = protect().cred_props().prf(None).large_blob().cred_blob(&[1]).uvm();
        prop_assert!(registered(asked, client.clone(), &outputs).is_ok());
        let asked = inputs().prf(prf(&[1])).read_large_blob().cred_blob().uvm();
        prop_assert!(signed_in(asked, client, &outputs).is_ok());
    }
}

// Drafts.

/// `remoteClientDataJSON` (Level 4 §10.1.6).
#[test]
fn client_that_acted_for_a_remote_one_is_rejected_unless_allowed() {
    for (output, is_remote) in
        [(json!(true), true), (json!("{}"), true), (Value::Null, true), (json!(false), false)]
    {
        let outputs = json!({ "remoteClientDataJSON": output });
        let create = |inputs| {
            register(inputs, |parts| parts.outer.client_extension_results = outputs.clone())
        };
        let sign_in = |inputs| signed_in(inputs, outputs.clone(), &[]);
        // Passing the extension through does not allow it.
        let passed = inputs().raw("remoteClientDataJSON", &"{}").unwrap();
        if is_remote {
            assert_eq!(refused(create(none())), ExtensionError::RemoteClient, "{output}");
            assert_eq!(refused(sign_in(inputs())), ExtensionError::RemoteClient, "{output}");
            assert_eq!(refused(sign_in(passed)), ExtensionError::RemoteClient, "{output}");
        } else {
            assert!(create(none()).is_ok() && sign_in(inputs()).is_ok());
        }
        assert!(create(none().allow_remote_client()).is_ok(), "{output}");
        let allowed = sign_in(inputs().allow_remote_client()).unwrap();
        let other = allowed.extensions.client.other;
        assert_eq!(other.get("remoteClientDataJSON"), Some(&output.to_string()));
    }
    // Nothing is sent to the browser.
    assert_eq!(json_of(&inputs().allow_remote_client()), json!({}));
}

#[test]
fn cross_device_fallback_url_is_passed_through() {
    let url = "https://example.com/sign-in/other-ways";
    let inputs = inputs().raw("crossDeviceFallbackUrl", &url).unwrap();
    let (host, request) = (Host::new(), SignInRequest::Discoverable);
    let start = begin_sign_in(&host, request, inputs).unwrap();
    let options = serde_json::to_value(&start.public_key).unwrap();
    assert_eq!(options["extensions"], json!({ "crossDeviceFallbackUrl": url }));
}
