//! §7.2, one test for each step. One field is tampered with and signed again, so that only the step under test can
//! fail.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, ORIGIN, authenticator, user};
use relying_party::{
    CredentialId, Error, Passkey, RelyingParty, RelyingPartyBuilder, Settings, SignInRequest,
    ceremony::{BackupEligibilityRule, CeremonyError, CounterRule},
    flow::SignedIn,
    json::UserVerification,
    policy::TopOrigins,
    settings::SettingsBuilder,
    test_authenticator::{
        AssertionParts, CborValue, SignCounter, SignedAssertion, TestAlgorithm, TestAuthenticator,
        flags,
    },
};
use serde_json::json;

/// A host where Ada has a passkey.
struct Signing {
    host: Host,
    device: TestAuthenticator,
    passkey: Passkey,
}

impl Signing {
    fn new() -> Self {
        Self::with(|rp| rp, |_| {})
    }

    fn with(
        decide: impl FnOnce(RelyingPartyBuilder) -> RelyingPartyBuilder,
        behave: impl FnOnce(&mut relying_party::test_authenticator::Behaviour),
    ) -> Self {
        let rp = decide(RelyingParty::builder("example.com", "Example").origin(ORIGIN));
        let host = Host::with(rp.build().unwrap());
        let mut device = authenticator("device").with(behave);
        let passkey = host.create(&user("ada"), &mut device).unwrap();
        Self { host, device, passkey }
    }

    /// With these settings.
    fn under(
        decide: impl FnOnce(SettingsBuilder) -> SettingsBuilder,
        behave: impl FnOnce(&mut relying_party::test_authenticator::Behaviour),
    ) -> Self {
        Self::with(|rp| rp.settings(decide(Settings::builder()).build().unwrap()), behave)
    }

    fn tampered(
        &mut self,
        tamper: impl FnOnce(&mut AssertionParts),
    ) -> Result<SignedIn, CeremonyError> {
        self.both(SignInRequest::Discoverable, tamper, |_| {})
    }

    fn corrupted(
        &mut self,
        corrupt: impl FnOnce(&mut SignedAssertion),
    ) -> Result<SignedIn, CeremonyError> {
        self.both(SignInRequest::Discoverable, |_| {}, corrupt)
    }

    fn both(
        &mut self,
        request: SignInRequest,
        tamper: impl FnOnce(&mut AssertionParts),
        corrupt: impl FnOnce(&mut SignedAssertion),
    ) -> Result<SignedIn, CeremonyError> {
        let before = self.host.passkeys(&user("ada"));
        let start = self.host.begin_sign_in(request);
        let mut parts = self.device.draft_assertion(&start.public_key, ORIGIN).unwrap();
        tamper(&mut parts);
        let mut signed = parts.sign().unwrap();
        corrupt(&mut signed);
        let response = signed.to_json().unwrap().to_string();
        match self.host.finish_sign_in(&start, &response) {
            Ok(signed_in) => Ok(signed_in),
            Err(Error::Authentication(error)) => {
                assert_eq!(before, self.host.passkeys(&user("ada")), "{error} changed the record");
                Err(error)
            }
            Err(other) => panic!("{other}"),
        }
    }
}

fn code(outcome: Result<SignedIn, CeremonyError>) -> &'static str {
    outcome.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn an_honest_assertion_passes() {
    assert_eq!(code(Signing::new().tampered(|_| {})), "ok");
}

#[test]
fn step_3_response_must_be_an_assertion_response() {
    for missing in [
        "/response/signature",
        "/response/authenticatorData",
        "/response/clientDataJSON",
        "/id",
        "/rawId",
        "/type",
    ] {
        let outcome = Signing::new().corrupted(|signed| signed.outer.remove(missing));
        assert_eq!(code(outcome), "malformed", "{missing}");
    }
    let outcome = Signing::new().corrupted(|signed| signed.outer.kind = "federated".into());
    assert_eq!(code(outcome), "malformed");
    let outcome = Signing::new().corrupted(|signed| signed.outer.id = "AQID".into());
    assert_eq!(code(outcome), "credential_id");
}

#[test]
fn step_5_credential_must_be_in_the_allow_list() {
    let mut signing = Signing::new();
    let ada = user("ada");
    let mut other = authenticator("other");
    let start = signing.host.begin_sign_in(SignInRequest::for_account(ada.handle()));
    // Created after the allow list.
    signing.host.create(&ada, &mut other).unwrap();
    let options =
        json!({"challenge": start.public_key.challenge.to_string(), "rpId": "example.com"});
    let response = other.get(&options, ORIGIN).unwrap();
    let refused = signing.host.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::CredentialNotAllowed));
    assert_eq!(code(signing.both(SignInRequest::for_account(ada.handle()), |_| {}, |_| {})), "ok");
}

#[test]
fn step_6_unknown_user_must_be_named_by_the_response() {
    let outcome = Signing::new().tampered(|parts| parts.user_handle = None);
    assert_eq!(code(outcome), "user_handle");
    for other in [&b"bob"[..], b"", b"ad", b"adaa", &[7; 64], &[7; 65], &[7; 300]] {
        let outcome = Signing::new().tampered(|parts| parts.user_handle = Some(other.to_vec()));
        assert_eq!(code(outcome), "user_handle", "{other:?}");
    }
}

#[test]
fn step_6_known_user_may_be_unnamed_but_not_contradicted() {
    let ada = SignInRequest::for_account(user("ada").handle());
    let mut signing = Signing::new();
    assert_eq!(code(signing.both(ada, |parts| parts.user_handle = None, |_| {})), "ok");
    let contradicted = |parts: &mut AssertionParts| parts.user_handle = Some(b"bob".to_vec());
    assert_eq!(code(signing.both(ada, contradicted, |_| {})), "user_handle");
}

/// Keys that were registered as second factors answer without naming a user.
#[test]
fn step_6_account_can_be_found_by_the_credential_id() {
    let mut signing = Signing::under(|settings| settings.find_by_credential_id(true), |_| {});
    for handle in [None, Some(Vec::new())] {
        let signed_in = signing.tampered(|parts| parts.user_handle = handle).unwrap();
        assert_eq!(signed_in.user, user("ada").handle());
    }
    // A user handle is still checked, and so is everything else.
    let outcome = signing.tampered(|parts| parts.user_handle = Some(b"bob".to_vec()));
    assert_eq!(code(outcome), "user_handle");
    let no_handle = |parts: &mut AssertionParts| parts.user_handle = None;
    let spoiled = signing.both(SignInRequest::Discoverable, no_handle, |signed| {
        signed.signature[8] ^= 1;
    });
    assert_eq!(code(spoiled), "signature");
    // The user who was named first must own the credential.
    signing.host.create(&user("bob"), &mut authenticator("bobs")).unwrap();
    let bob = SignInRequest::for_account(user("bob").handle());
    let ours = signing.device.credentials()[0].id.clone();
    let start = signing.host.begin_sign_in(bob);
    let options = json!({
        "challenge": start.public_key.challenge.to_string(),
        "rpId": "example.com",
        "allowCredentials": [{ "type": "public-key", "id": CredentialId::try_from(&*ours).unwrap() }],
    });
    let mut parts = signing.device.draft_assertion(&options, ORIGIN).unwrap();
    parts.user_handle = None;
    let response = parts.sign().unwrap().to_json().unwrap().to_string();
    let refused = signing.host.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::CredentialNotAllowed));
}

/// Safari and old Chrome send an empty one with security keys, which store no user handle.
#[test]
fn step_6_empty_user_handle_counts_as_absent() {
    let ada = SignInRequest::for_account(user("ada").handle());
    let mut signing = Signing::new();
    let empty = |parts: &mut AssertionParts| parts.user_handle = Some(Vec::new());
    assert_eq!(code(signing.both(ada, empty, |_| {})), "ok");
    // It does not name an unknown user either.
    assert_eq!(code(signing.tampered(empty)), "user_handle");
}

#[test]
fn step_9_client_data_must_be_json() {
    let outcome = Signing::new().tampered(|parts| parts.client_data.raw = Some(b"{".to_vec()));
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn step_10_type_must_be_get() {
    for kind in ["webauthn.create", "webauthn.GET", "", "payment.get"] {
        let outcome = Signing::new().tampered(|parts| parts.client_data.kind = kind.into());
        assert_eq!(code(outcome), "type", "{kind}");
    }
}

#[test]
fn step_10_self_attestation_is_not_an_assertion() {
    // Its signature is valid for the same key. Only the type distinguishes it.
    use relying_party::test_authenticator::TestAttestation;
    let mut signing = Signing::with(|rp| rp, |_| {});
    let start = signing.host.begin_sign_in(SignInRequest::Discoverable);
    let creation = json!({
        "rp": {"id": "example.com", "name": "x"},
        "user": {"id": "YWRh", "name": "ada", "displayName": "ada"},
        "challenge": start.public_key.challenge.to_string(),
        "pubKeyCredParams": [{"type": "public-key", "alg": -8}],
    });
    let mut device = authenticator("device").with(|behaviour| {
        behaviour.attestation = TestAttestation::PackedSelf;
    });
    let registration = device.draft_creation(&creation, ORIGIN).unwrap();
    let signed = registration.sign().unwrap();
    let signature = signed.statement.entry("sig").unwrap().as_bytes().unwrap().clone();
    let outcome = signing.corrupted(|assertion| {
        assertion.client_data_json.clone_from(&signed.client_data_json);
        assertion.authenticator_data.clone_from(&signed.authenticator_data);
        assertion.signature = signature;
    });
    assert_eq!(code(outcome), "type");
}

#[test]
fn step_11_challenge_must_be_the_one_issued() {
    let outcome = Signing::new().tampered(|parts| parts.client_data.challenge = "A".repeat(43));
    assert_eq!(code(outcome), "challenge");
}

#[test]
fn step_12_origin_must_be_expected() {
    let outcome = Signing::new().tampered(|parts| parts.client_data.origin.push(':'));
    assert_eq!(code(outcome), "origin");
}

#[test]
fn step_13_cross_origin_use_must_be_expected() {
    let framed = |parts: &mut AssertionParts| parts.client_data.cross_origin = Some(true);
    assert_eq!(code(Signing::new().tampered(framed)), "cross_origin");
}

#[test]
fn step_14_top_origin_must_be_expected() {
    let framed = |parts: &mut AssertionParts| {
        parts.client_data.cross_origin = Some(true);
        parts.client_data.top_origin = Some("https://partner.example".into());
    };
    assert_eq!(code(Signing::new().tampered(framed)), "cross_origin");
    let listed = |top: &'static str| {
        move |rp: RelyingPartyBuilder| {
            rp.origins(|policy| {
                policy.allow_cross_origin(true).top_origins(TopOrigins::listed([top]))
            })
        }
    };
    let mut other = Signing::with(listed("https://other.example"), |_| {});
    assert_eq!(code(other.tampered(framed)), "top_origin");
    let mut partner = Signing::with(listed("https://partner.example"), |_| {});
    assert_eq!(code(partner.tampered(framed)), "ok");
}

#[test]
fn step_15_rp_id_hash_must_be_that_of_the_rp_id() {
    let outcome = Signing::new().tampered(|parts| parts.authenticator_data.rp_id_hash[0] ^= 0x80);
    assert_eq!(code(outcome), "rp_id");
}

#[test]
fn step_16_user_must_be_present() {
    let outcome = Signing::new().tampered(|parts| parts.authenticator_data.flags &= !flags::UP);
    assert_eq!(code(outcome), "user_presence");
}

#[test]
fn step_17_user_must_be_verified_if_required() {
    let absent = |parts: &mut AssertionParts| parts.authenticator_data.flags &= !flags::UV;
    assert_eq!(code(Signing::new().tampered(absent)), "user_verification");
    for demand in [UserVerification::Preferred, UserVerification::Discouraged] {
        let mut signing = Signing::with(|rp| rp.user_verification(demand), |_| {});
        assert!(!signing.tampered(absent).unwrap().user_verified);
        assert!(signing.tampered(|_| {}).unwrap().user_verified);
    }
}

#[test]
fn user_verification_does_not_count_before_it_was_initialized() {
    let mut signing = Signing::with(
        |rp| rp.user_verification(UserVerification::Preferred),
        |behaviour| {
            behaviour.user_verified = false;
        },
    );
    assert!(!signing.passkey.state.uv_initialized);
    signing.device.behaviour_mut().user_verified = true;
    for _ in 0..2 {
        let signed_in = signing.tampered(|_| {}).unwrap();
        assert!(!signed_in.user_verified);
        assert!(!signed_in.passkey.state.uv_initialized);
    }
}

#[test]
fn step_18_backed_up_must_be_eligible() {
    let mut signing = Signing::with(|rp| rp, |behaviour| behaviour.backup_eligible = false);
    let outcome = signing.tampered(|parts| parts.authenticator_data.flags |= flags::BS);
    assert_eq!(code(outcome), "backup_flags");
}

#[test]
fn step_19_backup_eligibility_never_changes() {
    for eligible in [true, false] {
        let mut signing = Signing::with(|rp| rp, |behaviour| behaviour.backup_eligible = eligible);
        let outcome = signing.tampered(|parts| {
            parts.authenticator_data.flags &= !flags::BS;
            parts.authenticator_data.flags ^= flags::BE;
        });
        let expected = CeremonyError::BackupEligibility { stored: eligible, found: !eligible };
        assert_eq!(outcome.unwrap_err(), expected);
    }
}

/// Password managers that began to sync set BE on existing passkeys.
#[test]
fn step_19_backup_eligibility_may_be_set_once_if_the_rule_accepts_it() {
    let mut signing = Signing::under(
        |settings| settings.backup_eligibility_rule(BackupEligibilityRule::AcceptOnce),
        |behaviour| behaviour.backup_eligible = false,
    );
    assert!(!signing.tampered(|_| {}).unwrap().became_backup_eligible, "it did not");
    let synced =
        |parts: &mut AssertionParts| parts.authenticator_data.flags |= flags::BE | flags::BS;
    let signed_in = signing.tampered(synced).unwrap();
    assert!(signed_in.became_backup_eligible);
    assert_eq!(signed_in.passkey.state.backup_eligible, Some(true));
    assert_eq!(signing.host.passkeys(&user("ada"))[0].state.backup_eligible, Some(true));
    assert!(!signing.tampered(synced).unwrap().became_backup_eligible, "it is not new");
    // It can never be removed.
    let refused = CeremonyError::BackupEligibility { stored: true, found: false };
    assert_eq!(signing.tampered(|_| {}).unwrap_err(), refused);
}

#[test]
fn step_20_hash_covers_client_data_as_sent() {
    let outcome = Signing::new().corrupted(|signed| {
        let at = signed.client_data_json.len() - 1;
        signed.client_data_json.insert(at, b' ');
    });
    assert_eq!(code(outcome), "signature");
}

#[test]
fn step_21_signature_must_be_the_stored_keys() {
    for algorithm in [TestAlgorithm::Es256, TestAlgorithm::EdDsa, TestAlgorithm::Rs256] {
        let signing = || Signing::with(|rp| rp, |behaviour| behaviour.algorithms = vec![algorithm]);
        let spoil: [fn(&mut Vec<u8>); 5] = [
            |signature| signature.clear(),
            |signature| signature.truncate(signature.len() - 1),
            |signature| signature.push(0),
            |signature| *signature.last_mut().unwrap() ^= 1,
            |signature| signature.fill(0),
        ];
        for spoil in spoil {
            let outcome = signing().corrupted(|signed| spoil(&mut signed.signature));
            assert_eq!(code(outcome), "signature");
        }
        let other = Signing::with(|rp| rp, |behaviour| behaviour.algorithms = vec![algorithm]);
        let mut stranger =
            authenticator("stranger3").with(|behaviour| behaviour.algorithms = vec![algorithm]);
        other.host.create(&user("eve"), &mut stranger).unwrap();
        let strange_key = stranger.credentials()[0].key.clone();
        let outcome = signing().tampered(|parts| parts.key = strange_key);
        assert_eq!(code(outcome), "signature");
        let outcome = signing().corrupted(|signed| signed.authenticator_data[36] ^= 1);
        assert_eq!(code(outcome), "signature");
    }
}

#[test]
fn step_22_counter_must_grow_or_stay_zero() {
    // (stored, sent, accepted)
    let table = [
        (0, 0, true),
        (0, 1, true),
        (5, 6, true),
        (5, u32::MAX, true),
        (u32::MAX - 1, u32::MAX, true),
        (5, 5, false),
        (5, 4, false),
        (5, 0, false),
        (u32::MAX, u32::MAX, false),
        (u32::MAX, 0, false),
    ];
    for (stored, sent, accepted) in table {
        let mut signing = Signing::with(
            |rp| rp,
            |behaviour| {
                behaviour.counter = SignCounter::Fixed(stored);
            },
        );
        assert_eq!(signing.passkey.state.sign_count, stored);
        let outcome = signing.tampered(|parts| parts.authenticator_data.sign_count = sent);
        match outcome {
            Ok(signed_in) => {
                assert!(accepted, "{stored} {sent}");
                assert_eq!(signed_in.passkey.state.sign_count, sent);
            }
            Err(error) => {
                assert!(!accepted, "{stored} {sent}");
                assert_eq!(error, CeremonyError::SignCount { stored, found: sent });
            }
        }
    }
}

#[test]
fn step_22_counter_regress_can_be_reported_instead_and_never_lowers_the_stored_one() {
    let mut signing = Signing::with(
        |rp| rp.counter_rule(CounterRule::Report),
        |behaviour| behaviour.counter = SignCounter::Fixed(7),
    );
    let signed_in = signing.tampered(|parts| parts.authenticator_data.sign_count = 3).unwrap();
    assert!(signed_in.counter_regressed);
    assert_eq!(signed_in.passkey.state.sign_count, 7);
    assert!(
        !signing
            .tampered(|parts| parts.authenticator_data.sign_count = 8)
            .unwrap()
            .counter_regressed
    );
}

/// Synced passkeys are on several devices, some of which have separate counters.
#[test]
fn step_22_counter_regress_of_backup_eligible_passkeys_can_be_reported() {
    let signing = |eligible: bool| {
        Signing::under(
            |settings| settings.counter_rule(CounterRule::ReportIfBackupEligible),
            |behaviour| {
                behaviour.backup_eligible = eligible;
                behaviour.counter = SignCounter::Fixed(7);
            },
        )
    };
    let mut eligible = signing(true);
    let signed_in = eligible.tampered(|parts| parts.authenticator_data.sign_count = 3).unwrap();
    assert!(signed_in.counter_regressed);
    assert_eq!(signed_in.passkey.state.sign_count, 7);
    let outcome = signing(false).tampered(|parts| parts.authenticator_data.sign_count = 3);
    assert_eq!(outcome.unwrap_err(), CeremonyError::SignCount { stored: 7, found: 3 });
}

/// A cloned key can sign any flags, so only what was recorded before counts.
#[test]
fn step_22_flags_of_the_response_do_not_excuse_a_counter() {
    let mut signing = Signing::under(
        |settings| {
            settings
                .counter_rule(CounterRule::ReportIfBackupEligible)
                .backup_eligibility_rule(BackupEligibilityRule::AcceptOnce)
        },
        |behaviour| {
            behaviour.backup_eligible = false;
            behaviour.counter = SignCounter::Fixed(7);
        },
    );
    let outcome = signing.tampered(|parts| {
        parts.authenticator_data.flags |= flags::BE | flags::BS;
        parts.authenticator_data.sign_count = 3;
    });
    assert_eq!(outcome.unwrap_err(), CeremonyError::SignCount { stored: 7, found: 3 });
}

#[test]
fn attested_credential_data_in_an_assertion_is_parsed_and_ignored() {
    // Early Chrome with Touch ID sent them.
    let mut signing = Signing::new();
    let creation = json!({
        "rp": {"id": "example.com", "name": "x"},
        "user": {"id": "Ym9i", "name": "bob", "displayName": "bob"},
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let other = authenticator("other").draft_creation(&creation, ORIGIN).unwrap();
    let attested = other.authenticator_data.attested.unwrap();
    assert_eq!(code(signing.tampered(|parts| parts.authenticator_data.attest(attested))), "ok");
    let outcome = signing.tampered(|parts| parts.authenticator_data.flags |= flags::AT);
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn step_23_unsolicited_extensions_do_not_fail() {
    let outcome = Signing::new().tampered(|parts| {
        let outputs = vec![(CborValue::from("unheard-of"), CborValue::from(true))];
        parts.authenticator_data.extend(CborValue::Map(outputs));
        // Not requested: the RP ID is checked nonetheless.
        parts.outer.client_extension_results = json!({"appid": true, "x": [1]});
    });
    assert_eq!(code(outcome), "ok");
}

#[test]
fn unrequested_appid_does_not_change_the_rp_id() {
    use sha2::{Digest as _, Sha256};
    let outcome = Signing::new().tampered(|parts| {
        parts.authenticator_data.rp_id_hash =
            Sha256::digest("https://example.com/app-id.json").to_vec();
        parts.outer.client_extension_results = json!({"appid": true});
    });
    assert_eq!(code(outcome), "rp_id");
}

#[test]
fn first_failing_step_is_the_one_reported() {
    type Tamper = fn(&mut AssertionParts);
    let tamperings: [(&str, Tamper); 8] = [
        ("backup_flags", |parts| parts.authenticator_data.flags ^= flags::BE | flags::BS),
        ("user_verification", |parts| parts.authenticator_data.flags &= !flags::UV),
        ("user_presence", |parts| parts.authenticator_data.flags &= !flags::UP),
        ("rp_id", |parts| parts.authenticator_data.rp_id_hash[0] ^= 1),
        ("origin", |parts| parts.client_data.origin = "https://evil.example".into()),
        ("challenge", |parts| parts.client_data.challenge.clear()),
        ("type", |parts| parts.client_data.kind.clear()),
        ("user_handle", |parts| parts.user_handle = Some(b"bob".to_vec())),
    ];
    for count in 1..=tamperings.len() {
        let outcome = Signing::new().both(
            SignInRequest::Discoverable,
            |parts| tamperings[..count].iter().for_each(|(_, tamper)| tamper(parts)),
            |signed| signed.signature.clear(),
        );
        assert_eq!(code(outcome), tamperings[count - 1].0);
    }
}
