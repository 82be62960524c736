//! The anchors of a model, and which entry is that of a U2F key.

use super::*;

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
