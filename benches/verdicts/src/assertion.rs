//! What is tampered with in assertions.

pub mod signature;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use relying_party::test_authenticator::{
    AssertionParts, AttestedCredentialData, Cbor, CborValue, SignedAssertion, flags,
};
use serde_json::{Value, json};

use crate::{
    ceremony::{HONEST, TEXTS, Tamper, after, before, encoded, text, with_other_unused_bits},
    client_data,
    registration::data::flipped_extension,
};

pub type Assertion = Tamper<AssertionParts, SignedAssertion>;

/// Every tampering by its name.
pub fn tamperings() -> Vec<(&'static str, Assertion)> {
    let mut all = vec![(HONEST, before(|_, _| ()))];
    all.extend(client_data::TAMPERINGS.iter().map(|(name, edit)| {
        (*name, before(|it: &mut AssertionParts, turn| edit(&mut it.client_data, turn)))
    }));
    all.extend(data());
    all.extend(signature::tamperings());
    all.extend(members());
    all.extend(TEXTS.iter().map(|(name, edit)| (*name, text(*edit))));
    all
}

fn data() -> Vec<(&'static str, Assertion)> {
    vec![
        (
            "data: RP ID hash with one bit flipped",
            before(|it: &mut AssertionParts, turn| {
                turn.flip(&mut it.authenticator_data.rp_id_hash)
            }),
        ),
        (
            "data: UP clear",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags &= !flags::UP),
        ),
        (
            "data: UV clear",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags &= !flags::UV),
        ),
        (
            "data: BE clear, BS set",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags &= !flags::BE),
        ),
        (
            "data: BE and BS clear",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.flags &= !(flags::BE | flags::BS)
            }),
        ),
        (
            "data: BS clear",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags &= !flags::BS),
        ),
        (
            "data: reserved bit 1 set",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags |= 0x02),
        ),
        (
            "data: reserved bit 5 set",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags |= 0x20),
        ),
        (
            "data: AT set without a credential",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags |= flags::AT),
        ),
        (
            "data: a credential",
            before(|it: &mut AssertionParts, _| {
                let key = it.key.public_key().unwrap();
                let aaguid = relying_party::test_authenticator::TEST_AAGUID;
                it.authenticator_data.attest(AttestedCredentialData::new(aaguid, vec![7; 32], key));
            }),
        ),
        (
            "data: counter as before",
            before(|it: &mut AssertionParts, _| it.authenticator_data.sign_count -= 1),
        ),
        (
            "data: counter zero",
            before(|it: &mut AssertionParts, _| it.authenticator_data.sign_count = 0),
        ),
        (
            "data: counter at its end",
            before(|it: &mut AssertionParts, _| it.authenticator_data.sign_count = u32::MAX),
        ),
        (
            "data: counter with one bit flipped",
            before(|it: &mut AssertionParts, turn| {
                let mut counter = it.authenticator_data.sign_count.to_be_bytes();
                turn.flip(&mut counter);
                it.authenticator_data.sign_count = u32::from_be_bytes(counter);
            }),
        ),
        (
            "data: ED set without extensions",
            before(|it: &mut AssertionParts, _| it.authenticator_data.flags |= flags::ED),
        ),
        (
            "data: extensions without ED",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.extensions = Some(Cbor::map([("unknown", true.into())]));
            }),
        ),
        (
            "data: unknown extension",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.extend(Cbor::map([("unknown", true.into())]));
            }),
        ),
        (
            "data: unknown extension with one bit flipped in its name",
            before(|it: &mut AssertionParts, turn| {
                it.authenticator_data.extend(flipped_extension(turn, 0..9));
            }),
        ),
        (
            "data: unknown extension with one bit flipped in its output",
            before(|it: &mut AssertionParts, turn| {
                it.authenticator_data.extend(flipped_extension(turn, 9..10));
            }),
        ),
        (
            "data: an extension twice",
            before(|it: &mut AssertionParts, _| {
                let twice = [("unknown", true.into()), ("unknown", false.into())];
                it.authenticator_data.extend(Cbor::map(twice));
            }),
        ),
        (
            "data: an extension whose name is a number",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.extend(Cbor::map([(1, true.into())]));
            }),
        ),
        (
            "data: extensions are an array",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.extend(CborValue::Array(Vec::new()));
            }),
        ),
        (
            "data: empty extensions",
            before(|it: &mut AssertionParts, _| it.authenticator_data.extend(Cbor::empty_map())),
        ),
        (
            "data: extensions cut",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.extend(Cbor::Raw(vec![0xa1, 0x61]));
            }),
        ),
        (
            "data: bytes behind extensions",
            before(|it: &mut AssertionParts, _| {
                it.authenticator_data.extend(Cbor::map([("unknown", true.into())]));
                it.authenticator_data.trailing = vec![0];
            }),
        ),
        (
            "data: bytes behind",
            before(|it: &mut AssertionParts, _| it.authenticator_data.trailing = vec![0]),
        ),
        (
            "data: empty",
            before(|it: &mut AssertionParts, _| it.authenticator_data.raw = Some(Vec::new())),
        ),
        (
            "data: cut in the hash",
            before(|it: &mut AssertionParts, _| it.authenticator_data.raw = Some(vec![7; 30])),
        ),
    ]
}

fn members() -> Vec<(&'static str, Assertion)> {
    vec![
        ("JSON: id missing", after(|it: &mut SignedAssertion, _| it.outer.remove("/id"))),
        ("JSON: id is a number", after(|it: &mut SignedAssertion, _| it.outer.set("/id", 1))),
        ("JSON: id padded", after(|it: &mut SignedAssertion, _| it.outer.id.push('='))),
        (
            "JSON: id of another credential",
            after(|it: &mut SignedAssertion, _| it.outer.id = "AQID".into()),
        ),
        (
            "JSON: id and rawId of another credential",
            after(|it: &mut SignedAssertion, _| {
                it.outer.id = "AQID".into();
                it.outer.raw_id = "AQID".into();
            }),
        ),
        (
            "JSON: id and rawId with one bit flipped",
            after(|it: &mut SignedAssertion, turn| {
                let mut id = URL_SAFE_NO_PAD.decode(&it.outer.id).unwrap();
                turn.flip(&mut id);
                it.outer.id = encoded(&id);
                it.outer.raw_id = it.outer.id.clone();
            }),
        ),
        (
            "JSON: rawId of another credential",
            after(|it: &mut SignedAssertion, _| it.outer.raw_id = "AQID".into()),
        ),
        (
            "JSON: id and rawId with other unused bits",
            after(|it: &mut SignedAssertion, _| {
                it.outer.id = with_other_unused_bits(&it.outer.id);
                it.outer.raw_id = it.outer.id.clone();
            }),
        ),
        (
            "JSON: clientDataJSON padded",
            after(|it: &mut SignedAssertion, _| {
                it.outer.set("/response/clientDataJSON", URL_SAFE.encode(&it.client_data_json));
            }),
        ),
        (
            "JSON: clientDataJSON in the standard alphabet",
            Tamper {
                parts: Box::new(|it, _| client_data::need_both_alphabets(&mut it.client_data)),
                ..after(|it: &mut SignedAssertion, _| {
                    let text = STANDARD_NO_PAD.encode(&it.client_data_json);
                    it.outer.set("/response/clientDataJSON", text);
                })
            },
        ),
        (
            "JSON: authenticatorData padded",
            after(|it: &mut SignedAssertion, _| {
                let data = URL_SAFE.encode(&it.authenticator_data);
                it.outer.set("/response/authenticatorData", data);
            }),
        ),
        (
            "JSON: authenticatorData with other unused bits",
            after(|it: &mut SignedAssertion, _| {
                let data = with_other_unused_bits(&encoded(&it.authenticator_data));
                it.outer.set("/response/authenticatorData", data);
            }),
        ),
        (
            "JSON: userHandle of 65 bytes",
            after(|it: &mut SignedAssertion, _| it.user_handle = Some(vec![7; 65])),
        ),
        ("JSON: rawId missing", after(|it: &mut SignedAssertion, _| it.outer.remove("/rawId"))),
        ("JSON: rawId padded", after(|it: &mut SignedAssertion, _| it.outer.raw_id.push('='))),
        ("JSON: type missing", after(|it: &mut SignedAssertion, _| it.outer.remove("/type"))),
        (
            "JSON: another type",
            after(|it: &mut SignedAssertion, _| it.outer.kind = "password".into()),
        ),
        (
            "JSON: response missing",
            after(|it: &mut SignedAssertion, _| it.outer.remove("/response")),
        ),
        (
            "JSON: clientDataJSON missing",
            after(|it: &mut SignedAssertion, _| it.outer.remove("/response/clientDataJSON")),
        ),
        (
            "JSON: authenticatorData missing",
            after(|it: &mut SignedAssertion, _| it.outer.remove("/response/authenticatorData")),
        ),
        (
            "JSON: signature missing",
            after(|it: &mut SignedAssertion, _| it.outer.remove("/response/signature")),
        ),
        (
            "JSON: signature with no base64",
            after(|it: &mut SignedAssertion, _| it.outer.set("/response/signature", "*no base64*")),
        ),
        (
            "JSON: userHandle null",
            after(|it: &mut SignedAssertion, _| it.outer.set("/response/userHandle", Value::Null)),
        ),
        (
            "JSON: userHandle missing",
            after(|it: &mut SignedAssertion, _| it.outer.remove("/response/userHandle")),
        ),
        (
            "JSON: userHandle empty",
            after(|it: &mut SignedAssertion, _| it.outer.set("/response/userHandle", "")),
        ),
        (
            "JSON: userHandle is a number",
            after(|it: &mut SignedAssertion, _| it.outer.set("/response/userHandle", 1)),
        ),
        (
            "JSON: userHandle of another user",
            after(|it: &mut SignedAssertion, turn| {
                let mut user = crate::ceremony::USER;
                turn.flip(&mut user);
                it.user_handle = Some(user.to_vec());
            }),
        ),
        (
            "JSON: clientExtensionResults missing",
            after(|it: &mut SignedAssertion, _| it.outer.remove("/clientExtensionResults")),
        ),
        (
            "JSON: clientExtensionResults null",
            after(|it: &mut SignedAssertion, _| {
                it.outer.set("/clientExtensionResults", Value::Null)
            }),
        ),
        (
            "JSON: clientExtensionResults is a string",
            after(|it: &mut SignedAssertion, _| it.outer.set("/clientExtensionResults", "none")),
        ),
        (
            "JSON: unknown extension result",
            after(|it: &mut SignedAssertion, _| {
                it.outer.set("/clientExtensionResults", json!({ "unknown": true }));
            }),
        ),
        (
            "JSON: appid result that was not requested",
            after(|it: &mut SignedAssertion, _| {
                it.outer.set("/clientExtensionResults", json!({ "appid": true }));
            }),
        ),
        (
            "JSON: unknown attachment",
            after(|it: &mut SignedAssertion, _| it.outer.attachment = Some("in between".into())),
        ),
        (
            "JSON: attachment null",
            after(|it: &mut SignedAssertion, _| {
                it.outer.set("/authenticatorAttachment", Value::Null)
            }),
        ),
        (
            "JSON: an unknown member",
            after(|it: &mut SignedAssertion, _| it.outer.set("/unknown", json!({ "a": 1 }))),
        ),
    ]
}
