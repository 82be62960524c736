//! Registrations: the steps of §7.1 after the client data, and the wire formats.

use relying_party::test_authenticator::{
    AttestedCredentialData, AuthenticatorData, Cbor, CborValue, RegistrationParts, TestAlgorithm,
    TestKey, flags,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Registrations, client_data};

pub(super) fn derive(cases: &mut Registrations<'_>) {
    kind(cases);
    client_data::derive(cases);
    authenticator(cases);
    authenticator_data(cases);
    credential_id(cases);
    key(cases);
    object(cases);
    json(cases);
}

fn kind(cases: &mut Registrations<'_>) {
    for (name, kind) in [
        ("get", "webauthn.get"),
        ("case", "webauthn.Create"),
        ("empty", ""),
        ("longer", "webauthn.create.x"),
        ("payment", "payment.get"),
    ] {
        cases.tampered(
            &format!("type-{name}"),
            "type",
            "not the type of a registration",
            |parts| {
                parts.client_data.kind = kind.into();
            },
        );
    }
}

/// Steps 14 to 20.
fn authenticator(cases: &mut Registrations<'_>) {
    for (name, text) in
        [("origin", "https://example.org"), ("subdomain", "login.example.org"), ("empty", "")]
    {
        cases.tampered(
            &format!("rp-id-hash-{name}"),
            "rp_id",
            "the hash of something else",
            |parts| {
                parts.authenticator_data.rp_id_hash = Sha256::digest(text).to_vec();
            },
        );
    }
    cases.tampered("rp-id-hash-bit", "rp_id", "one bit of the hash", |parts| {
        parts.authenticator_data.rp_id_hash[31] ^= 1;
    });
    cases.tampered("user-presence", "user_presence", "UP is not set", |parts| {
        parts.authenticator_data.flags &= !flags::UP;
    });
    cases.under(|case| case["options"]["conditional"] = json!(true)).tampered(
        "user-presence-conditional",
        "ok",
        "UP is not set, and need not be with conditional mediation",
        |parts| parts.authenticator_data.flags &= !flags::UP,
    );
    cases.under(|case| case["options"]["user_verification"] = json!("required")).tampered(
        "user-verification",
        "user_verification",
        "UV is required and not set",
        |parts| parts.authenticator_data.flags &= !flags::UV,
    );
    cases
        .under(|case| {
            case["options"]["user_verification"] = json!("required");
            case["options"]["conditional"] = json!(true);
        })
        .tampered(
            "user-verification-conditional",
            "user_verification",
            "UV is required and not set, with conditional mediation too",
            |parts| parts.authenticator_data.flags &= !flags::UV,
        );
    cases.tampered("backup-flags", "backup_flags", "BS is set and BE is not", |parts| {
        parts.authenticator_data.flags &= !flags::BE;
        parts.authenticator_data.flags |= flags::BS;
    });
    cases.tampered("backup-flags-eligible", "ok", "BE is set and BS is not", |parts| {
        parts.authenticator_data.flags |= flags::BE;
        parts.authenticator_data.flags &= !flags::BS;
    });
    cases.tampered("reserved-flags", "ok", "reserved bits are set, which nobody checks", |parts| {
        parts.authenticator_data.flags |= 0x22;
    });
    for (name, algorithms) in [("other", json!([-8])), ("several", json!([-257, -8, -35]))] {
        cases.changed(
            &format!("algorithm-not-offered-{name}"),
            "algorithm",
            "the algorithm was not offered",
            |case| case["options"]["algorithms"] = algorithms,
        );
    }
}

fn authenticator_data(cases: &mut Registrations<'_>) {
    let mut data = |name: &str, note: &str, tamper: &dyn Fn(&mut AuthenticatorData)| {
        cases.tampered(&format!("authdata-{name}"), "malformed", note, |parts| {
            tamper(&mut parts.authenticator_data);
        });
    };
    for length in [0, 36, 38, 53, 54, 55, 86, 120] {
        data(&length.to_string(), "cut off after as many bytes", &|data| {
            let mut raw = data.to_bytes().unwrap();
            raw.truncate(length);
            data.raw = Some(raw);
        });
    }
    data("last-byte", "cut off before the last byte", &|data| {
        let mut raw = data.to_bytes().unwrap();
        raw.pop();
        data.raw = Some(raw);
    });
    data("trailing", "a byte follows", &|data| data.trailing.push(0));
    data("at-cleared", "AT is not set and the data is there", &|data| data.flags &= !flags::AT);
    data("no-attested-data", "AT is not set and no data is there", &|data| {
        data.flags &= !flags::AT;
        data.attested = None;
    });
    data("at-without-data", "AT is set and no data is there", &|data| data.attested = None);
    data("ed-without-extensions", "ED is set and no data is there", &|data| {
        data.flags |= flags::ED;
    });
    data("extensions-without-ed", "ED is not set and extensions are there", &|data| {
        data.extensions = Some(Cbor::map([("credProtect", 2.into())]));
    });
    let note = "no well-formed map of extensions";
    let canonical = "SHOULD: a map of extensions that is not canonical";
    for (name, note, extensions) in [
        ("array", note, &[0x80][..]),
        ("integer", note, &[0x01]),
        ("integer-key", note, &[0xa1, 0x01, 0x02]),
        ("duplicate-key", canonical, &[0xa2, 0x61, b'a', 1, 0x61, b'a', 1]),
        ("indefinite", canonical, &[0xbf, 0x61, b'a', 1, 0xff]),
        ("cut-off", note, &[0xa1, 0x61, b'a']),
        ("two-maps", note, &[0xa0, 0xa0]),
        ("length-bomb", note, &[0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] {
        data(&format!("extensions-{name}"), note, &|data| {
            data.extend(Cbor::Raw(extensions.to_vec()));
        });
    }
    cases.tampered("extensions-unsolicited", "ok", "extensions that nobody asked for", |parts| {
        parts.authenticator_data.extend(Cbor::map([
            ("credProtect", CborValue::from(2)),
            ("example.unknown", CborValue::Array(vec![true.into(), CborValue::Null])),
        ]));
    });
}

fn credential_id(cases: &mut Registrations<'_>) {
    for length in [33, 31, 1000, 1023] {
        cases.tampered(
            &format!("credential-id-length-{length}"),
            "malformed",
            "another length is told than the credential id has",
            |parts| attested(parts).credential_id_length = Some(length),
        );
    }
    for (length, verdict, note) in [
        (0, "credential_id", "a credential id of no byte (malformed is as good)"),
        (1, "ok", "the shortest credential id"),
        (1023, "ok", "the longest credential id"),
        (1024, "credential_id", "SHOULD: a credential id that is too long"),
    ] {
        cases.tampered(&format!("credential-id-{length}"), verdict, note, |parts| {
            let id = vec![7; length];
            attested(parts).credential_id.clone_from(&id);
            parts.outer.id = super::case::base64url(&id);
            parts.outer.raw_id = parts.outer.id.clone();
        });
    }
    cases.tampered("credential-id-attested", "credential_id", "JSON names another one", |parts| {
        attested(parts).credential_id[0] ^= 1;
    });
    cases.tampered("credential-id-json", "credential_id", "the attested one is another", |parts| {
        parts.outer.id = super::case::base64url(&[7; 32]);
        parts.outer.raw_id = parts.outer.id.clone();
    });
    cases.tampered(
        "id-raw-id",
        "credential_id",
        "id is not rawId (malformed is as good)",
        |parts| {
            parts.outer.id = super::case::base64url(&[7; 32]);
        },
    );
    cases.tampered(
        "raw-id-id",
        "credential_id",
        "rawId is not id (malformed is as good)",
        |parts| {
            parts.outer.raw_id = super::case::base64url(&[7; 32]);
        },
    );
}

/// The rules of §5.8.5 for ES256.
fn key(cases: &mut Registrations<'_>) {
    let mut key = |name: &str, verdict: &str, note: &str, tamper: &dyn Fn(&mut Cbor)| {
        cases.tampered(&format!("key-{name}"), verdict, note, |parts| {
            tamper(&mut attested(parts).public_key);
        });
    };
    let coordinate = |key: &Cbor, label: i64| key.entry(label).unwrap().as_bytes().unwrap().clone();
    for (name, label) in [("kty", 1), ("alg", 3), ("crv", -1), ("x", -2), ("y", -3)] {
        let note = "a required parameter is missing (algorithm is as good)";
        key(&format!("without-{name}"), "malformed", note, &|key| key.remove(label));
        let note = "SHOULD: a parameter is there twice, with one value";
        key(&format!("duplicate-{name}"), "malformed", note, &|key| {
            let value = key.entry(label).unwrap().clone();
            key.push(label, value);
        });
        let note = "a parameter of another CBOR type (algorithm is as good)";
        key(&format!("{name}-of-other-type"), "malformed", note, &|key| {
            key.set(label, CborValue::Map(vec![]));
        });
    }
    key("kty-okp", "malformed", "kty is OKP (algorithm is as good)", &|key| key.set(1, 1));
    key("kty-rsa", "malformed", "kty is RSA (algorithm is as good)", &|key| key.set(1, 3));
    for (name, crv) in [("p384", 2), ("p521", 3), ("ed25519", 6), ("secp256k1", 8), ("zero", 0)] {
        let note = "ES256 wants P-256 (malformed is as good)";
        key(&format!("crv-{name}"), "algorithm", note, &|key| key.set(-1, crv));
    }
    key("compressed", "malformed", "y is only its sign", &|key| key.set(-3, true));
    for (name, label) in [("x", -2), ("y", -3)] {
        key(&format!("{name}-short"), "malformed", "31 bytes", &|key| {
            key.set(label, coordinate(key, label)[1..].to_vec());
        });
        key(&format!("{name}-long"), "malformed", "33 bytes, with a leading zero", &|key| {
            key.set(label, [&[0][..], &coordinate(key, label)].concat());
        });
        key(&format!("{name}-empty"), "malformed", "no byte", &|key| {
            key.set(label, CborValue::Bytes(Vec::new()));
        });
        key(&format!("{name}-off-curve"), "malformed", "not on the curve", &|key| {
            let mut value = coordinate(key, label);
            value[31] ^= 1;
            key.set(label, value);
        });
        key(&format!("{name}-not-reduced"), "malformed", "not below the prime", &|key| {
            key.set(label, vec![0xff; 32]);
        });
    }
    key("zero", "malformed", "x and y are 0", &|key| {
        key.set(-2, vec![0; 32]);
        key.set(-3, vec![0; 32]);
    });
    for (name, raw) in [
        ("empty", &[][..]),
        ("array", &[0x80]),
        ("empty-map", &[0xa0]),
        ("null", &[0xf6]),
        ("length-bomb", &[0xa1, 0x01, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] {
        key(name, "malformed", "no COSE key", &|key| *key = Cbor::Raw(raw.to_vec()));
    }
    key("indefinite", "malformed", "SHOULD: an indefinite-length map", &|key| {
        let bytes = key.to_vec().unwrap();
        *key = Cbor::Raw([&[0xbf], &bytes[1..], &[0xff]].concat());
    });
    key("tagged", "malformed", "SHOULD: a tag before the key", &|key| {
        *key = Cbor::Raw([&[0xd8, 0x18][..], &key.to_vec().unwrap()].concat());
    });
}

/// The attestation object and its encoding.
fn object(cases: &mut Registrations<'_>) {
    let mut object = |name: &str, note: &str, change: &dyn Fn(&mut Vec<u8>)| {
        cases.corrupted(&format!("object-{name}"), "malformed", note, |signed| {
            let mut bytes = signed.to_attestation_object().unwrap();
            change(&mut bytes);
            signed.attestation_object = Some(bytes);
        });
    };
    object("empty", "no byte", &Vec::clear);
    object("truncated", "the last byte is missing", &|bytes| _ = bytes.pop());
    object("half", "the second half is missing", &|bytes| bytes.truncate(bytes.len() / 2));
    object("trailing", "a byte follows", &|bytes| bytes.push(0));
    object("twice", "another object follows", &|bytes| bytes.extend(bytes.clone()));
    object("indefinite", "SHOULD: an indefinite-length map", &|bytes| {
        bytes[0] = 0xbf;
        bytes.push(0xff);
    });
    object("non-minimal", "SHOULD: the length of the map in two bytes", &|bytes| {
        bytes.splice(..1, [0xb8, 3]);
    });
    object("tagged", "SHOULD: a tag before the map", &|bytes| {
        bytes.splice(..0, [0xd9, 0xd9, 0xf7]);
    });
    object("length-too-small", "a map of two entries, and a third follows", &|bytes| {
        bytes[0] = 0xa2;
    });
    object("length-too-large", "a map of four entries, of which three are there", &|bytes| {
        bytes[0] = 0xa4;
    });
    object("length-bomb", "a map of 2^63 - 1 entries", &|bytes| {
        bytes.splice(..1, [0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    });
    object("reserved", "a reserved form of length", &|bytes| bytes[0] = 0xbc);
    object("nested", "arrays in arrays, 4096 deep, beside the members", &|bytes| {
        bytes[0] = 0xa4;
        bytes.extend(b"\x64deep");
        bytes.extend([0x81; 4096]);
        bytes.push(0x80);
    });
    for (name, member) in [("fmt", 0), ("statement", 1), ("authdata", 2)] {
        let mut members = |name: &str, note: &str, change: &dyn Fn(&mut Members)| {
            object(name, note, &|bytes| {
                let value: CborValue = ciborium::from_reader(bytes.as_slice()).unwrap();
                let mut members = value.into_map().unwrap();
                change(&mut members);
                *bytes = Cbor::Value(CborValue::Map(members)).to_vec().unwrap();
            });
        };
        members(&format!("no-{name}"), "a member is missing", &|members| {
            members.remove(member);
        });
        members(&format!("duplicate-{name}"), "SHOULD: a member is there twice", &|members| {
            members.push(members[member].clone());
        });
        let note = "a member of another CBOR type";
        members(&format!("{name}-of-other-type"), note, &|members| {
            members[member].1 = 1.into();
        });
    }
    object("array", "the members in an array", &|bytes| {
        let value: CborValue = ciborium::from_reader(bytes.as_slice()).unwrap();
        let values = value.into_map().unwrap().into_iter().map(|(_, value)| value).collect();
        *bytes = Cbor::Value(CborValue::Array(values)).to_vec().unwrap();
    });
    object("authdata-text", "authData is a text string", &|bytes| {
        let at = bytes.windows(9).position(|window| window == b"\x68authData").unwrap() + 9;
        bytes[at] |= 0x20;
    });
    object("authdata-chunked", "SHOULD: authData in chunks", &|bytes| {
        let at = bytes.windows(9).position(|window| window == b"\x68authData").unwrap() + 9;
        bytes.insert(at, 0x5f);
        bytes.push(0xff);
    });
    object("fmt-not-utf-8", "fmt is not UTF-8", &|bytes| bytes[6] = 0xff);
}

type Members = Vec<(CborValue, CborValue)>;

/// The JSON around it (§5.1.8).
fn json(cases: &mut Registrations<'_>) {
    for pointer in
        ["/response", "/response/clientDataJSON", "/response/attestationObject", "/rawId", "/type"]
    {
        let name = format!("json-no{}", pointer.replace('/', "-"));
        cases.tampered(&name, "malformed", "a required member is missing", |parts| {
            parts.outer.remove(pointer);
        });
    }
    for (name, pointer, value) in [
        ("type", "/type", json!("password")),
        ("type-case", "/type", json!("Public-Key")),
        ("response-text", "/response", json!("")),
        ("client-data-object", "/response/clientDataJSON", json!({})),
        ("client-data-null", "/response/clientDataJSON", Value::Null),
        ("object-white-space", "/response/attestationObject", json!("o2Nm bXRk")),
        ("object-alphabet", "/response/attestationObject", json!("o2Nm*XRk")),
        ("object-length", "/response/attestationObject", json!("o2NmbXRkb")),
        ("object-array", "/response/attestationObject", json!([163])),
        ("id-number", "/id", json!(1)),
    ] {
        let note = "a member that is not of its type";
        cases.tampered(&format!("json-{name}"), "malformed", note, |parts| {
            parts.outer.set(pointer, value);
        });
    }
    cases.changed("json-array", "malformed", "an array", |case| case["credential"] = json!([]));
    cases.tampered("json-minimal", "ok", "as clients of Level 2 write it", |parts| {
        for name in ["authenticatorData", "transports", "publicKey", "publicKeyAlgorithm"] {
            parts.outer.remove(&format!("/response/{name}"));
        }
    });
    cases.tampered("json-unknown", "ok", "members and values of the future", |parts| {
        parts.outer.attachment = Some("implanted".into());
        parts.transports = Some(vec!["telepathy".into()]);
        parts.outer.client_extension_results = json!({"example.unknown": {"a": [null]}});
        parts.outer.set("/new", json!({}));
        parts.outer.set("/response/new", 1);
    });
    cases.tampered("json-attachment-null", "ok", "null for a member that is optional", |parts| {
        parts.outer.set("/authenticatorAttachment", Value::Null);
    });
}

/// Formats, from a vector whose statement is empty.
pub(super) fn derive_formats(cases: &mut Registrations<'_>) {
    for (name, fmt) in
        [("unknown", "example.unknown"), ("case", "None"), ("empty", ""), ("space", "none ")]
    {
        let note = "no format that anybody supports";
        cases.tampered(&format!("format-{name}"), "attestation_format", note, |parts| {
            parts.fmt = Some(fmt.into());
        });
    }
    cases.tampered("none-with-statement", "attestation_statement", "not empty", |parts| {
        parts.statement = Some(Cbor::map([("alg", (-7).into())]));
    });
    cases.tampered("packed-empty", "attestation_statement", "packed, and nothing in it", |parts| {
        parts.fmt = Some("packed".into());
    });
    cases.changed("none-trusted", "attestation_trust", "none where trust is demanded", |case| {
        case["attestation"]["verify"] = json!("trusted");
    });
    cases.tampered("key-of-other-algorithm", "algorithm", "EdDSA was not offered", |parts| {
        let key = TestKey::from_seed(TestAlgorithm::EdDsa, "other").unwrap();
        attested(parts).public_key = key.public_key().unwrap();
    });
}

fn attested(parts: &mut RegistrationParts) -> &mut AttestedCredentialData {
    parts.authenticator_data.attested.as_mut().unwrap()
}
