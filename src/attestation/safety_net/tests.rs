//! A fake service: one valid response, and every rule broken on its own and signed again.

use alloc::{format, string::String};

use p256::ecdsa::{Signature, signature::Signer as _};
use proptest::prelude::*;

use super::*;
use crate::{
    assurance::AaguidAssurance,
    attestation::{
        AttestationError, AttestationPolicy,
        test_kit::certificate::{
            common_name, cose_key, draft, extension, key, root_certificate, sign_certificate,
        },
        test_kit::der::{sequence, tlv},
        test_kit::jws,
        test_kit::statement::{TestRegistration, map},
        trust, verify_format,
    },
    passkey::AttestationLevel,
    time::Timestamp,
    x509::{PathError, TrustAnchor},
};

const CA: u8 = 1;
const SERVICE: u8 = 2;
const CREDENTIAL: u8 = 3;

/// The parts of a statement. A test tampers with one of them before [`Service::statement`] signs.
struct Service {
    registration: TestRegistration,
    ver: Option<&'static str>,
    nonce: String,
    cts_profile_match: &'static str,
    common_name: &'static str,
    hosts: &'static [&'static str],
    /// The content of the only extended key usage.
    usage: Option<&'static [u8]>,
    signing_key: u8,
}

fn service() -> Service {
    let registration = TestRegistration::of(&cose_key(&key(CREDENTIAL)));
    Service {
        ver: Some("14799021"),
        nonce: STANDARD.encode(Sha256::digest(registration.message())),
        registration,
        cts_profile_match: "true",
        common_name: "attest.android.com",
        hosts: &["attest.android.com"],
        usage: None,
        signing_key: SERVICE,
    }
}

impl Service {
    fn response(&self) -> String {
        let mut leaf = draft("Web CA", common_name(self.common_name), SERVICE);
        if !self.hosts.is_empty() {
            let hosts: Vec<_> = self.hosts.iter().map(|host| tlv(0x82, host.as_bytes())).collect();
            leaf.extensions.push(extension("2.5.29.17", false, &sequence(&hosts)));
        }
        let usage = self.usage.map(|usage| sequence(&[tlv(6, usage)]));
        leaf.extensions.extend(usage.map(|usage| extension("2.5.29.37", false, &usage)));
        let certificates = [sign_certificate(&leaf, CA), root_certificate("Web CA", CA)];
        let (nonce, cts_profile_match) = (&self.nonce, self.cts_profile_match);
        let payload = format!(
            r#"{{"nonce":"{nonce}","timestampMs":1,"ctsProfileMatch":{cts_profile_match},"advice":"x"}}"#
        );
        jws::signed("ES256", &certificates, payload.as_bytes(), |input| {
            let signature: Signature = key(self.signing_key).sign(input);
            signature.to_bytes().to_vec()
        })
    }

    fn statement(&self) -> Vec<u8> {
        map(&[
            ("ver", self.ver.map(Into::into)),
            ("response", Some(self.response().into_bytes().into())),
        ])
    }

    fn verify(&self) -> Result<usize, StatementError> {
        let statement = self.statement();
        self.registration.judge(|signed, ctx| {
            let outcome = verify(&statement, signed, ctx)?;
            assert_eq!(outcome.kind, AttestationType::Basic);
            Ok(outcome.trust_path.len())
        })
    }
}

/// Returns the verdict on a statement with one tampered part.
fn tampered(tamper: impl FnOnce(&mut Service)) -> StatementError {
    let mut service = service();
    tamper(&mut service);
    service.verify().unwrap_err()
}

fn invalid(reason: &'static str) -> StatementError {
    StatementError::Invalid(reason)
}

#[test]
fn attests_a_key_with_the_headers_certificates_as_trust_path() {
    assert_eq!(service().verify(), Ok(2));
}

#[test]
fn format_is_unsupported_unless_the_policy_enables_it() {
    let service = service();
    let statement = service.statement();
    let of = |policy: AttestationPolicy| {
        service.registration.judge(|signed, ctx| {
            let ctx = Context { policy: &policy, ..*ctx };
            verify_format("android-safetynet", &statement, signed, &ctx).map(drop)
        })
    };
    let unsupported = Err(AttestationError::Format("android-safetynet".into()));
    assert_eq!(of(AttestationPolicy::trusted()), unsupported);
    assert_eq!(of(AttestationPolicy::trusted().android_safety_net(true)), Ok(()));
}

/// Google's service signs as a web server. No other format accepts that as an attester.
#[test]
fn certificate_of_the_service_is_for_servers() {
    // id-kp-serverAuth, id-kp-clientAuth
    const SERVER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
    const CLIENT: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
    let root = TrustAnchor::from_der(&root_certificate("Web CA", CA)).unwrap();
    let policy = AttestationPolicy::trusted().anchors_for_format("android-safetynet", [root]);
    let now = Timestamp::from_unix_millis(1_717_200_000_000);
    let judge = |usage| {
        let service = Service { usage, ..service() };
        let statement = service.statement();
        service.registration.judge(|signed, ctx| {
            let ctx = Context { policy: &policy, now, ..*ctx };
            let outcomes = [("android-safetynet", verify(&statement, signed, &ctx).unwrap())];
            let level = AttestationLevel::Trusted;
            trust::judge("android-safetynet", &outcomes, signed, &ctx, level).map(|it| it.aaguid)
        })
    };
    assert_eq!(judge(None), Ok(AaguidAssurance::Claimed));
    assert_eq!(judge(Some(SERVER)), Ok(AaguidAssurance::Claimed));
    assert_eq!(judge(Some(CLIENT)), Err(PathError::ExtendedKeyUsage.into()));
}

#[test]
fn statement_without_version_or_response_is_refused() {
    assert_eq!(tampered(|service| service.ver = None), invalid("ver is missing or empty"));
    assert_eq!(tampered(|service| service.ver = Some("")), invalid("ver is missing or empty"));
    let statement = map(&[("ver", Some("1".into()))]);
    let verdict = service().registration.judge(|signed, ctx| verify(&statement, signed, ctx));
    assert_eq!(verdict, Err(invalid("response is missing")));
}

#[test]
fn nonce_must_be_the_hash_of_the_attested_data_in_padded_base64() {
    let reason = invalid("the nonce is not the hash of the attested data");
    assert_eq!(tampered(|service| service.registration.client_data_hash[0] ^= 1), reason);
    assert_eq!(tampered(|service| service.registration.auth_data[36] ^= 1), reason);
    assert_eq!(
        tampered(|service| service.nonce = service.nonce.trim_end_matches('=').into()),
        reason
    );
    assert_eq!(tampered(|service| service.nonce.clear()), reason);
}

#[test]
fn rejects_incompatible_devices() {
    let reason = invalid("ctsProfileMatch is false");
    assert_eq!(tampered(|service| service.cts_profile_match = "false"), reason);
    for other in ["null", "\"true\"", "1"] {
        let error = tampered(|service| service.cts_profile_match = other);
        assert!(matches!(error, StatementError::Structure { what: WHAT, .. }));
    }
}

#[test]
fn rejects_responses_signed_by_another_host() {
    let reason = invalid("the response was not signed by attest.android.com");
    assert_eq!(tampered(|service| service.hosts = &["attest.android.com.example"]), reason);
    assert_eq!(tampered(|service| service.hosts = &["*.android.com"]), reason);
    let tamper = |service: &mut Service| {
        service.hosts = &[];
        service.common_name = "evil-attest.android.com";
    };
    assert_eq!(tampered(tamper), reason);
}

#[test]
fn host_may_be_one_of_several_or_the_common_name() {
    let several: &[&str] = &["www.android.com", "Attest.Android.com"];
    for hosts in [several, &[]] {
        assert_eq!(Service { hosts, ..service() }.verify(), Ok(2));
    }
}

#[test]
fn signature_of_another_key_is_refused() {
    assert_eq!(tampered(|service| service.signing_key = 9), StatementError::Signature);
}

proptest! {
    #[test]
    fn no_bytes_make_the_verification_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let service = service();
        let mut statement = service.statement();
        *at.get_mut(&mut statement) = byte;
        service.registration.judge(|signed, ctx| {
            let _ = verify(&bytes, signed, ctx);
            let _ = verify(&statement, signed, ctx);
        });
    }
}
