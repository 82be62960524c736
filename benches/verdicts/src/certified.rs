//! What is tampered with in attestation statements that have certificates.

use relying_party::test_authenticator::{
    CborValue, CertifiedParts, FormatParts, KeyDescription, RegistrationParts, SignedRegistration,
    TestAlgorithm, TestAttester, TestCertificate, TestExtension, TestKey, TestName, TpmParts,
};

use crate::{
    ceremony::{HONEST, after, before},
    registration::{self, Registration, object::flipped},
};

/// The test authenticator's TPM has no vendor of the registry; peers ask for one.
pub fn name_vendor(parts: &mut CertifiedParts) {
    set_vendor(parts, b"id:494E5443");
}

fn set_vendor(parts: &mut CertifiedParts, vendor: &[u8; 11]) {
    let oid = TestExtension::SUBJECT_ALT_NAME;
    let Some(name) = parts.certificate.extension(oid) else { return };
    let mut name = name.value.clone();
    // The attribute of the vendor is the first that begins so.
    let at = name.windows(3).position(|bytes| bytes == b"id:").unwrap();
    name[at..at + vendor.len()].copy_from_slice(vendor);
    parts.certificate.set_extension(oid, true, name);
}

/// Every tampering of a format by its name.
pub fn tamperings(format: &str, attester: &TestAttester) -> Vec<(&'static str, Registration)> {
    let mut all = vec![(HONEST, before(|_, _| ()))];
    all.extend(registration::data::tamperings());
    all.extend(registration::key::tamperings());
    all.extend(registration::object::tamperings());
    all.extend(certificates());
    all.extend(chains(attester));
    all.extend(statements());
    all.extend(match format {
        "packed" => packed(),
        "tpm" => tpm(),
        "android-key" => android_key(),
        "apple" => apple(),
        _ => Vec::new(),
    });
    all
}

/// Tampers with the statement before it is signed.
fn statement(tamper: impl Fn(&mut CertifiedParts) + Clone + Send + Sync + 'static) -> Registration {
    before(move |it: &mut RegistrationParts, _| it.tamper_statement(tamper.clone()))
}

fn certificate(tamper: fn(&mut TestCertificate)) -> Registration {
    statement(move |it| tamper(&mut it.certificate))
}

/// Changes the first certificate of a statement after it was signed.
fn edit_certificate(signed: &mut SignedRegistration, edit: impl FnOnce(&mut Vec<u8>)) {
    if let Some(CborValue::Array(x5c)) = signed.statement.entry("x5c") {
        let mut x5c = x5c.clone();
        if let Some(CborValue::Bytes(certificate)) = x5c.first_mut() {
            edit(certificate);
        }
        signed.statement.set("x5c", CborValue::Array(x5c));
    }
}

fn other_key(algorithm: TestAlgorithm) -> TestKey {
    TestKey::from_seed(algorithm, "another key").unwrap()
}

fn certificates() -> Vec<(&'static str, Registration)> {
    use TestExtension as Extension;
    const UNKNOWN: &str = "1.3.6.1.4.1.99999.1";
    vec![
        ("certificate: expired", certificate(|it| it.not_after = "20240201000000Z".into())),
        ("certificate: not yet valid", certificate(|it| it.not_before = "30230101000000Z".into())),
        ("certificate: of version 1", certificate(|it| it.version = 0)),
        (
            "certificate: of a certification authority",
            certificate(|it| {
                let value = [0x30, 3, 1, 1, 0xff];
                it.set_extension(Extension::BASIC_CONSTRAINTS, true, value);
            }),
        ),
        (
            "certificate: basic constraints missing",
            certificate(|it| it.remove_extension(Extension::BASIC_CONSTRAINTS)),
        ),
        (
            "certificate: key usage without signatures",
            // keyEncipherment
            certificate(|it| it.set_extension(Extension::KEY_USAGE, true, [3, 2, 5, 0x20])),
        ),
        (
            "certificate: unknown extension",
            certificate(|it| it.set_extension(UNKNOWN, false, [5, 0])),
        ),
        (
            "certificate: unknown critical extension",
            certificate(|it| it.set_extension(UNKNOWN, true, [5, 0])),
        ),
        (
            "certificate: issuer of another name",
            certificate(|it| it.issuer = TestName::of(&[(TestName::COMMON_NAME, "Another")])),
        ),
        (
            "certificate: signed by another key",
            statement(|it| it.issuer = other_key(TestAlgorithm::Es256)),
        ),
        (
            "certificate: of another key",
            certificate(|it| it.public_key = other_key(TestAlgorithm::Es256).spki().unwrap()),
        ),
        (
            "certificate: of another kind of key",
            certificate(|it| it.public_key = other_key(TestAlgorithm::EdDsa).spki().unwrap()),
        ),
        ("certificate: one bit flipped", flipped("certificate")),
        (
            "certificate: a byte behind",
            after(|it: &mut SignedRegistration, _| {
                edit_certificate(it, |der| der.push(0));
            }),
        ),
    ]
}

fn chains(attester: &TestAttester) -> Vec<(&'static str, Registration)> {
    let root = attester.root.clone();
    let with_root = move |it: &mut CertifiedParts| it.chain.push(root.clone());
    let stranger = TestAttester::new("a stranger").unwrap();
    let of_a_stranger = move |it: &mut CertifiedParts| {
        it.issuer = stranger.issuer.key.clone();
        it.certificate.issuer = stranger.issuer.name.clone();
        it.certificate.remove_extension(TestExtension::AUTHORITY_KEY_IDENTIFIER);
        if !it.chain.is_empty() {
            it.chain = stranger.chain.clone();
        }
    };
    let stranger = TestAttester::new("a stranger").unwrap();
    let with_a_stranger = move |it: &mut CertifiedParts| it.chain.push(stranger.root.clone());
    vec![
        ("chain: with the root", statement(with_root)),
        ("chain: intermediate missing", statement(|it| it.chain.clear())),
        ("chain: to an unknown root", statement(of_a_stranger)),
        ("chain: with an unrelated certificate", statement(with_a_stranger)),
        ("chain: with no certificate behind it", statement(|it| it.chain.push(vec![0x30, 0]))),
        ("chain: intermediate with one bit flipped", flipped("intermediate")),
        ("chain: root with one bit flipped", flipped("root")),
        ("chain: certificates twice", statement(|it| it.chain.extend(it.chain.clone()))),
    ]
}

fn statements() -> Vec<(&'static str, Registration)> {
    vec![
        (
            "statement: signed by another key",
            statement(|it| {
                if matches!(it.format, FormatParts::Apple { .. }) {
                    return;
                }
                it.key = other_key(it.key.algorithm());
            }),
        ),
        (
            "statement: over other bytes",
            statement(|it| match &mut it.format {
                FormatParts::Apple { .. } | FormatParts::Tpm(_) => {}
                _ => it.message = Some(b"something else".to_vec()),
            }),
        ),
        ("statement: x5c missing", statement(|it| it.remove("x5c"))),
    ]
}

fn packed() -> Vec<(&'static str, Registration)> {
    vec![
        (
            "packed: another organizational unit",
            certificate(|it| it.subject.set(TestName::ORGANIZATIONAL_UNIT, "Another")),
        ),
        (
            "packed: organizational unit missing",
            certificate(|it| it.subject.remove(TestName::ORGANIZATIONAL_UNIT)),
        ),
        (
            "packed: organization missing",
            certificate(|it| it.subject.remove(TestName::ORGANIZATION)),
        ),
        ("packed: country missing", certificate(|it| it.subject.remove(TestName::COUNTRY))),
        (
            "packed: country of three letters",
            certificate(|it| it.subject.set(TestName::COUNTRY, "AAA")),
        ),
        ("packed: common name missing", certificate(|it| it.subject.remove(TestName::COMMON_NAME))),
        (
            "packed: certificate of another AAGUID",
            certificate(|it| {
                let value = [&[4, 16][..], &[9; 16]].concat();
                it.set_extension(TestExtension::AAGUID, false, value);
            }),
        ),
        (
            "packed: critical AAGUID",
            certificate(|it| {
                let value = it.extension(TestExtension::AAGUID).unwrap().value.clone();
                it.set_extension(TestExtension::AAGUID, true, value);
            }),
        ),
        (
            "packed: certificate without AAGUID",
            certificate(|it| it.remove_extension(TestExtension::AAGUID)),
        ),
    ]
}

fn tpm() -> Vec<(&'static str, Registration)> {
    fn tpm(tamper: fn(&mut TpmParts)) -> Registration {
        statement(move |it| tamper(it.tpm_parts().unwrap()))
    }
    vec![
        ("tpm: ver with one bit flipped", flipped("ver")),
        ("tpm: certInfo with one bit flipped", flipped("certInfo")),
        ("tpm: pubArea with one bit flipped", flipped("pubArea")),
        ("tpm: another version", tpm(|it| it.ver = "1.2".into())),
        ("tpm: another magic", tpm(|it| it.cert_info.magic ^= 1)),
        ("tpm: another type of attestation", tpm(|it| it.cert_info.kind ^= 1)),
        ("tpm: extraData of something else", tpm(|it| it.cert_info.extra_data[0] ^= 1)),
        ("tpm: extraData cut", tpm(|it| it.cert_info.extra_data.truncate(31))),
        ("tpm: name of something else", tpm(|it| it.cert_info.name = Some(vec![0, 0x0b, 7, 7]))),
        ("tpm: qualified signer", tpm(|it| it.cert_info.qualified_signer = vec![0, 0x0b, 7])),
        ("tpm: bytes behind certInfo", tpm(|it| it.cert_info.trailing = vec![0])),
        ("tpm: bytes behind pubArea", tpm(|it| it.pub_area.trailing = vec![0])),
        ("tpm: pubArea of another key", tpm(|it| it.pub_area.unique[0][9] ^= 1)),
        ("tpm: pubArea of another type", tpm(|it| it.pub_area.kind = 0x23)),
        ("tpm: no attributes", tpm(|it| it.pub_area.object_attributes = 0)),
        ("tpm: name by SHA-384", tpm(|it| it.pub_area.name_alg = 0x0c)),
        ("tpm: name by an unknown hash", tpm(|it| it.pub_area.name_alg = 0x99)),
        (
            "tpm: certificate with a subject",
            certificate(|it| it.subject = TestName::of(&[(TestName::COMMON_NAME, "AIK")])),
        ),
        (
            "tpm: extended key usage missing",
            certificate(|it| it.remove_extension(TestExtension::EXTENDED_KEY_USAGE)),
        ),
        (
            "tpm: extended key usage of something else",
            certificate(|it| {
                // clientAuth
                let value = [0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2];
                it.set_extension(TestExtension::EXTENDED_KEY_USAGE, false, value);
            }),
        ),
        (
            "tpm: alternative name missing",
            certificate(|it| it.remove_extension(TestExtension::SUBJECT_ALT_NAME)),
        ),
        ("tpm: unknown vendor", statement(|it| set_vendor(it, b"id:00000000"))),
        (
            "tpm: certificate of another AAGUID",
            certificate(|it| {
                let value = [&[4, 16][..], &[9; 16]].concat();
                it.set_extension(TestExtension::AAGUID, false, value);
            }),
        ),
        ("tpm: alg that is not the key's", statement(|it| it.set("alg", -7))),
    ]
}

fn android_key() -> Vec<(&'static str, Registration)> {
    fn description(tamper: fn(&mut KeyDescription)) -> Registration {
        statement(move |it| tamper(it.key_description().unwrap()))
    }
    vec![
        ("android-key: challenge of something else", description(|it| it.challenge[0] ^= 1)),
        (
            "android-key: for all applications, by hardware",
            description(|it| it.tee_enforced.all_applications = true),
        ),
        (
            "android-key: for all applications, by software",
            description(|it| it.software_enforced.all_applications = true),
        ),
        ("android-key: imported", description(|it| it.tee_enforced.origin = Some(2))),
        ("android-key: origin missing", description(|it| it.tee_enforced.origin = None)),
        (
            "android-key: for encryption only",
            description(|it| it.tee_enforced.purpose = Some(vec![0])),
        ),
        (
            "android-key: for encryption too",
            description(|it| it.tee_enforced.purpose = Some(vec![2, 0])),
        ),
        ("android-key: purpose missing", description(|it| it.tee_enforced.purpose = None)),
        (
            "android-key: origin and purpose by software",
            description(|it| it.software_enforced = std::mem::take(&mut it.tee_enforced)),
        ),
        ("android-key: description empty", description(|it| it.raw = Some(vec![0x30, 0]))),
        (
            "android-key: description of something else",
            certificate(|it| it.set_extension(TestExtension::KEY_DESCRIPTION, false, [5, 0])),
        ),
    ]
}

fn apple() -> Vec<(&'static str, Registration)> {
    fn nonce(tamper: fn(&mut Vec<u8>)) -> Registration {
        statement(move |it| {
            if let FormatParts::Apple { nonce } = &mut it.format {
                tamper(nonce);
            }
        })
    }
    vec![
        ("apple: nonce of something else", nonce(|it| it[0] ^= 1)),
        ("apple: nonce cut", nonce(|it| it.truncate(31))),
        ("apple: nonce with a byte more", nonce(|it| it.push(0))),
        (
            "apple: no nonce",
            certificate(|it| it.set_extension(TestExtension::APPLE_NONCE, false, [5, 0])),
        ),
    ]
}
