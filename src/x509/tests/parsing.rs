//! Single certificates (RFC 5280 §4).

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

fn leaf(tamper: impl FnOnce(&mut Draft)) -> Vec<u8> {
    let ca = Ca::new("ca");
    leaf_by(&ca).with(tamper).sign(&ca.key)
}

fn error(tamper: impl FnOnce(&mut Draft)) -> CertificateError {
    Certificate::parse(&leaf(tamper)).unwrap_err()
}

#[test]
fn a_certificate_returns_its_parts() {
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
fn rejects_truncations_and_trailing_bytes() {
    let der = leaf(|_| ());
    for length in 0..der.len() {
        assert!(Certificate::parse(&der[..length]).is_err(), "{length}");
    }
    assert!(Certificate::parse(&[&der[..], &[0]].concat()).is_err());
}

#[test]
fn rejects_duplicate_extensions() {
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
    assert_eq!(error(|it| it.extensions = many(max + 1)), CertificateError::TooMany("extensions"));
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
fn lists_are_bounded() {
    use crate::limits::{
        CERTIFICATE_ALT_NAMES_MAX, CERTIFICATE_EXTENDED_KEY_USAGES_MAX, CERTIFICATE_SUBTREES_MAX,
        NAME_ATTRIBUTES_MAX,
    };
    use crate::x509::test_ca::{COMMON_NAME, name, oid};
    let parse = |id: &str, value: Vec<u8>| {
        let extension = extension(id, false, &value);
        Certificate::parse(&leaf(|it| it.extensions.push(extension))).map(drop)
    };
    let lists = |count: usize| {
        let names = sequence(&vec![tlv(0x82, &[]); count]);
        // Both lists are counted together.
        let subtree = sequence(&[tlv(0x82, &[])]);
        let [permitted, excluded] =
            [(0xa0, 3), (0xa1, count - 3)].map(|(tag, count)| tlv(tag, &subtree.repeat(count)));
        let usages = sequence(&vec![oid("1.2.3"); count]);
        [names, sequence(&[permitted, excluded]), usages]
    };
    for (index, (id, max, what)) in [
        ("2.5.29.17", CERTIFICATE_ALT_NAMES_MAX, "alternative names"),
        ("2.5.29.30", CERTIFICATE_SUBTREES_MAX, "subtrees"),
        ("2.5.29.37", CERTIFICATE_EXTENDED_KEY_USAGES_MAX, "extended key usages"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(parse(id, lists(max)[index].clone()), Ok(()), "{what}");
        let too_many = Err(CertificateError::TooMany(what));
        assert_eq!(parse(id, lists(max + 1)[index].clone()), too_many);
        // Broken content after too many items does not hide them.
        let mut broken = lists(max + 2)[index].clone();
        broken.pop();
        broken.push(0x1f);
        assert!(parse(id, broken).is_err() || id != "2.5.29.37");
    }
    let named = |count: usize| name(&vec![(COMMON_NAME, "x"); count]);
    let too_many = CertificateError::TooMany("attributes in a name");
    assert!(Certificate::parse(&leaf(|it| it.subject = named(NAME_ATTRIBUTES_MAX))).is_ok());
    assert_eq!(error(|it| it.subject = named(NAME_ATTRIBUTES_MAX + 1)), too_many);
    assert_eq!(error(|it| it.issuer = named(NAME_ATTRIBUTES_MAX + 1)), too_many);
    let directory = sequence(&[tlv(0xa4, &named(NAME_ATTRIBUTES_MAX + 1))]);
    let der = leaf(|it| it.extensions.push(extension("2.5.29.17", false, &directory)));
    assert_eq!(Certificate::parse(&der).unwrap().alt_names().unwrap_err(), too_many);
}

#[test]
fn every_octet_but_zero_is_true() {
    use crate::x509::test_ca::extension_marked;
    for (octet, expected) in [(0, false), (1, true), (0x80, true), (0xff, true)] {
        let usage = extension_marked("2.5.29.15", &tlv(1, &[octet]), &[3, 2, 7, 0x80]);
        let ca = extension(BASIC_CONSTRAINTS, true, &sequence(&[tlv(1, &[octet])]));
        let der = leaf(|it| it.extensions = vec![usage, ca]);
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.extension(oid::KEY_USAGE).unwrap().critical, expected, "{octet}");
        assert_eq!(certificate.basic_constraints().unwrap().unwrap().ca, expected, "{octet}");
    }
    for octets in [&[][..], &[0xff, 0xff]] {
        let usage = extension_marked("2.5.29.15", &tlv(1, octets), &[3, 2, 7, 0x80]);
        assert!(Certificate::parse(&leaf(|it| it.extensions = vec![usage])).is_err());
    }
}

#[test]
fn times_are_read_in_every_form_with_one_meaning() {
    let der = leaf(|it| {
        it.time_tag = 0x17;
        it.not_before = "2401010000Z".into();
        it.not_after = "340101010000+0100".into();
    });
    let certificate = Certificate::parse(&der).unwrap();
    assert_eq!(certificate.not_before().as_unix_millis(), 1_704_067_200_000);
    assert_eq!(certificate.not_after().as_unix_millis(), 2_019_686_400_000);
    // Local time of an unknown place.
    let local = error(|it| it.not_after = "20340101000000".into());
    assert!(matches!(local, CertificateError::Der { .. }));
}

#[test]
fn a_serial_number_may_have_leading_zeros() {
    let der = leaf(|it| it.serial = vec![0, 0, 1]);
    assert_eq!(Certificate::parse(&der).unwrap().serial_number(), [0, 0, 1]);
}

#[test]
fn rejects_keys_that_do_not_match_their_algorithm() {
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
        ec("1.2.840.10045.3.1.7", &[&[2], &point[1..]].concat()),
        // The hybrid form of X9.62.
        ec("1.2.840.10045.3.1.7", &[&[6], &point[1..]].concat()),
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

/// The length of the signature of a certificate.
fn signature_length(der: &[u8]) -> usize {
    CertificateInner::<Raw>::from_der(der).unwrap().signature().raw_bytes().len()
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
        let claim = chain[0].len() - signature_length(&chain[0]) - 1;
        chain[0][at] ^= by;
        // The claim that some bits of a signature are unused is ignored.
        prop_assert_eq!(find(&chain, &[world.root()]).is_ok(), at == claim);
    }

    /// The parser here and `x509-cert` read the same values. `x509-cert` rejects what some devices write.
    #[test]
    fn two_readings_agree(at: prop::sample::Index, by: u8) {
        let mut der = leaf(|it: &mut Draft| it.extensions.push(extension("1.2.3", false, &[5, 0])));
        let at = at.index(der.len());
        der[at] ^= by;
        let Ok(ours) = Certificate::parse(&der) else { return Ok(()) };
        let Ok(theirs) = CertificateInner::<Raw>::from_der(&der) else { return Ok(()) };
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
fn an_error_names_the_structure_and_the_broken_rule_of_der() {
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

/// RFC 5280 §4.1.2.8: no one issues them any longer, but parsers must accept them.
#[test]
fn unique_identifiers_are_ignored() {
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
