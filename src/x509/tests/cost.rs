//! What a hostile chain may cost.

use core::time::Duration;
use std::time::Instant;

use super::*;
use crate::x509::{
    Certificate, CertificateError,
    test_ca::{ca_constraints, key_cert_sign, tlv},
};

/// Verifying 32 signatures takes less than ten milliseconds in optimized builds. Other builds are not measured. The
/// fastest of several runs counts, because the machine may be busy.
fn assert_quick(search: impl Fn()) {
    let took = || {
        let start = Instant::now();
        search();
        start.elapsed()
    };
    let runs = if cfg!(debug_assertions) { 1 } else { 10 };
    let took = (0..runs).map(|_| took()).min().unwrap();
    std::println!("{took:?}");
    assert!(cfg!(debug_assertions) || took < Duration::from_millis(20), "{took:?}");
}

/// This many alternative names of two bytes each.
fn names(count: usize) -> Vec<u8> {
    extension("2.5.29.17", false, &sequence(&vec![tlv(0x82, &[]); count]))
}

/// This many excluded names of four bytes each.
fn excluded(count: usize) -> Vec<u8> {
    let subtree = sequence(&[tlv(0x82, &[])]);
    extension("2.5.29.30", true, &sequence(&[tlv(0xa1, &subtree.repeat(count))]))
}

/// A leaf, and CAs with the same name and key that issued each other, including one with constraints.
fn chain(leaf_names: usize, constraints: usize) -> Vec<Vec<u8>> {
    let (same, constrained) = (Ca::new("same"), Ca::new("constrained"));
    let leaf = leaf_by(&constrained).with(|it| it.extensions.push(names(leaf_names)));
    let mut chain = vec![leaf.sign(&constrained.key)];
    let draft = constrained.draft_by(&same).with(|it| it.extensions.push(excluded(constraints)));
    chain.push(draft.sign(&same.key));
    let copies = (0..13).map(|serial| {
        let draft = same.draft_by(&same).with(|it| {
            it.serial = vec![serial];
            it.extensions = vec![ca_constraints(None), key_cert_sign()];
        });
        draft.sign(&same.key)
    });
    chain.extend(copies);
    chain
}

#[test]
fn thousands_of_names_below_thousands_of_constraints_are_rejected_at_once() {
    let chain = chain(9000, 4500);
    assert_quick(|| {
        let error = find(&chain, &[World::new().root()]).unwrap_err();
        assert_eq!(error, CertificateError::TooMany("alternative names").into());
    });
    assert_quick(|| {
        let constrained = Certificate::parse(&chain[1]);
        assert_eq!(constrained.unwrap_err(), CertificateError::TooMany("subtrees"));
    });
}

#[test]
fn maximum_numbers_of_names_and_constraints_cost_little() {
    let chain = chain(128, 128);
    assert_quick(|| {
        let judged = find(&chain, &[World::new().root()]);
        assert_eq!(judged, Err(PathError::UnknownIssuer), "no anchor, no comparison");
    });
    assert_quick(|| {
        let judged = find(&chain, &[Ca::new("same").root()]);
        assert_eq!(judged, Err(PathError::NameConstraints));
    });
}
