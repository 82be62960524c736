//! Bends that registrations and assertions have in common, before and after they are signed.

use relying_party::test_authenticator::{
    AttestedCredentialData, AuthenticatorData, Cbor, ClientData, Outer,
};
use serde_json::Value;

use super::{codec, fixture, source::Source};

/// Texts that are right somewhere, or nearly.
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

pub(super) fn client_data(source: &mut Source<'_>, bent: &mut ClientData) {
    match source.below(8) {
        0 => bent.kind = text(source),
        1 => bent.challenge = text(source),
        2 => bent.origin = text(source),
        3 => bent.cross_origin = *source.choose(&[None, Some(false), Some(true)]),
        4 => bent.top_origin = source.flag().then(|| text(source)),
        5 => bent.extra.push((text(source), Value::from(text(source)))),
        6 => bent.extra.push((text(source), Value::from(source.byte()))),
        _ => bent.raw = Some(source.bytes().to_vec()),
    }
}

pub(super) fn authenticator_data(source: &mut Source<'_>, bent: &mut AuthenticatorData) {
    match source.below(9) {
        0 => bent.rp_id_hash = source.bytes().to_vec(),
        1 => bent.flags = source.byte(),
        2 => bent.flags ^= 1 << source.below(8),
        3 => bent.sign_count = source.u32(),
        4 => bent.extend(Cbor::Raw(source.bytes().to_vec())),
        5 => bent.extensions = Some(Cbor::Raw(source.bytes().to_vec())),
        6 => bent.trailing = source.bytes().to_vec(),
        7 => bent.raw = Some(source.bytes().to_vec()),
        _ => match (&mut bent.attested, source.below(4)) {
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

pub(super) fn outer(source: &mut Source<'_>, bent: &mut Outer) {
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
        0 => bent.id = codec::encode(source.bytes()),
        1 => bent.raw_id = codec::encode(source.bytes()),
        2 => {
            bent.id = codec::encode(source.bytes());
            bent.raw_id.clone_from(&bent.id);
        }
        3 => bent.kind = text(source),
        4 => bent.attachment = Some(text(source)),
        5 => {
            let value = match source.below(4) {
                0 => Value::Null,
                1 => Value::from(source.byte()),
                2 => serde_json::from_slice(source.bytes()).unwrap_or_default(),
                _ => Value::from(text(source)),
            };
            let member = *source.choose(&MEMBERS);
            bent.set(member, value);
        }
        _ => {
            let member = *source.choose(&MEMBERS);
            bent.remove(member);
        }
    }
}

/// Changes single bytes, or puts others in their place.
pub(super) fn bytes(source: &mut Source<'_>, bent: &mut Vec<u8>) {
    if source.flag() {
        *bent = source.bytes().to_vec();
        return;
    }
    let at = usize::from(source.byte()) % bent.len().max(1);
    if let Some(byte) = bent.get_mut(at) {
        *byte ^= source.byte();
    }
}
