//! A row of each system, in the form in which the system stores it, becomes a passkey that signs in.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod support;

use relying_party::{
    KeyParameters, Passkey, Timestamp,
    json::{AuthenticatorAttachment, Transport},
    test_authenticator::{TEST_AAGUID, TestAlgorithm},
};
use relying_party_import::{Refusal, System};
use serde_json::{Value, json};
use support::{Old, base64, base64url, bytea, import};

const AAGUID: &str = "74657374-2d61-7574-6865-6e7469636174";

/// What a test expects of a passkey beside its owner and its key.
#[allow(clippy::struct_excessive_bools, reason = "what is recorded, member by member")]
#[derive(Debug, Default, PartialEq)]
struct Known {
    sign_count: u32,
    backup: Option<(bool, bool)>,
    verified: bool,
    aaguid: bool,
    transports: bool,
    name: Option<&'static str>,
    created: bool,
    used: bool,
}

fn known(passkey: &Passkey) -> Known {
    let transports = [Transport::Internal, Transport::Hybrid];
    let name = passkey.name.as_str();
    let is = |at: u64| Timestamp::from_unix_millis(at);
    Known {
        sign_count: passkey.state.sign_count,
        backup: passkey.state.backup_eligible.zip(passkey.state.backup_state),
        verified: passkey.state.uv_initialized,
        aaguid: passkey.aaguid == TEST_AAGUID,
        transports: passkey.transports == transports,
        name: (name == "Ada's phone").then_some("Ada's phone"),
        created: passkey.created_at == is(1_700_000_000_123),
        used: passkey.last_used_at == Some(is(1_700_000_060_000)),
    }
}

const CREATED: &str = "2023-11-14T22:13:20.123Z";

/// The row becomes a passkey, its device signs in, and without any one of the `needed` members there is no passkey.
fn moves(system: System, mut old: Old, row: &Value, needed: &[&str], expected: &Known) -> Passkey {
    let passkey = import(system, row).unwrap().passkey;
    assert_eq!(passkey.id, old.passkey.id);
    assert_eq!(passkey.user, old.passkey.user);
    assert_eq!(passkey.public_key, old.passkey.public_key);
    assert_eq!(&known(&passkey), expected);
    // Without a record of user verification, a passkey alone is one factor.
    assert_eq!(old.signs_in(&passkey).is_complete(), expected.verified);
    for pointer in needed {
        let mut incomplete = row.clone();
        *incomplete.pointer_mut(pointer).unwrap() = Value::Null;
        let refused = import(system, &incomplete).unwrap_err();
        let is_missing = matches!(refused, Refusal::Missing(_) | Refusal::NoUserHandle(_));
        assert!(is_missing, "{pointer}: {refused}");
    }
    no_value_makes_it_panic(system, row);
    passkey
}

/// Every member of the row, one after the other, with values that no system writes. A verdict of either kind is fine.
fn no_value_makes_it_panic(system: System, row: &Value) {
    let mut pointers = Vec::new();
    collect(row, "", &mut pointers);
    assert!(pointers.len() >= 3);
    let odd = [
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\\x"),
        json!("\\x0"),
        json!("\u{0}"),
        json!("9999-12-31T23:59:60-23:59"),
        json!([]),
        json!([0, 255, 256]),
        json!({}),
        json!("{}"),
        json!("[[[["),
        json!("A".repeat(100_000)),
    ];
    for pointer in pointers {
        for value in &odd {
            let mut changed = row.clone();
            changed.pointer_mut(&pointer).unwrap().clone_from(value);
            let _ = import(system, &changed);
        }
    }
}

/// The pointers to all members of an object, inner ones included.
fn collect(value: &Value, at: &str, pointers: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let pointer = format!("{at}/{name}");
        collect(inner, &pointer, pointers);
        pointers.push(pointer);
    }
}

#[test]
fn go_webauthn() {
    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let row = json!({
        "user_handle": base64url(b"ada"),
        "id": base64(old.id()),
        "publicKey": base64(old.key()),
        "attestationType": "none",
        "transport": ["internal", "hybrid"],
        "flags": { "userPresent": true, "userVerified": true, "backupEligible": true, "backupState": true },
        "authenticator": { "AAGUID": base64(TEST_AAGUID.as_bytes()), "signCount": 1, "cloneWarning": false, "attachment": "platform" },
        "attestation": { "clientDataJSON": "e30=", "object": "oA==" },
    });
    let expected = Known {
        sign_count: 1,
        backup: Some((true, true)),
        verified: true,
        aaguid: true,
        transports: true,
        ..Known::default()
    };
    let needed = ["/user_handle", "/id", "/publicKey"];
    let passkey = moves(System::GoWebauthn, old, &row, &needed, &expected);
    assert_eq!(passkey.attachment, Some(AuthenticatorAttachment::Platform));
}

/// Records from before the library stored flags have them all `false` once Go has read and written them.
#[test]
fn go_webauthn_flags_that_were_never_recorded_are_unknown() {
    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let row = json!({
        "user_handle": base64url(b"ada"),
        "ID": base64(old.id()),
        "PublicKey": base64(old.key()),
        "Transport": null,
        "Flags": { "userPresent": false, "userVerified": false, "backupEligible": false, "backupState": false },
        "Authenticator": { "AAGUID": base64(TEST_AAGUID.as_bytes()), "SignCount": 1 },
    });
    let expected = Known { sign_count: 1, aaguid: true, ..Known::default() };
    moves(System::GoWebauthn, old, &row, &[], &expected);
}

#[test]
fn java_webauthn_server() {
    let old = Old::registered(b"ada", TestAlgorithm::EdDsa);
    let row = json!({
        "credentialId": base64url(old.id()),
        "userHandle": base64url(b"ada"),
        "publicKeyCose": base64url(old.key()),
        "signatureCount": 1,
        "backupEligible": true,
        "backupState": false,
    });
    let expected = Known { sign_count: 1, backup: Some((true, false)), ..Known::default() };
    let needed = ["/credentialId", "/userHandle", "/publicKeyCose"];
    moves(System::JavaWebauthnServer, old, &row, &needed, &expected);
}

#[test]
fn spring_security() {
    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let row = json!({
        "CREDENTIAL_ID": base64url(old.id()),
        "USER_ENTITY_USER_ID": base64url(b"ada"),
        "PUBLIC_KEY": base64(old.key()),
        "SIGNATURE_COUNT": 1,
        "UV_INITIALIZED": 1,
        "BACKUP_ELIGIBLE": true,
        "AUTHENTICATOR_TRANSPORTS": "internal,hybrid",
        "PUBLIC_KEY_CREDENTIAL_TYPE": "public-key",
        "BACKUP_STATE": true,
        "ATTESTATION_OBJECT": "oA==",
        "CREATED": "2023-11-14 22:13:20.123",
        "LAST_USED": "2023-11-14 22:14:20",
        "LABEL": "Ada's phone",
    });
    let expected = Known {
        sign_count: 1,
        backup: Some((true, true)),
        verified: true,
        aaguid: false,
        transports: true,
        name: Some("Ada's phone"),
        created: true,
        used: true,
    };
    let needed = ["/CREDENTIAL_ID", "/USER_ENTITY_USER_ID", "/PUBLIC_KEY"];
    moves(System::SpringSecurity, old, &row, &needed, &expected);
}

#[test]
fn asp_net_identity() {
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    for is_text in [true, false] {
        let old = Old::registered(id.as_bytes(), TestAlgorithm::Es256);
        let data = json!({
            "AttestationObject": "oA==",
            "ClientDataJson": "e30=",
            "CreatedAt": "2023-11-14T22:13:20.1230000+00:00",
            "IsBackedUp": true,
            "IsBackupEligible": true,
            "IsUserVerified": true,
            "Name": "Ada's phone",
            "PublicKey": base64(old.key()),
            "SignCount": 1,
            "Transports": ["internal", "hybrid"],
        });
        let data = if is_text { json!(data.to_string()) } else { data };
        let row = json!({ "UserId": id, "CredentialId": base64(old.id()), "Data": data });
        let expected = Known {
            sign_count: 1,
            backup: Some((true, true)),
            verified: true,
            transports: true,
            name: Some("Ada's phone"),
            created: true,
            ..Known::default()
        };
        let needed = ["/UserId", "/CredentialId", "/Data"];
        moves(System::AspNetIdentity, old, &row, &needed, &expected);
    }
}

/// Identity can have integers for keys. The handle is their text.
#[test]
fn asp_net_identity_with_integers_for_users() {
    let old = Old::registered(b"42", TestAlgorithm::Es256);
    let data = json!({ "PublicKey": base64(old.key()), "SignCount": 1 });
    let row = json!({ "UserId": 42, "CredentialId": base64(old.id()), "Data": data });
    let expected = Known { sign_count: 1, ..Known::default() };
    moves(System::AspNetIdentity, old, &row, &["/Data/PublicKey"], &expected);
}

#[test]
fn fido2_net_lib() {
    for member in ["UserHandle", "UserId"] {
        let old = Old::registered(b"ada", TestAlgorithm::Es256);
        let row = json!({
            "Id": base64(old.id()),
            "PublicKey": base64(old.key()),
            "SignCount": 1,
            "Transports": ["internal", "hybrid"],
            "IsBackupEligible": true,
            "IsBackedUp": true,
            "AttestationObject": "oA==",
            (member): base64(b"ada"),
            "AttestationFormat": "none",
            "RegDate": CREATED,
            "AaGuid": AAGUID,
        });
        let expected = Known {
            sign_count: 1,
            backup: Some((true, true)),
            aaguid: true,
            transports: true,
            created: true,
            ..Known::default()
        };
        let user = format!("/{member}");
        moves(System::Fido2NetLib, old, &row, &[&user, "/Id", "/PublicKey"], &expected);
    }
}

#[test]
fn webauthn_ruby() {
    for member in ["webauthn_id", "external_id"] {
        let old = Old::registered(b"ada", TestAlgorithm::Es256);
        let id = format!("/{member}");
        let row = json!({
            (member): base64url(old.id()),
            "public_key": base64url(old.key()),
            "sign_count": 1,
            "user_handle": base64url(b"ada"),
        });
        let expected = Known { sign_count: 1, ..Known::default() };
        let needed = [&id, "/public_key", "/user_handle"];
        moves(System::WebauthnRuby, old, &row, &needed, &expected);
    }
}

/// Versions before 2 stored a key as an uncompressed point.
#[test]
fn webauthn_ruby_point() {
    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let KeyParameters::Ec2 { x, y, .. } = old.passkey.public_key.key().parameters else {
        unreachable!("an ES256 key")
    };
    let row = json!({
        "external_id": base64(old.id()),
        "public_key": base64(&[&[4][..], x, y].concat()),
        "sign_count": 1,
        "user_handle": base64(b"ada"),
    });
    let expected = Known { sign_count: 1, ..Known::default() };
    moves(System::WebauthnRuby, old, &row, &[], &expected);
}

fn keycloak_row(old: &Old, id: &str) -> Value {
    let data = json!({
        "aaguid": AAGUID,
        "credentialId": base64(old.id()),
        "counter": 1,
        "attestationStatement": null,
        "credentialPublicKey": base64url(old.key()),
        "attestationStatementFormat": "none",
        "transports": ["internal", "hybrid"],
    });
    json!({
        "id": "2f0d4a6e-1a0f-4a59-9b57-6b9a52a9a1f0",
        "type": "webauthn-passwordless",
        "user_id": id,
        "created_date": 1_700_000_000_123_u64,
        "secret_data": "{}",
        "credential_data": data.to_string(),
        "priority": 10,
        "user_label": "Ada's phone",
    })
}

#[test]
fn keycloak() {
    let id = "8a5b2c1e-7d3f-4e6a-9c0b-1f2e3d4c5b6a";
    let expected = || Known {
        sign_count: 1,
        aaguid: true,
        transports: true,
        name: Some("Ada's phone"),
        created: true,
        ..Known::default()
    };
    let old = Old::registered(id.as_bytes(), TestAlgorithm::Es256);
    let row = keycloak_row(&old, id);
    moves(System::Keycloak, old, &row, &["/type", "/user_id", "/credential_data"], &expected());

    // An entry of a realm's export, with the user's ID added.
    let old = Old::registered(id.as_bytes(), TestAlgorithm::Es256);
    let row = keycloak_row(&old, id);
    let entry = json!({
        "userId": id,
        "type": "webauthn",
        "userLabel": row["user_label"],
        "createdDate": row["created_date"],
        "secretData": "{}",
        "credentialData": row["credential_data"],
    });
    moves(System::Keycloak, old, &entry, &[], &expected());
}

#[test]
fn keycloak_password_is_not_a_passkey() {
    let row = json!({
        "type": "password",
        "user_id": "8a5b2c1e-7d3f-4e6a-9c0b-1f2e3d4c5b6a",
        "secret_data": "{\"value\":\"c2VjcmV0\"}",
        "credential_data": "{\"hashIterations\":27500}",
    });
    assert_eq!(import(System::Keycloak, &row), Err(Refusal::NotAPasskey));
}

#[test]
fn better_auth() {
    let old = Old::registered(b"kq3v9x0p2m1n8b7c6z5a4s3d2f1g0h9j", TestAlgorithm::Es256);
    let row = json!({
        "user_handle": base64url(b"kq3v9x0p2m1n8b7c6z5a4s3d2f1g0h9j"),
        "id": "Jx2mQkP9",
        "name": "Ada's phone",
        "publicKey": base64(old.key()),
        "userId": "b7F2",
        "credentialID": base64url(old.id()),
        "counter": 1,
        "deviceType": "multiDevice",
        "backedUp": true,
        "transports": "internal,hybrid",
        "createdAt": CREATED,
        "aaguid": AAGUID,
    });
    let expected = Known {
        sign_count: 1,
        backup: Some((true, true)),
        aaguid: true,
        transports: true,
        name: Some("Ada's phone"),
        created: true,
        ..Known::default()
    };
    let needed = ["/user_handle", "/credentialID", "/publicKey"];
    moves(System::BetterAuth, old, &row, &needed, &expected);
}

#[test]
fn auth_js() {
    let old = Old::registered(b"Y0vB1nM2kL3jH4gF5dS6aP7oI8uY9tR0", TestAlgorithm::Es256);
    let row = json!({
        "user_handle": base64url(b"Y0vB1nM2kL3jH4gF5dS6aP7oI8uY9tR0"),
        "credentialID": base64(old.id()),
        "userId": "clx0",
        "providerAccountId": base64(old.id()),
        "credentialPublicKey": base64(old.key()),
        "counter": 1,
        "credentialDeviceType": "multiDevice",
        "credentialBackedUp": true,
        "transports": "internal,hybrid",
    });
    let expected =
        Known { sign_count: 1, backup: Some((true, true)), transports: true, ..Known::default() };
    let needed = ["/user_handle", "/credentialID", "/credentialPublicKey"];
    moves(System::AuthJs, old, &row, &needed, &expected);
}

fn hanko_row(old: &Old) -> Value {
    json!({
        "id": base64url(old.id()),
        "name": "Ada's phone",
        "user_id": "5333cc5b-c7c4-48cf-8248-9c184ac72b65",
        "public_key": base64url(old.key()),
        "attestation_type": "none",
        "aaguid": AAGUID,
        "sign_count": 1,
        "last_used_at": "2023-11-14T22:14:20Z",
        "created_at": CREATED,
        "transports": ["internal", "hybrid"],
        "backup_eligible": true,
        "backup_state": true,
        "mfa_only": false,
    })
}

#[test]
fn hanko() {
    let expected = || Known {
        sign_count: 1,
        backup: Some((true, true)),
        aaguid: true,
        transports: true,
        name: Some("Ada's phone"),
        created: true,
        used: true,
        ..Known::default()
    };
    let uuid = [
        0x53, 0x33, 0xcc, 0x5b, 0xc7, 0xc4, 0x48, 0xcf, 0x82, 0x48, 0x9c, 0x18, 0x4a, 0xc7, 0x2b,
        0x65,
    ];
    let old = Old::registered(&uuid, TestAlgorithm::Es256);
    let row = hanko_row(&old);
    moves(System::Hanko, old, &row, &["/id", "/user_id", "/public_key"], &expected());

    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let mut row = hanko_row(&old);
    row["user_handle_id"] = json!("1e0d5f1c-7a43-4a3c-9f0e-2d1c0b9a8f7e");
    row["user_handle"] = json!(base64url(b"ada"));
    moves(System::Hanko, old, &row, &[], &expected());
    row["user_handle"] = json!(null);
    let without_handle = import(System::Hanko, &row).unwrap_err();
    assert!(matches!(without_handle, Refusal::NoUserHandle(_)), "{without_handle}");
}

#[test]
fn supabase() {
    let id = "3f8b1c2d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    let old = Old::registered(id.as_bytes(), TestAlgorithm::Es256);
    let row = json!({
        "id": "c0ffee00-0000-4000-8000-000000000001",
        "user_id": id,
        "credential_id": bytea(old.id()),
        "public_key": bytea(old.key()),
        "attestation_type": "none",
        "aaguid": AAGUID,
        "sign_count": 1,
        "transports": ["internal", "hybrid"],
        "backup_eligible": true,
        "backed_up": true,
        "friendly_name": "Ada's phone",
        "created_at": "2023-11-14T22:13:20.123456+00:00",
        "last_used_at": "2023-11-14T22:14:20+00:00",
    });
    let expected = Known {
        sign_count: 1,
        backup: Some((true, true)),
        verified: false,
        aaguid: true,
        transports: true,
        name: Some("Ada's phone"),
        created: true,
        used: true,
    };
    let needed = ["/user_id", "/credential_id", "/public_key"];
    moves(System::Supabase, old, &row, &needed, &expected);
}

#[test]
fn simple_webauthn() {
    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let row = json!({
        "id": base64url(old.id()),
        "publicKey": base64url(old.key()),
        "counter": 1,
        "transports": ["internal", "hybrid"],
        "deviceType": "multiDevice",
        "backedUp": true,
        "webauthnUserID": base64url(b"ada"),
        "userVerified": true,
        "aaguid": AAGUID,
    });
    let expected = Known {
        sign_count: 1,
        backup: Some((true, true)),
        verified: true,
        aaguid: true,
        transports: true,
        ..Known::default()
    };
    let needed = ["/id", "/publicKey", "/webauthnUserID"];
    moves(System::SimpleWebAuthn, old, &row, &needed, &expected);
}

#[test]
fn py_webauthn() {
    let old = Old::registered(b"ada", TestAlgorithm::Es256);
    let row = json!({
        "user_handle": base64url(b"ada"),
        "credential_id": base64url(old.id()),
        "credential_public_key": base64url(old.key()),
        "sign_count": 1,
        "aaguid": AAGUID,
        "transports": ["internal", "hybrid"],
        "user_verified": true,
        "credential_device_type": "multi_device",
        "credential_backed_up": true,
    });
    let expected = Known {
        sign_count: 1,
        backup: Some((true, true)),
        verified: true,
        aaguid: true,
        transports: true,
        ..Known::default()
    };
    let needed = ["/user_handle", "/credential_id", "/credential_public_key"];
    moves(System::PyWebauthn, old, &row, &needed, &expected);
}

#[test]
fn webauthn_rs() {
    for algorithm in [TestAlgorithm::Es256, TestAlgorithm::EdDsa, TestAlgorithm::Rs256] {
        let old = Old::registered(b"ada", algorithm);
        let (name, key) = match old.passkey.public_key.key().parameters {
            KeyParameters::Ec2 { x, y, .. } => (
                "ES256",
                json!({ "EC_EC2": { "curve": "SECP256R1", "x": base64url(x), "y": base64url(y) } }),
            ),
            KeyParameters::Okp { x, .. } => {
                ("EDDSA", json!({ "EC_OKP": { "curve": "ED25519", "x": base64url(x) } }))
            }
            KeyParameters::Rsa { n, e } => {
                ("RS256", json!({ "RSA": { "n": base64url(n), "e": e } }))
            }
            _ => unreachable!("one of the three"),
        };
        let row = json!({
            "user_handle": base64url(b"ada"),
            "cred": {
                "cred_id": base64url(old.id()),
                "cred": { "type_": name, "key": key },
                "counter": 1,
                "transports": ["internal", "hybrid"],
                "user_verified": true,
                "backup_eligible": true,
                "backup_state": true,
                "registration_policy": "required",
            },
        });
        let expected = Known {
            sign_count: 1,
            backup: Some((true, true)),
            verified: true,
            transports: true,
            ..Known::default()
        };
        let needed = ["/user_handle", "/cred", "/cred/cred_id", "/cred/cred", "/cred/cred/key"];
        moves(System::WebauthnRs, old, &row, &needed, &expected);
    }
}

#[test]
fn webauthn_rs_key_of_an_unknown_kind_is_refused() {
    let old = Old::registered(b"ada", TestAlgorithm::EdDsa);
    let KeyParameters::Okp { x, .. } = old.passkey.public_key.key().parameters else {
        unreachable!("an Ed25519 key")
    };
    let x = base64url(x);
    for (name, curve) in [("EDDSA", "SECP256R1"), ("XMSS", "ED25519"), ("ES256", "ED25519")] {
        let key = json!({ "EC_OKP": { "curve": curve, "x": x } });
        let cred = json!({ "cred_id": base64url(old.id()), "cred": { "type_": name, "key": key } });
        let row = json!({ "user_handle": "YWRh", "cred": cred });
        assert!(import(System::WebauthnRs, &row).is_err(), "{name} {curve}");
    }
}
