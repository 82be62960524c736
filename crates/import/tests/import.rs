//! What holds for every system: bounds, verdicts for each line, and the export.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod support;

use std::{
    io::{self, BufReader, Read},
    sync::Arc,
};

use proptest::prelude::*;
use relying_party::{
    Algorithm, CoseKey, ImportError, InvalidKey, Passkey, PasskeyImport, Timestamp,
    crypto::{RustCrypto, SignatureError, SignatureVerifier},
    json::{AuthenticatorAttachment, Transport},
    policy::RpId,
    test_authenticator::TestAlgorithm,
};
use relying_party_import::{BackupFlags, Importer, LINE_MAX, Lines, Refusal, System, to_line};
use serde_json::{Value, json};
use support::{Old, base64url, import, rp_id};

/// A row of java-webauthn-server.
fn row(old: &Old) -> Value {
    json!({
        "credentialId": base64url(old.id()),
        "userHandle": base64url(b"ada"),
        "publicKeyCose": base64url(old.key()),
        "signatureCount": 1,
    })
}

fn old() -> Old {
    Old::registered(b"ada", TestAlgorithm::Es256)
}

fn java() -> Importer {
    Importer::new(System::JavaWebauthnServer, rp_id())
}

fn verdicts(importer: Importer, input: impl Read) -> Vec<(u64, Result<String, Refusal>)> {
    let lines = Lines::new(importer, BufReader::with_capacity(7, input));
    let lines = lines.map(Result::unwrap);
    lines
        .map(|line| {
            let name = line.verdict.map(|imported| imported.passkey.name.as_str().to_owned());
            (line.number, name)
        })
        .collect()
}

#[test]
fn bad_line_has_a_verdict_and_never_stops_the_others() {
    let old = old();
    let good = |id: u8| {
        let mut row = row(&old);
        row["credentialId"] = json!(base64url(&[id]));
        row.to_string()
    };
    let mut off_curve = row(&old);
    let mut key = old.key().to_vec();
    *key.last_mut().unwrap() ^= 1;
    off_curve["publicKeyCose"] = json!(base64url(&key));
    let too_long = format!("{}{}", good(9), " ".repeat(LINE_MAX));
    let deep = "[".repeat(100_000);
    let file = [
        &*good(1),
        "{",
        "",
        "[1]",
        &too_long,
        &off_curve.to_string(),
        &deep,
        r#"{"credentialId":"AQ","credential_id":"AQ"}"#,
        &format!("{}\r", good(2)),
        &good(1),
        "\u{feff}{}",
    ]
    .join("\n");
    let verdicts = verdicts(java(), file.as_bytes());
    let numbers = verdicts.iter().map(|(number, _)| *number).collect::<Vec<_>>();
    assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
    let of = |number: u64| &verdicts.iter().find(|(found, _)| *found == number).unwrap().1;
    assert!(of(1).is_ok() && of(9).is_ok());
    for number in [2, 4, 7, 11] {
        assert!(matches!(of(number), Err(Refusal::NotJson { .. })), "{:?}", of(number));
    }
    assert_eq!(of(5), &Err(Refusal::TooLong));
    assert!(matches!(of(6), Err(Refusal::Passkey(ImportError::Key(_)))), "{:?}", of(6));
    assert_eq!(of(8), &Err(Refusal::Missing("userHandle")));
    assert_eq!(of(10), &Err(Refusal::Duplicate { line: 1 }));
}

#[test]
fn line_of_the_greatest_length_is_read_and_one_more_byte_is_refused() {
    let row = row(&old()).to_string();
    let padded = |length: usize| format!("{row}{}", " ".repeat(length - row.len()));
    for end in ["", "\n", "\r\n"] {
        let longest = padded(LINE_MAX) + end;
        assert!(verdicts(java(), longest.as_bytes())[0].1.is_ok(), "{end:?}");
        let longer = padded(LINE_MAX + 1) + end;
        assert_eq!(verdicts(java(), longer.as_bytes()), [(1, Err(Refusal::TooLong))], "{end:?}");
    }
    assert!(java().row(padded(LINE_MAX).as_bytes()).is_ok());
    assert_eq!(java().row(padded(LINE_MAX + 1).as_bytes()), Err(Refusal::TooLong));
}

/// Carriage returns at the place where reading stops are not the end of the line.
#[test]
fn rest_of_a_line_that_is_too_long_is_not_another_row() {
    let old = old();
    let first = row(&old).to_string();
    let mut second = row(&old);
    second["credentialId"] = json!(base64url(b"second"));
    let padding = " ".repeat(LINE_MAX - first.len());
    for end in ["\r\r", "\r\r\r"] {
        let line = format!("{first}{padding}{end}{second}\n");
        assert_eq!(verdicts(java(), line.as_bytes()), [(1, Err(Refusal::TooLong))], "{end:?}");
    }
}

/// Otherwise it would depend on the parser whose key is imported.
#[test]
fn key_that_occurs_twice_is_refused_wherever_it_is() {
    let old = old();
    let (id, key) = (base64url(old.id()), base64url(old.key()));
    let twice = format!(
        r#"{{"type":"webauthn","user_id":"ada","credential_data":{{
            "credentialId":"{id}","credentialPublicKey":"AA","credentialPublicKey":"{key}"}}}}"#
    );
    let refusal = Importer::new(System::Keycloak, rp_id()).row(twice.as_bytes()).unwrap_err();
    assert_eq!(refusal, Refusal::Twice("credentialPublicKey"));
}

#[test]
fn failure_to_read_is_not_the_end_of_the_file() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let row = row(&old()).to_string() + "\n";
    let mut lines = Lines::new(java(), BufReader::new(row.as_bytes().chain(Broken)));
    assert!(lines.next().unwrap().unwrap().verdict.is_ok());
    assert!(lines.next().unwrap().is_err());
}

#[test]
fn names_of_an_account_are_numbered() {
    let old = old();
    let line = |user: &str, id: u8, name: &str| {
        let mut row = exported(&old.passkey);
        row["credential_id"] = json!(base64url(&[id]));
        row["user"] = json!(base64url(user.as_bytes()));
        row["name"] = json!(name);
        row.to_string()
    };
    let long = "x".repeat(99);
    let file = [
        line("ada", 1, "Phone"),
        line("ada", 2, "Phone"),
        line("bob", 3, "Phone"),
        line("ada", 4, "Phone 3"),
        line("ada", 5, "Phone"),
        line("ada", 6, "Phone 3"),
        line("ada", 9, "Phone 2"),
        line("bob", 7, &long),
        line("bob", 8, &long),
    ];
    let importer = Importer::new(System::RelyingParty, rp_id());
    let names = verdicts(importer, file.join("\n").as_bytes()).into_iter();
    let names = names.map(|(_, name)| name.unwrap()).collect::<Vec<_>>();
    let numbered = ["Phone", "Phone 2", "Phone", "Phone 3", "Phone 4", "Phone 3 2", "Phone 2 2"];
    assert_eq!(names[..7], numbered);
    assert_eq!(names[7..], [long.clone(), long]);
}

#[test]
fn passkey_of_unknown_age_was_created_at_the_time_of_the_import() {
    let now = Timestamp::from_unix_millis(1_800_000_000_000);
    let row = row(&old()).to_string();
    let imported = java().now(now).row(row.as_bytes()).unwrap();
    assert_eq!(imported.passkey.created_at, now);
    let later = Timestamp::from_unix_millis(1_900_000_000_000);
    assert_eq!(java().now(later).row(row.as_bytes()).unwrap().passkey.created_at, later);
}

/// A relying party without any algorithm.
#[derive(Debug)]
struct NoAlgorithm;

impl SignatureVerifier for NoAlgorithm {
    fn supports(&self, _: Algorithm) -> bool {
        false
    }

    fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::UnsupportedAlgorithm)
    }
}

#[test]
fn key_that_the_verifier_of_the_relying_party_cannot_use_is_refused() {
    let row = row(&old()).to_string();
    assert!(java().row(row.as_bytes()).is_ok());
    let refused = java().verifier(Arc::new(NoAlgorithm)).row(row.as_bytes());
    assert!(
        matches!(refused, Err(Refusal::Passkey(ImportError::AlgorithmNotSupported(_)))),
        "{refused:?}"
    );
}

#[test]
fn backup_flags_of_false_can_be_taken_as_unknown() {
    let old = old();
    let imported = |flags: BackupFlags, eligible: bool, state: bool| {
        let mut row = row(&old);
        row["backupEligible"] = json!(eligible);
        row["backupState"] = json!(state);
        let imported = java().backup_flags(flags).row(row.to_string().as_bytes());
        let state = imported.unwrap().passkey.state;
        (state.backup_eligible, state.backup_state)
    };
    let (as_recorded, only_true) = (BackupFlags::AsRecorded, BackupFlags::OnlyTrue);
    assert_eq!(imported(as_recorded, false, false), (Some(false), Some(false)));
    assert_eq!(imported(only_true, false, false), (None, None));
    for flags in [as_recorded, only_true] {
        assert_eq!(imported(flags, true, false), (Some(true), Some(false)));
        assert_eq!(imported(flags, true, true), (Some(true), Some(true)));
    }
}

#[test]
fn users_count_as_verified_only_if_the_row_or_the_operator_says_so() {
    let mut old = old();
    let line = row(&old).to_string();
    let passkey = java().row(line.as_bytes()).unwrap().passkey;
    assert!(!passkey.state.uv_initialized);
    let passkey = java().users_were_verified(true).row(line.as_bytes()).unwrap().passkey;
    assert!(passkey.state.uv_initialized);
    assert!(old.signs_in(&passkey).is_complete());
    // What the row says counts.
    let row = json!({
        "id": base64url(old.id()),
        "publicKey": base64url(old.key()),
        "webauthnUserID": "YWRh",
        "userVerified": false,
    });
    let importer = Importer::new(System::SimpleWebAuthn, rp_id()).users_were_verified(true);
    let passkey = importer.row(row.to_string().as_bytes()).unwrap().passkey;
    assert!(!passkey.state.uv_initialized);
}

#[test]
fn name_that_cannot_be_kept_is_reported_and_the_passkey_is_imported() {
    let old = old();
    let with_name = |name: &str| {
        let mut row: Value = serde_json::from_str(&to_line(&old.passkey)).unwrap();
        row["name"] = json!(name);
        import(System::RelyingParty, &row).unwrap()
    };
    let kept = with_name("Ada's phone");
    assert_eq!((kept.passkey.name.as_str(), kept.dropped_name), ("Ada's phone", None));
    assert_eq!(with_name("  ").dropped_name, None);
    let dropped = with_name("a\u{202e}b");
    assert!(dropped.dropped_name.is_some());
    assert_eq!(dropped.passkey.name, with_name("").passkey.name);
}

#[test]
fn refusal_quotes_nothing_of_the_row() {
    let row = r#"{"credentialId":"AQ","userHandle":"s3cret!","publicKeyCose":"s3cret!"}"#;
    let refused = java().row(row.as_bytes()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`userHandle` is not base64, base64url or \\x and hexadecimal digits"
    );
    let broken = java().row(br#"{"a":s3cret}"#).unwrap_err();
    assert_eq!(broken.to_string(), "the line is not a JSON object (column 6)");
}

fn exported(passkey: &Passkey) -> Value {
    serde_json::from_str(&to_line(passkey)).unwrap()
}

#[test]
fn exported_passkey_signs_in() {
    let mut old = old();
    let passkey = import(System::RelyingParty, &exported(&old.passkey)).unwrap().passkey;
    assert!(old.signs_in(&passkey).is_complete());
    assert_eq!(to_line(&passkey), to_line(&old.passkey));
}

#[test]
fn export_has_the_documented_members() {
    let line = to_line(&old().passkey);
    assert!(line.starts_with(r#"{"v":1,"rp_id":"example.com","user":"YWRh","#), "{line}");
    assert!(!line.contains('\n'));
    let Value::Object(members) = serde_json::from_str(&line).unwrap() else {
        unreachable!("an object")
    };
    let mut names = members.keys().map(String::as_str).collect::<Vec<_>>();
    let mut documented = vec![
        "v",
        "rp_id",
        "user",
        "credential_id",
        "public_key",
        "sign_count",
        "backup_eligible",
        "backup_state",
        "uv_initialized",
        "aaguid",
        "transports",
        "attachment",
        "discoverable",
        "name",
        "created_at",
        "last_used_at",
    ];
    names.sort_unstable();
    documented.sort_unstable();
    assert_eq!(names, documented);
}

#[test]
fn export_for_another_rp_id_or_of_another_version_is_refused() {
    let mut row = exported(&old().passkey);
    let elsewhere = RpId::new("example.org").unwrap();
    let importer = Importer::new(System::RelyingParty, elsewhere);
    assert_eq!(importer.row(row.to_string().as_bytes()), Err(Refusal::AnotherRpId));
    for version in [json!(2), json!(0), json!(null)] {
        row["v"] = version;
        assert_eq!(import(System::RelyingParty, &row), Err(Refusal::Version));
    }
}

proptest! {
    #[test]
    fn export_is_read_back_as_it_was(
        sign_count: u32,
        eligible: Option<bool>,
        state: Option<bool>,
        uv_initialized: bool,
        attachment in prop::option::of(any::<bool>()),
        discoverable: Option<bool>,
        transports in prop::collection::vec("[a-z-]{1,12}", 0..4),
        name in prop::option::of("[a-zA-Zäöü]{1,20}"),
        created_at in 1..=4_000_000_000_000_u64,
        last_used_at in prop::option::of(1..=4_000_000_000_000_u64),
    ) {
        let old = old();
        let mut import = PasskeyImport::new(b"ada", old.id(), old.key())
            .sign_count(sign_count)
            .uv_initialized(uv_initialized)
            .aaguid(old.passkey.aaguid)
            .transports(transports.iter().map(|name| Transport::from(name.as_str())))
            .created_at(Timestamp::from_unix_millis(created_at));
        if let Some(eligible) = eligible {
            import = import.backup_eligible(eligible);
        }
        if let Some(state) = state.filter(|state| !(*state && eligible == Some(false))) {
            import = import.backup_state(state);
        }
        if let Some(is_platform) = attachment {
            let attachments =
                [AuthenticatorAttachment::CrossPlatform, AuthenticatorAttachment::Platform];
            import = import.attachment(attachments[usize::from(is_platform)]);
        }
        if let Some(discoverable) = discoverable {
            import = import.discoverable(discoverable);
        }
        if let Some(name) = name {
            import = import.name(name.parse().unwrap());
        }
        if let Some(at) = last_used_at {
            import = import.last_used_at(Timestamp::from_unix_millis(at));
        }
        let now = Timestamp::from_unix_millis(1);
        let passkey = import.finish(&rp_id(), &RustCrypto, now).unwrap();
        let line = to_line(&passkey);
        let read = Importer::new(System::RelyingParty, rp_id()).row(line.as_bytes()).unwrap();
        prop_assert_eq!(read.passkey, passkey);
        prop_assert_eq!(read.dropped_name, None);
    }

    #[test]
    fn no_line_makes_it_panic(line: Vec<u8>, text in "\\PC{0,200}") {
        for system in System::ALL {
            let importer = Importer::new(*system, rp_id());
            prop_assert!(importer.row(&line).is_err());
            prop_assert!(importer.row(text.as_bytes()).is_err());
        }
    }
}
