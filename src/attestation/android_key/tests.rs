//! A fake keystore: one valid statement, and every rule broken on its own and signed again.

use alloc::{vec, vec::Vec};

use p256::ecdsa::{Signature, signature::Signer as _};
use proptest::prelude::*;

use super::*;
use crate::{
    attestation::{
        AttestationPolicy,
        test_kit::certificate::{
            common_name, cose_key, draft, extension, key, root_certificate, sign_certificate,
        },
        test_kit::der::{explicit, integer, octets, sequence, set, tlv},
        test_kit::statement::{TestRegistration, map, x5c},
    },
    x509::CertificateError,
};

const CA: u8 = 1;
const CREDENTIAL: u8 = 3;

/// The parts of a statement. A test tampers with one of them before [`Keystore::statement`] signs.
struct Keystore {
    registration: TestRegistration,
    alg: i64,
    signing_key: u8,
    certified_key: u8,
    challenge: Vec<u8>,
    software: Vec<Vec<u8>>,
    tee: Vec<Vec<u8>>,
    has_description: bool,
    authorizations: AndroidKeyAuthorizations,
}

fn keystore() -> Keystore {
    let registration = TestRegistration::of(&cose_key(&key(CREDENTIAL)));
    Keystore {
        alg: -7,
        signing_key: CREDENTIAL,
        certified_key: CREDENTIAL,
        challenge: registration.client_data_hash.to_vec(),
        registration,
        software: vec![explicit(701, &integer(1_700_000_000_000))],
        tee: vec![purpose(&[2, 3]), explicit(2, &integer(3)), origin(0)],
        has_description: true,
        authorizations: AndroidKeyAuthorizations::default(),
    }
}

fn purpose(purposes: &[i64]) -> Vec<u8> {
    explicit(1, &set(&purposes.iter().map(|purpose| integer(*purpose)).collect::<Vec<_>>()))
}

fn origin(origin: i64) -> Vec<u8> {
    explicit(702, &integer(origin))
}

fn all_applications() -> Vec<u8> {
    explicit(600, &tlv(5, &[]))
}

impl Keystore {
    fn description(&self) -> Vec<u8> {
        let trusted_environment = tlv(0x0a, &[1]);
        sequence(&[
            integer(4),
            trusted_environment.clone(),
            integer(41),
            trusted_environment,
            octets(&self.challenge),
            octets(b""),
            sequence(&self.software),
            sequence(&self.tee),
        ])
    }

    fn statement(&self) -> Vec<u8> {
        let subject = common_name("Android Keystore Key");
        let mut leaf = draft("Android CA", subject, self.certified_key);
        if self.has_description {
            let description = extension("1.3.6.1.4.1.11129.2.1.17", false, &self.description());
            leaf.extensions.push(description);
        }
        let certificates = [sign_certificate(&leaf, CA), root_certificate("Android CA", CA)];
        let sig: Signature = key(self.signing_key).sign(&self.registration.message());
        map(&[
            ("alg", Some(self.alg.into())),
            ("sig", Some(sig.to_der().as_bytes().into())),
            ("x5c", Some(x5c(&certificates))),
        ])
    }

    fn verify(&self) -> Result<usize, StatementError> {
        let statement = self.statement();
        self.registration.judge(|signed, ctx| {
            let policy = AttestationPolicy::default().android_key(self.authorizations);
            let outcome = verify(&statement, signed, &Context { policy: &policy, ..*ctx })?;
            assert_eq!(outcome.kind, AttestationType::Basic);
            Ok(outcome.trust_path.len())
        })
    }
}

/// Returns the verdict on a statement with one tampered part.
fn tampered(tamper: impl FnOnce(&mut Keystore)) -> StatementError {
    let mut keystore = keystore();
    tamper(&mut keystore);
    keystore.verify().unwrap_err()
}

fn invalid(reason: &'static str) -> StatementError {
    StatementError::Invalid(reason)
}

#[test]
fn key_is_attested_and_x5c_is_the_trust_path() {
    assert_eq!(keystore().verify(), Ok(2));
}

#[test]
fn signature_of_another_key_or_message_is_refused() {
    assert_eq!(tampered(|keystore| keystore.signing_key = 9), StatementError::Signature);
    let tamper = |keystore: &mut Keystore| keystore.alg = -257;
    let expected = CertificateError::PublicKey("invalid for the algorithm");
    assert_eq!(tampered(tamper), StatementError::Certificate(expected));
}

#[test]
fn certificate_of_another_key_is_refused() {
    let tamper = |keystore: &mut Keystore| {
        keystore.signing_key = 9;
        keystore.certified_key = 9;
    };
    assert_eq!(tampered(tamper), invalid("the certificate is not for the credential key"));
}

#[test]
fn certificate_without_a_key_description_is_refused() {
    let tamper = |keystore: &mut Keystore| keystore.has_description = false;
    assert_eq!(tampered(tamper), invalid("the certificate has no key description"));
}

#[test]
fn challenge_must_be_the_hash_of_the_client_data() {
    let reason = invalid("attestationChallenge is not the client data's hash");
    assert_eq!(tampered(|keystore| keystore.challenge[0] ^= 1), reason);
    assert_eq!(tampered(|keystore| keystore.challenge.clear()), reason);
    assert_eq!(tampered(|keystore| keystore.registration.client_data_hash[0] ^= 1), reason);
}

#[test]
fn rejects_keys_for_all_applications_in_either_list_under_every_policy() {
    let reason = invalid("all applications may use the key");
    for authorizations in POLICIES {
        let of = |tamper: fn(&mut Keystore)| {
            tampered(|keystore| {
                keystore.authorizations = authorizations;
                tamper(keystore);
            })
        };
        assert_eq!(of(|keystore| keystore.tee.push(all_applications())), reason);
        assert_eq!(of(|keystore| keystore.software.push(all_applications())), reason);
    }
}

const POLICIES: [AndroidKeyAuthorizations; 3] = [
    AndroidKeyAuthorizations::TeeEnforced,
    AndroidKeyAuthorizations::Union,
    AndroidKeyAuthorizations::UnionOrAbsent,
];

/// `softwareEnforced`, `teeEnforced`, and the verdicts.
type Row = (Vec<Vec<u8>>, Vec<Vec<u8>>, [Result<usize, &'static str>; 3]);

/// Every combination of places for origin and purpose, with the verdicts of the three policies in the order above.
#[test]
fn policy_decides_which_lists_origin_and_purpose_are_taken_from() {
    const ORIGIN: Result<usize, &str> = Err("the key's origin is not KM_ORIGIN_GENERATED");
    const PURPOSE: Result<usize, &str> = Err("the key's purpose is not KM_PURPOSE_SIGN");
    const GOOD: Result<usize, &str> = Ok(2);
    let (generated, imported) = (|| origin(0), || origin(2));
    let (sign, verify) = (|| purpose(&[2]), || purpose(&[3]));
    let table: [Row; 14] = [
        (vec![], vec![sign(), generated()], [GOOD, GOOD, GOOD]),
        (vec![sign(), generated()], vec![], [ORIGIN, GOOD, GOOD]),
        (vec![generated()], vec![sign()], [ORIGIN, GOOD, GOOD]),
        (vec![sign()], vec![generated()], [PURPOSE, GOOD, GOOD]),
        // The specification's example.
        (vec![], vec![], [ORIGIN, ORIGIN, GOOD]),
        (vec![], vec![sign()], [ORIGIN, ORIGIN, GOOD]),
        (vec![], vec![generated()], [PURPOSE, PURPOSE, GOOD]),
        (vec![], vec![sign(), imported()], [ORIGIN, ORIGIN, ORIGIN]),
        (vec![], vec![verify(), generated()], [PURPOSE, PURPOSE, PURPOSE]),
        (vec![], vec![purpose(&[]), generated()], [PURPOSE, PURPOSE, PURPOSE]),
        (vec![imported()], vec![sign(), generated()], [GOOD, ORIGIN, ORIGIN]),
        (vec![generated()], vec![sign(), imported()], [ORIGIN, ORIGIN, ORIGIN]),
        (vec![verify()], vec![sign(), generated()], [GOOD, GOOD, GOOD]),
        (vec![sign()], vec![verify(), generated()], [PURPOSE, GOOD, GOOD]),
    ];
    for (row, (software, tee, verdicts)) in table.into_iter().enumerate() {
        for (authorizations, verdict) in POLICIES.into_iter().zip(verdicts) {
            let found = Keystore {
                software: software.clone(),
                tee: tee.clone(),
                authorizations,
                ..keystore()
            }
            .verify();
            assert_eq!(found, verdict.map_err(invalid), "row {row}, {authorizations:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_verification_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let keystore = keystore();
        let mut statement = keystore.statement();
        *at.get_mut(&mut statement) = byte;
        keystore.registration.judge(|signed, ctx| {
            let _ = verify(&bytes, signed, ctx);
            let _ = verify(&statement, signed, ctx);
        });
    }
}

#[test]
fn purposes_are_a_set() {
    let two = [integer(2)];
    for (purposes, is_read) in [(set(&two), true), (sequence(&two), false), (integer(2), false)] {
        let mut keystore = keystore();
        keystore.tee[0] = explicit(1, &purposes);
        assert_eq!(keystore.verify().is_ok(), is_read, "{purposes:02x?}");
    }
}
