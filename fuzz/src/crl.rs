//! Certificate revocation lists compared with `x509-cert`.

use std::sync::OnceLock;

use relying_party::{
    Duration,
    crypto::RustCrypto,
    test_authenticator::TestAuthority,
    x509::{Certificate, Crl, CrlError},
};
use x509_cert::{certificate::Raw, crl::CertificateList, der::Decode as _};

use super::{
    attested::{Credulous, NOW},
    memory::bounded,
};

fn issuer() -> &'static TestAuthority {
    static ISSUER: OnceLock<TestAuthority> = OnceLock::new();
    ISSUER.get_or_init(|| TestAuthority::root("crl").unwrap())
}

/// Accepted ⇒ the list says what `x509-cert` finds in it, if `x509-cert` accepts it: it is stricter about dates and
/// numbers.
pub(super) fn crl(data: &[u8]) {
    let Ok(list) = bounded("Crl", 0, data.len(), || Crl::parse(data)) else { return };
    let issuer = Certificate::parse(&issuer().certificate).unwrap();
    let verified = bounded("VerifiedCrl", 8, data.len(), || list.verify(&issuer, &Credulous));
    let is_of_issuer = list.issuer_bytes() == issuer.subject_bytes();
    assert_eq!(verified.as_ref().is_err_and(|it| *it == CrlError::OtherIssuer), !is_of_issuer);
    let honest = list.verify(&issuer, &RustCrypto);
    assert!(
        honest.is_err() || verified.is_ok(),
        "signed, but rejected by the verifier that accepts every signature"
    );
    let Ok(verified) = verified else { return };
    assert_eq!(verified.issuer_bytes(), list.issuer_bytes());
    assert_eq!(verified.is_empty(), matches!(verified.len(), 0));
    let is_current = list.this_update() <= NOW
        && NOW.as_unix_millis() / 1000 <= list.next_update().as_unix_millis() / 1000;
    assert_eq!(verified.is_current(NOW, Duration::from_millis(0)), is_current);
    let Ok(general) = CertificateList::<Raw>::from_der(data) else { return };
    let general = general.tbs_cert_list;
    let millis =
        |time: x509_cert::time::Time| u64::try_from(time.to_unix_duration().as_millis()).unwrap();
    assert_eq!(millis(general.this_update), list.this_update().as_unix_millis());
    assert_eq!(general.next_update.map(millis), Some(list.next_update().as_unix_millis()));
    let revoked = general.revoked_certificates.unwrap_or_default();
    assert_eq!(revoked.len(), verified.len());
    for entry in &revoked {
        let found = verified.find(entry.serial_number.as_bytes()).expect("its serial number");
        let same = |it: &&x509_cert::crl::RevokedCert<Raw>| it.serial_number == entry.serial_number;
        let dates = revoked.iter().filter(same).map(|it| millis(it.revocation_date));
        assert!(dates.into_iter().any(|date| date == found.at.as_unix_millis()));
    }
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let header = match length {
        [0, short @ 0..0x80] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [header, value].concat()
}

const SEQUENCE: u8 = 0x30;
/// ecdsa-with-SHA256
const ALGORITHM: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const DATE: &[u8] = b"\x17\x0d240101000000Z";

/// A list with these fields.
fn made(version: &[u8], dates: &[&[u8]], entries: &[Vec<u8>], extensions: &[&[u8]]) -> Vec<u8> {
    let issuer = issuer();
    let certificate = Certificate::parse(&issuer.certificate).unwrap();
    let entries = match entries {
        [] => Vec::new(),
        entries => tlv(SEQUENCE, &[&entries.concat()]),
    };
    let extensions = match extensions {
        [] => Vec::new(),
        extensions => tlv(0xa0, &[&tlv(SEQUENCE, extensions)]),
    };
    let name = certificate.subject_bytes();
    let parts = [version, ALGORITHM, name, &dates.concat(), &entries, &extensions];
    let signed = tlv(SEQUENCE, &parts);
    let signature = tlv(3, &[&[0], &issuer.key.sign(&signed).unwrap()]);
    tlv(SEQUENCE, &[&signed, ALGORITHM, &signature])
}

fn extension(id: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    tlv(SEQUENCE, &[&[6, 3, 0x55, 0x1d, id], critical, &tlv(4, &[value])])
}

fn entry(serial: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let extensions = match extensions {
        [] => Vec::new(),
        extensions => tlv(SEQUENCE, extensions),
    };
    tlv(SEQUENCE, &[&tlv(2, &[serial]), DATE, &extensions])
}

/// The seeds: valid lists, and one for each reason to reject a list.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    const V2: &[u8] = &[2, 1, 1];
    const NEXT: &[u8] = b"\x18\x0f20340101000000Z";
    let number = extension(20, false, &[2, 1, 7]);
    let reason = extension(21, false, &[10, 1, 1]);
    let plain = |entries: &[Vec<u8>]| made(V2, &[DATE, NEXT], entries, &[&number]);
    let with = |list: &[u8]| made(V2, &[DATE, NEXT], &[entry(&[1], &[])], &[&number, list]);
    vec![
        plain(&[]),
        plain(&[entry(&[1], &[]), entry(&[0, 0x80], &[&reason]), entry(&[3, 2, 1], &[])]),
        plain(&[entry(&[0, 0, 1], &[]), entry(&[1], &[])]),
        plain(&[entry(&[1], &[&extension(21, true, &[10, 1, 8])])]),
        plain(&[entry(&[1], &[&extension(29, true, &[0x30, 0])])]),
        plain(&(0..40).map(|serial| entry(&[serial], &[])).collect::<Vec<_>>()),
        made(&[], &[DATE, NEXT], &[entry(&[1], &[])], &[]),
        made(&[], &[DATE, NEXT], &[], &[&number]),
        made(V2, &[DATE], &[], &[&number]),
        made(V2, &[b"\x18\x112024010101.5+0200", NEXT], &[], &[&number]),
        with(&extension(27, true, &[2, 1, 6])),
        with(&extension(28, true, &[0x30, 0])),
        with(&extension(35, true, &[0x30, 0])),
    ]
}
