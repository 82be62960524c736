//! X.509: certificates, PEM, and the search for a path among certificates that an attacker has made.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use relying_party::{
    Timestamp,
    crypto::SignatureVerifier,
    limits::{
        CERTIFICATE_ALT_NAMES_MAX, CERTIFICATE_SUBTREES_MAX, CERTIFICATES_MAX, NAME_COMPARISONS_MAX,
    },
    test_authenticator::{TestAlgorithm, TestCertificate, TestExtension, TestKey, TestName},
    x509::{Certificate, Crl, OwnedCertificate, PathSearch, TrustAnchor},
};

use super::{Case, Prepared, framed, repeated, text::text};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = parsing();
    cases.extend(pem());
    cases.extend(paths());
    cases.extend(lists());
    cases
}

/// A day in 2025, when the test certificates are valid.
pub(super) const NOW: Timestamp = Timestamp::from_unix_millis(1_750_000_000_000);

/// Accepts every signature: an attacker has the keys to make good ones, and what follows is expensive.
pub(super) struct Credulous;

impl SignatureVerifier for Credulous {
    fn supports(&self, _: relying_party::Algorithm) -> bool {
        true
    }

    fn check_key(&self, _: &relying_party::CoseKey<'_>) -> Result<(), relying_party::InvalidKey> {
        Ok(())
    }

    fn verify(
        &self,
        _: &relying_party::CoseKey<'_>,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), relying_party::crypto::SignatureError> {
        Ok(())
    }

    fn verify_ecdsa_with_hash(
        &self,
        _: &relying_party::KeyParameters<'_>,
        _: relying_party::crypto::HashFunction,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), relying_party::crypto::SignatureError> {
        Ok(())
    }

    fn verify_rs1(
        &self,
        _: &relying_party::KeyParameters<'_>,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), relying_party::crypto::SignatureError> {
        Ok(())
    }
}

pub(super) fn key() -> &'static TestKey {
    static KEY: OnceLock<TestKey> = OnceLock::new();
    KEY.get_or_init(|| TestKey::from_seed(TestAlgorithm::Es256, "hostile").unwrap())
}

pub(super) fn name(common_name: &str) -> TestName {
    TestName::of(&[(TestName::COMMON_NAME, common_name)])
}

/// A certificate for `subject` by `issuer`, all with one key, after this change.
pub(super) fn certificate(
    subject: &str,
    issuer: &str,
    serial: u8,
    change: impl FnOnce(&mut TestCertificate),
) -> Vec<u8> {
    let mut made = TestCertificate::new(name(issuer), name(subject), key()).unwrap();
    made.serial = vec![1, serial];
    change(&mut made);
    made.sign(key()).unwrap()
}

/// A CA certificate of the same kind.
pub(super) fn authority(
    subject: &str,
    issuer: &str,
    serial: u8,
    change: impl FnOnce(&mut TestCertificate),
) -> Vec<u8> {
    certificate(subject, issuer, serial, |made| {
        made.set_extension(TestExtension::BASIC_CONSTRAINTS, true, *b"\x30\x03\x01\x01\xff");
        made.set_extension(TestExtension::KEY_USAGE, true, *b"\x03\x02\x01\x06");
        change(made);
    })
}

pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let header = match length {
        0..0x80 => vec![tag, u8::try_from(length).unwrap()],
        0x80..0x100 => vec![tag, 0x81, u8::try_from(length).unwrap()],
        0x100..0x1_0000 => {
            [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat()
        }
        _ => [&[tag, 0x83][..], &u32::try_from(length).unwrap().to_be_bytes()[1..]].concat(),
    };
    [&header, content].concat()
}

const SEQUENCE: u8 = 0x30;
const NAME_CONSTRAINTS: &str = "2.5.29.30";

/// `GeneralName`s of two bytes each: empty DNS names.
const EMPTY_DNS_NAME: &[u8] = b"\x82\x00";

/// A subject alternative name that repeats one `GeneralName`.
pub(super) fn alternative_names(name: &[u8], size: usize) -> Vec<u8> {
    tlv(SEQUENCE, &repeated(b"", name, size))
}

/// Name constraints that repeat one excluded subtree.
fn excluding(base: &[u8], size: usize) -> Vec<u8> {
    tlv(SEQUENCE, &tlv(0xa1, &repeated(b"", &tlv(SEQUENCE, base), size)))
}

fn directory_name(common_name: &str) -> Vec<u8> {
    let value = tlv(0x0c, common_name.as_bytes());
    let attribute = tlv(SEQUENCE, &[&b"\x06\x03\x55\x04\x03"[..], &value].concat());
    tlv(0xa4, &tlv(SEQUENCE, &tlv(0x31, &attribute)))
}

/// A subject with many attributes of the shortest kind.
fn attributes(size: usize) -> TestName {
    TestName::of(&vec![(TestName::COMMON_NAME, ""); size / 11])
}

fn parsing() -> Vec<Case> {
    let parse = |der: &[u8]| Certificate::parse(der).is_ok();
    let case = |input, change: fn(&mut TestCertificate, usize)| {
        let make = move |size: usize| {
            certificate("leaf", "issuer", 0, |made| change(made, size.saturating_sub(400)))
        };
        Case::bytes("Certificate::parse", input, make, parse)
    };
    let anchor = |size: usize| {
        authority("ca", "ca", 0, |made| {
            let names = directory_names(CERTIFICATE_SUBTREES_MAX, size.saturating_sub(400));
            made.set_extension(NAME_CONSTRAINTS, true, tlv(SEQUENCE, &subtrees(&names)));
        })
    };
    vec![
        case("a long attribute of the subject", |made, size| {
            made.subject = name(&"n".repeat(size));
        })
        .accepted(),
        case("as many long alternative names as are read", |made, size| {
            let names = tlv(SEQUENCE, &directory_names(CERTIFICATE_ALT_NAMES_MAX, size).concat());
            made.set_extension(TestExtension::SUBJECT_ALT_NAME, true, names);
        })
        .accepted(),
        case("as many long subtrees as are read", |made, size| {
            let names = directory_names(CERTIFICATE_SUBTREES_MAX, size);
            made.set_extension(NAME_CONSTRAINTS, true, tlv(SEQUENCE, &subtrees(&names)));
        })
        .accepted(),
        case("policies, which are not read", |made, size| {
            let policies = tlv(SEQUENCE, &repeated(b"", b"\x30\x03\x06\x01\x2a", size));
            made.set_extension("2.5.29.32", true, policies);
        })
        .accepted(),
        Case::bytes("TrustAnchor::from_der", "as many long subtrees as are read", anchor, |der| {
            TrustAnchor::from_der(der).is_ok()
        })
        .memory(4)
        .accepted(),
        Case::bytes(
            "OwnedCertificate::from_der",
            "as many long subtrees as are read",
            anchor,
            |der| OwnedCertificate::from_der(der).is_ok(),
        )
        .memory(4)
        .accepted(),
        // More than are accepted of each kind. A name is read to its end because the next field follows it.
        case("attributes of the subject", |made, size| made.subject = attributes(1000 + size)),
        case("alternative names", |made, size| {
            let names = alternative_names(EMPTY_DNS_NAME, 1000 + size);
            made.set_extension(TestExtension::SUBJECT_ALT_NAME, true, names);
        })
        .unread(),
        case("excluded subtrees", |made, size| {
            made.set_extension(NAME_CONSTRAINTS, true, excluding(EMPTY_DNS_NAME, 1000 + size));
        })
        .unread(),
        case("purposes", |made, size| {
            let purposes = tlv(SEQUENCE, &repeated(b"", b"\x06\x01\x2a", 1000 + size));
            made.set_extension(TestExtension::EXTENDED_KEY_USAGE, true, purposes);
        })
        .unread(),
        case("extensions", |made, size| {
            made.extensions.extend(
                (0..(1000 + size) / 12)
                    .map(|number| TestExtension::new(&format!("1.2.{number}"), false, [])),
            );
        })
        .max(64 * 1024)
        .unread(),
    ]
}

fn pem() -> Vec<Case> {
    let read = |pem: &[u8]| TrustAnchor::from_pem(text(pem)).is_ok();
    let block = || {
        let der = STANDARD.encode(certificate("root", "root", 0, |_| ()));
        let lines = der.as_bytes().chunks(64).map(text).collect::<Vec<_>>().join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    };
    let case = |input, make: fn(usize) -> Vec<u8>| {
        Case::bytes("TrustAnchor::from_pem", input, make, read).memory(8)
    };
    vec![
        Case::bytes(
            "TrustAnchor::from_pem",
            "certificates",
            move |size| repeated(b"", block().as_bytes(), size),
            read,
        )
        .memory(8)
        .accepted(),
        Case::bytes(
            "OwnedCertificate::from_pem",
            "one long certificate",
            |size| {
                let der = certificate("leaf", "issuer", 0, |made| {
                    made.set_extension("1.2.3", false, vec![0; size / 4 * 3]);
                });
                let der = STANDARD.encode(der);
                let lines = der.as_bytes().chunks(64).map(text).collect::<Vec<_>>().join("\n");
                format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
                    .into_bytes()
            },
            |pem| OwnedCertificate::from_pem(text(pem)).is_ok(),
        )
        .memory(8)
        .accepted(),
        Case::bytes(
            "TrustAnchor::from_pem",
            "certificates with white space around each",
            move |size| {
                let block = format!("{}{}{}", " \n".repeat(200), block(), " \n".repeat(200));
                repeated(b"", block.as_bytes(), size)
            },
            read,
        )
        .memory(8)
        .accepted(),
        case("white space", |size| repeated(b"", b" \n", size)),
        case("letters", |size| repeated(b"", b"a", size)),
        case("beginnings", |size| repeated(b"", b"-----BEGIN CERTIFICATE-----\n", size)),
        case("endings almost", |size| repeated(b"", b"-----END CERTIFICATE----", size)),
        case("a block of white space", |size| {
            framed(b"-----BEGIN CERTIFICATE-----\n", b"\n", b"-----END CERTIFICATE-----\n", size)
        }),
    ]
}

/// The chain whose search is most expensive: each of many CAs with one name and key has issued the leaf, and above each
/// is a CA that constrains names.
pub(super) fn repeated_authorities(
    size: usize,
    change: fn(&mut TestCertificate, usize),
) -> Vec<Vec<u8>> {
    let mut chain = vec![certificate("leaf", "repeated", 0, |made| change(made, size))];
    let repeated = u8::try_from(CERTIFICATES_MAX).unwrap() - 3;
    chain.extend((0..repeated).map(|serial| authority("repeated", "constraining", serial, |_| ())));
    chain.push(constraining(size));
    chain
}

pub(super) fn constraining(size: usize) -> Vec<u8> {
    authority("constraining", "anchor", 0, |made| {
        made.set_extension(NAME_CONSTRAINTS, true, excluding(OTHER_NAME, size));
    })
}

/// A name that contains none of the alternative names, so that all are compared.
const OTHER_NAME: &[u8] = b"\x81\x00";

/// As many directory names as are read, with this many bytes in total, that differ at their end.
pub(super) fn directory_names(count: usize, size: usize) -> Vec<Vec<u8>> {
    let length = (size / count).saturating_sub(30).max(3);
    (0..count).map(|number| directory_name(&format!("{number:0length$}"))).collect()
}

/// A leaf with these names, directly below the anchor.
fn named(names: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let names = tlv(SEQUENCE, &names.concat());
    vec![certificate("leaf", "anchor", 0, |made| {
        made.set_extension(TestExtension::SUBJECT_ALT_NAME, true, names);
    })]
}

/// Permitted subtrees.
fn subtrees(names: &[Vec<u8>]) -> Vec<u8> {
    tlv(0xa0, &names.iter().flat_map(|name| tlv(SEQUENCE, name)).collect::<Vec<_>>())
}

/// An anchor that permits these names.
fn permitting(names: &[Vec<u8>]) -> Vec<u8> {
    authority("anchor", "anchor", 0, |made| {
        made.set_extension(NAME_CONSTRAINTS, true, tlv(SEQUENCE, &subtrees(names)));
    })
}

/// The largest number of names for which all comparisons fit into the budget.
const COMPARED: usize = NAME_COMPARISONS_MAX / CERTIFICATE_SUBTREES_MAX;

fn paths() -> Vec<Case> {
    let searched = |input, chain: fn(usize) -> Vec<Vec<u8>>, anchor: fn(usize) -> Vec<u8>| {
        Case::prepared("PathSearch::find", input, move |size| {
            let (chain, anchors) = (chain(size), [TrustAnchor::from_der(&anchor(size)).unwrap()]);
            let bytes = chain.iter().map(Vec::len).sum::<usize>();
            let bytes = bytes + anchors[0].certificate().as_bytes().len();
            Prepared::new(bytes, move || {
                let chain = PathSearch::read_chain(chain.iter().map(Vec::as_slice));
                let Ok(chain) = chain else { return false };
                PathSearch::new(&anchors, NOW, &Credulous).find(&chain).is_ok()
            })
        })
        .memory(32)
    };
    let anchor: fn(usize) -> Vec<u8> = |_| authority("anchor", "anchor", 0, |_| ());
    let other_anchor: fn(usize) -> Vec<u8> = |_| authority("other", "other", 0, |_| ());
    let repeated: fn(usize) -> Vec<Vec<u8>> = |size| {
        repeated_authorities(size / 2, |made, size| {
            let names = alternative_names(EMPTY_DNS_NAME, size);
            made.set_extension(TestExtension::SUBJECT_ALT_NAME, true, names);
        })
    };
    vec![
        searched("alternative names by subtrees, no anchor", repeated, other_anchor),
        searched("alternative names by subtrees, below an anchor", repeated, anchor),
        searched(
            "as many directory names as are compared, none of them permitted",
            |size| named(&directory_names(COMPARED, size / 2)),
            |size| {
                let names = directory_names(CERTIFICATE_SUBTREES_MAX, size / 2);
                permitting(&names.into_iter().map(longer).collect::<Vec<_>>())
            },
        ),
        searched(
            "as many directory names as are compared, all of them permitted",
            |size| named(&directory_names(COMPARED, size / 2)),
            |size| {
                let mut names = directory_names(CERTIFICATE_SUBTREES_MAX, size / 2 * 4);
                names.truncate(COMPARED);
                permitting(&names)
            },
        ),
        searched(
            "more directory names than are compared",
            |size| named(&directory_names(CERTIFICATE_ALT_NAMES_MAX, size / 2)),
            |size| permitting(&directory_names(CERTIFICATE_SUBTREES_MAX, size / 2)),
        ),
        searched(
            "a subject of many attributes",
            |size| vec![certificate("leaf", "anchor", 0, |made| made.subject = attributes(size))],
            |_| permitting(&[directory_name("other")]),
        ),
        searched(
            "CAs that constrain one another",
            |size| {
                let names = directory_names(16, size / 4);
                let names = tlv(SEQUENCE, &names.concat());
                let mut chain = vec![certificate("leaf", "ca 0", 0, |made| {
                    made.set_extension(TestExtension::SUBJECT_ALT_NAME, true, names.clone());
                })];
                chain.extend((0..6).map(|number| {
                    let [subject, issuer] = [number, number + 1].map(|it| format!("ca {it}"));
                    authority(&subject, &issuer, number, |made| {
                        let excluded = CERTIFICATE_SUBTREES_MAX * 4;
                        made.set_extension(TestExtension::SUBJECT_ALT_NAME, false, names.clone());
                        made.set_extension(NAME_CONSTRAINTS, true, excluding(OTHER_NAME, excluded));
                    })
                }));
                chain
            },
            |_| authority("ca 6", "ca 6", 0, |_| ()),
        ),
        searched(
            "long CAs of one name that are tried one after the other",
            |size| {
                let mut chain = vec![certificate("leaf", "repeated", 0, |_| ())];
                let repeated = u8::try_from(CERTIFICATES_MAX).unwrap() - 1;
                chain.extend((0..repeated).map(|serial| {
                    authority("repeated", "repeated", serial, |made| {
                        let key = TestKey::from_seed(TestAlgorithm::Es256, [serial]).unwrap();
                        made.public_key = key.spki().unwrap();
                        made.set_extension("1.2.3", false, vec![0; size / usize::from(repeated)]);
                    })
                }));
                chain
            },
            other_anchor,
        ),
        Case::prepared("PathSearch::find", "the host's certificates of one name", |size| {
            let der = |number| authority("issuer", &format!("issuer {number}"), 0, |_| ());
            let known = (0..size / der(0).len())
                .map(|number| OwnedCertificate::from_der(&der(number)).unwrap())
                .collect::<Vec<_>>();
            let leaf = certificate("leaf", "issuer", 0, |_| ());
            let anchors = [TrustAnchor::from_der(&authority("other", "other", 0, |_| ())).unwrap()];
            Prepared::new(size, move || {
                let chain = PathSearch::read_chain([leaf.as_slice()]).unwrap();
                let search = PathSearch::new(&anchors, NOW, &Credulous).intermediates(&known);
                search.find(&chain).is_ok()
            })
        })
        .max(128 * 1024)
        .memory(32),
        Case::prepared("PathSearch::read_chain", "more certificates than are read", |size| {
            let der = certificate("leaf", "issuer", 0, |_| ());
            Prepared::new(size, move || {
                let count = CERTIFICATES_MAX + size / der.len();
                PathSearch::read_chain(std::iter::repeat_n(der.as_slice(), count)).is_ok()
            })
        })
        .unread(),
    ]
}

/// A directory name that starts like another.
fn longer(mut name: Vec<u8>) -> Vec<u8> {
    if let Some(last) = name.last_mut() {
        *last = b'x';
    }
    name
}

/// A CRL with these entries, by a test issuer.
fn list_of(entries: &[u8]) -> Vec<u8> {
    // sha256WithECDSA
    let algorithm = tlv(SEQUENCE, b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
    let attribute = tlv(SEQUENCE, b"\x06\x03\x55\x04\x03\x0c\x06issuer");
    let issuer = tlv(SEQUENCE, &tlv(0x31, &attribute));
    let times = [tlv(0x17, b"250101000000Z"), tlv(0x17, b"300101000000Z")].concat();
    let signed =
        [&b"\x02\x01\x01"[..], &algorithm, &issuer, &times, &tlv(SEQUENCE, entries)].concat();
    let signature = b"\x03\x09\x00\x30\x06\x02\x01\x01\x02\x01\x01";
    tlv(SEQUENCE, &[&tlv(SEQUENCE, &signed)[..], &algorithm, signature].concat())
}

/// A revoked certificate with a serial number of three bytes.
fn revoked(number: usize) -> Vec<u8> {
    let [.., high, middle, low] = number.to_be_bytes();
    let serial = [2, 3, high & 0x3f | 0x40, middle, low];
    tlv(SEQUENCE, &[&serial[..], &tlv(0x17, b"250101000000Z")].concat())
}

fn lists() -> Vec<Case> {
    let parse = |der: &[u8]| Crl::parse(der).is_ok();
    let descending =
        |size: usize| list_of(&(0..size / 22).rev().flat_map(revoked).collect::<Vec<_>>());
    vec![
        Case::bytes("Crl::parse", "revoked certificates", descending, parse).accepted(),
        Case::bytes(
            "Crl::parse",
            "revoked certificates with reasons",
            |size| {
                let reason =
                    tlv(SEQUENCE, &tlv(SEQUENCE, b"\x06\x03\x55\x1d\x15\x04\x03\x0a\x01\x01"));
                let content = revoked(0).split_off(2);
                list_of(&repeated(b"", &tlv(SEQUENCE, &[content, reason].concat()), size))
            },
            parse,
        )
        .accepted(),
        Case::prepared("Crl::verify", "revoked certificates in the wrong order", move |size| {
            let list = descending(size);
            let issuer = authority("issuer", "issuer", 0, |made| {
                // keyCertSign and cRLSign
                made.set_extension(TestExtension::KEY_USAGE, true, *b"\x03\x02\x01\x06");
            });
            Prepared::new(list.len(), move || {
                let issuer = Certificate::parse(&issuer).unwrap();
                Crl::parse(&list).unwrap().verify(&issuer, &Credulous).is_ok()
            })
        })
        .memory(8)
        .accepted(),
        Case::prepared("VerifiedCrl::find", "revoked certificates", move |size| {
            let list = descending(size);
            let issuer = authority("issuer", "issuer", 0, |_| ());
            let issuer = Certificate::parse(&issuer).unwrap();
            let list = Crl::parse(&list).unwrap().verify(&issuer, &Credulous).unwrap();
            Prepared::new(size, move || list.find(&[1, 2, 3]).is_some())
        })
        .unread(),
    ]
}
