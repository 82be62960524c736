//! `compound` (§8.9).

use super::*;
use crate::{
    AaguidAssurance, AttestationLevel, AttestationType, StatementError, TrustError,
    limits::COMPOUND_STATEMENTS_MAX, x509::PathError,
};

fn element(format: &str, statement: Cbor) -> CborValue {
    let Cbor::Value(statement) = statement else { panic!("raw") };
    CborValue::Map(vec![("fmt".into(), format.into()), ("attStmt".into(), statement)])
}

/// A packed statement, one signed with another key, and self attestation, over the same data.
fn elements() -> (RegistrationParts, [CborValue; 3]) {
    let packed = Packed::new();
    let valid = element("packed", packed.statement());
    let invalid = element("packed", Packed::tampered(|it| it.key = Key::p256("other")).statement());
    let signature = packed.parts.key.sign(&message(&packed.parts)).unwrap();
    let itself = Cbor::map([("alg", (-7).into()), ("sig", bytes(signature))]);
    (packed.parts, [valid, invalid, element("packed", itself)])
}

fn judge_all(
    parts: RegistrationParts,
    elements: Vec<CborValue>,
    policy: &AttestationPolicy,
) -> Result<VerifiedRegistration, CeremonyError> {
    judge(parts, "compound", Cbor::Value(CborValue::Array(elements)), policy)
}

#[test]
fn it_is_trusted_if_all_are_valid_and_one_is_trusted() {
    let (parts, [valid, _, itself]) = elements();
    for order in [vec![valid.clone(), itself.clone()], vec![itself.clone(), valid.clone()]] {
        let verified = judge_all(parts.clone(), order, &trusted()).unwrap();
        let attestation = verified.attestation();
        assert_eq!(attestation.format, "compound");
        assert_eq!(attestation.kind, Some(AttestationType::Uncertain));
        assert_eq!(attestation.level(), AttestationLevel::Trusted);
    }
    let only_itself = vec![itself.clone(), itself];
    assert_eq!(code(judge_all(parts.clone(), only_itself, &trusted())), "attestation_trust");
    let nobody = AttestationPolicy::trusted();
    let twice = vec![valid.clone(), valid];
    assert_eq!(code(judge_all(parts, twice, &nobody)), "attestation_trust");
}

#[test]
fn one_invalid_statement_makes_it_invalid() {
    let (parts, [valid, invalid, itself]) = elements();
    for order in
        [vec![valid.clone(), invalid.clone()], vec![invalid.clone(), valid], vec![itself, invalid]]
    {
        assert_eq!(
            judge_all(parts.clone(), order, &AttestationPolicy::statement()),
            Err(CeremonyError::AttestationStatement(StatementError::Signature))
        );
    }
}

/// Neither of two elements may lend the other what it lacks: trust, or a signature over the AAGUID.
#[test]
fn the_aaguid_counts_as_far_as_the_trusted_statement_signs_it() {
    let u2f = fido_u2f::U2f::new();
    let statement = element("fido-u2f", u2f.statement());
    let (parts, [valid, _, itself]) = elements();
    let policy = trusted().allow_aaguids([TEST_AAGUID]);
    let with_itself = vec![statement.clone(), itself];
    assert_eq!(code(judge_all(parts.clone(), with_itself.clone(), &trusted())), "ok");
    assert_eq!(code(judge_all(parts.clone(), with_itself, &policy)), "attestation_trust");
    for order in [vec![statement.clone(), valid.clone()], vec![valid, statement]] {
        let verified = judge_all(parts.clone(), order, &policy).unwrap();
        assert_eq!(verified.attestation().aaguid, AaguidAssurance::Attested);
    }
}

/// This version must not reject what a later version of the format may add.
#[test]
fn unknown_members_of_an_element_are_ignored() {
    let (parts, [valid, invalid, itself]) = elements();
    let extended = |element: CborValue| {
        let mut members = element.into_map().unwrap();
        members.insert(1, ("new".into(), array([vec![1], vec![2]])));
        CborValue::Map(members)
    };
    let judged = |first: CborValue| {
        judge_all(parts.clone(), vec![extended(first), itself.clone()], &trusted())
    };
    assert_eq!(code(judged(valid)), "ok");
    assert_eq!(code(judged(invalid)), "attestation_statement");
}

#[test]
fn there_are_at_least_two_and_not_too_many() {
    let (parts, [valid, ..]) = elements();
    for (count, expected) in [
        (0, "attestation_statement"),
        (1, "attestation_statement"),
        (2, "ok"),
        (COMPOUND_STATEMENTS_MAX, "ok"),
        (COMPOUND_STATEMENTS_MAX + 1, "attestation_statement"),
    ] {
        let judged = judge_all(parts.clone(), vec![valid.clone(); count], &trusted());
        assert_eq!(code(judged), expected, "{count}");
    }
    let statements = vec![valid; COMPOUND_STATEMENTS_MAX + 1];
    assert_eq!(
        judge_all(parts, statements, &trusted()),
        Err(CeremonyError::AttestationStatement(StatementError::Invalid(
            "compound has too many statements"
        )))
    );
}

#[test]
fn rejects_nested_compounds_and_unknown_formats() {
    let (parts, [valid, _, itself]) = elements();
    let nested = Cbor::Value(CborValue::Array(vec![valid.clone(), itself]));
    let nested = vec![valid.clone(), element("compound", nested)];
    assert_eq!(code(judge_all(parts.clone(), nested, &trusted())), "attestation_statement");
    let unknown = vec![valid, element("unknown", Cbor::empty_map())];
    assert_eq!(code(judge_all(parts, unknown, &trusted())), "attestation_format");
}

#[test]
fn the_syntax_requires_an_array_of_maps_with_fmt_and_statement() {
    let (parts, [valid, ..]) = elements();
    let CborValue::Map(members) = valid.clone() else { panic!("no map") };
    for broken in [
        CborValue::Map(members[..1].to_vec()),
        CborValue::Map(members[1..].to_vec()),
        CborValue::Array(vec![]),
        CborValue::Map([&members[..], &members[..1]].concat()),
    ] {
        let judged = judge_all(parts.clone(), vec![valid.clone(), broken], &trusted());
        assert!(["attestation_statement", "malformed"].contains(&code(judged)));
    }
    let judged = judge(parts, "compound", Cbor::empty_map(), &trusted());
    assert_eq!(code(judged), "attestation_statement");
}

/// A certificate says more than the credential about itself, and that says more than nothing. Of two equally strong
/// elements, the first decides.
#[test]
fn the_strongest_element_decides_regardless_of_its_position() {
    let (parts, [valid, _, itself]) = elements();
    let none = element("none", Cbor::empty_map());
    let parts_by_rank = [
        (&none, AttestationType::None, TrustError::NoAttestation),
        (&itself, AttestationType::SelfAttestation, TrustError::SelfAttestation),
        (&valid, AttestationType::Uncertain, TrustError::Path(PathError::UnknownIssuer)),
    ];
    for (one, (first, ..)) in parts_by_rank.iter().enumerate() {
        for (other, (second, ..)) in parts_by_rank.iter().enumerate() {
            let (_, kind, refusal) = &parts_by_rank[one.max(other)];
            let both = vec![(*first).clone(), (*second).clone()];
            let judged = judge_all(parts.clone(), both.clone(), &AttestationPolicy::statement());
            assert_eq!(judged.unwrap().attestation().kind.as_ref(), Some(kind), "{one} {other}");
            let judged = judge_all(parts.clone(), both, &AttestationPolicy::trusted());
            assert_eq!(judged, Err(CeremonyError::AttestationTrust(refusal.clone())));
        }
    }
    // The format of the deciding element decides on the AAGUID: a U2F key does not sign it.
    let u2f = element("fido-u2f", fido_u2f::U2f::new().statement());
    let policy = AttestationPolicy::statement().deny_aaguids([Aaguid::default()]);
    let refused = Err(CeremonyError::AttestationTrust(TrustError::Aaguid(TEST_AAGUID)));
    assert_eq!(code(judge_all(parts.clone(), vec![valid.clone(), u2f.clone()], &policy)), "ok");
    assert_eq!(judge_all(parts, vec![u2f, valid], &policy), refused);
}
