//! Authenticator data.

use std::ops::Range;

use relying_party::{
    Aaguid,
    test_authenticator::{Cbor, CborValue, RegistrationParts, flags},
};

use super::Registration;
use crate::{
    ceremony::{before, encoded},
    flip::Turn,
};

pub fn tamperings() -> Vec<(&'static str, Registration)> {
    vec![
        (
            "data: RP ID hash with one bit flipped",
            before(|it: &mut RegistrationParts, turn| {
                turn.flip(&mut it.authenticator_data.rp_id_hash)
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
            "data: BS clear",
            before(|it: &mut RegistrationParts, _| it.authenticator_data.flags &= !flags::BS),
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
            "data: counter with one bit flipped",
            before(|it: &mut RegistrationParts, turn| {
                let mut counter = it.authenticator_data.sign_count.to_be_bytes();
                turn.flip(&mut counter);
                it.authenticator_data.sign_count = u32::from_be_bytes(counter);
            }),
        ),
        (
            "data: another AAGUID",
            before(|it: &mut RegistrationParts, turn| {
                let mut aaguid = [7; 16];
                turn.flip(&mut aaguid);
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
            "data: credential ID length with one bit flipped",
            before(|it: &mut RegistrationParts, turn| {
                let attested = it.authenticator_data.attested.as_mut().unwrap();
                let mut length = (attested.credential_id.len() as u16).to_be_bytes();
                turn.flip(&mut length);
                attested.credential_id_length = Some(u16::from_be_bytes(length));
            }),
        ),
        (
            "data: credential ID with one bit flipped",
            before(|it: &mut RegistrationParts, turn| {
                turn.flip(&mut it.authenticator_data.attested.as_mut().unwrap().credential_id);
            }),
        ),
        ("data: credential ID empty", credential_id(0)),
        ("data: credential ID of 1 byte", credential_id(1)),
        ("data: credential ID of 1023 bytes", credential_id(1023)),
        ("data: credential ID of 1024 bytes", credential_id(1024)),
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
            "data: unknown extension with one bit flipped in its name",
            before(|it: &mut RegistrationParts, turn| {
                it.authenticator_data.extend(flipped_extension(turn, 0..9));
            }),
        ),
        (
            "data: unknown extension with one bit flipped in its output",
            before(|it: &mut RegistrationParts, turn| {
                it.authenticator_data.extend(flipped_extension(turn, 9..10));
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
            "data: extension credProtect",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(Cbor::map([("credProtect", 2.into())]));
            }),
        ),
        (
            "data: extension credProtect is a text",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(Cbor::map([("credProtect", "2".into())]));
            }),
        ),
        (
            "data: an extension twice",
            before(|it: &mut RegistrationParts, _| {
                let twice = [("unknown", true.into()), ("unknown", false.into())];
                it.authenticator_data.extend(Cbor::map(twice));
            }),
        ),
        (
            "data: an extension whose name is a number",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(Cbor::map([(1, true.into())]));
            }),
        ),
        (
            "data: extensions cut",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(Cbor::Raw(vec![0xa1, 0x61]));
            }),
        ),
        (
            "data: bytes behind extensions",
            before(|it: &mut RegistrationParts, _| {
                it.authenticator_data.extend(Cbor::map([("unknown", true.into())]));
                it.authenticator_data.trailing = vec![0];
            }),
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
    ]
}

/// A map of one unknown extension, with one bit of these bytes flipped.
pub fn flipped_extension(turn: &Turn, bytes: Range<usize>) -> Cbor {
    let mut extensions = Cbor::map([("unknown", true.into())]).to_vec().unwrap();
    turn.flip(&mut extensions[bytes]);
    Cbor::Raw(extensions)
}

/// A credential ID of this length, inside and outside.
fn credential_id(length: usize) -> Registration {
    before(move |it: &mut RegistrationParts, _| {
        let id = vec![7; length];
        it.outer.id = encoded(&id);
        it.outer.raw_id = encoded(&id);
        it.authenticator_data.attested.as_mut().unwrap().credential_id = id;
    })
}
