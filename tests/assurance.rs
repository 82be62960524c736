//! What a sign-in proves to others: authentication methods, context classes, and assurance levels.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, ORIGIN, authenticator, flow, handle, posted, session, user};
use relying_party::{
    Aaguid, Algorithm, AttestationLevel, AttestationPolicy, CreatePasskey, Error, Passkey,
    RelyingParty, Settings, SignIn, SignInRequest, StepUp, Timestamp,
    ceremony::{BackupEligibilityRule, CeremonyError, CounterRule},
    extensions::AuthenticationInputs,
    flow::{Aal, Acr, BeginOptions, KeyPlace, SignInStatus, SignedIn, Strength, VerifiedBy},
    json::{AttestationConveyance, UserVerification},
    settings::{BackupRule, SecondFactorRule, SensitiveAction, SettingsBuilder},
    store,
    test_authenticator::{
        AssertionParts, Behaviour, CborValue, CertifiedParts, RegistrationParts, SignCounter,
        TEST_AAGUID, TestAlgorithm, TestAttestation, TestAttester, TestAuthenticator, flags,
    },
    x509::TrustAnchor,
};
use serde_json::json;

/// A day in 2025, when the certificates of the test attester are valid.
const NOW: Timestamp = Timestamp::from_unix_millis(1_750_000_000_000);

fn attester() -> TestAttester {
    TestAttester::new("manufacturer").unwrap()
}

/// A host with these settings, which trusts the manufacturer.
fn host(settings: SettingsBuilder) -> Host {
    let attester = attester();
    let [root, issuer] = [attester.root, attester.issuer.certificate]
        .map(|der| TrustAnchor::from_der(&der).unwrap());
    let policy =
        AttestationPolicy::statement().anchors([root]).anchors_for_format("fido-u2f", [issuer]);
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.attestation(AttestationConveyance::Direct, policy);
    let settings = settings.build().unwrap();
    Host::with(rp.settings(settings).build().unwrap())
}

/// The settings of most tests: no passkey is refused.
fn open() -> SettingsBuilder {
    Settings::builder()
        .attestation(AttestationConveyance::Direct, AttestationLevel::Statement)
        .user_verification(UserVerification::Preferred)
        .counter_rule(CounterRule::Report)
        .backup_eligibility_rule(BackupEligibilityRule::AcceptOnce)
}

/// An authenticator with device-bound keys, which attests them in this way.
fn device(attestation: TestAttestation) -> TestAuthenticator {
    authenticator("device").with(|behaviour| {
        behaviour.attestation = attestation;
        // The only one for U2F keys.
        behaviour.algorithms = vec![TestAlgorithm::Es256];
        behaviour.backup_eligible = false;
        behaviour.backed_up = false;
        behaviour.counter = SignCounter::Counting;
    })
}

fn create(
    host: &Host,
    device: &mut TestAuthenticator,
    tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static,
) -> Result<Passkey, Error> {
    let options = BeginOptions::new(session()).verified(StepUp::ByHost { at: NOW });
    let ada = user("ada");
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin))?;
    let tampered = |parts: &mut RegistrationParts| parts.tamper_statement(tamper);
    let response = device.create_tampered(&start.public_key, ORIGIN, tampered).unwrap();
    let posted = posted(start.ceremony_id, response.as_bytes());
    let finish = CreatePasskey::finish(&host.rp, ada.handle(), posted, NOW);
    flow(store::run(&host.store, finish)).map(|created| created.passkey)
}

fn sign_in_tampered(
    host: &Host,
    request: SignInRequest,
    device: &mut TestAuthenticator,
    options: BeginOptions<'_, AuthenticationInputs>,
    tamper: impl FnOnce(&mut AssertionParts),
) -> Result<SignedIn, Error> {
    let begin = SignIn::begin(&host.rp, request, options, host.challenge(), NOW);
    let start = flow(store::run(&host.store, begin))?;
    let response = device.get_tampered(&start.public_key, ORIGIN, tamper).unwrap();
    let posted = posted(start.ceremony_id, response.as_bytes());
    let finish = match request {
        SignInRequest::SecondFactor(user) => {
            SignIn::finish_second_factor(&host.rp, user, posted, NOW)
        }
        SignInRequest::Reverify(user) => SignIn::finish_reverification(&host.rp, user, posted, NOW),
        _ => SignIn::finish(&host.rp, posted, NOW),
    };
    flow(store::run(&host.store, finish))
}

fn sign_in(host: &Host, device: &mut TestAuthenticator) -> Result<SignedIn, Error> {
    let options = BeginOptions::new(session());
    sign_in_tampered(host, SignInRequest::Discoverable, device, options, |_| ())
}

/// What is known after a creation and a sign-in.
fn strength(attestation: TestAttestation) -> Strength {
    let host = host(open());
    let mut device = device(attestation);
    create(&host, &mut device, |_| ()).unwrap();
    sign_in(&host, &mut device).unwrap().strength()
}

#[test]
fn key_is_known_to_be_in_hardware_only_if_a_trusted_attestation_proves_it() {
    let silent = || {
        let mut attester = attester();
        attester.names_aaguid = false;
        attester
    };
    let stranger = || TestAttester::new("stranger").unwrap();
    let model = KeyPlace::AttestedModel(TEST_AAGUID);
    let table = [
        (TestAttestation::None, KeyPlace::Unproven),
        (TestAttestation::PackedSelf, KeyPlace::Unproven),
        // A valid statement by an attester that no one trusts.
        (TestAttestation::Packed(stranger()), KeyPlace::Unproven),
        (TestAttestation::AndroidKey(stranger()), KeyPlace::Unproven),
        // Trusted, but the model is only claimed.
        (TestAttestation::FidoU2f(attester()), KeyPlace::Unproven),
        (TestAttestation::Tpm(silent()), KeyPlace::Unproven),
        (TestAttestation::Packed(attester()), model),
        (TestAttestation::Tpm(attester()), model),
        (TestAttestation::Apple(attester()), model),
        // The statement says where the key is, whatever the model.
        (TestAttestation::AndroidKey(silent()), KeyPlace::Hardware),
    ];
    for (attestation, expected) in table {
        let strength = strength(attestation.clone());
        assert_eq!(strength.key_place, expected, "{attestation:?}");
        let is_hardware = expected == KeyPlace::Hardware;
        let told = if is_hardware { (Acr::Phrh, Aal::Aal3) } else { (Acr::Phr, Aal::Aal2) };
        assert_eq!((strength.acr(), strength.aal()), told, "{attestation:?}");
    }
}

#[test]
fn hosts_say_which_attested_models_are_hardware() {
    let says = |attestation| {
        let strength = strength(attestation).with_hardware_models(|model| model == TEST_AAGUID);
        (strength.acr(), strength.aal(), strength.amr()[0])
    };
    assert_eq!(says(TestAttestation::Packed(attester())), (Acr::Phrh, Aal::Aal3, "hwk"));
    // The same model, claimed.
    assert_eq!(says(TestAttestation::PackedSelf), (Acr::Phr, Aal::Aal2, "pop"));
}

/// Android's own software holds the key, or hardware does, according to the lower one of two numbers in the statement.
#[test]
fn android_key_in_software_is_not_hardware() {
    let table = [
        (0, 0, KeyPlace::Software, "swk"),
        (0, 1, KeyPlace::Software, "swk"),
        // A description from hardware, of a key in software.
        (1, 0, KeyPlace::Software, "swk"),
        (1, 99, KeyPlace::Unproven, "pop"),
        (1, 1, KeyPlace::Hardware, "hwk"),
        (2, 2, KeyPlace::Hardware, "hwk"),
    ];
    for (described_in, key_in, expected, amr) in table {
        let strength = android_key(move |parts| {
            let description = parts.key_description().unwrap();
            description.attestation_security_level = described_in;
            description.keymaster_security_level = key_in;
        });
        assert_eq!(strength.key_place, expected, "{described_in} {key_in}");
        assert_eq!(strength.amr(), [amr, "user", "mfa"], "{described_in} {key_in}");
    }
}

/// Hardware keeps a key that was imported. Whether it was, only hardware knows, and Android says so in the other list.
#[test]
fn android_key_of_which_hardware_does_not_say_that_it_generated_it_is_not_hardware() {
    let strength = android_key(|parts| {
        let description = parts.key_description().unwrap();
        description.software_enforced.origin = description.tee_enforced.origin.take();
    });
    assert_eq!(strength.key_place, KeyPlace::Unproven);
    assert_eq!((strength.acr(), strength.aal()), (Acr::Phr, Aal::Aal2));
}

/// What is known after a creation with such a statement and a sign-in. Nothing vouches for the model.
fn android_key(tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static) -> Strength {
    let mut attester = attester();
    attester.names_aaguid = false;
    let host = host(open());
    let mut device = device(TestAttestation::AndroidKey(attester));
    create(&host, &mut device, tamper).unwrap();
    sign_in(&host, &mut device).unwrap().strength()
}

/// Keys that were built for U2F attest the zero AAGUID, which is in lists of models that may also be unknown.
#[test]
fn attested_zero_aaguid_is_no_model() {
    let host = host(open());
    let mut attester = attester();
    attester.names_aaguid = false;
    let mut device = device(TestAttestation::Packed(attester))
        .with(|behaviour| behaviour.aaguid = Aaguid::default());
    let passkey = create(&host, &mut device, |_| ()).unwrap();
    assert!(passkey.attestation.aaguid.is_attested() && passkey.aaguid.is_zero());
    let strength = sign_in(&host, &mut device).unwrap().strength().with_hardware_models(|_| true);
    assert_eq!(strength.key_place, KeyPlace::Unproven);
    assert_eq!((strength.acr(), strength.aal()), (Acr::Phr, Aal::Aal2));
}

/// A re-verification is complete, since the user has a session. It does not give the session a level.
#[test]
fn reverification_under_aal2_with_verification_that_does_not_count_reaches_nothing() {
    let before = host(open());
    let mut phone = authenticator("phone").with(|behaviour| behaviour.user_verified = false);
    create(&before, &mut phone, |_| ()).unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = before.under(rp.settings(Settings::aal2().build().unwrap()).build().unwrap());
    phone.behaviour_mut().user_verified = true;
    let request = SignInRequest::Reverify(handle("ada"));
    let options = BeginOptions::new(session());
    let signed_in = sign_in_tampered(&host, request, &mut phone, options, |_| ()).unwrap();
    assert!(signed_in.is_complete());
    assert_eq!(signed_in.strength().aal(), Aal::Aal1);
    let proof = signed_in.proof.as_ref().unwrap();
    let options = BeginOptions::new(session()).verified(proof);
    let begin =
        CreatePasskey::begin(&host.rp, &user("ada"), options, host.challenge(), NOW).map(drop);
    assert!(matches!(begin, Err(Error::ReverificationRequired(_))), "{begin:?}");
}

/// Whether it has been backed up yet does not matter: the key is exportable.
#[test]
fn syncable_passkey_reaches_aal2_at_most() {
    for backed_up in [false, true] {
        let host = host(open());
        let mut device = device(TestAttestation::AndroidKey(attester())).with(|behaviour| {
            behaviour.backup_eligible = true;
            behaviour.backed_up = backed_up;
        });
        create(&host, &mut device, |_| ()).unwrap();
        let signed_in = sign_in(&host, &mut device).unwrap();
        let strength = signed_in.strength().with_hardware_models(|_| true);
        assert_eq!(strength.key_place, KeyPlace::Software);
        assert_eq!((strength.aal(), strength.acr()), (Aal::Aal2, Acr::Phr));
        assert_eq!(strength.synced, backed_up);
    }
}

/// The attestation is about the key as it was.
#[test]
fn attested_passkey_that_becomes_syncable_is_no_longer_hardware() {
    let host = host(open());
    let mut device = device(TestAttestation::AndroidKey(attester()));
    create(&host, &mut device, |_| ()).unwrap();
    let before = sign_in(&host, &mut device).unwrap();
    assert_eq!(before.strength().aal(), Aal::Aal3);
    device.behaviour_mut().backup_eligible = true;
    let after = sign_in(&host, &mut device).unwrap();
    assert!(after.became_backup_eligible);
    assert_eq!(after.strength().aal(), Aal::Aal2);
}

#[test]
fn key_whose_counter_does_not_increase_is_not_called_hardware() {
    let host = host(open());
    let mut device = device(TestAttestation::AndroidKey(attester()));
    create(&host, &mut device, |_| ()).unwrap();
    device.behaviour_mut().counter = SignCounter::Fixed(1);
    let signed_in = sign_in(&host, &mut device).unwrap();
    assert!(signed_in.counter_regressed);
    assert_eq!(signed_in.strength().key_place, KeyPlace::Unproven);
    assert_eq!(signed_in.strength().aal(), Aal::Aal2);
}

#[test]
fn passkey_without_user_verification_is_one_factor_unless_it_is_the_second() {
    let requests = [
        (SignInRequest::Discoverable, Aal::Aal1),
        (SignInRequest::for_account(handle("ada")), Aal::Aal1),
        (SignInRequest::SecondFactor(handle("ada")), Aal::Aal2),
    ];
    for (request, expected) in requests {
        let host = host(open());
        let mut device = device(TestAttestation::AndroidKey(attester()));
        create(&host, &mut device, |_| ()).unwrap();
        device.behaviour_mut().user_verified = false;
        let options = BeginOptions::new(session());
        let signed_in = sign_in_tampered(&host, request, &mut device, options, |_| ()).unwrap();
        let strength = signed_in.strength();
        assert_eq!(strength.aal(), expected, "{request:?}");
        assert_eq!(strength.amr().contains(&"mfa"), expected == Aal::Aal2, "{request:?}");
        assert_eq!(signed_in.is_complete(), expected == Aal::Aal2, "{request:?}");
        assert_eq!(strength.second_factor, expected == Aal::Aal2);
    }
}

/// A sign-in with a `uvm` output, of the authenticator and of the client.
fn with_uvm(signed: &[u32], unsigned: &[u32], verified: bool) -> SignedIn {
    let host = host(open());
    let mut device = device(TestAttestation::None);
    create(&host, &mut device, |_| ()).unwrap();
    let options = BeginOptions::new(session()).extensions(AuthenticationInputs::default().uvm());
    let tamper = |parts: &mut AssertionParts| {
        let entry = |method: &u32| CborValue::Array(vec![(*method).into(), 2.into(), 4.into()]);
        if !signed.is_empty() {
            let entries = CborValue::Array(signed.iter().map(entry).collect());
            parts.authenticator_data.extend(CborValue::Map([("uvm".into(), entries)].into()));
        }
        if !unsigned.is_empty() {
            let entries = unsigned.iter().map(|method| json!([method, 2, 4])).collect::<Vec<_>>();
            parts.outer.client_extension_results = json!({ "uvm": entries });
        }
        if !verified {
            parts.authenticator_data.flags &= !flags::UV;
        }
    };
    sign_in_tampered(&host, SignInRequest::Discoverable, &mut device, options, tamper).unwrap()
}

#[test]
fn method_is_named_only_if_a_signed_output_says_so_and_user_verification_counts() {
    type Row = (&'static [u32], &'static [u32], bool, &'static [&'static str]);
    let table: [Row; 7] = [
        (&[], &[], true, &["pop", "user", "mfa"]),
        (&[4], &[], true, &["pop", "user", "pin", "mfa"]),
        (&[2], &[], true, &["pop", "user", "fpt", "mfa"]),
        (&[16], &[], true, &["pop", "user", "face", "mfa"]),
        (&[4, 2], &[], true, &["pop", "user", "pin", "fpt", "mfa"]),
        // The client says so, which is not signed.
        (&[], &[4], true, &["pop", "user", "mfa"]),
        // The authenticator contradicts itself.
        (&[4], &[], false, &["pop", "user"]),
    ];
    for (signed, unsigned, verified, expected) in table {
        let signed_in = with_uvm(signed, unsigned, verified);
        assert_eq!(signed_in.strength().amr(), expected, "{signed:?} {unsigned:?} {verified}");
    }
    assert_eq!(with_uvm(&[1], &[4], true).strength().verified_by, VerifiedBy::default());
}

/// NIST SP 800-63B-4: each clause with what the preset says about it.
#[test]
fn presets_say_what_the_clauses_require() {
    for preset in [Settings::aal2(), Settings::aal3()] {
        let settings = preset.build().unwrap();
        assert_eq!(settings.user_verification(), UserVerification::Required);
        assert_eq!(settings.second_factor(), SecondFactorRule::WithoutUserVerification);
        assert!(settings.conditional_create_verifies_user());
        let approved = [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];
        assert_eq!(settings.algorithms(), approved);
        assert!(settings.reverification().is_needed_before(SensitiveAction::Create));
        let stored = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&stored).unwrap(), settings);
    }
    let (aal2, aal3) = (Settings::aal2().build().unwrap(), Settings::aal3().build().unwrap());
    assert_eq!(
        (aal2.backup_rule(), aal3.backup_rule()),
        (BackupRule::Any, BackupRule::DeviceBound)
    );
    assert_eq!(aal3.backup_eligibility_rule(), BackupEligibilityRule::Fixed);
    assert_eq!(aal3.counter_rule(), CounterRule::Reject);
    assert_eq!(aal3.attestation(), AttestationConveyance::Direct);
    assert_eq!(aal3.attestation_level(), AttestationLevel::Trusted);
    assert_eq!(aal2.attestation_level(), AttestationLevel::Ignored);
}

/// §2.2.1.
#[test]
fn every_complete_sign_in_under_aal2_reaches_it() {
    let host = host(Settings::aal2());
    let mut phone = authenticator("phone");
    create(&host, &mut phone, |_| ()).unwrap();
    let signed_in = sign_in(&host, &mut phone).unwrap();
    assert!(signed_in.is_complete());
    assert_eq!(signed_in.strength().aal(), Aal::Aal2);

    let options = BeginOptions::new(session());
    let refused =
        sign_in_tampered(&host, SignInRequest::Discoverable, &mut phone, options, |parts| {
            parts.authenticator_data.flags &= !flags::UV;
        })
        .unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::UserVerification));
}

/// A passkey whose user was never verified, from before the settings.
#[test]
fn sign_in_under_aal2_with_verification_that_does_not_count_is_incomplete() {
    let before = host(open());
    let mut phone = authenticator("phone").with(|behaviour| behaviour.user_verified = false);
    create(&before, &mut phone, |_| ()).unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.settings(Settings::aal2().build().unwrap()).build().unwrap();
    let host = before.under(rp);
    phone.behaviour_mut().user_verified = true;
    let signed_in = sign_in(&host, &mut phone).unwrap();
    assert_eq!(signed_in.status, SignInStatus::NeedsSecondFactor);
    assert_eq!(signed_in.strength().aal(), Aal::Aal1);
}

/// §4.1.2.1.
#[test]
fn another_passkey_under_the_presets_needs_a_recent_verification() {
    for preset in [Settings::aal2(), Settings::aal3()] {
        let host = host(preset);
        let refused = host.begin_create(&user("ada")).unwrap_err();
        assert!(matches!(refused, Error::ReverificationRequired(_)), "{refused:?}");
    }
}

/// §2.3.2: not exportable, and proved.
#[test]
fn under_aal3_only_attested_device_bound_passkeys_are_created() {
    let syncable = |behaviour: &mut Behaviour| behaviour.backup_eligible = true;
    let table = [
        (device(TestAttestation::Packed(attester())), None),
        (device(TestAttestation::None), Some("attestation_trust")),
        (device(TestAttestation::PackedSelf), Some("attestation_trust")),
        (
            device(TestAttestation::Packed(TestAttester::new("stranger").unwrap())),
            Some("attestation_trust"),
        ),
        (device(TestAttestation::Packed(attester())).with(syncable), Some("backup_flags")),
    ];
    for (mut device, refusal) in table {
        let host = host(Settings::aal3());
        let created = create(&host, &mut device, |_| ());
        assert_eq!(created.err().map(|error| error.code()), refusal);
    }
}

/// §2.3.2.
#[test]
fn under_aal3_a_sign_in_with_an_accepted_model_reaches_it() {
    let host = host(Settings::aal3());
    let mut device = device(TestAttestation::Packed(attester()));
    create(&host, &mut device, |_| ()).unwrap();
    let signed_in = sign_in(&host, &mut device).unwrap();
    assert_eq!(signed_in.strength().aal(), Aal::Aal2);
    assert_eq!(signed_in.strength().with_hardware_models(|_| true).aal(), Aal::Aal3);
}

/// Appendix B.2. The rule holds for passkeys from before, too.
#[test]
fn under_aal3_syncable_passkeys_do_not_sign_in() {
    let before = host(open());
    let mut phone = authenticator("phone");
    create(&before, &mut phone, |_| ()).unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.settings(Settings::aal3().build().unwrap()).build().unwrap();
    let refused = sign_in(&before.under(rp), &mut phone).unwrap_err();
    assert_eq!(refused.code(), "backup_flags");
}

#[test]
fn under_aal3_a_copied_key_does_not_sign_in() {
    let host = host(Settings::aal3());
    let mut device = device(TestAttestation::Packed(attester()));
    create(&host, &mut device, |_| ()).unwrap();
    sign_in(&host, &mut device).unwrap();
    device.behaviour_mut().counter = SignCounter::Fixed(2);
    assert_eq!(sign_in(&host, &mut device).unwrap_err().code(), "sign_count");
}
