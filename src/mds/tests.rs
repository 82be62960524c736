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

mod requirement;

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

#[test]
fn metadata_of_the_publisher_are_read() {
    let metadata = verify(&blob(&[entry(&reports(&[("FIDO_CERTIFIED_L1", None)]))])).unwrap();
    assert_eq!((metadata.number(), metadata.next_update()), (7, at(NEXT_UPDATE)));
    assert_eq!((metadata.entries().len(), metadata.skipped()), (1, 0));
    let entry = metadata.entry(MODEL.parse().unwrap()).unwrap();
    assert_eq!(entry.attestation_types, ["basic_full"]);
    // The line break in the first one is from the vendor. Text that is not a certificate is skipped.
    assert_eq!(entry.anchors, [TrustAnchor::from_der(&vendor()).unwrap()]);
    assert!(metadata.entry("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".parse().unwrap()).is_none());
}

#[test]
fn rejects_blobs_that_are_not_jws() {
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
fn error_names_an_algorithm_that_the_verifier_does_not_support() {
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
fn rejects_signers_without_an_anchor() {
    let blob = blob(&[]);
    let others = [TrustAnchor::from_der(&vendor()).unwrap()];
    for anchors in [&others[..], &[]] {
        // The root is also in x5c, which does not make it trusted.
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
        fn is_revoked(&self, _: &RevocationSubject<'_>) -> bool {
            true
        }
    }
    let verdict = with(|verification| verification.revocation(&All).verify(blob(&[]).as_bytes()));
    assert!(matches!(verdict, Err(MdsError::Path(PathError::Revoked))));
}

#[test]
fn signer_that_a_crl_revokes_is_refused() {
    let ca = Ca { name: common_name("Root"), key: Key::P256(key(ROOT)) };
    let signer = signer("mds.fidoalliance.org");
    let serial = Certificate::parse(&signer).unwrap().serial_number().to_vec();
    for (revoked, expected) in
        [(&serial[..], Err(MdsError::Path(PathError::Revoked))), (&[0x7f], Ok(()))]
    {
        let list = CrlDraft::new(&ca, &[revoked])
            .with(|it| it.this_update = "20240201000000Z".into())
            .sign(&ca.key);
        let root = root();
        let root = Certificate::parse(&root).unwrap();
        let list = Crl::parse(&list).unwrap().verify(&root, &RustCrypto).unwrap();
        let check = CrlRevocation::new([list]);
        let verdict =
            with(|verification| verification.revocation(&check).verify(blob(&[]).as_bytes()));
        assert_eq!(verdict.map(drop), expected);
    }
}

#[test]
fn hosts_intermediates_complete_the_path() {
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
fn metadata_are_valid_until_the_end_of_their_last_day_plus_the_grace_period() {
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
fn rejects_payloads_that_are_not_metadata() {
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
fn skips_entries_that_cannot_be_read() {
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
    let reasons: Vec<_> =
        metadata.omissions().iter().map(|it| (it.entry, it.reason.to_string())).collect();
    let expected = [
        (0, "the entry is for a UAF authenticator"),
        (1, "aaguid cannot be read"),
        (1, "the entry has neither an AAGUID nor a key identifier that can be read"),
        (2, "attestationCertificateKeyIdentifiers cannot be read"),
        (2, "the entry has neither an AAGUID nor a key identifier that can be read"),
        (3, "the entry cannot be read: missing field `statusReports` at line 1 column 49"),
        (
            4,
            "the entry cannot be read: invalid type: integer `7`, expected an object with the members of an entry at line 1 column 1",
        ),
        (5, "attestation root certificate 1 is not base64"),
    ];
    assert_eq!(reasons.iter().map(|(at, text)| (*at, text.as_str())).collect::<Vec<_>>(), expected);
    // The log entry says which one it is.
    let shown = metadata.omissions().last().unwrap().to_string();
    assert_eq!(shown, format!("entry 5 ({MODEL}): attestation root certificate 1 is not base64"));
}

#[test]
fn number_of_recorded_omissions_is_limited() {
    let many = vec!["7".to_string(); MDS_OMISSIONS_MAX + 10];
    let metadata = verify(&blob(&many)).unwrap();
    assert_eq!(metadata.skipped(), MDS_OMISSIONS_MAX + 10);
    assert_eq!(metadata.omissions().len(), MDS_OMISSIONS_MAX);
}

/// A single mistake by the vendor must not hide what is reported about the model.
#[test]
fn mistyped_members_do_not_cost_an_entry_its_status() {
    let revoked = reports(&[("REVOKED", Some("2024-02-02"))]);
    let good = entry(&revoked);
    for (member, mistyped, name) in [
        (r#""description":"Key""#, r#""description":7"#, "description"),
        (r#""friendlyNames":{"#, r#""friendlyNames":[],"_":{"#, "friendlyNames"),
        (r#""de-AT":"Schlüssel""#, r#""de-AT":{}"#, "friendlyNames"),
        (r#""attestationTypes":["basic_full"]"#, r#""attestationTypes":{}"#, "attestationTypes"),
        (r#"["basic_full"]"#, "[null]", "attestationTypes"),
        (r#""not a certificate""#, "7", "attestationRootCertificates"),
        (
            r#""attestationRootCertificates":"#,
            r#""attestationRootCertificates":1,"_":"#,
            "attestationRootCertificates",
        ),
        (r#""metadataStatement":"#, r#""metadataStatement":"","_":"#, "metadataStatement"),
        (
            r#""statusReports":"#,
            r#""attestationCertificateKeyIdentifiers":"","statusReports":"#,
            "attestationCertificateKeyIdentifiers",
        ),
        (r#""status":"REVOKED""#, r#""status":"REVOKED","url":{}"#, "url"),
        (r#""status":"REVOKED""#, r#""status":"REVOKED","certificate":[]"#, "certificate"),
        (
            r#""status":"REVOKED""#,
            r#""status":"REVOKED","authenticatorVersion":-1"#,
            "authenticatorVersion",
        ),
        (r#""effectiveDate":"2024-02-02""#, r#""effectiveDate":20240202"#, "effectiveDate"),
        (r#""effectiveDate":"2024-02-02""#, r#""effectiveDate":"soon""#, "effectiveDate"),
    ] {
        let mistyped = good.replacen(member, mistyped, 1);
        assert_ne!(mistyped, good, "{member}");
        let metadata = verify(&blob(&[mistyped])).unwrap();
        let entry = metadata.entry(MODEL.parse().unwrap()).unwrap();
        assert_eq!(entry.warnings_at(at(NEXT_UPDATE)).count(), 1, "{name}");
        let reason = OmissionReason::Member(name);
        assert!(metadata.omissions().iter().any(|it| it.reason == reason), "{name}");
    }
}

/// A report that cannot be read could say anything.
#[test]
fn report_that_cannot_be_read_is_a_warning() {
    for report in ["7", "7,7", r#"{"effectiveDate":"2024-01-01"}"#, r#"{"status":7}"#] {
        let metadata = verify(&blob(&[entry(report)])).unwrap();
        let entry = metadata.entry(MODEL.parse().unwrap()).unwrap();
        let warnings: Vec<_> = entry.warnings_at(at(0)).map(|it| it.status.clone()).collect();
        assert_eq!(warnings, [AuthenticatorStatus::Unreadable], "{report}");
    }
}

#[test]
fn merges_entries_of_one_model_in_any_order() {
    let plain = entry(&reports(&[("FIDO_CERTIFIED", Some("2020-01-01"))]))
        .replace(r#""attestationRootCertificates":["#, r#""_":["#);
    let revoked = entry(&reports(&[("REVOKED", Some("2024-02-02"))]));
    for entries in [[plain.clone(), revoked.clone()], [revoked, plain]] {
        let metadata = verify(&blob(&entries)).unwrap();
        assert_eq!((metadata.entries().len(), metadata.skipped()), (1, 0));
        let merged = OmissionReason::Merged;
        assert!(metadata.omissions().iter().any(|it| it.reason == merged && it.entry == 1));
        let entry = metadata.entry(MODEL.parse().unwrap()).unwrap();
        let now = at(NEXT_UPDATE);
        assert_eq!(entry.status_at(now).unwrap().status, AuthenticatorStatus::Revoked);
        assert_eq!(entry.reports_at(now).count(), 2);
        assert_eq!(anchors_for(&metadata, MODEL.parse().unwrap(), now), []);
        assert_eq!(anchors_for(&metadata, MODEL.parse().unwrap(), at(0)).len(), 1);
    }
    // Key identifiers of both entries count.
    let named = |digit: &str| {
        let identifiers =
            format!(r#""attestationCertificateKeyIdentifiers":["{}"],"_""#, digit.repeat(40));
        entry("").replace(r#""biometricStatusReports""#, &identifiers)
    };
    let metadata = verify(&blob(&[named("a"), named("b")])).unwrap();
    for byte in [0xaa, 0xbb] {
        assert!(metadata.entry_by_key(KeyIdentifier::new([byte; 20])).is_some());
    }
}

#[test]
fn key_identifier_has_forty_digits() {
    for (digits, is_one) in [(38, false), (39, false), (40, true), (41, false), (42, false)] {
        let identifiers =
            format!(r#""attestationCertificateKeyIdentifiers":["{}"],"_""#, "a".repeat(digits));
        let entry = entry("").replace(r#""biometricStatusReports""#, &identifiers);
        let metadata = verify(&blob(&[entry])).unwrap();
        let found = metadata.entry_by_key(KeyIdentifier::new([0xaa; 20]));
        assert_eq!(found.is_some(), is_one, "{digits}");
    }
}

#[test]
fn zero_aaguid_is_not_a_model() {
    let zero = entry("").replace(MODEL, &Aaguid::default().to_string());
    let metadata = verify(&blob(core::slice::from_ref(&zero))).unwrap();
    assert_eq!(metadata.entry(Aaguid::default()), None);
    // So two entries with it are two models.
    let metadata = verify(&blob(&[zero.clone(), zero])).unwrap();
    assert_eq!(metadata.entries().len(), 2);
}

#[test]
fn status_is_the_latest_effective_report_in_any_order() {
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
    // Of two reports on the same day, the second is the later one.
    assert_eq!(status("2022-01-01"), Some(AuthenticatorStatus::FidoCertifiedL3));
    assert_eq!(status("2024-02-01"), Some(AuthenticatorStatus::FidoCertifiedL3));
    assert_eq!(status("2024-02-02"), Some(AuthenticatorStatus::Revoked));
    assert_eq!(only(&[]).status_at(at(NEXT_UPDATE)), None);
}

#[test]
fn later_certification_does_not_end_a_warning() {
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
fn anchors_are_those_of_the_model_unless_it_has_a_warning() {
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
    let metadata = verify(&blob(core::slice::from_ref(&entry))).unwrap();
    assert!(metadata.entry_by_key(KeyIdentifier::of(&certificate)).is_some());
    assert_eq!(anchors_for(&metadata, Aaguid::default(), at(0)).len(), 1);
    // Of two entries for one key, the one with a warning counts.
    let revoked = entry.replace(
        r#""statusReports":[]"#,
        r#""statusReports":[{"status":"REVOKED","effectiveDate":"2024-02-02"}]"#,
    );
    for entries in [[entry.clone(), revoked.clone()], [revoked.clone(), entry.clone()]] {
        let metadata = verify(&blob(&entries)).unwrap();
        assert_eq!(anchors_for(&metadata, Aaguid::default(), at(0)).len(), 1);
        assert_eq!(anchors_for(&metadata, Aaguid::default(), at(NEXT_UPDATE)), []);
    }
    // Of two with warnings, the earlier one counts.
    let later = revoked.replace("2024-02-02", "2024-02-03");
    let noon_between = at(1_706_875_200_000);
    for entries in [[later.clone(), revoked.clone()], [revoked, later]] {
        let metadata = verify(&blob(&entries)).unwrap();
        assert_eq!(anchors_for(&metadata, Aaguid::default(), noon_between), []);
    }
    // A key that claims a model must be of that model.
    assert_eq!(anchors_for(&metadata, MODEL.parse().unwrap(), at(0)), []);
}

/// Such a certificate names the model, although the U2F key's statement does not.
#[test]
fn u2f_key_is_found_by_the_aaguid_that_its_certificate_names() {
    let model: Aaguid = MODEL.parse().unwrap();
    let mut leaf = draft("Vendor", common_name("U2F key"), SIGNER);
    let value = tlv(4, model.as_bytes());
    leaf.extensions.push(extension("1.3.6.1.4.1.45724.1.1.4", false, &value));
    let leaf = sign_certificate(&leaf, VENDOR);
    let certificate = &Certificate::parse(&leaf).unwrap();
    let aaguid = Aaguid::default();
    let subject =
        |now| AttestationSubject { format: "fido-u2f", aaguid, certificate, now: at(now) };
    let by_model = entry(&reports(&[("REVOKED", Some("2024-02-02"))]));
    let identifier = KeyIdentifier::of(certificate);
    let by_key = entry("").replace(
        &format!(r#""aaguid":"{MODEL}""#),
        &format!(r#""attestationCertificateKeyIdentifiers":["{}"]"#, hex(identifier)),
    );
    let metadata = verify(&blob(core::slice::from_ref(&by_model))).unwrap();
    assert_eq!(metadata.entry_for(&subject(0)).unwrap().aaguid, Some(model));
    assert_eq!(metadata.anchors(&subject(0)).len(), 1);
    assert_eq!(metadata.anchors(&subject(NEXT_UPDATE)), []);
    // A warning of either entry counts.
    let metadata = verify(&blob(&[by_key, by_model])).unwrap();
    assert_eq!(metadata.anchors(&subject(NEXT_UPDATE)), []);
    // The vendor's certificate names no model.
    assert_eq!(anchors_for(&metadata, aaguid, at(0)), []);
}

fn hex(identifier: KeyIdentifier) -> String {
    let text = format!("{identifier:?}");
    let bytes = text.trim_start_matches("KeyIdentifier([").trim_end_matches("])");
    let bytes = bytes.split(", ").map(|byte| format!("{:02x}", byte.parse::<u8>().unwrap()));
    bytes.collect::<Vec<_>>().concat()
}

/// Otherwise an authenticator of one model could claim to be of the other.
#[test]
fn anchor_that_two_models_share_vouches_for_neither_aaguid() {
    const OTHER: &str = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4";
    let certificate = vendor();
    let certificate = &Certificate::parse(&certificate).unwrap();
    let anchor = TrustAnchor::from_der(&vendor()).unwrap();
    let vouches = |entries: &[String], aaguid: &str| {
        let aaguid = aaguid.parse().unwrap();
        let subject = AttestationSubject { format: "tpm", aaguid, certificate, now: at(0) };
        verify(&blob(entries)).unwrap().is_for_this_aaguid(&subject, &anchor)
    };
    let (one, other) = (entry(""), entry("").replace(MODEL, OTHER));
    assert!(vouches(core::slice::from_ref(&one), MODEL));
    assert!(vouches(&[one.clone(), one.clone()], MODEL));
    assert!(!vouches(core::slice::from_ref(&one), OTHER));
    for model in [MODEL, OTHER] {
        assert!(!vouches(&[one.clone(), other.clone()], model));
    }
    let of_u2f = entry("").replace(
        &format!(r#""aaguid":"{MODEL}""#),
        r#""attestationCertificateKeyIdentifiers":["00112233445566778899aabbccddeeff00112233"]"#,
    );
    assert!(!vouches(&[one.clone(), of_u2f.clone()], MODEL));
    assert!(!vouches(&[of_u2f, one], MODEL));
}

/// Other certificates of the publisher may be for encryption or mail.
#[test]
fn rejects_a_signer_whose_certificate_is_for_something_else() {
    let of = |usage: Vec<u8>| {
        let mut signer = draft("Root", common_name("Publisher"), SIGNER);
        let host = sequence(&[tlv(0x82, b"mds.fidoalliance.org")]);
        signer.extensions = vec![extension("2.5.29.17", false, &host), usage];
        let signer = [sign_certificate(&signer, ROOT)];
        let blob = jws::signed("ES256", &signer, payload(7, &[]).as_bytes(), |input| {
            let signature: Signature = key(SIGNER).sign(input);
            signature.to_bytes().to_vec()
        });
        verify(&blob).map(drop)
    };
    let key_usage = |bits: u8| extension("2.5.29.15", true, &tlv(3, &[5, bits]));
    assert_eq!(of(key_usage(0b1010_0000)), Ok(()));
    assert_eq!(of(key_usage(0b0010_0000)), Err(MdsError::Path(PathError::DigitalSignature)));
    let extended = |usages: &[&str]| {
        let usages: Vec<_> = usages.iter().map(|usage| oid(usage)).collect();
        extension("2.5.29.37", false, &sequence(&usages))
    };
    let (server, mail) = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4");
    assert_eq!(of(extended(&[mail, server])), Ok(()));
    assert_eq!(of(extended(&[mail])), Err(MdsError::Path(PathError::ExtendedKeyUsage)));
}

proptest! {
    #[test]
    fn no_bytes_make_the_verification_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        index: prop::sample::Index,
        byte: u8,
    ) {
        let mut tampered = payload(7, &[entry(&reports(&[("REVOKED", Some("2024-02-01"))]))]).into_bytes();
        *index.get_mut(&mut tampered) = byte;
        let tampered = String::from_utf8_lossy(&tampered);
        let _ = verify(&signed("mds.fidoalliance.org", &tampered, SIGNER));
        with(|verification| {
            let _ = verification.verify(&bytes);
        });
    }
}

#[test]
fn passkey_is_named_after_the_metadata_of_its_model() {
    use crate::naming::AuthenticatorNames as _;
    let metadata = verify(&blob(&[entry(&reports(&[]))])).unwrap();
    assert_eq!(metadata.name(MODEL.parse().unwrap()).as_deref(), Some("Key 9"));
    assert_eq!(metadata.name(Aaguid::default()), None);
}
