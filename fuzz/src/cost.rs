//! How much work certificates can cause in the search for a path and in a registration. They are generated from counts,
//! so a few bytes of input make thousands of names.

use std::time::Duration;

use relying_party::{
    AttestationPolicy,
    limits::CERTIFICATES_MAX,
    test_authenticator::{TestCertificate, TestExtension, TestName},
    x509::{OwnedCertificate, PathSearch, TrustAnchor},
};

use super::{
    attested::{Credulous, NOW, world},
    cpu_time,
    memory::bounded,
    source::Source,
};

/// The longest that a call may take with as much input as a response may have. Code without optimization takes some
/// twenty times as long, and with a sanitizer three times as long.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2000 } else { 100 });

/// The total size of all certificates of an input, in bytes: as many as fit into a response.
const ROOM: usize = 40_000;

/// Runs a function and checks that it takes less than [`LONGEST`].
fn in_time<T>(what: &str, run: impl FnMut() -> T) -> T {
    let (result, fastest) = cpu_time::fastest(LONGEST, 1, run);
    assert!(fastest <= LONGEST, "{what} takes {fastest:?}");
    result
}

const NAME_CONSTRAINTS: &str = "2.5.29.30";
const CERTIFICATE_POLICIES: &str = "2.5.29.32";

/// The number of names of subjects and issuers: few, so that there are many paths.
const NAMES: u8 = 4;

/// Reads a count. The steps grow, so one byte covers zero to thousands.
fn count(source: &mut Source<'_>) -> usize {
    let byte = usize::from(source.byte());
    byte * byte / 8
}

/// A `GeneralName` of one of its forms, short or long, known or unknown.
fn general_name(source: &mut Source<'_>) -> Vec<u8> {
    match source.below(8) {
        0 => b"\x82\x00".to_vec(),
        1 => b"\x82\x0bexample.com".to_vec(),
        2 => b"\x81\x00".to_vec(),
        3 => tlv(0xa4, &TestNameDer::short()),
        4 => tlv(0xa4, &TestNameDer::long(usize::from(source.byte()))),
        5 => b"\xa4\x02\x30\x00".to_vec(),
        6 => b"\x87\x04\x7f\x00\x00\x01".to_vec(),
        _ => b"\x88\x01\x2a".to_vec(),
    }
}

/// `Name`s in DER.
struct TestNameDer;

impl TestNameDer {
    fn short() -> Vec<u8> {
        Self::long(1)
    }

    fn long(length: usize) -> Vec<u8> {
        let value = tlv(0x0c, &vec![b'n'; length]);
        let attribute = tlv(0x30, &[&b"\x06\x03\x55\x04\x03"[..], &value].concat());
        tlv(0x30, &tlv(0x31, &attribute))
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let header = match u8::try_from(length) {
        Ok(length) if length < 0x80 => vec![tag, length],
        Ok(length) => vec![tag, 0x81, length],
        Err(_) => {
            [&[tag, 0x82][..], &u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()].concat()
        }
    };
    [&header, content].concat()
}

/// Repeats an item as often as the input says, while there is room for it.
fn repeated(source: &mut Source<'_>, item: &[u8], room: &mut usize) -> Vec<u8> {
    let count = count(source).min(*room / item.len());
    *room -= count * item.len();
    item.repeat(count)
}

fn subtrees(source: &mut Source<'_>, tag: u8, room: &mut usize) -> Vec<u8> {
    let base = tlv(0x30, &general_name(source));
    let subtrees = repeated(source, &base, room);
    if subtrees.is_empty() { Vec::new() } else { tlv(tag, &subtrees) }
}

/// Adds fields to a certificate that take time to verify.
fn swell(source: &mut Source<'_>, certificate: &mut TestCertificate, room: &mut usize) {
    let flags = source.byte();
    let critical = flags & 0x80 != 0;
    if flags & 1 != 0 {
        let name = general_name(source);
        let names = tlv(0x30, &repeated(source, &name, room));
        certificate.set_extension(TestExtension::SUBJECT_ALT_NAME, critical, names);
    }
    if flags & 2 != 0 {
        let (permitted, excluded) = (subtrees(source, 0xa0, room), subtrees(source, 0xa1, room));
        let constraints = tlv(0x30, &[permitted, excluded].concat());
        certificate.set_extension(NAME_CONSTRAINTS, critical, constraints);
    }
    if flags & 4 != 0 {
        let purposes = tlv(0x30, &repeated(source, b"\x06\x01\x2a", room));
        certificate.set_extension(TestExtension::EXTENDED_KEY_USAGE, critical, purposes);
    }
    if flags & 8 != 0 {
        let policies = tlv(0x30, &repeated(source, b"\x30\x03\x06\x01\x2a", room));
        certificate.set_extension(CERTIFICATE_POLICIES, critical, policies);
    }
    if flags & 16 != 0 {
        let attributes = count(source).min(*room / 11);
        *room -= attributes * 11;
        certificate
            .subject
            .0
            .extend(TestName::of(&vec![(TestName::COMMON_NAME, ""); attributes]).0);
    }
}

fn name(number: u8) -> TestName {
    TestName::of(&[(TestName::COMMON_NAME, &format!("name {number}"))])
}

/// A CA with any issuer. Its signature counts as good, because the attacker has the keys.
fn authority(source: &mut Source<'_>, serial: u8, room: &mut usize) -> Vec<u8> {
    let key = &world().attester.key;
    let (subject, issuer) = (source.below(NAMES), source.below(NAMES));
    let mut made = TestCertificate::new(name(issuer), name(subject), key).unwrap();
    // The CAs share one name and one key, or one name with many keys.
    let own_key = source.byte();
    if let Some(last) = made.public_key.last_mut() {
        *last ^= own_key;
    }
    made.serial = vec![1, serial];
    made.set_extension(TestExtension::BASIC_CONSTRAINTS, true, *b"\x30\x03\x01\x01\xff");
    swell(source, &mut made, room);
    made.sign(key).unwrap()
}

/// Certificates cost no more than their size allows, whether or not they lead to an anchor, in a path search and in the
/// statement of a registration.
pub(super) fn certificates(data: &[u8]) {
    let mut source = Source::new(data);
    let mut room = ROOM;
    let count = source.below(u8::try_from(CERTIFICATES_MAX).unwrap());
    let sent =
        (0..count).map(|serial| authority(&mut source, serial, &mut room)).collect::<Vec<_>>();
    let known = (0..source.below(4)).map(|serial| authority(&mut source, serial, &mut room));
    let known = known.map(|der| OwnedCertificate::from_der(&der).ok()).collect::<Option<Vec<_>>>();
    let anchors = (0..source.below(3)).map(|serial| authority(&mut source, serial, &mut room));
    let anchors = anchors.map(|der| TrustAnchor::from_der(&der).ok()).collect::<Option<Vec<_>>>();
    let (Some(known), Some(anchors)) = (known, anchors) else { return };

    let mut parts = world().parts("packed");
    let (chain, leaf) = (sent.clone(), source.below(NAMES));
    let rest = data.get(data.len().saturating_sub(16)..).unwrap_or_default().to_vec();
    parts.tamper_statement(move |statement| {
        statement.certificate.issuer = name(leaf);
        statement.chain.clone_from(&chain);
        swell(&mut Source::new(&rest), &mut statement.certificate, &mut room.clone());
    });
    let signed = parts.sign().unwrap();
    let x5c = signed.statement.entry("x5c").unwrap().as_array().unwrap();
    let ders = x5c.iter().map(|it| it.as_bytes().unwrap().as_slice()).collect::<Vec<_>>();
    let held = known.iter().map(|it| it.as_bytes().len()).sum::<usize>()
        + anchors.iter().map(|it| it.certificate().as_bytes().len()).sum::<usize>();
    let input = ders.iter().map(|der| der.len()).sum::<usize>() + held;
    in_time("PathSearch", || {
        bounded("PathSearch", 32, input, || {
            let Ok(chain) = PathSearch::read_chain(ders.iter().copied()) else { return };
            let search = PathSearch::new(&anchors, NOW, &Credulous).intermediates(&known);
            drop(search.find(&chain));
        });
    });

    let json = signed.to_json().unwrap().to_string().into_bytes();
    for policy in [AttestationPolicy::statement(), AttestationPolicy::trusted()] {
        let policy = policy.anchors(anchors.clone()).intermediates(known.clone());
        drop(in_time("verify_registration", || {
            bounded("verify_registration", 16, json.len() + held, || {
                world().judge(&json, &policy, &Credulous)
            })
        }));
    }
}

/// Inputs that once took long: many CAs with one name and key, between a leaf with thousands of names and a CA that
/// excludes as many; the same with directory names, below an anchor; CAs with one name that are tried one after the
/// other.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let repeated = |last: &[u8], leaf: &[u8]| {
        let mut seed = vec![14];
        for _ in 0..13 {
            seed.extend([1, 2, 0, 0]);
        }
        seed.extend([2, 3, 0]);
        seed.extend(last);
        // No known CA, no anchor, and the leaf is issued by the CAs with one name.
        seed.extend([0, 0, 1]);
        seed.extend(leaf);
        seed.resize(seed.len() + 16 - leaf.len().min(16), 0);
        seed
    };
    vec![
        Vec::new(),
        repeated(&[2, 0, 0, 2, 180], &[1, 0, 255]),
        repeated(&[2, 3, 120, 3, 120], &[1, 3, 200]),
        repeated(&[31, 0, 90, 1, 90, 2, 90, 90, 90, 90], &[31, 3, 90, 3, 90, 3, 90, 90, 90, 90]),
        (0..200).map(|byte: u8| byte.wrapping_mul(37)).collect(),
        (0..200).map(|byte: u8| byte.wrapping_mul(101).wrapping_add(5)).collect(),
    ]
}
