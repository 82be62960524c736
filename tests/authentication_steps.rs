//! §7.2, one test for each step: one field is bent and signed again, so that only the step under test can object.
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
    Error, Passkey, RelyingParty, RelyingPartyBuilder, SignInRequest,
    ceremony::{CeremonyError, CounterRule},
    flow::SignedIn,
    json::UserVerification,
    policy::TopOrigins,
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

    fn bent(&mut self, bend: impl FnOnce(&mut AssertionParts)) -> Result<SignedIn, CeremonyError> {
        self.both(SignInRequest::Discoverable, bend, |_| {})
    }

    fn tampered(
        &mut self,
        tamper: impl FnOnce(&mut SignedAssertion),
    ) -> Result<SignedIn, CeremonyError> {
        self.both(SignInRequest::Discoverable, |_| {}, tamper)
    }

    fn both(
        &mut self,
        request: SignInRequest,
        bend: impl FnOnce(&mut AssertionParts),
        tamper: impl FnOnce(&mut SignedAssertion),
    ) -> Result<SignedIn, CeremonyError> {
        let before = self.host.passkeys(&user("ada"));
        let start = self.host.begin_sign_in(request);
        let mut parts = self.device.draft_assertion(&start.public_key, ORIGIN).unwrap();
        bend(&mut parts);
        let mut signed = parts.sign().unwrap();
        tamper(&mut signed);
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
    assert_eq!(code(Signing::new().bent(|_| {})), "ok");
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
        let outcome = Signing::new().tampered(|signed| signed.outer.remove(missing));
        assert_eq!(code(outcome), "malformed", "{missing}");
    }
    let outcome = Signing::new().tampered(|signed| signed.outer.kind = "federated".into());
    assert_eq!(code(outcome), "malformed");
    let outcome = Signing::new().tampered(|signed| signed.outer.id = "AQID".into());
    assert_eq!(code(outcome), "credential_id");
}

#[test]
fn step_5_credential_must_be_in_the_allow_list() {
    let mut signing = Signing::new();
    let ada = user("ada");
    let mut other = authenticator("other");
    let start = signing.host.begin_sign_in(SignInRequest::Named(ada.handle()));
    // Made after the allow list was.
    signing.host.create(&ada, &mut other).unwrap();
    let options =
        json!({"challenge": start.public_key.challenge.to_string(), "rpId": "example.com"});
    let response = other.get(&options, ORIGIN).unwrap();
    let refused = signing.host.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::CredentialNotAllowed));
    assert_eq!(code(signing.both(SignInRequest::Named(ada.handle()), |_| {}, |_| {})), "ok");
}

#[test]
fn step_6_unknown_user_must_be_named_by_the_response() {
    let outcome = Signing::new().bent(|parts| parts.user_handle = None);
    assert_eq!(code(outcome), "user_handle");
    for other in [&b"bob"[..], b"", b"ad", b"adaa", &[7; 64], &[7; 65], &[7; 300]] {
        let outcome = Signing::new().bent(|parts| parts.user_handle = Some(other.to_vec()));
        assert_eq!(code(outcome), "user_handle", "{other:?}");
    }
}

#[test]
fn step_6_known_user_need_not_be_named_but_not_contradicted() {
    let ada = SignInRequest::Named(user("ada").handle());
    let mut signing = Signing::new();
    assert_eq!(code(signing.both(ada, |parts| parts.user_handle = None, |_| {})), "ok");
    let contradicted = |parts: &mut AssertionParts| parts.user_handle = Some(b"bob".to_vec());
    assert_eq!(code(signing.both(ada, contradicted, |_| {})), "user_handle");
}

/// Safari and old Chrome send one with security keys, which keep no user handle.
#[test]
fn step_6_empty_user_handle_is_none() {
    let ada = SignInRequest::Named(user("ada").handle());
    let mut signing = Signing::new();
    let empty = |parts: &mut AssertionParts| parts.user_handle = Some(Vec::new());
    assert_eq!(code(signing.both(ada, empty, |_| {})), "ok");
    // It does not name an unknown user either.
    assert_eq!(code(signing.bent(empty)), "user_handle");
}

#[test]
fn step_9_client_data_must_be_json() {
    let outcome = Signing::new().bent(|parts| parts.client_data.raw = Some(b"{".to_vec()));
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn step_10_type_must_be_get() {
    for kind in ["webauthn.create", "webauthn.GET", "", "payment.get"] {
        let outcome = Signing::new().bent(|parts| parts.client_data.kind = kind.into());
        assert_eq!(code(outcome), "type", "{kind}");
    }
}

#[test]
fn step_10_self_attestation_is_no_assertion() {
    // Its signature is valid for the same key; only the type tells.
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
    let outcome = signing.tampered(|assertion| {
        assertion.client_data_json.clone_from(&signed.client_data_json);
        assertion.authenticator_data.clone_from(&signed.authenticator_data);
        assertion.signature = signature;
    });
    assert_eq!(code(outcome), "type");
}

#[test]
fn step_11_challenge_must_be_the_one_issued() {
    let outcome = Signing::new().bent(|parts| parts.client_data.challenge = "A".repeat(43));
    assert_eq!(code(outcome), "challenge");
}

#[test]
fn step_12_origin_must_be_expected() {
    let outcome = Signing::new().bent(|parts| parts.client_data.origin.push(':'));
    assert_eq!(code(outcome), "origin");
}

#[test]
fn step_13_cross_origin_use_must_be_expected() {
    let framed = |parts: &mut AssertionParts| parts.client_data.cross_origin = Some(true);
    assert_eq!(code(Signing::new().bent(framed)), "cross_origin");
}

#[test]
fn step_14_top_origin_must_be_expected() {
    let framed = |parts: &mut AssertionParts| {
        parts.client_data.cross_origin = Some(true);
        parts.client_data.top_origin = Some("https://partner.example".into());
    };
    assert_eq!(code(Signing::new().bent(framed)), "cross_origin");
    let listed = |top: &'static str| {
        move |rp: RelyingPartyBuilder| {
            rp.origins(|policy| {
                policy.allow_cross_origin(true).top_origins(TopOrigins::listed([top]))
            })
        }
    };
    let mut other = Signing::with(listed("https://other.example"), |_| {});
    assert_eq!(code(other.bent(framed)), "top_origin");
    let mut partner = Signing::with(listed("https://partner.example"), |_| {});
    assert_eq!(code(partner.bent(framed)), "ok");
}

#[test]
fn step_15_rp_id_hash_must_be_that_of_the_rp_id() {
    let outcome = Signing::new().bent(|parts| parts.authenticator_data.rp_id_hash[0] ^= 0x80);
    assert_eq!(code(outcome), "rp_id");
}

#[test]
fn step_16_user_must_be_present() {
    let outcome = Signing::new().bent(|parts| parts.authenticator_data.flags &= !flags::UP);
    assert_eq!(code(outcome), "user_presence");
}

#[test]
fn step_17_user_must_be_verified_if_required() {
    let absent = |parts: &mut AssertionParts| parts.authenticator_data.flags &= !flags::UV;
    assert_eq!(code(Signing::new().bent(absent)), "user_verification");
    for demand in [UserVerification::Preferred, UserVerification::Discouraged] {
        let mut signing = Signing::with(|rp| rp.user_verification(demand), |_| {});
        assert!(!signing.bent(absent).unwrap().user_verified);
        assert!(signing.bent(|_| {}).unwrap().user_verified);
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
        let signed_in = signing.bent(|_| {}).unwrap();
        assert!(!signed_in.user_verified);
        assert!(!signed_in.passkey.state.uv_initialized);
    }
}

#[test]
fn step_18_backed_up_must_be_eligible() {
    let mut signing = Signing::with(|rp| rp, |behaviour| behaviour.backup_eligible = false);
    let outcome = signing.bent(|parts| parts.authenticator_data.flags |= flags::BS);
    assert_eq!(code(outcome), "backup_flags");
}

#[test]
fn step_19_backup_eligibility_never_changes() {
    for eligible in [true, false] {
        let mut signing = Signing::with(|rp| rp, |behaviour| behaviour.backup_eligible = eligible);
        let outcome = signing.bent(|parts| {
            parts.authenticator_data.flags &= !flags::BS;
            parts.authenticator_data.flags ^= flags::BE;
        });
        let expected = CeremonyError::BackupEligibility { stored: eligible, found: !eligible };
        assert_eq!(outcome.unwrap_err(), expected);
    }
}

#[test]
fn step_20_hash_covers_client_data_as_sent() {
    let outcome = Signing::new().tampered(|signed| {
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
            let outcome = signing().tampered(|signed| spoil(&mut signed.signature));
            assert_eq!(code(outcome), "signature");
        }
        let other = Signing::with(|rp| rp, |behaviour| behaviour.algorithms = vec![algorithm]);
        let mut stranger =
            authenticator("stranger3").with(|behaviour| behaviour.algorithms = vec![algorithm]);
        other.host.create(&user("eve"), &mut stranger).unwrap();
        let strange_key = stranger.credentials()[0].key.clone();
        let outcome = signing().bent(|parts| parts.key = strange_key);
        assert_eq!(code(outcome), "signature");
        let outcome = signing().tampered(|signed| signed.authenticator_data[36] ^= 1);
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
        let outcome = signing.bent(|parts| parts.authenticator_data.sign_count = sent);
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
    let signed_in = signing.bent(|parts| parts.authenticator_data.sign_count = 3).unwrap();
    assert!(signed_in.counter_regressed);
    assert_eq!(signed_in.passkey.state.sign_count, 7);
    assert!(
        !signing.bent(|parts| parts.authenticator_data.sign_count = 8).unwrap().counter_regressed
    );
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
    assert_eq!(code(signing.bent(|parts| parts.authenticator_data.attest(attested))), "ok");
    let outcome = signing.bent(|parts| parts.authenticator_data.flags |= flags::AT);
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn step_23_unsolicited_extensions_are_no_failure() {
    let outcome = Signing::new().bent(|parts| {
        let outputs = vec![(CborValue::from("unheard-of"), CborValue::from(true))];
        parts.authenticator_data.extend(CborValue::Map(outputs));
        // Not asked for: the RP ID is checked all the same.
        parts.outer.client_extension_results = json!({"appid": true, "x": [1]});
    });
    assert_eq!(code(outcome), "ok");
}

#[test]
fn unrequested_appid_does_not_move_the_rp_id() {
    use sha2::{Digest as _, Sha256};
    let outcome = Signing::new().bent(|parts| {
        parts.authenticator_data.rp_id_hash =
            Sha256::digest("https://example.com/app-id.json").to_vec();
        parts.outer.client_extension_results = json!({"appid": true});
    });
    assert_eq!(code(outcome), "rp_id");
}

#[test]
fn first_failing_step_is_the_one_reported() {
    type Bend = fn(&mut AssertionParts);
    let bends: [(&str, Bend); 8] = [
        ("backup_flags", |parts| parts.authenticator_data.flags ^= flags::BE | flags::BS),
        ("user_verification", |parts| parts.authenticator_data.flags &= !flags::UV),
        ("user_presence", |parts| parts.authenticator_data.flags &= !flags::UP),
        ("rp_id", |parts| parts.authenticator_data.rp_id_hash[0] ^= 1),
        ("origin", |parts| parts.client_data.origin = "https://evil.example".into()),
        ("challenge", |parts| parts.client_data.challenge.clear()),
        ("type", |parts| parts.client_data.kind.clear()),
        ("user_handle", |parts| parts.user_handle = Some(b"bob".to_vec())),
    ];
    for count in 1..=bends.len() {
        let outcome = Signing::new().both(
            SignInRequest::Discoverable,
            |parts| bends[..count].iter().for_each(|(_, bend)| bend(parts)),
            |signed| signed.signature.clear(),
        );
        assert_eq!(code(outcome), bends[count - 1].0);
    }
}
