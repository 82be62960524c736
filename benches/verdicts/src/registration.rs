//! What is tampered with in registrations.

use relying_party::{
    Aaguid,
    test_authenticator::{Cbor, CborValue, RegistrationParts, SignedRegistration, flags},
};
use serde_json::{Value, json};

use crate::{
    ceremony::{Tamper, after, before, flip},
    client_data,
};

pub type Registration = Tamper<RegistrationParts, SignedRegistration>;

/// A label of the key.
fn key(parts: &mut RegistrationParts) -> &mut Cbor {
    &mut parts.authenticator_data.attested.as_mut().unwrap().public_key
}

fn object(signed: &mut SignedRegistration, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    signed.attestation_object = Some(change(signed.to_attestation_object().unwrap()));
}

fn entries(signed: &mut SignedRegistration, edit: impl FnOnce(&mut Vec<(CborValue, CborValue)>)) {
    object(signed, |bytes| {
        let CborValue::Map(mut entries) = ciborium::from_reader(&bytes[..]).unwrap() else {
            unreachable!()
        };
        edit(&mut entries);
        Cbor::Value(CborValue::Map(entries)).to_vec().unwrap()
    });
}

fn flip_signature(signed: &mut SignedRegistration, seed: u64) {
    if let Some(CborValue::Bytes(signature)) = signed.statement.entry("sig") {
        let mut signature = signature.clone();
        flip(&mut signature, seed);
        signed.statement.set("sig", CborValue::Bytes(signature));
    }
}

/// Every tampering by its name.
pub fn tamperings() -> Vec<(&'static str, Registration)> {
    let mut all = vec![("honest", before(|_, _| ()))];
    all.extend(client_data::TAMPERINGS.iter().map(|(name, edit)| {
        (*name, before(|it: &mut RegistrationParts, seed| edit(&mut it.client_data, seed)))
    }));
    all.extend(parts());
    all.extend(objects());
    all.extend(members());
    all
}

fn parts() -> Vec<(&'static str, Registration)> {
    vec![
        (
            "data: RP ID hash with one bit flipped",
            before(|it: &mut RegistrationParts, seed| {
                flip(&mut it.authenticator_data.rp_id_hash, seed)
            }),
        ),
        (
            "data: UP clear",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags &= !flags::UP),
        ),
        (
            "data: UV clear",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags &= !flags::UV),
        ),
        (
            "data: BE clear, BS set",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags &= !flags::BE),
        ),
        (
            "data: BE and BS clear",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.flags &= !(flags::BE | flags::BS)
            }),
        ),
        (
            "data: reserved bit 1 set",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags |= 0x02),
        ),
        (
            "data: reserved bit 5 set",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags |= 0x20),
        ),
        (
            "data: AT clear with a credential",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags &= !flags::AT),
        ),
        (
            "data: AT set without a credential",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.attested = None),
        ),
        (
            "data: AT clear without a credential",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.flags &= !flags::AT;
                it.authenticator_data.attested = None;
            }),
        ),
        (
            "data: counter zero",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.sign_count = 0),
        ),
        (
            "data: counter at its end",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.sign_count = u32::MAX),
        ),
        (
            "data: another AAGUID",
            before(|it: &mut RegistrationParts, seed| {
                let mut aaguid = [7; 16];
                flip(&mut aaguid, seed);
                it.authenticator_data.attested.as_mut().unwrap().aaguid = Aaguid::new(aaguid);
            }),
        ),
        (
            "data: credential ID length says more",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.attested.as_mut().unwrap().credential_id_length = Some(4000);
            }),
        ),
        (
            "data: credential ID length says less",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.attested.as_mut().unwrap().credential_id_length = Some(31);
            }),
        ),
        (
            "data: ED set without extensions",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags |= flags::ED),
        ),
        (
            "data: extensions without ED",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extensions = Some(Cbor::map([("unknown", true.into())]));
            }),
        ),
        (
            "data: unknown extension",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(Cbor::map([("unknown", true.into())]));
            }),
        ),
        (
            "data: extensions are an array",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(CborValue::Array(Vec::new()));
            }),
        ),
        (
            "data: empty extensions",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.extend(Cbor::empty_map())),
        ),
        (
            "data: bytes behind",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.trailing = vec![0]),
        ),
        (
            "data: empty",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.raw = Some(Vec::new())),
        ),
        (
            "data: cut in the hash",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.raw = Some(vec![7; 30])),
        ),
        ("key: alg missing", before(|it: &mut RegistrationParts, _| key(it).remove(3))),
        ("key: another alg", before(|it: &mut RegistrationParts, _| key(it).set(3, -37))),
        ("key: kty missing", before(|it: &mut RegistrationParts, _| key(it).remove(1))),
        ("key: another kty", before(|it: &mut RegistrationParts, _| key(it).set(1, 4))),
        ("key: another crv", before(|it: &mut RegistrationParts, _| key(it).set(-1, 3))),
        (
            "key: an unknown parameter",
            before(|it: &mut RegistrationParts, _| key(it).set(-70001, 1)),
        ),
        ("key: a label twice", before(|it: &mut RegistrationParts, _| key(it).push(1, 2))),
        (
            "key: labels in another order",
            before(|it: &mut RegistrationParts, _| {
                if let Cbor::Value(CborValue::Map(entries)) = key(it) {
                    entries.reverse();
                }
            }),
        ),
        ("key: an empty map", before(|it: &mut RegistrationParts, _| *key(it) = Cbor::empty_map())),
        (
            "key: no CBOR",
            before(|it: &mut RegistrationParts, _| *key(it) = Cbor::Raw(vec![0xff; 8])),
        ),
        (
            "key: the first number cut",
            before(|it: &mut RegistrationParts, _| {
                let label = if key(it).entry(1) == Some(&3.into()) { -1 } else { -2 };
                if let Some(CborValue::Bytes(number)) = key(it).entry(label).cloned() {
                    key(it).set(label, CborValue::Bytes(number[1..].to_vec()));
                }
            }),
        ),
        (
            "key: the second number is zeros",
            before(|it: &mut RegistrationParts, _| {
                let label = if key(it).entry(1) == Some(&3.into()) { -2 } else { -3 };
                if let Some(CborValue::Bytes(number)) = key(it).entry(label).cloned() {
                    key(it).set(label, CborValue::Bytes(vec![0; number.len()]));
                }
            }),
        ),
    ]
}

fn objects() -> Vec<(&'static str, Registration)> {
    vec![
        (
            "object: unknown format",
            before(|it: &mut RegistrationParts, _| it.fmt = Some("unheard-of".into())),
        ),
        (
            "object: format none with a statement",
            before(|it: &mut RegistrationParts, _| {
                it.fmt = Some("none".into());
                it.statement = Some(Cbor::map([("sig", CborValue::Bytes(vec![7; 8]))]));
            }),
        ),
        (
            "object: format packed with an empty statement",
            before(|it: &mut RegistrationParts, _| {
                it.fmt = Some("packed".into());
                it.statement = Some(Cbor::empty_map());
            }),
        ),
        (
            "object: an entry more",
            after(|it: &mut SignedRegistration, _| {
                entries(it, |all| all.push(("unknown".into(), 1.into())))
            }),
        ),
        (
            "object: entries in another order",
            after(|it: &mut SignedRegistration, _| entries(it, |all| all.reverse())),
        ),
        (
            "object: fmt missing",
            after(|it: &mut SignedRegistration, _| {
                entries(it, |all| all.retain(|(key, _)| *key != "fmt".into()))
            }),
        ),
        (
            "object: attStmt missing",
            after(|it: &mut SignedRegistration, _| {
                entries(it, |all| all.retain(|(key, _)| *key != "attStmt".into()))
            }),
        ),
        (
            "object: authData missing",
            after(|it: &mut SignedRegistration, _| {
                entries(it, |all| all.retain(|(key, _)| *key != "authData".into()))
            }),
        ),
        (
            "object: fmt twice",
            after(|it: &mut SignedRegistration, _| entries(it, |all| all.push(all[0].clone()))),
        ),
        (
            "object: an array",
            after(|it: &mut SignedRegistration, _| it.attestation_object = Some(vec![0x80])),
        ),
        (
            "object: bytes behind",
            after(|it: &mut SignedRegistration, _| object(it, |bytes| [&bytes[..], &[0]].concat())),
        ),
        (
            "object: cut",
            after(|it: &mut SignedRegistration, _| {
                object(it, |bytes| bytes[..bytes.len() - 1].to_vec())
            }),
        ),
        (
            "object: indefinite length",
            after(|it: &mut SignedRegistration, _| {
                object(it, |bytes| [&[0xbf], &bytes[1..], &[0xff]].concat());
            }),
        ),
        (
            "object: a padded length",
            after(|it: &mut SignedRegistration, _| {
                object(it, |bytes| [&[0xb8, 3], &bytes[1..]].concat())
            }),
        ),
        (
            "statement: an entry more",
            after(|it: &mut SignedRegistration, _| it.statement.set("unknown", 1)),
        ),
        (
            "statement: alg missing",
            after(|it: &mut SignedRegistration, _| it.statement.remove("alg")),
        ),
        (
            "statement: another alg",
            after(|it: &mut SignedRegistration, _| {
                if it.fmt == "packed" {
                    it.statement.set("alg", -37);
                }
            }),
        ),
        (
            "statement: sig missing",
            after(|it: &mut SignedRegistration, _| it.statement.remove("sig")),
        ),
        ("statement: sig with one bit flipped", after(flip_signature)),
        (
            "statement: sig empty",
            after(|it: &mut SignedRegistration, _| {
                if it.fmt == "packed" {
                    it.statement.set("sig", CborValue::Bytes(Vec::new()));
                }
            }),
        ),
        (
            "statement: x5c empty",
            after(|it: &mut SignedRegistration, _| {
                if it.fmt == "packed" {
                    it.statement.set("x5c", CborValue::Array(Vec::new()));
                }
            }),
        ),
        (
            "statement: x5c with no certificate",
            after(|it: &mut SignedRegistration, _| {
                if it.fmt == "packed" {
                    it.statement
                        .set("x5c", CborValue::Array(vec![CborValue::Bytes(vec![0x30, 0])]));
                }
            }),
        ),
    ]
}

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
