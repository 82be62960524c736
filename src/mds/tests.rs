//! BLOBs that nobody published, signed by throw-away keys.

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
            common_name, draft, extension, key, point, root_certificate, sign_certificate,
        },
        test_kit::der::{sequence, tlv},
        test_kit::jws,
        test_kit::verifier::Nothing,
    },
    crypto::RustCrypto,
    limits::MDS_BLOB_MAX,
    time::Duration,
    x509::{OwnedCertificate, PathError, RevocationCheck},
};

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

/// The certificate of who publishes metadata.
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

#[test]
fn metadata_of_the_publisher_are_read() {
    let metadata = verify(&blob(&[entry(&reports(&[("FIDO_CERTIFIED_L1", None)]))])).unwrap();
    assert_eq!((metadata.number(), metadata.next_update()), (7, at(NEXT_UPDATE)));
    assert_eq!((metadata.entries().len(), metadata.skipped()), (1, 0));
    let entry = metadata.entry(MODEL.parse().unwrap()).unwrap();
    assert_eq!(entry.attestation_types, ["basic_full"]);
    // The line break in the first is the vendor's; what is no certificate is left out.
    assert_eq!(entry.anchors, [TrustAnchor::from_der(&vendor()).unwrap()]);
    assert!(metadata.entry("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".parse().unwrap()).is_none());
}

#[test]
fn blob_that_is_no_jws_is_refused() {
    assert!(matches!(verify(""), Err(MdsError::Jws(_))));
    assert!(matches!(verify("a.b"), Err(MdsError::Jws(_))));
    let blob = blob(&[]);
    assert!(verify(&format!("{blob}\r\n")).is_ok());
    assert!(matches!(verify(&blob.replacen('.', ".\n", 1)), Err(MdsError::Jws(_))));
}

#[test]
fn blob_beyond_the_limit_is_refused() {
    assert_eq!(verify(&" ".repeat(MDS_BLOB_MAX + 1)).map(drop), Err(MdsError::TooLong));
    let mut longest = blob(&[]);
    longest.extend(core::iter::repeat_n(' ', MDS_BLOB_MAX - longest.len()));
    assert_eq!(verify(&longest).map(drop), Ok(()));
}

#[test]
fn signature_of_another_key_is_refused() {
    let blob = signed("mds.fidoalliance.org", &payload(7, &[]), 9);
    assert_eq!(verify(&blob).map(drop), Err(MdsError::Signature));
}

#[test]
fn algorithm_that_the_verifier_does_not_have_is_named() {
    let anchors = [TrustAnchor::from_der(&root()).unwrap()];
    let verification = BlobVerification::new(&anchors, at(NEXT_UPDATE), &Nothing);
    let expected = MdsError::AlgorithmNotSupported(Algorithm::ES256);
    assert_eq!(verification.verify(blob(&[]).as_bytes()).map(drop), Err(expected));
}

#[test]
fn payload_that_was_not_signed_is_refused() {
    let (one, other) = (blob(&[]), signed("mds.fidoalliance.org", &payload(8, &[]), SIGNER));
    let part = |blob: &str, at| blob.split('.').nth(at).unwrap().to_string();
    let mixed = [part(&one, 0), part(&other, 1), part(&one, 2)].join(".");
    assert_eq!(verify(&mixed).map(drop), Err(MdsError::Signature));
}

#[test]
fn signer_that_no_anchor_vouches_for_is_refused() {
    let blob = blob(&[]);
    let others = [TrustAnchor::from_der(&vendor()).unwrap()];
    for anchors in [&others[..], &[]] {
        // The root comes along in x5c, which gives no trust.
        let verification = BlobVerification::new(anchors, at(NEXT_UPDATE), &RustCrypto);
        let verdict = verification.verify(blob.as_bytes()).map(drop);
        assert!(matches!(verdict, Err(MdsError::Path(_))), "{verdict:?}");
    }
}

#[test]
fn another_host_of_the_same_root_is_refused() {
    let blob = signed("example.com", &payload(7, &[]), SIGNER);
    let expected = "mds.fidoalliance.org".into();
    assert_eq!(verify(&blob).map(drop), Err(MdsError::Signer { expected }));
    assert!(
        with(|verification| verification.signer("example.com").verify(blob.as_bytes())).is_ok()
    );
    assert!(with(|verification| verification.danger_any_signer().verify(blob.as_bytes())).is_ok());
}

#[test]
fn signer_that_is_revoked_is_refused() {
    struct All;
    impl RevocationCheck for All {
        fn is_revoked(&self, _: &Certificate<'_>) -> bool {
            true
        }
    }
    let verdict = with(|verification| verification.revocation(&All).verify(blob(&[]).as_bytes()));
    assert!(matches!(verdict, Err(MdsError::Path(PathError::Revoked))));
}

#[test]
fn path_is_completed_by_what_the_host_supplies() {
    let mut ca = draft("Root", common_name("Between"), 9);
    ca.extensions.push(extension("2.5.29.19", true, &sequence(&[tlv(1, &[0xff])])));
    let ca = sign_certificate(&ca, ROOT);
    let mut leaf = draft("Between", common_name("mds.fidoalliance.org"), SIGNER);
    leaf.extensions.push(extension("2.5.29.19", true, &sequence(&[])));
    let leaf = sign_certificate(&leaf, 9);
    let blob = jws::signed("ES256", &[leaf], payload(7, &[]).as_bytes(), |input| {
        let signature: Signature = key(SIGNER).sign(input);
        signature.to_bytes().to_vec()
    });
    assert!(matches!(verify(&blob), Err(MdsError::Path(_))));
    let between = [OwnedCertificate::from_der(&ca).unwrap()];
    let verdict =
        with(|verification| verification.intermediates(&between).verify(blob.as_bytes()).map(drop));
    assert_eq!(verdict, Ok(()));
}

#[test]
fn number_must_not_go_backwards() {
    let of = |known| {
        with(|verification| verification.not_before(Some(known)).verify(blob(&[]).as_bytes()))
            .map(drop)
    };
    assert_eq!(of(6), Ok(()));
    assert_eq!(of(7), Ok(()));
    assert_eq!(of(8), Err(MdsError::RolledBack { known: 8, found: 7 }));
}

#[test]
fn metadata_are_good_to_the_end_of_their_last_day_and_for_the_grace_that_is_given() {
    let anchors = [TrustAnchor::from_der(&root()).unwrap()];
    let of = |now, grace| {
        BlobVerification::new(&anchors, at(now), &RustCrypto)
            .grace(Duration::from_millis(grace))
            .verify(blob(&[]).as_bytes())
            .map(drop)
    };
    let outdated = Err(MdsError::Outdated { next_update: at(NEXT_UPDATE) });
    assert_eq!(of(NEXT_UPDATE + DAY - 1, 0), Ok(()));
    assert_eq!(of(NEXT_UPDATE + DAY, 0), outdated);
    assert_eq!(of(NEXT_UPDATE + 3 * DAY - 1, 2 * DAY), Ok(()));
    assert_eq!(of(NEXT_UPDATE + 3 * DAY, 2 * DAY), outdated);
}

#[test]
fn payload_that_is_no_metadata_is_refused() {
    for payload in [
        "",
        "[]",
        "{}",
        r#"{"no":-1,"nextUpdate":"2024-03-01","entries":[]}"#,
        r#"{"no":7,"nextUpdate":"soon","entries":[]}"#,
        r#"{"no":7,"nextUpdate":"2024-03-01","entries":{}}"#,
        r#"{"no":7,"no":8,"nextUpdate":"2024-03-01","entries":[]}"#,
    ] {
        let verdict = verify(&signed("mds.fidoalliance.org", payload, SIGNER));
        assert!(matches!(verdict, Err(MdsError::Payload(_))), "{payload}");
    }
}

#[test]
fn entries_that_cannot_be_read_are_passed_over() {
    let entries = [
        r#"{"aaid":"4e4e#4005","statusReports":[]}"#.to_string(),
        r#"{"aaguid":"not one","statusReports":[]}"#.to_string(),
        r#"{"attestationCertificateKeyIdentifiers":["00"],"statusReports":[]}"#.to_string(),
        format!(r#"{{"aaguid":"{MODEL}"}}"#),
        "7".to_string(),
        entry(""),
    ];
    let metadata = verify(&blob(&entries)).unwrap();
    assert_eq!((metadata.entries().len(), metadata.skipped()), (1, 5));
    assert!(metadata.entry(MODEL.parse().unwrap()).is_some());
}

#[test]
fn zero_aaguid_is_no_model() {
    let zero = entry("").replace(MODEL, &Aaguid::default().to_string());
    let metadata = verify(&blob(&[zero])).unwrap();
    assert_eq!(metadata.entry(Aaguid::default()), None);
}

#[test]
fn status_is_the_latest_report_that_holds_whatever_their_order() {
    let entry = only(&[
        ("REVOKED", Some("2024-02-02")),
        ("FIDO_CERTIFIED", Some("2020-01-01")),
        ("FIDO_CERTIFIED_L2", Some("2022-01-01")),
        ("NOT_FIDO_CERTIFIED", None),
        ("FIDO_CERTIFIED_L3", Some("2022-01-01")),
    ]);
    let status = |day: &str| {
        let at = status::date(day).unwrap();
        entry.status_at(at).map(|report| report.status.clone())
    };
    assert_eq!(status("2019-12-31"), Some(AuthenticatorStatus::NotFidoCertified));
    assert_eq!(status("2020-01-01"), Some(AuthenticatorStatus::FidoCertified));
    // Of two reports of one day the second is the later one.
    assert_eq!(status("2022-01-01"), Some(AuthenticatorStatus::FidoCertifiedL3));
    assert_eq!(status("2024-02-01"), Some(AuthenticatorStatus::FidoCertifiedL3));
    assert_eq!(status("2024-02-02"), Some(AuthenticatorStatus::Revoked));
    assert_eq!(only(&[]).status_at(at(NEXT_UPDATE)), None);
}

#[test]
fn warning_is_not_ended_by_a_later_certification() {
    let entry = only(&[
        ("USER_KEY_PHYSICAL_COMPROMISE", Some("2023-01-01")),
        ("FIDO_CERTIFIED_L1", Some("2024-01-01")),
    ]);
    let now = at(NEXT_UPDATE);
    assert_eq!(entry.status_at(now).unwrap().status, AuthenticatorStatus::FidoCertifiedL1);
    assert_eq!(entry.warnings_at(now).count(), 1);
    assert_eq!(entry.warnings_at(at(0)).count(), 0);
}

#[test]
fn names_are_found_by_language() {
    let entry = only(&[]);
    let table = [("de", "Schlüssel"), ("DE-at", "Schlüssel"), ("de-DE", "Key"), ("d", "Key")];
    for (language, name) in table {
        assert_eq!(entry.name(language), Some(name), "{language}");
    }
    assert_eq!(entry.name("en"), Some("Key 9"));
    let mut nameless = entry;
    nameless.description = None;
    assert_eq!(nameless.name("fr"), Some("Key 9"));
}

fn anchors_for(metadata: &Metadata, aaguid: Aaguid, now: Timestamp) -> Vec<TrustAnchor> {
    let certificate = vendor();
    let certificate = Certificate::parse(&certificate).unwrap();
    let certificate = &certificate;
    metadata.anchors(&AttestationSubject { format: "packed", aaguid, certificate, now })
}

#[test]
fn anchors_are_those_of_the_model_unless_it_has_a_warning_by_then() {
    let anchors = vec![TrustAnchor::from_der(&vendor()).unwrap()];
    let model = MODEL.parse().unwrap();
    for (status, in_warning) in [
        ("REVOKED", true),
        ("ATTESTATION_KEY_COMPROMISE", true),
        ("USER_VERIFICATION_BYPASS", true),
        ("USER_KEY_REMOTE_COMPROMISE", true),
        ("USER_KEY_PHYSICAL_COMPROMISE", true),
        ("UPDATE_AVAILABLE", false),
        ("FIDO_CERTIFIED_L1", false),
        ("SOMETHING_NEW", false),
    ] {
        let entry = entry(&reports(&[(status, Some("2024-02-01"))]));
        let metadata = verify(&blob(&[entry])).unwrap();
        assert_eq!(anchors_for(&metadata, model, at(0)), anchors, "{status}");
        let now = anchors_for(&metadata, model, at(NEXT_UPDATE));
        assert_eq!(now.is_empty(), in_warning, "{status}");
        assert_eq!(anchors_for(&metadata, Aaguid::default(), at(0)), []);
    }
}

#[test]
fn u2f_key_is_found_by_the_key_of_its_certificate() {
    let certificate = vendor();
    let certificate = Certificate::parse(&certificate).unwrap();
    let (x, y) = point(&key(VENDOR));
    let point = [&[4], &x[..], &y].concat();
    let identifier =
        Sha1::digest(&point).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat();
    let entry = entry("").replace(
        &format!(r#""aaguid":"{MODEL}""#),
        &format!(r#""attestationCertificateKeyIdentifiers":["{identifier}"]"#),
    );
    let metadata = verify(&blob(&[entry])).unwrap();
    assert!(metadata.entry_by_key(KeyIdentifier::of(&certificate)).is_some());
    assert_eq!(anchors_for(&metadata, Aaguid::default(), at(0)).len(), 1);
    // Who says a model has to be of that model.
    assert_eq!(anchors_for(&metadata, MODEL.parse().unwrap(), at(0)), []);
}

proptest! {
    #[test]
    fn no_bytes_make_the_verification_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        index: prop::sample::Index,
        byte: u8,
    ) {
        let mut bent = payload(7, &[entry(&reports(&[("REVOKED", Some("2024-02-01"))]))]).into_bytes();
        *index.get_mut(&mut bent) = byte;
        let bent = String::from_utf8_lossy(&bent);
        let _ = verify(&signed("mds.fidoalliance.org", &bent, SIGNER));
        with(|verification| {
            let _ = verification.verify(&bytes);
        });
    }
}

#[test]
fn passkey_of_a_model_with_metadata_is_named_by_them() {
    use crate::naming::AuthenticatorNames as _;
    let metadata = verify(&blob(&[entry(&reports(&[]))])).unwrap();
    assert_eq!(metadata.name(MODEL.parse().unwrap()).as_deref(), Some("Key 9"));
    assert_eq!(metadata.name(Aaguid::default()), None);
}
