//! BLOBs that no one published, signed by throw-away keys.

use alloc::{
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::ecdsa::{Signature, signature::Signer as _};
use proptest::prelude::*;

use super::*;
use crate::{
    Algorithm,
    attestation::{
        test_kit::certificate::{
            common_name, draft, extension, key, oid, point, root_certificate, sign_certificate,
        },
        test_kit::der::{sequence, tlv},
        test_kit::jws,
        test_kit::verifier::Nothing,
    },
    crypto::RustCrypto,
    limits::{MDS_BLOB_MAX, MDS_ICON_MAX, MDS_LIST_MAX, MDS_OMISSIONS_MAX},
    time::Duration,
    x509::{
        Crl, CrlRevocation, OwnedCertificate, PathError, RevocationCheck, RevocationSubject,
        test_ca::{Ca, CrlDraft, Key},
    },
};

mod anchors;
mod entries;
mod requirement;
mod verification;

const ROOT: u8 = 1;
const SIGNER: u8 = 2;
const VENDOR: u8 = 3;

/// 2024-03-01T00:00:00Z.
const NEXT_UPDATE: u64 = 1_709_251_200_000;
const DAY: u64 = 24 * 60 * 60 * 1000;
const MODEL: &str = "bada5566-a7aa-401f-bd96-45619a55120d";

fn at(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

fn root() -> Vec<u8> {
    root_certificate("Root", ROOT)
}

/// The certificate of the publisher of the metadata.
fn signer(host: &str) -> Vec<u8> {
    let mut signer = draft("Root", common_name("Publisher"), SIGNER);
    let host = sequence(&[tlv(0x82, host.as_bytes())]);
    signer.extensions.push(extension("2.5.29.17", false, &host));
    sign_certificate(&signer, ROOT)
}

fn signed(host: &str, payload: &str, signing_key: u8) -> String {
    jws::signed("ES256", &[signer(host), root()], payload.as_bytes(), |input| {
        let signature: Signature = key(signing_key).sign(input);
        signature.to_bytes().to_vec()
    })
}

fn payload(no: u64, entries: &[String]) -> String {
    let entries = entries.join(",");
    format!(
        r#"{{"legalHeader":"…","no":{no},"nextUpdate":"2024-03-01","entries":[{entries}],"new":{{}}}}"#
    )
}

fn blob(entries: &[String]) -> String {
    signed("mds.fidoalliance.org", &payload(7, entries), SIGNER)
}

fn with<R>(judge: impl FnOnce(BlobVerification<'_>) -> R) -> R {
    let anchors = [TrustAnchor::from_der(&root()).unwrap()];
    judge(BlobVerification::new(&anchors, at(NEXT_UPDATE), &RustCrypto))
}

fn verify(blob: &str) -> Result<Metadata, MdsError> {
    with(|verification| verification.verify(blob.as_bytes()))
}

fn reports(reports: &[(&str, Option<&str>)]) -> String {
    let reports = reports.iter().map(|(status, date)| match date {
        Some(date) => format!(r#"{{"status":"{status}","effectiveDate":"{date}","new":[1]}}"#),
        None => format!(r#"{{"status":"{status}"}}"#),
    });
    reports.collect::<Vec<_>>().join(",")
}

fn vendor() -> Vec<u8> {
    root_certificate("Vendor", VENDOR)
}

fn entry(reports: &str) -> String {
    let vendor = STANDARD.encode(vendor());
    let (line, rest) = vendor.split_at(64);
    format!(
        r#"{{"aaguid":"{MODEL}","statusReports":[{reports}],"timeOfLastStatusChange":"2024-01-01",
            "biometricStatusReports":[],"metadataStatement":{{
                "description":"Key","friendlyNames":{{"de-AT":"Schlüssel","en-US":"Key 9"}},
                "attestationTypes":["basic_full"],"icon":"data:image/png;base64,AAAA",
                "attestationRootCertificates":["{line}\n{rest}","not a certificate"]}}}}"#
    )
}

fn only(reports_: &[(&str, Option<&str>)]) -> MetadataEntry {
    let metadata = verify(&blob(&[entry(&reports(reports_))])).unwrap();
    metadata.entry(MODEL.parse().unwrap()).unwrap().clone()
}

fn anchors_for(metadata: &Metadata, aaguid: Aaguid, now: Timestamp) -> Vec<TrustAnchor> {
    let certificate = vendor();
    let certificate = Certificate::parse(&certificate).unwrap();
    let certificate = &certificate;
    metadata.anchors(&AttestationSubject { format: "packed", aaguid, certificate, now })
}
