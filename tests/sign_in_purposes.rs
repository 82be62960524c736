//! What a passkey is requested for: sign-in, second factor, re-verification; and the outcome of each.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, posted, purposes, session, user};
use relying_party::{
    AttestationLevel, CreatePasskey, Duration, Error, Passkey, RelyingParty, RelyingPartyBuilder,
    Settings, SignIn, SignInRequest, Step,
    ceremony::CeremonyError,
    flow::{BeginOptions, FinishSignIn, SignInStart, SignInStatus, SignedIn, Task},
    json::{Mediation, UiMode, UserVerification},
    settings::SecondFactorRule,
    store::{self, CeremonyStore as _},
    test_authenticator::{AssertionParts, SignCounter, TestAuthenticator, flags},
};

/// A host where Ada has a passkey.
struct Signing {
    host: Host,
    device: TestAuthenticator,
    passkey: Passkey,
}

impl Signing {
    fn new() -> Self {
        Self::with(|rp| rp)
    }

    fn with(decide: impl FnOnce(RelyingPartyBuilder) -> RelyingPartyBuilder) -> Self {
        Self::verifying(decide, true)
    }

    /// Whether the user is verified when the passkey is created.
    fn verifying(
        decide: impl FnOnce(RelyingPartyBuilder) -> RelyingPartyBuilder,
        verified: bool,
    ) -> Self {
        let rp = decide(RelyingParty::builder("example.com", "Example").origin(ORIGIN));
        let host = Host::with(rp.build().unwrap());
        let mut device = authenticator("device").with(|behaviour| {
            behaviour.user_verified = verified;
            behaviour.counter = SignCounter::Counting;
            behaviour.backup_eligible = true;
            behaviour.backed_up = false;
        });
        let passkey = host.create(&user("ada"), &mut device).unwrap();
        device.behaviour_mut().user_verified = true;
        Self { host, device, passkey }
    }

    fn tampered(
        &mut self,
        request: SignInRequest,
        tamper: impl FnOnce(&mut AssertionParts),
    ) -> Result<SignedIn, Error> {
        let start = self.host.begin_sign_in(request);
        let response = self.device.get_tampered(&start.public_key, ORIGIN, tamper).unwrap();
        self.host.finish_for(request, &start, &response)
    }

    fn honest(&mut self, request: SignInRequest) -> SignedIn {
        self.tampered(request, |_| {}).unwrap()
    }
}

type Finish = for<'a> fn(&'a Host, &SignInStart, &'a [u8]) -> Started<'a>;
type Started<'a> = Result<Step<FinishSignIn<'a>>, Error>;

/// The three ways to finish, each in Ada's session.
const FINISHES: [(&str, Finish); 3] = [
    ("sign-in", |host, start, response| {
        SignIn::finish(&host.rp, posted(start.ceremony_id, response), NOW)
    }),
    ("second factor", |host, start, response| {
        SignIn::finish_second_factor(
            &host.rp,
            handle("ada"),
            posted(start.ceremony_id, response),
            NOW,
        )
    }),
    ("re-verification", |host, start, response| {
        SignIn::finish_reverification(
            &host.rp,
            handle("ada"),
            posted(start.ceremony_id, response),
            NOW,
        )
    }),
];

#[test]
fn ceremony_begun_for_one_purpose_cannot_be_finished_for_another() {
    let mut accepted = 0;
    for request in purposes("ada") {
        for (name, finish) in FINISHES {
            let mut signing = Signing::new();
            let start = signing.host.begin_sign_in(request);
            let response = signing.device.get(&start.public_key, ORIGIN).unwrap();
            let fits = match request {
                SignInRequest::SecondFactor(_) => name == "second factor",
                SignInRequest::Reverify(_) => name == "re-verification",
                _ => name == "sign-in",
            };
            let host = &signing.host;
            let outcome = flow(store::run(&host.store, finish(host, &start, response.as_bytes())));
            if fits {
                assert_eq!(outcome.unwrap().user, handle("ada"));
                accepted += 1;
            } else {
                assert_eq!(outcome.unwrap_err(), Error::CeremonyMismatch("another purpose"));
                assert_eq!(host.passkeys(&user("ada")), [signing.passkey]);
            }
            // Used up, regardless of the outcome.
            assert_eq!(host.store.take_ceremony(&start.ceremony_id).unwrap(), None);
        }
    }
    assert_eq!(accepted, 5);
}

#[test]
fn second_factor_and_re_verification_only_count_for_the_user_of_the_session() {
    for request in [SignInRequest::SecondFactor, SignInRequest::Reverify] {
        let mut signing = Signing::new();
        let start = signing.host.begin_sign_in(request(handle("ada")));
        let response = signing.device.get(&start.public_key, ORIGIN).unwrap();
        // Ada's ceremony and response arrive in Bob's session.
        let refused = signing.host.finish_for(request(handle("bob")), &start, &response);
        assert_eq!(refused.unwrap_err(), Error::CeremonyMismatch("another user"));
        assert_eq!(signing.host.passkeys(&user("ada")), [signing.passkey]);
    }
}

#[test]
fn creation_cannot_be_finished_as_a_sign_in_nor_the_reverse() {
    let signing = Signing::new();
    let host = &signing.host;
    for (name, finish) in FINISHES {
        let creation = host.begin_create(&user("ada")).unwrap();
        let mut start = host.begin_sign_in(SignInRequest::Discoverable);
        start.ceremony_id = creation.ceremony_id;
        let response = authenticator(name).create(&creation.public_key, ORIGIN).unwrap();
        let refused = flow(store::run(&host.store, finish(host, &start, response.as_bytes())));
        assert_eq!(refused.unwrap_err().code(), "ceremony_mismatch", "{name}");
    }
    for request in purposes("ada") {
        let start = host.begin_sign_in(request);
        let finish =
            CreatePasskey::finish(&host.rp, handle("ada"), posted(start.ceremony_id, b"{}"), NOW);
        let refused = flow(store::run(&host.store, finish)).unwrap_err();
        assert_eq!(refused.code(), "ceremony_mismatch", "{request:?}");
    }
}

#[test]
fn options_match_the_purpose() {
    let mut signing = Signing::with(|rp| rp.user_verification(UserVerification::Preferred));
    for request in purposes("ada") {
        let start = signing.host.begin_sign_in(request);
        let autofill = request == SignInRequest::Autofill;
        assert_eq!(start.mediation, autofill.then_some(Mediation::Conditional));
        let allowed = start.public_key.allow_credentials.iter().map(|allowed| &allowed.id);
        let expected = request.user().map(|_| &signing.passkey.credential_id);
        assert!(allowed.eq(expected), "{request:?}");
        let demand = match request {
            SignInRequest::Reverify(_) => UserVerification::Required,
            _ => UserVerification::Preferred,
        };
        assert_eq!(start.public_key.user_verification, demand);
    }
    // What was requested is enforced.
    let unverified = |parts: &mut AssertionParts| parts.authenticator_data.flags &= !flags::UV;
    let reverify = SignInRequest::Reverify(handle("ada"));
    let refused = signing.tampered(reverify, unverified).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::UserVerification));
    let second = SignInRequest::SecondFactor(handle("ada"));
    assert!(signing.tampered(second, unverified).is_ok());
}

#[test]
fn only_users_who_may_know_are_told_that_they_have_no_passkey() {
    let host = Host::new();
    for request in purposes("ada") {
        let tells = matches!(request, SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_));
        let outcome = host.try_begin_sign_in(request);
        assert_eq!(outcome.err(), tells.then_some(Error::NoPasskeys), "{request:?}");
    }
}

#[test]
fn sign_in_without_user_verification_is_one_factor_as_the_rule_says() {
    use SecondFactorRule as Rule;
    for rule in [Rule::Never, Rule::WithoutUserVerification, Rule::Always] {
        for verified in [false, true] {
            for request in purposes("ada") {
                let settings = Settings::builder().second_factor(rule);
                let settings = settings.user_verification(UserVerification::Preferred);
                let mut signing = Signing::with(|rp| rp.settings(settings.build().unwrap()));
                let outcome = signing.tampered(request, |parts| {
                    if !verified {
                        parts.authenticator_data.flags &= !flags::UV;
                    }
                });
                let shown = format!("{rule:?}, verified {verified}, {request:?}");
                let signed_in = match outcome {
                    Ok(signed_in) => signed_in,
                    Err(error) => {
                        assert_eq!(error.code(), "user_verification", "{shown}");
                        assert!(matches!(request, SignInRequest::Reverify(_)) && !verified);
                        continue;
                    }
                };
                let is_complete = match request {
                    SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_) => true,
                    _ => rule == Rule::Never || (rule != Rule::Always && verified),
                };
                assert_eq!(signed_in.is_complete(), is_complete, "{shown}");
                assert_eq!(signed_in.user_verified, verified, "{shown}");
                let proved = signed_in.proof.map(|proof| proof.user_verified());
                assert_eq!(proved, is_complete.then_some(verified), "{shown}");
            }
        }
    }
}

/// §7.2 step 24: while user verification has never been part of a ceremony it is not a factor. Only another factor
/// alongside it changes that.
#[test]
fn user_verification_counts_once_verified_alongside_another_factor() {
    let demand = |rp: RelyingPartyBuilder| rp.user_verification(UserVerification::Preferred);
    let mut signing = Signing::verifying(demand, false);
    let [discoverable, _, named, second_factor, reverify] = purposes("ada");
    for request in [discoverable, named] {
        let signed_in = signing.honest(request);
        assert_eq!(signed_in.status, SignInStatus::NeedsSecondFactor);
        assert!(!signed_in.user_verified && !signed_in.passkey.state.uv_initialized);
    }
    let reverified = signing.honest(reverify);
    assert!(!reverified.user_verified && !reverified.passkey.state.uv_initialized);
    // A second factor without it changes nothing.
    let unverified = |parts: &mut AssertionParts| parts.authenticator_data.flags &= !flags::UV;
    let without = signing.tampered(second_factor, unverified).unwrap();
    assert!(without.is_complete() && !without.passkey.state.uv_initialized);

    let turning = signing.honest(second_factor);
    assert!(turning.is_complete());
    // The ceremony that sets it does not rely on it.
    assert!(!turning.user_verified && !turning.proof.unwrap().user_verified());
    assert!(turning.passkey.state.uv_initialized);
    assert_eq!(signing.host.passkeys(&user("ada")), [turning.passkey]);

    let signed_in = signing.honest(discoverable);
    assert!(signed_in.user_verified && signed_in.is_complete());
}

#[test]
fn complete_sign_in_has_the_first_pending_task() {
    for request in purposes("ada") {
        let mut signing = Signing::new();
        let signed_in = signing.honest(request);
        let tasks = ["set-up-mfa", "accept-terms"].map(|task| Task(task.into()));
        assert_eq!(signed_in.current_task(tasks), Some(Task("set-up-mfa".into())), "{request:?}");
        assert_eq!(signed_in.current_task([]), None, "{request:?}");
    }
}

#[test]
fn incomplete_sign_in_has_no_task() {
    let settings = Settings::builder().second_factor(SecondFactorRule::Always).build().unwrap();
    let mut signing = Signing::with(|rp| rp.settings(settings));
    let signed_in = signing.honest(SignInRequest::Discoverable);
    assert_eq!(signed_in.current_task([Task("set-up-mfa".into())]), None);
}

#[test]
fn outcome_says_how_strong_it_was() {
    let mut signing = Signing::new();
    signing.device.behaviour_mut().backed_up = true;
    let start = signing.host.begin_sign_in(SignInRequest::Discoverable);
    let response = signing.device.get(&start.public_key, ORIGIN).unwrap();
    let later = NOW + Duration::from_secs(60);
    let finish =
        SignIn::finish(&signing.host.rp, posted(start.ceremony_id, response.as_bytes()), later);
    let signed_in = flow(store::run(&signing.host.store, finish)).unwrap();
    assert!(signed_in.backup_state_changed && !signed_in.counter_regressed);
    assert_eq!(
        serde_json::to_value(signed_in.strength()).unwrap(),
        serde_json::json!({
            "user_verified": true,
            "verified_by": { "pin": false, "fingerprint": false, "face": false },
            "second_factor": false,
            "backup_eligible": true,
            "synced": true,
            "attestation": "statement",
            "key_place": "software",
            "passkey_age": 60_000,
        })
    );
    assert_eq!(signed_in.strength().attestation, AttestationLevel::Statement);
    let proof = signed_in.proof.unwrap();
    assert_eq!(proof.verified_at(), later);
    assert_eq!(proof.passkey(), signing.passkey.id);
    assert_eq!(serde_json::to_value(signed_in.status).unwrap(), "complete");
}

/// No matter what fails, and for which purpose: not a byte of the record changes.
#[test]
fn every_purpose_rejects_what_a_sign_in_rejects_and_keeps_the_record() {
    type Tamper = fn(&mut AssertionParts);
    let tamperings: [(&str, Tamper); 9] = [
        ("user_presence", |parts| parts.authenticator_data.flags &= !flags::UP),
        ("user_verification", |parts| parts.authenticator_data.flags &= !flags::UV),
        ("backup_flags", |parts| parts.authenticator_data.flags ^= flags::BE),
        ("backup_flags", |parts| {
            parts.authenticator_data.flags &= !flags::BE;
            parts.authenticator_data.flags |= flags::BS;
        }),
        ("sign_count", |parts| parts.authenticator_data.sign_count = 1),
        ("sign_count", |parts| parts.authenticator_data.sign_count = 0),
        ("origin", |parts| parts.client_data.origin = "https://example.org".into()),
        ("type", |parts| parts.client_data.kind = "webauthn.create".into()),
        ("challenge", |parts| parts.client_data.challenge = "AAAA".into()),
    ];
    for request in purposes("ada") {
        let mut signing = Signing::new();
        signing.honest(request);
        let before = signing.host.passkeys(&user("ada"));
        for (code, tamper) in tamperings {
            let refused = signing.tampered(request, tamper).unwrap_err();
            assert_eq!(refused.code(), code, "{request:?}");
            assert_eq!(signing.host.passkeys(&user("ada")), before, "{request:?}: {code}");
        }
        let start = signing.host.begin_sign_in(request);
        let corrupt = |signed: &mut relying_party::test_authenticator::SignedAssertion| {
            signed.signature[9] ^= 1;
        };
        let forged = signing.device.get_corrupted(&start.public_key, ORIGIN, corrupt).unwrap();
        let refused = signing.host.finish_for(request, &start, &forged).unwrap_err();
        assert_eq!(refused, Error::Authentication(CeremonyError::Signature));
        assert_eq!(signing.host.passkeys(&user("ada")), before, "{request:?}");
        // With a correct counter it continues.
        let last = signing.honest(request).passkey.state.sign_count;
        assert!(last > before[0].state.sign_count);
    }
}

/// Browsers refuse an immediate dialog beside an allow list, and a passive one without conditional mediation.
#[test]
fn ui_mode_is_next_to_the_options_and_only_where_browsers_accept_it() {
    for request in purposes("ada") {
        for mode in [UiMode::Immediate, UiMode::Passive] {
            let mut signing = Signing::new();
            let host = &signing.host;
            let options = BeginOptions::new(session()).ui_mode(mode);
            let begin = SignIn::begin(&host.rp, request, options, host.challenge(), NOW);
            let start = flow(store::run(&host.store, begin)).unwrap();
            let plain = host.begin_sign_in(request);
            let json: serde_json::Value = serde_json::from_str(&start.to_json()).unwrap();
            let expected = match (mode, request) {
                (UiMode::Immediate, SignInRequest::Discoverable) => Some("immediate"),
                (UiMode::Passive, SignInRequest::Autofill) => Some("passive"),
                _ => None,
            };
            assert_eq!(json.get("uiMode").and_then(|it| it.as_str()), expected, "{request:?}");
            // Nothing else changes.
            assert_eq!(start.mediation, plain.mediation);
            assert_eq!(start.expires_at, plain.expires_at);
            assert_eq!(start.public_key.allow_credentials, plain.public_key.allow_credentials);
            assert!(!plain.to_json().contains("uiMode"));
            let response = signing.device.get(&start.public_key, ORIGIN).unwrap();
            assert!(host.finish_for(request, &start, &response).is_ok());
        }
    }
}
