//! What is tampered with in registrations.

pub mod data;
pub mod key;
pub mod object;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE},
};
use relying_party::test_authenticator::{RegistrationParts, SignedRegistration};
use serde_json::{Value, json};

use crate::{
    ceremony::{HONEST, TEXTS, Tamper, after, before, text, with_other_unused_bits},
    client_data,
};

pub type Registration = Tamper<RegistrationParts, SignedRegistration>;

/// Every tampering by its name.
pub fn tamperings() -> Vec<(&'static str, Registration)> {
    let mut all = vec![(HONEST, before(|_, _| ()))];
    all.extend(client_data::TAMPERINGS.iter().map(|(name, edit)| {
        (*name, before(|it: &mut RegistrationParts, turn| edit(&mut it.client_data, turn)))
    }));
    all.extend(data::tamperings());
    all.extend(key::tamperings());
    all.extend(object::tamperings());
    all.extend(members());
    all.extend(TEXTS.iter().map(|(name, edit)| (*name, text(*edit))));
    all
}

/// In the surrounding JSON.
fn members() -> Vec<(&'static str, Registration)> {
    vec![
        ("JSON: id missing", after(|it: &mut SignedRegistration, _| it.outer.remove("/id"))),
        ("JSON: id is a number", after(|it: &mut SignedRegistration, _| it.outer.set("/id", 1))),
        ("JSON: id padded", after(|it: &mut SignedRegistration, _| it.outer.id.push('='))),
        (
            "JSON: id of another credential",
            after(|it: &mut SignedRegistration, _| it.outer.id = "AQID".into()),
        ),
        (
            "JSON: id and rawId of another credential",
            after(|it: &mut SignedRegistration, _| {
                it.outer.id = "AQID".into();
                it.outer.raw_id = "AQID".into();
            }),
        ),
        (
            "JSON: rawId of another credential",
            after(|it: &mut SignedRegistration, _| it.outer.raw_id = "AQID".into()),
        ),
        (
            "JSON: id and rawId with other unused bits",
            after(|it: &mut SignedRegistration, _| {
                it.outer.id = with_other_unused_bits(&it.outer.id);
                it.outer.raw_id = it.outer.id.clone();
            }),
        ),
        (
            "JSON: id and rawId with white space",
            after(|it: &mut SignedRegistration, _| {
                it.outer.id.insert(20, '\n');
                it.outer.raw_id = it.outer.id.clone();
            }),
        ),
        (
            "JSON: clientDataJSON padded",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/response/clientDataJSON", URL_SAFE.encode(&it.client_data_json));
            }),
        ),
        (
            "JSON: clientDataJSON in the standard alphabet",
            Tamper {
                parts: Box::new(|it, _| client_data::need_both_alphabets(&mut it.client_data)),
                ..after(|it: &mut SignedRegistration, _| {
                    let text = STANDARD_NO_PAD.encode(&it.client_data_json);
                    it.outer.set("/response/clientDataJSON", text);
                })
            },
        ),
        (
            "JSON: attestationObject padded",
            after(|it: &mut SignedRegistration, _| {
                let object = it.to_attestation_object().unwrap();
                it.outer.set("/response/attestationObject", URL_SAFE.encode(&object));
            }),
        ),
        (
            "JSON: credProps is a boolean",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/clientExtensionResults", json!({ "credProps": true }));
            }),
        ),
        (
            "JSON: credProps.rk is a string",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/clientExtensionResults", json!({ "credProps": { "rk": "yes" } }));
            }),
        ),
        (
            "JSON: credProps.rk true",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/clientExtensionResults", json!({ "credProps": { "rk": true } }));
            }),
        ),
        ("JSON: rawId missing", after(|it: &mut SignedRegistration, _| it.outer.remove("/rawId"))),
        ("JSON: rawId padded", after(|it: &mut SignedRegistration, _| it.outer.raw_id.push('='))),
        ("JSON: type missing", after(|it: &mut SignedRegistration, _| it.outer.remove("/type"))),
        (
            "JSON: another type",
            after(|it: &mut SignedRegistration, _| it.outer.kind = "password".into()),
        ),
        (
            "JSON: response missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/response")),
        ),
        (
            "JSON: clientDataJSON missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/response/clientDataJSON")),
        ),
        (
            "JSON: attestationObject missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/response/attestationObject")),
        ),
        (
            "JSON: attestationObject with no base64",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/response/attestationObject", "*no base64*");
            }),
        ),
        (
            "JSON: clientExtensionResults missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/clientExtensionResults")),
        ),
        (
            "JSON: clientExtensionResults null",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/clientExtensionResults", Value::Null)
            }),
        ),
        (
            "JSON: clientExtensionResults is a string",
            after(|it: &mut SignedRegistration, _| it.outer.set("/clientExtensionResults", "none")),
        ),
        (
            "JSON: unknown extension result",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/clientExtensionResults", json!({ "unknown": true }));
            }),
        ),
        (
            "JSON: transports missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/response/transports")),
        ),
        (
            "JSON: transports null",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/response/transports", Value::Null)
            }),
        ),
        (
            "JSON: transports is a string",
            after(|it: &mut SignedRegistration, _| it.outer.set("/response/transports", "usb")),
        ),
        (
            "JSON: unknown transport",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/response/transports", json!(["cable"]))
            }),
        ),
        (
            "JSON: unknown attachment",
            after(|it: &mut SignedRegistration, _| it.outer.attachment = Some("in between".into())),
        ),
        (
            "JSON: attachment null",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/authenticatorAttachment", Value::Null)
            }),
        ),
        (
            "JSON: authenticatorData copy missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/response/authenticatorData")),
        ),
        (
            "JSON: authenticatorData copy of something else",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/response/authenticatorData", "AQID");
            }),
        ),
        (
            "JSON: publicKey copy missing",
            after(|it: &mut SignedRegistration, _| it.outer.remove("/response/publicKey")),
        ),
        (
            "JSON: publicKey copy of something else",
            after(|it: &mut SignedRegistration, _| it.outer.set("/response/publicKey", "AQID")),
        ),
        (
            "JSON: publicKeyAlgorithm copy of something else",
            after(|it: &mut SignedRegistration, _| {
                it.outer.set("/response/publicKeyAlgorithm", -37);
            }),
        ),
        (
            "JSON: an unknown member",
            after(|it: &mut SignedRegistration, _| it.outer.set("/unknown", json!({ "a": 1 }))),
        ),
    ]
}
