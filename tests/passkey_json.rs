//! The passkey in JSON, as its owner sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, authenticator, flow, user};
use relying_party::{DeletePasskey, Passkey, store};
use serde_json::json;

fn created(host: &Host) -> Passkey {
    host.create(&user("ada"), &mut authenticator("device")).unwrap()
}

#[test]
fn a_passkey_has_the_documented_shape() {
    let passkey = created(&Host::new());
    let expected = json!({
        "object": "passkey",
        "id": passkey.id,
        "name": "Passkey",
        "verification": { "status": "verified", "strategy": "passkey" },
        "created_at": NOW.as_unix_millis(),
        "updated_at": NOW.as_unix_millis(),
        "last_used_at": null,
        "authenticator": null,
        "authenticator_attested": false,
        "attachment": "platform",
        "transports": ["hybrid", "internal"],
        "discoverable": true,
        "backup_eligible": passkey.state.backup_eligible,
        "synced": passkey.state.backup_state,
    });
    assert_eq!(serde_json::to_value(passkey.summary()).unwrap(), expected);
}

#[test]
fn summary_contains_neither_credential_nor_key() {
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
    assert!(!passkey.summary().authenticator_attested);
    passkey.attestation.aaguid = relying_party::AaguidAssurance::Attested;
    assert!(passkey.summary().authenticator_attested);
}

#[test]
fn a_stored_passkey_says_whether_its_model_is_attested_and_an_older_one_is_claimed() {
    use relying_party::AaguidAssurance::{Attested, Claimed};
    let record = |passkey: &Passkey| {
        serde_json::from_str::<serde_json::Value>(&passkey.to_stored().record).unwrap()
    };
    let mut passkey = created(&Host::new());
    assert_eq!(record(&passkey)["attestation"].get("aaguid"), None);
    assert_eq!(Passkey::from_stored(passkey.to_stored()).unwrap().attestation.aaguid, Claimed);
    passkey.attestation.aaguid = Attested;
    assert_eq!(record(&passkey)["attestation"]["aaguid"], "attested");
    assert_eq!(Passkey::from_stored(passkey.to_stored()).unwrap(), passkey);
}

#[test]
fn a_deleted_passkey_says_so_and_has_the_remaining_list() {
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
