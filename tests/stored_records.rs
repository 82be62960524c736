//! Records stored by version 0.1.0 of this crate can still be read, and still work.
//!
//! The fixtures are frozen, because they are in people's databases.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[path = "support/stored.rs"]
mod stored;

use host::{Host, ORIGIN, flow, user};
use relying_party::{
    Algorithm, AttestationLevel, Duration, Passkey, RelyingParty, Settings, SignIn, SignInRequest,
    Timestamp, VerificationProof,
    ceremony::{Ceremony, CounterRule},
    flow::InsertOutcome,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    settings::{BackupRule, Reverification, SecondFactorRule, SensitiveAction},
    store::{self, PasskeyStore as _},
};
use serde_json::Value;
use stored::{fixtures, of_version_1};

const PASSKEYS: &str = include_str!("fixtures/stored/passkeys.json");
const CEREMONIES: &str = include_str!("fixtures/stored/ceremonies.json");
const SETTINGS: &str = include_str!("fixtures/stored/settings.json");
const PROOF: &str = include_str!("fixtures/stored/verification-proof.json");

/// The challenge that every recorded sign-in answers.
const CHALLENGE: [u8; 32] = [0xc4; 32];

fn passkey(record: &Value) -> Passkey {
    Passkey::from_stored(of_version_1(record)).unwrap()
}

/// Compares a value with a member of a record, where a missing one is `null`.
#[track_caller]
fn assert_member(name: &str, record: &Value, member: &str, value: impl serde::Serialize) {
    let recorded = record.get(member).unwrap_or(&Value::Null);
    assert_eq!(&serde_json::to_value(value).unwrap(), recorded, "{name}: {member}");
}

#[test]
fn reads_every_member_of_stored_passkeys() {
    for (name, fixture) in fixtures(PASSKEYS) {
        let record = &fixture["record"];
        let passkey = passkey(record);
        assert_member(&name, record, "id", passkey.id);
        assert_member(&name, record, "rp_id", &passkey.rp_id);
        assert_member(&name, record, "user", passkey.user);
        assert_member(&name, record, "credential_id", &passkey.credential_id);
        assert_member(&name, record, "public_key", &passkey.public_key);
        assert_member(&name, record, "aaguid", passkey.aaguid);
        assert_member(&name, record, "transports", &passkey.transports);
        assert_member(&name, record, "attachment", passkey.attachment);
        assert_member(&name, record, "discoverable", passkey.discoverable);
        assert_member(&name, record, "name", &passkey.name);
        assert_member(&name, record, "created_at", passkey.created_at);
        assert_member(&name, record, "updated_at", passkey.updated_at);
        assert_member(&name, record, "last_used_at", passkey.last_used_at);
        let state = &record["state"];
        assert_member(&name, state, "sign_count", passkey.state.sign_count);
        assert_member(&name, state, "backup_eligible", passkey.state.backup_eligible);
        assert_member(&name, state, "backup_state", passkey.state.backup_state);
        assert_member(&name, state, "uv_initialized", passkey.state.uv_initialized);
        let attestation = &record["attestation"];
        assert_member(&name, attestation, "format", &passkey.attestation.format);
        assert_member(&name, attestation, "kind", passkey.attestation.kind);
        let trust = attestation.get("trust").unwrap_or(&Value::Null);
        let anchor = passkey.attestation.trust.as_ref().map(|trust| trust.anchor);
        assert_member(&name, trust, "anchor", anchor);
        let intermediates = passkey.attestation.trust.map(|trust| trust.intermediates);
        let intermediates = intermediates.filter(|keys| !keys.is_empty());
        assert_member(&name, trust, "intermediates", intermediates);
    }
}

#[test]
fn signs_in_with_every_stored_passkey() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.user_verification(UserVerification::Preferred);
    let host = Host::with(rp.build().unwrap());
    for (name, fixture) in fixtures(PASSKEYS) {
        let passkey = passkey(&fixture["record"]);
        if !host.rp.verifier().supports(passkey.public_key.algorithm()) {
            continue;
        }
        let inserted = host.store.insert_passkey(&passkey, u32::MAX).unwrap();
        assert_eq!(inserted, InsertOutcome::Inserted, "{name}");
        // Later than everything in the records.
        let now = Timestamp::from_unix_millis(1_750_000_100_000);
        let request = match fixture["sign_in"]["response"].get("userHandle") {
            Some(_) => SignInRequest::Discoverable,
            None => SignInRequest::for_account(user("ada").handle()),
        };
        let begin = SignIn::begin(&host.rp, request, host::session(), CHALLENGE.into(), now);
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = fixture["sign_in"].to_string();
        let finish =
            SignIn::finish(&host.rp, host::posted(start.ceremony_id, response.as_bytes()), now);
        let signed_in = flow(store::run(&host.store, finish)).unwrap();
        assert_eq!(signed_in.user, user("ada").handle(), "{name}");
        assert_eq!(signed_in.passkey.last_used_at, Some(now), "{name}");
    }
}

/// They contain no browser session in which they began, so they cannot be finished: the user starts over.
#[test]
fn rejects_stored_ceremonies_without_a_session() {
    for (name, record) in fixtures(CEREMONIES) {
        assert_eq!(Ceremony::from_stored(&record.to_string()), None, "{name}");
    }
}

#[test]
fn reads_stored_settings() {
    let stored = fixtures(SETTINGS);
    let read = |name: &str| serde_json::from_value::<Settings>(stored[name].clone()).unwrap();
    assert_eq!(read("defaults"), Settings::default());
    assert_eq!(read("nothing said"), Settings::default());
    let changed = Settings::builder()
        .enabled(false)
        .autofill(false)
        .sign_in_button(false)
        .max_passkeys_per_user(3)
        .user_verification(UserVerification::Preferred)
        .conditional_create_verifies_user(false)
        .resident_key(ResidentKey::Preferred)
        .attachment(AuthenticatorAttachment::CrossPlatform)
        .hints([Hint::SecurityKey, Hint::ClientDevice, Hint::Hybrid])
        .attestation(AttestationConveyance::Direct, AttestationLevel::Trusted)
        .algorithms([Algorithm::ES256])
        .second_factor(SecondFactorRule::Always)
        .keep_last_passkey(true)
        .reverification(Reverification::within(Duration::from_secs(60)).before([
            SensitiveAction::Create,
            SensitiveAction::Rename,
            SensitiveAction::Delete,
        ]))
        .ceremony_lifetime(Duration::from_secs(600))
        .counter_rule(CounterRule::Report)
        .backup_rule(BackupRule::DeviceBound)
        .build()
        .unwrap();
    assert_eq!(read("everything changed"), changed);
}

#[test]
fn reads_stored_verification_proof() {
    let mut json = serde_json::Deserializer::from_str(PROOF);
    let proof = VerificationProof::from_trusted_session(&mut json).unwrap();
    let stored = serde_json::from_str::<Value>(PROOF).unwrap();
    assert_eq!(serde_json::to_value(&proof).unwrap(), stored);
    assert_eq!(proof.user(), user("bob").handle());
    assert!(proof.user_verified());
}
