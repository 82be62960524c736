//! Authentications: the steps of §7.2 except for the client data and the signature.

use relying_party::test_authenticator::{AuthenticatorData, Cbor, flags};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Authentications, client_data};
use crate::spec_vectors::{case::base64url, vector::Ceremonies};

pub(super) fn derive(cases: &mut Authentications<'_>) {
    credential(cases);
    kind(cases);
    client_data::derive(cases);
    authenticator(cases);
    authenticator_data(cases);
    counter(cases);
    json(cases);
}

/// Steps 5 and 6: which credential, and whose.
fn credential(cases: &mut Authentications<'_>) {
    let user = |case: &mut Value| case["stored"]["user_handle"].clone();
    let discoverable = |case: &mut Value| {
        case["options"]["allow_credentials"] = Value::Null;
        case["options"]["user_handle"] = Value::Null;
    };
    cases.changed("not-allowed", "credential_not_allowed", "not in the allow list", |case| {
        case["options"]["allow_credentials"] = json!([base64url(&[7; 32])]);
    });
    cases.changed("allowed-last", "ok", "the last of the allow list", |case| {
        let allowed = case["stored"]["credential_id"].clone();
        case["options"]["allow_credentials"] = json!([base64url(&[7; 32]), allowed]);
    });
    cases.changed("user-handle", "ok", "the handle of the known user", |case| {
        case["credential"]["response"]["userHandle"] = user(case);
    });
    cases.changed("user-handle-null", "ok", "null for a handle that is optional", |case| {
        case["credential"]["response"]["userHandle"] = Value::Null;
    });
    cases.changed("user-handle-other", "user_handle", "the handle of another user", |case| {
        case["credential"]["response"]["userHandle"] = json!(base64url(b"somebody else"));
    });
    cases.changed("discoverable", "ok", "the user is known by the handle", |case| {
        discoverable(case);
        case["credential"]["response"]["userHandle"] = user(case);
    });
    cases.changed("discoverable-no-handle", "user_handle", "the user stays unknown", |case| {
        discoverable(case);
    });
    cases.changed("discoverable-null", "user_handle", "the user stays unknown", |case| {
        discoverable(case);
        case["credential"]["response"]["userHandle"] = Value::Null;
    });
    cases.changed("discoverable-other", "user_handle", "the handle of another user", |case| {
        discoverable(case);
        case["credential"]["response"]["userHandle"] = json!(base64url(b"somebody else"));
    });
    cases.changed("id-raw-id", "credential_id", "id is not rawId (malformed is as good)", |case| {
        case["credential"]["id"] = json!(base64url(&[7; 32]));
    });
}

fn kind(cases: &mut Authentications<'_>) {
    for (name, kind) in [
        ("create", "webauthn.create"),
        ("case", "webauthn.GET"),
        ("empty", ""),
        ("longer", "webauthn.get.x"),
        ("payment", "payment.get"),
    ] {
        cases.tampered(&format!("type-{name}"), "type", "not the type of a sign-in", |parts| {
            parts.client_data.kind = kind.into();
        });
    }
}

/// Steps 15 to 19.
fn authenticator(cases: &mut Authentications<'_>) {
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
        parts.authenticator_data.rp_id_hash[0] ^= 0x80;
    });
    cases.tampered("appid", "rp_id", "appid is true although nobody asked for it", |parts| {
        let app_id = "https://example.org/app-id.json";
        parts.authenticator_data.rp_id_hash = Sha256::digest(app_id).to_vec();
        parts.outer.client_extension_results = json!({"appid": true});
    });
    let no_presence = |data: &mut AuthenticatorData| data.flags &= !flags::UP;
    cases.tampered("user-presence", "user_presence", "UP is not set", |parts| {
        no_presence(&mut parts.authenticator_data);
    });
    cases.under(|case| case["options"]["conditional"] = json!(true)).tampered(
        "user-presence-conditional",
        "user_presence",
        "UP is not set, and must be with conditional mediation too",
        |parts| no_presence(&mut parts.authenticator_data),
    );
    let required = |case: &mut Value| case["options"]["user_verification"] = json!("required");
    cases.under(required).tampered(
        "user-verification",
        "user_verification",
        "UV is required and not set",
        |parts| parts.authenticator_data.flags &= !flags::UV,
    );
    cases.under(required).tampered("user-verified", "ok", "UV is required and set", |parts| {
        parts.authenticator_data.flags |= flags::UV;
    });
    cases.under(|case| case["options"]["user_verification"] = json!("discouraged")).tampered(
        "user-verified-discouraged",
        "ok",
        "UV is set although discouraged",
        |parts| parts.authenticator_data.flags |= flags::UV,
    );
    cases.tampered("backup-flags", "backup_flags", "BS is set and BE is not", |parts| {
        parts.authenticator_data.flags &= !flags::BE;
    });
    cases.tampered("backup-state-lost", "ok", "BS is not set any more", |parts| {
        parts.authenticator_data.flags &= !flags::BS;
    });
    cases.tampered("backup-eligible-lost", "backup_flags", "POLICY: BE was set before", |parts| {
        parts.authenticator_data.flags &= !(flags::BE | flags::BS);
    });
    cases.tampered("reserved-flags", "ok", "reserved bits are set, which nobody checks", |parts| {
        parts.authenticator_data.flags |= 0x22;
    });
}

/// From a vector whose credential cannot be backed up.
pub(super) fn derive_not_eligible(cases: &mut Authentications<'_>) {
    cases.tampered(
        "backup-eligible-gained",
        "backup_flags",
        "POLICY: BE was not set before",
        |parts| {
            parts.authenticator_data.flags |= flags::BE;
        },
    );
}

/// A self attestation is a signature by the same key over the same structure. Only the type distinguishes it.
pub(super) fn derive_type(cases: &mut Authentications<'_>, registered: &Ceremonies) {
    let registration = registered.registration.clone().sign().unwrap();
    let challenge = base64url(&registered.registration_challenge);
    let signature = registration.statement.entry("sig").unwrap().as_bytes().unwrap().clone();
    cases.add(
        |_| (),
        |signed| {
            signed.client_data_json = registration.client_data_json;
            signed.authenticator_data = registration.authenticator_data;
            signed.signature = signature;
        },
        |case| {
            case["options"]["challenge"] = json!(challenge);
            let note = "a self attestation offered as an assertion";
            super::conclude(case, "self-attestation", "type", note);
        },
    );
}

fn authenticator_data(cases: &mut Authentications<'_>) {
    let mut data = |name: &str, note: &str, tamper: &dyn Fn(&mut AuthenticatorData)| {
        cases.tampered(&format!("authdata-{name}"), "malformed", note, |parts| {
            tamper(&mut parts.authenticator_data);
        });
    };
    for length in [0, 32, 36] {
        data(&length.to_string(), "cut off after as many bytes", &|data| {
            let mut raw = data.to_bytes().unwrap();
            raw.truncate(length);
            data.raw = Some(raw);
        });
    }
    data("trailing", "a byte follows", &|data| data.trailing.push(0));
    data("at-without-data", "AT is set and no data is there", &|data| data.flags |= flags::AT);
    data("ed-without-extensions", "ED is set and no data is there", &|data| {
        data.flags |= flags::ED;
    });
    data("extensions-without-ed", "ED is not set and extensions are there", &|data| {
        data.extensions = Some(Cbor::map([("example", true.into())]));
    });
    let note = "no well-formed map of extensions";
    let canonical = "SHOULD: a map of extensions that is not canonical";
    for (name, note, extensions) in [
        ("array", note, &[0x80][..]),
        ("duplicate-key", canonical, &[0xa2, 0x61, b'a', 1, 0x61, b'a', 1]),
        ("indefinite", canonical, &[0xbf, 0x61, b'a', 1, 0xff]),
        ("cut-off", note, &[0xa1, 0x61, b'a']),
        ("two-maps", note, &[0xa0, 0xa0]),
    ] {
        data(&format!("extensions-{name}"), note, &|data| {
            data.extend(Cbor::Raw(extensions.to_vec()));
        });
    }
    cases.tampered("extensions-unsolicited", "ok", "extensions that nobody asked for", |parts| {
        parts.authenticator_data.extend(Cbor::map([("example.unknown", true.into())]));
    });
}

/// Step 22: what is stored, what is reported, and the verdict of the strict policy.
fn counter(cases: &mut Authentications<'_>) {
    let max = u32::MAX;
    for (stored, told, verdict) in [
        (0, 1, "ok"),
        (0, max, "ok"),
        (1, 2, "ok"),
        (1, 1000, "ok"),
        (max - 1, max, "ok"),
        (1, 0, "sign_count"),
        (1, 1, "sign_count"),
        (5, 4, "sign_count"),
        (max, max, "sign_count"),
        (max, 0, "sign_count"),
    ] {
        cases.add(
            |parts| parts.authenticator_data.sign_count = told,
            |_| (),
            |case| {
                case["stored"]["sign_count"] = json!(stored);
                case["expect"]["sign_count"] = json!(told);
                let name = format!("sign-count-{stored}-{told}");
                let note = if verdict == "ok" { "it grew" } else { "POLICY: it did not grow" };
                super::conclude(case, &name, verdict, note);
            },
        );
    }
}

/// The JSON around it (§5.1.8).
fn json(cases: &mut Authentications<'_>) {
    for pointer in [
        "/response",
        "/response/clientDataJSON",
        "/response/authenticatorData",
        "/response/signature",
        "/rawId",
        "/type",
    ] {
        let name = format!("json-no{}", pointer.replace('/', "-"));
        cases.tampered(&name, "malformed", "a required member is missing", |parts| {
            parts.outer.remove(pointer);
        });
    }
    for (name, pointer, value) in [
        ("type", "/type", json!("password")),
        ("authdata-white-space", "/response/authenticatorData", json!("AA AA")),
        ("signature-alphabet", "/response/signature", json!("MEUC*Q")),
        ("signature-object", "/response/signature", json!({})),
        ("user-handle-number", "/response/userHandle", json!(1)),
        ("user-handle-alphabet", "/response/userHandle", json!("*")),
    ] {
        let note = "a member that is not of its type";
        cases.tampered(&format!("json-{name}"), "malformed", note, |parts| {
            parts.outer.set(pointer, value);
        });
    }
    cases.tampered("json-unknown", "ok", "members and values of the future", |parts| {
        parts.outer.attachment = Some("implanted".into());
        parts.outer.client_extension_results = json!({"example.unknown": 1});
        parts.outer.set("/new", json!({}));
        parts.outer.set("/response/new", 1);
    });
}
