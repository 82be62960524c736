//! Requirements on models: which passkeys can be created, and which stored ones still satisfy them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[allow(dead_code, reason = "another test file uses the rest")]
#[path = "support/fido/metadata.rs"]
mod metadata;
#[allow(dead_code, reason = "another test file uses the rest")]
#[path = "support/fido/model.rs"]
mod model;

use std::sync::{Arc, Mutex};

use host::{ORIGIN, flow, posted, session, user};
use metadata::{NOW, metadata_of};
use model::Model;
use relying_party::{
    Aaguid, Algorithm, AttestationLevel, AttestationPolicy, AttestationType, ConfigError,
    CreatePasskey, Duration, Error, ModelCheck, ModelSubject, Passkey, RelyingParty, Timestamp,
    TrustError,
    ceremony::CeremonyError,
    json::AttestationConveyance,
    mds::{AuthenticatorStatus, CertificationLevel, Metadata, Requirement, Unmet},
    store::{self, MemoryStore},
    test_authenticator::{TEST_AAGUID, TestAlgorithm, TestAttestation, TestAuthenticator},
    x509::TrustAnchor,
};
use serde_json::json;

/// The metadata of a model with these reports.
fn published(model: Model, reports: &[(&str, &str)]) -> Arc<Metadata> {
    let reports =
        reports.iter().map(|(status, date)| json!({ "status": status, "effectiveDate": date }));
    let reports = reports.collect::<Vec<_>>();
    metadata_of(&model.entry(|entry| entry["statusReports"] = reports.into())).unwrap()
}

fn policy(metadata: &Arc<Metadata>, requirement: Requirement) -> AttestationPolicy {
    AttestationPolicy::trusted()
        .anchor_source(metadata.clone())
        .require_model(Arc::new(requirement.in_metadata(metadata.clone())))
}

fn create(model: &Model, policy: AttestationPolicy) -> Result<Passkey, TrustError> {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.attestation(AttestationConveyance::Direct, policy).build().unwrap();
    let (store, ada) = (MemoryStore::new(), user("ada"));
    let begin = CreatePasskey::begin(&rp, &ada, session(), [7; 32].into(), NOW);
    let start = flow(store::run(&store, begin)).unwrap();
    let mut authenticator =
        TestAuthenticator::new("model").with(|behaviour| *behaviour = model.behaviour.clone());
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    let posted = posted(start.ceremony_id, &response);
    let finish = CreatePasskey::finish(&rp, ada.handle(), posted, NOW);
    match flow(store::run(&store, finish)) {
        Ok(created) => Ok(created.passkey),
        Err(Error::Registration(CeremonyError::AttestationTrust(error))) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

fn refused(unmet: &Unmet) -> TrustError {
    TrustError::Model { aaguid: TEST_AAGUID, reason: unmet.to_string() }
}

fn packed() -> Model {
    model::packed(model::attester())
}

#[test]
fn only_models_that_satisfy_the_requirement_create_passkeys() {
    let required = CertificationLevel::L2;
    let requirement = || Requirement::new().certified(required);
    for (status, found) in [
        ("FIDO_CERTIFIED_L1", Some(CertificationLevel::L1)),
        ("NOT_FIDO_CERTIFIED", None),
        ("FIDO_CERTIFIED_L2", Some(CertificationLevel::L2)),
        ("FIDO_CERTIFIED_L3", Some(CertificationLevel::L3)),
    ] {
        let metadata = published(packed(), &[(status, "2020-01-01")]);
        let created = create(&packed(), policy(&metadata, requirement()));
        if found >= Some(required) {
            let passkey = created.unwrap();
            let entry = requirement().check_passkey(&metadata, &passkey, NOW).unwrap();
            assert_eq!(entry.description.as_deref(), Some("Model of a test"));
        } else {
            let unmet = Unmet::Certification { required, found };
            assert_eq!(created, Err(refused(&unmet)), "{status}");
        }
    }
    // The report is not yet effective.
    let metadata = published(packed(), &[("FIDO_CERTIFIED_L2", "2025-06-02")]);
    let unmet = Unmet::Certification { required, found: None };
    assert_eq!(create(&packed(), policy(&metadata, requirement())), Err(refused(&unmet)));
}

#[test]
fn model_that_is_not_in_the_metadata_satisfies_no_requirement() {
    let other = packed().entry(|entry| {
        entry["aaguid"] = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".into();
    });
    let metadata = published(other, &[]);
    let root = TrustAnchor::from_der(&model::attester().root).unwrap();
    let policy = policy(&metadata, Requirement::new()).anchors([root]);
    assert_eq!(create(&packed(), policy), Err(refused(&Unmet::NoEntry)));
}

/// No lower demand of the policy exempts anyone, because anyone can send any format.
#[test]
fn models_that_are_not_proved_satisfy_no_requirement() {
    let metadata = published(packed(), &[]);
    let root = TrustAnchor::from_der(&model::attester().root).unwrap();
    let lenient = || {
        ["none", "packed", "android-key"]
            .into_iter()
            .fold(policy(&metadata, Requirement::new()), |policy, format| {
                policy.for_format(format, AttestationLevel::Ignored)
            })
            .self_attestation(true)
            .self_attestation_by_source(true)
            .anchors([root.clone()])
    };
    let of = |attestation| packed().with(|behaviour| behaviour.attestation = attestation);
    // With another root in the metadata, nothing vouches for the AAGUID of the phone.
    let phone = TestAttestation::AndroidKey(model::attester());
    for (model, expected) in [
        (packed(), Ok(())),
        (of(TestAttestation::None), Err(TrustError::NoAttestation)),
        (of(TestAttestation::PackedSelf), Err(TrustError::SelfAttestation)),
    ] {
        assert_eq!(create(&model, lenient()).map(drop), expected);
    }
    let metadata = published(model::packed(model::attester_below_root()), &[]);
    let policy = policy(&metadata, Requirement::new())
        .anchors([root.clone()])
        .for_format("android-key", AttestationLevel::Ignored);
    assert_eq!(create(&of(phone), policy), Err(TrustError::ClaimedAaguid(TEST_AAGUID)));
}

#[test]
fn u2f_key_is_of_the_model_of_its_certificate() {
    let requirement = || Requirement::new().certified(CertificationLevel::L1);
    let metadata = published(model::u2f(), &[("FIDO_CERTIFIED_L1", "2020-01-01")]);
    let passkey = create(&model::u2f(), policy(&metadata, requirement())).unwrap();
    // The record does not say so.
    let checked = requirement().check_passkey(&metadata, &passkey, NOW);
    assert_eq!(checked, Err(Unmet::NotAttested));

    let metadata = published(model::u2f(), &[]);
    let required = CertificationLevel::L1;
    let reason = Unmet::Certification { required, found: None }.to_string();
    let refused = TrustError::Model { aaguid: Aaguid::default(), reason };
    assert_eq!(create(&model::u2f(), policy(&metadata, requirement())), Err(refused));
}

#[test]
fn stored_passkeys_are_checked_again_at_any_time() {
    let clean = published(packed(), &[]);
    let passkey = create(&packed(), policy(&clean, Requirement::new())).unwrap();
    let claimed = {
        let none = packed().with(|behaviour| behaviour.attestation = TestAttestation::None);
        create(&none, AttestationPolicy::ignore()).unwrap()
    };
    assert_eq!(claimed.aaguid, passkey.aaguid);

    // 2025-06-08T00:00:00Z
    let revoked_at = Timestamp::from_unix_millis(1_749_340_800_000);
    let later = published(packed(), &[("REVOKED", "2025-06-08")]);
    let day_before = Timestamp::from_unix_millis(1_749_340_800_000 - 1);
    let requirement = Requirement::new();
    let check = |metadata: &Metadata, passkey: &Passkey, at| {
        requirement.check_passkey(metadata, passkey, at).map(drop)
    };
    let revoked = Err(Unmet::Warning(AuthenticatorStatus::Revoked));
    assert_eq!(check(&later, &passkey, day_before), Ok(()));
    assert_eq!(check(&later, &passkey, revoked_at), revoked);
    assert_eq!(check(&clean, &passkey, revoked_at + Duration::from_secs(1)), Ok(()));
    // A claim satisfies nothing, and a warning about the claimed model is reported.
    assert_eq!(check(&later, &claimed, day_before), Err(Unmet::NotAttested));
    assert_eq!(check(&later, &claimed, revoked_at), revoked);
    // Metadata that no longer know the model.
    let other = published(model::u2f(), &[]);
    assert_eq!(check(&other, &passkey, NOW), Err(Unmet::NoEntry));
}

#[test]
fn metadata_can_be_required_to_list_attestation_type_and_algorithm() {
    let with = |member: &str, value: &str| {
        let model = packed().entry(|entry| entry["metadataStatement"][member] = json!([value]));
        published(model, &[])
    };
    let of_type = || Requirement::new().listed_attestation_type();
    let of_algorithm = || Requirement::new().listed_algorithm();
    let algorithms = "authenticationAlgorithms";
    let other = Unmet::Algorithm(Algorithm::ES256);
    for (metadata, requirement, expected) in [
        (with("attestationTypes", "basic_full"), of_type(), None),
        (with("attestationTypes", "anonca"), of_type(), Some(Unmet::AttestationType)),
        (with("attestationTypes", "anonca"), of_algorithm(), Some(other.clone())),
        (with(algorithms, "secp256r1_ecdsa_sha256_raw"), of_algorithm(), None),
        (with(algorithms, "ed25519_eddsa_sha512_raw"), of_algorithm(), Some(other)),
        (with(algorithms, "ed25519_eddsa_sha512_raw"), Requirement::new(), None),
    ] {
        let created = create(&packed(), policy(&metadata, requirement.clone()));
        let passkey = match &expected {
            Some(unmet) => {
                assert_eq!(created, Err(refused(unmet)), "{requirement:?}");
                create(&packed(), policy(&metadata, Requirement::new())).unwrap()
            }
            None => created.unwrap(),
        };
        let checked = requirement.check_passkey(&metadata, &passkey, NOW).map(drop);
        assert_eq!(checked.err(), expected, "{requirement:?}");
    }
}

#[test]
fn hosts_own_check_sees_the_attestation_and_its_reason_is_in_the_error() {
    type Seen = (String, Aaguid, Timestamp, AttestationType, Algorithm);
    #[derive(Default)]
    struct Nosy(Mutex<Vec<Seen>>);
    impl ModelCheck for Nosy {
        fn check(&self, subject: &ModelSubject<'_>) -> Result<(), String> {
            let attestation = subject.attestation;
            let format = attestation.format.to_owned();
            let seen =
                (format, attestation.aaguid, attestation.now, subject.kind, subject.algorithm);
            self.0.lock().unwrap().push(seen);
            Err("it is Monday".to_owned())
        }
    }
    let nosy = Arc::new(Nosy::default());
    let root = TrustAnchor::from_der(&model::attester().root).unwrap();
    let policy = AttestationPolicy::ignore().anchors([root]).require_model(nosy.clone());
    let eddsa = packed().with(|behaviour| behaviour.algorithms = vec![TestAlgorithm::EdDsa]);
    let error = create(&eddsa, policy).unwrap_err();
    let expected = format!("authenticators of model {TEST_AAGUID} are not accepted: it is Monday");
    assert_eq!(error.to_string(), expected);
    let seen = nosy.0.lock().unwrap();
    let [(format, aaguid, now, kind, algorithm)] = &seen[..] else { panic!("once") };
    assert_eq!((&**format, *aaguid, *now), ("packed", TEST_AAGUID, NOW));
    assert_eq!((*kind, *algorithm), (AttestationType::Uncertain, Algorithm::EdDSA));
}

/// Browsers remove the statement unless it is asked for.
#[test]
fn requirement_without_asking_for_attestation_is_an_error() {
    let metadata = published(packed(), &[]);
    let policy = policy(&metadata, Requirement::new());
    let builder = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let errors = builder.attestation(AttestationConveyance::None, policy).build().unwrap_err();
    assert_eq!(errors.iter().as_slice(), [ConfigError::AttestationNotWanted]);
}
