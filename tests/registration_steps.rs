//! §7.1, one test for each step. One field is tampered with and signed again, so that only the step under test can
//! fail.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use std::sync::Arc;

use host::{Host, ORIGIN, authenticator, user};
use relying_party::{
    Algorithm, CoseKey, Error, InvalidKey, RelyingParty,
    ceremony::CeremonyError,
    crypto::{SignatureError, SignatureVerifier},
    json::UserVerification,
    policy::TopOrigins,
    test_authenticator::{
        CborValue, RegistrationParts, SignedRegistration, TestAlgorithm, TestAttestation,
        TestAuthenticator, flags,
    },
};
use serde_json::{Value, json};

/// The outcome of a registration that is tampered with before signing.
fn tampered(host: &Host, tamper: impl FnOnce(&mut RegistrationParts)) -> Result<(), CeremonyError> {
    with(host, authenticator("device"), tamper, |_| {})
}

/// The outcome of a registration that is tampered with after signing.
fn corrupted(
    host: &Host,
    corrupt: impl FnOnce(&mut SignedRegistration),
) -> Result<(), CeremonyError> {
    with(host, authenticator("device"), |_| {}, corrupt)
}

fn with(
    host: &Host,
    mut device: TestAuthenticator,
    tamper: impl FnOnce(&mut RegistrationParts),
    corrupt: impl FnOnce(&mut SignedRegistration),
) -> Result<(), CeremonyError> {
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    let mut parts = device.draft_creation(&start.public_key, ORIGIN).unwrap();
    tamper(&mut parts);
    let mut signed = parts.sign().unwrap();
    corrupt(&mut signed);
    let response = signed.to_json().unwrap().to_string();
    let outcome = host.finish_create(&ada, &start, &response);
    let stored = host.passkeys(&ada);
    match outcome {
        Ok(passkey) => {
            assert_eq!(stored, [passkey]);
            Ok(())
        }
        Err(Error::Registration(error)) => {
            assert!(stored.is_empty(), "{error} left something behind");
            Err(error)
        }
        Err(other) => panic!("{other}"),
    }
}

fn code(outcome: Result<(), CeremonyError>) -> &'static str {
    outcome.map_or_else(|error| error.code(), |()| "ok")
}

fn host(
    decide: impl FnOnce(relying_party::RelyingPartyBuilder) -> relying_party::RelyingPartyBuilder,
) -> Host {
    Host::with(
        decide(RelyingParty::builder("example.com", "Example").origin(ORIGIN)).build().unwrap(),
    )
}

#[test]
fn an_honest_registration_passes() {
    assert_eq!(tampered(&Host::new(), |_| {}), Ok(()));
}

#[test]
fn step_3_response_must_be_an_attestation_response() {
    for missing in
        ["/response/attestationObject", "/response/clientDataJSON", "/rawId", "/id", "/type"]
    {
        let outcome = corrupted(&Host::new(), |signed| signed.outer.remove(missing));
        assert_eq!(code(outcome), "malformed", "{missing}");
    }
    let outcome = corrupted(&Host::new(), |signed| signed.outer.kind = "password".into());
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn step_3_assertion_response_is_not_a_registration() {
    let host = Host::new();
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    let ada = user("bob");
    let start = host.begin_create(&ada).unwrap();
    let options =
        json!({"challenge": start.public_key.challenge.to_string(), "rpId": "example.com"});
    let assertion = device.get(&options, ORIGIN).unwrap();
    let refused = host.finish_create(&ada, &start, &assertion).unwrap_err();
    assert_eq!(refused.code(), "malformed");
}

#[test]
fn step_5_byte_order_mark_is_dropped_and_hashed() {
    let host = Host::new();
    let device = authenticator("device").with(|behaviour| {
        behaviour.attestation = TestAttestation::PackedSelf;
    });
    let outcome = with(
        &host,
        device,
        |parts| {
            let json = parts.client_data.to_bytes();
            parts.client_data.raw = Some([b"\xEF\xBB\xBF", &json[..]].concat());
        },
        |_| {},
    );
    assert_eq!(outcome, Ok(()));
}

#[test]
fn step_6_client_data_must_be_json() {
    for raw in ["", "{", "[]", "{}", "{\"type\":\"webauthn.create\"}"] {
        let outcome = tampered(&Host::new(), |parts| parts.client_data.raw = Some(raw.into()));
        assert_eq!(code(outcome), "malformed", "{raw}");
    }
}

#[test]
fn step_7_type_must_be_create() {
    for kind in ["webauthn.get", "Webauthn.create", "webauthn.create ", "", "payment.get"] {
        let outcome = tampered(&Host::new(), |parts| parts.client_data.kind = kind.into());
        assert_eq!(code(outcome), "type", "{kind}");
    }
}

#[test]
fn step_8_challenge_must_be_the_one_issued() {
    for tamper in [
        |challenge: &mut String| challenge.truncate(42),
        |challenge: &mut String| challenge.push('A'),
        |challenge: &mut String| challenge.push('='),
        |challenge: &mut String| challenge.replace_range(0..1, "Z"),
        |challenge: &mut String| challenge.clear(),
    ] {
        let outcome = tampered(&Host::new(), |parts| tamper(&mut parts.client_data.challenge));
        assert_eq!(outcome, Err(CeremonyError::Challenge));
    }
}

#[test]
fn step_9_origin_must_be_expected() {
    for origin in
        ["https://evil.example", "http://example.com", "https://a.example.com", "null", ""]
    {
        let outcome = tampered(&Host::new(), |parts| parts.client_data.origin = origin.into());
        assert_eq!(code(outcome), "origin", "{origin}");
    }
}

#[test]
fn step_10_cross_origin_creation_must_be_expected() {
    let framed = |parts: &mut RegistrationParts| parts.client_data.cross_origin = Some(true);
    assert_eq!(code(tampered(&Host::new(), framed)), "cross_origin");
    let embedded = host(|rp| rp.origins(|policy| policy.allow_cross_origin(true)));
    assert_eq!(tampered(&embedded, framed), Ok(()));
}

#[test]
fn step_11_top_origin_must_be_expected() {
    let framed = |parts: &mut RegistrationParts| {
        parts.client_data.cross_origin = Some(true);
        parts.client_data.top_origin = Some("https://partner.example".into());
    };
    assert_eq!(code(tampered(&Host::new(), framed)), "cross_origin");
    let embedded = |top: &str| {
        host(|rp| {
            rp.origins(|policy| {
                policy.allow_cross_origin(true).top_origins(TopOrigins::listed([top]))
            })
        })
    };
    assert_eq!(code(tampered(&embedded("https://other.example"), framed)), "top_origin");
    assert_eq!(tampered(&embedded("https://partner.example"), framed), Ok(()));
}

#[test]
fn step_13_attestation_object_must_be_complete_canonical_cbor() {
    let honest = |signed: &SignedRegistration| signed.to_attestation_object().unwrap();
    let table: [fn(Vec<u8>) -> Vec<u8>; 4] = [
        |object| object[..object.len() - 1].to_vec(),
        |object| [&object[..], &[0]].concat(),
        |object| [&[0xbf], &object[1..], &[0xff]].concat(),
        |_| Vec::new(),
    ];
    for tamper in table {
        let outcome = corrupted(&Host::new(), |signed| {
            signed.attestation_object = Some(tamper(honest(signed)));
        });
        assert_eq!(code(outcome), "malformed");
    }
}

#[test]
fn attested_credential_data_must_be_present() {
    let outcome = tampered(&Host::new(), |parts| {
        parts.authenticator_data.attested = None;
        parts.authenticator_data.flags &= !flags::AT;
    });
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn step_14_rp_id_hash_must_match_the_rp_id() {
    let outcome = tampered(&Host::new(), |parts| parts.authenticator_data.rp_id_hash[31] ^= 1);
    assert_eq!(code(outcome), "rp_id");
}

#[test]
fn step_15_user_must_be_present() {
    let outcome = tampered(&Host::new(), |parts| parts.authenticator_data.flags &= !flags::UP);
    assert_eq!(outcome, Err(CeremonyError::UserPresence));
}

#[test]
fn step_16_user_must_be_verified_if_required() {
    let absent = |parts: &mut RegistrationParts| parts.authenticator_data.flags &= !flags::UV;
    assert_eq!(tampered(&Host::new(), absent), Err(CeremonyError::UserVerification));
    let preferred = host(|rp| rp.user_verification(UserVerification::Preferred));
    assert_eq!(tampered(&preferred, absent), Ok(()));
}

#[test]
fn step_17_backed_up_must_be_eligible() {
    let outcome = tampered(&Host::new(), |parts| {
        parts.authenticator_data.flags &= !flags::BE;
        parts.authenticator_data.flags |= flags::BS;
    });
    assert_eq!(outcome, Err(CeremonyError::BackupState));
}

#[test]
fn step_20_algorithm_must_have_been_offered() {
    // CVE-2026-8830: the policy was sent but not enforced.
    let host = host(|rp| rp.algorithms([Algorithm::EdDSA]));
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    let mut options = serde_json::to_value(&start.public_key).unwrap();
    options["pubKeyCredParams"] = json!([{"type": "public-key", "alg": -7}]);
    let response = authenticator("device").create(&options, ORIGIN).unwrap();
    let refused = host.finish_create(&ada, &start, &response).unwrap_err();
    let offered = host.rp.algorithms().to_vec();
    let expected = CeremonyError::AlgorithmNotOffered { found: Algorithm::ES256, offered };
    assert_eq!(refused, Error::Registration(expected));
    let told = "the registration was rejected: algorithm ES256 was not offered; offered are EdDSA";
    assert_eq!(refused.to_string(), told);
}

#[test]
fn key_must_be_valid_for_its_algorithm() {
    let device = || {
        authenticator("device").with(|behaviour| behaviour.algorithms = vec![TestAlgorithm::Es256])
    };
    let key = |label: i64, value: CborValue| {
        let set = move |parts: &mut RegistrationParts| {
            parts.authenticator_data.attested.as_mut().unwrap().public_key.set(label, value);
        };
        code(with(&Host::new(), device(), set, |_| {}))
    };
    assert_eq!(key(-1, 2.into()), "algorithm");
    assert_eq!(key(3, (-257).into()), "algorithm");
    assert_eq!(key(1, 1.into()), "malformed");
    assert_eq!(key(-3, CborValue::Bytes(vec![7; 32])), "malformed");
    assert_eq!(key(-3, CborValue::Bytes(vec![7; 31])), "malformed");
    assert_eq!(key(-3, true.into()), "malformed");
    assert_eq!(key(-4, CborValue::Bytes(vec![7; 32])), "malformed");
}

/// A host may have its own verifier, but the shape of a key is always checked.
#[test]
fn key_has_the_shape_of_its_algorithm_regardless_of_the_verifier() {
    struct Credulous;
    impl SignatureVerifier for Credulous {
        fn supports(&self, _: Algorithm) -> bool {
            true
        }
        fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
            Ok(())
        }
        fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
            Ok(())
        }
    }
    let outcome = |label: i64, value: CborValue| {
        let host = host(|rp| rp.verifier(Arc::new(Credulous)));
        let device = authenticator("device")
            .with(|behaviour| behaviour.algorithms = vec![TestAlgorithm::Es256]);
        let set = move |parts: &mut RegistrationParts| {
            parts.authenticator_data.attested.as_mut().unwrap().public_key.set(label, value);
        };
        code(with(&host, device, set, |_| {}))
    };
    assert_eq!(outcome(-3, CborValue::Bytes(vec![7; 32])), "ok");
    assert_eq!(outcome(-3, CborValue::Bytes(vec![7; 31])), "malformed");
    assert_eq!(outcome(-2, CborValue::Bytes(vec![7; 33])), "malformed");
    assert_eq!(outcome(-1, 2.into()), "algorithm");
}

#[test]
fn step_21_format_is_not_checked_if_no_attestation_is_wanted() {
    let outcome = tampered(&Host::new(), |parts| parts.fmt = Some("tpm".into()));
    assert_eq!(outcome, Ok(()));
}

#[test]
fn step_21_format_must_match_byte_for_byte_if_statements_are_verified() {
    use relying_party::{AttestationPolicy, json::AttestationConveyance};
    let judging =
        || host(|rp| rp.attestation(AttestationConveyance::Direct, AttestationPolicy::statement()));
    for format in ["None", "none ", "unheard-of", ""] {
        let outcome = tampered(&judging(), |parts| parts.fmt = Some(format.into()));
        assert_eq!(code(outcome), "attestation_format", "{format:?}");
    }
}

#[test]
fn step_22_statement_must_be_valid() {
    let device = || {
        authenticator("device").with(|behaviour| {
            behaviour.attestation = TestAttestation::PackedSelf;
        })
    };
    assert_eq!(with(&Host::new(), device(), |_| {}, |_| {}), Ok(()));
    let corrupt =
        |change: fn(&mut SignedRegistration)| code(with(&Host::new(), device(), |_| {}, change));
    assert_eq!(corrupt(|signed| signed.statement.set("alg", -257)), "attestation_statement");
    assert_eq!(corrupt(|signed| signed.statement.remove("sig")), "attestation_statement");
    let spoil = |signed: &mut SignedRegistration| {
        let Some(CborValue::Bytes(signature)) = signed.statement.entry("sig").cloned() else {
            panic!("no signature");
        };
        let spoilt = signature.iter().map(|byte| byte ^ 1).collect();
        signed.statement.set("sig", CborValue::Bytes(spoilt));
    };
    assert_eq!(corrupt(spoil), "attestation_statement");
    let outcome = corrupted(&Host::new(), |signed| signed.statement.set("x", 1));
    assert_eq!(code(outcome), "attestation_statement", "none with a statement");
}

#[test]
fn step_24_attestation_must_be_trusted_if_the_policy_says_so() {
    use relying_party::{AttestationPolicy, json::AttestationConveyance};
    let trusting =
        || host(|rp| rp.attestation(AttestationConveyance::Direct, AttestationPolicy::trusted()));
    assert_eq!(code(tampered(&trusting(), |_| {})), "attestation_trust");
    let outcome = tampered(&trusting(), |parts| parts.attestation = TestAttestation::PackedSelf);
    assert_eq!(code(outcome), "attestation_trust");
}

#[test]
fn step_25_credential_id_has_1_to_1023_bytes() {
    for (length, expected) in [
        (0, "credential_id"),
        (1, "ok"),
        (1023, "ok"),
        (1024, "credential_id"),
        (8_000, "credential_id"),
        (20_000, "malformed"),
    ] {
        let device = authenticator("device").with(|behaviour| {
            behaviour.credential_id_length = length;
        });
        assert_eq!(code(with(&Host::new(), device, |_| {}, |_| {})), expected, "{length}");
    }
}

#[test]
fn raw_id_must_be_the_attested_credential_id() {
    let other = |signed: &mut SignedRegistration| {
        signed.outer.raw_id = "AQID".into();
        signed.outer.id = "AQID".into();
    };
    assert_eq!(code(corrupted(&Host::new(), other)), "credential_id");
    let differ = corrupted(&Host::new(), |signed| signed.outer.id = "AQID".into());
    assert_eq!(code(differ), "credential_id");
}

#[test]
fn step_28_unsolicited_extensions_do_not_fail() {
    let outcome = tampered(&Host::new(), |parts| {
        let outputs = vec![(CborValue::from("credProtect"), CborValue::from(2))];
        parts.authenticator_data.extend(CborValue::Map(outputs));
        parts.outer.client_extension_results = json!({"credProps": {}, "prf": {"enabled": true}});
    });
    assert_eq!(outcome, Ok(()));
}

#[test]
fn convenience_copies_outside_the_attestation_object_are_never_read() {
    let outcome = corrupted(&Host::new(), |signed| {
        signed.outer.set("/response/authenticatorData", "!");
        signed.outer.set("/response/publicKey", 7);
        signed.outer.set("/response/publicKeyAlgorithm", Value::Null);
    });
    assert_eq!(outcome, Ok(()));
}

#[test]
fn first_failing_step_is_the_one_reported() {
    // From the last step to the first: each change is added to those before, and determines the error.
    type Tamper = fn(&mut RegistrationParts);
    let tamperings: [(&str, Tamper); 7] = [
        ("backup_flags", |parts| {
            parts.authenticator_data.flags = flags::AT | flags::UP | flags::UV | flags::BS;
        }),
        ("user_verification", |parts| parts.authenticator_data.flags &= !flags::UV),
        ("user_presence", |parts| parts.authenticator_data.flags &= !flags::UP),
        ("rp_id", |parts| parts.authenticator_data.rp_id_hash[0] ^= 1),
        ("origin", |parts| parts.client_data.origin = "https://evil.example".into()),
        ("challenge", |parts| parts.client_data.challenge.clear()),
        ("type", |parts| parts.client_data.kind.clear()),
    ];
    for count in 1..=tamperings.len() {
        let outcome = tampered(&Host::new(), |parts| {
            tamperings[..count].iter().for_each(|(_, tamper)| tamper(parts));
        });
        assert_eq!(code(outcome), tamperings[count - 1].0);
    }
}
