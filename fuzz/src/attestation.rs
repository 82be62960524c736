//! Registrations with a statement of each format, tampered with before and after signing, and checked by a simple
//! judge.

use relying_party::{
    crypto::RustCrypto,
    test_authenticator::{CertifiedParts, TestAlgorithm, TestExtension, TestKey, TestName},
};

use super::{
    attested::{self, FORMATS, world},
    source::Source,
    tamper,
};

/// The object identifiers that have a meaning in some format.
const EXTENSIONS: [&str; 10] = [
    TestExtension::BASIC_CONSTRAINTS,
    TestExtension::KEY_USAGE,
    TestExtension::EXTENDED_KEY_USAGE,
    TestExtension::SUBJECT_ALT_NAME,
    TestExtension::AAGUID,
    TestExtension::APPLE_NONCE,
    TestExtension::KEY_DESCRIPTION,
    "2.5.29.30",
    "2.5.29.32",
    "1.2.3.4",
];

const ATTRIBUTES: [&str; 4] = [
    TestName::COMMON_NAME,
    TestName::COUNTRY,
    TestName::ORGANIZATION,
    TestName::ORGANIZATIONAL_UNIT,
];

/// Accepted ⇒ the judge finds nothing wrong; untampered ⇒ accepted and trusted.
pub(super) fn verify(data: &[u8]) {
    let mut source = Source::new(data);
    let format = *source.choose(&FORMATS);
    let honest = source.is_empty();
    let mut signed = if format == "android-safetynet" {
        world().signed(format).clone()
    } else {
        let mut parts = world().parts(format);
        for _ in 0..source.below(4) {
            match source.below(4) {
                0 => tamper::authenticator_data(&mut source, &mut parts.authenticator_data),
                1 => tamper::client_data(&mut source, &mut parts.client_data),
                _ => {
                    let script = source.bytes().to_vec();
                    parts.tamper_statement(move |statement| {
                        let mut source = Source::new(&script);
                        while !source.is_empty() {
                            tamper_statement(&mut source, statement);
                        }
                    });
                }
            }
        }
        let Ok(signed) = parts.sign() else { return };
        signed
    };
    match source.below(8) {
        1 => tamper::bytes(&mut source, &mut signed.authenticator_data),
        2 => tamper::bytes(&mut source, &mut signed.client_data_json),
        3 => signed.fmt = (*source.choose(&FORMATS)).to_owned(),
        4 => {
            if let Ok(mut statement) = signed.statement.to_vec() {
                tamper::bytes(&mut source, &mut statement);
                signed.statement = relying_party::test_authenticator::Cbor::Raw(statement);
            }
        }
        _ => {}
    }
    let trusted = attested::check(&signed);
    if honest {
        assert!(trusted, "an honest {format} statement is refused");
        let json = signed.to_json().unwrap().to_string();
        let attestation = world().judge(json.as_bytes(), &world().trusted, &RustCrypto).unwrap();
        assert_eq!(attestation.format, format);
    }
}

fn tamper_statement(source: &mut Source<'_>, statement: &mut CertifiedParts) {
    let certificate = &mut statement.certificate;
    match source.below(14) {
        0 => statement.alg = source.flag().then(|| i64::from(source.byte()) - 128),
        1 => certificate.version = source.below(4),
        2 => certificate.subject.set(word(source, &ATTRIBUTES), &source.text()),
        3 => certificate.subject.remove(word(source, &ATTRIBUTES)),
        4 => {
            let oid = *source.choose(&EXTENSIONS);
            let critical = source.flag();
            certificate.set_extension(oid, critical, source.bytes());
        }
        5 => certificate.remove_extension(word(source, &EXTENSIONS)),
        6 => statement.issuer = key(source),
        7 => statement.key = key(source),
        8 => statement.message = source.flag().then(|| source.bytes().to_vec()),
        9 => match source.below(3) {
            0 => statement.chain.clear(),
            1 => statement.chain.push(world().attester.root.clone()),
            _ => statement.chain.push(source.bytes().to_vec()),
        },
        10 => {
            if let Some(tpm) = statement.tpm_parts() {
                let (area, info) = (&mut tpm.pub_area, &mut tpm.cert_info);
                match source.below(14) {
                    0 => area.kind = source.byte().into(),
                    1 => area.name_alg = source.byte().into(),
                    2 => area.object_attributes = source.u32(),
                    3 => area.auth_policy = source.bytes().to_vec(),
                    4 => area.parameters = source.bytes().to_vec(),
                    5 => area.unique = vec![source.bytes().to_vec(), source.bytes().to_vec()],
                    6 => area.trailing = source.bytes().to_vec(),
                    7 => info.magic ^= source.u32(),
                    8 => info.kind ^= u16::from(source.byte()),
                    9 => info.qualified_signer = source.bytes().to_vec(),
                    10 => info.extra_data = source.bytes().to_vec(),
                    11 => info.name = source.flag().then(|| source.bytes().to_vec()),
                    12 => info.trailing = source.bytes().to_vec(),
                    _ => tpm.ver = source.text(),
                }
            }
        }
        11 => {
            if let Some(description) = statement.key_description() {
                let list = if source.flag() {
                    &mut description.software_enforced
                } else {
                    &mut description.tee_enforced
                };
                match source.below(6) {
                    0 => list.purpose = source.flag().then(|| source.bytes().to_vec()),
                    1 => list.all_applications = source.flag(),
                    2 => list.origin = source.flag().then(|| source.byte()),
                    3 => list.further.push((u16::from(source.byte()) * 3, source.bytes().to_vec())),
                    4 => description.challenge = source.bytes().to_vec(),
                    _ => description.raw = Some(source.bytes().to_vec()),
                }
            }
        }
        12 => statement.set(&source.text(), source.bytes().to_vec()),
        _ => statement.remove(word(source, &MEMBERS)),
    }
}

const MEMBERS: [&str; 6] = ["alg", "sig", "x5c", "ver", "pubArea", "certInfo"];

fn word<'c>(source: &mut Source<'_>, words: &'c [&str]) -> &'c str {
    source.choose::<&str>(words)
}

fn key(source: &mut Source<'_>) -> TestKey {
    TestKey::from_seed(TestAlgorithm::Es256, [source.below(2)]).unwrap()
}
