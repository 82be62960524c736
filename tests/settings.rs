//! Settings: their defaults, what is rejected, and that every flow obeys them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::sync::Arc;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, purposes, session, user};
use relying_party::{
    Algorithm, AttestationLevel, AttestationPolicy, ConfigError, CoseKey, CreatePasskey,
    DeletePasskey, Duration, Error, ErrorKind, Feature, InvalidKey, ListPasskeys, PasskeyName,
    RelyingParty, RenamePasskey, Settings, SignIn, SignInRequest, SignedInUser,
    ceremony::{BackupEligibilityRule, CeremonyError, CounterRule},
    crypto::{SignatureError, SignatureVerifier},
    flow::{BeginOptions, UserFinding},
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    settings::{BackupRule, Reverification, SecondFactorRule, SensitiveAction, SettingsBuilder},
    store::{self, CeremonyStore as _},
    test_authenticator::{Outer, SignCounter},
};
use serde_json::{Value, json};

fn rp(settings: Settings) -> RelyingParty {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    rp.settings(settings).build().unwrap()
}

fn host(decide: impl FnOnce(SettingsBuilder) -> SettingsBuilder) -> Host {
    Host::with(rp(decide(Settings::builder()).build().unwrap()))
}

/// The stored form, which also shows every default.
#[test]
fn defaults_are_safe_and_have_a_stored_form() {
    let stored = json!({
        "enabled": true,
        "autofill": true,
        "autofill_lifetime": 3_600_000,
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
        "backup_eligibility_rule": "fixed",
        "find_by_credential_id": false,
        "backup_rule": "any",
        "incomplete_responses": false,
        "check_token_binding": false,
    });
    assert_eq!(serde_json::to_value(Settings::default()).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Settings>(stored).unwrap(), Settings::default());
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    let builder = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    assert_eq!(*builder.build().unwrap().settings(), Settings::default());
}

/// A setting that no flow uses is for the host's page.
#[test]
fn the_button_is_shown_by_default() {
    assert!(Settings::default().sign_in_button());
    assert!(!Settings::builder().sign_in_button(false).build().unwrap().sign_in_button());
}

#[test]
fn settings_are_read_back_as_they_were() {
    let settings = Settings::builder()
        .enabled(false)
        .autofill(false)
        .autofill_lifetime(Duration::from_secs(1800))
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
        .counter_rule(CounterRule::ReportIfBackupEligible)
        .backup_eligibility_rule(BackupEligibilityRule::AcceptOnce)
        .find_by_credential_id(true)
        .backup_rule(BackupRule::DeviceBound)
        .incomplete_responses(true)
        .check_token_binding(true)
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

/// What code sets without separate settings is in them.
#[test]
fn options_of_the_relying_party_are_in_its_settings() {
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

/// Passkeys that no one could sign in with are not offered.
#[test]
fn algorithms_must_be_supported_by_the_verifier() {
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
fn invalid_settings_cannot_be_built_or_read_back_and_report_all_problems() {
    let wrong = || {
        Settings::builder()
            .max_passkeys_per_user(0)
            .algorithms([Algorithm::ES256, Algorithm::ES256, Algorithm::RS1])
            .ceremony_lifetime(Duration::from_millis(0))
            .autofill_lifetime(Duration::from_millis(0))
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
            ConfigError::NoAutofillTime,
            ConfigError::NoReverificationTime,
            ConfigError::AttestationNotWanted,
        ]
    );
    let stored = json!({
        "max_passkeys_per_user": 0,
        "algorithms": [-7, -7, -65535],
        "ceremony_lifetime": 0,
        "autofill_lifetime": 0,
        "reverification": { "max_age": 0 },
        "attestation_level": "trusted",
    });
    let told = serde_json::from_value::<Settings>(stored).unwrap_err().to_string();
    assert_eq!(told, errors.to_string());
    assert_eq!(
        wrong().algorithms([]).build().unwrap_err().iter().next(),
        Some(&ConfigError::NoAlgorithm)
    );

    // Misspelt, or from another version: a rule that is not understood must not be ignored.
    for (member, value) in [
        ("max_passkeys", json!(5)),
        ("second_factor", json!("sometimes")),
        ("counter_rule", json!("ignore")),
        ("backup_rule", json!("synced")),
        ("backup_eligibility_rule", json!("any")),
        ("find_by_credential_id", json!("yes")),
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

    // The same store, after an administrator has disabled passkeys.
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

    // Existing passkeys can still be listed, renamed and deleted.
    let list = ListPasskeys::begin(&host.rp, ada.handle());
    assert_eq!(flow(store::run(&host.store, list)).unwrap().passkeys.len(), 1);
    let rename = RenamePasskey::begin(&host.rp, ada.handle(), passkey.id, "Old", NOW);
    assert!(flow(store::run(&host.store, rename)).is_ok());
    let delete = DeletePasskey::begin(&host.rp, ada.handle(), passkey.id);
    assert!(flow(store::run(&host.store, delete)).is_ok());
}

#[test]
fn only_autofill_is_refused_if_it_is_not_allowed() {
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

/// A page with a form stays open. A user who returns after lunch can sign in, once.
#[test]
fn autofill_has_a_separate_lifetime_and_its_challenge_works_once() {
    let host = host(|settings| {
        settings
            .ceremony_lifetime(Duration::from_secs(60))
            .autofill_lifetime(Duration::from_secs(7200))
    });
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    for request in purposes("ada") {
        let is_autofill = request == SignInRequest::Autofill;
        let lifetime = Duration::from_secs(if is_autofill { 7200 } else { 60 });
        for (late, accepted) in [(lifetime.as_millis() - 1, true), (lifetime.as_millis(), false)] {
            let start = host.begin_sign_in(request);
            assert_eq!(start.expires_at, NOW + lifetime, "{request:?}");
            assert_eq!(start.public_key.timeout, Duration::from_secs(60), "{request:?}");
            let response = device.get(&start.public_key, ORIGIN).unwrap();
            let now = NOW + Duration::from_millis(late);
            let finish = || {
                let posted = host::posted(start.ceremony_id, response.as_bytes());
                let ada = handle("ada");
                let finish = match request {
                    SignInRequest::SecondFactor(_) => {
                        SignIn::finish_second_factor(&host.rp, ada, posted, now)
                    }
                    SignInRequest::Reverify(_) => {
                        SignIn::finish_reverification(&host.rp, ada, posted, now)
                    }
                    _ => SignIn::finish(&host.rp, posted, now),
                };
                flow(store::run(&host.store, finish)).map(drop)
            };
            let expected = if accepted { Ok(()) } else { Err(Error::CeremonyExpired) };
            assert_eq!(finish(), expected, "{request:?}");
            assert_eq!(finish(), Err(Error::CeremonyNotFound), "{request:?}");
        }
    }
}

/// Authenticators truncate names that are too long. The host can find out, and nothing fails.
#[test]
fn long_user_names_are_reported() {
    for (name, display_name, expected) in [
        ("a".repeat(64), "ü".repeat(32), vec![]),
        ("a".repeat(65), "ü".repeat(32), vec![UserFinding::LongName { bytes: 65 }]),
        ("a".repeat(64), "ü".repeat(33), vec![UserFinding::LongDisplayName { bytes: 66 }]),
        (
            "🦀".repeat(17),
            "b".repeat(65),
            vec![UserFinding::LongName { bytes: 68 }, UserFinding::LongDisplayName { bytes: 65 }],
        ),
    ] {
        let user = SignedInUser::new(handle("ada"), name, display_name);
        assert_eq!(user.lint(), expected);
        assert!(Host::new().begin_create(&user).is_ok());
        for finding in expected {
            assert!(finding.to_string().contains("cut it to 64"), "{finding}");
        }
    }
}

#[test]
fn creation_options_and_ceremony_follow_the_settings() {
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

/// Otherwise browsers would be told formats that the settings do not ask for.
#[test]
fn attestation_formats_are_in_the_options_only_if_attestation_is_requested() {
    for (conveyance, level, is_listed) in [
        (AttestationConveyance::None, AttestationLevel::Ignored, false),
        (AttestationConveyance::None, AttestationLevel::Statement, false),
        (AttestationConveyance::Direct, AttestationLevel::Ignored, false),
        (AttestationConveyance::Direct, AttestationLevel::Statement, true),
        (AttestationConveyance::Enterprise, AttestationLevel::Statement, true),
    ] {
        let host = host(|settings| settings.attestation(conveyance, level));
        let start = host.begin_create(&user("ada")).unwrap();
        let options = serde_json::to_value(&start.public_key).unwrap();
        let expected = json!(["packed", "apple", "tpm", "android-key", "fido-u2f"]);
        // Without the feature, no format with certificates is verified.
        let expected = (is_listed && cfg!(feature = "attestation")).then_some(&expected);
        assert_eq!(options.get("attestationFormats"), expected, "{conveyance:?} {level:?}");
    }
}

#[test]
fn one_ceremony_may_ask_for_other_hints_attachment_and_name() {
    let host = host(|settings| settings.hints([Hint::Hybrid]));
    let ada = user("ada");
    let (this, key) = (&[Hint::ClientDevice][..], AuthenticatorAttachment::CrossPlatform);
    let name = "Blue key".parse::<PasskeyName>().unwrap();
    for (seed, expected) in [("one", "Blue key"), ("two", "Blue key 2")] {
        let options = BeginOptions::new(session()).hints(this).attachment(key).name(name.clone());
        let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
        let start = flow(store::run(&host.store, begin)).unwrap();
        assert_eq!(start.public_key.hints, this);
        let selection = start.public_key.authenticator_selection;
        assert_eq!(selection.authenticator_attachment, Some(key));
        let response = authenticator(seed).create(&start.public_key, ORIGIN).unwrap();
        let passkey = host.finish_create(&ada, &start, &response).unwrap();
        assert_eq!(passkey.name.as_str(), expected);
    }
    let anybody = SignInRequest::Discoverable;
    let options = BeginOptions::new(session()).hints(this);
    let begin = SignIn::begin(&host.rp, anybody, options, host.challenge(), NOW);
    assert_eq!(flow(store::run(&host.store, begin)).unwrap().public_key.hints, this);
}

#[test]
fn backup_rule_applies_at_creation_and_at_every_use() {
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

            // Created before the rule.
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
fn incomplete_responses_are_accepted_only_if_the_settings_say_so() {
    let cases: [(&[&str], bool); 6] = [
        (&["/id"], true),
        (&["/rawId"], true),
        (&["/type"], true),
        (&["/rawId", "/type"], true),
        (&["/id", "/rawId"], false),
        (&["/response"], false),
    ];
    for (left_out, may_be_missing) in cases {
        for allowed in [false, true] {
            let host = host(|settings| settings.incomplete_responses(allowed));
            let (ada, mut device) = (user("ada"), authenticator("device"));
            let start = host.begin_create(&ada).unwrap();
            let response = device.create_tampered(&start.public_key, ORIGIN, |parts| {
                remove(&mut parts.outer, left_out);
            });
            let created = host.finish_create(&ada, &start, response.unwrap());
            let accepted = allowed && may_be_missing;
            assert_eq!(created.is_ok(), accepted, "{left_out:?} {allowed}");
            if let Err(error) = created {
                assert_eq!(error.code(), "malformed");
                host.create(&ada, &mut device).unwrap();
            }
            for request in purposes("ada") {
                let start = host.begin_sign_in(request);
                let response = device.get_tampered(&start.public_key, ORIGIN, |parts| {
                    remove(&mut parts.outer, left_out);
                });
                let signed_in = host.finish_for(request, &start, response.unwrap());
                assert_eq!(signed_in.is_ok(), accepted, "{left_out:?} {allowed} {request:?}");
                if let Err(error) = signed_in {
                    assert_eq!(error.code(), "malformed");
                }
            }
        }
    }
}

fn remove(outer: &mut Outer, members: &[&str]) {
    for member in members {
        outer.remove(member);
    }
}

/// IDs that are present are compared as usual.
#[test]
fn incomplete_responses_do_not_let_other_ids_or_types_pass() {
    let host = host(|settings| settings.incomplete_responses(true));
    let (ada, mut device) = (user("ada"), authenticator("device"));
    host.create(&ada, &mut device).unwrap();
    for (member, value, code) in [
        ("/id", "AQID", "credential_id"),
        ("/rawId", "AQID", "credential_unknown"),
        ("/type", "password", "malformed"),
    ] {
        let start = host.begin_sign_in(SignInRequest::for_account(ada.handle()));
        let response = device
            .get_tampered(&start.public_key, ORIGIN, |parts| parts.outer.set(member, value))
            .unwrap();
        assert_eq!(host.finish_sign_in(&start, response).unwrap_err().code(), code, "{member}");
    }
    // At registration the attested ID counts.
    let (eve, mut device) = (user("eve"), authenticator("other device"));
    let start = host.begin_create(&eve).unwrap();
    let response = device.create_tampered(&start.public_key, ORIGIN, |parts| {
        parts.outer.remove("/rawId");
        parts.outer.set("/id", "AQID");
    });
    let refused = host.finish_create(&eve, &start, response.unwrap()).unwrap_err();
    assert_eq!(refused.code(), "credential_id");
}

#[test]
fn limit_counter_rule_and_last_passkey_rule_follow_the_settings() {
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
        let tamper = |parts: &mut relying_party::test_authenticator::AssertionParts| {
            parts.authenticator_data.sign_count = 0;
        };
        let response = device.get_tampered(&start.public_key, ORIGIN, tamper).unwrap();
        assert!(host.finish_for(request, &start, &response).unwrap().counter_regressed);
    }
}

/// Anyone who may change stored settings cannot weaken what is set in code.
#[test]
fn settings_can_require_more_attestation_than_the_policy_but_not_less() {
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
            // It attests itself: valid, but trusted by no one.
            assert_eq!(outcome.is_ok(), expected < Level::Trusted, "{of_policy:?} {of_settings:?}");
        }
    }
}

#[test]
fn user_names_are_passed_on_unchanged() {
    let host = Host::new();
    for (name, display_name) in
        [("", ""), ("a\u{0}b", "\u{202e}"), ("🦀".repeat(500).as_str(), "Ada \"Countess\"")]
    {
        let user = SignedInUser::new(handle("ada"), name, display_name);
        let start = host.begin_create(&user).unwrap();
        let options = serde_json::to_value(&start.public_key).unwrap();
        assert_eq!(options["user"]["name"], Value::from(name));
        assert_eq!(options["user"]["displayName"], Value::from(display_name));
    }
}
