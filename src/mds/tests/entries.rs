//! What is read from an entry, and what is left out.

use super::*;

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

#[test]
fn passkey_is_named_after_the_metadata_of_its_model() {
    use crate::naming::AuthenticatorNames as _;
    let metadata = verify(&blob(&[entry(&reports(&[]))])).unwrap();
    assert_eq!(metadata.name(MODEL.parse().unwrap()).as_deref(), Some("Key 9"));
    assert_eq!(metadata.name(Aaguid::default()), None);
}
