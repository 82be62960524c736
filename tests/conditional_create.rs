//! Creating a passkey silently: what is waived, and that nothing else is.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, flow, purposes, session, user};
use relying_party::{
    CreatePasskey, Error, Passkey, RelyingParty, Settings,
    ceremony::{Ceremony, CeremonyError, CeremonyKind},
    flow::{BeginOptions, CreationStart, SignInStatus},
    json::{Mediation, UserVerification},
    settings::SettingsBuilder,
    store::{self, CeremonyStore as _},
    test_authenticator::{RegistrationParts, flags},
};

fn host(decide: impl FnOnce(SettingsBuilder) -> SettingsBuilder) -> Host {
    let settings = decide(Settings::builder()).build().unwrap();
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
    Host::with(rp.build().unwrap())
}

fn begin(host: &Host, conditional: bool) -> CreationStart {
    let options = BeginOptions::new(session());
    let options = if conditional { options.conditional() } else { options };
    let ada = user("ada");
    let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    flow(store::run(&host.store, begin)).unwrap()
}

/// A creation whose response is tampered with and signed again.
fn create(
    host: &Host,
    conditional: bool,
    tamper: impl FnOnce(&mut RegistrationParts),
) -> Result<Passkey, Error> {
    let start = begin(host, conditional);
    let response =
        authenticator("device").create_tampered(&start.public_key, ORIGIN, tamper).unwrap();
    host.finish_create(&user("ada"), &start, &response)
}

fn code(outcome: Result<Passkey, Error>) -> &'static str {
    outcome.map_or_else(|error| error.code(), |_| "ok")
}

fn absent(parts: &mut RegistrationParts) {
    parts.authenticator_data.flags &= !flags::UP;
}

fn unverified(parts: &mut RegistrationParts) {
    parts.authenticator_data.flags &= !(flags::UP | flags::UV);
}

#[test]
fn mediation_is_next_to_the_options_and_in_the_ceremony() {
    let host = Host::new();
    for conditional in [false, true] {
        let start = begin(&host, conditional);
        assert_eq!(start.mediation, conditional.then_some(Mediation::Conditional));
        assert!(!serde_json::to_string(&start.public_key).unwrap().contains("mediation"));
        let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
        let CeremonyKind::Create { conditional: recorded, .. } = ceremony.kind() else { panic!() };
        assert_eq!(*recorded, conditional);
    }
}

#[test]
fn user_may_be_absent_and_must_be_verified_unless_the_settings_waive_it() {
    let strict = || host(|settings| settings);
    let lenient = || host(|settings| settings.conditional_create_verifies_user(false));
    let preferred = || host(|settings| settings.user_verification(UserVerification::Preferred));

    assert_eq!(code(create(&strict(), true, absent)), "ok");
    assert_eq!(code(create(&strict(), true, unverified)), "user_verification");
    assert_eq!(code(create(&lenient(), true, unverified)), "ok");
    assert_eq!(code(create(&preferred(), true, unverified)), "ok");
    // What the client is asked for is what is enforced.
    let asked = |host: &Host, conditional| {
        begin(host, conditional).public_key.authenticator_selection.user_verification
    };
    assert_eq!(asked(&strict(), true), UserVerification::Required);
    assert_eq!(asked(&lenient(), true), UserVerification::Preferred);
    // Only for silent creations.
    assert_eq!(asked(&lenient(), false), UserVerification::Required);
    for host in [strict(), lenient(), preferred()] {
        assert_eq!(code(create(&host, false, absent)), "user_presence");
        assert_eq!(code(create(&host, false, unverified)), "user_presence");
    }
    let verified_only = |parts: &mut RegistrationParts| {
        parts.authenticator_data.flags &= !flags::UV;
    };
    assert_eq!(code(create(&lenient(), false, verified_only)), "user_verification");
}

#[test]
fn nothing_else_is_waived() {
    type Tamper = fn(&mut RegistrationParts);
    let tamperings: [(&str, Tamper); 8] = [
        ("type", |parts| parts.client_data.kind = "webauthn.get".into()),
        ("challenge", |parts| parts.client_data.challenge = "AAAA".into()),
        ("origin", |parts| parts.client_data.origin = "https://example.org".into()),
        ("cross_origin", |parts| parts.client_data.cross_origin = Some(true)),
        ("rp_id", |parts| parts.authenticator_data.rp_id_hash[0] ^= 1),
        ("backup_flags", |parts| {
            parts.authenticator_data.flags &= !flags::BE;
            parts.authenticator_data.flags |= flags::BS;
        }),
        ("credential_id", |parts| parts.outer.id = "AQID".into()),
        ("malformed", |parts| parts.authenticator_data.flags &= !flags::AT),
    ];
    for (expected, tamper) in tamperings {
        let host = host(|settings| settings.conditional_create_verifies_user(false));
        let outcome = create(&host, true, |parts| {
            unverified(parts);
            tamper(parts);
        });
        assert_eq!(code(outcome), expected);
        assert!(host.passkeys(&user("ada")).is_empty(), "{expected}");
    }
}

#[test]
fn leniency_ends_with_the_creation() {
    for request in purposes("ada") {
        let host = host(|settings| settings.conditional_create_verifies_user(false));
        let mut device = authenticator("device");
        let start = begin(&host, true);
        let response = device.create_tampered(&start.public_key, ORIGIN, unverified).unwrap();
        host.finish_create(&user("ada"), &start, &response).unwrap();

        // Autofill, which is also conditional mediation, is no exception.
        for (flag, expected) in
            [(flags::UP, CeremonyError::UserPresence), (flags::UV, CeremonyError::UserVerification)]
        {
            let start = host.begin_sign_in(request);
            let tamper = |parts: &mut relying_party::test_authenticator::AssertionParts| {
                parts.authenticator_data.flags &= !flag;
            };
            let response = device.get_tampered(&start.public_key, ORIGIN, tamper).unwrap();
            let refused = host.finish_for(request, &start, &response).unwrap_err();
            assert_eq!(refused, Error::Authentication(expected), "{request:?}");
        }
    }
}

#[test]
fn ceremony_that_was_not_silent_cannot_be_finished_silently() {
    let host = Host::new();
    let start = begin(&host, false);
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    host.store.put_ceremony(&ceremony).unwrap();
    // A client was told to create silently, but not by the server.
    let response =
        authenticator("device").create_tampered(&start.public_key, ORIGIN, absent).unwrap();
    let refused = host.finish_create(&user("ada"), &start, &response).unwrap_err();
    assert_eq!(refused, Error::Registration(CeremonyError::UserPresence));
    // A record without the member is invalid: there is no default.
    let mut json = serde_json::from_str::<serde_json::Value>(&ceremony.to_stored().record).unwrap();
    json["kind"].as_object_mut().unwrap().remove("conditional");
    assert!(Ceremony::from_stored(&json.to_string()).is_none());
}

#[test]
fn passkey_that_was_made_without_verification_is_one_factor() {
    let host = host(|settings| settings.conditional_create_verifies_user(false));
    let mut device = authenticator("device");
    let start = begin(&host, true);
    let response = device.create_tampered(&start.public_key, ORIGIN, unverified).unwrap();
    let passkey = host.finish_create(&user("ada"), &start, &response).unwrap();
    assert!(!passkey.state.uv_initialized);
    let [discoverable, _, _, second_factor, _] = purposes("ada");
    let signed_in = host.sign_in(discoverable, &mut device).unwrap();
    assert_eq!(signed_in.status, SignInStatus::NeedsSecondFactor);
    assert!(host.sign_in(second_factor, &mut device).unwrap().is_complete());
    assert!(host.sign_in(discoverable, &mut device).unwrap().is_complete());
}

#[test]
fn limit_and_exclude_list_hold_for_silent_creations() {
    let host = host(|settings| settings.max_passkeys_per_user(1));
    let passkey = create(&host, true, absent).unwrap();
    let ada = user("ada");
    let options = BeginOptions::new(session()).conditional();
    let refused = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
    let refused = flow(store::run(&host.store, refused)).unwrap_err();
    assert_eq!(refused, Error::LimitReached { max: 1 });

    let roomy = Host::new();
    create(&roomy, true, absent).unwrap();
    let excluded = begin(&roomy, true).public_key.exclude_credentials;
    assert_eq!(excluded[0].id, passkey.credential_id);
    assert_eq!(excluded[0].transports, passkey.transports);
}
