//! The seeds from which fuzzing starts: for each target, valid input, and input with each kind of error that is known.
//! They are made with the test authenticator, so that they change when it changes.

use std::collections::BTreeMap;

use relying_party::{
    Passkey,
    ceremony::Ceremony,
    test_authenticator::{TestAlgorithm, TestAttestation, TestKey},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    attested, cost, crl, extensions,
    fixture::{Fixture, fixture},
    metadata, x509,
};

/// The file name of a generated seed.
#[must_use]
pub fn name(seed: &[u8]) -> String {
    let digest = Sha256::digest(seed);
    let digits = digest.iter().take(6).map(|byte| format!("{byte:02x}"));
    format!("made-{}", digits.collect::<String>())
}

/// The seeds of every target.
#[must_use]
pub fn made() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    vec![
        ("attestation_object", attestation_objects()),
        ("authentication_json", authentications()),
        ("authenticator_data", authenticator_data()),
        ("base64url", texts(&BASE64URL)),
        ("cbor", statements()),
        ("ceremony_json", ceremonies()),
        ("certificate", x509::seeds()),
        ("certificate_cost", cost::seeds()),
        ("certification_path", paths()),
        ("client_data", client_data()),
        ("cose_key", cose_keys()),
        ("crl", crl::seeds()),
        ("extensions_authentication", extensions::seeds()),
        ("extensions_registration", extensions::seeds()),
        ("flow_create", scripts(&[&[0], &[1, 0], &[1, 1], &[0, 3, 0, 0]], 3)),
        (
            "flow_manage",
            scripts(
                &[
                    &[0, 3, b'n', b'e', b'w', 0],
                    &[0, 3, b'n', b'e', b'w', 1],
                    &[1, 0],
                    &[1, 1],
                    &[2],
                    &[3, 0],
                    &[3, 1],
                ],
                2,
            ),
        ),
        ("flow_sign_in", scripts(&[&[0, 0], &[0, 1], &[0, 2], &[1], &[2], &[2, 3]], 3)),
        ("flow_sign_up", scripts(&[&[0], &[0, 1], &[1, 3, b'e', b'v', b'e', 0]], 3)),
        ("identifiers", texts(&IDENTIFIERS)),
        ("jws", metadata::jws_seeds()),
        ("key_description", key_descriptions()),
        ("mds_payload", metadata::payload_seeds()),
        ("origin", texts(&ORIGINS)),
        ("origin_policy", texts(&ORIGINS)),
        ("passkey_json", passkeys()),
        ("passkey_name", texts(&NAMES)),
        ("pem", x509::seeds().iter().take(4).map(|der| x509::pem_of(der).into_bytes()).collect()),
        ("registration_json", registrations()),
        ("related_origins", texts(&RELATED)),
        ("rp_id", texts(&RP_IDS)),
        ("safety_net_response", attested::responses()),
        ("scope", ORIGINS.iter().flat_map(|origin| scopes(origin)).collect()),
        ("statement_android_key", attested::statements("android-key")),
        ("statement_apple", attested::statements("apple")),
        ("statement_compound", attested::statements("compound")),
        ("statement_fido_u2f", attested::statements("fido-u2f")),
        ("statement_packed", attested::statements("packed")),
        ("statement_safety_net", attested::statements("android-safetynet")),
        ("statement_tpm", attested::statements("tpm")),
        ("tpm_cert_info", attested::members("certInfo")),
        ("tpm_public_area", attested::members("pubArea")),
        ("verify_attestation", attestations()),
        ("verify_authentication", scripts(&[&[0], &[1]], 4)),
        ("verify_registration", scripts(&[&[0], &[1], &[0, 1, 3], &[1, 1, 3]], 4)),
    ]
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Inputs with each of these beginnings, followed by variations of the decisions that come next.
fn scripts(beginnings: &[&[u8]], depth: u8) -> Vec<Vec<u8>> {
    let mut scripts = Vec::new();
    for beginning in beginnings {
        scripts.push(beginning.to_vec());
        for step in 0..8 {
            for count in 1..depth {
                let tail = [count, step, 0, 1, b'x', step, 3, 7];
                scripts.push([beginning, &tail[..]].concat());
            }
        }
    }
    scripts
}

/// Inputs about paths: an honest path, and every flag of every certificate of a longer one.
fn paths() -> Vec<Vec<u8>> {
    let mut made = vec![vec![]];
    for flags in [0, 1, 2, 4, 8, 16, 32, 64] {
        // The leaf: name and key 2; the intermediate: 3; the root: 3.
        let (leaf, root) = ([1, 1, 0, 0], [2, 2, 2, 2]);
        made.push([&leaf[..], &[1, 1, 1, 2, 2, flags, 0, 0, 0], &root, &[flags, 0]].concat());
        made.push([&leaf[..], &[1, 1, 1, 2, 2, 0, 0, 0, 0], &root, &[flags, 0]].concat());
        // The host knows the intermediate.
        made.push([&leaf[..], &[0, 1, 1, 1, 2, 2, flags, 1, 0], &root, &[0, 0]].concat());
    }
    made.push([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7].to_vec());
    made
}

/// Android's key descriptions: the honest one, an empty one, and one with additions of later versions.
fn key_descriptions() -> Vec<Vec<u8>> {
    let honest = attested::honest_description();
    let mut bare = honest.clone();
    bare.truncate(honest.len() - 13);
    vec![honest, bare, b"\x30\x00".to_vec()]
}

/// Inputs about a statement of each format: honest, and tampered with in each way.
fn attestations() -> Vec<Vec<u8>> {
    let mut made = Vec::new();
    for format in 0..7 {
        made.push(vec![format]);
        for tamper in 0..14 {
            for detail in [0, 1, 4, 9] {
                made.push(vec![format, 1, 2, 6, tamper, detail, 1, 2, b'x', 3]);
            }
        }
    }
    made
}

fn client_data() -> Vec<Vec<u8>> {
    let mut tampered = fixture().assertion.client_data.clone();
    let mut made = vec![tampered.to_bytes(), fixture().registration.client_data.to_bytes()];
    tampered.cross_origin = Some(true);
    tampered.top_origin = Some("https://top.example".into());
    tampered.extra = vec![(
        "other_keys_can_be_added_here".into(),
        serde_json::json!({"a": [1, null, "\u{e9}"]}),
    )];
    made.push(tampered.to_bytes());
    tampered.cross_origin = None;
    made.push([b"\xef\xbb\xbf", &tampered.to_bytes()[..]].concat());
    made.push(br#"["webauthn.get","AQID","https://example.com"]"#.to_vec());
    made.push(br#"{"type":"webauthn.get","type":"webauthn.create","challenge":"","origin":"\ud83d\ude00"}"#.to_vec());
    made
}

fn authenticator_data() -> Vec<Vec<u8>> {
    let mut tampered = fixture().registration.authenticator_data.clone();
    let mut made = vec![tampered.to_bytes(), fixture().assertion.authenticator_data.to_bytes()];
    tampered.extend(relying_party::test_authenticator::Cbor::map([("credProtect", 2.into())]));
    made.push(tampered.to_bytes());
    tampered.attested = None;
    made.push(tampered.to_bytes());
    tampered.flags &= !0x40;
    made.push(tampered.to_bytes());
    made.into_iter().map(Result::unwrap).collect()
}

fn attestation_objects() -> Vec<Vec<u8>> {
    let honest = &fixture().registration;
    let mut packed = honest.clone();
    packed.attestation = TestAttestation::PackedSelf;
    let mut unknown = honest.clone();
    unknown.fmt = Some("android-safetynet".into());
    let signed = [honest.clone(), packed, unknown].into_iter().map(|parts| parts.sign().unwrap());
    let objects = signed.map(|signed| {
        let json = signed.to_json().unwrap();
        super::codec::decode(json["response"]["attestationObject"].as_str().unwrap()).unwrap()
    });
    objects.collect()
}

fn statements() -> Vec<Vec<u8>> {
    let table: [&[u8]; 14] = [
        b"\xa0",
        b"\x80",
        b"\xa2\x63alg\x26\x63sig\x41\x00",
        b"\xa1\x61a\xa1\x61b\x82\x01\x20",
        b"\xa2\x61a\x01\x61a\x02",
        b"\xa1\x18\x01\x02",
        b"\xbf\xff",
        b"\xa1\x61a\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x61a\xc1\x00",
        b"\x81\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a",
        b"\x84\xf4\xf5\xf6\xf7",
        b"\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x81\x81\x81\x81\x81\x81\x81\x81\x00",
        b"\x81\x81\x81\x81\x81\x81\x81\x81\x80",
    ];
    table.iter().map(|statement| statement.to_vec()).collect()
}

fn cose_keys() -> Vec<Vec<u8>> {
    let key = |algorithm: &TestAlgorithm| {
        TestKey::from_seed(*algorithm, [7; 32]).unwrap().public_key().unwrap()
    };
    let keys = TestAlgorithm::ALL.iter().map(key).collect::<Vec<_>>();
    let mut made = keys.iter().map(|key| key.to_vec().unwrap()).collect::<Vec<_>>();
    let mut private = keys[0].clone();
    private.push(-4, relying_party::test_authenticator::CborValue::Bytes(vec![1; 32]));
    made.push(private.to_vec().unwrap());
    let mut twice = keys[1].clone();
    twice.push(3, -8);
    made.push(twice.to_vec().unwrap());
    made.push(b"\xa3\x01\x07\x03\x38\x2f\x20\x41\x00".to_vec());
    made
}

fn registrations() -> Vec<Vec<u8>> {
    let mut tampered = fixture().registration.clone();
    tampered.transports = None;
    tampered.outer.set("/authenticatorAttachment", Value::Null);
    let json = [fixture().registration.clone(), tampered];
    json.map(|parts| sorted(&parts.sign().unwrap().to_json().unwrap()).to_string().into_bytes())
        .to_vec()
}

fn authentications() -> Vec<Vec<u8>> {
    let mut tampered = fixture().assertion.clone();
    tampered.user_handle = None;
    tampered.outer.client_extension_results = serde_json::json!({"appid": true});
    let json = [fixture().open_assertion.clone(), tampered];
    json.map(|parts| sorted(&parts.sign().unwrap().to_json().unwrap()).to_string().into_bytes())
        .to_vec()
}

/// The same JSON with its members in alphabetical order, whatever order `serde_json` was built to keep.
fn sorted(json: &Value) -> Value {
    let Value::Object(members) = json else { return json.clone() };
    let members = members.iter().collect::<BTreeMap<_, _>>();
    members.into_iter().map(|(name, member)| (name.clone(), sorted(member))).collect()
}

fn ceremonies() -> Vec<Vec<u8>> {
    let Fixture { creation, named, open, sign_up, .. } = fixture();
    let ceremonies: [&Ceremony; 4] = [creation, named, open, sign_up];
    ceremonies.iter().map(|ceremony| ceremony.to_stored().record.into_bytes()).collect()
}

fn passkeys() -> Vec<Vec<u8>> {
    let passkeys: [&Passkey; 2] = [&fixture().passkey, &fixture().elsewhere];
    passkeys.iter().map(|passkey| serde_json::to_vec(&passkey.to_stored()).unwrap()).collect()
}

fn scopes(origin: &str) -> Vec<Vec<u8>> {
    ["example.com", "login.example.com", "localhost"]
        .iter()
        .map(|rp_id| format!("{rp_id}\n{origin}").into_bytes())
        .collect()
}

const BASE64URL: [&str; 10] = [
    "AAECAwQFBgcICQoLDA0ODw=",
    "AAECAwQFBgcICQoLDA0ODw",
    "AAECAwQFBgcICQoLDA0ODw==",
    "AAECAwQFBgcICQoLDA0ODx",
    "-_-_",
    "+/+/",
    "-_+/",
    "A A",
    "",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

const IDENTIFIERS: [&str; 3] = [
    "bada5566-a7aa-401f-bd96-45619a55120d",
    "BADA5566-A7AA-401F-BD96-45619A55120D",
    "\"00000000-0000-0000-0000-000000000000\"",
];

const ORIGINS: [&str; 22] = [
    "https://example.com",
    "https://example.com:8443",
    "https://example.com:443",
    "https://example.com/",
    "https://a.b.example.com",
    "https://user.example.com",
    "https://evil-example.com",
    "https://example.com.evil.example",
    "https://user@example.com",
    "https://EXAMPLE.com",
    "https://xn--mnchen-3ya.example.com",
    "https://xn--a.example.com",
    "https://b\u{fc}cher.example",
    "https://127.0.0.1",
    "https://[::1]",
    "https://1.2.3.0x4",
    "http://localhost:3000",
    "http://example.com",
    "android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfgoGLcc",
    "A4:D8:8F:E6:22:B2:43:C2:70:80:63:9A:28:0D:73:18:F5:0F:24:84:BE:D0:7D:71:28:24:1C:7E:0A:06:2D:C7",
    "chrome-extension://abcdefghijklmnop",
    "null",
];

const NAMES: [&str; 6] =
    ["Laptop", "  Laptop\t", "\u{202e}evil", "M\u{fc}nchen \u{1f511}", "a\u{0}b", "\u{3000}"];

const RELATED: [&str; 3] = [
    r#"{"origins":["https://example.net","https://example.co.uk"]}"#,
    r#"{"origins":[]}"#,
    r#"{"origins":["https://a.example","https://b.net","https://c.org","https://d.com","https://e.io","https://f.dev","x"]}"#,
];

const RP_IDS: [&str; 12] = [
    "example.com",
    "localhost",
    "com",
    "co.uk",
    "github.io",
    "https://example.com/",
    "example.com:443",
    "EXAMPLE.com",
    "example.com.",
    "192.168.0.1",
    "xn--mnchen-3ya.example",
    "b\u{fc}cher.example",
];
