//! Certificate revocation lists (RFC 5280 §5). Each rule is tested with a list that breaks only that rule.

use x509_cert::{certificate::Raw, crl::CertificateList, der::Decode as _};

use super::*;
use crate::{
    limits::{CERTIFICATE_EXTENSIONS_MAX, CRL_MAX, NAME_ATTRIBUTES_MAX},
    time::Duration,
    x509::{
        Certificate, CertificateError, Crl, CrlError, CrlRevocation, Revocation, RevocationCheck,
        RevocationReason, RevocationSubject, VerifiedCrl,
        test_ca::{CrlDraft, KEY_USAGE, NOT_BEFORE, key_cert_sign, oid, tlv},
    },
};

/// A CA that may sign lists.
fn issuer() -> (Ca, Vec<u8>) {
    let ca = Ca::new("intermediate");
    let usage = extension(KEY_USAGE, true, &tlv(3, &[1, 0b0000_0110]));
    let der = ca.draft_by(&ca).with(|it| it.extensions.push(usage));
    let der = der.with(|it| it.extensions.retain(|it| *it != key_cert_sign())).sign(&ca.key);
    (ca, der)
}

fn verify(list: &[u8]) -> Result<VerifiedCrl, CrlError> {
    let (_, der) = issuer();
    Crl::parse(list)?.verify(&Certificate::parse(&der)?, &RustCrypto)
}

/// Returns the list of the CA with these serial numbers.
fn list(serials: &[&[u8]]) -> CrlDraft {
    CrlDraft::new(&issuer().0, serials)
}

fn judge(list: &CrlDraft) -> Result<VerifiedCrl, CrlError> {
    verify(&list.sign(&issuer().0.key))
}

fn tampered(tamper: impl FnOnce(&mut CrlDraft)) -> Result<VerifiedCrl, CrlError> {
    judge(&list(&[&[1]]).with(tamper))
}

fn instant(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

/// 2024-05-01 and 2024-07-01.
const THIS_UPDATE: u64 = 1_714_521_600_000;
const NEXT_UPDATE: u64 = 1_719_792_000_000;

#[test]
fn a_list_says_which_serial_numbers_are_revoked() {
    let found = judge(&list(&[&[5], &[0, 0x80], &[1, 2, 3], &[0xff]])).unwrap();
    let revoked_at = instant(1_704_067_200_000);
    assert_eq!(found.find(&[5]), Some(Revocation { at: revoked_at, reason: None }));
    for serial in [&[1, 2, 3][..], &[0, 0x80], &[0xff]] {
        assert!(found.find(serial).is_some(), "{serial:?}");
    }
    for serial in [&[][..], &[6], &[0x80], &[1, 2], &[2, 3], &[1, 2, 3, 4], &[5, 1], &[0, 0xff]] {
        assert_eq!(found.find(serial), None, "{serial:?}");
    }
    // The same numbers in a longer encoding, in the certificate or in the list.
    assert!(found.find(&[0, 0, 5]).is_some() && found.find(&[0xff, 0xff]).is_some());
    assert!(judge(&list(&[&[0, 0, 9]])).unwrap().find(&[9]).is_some());
    assert_eq!((found.len(), found.is_empty()), (4, false));
    assert_eq!(found.issuer_bytes(), common_name("intermediate"));
    assert_eq!(found.this_update(), instant(THIS_UPDATE));
    assert_eq!(found.next_update(), instant(NEXT_UPDATE));
    let der = list(&[]).sign(&issuer().0.key);
    let read = Crl::parse(&der).unwrap();
    assert_eq!(read.issuer_bytes(), common_name("intermediate"));
    assert_eq!(read.this_update(), instant(THIS_UPDATE));
    assert_eq!(read.next_update(), instant(NEXT_UPDATE));
    let none = judge(&list(&[])).unwrap();
    assert!(none.is_empty() && none.find(&[5]).is_none());
}

#[test]
fn an_entry_says_why() {
    use RevocationReason::{
        AaCompromise, AffiliationChanged, CaCompromise, CertificateHold, CessationOfOperation,
        KeyCompromise, Other, PrivilegeWithdrawn, Superseded, Unspecified,
    };
    let judge = |value: &[u8], critical| {
        let reason = extension("2.5.29.21", critical, value);
        tampered(|it| it.entries = vec![CrlDraft::entry(&[1], &[reason])])
    };
    for (code, reason) in [
        (0, Unspecified),
        (1, KeyCompromise),
        (2, CaCompromise),
        (3, AffiliationChanged),
        (4, Superseded),
        (5, CessationOfOperation),
        (6, CertificateHold),
        (7, Other(7)),
        (9, PrivilegeWithdrawn),
        (10, AaCompromise),
        (11, Other(11)),
    ] {
        let found = judge(&tlv(10, &[code]), code % 2 == 0).unwrap().find(&[1]).unwrap();
        assert_eq!(found.reason, Some(reason));
    }
    assert_eq!(judge(&tlv(10, &[8]), false).unwrap_err(), CrlError::Delta, "removeFromCRL");
    for broken in [tlv(10, &[]), tlv(10, &[0, 1]), tlv(2, &[1]), [tlv(10, &[1]), vec![0]].concat()]
    {
        assert!(matches!(judge(&broken, false), Err(CrlError::Certificate(_))), "{broken:?}");
    }
}

#[test]
fn a_list_is_signed_by_its_issuer() {
    let (ca, der) = issuer();
    assert_eq!(
        verify(&list(&[]).sign(&Key::p256("other"))).unwrap_err(),
        CrlError::Signature,
        "another key"
    );
    let other = Ca::new("other");
    let of_other = CrlDraft::new(&other, &[]).sign(&ca.key);
    assert_eq!(verify(&of_other).unwrap_err(), CrlError::OtherIssuer, "another name");
    let mut changed = list(&[&[5]]).sign(&ca.key);
    let at = changed.windows(3).position(|it| it == [2, 1, 5]).unwrap() + 2;
    changed[at] = 6;
    assert_eq!(verify(&changed).unwrap_err(), CrlError::Signature, "a serial number was changed");
    let mut prolonged = list(&[]).sign(&ca.key);
    let at = prolonged.windows(8).position(|it| it == b"20240701").unwrap();
    prolonged[at + 3] = b'5';
    assert_eq!(verify(&prolonged).unwrap_err(), CrlError::Signature, "nextUpdate was changed");
    let differ = Some(sequence(&[oid("1.3.101.112")]));
    assert_eq!(
        tampered(|it| it.outer_algorithm = differ).unwrap_err(),
        CertificateError::SignatureAlgorithmsDiffer.into()
    );
    for algorithm in ["1.2.3", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"] {
        let signed = list(&[]).sign_with(&sequence(&[oid(algorithm)]), |_| vec![0]);
        assert_eq!(verify(&signed).unwrap_err(), CrlError::UnsupportedAlgorithm, "{algorithm}");
    }
    // Only keyCertSign; and no key usage, which allows everything.
    let list = list(&[]).sign(&ca.key);
    let list = Crl::parse(&list).unwrap();
    let judge = |extensions| {
        let der = ca.draft_by(&ca).with(|it| it.extensions = extensions).sign(&ca.key);
        list.verify(&Certificate::parse(&der).unwrap(), &RustCrypto).map(drop)
    };
    assert_eq!(judge(vec![key_cert_sign()]), Err(CrlError::KeyUsage));
    assert_eq!(judge(Vec::new()), Ok(()));
    assert!(list.verify(&Certificate::parse(&der).unwrap(), &RustCrypto).is_ok());
}

#[test]
fn a_list_is_complete_and_direct() {
    let with = |id: &str, critical| {
        let extension = extension(id, critical, &sequence(&[]));
        tampered(|it| it.extensions.push(extension)).map(drop)
    };
    for critical in [false, true] {
        assert_eq!(with("2.5.29.27", critical), Err(CrlError::Delta));
        assert_eq!(with("2.5.29.28", critical), Err(CrlError::Partial));
    }
    assert_eq!(with("1.2.3", true), Err(CrlError::CriticalExtension));
    assert_eq!(with("1.2.3", false), Ok(()));
    assert_eq!(with("2.5.29.20", false), Err(CertificateError::DuplicateExtension.into()));
    let with = |id: &str, critical| {
        let extension = extension(id, critical, &sequence(&[]));
        tampered(|it| it.entries.push(CrlDraft::entry(&[2], &[extension]))).map(drop)
    };
    for critical in [false, true] {
        assert_eq!(with("2.5.29.29", critical), Err(CrlError::Indirect));
    }
    assert_eq!(with("1.2.3", true), Err(CrlError::CriticalExtension));
    assert_eq!(with("2.5.29.24", false), Ok(()), "invalidityDate");
}

#[test]
fn rejects_invalid_versions_and_dates() {
    assert_eq!(tampered(|it| it.next_update = None).unwrap_err(), CrlError::NoNextUpdate);
    assert_eq!(tampered(|it| it.version = Some(2)).unwrap_err(), CrlError::Version);
    assert_eq!(tampered(|it| it.version = None).unwrap_err(), CrlError::Version);
    let version_1 = |it: &mut CrlDraft| {
        it.version = None;
        it.extensions = Vec::new();
    };
    assert!(tampered(version_1).unwrap().find(&[1]).is_some());
    let offset = tampered(|it| it.this_update = "202405010200+0200".into()).unwrap();
    assert_eq!(offset.this_update(), instant(THIS_UPDATE));
    let local = tampered(|it| it.this_update = "20240501000000".into()).unwrap_err();
    assert!(matches!(local, CrlError::Certificate(_)));
}

#[test]
fn lists_have_a_maximum_length_and_no_trailing_bytes() {
    let der = list(&[&[1]]).sign(&issuer().0.key);
    for length in 0..der.len() {
        assert!(Crl::parse(&der[..length]).is_err(), "{length}");
    }
    assert!(Crl::parse(&[&der[..], &[0]].concat()).is_err());
    assert_eq!(Crl::parse(&vec![0; CRL_MAX + 1]).unwrap_err(), CrlError::TooLong);
    assert!(matches!(Crl::parse(&vec![0; CRL_MAX]), Err(CrlError::Certificate(_))));
    let many = (0..=CERTIFICATE_EXTENSIONS_MAX).map(|it| alloc::format!("1.2.{it}"));
    let many = many.map(|id| extension(&id, false, &[])).collect::<Vec<_>>();
    let too_many = CrlError::Certificate(CertificateError::TooMany("extensions"));
    let entry = CrlDraft::entry(&[1], &many);
    assert_eq!(tampered(|it| it.entries = vec![entry]).unwrap_err(), too_many);
    assert_eq!(tampered(|it| it.extensions = many).unwrap_err(), too_many);
    for entry in [sequence(&[tlv(2, &[1])]), tlv(2, &[1]), sequence(&[]), vec![0x30]] {
        let list = list(&[&[1]]).with(|it| it.entries.push(entry.clone()));
        assert!(Crl::parse(&list.sign(&issuer().0.key)).is_err(), "{entry:?}");
    }
    let attribute = tlv(0x31, &sequence(&[oid("1.2.3"), tlv(0x0c, b"x")]));
    for (attributes, is_read) in [(NAME_ATTRIBUTES_MAX, true), (NAME_ATTRIBUTES_MAX + 1, false)] {
        let name = sequence(&vec![attribute.clone(); attributes]);
        let list = CrlDraft::new(&Ca { name, ..issuer().0 }, &[]).sign(&issuer().0.key);
        assert_eq!(Crl::parse(&list).is_ok(), is_read, "{attributes}");
    }
    let behind =
        sequence(&[tlv(2, &[1]), tlv(0x18, NOT_BEFORE.as_bytes()), sequence(&[]), vec![5, 0]]);
    assert!(tampered(|it| it.entries = vec![behind]).is_err());
}

#[test]
fn every_entry_of_a_long_list_is_found() {
    let serials = (0..2000_u16).map(|it| (it.wrapping_mul(7919) | 0x4000).to_be_bytes());
    let serials = serials.collect::<Vec<_>>();
    let list = list(&serials.iter().map(|it| &it[..]).collect::<Vec<_>>());
    let der = list.sign(&issuer().0.key);
    let found = verify(&der).unwrap();
    assert!(serials.iter().all(|serial| found.find(serial).is_some()));
    // `x509-cert` reads the same.
    let theirs = CertificateList::<Raw>::from_der(&der).unwrap().tbs_cert_list;
    let theirs = theirs.revoked_certificates.unwrap();
    assert_eq!(theirs.len(), found.len());
    assert!(theirs.iter().all(|it| found.find(it.serial_number.as_bytes()).is_some()));
}

#[test]
fn a_list_is_current_from_its_issue_to_the_next() {
    let list = judge(&list(&[])).unwrap();
    let is_current = |now, grace| list.is_current(instant(now), Duration::from_millis(grace));
    assert!(!is_current(THIS_UPDATE - 1, 0) && is_current(THIS_UPDATE, 0));
    assert!(is_current(NEXT_UPDATE + 999, 0) && !is_current(NEXT_UPDATE + 1000, 0));
    assert!(is_current(NEXT_UPDATE + 1999, 1000) && !is_current(NEXT_UPDATE + 2000, 1000));
    assert!(!is_current(THIS_UPDATE - 1, 1000), "grace is not for the future");
}

/// Searches a path under this check, from a leaf with serial number 1.
fn judge_path(check: &CrlRevocation, now: u64) -> Result<usize, PathError> {
    let world = World::new();
    let anchors = [TrustAnchor::from_der(&world.root()).unwrap()];
    let chain = world.chain();
    let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice)).unwrap();
    let search = PathSearch::new(&anchors, instant(now), &RustCrypto).revocation(check);
    search.find(&chain).map(|path| path.intermediates().len())
}

#[test]
fn a_path_with_a_revoked_certificate_leads_nowhere() {
    let revoked = Err(PathError::Revoked);
    let check = |draft: CrlDraft| CrlRevocation::new([judge(&draft).unwrap()]);
    assert_eq!(judge_path(&check(list(&[&[1]])), NOW), revoked);
    assert_eq!(judge_path(&check(list(&[&[2]])), NOW), Ok(1));
    // The intermediate, by its root.
    let root = Ca::new("root");
    let of_root = |serial: u8| {
        let der = CrlDraft::new(&root, &[&[serial]]).sign(&root.key);
        let issuer = root.draft_by(&root).with(|it| it.extensions = Vec::new()).sign(&root.key);
        Crl::parse(&der).unwrap().verify(&Certificate::parse(&issuer).unwrap(), &RustCrypto)
    };
    assert_eq!(judge_path(&CrlRevocation::new([of_root(1).unwrap()]), NOW), revoked);
    assert_eq!(judge_path(&CrlRevocation::new([of_root(2).unwrap()]), NOW), Ok(1));
    // If there are several lists, all count.
    let both = CrlRevocation::new([judge(&list(&[])).unwrap(), judge(&list(&[&[1]])).unwrap()]);
    assert_eq!(judge_path(&both, NOW), revoked);
}

#[test]
fn host_decides_on_outdated_and_missing_lists() {
    let revoked = Err(PathError::Revoked);
    let check = |serial: u8| CrlRevocation::new([judge(&list(&[&[serial]])).unwrap()]);
    let late = NEXT_UPDATE + 1000;
    assert_eq!(judge_path(&check(2), late), revoked);
    assert_eq!(judge_path(&check(2), THIS_UPDATE - 1), revoked);
    assert_eq!(judge_path(&check(2).grace(Duration::from_millis(1000)), late), Ok(1));
    assert_eq!(judge_path(&check(2).accept_outdated(), late), Ok(1));
    assert_eq!(judge_path(&check(1).accept_outdated(), late), revoked, "revoked stays revoked");
    // A newer list compensates for an outdated one.
    let newer = list(&[]).with(|it| it.next_update = Some("20250101000000Z".into()));
    let both = CrlRevocation::new([judge(&newer).unwrap(), judge(&list(&[])).unwrap()]);
    assert_eq!(judge_path(&both, late), Ok(1));
    assert_eq!(judge_path(&CrlRevocation::new([]), NOW), Ok(1));
    assert_eq!(judge_path(&CrlRevocation::new([]).require_list(), NOW), revoked);
    assert_eq!(judge_path(&check(2).require_list(), NOW), revoked, "the root has none");
}

#[test]
fn a_list_is_only_about_the_certificates_of_its_issuer() {
    let (ca, _) = issuer();
    let check = CrlRevocation::new([judge(&list(&[&[1]])).unwrap()]);
    let is_revoked = |issuer: &Ca, key: Option<&[u8]>| {
        let der = leaf_by(issuer).sign(&issuer.key);
        let certificate = &Certificate::parse(&der).unwrap();
        let subject = RevocationSubject { certificate, issuer_key: key, now: instant(NOW) };
        check.is_revoked(&subject)
    };
    assert!(is_revoked(&ca, Some(&ca.key.spki())));
    assert!(!is_revoked(&Ca::new("other"), Some(&ca.key.spki())));
    // Serial numbers of another CA with the same name are unrelated.
    assert!(!is_revoked(&ca, Some(&Key::p256("namesake").spki())));
    // If the key is unknown, the name decides.
    assert!(is_revoked(&ca, None) && !is_revoked(&Ca::new("other"), None));
}

#[test]
fn a_search_passes_on_which_key_signed_each_certificate() {
    /// Subjects, each with the key of its issuer.
    type Asked = Vec<(Vec<u8>, Option<Vec<u8>>)>;
    struct Seen(std::sync::Mutex<Asked>);
    impl RevocationCheck for Seen {
        fn is_revoked(&self, subject: &RevocationSubject<'_>) -> bool {
            assert_eq!(subject.now, instant(NOW));
            let key = subject.issuer_key.map(Vec::from);
            self.0.lock().unwrap().push((subject.certificate.subject_bytes().to_vec(), key));
            false
        }
    }
    let world = World::new();
    let chain = world.chain();
    let seen = |anchor: Vec<u8>| {
        let anchors = [TrustAnchor::from_der(&anchor).unwrap()];
        let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice)).unwrap();
        let seen = Seen(Vec::new().into());
        let search = PathSearch::new(&anchors, instant(NOW), &RustCrypto).revocation(&seen);
        search.find(&chain).unwrap();
        seen.0.into_inner().unwrap()
    };
    let (leaf, between) = (common_name("leaf"), common_name("intermediate"));
    let [root_key, its_key] = [&world.root, &world.intermediate].map(|ca| Some(ca.key.spki()));
    assert_eq!(seen(world.root()), [(between, root_key), (leaf.clone(), its_key)]);
    assert_eq!(seen(chain[0].clone()), [(leaf, None)]);
}
