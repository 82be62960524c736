//! Passkeys and ceremonies of every kind, to store and read back.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use proptest::{collection::vec, option, prelude::*};
use relying_party::{
    Aaguid, AaguidAssurance,
    AndroidSecurityLevel::{Software, StrongBox, TrustedEnvironment},
    Challenge, CreatePasskey, CredentialId, Duration, NewUser, Passkey, PasskeyId, PasskeyName,
    PasskeyState, RelyingParty, SessionBinding, SignIn, SignInRequest, SignUp, SignedInUser,
    StoredPasskey, Timestamp, UserHandle,
    ceremony::Ceremony,
    extensions::{AuthenticationInputs, Extension, PrfValues, RegistrationInputs},
    flow::BeginOptions,
    json::{AuthenticatorAttachment, Transport},
    store::{self, CeremonyStore as _, MemoryStore},
};
use serde_json::Value;

const PASSKEYS: &str = include_str!("../fixtures/stored/passkeys.json");

/// The fixtures of a file, by name.
pub(crate) fn fixtures(json: &str) -> BTreeMap<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// A passkey as version 0.1.0 stored it: everything in one JSON, which is the record, plus columns.
pub(crate) fn of_version_1(record: &Value) -> StoredPasskey {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let bytes = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(text(&record[name])).unwrap();
    let state = &record["state"];
    StoredPasskey {
        id: bytes("id"),
        rp_id: text(&record["rp_id"]),
        user: bytes("user"),
        credential_id: bytes("credential_id"),
        name: text(&record["name"]),
        created_at: record["created_at"].as_i64().unwrap(),
        updated_at: record["updated_at"].as_i64().unwrap(),
        last_used_at: record["last_used_at"].as_i64(),
        sign_count: state["sign_count"].as_i64().unwrap(),
        backup_eligible: state["backup_eligible"].as_bool(),
        backup_state: state["backup_state"].as_bool(),
        uv_initialized: state["uv_initialized"].as_bool().unwrap(),
        record: record.to_string(),
    }
}

fn millis() -> impl Strategy<Value = Timestamp> {
    (0..i64::MAX.unsigned_abs()).prop_map(Timestamp::from_unix_millis)
}

fn name() -> impl Strategy<Value = PasskeyName> {
    prop_oneof![
        Just("Schlüssel \u{1f511} '\"\\".to_owned()),
        "[a-zA-Z0-9'\"\\\\ %_\u{e4}\u{5d0}\u{4e2d}\u{1f511}]{1,40}",
    ]
    .prop_filter_map("a name", |text| text.parse().ok())
}

/// Passkeys of every algorithm and format, with arbitrary values in the other members.
pub(crate) fn passkeys() -> impl Strategy<Value = Passkey> {
    let known = fixtures(PASSKEYS).into_values();
    let known =
        known.map(|fixture| Passkey::from_stored(of_version_1(&fixture["record"])).unwrap());
    let transports = "[!-~]{1,32}".prop_map(|name| Transport::from(&*name));
    let attachments = [AuthenticatorAttachment::Platform, AuthenticatorAttachment::CrossPlatform];
    let ids = (vec(any::<u8>(), 1..=1023), vec(any::<u8>(), 1..=64), any::<[u8; 16]>());
    let client = (
        vec(transports, 0..4),
        option::of(prop::sample::select(attachments.to_vec())),
        any::<Option<bool>>(),
        name(),
    );
    let times = (millis(), millis(), option::of(millis()));
    let levels = [Software, TrustedEnvironment, StrongBox];
    let attestation = (any::<bool>(), option::of(prop::sample::select(levels.to_vec())));
    let state = any::<(u32, Option<bool>, Option<bool>, bool)>();
    let known = prop::sample::select(known.collect::<Vec<_>>());
    let parts = (known, ids, client, times, attestation, state);
    parts.prop_map(|(mut passkey, ids, client, times, attestation, state)| {
        passkey.credential_id = CredentialId::try_from(&*ids.0).unwrap();
        passkey.id = PasskeyId::of(&passkey.rp_id, &passkey.credential_id);
        passkey.user = UserHandle::try_from(&*ids.1).unwrap();
        passkey.aaguid = Aaguid::new(ids.2);
        (passkey.transports, passkey.attachment, passkey.discoverable, passkey.name) = client;
        (passkey.created_at, passkey.updated_at, passkey.last_used_at) = times;
        passkey.attestation.aaguid =
            if attestation.0 { AaguidAssurance::Attested } else { AaguidAssurance::Claimed };
        passkey.attestation.android_security_level = attestation.1;
        let (sign_count, backup_eligible, backup_state, uv_initialized) = state;
        passkey.state = PasskeyState { sign_count, backup_eligible, backup_state, uv_initialized };
        passkey
    })
}

/// Ceremonies of every kind, as flows begin them.
pub(crate) fn ceremonies() -> impl Strategy<Value = Ceremony> {
    let parts = (
        0..7_u8,
        any::<[u8; 32]>(),
        vec(any::<u8>(), 1..=64),
        option::of(name()),
        option::of("[a-z]{0,20}"),
        1_600_000_000_000_u64..1_900_000_000_000,
    );
    parts.prop_map(|(kind, challenge, user, name, session, now)| {
        let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com");
        let rp = rp.ceremony_lifetime(Duration::from_secs(now % 600 + 1)).build().unwrap();
        let store = MemoryStore::new();
        let user = UserHandle::try_from(&*user).unwrap();
        let session = session.map_or_else(SessionBinding::none, |id| SessionBinding::of(&*id));
        let challenge = Challenge::from(challenge);
        let now = Timestamp::from_unix_millis(now);
        let sign_in = |request, options| {
            let begin = SignIn::begin(&rp, request, options, challenge, now);
            store::run(&store, begin).map(|start| start.ceremony_id)
        };
        let prf = || PrfValues::new(b"first");
        let id = match kind {
            0 | 1 => {
                let extensions = RegistrationInputs::none().cred_props().prf(Some(prf()));
                let mut options = BeginOptions::new(session).origin("https://example.com");
                if kind == 0 {
                    options = options.extensions(extensions.require(Extension::Prf)).conditional();
                }
                if let Some(name) = name {
                    options = options.fallback_name(name.as_str());
                    if kind == 0 {
                        options = options.name(name);
                    }
                }
                let user = SignedInUser::new(user, "ada", "Ada");
                let begin = CreatePasskey::begin(&rp, &user, options, challenge, now);
                store::run(&store, begin).map(|start| start.ceremony_id)
            }
            2 => sign_in(SignInRequest::Discoverable, BeginOptions::new(session)),
            3 => {
                let extensions = AuthenticationInputs::default().prf(prf()).read_large_blob();
                sign_in(SignInRequest::Autofill, BeginOptions::new(session).extensions(extensions))
            }
            4 => {
                let user = NewUser::new(user, "ada \u{1f511} '\"\\", "");
                let mut options = BeginOptions::new(session);
                if let Some(name) = name {
                    options = options.name(name);
                }
                let begin = SignUp::begin(&rp, &user, options, challenge, now);
                store::run(&store, begin).map(|start| start.ceremony_id)
            }
            _ => sign_in(SignInRequest::for_account(user), BeginOptions::new(session)),
        };
        store.take_ceremony(&id.unwrap()).unwrap().unwrap()
    })
}
