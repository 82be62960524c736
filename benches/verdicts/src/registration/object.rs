//! The attestation object, and its statement after it was signed.

use relying_party::test_authenticator::{Cbor, CborValue, RegistrationParts, SignedRegistration};

use super::Registration;
use crate::{
    assertion::signature::flip_structure,
    ceremony::{after, before},
    pieces::{Pieces, STRUCTURE},
};

pub fn tamperings() -> Vec<(&'static str, Registration)> {
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
            "object: fmt is a number",
            after(|it: &mut SignedRegistration, _| set_entry(it, "fmt", 1.into())),
        ),
        (
            "object: attStmt is an array",
            after(|it: &mut SignedRegistration, _| {
                set_entry(it, "attStmt", CborValue::Array(Vec::new()))
            }),
        ),
        (
            "object: authData is a text",
            after(|it: &mut SignedRegistration, _| set_entry(it, "authData", "data".into())),
        ),
        (
            "object: format in capitals",
            before(|it: &mut RegistrationParts, _| {
                it.fmt = Some(it.attestation.fmt().to_uppercase());
            }),
        ),
        (
            "object: an entry of 10,000 arrays within each other",
            after(|it: &mut SignedRegistration, _| {
                object(it, |bytes| {
                    let arrays = [&[0x81; 10_000][..], &[0x80]].concat();
                    [&[0xa4, 0x61, b'x'][..], &arrays, &bytes[1..]].concat()
                });
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
        ("object: one bit flipped in names, types and lengths", flipped(STRUCTURE)),
        ("object: fmt with one bit flipped", flipped("fmt")),
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
                if it.statement.entry("alg").is_some() {
                    it.statement.set("alg", -37);
                }
            }),
        ),
        (
            "statement: sig missing",
            after(|it: &mut SignedRegistration, _| it.statement.remove("sig")),
        ),
        ("statement: alg with one bit flipped", flipped("alg")),
        ("statement: sig with one bit flipped", flipped("sig")),
        (
            "statement: sig with one bit flipped in tags and lengths",
            after(|it: &mut SignedRegistration, turn| {
                if let Some(CborValue::Bytes(signature)) = it.statement.entry("sig") {
                    let mut signature = signature.clone();
                    flip_structure(&mut signature, turn);
                    it.statement.set("sig", CborValue::Bytes(signature));
                }
            }),
        ),
        (
            "statement: of client data with one bit flipped",
            after(|it: &mut SignedRegistration, turn| {
                if it.fmt != "none" {
                    turn.flip(&mut it.client_data_json);
                }
            }),
        ),
        (
            "statement: of authenticator data with one bit flipped",
            after(|it: &mut SignedRegistration, turn| {
                if it.fmt != "none" {
                    turn.flip(&mut it.authenticator_data);
                }
            }),
        ),
        (
            "statement: sig empty",
            after(|it: &mut SignedRegistration, _| {
                if it.statement.entry("sig").is_some() {
                    it.statement.set("sig", CborValue::Bytes(Vec::new()));
                }
            }),
        ),
        (
            "statement: x5c empty",
            after(|it: &mut SignedRegistration, _| {
                if it.fmt != "none" {
                    it.statement.set("x5c", CborValue::Array(Vec::new()));
                }
            }),
        ),
        (
            "statement: x5c with no certificate",
            after(|it: &mut SignedRegistration, _| {
                if it.fmt != "none" {
                    it.statement
                        .set("x5c", CborValue::Array(vec![CborValue::Bytes(vec![0x30, 0])]));
                }
            }),
        ),
    ]
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

fn set_entry(signed: &mut SignedRegistration, name: &str, value: CborValue) {
    entries(signed, |all| {
        all.iter_mut()
            .filter(|(key, _)| *key == name.into())
            .for_each(|entry| entry.1 = value.clone())
    });
}

/// Flips a bit of a part of the attestation object.
pub fn flipped(part: &'static str) -> Registration {
    after(move |it: &mut SignedRegistration, turn| {
        let mut pieces = pieces(it);
        pieces.flip(part, turn);
        it.attestation_object = Some(pieces.to_bytes());
    })
}

/// The parts of `x5c`: its certificates.
const CHAIN: [&str; 3] = ["certificate", "intermediate", "root"];

/// The attestation object. Its parts are `fmt`, `authData`, the entries of the statement, and each certificate.
fn pieces(signed: &SignedRegistration) -> Pieces {
    let mut pieces = Pieces::default();
    pieces.map(3);
    pieces.name(&"fmt".into());
    pieces.value("fmt", &signed.fmt.as_str().into());
    pieces.name(&"attStmt".into());
    let Cbor::Value(CborValue::Map(statement)) = &signed.statement else { unreachable!() };
    pieces.map(statement.len());
    for (name, value) in statement {
        pieces.name(name);
        match value {
            CborValue::Array(certificates) => {
                pieces.array(certificates.len());
                for (part, certificate) in CHAIN.into_iter().zip(certificates) {
                    pieces.value(part, certificate);
                }
            }
            value => pieces.value(name.as_text().unwrap(), value),
        }
    }
    pieces.name(&"authData".into());
    pieces.value("authData", &CborValue::Bytes(signed.authenticator_data.clone()));
    assert_eq!(pieces.to_bytes(), signed.to_attestation_object().unwrap());
    pieces
}
