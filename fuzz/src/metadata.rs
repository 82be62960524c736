//! JWS and the metadata of the FIDO Alliance, with a signer that the input selects, compared with a general JSON
//! reader.

use std::sync::OnceLock;

use relying_party::{
    mds::{BlobVerification, Metadata},
    test_authenticator::{TestAuthority, TestExtension},
    x509::TrustAnchor,
};
use serde_json::Value;

use super::{
    attested::{Credulous, NOW},
    codec,
    memory::bounded,
};

/// The limit of memory per byte of a BLOB. An empty text in a list takes three bytes of JSON and 24 bytes of memory.
const MULTIPLE: usize = 32;

struct Publisher {
    signer: Vec<u8>,
    root: Vec<u8>,
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
        let anchors = vec![TrustAnchor::from_der(&root.certificate).unwrap()];
        Publisher { signer: signer.unwrap().certificate, root: root.certificate, anchors }
    })
}

/// Every signature is accepted, so that the code after it is reached. The path must still exist.
fn verify(blob: &[u8]) -> Option<Metadata> {
    let verification = BlobVerification::new(&publisher().anchors, NOW, &Credulous);
    let verified = bounded("BlobVerification", MULTIPLE, blob.len(), || verification.verify(blob));
    if let Err(error) = &verified {
        assert!(!error.to_string().is_empty());
    }
    let any = BlobVerification::new(&publisher().anchors, NOW, &Credulous).danger_any_signer();
    assert!(verified.is_err() || any.verify(blob).is_ok());
    verified.ok()
}

fn header() -> String {
    let Publisher { signer, root, .. } = publisher();
    let [signer, root] = [signer, root].map(|der| codec::encode_padded(der));
    format!(r#"{{"alg":"ES256","x5c":["{signer}","{root}"]}}"#)
}

fn compact(header: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    [header, payload, signature].map(codec::encode).join(".").into_bytes()
}

/// Three lines become the parts of a JWS; other input is used as it is.
pub(super) fn jws(data: &[u8]) {
    let lines = data.splitn(3, |byte| *byte == b'\n').collect::<Vec<_>>();
    let blob = match lines[..] {
        [header, payload, signature] => compact(header, payload, signature),
        _ => data.to_vec(),
    };
    if verify(&blob).is_none() {
        return;
    }
    let text = std::str::from_utf8(&blob).unwrap();
    let parts = text.trim_ascii().split('.').map(codec::decode).collect::<Option<Vec<_>>>();
    let parts = parts.expect("base64url");
    assert_eq!(parts.len(), 3);
    let header = serde_json::from_slice::<Value>(&parts[0]).expect("JSON");
    let algorithm = header["alg"].as_str().expect("an algorithm");
    assert!(["ES", "RS", "PS", "Ed"].contains(&&algorithm[..2]));
    assert!(header.get("crit").is_none());
    assert!((1..=16).contains(&header["x5c"].as_array().expect("certificates").len()));
}

/// Accepted ⇒ metadata say what a general reader finds in them.
pub(super) fn mds_payload(data: &[u8]) {
    let Some(metadata) = verify(&compact(header().as_bytes(), data, &[1; 64])) else { return };
    let Ok(general) = serde_json::from_slice::<Value>(data) else { return };
    assert_eq!(general["no"], metadata.number());
    let entries = general["entries"].as_array().expect("a list");
    // Entries with the same AAGUID are merged.
    assert!(entries.len() >= metadata.entries().len() + metadata.skipped());
    for omission in metadata.omissions() {
        assert!(omission.entry < entries.len() && !omission.to_string().is_empty());
    }
    for entry in metadata.entries() {
        let aaguid = entry.aaguid.unwrap_or_default();
        assert!(entry.aaguid.is_some() || !entry.key_identifiers.is_empty());
        assert_eq!(entry.aaguid.is_some() && !aaguid.is_zero(), metadata.entry(aaguid).is_some());
        for key in &entry.key_identifiers {
            assert!(metadata.entry_by_key(*key).unwrap().key_identifiers.contains(key));
        }
        let reported = entry.reports_at(NOW).count();
        assert!(entry.warnings_at(NOW).count() <= reported);
        assert_eq!(entry.status_at(NOW).is_some(), reported > 0);
        let _ = (entry.name("de"), entry.name(""), entry.name("\u{e9}"));
    }
}

/// Headers, payloads and signatures of a JWS, one per line, and a JWS as it is.
pub(super) fn jws_seeds() -> Vec<Vec<u8>> {
    let payload = PAYLOAD.replace('\n', " ");
    let lines = |header: &str, signature: &[u8]| {
        [header.as_bytes(), b"\n", payload.as_bytes(), b"\n", signature].concat()
    };
    let header = header();
    vec![
        lines(&header, &[1; 64]),
        lines(&header.replace("ES256", "RS256"), &[1; 256]),
        lines(&header.replace("ES256", "ES512"), &[1; 132]),
        lines(&header.replace('{', r#"{"crit":["exp"],"#), &[1; 64]),
        lines(r#"{"alg":"none","x5c":[]}"#, b""),
        compact(header.as_bytes(), payload.as_bytes(), &[1; 64]),
        b"..".to_vec(),
    ]
}

pub(super) fn payload_seeds() -> Vec<Vec<u8>> {
    let root = codec::encode_padded(&publisher().root);
    let full = PAYLOAD.replace("ROOT", &root);
    vec![
        full.clone().into_bytes(),
        br#"{"no":1,"nextUpdate":"2025-06-14","entries":[]}"#.to_vec(),
        full.replace("2030", "2020").into_bytes(),
        full.replace("REVOKED", "UPDATE_AVAILABLE").into_bytes(),
    ]
}

const PAYLOAD: &str = r#"{"legalHeader":"x","no":7,"nextUpdate":"2030-01-31","entries":[
{"aaguid":"bada5566-a7aa-401f-bd96-45619a55120d","statusReports":[{"status":"FIDO_CERTIFIED_L1","effectiveDate":"2020-01-01"},{"status":"REVOKED","effectiveDate":"2021-02-28"}],"metadataStatement":{"description":"Key","friendlyNames":{"de-AT":"Schl\u00fcssel","en-US":"Key 9"},"attestationTypes":["basic_full"],"attestationRootCertificates":["ROOT","no"]}},
{"attestationCertificateKeyIdentifiers":["00112233445566778899aabbccddeeff00112233"],"statusReports":[]},
{"aaid":"0001#0002","statusReports":[]}]}"#;
