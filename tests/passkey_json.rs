//! The passkey in JSON: as its owner sees it, and as it is stored.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, authenticator, flow, user};
use relying_party::{DeletePasskey, Passkey, store};
use serde_json::{Value, json};

fn created(host: &Host) -> Passkey {
    host.create(&user("ada"), &mut authenticator("device")).unwrap()
}

#[test]
fn a_passkey_is_shown_in_the_shape_that_hosts_know() {
    let passkey = created(&Host::new());
    let expected = json!({
        "object": "passkey",
        "id": passkey.id,
        "name": "This device",
        "verification": { "status": "verified", "strategy": "passkey" },
        "created_at": NOW.as_unix_millis(),
        "updated_at": NOW.as_unix_millis(),
        "last_used_at": null,
        "authenticator": null,
        "attachment": "platform",
        "transports": ["hybrid", "internal"],
        "discoverable": true,
        "backup_eligible": passkey.state.backup_eligible,
        "synced": passkey.state.backup_state,
    });
    assert_eq!(serde_json::to_value(passkey.summary()).unwrap(), expected);
}

#[test]
fn what_the_owner_sees_holds_neither_credential_nor_key() {
    let passkey = created(&Host::new());
    let json = serde_json::to_string(&passkey.summary()).unwrap();
    assert!(!json.contains(&passkey.credential_id.to_string()));
    assert!(!json.contains(&passkey.public_key.to_string()));
    assert!(!json.contains(&passkey.user.to_string()));
}

#[cfg(feature = "aaguid-names")]
#[test]
fn a_known_authenticator_is_named() {
    let mut passkey = created(&Host::new());
    passkey.aaguid = "bada5566-a7aa-401f-bd96-45619a55120d".parse().unwrap();
    assert_eq!(passkey.summary().authenticator, Some("1Password"));
}

#[test]
fn a_deleted_passkey_says_so_and_brings_the_remaining_list() {
    let host = Host::new();
    let passkey = created(&host);
    let kept = host.create(&user("ada"), &mut authenticator("other")).unwrap();
    let begin = DeletePasskey::begin(&host.rp, user("ada").handle(), passkey.id);
    let deleted = flow(store::run(&host.store, begin)).unwrap();
    let expected = json!({
        "object": "passkey",
        "id": passkey.id,
        "deleted": true,
        "signal": {
            "rpId": "example.com",
            "userId": user("ada").handle(),
            "allAcceptedCredentialIds": [kept.credential_id],
        },
    });
    assert_eq!(serde_json::to_value(&deleted).unwrap(), expected);
}

#[test]
fn a_stored_passkey_has_a_version_and_one_of_another_is_refused() {
    let passkey = created(&Host::new());
    let stored = serde_json::to_value(&passkey).unwrap();
    assert_eq!(stored["version"], json!(1));
    assert_eq!(serde_json::from_value::<Passkey>(stored.clone()).unwrap(), passkey);
    let with = |version: Option<Value>| {
        let mut stored = stored.clone();
        match version {
            Some(version) => stored["version"] = version,
            None => drop(stored.as_object_mut().unwrap().remove("version")),
        }
        serde_json::from_value::<Passkey>(stored)
    };
    assert_eq!(with(None).unwrap(), passkey);
    for other in [json!(0), json!(2), json!("1"), json!(null)] {
        assert!(with(Some(other.clone())).is_err(), "{other}");
    }
}
