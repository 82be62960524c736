//! Explanations: the same verdict as verification, and what would also fail.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use proptest::prelude::*;
use relying_party::{
    Algorithm, AttestationPolicy, Passkey, PasskeyName, Timestamp, UserHandle,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CeremonyError, CounterRule,
        CredentialRecord, Explanation, RegistrationExpectation, StepVerdict, Verdict,
        explain_authentication, explain_registration, verify_authentication, verify_registration,
    },
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId, TopOrigins},
    test_authenticator::{
        AssertionParts, Cbor, RegistrationParts, TestAttestation, TestAuthenticator, flags,
    },
};
use serde_json::{Value, json};

const ORIGIN: &str = "https://example.com";
const CHALLENGE: [u8; 32] = [0; 32];
const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

/// What a host expects, and the device that answers.
struct World {
    rp_id: RpId,
    origins: OriginPolicy,
    attestation: AttestationPolicy,
    extensions: RequestedExtensions,
    device: TestAuthenticator,
}

impl World {
    fn new() -> Self {
        let rp_id = RpId::new("example.com").unwrap();
        let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
        let device = TestAuthenticator::new("device").with(|behaviour| {
            behaviour.attestation = TestAttestation::PackedSelf;
        });
        let (attestation, extensions) = Default::default();
        Self { rp_id, origins, attestation, extensions, device }
    }

    fn creation(&self) -> RegistrationExpectation<'_> {
        RegistrationExpectation {
            rp_id: &self.rp_id,
            origins: &self.origins,
            bound_origin: None,
            check_token_binding: false,
            challenge: &CHALLENGE,
            user_verification: UserVerification::Required,
            algorithms: &[Algorithm::ES256],
            conditional: false,
            attestation: &self.attestation,
            extensions: &self.extensions,
            verifier: &RustCrypto,
            now: NOW,
        }
    }

    fn request(&self) -> AuthenticationExpectation<'_> {
        AuthenticationExpectation {
            rp_id: &self.rp_id,
            origins: &self.origins,
            bound_origin: None,
            check_token_binding: false,
            challenge: &CHALLENGE,
            user_verification: UserVerification::Required,
            allow_credentials: &[],
            user: None,
            counter_rule: CounterRule::Reject,
            backup_eligibility_rule: BackupEligibilityRule::Fixed,
            find_by_credential_id: false,
            extensions: &self.extensions,
            verifier: &RustCrypto,
        }
    }

    fn registration(&mut self, tamper: impl FnOnce(&mut RegistrationParts)) -> String {
        let mut parts = self.device.draft_creation(&creation_options(), ORIGIN).unwrap();
        tamper(&mut parts);
        parts.sign().unwrap().to_json().unwrap().to_string()
    }

    fn passkey(&mut self) -> Passkey {
        let posted = self.device.create(&creation_options(), ORIGIN).unwrap();
        let response = RegistrationResponse::parse(posted.as_bytes()).unwrap();
        let verified = verify_registration(&response, &self.creation()).unwrap();
        let user = UserHandle::try_from(&b"ada"[..]).unwrap();
        let name = "Ada's".parse::<PasskeyName>().unwrap();
        verified.into_passkey(&self.rp_id, user, name, NOW)
    }

    fn assertion(&mut self, tamper: impl FnOnce(&mut AssertionParts)) -> String {
        let options = json!({"challenge": "A".repeat(43), "rpId": "example.com"});
        let mut parts = self.device.draft_assertion(&options, ORIGIN).unwrap();
        tamper(&mut parts);
        parts.sign().unwrap().to_json().unwrap().to_string()
    }
}

fn creation_options() -> Value {
    json!({
        "rp": {"id": "example.com", "name": "x"},
        "user": {"id": "YWRh", "name": "ada", "displayName": "ada"},
        "challenge": "A".repeat(43),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    })
}

/// Explains a response, and checks that verification has the same verdict.
fn explained_registration(posted: &str, expected: &RegistrationExpectation<'_>) -> Explanation {
    let response = RegistrationResponse::parse(posted.as_bytes()).unwrap();
    let explanation = explain_registration(&response, expected);
    assert_agrees(&explanation, verify_registration(&response, expected).as_ref().err());
    explanation
}

fn explained_assertion(
    posted: &str,
    expected: &AuthenticationExpectation<'_>,
    passkey: &Passkey,
) -> Explanation {
    let response = AuthenticationResponse::parse(posted.as_bytes()).unwrap();
    let record = CredentialRecord::from(passkey);
    let explanation = explain_authentication(&response, expected, &record);
    assert_agrees(&explanation, verify_authentication(&response, expected, &record).as_ref().err());
    explanation
}

fn assert_agrees(explanation: &Explanation, refused: Option<&CeremonyError>) {
    assert_eq!(explanation.failure().and_then(StepVerdict::error), refused);
}

/// Returns the steps with a verdict other than passed: `number or name: verdict`.
fn others(explanation: &Explanation) -> Vec<String> {
    let steps = explanation.steps().iter();
    let others = steps.filter(|step| step.verdict != Verdict::Passed).map(|step| {
        let verdict = match &step.verdict {
            Verdict::Failed(error) => error.code(),
            Verdict::NotApplicable(_) => "n/a",
            Verdict::NotReached => "-",
            other => panic!("{other:?}"),
        };
        format!("{}: {verdict}", step.number.unwrap_or(step.name))
    });
    others.collect()
}

#[test]
fn valid_responses_are_explained_as_passed_or_not_applicable() {
    let mut world = World::new();
    let posted = world.registration(|_| {});
    let explanation = explained_registration(&posted, &world.creation());
    assert_eq!(explanation.failure(), None);
    assert_eq!(others(&explanation), ["11: n/a", "24: n/a"]);
    let passkey = world.passkey();
    let posted = world.assertion(|_| {});
    let explanation = explained_assertion(&posted, &world.request(), &passkey);
    assert_eq!(others(&explanation), ["5: n/a", "14: n/a"]);
}

#[test]
fn later_steps_that_would_also_fail_are_checked() {
    let mut world = World::new();
    let passkey = world.passkey();
    let posted = world.assertion(|parts| {
        parts.client_data.kind = "webauthn.create".into();
        parts.client_data.origin.push('0');
        parts.authenticator_data.rp_id_hash[0] ^= 1;
        parts.authenticator_data.flags &= !(flags::UP | flags::UV);
        parts.user_handle = None;
    });
    let explanation = explained_assertion(&posted, &world.request(), &passkey);
    let expected = [
        "5: n/a",
        "6: user_handle",
        "10: type",
        "12: origin",
        "14: n/a",
        "15: rp_id",
        "16: user_presence",
        "17: user_verification",
    ];
    assert_eq!(others(&explanation), expected);
    assert_eq!(explanation.failure().unwrap().number, Some("6"));

    let posted = world.registration(|parts| {
        parts.client_data.challenge = "B".repeat(43);
        parts.authenticator_data.flags &= !flags::UV;
    });
    let algorithms = [Algorithm::RS256];
    let expected = RegistrationExpectation { algorithms: &algorithms, ..world.creation() };
    let explanation = explained_registration(&posted, &expected);
    let found = others(&explanation);
    assert_eq!(
        found,
        ["8: challenge", "11: n/a", "16: user_verification", "20: algorithm", "24: n/a"]
    );
}

#[test]
fn steps_that_depend_on_a_failed_one_are_not_reached() {
    let mut world = World::new();
    let passkey = world.passkey();
    // Client data that cannot be parsed: their members are not checked, but the authenticator's part is.
    let posted = world.assertion(|parts| parts.client_data.raw = Some(b"{".to_vec()));
    let explanation = explained_assertion(&posted, &world.request(), &passkey);
    let expected = ["5: n/a", "9: malformed", "10: -", "11: -", "12: -", "13: -", "14: -"];
    assert_eq!(others(&explanation), expected);

    let posted = world.registration(|parts| {
        parts.statement = Some(Cbor::empty_map());
    });
    let explanation = explained_registration(&posted, &world.creation());
    let found = others(&explanation);
    assert_eq!(
        found[1..],
        ["22: attestation_statement", "24: -", "attested_credential_id: -", "25: -", "28: -"]
    );
}

/// Several steps are one check of the same thing. The failure belongs to the one that failed.
#[test]
fn of_steps_in_one_check_the_failed_one_is_named() {
    let mut world = World::new();
    let embedding = TopOrigins::listed(["https://embedding.example"]);
    let origins = OriginPolicy::builder(&world.rp_id).origin(ORIGIN);
    world.origins = origins.allow_cross_origin(true).top_origins(embedding).build().unwrap();
    let posted = world.registration(|parts| {
        parts.client_data.cross_origin = Some(true);
        parts.client_data.top_origin = Some("https://other.example".into());
    });
    let explanation = explained_registration(&posted, &world.creation());
    assert_eq!(others(&explanation)[0], "11: top_origin");

    let mut world = World::new();
    let posted = world.registration(|parts| parts.client_data.cross_origin = Some(true));
    let explanation = explained_registration(&posted, &world.creation());
    assert_eq!(others(&explanation)[..2], ["10: cross_origin", "11: -"]);

    world.attestation = AttestationPolicy::trusted();
    let posted = world.registration(|_| {});
    let explanation = explained_registration(&posted, &world.creation());
    assert_eq!(others(&explanation)[..2], ["11: n/a", "24: attestation_trust"]);

    let posted = world.registration(|parts| parts.fmt = Some("never-heard-of".into()));
    let explanation = explained_registration(&posted, &world.creation());
    assert_eq!(others(&explanation)[1..4], ["21: attestation_format", "22: -", "24: -"]);
}

#[test]
fn a_step_displays_as_a_line() {
    let mut world = World::new();
    let posted = world.registration(|parts| parts.authenticator_data.flags &= !flags::UV);
    let explanation = explained_registration(&posted, &world.creation());
    let line = explanation.failure().unwrap().to_string();
    assert_eq!(
        line,
        "§7.1 step 16 failed: the user was not verified, which is required: UV is not set"
    );
    let algorithms = [Algorithm::ES384, Algorithm::EdDSA, Algorithm::RS256];
    let posted = world.registration(|_| {});
    let expected = RegistrationExpectation { algorithms: &algorithms, ..world.creation() };
    let explanation = explained_registration(&posted, &expected);
    let line = explanation.failure().unwrap().to_string();
    assert!(line.contains("ES384, EdDSA, RS256"), "{line}");
}

#[test]
fn every_step_that_does_not_apply_says_why() {
    let mut world = World::new();
    let posted = world.registration(|parts| parts.authenticator_data.flags = flags::AT);
    let expected = RegistrationExpectation {
        conditional: true,
        user_verification: UserVerification::Preferred,
        ..world.creation()
    };
    let explanation = explained_registration(&posted, &expected);
    assert_eq!(others(&explanation), ["11: n/a", "15: n/a", "16: n/a", "24: n/a"]);
    // A statement that a policy ignores is not verified, unless it needs no certificate.
    let posted = world.registration(|parts| parts.fmt = Some("never-heard-of".into()));
    let explanation = explained_registration(&posted, &world.creation());
    assert_eq!(others(&explanation), ["11: n/a", "21: n/a", "22: n/a", "24: n/a"]);
    let mut passkey = world.passkey();
    passkey.state.backup_eligible = None;
    let posted = world.assertion(|_| {});
    let explanation = explained_assertion(&posted, &world.request(), &passkey);
    assert_eq!(others(&explanation), ["5: n/a", "14: n/a", "19: n/a"]);
}

/// A step that is checked early and fails is the one reported, even if a step with a lower number is checked later.
#[test]
fn the_failure_is_the_first_in_the_order_of_checks() {
    let mut world = World::new();
    let passkey = world.passkey();
    let good = world.assertion(|_| {});
    let spoil = |posted: &str, pointers: &[&str]| {
        let mut value = serde_json::from_str::<Value>(posted).unwrap();
        for pointer in pointers {
            *value.pointer_mut(pointer).unwrap() = json!("*");
        }
        value.to_string()
    };
    let members = ["/id", "/rawId", "/type", "/response/clientDataJSON"];
    let of_assertion = ["/response/authenticatorData", "/response/signature"];
    let of_assertion = members.iter().chain(&of_assertion).chain(&["/response/userHandle"]);
    for first in of_assertion.clone() {
        for second in of_assertion.clone() {
            let posted = spoil(&good, &[first, second]);
            explained_assertion(&posted, &world.request(), &passkey);
        }
    }
    let good = world.registration(|_| {});
    for first in members.iter().chain(&["/response/attestationObject"]) {
        for second in members.iter().chain(&["/response/attestationObject"]) {
            explained_registration(&spoil(&good, &[first, second]), &world.creation());
        }
    }
}

proptest! {
    /// No matter what happens to a response, the first failing step is the one that verification reports.
    #[test]
    fn explanation_and_verification_agree(
        tamperings in prop::collection::vec((any::<prop::sample::Index>(), "[A-Za-z0-9_*\"-]"), 1..4),
    ) {
        let mut world = World::new();
        let passkey = world.passkey();
        for assertion in [true, false] {
            let mut posted =
                if assertion { world.assertion(|_| {}) } else { world.registration(|_| {}) };
            for (at, to) in &tamperings {
                let at = at.index(posted.len());
                posted.replace_range(at..=at, to);
            }
            if assertion && AuthenticationResponse::parse(posted.as_bytes()).is_ok() {
                explained_assertion(&posted, &world.request(), &passkey);
            } else if !assertion && RegistrationResponse::parse(posted.as_bytes()).is_ok() {
                explained_registration(&posted, &world.creation());
            }
        }
    }
}
