//! Changes to responses that registrations and assertions have in common, before and after signing.

use relying_party::test_authenticator::{
    AttestedCredentialData, AuthenticatorData, Cbor, ClientData, Outer,
};
use serde_json::Value;

use super::{codec, fixture, source::Source};

/// Texts that are valid in some place, or nearly so.
const TEXTS: [&str; 12] = [
    "webauthn.get",
    "webauthn.create",
    "public-key",
    "https://example.com",
    "https://example.com:443",
    "https://example.com/",
    "http://example.com",
    "https://evil-example.com",
    "https://example.com.evil.example",
    "https://example.net",
    "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ",
    "",
];

pub(super) fn text(source: &mut Source<'_>) -> String {
    if source.flag() { source.text() } else { (*source.choose(&TEXTS)).to_owned() }
}

pub(super) fn client_data(source: &mut Source<'_>, tampered: &mut ClientData) {
    match source.below(8) {
        0 => tampered.kind = text(source),
        1 => tampered.challenge = text(source),
        2 => tampered.origin = text(source),
        3 => tampered.cross_origin = *source.choose(&[None, Some(false), Some(true)]),
        4 => tampered.top_origin = source.flag().then(|| text(source)),
        5 => tampered.extra.push((text(source), Value::from(text(source)))),
        6 => tampered.extra.push((text(source), Value::from(source.byte()))),
        _ => tampered.raw = Some(source.bytes().to_vec()),
    }
}

pub(super) fn authenticator_data(source: &mut Source<'_>, tampered: &mut AuthenticatorData) {
    match source.below(9) {
        0 => tampered.rp_id_hash = source.bytes().to_vec(),
        1 => tampered.flags = source.byte(),
        2 => tampered.flags ^= 1 << source.below(8),
        3 => tampered.sign_count = source.u32(),
        4 => tampered.extend(Cbor::Raw(source.bytes().to_vec())),
        5 => tampered.extensions = Some(Cbor::Raw(source.bytes().to_vec())),
        6 => tampered.trailing = source.bytes().to_vec(),
        7 => tampered.raw = Some(source.bytes().to_vec()),
        _ => match (&mut tampered.attested, source.below(4)) {
            (Some(attested), 0) => attested.credential_id = source.bytes().to_vec(),
            (Some(attested), 1) => attested.credential_id_length = Some(source.byte().into()),
            (Some(attested), 2) => attested.public_key = Cbor::Raw(source.bytes().to_vec()),
            (attested, _) => {
                let id = source.bytes().to_vec();
                let aaguid = fixture::fixture().passkey.aaguid;
                *attested = Some(AttestedCredentialData::new(
                    aaguid,
                    id,
                    Cbor::Raw(source.bytes().to_vec()),
                ));
            }
        },
    }
}

pub(super) fn outer(source: &mut Source<'_>, tampered: &mut Outer) {
    const MEMBERS: [&str; 9] = [
        "/id",
        "/rawId",
        "/type",
        "/response",
        "/response/clientDataJSON",
        "/response/userHandle",
        "/response/signature",
        "/authenticatorAttachment",
        "/clientExtensionResults",
    ];
    match source.below(7) {
        0 => tampered.id = codec::encode(source.bytes()),
        1 => tampered.raw_id = codec::encode(source.bytes()),
        2 => {
            tampered.id = codec::encode(source.bytes());
            tampered.raw_id.clone_from(&tampered.id);
        }
        3 => tampered.kind = text(source),
        4 => tampered.attachment = Some(text(source)),
        5 => {
            let value = match source.below(4) {
                0 => Value::Null,
                1 => Value::from(source.byte()),
                2 => serde_json::from_slice(source.bytes()).unwrap_or_default(),
                _ => Value::from(text(source)),
            };
            let member = *source.choose(&MEMBERS);
            tampered.set(member, value);
        }
        _ => {
            let member = *source.choose(&MEMBERS);
            tampered.remove(member);
        }
    }
}

/// Changes one byte, or replaces all of them.
pub(super) fn bytes(source: &mut Source<'_>, tampered: &mut Vec<u8>) {
    if source.flag() {
        *tampered = source.bytes().to_vec();
        return;
    }
    let at = usize::from(source.byte()) % tampered.len().max(1);
    if let Some(byte) = tampered.get_mut(at) {
        *byte ^= source.byte();
    }
}
