//! Certificates from the host.

use alloc::{format, string::String};

use super::*;
use crate::x509::CertificateError;

fn pem(der: &[u8]) -> String {
    pem_rfc7468::encode_string("CERTIFICATE", pem_rfc7468::LineEnding::LF, der).unwrap()
}

#[test]
fn pem_contains_one_or_more_certificates() {
    let (a, b) = (Ca::new("a").root(), Ca::new("b").root());
    let text = format!("\n{}\n\n{}\n", pem(&a), pem(&b));
    let anchors = TrustAnchor::from_pem(&text).unwrap();
    let found = anchors.iter().map(|anchor| anchor.certificate().as_bytes()).collect::<Vec<_>>();
    assert_eq!(found, [&a[..], &b[..]]);
}

#[test]
fn pem_of_something_else_is_refused() {
    let root = pem(&Ca::new("a").root());
    let table = [
        String::new(),
        " \n".into(),
        "no PEM".into(),
        root.replace("CERTIFICATE", "PRIVATE KEY"),
        format!("{root}and more"),
        root.replace("-----END", "----END"),
    ];
    for text in table {
        assert_eq!(TrustAnchor::from_pem(&text), Err(CertificateError::Pem), "{text}");
    }
    let broken = pem(&Ca::new("a").root()[1..]);
    assert!(matches!(TrustAnchor::from_pem(&broken), Err(CertificateError::Der { .. })));
}

#[test]
fn an_anchor_is_identified_by_its_key() {
    let ca = Ca::new("a");
    let renewed = ca.draft_by(&ca).with(|it| it.serial = vec![2]).sign(&ca.key);
    let of = |der: &[u8]| TrustAnchor::from_der(der).unwrap().key_hash();
    assert_eq!(of(&ca.root()), of(&renewed));
    assert_ne!(of(&ca.root()), of(&Ca::new("b").root()));
}

#[test]
fn unreadable_extensions_of_an_anchor_matter_once_it_has_signed() {
    let broken = extension(BASIC_CONSTRAINTS, true, &[0]);
    let world = World::tampered(|it| it.root_draft.extensions = vec![broken]);
    assert!(matches!(world.judge(), Err(PathError::Certificate(CertificateError::Der { .. }))));
    assert_eq!(find(&[world.root()], &[world.root()]), Ok(0));
}

#[test]
fn pem_of_any_length_is_read_in_linear_time() {
    // Each block once required a search through all the white space after the last one.
    let root = pem(&Ca::new("a").root());
    let text = root.repeat(500);
    let padded = [&text, &*"\n".repeat(1 << 20)].concat();
    assert_eq!(TrustAnchor::from_pem(&padded).unwrap().len(), 500);
    assert_eq!(TrustAnchor::from_pem(&[&padded, "x"].concat()), Err(CertificateError::Pem));
    let time = |text: &str| {
        let start = std::time::Instant::now();
        assert!(OwnedCertificate::from_pem(text).is_ok());
        start.elapsed()
    };
    // Other processes can only add time, so one measurement that passes is enough.
    assert!((0..10).any(|_| time(&padded) < time(&text) * 4));
}
