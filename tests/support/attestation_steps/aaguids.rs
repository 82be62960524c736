//! AAGUIDs: which statements prove them, and how policies treat those that are only claimed.

use std::sync::Arc;

use relying_party::{
    Aaguid, AaguidAssurance, AnchorSource, AttestationLevel, AttestationPolicy, AttestationSubject,
    TrustError,
    ceremony::CeremonyError,
    test_authenticator::{
        CertifiedParts, TEST_AAGUID, TestAttestation, TestAttester, TestAuthority, TestExtension,
        TestKey,
    },
    x509::TrustAnchor,
};

use super::{Registration, attester};

fn root() -> TrustAnchor {
    TrustAnchor::from_der(&attester().root).unwrap()
}

fn trusted() -> AttestationPolicy {
    AttestationPolicy::trusted().anchors([root()])
}

/// An attester whose certificates do not name the AAGUID.
fn silent() -> TestAttester {
    let mut attester = attester();
    attester.names_aaguid = false;
    attester
}

fn named(certificate: &mut CertifiedParts, aaguid: Aaguid) {
    let value = [&[4, 16], &aaguid.as_bytes()[..]].concat();
    certificate.certificate.set_extension(TestExtension::AAGUID, false, value);
}

fn judge(
    attestation: TestAttestation,
    policy: &AttestationPolicy,
) -> Result<AaguidAssurance, TrustError> {
    judge_tampered(attestation, policy, |_| ())
}

fn judge_tampered(
    attestation: TestAttestation,
    policy: &AttestationPolicy,
    tamper: impl Fn(&mut CertifiedParts) + Send + Sync + 'static,
) -> Result<AaguidAssurance, TrustError> {
    let mut registration = Registration::new(attestation);
    registration.policy = policy.clone();
    registration.parts.tamper_statement(tamper);
    match registration.judge() {
        Ok(attestation) => Ok(attestation.aaguid),
        Err(CeremonyError::AttestationTrust(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

/// The formats whose attesters do not know the AAGUID unless the certificate names it.
fn ignorant() -> [TestAttestation; 2] {
    [TestAttestation::AndroidKey(silent()), TestAttestation::Tpm(silent())]
}

const CLAIMED: Result<AaguidAssurance, TrustError> = Ok(AaguidAssurance::Claimed);
const ATTESTED: Result<AaguidAssurance, TrustError> = Ok(AaguidAssurance::Attested);

#[test]
fn aaguid_is_attested_where_the_attester_vouches_for_it() {
    // U2F keys send no intermediate.
    let issuer = TrustAnchor::from_der(&attester().issuer.certificate).unwrap();
    let policy = trusted().anchors_for_format("fido-u2f", [issuer.clone()]);
    assert_eq!(judge(TestAttestation::Packed(silent()), &policy), ATTESTED);
    assert_eq!(judge(TestAttestation::Apple(silent()), &policy), ATTESTED);
    assert_eq!(judge(TestAttestation::Tpm(attester()), &policy), ATTESTED);
    for attestation in ignorant() {
        assert_eq!(judge(attestation, &policy), CLAIMED);
    }
    let android = TestAttestation::AndroidKey(silent());
    let named = judge_tampered(android, &policy, |it| named(it, TEST_AAGUID));
    assert_eq!(named, ATTESTED);
    // Not even by an anchor for the model, because what is signed does not cover it.
    for policy in [policy, AttestationPolicy::trusted().anchors_for_aaguid(zero(), [issuer])] {
        assert_eq!(judge(TestAttestation::FidoU2f(attester()), &policy), CLAIMED);
    }
}

fn zero() -> Aaguid {
    Aaguid::default()
}

/// A self-made chain is as easy to produce as a claim.
#[test]
fn aaguid_is_claimed_without_an_anchor_or_a_certificate() {
    for attestation in [
        TestAttestation::None,
        TestAttestation::PackedSelf,
        TestAttestation::Packed(attester()),
        TestAttestation::Apple(attester()),
        TestAttestation::Tpm(attester()),
    ] {
        for policy in [AttestationPolicy::ignore(), AttestationPolicy::statement()] {
            assert_eq!(judge(attestation.clone(), &policy), CLAIMED);
        }
    }
    let policy = AttestationPolicy::statement().anchors([root()]);
    assert_eq!(judge(TestAttestation::Packed(attester()), &policy), ATTESTED);
}

#[test]
fn anchor_for_this_aaguid_vouches_for_it() {
    let none = AttestationPolicy::trusted;
    for attestation in ignorant() {
        let of = |policy: AttestationPolicy| judge(attestation.clone(), &policy);
        assert_eq!(of(none().anchors_for_aaguid(TEST_AAGUID, [root()])), ATTESTED);
        // The same if the anchor is there for others as well.
        assert_eq!(of(trusted().anchors_for_aaguid(TEST_AAGUID, [root()])), ATTESTED);
        let issuer = TrustAnchor::from_der(&attester().issuer.certificate).unwrap();
        let another = Aaguid::new([9; 16]);
        assert_eq!(of(trusted().anchors_for_aaguid(another, [root()])), CLAIMED);
        let stranger = TrustAnchor::from_der(&TestAuthority::root("stranger").unwrap().certificate);
        let policy = trusted().anchors_for_aaguid(TEST_AAGUID, [stranger.unwrap()]);
        assert_eq!(of(policy), CLAIMED, "another anchor is for this AAGUID");
        assert_eq!(of(none().anchors_for_format(attestation.fmt(), [root(), issuer])), CLAIMED);
    }
}

/// An anchor cannot be for no model.
#[test]
fn zero_aaguid_is_attested_by_no_anchor() {
    let zero = Aaguid::default();
    for attestation in ignorant() {
        let mut registration = Registration::new(attestation);
        registration.policy = trusted().anchors_for_aaguid(zero, [root()]);
        registration.parts.authenticator_data.attested.as_mut().unwrap().aaguid = zero;
        assert_eq!(registration.judge().unwrap().aaguid, AaguidAssurance::Claimed);
    }
}

#[test]
fn source_says_which_of_its_anchors_are_for_one_model() {
    struct Source(bool);
    impl AnchorSource for Source {
        fn anchors(&self, _: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            vec![root()]
        }
        fn is_for_this_aaguid(&self, subject: &AttestationSubject<'_>, _: &TrustAnchor) -> bool {
            self.0 && subject.aaguid == TEST_AAGUID
        }
    }
    struct Plain;
    impl AnchorSource for Plain {
        fn anchors(&self, _: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
            vec![root()]
        }
    }
    for attestation in ignorant() {
        let of = |source: Arc<dyn AnchorSource>| {
            judge(attestation.clone(), &AttestationPolicy::trusted().anchor_source(source))
        };
        assert_eq!(of(Arc::new(Source(true))), ATTESTED);
        assert_eq!(of(Arc::new(Source(false))), CLAIMED);
        assert_eq!(of(Arc::new(Plain)), CLAIMED);
    }
}

/// A phone can claim to be any security key, and Google's root vouches for the phone nonetheless.
#[test]
fn claimed_aaguid_is_neither_allowed_nor_meets_a_demand() {
    let refused = Err(TrustError::ClaimedAaguid(TEST_AAGUID));
    for attestation in ignorant() {
        for policy in [
            trusted().allow_aaguids([TEST_AAGUID]),
            trusted().for_aaguid(TEST_AAGUID, AttestationLevel::Trusted),
            AttestationPolicy::statement()
                .anchors([root()])
                .for_aaguid(TEST_AAGUID, AttestationLevel::Trusted),
        ] {
            assert_eq!(judge(attestation.clone(), &policy), refused);
            assert_eq!(judge(TestAttestation::Tpm(attester()), &policy), ATTESTED);
        }
        let lowered =
            AttestationPolicy::trusted().for_aaguid(TEST_AAGUID, AttestationLevel::Ignored);
        assert!(judge(attestation, &lowered).is_err(), "a claim lowers what is demanded");
    }
}

#[test]
fn claimed_aaguid_is_denied() {
    let denied = Err(TrustError::Aaguid(TEST_AAGUID));
    let [android, tpm] = ignorant();
    let u2f = TestAttestation::FidoU2f(attester());
    for attestation in [android, tpm, u2f, TestAttestation::None, TestAttestation::PackedSelf] {
        let policy = AttestationPolicy::ignore().deny_aaguids([TEST_AAGUID]);
        assert_eq!(judge(attestation.clone(), &policy), denied);
        let policy = AttestationPolicy::statement().anchors([root()]).deny_aaguids([TEST_AAGUID]);
        assert_eq!(judge(attestation, &policy), denied);
    }
}

#[test]
fn certificate_of_another_model_is_refused() {
    let mut registration = Registration::new(TestAttestation::AndroidKey(attester()));
    registration.parts.tamper_statement(|it| named(it, Aaguid::new([9; 16])));
    super::names(&registration.refusal(), "another AAGUID");
}

#[test]
fn element_that_vouches_for_the_aaguid_decides_in_any_position() {
    let [android, _] = ignorant();
    let packed = TestAttestation::Packed(attester());
    for parts in [[android.clone(), packed.clone()], [packed, android]] {
        let policy = trusted().allow_aaguids([TEST_AAGUID]);
        assert_eq!(judge(TestAttestation::Compound(parts.to_vec()), &policy), ATTESTED);
    }
}

/// An app can choose any name for its key's certificate, and sign anything with the key.
#[test]
fn rejects_the_certificate_of_an_app_as_that_of_an_attester() {
    let describe = |it: &mut CertifiedParts| {
        it.certificate.set_extension(TestExtension::KEY_DESCRIPTION, false, [0x30, 0]);
    };
    for attestation in [
        TestAttestation::Packed(attester()),
        TestAttestation::Tpm(attester()),
        TestAttestation::Apple(attester()),
        TestAttestation::FidoU2f(attester()),
    ] {
        let policy =
            trusted().anchors([TrustAnchor::from_der(&attester().issuer.certificate).unwrap()]);
        assert!(judge(attestation.clone(), &policy).is_ok());
        let judged = judge_tampered(attestation, &policy, describe);
        assert_eq!(judged, Err(TrustError::KeyDescription));
    }
}

/// With a CA's certificate an app's key could certify any description.
#[test]
fn rejects_a_key_description_above_the_leaf() {
    let root = TestAuthority::root("android").unwrap();
    let attester = |describe: bool| {
        let app = root.below("app", |it| {
            if describe {
                it.set_extension(TestExtension::KEY_DESCRIPTION, false, [0x30, 0]);
            }
        });
        let app = app.unwrap();
        let key =
            TestKey::from_seed(relying_party::test_authenticator::TestAlgorithm::Es256, "key");
        let mut attester = TestAttester::of(key.unwrap(), app);
        attester.chain = vec![attester.issuer.certificate.clone()];
        attester
    };
    let anchor = TrustAnchor::from_der(&root.certificate).unwrap();
    let policy = AttestationPolicy::trusted().anchors([anchor]);
    let of = |describe, policy| judge(TestAttestation::AndroidKey(attester(describe)), policy);
    assert_eq!(of(false, &policy), CLAIMED);
    assert_eq!(of(true, &policy), Err(TrustError::KeyDescription));
    // If trust is not required, such a chain is worth as much as one that the attacker made.
    let anchor = TrustAnchor::from_der(&root.certificate).unwrap();
    let policy = AttestationPolicy::statement().anchors([anchor]);
    assert_eq!(of(true, &policy), CLAIMED);
    let mut registration = Registration::new(TestAttestation::AndroidKey(attester(true)));
    registration.policy = policy;
    assert_eq!(registration.judge().unwrap().trust, None);
}
