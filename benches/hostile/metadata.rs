//! FIDO metadata: a JWS, and what its publisher could put in it.

use std::sync::OnceLock;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use relying_party::{
    Timestamp,
    limits::MDS_LIST_MAX,
    mds::{BlobVerification, Metadata},
    test_authenticator::{TestAuthority, TestExtension},
    x509::TrustAnchor,
};

use super::{
    Case, Prepared,
    certificates::{Credulous, NOW, authority},
    framed, repeated,
};

struct Publisher {
    header: Vec<u8>,
    anchors: Vec<TrustAnchor>,
}

fn publisher() -> &'static Publisher {
    static PUBLISHER: OnceLock<Publisher> = OnceLock::new();
    PUBLISHER.get_or_init(|| {
        let root = TestAuthority::root("web").unwrap();
        let signer = root.below("publisher", |it| {
            // digitalSignature
            it.set_extension(TestExtension::KEY_USAGE, true, [3, 2, 7, 0x80]);
            let host = *b"\x30\x16\x82\x14mds.fidoalliance.org";
            it.set_extension(TestExtension::SUBJECT_ALT_NAME, false, host);
        });
        let signer = STANDARD.encode(signer.unwrap().certificate);
        Publisher {
            header: format!(r#"{{"alg":"ES256","x5c":["{signer}"]}}"#).into_bytes(),
            anchors: vec![TrustAnchor::from_der(&root.certificate).unwrap()],
        }
    })
}

fn verify(blob: &[u8]) -> Option<Metadata> {
    BlobVerification::new(&publisher().anchors, NOW, &Credulous).verify(blob).ok()
}

fn jws(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let parts = [header, payload, &[1; 64]].map(|part| URL_SAFE_NO_PAD.encode(part));
    parts.join(".").into_bytes()
}

/// A BLOB of the publisher that repeats this unit.
fn blob(start: &str, unit: &str, end: &str, size: usize) -> Vec<u8> {
    let start = [r#"{"no":1,"nextUpdate":"2030-01-01","#, start].concat();
    let size = (size / 4 * 3).saturating_sub(publisher().header.len() + 100);
    jws(&publisher().header, &framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size))
}

/// Entries that all differ.
fn entries(size: usize, entry: fn(usize) -> String) -> Vec<u8> {
    let entries = super::numbered(size / 8 * 5, entry).join(",");
    blob(&format!(r#""entries":[{entries}"#), " ", "]}", 0)
}

const MODEL: &str = r#""entries":[{"aaguid":"00112233-4455-6677-8899-aabbccddeeff","#;

pub(super) fn cases() -> Vec<Case> {
    let case = |input, make: fn(usize) -> Vec<u8>| {
        Case::bytes("BlobVerification::verify", input, make, |blob| verify(blob).is_some())
            .memory(32)
    };
    let mut cases = vec![
        case("models", |size| {
            entries(size, |number| {
                format!(r#"{{"aaguid":"00112233-4455-6677-8899-{number:012x}","statusReports":[]}}"#)
            })
        })
        .accepted(),
        case("models of keys that all of them have", |size| {
            let keys = (0..8).map(|key| format!(r#""{key:040x}""#)).collect::<Vec<_>>().join(",");
            let models = super::numbered(size / 8 * 5, |number| {
                format!(
                    r#"{{"aaguid":"00112233-4455-6677-8899-{number:012x}","attestationCertificateKeyIdentifiers":[{keys}],"statusReports":[{{"status":"REVOKED","effectiveDate":"{}-01-01"}}]}}"#,
                    9999 - number % 7000
                )
            });
            blob(&format!(r#""entries":[{}"#, models.join(",")), " ", "]}", 0)
        })
        .accepted(),
        case("models of one root", |size| {
            static ROOT: OnceLock<String> = OnceLock::new();
            let root = ROOT.get_or_init(|| STANDARD.encode(authority("root", "root", 0, |_| ())));
            let models = super::numbered(size / 8 * 5, |number| {
                format!(
                    r#"{{"aaguid":"00112233-4455-6677-8899-{number:012x}","metadataStatement":{{"attestationRootCertificates":["{root}"]}},"statusReports":[]}}"#
                )
            });
            blob(&format!(r#""entries":[{}"#, models.join(",")), " ", "]}", 0)
        })
        .accepted(),
        case("one model again and again", |size| {
            entries(size, |_| {
                r#"{"aaguid":"00112233-4455-6677-8899-aabbccddeeff","statusReports":[{"status":"REVOKED"}]}"#.into()
            })
        })
        .accepted(),
        case("entries of nothing", |size| blob(r#""entries":[0"#, ",0", "]}", size)).accepted(),
        case("reports of one model", |size| {
            let start = format!(r#"{MODEL}"statusReports":[{{"status":"REVOKED"}}"#);
            blob(&start, r#",{"status":"x"}"#, "]}]}", size)
        })
        .accepted(),
        case("reports in the wrong order", |size| {
            let reports = super::numbered(size / 8 * 5, |number| {
                let (year, month, day) = (2999 - number / 360 % 900, 12 - number / 30 % 12, 28 - number % 28);
                format!(r#"{{"status":"REVOKED","effectiveDate":"{year}-{month:02}-{day:02}"}}"#)
            });
            blob(&format!(r#"{MODEL}"statusReports":[{}"#, reports.join(",")), " ", "]}]}", 0)
        })
        .accepted(),
        case("key identifiers", |size| {
            let keys = super::numbered(size / 8 * 5, |number| format!(r#""{number:040x}""#)).join(",");
            let start = format!(r#""entries":[{{"attestationCertificateKeyIdentifiers":[{keys}"#);
            blob(&start, " ", r#"],"statusReports":[]}]}"#, 0)
        })
        .accepted(),
        case("names of a model", |size| {
            let names = super::numbered(size / 8 * 5, |number| format!(r#""l{number}":"""#)).join(",");
            let start = format!(r#"{MODEL}"metadataStatement":{{"friendlyNames":{{{names}"#);
            blob(&start, " ", r#"}},"statusReports":[]}]}"#, 0)
        })
        .memory(64)
        .accepted(),
        case("attestation types", |size| {
            let start = format!(r#"{MODEL}"metadataStatement":{{"attestationTypes":[""#);
            blob(&start, r#"",""#, r#""]},"statusReports":[]}]}"#, size)
        })
        .accepted(),
        case("ways to verify the user of many models", |size| {
            let models = super::numbered(size / 8 * 5, |number| {
                let ways = [r#"[{"userVerificationMethod":"none"}]"#; MDS_LIST_MAX].join(",");
                format!(
                    r#"{{"aaguid":"00112233-4455-6677-8899-{number:012x}","metadataStatement":{{"userVerificationDetails":[{ways}]}},"statusReports":[]}}"#
                )
            });
            blob(&format!(r#""entries":[{}"#, models.join(",")), " ", "]}", 0)
        })
        .accepted(),
        case("ways to verify the user of one model", |size| {
            let start = format!(r#"{MODEL}"metadataStatement":{{"userVerificationDetails":[[]"#);
            blob(&start, ",[]", r#"]},"statusReports":[]}]}"#, size)
        })
        .accepted(),
        case("empty words of many models", |size| {
            let models = super::numbered(size / 8 * 5, |number| {
                let words = [r#""""#; MDS_LIST_MAX].join(",");
                format!(
                    r#"{{"aaguid":"00112233-4455-6677-8899-{number:012x}","metadataStatement":{{"authenticationAlgorithms":[{words}],"keyProtection":[{words}]}},"statusReports":[]}}"#
                )
            });
            blob(&format!(r#""entries":[{}"#, models.join(",")), " ", "]}", 0)
        })
        .accepted(),
        case("words of one model", |size| {
            let start = format!(r#"{MODEL}"metadataStatement":{{"keyProtection":[""#);
            blob(&start, r#"",""#, r#""]},"statusReports":[]}]}"#, size)
        })
        .accepted(),
        case("empty roots", |size| {
            let start = format!(r#"{MODEL}"metadataStatement":{{"attestationRootCertificates":[""#);
            blob(&start, r#"",""#, r#""]},"statusReports":[]}]}"#, size)
        })
        .accepted(),
        case("roots", |size| {
            let root = STANDARD.encode(authority("root", "root", 0, |_| ()));
            let start = format!(r#"{MODEL}"metadataStatement":{{"attestationRootCertificates":["{root}""#);
            blob(&start, &format!(r#","{root}""#), r#"]},"statusReports":[]}]}"#, size)
        })
        .accepted(),
        case("one long root with white space", |size| {
            let start = format!(r#"{MODEL}"metadataStatement":{{"attestationRootCertificates":[""#);
            blob(&start, r"AAAA\n", r#""]},"statusReports":[]}]}"#, size)
        })
        .accepted(),
        case("a legal header in escapes", |size| {
            blob(r#""legalHeader":""#, r"\u0041", r#"","entries":[]}"#, size)
        })
        .accepted(),
        case("a payload that ends early", |size| blob(r#""entries":[0"#, ",0", "", size)),
        case("a header of certificates", |size| {
            jws(&framed(br#"{"alg":"ES256","x5c":[""#, br#"",""#, br#""]}"#, size / 4 * 3), b"{}")
        })
        .max(60_000),
        case("a header of unknown members", |size| {
            jws(&framed(br#"{"alg":"ES256","x5c":[""],"#, br#""x":0,"#, br#""x":0}"#, size / 4 * 3), b"{}")
        })
        .max(60_000),
        case("dots", |size| repeated(b"", b".", size)).unread(),
        case("letters", |size| repeated(b"", b"A", size)),
        case("a long signature", |size| repeated(b"e30.e30.", b"AAAA", size)),
    ];
    cases.extend(lookups());
    cases
}

/// Lookups in the metadata that happen on every registration.
fn lookups() -> [Case; 2] {
    [
        Case::prepared("MetadataEntry::status_at, warnings_at", "reports of one model", |size| {
            let start = format!(r#"{MODEL}"statusReports":[{{"status":"x"}}"#);
            let metadata = verify(&blob(&start, r#",{"status":"x"}"#, "]}]}", size)).unwrap();
            Prepared::new(size, move || {
                let entry = &metadata.entries()[0];
                let at = Timestamp::from_unix_millis(1);
                entry.status_at(at).is_some() && entry.warnings_at(at).next().is_none()
            })
        })
        .accepted(),
        Case::prepared("MetadataEntry::name", "names of a model", |size| {
            let names =
                super::numbered(size / 8 * 5, |number| format!(r#""l{number}":"""#)).join(",");
            let start = format!(r#"{MODEL}"metadataStatement":{{"friendlyNames":{{{names}"#);
            let metadata = verify(&blob(&start, " ", r#"}},"statusReports":[]}]}"#, 0)).unwrap();
            Prepared::new(size, move || metadata.entries()[0].name("zz").is_some())
        }),
    ]
}
