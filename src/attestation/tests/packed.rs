//! `packed` (§8.2, §8.2.1).

use super::*;
use crate::{
    AttestationLevel, AttestationType, StatementError,
    limits::CERTIFICATES_MAX,
    x509::{
        Certificate,
        test_ca::{ca_constraints, common_name},
    },
};

/// Returns why a tampered statement is invalid.
fn refusal(tamper: impl FnOnce(&mut Packed)) -> StatementError {
    match Packed::tampered(tamper).judge(&trusted()) {
        Err(CeremonyError::AttestationStatement(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn accepted(tamper: impl FnOnce(&mut Packed)) -> bool {
    Packed::tampered(tamper).judge(&trusted()).is_ok()
}

#[test]
fn a_trusted_statement_keeps_who_vouches_for_it() {
    let verified = Packed::new().judge(&trusted()).unwrap();
    let attestation = verified.attestation();
    assert_eq!(attestation.format, "packed");
    assert_eq!(attestation.kind, Some(AttestationType::Uncertain));
    assert_eq!(attestation.level(), AttestationLevel::Trusted);
    let root = vendor().root();
    let trust = attestation.trust.as_ref().unwrap();
    assert_eq!(trust.anchor, Certificate::parse(&root).unwrap().key_hash());
    assert!(trust.intermediates.is_empty());
}

#[test]
fn step_1_the_signature_is_by_the_certificate_key() {
    assert_eq!(refusal(|it| it.key = Key::p256("other")), StatementError::Signature);
    let mut packed = Packed::new();
    let statement = packed.statement();
    packed.parts.authenticator_data.sign_count ^= 1;
    let judged = judge(packed.parts, "packed", statement, &trusted());
    assert_eq!(
        judged,
        Err(CeremonyError::AttestationStatement(StatementError::Signature)),
        "over other authenticator data"
    );
    let mut packed = Packed::new();
    let statement = packed.statement();
    packed.parts.client_data.extra.push(("more".into(), 1.into()));
    let judged = judge(packed.parts, "packed", statement, &trusted());
    assert_eq!(
        judged,
        Err(CeremonyError::AttestationStatement(StatementError::Signature)),
        "over other client data"
    );
}

#[test]
fn step_1_alg_suits_the_certificate_key() {
    for alg in [-35, -8, -257, -47, i64::from(i32::MAX), i64::MAX] {
        assert!(
            matches!(
                refusal(|it| it.alg = alg),
                StatementError::Certificate(_) | StatementError::Invalid(_)
            ),
            "{alg}"
        );
    }
    let with_key = |it: &mut Packed, key: Key, alg| {
        it.certificate.spki = key.spki();
        it.key = key;
        it.alg = alg;
    };
    assert!(accepted(|it| with_key(it, Key::p384("attestation"), -35)));
    assert!(accepted(|it| with_key(it, Key::ed25519("attestation"), -8)));
}

#[test]
fn step_2_the_certificate_is_of_version_3() {
    let version_1 = |it: &mut Packed| {
        it.certificate.version = None;
        it.certificate.extensions = Vec::new();
    };
    let error = StatementError::Invalid("the certificate is not of version 3");
    assert_eq!(refusal(version_1), error);
}

#[test]
fn step_2_the_subject_has_country_organization_unit_and_name() {
    const UNIT_VALUE: &str = "Authenticator Attestation";
    let all =
        [(COUNTRY, "AA"), (ORGANIZATION, "Vendor"), (UNIT, UNIT_VALUE), (COMMON_NAME, "Model")];
    assert!(accepted(|it| it.certificate.subject = name(&all)));
    for missing in 0..all.len() {
        let rest = all.iter().enumerate().filter(|(index, _)| *index != missing);
        let rest = rest.map(|(_, attribute)| *attribute).collect::<Vec<_>>();
        assert!(
            matches!(
                refusal(|it| it.certificate.subject = name(&rest)),
                StatementError::Invalid(_)
            ),
            "{missing}"
        );
    }
    let tamperings = [
        (0, (COUNTRY, "AAA")),
        (0, (COUNTRY, "1A")),
        (1, (ORGANIZATION, "")),
        (2, (UNIT, "Authenticator attestation")),
        (2, (UNIT, "Authenticator Attestation ")),
        (3, (COMMON_NAME, "")),
    ];
    for (index, attribute) in tamperings {
        let mut tampered = all;
        tampered[index] = attribute;
        let error = refusal(|it| it.certificate.subject = name(&tampered));
        assert!(matches!(error, StatementError::Invalid(_)), "{attribute:?}");
    }
}

#[test]
fn step_2_the_certificate_is_not_a_ca_certificate() {
    let ca = |it: &mut Packed| it.certificate.extensions[0] = ca_constraints(None);
    assert_eq!(refusal(ca), StatementError::Invalid("the certificate is a CA certificate"));
    // Old leaf certificates have no basic constraints, others an explicit FALSE.
    assert!(accepted(|it| drop(it.certificate.extensions.remove(0))));
    let explicit = extension(BASIC_CONSTRAINTS, true, &sequence(&[tlv(1, &[0])]));
    assert!(accepted(|it| it.certificate.extensions[0] = explicit));
}

#[test]
fn step_3_the_aaguid_extension_matches_the_authenticator() {
    let tamper = |value: Vec<u8>| move |it: &mut Packed| it.certificate.extensions[1] = value;
    let other = aaguid_extension(Aaguid::default());
    assert_eq!(
        refusal(tamper(other)),
        StatementError::Invalid("the certificate is for another AAGUID")
    );
    let critical = extension(AAGUID_EXTENSION, true, &tlv(4, TEST_AAGUID.as_bytes()));
    assert_eq!(
        refusal(tamper(critical)),
        StatementError::Invalid("the certificate's AAGUID extension is critical")
    );
    let no_octet_string =
        StatementError::Invalid("the certificate's AAGUID is not an octet string");
    let bare = extension(AAGUID_EXTENSION, false, TEST_AAGUID.as_bytes());
    assert_eq!(refusal(tamper(bare)), no_octet_string);
    let trailing = [tlv(4, TEST_AAGUID.as_bytes()), vec![5, 0]].concat();
    assert_eq!(refusal(tamper(extension(AAGUID_EXTENSION, false, &trailing))), no_octet_string);
    assert!(accepted(|it| it.certificate.extensions.truncate(1)), "it may be absent");
}

#[test]
fn enterprise_certificates_may_carry_a_serial_number() {
    let serial = extension("1.3.6.1.4.1.45724.1.1.2", false, &tlv(4, b"0001"));
    assert!(accepted(|it| it.certificate.extensions.push(serial)));
}

#[test]
fn the_syntax_requires_alg_sig_and_a_certificate() {
    let statement_without = |tamper: fn(&mut Cbor)| {
        let packed = Packed::new();
        let mut statement = packed.statement();
        tamper(&mut statement);
        code(judge(packed.parts, "packed", statement, &trusted()))
    };
    let tamperings: [fn(&mut Cbor); 7] = [
        |it| *it = Cbor::map([("sig", it.entry("sig").unwrap().clone())]),
        |it| *it = Cbor::map([("alg", (-7).into()), ("x5c", it.entry("x5c").unwrap().clone())]),
        |it| it.set("alg", "ES256"),
        |it| it.set("x5c", array([])),
        |it| it.set("x5c", bytes([])),
        |it| it.set("x5c", CborValue::Array(vec!["text".into()])),
        |it| it.push("alg", -7),
    ];
    for (index, tamper) in tamperings.into_iter().enumerate() {
        let code = statement_without(tamper);
        assert!(["attestation_statement", "malformed"].contains(&code), "{index}: {code}");
    }
    assert_eq!(statement_without(|it| it.set("ecdaaKeyId", 1)), "ok", "unknown members are not");
}

#[test]
fn an_empty_x5c_is_not_self_attestation() {
    let parts = draft(TestAlgorithm::Es256);
    let signature = parts.key.sign(&message(&parts)).unwrap();
    let mut statement = Cbor::map([("alg", (-7).into()), ("sig", bytes(signature))]);
    let policy = AttestationPolicy::statement();
    assert_eq!(code(judge(parts.clone(), "packed", statement.clone(), &policy)), "ok");
    statement.set("x5c", array([]));
    assert_eq!(
        judge(parts, "packed", statement, &policy),
        Err(CeremonyError::AttestationStatement(StatementError::Invalid("x5c is empty")))
    );
}

#[test]
fn certificates_are_bounded() {
    let root = vendor().root();
    assert!(accepted(|it| it.others = vec![root.clone(); CERTIFICATES_MAX - 1]));
    assert_eq!(
        refusal(|it| it.others = vec![root.clone(); CERTIFICATES_MAX]),
        StatementError::Invalid("x5c has too many certificates")
    );
    assert_eq!(
        refusal(|it| it.others = vec![Vec::new(); 3000]),
        StatementError::Invalid("x5c has too many certificates")
    );
}

#[test]
fn an_unreadable_first_certificate_invalidates_the_statement() {
    let packed = Packed::new();
    let mut der = packed.certificate();
    der.pop();
    let mut statement = packed.statement();
    statement.set("x5c", array([der.clone()]));
    assert_eq!(code(judge(packed.parts, "packed", statement, &trusted())), "attestation_statement");
    let judged = Packed::tampered(|it| it.others = vec![der]).judge(&trusted());
    assert_eq!(code(judged), "attestation_trust");
}

#[test]
fn a_path_through_an_intermediate_is_kept() {
    let intermediate = Ca::new("intermediate");
    let by_vendor = intermediate.certified_by(&vendor());
    let verified = Packed::tampered(|it| {
        it.certificate.issuer = intermediate.name.clone();
        it.issuer = intermediate.key.clone();
        it.others = vec![by_vendor.clone()];
    })
    .judge(&trusted())
    .unwrap();
    let trust = verified.attestation().trust.as_ref().unwrap();
    assert_eq!(trust.intermediates, [Certificate::parse(&by_vendor).unwrap().key_hash()]);
}

#[test]
fn a_subject_in_one_rdn_reads_the_same() {
    // All four attributes in one set, in DER order.
    let attribute = |oid: &str, tag, text: &str| {
        sequence(&[crate::x509::test_ca::oid(oid), tlv(tag, text.as_bytes())])
    };
    let mut attributes = [
        attribute(COUNTRY, 0x13, "AA"),
        attribute(ORGANIZATION, 0x0c, "Vendor"),
        attribute(UNIT, 0x13, "Authenticator Attestation"),
        attribute(COMMON_NAME, 0x13, "Model"),
    ];
    attributes.sort();
    let subject = sequence(&[tlv(0x31, &attributes.concat())]);
    assert!(accepted(|it| it.certificate.subject = subject));
    assert!(matches!(
        refusal(|it| it.certificate.subject = common_name("x")),
        StatementError::Invalid(_)
    ));
}
