//! Certificates compared with `x509-cert`, and paths compared with a model that tries all of them.

use std::{cell::RefCell, collections::HashMap};

use relying_party::{
    crypto::RustCrypto,
    limits::INTERMEDIATES_MAX,
    test_authenticator::{
        TestAlgorithm, TestAuthority, TestCertificate, TestExtension, TestKey, TestName,
    },
    x509::{Certificate, OwnedCertificate, PathError, PathSearch, TrustAnchor},
};
use sha2::{Digest as _, Sha256};
use x509_cert::{
    certificate::{CertificateInner, Raw},
    der::{Decode as _, Encode as _},
};

use super::{attested::NOW, codec, memory::bounded, source::Source};

/// Accepted ⇒ a certificate says what `x509-cert` finds in it, if `x509-cert` accepts it: it is stricter in places.
pub(super) fn certificate(data: &[u8]) {
    let ours = bounded("Certificate", 8, data.len(), || Certificate::parse(data));
    assert_eq!(OwnedCertificate::from_der(data).is_ok(), ours.is_ok());
    let anchor = TrustAnchor::from_der(data);
    assert_eq!(anchor.is_ok(), ours.is_ok());
    let Ok(ours) = ours else { return };
    assert_eq!(ours.as_bytes(), data);
    assert_eq!(ours.key_hash().as_bytes()[..], Sha256::digest(ours.public_key_bytes())[..]);
    assert_eq!(anchor.unwrap().key_hash(), ours.key_hash());
    let Ok(general) = CertificateInner::<Raw>::from_der(data) else { return };
    let general = general.tbs_certificate();
    assert_eq!(general.serial_number().as_bytes(), ours.serial_number());
    assert_eq!(general.issuer().to_der().unwrap(), ours.issuer_bytes());
    assert_eq!(general.subject().to_der().unwrap(), ours.subject_bytes());
    assert_eq!(general.subject_public_key_info().to_der().unwrap(), ours.public_key_bytes());
    let validity = general.validity();
    for (general, ours) in
        [(validity.not_before, ours.not_before()), (validity.not_after, ours.not_after())]
    {
        let millis = u64::try_from(general.to_unix_duration().as_millis()).unwrap();
        assert_eq!(millis, ours.as_unix_millis());
    }
}

/// Accepted ⇒ PEM contains only certificates, and reads the same after it is written again.
pub(super) fn pem(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = bounded("PEM", 4, data.len(), || OwnedCertificate::from_pem(text));
    let Ok(read) = read else { return };
    assert!(!read.is_empty());
    assert_eq!(text.matches("-----BEGIN CERTIFICATE-----").count(), read.len());
    let again = read.iter().map(|it| pem_of(it.as_bytes())).collect::<String>();
    assert_eq!(OwnedCertificate::from_pem(&again).unwrap(), read);
    assert_eq!(TrustAnchor::from_pem(text).unwrap().len(), read.len());
}

/// A certificate in PEM.
pub(super) fn pem_of(der: &[u8]) -> String {
    let text = codec::encode_padded(der);
    let lines = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}

/// A certificate and its properties. Names and keys are numbers.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Facts {
    subject: u8,
    key: u8,
    issuer: u8,
    /// The key that signed it.
    signer: u8,
    flags: u8,
    path_length: u8,
}

#[derive(Clone)]
struct Made {
    facts: Facts,
    der: Vec<u8>,
}

const NOT_CA: u8 = 1;
const NO_CONSTRAINTS: u8 = 2;
const PATH_LENGTH: u8 = 4;
const NO_CERT_SIGN: u8 = 8;
const EXPIRED: u8 = 16;
const CRITICAL: u8 = 32;
const VERSION_1: u8 = 64;
/// The number of names of anchors and intermediates; 0 is the name of the leaf.
const NAMES: u8 = 3;

impl Facts {
    /// If the input is all zeros, it is the root, or a leaf that the root has certified.
    fn read(source: &mut Source<'_>, is_leaf: bool) -> Self {
        let subject = if is_leaf { 0 } else { 1 + source.below(NAMES) };
        Self {
            subject,
            key: if is_leaf { 0 } else { 1 + source.below(NAMES) },
            issuer: 1 + source.below(NAMES),
            signer: 1 + source.below(NAMES),
            flags: source.byte() & 0x7f,
            path_length: source.below(4),
        }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn is_ca(&self) -> bool {
        !self.has(NOT_CA) && !self.has(NO_CONSTRAINTS) && !self.has(VERSION_1)
    }

    /// Whether it may be above these certificates, of which the leaf is first.
    fn may_issue(&self, below: &[&Made]) -> bool {
        let cas = below.iter().skip(1).filter(|it| it.facts.subject != it.facts.issuer).count();
        self.is_ca()
            && !self.has(NO_CERT_SIGN)
            && (!self.has(PATH_LENGTH) || cas <= usize::from(self.path_length))
    }

    fn holds_now(&self) -> bool {
        !self.has(EXPIRED) && (!self.has(CRITICAL) || self.has(VERSION_1))
    }

    fn sign(&self) -> Vec<u8> {
        let name = |number: u8| TestName::of(&[(TestName::COMMON_NAME, &format!("name {number}"))]);
        let key = |number: u8| TestKey::from_seed(TestAlgorithm::Es256, [number]).unwrap();
        let mut made =
            TestCertificate::new(name(self.issuer), name(self.subject), &key(self.key)).unwrap();
        if self.has(EXPIRED) {
            made.not_after = "20240201000000Z".into();
        }
        if self.has(VERSION_1) {
            made.version = 0;
            return made.sign(&key(self.signer)).unwrap();
        }
        if !self.has(NO_CONSTRAINTS) {
            let ca: &[u8] = if self.has(NOT_CA) { &[] } else { &[1, 1, 0xff] };
            let length: &[u8] = match (self.has(NOT_CA), self.has(PATH_LENGTH)) {
                (false, true) => &[2, 1, self.path_length],
                _ => &[],
            };
            let fields = [ca, length].concat();
            let value = [&[0x30, u8::try_from(fields.len()).unwrap()], &fields[..]].concat();
            made.set_extension(TestExtension::BASIC_CONSTRAINTS, true, value);
        }
        // The leaf signs statements, whatever else its key may do.
        let usage = match (self.has(NO_CERT_SIGN), self.subject) {
            (true, _) => [3, 2, 7, 0x80],
            (false, 0) => [3, 2, 1, 0x86],
            (false, _) => [3, 2, 1, 6],
        };
        made.set_extension(TestExtension::KEY_USAGE, true, usage);
        if self.has(CRITICAL) {
            made.set_extension("1.2.3.4", true, [5, 0]);
        }
        made.sign(&key(self.signer)).unwrap()
    }

    /// The certificate. It is cached, because signing takes time.
    fn make(self) -> Made {
        thread_local! {
            static MADE: RefCell<HashMap<Facts, Vec<u8>>> = RefCell::default();
        }
        MADE.with_borrow_mut(|made| {
            if made.len() > 4096 {
                made.clear();
            }
            let der = made.entry(self.clone()).or_insert_with(|| self.sign()).clone();
            Made { facts: self, der }
        })
    }
}

/// A path is found exactly if trying all of them finds one, unless the search exceeds its budget.
pub(super) fn certification_path(data: &[u8]) {
    let mut source = Source::new(data);
    let honest = source.is_empty();
    let leaf = Facts::read(&mut source, true).make();
    let [sent, known, anchors] =
        [source.below(5), source.below(3), 1 + source.below(3)].map(|count| {
            (0..count).map(|_| Facts::read(&mut source, false).make()).collect::<Vec<_>>()
        });
    // Sometimes a certificate is itself trusted.
    let mut anchors = anchors;
    if source.below(8) == 7 {
        anchors.push(leaf.clone());
    }
    let owned = |made: &Made| OwnedCertificate::from_der(&made.der).unwrap();
    let intermediates = known.iter().map(owned).collect::<Vec<_>>();
    let trusted =
        anchors.iter().map(|made| TrustAnchor::from_der(&made.der).unwrap()).collect::<Vec<_>>();
    let input = [&sent[..], &known, &anchors].concat().iter().map(|it| it.der.len()).sum::<usize>()
        + leaf.der.len();
    let ders = [&leaf].into_iter().chain(&sent).map(|made| made.der.as_slice());
    let chain = PathSearch::read_chain(ders).unwrap();
    let search = PathSearch::new(&trusted, NOW, &RustCrypto).intermediates(&intermediates);
    let found = bounded("PathSearch", 32, input, || search.find(&chain));

    let others = sent.iter().chain(&known).collect::<Vec<_>>();
    let expected = leaf.facts.holds_now()
        && (anchors.iter().any(|it| it.der == leaf.der)
            || leads_to_an_anchor(&mut vec![&leaf], &others, &anchors));
    match found {
        Ok(path) => {
            assert!(expected, "found a path although there should be no path");
            assert!(path.intermediates().len() <= INTERMEDIATES_MAX);
            let mut issuer = leaf_issuer(&chain[0]);
            let is_leaf = path.anchor().certificate().as_bytes() == leaf.der;
            for certificate in path.intermediates() {
                assert_eq!(certificate.subject_bytes(), issuer);
                issuer = certificate.issuer_bytes().to_vec();
            }
            let anchor = Certificate::parse(path.anchor().certificate().as_bytes()).unwrap();
            assert!(is_leaf || anchor.subject_bytes() == issuer);
        }
        Err(PathError::Budget) => {}
        Err(error) => {
            assert!(!expected, "found no path although there should be one: {error}");
            assert!(!honest, "an honest path is refused: {error}");
        }
    }
}

fn leaf_issuer(leaf: &Certificate<'_>) -> Vec<u8> {
    leaf.issuer_bytes().to_vec()
}

fn leads_to_an_anchor<'m>(
    path: &mut Vec<&'m Made>,
    others: &[&'m Made],
    anchors: &'m [Made],
) -> bool {
    let last = path.last().unwrap().facts.clone();
    let issued = |it: &Made| it.facts.subject == last.issuer && it.facts.key == last.signer;
    if anchors.iter().any(|it| issued(it) && (it.facts.has(VERSION_1) || it.facts.may_issue(path)))
    {
        return true;
    }
    if path.len() > INTERMEDIATES_MAX {
        return false;
    }
    others.iter().any(|it| {
        let is_new = path
            .iter()
            .all(|on| (on.facts.subject, on.facts.key) != (it.facts.subject, it.facts.key));
        if !(is_new && issued(it) && it.facts.holds_now() && it.facts.may_issue(path)) {
            return false;
        }
        path.push(it);
        let leads = leads_to_an_anchor(path, others, anchors);
        path.pop();
        leads
    })
}

/// The seeds: a root, a certificate below it, a web server's certificate, and paths in PEM.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let root = TestAuthority::root("seed").unwrap();
    let below = root.below("seed below", |it| {
        it.set_extension(TestExtension::SUBJECT_ALT_NAME, false, *b"\x30\x0d\x82\x0bexample.com");
        it.set_extension("2.5.29.30", true, *b"\x30\x11\xa0\x0f\x30\x0d\x82\x0bexample.com");
    });
    let mut made = vec![root.certificate.clone(), below.unwrap().certificate];
    for algorithm in TestAlgorithm::ALL {
        let key = TestKey::from_seed(*algorithm, "seed").unwrap();
        let name = TestName::of(&[(TestName::COMMON_NAME, "key"), (TestName::COUNTRY, "AA")]);
        let certificate = TestCertificate::new(root.name.clone(), name, &key).unwrap();
        made.push(certificate.sign(&root.key).unwrap());
        made.extend(certificate.sign(&key));
    }
    for flags in [0, CRITICAL, VERSION_1, PATH_LENGTH, NOT_CA, EXPIRED] {
        let facts = Facts { subject: 1, key: 1, issuer: 1, signer: 1, flags, path_length: 1 };
        made.push(facts.sign());
    }
    made
}
