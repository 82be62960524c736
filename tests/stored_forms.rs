//! The stored forms of passkeys and ceremonies: they are read back as they were written, or clearly rejected.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/stored.rs"]
mod stored;

use std::{env, fs, process};

use proptest::prelude::*;
use relying_party::{
    Algorithm, CeremonyId, CoseKey, CosePublicKey, InvalidKey, KeyParameters, Passkey,
    PasskeyImport, StoredPasskey, StoredPasskeyError, Timestamp,
    ceremony::Ceremony,
    crypto::{SignatureError, SignatureVerifier},
    policy::RpId,
};
use serde_json::{Value, json};
use stored::{ceremonies, passkeys};

fn is_printable(record: &str) -> bool {
    record.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Writes bytes to a file and reads them back.
fn through_a_file(name: &str, bytes: &[u8]) -> Vec<u8> {
    let path = env::temp_dir().join(format!("relying-party-{name}-{}", process::id()));
    fs::write(&path, bytes).unwrap();
    let read = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    read
}

proptest! {
    #[test]
    fn passkey_survives_columns(passkey in passkeys()) {
        let stored = passkey.to_stored();
        prop_assert!(is_printable(&stored.record), "{}", stored.record);
        prop_assert_eq!(&stored.id, passkey.id.as_bytes());
        prop_assert_eq!(&stored.credential_id, passkey.credential_id.as_bytes());
        prop_assert_eq!(&stored.user, passkey.user.as_bytes());
        prop_assert_eq!(Passkey::from_stored(stored), Ok(passkey));
    }

    #[test]
    fn passkey_survives_one_text_in_a_file(passkey in passkeys()) {
        let text = serde_json::to_vec(&passkey.to_stored()).unwrap();
        let read = serde_json::from_slice::<StoredPasskey>(&through_a_file("passkey", &text));
        prop_assert_eq!(Passkey::from_stored(read.unwrap()), Ok(passkey));
    }

    #[test]
    fn ceremony_survives_its_record_in_a_file(ceremony in ceremonies()) {
        let stored = ceremony.to_stored();
        prop_assert!(is_printable(&stored.record), "{}", stored.record);
        prop_assert_eq!(CeremonyId::try_from(&*stored.id), Ok(ceremony.id()));
        prop_assert_eq!(stored.user, ceremony.user().map(|user| user.as_bytes().to_vec()));
        let millis = |at: Timestamp| i64::try_from(at.as_unix_millis()).unwrap();
        prop_assert_eq!(stored.created_at, millis(ceremony.created_at()));
        prop_assert_eq!(stored.expires_at, millis(ceremony.expires_at()));
        let read = through_a_file("ceremony", stored.record.as_bytes());
        prop_assert_eq!(Ceremony::from_stored(&String::from_utf8(read).unwrap()), Some(ceremony));
    }
}

/// A verifier that supports every algorithm, for keys that are not used.
#[derive(Debug)]
struct Any;

impl SignatureVerifier for Any {
    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
        Err(SignatureError::Invalid)
    }
}

fn passkey() -> Passkey {
    let parameters = KeyParameters::Ec2 { curve: 1, x: &[1; 32], y: &[2; 32] };
    let key = CoseKey { algorithm: Algorithm::ES256, parameters };
    let key = CosePublicKey::from_key(&key).unwrap();
    let now = Timestamp::from_unix_millis(1_700_000_000_000);
    let import = PasskeyImport::new(&[7; 16], &[8; 32], key.as_bytes()).last_used_at(now);
    import.finish(&RpId::new("example.com").unwrap(), &Any, now).unwrap()
}

/// The store belongs to the host: a changed column takes effect, regardless of the record.
#[test]
fn columns_take_precedence() {
    let written = passkey();
    let mut stored = written.to_stored();
    stored.user = vec![9; 32];
    stored.name = "Renamed".into();
    stored.updated_at += 1;
    stored.last_used_at = None;
    stored.sign_count = u32::MAX.into();
    stored.backup_eligible = Some(true);
    let read = Passkey::from_stored(stored).unwrap();
    assert_eq!(read.user.as_bytes(), [9; 32]);
    assert_eq!(read.name.as_str(), "Renamed");
    assert_eq!(read.updated_at.as_unix_millis(), 1_700_000_000_001);
    assert_eq!(read.last_used_at, None);
    assert_eq!((read.state.sign_count, read.state.backup_eligible), (u32::MAX, Some(true)));
    assert_eq!(read.public_key, written.public_key);
}

#[test]
fn rejects_columns_with_invalid_values() {
    type Change = fn(&mut StoredPasskey);
    let cases: [(&str, Change); 11] = [
        ("id", |it| it.id.push(0)),
        ("user", |it| it.user.clear()),
        ("user", |it| it.user = vec![0; 65]),
        ("credential_id", |it| it.credential_id = vec![0; 1024]),
        ("name", |it| it.name.clear()),
        ("name", |it| it.name = "x".repeat(101)),
        ("created_at", |it| it.created_at = -1),
        ("updated_at", |it| it.updated_at = i64::MIN),
        ("last_used_at", |it| it.last_used_at = Some(-1)),
        ("sign_count", |it| it.sign_count = -1),
        ("sign_count", |it| it.sign_count = 1 << 32),
    ];
    for (column, change) in cases {
        let mut stored = passkey().to_stored();
        change(&mut stored);
        assert_eq!(Passkey::from_stored(stored), Err(StoredPasskeyError::Column(column)));
    }
}

#[test]
fn rejects_passkey_record_of_a_later_version() {
    let mut stored = passkey().to_stored();
    let mut record = serde_json::from_str::<Value>(&stored.record).unwrap();
    assert_eq!(record["version"], json!(2));
    for found in [0, 3, u32::MAX] {
        record["version"] = json!(found);
        stored.record = record.to_string();
        let refused = Passkey::from_stored(stored.clone()).unwrap_err();
        assert_eq!(refused, StoredPasskeyError::Version { found, known: 2 });
        assert!(refused.to_string().ends_with("update relying-party"), "{refused}");
    }
}

#[test]
fn rejects_passkey_record_that_is_damaged() {
    let stored = passkey().to_stored();
    let record = serde_json::from_str::<Value>(&stored.record).unwrap();
    let optional = ["version", "attachment", "discoverable"];
    for member in record.as_object().unwrap().keys() {
        let mut damaged = record.clone();
        damaged.as_object_mut().unwrap().remove(member);
        let record = damaged.to_string();
        let read = Passkey::from_stored(StoredPasskey { record, ..stored.clone() });
        if optional.contains(&&**member) {
            assert!(read.is_ok(), "{member}");
        } else {
            assert!(matches!(read, Err(StoredPasskeyError::Record(_))), "{member}");
        }
    }
    for length in 0..stored.record.len() {
        let record = stored.record[..length].to_owned();
        let read = Passkey::from_stored(StoredPasskey { record, ..stored.clone() });
        assert!(matches!(read, Err(StoredPasskeyError::Record(_))), "{length}");
    }
}
