//! Which BLOBs count as published: the signature, the signer, the number and the date.

use super::*;

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
