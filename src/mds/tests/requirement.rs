//! What a requirement demands of an entry.

use super::*;
use crate::passkey::AttestationType;

const SECURITY_KEY: &str = r#""keyProtection":["hardware","secure_element"],
    "matcherProtection":["on_chip"],"authenticationAlgorithms":["secp256r1_ecdsa_sha256_raw"],
    "userVerificationDetails":[[{"userVerificationMethod":"none"}],
        [{"userVerificationMethod":"passcode_external","caDesc":{"base":64}},
         {"userVerificationMethod":"presence_internal"}]]"#;

/// The JSON of an entry whose statement has these members too.
fn described(members: &str, reports: &str) -> String {
    entry(reports).replace(r#""description":"Key","#, &format!(r#""description":"Key",{members},"#))
}

fn read(json: &str) -> (MetadataEntry, Vec<OmissionReason>) {
    let metadata = verify(&blob(&[json.to_string()])).unwrap();
    let entry = metadata.entry(MODEL.parse().unwrap()).unwrap().clone();
    // The entries of these tests contain one text that is no certificate.
    let omissions = metadata.omissions().iter().map(|it| it.reason.clone());
    let omissions = omissions.filter(|it| !matches!(it, OmissionReason::AnchorBase64(_)));
    (entry, omissions.collect())
}

fn model(members: &str) -> MetadataEntry {
    read(&described(members, "")).0
}

fn day(text: &str) -> Timestamp {
    status::date(text).unwrap()
}

fn unmet(requirement: &Requirement, entry: &MetadataEntry) -> Option<Unmet> {
    requirement.check(entry, at(NEXT_UPDATE)).err()
}

#[test]
fn certification_is_that_of_the_latest_report_about_a_level() {
    let entry = only(&[
        ("FIDO_CERTIFIED", Some("2019-01-01")),
        ("FIDO_CERTIFIED_L1", Some("2020-01-01")),
        // The same day, and a separate matter.
        ("FIDO_CERTIFIED", Some("2020-01-01")),
        ("FIDO_CERTIFIED_L2", Some("2021-01-01")),
        ("UPDATE_AVAILABLE", Some("2021-06-01")),
        ("FIDO_CERTIFIED_L1plus", Some("2022-01-01")),
        ("NOT_FIDO_CERTIFIED", Some("2023-01-01")),
        ("FIDO_CERTIFIED", Some("2024-01-01")),
    ]);
    let table = [
        ("2018-12-31", None),
        ("2019-01-01", Some(CertificationLevel::Functional)),
        ("2020-01-01", Some(CertificationLevel::L1)),
        ("2020-12-31", Some(CertificationLevel::L1)),
        ("2021-01-01", Some(CertificationLevel::L2)),
        ("2021-12-31", Some(CertificationLevel::L2)),
        ("2022-01-01", Some(CertificationLevel::L1Plus)),
        ("2023-01-01", None),
        ("2024-01-01", Some(CertificationLevel::Functional)),
    ];
    let requirement = Requirement::new().certified(CertificationLevel::L2);
    for (date, level) in table {
        assert_eq!(entry.certification_at(day(date)), level, "{date}");
        let required = CertificationLevel::L2;
        let expected = if level == Some(required) {
            Ok(())
        } else {
            Err(Unmet::Certification { required, found: level })
        };
        assert_eq!(requirement.check(&entry, day(date)), expected, "{date}");
    }
}

/// Such a report could be of any day, so it ends what others report, and certifies nothing itself.
#[test]
fn report_whose_date_cannot_be_read_only_makes_things_worse() {
    type Row<'a> = (&'a [(&'a str, Option<&'a str>)], Option<CertificationLevel>);
    let l2 = ("FIDO_CERTIFIED_L2", Some("2021-01-01"));
    let table: [Row<'_>; 6] = [
        (&[("FIDO_CERTIFIED_L3", Some("2023/01/01"))], None),
        (&[("FIDO_CERTIFIED_L3", Some("soon")), l2], None),
        (&[l2, ("FIDO_CERTIFIED_L1", Some("soon"))], None),
        (&[("NOT_FIDO_CERTIFIED", Some("soon")), l2], None),
        // Reports without a date come first.
        (&[("NOT_FIDO_CERTIFIED", None), l2], Some(CertificationLevel::L2)),
        (&[("FIDO_CERTIFIED_L3", None)], Some(CertificationLevel::L3)),
    ];
    for (reports, expected) in table {
        assert_eq!(only(reports).certification_at(day("2022-01-01")), expected, "{reports:?}");
    }
    assert_eq!(only(&[("FIPS140_CERTIFIED_L3", Some("soon"))]).fips140_at(day("2022-01-01")), None);
    let warnings = [("REVOKED", Some("soon")), ("USER_VERIFICATION_BYPASS", Some("2023-01-01"))];
    let metadata = verify(&blob(&[entry(&reports(&warnings))])).unwrap();
    assert_eq!(metadata.warned_at(day("2022-01-01")).count(), 1);
}

#[test]
fn every_level_has_its_report_and_higher_ones_satisfy_lower_requirements() {
    let levels = [
        ("FIDO_CERTIFIED", CertificationLevel::Functional),
        ("FIDO_CERTIFIED_L1", CertificationLevel::L1),
        ("FIDO_CERTIFIED_L1plus", CertificationLevel::L1Plus),
        ("FIDO_CERTIFIED_L2", CertificationLevel::L2),
        ("FIDO_CERTIFIED_L2plus", CertificationLevel::L2Plus),
        ("FIDO_CERTIFIED_L3", CertificationLevel::L3),
        ("FIDO_CERTIFIED_L3plus", CertificationLevel::L3Plus),
    ];
    for (has, (status, level)) in levels.iter().enumerate() {
        let entry = only(&[(status, Some("2020-01-01"))]);
        assert_eq!(entry.certification_at(at(NEXT_UPDATE)), Some(*level));
        for (wants, (_, required)) in levels.iter().enumerate() {
            let requirement = Requirement::new().certified(*required);
            assert_eq!(
                unmet(&requirement, &entry).is_none(),
                has >= wants,
                "{status} {required:?}"
            );
        }
    }
}

#[test]
fn reason_names_both_levels() {
    let required = CertificationLevel::L2Plus;
    let of = |found| Unmet::Certification { required, found }.to_string();
    let start = "the model's FIDO certification must be level 2+ or higher, but is";
    assert_eq!(of(Some(CertificationLevel::L1)), format!("{start} level 1"));
    assert_eq!(of(None), format!("{start} missing"));
}

#[test]
fn certification_ends_on_its_sunset_date_and_a_warning_does_not() {
    let certified = |status: &str, sunset: &str| {
        let report = format!(
            r#"{{"status":"{status}","effectiveDate":"2020-01-01","sunsetDate":{sunset}}}"#
        );
        read(&entry(&report)).0
    };
    let entry = certified("FIDO_CERTIFIED_L2", r#""2025-01-02""#);
    assert_eq!(entry.certification_at(day("2025-01-01")), Some(CertificationLevel::L2));
    assert_eq!(entry.certification_at(day("2025-01-02")), None);
    let entry = certified("FIPS140_CERTIFIED_L2", r#""2025-01-02""#);
    assert!(entry.fips140_at(day("2025-01-01")).is_some());
    assert!(entry.fips140_at(day("2025-01-02")).is_none());
    let entry = certified("FIDO_CERTIFIED", r#""2025-01-02""#);
    assert!(entry.certification_at(day("2025-01-01")).is_some());
    assert!(entry.certification_at(day("2025-01-02")).is_none());
    // A date that cannot be read could be any.
    for unreadable in ["7", r#""soon""#] {
        let entry = certified("FIDO_CERTIFIED_L2", unreadable);
        assert_eq!(entry.certification_at(day("2021-01-01")), None, "{unreadable}");
    }
    let entry = certified("REVOKED", r#""2021-01-01""#);
    assert_eq!(entry.warnings_at(day("2025-01-01")).count(), 1);
}

/// Otherwise a lapsed certification could fall back to one that it replaced.
#[test]
fn expired_certification_does_not_revive_an_earlier_one() {
    let entry = read(&entry(
        r#"{"status":"FIDO_CERTIFIED_L1","effectiveDate":"2020-01-01"},
           {"status":"FIDO_CERTIFIED_L2","effectiveDate":"2021-01-01","sunsetDate":"2022-01-01"}"#,
    ))
    .0;
    assert_eq!(entry.certification_at(day("2021-06-01")), Some(CertificationLevel::L2));
    assert_eq!(entry.certification_at(day("2022-06-01")), None);
}

#[test]
fn fips_certification_has_an_overall_and_a_physical_level() {
    let report = |level: u8, rest: &str| {
        let report = format!(
            r#"{{"status":"FIPS140_CERTIFIED_L{level}","effectiveDate":"2022-01-01"{rest}}}"#
        );
        read(&entry(&report)).0
    };
    let entry = report(2, r#","fipsRevision":3,"fipsPhysicalSecurityLevel":3"#);
    let found = entry.fips140_at(at(NEXT_UPDATE)).unwrap();
    assert_eq!((found.level, found.physical, found.revision), (2, Some(3), Some(3)));
    assert!(entry.fips140_at(day("2021-12-31")).is_none());
    let table = [
        (Requirement::new().fips140(1), true),
        (Requirement::new().fips140(2), true),
        (Requirement::new().fips140(3), false),
        (Requirement::new().fips140_physical(3), true),
        (Requirement::new().fips140_physical(4), false),
        (Requirement::new().fips140(2).fips140_physical(3), true),
        (Requirement::new().fips140(3).fips140_physical(3), false),
        (Requirement::new().fips140(2).fips140_physical(4), false),
    ];
    for (requirement, is_met) in table {
        let expected = (!is_met).then_some(Unmet::Fips140 { found: Some(found) });
        assert_eq!(unmet(&requirement, &entry), expected, "{requirement:?}");
    }
    // Without a physical level, none is known.
    let physical = Requirement::new().fips140_physical(1);
    assert!(unmet(&physical, &report(4, "")).is_some());
    for level in 1..=4 {
        let exactly = Requirement::new().fips140(level);
        assert_eq!(unmet(&exactly, &report(level, "")), None);
    }
    let required = Requirement::new().fips140(1);
    assert_eq!(unmet(&required, &only(&[])), Some(Unmet::Fips140 { found: None }));
}

#[test]
fn keys_must_be_protected_in_a_required_way_and_not_also_by_software() {
    use KeyProtection::{Hardware, RemoteHandle, SecureElement, Software, Tee};
    let table: [(&str, &[KeyProtection], bool); 10] = [
        (r#"["hardware","secure_element"]"#, &[SecureElement], true),
        (r#"["hardware","secure_element"]"#, &[Tee, SecureElement], true),
        (r#"["hardware","secure_element"]"#, &[Hardware], true),
        (r#"["hardware","tee"]"#, &[SecureElement], false),
        (r#"["hardware","remote_handle"]"#, &[RemoteHandle], true),
        (r#"["software","hardware"]"#, &[Hardware], false),
        (r#"["software","hardware"]"#, &[Hardware, Software], true),
        (r#"["something_new"]"#, &[Hardware], false),
        ("[]", &[Hardware], false),
        (r#"["hardware"]"#, &[], false),
    ];
    for (listed, wanted, is_met) in table {
        let entry = model(&format!(r#""keyProtection":{listed}"#));
        let requirement = Requirement::new().key_protection(wanted.iter().copied());
        let expected = (!is_met).then_some(Unmet::KeyProtection);
        assert_eq!(unmet(&requirement, &entry), expected, "{listed} {wanted:?}");
    }
    let requirement = Requirement::new().key_protection([Hardware]);
    assert_eq!(unmet(&requirement, &only(&[])), Some(Unmet::KeyProtection));
}

#[test]
fn matcher_must_be_protected_in_a_required_way_and_not_also_by_software() {
    use MatcherProtection::{OnChip, Software, Tee};
    let table: [(&str, &[MatcherProtection], bool); 5] = [
        (r#"["on_chip"]"#, &[OnChip], true),
        (r#"["tee"]"#, &[OnChip], false),
        (r#"["tee"]"#, &[OnChip, Tee], true),
        (r#"["software","tee"]"#, &[Tee], false),
        (r#"["software"]"#, &[Software], true),
    ];
    for (listed, wanted, is_met) in table {
        let entry = model(&format!(r#""matcherProtection":{listed}"#));
        let requirement = Requirement::new().matcher_protection(wanted.iter().copied());
        let expected = (!is_met).then_some(Unmet::MatcherProtection);
        assert_eq!(unmet(&requirement, &entry), expected, "{listed} {wanted:?}");
    }
}

#[test]
fn model_must_have_one_of_the_required_ways_to_verify_its_user() {
    use VerificationMethod::{FingerprintInternal, None as Nothing, PasscodeExternal};
    let entry = model(SECURITY_KEY);
    let combinations: [&[VerificationMethod]; 2] =
        [&[Nothing], &[PasscodeExternal, VerificationMethod::PresenceInternal]];
    assert_eq!(entry.user_verification, combinations);
    let table: [(&[VerificationMethod], bool); 4] = [
        (&[PasscodeExternal], true),
        (&[FingerprintInternal, PasscodeExternal], true),
        (&[FingerprintInternal], false),
        (&[], false),
    ];
    for (wanted, is_met) in table {
        let requirement = Requirement::new().user_verification(wanted.iter().copied());
        let expected = (!is_met).then_some(Unmet::UserVerification);
        assert_eq!(unmet(&requirement, &entry), expected, "{wanted:?}");
    }
}

#[test]
fn warnings_count_from_their_day_unless_tolerated() {
    let entry = only(&[
        ("USER_KEY_PHYSICAL_COMPROMISE", Some("2023-01-01")),
        ("REVOKED", Some("2024-01-01")),
    ]);
    let physical = || AuthenticatorStatus::UserKeyPhysicalCompromise;
    let any = Requirement::new();
    let tolerant = Requirement::new().tolerate(physical());
    assert_eq!(any.check(&entry, day("2022-12-31")), Ok(()));
    assert_eq!(any.check(&entry, day("2023-01-01")), Err(Unmet::Warning(physical())));
    assert_eq!(tolerant.check(&entry, day("2023-12-31")), Ok(()));
    let revoked = Err(Unmet::Warning(AuthenticatorStatus::Revoked));
    assert_eq!(tolerant.check(&entry, day("2024-01-01")), revoked);
}

#[test]
fn metadata_list_the_models_with_warnings_at_a_time() {
    const OTHER: &str = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4";
    let revoked = entry(&reports(&[("REVOKED", Some("2024-01-01"))]));
    let good = entry(&reports(&[("FIDO_CERTIFIED_L3", Some("2024-01-01"))])).replace(MODEL, OTHER);
    let metadata = verify(&blob(&[revoked, good])).unwrap();
    let warned = |date| {
        let models = metadata.warned_at(day(date)).filter_map(|entry| entry.aaguid);
        models.map(|aaguid| aaguid.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(warned("2023-12-31"), Vec::<String>::new());
    assert_eq!(warned("2024-01-01"), [MODEL]);
}

#[test]
fn attestation_types_are_compared_with_those_of_the_model() {
    use AttestationType::{AnonCa, AttCa, Basic, None as Nothing, SelfAttestation, Uncertain};
    let kinds = [Basic, AttCa, Uncertain, AnonCa, SelfAttestation, Nothing];
    let table: [(&str, &[AttestationType]); 6] = [
        ("basic_full", &[Basic, Uncertain]),
        ("attca", &[AttCa, Uncertain]),
        ("anonca", &[AnonCa]),
        ("basic_surrogate", &[SelfAttestation]),
        ("none", &[Nothing]),
        ("ecdaa", &[]),
    ];
    for (name, expected) in table {
        let entry = read(&entry("").replace("basic_full", name)).0;
        let listed = kinds.iter().filter(|kind| entry.lists_attestation_type(**kind));
        assert_eq!(listed.collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn algorithms_are_compared_with_those_of_the_model() {
    let table = [
        ("secp256r1_ecdsa_sha256_raw", &[Algorithm::ES256, Algorithm::ESP256][..]),
        ("secp256r1_ecdsa_sha256_der", &[Algorithm::ES256, Algorithm::ESP256]),
        ("rsassa_pss_sha256_raw", &[Algorithm::PS256]),
        ("rsassa_pss_sha256_der", &[Algorithm::PS256]),
        ("secp256k1_ecdsa_sha256_raw", &[Algorithm::ES256K]),
        ("secp256k1_ecdsa_sha256_der", &[Algorithm::ES256K]),
        ("rsa_emsa_pkcs1_sha256_raw", &[Algorithm::RS256]),
        ("rsa_emsa_pkcs1_sha256_der", &[Algorithm::RS256]),
        ("rsassa_pss_sha384_raw", &[Algorithm::PS384]),
        ("rsassa_pss_sha512_raw", &[Algorithm::PS512]),
        ("rsassa_pkcsv15_sha256_raw", &[Algorithm::RS256]),
        ("rsassa_pkcsv15_sha384_raw", &[Algorithm::RS384]),
        ("rsassa_pkcsv15_sha512_raw", &[Algorithm::RS512]),
        ("secp384r1_ecdsa_sha384_raw", &[Algorithm::ES384, Algorithm::ESP384]),
        ("secp521r1_ecdsa_sha512_raw", &[Algorithm::ES512, Algorithm::ESP512]),
        ("ed25519_eddsa_sha512_raw", &[Algorithm::EdDSA, Algorithm::Ed25519]),
        ("ed448_eddsa_sha512_raw", &[Algorithm::Ed448]),
        ("sm2_sm3_raw", &[]),
    ];
    for (name, expected) in table {
        let entry = model(&format!(r#""authenticationAlgorithms":["{name}"]"#));
        let listed = Algorithm::KNOWN.iter().filter(|it| entry.lists_algorithm(**it) == Some(true));
        assert_eq!(listed.collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>(), "{name}");
    }
    for unnamed in [Algorithm::ML_DSA_44, Algorithm::ML_DSA_65, Algorithm::ML_DSA_87] {
        assert_eq!(model(SECURITY_KEY).lists_algorithm(unnamed), None);
    }
}

#[test]
fn icons_are_data_urls_of_images() {
    let png = "data:image/png;base64,AAAA";
    let svg = "data:image/svg+xml;base64,AAAA";
    let beyond = format!("{png}{}", "A".repeat(MDS_ICON_MAX - png.len() + 1));
    let longest = &beyond[..MDS_ICON_MAX];
    for (icon, is_kept) in [
        (png, true),
        (svg, true),
        (longest, true),
        (&*beyond, false),
        ("https://example.com/icon.png", false),
        ("javascript:alert(1)", false),
        ("data:text/html;base64,AAAA", false),
        ("data:image/png;base64,\\\" onerror=", false),
        ("data:image/png;base64,AAAA\\\"onerror=alert(1)//", false),
        ("data:image/png;base64,AAAA'><script>", false),
        ("", false),
    ] {
        let json = entry("")
            .replace(png, icon)
            .replace("\"icon\"", &format!(r#""iconDark":"{icon}","icon""#));
        let (entry, omissions) = read(&json);
        assert_eq!(entry.icon.is_some(), is_kept, "{icon:.40}");
        assert_eq!(entry.icon, entry.icon_dark, "{icon:.40}");
        let member = OmissionReason::Member("icon");
        assert_eq!(omissions.contains(&member), !is_kept, "{icon:.40}");
    }
    assert_eq!(only(&[]).icon.as_deref(), Some(png));
    assert_eq!(only(&[]).icon_dark, None);
}

#[test]
fn mistyped_members_are_omitted_and_satisfy_nothing() {
    let requirement = || Requirement::new();
    let table = [
        (
            r#"["hardware","secure_element"]"#,
            "keyProtection",
            requirement().key_protection([KeyProtection::Hardware]),
        ),
        (
            r#"["on_chip"]"#,
            "matcherProtection",
            requirement().matcher_protection([MatcherProtection::OnChip]),
        ),
        (
            r#"[{"userVerificationMethod":"passcode_external","caDesc":{"base":64}},"#,
            "userVerificationDetails",
            requirement().user_verification([VerificationMethod::PasscodeExternal]),
        ),
    ];
    let revoked = reports(&[("REVOKED", Some("2024-02-02"))]);
    let whole = described(SECURITY_KEY, &revoked);
    let tolerant = |it: &Requirement| it.clone().tolerate(AuthenticatorStatus::Revoked);
    for (value, name, requirement) in table {
        let requirement = tolerant(&requirement);
        assert_eq!(unmet(&requirement, &read(&whole).0), None, "{name}");
        let mistyped = if value.ends_with(',') { "[7," } else { "{}" };
        let (entry, omissions) = read(&whole.replace(value, mistyped));
        assert!(unmet(&requirement, &entry).is_some(), "{name}");
        assert_eq!(omissions, [OmissionReason::Member(name)]);
        assert_eq!(entry.warnings_at(at(NEXT_UPDATE)).count(), 1, "{name}");
    }
    // The other elements of a list count.
    let (entry, omissions) = read(&whole.replace(r#"["on_chip"]"#, r#"[7,"on_chip"]"#));
    assert_eq!(entry.matcher_protection, [MatcherProtection::OnChip]);
    assert_eq!(omissions, [OmissionReason::Member("matcherProtection")]);
}

#[test]
fn lists_beyond_the_limit_are_omitted() {
    let many = |element: &str, count: usize| vec![element; count].join(",");
    let method = r#"{"userVerificationMethod":"passcode_internal"}"#;
    for (count, is_kept) in [(MDS_LIST_MAX, true), (MDS_LIST_MAX + 1, false), (9999, false)] {
        let members = format!(
            r#""keyProtection":[{}],"authenticationAlgorithms":[{}],"userVerificationDetails":[{}]"#,
            many(r#""tee""#, count),
            many(r#""x""#, count),
            many(&format!("[{method}]"), count)
        );
        let (entry, omissions) = read(&described(&members, ""));
        let expected = if is_kept { count } else { 0 };
        assert_eq!(entry.key_protection.len(), expected);
        assert_eq!(entry.authentication_algorithms.len(), expected);
        assert_eq!(entry.user_verification.len(), expected);
        assert_eq!(omissions.len(), if is_kept { 0 } else { 3 });
        // One combination that is too long.
        let members = format!(r#""userVerificationDetails":[[{}]]"#, many(method, count));
        let (entry, omissions) = read(&described(&members, ""));
        assert_eq!(entry.user_verification.len(), usize::from(is_kept));
        assert_eq!(omissions.is_empty(), is_kept);
    }
}

/// An entry must not hide what another says about the same model.
#[test]
fn software_in_one_of_two_entries_of_a_model_counts() {
    let hardware = described(r#""keyProtection":["hardware"]"#, "");
    let software = described(r#""keyProtection":["software"]"#, "");
    let requirement = Requirement::new().key_protection([KeyProtection::Hardware]);
    for entries in [[hardware.clone(), software.clone()], [software, hardware.clone()]] {
        let metadata = verify(&blob(&entries)).unwrap();
        let entry = metadata.entry(MODEL.parse().unwrap()).unwrap();
        assert_eq!(unmet(&requirement, entry), Some(Unmet::KeyProtection));
    }
    assert_eq!(unmet(&requirement, &read(&hardware).0), None);
}

#[test]
fn words_are_read_back_by_their_names() {
    for name in ["software", "hardware", "tee", "secure_element", "remote_handle"] {
        assert_eq!(KeyProtection::from_name(name).map(KeyProtection::as_str), Some(name));
    }
    for name in ["software", "tee", "on_chip"] {
        assert_eq!(MatcherProtection::from_name(name).map(MatcherProtection::as_str), Some(name));
    }
    assert_eq!(VerificationMethod::from_name("telepathy_internal"), None);
}
