//! What is tampered with in assertions.

use relying_party::test_authenticator::{
    AssertionParts, AttestedCredentialData, Cbor, SignedAssertion, TestAlgorithm, TestKey, flags,
};
use serde_json::{Value, json};

use crate::{
    ceremony::{Tamper, after, before, flip},
    client_data,
};

pub type Assertion = Tamper<AssertionParts, SignedAssertion>;

/// Every tampering by its name.
pub fn tamperings() -> Vec<(&'static str, Assertion)> {
    let mut all = vec![("honest", before(|_, _| ()))];
    all.extend(client_data::TAMPERINGS.iter().map(|(name, edit)| {
        (*name, before(|it: &mut AssertionParts, seed| edit(&mut it.client_data, seed)))
    }));
    all.extend(parts());
    all.extend(members());
    all
}

fn parts() -> Vec<(&'static str, Assertion)> {
    vec![
        (
            "data: RP ID hash with one bit flipped",
            before(|it: &mut AssertionParts, seed| {
                flip(&mut it.authenticator_data.rp_id_hash, seed)
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
        (
            "signature: of another key",
            before(|it: &mut AssertionParts, seed| {
                let seed = format!("another key {seed}");
                it.key = TestKey::from_seed(it.key.algorithm(), seed).unwrap();
            }),
        ),
        (
            "signature: of another kind of key",
            before(|it: &mut AssertionParts, _| {
                let other = match it.key.algorithm() {
                    TestAlgorithm::Es256 => TestAlgorithm::EdDsa,
                    _ => TestAlgorithm::Es256,
                };
                it.key = TestKey::from_seed(other, "another kind of key").unwrap();
            }),
        ),
        (
            "signature: one bit flipped",
            after(|it: &mut SignedAssertion, seed| flip(&mut it.signature, seed)),
        ),
        ("signature: empty", after(|it: &mut SignedAssertion, _| it.signature.clear())),
        (
            "signature: cut",
            after(|it: &mut SignedAssertion, _| {
                it.signature.pop();
            }),
        ),
        ("signature: a byte behind", after(|it: &mut SignedAssertion, _| it.signature.push(0))),
        ("signature: all zeros", after(|it: &mut SignedAssertion, _| it.signature.fill(0))),
        (
            "signature: of other client data",
            after(|it: &mut SignedAssertion, _| it.client_data_json.push(b' ')),
        ),
        (
            "signature: of other authenticator data",
            after(|it: &mut SignedAssertion, _| {
                let counter = it.authenticator_data.len() - 1;
                it.authenticator_data[counter] += 1;
            }),
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
            after(|it: &mut SignedAssertion, seed| {
                let mut user = crate::ceremony::USER;
                flip(&mut user, seed);
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
