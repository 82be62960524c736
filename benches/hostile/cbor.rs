//! Data that authenticators encode: authenticator data, attestation objects, keys.

use relying_party::{
    AttestationObject, AuthenticatorData, CoseKey, CosePublicKey,
    limits::{CBOR_DEPTH_MAX, CBOR_MAP_ENTRIES_MAX},
};

use super::{Case, repeated};

pub(super) fn cases() -> Vec<Case> {
    let data = |bytes: &[u8]| AuthenticatorData::parse(bytes).is_ok();
    let object = |bytes: &[u8]| AttestationObject::parse(bytes).is_ok();
    let key = |bytes: &[u8]| CoseKey::parse(bytes).is_ok();
    let stored_key = |bytes: &[u8]| CosePublicKey::try_from(bytes).is_ok();
    vec![
        Case::bytes(
            DATA,
            "extensions: a list of full maps",
            |size| in_data(&full_maps(size)),
            data,
        )
        .accepted(),
        Case::bytes(
            DATA,
            "extensions: a list of small maps",
            |size| in_data(&small_maps(size)),
            data,
        )
        .accepted(),
        Case::bytes(DATA, "extensions: maps for keys", |size| in_data(&maps_for_keys(size)), data)
            .accepted(),
        Case::bytes(DATA, "extensions: keys alike to the end", extension_keys, data).accepted(),
        Case::bytes(DATA, "extensions: nested lists", |size| in_data(&nested(size)), data)
            .accepted(),
        Case::bytes(DATA, "extensions: an entry twice at the end", entry_twice, data),
        Case::bytes(
            OBJECT,
            "statement: a list of full maps",
            |size| in_object(&full_maps(size)),
            object,
        )
        .accepted(),
        Case::bytes(
            OBJECT,
            "statement: a list of small maps",
            |size| in_object(&small_maps(size)),
            object,
        )
        .accepted(),
        Case::bytes(
            OBJECT,
            "statement: maps for keys",
            |size| in_object(&maps_for_keys(size)),
            object,
        )
        .accepted(),
        Case::bytes(OBJECT, "statement: nested lists", |size| in_object(&nested(size)), object)
            .accepted(),
        Case::bytes(
            OBJECT,
            "statement: empty certificates",
            |size| in_object(&certificates(size)),
            object,
        )
        .accepted(),
        Case::bytes(
            OBJECT,
            "a list that ends early",
            |size| {
                let mut bytes = in_object(&small_maps(size));
                bytes.truncate(bytes.len() - 200);
                bytes
            },
            object,
        ),
        Case::bytes(KEY, "a modulus", rsa_key, key).accepted(),
        Case::bytes("CosePublicKey::try_from", "a modulus", rsa_key, stored_key).unread(),
        Case::bytes(
            "CosePublicKey::from_u2f",
            "a long point",
            |size| repeated(&[4], &[1], size),
            |bytes| CosePublicKey::from_u2f(bytes).is_ok(),
        )
        .unread(),
    ]
}

const DATA: &str = "AuthenticatorData::parse";
const OBJECT: &str = "AttestationObject::parse";
const KEY: &str = "CoseKey::parse";

/// A header of this major type.
fn header(major_type: u8, argument: usize) -> Vec<u8> {
    let major_type = major_type << 5;
    match argument {
        0..24 => vec![major_type | u8::try_from(argument).unwrap()],
        24..0x100 => vec![major_type | 0x18, u8::try_from(argument).unwrap()],
        0x100..0x1_0000 => {
            [&[major_type | 0x19][..], &u16::try_from(argument).unwrap().to_be_bytes()].concat()
        }
        _ => [&[major_type | 0x1a][..], &u32::try_from(argument).unwrap().to_be_bytes()].concat(),
    }
}

pub(super) fn bytes(content: &[u8]) -> Vec<u8> {
    [&header(2, content.len()), content].concat()
}

pub(super) fn text(content: &str) -> Vec<u8> {
    [&header(3, content.len()), content.as_bytes()].concat()
}

pub(super) fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [header(4, items.len()), items.concat()].concat()
}

pub(super) fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let entries_whole = entries.iter().map(|(key, value)| [&key[..], value].concat());
    [header(5, entries.len()), entries_whole.collect::<Vec<_>>().concat()].concat()
}

/// A list of one item, repeated as often as fits.
fn list_of(item: &[u8], size: usize) -> Vec<u8> {
    let count = size / item.len();
    [header(4, count), item.repeat(count)].concat()
}

/// Maps with as many keys as allowed, of equal length, so that each key is compared with all keys before it.
pub(super) fn full_maps(size: usize) -> Vec<u8> {
    let entry = |key: usize| (header(0, 0x100 + key), vec![0]);
    list_of(&map(&(0..CBOR_MAP_ENTRIES_MAX).map(entry).collect::<Vec<_>>()), size)
}

/// Many small maps, so that allocations per map happen most often.
fn small_maps(size: usize) -> Vec<u8> {
    list_of(b"\xa1\x00\x00", size)
}

/// Keys that are maps themselves, nested as deeply as allowed, and differ only in their last byte.
fn maps_for_keys(size: usize) -> Vec<u8> {
    // The list and the map that contain them are two levels, and the innermost scalar adds none.
    const DEPTH: usize = CBOR_DEPTH_MAX - 3;
    let key = |number: usize| {
        let mut content = vec![7; size / CBOR_MAP_ENTRIES_MAX];
        content.push(u8::try_from(number).unwrap());
        (0..DEPTH).fold(bytes(&content), |key, _| map(&[(key, vec![0])]))
    };
    list(&[map(&(0..CBOR_MAP_ENTRIES_MAX).map(|it| (key(it), vec![0])).collect::<Vec<_>>())])
}

/// Lists nested as deeply as allowed, side by side.
fn nested(size: usize) -> Vec<u8> {
    let item = [vec![0x81; CBOR_DEPTH_MAX - 2], vec![0]].concat();
    list_of(&item, size)
}

fn certificates(size: usize) -> Vec<u8> {
    list_of(&bytes(&[]), size)
}

/// Authenticator data with these extensions, and the flag for them.
fn data_with(extensions: &[u8]) -> Vec<u8> {
    [&[0; 32][..], &[0x81, 0, 0, 0, 0], extensions].concat()
}

fn in_data(value: &[u8]) -> Vec<u8> {
    data_with(&map(&[(text("a"), value.to_vec())]))
}

/// Keys of equal length that differ only in their last byte.
pub(super) fn keys_alike_to_the_end(size: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let key = "k".repeat(size / CBOR_MAP_ENTRIES_MAX);
    let entry = |last| (text(&format!("{key}{}", char::from(last))), vec![0]);
    (0x30..0x70).map(entry).collect()
}

fn extension_keys(size: usize) -> Vec<u8> {
    data_with(&map(&keys_alike_to_the_end(size)))
}

fn entry_twice(size: usize) -> Vec<u8> {
    let value = full_maps(size);
    data_with(&map(&[(text("a"), value), (text("b"), vec![0]), (text("a"), vec![0])]))
}

fn in_object(statement: &[u8]) -> Vec<u8> {
    map(&[
        (text("fmt"), text("none")),
        (text("attStmt"), statement.to_vec()),
        (text("authData"), bytes(&[0; 37])),
    ])
}

/// kty RSA, alg RS256, n, e
fn rsa_key(size: usize) -> Vec<u8> {
    let modulus = bytes(&vec![0xff; size]);
    [&b"\xa4\x01\x03\x03\x39\x01\x00\x20"[..], &modulus, b"\x21\x43\x01\x00\x01"].concat()
}
