//! Name constraints (RFC 5280 §4.2.1.10).

use core::slice::from_ref;

use super::*;
use crate::x509::test_ca::{COMMON_NAME, ORGANIZATION, ca_constraints, key_cert_sign, name, tlv};

const NAME_CONSTRAINTS: &str = "2.5.29.30";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";

fn directory(attributes: &[(&str, &str)]) -> Vec<u8> {
    tlv(0xa4, &name(attributes))
}

fn dns(host: &str) -> Vec<u8> {
    tlv(0x82, host.as_bytes())
}

/// A leaf of organization Acme below an intermediate with these constraints.
fn judge(
    permitted: &[Vec<u8>],
    excluded: &[Vec<u8>],
    alternative: &[Vec<u8>],
) -> Result<usize, PathError> {
    let subtrees = |tag, bases: &[Vec<u8>]| match bases {
        [] => Vec::new(),
        bases => tlv(
            tag,
            &bases.iter().map(|base| sequence(from_ref(base))).collect::<Vec<_>>().concat(),
        ),
    };
    let constraints = sequence(&[subtrees(0xa0, permitted), subtrees(0xa1, excluded)]);
    World::bent(|it| {
        it.intermediate_draft.extensions = vec![
            ca_constraints(None),
            key_cert_sign(),
            extension(NAME_CONSTRAINTS, true, &constraints),
        ];
        it.leaf_draft.subject = name(&[(ORGANIZATION, "Acme"), (COMMON_NAME, "leaf")]);
        if !alternative.is_empty() {
            it.leaf_draft.extensions.push(extension(
                SUBJECT_ALT_NAME,
                false,
                &sequence(alternative),
            ));
        }
    })
    .judge()
}

#[test]
fn the_subject_is_within_permitted_and_outside_of_excluded_subtrees() {
    let (acme, other) =
        (directory(&[(ORGANIZATION, "Acme")]), directory(&[(ORGANIZATION, "Other")]));
    let refused = Err(PathError::NameConstraints);
    assert_eq!(judge(&[], &[], &[]), Ok(1));
    assert_eq!(judge(from_ref(&acme), &[], &[]), Ok(1));
    assert_eq!(judge(&[other.clone(), acme.clone()], &[], &[]), Ok(1));
    assert_eq!(judge(from_ref(&other), &[], &[]), refused);
    assert_eq!(judge(&[], from_ref(&acme), &[]), refused);
    assert_eq!(judge(&[], from_ref(&other), &[]), Ok(1));
    assert_eq!(judge(from_ref(&acme), &[directory(&[])], &[]), refused, "everything is excluded");
    // A directory name elsewhere counts as well.
    assert_eq!(judge(from_ref(&acme), &[], &[other]), refused);
    // The beginning of a name is not the beginning of its text.
    assert_eq!(judge(&[directory(&[(ORGANIZATION, "Acm")])], &[], &[]), refused);
}

#[test]
fn constraints_on_forms_that_are_not_judged_refuse_names_of_that_form() {
    let refused = Err(PathError::NameConstraints);
    assert_eq!(judge(&[dns("example.com")], &[], &[]), Ok(1), "there is no such name");
    assert_eq!(judge(&[dns("example.com")], &[], &[dns("example.com")]), refused);
    assert_eq!(judge(&[], &[dns("example.com")], &[dns("example.net")]), refused);
    assert_eq!(
        judge(&[], &[tlv(0x87, &[10, 0, 0, 0, 255, 0, 0, 0])], &[dns("example.net")]),
        Ok(1)
    );
}

#[test]
fn a_subtree_with_a_minimum_is_refused() {
    let subtree = sequence(&[directory(&[(ORGANIZATION, "Acme")]), tlv(0x80, &[1])]);
    let constraints = sequence(&[tlv(0xa0, &subtree)]);
    let world = World::bent(|it| {
        it.intermediate_draft.extensions.push(extension(NAME_CONSTRAINTS, true, &constraints));
    });
    assert!(matches!(world.judge(), Err(PathError::Certificate(_))));
}

#[test]
fn constraints_are_one_sequence_of_names() {
    let acme = name(&[(ORGANIZATION, "Acme")]);
    let permitted = |base: &[u8]| sequence(&[tlv(0xa0, &sequence(&[base.to_vec()]))]);
    let judge = |constraints: &[u8]| {
        let extension = extension(NAME_CONSTRAINTS, true, constraints);
        World::bent(|it| it.intermediate_draft.extensions.push(extension)).judge()
    };
    let right = permitted(&tlv(0xa4, &acme));
    assert_eq!(judge(&right), Err(PathError::NameConstraints));
    // Something behind them, and an octet string, whose tag is a directory name's in another class.
    for wrong in [[&right[..], &[5, 0]].concat(), permitted(&tlv(0x04, &acme))] {
        assert!(matches!(judge(&wrong), Err(PathError::Certificate(_))), "{wrong:02x?}");
    }
}

#[test]
fn constraints_of_the_anchor_count() {
    let other = sequence(&[directory(&[(ORGANIZATION, "Other")])]);
    let constraints = sequence(&[tlv(0xa0, &other)]);
    let world = World::bent(|it| {
        it.root_draft.extensions.push(extension(NAME_CONSTRAINTS, true, &constraints));
    });
    assert_eq!(world.judge(), Err(PathError::NameConstraints));
}

/// A root that permits Acme only.
fn acme_only(root: &Ca) -> Vec<u8> {
    let acme = sequence(&[directory(&[(ORGANIZATION, "Acme")])]);
    let constraints = extension(NAME_CONSTRAINTS, true, &sequence(&[tlv(0xa0, &acme)]));
    root.draft_by(root).with(|it| it.extensions.push(constraints)).sign(&root.key)
}

#[test]
fn intermediates_are_asked_unless_they_issued_themselves() {
    let root = Ca::new("root");
    let leaf = |issuer: &Ca| {
        let subject = name(&[(ORGANIZATION, "Acme"), (COMMON_NAME, "leaf")]);
        leaf_by(issuer).with(|it| it.subject = subject).sign(&issuer.key)
    };
    let other = Ca::new("intermediate");
    let chain = [leaf(&other), other.certified_by(&root)];
    assert_eq!(find(&chain, &[acme_only(&root)]), Err(PathError::NameConstraints));
    let renewed = Ca { key: Key::p256("new key"), ..root.clone() };
    let chain = [leaf(&renewed), renewed.certified_by(&root)];
    assert_eq!(find(&chain, &[acme_only(&root)]), Ok(1));
    // The end of the path is asked, whoever issued it.
    let itself = leaf_by(&root).with(|it| it.subject = root.name.clone()).sign(&root.key);
    assert_eq!(find(&[itself], &[acme_only(&root)]), Err(PathError::NameConstraints));
}

#[test]
fn an_empty_subject_is_no_name() {
    let root = Ca::new("root");
    let leaf = |alternative: &str| {
        let names = sequence(&[directory(&[(ORGANIZATION, alternative)])]);
        leaf_by(&root)
            .with(|it| {
                it.subject = sequence(&[]);
                it.extensions.push(extension(SUBJECT_ALT_NAME, true, &names));
            })
            .sign(&root.key)
    };
    assert_eq!(find(&[leaf("Acme")], &[acme_only(&root)]), Ok(0));
    assert_eq!(find(&[leaf("Other")], &[acme_only(&root)]), Err(PathError::NameConstraints));
}

#[test]
fn a_mail_address_in_the_subject_counts_as_one() {
    const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";
    let mail = sequence(&[tlv(0x81, b"example.com")]);
    let constraints = extension(NAME_CONSTRAINTS, true, &sequence(&[tlv(0xa0, &mail)]));
    let judge = |subject: &[(&str, &str)]| {
        World::bent(|it| {
            it.intermediate_draft.extensions.push(constraints.clone());
            it.leaf_draft.subject = name(subject);
        })
        .judge()
    };
    assert_eq!(judge(&[(COMMON_NAME, "leaf")]), Ok(1));
    assert_eq!(judge(&[(EMAIL_ADDRESS, "a@example.com")]), Err(PathError::NameConstraints));
}

#[test]
fn text_is_what_has_one_meaning_in_its_string_type() {
    const UTF8: u8 = 0x0c;
    const PRINTABLE: u8 = 0x13;
    const TELETEX: u8 = 0x14;
    const IA5: u8 = 0x16;
    const BMP: u8 = 0x1e;
    let text = |tag, bytes| {
        let value = tlv(tag, bytes);
        let value = <der::asn1::AnyRef<'_> as der::Decode<'_>>::from_der(&value).unwrap();
        crate::x509::name::text(value).map(Vec::from)
    };
    for tag in [UTF8, PRINTABLE, TELETEX, IA5] {
        assert_eq!(text(tag, b"Vendor").as_deref(), Some(&b"Vendor"[..]), "{tag}");
        assert_eq!(text(tag, b"\xff"), None, "{tag}");
    }
    assert!(text(UTF8, "é".as_bytes()).is_some());
    for tag in [PRINTABLE, TELETEX, IA5] {
        assert_eq!(text(tag, "é".as_bytes()), None, "{tag}");
    }
    assert_eq!(text(PRINTABLE, b"a@b"), None);
    assert!(text(IA5, b"a@b").is_some() && text(TELETEX, b"a@b").is_some());
    assert_eq!(text(BMP, b"\0V"), None);
}

#[test]
fn a_directory_name_is_one_name_and_nothing_else() {
    let name = name(&[(ORGANIZATION, "Acme")]);
    for (content, judged) in [(name.clone(), true), ([&name[..], &[5, 0]].concat(), false)] {
        let found = judge(&[tlv(0xa4, &content)], &[], &[]);
        match found {
            Ok(1) => assert!(judged),
            other => assert!(!judged && matches!(other, Err(PathError::Certificate(_)))),
        }
    }
}
