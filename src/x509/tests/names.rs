//! Name constraints (RFC 5280 §4.2.1.10).

use core::slice::from_ref;

use super::*;
use crate::{
    limits::NAME_COMPARISONS_MAX,
    x509::{
        CertificateError,
        test_ca::{
            COMMON_NAME, COUNTRY, ORGANIZATION, ca_constraints, key_cert_sign, name, oid, tlv,
        },
    },
};

const NAME_CONSTRAINTS: &str = "2.5.29.30";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";

fn directory(attributes: &[(&str, &str)]) -> Vec<u8> {
    tlv(0xa4, &name(attributes))
}

fn dns(host: &str) -> Vec<u8> {
    tlv(0x82, host.as_bytes())
}

/// Verifies a leaf of organization Acme below an intermediate with these constraints.
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
    World::tampered(|it| {
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
fn the_subject_must_be_in_permitted_and_not_in_excluded_subtrees() {
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
    // A directory name elsewhere counts too.
    assert_eq!(judge(from_ref(&acme), &[], &[other]), refused);
    // The start of a name is not the start of its text.
    assert_eq!(judge(&[directory(&[(ORGANIZATION, "Acm")])], &[], &[]), refused);
}

/// RFC 5280 §7.1: the string type, case and the number of spaces do not make a name different.
#[test]
fn excluded_names_cannot_be_evaded_by_another_spelling() {
    const BMP: u8 = 0x1e;
    let organization = |tag, text: &[u8]| {
        let attribute = sequence(&[oid(ORGANIZATION), tlv(tag, text)]);
        tlv(0xa4, &sequence(&[tlv(0x31, &attribute)]))
    };
    let refused = Err(PathError::NameConstraints);
    for base in [
        organization(0x13, b"Acme"),
        organization(0x0c, b"ACME"),
        organization(0x16, b" acme "),
        organization(BMP, b"\0A\0c\0m\0e"),
        // A name that cannot be compared is excluded.
        organization(0x0c, "Acm\u{e9}".as_bytes()),
        organization(0x0c, b"Acme\0"),
        organization(0x04, b"Acme"),
    ] {
        assert_eq!(judge(&[], from_ref(&base), &[]), refused, "{base:02x?}");
    }
    assert_eq!(judge(&[], &[organization(0x13, b"Acme Inc")], &[]), Ok(1));
    // It is permitted if it is known to be equal.
    assert_eq!(judge(&[organization(0x13, b"ACME")], &[], &[]), Ok(1));
    assert_eq!(judge(&[organization(0x0c, "Acm\u{e9}".as_bytes())], &[], &[]), refused);
}

#[test]
fn rdns_are_equal_regardless_of_the_order_of_their_attributes() {
    let attribute = |id: &str, text: &str| sequence(&[oid(id), tlv(0x0c, text.as_bytes())]);
    let base = |attributes: &[Vec<u8>]| tlv(0xa4, &sequence(&[tlv(0x31, &attributes.concat())]));
    let (acme, leaf) = (attribute(ORGANIZATION, "ACME"), attribute(COMMON_NAME, "Leaf"));
    let other = attribute(COMMON_NAME, "other");
    let judge = |base: Vec<u8>| {
        let excluded = tlv(0xa1, &sequence(&[base]));
        let constraints = extension(NAME_CONSTRAINTS, true, &sequence(&[excluded]));
        World::tampered(|it| {
            it.intermediate_draft.extensions.push(constraints);
            let subject =
                [attribute(COMMON_NAME, "leaf"), attribute(ORGANIZATION, "Acme")].concat();
            it.leaf_draft.subject = sequence(&[tlv(0x31, &subject)]);
        })
        .judge()
    };
    let refused = Err(PathError::NameConstraints);
    assert_eq!(judge(base(&[acme.clone(), leaf.clone()])), refused);
    assert_eq!(judge(base(&[leaf.clone(), acme.clone()])), refused);
    // Another attribute, one less, one more, one RDN more.
    assert_eq!(judge(base(&[acme.clone(), other])), Ok(1));
    assert_eq!(judge(base(from_ref(&acme))), Ok(1));
    assert_eq!(judge(base(&[acme.clone(), leaf.clone(), attribute(COUNTRY, "AA")])), Ok(1));
    let longer =
        sequence(&[tlv(0x31, &[acme, leaf].concat()), tlv(0x31, &attribute(COUNTRY, "AA"))]);
    assert_eq!(judge(tlv(0xa4, &longer)), Ok(1));
}

#[test]
fn names_are_only_checked_on_paths_that_end_at_an_anchor() {
    let excluded = sequence(&[tlv(0xa1, &sequence(&[directory(&[])]))]);
    let broken = extension(NAME_CONSTRAINTS, true, &[0x30, 1]);
    for extension in [extension(NAME_CONSTRAINTS, true, &excluded), broken] {
        let world = World::tampered(|it| it.intermediate_draft.extensions.push(extension));
        assert!(matches!(
            world.judge(),
            Err(PathError::NameConstraints | PathError::Certificate(CertificateError::Der { .. }))
        ));
        assert_eq!(find(&world.chain(), &[]), Err(PathError::UnknownIssuer));
        let namesake = Ca { key: Key::p256("namesake"), ..Ca::new("root") };
        assert_eq!(find(&world.chain(), &[namesake.root()]), Err(PathError::Signature));
    }
}

#[test]
fn number_of_name_comparisons_is_limited() {
    // Names and constraints of a form that is not constrained, so that nothing else decides.
    let names = |count: usize| sequence(&vec![tlv(0x81, &[]); count]);
    let constraints = |kind: u8, count: usize| {
        let subtree = sequence(&[dns("example.com")]);
        extension(NAME_CONSTRAINTS, true, &sequence(&[tlv(kind, &subtree.repeat(count))]))
    };
    let judge = |kind: u8, alternative: usize, subtrees: usize| {
        World::tampered(|it| {
            it.intermediate_draft.extensions.push(constraints(kind, subtrees));
            let names = extension(SUBJECT_ALT_NAME, false, &names(alternative));
            it.leaf_draft.extensions.push(names);
        })
        .judge()
    };
    // The subject is a name too.
    for permitted_or_excluded in [0xa0, 0xa1] {
        let judge =
            |alternative| judge(permitted_or_excluded, alternative, NAME_COMPARISONS_MAX / 128);
        assert_eq!(judge(127), Ok(1));
        assert_eq!(judge(128), Err(PathError::Budget));
    }
}

#[test]
fn equal_rdns_use_up_the_budget_too() {
    let rdn = |value: &[u8]| tlv(0x31, &sequence(&[oid("1.2.3"), tlv(0x0c, value)]));
    // All RDNs but the last are equal, so the name is not excluded.
    let name = |last: &[u8]| sequence(&[rdn(b"x").repeat(31), rdn(last)]);
    let judge = |subtrees: usize| {
        let subtree = sequence(&[tlv(0xa4, &name(b"y"))]);
        let constraints = sequence(&[tlv(0xa1, &subtree.repeat(subtrees))]);
        World::tampered(|it| {
            it.leaf_draft.subject = name(b"z");
            it.intermediate_draft.extensions.push(extension(NAME_CONSTRAINTS, true, &constraints));
        })
        .judge()
    };
    assert_eq!(judge(64), Ok(1));
    assert_eq!(judge(128), Err(PathError::Budget));
}

#[test]
fn attribute_comparisons_use_up_the_same_budget() {
    // RDNs of many attributes, which are all compared with each other.
    let attribute =
        |index: usize| sequence(&[oid(&alloc::format!("1.2.{index}")), tlv(0x0c, b"x")]);
    let rdn = |first: usize| {
        let attributes = (first..first + 32).map(attribute).collect::<Vec<_>>();
        sequence(&[tlv(0x31, &attributes.concat())])
    };
    let judge = |subtrees: usize| {
        let subtree = sequence(&[tlv(0xa4, &rdn(100))]);
        let constraints = sequence(&[tlv(0xa1, &subtree.repeat(subtrees))]);
        World::tampered(|it| {
            it.leaf_draft.subject = rdn(200);
            it.intermediate_draft.extensions.push(extension(NAME_CONSTRAINTS, true, &constraints));
        })
        .judge()
    };
    assert_eq!(judge(1), Ok(1));
    assert_eq!(judge(2), Err(PathError::Budget));
}

#[test]
fn constraints_on_unsupported_forms_reject_names_of_that_form() {
    let refused = Err(PathError::NameConstraints);
    assert_eq!(judge(&[dns("example.com")], &[], &[]), Ok(1), "the certificate has no such name");
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
    let world = World::tampered(|it| {
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
        World::tampered(|it| it.intermediate_draft.extensions.push(extension)).judge()
    };
    let right = permitted(&tlv(0xa4, &acme));
    assert_eq!(judge(&right), Err(PathError::NameConstraints));
    // Trailing bytes, and an octet string, whose tag is a directory name's in another class.
    for wrong in [[&right[..], &[5, 0]].concat(), permitted(&tlv(0x04, &acme))] {
        assert!(matches!(judge(&wrong), Err(PathError::Certificate(_))), "{wrong:02x?}");
    }
}

#[test]
fn constraints_of_the_anchor_apply() {
    let other = sequence(&[directory(&[(ORGANIZATION, "Other")])]);
    let constraints = sequence(&[tlv(0xa0, &other)]);
    let world = World::tampered(|it| {
        it.root_draft.extensions.push(extension(NAME_CONSTRAINTS, true, &constraints));
    });
    assert_eq!(world.judge(), Err(PathError::NameConstraints));
}

/// A root that only permits Acme.
fn acme_only(root: &Ca) -> Vec<u8> {
    let acme = sequence(&[directory(&[(ORGANIZATION, "Acme")])]);
    let constraints = extension(NAME_CONSTRAINTS, true, &sequence(&[tlv(0xa0, &acme)]));
    root.draft_by(root).with(|it| it.extensions.push(constraints)).sign(&root.key)
}

#[test]
fn constraints_of_intermediates_apply_unless_self_issued() {
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
    // The constraints at the end of the path apply, no matter who issued it.
    let itself = leaf_by(&root).with(|it| it.subject = root.name.clone()).sign(&root.key);
    assert_eq!(find(&[itself], &[acme_only(&root)]), Err(PathError::NameConstraints));
}

#[test]
fn an_empty_subject_is_not_a_name() {
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
fn an_e_mail_address_in_the_subject_is_constrained_like_one() {
    const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";
    let mail = sequence(&[tlv(0x81, b"example.com")]);
    let constraints = extension(NAME_CONSTRAINTS, true, &sequence(&[tlv(0xa0, &mail)]));
    let judge = |subject: &[(&str, &str)]| {
        World::tampered(|it| {
            it.intermediate_draft.extensions.push(constraints.clone());
            it.leaf_draft.subject = name(subject);
        })
        .judge()
    };
    assert_eq!(judge(&[(COMMON_NAME, "leaf")]), Ok(1));
    assert_eq!(judge(&[(EMAIL_ADDRESS, "a@example.com")]), Err(PathError::NameConstraints));
}

#[test]
fn text_must_have_one_meaning_in_its_string_type() {
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
fn a_directory_name_has_no_trailing_bytes() {
    let name = name(&[(ORGANIZATION, "Acme")]);
    for (content, judged) in [(name.clone(), true), ([&name[..], &[5, 0]].concat(), false)] {
        let found = judge(&[tlv(0xa4, &content)], &[], &[]);
        match found {
            Ok(1) => assert!(judged),
            other => assert!(!judged && matches!(other, Err(PathError::Certificate(_)))),
        }
    }
}
