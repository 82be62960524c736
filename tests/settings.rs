//! Settings: what they are when nothing is said, what is refused, and that every flow obeys them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::sync::Arc;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, purposes, user};
use relying_party::{
    Algorithm, AttestationLevel, AttestationPolicy, ConfigError, CoseKey, CreatePasskey,
    DeletePasskey, Duration, Error, ErrorKind, Feature, InvalidKey, ListPasskeys, PasskeyName,
    RelyingParty, RenamePasskey, Settings, SignIn, SignInRequest,
    ceremony::{CeremonyError, CounterRule},
    crypto::{SignatureError, SignatureVerifier},
    flow::BeginOptions,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    settings::{BackupRule, Reverification, SecondFactorRule, SensitiveAction, SettingsBuilder},
    store::{self, PasskeyStore as _},
    test_authenticator::SignCounter,
};
use serde_json::{Value, json};

fn rp(settings: Settings) -> RelyingParty {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    rp.settings(settings).build().unwrap()
}

fn host(decide: impl FnOnce(SettingsBuilder) -> SettingsBuilder) -> Host {
    Host::with(rp(decide(Settings::builder()).build().unwrap()))
}

/// The stored form, and with it every default.
#[test]
fn defaults_are_safe_and_have_a_stored_form() {
    let stored = json!({
        "enabled": true,
        "autofill": true,
        "sign_in_button": true,
        "max_passkeys_per_user": 10,
        "user_verification": "required",
        "conditional_create_verifies_user": true,
        "resident_key": "required",
        "attachment": null,
        "hints": [],
        "attestation": "none",
        "attestation_level": "ignored",
        "algorithms": [-8, -7, -257],
        "second_factor": "without_user_verification",
        "keep_last_passkey": false,
        "reverification": { "max_age": 600_000, "before": [] },
        "ceremony_lifetime": 300_000,
        "counter_rule": "reject",
        "backup_rule": "any",
    });
    assert_eq!(serde_json::to_value(Settings::default()).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Settings>(stored).unwrap(), Settings::default());
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    let builder = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    assert_eq!(*builder.build().unwrap().settings(), Settings::default());
}

/// What no flow looks at is for the host's page to ask.
#[test]
fn the_button_is_shown_unless_said_otherwise() {
    assert!(Settings::default().sign_in_button());
    assert!(!Settings::builder().sign_in_button(false).build().unwrap().sign_in_button());
}

#[test]
fn settings_are_read_back_as_they_were() {
    let settings = Settings::builder()
        .enabled(false)
        .autofill(false)
        .sign_in_button(false)
        .max_passkeys_per_user(3)
        .user_verification(UserVerification::Preferred)
        .conditional_create_verifies_user(false)
        .resident_key(ResidentKey::Preferred)
        .attachment(AuthenticatorAttachment::CrossPlatform)
        .hints([Hint::SecurityKey])
        .attestation(AttestationConveyance::Direct, AttestationLevel::Trusted)
        .algorithms([Algorithm::ES256])
        .second_factor(SecondFactorRule::Always)
        .keep_last_passkey(true)
        .reverification(
            Reverification::within(Duration::from_secs(60))
                .before([SensitiveAction::Create, SensitiveAction::Rename]),
        )
        .ceremony_lifetime(Duration::from_secs(600))
        .counter_rule(CounterRule::Report)
        .backup_rule(BackupRule::DeviceBound)
        .build()
        .unwrap();
    let stored = serde_json::to_value(&settings).unwrap();
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    for (member, value) in stored.as_object().unwrap() {
        assert_ne!(*value, defaults[member], "{member} was not changed");
    }
    assert_eq!(serde_json::from_value::<Settings>(stored).unwrap(), settings);
    assert_eq!(settings.to_builder().build().unwrap(), settings);
    assert_eq!(*rp(settings.clone()).settings(), settings);
}

/// What code says once without settings of its own is in them.
#[test]
fn what_the_relying_party_is_told_is_in_its_settings() {
    let rp = RelyingParty::builder("example.com", "Example")
        .origin(ORIGIN)
        .user_verification(UserVerification::Preferred)
        .resident_key(ResidentKey::Preferred)
        .attachment(AuthenticatorAttachment::CrossPlatform)
        .hints([Hint::SecurityKey])
        .attestation(AttestationConveyance::Direct, AttestationLevel::Statement)
        .algorithms([Algorithm::ES256])
        .max_passkeys_per_user(3)
        .keep_last_passkey(true)
        .ceremony_lifetime(Duration::from_secs(600))
        .counter_rule(CounterRule::Report)
        .build()
        .unwrap();
    let settings = Settings::builder()
        .user_verification(UserVerification::Preferred)
        .resident_key(ResidentKey::Preferred)
        .attachment(AuthenticatorAttachment::CrossPlatform)
        .hints([Hint::SecurityKey])
        .attestation(AttestationConveyance::Direct, AttestationLevel::Statement)
        .algorithms([Algorithm::ES256])
        .max_passkeys_per_user(3)
        .keep_last_passkey(true)
        .ceremony_lifetime(Duration::from_secs(600))
        .counter_rule(CounterRule::Report)
        .build()
        .unwrap();
    assert_eq!(*rp.settings(), settings);
}

/// Passkeys that nobody could sign in with are not offered.
#[test]
fn algorithms_are_ones_that_the_verifier_has() {
    struct Es256Only;
    impl SignatureVerifier for Es256Only {
        fn supports(&self, algorithm: Algorithm) -> bool {
            algorithm == Algorithm::ES256
        }
        fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
            Err(InvalidKey::Algorithm(key.algorithm))
        }
        fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
            Err(SignatureError::UnsupportedAlgorithm)
        }
    }
    let builder = || {
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        rp.verifier(Arc::new(Es256Only))
    };
    let errors = builder().build().unwrap_err();
    assert_eq!(
        errors.iter().cloned().collect::<Vec<_>>(),
        [Algorithm::EdDSA, Algorithm::RS256].map(ConfigError::UnsupportedAlgorithm)
    );
    assert!(builder().algorithms([Algorithm::ES256]).build().is_ok());
}

#[test]
fn settings_that_are_not_valid_cannot_be_made_or_read_back_and_all_is_told_at_once() {
    let wrong = || {
        Settings::builder()
            .max_passkeys_per_user(0)
            .algorithms([Algorithm::ES256, Algorithm::ES256, Algorithm::RS1])
            .ceremony_lifetime(Duration::from_millis(0))
            .reverification(Reverification::within(Duration::from_millis(0)))
            .attestation(AttestationConveyance::None, AttestationLevel::Trusted)
    };
    let errors = wrong().build().unwrap_err();
    assert_eq!(
        errors.iter().cloned().collect::<Vec<_>>(),
        [
            ConfigError::AlgorithmTwice(Algorithm::ES256),
            ConfigError::NotForCredentials(Algorithm::RS1),
            ConfigError::NoPasskeys,
            ConfigError::NoTime,
            ConfigError::NoReverificationTime,
            ConfigError::AttestationNotWanted,
        ]
    );
    let stored = json!({
        "max_passkeys_per_user": 0,
        "algorithms": [-7, -7, -65535],
        "ceremony_lifetime": 0,
        "reverification": { "max_age": 0 },
        "attestation_level": "trusted",
    });
    let told = serde_json::from_value::<Settings>(stored).unwrap_err().to_string();
    assert_eq!(told, errors.to_string());
    assert_eq!(
        wrong().algorithms([]).build().unwrap_err().iter().next(),
        Some(&ConfigError::NoAlgorithm)
    );

    // Misspelt, or of another version: a rule that is not understood is not left out.
    for (member, value) in [
        ("max_passkeys", json!(5)),
        ("second_factor", json!("sometimes")),
        ("counter_rule", json!("ignore")),
        ("backup_rule", json!("synced")),
        ("attestation_level", json!("some")),
        ("user_verification", json!("yes")),
        ("reverification", json!({ "max_age": 1, "before": ["sign_in"] })),
        ("reverification", json!({ "age": 1 })),
        ("ceremony_lifetime", json!(-1)),
        ("ceremony_lifetime", json!(1.5)),
    ] {
        let stored = json!({ member: value });
        assert!(serde_json::from_value::<Settings>(stored.clone()).is_err(), "{stored}");
    }
}

#[test]
fn disabled_passkeys_are_neither_created_nor_used() {
    let enabled = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    let passkey = enabled.create(&ada, &mut device).unwrap();
    let creation = enabled.begin_create(&ada).unwrap();
    let created = authenticator("second").create(&creation.public_key, ORIGIN).unwrap();
    let sign_ins = purposes("ada").map(|request| {
        let start = enabled.begin_sign_in(request);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        (request, start, response)
    });

    // The same store, after an administrator has switched passkeys off.
    let disabled = Settings::builder().enabled(false).build().unwrap();
    let host = enabled.under(rp(disabled));
    let refused = Error::Disabled(Feature::Passkeys);
    assert!(refused.to_string().contains("passkeys "), "{refused}");
    let autofill = Error::Disabled(Feature::Autofill).to_string();
    assert!(autofill.contains("passkeys in autofill"), "{autofill}");
    assert_eq!(refused.code(), "passkeys_disabled");
    assert_eq!(refused.public().code(), "passkeys_disabled");
    assert_eq!(refused.kind(), ErrorKind::Policy);
    assert_eq!(host.begin_create(&ada).unwrap_err(), refused);
    assert_eq!(host.finish_create(&ada, &creation, &created).unwrap_err(), refused);
    for (request, start, response) in &sign_ins {
        assert_eq!(host.try_begin_sign_in(*request).unwrap_err(), refused, "{request:?}");
        assert_eq!(host.finish_for(*request, start, response).unwrap_err(), refused, "{request:?}");
    }
    assert_eq!(host.passkeys(&ada)[0], passkey);

    // What is there can still be seen, renamed and deleted.
    let list = ListPasskeys::begin(&host.rp, ada.handle());
    assert_eq!(flow(store::run(&host.store, list)).unwrap().passkeys.len(), 1);
    let rename = RenamePasskey::begin(&host.rp, ada.handle(), passkey.id, "Old", NOW);
    assert!(flow(store::run(&host.store, rename)).is_ok());
    let delete = DeletePasskey::begin(&host.rp, ada.handle(), passkey.id);
    assert!(flow(store::run(&host.store, delete)).is_ok());
}

#[test]
fn autofill_is_refused_where_it_is_not_allowed_and_nothing_else_is() {
    let host = host(|settings| settings.autofill(false).sign_in_button(false));
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    for request in purposes("ada") {
        if request == SignInRequest::Autofill {
            let refused = host.try_begin_sign_in(request).unwrap_err();
            assert_eq!(refused, Error::Disabled(Feature::Autofill));
            assert_eq!(refused.code(), "passkey_autofill_disabled");
            assert_eq!(refused.kind(), ErrorKind::Policy);
        } else {
            assert!(host.sign_in(request, &mut device).is_ok(), "{request:?}");
        }
    }
}

#[test]
fn creation_options_and_ceremony_are_those_of_the_settings() {
    let host = host(|settings| {
        settings
            .user_verification(UserVerification::Discouraged)
            .resident_key(ResidentKey::Preferred)
            .attachment(AuthenticatorAttachment::CrossPlatform)
            .hints([Hint::SecurityKey])
            .attestation(AttestationConveyance::Direct, AttestationLevel::Statement)
            .algorithms([Algorithm::ES256])
            .ceremony_lifetime(Duration::from_secs(60))
    });
    let start = host.begin_create(&user("ada")).unwrap();
    let options = serde_json::to_value(&start.public_key).unwrap();
    assert_eq!(
        options["authenticatorSelection"],
        json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": "preferred",
            "requireResidentKey": false,
            "userVerification": "discouraged",
        })
    );
    assert_eq!(options["hints"], json!(["security-key"]));
    assert_eq!(options["attestation"], "direct");
    assert_eq!(options["pubKeyCredParams"], json!([{ "type": "public-key", "alg": -7 }]));
    assert_eq!(options["timeout"], 60_000);
    assert_eq!(start.expires_at, NOW + Duration::from_secs(60));
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    assert_eq!(ceremony.user_verification(), UserVerification::Discouraged);
    assert_eq!(ceremony.expires_at(), start.expires_at);

    let request = host.begin_sign_in(SignInRequest::Discoverable);
    let options = serde_json::to_value(&request.public_key).unwrap();
    assert_eq!(options["userVerification"], "discouraged");
    assert_eq!(options["hints"], json!(["security-key"]));
}

#[test]
fn one_ceremony_may_ask_for_other_hints_attachment_and_name() {
    let host = host(|settings| settings.hints([Hint::Hybrid]));
    let ada = user("ada");
    let (this, key) = (&[Hint::ClientDevice][..], AuthenticatorAttachment::CrossPlatform);
    let name = "Blue key".parse::<PasskeyName>().unwrap();
    for (seed, expected) in [("one", "Blue key"), ("two", "Blue key 2")] {
        let options = BeginOptions::new().hints(this).attachment(key).name(name.clone());
        let begin = CreatePasskey::begin_with(&host.rp, &ada, host.challenge(), NOW, options);
        let start = flow(store::run(&host.store, begin)).unwrap();
        assert_eq!(start.public_key.hints, this);
        let selection = start.public_key.authenticator_selection;
        assert_eq!(selection.authenticator_attachment, Some(key));
        let response = authenticator(seed).create(&start.public_key, ORIGIN).unwrap();
        let passkey = host.finish_create(&ada, &start, &response).unwrap();
        assert_eq!(passkey.name.as_str(), expected);
    }
    let anybody = SignInRequest::Discoverable;
    let options = BeginOptions::new().hints(this);
    let begin = SignIn::begin_with(&host.rp, anybody, host.challenge(), NOW, options);
    assert_eq!(flow(store::run(&host.store, begin)).unwrap().public_key.hints, this);
}

#[test]
fn backup_rule_decides_on_creations_and_on_every_use() {
    use BackupRule as Rule;
    for rule in [Rule::Any, Rule::DeviceBound, Rule::Syncable] {
        for eligible in [false, true] {
            let accepted = match rule {
                Rule::Any => true,
                Rule::DeviceBound => !eligible,
                _ => eligible,
            };
            let device = || {
                authenticator("device").with(|behaviour| {
                    behaviour.backup_eligible = eligible;
                    behaviour.backed_up = false;
                    behaviour.counter = SignCounter::Counting;
                })
            };
            let ada = user("ada");
            let refused = CeremonyError::BackupPolicy { eligible };
            assert_eq!(refused.code(), "backup_flags");

            let strict = host(|settings| settings.backup_rule(rule));
            let outcome = strict.create(&ada, &mut device()).map(drop);
            let expected = Error::Registration(refused.clone());
            assert_eq!(outcome.err(), (!accepted).then_some(expected), "{rule:?} {eligible}");
            assert_eq!(strict.passkeys(&ada).len(), usize::from(accepted));

            // Made before the rule was.
            for request in purposes("ada") {
                let before = Host::new();
                let mut device = device();
                let passkey = before.create(&ada, &mut device).unwrap();
                let settings = Settings::builder().backup_rule(rule).build().unwrap();
                let host = before.under(rp(settings));
                let outcome = host.sign_in(request, &mut device).map(drop);
                let expected = Error::Authentication(refused.clone());
                assert_eq!(outcome.err(), (!accepted).then_some(expected), "{rule:?} {request:?}");
                assert_eq!(host.passkeys(&ada) == [passkey], !accepted);
            }
        }
    }
}

#[test]
fn limit_counter_and_last_passkey_are_those_of_the_settings() {
    let ada = user("ada");
    let host = host(|settings| {
        settings.max_passkeys_per_user(1).keep_last_passkey(true).counter_rule(CounterRule::Report)
    });
    let mut device =
        authenticator("device").with(|behaviour| behaviour.counter = SignCounter::Counting);
    let passkey = host.create(&ada, &mut device).unwrap();
    assert_eq!(host.begin_create(&ada).unwrap_err(), Error::LimitReached { max: 1 });
    let delete = DeletePasskey::begin(&host.rp, handle("ada"), passkey.id);
    assert_eq!(flow(store::run(&host.store, delete)).unwrap_err(), Error::LastPasskey);
    for request in purposes("ada") {
        let start = host.begin_sign_in(request);
        let bend = |parts: &mut relying_party::test_authenticator::AssertionParts| {
            parts.authenticator_data.sign_count = 0;
        };
        let response = device.get_bent(&start.public_key, ORIGIN, bend).unwrap();
        assert!(host.finish_for(request, &start, &response).unwrap().counter_regressed);
    }
}

/// Whoever may change what is stored cannot take back what stands in the code.
#[test]
fn settings_ask_for_more_attestation_than_the_policy_and_never_for_less() {
    use AttestationLevel as Level;
    let levels = [Level::Ignored, Level::Statement, Level::Trusted];
    for of_policy in levels {
        for of_settings in levels {
            let settings = Settings::builder();
            let settings = settings.attestation(AttestationConveyance::Direct, of_settings);
            let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
            let rp = rp
                .attestation(AttestationConveyance::Direct, AttestationPolicy::from(of_policy))
                .settings(settings.build().unwrap())
                .build()
                .unwrap();
            let expected = of_policy.max(of_settings);
            assert_eq!(rp.attestation().level(), expected);
            assert_eq!(rp.settings().attestation_level(), expected);
            let outcome = Host::with(rp).create(&user("ada"), &mut authenticator("device"));
            // Which attests by itself: valid, and trusted by nobody.
            assert_eq!(outcome.is_ok(), expected < Level::Trusted, "{of_policy:?} {of_settings:?}");
        }
    }
}

#[test]
fn names_of_users_are_theirs() {
    let host = Host::new();
    for (name, display_name) in
        [("", ""), ("a\u{0}b", "\u{202e}"), ("🦀".repeat(500).as_str(), "Ada \"Countess\"")]
    {
        let user = relying_party::SignedInUser::new(handle("ada"), name, display_name);
        let start = host.begin_create(&user).unwrap();
        let options = serde_json::to_value(&start.public_key).unwrap();
        assert_eq!(options["user"]["name"], Value::from(name));
        assert_eq!(options["user"]["displayName"], Value::from(display_name));
    }
}
