//! Text that people and hosts write: names, identifiers, bytes as text.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    Aaguid, AccountId, CeremonyId, Challenge, CosePublicKey, CredentialId, PasskeyId, PasskeyName,
    RelyingParty, SessionBinding, SignInRequest, SignedInUser, UserHandle,
    ceremony::Identifier,
    decoys::DecoySecret,
    extensions::{AppId, Blob, DerivedSecret, PrfValues},
    json::Transport,
    limits::{NFC_SHRINKS_MAX, PASSKEY_NAME_MAX},
};

use super::{Case, framed, json::reads, repeated};

pub(super) fn cases() -> Vec<Case> {
    let name = |bytes: &[u8]| text(bytes).parse::<PasskeyName>().is_ok();
    let mut cases = vec![
        Case::bytes(NAME, "letters", |size| repeated(b"", b"a", size), name),
        Case::bytes(NAME, "white space", |size| repeated(b"", b" ", size), name),
        Case::bytes(
            NAME,
            "white space around a letter",
            |size| framed(b"", b" ", b"a", size),
            name,
        )
        .accepted(),
        Case::bytes(NAME, "marks to be put in order", marks, name),
        Case::bytes(
            NAME,
            "characters that become more",
            |size| repeated(b"", "\u{fb2c}".as_bytes(), size),
            name,
        ),
        Case::bytes(NAME, "as many marks as are put in order", marks, name)
            .max(PASSKEY_NAME_MAX * NFC_SHRINKS_MAX * 2),
        Case::bytes(
            NAME,
            "a control character at the end",
            |size| framed(b"", b"a", b"\n.", size),
            name,
        ),
        Case::bytes(
            "PasskeyName from JSON",
            "escapes",
            |size| framed(b"\"", b"\\u0061", b"\"", size),
            reads::<PasskeyName>,
        ),
        Case::bytes(
            "SignedInUser::new",
            "a long name",
            |size| repeated(b"", b"a", size),
            |bytes| {
                let handle = UserHandle::from([7; 32]);
                SignedInUser::new(handle, text(bytes), text(bytes)).handle() == handle
            },
        )
        .accepted(),
        Case::bytes(
            "SignInRequest::for_identifier",
            "a long identifier",
            |size| repeated(b"", b"a", size),
            |bytes| SignInRequest::for_identifier(text(bytes), None).user().is_none(),
        )
        .accepted(),
        Case::bytes(
            "decoys::DecoySecret::try_from",
            "a long secret",
            |size| vec![7; size],
            |bytes| DecoySecret::try_from(bytes).is_ok(),
        )
        .accepted(),
        Case::bytes(
            "SessionBinding::of",
            "a long session",
            |size| repeated(b"", b"a", size),
            |bytes| SessionBinding::of(text(bytes)) == SessionBinding::of(text(bytes)),
        )
        .accepted(),
        Case::bytes(
            "RelyingParty::builder",
            "a long name",
            |size| repeated(b"", b"a", size),
            |bytes| {
                let builder = RelyingParty::builder("example.com", text(bytes));
                builder.origin("https://example.com").build().is_ok()
            },
        )
        .accepted(),
        Case::bytes(
            "RelyingParty::builder",
            "a name of white space",
            |size| repeated(b"", b" ", size),
            |bytes| {
                let builder = RelyingParty::builder("example.com", text(bytes));
                builder.origin("https://example.com").build().is_ok()
            },
        ),
        Case::bytes(
            "extensions::AppId::new",
            "a long path",
            |size| repeated(b"https://", b"a", size),
            |bytes| AppId::new(text(bytes)).is_ok(),
        )
        .accepted(),
        Case::bytes(
            "json::Transport::from",
            "a long name",
            |size| repeated(b"", b"a", size),
            |bytes| matches!(Transport::from(text(bytes)), Transport::Unknown(_)),
        )
        .accepted(),
        Case::bytes(
            "Aaguid from text",
            "hexadecimal digits",
            |size| repeated(b"", b"0", size),
            |bytes| text(bytes).parse::<Aaguid>().is_ok(),
        )
        .unread(),
        Case::bytes(
            "Aaguid from JSON",
            "escapes",
            |size| framed(b"\"", b"\\u0030", b"\"", size),
            reads::<Aaguid>,
        ),
        Case::bytes(
            "Identifier::new",
            "a long identifier",
            |size| repeated(b"", b"a", size),
            |bytes| Identifier::new(text(bytes)) == Identifier::new(text(bytes)),
        )
        .accepted(),
        Case::bytes(
            "extensions::PrfValues::with_second",
            "long inputs",
            |size| vec![7; size],
            |bytes| serde_json::to_string(&PrfValues::with_second(bytes, bytes)).is_ok(),
        )
        .memory(16)
        .accepted(),
        Case::bytes(
            "AccountId::of, PasskeyId::of",
            "a long RP ID",
            |size| repeated(b"", b"a", size),
            |bytes| {
                let id = CredentialId::try_from(&[7; 16][..]).unwrap();
                AccountId::of(text(bytes), &UserHandle::from([7; 32])).to_string()
                    != PasskeyId::of(text(bytes), &id).to_string()
            },
        )
        .accepted(),
    ];
    for (entry, parse) in BASE64URL {
        cases.push(Case::bytes(
            entry,
            "base64url",
            |size| framed(b"\"", b"AAAA", b"\"", size),
            parse,
        ));
        let escapes = |size| framed(b"\"", b"\\u0041", b"\"", size);
        cases.push(Case::bytes(entry, "base64url in escapes", escapes, parse));
    }
    for (entry, parse) in FROM_TEXT {
        cases.push(Case::bytes(entry, "base64url", |size| repeated(b"", b"AAAA", size), parse));
        let stray = |size| framed(b"", b"AAAA", b"A", size);
        cases.push(Case::bytes(entry, "base64url with a stray character", stray, parse));
    }
    for (entry, parse) in BYTES {
        cases.push(Case::bytes(entry, "bytes", |size| vec![7; size], parse).unread());
    }
    cases.push(
        Case::bytes(
            "extensions::Blob from JSON",
            "base64url",
            |size| framed(b"\"", b"AAAA", b"\"", size),
            reads::<Blob>,
        )
        .accepted(),
    );
    cases.push(Case::bytes(
        "extensions::Blob from JSON",
        "base64url with stray bits at its end",
        |size| {
            format!("\"{}B\"", &URL_SAFE_NO_PAD.encode(vec![7; size / 4 * 3 - 2])[1..]).into_bytes()
        },
        reads::<Blob>,
    ));
    cases
}

const NAME: &str = "PasskeyName from text";

type Parse = fn(&[u8]) -> bool;

/// Identifiers in JSON.
const BASE64URL: [(&str, Parse); 9] = [
    ("CredentialId from JSON", reads::<CredentialId>),
    ("UserHandle from JSON", reads::<UserHandle>),
    ("Challenge from JSON", reads::<Challenge>),
    ("CeremonyId from JSON", reads::<CeremonyId>),
    ("PasskeyId from JSON", reads::<PasskeyId>),
    ("AccountId from JSON", reads::<AccountId>),
    ("SessionBinding from JSON", reads::<SessionBinding>),
    ("CosePublicKey from JSON", reads::<CosePublicKey>),
    ("extensions::DerivedSecret from JSON", reads::<DerivedSecret>),
];

/// Identifiers in a form or a URL.
const FROM_TEXT: [(&str, Parse); 6] = [
    ("CredentialId from text", |bytes| text(bytes).parse::<CredentialId>().is_ok()),
    ("UserHandle from text", |bytes| text(bytes).parse::<UserHandle>().is_ok()),
    ("Challenge from text", |bytes| text(bytes).parse::<Challenge>().is_ok()),
    ("CeremonyId from text", |bytes| text(bytes).parse::<CeremonyId>().is_ok()),
    ("PasskeyId from text", |bytes| text(bytes).parse::<PasskeyId>().is_ok()),
    ("AccountId from text", |bytes| text(bytes).parse::<AccountId>().is_ok()),
];

/// Identifiers from bytes. The length decides.
const BYTES: [(&str, Parse); 6] = [
    ("CredentialId::try_from", |bytes| CredentialId::try_from(bytes).is_ok()),
    ("UserHandle::try_from", |bytes| UserHandle::try_from(bytes).is_ok()),
    ("Challenge::try_from", |bytes| Challenge::try_from(bytes).is_ok()),
    ("CeremonyId::try_from", |bytes| CeremonyId::try_from(bytes).is_ok()),
    ("PasskeyId::try_from", |bytes| PasskeyId::try_from(bytes).is_ok()),
    ("AccountId::try_from", |bytes| AccountId::try_from(bytes).is_ok()),
];

/// Characters that Unicode's canonical form sorts by class, in the wrong order.
fn marks(size: usize) -> Vec<u8> {
    repeated(b"a", "\u{315}\u{300}\u{327}".as_bytes(), size)
}

pub(super) fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}
