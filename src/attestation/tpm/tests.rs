//! A fake TPM: one valid statement, and every rule broken on its own and signed again.

use alloc::{vec, vec::Vec};

use p256::ecdsa::{Signature, signature::Signer as _};
use proptest::prelude::*;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384};

use super::*;
use crate::{
    attestation::{
        test_kit::certificate::{
            Draft, attribute, common_name, cose_key, draft, extension, key, oid, point,
            root_certificate, sign_certificate,
        },
        test_kit::der::{explicit, octets, sequence, set, tlv},
        test_kit::statement::{AAGUID, TestRegistration, map, x5c},
        test_kit::verifier::Nothing,
    },
    crypto::{RustCrypto, SignatureVerifier},
    x509::CertificateError,
};

const CA: u8 = 1;
const AIK: u8 = 2;
const CREDENTIAL: u8 = 3;

/// The parts of a statement. A test tampers with one of them before [`Tpm::statement`] signs.
struct Tpm {
    registration: TestRegistration,
    ver: Option<&'static str>,
    alg: i64,
    pub_area: Vec<u8>,
    magic: [u8; 4],
    kind: [u8; 2],
    extra_data: Vec<u8>,
    name: Vec<u8>,
    after_cert_info: Vec<u8>,
    aik: Draft,
    has_x5c: bool,
    sign: fn(&[u8]) -> Vec<u8>,
}

fn ecdsa(message: &[u8]) -> Vec<u8> {
    let signature: Signature = key(AIK).sign(message);
    signature.to_der().as_bytes().into()
}

fn tpm() -> Tpm {
    let (x, y) = point(&key(CREDENTIAL));
    let head = [0, 0x23, 0, 0x0b, 0, 4, 4, 0x72, 0, 0, 0, 0x10, 0, 0x10, 0, 3, 0, 0x10, 0, 32];
    let pub_area = [&head[..], &x, &[0, 32], &y].concat();
    Tpm::of(TestRegistration::of(&cose_key(&key(CREDENTIAL))), pub_area)
}

/// A credential with an RSA key, which the TPM describes with the default exponent.
fn rsa_tpm() -> Tpm {
    let n = [0xc1; 256];
    let cose = [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0], &n[..], &[0x21, 0x43, 1, 0, 1]];
    let head = [0, 1, 0, 0x0b, 0, 6, 4, 0x72, 0, 0, 0, 0x10, 0, 0x10, 8, 0, 0, 0, 0, 0, 1, 0];
    Tpm::of(TestRegistration::of(&cose.concat()), [&head[..], &n].concat())
}

impl Tpm {
    fn of(registration: TestRegistration, pub_area: Vec<u8>) -> Self {
        let mut aik = draft("TPM CA", sequence(&[]), AIK);
        aik.extensions = vec![
            basic_constraints(&[]),
            extended_key_usage("2.23.133.8.3"),
            alt_name(&[set(&tpm_attributes())]),
            aaguid(false, &AAGUID),
        ];
        Self {
            ver: Some("2.0"),
            alg: -7,
            magic: *b"\xffTCG",
            kind: [0x80, 0x17],
            extra_data: Sha256::digest(registration.message()).to_vec(),
            name: [&[0, 0x0b], &Sha256::digest(&pub_area)[..]].concat(),
            after_cert_info: Vec::new(),
            registration,
            pub_area,
            aik,
            has_x5c: true,
            sign: ecdsa,
        }
    }

    fn replace_extension(&mut self, index: usize, extension: Vec<u8>) {
        self.aik.extensions[index] = extension;
    }

    fn cert_info(&self) -> Vec<u8> {
        let sized =
            |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
        [
            &self.magic[..],
            &self.kind,
            &sized(b"qualified signer"),
            &sized(&self.extra_data),
            &[7; 17],
            &[8; 8],
            &sized(&self.name),
            &sized(b"qualified name"),
            &self.after_cert_info,
        ]
        .concat()
    }

    fn statement(&self) -> Vec<u8> {
        let certificates = [sign_certificate(&self.aik, CA), root_certificate("TPM CA", CA)];
        let cert_info = self.cert_info();
        let sig = (self.sign)(&cert_info);
        map(&[
            ("ver", self.ver.map(Into::into)),
            ("alg", Some(self.alg.into())),
            ("x5c", self.has_x5c.then(|| x5c(&certificates))),
            ("sig", Some(sig.into())),
            ("certInfo", Some(cert_info.into())),
            ("pubArea", Some(self.pub_area.clone().into())),
        ])
    }

    fn verify(&self) -> Result<usize, StatementError> {
        self.verify_with(&RustCrypto)
    }

    fn verify_with(&self, verifier: &dyn SignatureVerifier) -> Result<usize, StatementError> {
        let statement = self.statement();
        self.registration.judge_with(verifier, |signed, ctx| {
            let outcome = verify(&statement, signed, ctx)?;
            assert_eq!(outcome.kind, AttestationType::AttCa);
            Ok(outcome.trust_path.len())
        })
    }
}

fn tpm_attributes() -> [Vec<u8>; 3] {
    [
        attribute("2.23.133.2.1", "id:FFFFF1D0"),
        attribute("2.23.133.2.3", "id:13"),
        attribute("2.23.133.2.2", "Paper"),
    ]
}

fn alt_name(rdns: &[Vec<u8>]) -> Vec<u8> {
    extension("2.5.29.17", true, &sequence(&[explicit(4, &sequence(rdns))]))
}

fn extended_key_usage(usage: &str) -> Vec<u8> {
    extension("2.5.29.37", false, &sequence(&[oid(usage)]))
}

fn basic_constraints(values: &[Vec<u8>]) -> Vec<u8> {
    extension("2.5.29.19", true, &sequence(values))
}

fn aaguid(critical: bool, aaguid: &[u8]) -> Vec<u8> {
    extension("1.3.6.1.4.1.45724.1.1.4", critical, &octets(aaguid))
}

/// Returns the verdict on a statement with one tampered part.
fn tampered(tamper: impl FnOnce(&mut Tpm)) -> StatementError {
    let mut tpm = tpm();
    tamper(&mut tpm);
    tpm.verify().unwrap_err()
}

fn invalid(reason: &'static str) -> StatementError {
    StatementError::Invalid(reason)
}

#[test]
fn elliptic_and_rsa_keys_are_attested_and_x5c_is_the_trust_path() {
    assert_eq!(tpm().verify(), Ok(2));
    assert_eq!(rsa_tpm().verify(), Ok(2));
}

#[test]
fn name_of_the_tpm_may_be_in_one_rdn_or_in_three() {
    let mut tpm = tpm();
    tpm.replace_extension(2, alt_name(&tpm_attributes().map(|attribute| set(&[attribute]))));
    assert_eq!(tpm.verify(), Ok(2));
}

#[test]
fn basic_constraints_and_aaguid_may_be_absent() {
    let mut tpm = tpm();
    tpm.aik.extensions.retain(|extension| {
        *extension != basic_constraints(&[]) && *extension != aaguid(false, &AAGUID)
    });
    assert_eq!(tpm.aik.extensions.len(), 2);
    assert_eq!(tpm.verify(), Ok(2));
}

#[test]
fn another_version_is_refused() {
    assert_eq!(tampered(|tpm| tpm.ver = Some("1.2")), invalid("ver is not 2.0"));
    assert_eq!(tampered(|tpm| tpm.ver = None), invalid("ver is not 2.0"));
}

#[test]
fn area_of_another_key_is_refused() {
    let reason = invalid("pubArea is not the credential key");
    let another = || TestRegistration::of(&cose_key(&key(9)));
    let tamper = |tpm: &mut Tpm| {
        tpm.registration = another();
        tpm.extra_data = Sha256::digest(tpm.registration.message()).to_vec();
    };
    assert_eq!(tampered(tamper), reason);
}

#[test]
fn statement_without_certificates_is_refused() {
    let missing = invalid("a member of the tpm statement is missing");
    assert_eq!(tampered(|tpm| tpm.has_x5c = false), missing);
    let empty = map(&[
        ("ver", Some("2.0".into())),
        ("alg", Some((-7).into())),
        ("x5c", Some(x5c(&[]))),
        ("sig", Some(vec![0].into())),
        ("certInfo", Some(tpm().cert_info().into())),
        ("pubArea", Some(tpm().pub_area.into())),
    ]);
    let verdict = tpm().registration.judge(|signed, ctx| verify(&empty, signed, ctx).map(drop));
    assert_eq!(verdict, Err(invalid("x5c is empty")));
}

#[test]
fn aik_certificate_of_version_1_is_refused() {
    let tamper = |tpm: &mut Tpm| {
        tpm.aik.version = None;
        tpm.aik.extensions.clear();
    };
    assert_eq!(tampered(tamper), invalid("the AIK certificate is not of version 3"));
}

#[test]
fn aik_certificate_with_a_subject_is_refused() {
    let tamper = |tpm: &mut Tpm| tpm.aik.subject = common_name("TPM");
    assert_eq!(tampered(tamper), invalid("the AIK certificate has a subject"));
}

#[test]
fn rejects_aik_certificates_that_do_not_name_a_tpm() {
    let [manufacturer, version, model] = tpm_attributes();
    let other = |text: &str| attribute("2.23.133.2.1", text);
    let names: [Vec<Vec<u8>>; 10] = [
        vec![],
        vec![version.clone(), model.clone()],
        vec![manufacturer.clone(), model.clone()],
        vec![manufacturer.clone(), version.clone()],
        vec![manufacturer.clone(), manufacturer, version.clone(), model.clone()],
        vec![other("FFFFF1D0"), version.clone(), model.clone()],
        vec![other("id:FFFFF1D"), version.clone(), model.clone()],
        vec![other("id:FFFFF1D0 "), version.clone(), model.clone()],
        vec![other("id:FFFFF1DG"), version.clone(), model.clone()],
        vec![other(""), version, model],
    ];
    let reason = "the AIK certificate does not name a TPM's manufacturer, model and version";
    for name in names {
        let rdns: Vec<_> = name.into_iter().map(|attribute| set(&[attribute])).collect();
        assert_eq!(tampered(|tpm| tpm.replace_extension(2, alt_name(&rdns))), invalid(reason));
    }
    assert_eq!(tampered(|tpm| drop(tpm.aik.extensions.remove(2))), invalid(reason));
}

#[test]
fn aik_certificate_for_another_use_is_refused() {
    let reason = invalid("the AIK certificate is for another use");
    let tamper = |tpm: &mut Tpm| tpm.replace_extension(1, extended_key_usage("2.23.133.8.1"));
    assert_eq!(tampered(tamper), reason);
    assert_eq!(tampered(|tpm| drop(tpm.aik.extensions.remove(1))), reason);
}

#[test]
fn aik_certificate_of_a_ca_is_refused() {
    let tamper = |tpm: &mut Tpm| tpm.replace_extension(0, basic_constraints(&[tlv(1, &[0xff])]));
    assert_eq!(tampered(tamper), invalid("the AIK certificate is a CA certificate"));
}

#[test]
fn aik_certificate_of_another_model_is_refused() {
    let of = |extension: Vec<u8>| tampered(|tpm| tpm.replace_extension(3, extension));
    assert!(matches!(of(aaguid(false, &[0xbb; 16])), StatementError::Invalid(_)));
    assert!(matches!(of(aaguid(true, &AAGUID)), StatementError::Invalid(_)));
    assert!(matches!(of(aaguid(false, &AAGUID[1..])), StatementError::Invalid(_)));
}

#[test]
fn signature_of_another_key_or_message_is_refused() {
    fn by_another(message: &[u8]) -> Vec<u8> {
        let signature: Signature = key(CREDENTIAL).sign(message);
        signature.to_der().as_bytes().into()
    }
    assert_eq!(tampered(|tpm| tpm.sign = by_another), StatementError::Signature);
    assert_eq!(tampered(|tpm| tpm.sign = |_| ecdsa(b"another")), StatementError::Signature);
    assert_eq!(tampered(|tpm| tpm.sign = |_| Vec::new()), StatementError::Signature);
}

#[test]
fn rejects_algorithms_other_than_the_aiks() {
    for alg in [-257, -35, -8, -4711] {
        let error = tampered(|tpm| tpm.alg = alg);
        let expected = CertificateError::PublicKey("invalid for the algorithm");
        assert_eq!(error, StatementError::Certificate(expected), "{alg}");
    }
    // RS1 is not a way around the requirement on the type of key.
    assert_eq!(tampered(|tpm| tpm.alg = -65535), StatementError::Signature);
    assert_eq!(tampered(|tpm| tpm.alg = 1 << 40), invalid("alg is out of range"));
}

/// Most identity keys of TPMs are RSA keys. Those of the first years sign with SHA-1.
#[cfg(feature = "test-authenticator")]
mod rsa_aik {
    use rsa::{BoxedUint, PrivateKey, pkcs1v15::Pkcs1v15Sign, traits::PublicKeyParts as _};

    use super::*;
    use crate::{test_authenticator::rsa_test_primes, x509::test_ca::bit_string};

    fn key() -> PrivateKey {
        let (p, q) = rsa_test_primes(false);
        let [p, q] = [p, q].map(BoxedUint::from_be_slice_vartime);
        PrivateKey::from_p_q(p, q, BoxedUint::from(65537_u64)).unwrap()
    }

    fn tpm(alg: i64, sign: fn(&[u8]) -> Vec<u8>) -> Tpm {
        let unsigned = |bytes: &[u8]| tlv(2, &[&[0], bytes].concat());
        let n = key().n().to_be_bytes();
        let public = sequence(&[unsigned(&n), tlv(2, &[1, 0, 1])]);
        let algorithm = sequence(&[oid("1.2.840.113549.1.1.1"), tlv(5, &[])]);
        let mut tpm = super::tpm();
        tpm.aik.spki = sequence(&[algorithm, bit_string(&public)]);
        (tpm.alg, tpm.sign) = (alg, sign);
        tpm
    }

    fn rs256(message: &[u8]) -> Vec<u8> {
        key().sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)).unwrap()
    }

    fn rs1(message: &[u8]) -> Vec<u8> {
        key().sign(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(message)).unwrap()
    }

    fn sha1_extra_data(tpm: &mut Tpm) {
        tpm.extra_data = Sha1::digest(tpm.registration.message()).to_vec();
    }

    #[test]
    fn rsa_identity_keys_attest_with_sha_256_and_with_sha_1() {
        assert_eq!(tpm(-257, rs256).verify(), Ok(2));
        let mut old = tpm(-65535, rs1);
        sha1_extra_data(&mut old);
        assert_eq!(old.verify(), Ok(2));
    }

    #[test]
    fn error_names_an_algorithm_that_the_verifier_does_not_support() {
        let mut old = tpm(-65535, rs1);
        sha1_extra_data(&mut old);
        for (tpm, algorithm) in [(old, Algorithm::RS1), (tpm(-257, rs256), Algorithm::RS256)] {
            let expected = Err(StatementError::AlgorithmNotSupported(algorithm));
            assert_eq!(tpm.verify_with(&Nothing), expected);
        }
    }

    #[test]
    fn extra_data_uses_the_hash_of_the_signature() {
        let reason = invalid("certInfo.extraData is not the hash of the attested data");
        assert_eq!(tpm(-65535, rs1).verify(), Err(reason.clone()));
        let mut tpm = tpm(-257, rs256);
        sha1_extra_data(&mut tpm);
        assert_eq!(tpm.verify(), Err(reason));
    }

    #[test]
    fn signature_of_another_algorithm_is_refused() {
        let mut old = tpm(-65535, rs256);
        sha1_extra_data(&mut old);
        assert_eq!(old.verify(), Err(StatementError::Signature));
        assert_eq!(tpm(-257, rs1).verify(), Err(StatementError::Signature));
    }
}

#[test]
fn rejects_cert_info_that_is_not_a_certification_by_a_tpm() {
    let of = |reason| StatementError::Structure { what: "certInfo", reason };
    let tamper = |tpm: &mut Tpm| tpm.magic = *b"\xfeTCG";
    assert_eq!(tampered(tamper), of("magic is not TPM_GENERATED_VALUE"));
    let tamper = |tpm: &mut Tpm| tpm.kind = [0x80, 0x1a];
    assert_eq!(tampered(tamper), of("type is not TPM_ST_ATTEST_CERTIFY"));
    let tamper = |tpm: &mut Tpm| tpm.after_cert_info = vec![0];
    assert_eq!(tampered(tamper), of("has trailing bytes"));
}

#[test]
fn extra_data_must_be_the_hash_of_the_attested_data_by_the_hash_of_alg() {
    let reason = invalid("certInfo.extraData is not the hash of the attested data");
    let tamper = |tpm: &mut Tpm| tpm.extra_data = Sha256::digest(b"another").to_vec();
    assert_eq!(tampered(tamper), reason);
    let tamper = |tpm: &mut Tpm| {
        tpm.extra_data = Sha384::digest(tpm.registration.message()).to_vec();
    };
    assert_eq!(tampered(tamper), reason);
    let tamper = |tpm: &mut Tpm| tpm.extra_data = Sha1::digest(tpm.registration.message()).to_vec();
    assert_eq!(tampered(tamper), reason);
    assert_eq!(tampered(|tpm| tpm.registration.client_data_hash[0] ^= 1), reason);
    assert_eq!(tampered(|tpm| tpm.registration.auth_data[36] ^= 1), reason);
}

#[test]
fn name_must_be_the_name_of_the_area() {
    let reason = invalid("certInfo.attested is not the name of pubArea");
    assert_eq!(tampered(|tpm| tpm.name[5] ^= 1), reason);
    assert_eq!(tampered(|tpm| tpm.name[1] = 0x0c), reason);
    // objectAttributes: a key that may be duplicated is a different object.
    assert_eq!(tampered(|tpm| tpm.pub_area[6] ^= 1), reason);
}

#[test]
fn area_may_be_named_by_sha_1() {
    let mut tpm = tpm();
    tpm.pub_area[3] = 4;
    tpm.name = [&[0, 4], &Sha1::digest(&tpm.pub_area)[..]].concat();
    assert_eq!(tpm.verify(), Ok(2));
}

#[test]
fn wrapped_area_is_refused() {
    let tamper = |tpm: &mut Tpm| {
        let size = u16::try_from(tpm.pub_area.len()).unwrap().to_be_bytes();
        tpm.pub_area = [&size, &tpm.pub_area[..]].concat();
        tpm.name = [&[0, 0x0b], &Sha256::digest(&tpm.pub_area)[..]].concat();
    };
    assert!(matches!(tampered(tamper), StatementError::Structure { what: "pubArea", .. }));
}

proptest! {
    #[test]
    fn no_bytes_make_the_verification_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let tpm = tpm();
        let mut statement = tpm.statement();
        *at.get_mut(&mut statement) = byte;
        tpm.registration.judge(|signed, ctx| {
            let _ = verify(&bytes, signed, ctx);
            let _ = verify(&statement, signed, ctx);
        });
    }
}
