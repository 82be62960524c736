//! Certificates by themselves (RFC 5280 §4).

use alloc::string::ToString as _;

use proptest::prelude::*;
use x509_cert::{
    certificate::{CertificateInner, Raw},
    der::{Decode as _, Encode as _},
};

use super::*;
use crate::{
    cose::{Algorithm, KeyParameters},
    limits::CERTIFICATE_EXTENSIONS_MAX,
    x509::{
        Certificate, CertificateError, oid,
        test_ca::{ca_constraints, tlv},
    },
};

fn leaf(bend: impl FnOnce(&mut Draft)) -> Vec<u8> {
    let ca = Ca::new("ca");
    leaf_by(&ca).with(bend).sign(&ca.key)
}

fn error(bend: impl FnOnce(&mut Draft)) -> CertificateError {
    Certificate::parse(&leaf(bend)).unwrap_err()
}

#[test]
fn a_certificate_says_what_it_was_made_of() {
    let der = leaf(|it| it.serial = vec![0xff, 0x01]);
    let certificate = Certificate::parse(&der).unwrap();
    assert!(certificate.is_v3());
    assert_eq!(certificate.as_bytes(), der);
    assert_eq!(certificate.serial_number(), [0xff, 0x01], "negative, as in test CAs");
    assert_eq!(certificate.subject_bytes(), common_name("leaf"));
    assert_eq!(certificate.issuer_bytes(), common_name("ca"));
    assert_eq!(certificate.not_before().as_unix_millis(), 1_704_067_200_000);
    assert_eq!(certificate.not_after().as_unix_millis(), 2_019_686_400_000);
    assert_eq!(certificate.public_key_bytes(), Key::p256("leaf").spki());
    assert!(certificate.extension(oid::BASIC_CONSTRAINTS).unwrap().critical);
    assert_eq!(certificate.extension(oid::KEY_USAGE), None);
    let point = Key::p256("leaf").public();
    let key = certificate.public_key(Algorithm::ES256).unwrap();
    assert_eq!(key.parameters, KeyParameters::Ec2 { curve: 1, x: &point[1..33], y: &point[33..] });
    assert!(certificate.public_key(Algorithm::ES384).is_err());
    assert!(certificate.public_key(Algorithm::RS256).is_err());
}

#[test]
fn every_truncation_is_refused_and_so_is_what_follows() {
    let der = leaf(|_| ());
    for length in 0..der.len() {
        assert!(Certificate::parse(&der[..length]).is_err(), "{length}");
    }
    assert!(Certificate::parse(&[&der[..], &[0]].concat()).is_err());
}

#[test]
fn an_extension_that_stands_twice_is_refused() {
    let twice = |it: &mut Draft| it.extensions.push(it.extensions[0].clone());
    assert_eq!(error(twice), CertificateError::DuplicateExtension);
    let twice = |it: &mut Draft| {
        it.extensions.extend([extension("1.2.3", false, &[]), extension("1.2.3", false, &[0])]);
    };
    assert_eq!(error(twice), CertificateError::DuplicateExtension);
}

#[test]
fn extensions_are_bounded() {
    let many = |count: usize| {
        let extensions = (0..count).map(|it| extension(&alloc::format!("1.2.{it}"), false, &[]));
        extensions.collect::<Vec<_>>()
    };
    let max = CERTIFICATE_EXTENSIONS_MAX;
    assert!(Certificate::parse(&leaf(|it| it.extensions = many(max))).is_ok());
    assert_eq!(error(|it| it.extensions = many(max + 1)), CertificateError::TooManyExtensions);
}

#[test]
fn extensions_need_version_3_and_there_is_no_version_4() {
    assert_eq!(error(|it| it.version = None), CertificateError::ExtensionsNeedV3);
    assert_eq!(error(|it| it.version = Some(1)), CertificateError::ExtensionsNeedV3);
    assert_eq!(error(|it| it.version = Some(3)), CertificateError::Version);
    let version_1 = leaf(|it| {
        it.version = None;
        it.extensions = Vec::new();
    });
    assert!(!Certificate::parse(&version_1).unwrap().is_v3());
}

#[test]
fn the_signature_algorithm_is_the_one_that_was_signed() {
    let other = |it: &mut Draft| it.outer_algorithm = Some("1.3.101.112");
    assert_eq!(error(other), CertificateError::SignatureAlgorithmsDiffer);
}

#[test]
fn keys_that_are_not_what_they_say_are_refused() {
    use crate::x509::test_ca::{bit_string, oid};
    let key = |spki: Vec<u8>| {
        let der = leaf(|it| it.spki = spki);
        Certificate::parse(&der).unwrap().key_parameters().map(drop)
    };
    let ec = |curve: &str, point: &[u8]| {
        sequence(&[sequence(&[oid("1.2.840.10045.2.1"), oid(curve)]), bit_string(point)])
    };
    // RFC 8410 §3: no parameters, not even NULL.
    let edwards = |parameters: &[u8]| {
        let algorithm = sequence(&[oid("1.3.101.112"), parameters.to_vec()]);
        sequence(&[algorithm, bit_string(&[1; 32])])
    };
    assert_eq!(key(edwards(&[])), Ok(()));
    let point = Key::p256("leaf").public();
    assert_eq!(key(ec("1.2.840.10045.3.1.7", &point)), Ok(()));
    for spki in [
        ec("1.3.132.0.34", &point),
        ec("1.2.3", &point),
        ec("1.2.840.10045.3.1.7", &[&[2], &point[1..33]].concat()),
        ec("1.2.840.10045.3.1.7", &[&point[..], &[0]].concat()),
        ec("1.2.840.10045.3.1.7", &[]),
        edwards(&tlv(5, &[])),
    ] {
        assert!(matches!(key(spki), Err(CertificateError::PublicKey(_))));
    }
}

#[test]
fn basic_constraints_may_say_false_at_length() {
    let explicit = extension(BASIC_CONSTRAINTS, true, &sequence(&[tlv(1, &[0])]));
    let der = leaf(|it| it.extensions = vec![explicit]);
    let constraints = Certificate::parse(&der).unwrap().basic_constraints().unwrap().unwrap();
    assert!(!constraints.ca);
    let der = leaf(|it| it.extensions = vec![ca_constraints(Some(3))]);
    let constraints = Certificate::parse(&der).unwrap().basic_constraints().unwrap().unwrap();
    assert_eq!((constraints.ca, constraints.path_length), (true, Some(3)));
    let trailing = [sequence(&[]), vec![5, 0]].concat();
    let der = leaf(|it| it.extensions = vec![extension(BASIC_CONSTRAINTS, true, &trailing)]);
    assert!(Certificate::parse(&der).unwrap().basic_constraints().is_err());
}

proptest! {
    #[test]
    fn random_and_mutated_bytes_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        at: prop::sample::Index,
        by in 1..=255_u8,
    ) {
        let _ = Certificate::parse(&bytes);
        let world = World::new();
        let mut chain = world.chain();
        let at = at.index(chain[0].len());
        chain[0][at] ^= by;
        prop_assert!(find(&chain, &[world.root()]).is_err());
    }

    /// Whatever is read here is read by `x509-cert` too, and says the same.
    #[test]
    fn two_readings_agree(at: prop::sample::Index, by: u8) {
        let mut der = leaf(|it: &mut Draft| it.extensions.push(extension("1.2.3", false, &[5, 0])));
        let at = at.index(der.len());
        der[at] ^= by;
        let Ok(ours) = Certificate::parse(&der) else { return Ok(()) };
        let Ok(theirs) = CertificateInner::<Raw>::from_der(&der) else {
            return Err(TestCaseError::fail("x509-cert refuses it"));
        };
        let theirs = theirs.tbs_certificate();
        prop_assert_eq!(ours.subject_bytes(), theirs.subject().to_der().unwrap());
        prop_assert_eq!(ours.issuer_bytes(), theirs.issuer().to_der().unwrap());
        prop_assert_eq!(ours.serial_number(), theirs.serial_number().as_bytes());
        prop_assert_eq!(
            ours.public_key_bytes(),
            theirs.subject_public_key_info().to_der().unwrap()
        );
        let extensions = theirs.extensions().map_or(&[][..], |extensions| extensions);
        prop_assert_eq!(ours.extensions().len(), extensions.len());
        for (ours, theirs) in ours.extensions().iter().zip(extensions) {
            prop_assert_eq!(ours.oid.as_bytes(), theirs.extn_id.as_bytes());
            prop_assert_eq!(ours.critical, theirs.critical);
            prop_assert_eq!(ours.value, theirs.extn_value.as_bytes());
        }
    }
}

#[test]
fn certificates_are_equal_if_their_bytes_are() {
    let ders = [leaf(|_| ()), leaf(|_| ()), leaf(|it| it.serial = vec![2])];
    let [one, same, other] = ders.each_ref().map(|der| Certificate::parse(der).unwrap());
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn an_error_says_in_what_and_how_der_was_broken() {
    let CertificateError::Der { what, error } =
        Certificate::parse(&[0x30, 0x05, 0x30]).unwrap_err()
    else {
        panic!("not an error of DER");
    };
    assert!(!what.is_empty() && !error.to_string().is_empty());
    assert!(alloc::format!("{error:?}").contains(&error.to_string()));
    let shown = CertificateError::Der { what, error }.to_string();
    assert!(shown.contains(what) && shown.contains(&error.to_string()), "{shown}");
}

/// RFC 5280 §4.1.2.8: nobody makes them any more, but who reads certificates reads these.
#[test]
fn unique_identifiers_are_passed_over() {
    let with = |identifiers: &[u8]| {
        let identifiers = identifiers.iter().flat_map(|tag| tlv(*tag, &[0, 0xaa]));
        let identifiers = identifiers.collect::<Vec<_>>();
        Certificate::parse(&leaf(|it| it.spki.extend(identifiers))).map(|it| it.extensions().len())
    };
    assert_eq!([with(&[0x81]), with(&[0x82]), with(&[0x81, 0x82])], [Ok(1), Ok(1), Ok(1)]);
    for disordered in [&[0x82, 0x81][..], &[0x81, 0x81], &[0x84]] {
        assert!(with(disordered).is_err(), "{disordered:02x?}");
    }
}
